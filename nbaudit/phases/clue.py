"""What one classifier says of one cell."""

from __future__ import annotations

from typing import NamedTuple

from nbaudit.model.vocabulary import Phase


class Clue(NamedTuple):
    """Evidence for a phase. `weight` is on one scale for all classifiers: 1 is a hint, 10 settles it.

    `reason` is a clause whose subject is the cell: "reads a file".
    """

    phase: Phase
    weight: float
    reason: str

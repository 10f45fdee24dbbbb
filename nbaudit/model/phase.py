"""The workflow phase of a cell."""

from __future__ import annotations

from msgspec import Struct

from nbaudit.model.vocabulary import Phase


class PhaseLabel(Struct, frozen=True):
    """The phase of one code cell: the primary one, further ones, a confidence 0 to 1 and the reason in one clause."""

    cell: int
    primary: Phase
    further: tuple[Phase, ...] = ()
    confidence: float = 0.5
    reason: str = ""

"""The phase of a cell by the cells around it: work of one phase stands together, and a weak cell follows its place."""

from __future__ import annotations

import re

from nbaudit.model.source import Cell
from nbaudit.model.vocabulary import Phase
from nbaudit.patterns import regex
from nbaudit.phases.clue import Clue
from nbaudit.phases.results import Results

_PLACES = regex(r"dir|path|data|file|folder|drive|zip|input|clone|download", re.IGNORECASE)
"""Words of cells that look for the data."""

_SURE = 1.2
"""The sum from which a cell's own evidence tells about its neighbours."""


def by_position(sums: list[dict[Phase, float]]) -> list[list[Clue]]:
    """Per code cell, clues of the nearest cells before and after it whose own evidence is sure."""
    own = [_winner(total) for total in sums]
    found: list[list[Clue]] = [[] for _ in sums]
    for step, weight, word in ((1, 0.8, "follows"), (-1, 0.6, "precedes")):
        seen: Phase | None = None
        order = range(len(sums)) if step == 1 else range(len(sums) - 1, -1, -1)
        for at in order:
            if seen is not None:
                found[at].append(Clue(seen, weight, f"{word} {seen.value}"))
            phase, sure = own[at]
            if phase is not None and sure >= _SURE:
                seen = phase
    return found


def by_place(cell: Cell, results: Results, defines: bool) -> list[Clue]:
    """What the place in the whole says: what stands before the first reading is about finding the data; after the last
    fit nothing is left to prepare or train, so what is shown there tells of the model."""
    if cell.index < results.first_read and not defines:
        words = _PLACES.search(cell.source) is not None and not cell.python.lstrip().startswith(("import ", "from "))
        return [Clue(Phase.COLLECTION, 0.8, "comes before the first reading")] if words else []
    if 0 <= results.last_fit < cell.index:
        return [Clue(Phase.EVALUATION, 0.8, "comes after the last fit")]
    return []


def _winner(total: dict[Phase, float]) -> tuple[Phase | None, float]:
    best: Phase | None = None
    most = 0.0
    for phase, weight in total.items():
        if weight > most:
            best, most = phase, weight
    return best, most

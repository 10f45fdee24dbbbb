"""The phase of a cell by what the variables that it reads hold.

It speaks where no operation does: a bare name shown, a figure printed, a plain assignment.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbaudit.model.flow import Kind, Value
from nbaudit.model.vocabulary import Phase
from nbaudit.phases.clue import Clue
from nbaudit.phases.results import Results, is_predictor

_DATA = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.MASK, Kind.GROUPS, Kind.STATISTIC, Kind.INDEX})
_NAMES = frozenset({Kind.MODULE, Kind.FUNCTION})


def by_values(reads: Mapping[str, Value], results: Results, start: int) -> list[Clue]:
    """One clue per phase that the values speak for; `start` is the number of the cell's first operation."""
    found: dict[Phase, Clue] = {}
    for name, value in reads.items():
        if value.kind in _NAMES:
            continue
        clue = _judged(name, value, results, start)
        if clue is not None and (clue.phase not in found or clue.weight > found[clue.phase].weight):
            found[clue.phase] = clue
    return list(found.values())


def _judged(name: str, value: Value, results: Results, start: int) -> Clue | None:
    kind = value.kind
    phase = results.phase_of(value)
    if phase is Phase.DEPLOYMENT:
        return Clue(phase, 1.6, f"`{name}` holds predictions for new rows")
    if phase is not None:
        return Clue(phase, 1.6, f"`{name}` is a result")
    if kind is Kind.MODEL:
        model = value.model
        if is_predictor(model):
            if model is not None and model.fits and model.fits[0] < start:
                return Clue(Phase.EVALUATION, 1.0, f"`{name}` is a trained model")
            return Clue(Phase.TRAINING, 1.0, f"`{name}` is a model")
        return Clue(Phase.PREPROCESSING, 1.0, f"`{name}` prepares data")
    if kind is Kind.LOADER:
        return Clue(Phase.TRAINING, 0.7, f"`{name}` feeds data to a model")
    if kind in _DATA or value.rows is not None:
        if results.is_part(value):
            return Clue(Phase.PREPROCESSING, 0.7, f"`{name}` is a part of the data")
        return Clue(Phase.PREPROCESSING, 0.9, f"`{name}` is data")
    return None

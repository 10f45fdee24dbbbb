"""Questions about what became of a search's result: is the model that is trained afterwards the one that was found?

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from nbaudit.model.facts import BestParams
from nbaudit.model.flow import NOTHING, Kind, Shape
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.tuning import Tuning, plain, searched

_OFTEN_DEFAULT = frozenset(
    {
        "1",
        "1.0",
        "2",
        "3",
        "5",
        "0.1",
        "100",
        "0.0",
        "0",
        "None",
        "True",
        "False",
        "auto",
        "scale",
        "rbf",
        "gini",
        "l2",
        "lbfgs",
        "uniform",
        "minkowski",
        "sqrt",
    }
)
"""Values that are the default of some type: where the name is left out, the found value may well be used."""


_TUNED = regex(r"(?<![a-z])(?:tuned?|tuning|best|optimal|optimi[sz]ed|grid|gs|gscv|rscv)(?![a-z])", re.IGNORECASE)


class Mismatch(Struct, frozen=True):
    """What differs between a search's result and the model that is trained afterwards: in words, with the printed
    result where there is one; `typed` says that the value was written out, not left at its default."""

    words: str
    fact: BestParams | None = None
    typed: bool = False


def refits(workflow: Workflow) -> Iterator[tuple[Tuning, list[Training]]]:
    """Searches whose model is not used itself, and the fits of models of the same type after each."""
    for tuning in searched(workflow):
        if tuning.how != "search" or tuning.model is None or tuning.model.shape is not Shape.SEARCH:
            continue
        if _used(workflow, tuning) or _searched_again(workflow, tuning):
            continue
        later = [
            training
            for training in workflow.trainings
            if training.op.id > tuning.op.id
            and training.op.role is Role.FIT
            and training.final.type == tuning.model.final().type
            and training.model.shape is not Shape.SEARCH
            and not training.op.loops
        ]
        if later:
            yield tuning, later


def said_to_be_tuned(workflow: Workflow, training: Training, found: Mismatch) -> bool:
    """True where other values than the printed ones are written out for a model that is called the tuned one."""
    if not found.typed:
        return False
    names = [*training.final.names, *training.model.names]
    if training.op.receiver is not None:
        names.append(workflow.name_of(training.op.receiver))
    made = training.final.made_by
    cells = {training.op.site.cell, workflow.graph.operations[made].site.cell if made >= 0 else training.op.site.cell}
    return any(_TUNED.search(name.replace("_", " ")) for name in names) or workflow.says(_TUNED, cells) is not None


def mismatch(workflow: Workflow, tuning: Tuning, training: Training) -> Mismatch | None:
    """What differs from the search: from its printed result, or since no searched name is set at all."""
    names = tuning.names or frozenset()
    if not names:
        return None
    params = training.final.params
    cells = _shown_in(workflow, tuning)
    built = any(value.kind is Kind.FUNCTION for value in params.values())  # its function has defaults of its own
    for fact in workflow.facts_of(BestParams):
        assert isinstance(fact, BestParams)
        if fact.cell not in cells or fact.cell > training.op.site.cell or fact.stale:
            continue
        printed = {plain(name): value for name, value in fact.params.items()}
        if not set(printed) & names:
            continue
        for name in sorted(names & set(printed)):
            given = params.get(name)
            if given is not None and given.constant is NOTHING:
                return None
            value = printed[name]
            if given is None and built:
                return None
            if given is None and value.strip("'\"") in _OFTEN_DEFAULT:
                continue
            if given is None or not _same(given.constant, value):
                shown = "its default" if given is None else repr(given.constant)
                words = f"`{name}` = {shown} although the search found {value}"
                return Mismatch(words, fact, given is not None)
        return None
    if any(name in params for name in names) or any(value.constant is NOTHING for value in params.values()):
        return None
    return Mismatch(f"none of the values that were searched ({', '.join(sorted(names)[:3])})")


def _same(given: object, printed: str) -> bool:
    """True where a constant is what was printed, however its number is written."""
    text = printed.strip("'\"")
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        try:
            return abs(float(text) - given) <= 5e-3 * max(abs(given), 1e-9)  # typed with fewer digits
        except ValueError:
            return False
    return str(given) == text


def _used(workflow: Workflow, tuning: Tuning) -> bool:
    """True where the searched model itself predicts, is measured or saved, or its result flows into a later model."""
    for op in workflow.graph.operations[tuning.op.id + 1 :]:
        if op.model is tuning.model and op.role in (Role.PREDICT, Role.SAVE_MODEL, Role.EXPLAIN):
            return True
        if op.model is tuning.model and op.role is Role.EVALUATE and any(v.rows for v in op.data):
            return True
        if op.role is Role.SAVE_MODEL and any(v.model is tuning.model for v in (*op.data, *op.args.values())):
            return True
    return any(
        value.upstream & tuning.op.bit
        for training in workflow.trainings
        if training.op.id > tuning.op.id
        for value in training.final.params.values()
    )


def _searched_again(workflow: Workflow, tuning: Tuning) -> bool:
    """True where a later search looks for the same hyperparameters of the type: its result is the one to use."""
    names, kind = tuning.names or frozenset(), tuning.model.final().type if tuning.model is not None else ""
    return any(
        other.how == "search"
        and other.op.id > tuning.op.id
        and other.model is not None
        and other.model.final().type == kind
        and bool(names & (other.names or frozenset()))
        for other in searched(workflow)
    )


def _shown_in(workflow: Workflow, tuning: Tuning) -> set[int]:
    """The cells that may show what this very search found."""
    cells = {tuning.op.site.cell}
    for op in workflow.graph.operations[tuning.op.id + 1 :]:
        asked = op.receiver.model if op.receiver is not None else op.model
        held = next((value.model for value in op.data if value.model is tuning.model), None)
        if tuning.model is not None and (asked is tuning.model or held is not None):
            cells.add(op.site.cell)
    return cells

"""Identifiers and row numbers among the features of models. Pure functions over a `Workflow`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import sqrt

from nbaudit.model.facts import Describe, Fact, Sample, ShapeFact, Uniques
from nbaudit.model.vocabulary import Family
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.columns import feature_names, looks_like_identifier, some_feature_names, tabular_trainings
from nbaudit.workflow.core import asked_once, once_per_workflow

_NEARLY_ALL = 0.9
_SERIAL = regex(r"[A-Za-z]{1,4}[-_ ]?\d{6,}")
_EVEN = 0.03
"""So far the spread of values in a row may be from that of numbers that are counted on."""


@once_per_workflow
def identifiers_among_features(workflow: Workflow) -> tuple[tuple[Training, str, tuple[Fact, str, float]], ...]:
    """(training, column, (output, reason, how sure)) of each feature that outputs show to name single rows, once."""
    return tuple(_among_features(workflow))


def _among_features(workflow: Workflow) -> Iterator[tuple[Training, str, tuple[Fact, str, float]]]:
    reported: set[str] = set()
    for training in tabular_trainings(workflow):
        if training.final.family is Family.FACTORISATION:
            continue
        for name in feature_names(workflow, training) or some_feature_names(workflow, training):
            if name in reported:
                continue
            found = _confirmed(workflow, name)
            if found is not None:
                reported.add(name)
                yield training, name, found


@once_per_workflow
def _most_rows(workflow: Workflow) -> int:
    """The largest number of rows that outputs show, 0 where they show none."""
    return max((fact.rows for fact in workflow.facts_of(ShapeFact) if isinstance(fact, ShapeFact)), default=0)


@asked_once
def _confirmed(workflow: Workflow, name: str) -> tuple[Fact, str, float] | None:
    """(output, reason, how sure) where an output shows that a column names single rows."""
    named = looks_like_identifier(name)
    rows = _most_rows(workflow)
    for fact in workflow.facts_of(Uniques):
        assert isinstance(fact, Uniques)
        count = fact.counts.get(name)
        if count is None:
            continue
        if rows > 20 and count >= _NEARLY_ALL * rows and named:
            return fact, f"{count} of its {rows} values differ", 0.85
        if rows and count < _NEARLY_ALL * rows:
            return None
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        stats = fact.stats.get(name, {})
        total, unique = stats.get("count"), stats.get("unique")
        if isinstance(total, (int, float)) and isinstance(unique, (int, float)) and total > 20:
            if unique < _NEARLY_ALL * total:
                return None
            return fact, f"{unique:g} of its {total:g} values differ", 0.85
        if named and _spreads_evenly(stats):
            return fact, "its values count on from the first row to the last", 0.8
    coded = None
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        if name not in fact.columns:
            continue
        at_column = fact.columns.index(name)
        cells = [row[at_column] for row in fact.cells if len(row) > at_column]
        if len(cells) < 3:
            continue
        if len(set(cells)) < len(cells):
            return None
        if not named:
            if len(cells) >= 5 and all(_SERIAL.fullmatch(cell) for cell in cells) and coded is None:
                coded = fact, f"it holds the codes of single things ({', '.join(cells[:3])}, ...)", 0.7
            continue
        if _counts_on(cells):
            return fact, f"it only numbers the rows ({', '.join(cells[:3])}, ...)", 0.85
        if _first_column(fact, at_column) and len(cells) >= 5:
            return fact, f"it names single rows ({', '.join(cells[:3])}, ...)", 0.7
    return coded


def _first_column(fact: Sample, at_column: int) -> bool:
    return at_column == 0


def _counts_on(cells: list[str]) -> bool:
    """True where each number is one more than the one before."""
    try:
        numbers = [float(cell.rstrip(".")) for cell in cells[:5]]
    except ValueError:
        return False
    return all(b - a == 1 for a, b in pairwise(numbers))


def _spreads_evenly(stats: Mapping[str, float | str]) -> bool:
    """True where a `describe()` is that of whole numbers counted on from 0 or 1, most of which are there."""
    count, low, high, std = (stats.get(name) for name in ("count", "min", "max", "std"))
    numbers = [value for value in (count, low, high, std) if isinstance(value, (int, float))]
    if len(numbers) < 4 or numbers[1] not in (0, 1) or numbers[0] <= 20:
        return False
    total, first, last, spread = numbers
    width = last - first
    return total <= width + 1 <= 2 * total and abs(spread - width / sqrt(12)) <= _EVEN * spread

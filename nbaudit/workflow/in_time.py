"""Questions about rows that are ordered in time, and what tells that they are.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import re

from msgspec import Struct

from nbaudit.model.facts import Sample
from nbaudit.model.flow import Kind, Operation, RowsEffect
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Workflow
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.splits import Split

_A_DATE = regex(r"(\d{4}|\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{1,2})(?=$|[ T])")
_DATE = regex(r"date|day|month|year|timestamp|datetime|period|^ds$|^time$|^t$", re.IGNORECASE)
_OWN_DATE = regex(r"birth|dob|hire|join|start|built|build|journey|release|publish|register|customer", re.IGNORECASE)


class TimeSign(Struct, frozen=True):
    """What shows that rows are ordered in time: an operation, or shown rows with a column of rising dates."""

    op: Operation | None
    shown: Sample | None
    column: str
    sure: float


def time_sign(workflow: Workflow, split: Split) -> TimeSign | None:
    """What shows that a split's rows are ordered in time, the most telling first; None where nothing does."""
    mask = 0
    for value in split.data:
        mask |= value.upstream
    best: TimeSign | None = None
    # differences inside groups that became one row each say nothing of the order of these rows
    summed = (mask & _group_sums(workflow)).bit_length() - 1
    for op in workflow.graph.by_mask(mask & (workflow.mask_having(Trait.LAG) | workflow.mask_having(Trait.TIME))):
        if Trait.LAG in op.traits and op.role is not Role.IMPUTE and not _grouped(op) and op.id > summed:
            return TimeSign(op, None, "", 0.85)
        if Trait.TIME in op.traits and op.role is Role.LOAD:
            best = TimeSign(op, None, "", 0.75)
        elif Trait.TIME in op.traits and best is None and _is_date(op):
            best = TimeSign(op, None, next((value.column for value in op.data if value.column), ""), 0.65)
    if best is None:
        best = _by_date(workflow, mask, summed)
    rising, mixed = _dated(workflow, split)
    if best is not None and best.column in mixed:
        best = None
    if rising:
        column, sample = next(iter(rising.items()))
        return TimeSign(best.op if best is not None else None, sample, column, 0.75)
    return best


def _by_date(workflow: Workflow, mask: int, after: int) -> TimeSign | None:
    """What sorts, indexes or joins the rows by a date, None where nothing does."""
    return next((sign for sign in _dating(workflow) if sign.op and sign.op.bit & mask and sign.op.id > after), None)


@once_per_workflow
def _dating(workflow: Workflow) -> tuple[TimeSign, ...]:
    """The operations that sort, index or join rows by a date, in order."""
    found: list[TimeSign] = []
    for op in workflow.ops(Role.LOAD, Role.SHAPE, Role.JOIN):
        if op.role is Role.LOAD:
            parsed = op.args.get("parse_dates") if "index_col" in op.args else None
            if parsed is not None and parsed.constant is not False:
                found.append(TimeSign(op, None, "the index", 0.65))
            continue
        for name in _DATE_PORTS:
            key = op.arg(name)
            if isinstance(key, tuple) and len(key) == 1:
                key = key[0]
            if isinstance(key, str) and _DAY.search(key) and not _OWN_DATE.search(key):
                found.append(TimeSign(op, None, key, 0.65))
    return tuple(found)


_DATE_PORTS = ("by", "keys", "on", "0")
_DAY = regex(r"date|timestamp|datetime|^ds$|^time$", re.IGNORECASE)


_AGGREGATES = frozenset({Role.AGGREGATE})


def _dated(workflow: Workflow, split: Split) -> tuple[dict[str, Sample], set[str]]:
    """(columns whose shown dates rise or fall, columns whose shown dates are mixed) in tables of the split's rows."""
    rising: dict[str, Sample] = {}
    mixed: set[str] = set()
    mine = split.rows.sources() if split.rows is not None else frozenset()
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        table = workflow.value_of(fact.about)
        if table is None or table.rows is None or not table.rows.sources() & mine or len(fact.cells) < 4:
            continue
        if table.upstream & workflow.mask_of(_AGGREGATES):
            continue
        shown = {name: tuple(row[i] for row in fact.cells if i < len(row)) for i, name in enumerate(fact.columns)}
        shown["the index"] = fact.index
        for name, texts in shown.items():
            order = dates_rise(texts)
            if order is True and name not in mixed and not _OWN_DATE.search(name):
                rising.setdefault(name, fact)
            elif order is False:
                mixed.add(name)
                rising.pop(name, None)
    return rising, mixed


def dates_rise(texts: tuple[str, ...]) -> bool | None:
    """True where the texts are dates in rising or falling order (before and after a "..." each for itself), False
    where in none, None where they are no dates or too few."""
    runs: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = [[]]
    for text in texts:
        if text.strip() in ("...", "⋮"):
            runs.append([])
            continue
        match = _A_DATE.match(text.strip())
        if match is None:
            return None
        first, second, third = (int(part) for part in match.groups())
        clock = tuple(int(part) for part in re.findall(r"\d+", text[match.end() :])[:3])
        date = (first, second, third) if len(match[1]) == 4 else (third, second, first)
        other = (first, second, third) if len(match[1]) == 4 else (third, first, second)
        runs[-1].append((date + clock, other + clock))
    dates = [key for run in runs for key, _ in run]
    if len(dates) < 4 or len(set(dates)) < 3:
        return None
    return any(all(_in_order([pair[way] for pair in run]) for run in runs) for way in (0, 1))


def _in_order(keys: list[tuple[int, ...]]) -> bool:
    return keys == sorted(keys) or keys == sorted(keys, reverse=True)


def _is_date(op: Operation) -> bool:
    """False where the column's name says a clock time, or a date that describes the row."""
    name = next((value.column for value in op.data if value.column), None)
    return name is None or (_DATE.search(name) is not None and _OWN_DATE.search(name) is None)


@once_per_workflow
def _group_sums(workflow: Workflow) -> int:
    return sum(op.bit for op in workflow.graph.operations if _sums_groups(op))


def _sums_groups(op: Operation) -> bool:
    return op.rows is RowsEffect.COLLAPSE and any(value.kind is Kind.GROUPS for value in op.data)


def _grouped(op: Operation) -> bool:
    return any(value.kind is Kind.GROUPS and value.made_by < 0 for value in op.data)

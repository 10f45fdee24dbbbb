"""The course of the debt, computed from the lives of findings in the history."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from nbaudit.model.vocabulary import ISSUES, Phase, Relevance
from nbaudit.report.clean import one_line
from nbaudit.report.csv_format import harmless
from nbaudit.report.debt import BY_CHECK, BY_ISSUE
from nbaudit.scan.store import DebtRow, ScanRow

POINTS = 120
"""The most points of a curve; more scans are thinned evenly."""

LISTED = 15
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Point:
    """The findings that are there at a moment (UTC), by phase; and those of high relevance among them."""

    at: datetime
    open: int
    high: int
    phases: dict[str, int]


@dataclass(frozen=True, slots=True)
class Period:
    """What came and went in a week or month. Findings that the first scan of a repository met are not counted as
    introduced: nobody knows since when they are there."""

    start: datetime
    introduced: int
    repaid: int
    silenced: int


@dataclass(frozen=True, slots=True)
class Share:
    """One activity, repository or person: findings now, 30 days before, and what came and went since the start."""

    name: str
    label: str
    open: int
    high: int
    before: int
    introduced: int
    repaid: int


@dataclass(frozen=True, slots=True)
class Costly:
    """A notebook with much debt: `minutes` is the estimate of the time to repay it, `oldest` the age of its oldest
    finding in days."""

    repository: str
    path: str
    findings: int
    high: int
    minutes: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Trends:
    """All that the page shows. `now` is the time of the newest scan; ages count to it."""

    now: datetime | None
    scans: int
    repositories: int
    notebooks: int
    open: int
    high: int
    introduced_recently: int
    repaid_recently: int
    median_age: int | None
    minutes: int
    points: tuple[Point, ...]
    periods: tuple[Period, ...]
    period: str
    activities: tuple[Share, ...]
    by_repository: tuple[Share, ...]
    people: tuple[Share, ...]
    oldest: tuple[DebtRow, ...]
    costly: tuple[Costly, ...]
    ages: tuple[tuple[str, int], ...]


AGES = (("under a week", 7), ("a week to a month", 30), ("one to three months", 91), ("three months to a year", 365))


def trends(scans: Sequence[ScanRow], debt: Sequence[DebtRow], authors: bool = False) -> Trends:
    """The trends of some repositories; `scans` are in the order of time."""
    debt = [row for row in debt if row.issue in ISSUES]
    now = max((row.at for row in scans), default=None)
    first: dict[str, datetime] = {}
    latest: dict[str, int] = {}
    for scan in scans:
        first.setdefault(scan.repository, scan.at)
        if scan.scope == "full":
            latest[scan.repository] = scan.notebooks
    there = [row for row in debt if row.fixed_at is None]

    def came(row: DebtRow) -> bool:
        return row.first_at > first.get(row.repository, row.first_at)

    def shares(key: Callable[[DebtRow], str], label: Callable[[str], str] = str) -> tuple[Share, ...]:
        return _shares(debt, key, label, now, came)

    ages = sorted((now - row.first_at).days for row in there) if now else []
    people: tuple[Share, ...] = ()
    if authors:
        people = _people(debt, came)
    periods, word = _periods(scans, debt, came)
    return Trends(
        now=now,
        scans=len(scans),
        repositories=len(first),
        notebooks=sum(latest.values()),
        open=len(there),
        high=sum(_is_high(row) for row in there),
        introduced_recently=sum(came(row) and row.first_at > now - RECENT for row in debt) if now else 0,
        repaid_recently=sum(_repaid(row) and row.fixed_at > now - RECENT for row in debt if row.fixed_at) if now else 0,
        median_age=ages[len(ages) // 2] if ages else None,
        minutes=sum(minutes_of(rows) for rows in _by_notebook(there).values()),
        points=_points(scans, debt),
        periods=periods,
        period=word,
        activities=shares(lambda row: row.issue[:2], lambda code: ISSUES_BY_ACTIVITY[code]),
        by_repository=shares(lambda row: row.repository),
        people=people,
        oldest=tuple(sorted(there, key=lambda row: (row.first_at, not _is_high(row), row.repository, row.path)))[
            :LISTED
        ],
        costly=_costly(there, now),
        ages=_ages(ages),
    )


ISSUES_BY_ACTIVITY = {issue.activity.value: issue.activity.label for issue in ISSUES.values()}


def _is_high(row: DebtRow) -> bool:
    return ISSUES[row.issue].relevance is Relevance.HIGH


def _repaid(row: DebtRow) -> bool:
    return row.fixed_at is not None and not row.silenced


def _points(scans: Sequence[ScanRow], debt: Sequence[DebtRow]) -> tuple[Point, ...]:
    moments = sorted({row.at for row in scans})
    if len(moments) > POINTS:
        step = (len(moments) - 1) / (POINTS - 1)
        moments = [moments[round(number * step)] for number in range(POINTS)]
    changes: list[tuple[datetime, int, DebtRow]] = [(row.first_at, 1, row) for row in debt]
    changes += [(row.fixed_at, -1, row) for row in debt if row.fixed_at is not None]
    changes.sort(key=lambda change: change[0])
    phases: Counter[str] = Counter()
    high = at = 0
    points = []
    for moment in moments:
        while at < len(changes) and changes[at][0] <= moment:
            _, sign, row = changes[at]
            phases[ISSUES[row.issue].activity.phase.value] += sign
            high += sign * _is_high(row)
            at += 1
        points.append(Point(moment, phases.total(), high, {phase.value: phases[phase.value] for phase in PHASES}))
    return tuple(points)


PHASES = (Phase.COLLECTION, Phase.PREPROCESSING, Phase.TRAINING, Phase.EVALUATION)


def _periods(
    scans: Sequence[ScanRow], debt: Sequence[DebtRow], came: Callable[[DebtRow], bool]
) -> tuple[tuple[Period, ...], str]:
    """Weeks, or months where the history is longer than half a year; the last 26 of them."""
    if not scans:
        return (), "week"
    start, end = scans[0].at, scans[-1].at
    monthly = end - start > timedelta(days=183)
    begin = _month if monthly else _week
    introduced = Counter(begin(row.first_at) for row in debt if came(row))
    repaid = Counter(begin(row.fixed_at) for row in debt if row.fixed_at and not row.silenced)
    silenced = Counter(begin(row.fixed_at) for row in debt if row.fixed_at and row.silenced)
    moments = [begin(start)]
    while moments[-1] < begin(end):
        moments.append(begin(moments[-1] + timedelta(days=32 if monthly else 7)))
    periods = tuple(Period(at, introduced[at], repaid[at], silenced[at]) for at in moments[-26:])
    return periods, "month" if monthly else "week"


def _week(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day) - timedelta(days=moment.weekday())


def _month(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, 1)


def _shares(
    debt: Iterable[DebtRow],
    key: Callable[[DebtRow], str],
    label: Callable[[str], str],
    now: datetime | None,
    came: Callable[[DebtRow], bool],
) -> tuple[Share, ...]:
    groups: dict[str, list[DebtRow]] = defaultdict(list)
    for row in debt:
        groups[key(row)].append(row)
    found = []
    for name, rows in groups.items():
        there = [row for row in rows if row.fixed_at is None]
        then = now - RECENT if now else None
        before = (
            sum(row.first_at <= then and (row.fixed_at is None or row.fixed_at > then) for row in rows) if then else 0
        )
        found.append(
            Share(
                name,
                label(name),
                len(there),
                sum(_is_high(row) for row in there),
                before,
                sum(came(row) for row in rows),
                sum(_repaid(row) for row in rows),
            )
        )
    return tuple(sorted(found, key=lambda share: (-share.high, -share.open, share.name)))


def _people(debt: Sequence[DebtRow], came: Callable[[DebtRow], bool]) -> tuple[Share, ...]:
    introduced = Counter(row.introduced_by for row in debt if row.introduced_by and came(row))
    repaid = Counter(row.repaid_by for row in debt if row.repaid_by and _repaid(row))
    there = Counter(row.introduced_by for row in debt if row.introduced_by and came(row) and row.fixed_at is None)
    high = Counter(
        row.introduced_by for row in debt if row.introduced_by and came(row) and not row.fixed_at and _is_high(row)
    )
    names = sorted(set(introduced) | set(repaid))
    return tuple(Share(name, name, there[name], high[name], 0, introduced[name], repaid[name]) for name in names)


def _costly(there: Iterable[DebtRow], now: datetime | None) -> tuple[Costly, ...]:
    found = []
    for (repository, path), rows in _by_notebook(there).items():
        oldest = max((now - row.first_at).days for row in rows) if now else 0
        high = sum(_is_high(row) for row in rows)
        found.append(Costly(repository, path, len(rows), high, minutes_of(rows), oldest))
    return tuple(sorted(found, key=lambda one: (-one.minutes, -one.oldest, one.repository, one.path)))[:LISTED]


def _by_notebook(debt: Iterable[DebtRow]) -> dict[tuple[str, str], list[DebtRow]]:
    groups: dict[tuple[str, str], list[DebtRow]] = defaultdict(list)
    for row in debt:
        groups[row.repository, row.path].append(row)
    return groups


class Owed(Protocol):
    """What the estimate asks of a finding."""

    @property
    def issue(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def cause(self) -> str: ...


def minutes_of(rows: Iterable[Owed]) -> int:
    """The estimate of `report.debt` for one notebook. Findings without a cause, last seen by a scan of an earlier
    version of nbaudit, count as one cause by issue."""
    by_cause: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        by_cause[row.cause or row.issue].append(BY_CHECK.get(row.check) or BY_ISSUE[row.issue])
    total = 0
    for costs in by_cause.values():
        lead = max(costs)
        total += lead[0] + sum(further for _, further in costs) - lead[1]
    return total


def _ages(ages: Sequence[int]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for age in ages:
        counts[next((word for word, limit in AGES if age < limit), "over a year")] += 1
    return tuple((word, counts[word]) for word in (*(word for word, _ in AGES), "over a year"))


def to_json(found: Trends) -> str:
    """Everything of the page; times are UTC in ISO 8601."""
    return json.dumps(asdict(found), indent=1, default=_plain) + "\n"


def to_csv(found: Trends) -> str:
    """The curve: one row per point in time, with the findings that were there by phase."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("at", "open", "high", *(harmless(one_line(phase.value)) for phase in PHASES)))
    for point in found.points:
        writer.writerow(
            (point.at.isoformat(), point.open, point.high, *(point.phases[phase.value] for phase in PHASES))
        )
    return buffer.getvalue()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")

"""The HTML pages of scans, in the style of the reports: trends, and what changed between two states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nbaudit import __version__
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.debt import duration
from nbaudit.report.html_page import PHASE_KEYS, page, prose
from nbaudit.scan.changes import Outcome, Report, is_high
from nbaudit.scan.records import FindingRecord
from nbaudit.scan.report import sorted_issues
from nbaudit.scan.trends import PHASES, Period, Point, Trends, minutes_of

WIDTH, HEIGHT, LEFT, BOTTOM = 1080, 260, 46, 24
"""The drawing area of a chart in units of its view box; left and below are the labels."""

LISTED = 500
"""Rows of one table that a page shows."""


@dataclass(frozen=True, slots=True)
class Area:
    """One layer of the stack: its phase's key, letters and name, and the outline as an SVG polygon's points."""

    key: str
    letters: str
    label: str
    points: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, at a place of the drawing."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `kind` is "up" (introduced) or "down" (repaid), `title` what a pointer is told."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


def trends_page(found: Trends) -> str:
    """A page that stands alone: curves, tables and lists of the history."""
    top = _nice(max((point.open for point in found.points), default=0))
    most = _nice(max((max(one.introduced, one.repaid) for one in found.periods), default=0))
    return page(
        "trends.html",
        "charts.css",
        duration=duration,
        prose=prose,
        found=found,
        areas=_areas(found.points, top),
        levels=_levels(top),
        dates=_dates([point.at for point in found.points]),
        bars=_bars(found.periods, most),
        bar_levels=_levels(most),
        bar_dates=_bar_dates(found.periods),
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        bottom=BOTTOM,
        issues=ISSUES,
        version=__version__,
    )


def changes_page(report: Report) -> str:
    """A page that stands alone: per repository what is new, fixed and switched off, and the notebooks with findings."""
    return page(
        "changes.html",
        "charts.css",
        report=report,
        duration=duration,
        prose=prose,
        views=[_view(item) for item in report.outcomes],
        issues=ISSUES,
        most=LISTED,
        version=__version__,
    )


@dataclass(frozen=True, slots=True)
class NotebookView:
    """One notebook with findings, the gravest first; `minutes` is the estimate of the time to repay them."""

    path: str
    high: int
    low: int
    codes: tuple[str, ...]
    minutes: int
    findings: tuple[FindingRecord, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One repository on the page: its figures, tables of findings, and notebooks; `minutes` to repay all of them."""

    item: Outcome
    tables: tuple[tuple[str, tuple[object, ...]], ...]
    notebooks: tuple[NotebookView, ...]
    minutes: int
    frequent: tuple[tuple[str, int], ...]


def _view(item: Outcome) -> View:
    delta = item.delta
    tables: tuple[tuple[str, tuple[object, ...]], ...] = ()
    if delta is not None:
        new = tuple(sorted(delta.new, key=lambda one: (not is_high(one.issue), one.path, one.cell, one.line)))
        tables = (("New", new), ("Fixed", delta.fixed), ("Switched off", delta.silenced))
    rows = []
    for notebook in item.scan.notebooks if item.scan else ():
        found = [one for one in notebook.record.findings if not one.suppressed]
        high = sum(is_high(one.issue) for one in found)
        codes = tuple(sorted({one.issue for one in found}))
        found.sort(key=lambda one: (not is_high(one.issue), one.cell, one.line, one.issue))
        if found:
            minutes = minutes_of(found)
            rows.append(NotebookView(notebook.path, high, len(found) - high, codes, minutes, tuple(found)))
    rows.sort(key=lambda row: (-row.high, -row.low, -row.minutes, row.path))
    return View(item, tables, tuple(rows), sum(row.minutes for row in rows), tuple(sorted_issues(item.issues)))


def _areas(points: Sequence[Point], top: int) -> tuple[Area, ...]:
    """Stacked steps: a count holds until the next scan."""
    if not points:
        return ()
    xs = _xs([point.at for point in points])
    floor = [0] * len(points)
    areas = []
    for phase in PHASES:
        roof = [low + point.phases[phase.value] for low, point in zip(floor, points, strict=True)]
        upper, lower = _steps(xs, roof, top), _steps(xs, floor, top)
        key, letters = PHASE_KEYS[phase]
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *reversed(lower)))
        areas.append(Area(key, letters, phase.value, outline))
        floor = roof
    return tuple(areas)


def _steps(xs: Sequence[float], values: Sequence[int], top: int) -> list[tuple[float, float]]:
    corners = []
    for number, (x, value) in enumerate(zip(xs, values, strict=True)):
        if number:
            corners.append((x, _y(values[number - 1], top)))
        corners.append((x, _y(value, top)))
    if len(xs) == 1:  # one scan is a level, not a line
        corners.append((WIDTH, _y(values[0], top)))
    return corners


def _xs(moments: Sequence[datetime]) -> list[float]:
    first, span = moments[0], (moments[-1] - moments[0]).total_seconds()
    return [LEFT + (WIDTH - LEFT) * ((moment - first).total_seconds() / span if span else 0.0) for moment in moments]


def _y(value: float, top: int) -> float:
    return HEIGHT * (1 - value / top) if top else float(HEIGHT)


def _levels(top: int) -> tuple[Tick, ...]:
    if not top:
        return ()
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 1
    return tuple(Tick(_y(top * part / parts, top), str(top * part // parts)) for part in range(parts + 1))


def _dates(moments: Sequence[datetime]) -> tuple[Tick, ...]:
    """At most six dates that don't run into each other."""
    if not moments:
        return ()
    xs = _xs(moments)
    ticks: list[Tick] = []
    for x, moment in zip(xs, moments, strict=True):
        if (not ticks or x - ticks[-1].at > WIDTH / 6) and x < WIDTH - 70:
            ticks.append(Tick(x, f"{moment:%d %b %Y}"))
    return tuple(ticks)


def _bars(periods: Sequence[Period], most: int) -> tuple[Bar, ...]:
    bars = []
    room = (WIDTH - LEFT) / max(len(periods), 1)
    width = min(room * 0.36, 34)
    for number, one in enumerate(periods):
        middle = LEFT + room * (number + 0.5)
        for kind, value, x in (("up", one.introduced, middle - width), ("down", one.repaid, middle)):
            if value:
                y = _y(value, most)
                word = "introduced" if kind == "up" else "repaid"
                bars.append(Bar(x, y, width - 1, HEIGHT - y, kind, f"{one.start:%d %b %Y}: {value} {word}"))
    return tuple(bars)


def _bar_dates(periods: Sequence[Period]) -> tuple[Tick, ...]:
    room = (WIDTH - LEFT) / max(len(periods), 1)
    every = max(1, -(-len(periods) // 9))
    return tuple(
        Tick(LEFT + room * (number + 0.5), f"{one.start:%d %b %y}")
        for number, one in enumerate(periods)
        if number % every == 0
    )


def _nice(value: int) -> int:
    """The next round number that four or five lines divide."""
    if value <= 0:
        return 0
    step = 1
    while True:
        for factor in (4, 8, 12, 20, 40):
            if value <= factor * step:
                return factor * step
        step *= 10

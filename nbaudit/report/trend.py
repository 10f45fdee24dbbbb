"""What a history of scans tells of one notebook, as its report shows it in the head and at each finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

WIDTH, HEIGHT = 220.0, 44.0
"""The drawing of the course in units of its view box."""


class TrendPoint(Struct, frozen=True):
    """The findings that were there at one scan (UTC), and those of high relevance among them."""

    at: datetime
    open: int
    high: int


class Trend(Struct, frozen=True):
    """The course of one notebook's debt.

    `points` are the scans that met the notebook, in the order of time, never empty. `came` and `went` count findings
    since the first of them, `silenced` those of the latter that a comment has switched off. `since` says of each
    finding of the result, in its order, which scan met it first; None where no scan has.
    """

    points: tuple[TrendPoint, ...]
    came: int
    went: int
    silenced: int
    since: tuple[datetime | None, ...]

    @property
    def first(self) -> TrendPoint:
        return self.points[0]

    @property
    def last(self) -> TrendPoint:
        return self.points[-1]

    @property
    def new(self) -> int:
        """Findings of this audit that the last scan did not know."""
        return sum(moment is None for moment in self.since)


class Course(Struct, frozen=True):
    """The drawing: the points of an SVG line and of the area under it, and the place of the present."""

    line: str
    area: str
    x: float
    y: float
    most: int


def course(trend: Trend) -> Course:
    """The findings over time as steps: a count holds until the next scan. The last step is this audit."""
    values = [point.open for point in trend.points] + [len(trend.since)]
    most = max(*values, 1)
    corners: list[tuple[float, float]] = []
    for x, value in zip(_places(trend.points), values, strict=True):
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, HEIGHT * (1 - value / most)))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    end = corners[-1]
    return Course(line, f"{line} {end[0]:.1f},{HEIGHT:.1f} 0,{HEIGHT:.1f}", round(end[0], 1), round(end[1], 1), most)


def _places(points: Sequence[TrendPoint]) -> list[float]:
    """Where the scans stand from left to right by their time, and this audit behind them."""
    room = WIDTH * 0.92
    start, span = points[0].at, (points[-1].at - points[0].at).total_seconds()
    scans = [room * (point.at - start).total_seconds() / span if span else 0.0 for point in points]
    return [*scans, WIDTH]

"""What all formats say alike: counts, the plain sentence, places, the order and grouping of findings, code frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct, field

from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Cell, Span
from nbaudit.model.vocabulary import ISSUES, Relevance, State
from nbaudit.report.clean import one_line, source_lines
from nbaudit.report.trend import Trend


class CheckText(Protocol):
    """What a report says about a check; the check catalogue's entries have this shape."""

    @property
    def slug(self) -> str: ...
    @property
    def issue(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def instead(self) -> str: ...
    @property
    def blind_spots(self) -> str: ...


NO_CHECKS: Mapping[str, CheckText] = MappingProxyType({})


class Audit(Struct, frozen=True):
    """One audited notebook; `raw` is the text of its file where lines of the file itself are wanted. `trend` is what a
    history of scans knows of it."""

    result: AuditResult
    raw: str | None = None
    trend: Trend | None = None


class Context(Struct, frozen=True):
    """What a format needs besides the audits.

    `catalogue` is by check slug. `single` says that the user named one notebook, so the output is about it alone.
    `errors` are the sentences about inputs that could not be audited.
    """

    catalogue: Mapping[str, CheckText] = field(default_factory=lambda: NO_CHECKS)
    single: bool = True
    errors: tuple[str, ...] = ()


class Counts(Struct, frozen=True):
    """How many of the 30 issues are in each state; `high` and `low` split the present ones by relevance."""

    high: int
    low: int
    absent: int
    not_applicable: int
    undecided: int

    @property
    def present(self) -> int:
        return self.high + self.low


class FrameLine(Struct, frozen=True):
    """One line of a code frame: 1-based number, text, whether it is marked, and the marked columns where known."""

    number: int
    text: str
    marked: bool
    start: int | None = None
    end: int | None = None


def counts(result: AuditResult) -> Counts:
    states = [(verdict.state, ISSUES[code].relevance) for code, verdict in result.verdicts.items() if code in ISSUES]
    tally = [state for state, _ in states]
    high = sum(state is State.PRESENT and relevance is Relevance.HIGH for state, relevance in states)
    return Counts(
        high=high,
        low=tally.count(State.PRESENT) - high,
        absent=tally.count(State.ABSENT),
        not_applicable=tally.count(State.NOT_APPLICABLE),
        undecided=tally.count(State.UNDECIDED),
    )


def sentence(result: AuditResult) -> str:
    """The result in one or two plain sentences."""
    tally = counts(result)
    if tally.not_applicable == len(result.verdicts) and result.verdicts:
        return "None of the 30 issues applies to this notebook: it trains and evaluates no model."
    if not tally.present:
        head = "None of the 30 issues was found to be present"
    else:
        head = f"{tally.present} of 30 issues {_are(tally.present)} present, {_of_high(tally)} of high relevance"
    rest = [
        f"{number} {_are(number)} {word}"
        for number, word in ((tally.absent, "absent"), (tally.undecided, "not decided yet"))
        if number
    ]
    if tally.not_applicable:
        rest.append(f"{tally.not_applicable} {'does' if tally.not_applicable == 1 else 'do'} not apply")
    return f"{head}. {_listed(rest)}." if rest else f"{head}."


def trust(result: AuditResult) -> tuple[int, int]:
    """(calls resolved, all calls): resolved to a table row, to a neutral one or to a function of the notebook."""
    stats = result.stats
    resolved = sum(stats.get(key, 0) for key in ("known", "neutral", "user"))
    return resolved, resolved + stats.get("unknown", 0)


def percent(share: float) -> str:
    return f"{round(share * 100)} %"


def place(span: Span) -> str:
    return f"cell {span.cell}, line {span.line}"


def relevance_of(issue: str) -> Relevance:
    return ISSUES[issue].relevance


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """High relevance first, then the surest, then by place."""
    return sorted(
        findings,
        key=lambda item: (
            relevance_of(item.issue) is Relevance.LOW,
            -item.confidence,
            item.span,
            item.issue,
            item.check,
            item.message,
        ),
    )


def cell_of(result: AuditResult, index: int) -> Cell | None:
    """The cell with this index, or None where a span points outside the notebook."""
    cells = result.notebook.cells
    return cells[index] if 0 <= index < len(cells) and cells[index].index == index else None


def frame(result: AuditResult, span: Span, around: int = 2, most: int = 12) -> Iterator[FrameLine]:
    """The lines of the span and up to `around` more on each side, `most` in all."""
    cell = cell_of(result, span.cell)
    if cell is None:
        return
    lines = source_lines(cell.source)
    last = max(span.end_line, span.line)
    low, high = max(span.line - around, 1), min(last + around, len(lines))
    for number in range(low, min(high, low + most - 1) + 1):
        text = lines[number - 1]
        marked = span.line <= number <= last
        if not marked or not span.end_line or (span.end_line == span.line and span.end_column <= span.column):
            yield FrameLine(number, text, marked)
            continue
        start = span.column if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column if number == span.end_line else len(text.rstrip())
        yield FrameLine(number, text, True, start, min(end, len(text)))


def line_text(result: AuditResult, span: Span) -> str:
    """The first line of the span, stripped; "" where there is none."""
    cell = cell_of(result, span.cell)
    lines = source_lines(cell.source) if cell else []
    return one_line(lines[span.line - 1], 160) if 0 < span.line <= len(lines) else ""


def _of_high(tally: Counts) -> str:
    if tally.present == 1:
        return "and it is" if tally.high else "and it is not"
    if tally.high == tally.present:
        return "all of them"
    return f"{tally.high or 'none'} of them"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]

"""The index page over the reports of several notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from msgspec import Struct

from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.clean import one_line
from nbaudit.report.debt import debt, duration
from nbaudit.report.html_page import PHASE_KEYS, page
from nbaudit.report.summary import counts, percent, trust


class IndexRow(Struct, frozen=True):
    """One notebook of the index. `link` is None where it has no report; `error` says why it could not be audited."""

    name: str
    link: str | None
    high: int = 0
    low: int = 0
    findings: int = 0
    undecided: int = 0
    cells: int = 0
    failures: int = 0
    issues: tuple[str, ...] = ()
    error: str = ""
    minutes: int = 0
    """The estimate of the time to repay."""
    understood: float | None = None
    """Share of the calls that were understood, None where none was counted."""


class Total(Struct, frozen=True):
    """A bar of the totals: `width` is its length in percent of the longest."""

    key: str
    label: str
    number: int
    width: float
    relevance: str = ""


def render_index(rows: Sequence[IndexRow], results: Sequence[AuditResult], version: str = "") -> str:
    """The index page over several notebooks, the worst first; `rows` as `index_row` makes them."""
    ordered = sorted(
        rows, key=lambda row: (bool(row.error), -row.high, -row.low, -row.minutes, -row.findings, row.name)
    )
    per_issue = Counter(code for result in results for code in result.present)
    per_phase = Counter(ISSUES[code].activity.phase for result in results for code in result.present)
    minutes = sum(row.minutes for row in rows)
    return page(
        "index.html",
        "index.css",
        "index.js",
        rows=ordered,
        audited=len(results),
        failed=sum(bool(row.error) for row in rows),
        clean=sum(not result.findings for result in results),
        high=sum(row.high for row in rows),
        low=sum(row.low for row in rows),
        findings=sum(row.findings for row in rows),
        time=duration(minutes) if minutes else "",
        duration=duration,
        percent=percent,
        relevance={code: issue.relevance.value for code, issue in ISSUES.items()},
        issues=_totals(
            {(code, ISSUES[code].title, ISSUES[code].relevance.value): number for code, number in per_issue.items()}
        ),
        phases=_totals({(*PHASE_KEYS[phase][:1], phase.value, ""): number for phase, number in per_phase.items()}),
        version=version,
    )


def _totals(numbers: Mapping[tuple[str, str, str], int]) -> list[Total]:
    """The bars, the longest first."""
    most = max(numbers.values(), default=1)
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    return [
        Total(key, label, number, round(100 * number / most, 1), relevance)
        for (key, label, relevance), number in ordered
    ]


def index_row(result: AuditResult, link: str | None) -> IndexRow:
    """The row of an audited notebook; `link` is its report's file name, relative to the index."""
    tally = counts(result)
    resolved, calls = trust(result)
    return IndexRow(
        name=one_line(result.notebook.name, 300),
        link=None if link is None else quote(link.encode("utf-8", "replace")),
        high=tally.high,
        low=tally.low,
        findings=len(result.findings),
        undecided=tally.undecided,
        cells=len(result.notebook.cells),
        failures=len(result.failures),
        issues=result.present,
        minutes=debt(result.findings).minutes,
        understood=resolved / calls if calls else None,
    )

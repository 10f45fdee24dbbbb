"""The index page over the reports of several notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.clean import one_line
from nbaudit.report.html_page import PHASE_KEYS, page
from nbaudit.report.summary import counts


@dataclass(frozen=True, slots=True)
class IndexRow:
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


def render_index(rows: Sequence[IndexRow], results: Sequence[AuditResult], version: str = "") -> str:
    """The index page over several notebooks, the worst first; `rows` as `index_row` makes them."""
    ordered = sorted(rows, key=lambda row: (bool(row.error), -row.high, -row.low, -row.findings, row.name))
    per_issue = Counter(code for result in results for code in result.present)
    per_phase = Counter(
        PHASE_KEYS[ISSUES[finding.issue].activity.phase] + (ISSUES[finding.issue].activity.phase.value,)
        for result in results
        for finding in result.findings
    )
    return page(
        "index.html",
        rows=ordered,
        audited=len(results),
        failed=sum(bool(row.error) for row in rows),
        clean=sum(not result.findings for result in results),
        high=sum(row.high for row in rows),
        low=sum(row.low for row in rows),
        findings=sum(row.findings for row in rows),
        issues=[
            (ISSUES[code], number) for code, number in sorted(per_issue.items(), key=lambda item: (-item[1], item[0]))
        ],
        phases=sorted(per_phase.items(), key=lambda item: (-item[1], item[0])),
        version=version,
    )


def index_row(result: AuditResult, link: str | None) -> IndexRow:
    """The row of an audited notebook; `link` is its report's file name, relative to the index."""
    tally = counts(result)
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
    )

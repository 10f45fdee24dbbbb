"""CSV: one row per finding, and per check that crashed, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.clean import one_line, visible
from nbaudit.report.summary import Audit, Context, line_text

COLUMNS = (
    "notebook",
    "issue",
    "relevance",
    "phase",
    "activity",
    "problem",
    "check",
    "cell",
    "line",
    "confidence",
    "basis",
    "message",
    "code",
    "instead",
)


def render(result: AuditResult) -> str:
    return render_all([Audit(result)], Context())


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """A head row, one row per finding, and one per failure (without an issue); lines end with LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for audit in audits:
        for finding in audit.result.findings:
            issue = ISSUES[finding.issue]
            writer.writerow(
                (
                    _harmless(one_line(audit.result.notebook.name)),
                    finding.issue,
                    issue.relevance.value,
                    issue.activity.phase.value,
                    issue.activity.label,
                    issue.problem.label,
                    _harmless(one_line(finding.check)),
                    finding.cell,
                    finding.line,
                    f"{finding.confidence:.2f}",
                    finding.basis.value,
                    _harmless(one_line(finding.message)),
                    _harmless(line_text(audit.result, finding.span)),
                    _harmless(visible(finding.instead).strip("\n")),
                )
            )
        for failure in audit.result.failures:
            words = {
                "notebook": one_line(audit.result.notebook.name),
                "check": one_line(failure.check),
                "message": f"crashed: {one_line(failure.error)}",
            }
            writer.writerow([_harmless(words.get(column, "")) for column in COLUMNS])
    return buffer.getvalue()


def _harmless(text: str) -> str:
    """A leading apostrophe keeps spreadsheets from running the text as a formula (OWASP, "CSV Injection")."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and text[:1] else text

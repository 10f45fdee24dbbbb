"""CSV: one row per finding, house rule's match or failure, for spreadsheets; `records` gives rows for data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from nbaudit.model.result import AuditResult
from nbaudit.report.clean import one_line, visible
from nbaudit.report.entries import HOUSE, Entry, entries
from nbaudit.report.places import FilePlaces
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
    "file_line",
)

_TEXTS = frozenset(("notebook", "check", "message", "code", "instead"))
"""Columns that hold words of the notebook or of a rule."""


def render(result: AuditResult, raw: str | None = None) -> str:
    return render_all([Audit(result, raw)], Context())


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """A head row, one row per finding, and one per failure (without an issue); lines end with LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for audit in audits:
        for record in records(audit):
            writer.writerow(_cell(column, record[column]) for column in COLUMNS)
        for failure in audit.result.failures:
            words = {
                "notebook": one_line(audit.result.notebook.name),
                "check": one_line(failure.check),
                "message": f"crashed: {one_line(failure.error)}",
            }
            writer.writerow([harmless(words.get(column, "")) for column in COLUMNS])
    return buffer.getvalue()


def records(audit: Audit) -> Iterator[dict[str, object]]:
    """A record with the keys `COLUMNS` per finding, by place, then per house rule.

    `issue`, `phase` and `problem` are "" for a house rule. `file_line` is the 1-based line of the notebook's file, None
    where its text is not at hand.
    """
    result = audit.result
    places = FilePlaces(audit)
    found = entries(result)
    for entry in (*sorted((item for item in found if item.issue), key=lambda item: item.span), *_house(found)):
        issue = entry.issue
        region = places.region(entry.span)
        yield {
            "notebook": one_line(result.notebook.name),
            "issue": issue.code if issue else "",
            "relevance": entry.level.value,
            "phase": issue.activity.phase.value if issue else "",
            "activity": issue.activity.label if issue else HOUSE,
            "problem": issue.problem.label if issue else "",
            "check": one_line(entry.check),
            "cell": entry.span.cell,
            "line": entry.span.line,
            "confidence": round(entry.confidence, 3),
            "basis": entry.finding.basis.value if entry.finding else "code",
            "message": one_line(entry.finding.message if entry.finding else entry.message),
            "code": line_text(result, entry.span),
            "instead": visible(entry.code or ("" if issue else entry.advice)).strip("\n"),
            "file_line": region.line if region else None,
        }


def _house(found: Sequence[Entry]) -> list[Entry]:
    return [item for item in found if item.issue is None]


def _cell(column: str, value: object) -> object:
    if column in _TEXTS:
        return harmless(str(value))
    return f"{value:.2f}" if column == "confidence" else value


def harmless(text: str) -> str:
    """A leading apostrophe keeps spreadsheets from running the text as a formula (OWASP, "CSV Injection")."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and text[:1] else text

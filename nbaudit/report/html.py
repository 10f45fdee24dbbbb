"""The HTML report: one self-contained page for one notebook. `html_index` makes the index over several.

All text goes through the escaping of the templates; style and script are fixed files, and their hashes are all that the
page's Content-Security-Policy admits. No data ever stands in a script, a style or an event attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from nbaudit.errors import UsageError
from nbaudit.model.picture import NodeKind, Picture
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, Issue, Problem
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.debt import BY_CHECK, BY_ISSUE, Debt, debt, duration
from nbaudit.report.highlight import tokens
from nbaudit.report.html_cells import cell_views, is_code, legend, line_target
from nbaudit.report.html_findings import CauseView, cause_view, finding_view
from nbaudit.report.html_graph import PARTS, lay_out
from nbaudit.report.html_index import IndexRow, index_row, render_index
from nbaudit.report.html_matrix import matrix, tiles, verdict_view
from nbaudit.report.html_page import PHASE_KEYS, page, prose
from nbaudit.report.reproducibility import marks
from nbaudit.report.summary import NO_CHECKS, Audit, Context, counts, percent, place, sentence, trust
from nbaudit.report.trend import Trend, course

UNKNOWN_SHOWN = 40
"""Calls not understood that are listed by name."""

KIND_WORDS = {
    NodeKind.DATASET: "data set",
    NodeKind.TRANSFORM: "preparation",
    NodeKind.SPLIT: "split",
    NodeKind.MODEL: "model",
    NodeKind.METRIC: "metric",
}


def render(
    result: AuditResult,
    context: Context = Context(),  # noqa: B008 (frozen)
    index_link: str = "",
    trend: Trend | None = None,
) -> str:
    """The report of one notebook as a page; `index_link` is the relative address of an index to link back to."""
    ids = {id(finding): f"f{number}" for number, finding in enumerate(result.findings, 1)}
    estimate = debt(result.findings)
    coloured = {cell.index: tokens(cell.source, cell.is_python) for cell in result.notebook.cells if is_code(cell)}
    catalogue = context.catalogue or NO_CHECKS
    causes = tuple(
        cause_view(
            result,
            number,
            entry,
            [finding_view(result, item, ids[id(item)], catalogue, coloured) for item in entry.cause.findings],
            catalogue,
        )
        for number, entry in enumerate(estimate.entries, 1)
    )
    resolved, calls = trust(result)
    cells = cell_views(result, ids, coloured)
    first = _first(causes)
    return page(
        "report.html",
        "report.css",
        "report.js",
        result=result,
        name=one_line(result.notebook.name, 300),
        title=one_line(result.notebook.name.rpartition("/")[2], 120),
        sentence=sentence(result),
        counts=counts(result),
        tiles=tiles(result, first),
        matrix=matrix(result, first),
        problems=tuple(Problem),
        causes=causes,
        time=duration(estimate.minutes),
        debt_rows=_debt_rows(estimate, causes),
        cells=cells,
        legend=legend(cells),
        drawing=lay_out(result.dataflow),
        nodes=_node_rows(result.dataflow, causes),
        kind_words=KIND_WORDS,
        verdicts=tuple(verdict_view(code, verdict) for code, verdict in result.verdicts.items() if code in ISSUES),
        suppressed=[
            (item.finding, place(item.finding.span), prose(item.finding.message), item.reason, line_target(item.span))
            for item in result.suppressed
        ],
        house_rules=[
            (item, place(item.span), prose(item.message), prose(item.note), line_target(item.span))
            for item in result.house_rules
        ],
        notes=[(note, prose(note.text)) for note in (*result.unused_suppressions, *result.notes)],
        marks=marks(result),
        resolved=resolved,
        calls=calls,
        known_share=percent(resolved / calls) if calls else "",
        unknown=[(cut(visible(name), 120), number) for name, number in result.unknown[:UNKNOWN_SHOWN]],
        unknown_left=max(len(result.unknown) - UNKNOWN_SHOWN, 0),
        activities=_present_values(result, lambda issue: (issue.activity.value, issue.activity.label)),
        phases=_present_values(result, lambda issue: (PHASE_KEYS[issue.activity.phase][0], issue.activity.phase.value)),
        index_link=index_link,
        trend=trend,
        course=course(trend) if trend is not None else None,
        since=_since(result, trend),
        place=place,
        identity=id,
        percent=percent,
    )


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """The page of the one notebook.

    Raises:
        UsageError: there are several; each needs a page of its own, in a folder with `render_index`.
    """
    if len(audits) != 1:
        raise UsageError("html of several notebooks needs a folder; use --format html:FOLDER/")
    return render(audits[0].result, context, trend=audits[0].trend)


def _first(causes: Sequence[CauseView]) -> dict[str, str]:
    """The anchor of the first finding of each issue."""
    first: dict[str, str] = {}
    for cause in causes:
        for view in cause.findings:
            first.setdefault(view.finding.issue, view.id)
    return first


def _since(result: AuditResult, trend: Trend | None) -> dict[int, datetime | None]:
    """When a scan met each finding first, by the finding's identity; nothing where there is no history."""
    if trend is None:
        return {}
    return {id(finding): moment for finding, moment in zip(result.findings, trend.since, strict=True)}


def _debt_rows(estimate: Debt, causes: Sequence[CauseView]) -> list[tuple[CauseView, int, str]]:
    """(cause, its minutes, how they come about) for each cause."""
    rows = []
    for entry, cause in zip(estimate.entries, causes, strict=True):
        first = (BY_CHECK.get(entry.first) or BY_ISSUE[entry.first])[0]
        words = f"{first} for {one_line(entry.first, 80)}"
        if entry.further:
            words += f", {entry.minutes - first} for {entry.further} more"
        rows.append((cause, entry.minutes, words))
    return rows


def _node_rows(picture: Picture, causes: Sequence[CauseView]) -> list[dict[str, object]]:
    """What the list below the picture says of each node: its cells, what it reads, whose trail crosses it."""
    rows: list[dict[str, object]] = []
    for node in picture.nodes:
        rows.append(
            {
                "node": node,
                "label": one_line(node.label, 120),
                "rows": node.rows if node.rows in PARTS else "",
                "details": [one_line(text, 120) for text in node.details[:40]],
                "cells": sorted({span.cell for span in node.places})[:40],
                "reads": [edge.source for edge in picture.edges if edge.target == node.id],
                "findings": [view for cause in causes for view in cause.findings if node.id in view.nodes],
            }
        )
    return rows


def _present_values(result: AuditResult, pick: Callable[[Issue], tuple[str, str]]) -> list[tuple[str, str]]:
    found = {finding.issue for finding in result.findings}
    return list(dict.fromkeys(pick(issue) for code, issue in ISSUES.items() if code in found))


__all__ = ["PHASE_KEYS", "IndexRow", "index_row", "page", "prose", "render", "render_all", "render_index"]

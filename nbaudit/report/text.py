"""Plain text for people: a short summary with code frames. `styled` gives the same text in pieces with a style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbaudit.model.finding import Finding, Suppressed
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.summary import (
    Audit,
    Context,
    frame,
    groups,
    line_text,
    percent,
    place,
    relevance_of,
    sentence,
    trust,
)

WIDTH = 110

Piece = tuple[str, str]
"""(style, text); styles: "", "title", "high", "low", "good", "dim", "mark", "error"."""


def render(result: AuditResult, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return "".join(text for _, text in styled(result, context))


def render_all(audits: Sequence[Audit], context: Context) -> str:
    parts = [render(audit.result, context) for audit in audits]
    if len(audits) > 1:
        parts.append(_total(audits))
    return "\n".join(parts)


def styled(result: AuditResult, context: Context = Context()) -> Iterator[Piece]:  # noqa: B008 (frozen)
    """The report in pieces, in order; every piece's text is free of control characters."""
    yield "title", one_line(result.notebook.name, 300)
    yield "dim", f"  ({len(result.notebook.cells)} cells, {result.code_cells()} with code)\n"
    yield "", sentence(result) + "\n"
    for group in groups(result.findings):
        if group.shared and len(group.findings) > 1:
            yield "dim", f"\nOne cause, {len(group.findings)} findings:\n"
        for finding in group.findings:
            yield from _finding(result, finding, context)
    yield from _verdicts(result)
    yield from _rest(result)


def _finding(result: AuditResult, finding: Finding, context: Context) -> Iterator[Piece]:
    relevance = relevance_of(finding.issue).value
    yield "", "\n"
    yield relevance, finding.issue
    yield "title", f"  {ISSUES[finding.issue].title}"
    yield "dim", f"  [{relevance} relevance, {percent(finding.confidence)} sure, {one_line(finding.check, 80)}]\n"
    yield "", f"  {place(finding.span)}: {one_line(finding.message)}\n"
    for line in frame(result, finding.span, around=1, most=7):
        text = cut(visible(line.text).rstrip(), WIDTH)
        yield ("mark" if line.marked else "dim"), f"  {'>' if line.marked else ' '} {line.number:>3} | {text}".rstrip()
        yield "", "\n"
    others = [step for step in finding.evidence if (step.span.cell, step.span.line) != (finding.cell, finding.line)]
    for step in others[:6]:
        yield "dim", f"    {place(step.span)}: "
        yield "", one_line(step.text, 200)
        code = line_text(result, step.span)
        yield "dim", (f"  |  {cut(code, 70)}" if code else "") + "\n"
    if len(others) > 6:
        yield "dim", f"    and {len(others) - 6} more steps\n"
    if finding.instead.strip():
        yield "good", "  instead:\n"
        for code in visible(finding.instead).strip("\n").split("\n")[:8]:
            yield "", f"      {cut(code.rstrip(), WIDTH)}".rstrip() + "\n"
    elif finding.check in context.catalogue:
        yield "good", "  instead: "
        yield "", one_line(context.catalogue[finding.check].instead, 300) + "\n"


def _verdicts(result: AuditResult) -> Iterator[Piece]:
    yield "", "\n"
    for state, label in (
        (State.PRESENT, "present"),
        (State.UNDECIDED, "undecided"),
        (State.NOT_APPLICABLE, "n/a"),
        (State.ABSENT, "absent"),
    ):
        codes = [code for code, verdict in result.verdicts.items() if verdict.state is state]
        if codes:
            yield "dim", f"{label + ':':<11}"
            yield "", " ".join(codes) + "\n"


def _rest(result: AuditResult) -> Iterator[Piece]:
    resolved, calls = trust(result)
    if calls:
        yield "dim", f"{'calls:':<11}{resolved} of {calls} understood ({percent(resolved / calls)})\n"
    for failure in result.failures:
        yield "error", f"check {one_line(failure.check, 80)} crashed: {one_line(failure.error, 300)}\n"
    for item in result.suppressed:
        yield "dim", _suppressed(item)
    for note in (*result.unused_suppressions, *result.notes):
        where = "" if note.cell is None else f"cell {note.cell}: "
        yield "dim", f"{'note:':<11}{where}{one_line(note.text, 300)}\n"


def _suppressed(item: Suppressed) -> str:
    reason = one_line(item.reason, 200) or "no reason given"
    return f"{'suppressed:':<11} {item.finding.issue} at {place(item.finding.span)} ({reason})\n"


def _total(audits: Sequence[Audit]) -> str:
    findings = sum(len(audit.result.findings) for audit in audits)
    present = sum(len(audit.result.present) for audit in audits)
    return f"{len(audits)} notebooks: {present} issues present, {findings} findings\n"

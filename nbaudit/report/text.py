"""Plain text for people: a short summary with code frames. `styled` gives the same text in pieces with a style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.debt import duration
from nbaudit.report.entries import Entry, entries, ignored_entries
from nbaudit.report.roots import root_causes
from nbaudit.report.summary import (
    Audit,
    Context,
    FrameLine,
    frame,
    line_text,
    percent,
    place,
    relevance_of,
    sentence,
    trust,
)

WIDTH = 110
INSTEAD = 16
"""Lines of the code to use instead that are shown."""

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
    yield "title", _log_safe(one_line(result.notebook.name, 300))
    yield "dim", f"  ({len(result.notebook.cells)} cells, {result.code_cells()} with code)\n"
    causes = root_causes(result.findings, context.catalogue)
    minutes = sum(cause.minutes for cause in causes)
    yield "", sentence(result) + (f" About {duration(minutes)} to repay, estimated." if minutes else "") + "\n"
    for cause in causes:
        if cause.shared and len(cause.findings) > 1:
            yield "dim", f"\nOne cause, {len(cause.findings)} findings, {duration(cause.minutes)}: "
            yield "title", f"{_log_safe(cause.title)}\n"
            yield "", f"  {_log_safe(cause.repair)}\n" if cause.repair else ""
        for number in cause.findings:
            yield from _finding(result, result.findings[number], context)
    for entry in entries(result, context):
        if entry.issue is None:
            yield from _house(result, entry)
    yield from _verdicts(result)
    yield from _rest(result, context)


def _finding(result: AuditResult, finding: Finding, context: Context) -> Iterator[Piece]:
    relevance = relevance_of(finding.issue).value
    yield "", "\n"
    yield relevance, finding.issue
    yield "title", f"  {ISSUES[finding.issue].title}"
    yield "dim", f"  [{relevance} relevance, {percent(finding.confidence)} sure, {one_line(finding.check, 80)}]\n"
    yield "", f"  {place(finding.span)}: {one_line(finding.message)}\n"
    yield from _frame(result, finding)
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
        lines = visible(finding.instead).strip("\n").split("\n")
        for code in lines[:INSTEAD]:
            yield "", f"      {_log_safe(cut(code.rstrip(), WIDTH))}".rstrip() + "\n"
        if len(lines) > INSTEAD:
            yield "dim", f"      … {len(lines) - INSTEAD} more lines\n"
    elif finding.check in context.catalogue:
        yield "good", "  instead: "
        yield "", one_line(context.catalogue[finding.check].instead, 300) + "\n"


def _house(result: AuditResult, entry: Entry) -> Iterator[Piece]:
    yield "", "\n"
    yield entry.level.value if entry.level.value != "info" else "dim", "house rule"
    yield "title", f"  {one_line(entry.check, 80)}"
    yield "dim", f"  [{entry.level.value}]\n"
    yield "", f"  {place(entry.span)}: {one_line(entry.message)}\n"
    yield from _frame(result, entry)
    if entry.advice:
        yield "good", "  instead: "
        yield "", one_line(entry.advice, 300) + "\n"


def _frame(result: AuditResult, finding: Finding | Entry) -> Iterator[Piece]:
    """The lines around the place; a marked stretch shorter than its line is underlined."""
    for line in frame(result, finding.span, around=1, most=7):
        text = _log_safe(cut(visible(line.text).rstrip(), WIDTH))
        yield ("mark" if line.marked else "dim"), f"  {'>' if line.marked else ' '} {line.number:>3} | {text}".rstrip()
        yield "", "\n"
        if _is_part(line):
            yield from _underline(line)


def _is_part(line: FrameLine) -> bool:
    """Whether a stretch of the line is marked that is visible as text and is not the whole line."""
    if line.start is None or line.end is None or line.end <= line.start or line.end > WIDTH:
        return False
    text = line.text.rstrip()
    whole = not text[: line.start].strip() and not text[line.end :].strip()
    return not whole and visible(text) == text and "\t" not in text


def _underline(line: FrameLine) -> Iterator[Piece]:
    from rich.cells import cell_len  # wide characters take two columns

    start, end = line.start or 0, line.end or 0
    yield "dim", "        | "
    yield "mark", " " * cell_len(line.text[:start]) + "^" * cell_len(line.text[start:end])
    yield "", "\n"


def _log_safe(text: str) -> str:
    """`text` that is no command to a CI runner which reads its log: it obeys `::name::` at the start of a line, and
    `##[name]` anywhere."""
    return re.sub(r"^(\s*):(?=:)", r"\1: ", text).replace("##[", "## [")


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


def _rest(result: AuditResult, context: Context) -> Iterator[Piece]:
    resolved, calls = trust(result)
    if calls:
        yield "dim", f"{'calls:':<11}{resolved} of {calls} understood ({percent(resolved / calls)})\n"
    for failure in result.failures:
        yield "error", f"check {one_line(failure.check, 80)} crashed: {one_line(failure.error, 300)}\n"
    for entry in ignored_entries(result, context):
        name = entry.issue.code if entry.issue else one_line(entry.head, 100)
        yield "dim", f"{'suppressed:':<11} {name} at {place(entry.span)} ({_reason(entry)})\n"
    for note in (*result.unused_suppressions, *result.notes):
        where = "" if note.cell is None else f"cell {note.cell}: "
        yield "dim", f"{'note:':<11}{where}{one_line(note.text, 300)}\n"


def _reason(entry: Entry) -> str:
    return one_line(entry.ignored or "", 200) or "no reason given"


def _total(audits: Sequence[Audit]) -> str:
    findings = sum(len(audit.result.findings) for audit in audits)
    present = sum(len(audit.result.present) for audit in audits)
    return f"{len(audits)} notebooks: {present} issues present, {findings} findings\n"

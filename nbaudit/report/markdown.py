"""Markdown for a pull-request comment: a summary, a table of findings, and each finding folded below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.summary import Audit, Context, frame, percent, place, ranked, relevance_of, sentence, trust

# Everything that starts markup, a mention, a reference or an autolink.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+|~!&$@:-])")


def render(result: AuditResult, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return "\n".join(_lines(result, context)) + "\n"


def render_all(audits: Sequence[Audit], context: Context) -> str:
    parts = [render(audit.result, context) for audit in audits]
    if context.errors:
        parts.append("\n".join(f"- not audited: {literal(error)}" for error in context.errors) + "\n")
    return "\n---\n\n".join(parts)


def literal(text: str, limit: int = 1000) -> str:
    """`text` on one line, with everything that Markdown or HTML could take for markup escaped."""
    return _SPECIAL.sub(
        lambda match: f"&#{ord(match[0])};" if match[0] in "<>&@:|" else "\\" + match[0], one_line(text, limit)
    )


def fence(code: str, language: str = "") -> list[str]:
    """A code block whose fence is longer than any run of backticks in it."""
    code = visible(code).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [ticks + language, code, ticks]


def _lines(result: AuditResult, context: Context) -> Iterator[str]:
    yield f"## nbaudit: {literal(result.notebook.name, 300)}"
    yield ""
    yield sentence(result)
    findings = ranked(result.findings)
    if findings:
        yield ""
        yield "| issue | relevance | place | what | sure |"
        yield "|---|---|---|---|---|"
        for finding in findings:
            yield (
                f"| **{finding.issue}** | {relevance_of(finding.issue).value} | {place(finding.span)} "
                f"| {literal(finding.message, 300)} | {percent(finding.confidence)} |"
            )
    for finding in findings:
        yield ""
        yield from _finding(result, finding, context)
    yield ""
    for state in (State.UNDECIDED, State.NOT_APPLICABLE, State.ABSENT):
        codes = [code for code, verdict in result.verdicts.items() if verdict.state is state]
        if codes:
            yield f"- {state.value}: {' '.join(codes)}"
    resolved, calls = trust(result)
    if calls:
        yield f"- {resolved} of {calls} calls understood"
    for failure in result.failures:
        yield f"- **check {literal(failure.check, 80)} crashed**: {literal(failure.error, 300)}"
    for item in result.suppressed:
        yield (
            f"- suppressed: {item.finding.issue} at {place(item.finding.span)} "
            f"({literal(item.reason, 300) or 'no reason given'})"
        )
    for note in (*result.unused_suppressions, *result.notes):
        yield f"- note: {'' if note.cell is None else f'cell {note.cell}, '}{literal(note.text, 300)}"


def _finding(result: AuditResult, finding: Finding, context: Context) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{finding.issue} {ISSUES[finding.issue].title}: {place(finding.span)}</summary>"
    yield ""
    yield literal(finding.message)
    yield ""
    code = "\n".join(cut(line.text, 300) for line in frame(result, finding.span))
    if code.strip():
        yield from fence(code, "python")
        yield ""
    check = context.catalogue.get(finding.check)
    if check and check.why:
        yield f"*Why it is debt.* {literal(check.why, 2000)}"
        yield ""
    if finding.instead.strip():
        yield "*Instead:*"
        yield ""
        yield from fence(finding.instead, "python")
        yield ""
    yield "*Evidence:*"
    yield ""
    for number, step in enumerate(finding.evidence, 1):
        yield f"{number}. {place(step.span)}: {literal(step.text, 300)}"
    yield ""
    yield "</details>"

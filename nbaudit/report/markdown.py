"""Markdown for a pull-request comment: a summary, a table of findings, and each finding folded below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import State
from nbaudit.patterns import regex
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.clean import sentence as as_sentence
from nbaudit.report.entries import Entry, entries, ignored_entries
from nbaudit.report.summary import Audit, Context, counts, frame, percent, place, sentence, trust

LIMIT = 60_000
"""Characters in all; GitHub takes 65,536 in a comment. Details are left out first, then rows."""

# Everything that starts markup, an entity, a table cell or an autolink.
_SPECIAL = regex(r"([\\`*_{}\[\]()<>#+|~!&$@:-])|(?<=[wW]{3})\.")
_CODES = frozenset("<>&:|")
_CODE = regex(r"(`[^`]+`)")
_BREAK = "&#8203;"
"""A zero-width space: GitHub looks for mentions and references in the finished page, where escapes are gone."""


def render(result: AuditResult, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    parts = list(_overview(audits)) if len(audits) > 1 else []
    room = LIMIT - sum(map(len, parts))
    for number, audit in enumerate(audits):
        share = max(room // (len(audits) - number), 0)
        text = _fitting(audit.result, context, share)
        room -= len(text)
        parts.append(text)
    if context.errors:
        parts.append("\n".join(f"- not audited: {literal(error)}" for error in context.errors) + "\n")
    return "\n---\n\n".join(parts)


def literal(text: str, limit: int = 1000) -> str:
    """`text` on one line, with everything that Markdown or HTML could take for markup escaped."""
    return _SPECIAL.sub(_escape, one_line(text, limit))


def prose(text: str, limit: int = 1000) -> str:
    """As `literal`, but what stands between backticks stays code, unless a bar in it would end a table's cell."""
    pieces = _CODE.split(one_line(text, limit))
    is_code = [number % 2 == 1 and "|" not in piece for number, piece in enumerate(pieces)]
    return "".join(piece if code else _SPECIAL.sub(_escape, piece) for code, piece in zip(is_code, pieces, strict=True))


def fence(code: str, language: str = "") -> list[str]:
    """A code block whose fence is longer than any run of backticks in it."""
    code = visible(code).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [ticks + language, code, ticks]


def framed(result: AuditResult, span: Span, around: int = 2) -> list[str]:
    """The lines around a span as a code block, with their numbers and a mark.

    The numbers also keep a line of code from beginning with `::`, which a CI log would obey.
    """
    lines = list(frame(result, span, around))
    if not any(line.text.strip() for line in lines):
        return []
    shown = [
        f"{'>' if line.marked else ' '} {line.number:>3} | {_log_safe(cut(visible(line.text), 300))}".rstrip()
        for line in lines
    ]
    return fence("\n".join(shown), "python")


def details(result: AuditResult, entry: Entry, context: Context) -> Iterator[str]:
    """What a finding says, as lines: the sentence, the code, why, what to do instead, and the evidence."""
    yield prose(entry.message)
    yield ""
    code = framed(result, entry.span)
    if code:
        yield from code
        yield ""
    check = context.catalogue.get(entry.check) if entry.issue else None
    if check and check.why:
        yield f"*Why it is debt.* {prose(as_sentence(check.why, is_prose=True), 2000)}"
        yield ""
    if entry.code.strip():
        yield "*Instead:*"
        yield ""
        yield from fence(_log_safe(entry.code), "python")
        yield ""
    elif entry.advice:
        yield f"*Instead.* {prose(entry.advice, 2000)}"
        yield ""
    if entry.finding is not None:
        yield "*Evidence:*"
        yield ""
        for number, step in enumerate(entry.finding.evidence, 1):
            yield f"{number}. {place(step.span)}: {prose(step.text, 300)}"
        yield ""


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _CODES:
        return f"&#{ord(character)};"
    return f"\\{character}{_BREAK}" if character in "@#" else f"\\{character}"


def _html(text: str) -> str:
    """`text` for the inside of an HTML tag, where Markdown's escapes are not read."""
    return "".join(letter + _BREAK if letter in "@#" else escape(letter) for letter in one_line(text, 200))


def _log_safe(text: str) -> str:
    """`text` in which no line is a command to GitHub's runner, which obeys its log."""
    return re.sub(r"(?m)^(\s*):(?=:)", r"\1: ", text).replace("##[", "## [")


def _overview(audits: Sequence[Audit]) -> Iterator[str]:
    lines = ["## nbaudit", "", "| notebook | present | of high relevance | findings |", "|---|---|---|---|"]
    for audit in audits:
        tally = counts(audit.result)
        name = literal(audit.result.notebook.name, 300)
        lines.append(f"| {name} | {tally.present} | {tally.high} | {len(audit.result.findings)} |")
    yield "\n".join(lines) + "\n"


def _fitting(result: AuditResult, context: Context, room: int) -> str:
    """The whole where it fits into `room` characters; else fewer details, and at last fewer rows."""
    found = entries(result, context)
    folded = ["\n".join(_folded(result, entry, context)) + "\n" for entry in found]
    rows = [_row(entry) for entry in found]
    head, tail = "\n".join(_head(result)), "\n".join(_tail(result, context))
    room -= len(head) + len(tail) + 400
    kept_rows = _count_that_fits(rows, room)
    kept = _count_that_fits(folded, room - sum(len(row) + 1 for row in rows[:kept_rows]))
    lines = [head]
    if rows:
        lines += ["", "| issue | relevance | place | what | sure |", "|---|---|---|---|---|", *rows[:kept_rows]]
    if kept_rows < len(rows):
        lines += ["", f"{len(rows) - kept_rows} more findings don't fit here; another format has them all."]
    lines += [""] if kept else []
    lines += folded[:kept]
    if kept < kept_rows:
        lines += ["", f"The details of {len(rows) - kept} findings don't fit here; another format has them all."]
    return "\n".join([*lines, "", tail]) + "\n"


def _count_that_fits(parts: Sequence[str], room: int) -> int:
    for number, part in enumerate(parts):
        room -= len(part) + 1
        if room < 0:
            return number
    return len(parts)


def _head(result: AuditResult) -> Iterator[str]:
    yield f"## nbaudit: {literal(result.notebook.name, 300)}"
    yield ""
    yield sentence(result)


def _row(entry: Entry) -> str:
    name = f"**{entry.issue.code}**" if entry.issue else f"house rule {literal(entry.check, 100)}"
    sure = percent(entry.confidence) if entry.issue else ""
    return f"| {name} | {entry.level.value} | {place(entry.span)} | {prose(entry.message, 300)} | {sure} |"


def _folded(result: AuditResult, entry: Entry, context: Context) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{_html(entry.head)}: {place(entry.span)}</summary>"
    yield ""
    yield from details(result, entry, context)
    yield "</details>"


def _tail(result: AuditResult, context: Context) -> Iterator[str]:
    for state in (State.UNDECIDED, State.NOT_APPLICABLE, State.ABSENT):
        codes = [code for code, verdict in result.verdicts.items() if verdict.state is state]
        if codes:
            yield f"- {state.value}: {' '.join(codes)}"
    resolved, calls = trust(result)
    if calls:
        yield f"- {resolved} of {calls} calls understood"
    for failure in result.failures:
        yield f"- **check {literal(failure.check, 80)} crashed**: {literal(failure.error, 300)}"
    for entry in ignored_entries(result, context):
        name = entry.issue.code if entry.issue else literal(entry.head, 100)
        yield f"- suppressed: {name} at {place(entry.span)} ({literal(entry.ignored or '', 300) or 'no reason given'})"
    for note in (*result.unused_suppressions, *result.notes):
        yield f"- note: {'' if note.cell is None else f'cell {note.cell}, '}{literal(note.text, 300)}"

"""GitHub annotations: a workflow command per finding, with real lines of the file, gravest first.

GitHub shows ten warnings, ten notices and ten errors of a step, so the order matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbaudit.model.result import AuditResult
from nbaudit.report.clean import one_line
from nbaudit.report.entries import Entry, Level, entries
from nbaudit.report.places import FilePlaces
from nbaudit.report.rawlines import Region
from nbaudit.report.summary import Audit, Context, place

_COMMANDS = {Level.HIGH: "warning", Level.LOW: "notice", Level.INFO: "notice"}
_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def render(result: AuditResult, raw: str | None = None, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result, raw)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """One command per line: `::warning file=...,line=...::...`. What could not be audited is an error."""
    lines = [command("error", error, title="nbaudit") for error in context.errors]
    for audit in audits:
        places = FilePlaces(audit)
        lines += [
            command("error", f"check {item.check} crashed: {item.error}", file=places.path, title="nbaudit")
            for item in audit.result.failures
        ]
        lines += [_annotation(entry, places) for entry in entries(audit.result, context)]
    return "".join(line + "\n" for line in lines)


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command of which no part can end early or begin another."""
    fields = ",".join(f"{key}={_escaped(one_line(value, 300), _PROPERTY)}" for key, value in properties.items())
    return f"::{name} {fields}::{_escaped(_lines(message), _DATA)}"


def _annotation(entry: Entry, places: FilePlaces) -> str:
    region = places.region(entry.span)
    text = f"{place(entry.span)}: {one_line(entry.message)}"
    if entry.advice:
        text += f"\nInstead: {one_line(entry.advice)}"
    properties = {"file": places.path, **dict(_lines_of(region)), "title": f"{entry.head} ({entry.check})"}
    return command(_COMMANDS[entry.level], text, **properties)


def _lines_of(region: Region | None) -> Iterator[tuple[str, str]]:
    if region is None:
        yield "line", "1"
        return
    yield "line", str(region.line)
    yield "endLine", str(region.end_line)
    if region.line == region.end_line:  # GitHub takes columns only then
        yield "col", str(region.column)
        yield "endColumn", str(region.end_column)


def _lines(text: str) -> str:
    return "\n".join(one_line(line) for line in text.split("\n"))


def _escaped(text: str, table: Sequence[tuple[str, str]]) -> str:
    for character, code in table:
        text = text.replace(character, code)
    # The runner also takes an older form, `##[command]`, anywhere in a line.
    return text.replace("##[", "#%23[")

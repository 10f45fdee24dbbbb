"""A result as an output of a notebook cell: a small piece of HTML without script that suits light and dark themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, Activity, Problem, State
from nbaudit.report.clean import cut, visible
from nbaudit.report.entries import Entry, entries, ignored_entries
from nbaudit.report.summary import Context, FrameLine, frame, percent, place, sentence, trust
from nbaudit.report.templates import environment

SIGNS = {State.PRESENT: "●", State.ABSENT: "✓", State.NOT_APPLICABLE: "–", State.UNDECIDED: "?"}
MOST = 100
"""Findings that are listed; a cell's output must stay small."""


class _Verdict(Struct, frozen=True):
    """One field of the matrix: `sign` and `words` say the state in two ways, so colour is not needed."""

    code: str
    sign: str
    words: str
    present: bool


class _Shown(Struct, frozen=True):
    entry: Entry
    place: str
    sure: str
    frame: tuple[FrameLine, ...]
    steps: tuple[tuple[str, str], ...]


def render(result: AuditResult, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    """The result as an HTML fragment; escaped, without script, links or images."""
    found = entries(result, context)
    resolved, calls = trust(result)
    return (
        environment()
        .get_template("display.html")
        .render(
            prose=_prose,
            name=cut(result.notebook.name, 300),
            sentence=sentence(result),
            problems=[problem.label for problem in Problem],
            matrix=list(_matrix(result)),
            findings=[_shown(result, entry) for entry in found[:MOST]],
            more=len(found) - min(len(found), MOST),
            ignored=sum(1 for _ in ignored_entries(result, context)),
            failures=[(cut(item.check, 200), cut(item.error, 1000)) for item in result.failures],
            understood=percent(resolved / calls) if calls else "",
        )
    )


def _prose(text: str) -> Markup:
    """Escaped text in which words between backticks are set as code."""
    pieces = re.split(r"`([^`]+)`", visible(text))
    return Markup().join(
        Markup("<code>{}</code>").format(piece) if number % 2 else piece for number, piece in enumerate(pieces)
    )


def _matrix(result: AuditResult) -> Iterator[tuple[str, list[_Verdict | None]]]:
    for activity in Activity:
        yield activity.label, [_verdict(result, f"{activity.value}-{problem.value}") for problem in Problem]


def _verdict(result: AuditResult, code: str) -> _Verdict | None:
    """None where the combination is none of the 30 issues."""
    verdict = result.verdicts.get(code)
    if verdict is None or code not in ISSUES:
        return None
    words = cut(f"{ISSUES[code].title}: {verdict.state.value}. {verdict.reason}", 500)
    return _Verdict(code, SIGNS[verdict.state], words, verdict.state is State.PRESENT)


def _shown(result: AuditResult, entry: Entry) -> _Shown:
    steps = entry.finding.evidence[:50] if entry.finding else ()
    return _Shown(
        entry=entry,
        place=place(entry.span),
        sure=percent(entry.confidence) if entry.issue else "",
        frame=tuple(replace(line, text=cut(line.text, 300)) for line in frame(result, entry.span, around=1, most=9)),
        steps=tuple((place(step.span), cut(step.text, 1000)) for step in steps),
    )

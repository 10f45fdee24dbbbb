"""The 36 places of the study's table, and the 30 issues as tiles and as a list with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from markupsafe import Markup, escape
from msgspec import Struct

from nbaudit.model.finding import Verdict
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import DROPPED_ISSUES, ISSUES, Activity, Issue, Phase, Problem, State
from nbaudit.report.clean import one_line
from nbaudit.report.clean import sentence as full
from nbaudit.report.html_page import PHASE_KEYS, prose
from nbaudit.report.summary import percent

_SYMBOLS = {State.PRESENT: "●", State.ABSENT: "✓", State.NOT_APPLICABLE: "○", State.UNDECIDED: "?"}
_STATE_KEYS = {
    State.PRESENT: "present",
    State.ABSENT: "absent",
    State.NOT_APPLICABLE: "na",
    State.UNDECIDED: "undecided",
}


class MatrixPlace(Struct, frozen=True):
    """One of the 36 places. `state` is a CSS word: a verdict's, "dropped" or "none"; `issue` is None for the latter."""

    state: str
    label: str
    symbol: str = ""
    issue: Issue | None = None
    code: str = ""
    target: str = ""
    reason: Markup = Markup()
    count: int = 0


class MatrixRow(Struct, frozen=True):
    activity: Activity
    phase: str
    first_of_phase: int
    places: tuple[MatrixPlace, ...]


class VerdictView(Struct, frozen=True):
    issue: Issue
    state: str
    label: str
    symbol: str
    sure: str
    basis: str
    reason: Markup


def matrix(result: AuditResult, first: Mapping[str, str]) -> tuple[MatrixRow, ...]:
    found = Counter(finding.issue for finding in result.findings)
    per_phase = Counter(activity.phase for activity in Activity)
    rows: list[MatrixRow] = []
    seen: set[Phase] = set()
    for activity in Activity:
        places = tuple(_matrix_place(result, f"{activity.value}-{problem.value}", found, first) for problem in Problem)
        span = 0 if activity.phase in seen else per_phase[activity.phase]
        seen.add(activity.phase)
        rows.append(MatrixRow(activity, PHASE_KEYS[activity.phase][0], span, places))
    return tuple(rows)


def _matrix_place(result: AuditResult, code: str, found: Mapping[str, int], first: Mapping[str, str]) -> MatrixPlace:
    if code in DROPPED_ISSUES:
        return MatrixPlace(
            "dropped", f"({code})", code=code, reason=escape("A candidate that the study's experts dropped")
        )
    if code not in ISSUES:
        return MatrixPlace("none", "-", code=code, reason=escape("This combination makes no sense"))
    verdict = result.verdicts.get(code)
    if verdict is None:
        return MatrixPlace(
            "undecided", "undecided", "?", ISSUES[code], code, f"v-{code}", escape("No check has decided it")
        )
    state = _STATE_KEYS[verdict.state]
    target = first.get(code, f"v-{code}") if verdict.state is State.PRESENT else f"v-{code}"
    return MatrixPlace(
        state,
        verdict.state.value,
        _SYMBOLS[verdict.state],
        ISSUES[code],
        code,
        target,
        prose(full(one_line(verdict.reason, 400))),
        found.get(code, 0),
    )


def tiles(result: AuditResult, first: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """One (CSS word, code, target, label) per issue: present and high first, then low, undecided, absent, n/a."""
    order = {"present-high": 0, "present-low": 1, "undecided": 2, "absent": 3, "na": 4}
    tiles = []
    for code, verdict in result.verdicts.items():
        state = _STATE_KEYS[verdict.state]
        word = f"present-{ISSUES[code].relevance.value}" if verdict.state is State.PRESENT else state
        target = first.get(code, f"v-{code}") if verdict.state is State.PRESENT else f"v-{code}"
        tiles.append((word, code, target, f"{code} {ISSUES[code].title}: {verdict.state.value}"))
    return sorted(tiles, key=lambda tile: order[tile[0]])


def verdict_view(code: str, verdict: Verdict) -> VerdictView:
    return VerdictView(
        ISSUES[code],
        _STATE_KEYS[verdict.state],
        verdict.state.value,
        _SYMBOLS[verdict.state],
        percent(verdict.confidence),
        verdict.basis.value,
        prose(full(verdict.reason)),
    )

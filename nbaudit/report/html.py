"""The HTML report: one self-contained page, and an index over several.

All text goes through the escaping of the templates; style and script are fixed files, and their hashes are all that the
page's Content-Security-Policy admits. No data ever stands in a script, a style or an event attribute.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from nbaudit.errors import UsageError
from nbaudit.model.finding import Finding, Verdict
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Cell, CellKind, Span
from nbaudit.model.vocabulary import DROPPED_ISSUES, ISSUES, Activity, Issue, Phase, Problem, Relevance, State
from nbaudit.report.clean import cut, one_line, source_lines, visible
from nbaudit.report.clean import sentence as full
from nbaudit.report.highlight import Token, line_html, tokens
from nbaudit.report.summary import (
    NO_CHECKS,
    Audit,
    CheckText,
    Context,
    Group,
    counts,
    frame,
    groups,
    line_text,
    percent,
    place,
    relevance_of,
    sentence,
    trust,
)
from nbaudit.report.templates import environment

CELL_LINES = 400
"""Lines of one cell that the notebook section shows."""

PROSE_LIMIT = 6000
"""Characters of one markdown cell or text that are shown."""

_CODE = re.compile(r"(``?)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)

PHASE_KEYS: Mapping[Phase, tuple[str, str]] = {
    Phase.PROBLEM: ("problem", "PU"),
    Phase.COLLECTION: ("collection", "DC"),
    Phase.PREPROCESSING: ("preprocessing", "PP"),
    Phase.TRAINING: ("training", "TR"),
    Phase.EVALUATION: ("evaluation", "EV"),
    Phase.DEPLOYMENT: ("deployment", "DE"),
    Phase.MONITORING: ("monitoring", "MO"),
    Phase.SETUP: ("setup", "SE"),
}
"""CSS class and two letters of each phase."""

_SYMBOLS = {State.PRESENT: "●", State.ABSENT: "✓", State.NOT_APPLICABLE: "○", State.UNDECIDED: "?"}
_STATE_KEYS = {
    State.PRESENT: "present",
    State.ABSENT: "absent",
    State.NOT_APPLICABLE: "na",
    State.UNDECIDED: "undecided",
}


@dataclass(frozen=True, slots=True)
class MatrixPlace:
    """One of the 36 places. `state` is a CSS word: a verdict's, "dropped" or "none"; `issue` is None for the latter."""

    state: str
    label: str
    symbol: str = ""
    issue: Issue | None = None
    code: str = ""
    target: str = ""
    reason: Markup = Markup()  # noqa: RUF009 (immutable)
    count: int = 0


@dataclass(frozen=True, slots=True)
class MatrixRow:
    activity: Activity
    phase: str
    first_of_phase: int
    places: tuple[MatrixPlace, ...]


@dataclass(frozen=True, slots=True)
class CodeLine:
    number: int
    html: Markup
    marked: bool = False
    anchor: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StepView:
    target: str
    end: int
    where: str
    text: Markup
    code: str
    source: str


@dataclass(frozen=True, slots=True)
class FindingView:
    id: str
    finding: Finding
    issue: Issue
    phase: str
    where: str
    target: str
    message: Markup
    lines: tuple[CodeLine, ...]
    sure: str
    level: int
    why: Markup
    blind_spots: Markup
    instead_code: tuple[Markup, ...]
    instead_text: Markup
    steps: tuple[StepView, ...]
    search: str


@dataclass(frozen=True, slots=True)
class GroupView:
    id: str
    title: str
    shared: bool
    relevance: str
    issues: tuple[str, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class CellView:
    index: int
    kind: str
    phase: str
    phase_label: str
    letters: str
    further: tuple[str, ...]
    reason: str
    confidence: str
    prompt: str
    lines: tuple[CodeLine, ...]
    prose: str
    left_out: int
    findings: tuple[str, ...]
    grave: bool
    language: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    issue: Issue
    state: str
    label: str
    symbol: str
    sure: str
    basis: str
    reason: Markup


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One notebook of the index. `link` is None where it has no report; `error` says why it could not be audited."""

    name: str
    link: str | None
    high: int = 0
    low: int = 0
    findings: int = 0
    undecided: int = 0
    cells: int = 0
    failures: int = 0
    issues: tuple[str, ...] = ()
    error: str = ""


def render(result: AuditResult, context: Context = Context(), index_link: str = "") -> str:  # noqa: B008 (frozen)
    """The report of one notebook as a page; `index_link` is the relative address of an index to link back to."""
    catalogue = context.catalogue or NO_CHECKS
    ids = {id(finding): f"f{number}" for number, finding in enumerate(result.findings, 1)}
    coloured = {cell.index: tokens(cell.source, cell.is_python) for cell in result.notebook.cells if _is_code(cell)}
    finding_views = {
        ids[id(finding)]: _finding_view(result, finding, ids[id(finding)], catalogue, coloured)
        for finding in result.findings
    }
    group_views = tuple(
        _group_view(number, group, tuple(finding_views[ids[id(finding)]] for finding in group.findings), catalogue)
        for number, group in enumerate(groups(result.findings), 1)
    )
    resolved, calls = trust(result)
    cells = _cell_views(result, ids, coloured)
    first: dict[str, str] = {}
    for group_view in group_views:
        for view in group_view.findings:
            first.setdefault(view.finding.issue, view.id)
    return page(
        "report.html",
        result=result,
        name=one_line(result.notebook.name, 300),
        title=one_line(result.notebook.name.rpartition("/")[2], 120),
        sentence=sentence(result),
        counts=counts(result),
        tiles=_tiles(result, first),
        matrix=_matrix(result, first),
        problems=tuple(Problem),
        groups=group_views,
        top=[group.findings[0] for group in group_views][:5],
        cells=cells,
        legend=_legend(cells),
        verdicts=tuple(_verdict_view(code, verdict) for code, verdict in result.verdicts.items() if code in ISSUES),
        suppressed=[
            (item.finding, place(item.finding.span), prose(item.finding.message), item.reason, _line_target(item.span))
            for item in result.suppressed
        ],
        notes=[(note, prose(note.text)) for note in (*result.unused_suppressions, *result.notes)],
        resolved=resolved,
        calls=calls,
        known_share=percent(resolved / calls) if calls else "",
        unknown=[(cut(visible(name), 120), number) for name, number in result.unknown[:40]],
        unknown_left=max(len(result.unknown) - 40, 0),
        activities=_present_values(result, lambda issue: (issue.activity.value, issue.activity.label)),
        phases=_present_values(result, lambda issue: (PHASE_KEYS[issue.activity.phase][0], issue.activity.phase.value)),
        index_link=index_link,
        place=place,
        percent=percent,
    )


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """The page of the one notebook.

    Raises:
        UsageError: there are several; each needs a page of its own, in a folder with `render_index`.
    """
    if len(audits) != 1:
        raise UsageError("html of several notebooks needs a folder; use --format html:FOLDER/")
    return render(audits[0].result, context)


def render_index(rows: Sequence[IndexRow], results: Sequence[AuditResult], version: str = "") -> str:
    """The index page over several notebooks, the worst first; `rows` as `index_row` makes them."""
    ordered = sorted(rows, key=lambda row: (bool(row.error), -row.high, -row.low, -row.findings, row.name))
    per_issue = Counter(code for result in results for code in result.present)
    per_phase = Counter(
        PHASE_KEYS[ISSUES[finding.issue].activity.phase] + (ISSUES[finding.issue].activity.phase.value,)
        for result in results
        for finding in result.findings
    )
    return page(
        "index.html",
        rows=ordered,
        audited=len(results),
        failed=sum(bool(row.error) for row in rows),
        clean=sum(not result.findings for result in results),
        high=sum(row.high for row in rows),
        low=sum(row.low for row in rows),
        findings=sum(row.findings for row in rows),
        issues=[
            (ISSUES[code], number) for code, number in sorted(per_issue.items(), key=lambda item: (-item[1], item[0]))
        ],
        phases=sorted(per_phase.items(), key=lambda item: (-item[1], item[0])),
        version=version,
    )


def index_row(result: AuditResult, link: str | None) -> IndexRow:
    """The row of an audited notebook; `link` is its report's file name, relative to the index."""
    tally = counts(result)
    return IndexRow(
        name=one_line(result.notebook.name, 300),
        link=None if link is None else quote(link.encode("utf-8", "replace")),
        high=tally.high,
        low=tally.low,
        findings=len(result.findings),
        undecided=tally.undecided,
        cells=len(result.notebook.cells),
        failures=len(result.failures),
        issues=result.present,
    )


def prose(text: str) -> Markup:
    """Text with `code` set as code, everything escaped."""
    shown = cut(visible(text), PROSE_LIMIT)
    parts: list[Markup] = []
    position = 0
    for match in _CODE.finditer(shown):
        parts.append(escape(shown[position : match.start()]))
        parts.append(Markup("<code>{}</code>").format(match[2].strip()))
        position = match.end()
    parts.append(escape(shown[position:]))
    return Markup("").join(parts)


def page(template: str, **values: object) -> str:
    """A page with style and script put in and their hashes in the policy."""
    env = environment()
    style = env.get_template("style.css").render()
    script = env.get_template("script.js").render()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    # The two files are the package's own text, without any value put in.
    return env.get_template(template).render(
        policy=policy, style=Markup(style), script=Markup(script), phase_keys=PHASE_KEYS, **values
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _is_code(cell: Cell) -> bool:
    return cell.kind is CellKind.CODE


def _target(result: AuditResult, span: Span) -> str:
    """The id of a line in the notebook section; the cell's where the line is not shown there."""
    cells = result.notebook.cells
    if 0 <= span.cell < len(cells) and _is_code(cells[span.cell]):
        shown = min(len(source_lines(cells[span.cell].source)), CELL_LINES)
        if 1 <= span.line <= shown:
            return _line_target(span)
    return f"c{span.cell}"


def _line_target(span: Span) -> str:
    return f"c{span.cell}l{span.line}"


def _finding_view(
    result: AuditResult,
    finding: Finding,
    name: str,
    catalogue: Mapping[str, CheckText],
    coloured: Mapping[int, tuple[tuple[Token, ...], ...]],
) -> FindingView:
    issue = ISSUES[finding.issue]
    check = catalogue.get(finding.check)
    lines = tuple(
        CodeLine(
            line.number,
            line_html(coloured[finding.cell][line.number - 1], line.start, line.end)
            if finding.cell in coloured
            else escape(visible(line.text)),
            line.marked,
        )
        for line in frame(result, finding.span, most=14)
    )
    code = finding.instead.strip("\n")
    return FindingView(
        id=name,
        finding=finding,
        issue=issue,
        phase=PHASE_KEYS[issue.activity.phase][0],
        where=place(finding.span),
        target=_target(result, finding.span),
        message=prose(full(finding.message)),
        lines=lines,
        sure=percent(finding.confidence),
        level=round(finding.confidence * 5),
        why=prose(full(check.why if check else issue.question, True)),
        blind_spots=prose(full(check.blind_spots if check else "", True)),
        instead_code=tuple(line_html(line) for line in tokens(code)) if code.strip() else (),
        instead_text=prose(full(check.instead if check else "", True)),
        steps=tuple(
            StepView(
                target=_target(result, step.span),
                end=max(step.span.end_line, step.span.line),
                where=place(step.span),
                text=prose(step.text),
                code=line_text(result, step.span),
                source=one_line(step.source, 120),
            )
            for step in finding.evidence
        ),
        search=cut(
            " ".join(
                (
                    finding.issue,
                    issue.title,
                    issue.activity.label,
                    finding.check[:200],
                    one_line(finding.message),
                    line_text(result, finding.span),
                    one_line(" ".join(finding.columns), 500),
                )
            ).lower(),
            3000,
        ),
    )


def _group_view(
    number: int, group: Group, views: tuple[FindingView, ...], catalogue: Mapping[str, CheckText]
) -> GroupView:
    lead = views[0]
    check = catalogue.get(lead.finding.check)
    title = (check.title.rstrip(".") if check else lead.issue.title) if group.shared else lead.issue.title
    grave = any(view.issue.relevance is Relevance.HIGH for view in views)
    return GroupView(f"g{number}", one_line(title, 300), group.shared, "high" if grave else "low", group.issues, views)


def _cell_views(
    result: AuditResult, ids: Mapping[int, str], coloured: Mapping[int, tuple[tuple[Token, ...], ...]]
) -> tuple[CellView, ...]:
    phases = {label.cell: label for label in result.phases}
    by_line: dict[tuple[int, int], list[tuple[str, str, str]]] = {}
    by_cell: dict[int, list[Finding]] = {}
    for finding in result.findings:
        by_line.setdefault((finding.cell, finding.line), []).append(
            (ids[id(finding)], finding.issue, relevance_of(finding.issue).value)
        )
        by_cell.setdefault(finding.cell, []).append(finding)
    views = []
    for cell in result.notebook.cells:
        label = phases.get(cell.index)
        key, letters = PHASE_KEYS[label.primary] if label else ("none", "")
        lines = coloured.get(cell.index, ())
        findings = by_cell.get(cell.index, [])
        views.append(
            CellView(
                index=cell.index,
                kind=cell.kind.value,
                phase=key,
                phase_label=label.primary.value if label else ("no phase" if _is_code(cell) else cell.kind.value),
                letters=letters,
                further=tuple(phase.value for phase in label.further) if label else (),
                reason=one_line(label.reason, 300) if label else "",
                confidence=percent(label.confidence) if label else "",
                prompt=f"In [{cell.execution_count if cell.execution_count is not None else ' '}]",
                lines=tuple(
                    CodeLine(
                        number,
                        line_html(line),
                        (cell.index, number) in by_line,
                        _line_target(Span(cell.index, number)),
                        tuple(by_line.get((cell.index, number), ())),
                    )
                    for number, line in enumerate(lines[:CELL_LINES], 1)
                ),
                prose="" if _is_code(cell) else cut(visible(cell.source), PROSE_LIMIT),
                left_out=max(len(lines) - CELL_LINES, 0),
                findings=tuple(dict.fromkeys(ids[id(finding)] for finding in findings)),
                grave=any(relevance_of(finding.issue) is Relevance.HIGH for finding in findings),
                language="" if cell.is_python or not _is_code(cell) else one_line(cell.language, 30),
            )
        )
    return tuple(views)


def _legend(cells: Sequence[CellView]) -> list[tuple[str, str, str, int]]:
    """(CSS class, letters, phase, number of cells) of the phases that occur."""
    number = Counter(cell.phase for cell in cells)
    return [(key, letters, phase.value, number[key]) for phase, (key, letters) in PHASE_KEYS.items() if number[key]]


def _matrix(result: AuditResult, first: Mapping[str, str]) -> tuple[MatrixRow, ...]:
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


def _tiles(result: AuditResult, first: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """One (CSS word, code, target, label) per issue: present and high first, then low, undecided, absent, n/a."""
    order = {"present-high": 0, "present-low": 1, "undecided": 2, "absent": 3, "na": 4}
    tiles = []
    for code, verdict in result.verdicts.items():
        state = _STATE_KEYS[verdict.state]
        word = f"present-{ISSUES[code].relevance.value}" if verdict.state is State.PRESENT else state
        target = first.get(code, f"v-{code}") if verdict.state is State.PRESENT else f"v-{code}"
        tiles.append((word, code, target, f"{code} {ISSUES[code].title}: {verdict.state.value}"))
    return sorted(tiles, key=lambda tile: order[tile[0]])


def _verdict_view(code: str, verdict: Verdict) -> VerdictView:
    return VerdictView(
        ISSUES[code],
        _STATE_KEYS[verdict.state],
        verdict.state.value,
        _SYMBOLS[verdict.state],
        percent(verdict.confidence),
        verdict.basis.value,
        prose(full(verdict.reason)),
    )


def _present_values(result: AuditResult, pick: Callable[[Issue], tuple[str, str]]) -> list[tuple[str, str]]:
    found = {finding.issue for finding in result.findings}
    return list(dict.fromkeys(pick(issue) for code, issue in ISSUES.items() if code in found))


__all__ = ["IndexRow", "index_row", "prose", "render", "render_all", "render_index"]

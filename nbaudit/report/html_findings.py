"""The findings as the report shows them, by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, Issue, Relevance
from nbaudit.report.causes import Reach, family_of, reach
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.clean import sentence as full
from nbaudit.report.debt import Entry, duration
from nbaudit.report.highlight import line_html, tokens
from nbaudit.report.html_cells import SAVED, CodeLine, Coloured, output_target, quoted_cells, target
from nbaudit.report.html_graph import ways
from nbaudit.report.html_page import PHASE_KEYS, prose
from nbaudit.report.roots import named
from nbaudit.report.summary import CheckText, frame, line_text, percent, place

STUDY = "Ximenes et al., CAIN 2025"

_LEAKS = (
    "Kapoor and Narayanan, “Leakage and the reproducibility crisis in machine-learning-based science”, Patterns 2023"
)
_CHOICE = "Cawley and Talbot, “On over-fitting in model selection”, JMLR 2010"
_BALANCE = "He and Garcia, “Learning from imbalanced data”, IEEE TKDE 2009"
_SEARCH = "Bergstra and Bengio, “Random search for hyper-parameter optimization”, JMLR 2012"
_DATA = "Polyzotis et al., “Data lifecycle challenges in production machine learning”, SIGMOD Record 2018"
_RERUN = "Pimentel et al., “A large-scale study about quality and reproducibility of Jupyter notebooks”, MSR 2019"

_SOURCES: Mapping[str, str] = {
    "late-split": _LEAKS,
    "own-preparation": _LEAKS,
    "choice-on-test": _CHOICE,
    "never-looked": _DATA,
    "SC-W": _LEAKS,
    "MV-W": _LEAKS,
    "OU-W": _LEAKS,
    "FS-W": _LEAKS,
    "RB-W": _LEAKS,
    "SP-W": _LEAKS,
    "SP-M": _LEAKS,
    "HT-W": _CHOICE,
    "HT-M": _SEARCH,
    "HT-I": _SEARCH,
    "RB-M": _BALANCE,
    "EM-I": _BALANCE,
    "DC-W": _RERUN,
    "DC-I": _DATA,
    "DI-M": _DATA,
    "DI-I": _DATA,
    "DI-W": _DATA,
    "MV-M": _DATA,
    "MV-I": _DATA,
    "OU-M": _DATA,
    "IC-M": _DATA,
    "IC-I": _DATA,
    "IC-W": _DATA,
}
"""Where to read on, by family of checks, else by issue."""

_NO_BALANCE = frozenset({"clustering-never-measured", "one-figure-for-regression"})


class StepView(Struct, frozen=True):
    """One step of the evidence. `node` is the node of the picture that stands for it, None where there is none."""

    target: str
    end: int
    where: str
    text: Markup
    code: str
    source: str
    node: int | None


class FindingView(Struct, frozen=True):
    """One finding. `nodes` and `edges` are its trail in the dataflow picture."""

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
    source: str
    blind_spots: Markup
    instead_code: tuple[Markup, ...]
    instead_text: Markup
    steps: tuple[StepView, ...]
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    search: str


class CauseView(Struct, frozen=True):
    """Findings that stand together. `repair` is what mends them all, "" where they have no single cause."""

    id: str
    title: str
    repair: str
    shared: bool
    relevance: str
    issues: tuple[str, ...]
    time: str
    reach: Reach
    findings: tuple[FindingView, ...]


def finding_view(
    result: AuditResult, finding: Finding, name: str, catalogue: Mapping[str, CheckText], coloured: Coloured
) -> FindingView:
    """The finding with the anchor `name`."""
    issue = ISSUES[finding.issue]
    check = catalogue.get(finding.check)
    code = finding.instead.strip("\n")
    steps = _steps(result, finding)
    nodes = tuple(dict.fromkeys(step.node for step in steps if step.node is not None))
    return FindingView(
        id=name,
        finding=finding,
        issue=issue,
        phase=PHASE_KEYS[issue.activity.phase][0],
        where=place(finding.span),
        target=target(result, finding.span),
        message=prose(full(finding.message)),
        lines=_lines(result, finding, coloured),
        sure=percent(finding.confidence),
        level=round(finding.confidence * 5),
        why=prose(full(check.why if check else issue.question, True)),
        source=_source(finding),
        blind_spots=prose(full(check.blind_spots if check else "", True)),
        instead_code=tuple(line_html(line) for line in tokens(code)) if code.strip() else (),
        instead_text=prose(full(check.instead if check else "", True)),
        steps=steps,
        nodes=nodes,
        edges=ways(result.dataflow, nodes),
        search=_search(result, finding, issue),
    )


def _lines(result: AuditResult, finding: Finding, coloured: Coloured) -> tuple[CodeLine, ...]:
    return tuple(
        CodeLine(
            line.number,
            line_html(coloured[finding.cell][line.number - 1], line.start, line.end)
            if finding.cell in coloured
            else escape(visible(line.text)),
            line.marked,
        )
        for line in frame(result, finding.span, most=14)
    )


def _steps(result: AuditResult, finding: Finding) -> tuple[StepView, ...]:
    views = []
    quoted = quoted_cells(result)
    for step in finding.evidence:
        node = result.dataflow.at(step.span)
        is_output = step.source == SAVED and step.span.cell in quoted
        views.append(
            StepView(
                target=output_target(step.span) if is_output else target(result, step.span),
                end=max(step.span.end_line, step.span.line),
                where=f"output of cell {step.span.cell}" if is_output else place(step.span),
                text=prose(step.text),
                code="" if is_output else line_text(result, step.span),
                source=one_line(step.source, 120),
                node=None if node is None else node.id,
            )
        )
    return tuple(views)


def _source(finding: Finding) -> str:
    family = family_of(finding.check)
    source = _SOURCES.get(family.key if family is not None else "") or _SOURCES.get(finding.issue, "")
    if source == _BALANCE and finding.check in _NO_BALANCE:
        source = ""
    return f"{STUDY}; {source}" if source else STUDY


def _search(result: AuditResult, finding: Finding, issue: Issue) -> str:
    """What the text filter looks in."""
    parts = (
        finding.issue,
        issue.title,
        issue.activity.label,
        finding.check[:200],
        one_line(finding.message),
        line_text(result, finding.span),
        one_line(" ".join(finding.columns), 500),
    )
    return cut(" ".join(parts).lower(), 3000)


def cause_view(
    result: AuditResult,
    number: int,
    entry: Entry,
    views: Sequence[FindingView],
    catalogue: Mapping[str, CheckText],
) -> CauseView:
    """The cause with its findings, their views in the same order."""
    cause = entry.cause
    title, repair = named(cause, catalogue)
    grave = any(view.issue.relevance is Relevance.HIGH for view in views)
    return CauseView(
        id=f"g{number}",
        title=title,
        repair=repair,
        shared=cause.shared,
        relevance="high" if grave else "low",
        issues=cause.issues,
        time=duration(entry.minutes),
        reach=reach(result.dataflow, cause.findings),
        findings=tuple(views),
    )

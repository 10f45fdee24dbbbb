"""The whole data path of an audit on one page; crashes of single stages and checks are contained here and only here.

Notebook -> FlowGraph + Facts -> PhaseLabels -> verdicts and findings -> AuditResult
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from nbaudit import __version__
from nbaudit.checkers.base import Applies, Check, all_checks, applicability, catalogue, plugin_checks
from nbaudit.config import Config
from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.outputs import read_outputs
from nbaudit.houserules import matches
from nbaudit.knowledge.tables import plugin_tables, tables
from nbaudit.loading.notebook import load
from nbaudit.loading.suppressions import Suppression, find_suppressions
from nbaudit.loading.trees import python_tree
from nbaudit.model.facts import Fact
from nbaudit.model.finding import Failure, Finding, HouseFinding, RootCause, Suppressed, Verdict
from nbaudit.model.flow import FlowGraph
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.picture import NO_PICTURE
from nbaudit.model.result import AuditResult
from nbaudit.model.run import NO_RUN, RunResult
from nbaudit.model.source import Note, Notebook
from nbaudit.model.vocabulary import ISSUES, Issue, State
from nbaudit.phases.label import label_cells
from nbaudit.repairs import with_repairs
from nbaudit.report.roots import root_causes
from nbaudit.verdicts import decide
from nbaudit.workflow import Workflow
from nbaudit.workflow.picture import MAX_DRAWN, draw

_T = TypeVar("_T")
_U = TypeVar("_U")


def audit(path: str | Path, config: Config | None = None) -> AuditResult:
    """Audit one notebook file.

    Raises:
        NotebookUnreadable: the file can't be read as a notebook.
    """
    return audit_notebook(load(Path(path), str(path)), config)


def audit_notebook(
    notebook: Notebook,
    config: Config | None = None,
    run: RunResult = NO_RUN,
    checks: tuple[Check, ...] | None = None,
) -> AuditResult:
    """Audit a loaded notebook. A crash of ours, and a plug-in that can't be used, is in `failures`, never raised.

    `run` is what a run of the notebook told, where there was one (`evidence.run`); nothing is executed here. `checks`
    are by default all that are installed.

    Raises:
        PluginError: plug-ins define one thing twice.
    """
    # An audit makes many objects that live to its end: looking for garbage among them costs a quarter of its time. All
    # of them are let go with it, without a collection (`tests/test_pipeline.py`).
    collecting = gc.isenabled()
    gc.disable()
    try:
        everything = checks if checks is not None else all_checks()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of the notebook's own escapes; Python 3.12 says them aloud
            warnings.simplefilter("ignore", DeprecationWarning)  # the same, before Python 3.12
            return _audit(notebook, config if config is not None else Config(), run, everything)
    finally:
        python_tree.cache_clear()
        if collecting:
            gc.enable()


def _audit(notebook: Notebook, config: Config, run: RunResult, checks: tuple[Check, ...]) -> AuditResult:
    tables()  # here, where what plug-ins contradict is no crash of a stage
    failures = [Failure(item.label, item.reason) for item in (*plugin_checks()[1], *plugin_tables()[1])]
    if notebook.language != "python":
        return _not_python(notebook)
    graph = _guard("dataflow", lambda: build_graph(notebook), FlowGraph(()), failures)
    no_facts: tuple[Fact, ...] = ()
    no_labels: tuple[PhaseLabel, ...] = ()
    phases = _guard("phases", lambda: label_cells(notebook, graph), no_labels, failures)
    # read where the first check asks: a notebook without a model has no question about its outputs
    facts = partial(_guard, "saved outputs", lambda: link_facts(_facts(notebook, run), graph), no_facts, failures)
    workflow = Workflow(notebook, graph, facts, phases)

    def scope(issue: Issue) -> Applies | None:
        applies = applicability(issue.activity)
        if applies is None:
            return None
        return _guard(f"{issue.code} applies", partial(applies, workflow, issue.problem), None, failures)

    def judge(check: Check) -> tuple[Finding, ...] | None:
        return _guard(check.slug, lambda: _sound(check, check.judge(workflow), notebook), None, failures)

    verdicts, findings = decide(workflow, checks, scope, judge, config)
    findings = _guard("repairs", lambda: with_repairs(workflow, findings), findings, failures)
    none: tuple[HouseFinding, ...] = ()
    house = _guard("house rules", lambda: matches(config.wanted_rules(), notebook), none, failures)
    suppressions = find_suppressions(notebook)
    house, used = _ignored(house, suppressions)
    kept, suppressed, unused = _suppress(findings, suppressions, used)
    verdicts = _without_suppressed(verdicts, kept, suppressed)
    no_causes: tuple[RootCause, ...] = ()
    causes = _guard("causes", lambda: root_causes(kept, catalogue()), no_causes, failures)
    picture = _guard("picture", lambda: draw(workflow, findings), NO_PICTURE, failures)
    undrawn = workflow.is_workflow and not picture.nodes and len(graph.operations) > MAX_DRAWN
    limits = (*graph.notes, *(("the notebook does more than a picture can show; there is none",) if undrawn else ()))
    return AuditResult(
        notebook=notebook,
        phases=phases,
        verdicts=verdicts,
        findings=kept,
        suppressed=suppressed,
        unused_suppressions=unused,
        failures=tuple(failures),
        notes=(*notebook.notes, *_broken(graph), *(Note(None, text) for text in limits), *run.notes),
        stats=dict(graph.calls),
        unknown=tuple(sorted(graph.unknown.items(), key=lambda item: (-item[1], item[0]))),
        version=__version__,
        house_rules=house,
        dataflow=picture,
        run=None if run is NO_RUN else replace(run, facts=()),
        causes=causes,
    )


def _sound(check: Check, findings: Iterable[Finding], notebook: Notebook) -> tuple[Finding, ...]:
    """The findings of a check, which may come from a plug-in.

    Raises:
        ValueError: one is not the check's own, not in the notebook, or its confidence is no share.
    """
    found = tuple(findings)
    for finding in found:
        if (finding.issue, finding.check) != (check.issue, check.slug):
            raise ValueError(
                f"it reported {finding.issue} by {finding.check}, and may report only {check.issue} by itself"
            )
        if not 0 <= finding.cell < len(notebook.cells) or finding.line < 1:
            raise ValueError(f"it reported cell {finding.cell}, line {finding.line}, which is not in the notebook")
        if not 0 <= finding.confidence <= 1:
            raise ValueError(f"its confidence {finding.confidence} is not between 0 and 1")
    return found


def _facts(notebook: Notebook, run: RunResult) -> tuple[Fact, ...]:
    """The facts of the saved outputs, stale where the run gave another output, and those of the run."""
    saved = read_outputs(notebook)
    changed = frozenset(run.changed)
    return (*(replace(fact, stale=True) if fact.cell in changed else fact for fact in saved), *run.facts)


def _guard(stage: str, run: Callable[[], _T], instead: _U, failures: list[Failure]) -> _T | _U:
    """Run a stage; its crash becomes a visible failure of the result (exit code 3), and the rest goes on."""
    try:
        return run()
    except Exception as error:
        failures.append(Failure(stage, f"{type(error).__name__}: {error}"))
        return instead


def _broken(graph: FlowGraph) -> tuple[Note, ...]:
    return tuple(
        Note(cell, "holds a statement that could not be read as Python; it was left out")
        for cell in sorted(graph.broken)
    )


def _not_python(notebook: Notebook) -> AuditResult:
    reason = f"the notebook's language is {notebook.language}, and only Python is audited"
    return AuditResult(
        notebook=notebook,
        phases=(),
        verdicts={code: Verdict(code, State.UNDECIDED, 0.0, reason) for code in ISSUES},
        findings=(),
        notes=notebook.notes,
        version=__version__,
    )


def _ignored(
    house: tuple[HouseFinding, ...], suppressions: tuple[Suppression, ...]
) -> tuple[tuple[HouseFinding, ...], set[int]]:
    """The matches of house rules, marked where a comment names the rule or all; and the suppressions that did so."""
    marked: list[HouseFinding] = []
    used: set[int] = set()
    for item in house:
        covering = [n for n, suppression in enumerate(suppressions) if suppression.covers(item.span, "", item.rule)]
        used.update(covering[:1])
        marked.append(replace(item, ignored=suppressions[covering[0]].reason) if covering else item)
    return tuple(marked), used


def _suppress(
    findings: tuple[Finding, ...], suppressions: tuple[Suppression, ...], used: set[int]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...], tuple[Note, ...]]:
    """Split the findings by the author's comments and tags; what suppresses nothing and is not `used` is reported."""
    kept: list[Finding] = []
    silenced: list[Suppressed] = []
    used = set(used)
    for finding in findings:
        for number, suppression in enumerate(suppressions):
            if suppression.covers(finding.span, finding.issue, finding.check):
                silenced.append(Suppressed(finding, suppression.reason, suppression.span))
                used.add(number)
                break
        else:
            kept.append(finding)
    unused = tuple(
        Note(
            suppression.span.cell,
            f"line {suppression.span.line}: the suppression of "
            f"{', '.join(suppression.issues_or_checks) or 'everything'} suppresses nothing",
        )
        for number, suppression in enumerate(suppressions)
        if number not in used
    )
    return tuple(kept), tuple(silenced), unused


def _without_suppressed(
    verdicts: dict[str, Verdict], kept: tuple[Finding, ...], suppressed: tuple[Suppressed, ...]
) -> dict[str, Verdict]:
    """An issue all of whose findings are suppressed counts as absent, and says so."""
    left = {finding.issue for finding in kept}
    for code in {item.finding.issue for item in suppressed} - left:
        verdicts[code] = Verdict(code, State.ABSENT, 1.0, "suppressed by the author")
    return verdicts

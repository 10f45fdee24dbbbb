"""From findings to verdicts: one state per issue, with the exclusion of M against I and W by construction."""

from __future__ import annotations

from collections.abc import Mapping

from nbaudit.checkers.base import Check, applicability
from nbaudit.config import Config
from nbaudit.model.finding import Finding, Verdict
from nbaudit.model.vocabulary import ISSUES, Issue, Problem, State
from nbaudit.workflow import Workflow


def decide(
    workflow: Workflow,
    checks: tuple[Check, ...],
    found: Mapping[str, tuple[Finding, ...]],
    crashed: frozenset[str],
    config: Config,
) -> tuple[dict[str, Verdict], tuple[Finding, ...]]:
    """Verdicts for all 30 issues, and the findings that count, sorted.

    A finding counts where its issue applies, its confidence reaches the configured minimum, and the activity is not
    missing as a whole (what was not done can't be done badly).
    """
    missing: set[str] = set()
    verdicts: dict[str, Verdict] = {}
    kept: list[Finding] = []
    order = sorted(ISSUES.values(), key=lambda issue: issue.problem is not Problem.MISSING)
    for issue in order:
        verdict, findings = _issue(issue, workflow, checks, found, crashed, config, issue.activity.value in missing)
        verdicts[issue.code] = verdict
        kept.extend(findings)
        if verdict.state is State.PRESENT and issue.problem is Problem.MISSING:
            missing.add(issue.activity.value)
    kept.sort(key=lambda finding: (finding.span, finding.issue, finding.check, finding.message))
    return {code: verdicts[code] for code in ISSUES}, tuple(kept)


def _issue(
    issue: Issue,
    workflow: Workflow,
    checks: tuple[Check, ...],
    found: Mapping[str, tuple[Finding, ...]],
    crashed: frozenset[str],
    config: Config,
    activity_missing: bool,
) -> tuple[Verdict, tuple[Finding, ...]]:
    code = issue.code
    mine = [check for check in checks if check.issue == code]
    applies = applicability(issue.activity)
    if not workflow.is_workflow:
        return Verdict(code, State.NOT_APPLICABLE, 0.9, "no model is fitted, tuned or evaluated"), ()
    if not mine or applies is None:
        return Verdict(code, State.UNDECIDED, 0.0, "not decided yet"), ()
    scope = applies(workflow, issue.problem)
    if not scope.applies:
        return Verdict(code, State.NOT_APPLICABLE, scope.confidence, scope.reason, scope.basis), ()
    if activity_missing:
        return Verdict(code, State.ABSENT, 0.9, f"{issue.activity.label} is missing as a whole"), ()
    findings = tuple(
        finding
        for check in mine
        for finding in found.get(check.slug, ())
        if finding.confidence >= config.min_confidence and config.wants(check.issue, check.slug)
    )
    if findings:
        best = max(findings, key=lambda finding: finding.confidence)
        return Verdict(code, State.PRESENT, best.confidence, best.message, best.basis), findings
    broken = [check.slug for check in mine if check.slug in crashed]
    if broken:
        return Verdict(code, State.UNDECIDED, 0.0, f"the check `{broken[0]}` crashed"), ()
    return Verdict(code, State.ABSENT, scope.confidence, "no check found a fault"), ()

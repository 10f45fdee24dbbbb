"""From findings to verdicts: one state per issue, with the exclusion of M against I and W by construction."""

from __future__ import annotations

from collections.abc import Callable

from nbaudit.checkers.base import Applies, Check
from nbaudit.config import Config
from nbaudit.model.finding import Finding, Verdict
from nbaudit.model.vocabulary import ISSUES, Issue, Problem, State
from nbaudit.workflow import Workflow

Judge = Callable[[Check], "tuple[Finding, ...] | None"]
"""Runs a check; None where it crashed."""

Scope = Callable[[Issue], "Applies | None"]
"""Says whether an issue applies; None where nothing decides it or the decision crashed."""


def decide(
    workflow: Workflow, checks: tuple[Check, ...], scope: Scope, judge: Judge, config: Config
) -> tuple[dict[str, Verdict], tuple[Finding, ...]]:
    """Verdicts for all 30 issues, and the findings that count, sorted.

    A finding counts where its issue applies, its confidence reaches the configured minimum, and the activity is not
    missing as a whole (what was not done can't be done badly). What a check says twice of one place counts once. Checks
    are run only where their answer can matter.
    """
    by_issue: dict[str, list[Check]] = {}
    for check in checks:
        by_issue.setdefault(check.issue, []).append(check)
    missing: set[str] = set()
    verdicts: dict[str, Verdict] = {}
    kept: list[Finding] = []
    for issue in sorted(ISSUES.values(), key=lambda issue: issue.problem is not Problem.MISSING):
        if not workflow.is_workflow:
            verdicts[issue.code] = Verdict(
                issue.code, State.NOT_APPLICABLE, 0.9, "no model is fitted, tuned or evaluated"
            )
            continue
        whole = issue.activity.value in missing
        verdict, findings = _issue(issue, by_issue.get(issue.code, []), scope, judge, config, whole)
        verdicts[issue.code] = verdict
        kept.extend(findings)
        if verdict.state is State.PRESENT and issue.problem is Problem.MISSING:
            missing.add(issue.activity.value)
    kept.sort(key=lambda finding: (finding.span, finding.issue, finding.check, finding.message))
    told = {(finding.span, finding.issue, finding.check, finding.message): finding for finding in reversed(kept)}
    return {code: verdicts[code] for code in ISSUES}, tuple(reversed(told.values()))


def _issue(
    issue: Issue, checks: list[Check], scope: Scope, judge: Judge, config: Config, activity_missing: bool
) -> tuple[Verdict, tuple[Finding, ...]]:
    code = issue.code
    applies = scope(issue) if checks else None
    if applies is None:
        return Verdict(code, State.UNDECIDED, 0.0, "not decided"), ()
    if not applies.applies:
        return Verdict(code, State.NOT_APPLICABLE, applies.confidence, applies.reason, applies.basis), ()
    if activity_missing:
        return Verdict(code, State.ABSENT, 0.9, f"{issue.activity.label} is missing as a whole"), ()
    asked = [check for check in checks if config.wants(check.issue, check.slug)]
    if not asked:
        return Verdict(code, State.UNDECIDED, 0.0, "left out by the configuration"), ()
    answers = {check.slug: judge(check) for check in asked}
    findings = tuple(
        finding
        for answer in answers.values()
        for finding in answer or ()
        if finding.confidence >= config.min_confidence
    )
    if findings:
        best = max(findings, key=lambda finding: finding.confidence)
        return Verdict(code, State.PRESENT, best.confidence, best.message, best.basis), findings
    broken = [slug for slug, answer in answers.items() if answer is None]
    if broken:
        return Verdict(code, State.UNDECIDED, 0.0, f"the check `{broken[0]}` crashed"), ()
    return Verdict(code, State.ABSENT, applies.confidence, "no check found a fault"), ()

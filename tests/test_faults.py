"""A fault in each stage and check in turn: the other results stay as they were, and every format shows it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nbaudit import pipeline
from nbaudit.checkers import base
from nbaudit.cli import app, catalogue
from nbaudit.loading.notebook import load
from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import Activity, State
from nbaudit.pipeline import audit_notebook
from nbaudit.report import FORMATS
from nbaudit.report.summary import Audit, Context
from nbaudit.workflow import Workflow

FIXTURE = Path(__file__).parents[1] / "fixtures" / "notebooks" / "binary_churn_indebted.ipynb"
SLUGS = [check.slug for check in base.all_checks()]
STAGES = {
    "build_graph": "dataflow",
    "link_facts": "saved outputs",
    "read_outputs": "saved outputs",
    "label_cells": "phases",
    "draw": "picture",
    "with_repairs": "repairs",
    "matches": "house rules",
}


class Fault(Exception):
    """What the tests raise, so that it can't be anything else."""


def fail(*_: object, **__: object) -> Any:
    raise Fault("injected")


@pytest.fixture(scope="module")
def healthy() -> AuditResult:
    return audit_notebook(load(FIXTURE, "n.ipynb"))


def with_fault_in(slug: str) -> tuple[base.Check, ...]:
    def judge(workflow: Workflow) -> Iterator[Finding]:
        raise Fault("injected")
        yield

    return tuple(
        base.Check(c.slug, c.issue, c.title, c.why, c.instead, c.blind_spots, c.flags, c.passes, judge)
        if c.slug == slug
        else c
        for c in base.all_checks()
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_faulty_check_costs_only_itself(slug: str, healthy: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "all_checks", lambda: with_fault_in(slug))
    result = audit_notebook(load(FIXTURE, "n.ipynb"))
    issue = base.catalogue()[slug].issue
    # a check that is not asked, because its issue doesn't apply, can't fail
    assert [(failure.check, failure.error) for failure in result.failures] in ([], [(slug, "Fault: injected")])
    activity = issue[:2]  # I and W are judged only where M is absent
    others = {code: verdict.state for code, verdict in result.verdicts.items() if code[:2] != activity}
    assert others == {code: verdict.state for code, verdict in healthy.verdicts.items() if code[:2] != activity}
    kept = [f for f in healthy.findings if f.issue[:2] != activity]
    assert [f for f in result.findings if f.issue[:2] != activity] == kept
    if result.failures and not any(f.issue == issue for f in result.findings):
        assert result.verdicts[issue].state is not State.ABSENT


def test_faults_were_met_by_most_checks(healthy: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture asks enough checks for the test above to mean something."""
    checks = tuple(
        base.Check(c.slug, c.issue, c.title, c.why, c.instead, c.blind_spots, c.flags, c.passes, fail)
        for c in base.all_checks()
    )
    monkeypatch.setattr(pipeline, "all_checks", lambda: checks)
    result = audit_notebook(load(FIXTURE, "n.ipynb"))
    assert len({failure.check for failure in result.failures}) > len(SLUGS) // 2
    assert result.findings == ()


@pytest.mark.parametrize("function", STAGES)
def test_faulty_stage_is_shown_and_the_rest_goes_on(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, function, fail)
    result = audit_notebook(load(FIXTURE, "n.ipynb"))
    assert [(failure.check, failure.error) for failure in result.failures] == [(STAGES[function], "Fault: injected")]
    if function != "build_graph":
        assert result.findings


@pytest.mark.parametrize("activity", Activity)
def test_faulty_gate_leaves_its_activity_undecided(activity: Activity, monkeypatch: pytest.MonkeyPatch) -> None:
    real = base.applicability
    monkeypatch.setattr(pipeline, "applicability", lambda asked: fail if asked is activity else real(asked))
    result = audit_notebook(load(FIXTURE, "n.ipynb"))
    assert {failure.check[:2] for failure in result.failures} == {activity.value}
    for code, verdict in result.verdicts.items():
        assert (verdict.state is State.UNDECIDED) == (code[:2] == activity.value), code


@pytest.mark.parametrize("format_", FORMATS)
def test_failure_is_in_every_format(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "all_checks", lambda: with_fault_in("accuracy-alone"))
    result = audit_notebook(load(FIXTURE, "n.ipynb"))
    assert result.failures
    text = FORMATS[format_].render([Audit(result, FIXTURE.read_text(encoding="utf-8"))], Context(catalogue(), True, ()))
    plain = html.unescape(text).replace("\\", "")
    assert "accuracy-alone" in plain
    assert "Fault: injected" in plain


def test_failure_gives_exit_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "all_checks", lambda: with_fault_in("accuracy-alone"))
    ran = CliRunner().invoke(app, ["audit", str(FIXTURE), "-f", "json", "--exit-zero"])
    assert ran.exit_code == 3
    assert [failure["check"] for failure in json.loads(ran.stdout)["failures"]] == ["accuracy-alone"]

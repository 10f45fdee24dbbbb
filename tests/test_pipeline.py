"""The whole data path: containment of crashes, suppression, selection, other languages, determinism."""

from __future__ import annotations

import gc
import json
import warnings
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from nbaudit import pipeline
from nbaudit.checkers import base
from nbaudit.config import Config
from nbaudit.model.finding import Finding
from nbaudit.model.flow import Operation
from nbaudit.model.source import Cell, CellKind, Notebook
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow

LEAKY = """
# %%
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
df = pd.read_csv("a.csv")
# %%
X = StandardScaler().fit_transform(df.drop(columns="y")){comment}
X_train, X_test, y_train, y_test = train_test_split(X, df["y"], random_state=0)
# %%
model = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
"""


def leaky(comment: str = "") -> Notebook:
    return notebook_from_text(LEAKY.replace("{comment}", comment))


def test_every_issue_has_a_verdict() -> None:
    result = audit_notebook(leaky())
    assert list(result.verdicts) == list(ISSUES)
    assert result.verdicts["SC-W"].state is State.PRESENT
    assert [(f.cell, f.line) for f in result.findings if f.check == "scaler-fitted-on-test-rows"] == [(1, 1)]


def test_evidence_names_source_training_and_measure() -> None:
    finding = next(f for f in audit_notebook(leaky()).findings if f.check == "scaler-fitted-on-test-rows")
    assert [(step.span.cell, step.span.line) for step in finding.evidence] == [(1, 1), (2, 1), (2, 2)]


@pytest.mark.parametrize(
    "comment",
    ["  # nbaudit: ignore[SC-W] scaled by hand on purpose", "  # nbaudit: ignore[scaler-fitted-on-test-rows] known"],
)
def test_suppressed_finding_is_kept_apart_with_its_reason(comment: str) -> None:
    result = audit_notebook(leaky(comment))
    assert "SC-W" not in {finding.issue for finding in result.findings}
    assert [item.finding.issue for item in result.suppressed] == ["SC-W"]
    assert result.suppressed[0].reason in comment
    assert result.verdicts["SC-W"].state is State.ABSENT


def test_unused_suppression_is_reported() -> None:
    result = audit_notebook(leaky("  # nbaudit: ignore[RB-W] nothing here"))
    assert [(note.cell, "RB-W" in note.text) for note in result.unused_suppressions] == [(1, True)]


def test_crashed_check_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(workflow: Workflow) -> Iterator[Finding]:
        raise RuntimeError("boom")
        yield

    checks = base.all_checks()
    broken = tuple(
        base.Check(c.slug, c.issue, c.title, c.why, c.instead, c.blind_spots, c.flags, c.passes, crash)
        if c.slug == "personal-path"
        else c
        for c in checks
    )
    healthy = audit_notebook(leaky())
    monkeypatch.setattr(pipeline, "all_checks", lambda: broken)
    result = audit_notebook(leaky())
    assert [(failure.check, failure.error) for failure in result.failures] == [("personal-path", "RuntimeError: boom")]
    assert result.findings == healthy.findings
    assert result.verdicts["DC-W"].state is State.UNDECIDED


def test_what_a_check_says_twice_of_one_place_counts_once() -> None:
    (check,) = (item for item in base.all_checks() if item.slug == "scaler-fitted-on-test-rows")
    twice = replace(check, judge=lambda workflow: [*check.judge(workflow), *check.judge(workflow)])
    assert audit_notebook(leaky(), checks=(twice,)).findings == audit_notebook(leaky(), checks=(check,)).findings


@pytest.mark.parametrize("stage", ["build_graph", "read_outputs", "label_cells"])
def test_crashed_stage_is_visible(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise ValueError("broken stage")

    monkeypatch.setattr(pipeline, stage, crash)
    result = audit_notebook(leaky())
    assert [failure.error for failure in result.failures] == ["ValueError: broken stage"]


def test_select_and_ignore() -> None:
    assert {f.issue for f in audit_notebook(leaky(), Config(select=("SC-W",))).findings} == {"SC-W"}
    assert "SC-W" not in {f.issue for f in audit_notebook(leaky(), Config(ignore=("SC-W",))).findings}


def test_notebook_without_a_model_has_nothing_to_judge() -> None:
    result = audit_notebook(notebook_from_text("# %%\nimport pandas as pd\ndf = pd.read_csv('a.csv')\ndf.head()\n"))
    assert {verdict.state for verdict in result.verdicts.values()} == {State.NOT_APPLICABLE}


def test_other_language_is_said_not_guessed() -> None:
    cell = Cell(0, CellKind.CODE, "library(caret)", "", language="r")
    result = audit_notebook(Notebook("r.ipynb", (cell,), language="r"))
    assert {verdict.state for verdict in result.verdicts.values()} == {State.UNDECIDED}
    assert "language is r" in result.verdicts["SC-W"].reason


def test_missing_excludes_insufficient_and_wrong() -> None:
    for text in (LEAKY.replace("{comment}", ""), LEAKY.replace("StandardScaler().fit_transform(", "(")):
        verdicts = audit_notebook(notebook_from_text(text.replace("{comment}", ""))).verdicts
        for code, verdict in verdicts.items():
            if code.endswith("-M") and verdict.state is State.PRESENT:
                for other in (code[:3] + "I", code[:3] + "W"):
                    assert other not in verdicts or verdicts[other].state is not State.PRESENT


def test_same_input_same_bytes() -> None:
    first, second = (json.dumps(audit_notebook(leaky()).to_dict()) for _ in range(2))
    assert first == second


def test_what_was_not_asked_for_is_undecided_never_absent() -> None:
    source = (
        "# %%\nimport pandas as pd\nfrom sklearn.svm import SVC\n"
        "df = pd.read_csv('a.csv')\nSVC().fit(df[['x', 'z']], df['y'])"
    )
    result = audit_notebook(notebook_from_text(source), Config(select=("SC",)))
    assert result.verdicts["MV-M"].state is State.UNDECIDED
    assert result.verdicts["SC-M"].state is not State.UNDECIDED
    ignored = audit_notebook(notebook_from_text(source), Config(ignore=("MV-M",)))
    assert ignored.verdicts["MV-M"].state is State.UNDECIDED


def test_warnings_of_the_notebooks_own_syntax_are_not_ours(recwarn: pytest.WarningsRecorder) -> None:
    """Python warns of escapes such as `\\w` in text that it parses, on stderr since 3.12."""
    warnings.simplefilter("always")
    audit_notebook(leaky("\n\ndef words(text):\n    return text.split('\\w')"))
    assert [str(item.message) for item in recwarn] == []


def test_nothing_of_the_graph_outlives_the_audit() -> None:
    """What is kept past the audit, or refers to itself, would be walked by each garbage collection of a scan."""
    code = """
def prepared(frame):
    for name in ["a", "b"]:
        frame[name] = frame[name].map(lambda x: x + 1)
    return frame
class Net:
    def again(self, frame):
        return prepared(frame)
X = Net().again(X)
"""
    notebook = notebook_from_text(LEAKY.replace("{comment}", code))
    audit_notebook(notebook)  # what is loaded late is loaded
    gc.collect()
    before = set(map(id, gc.get_objects()))
    gc.disable()
    try:
        result = audit_notebook(notebook)
        left = [o.call for o in gc.get_objects() if isinstance(o, Operation) and id(o) not in before]
    finally:
        gc.enable()
    assert result.findings
    assert left == []

"""Splits, measurements and choices read from small notebooks."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.choices import measured
from nbaudit.workflow.held_out import holds_out
from nbaudit.workflow.in_time import dates_rise
from nbaudit.workflow.splits import splits

HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.linear_model import LinearRegression
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms"]], rents["rent"]
# %%
"""


def workflow_of(text: str) -> Workflow:
    notebook = notebook_from_text(HEAD + text)
    return Workflow(notebook, build_graph(notebook))


@pytest.mark.parametrize(
    ("arguments", "seeded", "share"),
    [
        ("test_size=0.3, random_state=1", True, 0.3),
        ("test_size=0.3, random_state=None", False, 0.3),
        ("train_size=0.75", False, 0.25),
        ("test_size=0.3, shuffle=False", True, 0.3),
    ],
)
def test_split_says_seed_and_share(arguments: str, seeded: bool, share: float) -> None:
    workflow = workflow_of(
        f"A, B, a, b = train_test_split(X, y, {arguments})\nprint(LinearRegression().fit(A, a).score(B, b))"
    )
    (split,) = splits(workflow)
    assert split.seeded is seeded
    assert split.share == pytest.approx(share)


def test_splitter_counts_only_where_it_is_used() -> None:
    unused = workflow_of("folds = KFold(5, shuffle=True)\nLinearRegression().fit(X, y)")
    used = workflow_of("folds = KFold(5, shuffle=True)\ncross_val_score(LinearRegression(), X, y, cv=folds)")
    assert [split.folds for split in splits(unused)] == []
    assert [split.folds for split in splits(used)] == [True]


def test_measured_joins_a_fit_with_its_own_scores() -> None:
    workflow = workflow_of(
        "A, B, a, b = train_test_split(X, y)\nm = LinearRegression().fit(A, a)\nprint(m.score(A, a), m.score(B, b))"
    )
    (candidate,) = measured(workflow)
    assert [evaluation.op.text for evaluation in candidate.evaluations] == ["m.score(B, b)"]


def test_training_score_holds_nothing_out() -> None:
    assert not holds_out(workflow_of("m = LinearRegression().fit(X, y)\nprint(m.score(X, y))"))
    assert holds_out(workflow_of("print(cross_val_score(LinearRegression(), X, y))"))


@pytest.mark.parametrize(
    ("texts", "rising"),
    [
        (("2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"), True),
        (("04/01/2020", "03/01/2020", "02/01/2020", "01/01/2020"), True),
        (("2020-01-03", "2020-01-01", "2020-01-04", "2020-01-02"), False),
        (("2020-01-01", "2020-01-02", "...", "2019-05-01", "2019-05-02"), True),
        (("2020-01-01", "2020-01-01", "2020-01-01", "2020-01-01"), None),
        (("a", "b", "c", "d"), None),
    ],
)
def test_dates_rise(texts: tuple[str, ...], rising: bool | None) -> None:
    assert dates_rise(texts) is rising

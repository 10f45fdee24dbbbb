"""Features, identifiers and rules against outliers, read from code and saved outputs."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.outputs import read_outputs
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.columns import drops_of_choice, feature_count, feature_names, looks_like_identifier, target_name
from nbaudit.workflow.outliers import (
    distributions_shown,
    extremes,
    handlings,
    numeric_limits,
    outlier_rules,
    outlier_sensitive,
    rule_leak,
)

HEAD = """
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
boats = pd.read_csv("boats.csv")
boats.head()
# %%
"""
SHOWN = {0: "   hull_id  length  beam  price\n0        1      10     3    400\n1        2      12     4    650"}


def workflow_of(source: str, outputs: dict[int, str] | None = None) -> Workflow:
    notebook = notebook_from_text(source, outputs)
    graph = build_graph(notebook)
    return Workflow(notebook, graph, link_facts(read_outputs(notebook), graph))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", True),
        ("PassengerId", True),
        ("customer_id", True),
        ("Unnamed: 0", True),
        ("Serial No.", True),
        ("idle_time", False),
        ("width", False),
        ("paid", False),
        ("number_of_rooms", False),
    ],
)
def test_names_of_identifiers(name: str, expected: bool) -> None:
    assert looks_like_identifier(name) is expected


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ("boats.drop(columns='price')", ("hull_id", "length", "beam")),
        ("boats.drop(['price', 'hull_id'], axis=1)", ("length", "beam")),
        ("boats[['length', 'beam']]", ("length", "beam")),
        ("boats[[c for c in boats.columns if c != 'price']]", ("hull_id", "length", "beam")),
        ("boats.drop(columns='price').rename(columns={'beam': 'width'})", ("hull_id", "length", "width")),
    ],
)
def test_feature_names_follow_drops_and_renames(features: str, names: tuple[str, ...]) -> None:
    workflow = workflow_of(HEAD + f"LinearRegression().fit({features}, boats['price'])", SHOWN)
    assert set(feature_names(workflow, workflow.trainings[0]) or ()) == set(names)


def test_an_unknown_list_leaves_the_names_unknown() -> None:
    source = (
        HEAD
        + "cols = [c for c in boats.columns if boats[c].std() > 1]\nLinearRegression().fit(boats[cols], boats.price)"
    )
    workflow = workflow_of(source, SHOWN)
    features = workflow.trainings[0].features
    assert features is not None
    assert features.columns.cut
    assert feature_names(workflow, workflow.trainings[0]) is None


def test_a_printed_shape_counts_the_features_of_the_parts_too() -> None:
    source = (
        HEAD
        + "X, y = boats.drop(columns='price'), boats['price']\nX.shape\n# %%\n"
        + "a, b, c, d = train_test_split(X, y, random_state=1)\nLinearRegression().fit(a, c)"
    )
    workflow = workflow_of(source, {1: "(900, 23)"})
    assert feature_count(workflow, workflow.trainings[0]) == 23
    assert target_name(workflow.trainings[0]) == "price"


def test_only_a_drop_beyond_the_target_is_a_choice() -> None:
    fit = "LinearRegression().fit(X, boats['price'])"
    assert not drops_of_choice(workflow_of(HEAD + "X = boats.drop(columns='price')\n" + fit))
    found = drops_of_choice(workflow_of(HEAD + "X = boats.drop(columns=['price', 'beam'])\n" + fit))
    assert [op.site.line for op in found] == [1]


def test_plots_of_predictions_show_no_distribution() -> None:
    source = (
        HEAD
        + "m = LinearRegression().fit(boats[['beam']], boats['price'])\n"
        + "plt.scatter(boats['price'], m.predict(boats[['beam']]))\nplt.hist(boats['price'])"
    )
    assert [op.text for op in distributions_shown(workflow_of(source))] == ["plt.hist(boats['price'])"]


RULES = [
    "kept = boats[boats['beam'] < boats['beam'].quantile(0.99)]",
    "kept = boats[np.abs(boats['beam'] - boats['beam'].mean()) < 3 * boats['beam'].std()]",
    "kept = boats.drop(boats[boats['beam'] > boats['beam'].quantile(0.99)].index)",
]


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_found_and_leak_before_a_split(rule: str) -> None:
    source = (
        HEAD
        + rule
        + "\na, b, c, d = train_test_split(kept[['beam']], kept['price'], random_state=1)"
        + "\nm = LinearRegression().fit(a, c)\nm.score(b, d)"
    )
    workflow = workflow_of(source)
    leaks = [rule_leak(workflow, found) for found in outlier_rules(workflow)]
    assert any(leak is not None and leak.evaluation.op.text == "m.score(b, d)" for leak in leaks)


@pytest.mark.parametrize(
    "step",
    [
        "kept = boats[boats['beam'] > 0]",
        "kept = boats[boats['beam'] > boats['beam'].mean()]",
        "kept = boats[boats['hull'] == 'steel']",
    ],
)
def test_other_filters_are_no_rules(step: str) -> None:
    assert not outlier_rules(workflow_of(HEAD + step))


def test_limits_in_the_text_of_a_filter() -> None:
    workflow = workflow_of(HEAD + "kept = boats[(boats.price > 0) & (boats.price <= 1_500.5)]")
    op = next(op for op in workflow.graph.operations if op.text.startswith("boats[("))
    assert numeric_limits(op) == [(">", 0.0), ("<=", 1500.5)]


def test_logs_on_the_way_to_a_model_handle_outliers() -> None:
    source = HEAD + "LinearRegression().fit(boats[['beam']], np.log1p(boats['price']))"
    assert [op.text for op in handlings(workflow_of(source))] == ["np.log1p(boats['price'])"]


def test_a_forest_of_classes_is_not_bent_by_outliers() -> None:
    source = HEAD + "RandomForestClassifier().fit(boats[['beam']], boats['hull'])"
    assert not outlier_sensitive(workflow_of(source))


def test_extremes_are_measured_from_the_middle_half() -> None:
    rows = [("count", 90), ("mean", 3), ("std", 2), ("min", 1), ("25%", 2), ("50%", 3), ("75%", 4), ("max", 24)]
    table = "\n".join(["            beam", *(f"{name:<6}{value:10.6f}" for name, value in rows)])
    found = extremes(workflow_of(HEAD + "boats.describe()", {1: table}))["beam"]
    assert (found.times, found.value, found.quartile) == (10.0, 24.0, 4.0)

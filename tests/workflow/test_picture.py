"""The dataflow folded to a picture: which nodes there are, what flows where, and that it stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbaudit
from nbaudit.model.picture import Node, NodeKind, Picture
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text
from nbaudit.workflow.picture import LENGTH_LIMIT

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "notebooks").glob("*.ipynb"))

BOILERS = """
# %%
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.metrics import f1_score
boilers = pd.read_csv("data/boilers.csv")
weather = pd.read_csv("weather.csv")
# %%
data = boilers.merge(weather, on="postcode", validate="m:1")
data["age"] = data["age"].fillna(0)
X, y = data.drop(columns="failed"), data["failed"]
# %%
X = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
# %%
logistic = LogisticRegression().fit(X_train, y_train)
print(f1_score(y_test, logistic.predict(X_test)))
"""


def audited(text: str) -> AuditResult:
    result = audit_notebook(notebook_from_text(text))
    assert result.failures == ()
    return result


def node(picture: Picture, label: str) -> Node:
    (found,) = [item for item in picture.nodes if item.label == label]
    return found


def edges(picture: Picture) -> set[tuple[str, str, str]]:
    labels = {item.id: item.label for item in picture.nodes}
    return {(labels[edge.source], labels[edge.target], edge.rows) for edge in picture.edges}


def test_nodes_from_sources_to_metrics() -> None:
    picture = audited(BOILERS).dataflow
    kinds = {item.label: item.kind for item in picture.nodes}
    assert kinds["boilers.csv"] is kinds["weather.csv"] is NodeKind.DATASET
    assert kinds["train_test_split"] is NodeKind.SPLIT
    assert kinds["LogisticRegression"] is NodeKind.MODEL
    assert kinds["f1_score"] is NodeKind.METRIC
    assert node(picture, "Scale").details == ("StandardScaler",)
    found = edges(picture)
    assert ("boilers.csv", "Join", "") in found and ("weather.csv", "Join", "") in found
    assert ("Scale", "train_test_split", "") in found
    assert ("train_test_split", "LogisticRegression", "train") in found


def test_every_edge_points_forward() -> None:
    for path in FIXTURES:
        for edge in nbaudit.audit(path).dataflow.edges:
            assert edge.source < edge.target, path.name


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixtures_give_pictures_that_fit_a_page(path: Path) -> None:
    picture = nbaudit.audit(path).dataflow
    assert {item.kind for item in picture.nodes} >= {NodeKind.DATASET, NodeKind.MODEL, NodeKind.METRIC}
    assert len(picture.nodes) <= 20
    rank: dict[int, int] = {}
    for item in picture.nodes:
        rank[item.id] = max((rank[edge.source] + 1 for edge in picture.edges if edge.target == item.id), default=0)
    assert max(rank.values()) <= LENGTH_LIMIT


def test_every_step_of_a_leak_is_in_the_picture() -> None:
    result = audited(BOILERS)
    leak = next(finding for finding in result.findings if finding.check == "scaler-fitted-on-test-rows")
    labels = [found.label for step in leak.evidence if (found := result.dataflow.at(step.span)) is not None]
    assert labels == ["Scale", "LogisticRegression", "f1_score"]


def test_many_models_of_the_same_data_are_one_node() -> None:
    names = ("LogisticRegression", "RidgeClassifier", "Perceptron", "SGDClassifier", "PassiveAggressiveClassifier")
    imports = f"from sklearn.linear_model import {', '.join(names)}\n"
    fits = "".join(
        f"m{n} = {name}().fit(X_train, y_train)\nprint(f1_score(y_test, m{n}.predict(X_test)))\n"
        for n, name in enumerate(names)
    )
    picture = audited(BOILERS + imports + fits).dataflow
    (models,) = [item for item in picture.nodes if item.kind is NodeKind.MODEL]
    assert models.label == "5 models"
    assert set(models.details) == set(names)
    assert sum(item.kind is NodeKind.METRIC for item in picture.nodes) == 1


def test_test_rows_reach_the_metric_by_their_own_way() -> None:
    scaled = "scaler = StandardScaler()\nX_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)\n"
    text = BOILERS.replace("X = StandardScaler().fit_transform(X)\n", "")
    text = text.replace("# %%\nlogistic", f"{scaled}# %%\nlogistic")
    picture = audited(text).dataflow
    scales = {item.rows: item.id for item in picture.nodes if item.label == "Scale"}
    assert set(scales) == {"train", "test"}
    metric = node(picture, "f1_score")
    assert [edge.rows for edge in picture.edges if (edge.source, edge.target) == (scales["test"], metric.id)] == [
        "test"
    ]


def test_a_cross_validation_gives_a_model_and_a_metric() -> None:
    picture = audited(BOILERS + "print(cross_val_score(SVC(), X, y, cv=5).mean())\n").dataflow
    assert node(picture, "SVC").details == ("cross-validated",)
    assert ("SVC", "cross-validation", "") in edges(picture)


def test_an_unknown_call_on_the_way_is_shown_as_such() -> None:
    text = BOILERS.replace("X = StandardScaler().fit_transform(X)\n", "")
    text = text.replace("X, y = data", "import acme\ndata = acme.clean(data)\nX, y = data")
    assert [item.details for item in audited(text).dataflow.nodes if not item.understood] == [("clean(…)",)]


def test_no_model_no_picture() -> None:
    assert audited("# %%\nimport pandas as pd\npd.read_csv('a.csv').head()\n").dataflow == Picture()


def test_the_nearest_place_on_the_same_lines_is_found() -> None:
    picture = Picture(
        (
            Node(0, NodeKind.TRANSFORM, "block", places=(Span(1, 1, 0, 9, 1),)),
            Node(1, NodeKind.TRANSFORM, "line", places=(Span(1, 4, 0, 4, 30),)),
        )
    )
    assert picture.at(Span(1, 4, 0, 4, 30)) is picture.nodes[1]
    assert picture.at(Span(1, 7)) is picture.nodes[0]
    assert picture.at(Span(2, 4)) is None
    assert picture.at(Span(1, 10)) is None

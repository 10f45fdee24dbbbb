"""Fills, drops and repairs read from small notebooks."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.outputs import read_outputs
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.consistency import variants
from nbaudit.workflow.gaps import fills, gap_handling, loss_shown
from nbaudit.workflow.raw_tables import filled_column, looks_like_id, on_tables, treats
from nbaudit.workflow.writing import rows_named_by_hand, thrown_away

HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
crew = pd.read_csv("crew.csv")
"""
FIT = '\ntree = DecisionTreeClassifier().fit(crew[["age", "rank"]], crew["left"])\n'


def workflow_of(body: str, outputs: dict[int, str] | None = None) -> Workflow:
    notebook = notebook_from_text(HEAD + body + FIT, outputs)
    graph = build_graph(notebook)
    return Workflow(notebook, graph, link_facts(read_outputs(notebook), graph))


@pytest.mark.parametrize(
    "body",
    [
        'crew["age"] = crew["age"].fillna(30)',
        'crew["age"].fillna(crew["age"].mean(), inplace=True)',
        'crew["age"] = crew["age"].replace(np.nan, 30)',
        'crew.loc[crew["age"].isnull(), "age"] = 30',
        'crew["age"] = np.where(crew["age"].isna(), 30, crew["age"])',
    ],
)
def test_a_fill_is_seen_however_it_is_written(body: str) -> None:
    assert fills(workflow_of(body))


@pytest.mark.parametrize(
    "body",
    [
        'crew["age"] = crew["age"].replace(0, np.nan)',
        'crew.loc[crew["age"] > 90, "age"] = 90',
        'crew["old"] = np.where(crew["age"] > 60, 1, 0)',
        "for part in (crew,):\n"
        '    part["kin"] = part["name"].map(lambda x: part["name"].value_counts()[x])\n'
        '    print(part["age"].isna().sum())',
    ],
)
def test_other_writes_are_no_fills(body: str) -> None:
    assert not fills(workflow_of(body))


@pytest.mark.parametrize(
    "body",
    ["crew = crew.dropna()", 'crew = crew[crew["age"].notnull()]', "coded = pd.get_dummies(crew, dummy_na=True)"],
)
def test_gaps_are_handled_in_other_ways_too(body: str) -> None:
    assert gap_handling(workflow_of(body))


def test_a_fill_treats_its_own_column_only() -> None:
    fill = fills(workflow_of('crew["age"] = crew["age"].fillna(30)'))[0]
    assert filled_column(fill) == "age"
    assert treats(fill, "age")
    assert not treats(fill, "rank")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("crew.dropna()", True),
        ("full = crew.dropna()", True),
        ("crew = crew.dropna()", False),
        ("crew.dropna(inplace=True)", False),
    ],
)
def test_a_result_that_nothing_uses_is_thrown_away(body: str, expected: bool) -> None:
    workflow = workflow_of(body)
    assert thrown_away(workflow, workflow.ops(Role.DROP_MISSING)[0]) is expected


def test_the_loss_is_read_from_the_shapes() -> None:
    body = "crew.shape\n# %%\ncrew = crew.dropna()\ncrew.shape\n# %%"
    workflow = workflow_of(body, {0: "(1000, 4)", 1: "(700, 4)"})
    loss = loss_shown(workflow, workflow.ops(Role.DROP_MISSING)[0])
    assert loss is not None
    assert loss[0] == pytest.approx(0.3)
    assert loss[1].cell == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("crew = crew.drop([3, 8])", [3, 8]),
        ("crew = crew.drop(crew.index[[5]])", [5]),
        ("crew = crew.drop(index=12)", [12]),
        ('crew = crew.drop(crew[crew["age"] > 90].index)', []),
    ],
)
def test_rows_are_named_by_hand(body: str, expected: list[int]) -> None:
    workflow = workflow_of(body)
    drop = next(op for op in workflow.ops(Role.FILTER) if not op.call.startswith("syntax."))
    assert rows_named_by_hand(workflow, drop) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("cat", "Cat"), ("cat", "Cat")),
        (("high school", "high-school"), ("high school", "high-school")),
        (("cat", "cats"), None),
        (("1", "1.0"), None),
    ],
)
def test_variants_of_a_category(values: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert variants(values) == expected


def test_names_of_identifiers() -> None:
    assert looks_like_id("customer_id") and looks_like_id("PassengerId")
    assert not looks_like_id("paid") and not looks_like_id("humid")


def test_pictures_listed_in_a_table_are_no_table() -> None:
    source = """
# %%
import pandas as pd
from PIL import Image
import numpy as np
from sklearn.svm import SVC
labels = pd.read_csv("labels.csv")
images = np.array([np.array(Image.open(path)) for path in labels["path"]])
model = SVC().fit(images, labels["kind"])
"""
    notebook = notebook_from_text(source)
    assert not on_tables(Workflow(notebook, build_graph(notebook)))

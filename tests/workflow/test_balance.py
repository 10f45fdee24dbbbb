"""Class balance read from code and saved outputs."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.link import link_facts
from nbaudit.evidence.outputs import read_outputs
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.balance import answer, imbalance, resamplings, shares_of, uneven

SOURCE = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
claims = pd.read_csv("claims.csv")
# %%
claims["{column}"].value_counts()
# %%
model = LogisticRegression({arguments}).fit(claims[["sum", "age"]], claims["fraud"])
"""
RARE = {1: "fraud\n0    950\n1     50\nName: count, dtype: int64"}


def workflow_of(source: str, outputs: dict[int, str] | None = None) -> Workflow:
    notebook = notebook_from_text(source, outputs)
    graph = build_graph(notebook)
    return Workflow(notebook, graph, link_facts(read_outputs(notebook), graph))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"0": 81.0, "1": 19.0}, True),
        ({"0": 79.0, "1": 21.0}, False),
        ({"a": 60.0, "b": 29.0, "c": 11.0}, True),
        ({"a": 50.0, "b": 38.0, "c": 12.0}, False),
        ({"a": 50.0}, False),
    ],
)
def test_uneven_is_the_bar_of_the_catalogue(counts: dict[str, float], expected: bool) -> None:
    assert uneven(shares_of(counts)) is expected


def test_only_the_target_counts() -> None:
    found = imbalance(workflow_of(SOURCE.format(column="fraud", arguments=""), RARE))
    assert found is not None and found.words == "5 % against 95 %"
    other = {1: RARE[1].replace("fraud", "region")}
    assert imbalance(workflow_of(SOURCE.format(column="region", arguments=""), other)) is None


def test_weights_answer() -> None:
    assert answer(workflow_of(SOURCE.format(column="fraud", arguments=""), RARE)) is None
    assert answer(workflow_of(SOURCE.format(column="fraud", arguments='class_weight="balanced"'), RARE)) is not None


def test_a_sample_of_one_class_beside_the_other_is_resampling() -> None:
    source = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
claims = pd.read_csv("claims.csv")
fraud = claims[claims["fraud"] == 1]
honest = claims[claims["fraud"] == 0].sample(n=50, random_state=1)
even = pd.concat([fraud, honest])
model = LogisticRegression().fit(even[["sum", "age"]], even["fraud"])
"""
    assert [op.span.line for op in resamplings(workflow_of(source))] == [5]
    assert resamplings(workflow_of(source.replace("[fraud, honest]", "[fraud, fraud]"))) == ()

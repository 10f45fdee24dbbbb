"""Repairs that go wrong, and where errors are passed over."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.repairs import dropped_on_one_side, written_dict
from nbaudit.workflow.writing import goes_on_after_errors

HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
boats = pd.read_csv("boats.csv")
"""


def workflow(text: str) -> Workflow:
    notebook = notebook_from_text(HEAD + text)
    return Workflow(notebook, build_graph(notebook))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# %%\nboats['k'] = boats['kind'].map({'sloop': 1})\n", {"sloop": 1}),
        ("# %%\nkinds = {'sloop': 1}\n# %%\nboats['k'] = boats['kind'].map(kinds)\n", {"sloop": 1}),
        ("# %%\nkinds = {'sloop': 1}\nkinds = {'ketch': 2}\nboats['k'] = boats['kind'].map(kinds)\n", {"ketch": 2}),
        ("# %%\nkinds = dict(pairs)\nboats['k'] = boats['kind'].map(kinds)\n", None),
    ],
)
def test_the_newest_literal_dictionary_under_a_name_is_taken(text: str, expected: dict[str, int] | None) -> None:
    made = workflow(text)
    op = next(op for op in made.ops(Role.CREATE) if op.text.startswith("boats['kind']"))
    assert written_dict(made, op) == expected


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("except:\n        pass", True),
        ("except Exception:\n        print('no')", True),
        ("except OSError:\n        pass", False),
    ],
)
def test_a_read_goes_on_after_errors(handler: str, expected: bool) -> None:
    made = workflow(f"# %%\nfor n in range(3):\n    try:\n        part = pd.read_csv(f'{{n}}.csv')\n    {handler}\n")
    read = next(op for op in made.ops(Role.LOAD) if op.loops)
    assert goes_on_after_errors(made, read) is expected


def test_rows_dropped_from_both_sides_match() -> None:
    both = workflow(
        "# %%\nX, y = boats[['length']], boats['price']\nX = X.dropna()\ny = y.loc[X.index]\n"
        "LinearRegression().fit(X, y)\n"
    )
    assert not list(dropped_on_one_side(both, Role.DROP_MISSING))

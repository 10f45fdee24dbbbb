"""Models written out by hand: which loops are fits, and which products are predictions."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import FlowGraph
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text

START = """# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
boats = pd.read_csv("boats.csv")
X = boats[["length", "sails"]].values
y = boats["speed"].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
# %%
"""
INLINE = """
w = np.zeros(2)
for turn in range(200):
    error = X_train.dot(w) - y_train
    w -= 0.01 * X_train.T.dot(error) / len(y_train)
"""
IN_FUNCTIONS = """
def slope(w, rows, truth):
    chance = 1 / (1 + np.exp(-np.dot(rows, w)))
    return np.dot(rows.T, chance - truth)

def move(weights, slopes, rate=0.1):
    return {"w": weights["w"] - rate * slopes}

def learn(rows, truth):
    weights = {"w": np.zeros(2)}
    for turn in range(50):
        slopes = slope(weights["w"], rows, truth)
        weights = move(weights, slopes)
    return weights

weights = learn(X_train, y_train)
w = weights["w"]
"""


def graph_of(source: str) -> FlowGraph:
    return build_graph(notebook_from_text(START + source))


@pytest.mark.parametrize("loop", [INLINE, IN_FUNCTIONS], ids=["inline", "in functions"])
def test_weights_that_a_loop_moves_are_learned_from_its_rows(loop: str) -> None:
    graph = graph_of(loop + "\nguess = np.dot(X_test, w)\nprint(np.mean((guess - y_test) ** 2))\n")
    fit = next(op for op in graph.operations if op.role is Role.FIT)
    assert [value.rows.role for value in fit.data if value.rows] == ["train", "train"]
    asked = next(op for op in graph.operations if op.role is Role.PREDICT)
    assert asked.model is fit.model
    assert asked.data[0].rows is not None
    assert asked.data[0].rows.role == "test"
    measured = next(op for op in graph.operations if op.role is Role.EVALUATE)
    assert measured.model is fit.model


@pytest.mark.parametrize(
    "loop",
    [
        # a sum over rows feeds nothing back
        "total = 0\nfor length in X_train:\n    total -= 0.5 * length.sum()\n",
        # a root of a formula: no rows
        "root = 1.0\nfor turn in range(20):\n    root = root - 0.1 * (root * root - 2)\n",
        # noise that is added to the rows themselves
        "for turn in range(3):\n    X_train = X_train + 0.1 * np.random.randn(*X_train.shape)\n",
    ],
    ids=["a sum", "a root", "noise"],
)
def test_other_loops_are_no_fits(loop: str) -> None:
    assert not [op for op in graph_of(loop).operations if op.role is Role.FIT]


def test_own_functions_that_are_given_models_and_rows_train_them() -> None:
    graph = graph_of(
        "from toolbox import compare\nfrom sklearn.svm import SVR\nfrom sklearn.linear_model import Ridge\n"
        "table = compare({'svr': SVR(), 'ridge': Ridge()}, X_train, y_train)\n"
    )
    fits = [op for op in graph.operations if op.role is Role.FIT]
    assert [op.model.type.rpartition(".")[2] for op in fits if op.model] == ["SVR", "Ridge"]
    assert all(op.trust < 1 for op in fits)


def test_a_trained_model_that_is_handed_on_is_not_trained_again() -> None:
    graph = graph_of(
        "from toolbox import report\nfrom sklearn.svm import SVR\nmodel = SVR().fit(X_train, y_train)\n"
        "report(model, X_test, y_test)\n"
    )
    assert len([op for op in graph.operations if op.role is Role.FIT]) == 1

"""Tests inside a called function that the call's arguments decide."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.vocabulary import Role
from nbaudit.testing import notebook_from_text

_HEAD = """
# %%
import pandas as pd
from sklearn.preprocessing import StandardScaler
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
sc = StandardScaler()
"""


def learned_from(code: str) -> list[str]:
    """The calls that learn a scale, with what they learn from, in order."""
    graph = build_graph(notebook_from_text(_HEAD + code))
    return [op.learns[0].text or op.data[0].text for op in graph.operations if op.role is Role.SCALE and op.learns]


def scalings(code: str) -> int:
    return len(learned_from(code))


@pytest.mark.parametrize(
    "body",
    [
        "def prep(X, s=None):\n    if s is None:\n        s = sc\n        s.fit(X)\n    return s.transform(X), s\n"
        "A, s = prep(train)\nB, _ = prep(test, s)\n",
        "def prep(X, s=None):\n    if not s:\n        s = sc\n        s.fit(X)\n    return s.transform(X), s\n"
        "A, s = prep(train)\nB, _ = prep(test, s=s)\n",
        "def prep(X, s=None):\n    if s is not None:\n        return s.transform(X), s\n"
        "    return sc.fit_transform(X), sc\n"
        "A, s = prep(train)\nB, _ = prep(test, s)\n",
        "def prep(X, fit=0):\n    if fit == 1:\n        sc.fit(X)\n    return sc.transform(X)\n"
        "A = prep(train, 1)\nB = prep(test)\n",
        "def prep(X, fit=1):\n    if fit:\n        sc.fit(X)\n    return sc.transform(X)\n"
        "A = prep(train)\nB = prep(test, 0)\n",
        "def prep(X, part):\n    return sc.transform(X) if part in ('test', 'new') else sc.fit_transform(X)\n"
        "A = prep(train, 'train')\nB = prep(test, 'test')\n",
        "def prep(X, s=None, how='standard'):\n    if s is None and how == 'standard':\n        sc.fit(X)\n"
        "    return sc.transform(X)\nA = prep(train)\nB = prep(test, sc)\n",
        "class Prep:\n    def __init__(self):\n        self.s = None\n"
        "    def __call__(self, X):\n        if not self.s:\n"
        "            self.s = StandardScaler().fit(X)\n        return self.s.transform(X)\n"
        "    def run(self, X):\n        return self(X)\np = Prep()\nA = p.run(train)\nB = p.run(test)\n",
        "class Prep:\n    def __init__(self):\n        self.s = None\n"
        "    def run(self, X):\n        if self.s is None:\n"
        "            self.s = StandardScaler()\n            return self.s.fit_transform(X)\n"
        "        return self.s.transform(X)\np = Prep()\nA = p.run(train)\nB = p.run(test)\n",
        "def prep(X, s=None):\n    s = sc.fit(X) if s is None else s\n    return s.transform(X), s\n"
        "A, s = prep(train)\nfor part in (test, pd.read_csv('new.csv')):\n    B, _ = prep(part, s)\n",
    ],
)
def test_what_a_call_gives_decides_whether_a_scale_is_learned(body: str) -> None:
    assert scalings(body) == 1


@pytest.mark.parametrize(
    "body",
    [
        "for i, part in enumerate([train, test]):\n    if i == 0:\n        sc.fit(part)\n    A = sc.transform(part)\n",
        "for name, part in {'train': train, 'test': test}.items():\n    if name == 'train':\n        sc.fit(part)\n",
        "for part, fit in [(train, True), (test, False)]:\n    if not fit:\n        A = sc.transform(part)\n"
        "        continue\n    B = sc.fit_transform(part)\n",
        "for part, kind in zip([train, test], ['fit', 'use']):\n    A = sc.fit_transform(part) if kind == 'fit' else "
        "sc.transform(part)\n",
    ],
)
def test_the_round_of_a_loop_decides_whether_a_scale_is_learned(body: str) -> None:
    assert scalings(body) == 1


def test_a_function_that_ranks_models_is_followed_for_each_of_them() -> None:
    graph = build_graph(
        notebook_from_text(
            """
# %%
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
a = GridSearchCV(LogisticRegression(), {"C": [1, 2]}).fit(X, y)
b = GridSearchCV(SVC(), {"C": [1, 2]}).fit(X, y)
best = max((a, b), key=lambda search: search.best_score_)
best.predict(Z)
"""
        )
    )
    scored = [op.model.final().type for op in graph.operations if op.role is Role.EVALUATE and op.model is not None]
    assert scored == ["sklearn.linear_model.LogisticRegression", "sklearn.svm.SVC"]
    assert [op.model is not None for op in graph.operations if op.role is Role.PREDICT] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(2):\n    if i == unknown:\n        sc.fit(train)\n    else:\n        sc.fit(test)\n",
        "def prep(X, s=None):\n    if s is None:\n        s = sc\n        s.fit(X)\n    return s.transform(X), s\n"
        "A, s = prep(train)\nB, _ = prep(test)\n",
        "def prep(X, fit):\n    if fit == unknown:\n        sc.fit(X)\n    return sc.transform(X)\n"
        "A = prep(train, 1)\nB = prep(test, 0)\n",
        # the parameter gets another value in the function's own loop
        "def prep(parts, first=True):\n    for part in parts:\n        if first:\n            first = False\n"
        "        else:\n            sc.fit(part)\nprep([train, test])\nprep([train, test])\n",
    ],
)
def test_what_a_call_does_not_tell_is_followed_both_ways(body: str) -> None:
    assert scalings(body) >= 2

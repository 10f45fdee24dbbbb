"""The same thing in the many ways in which notebooks write it: unseeded splits, picked models, features, imbalance."""

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

_HEAD = """# %%
import random
import numpy as np
import pandas as pd
import seaborn as sns
import tensorflow as tf
import joblib
from sklearn.ensemble import RandomForestClassifier, AdaBoostClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.metrics import accuracy_score, classification_report
from sklearn.model_selection import train_test_split
df = pd.read_csv("sheep.csv")
df.info()
"""
_NAMES = ("ewes", "rams", "lambs", "grass", "hay", "rain", "slope", "fence", "dogs", "wool", "milk", "age", "y")
_INFO = (
    "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 500 entries, 0 to 499\nData columns (total 13 columns):\n"
    " #   Column  Non-Null Count  Dtype  \n---  ------  --------------  -----  \n"
    + "".join(f" {i:<3} {name:<7} 500 non-null    float64\n" for i, name in enumerate(_NAMES))
    + "dtypes: float64(13)\nmemory usage: 50.9 KB\n"
)
_XY = 'X = df.drop("y", axis=1)\ny = df["y"]\n'
_SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1, stratify=y)\n"
_FIT = """
# %%
m = RandomForestClassifier(random_state=3)
m.fit(X_train, y_train)
print(accuracy_score(y_test, m.predict(X_test)))
"""
_PARTS = "\nX_train, y_train = train.drop(columns='y'), train['y']\nX_test, y_test = test.drop(columns='y'), test['y']"
_TAKEN = "\nX_train, y_train, X_test, y_test = X.iloc[a], y.iloc[a], X.iloc[b], y.iloc[b]"
_UNSEEDED = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)"


def _checks(text: str, outputs: dict[int, str] | None = None) -> set[str]:
    return {finding.check for finding in audit_notebook(notebook_from_text(text, outputs or {})).findings}


@pytest.mark.parametrize(
    "split",
    [
        f"tf.random.set_seed(4)\n{_UNSEEDED}",
        f"random.seed(4)\n{_UNSEEDED}",
        "df = df.iloc[np.random.permutation(len(df))]\ntrain, test = df[:400], df[400:]" + _PARTS,
        "p = np.random.permutation(df.shape[0])\na, b = p[:400], p[400:]" + _TAKEN,
        "p = np.random.permutation(len(df))\ntrain, test = df.iloc[p[:400]], df.iloc[p[400:]]" + _PARTS,
        "p = np.arange(len(df))\nnp.random.shuffle(p)\na, b = p[:400], p[400:]" + _TAKEN,
        "p = list(range(len(df)))\nrandom.shuffle(p)\na, b = p[:400], p[400:]" + _TAKEN,
        "train = df.sample(frac=0.8)\ntest = df.drop(train.index)" + _PARTS,
        "def part(d):\n    p = np.random.permutation(len(d))\n    return d.iloc[p[99:]], d.iloc[p[:99]]\n"
        "train, test = part(df)" + _PARTS,
    ],
)
def test_a_split_that_no_seed_fixes(split: str) -> None:
    assert "split-without-seed" in _checks(f"{_HEAD}# %%\n{_XY}{split}{_FIT}")


@pytest.mark.parametrize(
    "split",
    [
        f"np.random.seed(4)\n{_UNSEEDED}",
        f"tf.keras.utils.set_random_seed(4)\n{_UNSEEDED}",
        f"from helpers import seed_everything\nseed_everything(4)\n{_UNSEEDED}",
        "random.seed(3)\np = list(range(len(df)))\nrandom.shuffle(p)\na, b = p[:400], p[400:]" + _TAKEN,
        "p = np.random.RandomState(4).permutation(len(df))\na, b = p[:400], p[400:]" + _TAKEN,
        "train = df.sample(frac=0.8, random_state=2)\ntest = df.drop(train.index)" + _PARTS,
    ],
)
def test_a_split_that_a_seed_fixes(split: str) -> None:
    assert "split-without-seed" not in _checks(f"{_HEAD}# %%\n{_XY}{split}{_FIT}")


_COMPARED = """# %%
knn = KNeighborsClassifier().fit(X_train, y_train)
print(accuracy_score(y_test, knn.predict(X_test)))
# %%
rf = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(accuracy_score(y_test, rf.predict(X_test)))
# %%
ada = AdaBoostClassifier(random_state=1).fit(X_train, y_train)
print(accuracy_score(y_test, ada.predict(X_test)))
"""
_LOOP = """# %%
models = {"knn": KNeighborsClassifier(), "rf": RandomForestClassifier(), "ada": AdaBoostClassifier()}
scores = {}
for name, model in models.items():
    model.fit(X_train, y_train)
    scores[name] = model.score(X_test, y_test)
"""
_BEST = "# %% [markdown]\n# The random forest is the best model.\n"


@pytest.mark.parametrize(
    "rest",
    [
        _COMPARED + _BEST + "# %%\npd.Series(rf.feature_importances_, X.columns).plot.barh()",
        _COMPARED + _BEST + "# %%\nprint(classification_report(y_test, rf.predict(X_test)))",
        _COMPARED + "# %%\nbest = RandomForestClassifier().fit(X_train, y_train)\njoblib.dump(best, 'm.pkl')",
        _COMPARED + "# %%\nbest = RandomForestClassifier().fit(X, y)\nbest.predict(pd.read_csv('new.csv'))",
        _LOOP + "# %%\nbest = models[max(scores, key=scores.get)]\nprint(best.predict(X_test))",
    ],
)
def test_a_model_gone_on_with_alone(rest: str) -> None:
    assert "model-picked-on-reported-rows" in _checks(f"{_HEAD}# %%\n{_XY}{_SPLIT}{rest}")


@pytest.mark.parametrize("rest", [_COMPARED, _LOOP, _COMPARED + _BEST.replace("best", "slowest")])
def test_models_that_are_compared_only(rest: str) -> None:
    assert "model-picked-on-reported-rows" not in _checks(f"{_HEAD}# %%\n{_XY}{_SPLIT}{rest}")


@pytest.mark.parametrize(
    "features",
    [
        "X = df.iloc[:, :-1]\ny = df.iloc[:, -1]",
        "X = df.iloc[:, :-1].values\ny = df.iloc[:, -1].values",
        'X = df.loc[:, df.columns != "y"]\ny = df["y"]',
        'X = df[[c for c in df.columns if c != "y"]]\ny = df["y"]',
        'names = [c for c in df.columns if c not in ["y"]]\nX = df[names]\ny = df["y"]',
        'X = df[df.columns.drop("y")]\ny = df["y"]',
        'X = df[df.columns.difference(["y"])]\ny = df["y"]',
        'names = list(set(df.columns) - {"y"})\nX = df[names]\ny = df["y"]',
        'X = df[df.columns[:-1]]\ny = df["y"]',
    ],
)
def test_all_columns_but_the_target(features: str) -> None:
    end = f"{features}\n{_SPLIT}{_FIT}"
    looked = f"{_HEAD}# %%\nsns.heatmap(df.corr())\n# %%\n{end}"
    assert "features-never-selected" in _checks(f"{_HEAD}# %%\n{end}", {0: _INFO})
    assert "relations-looked-at-and-left" in _checks(looked, {0: _INFO})


@pytest.mark.parametrize(
    "choice", ['del df["milk"]', 'df.pop("milk")', 'df = df.drop(columns="milk")', "df = df.iloc[:, 3:]"]
)
def test_a_column_dropped_after_the_look(choice: str) -> None:
    text = f"{_HEAD}# %%\nsns.heatmap(df.corr())\n{choice}\n# %%\n{_XY}{_SPLIT}{_FIT}"
    assert "relations-looked-at-and-left" not in _checks(text, {0: _INFO})


@pytest.mark.parametrize(
    ("words", "uneven"),
    [
        ("The data set is highly imbalanced.", True),
        ("There is a strong class imbalance in the target.", True),
        ("The data set is not imbalanced.", False),
        ("If the classes were imbalanced, we would resample.", False),
        ("The classes are balanced.", False),
    ],
)
def test_words_that_tell_of_an_imbalance(words: str, uneven: bool) -> None:
    text = f"{_HEAD}# %% [markdown]\n# {words}\n# %%\n{_XY}{_SPLIT}{_FIT}"
    assert ("imbalance-not-answered" in _checks(text)) is uneven


def test_labels_made_by_a_rule_are_counted_under_the_name_of_their_column() -> None:
    text = f"{_HEAD}# %%\nX = df.drop(columns='age')\ny = (df['age'] > 6).astype(int)\ny.value_counts()\n# %%\n"
    counts = "0    920\n1     80\nName: age, dtype: int64"
    assert "imbalance-not-answered" in _checks(f"{text}{_SPLIT}{_FIT}", {1: counts})

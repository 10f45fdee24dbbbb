"""One fault of tuning or measuring, written in many ways: each way is seen, and each near-miss is left alone."""

# ruff: noqa: E501 (one variant per line)

from __future__ import annotations

import pytest

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text

HEAD = """# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score, classification_report, f1_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.svm import SVC
df = pd.read_csv("loans.csv")
# %%
X, y = df.drop(columns="y"), df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
# %%
"""
FIT = "m = SVC().fit(X_train, y_train)\np = m.predict(X_test)\n"
KNN = "\nm = KNeighborsClassifier(7).fit(X_train, y_train)\nprint(classification_report(y_test, m.predict(X_test)))"
STUDY = "\nimport optuna\ns = optuna.create_study(direction='maximize')\ns.optimize(objective, n_trials=50)\nm = SVC(**s.best_params).fit(X_train, y_train)\nprint(classification_report(y_test, m.predict(X_test)))"
OBJECTIVE = "def objective(t):\n    m = SVC(C=t.suggest_float('C', 0.1, 9), gamma=t.suggest_float('g', 0.1, 1))\n"

SEEN = [
    ("accuracy-alone", FIT + "print(np.sum(p == y_test) / len(y_test))"),
    ("accuracy-alone", FIT + "right = 0\nfor i in range(len(p)):\n    if p[i] == y_test.iloc[i]:\n        right += 1\nprint(right / len(p))"),
    ("accuracy-alone", FIT + "right = 0\nfor a, b in zip(p, y_test):\n    right += int(a == b)\nprint(right, accuracy_score(y_test, p))"),
    ("accuracy-alone", "from autogluon.tabular import TabularPredictor\np = TabularPredictor(label='y', eval_metric='accuracy').fit(df)\np.leaderboard()"),
    ("search-over-test-rows", "for k in range(1, 30):\n    print(k, cross_val_score(KNeighborsClassifier(n_neighbors=k), X, y, cv=5).mean())" + KNN),
    ("search-over-test-rows", "a = []\nfor k in range(1, 30):\n    knn = KNeighborsClassifier(n_neighbors=k)\n    a.append(cross_val_score(knn, X, y, cv=9, scoring='f1').mean())" + KNN),
    ("search-over-test-rows", OBJECTIVE + "    return cross_val_score(m, X, y, scoring='f1').mean()" + STUDY),
    ("setting-chosen-on-test-rows", OBJECTIVE + "    m.fit(X_train, y_train)\n    return f1_score(y_test, m.predict(X_test))" + STUDY),
    ("values-never-tuned", "m = SGDClassifier(alpha=0.01, early_stopping=False, n_iter_no_change=5).fit(X_train, y_train)\nprint(m.score(X_test, y_test))"),
    ("values-never-tuned", "nn = NearestNeighbors(metric='cosine').fit(X)\nd, i = nn.kneighbors(X.iloc[5].values.reshape(1, -1), n_neighbors=6)\nprint(i)"),
    ("candidate-never-evaluated", "from sklearn.cluster import AgglomerativeClustering, KMeans\nfrom sklearn.metrics import silhouette_score\nw = [KMeans(k).fit(X).inertia_ for k in range(2, 9)]\nkm = KMeans(4).fit(X)\nfor k in range(2, 9):\n    print(silhouette_score(X, AgglomerativeClustering(k).fit_predict(X)))"),
    ("model-never-evaluated", "from prophet import Prophet\nm = Prophet()\nm.fit(df)\nf = m.predict(m.make_future_dataframe(periods=9))\nf.tail()"),
]  # fmt: skip

SILENT = [
    ("accuracy-alone", FIT + "print(accuracy_score(y_test, p))\npd.crosstab(y_test, p)"),
    ("accuracy-alone", FIT + "print(accuracy_score(y_test, p))\ntp = ((p == 1) & (y_test == 1)).sum()\nfp = ((p == 1) & (y_test == 0)).sum()\nprint(tp / (tp + fp))"),
    ("model-never-evaluated", FIT + "for i in range(len(p)):\n    if p[i] != y_test.iloc[i]:\n        wrong = wrong + [i]\nprint(len(wrong))"),
    ("search-over-test-rows", "for k in range(1, 30):\n    print(k, cross_val_score(KNeighborsClassifier(n_neighbors=k), X_train, y_train, cv=5).mean())" + KNN),
    ("search-over-test-rows", "for m in [SVC(), LogisticRegression()]:\n    print(cross_val_score(m, X, y, cv=5).mean())" + KNN),
    ("setting-chosen-on-test-rows", OBJECTIVE + "    return cross_val_score(m, X_train, y_train, scoring='f1').mean()" + STUDY),
    ("values-never-tuned", "m = SGDClassifier(early_stopping=True).fit(X_train, y_train)\nprint(m.score(X_test, y_test))"),
]  # fmt: skip


SEVERAL = (
    FIT
    + "n = KNeighborsClassifier().fit(X_train, y_train)\nq = n.predict(X_test)\nl = LogisticRegression().fit(X_train, y_train)\nr = l.predict(X_test)\n"
)
ALL_MEASURED = [
    "for a in [p, q, r]:\n    print(f1_score(y_test, a))",
    "every = [p, q, r]\nfor i, a in enumerate(every):\n    print(i, f1_score(y_test, a))",
    "every = [p, q, r]\nfor i in range(len(every)):\n    print(i, f1_score(y_test, every[i]))",
    "for name, a in zip(['svc', 'knn', 'logistic'], [p, q, r]):\n    print(name, f1_score(y_test, a))",
    "for name, a in {'svc': p, 'knn': q, 'logistic': r}.items():\n    print(name, f1_score(y_test, a))",
    "every = []\nfor a in [m, n, l]:\n    every.append(a.predict(X_test))\nfor a in every:\n    print(f1_score(y_test, a))",
    "said = pd.DataFrame({'svc': p, 'knn': q, 'logistic': r})\nfor column in said.columns:\n    print(column, f1_score(y_test, said[column]))",
    "said = pd.DataFrame()\nsaid['svc'] = p\nsaid['knn'] = q\nsaid['logistic'] = r\nsaid.apply(lambda a: f1_score(y_test, a))",
    "said = np.column_stack([p, q, r])\nfor i in range(3):\n    print(f1_score(y_test, said[:, i]))",
]  # fmt: skip


def _found(code: str) -> set[str]:
    result = audit_notebook(notebook_from_text(HEAD + code + "\n"))
    assert not result.failures
    return {finding.check for finding in result.findings}


@pytest.mark.parametrize(("check", "code"), SEEN, ids=range(len(SEEN)))
def test_seen(check: str, code: str) -> None:
    assert check in _found(code)


@pytest.mark.parametrize(("check", "code"), SILENT, ids=range(len(SILENT)))
def test_silent(check: str, code: str) -> None:
    assert check not in _found(code)


@pytest.mark.parametrize("code", ALL_MEASURED)
def test_what_several_models_predict_is_measured_together(code: str) -> None:
    assert not _found(SEVERAL + code) & {"candidate-never-evaluated", "model-never-evaluated", "accuracy-alone"}


def test_one_of_several_left_out_is_seen() -> None:
    assert "candidate-never-evaluated" in _found(SEVERAL + "for a in [p, q]:\n    print(f1_score(y_test, a))")


BOOSTED = """# %%
import pandas as pd
import lightgbm as lgb
import xgboost as xgb
from sklearn.model_selection import train_test_split
df = pd.read_csv("loans.csv")
# %%
X, y = df.drop(columns="y"), df["y"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
left, right = xgb.DMatrix(X_train, y_train), xgb.DMatrix(X_test, y_test)
def gini(predicted, rows):
    return "gini", score_of(predicted, rows)
# %%
"""


@pytest.mark.parametrize(
    ("code", "is_alone"),
    [
        ("xgb.train({'objective': 'binary:logistic'}, left, 99, [(right, 'v')])", True),
        ("xgb.train({'objective': 'binary:logistic'}, left, 99, [(right, 'v')], feval=gini)", False),
        ("xgb.train({'objective': 'binary:logistic', 'eval_metric': 'auc'}, left, 99, [(right, 'v')])", False),
        ("xgb.XGBClassifier().fit(X_train, y_train, eval_set=[(X_test, y_test)])", True),
        ("xgb.XGBClassifier(eval_metric=gini).fit(X_train, y_train, eval_set=[(X_test, y_test)])", False),
        ("lgb.train({'objective': 'binary', 'metric': 'auc'}, lgb.Dataset(X_train, y_train), valid_sets=[lgb.Dataset(X_test, y_test)])", False),
    ],
)  # fmt: skip
def test_boosters_are_judged_by_the_metric_that_they_watch(code: str, is_alone: bool) -> None:
    result = audit_notebook(notebook_from_text(BOOSTED + "m = " + code + "\n"))
    assert ("loss-alone" in {finding.check for finding in result.findings}) == is_alone

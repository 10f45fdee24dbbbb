"""Which algorithms a notebook tries, and how each is measured."""

from __future__ import annotations

import pytest

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.vocabulary import Trait
from nbaudit.testing import notebook_from_text
from nbaudit.workflow import Workflow
from nbaudit.workflow.candidates import baseline, candidates, contenders, metric_kind
from nbaudit.workflow.tuning import searched, tunings

HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GridSearchCV, cross_val_predict, train_test_split
from sklearn.svm import SVC
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""


def workflow_of(source: str) -> Workflow:
    notebook = notebook_from_text(HEAD + source)
    return Workflow(notebook, build_graph(notebook))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("neg_root_mean_squared_error", Trait.ERROR),
        ("f1_macro", Trait.CLASSWISE),
        ("balanced_accuracy", Trait.CLASSWISE),
        ("val_acc", Trait.ACCURACY),
        ("roc_auc", Trait.RANKING),
        ("neg_log_loss", Trait.CLASSWISE),
        ("r2", Trait.R2),
        ("val_loss", Trait.LOSS),
        ("keras.metrics.AUC", Trait.RANKING),
        ("speed", None),
    ],
)
def test_metric_names(name: str, kind: Trait | None) -> None:
    assert metric_kind(name) is kind


def test_refits_are_one_candidate_and_kernels_are_two() -> None:
    workflow = workflow_of(
        "for depth in [2, 4]:\n    RandomForestClassifier(max_depth=depth).fit(X_train, y_train)\n"
        "RandomForestClassifier().fit(X, y)\n"
        "SVC(kernel='linear').fit(X_train, y_train)\nSVC(kernel='rbf').fit(X_train, y_train)\n"
    )
    assert [candidate.name for candidate in contenders(workflow)] == [
        "RandomForestClassifier",
        "SVC (linear kernel)",
        "SVC (rbf kernel)",
    ]


def test_model_for_importances_is_a_helper() -> None:
    workflow = workflow_of(
        "ranks = ExtraTreesClassifier().fit(X_train, y_train)\nprint(ranks.feature_importances_)\n"
        "model = SVC().fit(X_train, y_train)\nprint(model.score(X_test, y_test))\n"
    )
    assert [candidate.name for candidate in candidates(workflow) if candidate.helper] == ["ExtraTreesClassifier"]


def test_clusters_as_a_feature_are_a_helper() -> None:
    workflow = workflow_of(
        "X_train['group'] = KMeans(5).fit_predict(X_train)\n"
        "model = SVC().fit(X_train, y_train)\nprint(model.score(X_train, y_train))\n"
    )
    assert [candidate.name for candidate in contenders(workflow)] == ["SVC"]


def test_predictions_of_all_folds_are_held_out() -> None:
    workflow = workflow_of("guess = cross_val_predict(SVC(), X, y)\nprint(f1_score(y, guess))\n")
    (svc,) = contenders(workflow)
    assert [(m.held_out, m.kinds) for m in svc.measurements] == [(True, frozenset({Trait.CLASSWISE}))]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dummy = DummyClassifier().fit(X_train, y_train)\n", True),
        ("baseline_accuracy = accuracy_score(y_test, np.zeros(len(y_test)))\n", True),
        ("model = SVC().fit(X_train, y_train)\n", False),
    ],
)
def test_baseline(code: str, expected: bool) -> None:
    assert baseline(workflow_of(code)) is expected


def test_search_knows_names_and_settings() -> None:
    workflow = workflow_of(
        "grid = {'C': [1, 10, 100], 'gamma': [0.1, 1], 'random_state': [1, 2]}\n"
        "search = GridSearchCV(SVC(), grid).fit(X_train, y_train)\n"
    )
    (tuning,) = searched(workflow)
    assert (tuning.how, tuning.names, tuning.settings) == ("search", frozenset({"C", "gamma"}), 6)


def test_loop_that_sets_parameters_is_a_tuning_and_a_seed_loop_is_none() -> None:
    tuned = workflow_of("model = SVC()\nfor c in [1, 10]:\n    model.set_params(C=c).fit(X_train, y_train)\n")
    seeds = workflow_of("for seed in range(9):\n    RandomForestClassifier(random_state=seed).fit(X_train, y_train)\n")
    assert [tuning.names for tuning in tunings(tuned)] == [frozenset({"C"})]
    assert tunings(seeds) == ()

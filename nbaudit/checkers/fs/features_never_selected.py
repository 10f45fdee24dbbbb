"""FS-M: many features, and nothing was ever selected among them."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.columns import (
    MANY_FEATURES,
    called,
    drops_of_choice,
    feature_count,
    feature_names,
    given_features,
    like_pixels,
    looks_at_relations,
    selects_by_penalty,
    tabular_trainings,
)
from nbaudit.workflow.identifiers import identifiers_among_features

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
bees = pd.read_csv("bees.csv")
X, y = bees.drop(columns="alive"), bees["alive"]
X.shape
"""
_FIT = """
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
model = RandomForestClassifier(random_state=4)
model.fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
"""
_QUIET = _FIT.replace("  # expect", "")
FLAGS = (
    Example("31 columns go in as they are", _HEAD + _FIT, {0: "(900, 31)"}),
    Example(
        "a printed table says how many columns there are",
        _HEAD.replace("X.shape", "bees.head()") + _FIT,
        {0: "   wing  leg  ...  mass  alive\n0   1.0  2.0  ...   3.0      1\n\n[1 rows x 31 columns]"},
    ),
    Example(
        "columns are only added",
        _HEAD.replace("X.shape", "X['ratio'] = X['wing'] / X['leg']\nX.shape") + _FIT,
        {0: "(900, 32)"},
    ),
)
PASSES = (
    Example("few features", _HEAD + _QUIET, {0: "(900, 6)"}),
    Example(
        "an identifier is dropped",
        _HEAD.replace('columns="alive"', 'columns=["alive", "hive_id"]') + _QUIET,
        {0: "(900, 30)"},
    ),
    Example("correlations are looked at", _HEAD + "\n# %%\nbees.corr()\n" + _QUIET, {0: "(900, 31)"}),
    Example("the dimensions are reduced", _HEAD + "\n# %%\nX = PCA(5).fit_transform(X)\n" + _QUIET, {0: "(900, 31)"}),
    Example(
        "an L1 penalty selects",
        _HEAD
        + _QUIET.replace("RandomForestClassifier(random_state=4)", "LogisticRegression(penalty='l1', solver='saga')"),
        {0: "(900, 31)"},
    ),
)


_SURE = 0.7


@check("FS-M", flags=FLAGS, passes=PASSES)
def features_never_selected(workflow: Workflow) -> Iterator[Finding]:
    """A model gets more than ten features, and nothing selects among them: no column dropped for a reason, no
    correlation or importance looked at, no selector, no reduction, no L1 penalty.

    Why it is debt: features that carry nothing cost data, time and upkeep for ever, and hide what the model relies on.
    Instead: look at correlations or importances on the training rows, and drop what adds nothing.
    Blind spots: columns that were chosen before the file was written.
    """
    found = None
    for training in tabular_trainings(workflow):
        features = given_features(workflow, training)
        assert features is not None
        count = feature_count(workflow, training)
        if features.columns.chosen or features.columns.selected is not None or not features.known:
            continue
        if like_pixels(workflow, training, count):
            continue
        if features.columns.cut and feature_names(workflow, training) is None:
            continue  # numbers without names need not be features of a table
        if count is not None and count > MANY_FEATURES and found is None:
            found = training, count
    if found is None:
        return
    if drops_of_choice(workflow) or looks_at_relations(workflow) or workflow.ops(Role.SELECT) or _reduces(workflow):
        return
    if selects_by_penalty(workflow) or workflow.ops(Role.PROFILE) or workflow.having(Trait.IMPORTANCE):
        return
    if any(sure >= _SURE for *_, (_, _, sure) in identifiers_among_features(workflow)):
        return  # what was chosen wrongly is told by itself
    training, count = found
    assert training.features is not None
    data = called(workflow, training.features)
    yield Finding(
        "FS-M",
        "features-never-selected",
        at(training.op),
        f"{data} has {count} features or more, and no step before or after training selects among them",
        (step(training.op, f"trains on all {count} features"),),
        confidence=0.75 * training.op.trust,
        root="features-never-selected",
    )


def _reduces(workflow: Workflow) -> bool:
    """True where the data's columns are reduced (and not what a trained model has made of them)."""
    made = sum(op.bit for op in workflow.ops(Role.PREDICT))
    return any(not value.upstream & made for op in workflow.ops(Role.REDUCE) for value in op.data)

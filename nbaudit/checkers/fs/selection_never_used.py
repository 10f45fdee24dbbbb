"""FS-I: a selection or reduction is computed, and the model is trained on all features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Training
from nbaudit.workflow.columns import computed_choices, drops_of_choice, is_used, selections, tabular_trainings

_HEAD = """
# %%
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.ensemble import RandomForestClassifier
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import train_test_split
bees = pd.read_csv("bees.csv")
X, y = bees.drop(columns="alive"), bees["alive"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
X_train.shape
# %%
"""
_FIT = """
# %%
model = RandomForestClassifier(random_state=4)
model.fit({0}, y_train)
"""
_WIDE = {0: "(900, 31)"}
FLAGS = (
    Example(
        "the best columns are found and not used",
        _HEAD + "best = SelectKBest(k=8).fit_transform(X_train, y_train)  # expect" + _FIT.format("X_train"),
        _WIDE,
    ),
    Example(
        "columns are dropped by their correlation, in a table that no model gets",
        _HEAD
        + "close = X_train.corr()['length'].abs().sort_values()\n"
        + "small = X_train.drop(close.index[:9], axis=1)  # expect\n"
        + _FIT.format("X_train"),
        _WIDE,
    ),
    Example(
        "components are computed and not used",
        _HEAD + "parts = PCA(5).fit_transform(X_train)  # expect" + _FIT.format("X_train"),
        _WIDE,
    ),
)
PASSES = (
    Example(
        "columns dropped by their correlation",
        _HEAD
        + "close = X_train.corr()['length'].abs().sort_values()\nX_train = X_train.drop(close.index[:9], axis=1)\n"
        + _FIT.format("X_train"),
        _WIDE,
    ),
    Example(
        "the best columns are used",
        _HEAD + "best = SelectKBest(k=8).fit_transform(X_train, y_train)" + _FIT.format("best"),
        _WIDE,
    ),
    Example(
        "a step of the model",
        _HEAD
        + "from sklearn.pipeline import make_pipeline\n"
        + "model = make_pipeline(PCA(5), RandomForestClassifier(random_state=4))\nmodel.fit(X_train, y_train)\n",
        _WIDE,
    ),
    Example(
        "components for a picture",
        _HEAD + "parts = PCA(2).fit_transform(X_train)\nplt.scatter(parts[:, 0], parts[:, 1])" + _FIT.format("X_train"),
        _WIDE,
    ),
)


@check("FS-I", flags=FLAGS, passes=PASSES)
def selection_never_used(workflow: Workflow) -> Iterator[Finding]:
    """A selection or reduction of the features is computed, and the models are trained on all of them.

    Why it is debt: the notebook reads as if features had been selected; the work and its result are lost.
    Instead: train on the selected columns, or take the selection out.
    Blind spots: results that are read by eye and typed in elsewhere.
    """
    chosen = selections(workflow) + computed_choices(workflow)
    if not chosen or any(is_used(workflow, op) for op in chosen):
        return
    trainings = tabular_trainings(workflow)
    if any(t.features is not None and (t.features.columns.cut or not t.features.known) for t in trainings):
        return
    choices = drops_of_choice(workflow)
    for op in chosen:
        training = _on_all(op, trainings)
        if (
            training is None
            or _looked_at(workflow, op)
            or _taken_up(workflow, op)
            or any(choice.id > op.id for choice in choices)
        ):
            continue
        yield Finding(
            "FS-I",
            "selection-never-used",
            at(op),
            f"`{op.text}` selects or reduces the features, and no model is trained on its result",
            (
                step(op, "computes a selection or reduction"),
                step(training.op, "trains on all features"),
            ),
            confidence=0.8 * op.trust,
            root="selection-never-used",
        )
        return


def _on_all(op: Operation, trainings: tuple[Training, ...]) -> Training | None:
    rows = next((value.rows for value in op.learns or op.data if value.rows is not None), None)
    if rows is None:
        return None
    for training in trainings:
        if training.rows is not None and training.rows.sources() & rows.sources():
            return training
    return None


def _taken_up(workflow: Workflow, op: Operation) -> bool:
    """True where the result goes into another table, whose way to a model may have been lost."""
    return any(
        later.role in (Role.CREATE, Role.CONCAT, Role.JOIN, Role.UNKNOWN)
        and any(value.upstream & op.bit for value in (*later.data, *later.args.values()))
        for later in workflow.graph.operations[op.id + 1 :]
    )


def _looked_at(workflow: Workflow, op: Operation) -> bool:
    """True where the result is drawn: components for a picture, scores for the eye; not a smaller table."""
    if op.role is Role.DROP_COLUMNS:
        return False
    model = op.model
    return any(
        later.role in (Role.PLOT, Role.EXPLAIN)
        and (any(v.upstream & op.bit for v in later.data) or (model is not None and later.model is model))
        for later in workflow.graph.operations[op.id + 1 :]
    )

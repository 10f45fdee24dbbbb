"""SP-W: one network is trained on from fold to fold, so that it is tested on rows it has learned."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Family, Role
from nbaudit.workflow import Evaluation, Training

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import KFold
from tensorflow import keras
from tensorflow.keras import layers
pumps = pd.read_csv("pumps.csv")
X, y = pumps.drop(columns="wear").values, pumps["wear"].values
def build():
    net = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(1)])
    net.compile(loss="mse", optimizer="adam", metrics=["mae"])
    return net
folds = KFold(n_splits=5, shuffle=True, random_state=3)
# %%
"""
FLAGS = (
    Example(
        "built once, before the folds",
        _HEAD
        + """
net = build()
for train, test in folds.split(X):
    net.fit(X[train], y[train], epochs=20)  # expect
    print(net.evaluate(X[test], y[test]))
""",
    ),
    Example(
        "watched on the fold's own rows",
        _HEAD
        + """
net = build()
for train, test in folds.split(X):
    net.fit(X[train], y[train], validation_data=(X[test], y[test]), epochs=20)  # expect
""",
    ),
)
PASSES = (
    Example(
        "built anew for each fold",
        _HEAD
        + """
for train, test in folds.split(X):
    net = build()
    net.fit(X[train], y[train], epochs=20)
    print(net.evaluate(X[test], y[test]))
""",
    ),
    Example(
        "its first weights are set again",
        _HEAD
        + """
net = build()
net.save_weights("first.h5")
for train, test in folds.split(X):
    net.load_weights("first.h5")
    net.fit(X[train], y[train], epochs=20)
    print(net.evaluate(X[test], y[test]))
""",
    ),
    Example(
        "an estimator forgets at each fit",
        _HEAD
        + """
from sklearn.linear_model import Ridge
line = Ridge()
for train, test in folds.split(X):
    line.fit(X[train], y[train])
    print(line.score(X[test], y[test]))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def network_trained_on_over_folds(workflow: Workflow) -> Iterator[Finding]:
    """A network that was built before the folds is fitted in each, and so goes on from what it learned in the others.

    Why it is debt: from the second fold on the tested rows were trained on before, so the scores are too good.
    Instead: build the network inside the loop, or set its first weights again before each fit.
    Blind spots: weights that a function of another file sets back.
    """
    for training in workflow.supervised:
        loop = _loop_of_folds(workflow, training)
        if loop is None or training.final.family is not Family.NETWORK or training.op.role is not Role.FIT:
            continue
        built = workflow.graph.operations[training.model.made_by] if training.model.made_by >= 0 else None
        if built is None or loop in built.loops or _set_back(workflow, training, loop):
            continue
        measured = next((e for e in workflow.evaluations if _on_fold(e, training, loop)), None)
        if measured is None:
            continue
        yield Finding(
            "SP-W",
            "network-trained-on-over-folds",
            at(training.op),
            f"`{training.op.text}` goes on training the network of the folds before, which has learned the rows that "
            "this fold is tested on",
            (
                step(built, "builds the network once, before the folds"),
                step(training.op, "trains it on in each fold"),
                step(measured.op, "measures on rows that earlier folds trained on"),
            ),
            confidence=0.75 * training.op.trust,
            root=f"network-trained-on-over-folds:{training.op.site.cell}",
        )
        return


def _loop_of_folds(workflow: Workflow, training: Training) -> int | None:
    """The loop over folds in which a model is fitted, None where there is none."""
    rows = training.rows
    if rows is None or not training.op.loops or not any(r.role.startswith("fold") for r in rows.lineage()):
        return None
    made = next((r.made_by for r in rows.lineage() if r.role.startswith("fold")), -1)
    folds = workflow.graph.operations[made] if 0 <= made < len(workflow.graph.operations) else None
    around = set(folds.loops) if folds is not None else set()
    return next((loop for loop in training.op.loops if loop not in around), None)


def _set_back(workflow: Workflow, training: Training, loop: int) -> bool:
    """True where weights are loaded in the loop, or anything unknown is done with the model there."""
    return any(
        loop in op.loops and (op.role is Role.LOAD_MODEL or _holds(op, training))
        for op in workflow.ops(Role.LOAD_MODEL, Role.UNKNOWN)
    )


def _holds(op: Operation, training: Training) -> bool:
    return any(value.model is training.model for value in (*op.data, *op.args.values()))


def _on_fold(evaluation: Evaluation, training: Training, loop: int) -> bool:
    return loop in evaluation.op.loops and evaluation.model is training.model and bool(evaluation.held_out)

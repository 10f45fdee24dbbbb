"""HT-I: early stopping or a schedule, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.candidates import unresolved_fits
from nbaudit.workflow.tuning import searched, stopping_by_hand, tunable_candidates, tunings

_HEAD = """
# %%
import pandas as pd
from tensorflow import keras
from lightgbm import LGBMClassifier, early_stopping
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
A, B, a, b = train_test_split(X_train, y_train, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "early stopping of a network",
        _HEAD
        + """
model = keras.Sequential([keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["AUC"])
stop = keras.callbacks.EarlyStopping(patience=5)  # expect
model.fit(A, a, validation_data=(B, b), epochs=100, callbacks=[stop])
model.evaluate(X_test, y_test)
""",
    ),
    Example(
        "early stopping of boosting",
        _HEAD
        + """
model = LGBMClassifier(n_estimators=5000, learning_rate=0.05)
model.fit(A, a, eval_set=[(B, b)], callbacks=[early_stopping(100)])  # expect
""",
    ),
)
PASSES = (
    Example(
        "a loop beside it",
        _HEAD
        + """
for rate in [0.01, 0.03, 0.1]:
    for leaves in [15, 31, 63]:
        model = LGBMClassifier(n_estimators=5000, learning_rate=rate, num_leaves=leaves)
        model.fit(A, a, eval_set=[(B, b)], callbacks=[early_stopping(100)])
        print(rate, leaves, model.best_score_)
""",
    ),
    Example(
        "no stopping at all",
        _HEAD
        + """
model = LGBMClassifier(n_estimators=500)
model.fit(A, a)
print(model.score(X_test, y_test))
""",
    ),
)


@check("HT-I", flags=FLAGS, passes=PASSES)
def stopping_is_all_the_tuning(workflow: Workflow) -> Iterator[Finding]:
    """Early stopping or a learning-rate schedule is the only adaptation of any model.

    Why it is debt: the length of the training is fitted to the data, while rate, size and regularisation are guesses.
    Instead: search the learning rate and the size of the model, with the early stopping kept.
    Blind spots: searches by calls that are not known.
    """
    if searched(workflow) or unresolved_fits(workflow):
        return
    found = [tuning for tuning in tunings(workflow) if tuning.how == "stopping"]
    models = tunable_candidates(workflow)
    if not models or not (found or stopping_by_hand(workflow)):
        return
    op = found[0].op if found else None
    stopped = next((c for c in models if op is not None and any(t.op.id >= op.id for t in c.trainings)), models[0])
    training = next((t for t in stopped.trainings if op is not None and t.op.id >= op.id), stopped.first)
    words = stopping_by_hand(workflow)
    evidence = (
        (step(op, "stops or slows the training"),)
        if op is not None
        else (Step(Span(training.op.site.cell, 1), f"the code stops or slows the training (`{words}`)"),)
    )
    yield Finding(
        "HT-I",
        "stopping-is-all-the-tuning",
        at(op if op is not None and op.role is Role.SCHEDULE and op.site.cell >= 0 else training.op),
        f"early stopping or a schedule is all the tuning of {stopped.name}; its other values are fixed",
        (*evidence, step(training.op, f"trains {stopped.name} with fixed values")),
        confidence=0.8,
        root="stopping-is-all-the-tuning",
    )

"""AL-M: one algorithm, with nothing to compare it with."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.vocabulary import Family
from nbaudit.workflow.candidates import algorithm, automl, baseline, by_target, in_grids, unresolved_fits, without_task

_HEAD = """
# %%
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "a forest alone",
        _HEAD
        + """
forest = RandomForestClassifier(random_state=1)
forest.fit(X_train, y_train)  # expect
print(f1_score(y_test, forest.predict(X_test)))
""",
    ),
    Example(
        "the same algorithm twice, on other columns",
        _HEAD
        + """
first = LogisticRegression().fit(X_train, y_train)  # expect
print(f1_score(y_test, first.predict(X_test)))
few = ["income", "debt"]
second = LogisticRegression().fit(X_train[few], y_train)
print(f1_score(y_test, second.predict(X_test[few])))
""",
    ),
    Example(
        "one algorithm for each of two targets",
        _HEAD
        + """
forest = RandomForestClassifier(random_state=1)
forest.fit(X_train, y_train)  # expect
print(f1_score(y_test, forest.predict(X_test)))
A, B, a, b = train_test_split(loans.drop(columns="closed_early"), loans["closed_early"], random_state=1)
line = LogisticRegression().fit(A, a)
print(f1_score(b, line.predict(B)))
""",
    ),
    Example(
        "one network",
        """
# %%
from tensorflow import keras
(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(64), keras.layers.Dense(10)])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
# %%
model.fit(x / 255, y, epochs=5)  # expect
model.evaluate(x_test / 255, y_test)
""",
    ),
)
PASSES = (
    Example(
        "a forest and a linear model",
        _HEAD
        + """
for model in [RandomForestClassifier(random_state=1), LogisticRegression()]:
    model.fit(X_train, y_train)
    print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "a forest and a dummy",
        _HEAD
        + """
forest = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, forest.predict(X_test)))
dummy = DummyClassifier(strategy="stratified").fit(X_train, y_train)
print(f1_score(y_test, dummy.predict(X_test)))
""",
    ),
)


@check("AL-M", flags=FLAGS, passes=PASSES)
def single_algorithm(workflow: Workflow) -> Iterator[Finding]:
    """One algorithm (or one network architecture) is trained, with no baseline and no comparison.

    Why it is debt: nobody knows whether its score is good; a simpler model, or none, may do as well.
    Instead: train a simple baseline (a dummy, the last value) and one candidate of another family on the same rows.
    Blind spots: a comparison with figures of another notebook or paper; models trained by calls that are not known.
    """
    tried = by_target(workflow)
    if not tried or any(len({without_task(c.key) for c in group}) != 1 for group in tried):
        return
    if automl(workflow) or baseline(workflow) or unresolved_fits(workflow) or _topics(workflow):
        return
    only = tried[0][0]
    if any(algorithm(workflow, model) != only.key for model in in_grids(workflow)):
        return
    again = len(only.trainings)
    where = "is the only algorithm that is trained"
    target = only.first.target
    if len(tried) > 1 and target is not None:
        where += f" for {in_code(workflow, target)}"
    elif again > 1:
        where += f" (in {again} fits)"
    yield Finding(
        "AL-M",
        "single-algorithm",
        at(only.first.op),
        f"{only.name} {where}; there is no baseline and no other candidate to hold its score against",
        tuple(step(training.op, f"trains {only.name}") for training in only.trainings[:3]),
        confidence=0.9 * min(1.0, only.first.op.trust),
        root="single-algorithm",
    )


def _topics(workflow: Workflow) -> bool:
    """True where a topic model is fitted beside the candidates: it groups texts, too."""
    trained = {training.final.id for training in workflow.trainings}
    return any(
        model.family is Family.TOPIC and model.fits and model.id not in trained for model in workflow.graph.models
    )

"""RB-M: evident imbalance, and nothing answers it."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, quoted, step
from nbaudit.workflow.balance import answer, imbalance

_COUNTS = {1: "fraud\n0    4920\n1      80\nName: count, dtype: int64"}
_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
claims = pd.read_csv("claims.csv")
# %%
claims["fraud"].value_counts()
# %%
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
# %%
"""
FLAGS = (
    Example(
        "describe tells the share of the ones",
        _HEAD.replace('["fraud"].value_counts', ".describe")
        + """
from sklearn.feature_selection import VarianceThreshold
VarianceThreshold(threshold=0.01).fit(X_train)
LogisticRegression().fit(X_train, y_train)  # expect
""",
        {
            1: "            amount        fraud\ncount  5000.000000  5000.000000\nmean     88.100000     0.016000\n"
            "std      40.000000     0.125488\nmin       1.000000     0.000000\nmax     999.000000     1.000000"
        },
    ),
    Example(
        "a forest on 1.6 % frauds",
        _HEAD
        + """
model = RandomForestClassifier(random_state=1)
model.fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
""",
        _COUNTS,
    ),
    Example(
        "a stratified split is no answer",
        _HEAD
        + """
LogisticRegression().fit(X_train, y_train)  # expect
""",
        _COUNTS,
    ),
)
PASSES = (
    Example(
        "the report was given prediction and truth the wrong way round",
        _HEAD.replace('claims["fraud"].value_counts()', "claims.head()")
        + """
model = LogisticRegression().fit(X_train, y_train)
print(classification_report(model.predict(X_test), y_test))
""",
        {
            3: "              precision    recall  f1-score   support\n\n"
            "           0       0.90      0.80      0.85       900\n"
            "           1       0.30      0.50      0.37       100\n\n"
            "    accuracy                           0.77      1000\n"
        },
    ),
    Example(
        "class weights",
        _HEAD
        + """
model = RandomForestClassifier(class_weight="balanced", random_state=1)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
        _COUNTS,
    ),
    Example(
        "a moved decision threshold",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
threshold = 0.1
print(classification_report(y_test, model.predict_proba(X_test)[:, 1] > threshold))
""",
        _COUNTS,
    ),
    Example(
        "two classes of like size",
        _HEAD
        + """
model = RandomForestClassifier(random_state=1)
model.fit(X_train, y_train)
""",
        {1: "fraud\n0    2920\n1    2080\nName: count, dtype: int64"},
    ),
)


@check("RB-M", flags=FLAGS, passes=PASSES)
def imbalance_not_answered(workflow: Workflow) -> Iterator[Finding]:
    """Classes of very different size are learned, and nothing answers the imbalance.

    Why it is debt: a model that never finds the rare class can still look good, and the rare class is what matters.
    Instead: give class weights (or resample the training rows only), or move the decision threshold.
    Blind spots: an imbalance that no output shows; an answer inside a function from another file.
    """
    found = imbalance(workflow)
    if found is None or answer(workflow) is not None:
        return
    training = next((item for item in (*workflow.supervised, *workflow.trainings)), None)
    if training is None:
        return
    steps = [step(training.op, "trains without weights, and no rows are resampled anywhere")]
    if found.fact is not None:
        steps.insert(0, quoted(found.fact))
    elif found.said is not None:
        steps.insert(0, Step(found.said.span, f"says: {found.said.text[:100]}"))
    elif found.load is not None:
        steps.insert(0, step(found.load, "reads the data"))
    yield Finding(
        "RB-M",
        "imbalance-not-answered",
        at(training.op),
        f"the classes are uneven ({found.words}) and nothing answers it: no weights, no resampling, no moved threshold",
        tuple(steps),
        confidence=found.sure * 0.9,
        basis=Basis.OUTPUT if found.fact is not None else Basis.CODE,
        root="imbalance-not-answered",
    )

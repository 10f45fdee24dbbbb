"""RB-W: the test rows themselves are resampled."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.balance import resamplings

_HEAD = """
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
claims = pd.read_csv("claims.csv")
X, y = claims.drop(columns="fraud"), claims["fraud"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1, stratify=y)
# %%
sm = SMOTE(random_state=1)
X_train, y_train = sm.fit_resample(X_train, y_train)
"""
FLAGS = (
    Example(
        "SMOTE over the test rows too",
        _HEAD
        + """
X_test, y_test = sm.fit_resample(X_test, y_test)  # expect
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "into new names",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=2).fit_resample(X_test, y_test)  # expect
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(model.score(X_even, y_even))
""",
    ),
)
PASSES = (
    Example(
        "the test rows stay as they are",
        _HEAD
        + """
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the resampled test rows are never measured on",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=2).fit_resample(X_test, y_test)
model = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
)


@check("RB-W", flags=FLAGS, passes=PASSES)
def test_rows_resampled(workflow: Workflow) -> Iterator[Finding]:
    """The test rows are resampled and then measured on.

    Why it is debt: the model is tested on invented or repeated rows, in a class balance that new data won't have.
    Instead: resample the training rows only and leave the test rows as they came.
    Blind spots: test rows evened out by hand.
    """
    for op in resamplings(workflow):
        if op.in_folds or not any(value.rows is not None and value.rows.role == "test" for value in op.data):
            continue
        for evaluation in workflow.evaluations:
            rows = evaluation.rows
            if rows is None or evaluation.watched or not any(made.made_by == op.id for made in rows.lineage()):
                continue
            yield Finding(
                "RB-W",
                "test-rows-resampled",
                at(op),
                f"`{op.text}` resamples the test rows, and `{evaluation.op.text}` measures on the result",
                (step(op, "resamples the test rows"), step(evaluation.op, "measures on the resampled rows")),
                confidence=0.95 * op.trust,
                root=f"test-rows-resampled:{op.site.cell}",
            )
            break

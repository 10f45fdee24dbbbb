"""HT-W: a decision threshold is set on the test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.tuning import thresholds_on_test_rows

_HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_curve, roc_auc_score
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
A, B, a, b = train_test_split(X_train, y_train, random_state=1)
model = LogisticRegression(C=0.5).fit(A, a)
chance = model.predict_proba(X_test)[:, 1]
# %%
"""
FLAGS = (
    Example(
        "the best point of the test curve",
        _HEAD
        + """
fpr, tpr, thresholds = roc_curve(y_test, chance)  # expect
cut = thresholds[np.argmax(tpr - fpr)]
print(f1_score(y_test, chance >= cut))
""",
    ),
    Example(
        "the best of a loop",
        _HEAD
        + """
scores = []
cuts = np.arange(0.1, 0.9, 0.05)
for cut in cuts:
    scores.append(f1_score(y_test, (chance >= cut).astype(int)))  # expect
best = cuts[np.argmax(scores)]
print(f1_score(y_test, (chance >= best).astype(int)))
""",
    ),
)
PASSES = (
    Example(
        "set on validation rows",
        _HEAD
        + """
fpr, tpr, thresholds = roc_curve(b, model.predict_proba(B)[:, 1])
cut = thresholds[np.argmax(tpr - fpr)]
print(f1_score(y_test, chance >= cut))
""",
    ),
    Example(
        "the curve is only looked at",
        _HEAD
        + """
fpr, tpr, thresholds = roc_curve(y_test, chance)
print(thresholds[np.argmax(tpr - fpr)])
print(f1_score(y_test, chance >= 0.5))
""",
    ),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def threshold_set_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """The decision threshold is read off scores on the test rows, and the same rows are then measured with it.

    Why it is debt: the threshold fits these rows by construction; on new rows the figures will be lower.
    Instead: set the threshold on validation rows or by cross-validated predictions of the training rows.
    Blind spots: thresholds typed by hand after a look at a test curve.
    """
    for first, later in thresholds_on_test_rows(workflow)[:1]:
        yield Finding(
            "HT-W",
            "threshold-set-on-test-rows",
            at(first),
            f"the decision threshold comes from `{first.text}` on the test rows, and `{later.text}` "
            "measures the same rows with it",
            (step(first, "scores thresholds on the test rows"), step(later, "measures with the threshold")),
            confidence=0.85,
            root="threshold-set-on-test-rows",
        )

"""HT-W: a decision threshold is set on the test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Evaluation

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
    scored = [e for e in workflow.evaluations if e.held_out and e.rows is not None and not e.folds and not e.watched]
    seen: set[int] = set()
    for later in scored:
        mask = 0
        for value in later.op.data:
            if value.kind in (Kind.PREDICTION, Kind.ARRAY, Kind.COLUMN, Kind.MASK):
                mask |= value.upstream | value.control
        for first in scored:
            if first.op.id >= later.op.id or not mask & first.op.bit or first.op.id in seen:
                continue
            assert first.rows is not None and later.rows is not None
            if not _scores(first) or first.model is not later.model or not first.rows.overlaps(later.rows):
                continue
            if not _same_predictions(workflow, first.op, later.op):
                continue
            seen.add(first.op.id)
            yield Finding(
                "HT-W",
                "threshold-set-on-test-rows",
                at(first.op),
                f"the decision threshold comes from `{first.op.text}` on the test rows, and `{later.op.text}` "
                "measures the same rows with it",
                (step(first.op, "scores thresholds on the test rows"), step(later.op, "measures with the threshold")),
                confidence=0.85,
                root="threshold-set-on-test-rows",
            )
            break
        if seen:
            return


def _scores(evaluation: Evaluation) -> bool:
    """True for a curve over thresholds, or a metric in a loop."""
    return Trait.RANKING in evaluation.op.traits or bool(evaluation.op.loops)


def _same_predictions(workflow: Workflow, first: Operation, later: Operation) -> bool:
    """True where both measure the outcome of one prediction (not of a model that was chosen in between)."""
    mine = _predicts(workflow, first)
    return bool(mine & _predicts(workflow, later)) and mine != 0


def _predicts(workflow: Workflow, op: Operation) -> int:
    mask = 0
    for value in op.data:
        for source in workflow.graph.by_mask(value.upstream):
            if source.role is Role.PREDICT:
                mask |= source.bit
    return mask

"""EM-I: scores on training rows, or a training loss, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.candidates import (
    CLASS_TASKS,
    NUMBER_TASKS,
    Candidate,
    contenders,
    loose_after,
    on_predictions,
)
from nbaudit.workflow.metrics import outer

_HEAD = """
# %%
import pandas as pd
from sklearn.svm import SVC
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = SVC(C=3).fit(X_train, y_train)
# %%
"""
FLAGS = (
    Example(
        "a report on training rows",
        _HEAD + "\nprint(classification_report(y_train, model.predict(X_train)))  # expect\n",
    ),
    Example("a score on training rows", _HEAD + "\nprint(model.score(X_train, y_train))  # expect\n"),
)
PASSES = (
    Example(
        "both parts",
        _HEAD
        + """
print(classification_report(y_train, model.predict(X_train)))
print(classification_report(y_test, model.predict(X_test)))
""",
    ),
    Example("test rows", _HEAD + "\nprint(classification_report(y_test, model.predict(X_test)))\n"),
)


@check("EM-I", flags=FLAGS, passes=PASSES)
def training_scores_alone(workflow: Workflow) -> Iterator[Finding]:
    """A model is measured on the rows that it was trained on, or by its training loss, and nowhere else.

    Why it is debt: a model that learns its rows by heart scores best; the figure says nothing of new data.
    Instead: measure on rows that were held out of the training, with the same metric.
    Blind spots: rows that are split by hand in ways the analysis does not follow.
    """
    for candidate in contenders(workflow):
        if candidate.task not in CLASS_TASKS | NUMBER_TASKS or _aside(workflow, candidate):
            continue
        measured = [m for m in outer(candidate) if m.kinds]
        if not measured or any(m.held_out is not False for m in measured):
            continue
        if len(measured) < len(outer(candidate)) or loose_after(workflow, candidate.first):
            continue
        best = next((m for m in measured if not m.kinds <= {Trait.LOSS}), measured[0])
        yield Finding(
            "EM-I",
            "training-scores-alone",
            at(best.op),
            f"{candidate.name} is measured only on the rows it was trained on (`{best.op.text}`)",
            (
                step(candidate.first.op, f"trains {candidate.name}"),
                step(best.op, "measures it on the same rows; no held-out rows are measured"),
            ),
            confidence=0.8 * min(best.op.trust, 1.0),
            root=f"training-scores-alone:{candidate.key}",
        )
        return


def _aside(workflow: Workflow, candidate: Candidate) -> bool:
    """True for the weights of a blend, which its members' scores stand beside, and for a fit that only shows its
    summary where another model of the notebook is measured on held-out rows."""
    others = [c for c in contenders(workflow) if c is not candidate]
    if not any(m.held_out for c in others for m in outer(c)):
        return False
    summaries = all(Trait.SUMMARY in m.op.traits for m in outer(candidate))
    return summaries or on_predictions(workflow, candidate)

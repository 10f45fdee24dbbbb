"""EM-I: a model is scored against what it predicted itself."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Model, Operation, Value
from nbaudit.model.vocabulary import Role

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.metrics import classification_report, cohen_kappa_score, f1_score
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
guess = model.predict(X_test)
print(classification_report(y_test, guess))
# %%
"""

FLAGS = (
    Example("its score on what it said", _HEAD + "\nprint(model.score(X_test, guess))  # expect\n"),
    Example("a metric of the same predictions", _HEAD + "\nprint(f1_score(model.predict(X_test), guess))  # expect\n"),
)
PASSES = (
    Example("its score on the truth", _HEAD + "\nprint(model.score(X_test, y_test))\n"),
    Example(
        "two models held against each other",
        _HEAD
        + """
other = GaussianNB().fit(X_train, y_train)
print(f1_score(y_test, other.predict(X_test)))
print(cohen_kappa_score(guess, other.predict(X_test)))
""",
    ),
)


@check("EM-I", flags=FLAGS, passes=PASSES)
def scored_against_own_predictions(workflow: Workflow) -> Iterator[Finding]:
    """A score compares a model's predictions with predictions of the same model.

    Why it is debt: the score is perfect whatever the model does, and a reader takes it for a result.
    Instead: hand the true labels to the score.
    Blind spots: predictions that were kept in a file or passed through calls that are not known.
    """
    for op in workflow.ops(Role.EVALUATE):
        truth = _truth(op)
        if truth is None or op.trust < 1:
            continue
        yield Finding(
            "EM-I",
            "scored-against-own-predictions",
            at(op),
            f"`{op.text}` holds the model against `{workflow.name_of(truth)}`, which it predicted itself",
            (
                step(workflow.graph.operations[truth.made_by], "predicts"),
                step(op, "takes the predictions for the truth"),
            ),
            confidence=0.85,
            root=f"scored-against-own-predictions:{op.site.cell}",
        )


def _truth(op: Operation) -> Value | None:
    """What a score takes for the truth, where it is a prediction of the very model that is scored."""
    if op.call == "syntax.compare" or len(op.data) < 2:
        return None
    first, second = op.data[0], op.data[1]
    if not _is_prediction(second, op.model):
        return None
    asked = op.receiver is not None and op.receiver.kind is Kind.MODEL
    if asked:
        return second if first.kind is not Kind.PREDICTION else None
    return second if _is_prediction(first, op.model) and first.id != second.id else None


def _is_prediction(value: Value, model: Model | None) -> bool:
    """True for the plain outcome of a model's `predict`."""
    return value.kind is Kind.PREDICTION and value.model is model and model is not None and value.made_by >= 0

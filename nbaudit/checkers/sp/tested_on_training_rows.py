"""SP-W: the same rows on both sides: tested on rows of the test part that were trained on."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation, Rows
from nbaudit.model.vocabulary import Role

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = RandomForestClassifier(random_state=1)
# %%
"""
FLAGS = (
    Example(
        "fitted on all of X after the split",
        _HEAD
        + """
model.fit(X, y)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "split again, and tested on the new test part",
        _HEAD
        + """
model.fit(X_train, y_train)
A, X_test, a, y_test = train_test_split(X, y, random_state=2)  # expect
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "fitted on the training part",
        _HEAD
        + """
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "refitted on all rows after the test, for use",
        _HEAD
        + """
model.fit(X_train, y_train)
print(model.score(X_test, y_test), model.score(X_train, y_train))
model.fit(X, y)
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def tested_on_training_rows(workflow: Workflow) -> Iterator[Finding]:
    """A model is measured on a test part whose rows, or some of them, it was trained on.

    Why it is debt: the score is that of remembered rows and says nothing about new ones.
    Instead: fit on the training part before measuring; refit on all rows only afterwards, for use.
    Blind spots: rows that are in both files under different ids.
    """
    seen: set[int] = set()
    for evaluation in workflow.evaluations:
        rows, model = evaluation.rows, evaluation.model
        if rows is None or model is None or evaluation.held_out is not False or rows.role != "test":
            continue
        if evaluation.watched or evaluation.folds:
            continue
        number = next((n for n in reversed(model.fits) if n < evaluation.op.id), None)
        if number is None or number in seen:
            continue
        fit = workflow.graph.operations[number]
        trained = next((value.rows for value in fit.data if value.rows is not None), None)
        if trained is None or trained.role == "test" or fit.role is Role.CROSS_VALIDATE or not trained.overlaps(rows):
            continue
        seen.add(number)
        data = in_code(workflow, fit.data[0])
        split = next((o for o in workflow.ops(Role.SPLIT) if o.id == rows.made_by), None)
        steps = [step(split, "parts the rows")] if split is not None else []
        steps += [
            step(fit, f"trains on {data}, test rows included"),
            step(evaluation.op, "measures on the test part"),
        ]
        yield Finding(
            "SP-W",
            "tested-on-training-rows",
            at(_fault(workflow, fit, trained, split)),
            f"`{evaluation.op.text}` measures on test rows that `{fit.text}` has trained on",
            tuple(steps),
            confidence=0.85 * fit.trust,
            root=f"tested-on-training-rows:{fit.site.cell}",
        )


def _fault(workflow: Workflow, fit: Operation, trained: Rows, test: Operation | None) -> Operation:
    """What puts the rows on both sides: the later of two splits, or else the fit."""
    own = next((op for op in workflow.ops(Role.SPLIT) if op.id == trained.made_by), None)
    if own is None or test is None or own.id == test.id:
        return fit
    return max(own, test, key=lambda op: op.id)

"""OU-W: rows with a high target are dropped before the split."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role, Task
from nbaudit.workflow import Evaluation, Training
from nbaudit.workflow.columns import target_name
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.outliers import numeric_limits
from nbaudit.workflow.raw_tables import targets

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.metrics import mean_absolute_error
boats = pd.read_csv("boats.csv")
# %%
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
model = LinearRegression()
model.fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
"""
FLAGS = (
    Example(
        "long boats that are cheap are dropped by their labels",
        _HEAD + "boats = boats.drop(boats[(boats['length'] > 40) & (boats['price'] < 9000)].index)  # expect\n" + _FIT,
    ),
    Example("dear boats are left out", _HEAD + "boats = boats[boats['price'] < 90000]  # expect\n" + _FIT),
    Example(
        "before a cross-validation",
        _HEAD
        + """
small = boats[boats.price <= 90_000]  # expect
print(cross_val_score(LinearRegression(), small[["length", "beam"]], small["price"], cv=5).mean())
""",
    ),
)
PASSES = (
    Example(
        "long boats are dropped by a feature",
        _HEAD + "boats = boats.drop(boats[(boats['length'] > 40) & (boats['beam'] < 2)].index)\n" + _FIT,
    ),
    Example("impossible prices are left out", _HEAD + "boats = boats[boats['price'] > 0]\n" + _FIT),
    Example("a limit on a feature", _HEAD + "boats = boats[boats['length'] < 60]\n" + _FIT),
    Example(
        "a limit on the training rows",
        _HEAD
        + """
train, test = train_test_split(boats, random_state=2)
train = train[train["price"] < 90000]
model = LinearRegression()
model.fit(train[["length", "beam"]], train["price"])
print(mean_absolute_error(test["price"], model.predict(test[["length", "beam"]])))
""",
    ),
)


@check("OU-W", flags=FLAGS, passes=PASSES)
def target_limited_before_split(workflow: Workflow) -> Iterator[Finding]:
    """A hand-set upper limit on the regression target drops rows that would be test rows.

    Why it is debt: the rows that are hardest to predict leave the test as well; nobody knows the target of a new row,
    so the error in use is larger than the one reported.
    Instead: drop extreme targets from the training rows only, or predict a logarithm.
    Blind spots: limits inside a query string.
    """
    for op in workflow.ops(Role.FILTER):
        upper = [number for sign, number in numeric_limits(op) if sign.startswith("<") and number > 0]
        key = op.args.get("key")
        if key is None:
            yield from _dropped(workflow, op)
            continue
        if not upper or key.column is None:
            continue
        found = _measured(workflow, op, key.column)
        if found is None:
            continue
        training, evaluation = found
        yield Finding(
            "OU-W",
            "target-limited-before-split",
            at(op),
            f"`{op.text}` drops rows by the target `{key.column}`, so no test holds those above {max(upper):g}",
            (
                step(op, f"drops the rows with `{key.column}` above {max(upper):g}"),
                step(training.op, f"trains to predict `{key.column}`"),
                step(evaluation.op, "measures on rows that passed the limit"),
            ),
            confidence=0.85,
            columns=(key.column,),
            root=f"target-limited-before-split:{op.site.cell}",
        )


def _dropped(workflow: Workflow, op: Operation) -> Iterator[Finding]:
    """`df.drop(df[(df.x > 40) & (df.price < 9)].index)`: a limit on the target among the conditions of a drop."""
    for name in sorted(targets(workflow)) if any(value.kind is Kind.INDEX for value in op.args.values()) else ():
        limits = re.findall(rf"(?<!\w){re.escape(name)}(?:['\"]\])?\s*\)?\s*([<>]=?)\s*(\d[\d_.]*)", op.text)
        if not limits or (limits[0][0].startswith("<") and "&" not in op.text):
            continue
        found = _measured(workflow, op, name)
        if found is None:
            continue
        training, evaluation = found
        sign, number = limits[0]
        yield Finding(
            "OU-W",
            "target-limited-before-split",
            at(op),
            f"`{op.text}` drops rows by the target (`{name}` {sign} {number}), so no test holds such rows",
            (
                step(op, f"drops rows by their `{name}`, which nobody knows of a new row"),
                step(training.op, f"trains to predict `{name}`"),
                step(evaluation.op, "measures on the rows that are left"),
            ),
            confidence=0.7,
            columns=(name,),
            root=f"target-limited-before-split:{op.site.cell}",
        )


@once_per_workflow
def _behind(workflow: Workflow) -> list[tuple[int, Evaluation]]:
    """The measurements on test rows, each with the mask of the operations that made those rows."""
    found: list[tuple[int, Evaluation]] = []
    for evaluation in workflow.test_sets:
        mask = 0
        for value in evaluation.op.data:
            mask |= value.upstream if value.kind is not Kind.PREDICTION else 0
        found.append((mask, evaluation))
    return found


def _measured(workflow: Workflow, op: Operation, column: str) -> tuple[Training, Evaluation] | None:
    for measured, evaluation in _behind(workflow):
        if not measured & op.bit:
            continue
        training = workflow.fed_training(op, evaluation)
        if training is None or target_name(training) != column:
            continue
        if workflow.task_of(training) in (Task.REGRESSION, Task.FORECASTING):
            return training, evaluation
    return None

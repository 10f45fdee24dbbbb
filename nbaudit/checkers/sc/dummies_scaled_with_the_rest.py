"""SC-W: labels, codes or dummies are scaled with the continuous features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.columns import target_name
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.scaling import fitted_scalers, holds_predictions, sensitive

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler, LabelEncoder
wine = pd.read_csv("wine.csv")
"""
_TAIL = """
X, y = wine.drop(columns="kind"), wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
scaler = StandardScaler()
"""
FLAGS = (
    Example(
        "dummies of the region are standardised",
        _HEAD
        + """wine = pd.get_dummies(wine, columns=["region"])"""
        + _TAIL
        + """
X_train = scaler.fit_transform(X_train)  # expect
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "label codes are standardised",
        _HEAD
        + """wine["region"] = LabelEncoder().fit_transform(wine["region"])"""
        + _TAIL
        + """
X_train = scaler.fit_transform(X_train)  # expect
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "only the label was turned into codes",
        _HEAD
        + """wine["kind"] = LabelEncoder().fit_transform(wine["kind"])"""
        + _TAIL
        + """
X_train = scaler.fit_transform(X_train)
model = LogisticRegression().fit(X_train, y_train)
""",
    ),
    Example(
        "only the measurements are scaled",
        _HEAD
        + """wine = pd.get_dummies(wine, columns=["region"])"""
        + _TAIL
        + """
numbers = ["alcohol", "proline"]
X_train[numbers] = scaler.fit_transform(X_train[numbers])
X_test[numbers] = scaler.transform(X_test[numbers])
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "only the columns that hold decimal numbers are scaled",
        _HEAD
        + """wine = pd.get_dummies(wine, columns=["region"])"""
        + _TAIL
        + """
numbers = X_train.select_dtypes(include=["float64"])
X_train[numbers.columns] = scaler.fit_transform(numbers)
X_test[numbers.columns] = scaler.transform(X_test[numbers.columns])
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "there are no dummies",
        _HEAD
        + _TAIL
        + """
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def dummies_scaled_with_the_rest(workflow: Workflow) -> Iterator[Finding]:
    """Codes or dummies of categories are scaled together with the continuous features.

    Why it is debt: a rare dummy gets a huge value where it is 1, and codes get distances that mean nothing.
    Instead: scale the continuous columns only (a ColumnTransformer), and leave dummies at 0 and 1.
    Blind spots: dummies that came with the file; harmless scaling to the range 0 to 1.
    """
    trainings = [(t, t.features.upstream if t.features is not None else 0) for t in sensitive(workflow)]
    for op in fitted_scalers(workflow):
        scaled = op.learns[0]
        coded = None if holds_predictions(workflow, scaled) else _coded(workflow, scaled, "[" in op.text)
        if coded is None:
            continue
        training = next((t for t, upstream in trainings if upstream & op.bit), None) or next(
            (t for t, _ in trainings if op.model is not None and any(op.model is m for m in t.model.flat())), None
        )
        if training is None:
            continue
        data = in_code(workflow, scaled)
        yield Finding(
            "SC-W",
            "dummies-scaled-with-the-rest",
            at(op),
            f"`{op.text}` scales {data} as a whole, with the columns that `{coded.text}` made of categories",
            (
                step(coded, "turns categories into numbers"),
                step(op, "scales them with the rest"),
                step(training.op, "trains on them"),
            ),
            confidence=0.6 * op.trust,
            root=f"dummies-scaled-with-the-rest:{op.site.cell}",
        )


@once_per_workflow
def _labels(workflow: Workflow) -> frozenset[str | None]:
    return frozenset(target_name(training) for training in workflow.supervised)


def _coded(workflow: Workflow, value: Value, chosen: bool) -> Operation | None:
    """The encoding of features that is among the scaled columns; `chosen` says that columns are picked in the call."""
    columns = value.columns
    labels = _labels(workflow)
    if columns.selected is not None:
        # of columns chosen by name, only what was done to them by name counts
        mask = 0
        for name in columns.selected:
            mask |= columns.named.get(name, 0)
    elif chosen:
        return None
    else:
        mask = columns.whole() if columns.base or columns.named else value.upstream
    by_type = max(
        (
            op.id
            for op in workflow.graph.by_mask(value.upstream)
            if op.role is Role.SELECT_COLUMNS and Trait.TYPES in op.traits
        ),
        default=-1,
    )
    for op in workflow.graph.by_mask(mask):
        # columns chosen by their type later may leave the dummies out, which are booleans
        if op.role is Role.ENCODE and Trait.LEARNS_TARGET not in op.traits and op.id > by_type:
            made = op.data[0].column if op.data else None
            if made is None or (columns.may_hold(made) and made not in labels):
                return op
    return None

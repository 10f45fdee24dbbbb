"""SC-W: the same data is scaled twice."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Value, mask_of
from nbaudit.workflow.scaling import fitted_scalers, holds_predictions

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, MinMaxScaler
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
first = StandardScaler()
X_train, X_test = first.fit_transform(X_train), first.transform(X_test)
# %%
"""
FLAGS = (
    Example(
        "scaled, and a scaler in the pipeline",
        _HEAD
        + """
model = make_pipeline(MinMaxScaler(), LogisticRegression())
model.fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "two scalers in a row",
        _HEAD
        + """
second = MinMaxScaler()
X_train = second.fit_transform(X_train)  # expect
X_test = second.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "scaled once",
        _HEAD
        + """
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "two scalers on different columns",
        """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler, MinMaxScaler
wine = pd.read_csv("wine.csv")
wine[["alcohol"]] = StandardScaler().fit_transform(wine[["alcohol"]])
wine[["proline"]] = MinMaxScaler().fit_transform(wine[["proline"]])
model = LogisticRegression().fit(wine[["alcohol", "proline"]], wine["kind"])
""",
    ),
    Example(
        "a stack scales what the models say, which nobody has scaled",
        _HEAD
        + """
import numpy as np
from sklearn.model_selection import KFold
said = np.zeros((X_train.shape[0], 1))
for seen, left in KFold(5).split(X_train):
    base = LogisticRegression().fit(X_train[seen], y_train.iloc[seen])
    said[left, 0] = base.predict_proba(X_train[left])[:, 1]
stack = make_pipeline(MinMaxScaler(), LogisticRegression())
stack.fit(said, y_train)
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def scaled_twice(workflow: Workflow) -> Iterator[Finding]:
    """Data that has been scaled is scaled again.

    Why it is debt: the second scaler undoes or doubles the first, and whoever uses the model must repeat both.
    Instead: keep one scaler.
    Blind spots: a second scaling that is meant, after a step that changed the spread.
    """
    scalers = list(fitted_scalers(workflow))
    every = mask_of(scalers)
    for op in scalers:
        value = op.learns[0]
        if holds_predictions(workflow, value):
            continue
        mask = _mask(value)
        for first in workflow.graph.by_mask(mask & every):
            if first.id >= op.id or first.call == op.call == "syntax.scale":
                continue
            if not workflow.reaches_model(op) and (op.model is None or not workflow.trainings_with(op.model)):
                continue
            data = in_code(workflow, value)
            yield Finding(
                "SC-W",
                "scaled-twice",
                at(op),
                f"`{op.text}` scales {data}, which `{first.text}` has already scaled",
                (step(first, "scales for the first time"), step(op, "scales again")),
                confidence=0.75 * op.trust,
                root=f"scaled-twice:{first.site.cell}:{first.site.line}",
            )
            break


def _mask(value: Value) -> int:
    """The operations behind the columns that are scaled."""
    columns = value.columns
    if columns.selected is not None:
        mask = columns.base
        for name in columns.selected:
            mask |= columns.named.get(name, 0)
        return mask
    return columns.whole() or value.upstream

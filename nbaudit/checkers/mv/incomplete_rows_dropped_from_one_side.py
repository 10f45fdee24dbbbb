"""MV-W: incomplete rows leave the features, and not the target."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.repairs import dropped_on_one_side

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
boats = pd.read_csv("boats.csv")
X, y = boats[["length", "beam"]], boats["price"]
# %%
"""
FLAGS = (
    Example(
        "gaps of the features",
        _HEAD
        + """
X = X.dropna()  # expect
model = LinearRegression().fit(X, y[: len(X)])
""",
    ),
    Example(
        "gaps of the target",
        _HEAD
        + """
y = y.dropna()  # expect
model = LinearRegression().fit(X.iloc[: len(y)], y)
""",
    ),
)
PASSES = (
    Example(
        "the target follows by its index",
        _HEAD
        + """
X = X.dropna()
y = y.loc[X.index]
model = LinearRegression().fit(X, y)
""",
    ),
    Example(
        "rows are dropped before the target is set aside",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
boats = pd.read_csv("boats.csv")
boats.info()
boats = boats.dropna()
X, y = boats[["length", "beam"]], boats["price"]
model = LinearRegression().fit(X, y)
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def incomplete_rows_dropped_from_one_side(workflow: Workflow) -> Iterator[Finding]:
    """Incomplete rows are dropped from the features and not from the target, or the other way round.

    Why it is debt: from the first dropped row on, the model learns the features of one thing with the answer of
    another; cutting the longer side to the same length hides it.
    Instead: drop rows from the whole table, then set the target aside, or take `y.loc[X.index]`.
    Blind spots: rows that are dropped by functions of other files.
    """
    for op, training in dropped_on_one_side(workflow, Role.DROP_MISSING):
        yield Finding(
            "MV-W",
            "incomplete-rows-dropped-from-one-side",
            at(op),
            f"`{op.text}` drops rows on one side only: features and target of the training no longer match",
            (
                step(op, "drops incomplete rows after the other side was set aside"),
                step(training.op, "trains on features and target of different rows"),
            ),
            confidence=0.7 * op.trust,
            root=f"incomplete-rows-dropped-from-one-side:{op.site.cell}",
        )

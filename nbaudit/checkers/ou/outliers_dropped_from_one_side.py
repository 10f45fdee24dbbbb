"""OU-W: outliers leave the features, and not the target."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.outliers import outlier_rules
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
        "long boats leave the features",
        _HEAD
        + """
X = X[X["length"] < X["length"].quantile(0.99)]  # expect
model = LinearRegression().fit(X, y[: len(X)])
""",
    ),
    Example(
        "dear boats leave the target",
        _HEAD
        + """
y = y[y < y.quantile(0.99)]  # expect
model = LinearRegression().fit(X.iloc[: len(y)], y)
""",
    ),
)
PASSES = (
    Example(
        "the target follows by its index",
        _HEAD
        + """
X = X[X["length"] < X["length"].quantile(0.99)]
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
boats = boats[boats["length"] < boats["length"].quantile(0.99)]
X, y = boats[["length", "beam"]], boats["price"]
model = LinearRegression().fit(X, y)
""",
    ),
)


@check("OU-W", flags=FLAGS, passes=PASSES)
def outliers_dropped_from_one_side(workflow: Workflow) -> Iterator[Finding]:
    """Rows are dropped as outliers from the features and not from the target, or the other way round.

    Why it is debt: from the first dropped row on, the model learns the features of one thing with the answer of
    another; cutting the longer side to the same length hides it.
    Instead: drop rows from the whole table, then set the target aside, or take `y.loc[X.index]`.
    Blind spots: rows that are dropped by functions of other files.
    """
    rules = {rule.op.id for rule in outlier_rules(workflow) if rule.drops}
    for op, training in dropped_on_one_side(workflow, Role.FILTER):
        if op.id not in rules:
            continue
        yield Finding(
            "OU-W",
            "outliers-dropped-from-one-side",
            at(op),
            f"`{op.text}` drops rows on one side only: features and target of the training no longer match",
            (
                step(op, "drops rows by a rule against outliers after the other side was set aside"),
                step(training.op, "trains on features and target of different rows"),
            ),
            confidence=0.7 * op.trust,
            root=f"outliers-dropped-from-one-side:{op.site.cell}",
        )

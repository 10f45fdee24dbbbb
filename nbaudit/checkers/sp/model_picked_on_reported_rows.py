"""SP-W: one of several models, gone on with alone because of its score on the reported rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.choices import picked_models

_HEAD = """
# %%
import joblib
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor
from sklearn.metrics import mean_absolute_error
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms"]], rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=5)
# %%
line = LinearRegression().fit(X_train, y_train)
print(mean_absolute_error(y_test, line.predict(X_test)))
# %%
tree = DecisionTreeRegressor(random_state=1).fit(X_train, y_train)
print(mean_absolute_error(y_test, tree.predict(X_test)))
# %%
forest = RandomForestRegressor(random_state=1).fit(X_train, y_train)
print(mean_absolute_error(y_test, forest.predict(X_test)))
"""
FLAGS = (
    Example(
        "the best is refitted with more trees and reported",
        _HEAD
        + """
# %% [markdown]
# The forest is the best model, so we tune it.
# %%
final = RandomForestRegressor(n_estimators=500, random_state=1).fit(X_train, y_train)  # expect
print(mean_absolute_error(y_test, final.predict(X_test)))
""",
    ),
    Example(
        "only the best predicts the competition file",
        _HEAD
        + """
# %% [markdown]
# The forest has the lowest error.
# %%
new = pd.read_csv("new_rents.csv")
new["rent"] = forest.predict(new[["area", "rooms"]])  # expect
new.to_csv("submission.csv")
""",
    ),
)
PASSES = (
    Example("the models are compared, and none is gone on with", _HEAD),
    Example(
        "the chosen one is measured on a third set",
        _HEAD.replace(
            "# %%\nline",
            "X_test, X_last, y_test, y_last = train_test_split(X_test, y_test, test_size=0.5, random_state=5)\n"
            "# %%\nline",
        )
        + """
# %% [markdown]
# The forest is the best model.
# %%
final = RandomForestRegressor(n_estimators=500, random_state=1).fit(X_train, y_train)
print(mean_absolute_error(y_last, final.predict(X_last)))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def model_picked_on_reported_rows(workflow: Workflow) -> Iterator[Finding]:
    """One of several models compared on held-out rows is gone on with alone (taken by its score, fitted again, saved,
    explained), and these rows are its final result.

    Why it is debt: the winner's score is partly luck on these rows, and nothing independent shows how good it is.
    Instead: compare by cross-validation on the training rows, and measure the chosen model once on the test rows.
    Blind spots: a choice told only in a report elsewhere.
    """
    for choice in picked_models(workflow):
        yield Finding(
            "SP-W",
            "model-picked-on-reported-rows",
            at(choice.picked),
            f"{choice.name} is picked out of several models by its score on the held-out rows, and the same rows "
            "give its final score: no third set is left",
            (
                step(choice.scored.op, "measures it on the rows on which the others are measured"),
                step(choice.picked, f"goes on with {choice.name} alone"),
                step(choice.again.op, "reports on the same rows"),
            ),
            confidence=choice.sure,
            root=f"picked-on-test:{choice.scored.op.site.cell}",
        )

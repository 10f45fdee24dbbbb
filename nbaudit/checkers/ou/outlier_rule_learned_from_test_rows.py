"""OU-W: a rule against outliers that was computed over test rows, or drops them."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step, tested_rows
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.columns import called
from nbaudit.workflow.outliers import Rule, outlier_rules, rule_leak

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.metrics import mean_absolute_error
boats = pd.read_csv("boats.csv")
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
model = LinearRegression()
model.fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
"""
FLAGS = (
    Example(
        "quartiles of all rows",
        _HEAD
        + """
# %%
q1, q3 = boats["price"].quantile(0.25), boats["price"].quantile(0.75)
limit = q3 + 1.5 * (q3 - q1)
boats = boats[boats["price"] <= limit]  # expect
"""
        + _FIT,
    ),
    Example(
        "a detector marks rows before the split",
        _HEAD
        + """
# %%
marks = IsolationForest(random_state=2).fit_predict(boats[["length", "beam"]])
boats = boats[marks == 1]  # expect
"""
        + _FIT,
    ),
    Example(
        "values are cut at a quantile of all rows",
        _HEAD
        + """
# %%
boats["beam"] = boats["beam"].clip(upper=boats["beam"].quantile(0.99))  # expect
"""
        + _FIT,
    ),
    Example(
        "a class of another file that says what it does",
        _HEAD
        + """
# %%
from cleaning import OutlierRemover
boats = OutlierRemover(limit=4).fit_transform(boats)  # expect
"""
        + _FIT,
    ),
    Example(
        "the printed limit of all rows is typed in after the split",
        _HEAD
        + """
# %%
import numpy as np
print(boats["beam"].quantile(0.99))
# %%
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
for part in (X_train, X_test):
    part["beam"] = np.where(part["beam"] > 6.75, 6.75, part["beam"])  # expect
model = LinearRegression()
model.fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
        {1: "6.75"},
    ),
)
PASSES = (
    Example(
        "the limit that is typed in was not computed from the data",
        _HEAD
        + """
# %%
import numpy as np
print(boats["beam"].quantile(0.99))
# %%
X_train, X_test, y_train, y_test = train_test_split(boats[["length", "beam"]], boats["price"], random_state=2)
for part in (X_train, X_test):
    part["beam"] = np.where(part["beam"] > 9, 9, part["beam"])
model = LinearRegression()
model.fit(X_train, y_train)
print(mean_absolute_error(y_test, model.predict(X_test)))
""",
        {1: "6.75"},
    ),
    Example(
        "quartiles of the training rows, on the training rows",
        _HEAD
        + """
# %%
train, test = train_test_split(boats, random_state=2)
q1, q3 = train["price"].quantile(0.25), train["price"].quantile(0.75)
train = train[train["price"] <= q3 + 1.5 * (q3 - q1)]
model = LinearRegression()
model.fit(train[["length", "beam"]], train["price"])
print(mean_absolute_error(test["price"], model.predict(test[["length", "beam"]])))
""",
    ),
    Example(
        "impossible values by a fixed limit",
        _HEAD + "\n# %%\nboats = boats[boats['length'] > 0]\n" + _FIT,
    ),
    Example(
        "the outliers are only counted",
        _HEAD
        + """
# %%
q1, q3 = boats["price"].quantile(0.25), boats["price"].quantile(0.75)
outliers = boats[boats["price"] > q3 + 1.5 * (q3 - q1)]
print(len(outliers))
"""
        + _FIT,
    ),
)


@check("OU-W", flags=FLAGS, passes=PASSES)
def outlier_rule_learned_from_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A rule against outliers (quartiles, z-scores, a detector) is computed over rows that are later tested on, or
    drops them.

    Why it is debt: the hardest test rows are gone or tamed, so the score is better than new data will give.
    Instead: split first, learn the limits from the training rows, and drop training rows only.
    Blind spots: limits read off by eye and typed in.
    """
    for rule in outlier_rules(workflow):
        leak = rule_leak(workflow, rule)
        if leak is None:
            continue
        learned = called(workflow, leak.learned)
        what = "drops rows" if rule.drops else "cuts values"
        yield Finding(
            "OU-W",
            "outlier-rule-learned-from-test-rows",
            at(rule.op),
            f"`{rule.op.text}` {what} by a rule computed over {learned}, which holds {tested_rows(leak.evaluation)}",
            (
                step(rule.op, f"{what} by a rule learned from {learned}"),
                step(leak.training.op, "trains on what is left" if rule.drops else "trains on the cut values"),
                step(leak.evaluation.op, "measures on rows that the rule has seen"),
            ),
            confidence=_sure(rule),
            columns=tuple(sorted(rule.columns)),
            root=f"outlier-rule-learned-from-test-rows:{rule.op.site.cell}",
        )


def _sure(rule: Rule) -> float:
    if rule.op.role is Role.UNKNOWN:
        return 0.65  # what a function of another file does is known by its name only
    return (0.85 if rule.drops else 0.75) * rule.op.trust

"""IC-I: impossible values leave the training data only."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.repairs import cleaned_in_training_only

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
train["lat"].describe()
"""
FLAGS = (
    Example(
        "the test file keeps its impossible places",
        _HEAD
        + """
# %%
train = train[train["lat"] != 99]  # expect
# %%
columns = ["lat", "lon"]
forest = RandomForestClassifier(random_state=0).fit(train[columns], train["kind"])
forest.predict(test[columns])
""",
    ),
    Example(
        "asked by a query",
        _HEAD
        + """
# %%
train = train.query("lat != 99")  # expect
# %%
forest = RandomForestClassifier(random_state=0).fit(train.drop(columns="kind"), train["kind"])
forest.predict(test)
""",
    ),
)
PASSES = (
    Example(
        "both are cleaned",
        _HEAD
        + """
# %%
train, test = train[train["lat"] != 99], test[test["lat"] != 99]
# %%
columns = ["lat", "lon"]
forest = RandomForestClassifier(random_state=0).fit(train[columns], train["kind"])
forest.predict(test[columns])
""",
    ),
    Example(
        "a class is left out of the training on purpose",
        _HEAD
        + """
# %%
train = train[train["kind"] != 99]
# %%
columns = ["lat", "lon"]
forest = RandomForestClassifier(random_state=0).fit(train[columns], train["kind"])
forest.predict(test[columns])
""",
    ),
)


@check("IC-I", flags=FLAGS, passes=PASSES)
def only_training_rows_cleaned(workflow: Workflow) -> Iterator[Finding]:
    """Rows with an impossible value of a feature are dropped from the training data, and the data that the model is
    used on keeps such values.

    Why it is debt: the model meets values in use that it never met in training, and answers all the same.
    Instead: turn the impossible value into a gap in both parts, and treat it the same way.
    Blind spots: rules that are no comparison with one number.
    """
    seen: set[int] = set()
    for use, training, rule in cleaned_in_training_only(workflow):
        if rule.id in seen:
            continue
        seen.add(rule.id)
        name = workflow.name_of(use.data[0])
        yield Finding(
            "IC-I",
            "only-training-rows-cleaned",
            at(rule),
            f"`{rule.text}` drops impossible values from the training data only; `{name}` is predicted with them",
            (
                step(rule, "drops rows with an impossible value"),
                step(training.op, "trains without them"),
                step(use, f"uses the model on `{name}`, which was not cleaned so"),
            ),
            confidence=0.65 * min(rule.trust, use.trust),
            root=f"only-training-rows-cleaned:{rule.site.cell}",
        )

"""HT-W: a search with shuffled folds over rows that are ordered in time."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Shape
from nbaudit.workflow.in_time import time_sign
from nbaudit.workflow.splits import splits

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GridSearchCV, KFold, TimeSeriesSplit
load = pd.read_csv("load.csv")
load["before"] = load["kwh"].shift(1)
load = load.dropna()
train = load[:8000]
grid = {"max_depth": [4, 8, 16], "max_features": [0.3, 0.6, 1.0]}
# %%
"""
FLAGS = (
    Example(
        "mixed folds",
        _HEAD
        + """
folds = KFold(n_splits=5, shuffle=True, random_state=1)
search = GridSearchCV(RandomForestRegressor(), grid, cv=folds)
search.fit(train[["before"]], train["kwh"])  # expect
""",
    ),
    Example(
        "mixed folds, written in place",
        _HEAD
        + """
search = GridSearchCV(RandomForestRegressor(), grid, cv=KFold(5, shuffle=True))
search.fit(train[["before"]], train["kwh"])  # expect
""",
    ),
)
PASSES = (
    Example(
        "folds in order of time",
        _HEAD
        + """
search = GridSearchCV(RandomForestRegressor(), grid, cv=TimeSeriesSplit(n_splits=5))
search.fit(train[["before"]], train["kwh"])
""",
    ),
    Example(
        "folds in a row",
        _HEAD
        + """
search = GridSearchCV(RandomForestRegressor(), grid, cv=KFold(n_splits=5))
search.fit(train[["before"]], train["kwh"])
""",
    ),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def shuffled_folds_in_search_over_time(workflow: Workflow) -> Iterator[Finding]:
    """A search scores its settings on shuffled folds of rows that are ordered in time.

    Why it is debt: each fold is predicted from rows just before and after it, so the search favours values that copy
    neighbours instead of forecasting.
    Instead: give the search folds in order of time (each tested on rows after its training rows).
    Blind spots: rows whose order in time no operation shows.
    """
    made = {split.op.id: split for split in splits(workflow) if split.folds and split.shuffles}
    for training in workflow.trainings:
        if training.model.shape is not Shape.SEARCH:
            continue
        cv = training.model.params.get("cv")
        split = made.get(cv.model.made_by) if cv is not None and cv.model is not None else None
        if split is None:
            continue
        sign = time_sign(workflow, split)
        if sign is None or sign.op is None or sign.sure < 0.8:
            continue
        yield Finding(
            "HT-W",
            "shuffled-folds-in-search-over-time",
            at(training.op),
            f"`{training.op.text}` scores its settings on shuffled folds (`{split.op.text}`) of rows ordered in time",
            (
                step(sign.op, "uses the order of the rows in time"),
                step(split.op, "mixes the rows before it cuts the folds"),
                step(training.op, "picks values by these folds"),
            ),
            confidence=sign.sure,
            root=f"shuffled-folds-in-search-over-time:{training.op.site.cell}",
        )

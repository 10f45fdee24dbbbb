"""IC-I: values that can't be are shown and kept."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.source import Span
from nbaudit.workflow.gaps_left import worked_on
from nbaudit.workflow.raw_tables import learned_column
from nbaudit.workflow.repairs import impossible_values
from nbaudit.workflow.writing import line_of

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
rides = pd.read_csv("rides.csv")
rides.info()
rides.duplicated().sum()
"""
_FIT = """
# %%
model = RandomForestRegressor().fit(rides.drop(columns="tip"), rides["tip"])
"""
_STATS = """             fare    num_bags         tip
count  900.000000  900.000000  900.000000
mean    14.000000    1.200000    2.000000
std      9.000000    1.100000    1.300000
min     -7.500000   -1.000000    0.000000
25%      7.000000    0.000000    1.000000
50%     11.000000    1.000000    2.000000
75%     16.000000    2.000000    3.000000
max     80.000000    6.000000   15.000000"""
FLAGS = (
    Example(
        "a fare below zero, and nothing is done",
        _HEAD + "\n# %%\nrides.describe()  # expect\n" + _FIT,
        {1: _STATS},
    ),
    Example(
        "only the fare is treated",
        _HEAD + "\n# %%\nrides.describe()  # expect\n# %%\nrides = rides[rides['fare'] > 0]\n" + _FIT,
        {1: _STATS},
    ),
)
PASSES = (
    Example(
        "the rows are dropped",
        _HEAD
        + "\n# %%\nrides.describe()\n# %%\nrides = rides[(rides['fare'] > 0) & (rides['num_bags'] >= 0)]\n"
        + _FIT,
        {1: _STATS},
    ),
    Example(
        "a measure that may be negative",
        _HEAD + "\n# %%\nrides.describe()\n" + _FIT,
        {1: _STATS.replace("fare", "east").replace("num_bags", "net_gain")},
    ),
)


@check("IC-I", flags=FLAGS, passes=PASSES)
def impossible_values_left(workflow: Workflow) -> Iterator[Finding]:
    """An output shows a value that can't be, a negative age, price or count, and it goes into training as it is.

    Why it is debt: the value is an error or a code, the model takes it for a measurement.
    Instead: find out what it means, then drop the row, or turn it into a gap and treat it as one.
    Blind spots: values that are impossible for reasons that no name tells.
    """
    tables: set[int] = set()
    for fact, column, value in impossible_values(workflow):
        training = learned_column(workflow, column)
        if training is None or worked_on(workflow, column, fact.cell) or fact.cell in tables:
            continue
        tables.add(fact.cell)
        yield Finding(
            "IC-I",
            "impossible-values-left",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"`{column}` is shown to hold {value:g}, which can't be, and is learned as it is",
            (quoted(fact), step(training.op, f"learns from `{column}` with these values")),
            confidence=0.7,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"impossible-values-left:{fact.cell}",
        )

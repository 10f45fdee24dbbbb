"""DC-W: numbers or dates that were read as text are used as categories."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.text_values import quantities_encoded

_HEAD = """
# %%
import pandas as pd
from sklearn.preprocessing import LabelEncoder
from sklearn.tree import DecisionTreeRegressor
boats = pd.read_csv("boats.csv")
boats.head()
# %%
"""
_FIT = """
# %%
DecisionTreeRegressor().fit(boats.drop(columns="price"), boats["price"])
"""
_SHOWN = """   power      hull  price
0  75 hp     steel  21000
1  90 hp      wood  34000
2 110 hp  aluminum  18000
3  60 hp      wood  16000"""
_DATES = """         sold   hull  price
0  2019-03-02  steel  21000
1  2019-04-11   wood  34000
2  2020-01-30   wood  18000"""
_TYPES = """sold     object
hull     object
price     int64
dtype: object"""
FLAGS = (
    Example(
        "horse powers become codes in alphabetical order",
        _HEAD + 'boats["power"] = LabelEncoder().fit_transform(boats["power"])  # expect\n' + _FIT,
        {0: _SHOWN},
    ),
    Example(
        "one column for each date",
        _HEAD + "boats.dtypes\n# %%\nboats = pd.get_dummies(boats)  # expect\n" + _FIT,
        {0: _DATES, 1: _TYPES},
    ),
)
PASSES = (
    Example(
        "the unit is cut off",
        _HEAD
        + 'boats["power"] = boats["power"].str.replace(" hp", "").astype(int)\n'
        + 'boats["hull"] = LabelEncoder().fit_transform(boats["hull"])\n'
        + _FIT,
        {0: _SHOWN},
    ),
    Example(
        "the dates are parsed",
        _HEAD
        + 'boats.dtypes\n# %%\nboats["sold"] = pd.to_datetime(boats["sold"]).dt.year\nboats = pd.get_dummies(boats)\n'
        + _FIT,
        {0: _DATES, 1: _TYPES},
    ),
    Example(
        "another column is encoded",
        _HEAD
        + 'boats = boats.drop(columns="power")\nboats["hull"] = LabelEncoder().fit_transform(boats["hull"])\n'
        + _FIT,
        {0: _SHOWN},
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def quantities_left_as_text(workflow: Workflow) -> Iterator[Finding]:
    """A column of numbers or dates that was read as text is encoded as if its values were categories.

    Why it is debt: "110 hp" stands before "60 hp" in the alphabet, so the order and the distance of the values are
    lost, and each value that the training data did not hold is unknown.
    Instead: cut off the unit and parse the numbers (`pd.to_numeric`), or parse the dates and take their parts.
    Blind spots: columns whose values no output shows.
    """
    for fact, column, what, value, op, training in quantities_encoded(workflow):
        yield Finding(
            "DC-W",
            "quantities-left-as-text",
            at(op),
            f"`{op.text[:80]}` makes codes of `{column}`, whose values are {what}s left as text (`{value}`)",
            (
                quoted(fact),
                step(op, f"encodes `{column}` as it was read"),
                step(training.op, "learns from the codes"),
            ),
            confidence=0.75 * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"quantities-left-as-text:{op.site.cell}",
        )

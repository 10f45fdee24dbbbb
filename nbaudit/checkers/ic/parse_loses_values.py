"""IC-W: a parse that empties a column, or costs rows that nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.raw_tables import first_reached, on_tables
from nbaudit.workflow.repairs import coerced_rows_dropped, emptied_columns

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
sales = pd.read_csv("sales.csv")
sales.info()
"""
_INFO = """<class 'pandas.core.frame.DataFrame'>
RangeIndex: 4000 entries, 0 to 3999
Data columns (total 3 columns):
 #   Column   Non-Null Count  Dtype
---  ------   --------------  -----
 0   quarter  4000 non-null   object
 1   holiday  4000 non-null   object
 2   amount   4000 non-null   float64
dtypes: float64(1), object(2)"""
_EMPTY = "quarter    4000\nholiday       0\namount        0\ndtype: int64"
_FULL = "quarter     0\nholiday    31\namount      0\ndtype: int64"
FLAGS = (
    Example(
        "a quarter is no date",
        _HEAD
        + """
# %%
sales["quarter"] = pd.to_datetime(sales["quarter"], errors="coerce")  # expect
sales.isnull().sum()
# %%
model = RandomForestRegressor().fit(sales.drop(columns="amount"), sales["amount"])
""",
        {0: _INFO, 1: _EMPTY},
    ),
    Example(
        "letters are no numbers, and their rows go",
        _HEAD
        + """
# %%
sales["holiday"] = pd.to_numeric(sales["holiday"], errors="coerce")  # expect
sales = sales.dropna(subset=["holiday"])
sales.shape
# %%
model = RandomForestRegressor().fit(sales.drop(columns="amount"), sales["amount"])
""",
        {0: _INFO, 1: "(3800, 3)"},
    ),
)
PASSES = (
    Example(
        "the parse made gaps of a few values only, and they were counted",
        _HEAD
        + """
# %%
sales["holiday"] = pd.to_numeric(sales["holiday"], errors="coerce")
sales.isnull().sum()
# %%
sales = sales.dropna(subset=["holiday"])
sales.shape
# %%
model = RandomForestRegressor().fit(sales.drop(columns="amount"), sales["amount"])
""",
        {0: _INFO, 1: _FULL, 2: "(3969, 3)"},
    ),
    Example(
        "the column was empty before",
        _HEAD
        + """
# %%
sales["quarter"] = pd.to_datetime(sales["quarter"], errors="coerce")
sales.isnull().sum()
# %%
model = RandomForestRegressor().fit(sales.drop(columns="amount"), sales["amount"])
""",
        {0: _INFO.replace("quarter  4000", "quarter  0"), 1: _EMPTY},
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def parse_loses_values(workflow: Workflow) -> Iterator[Finding]:
    """A parse turns values that were there into gaps: an output shows the column empty afterwards, or the rows are
    dropped before anybody looks how many they are.

    Why it is debt: what the column said is gone, and the reader takes it for missing from the start.
    Instead: look at the values that can't be parsed, give the format, or map the words first.
    Blind spots: losses that no saved output shows.
    """
    if not on_tables(workflow):
        return
    seen: set[int] = set()
    for op, column, fact in emptied_columns(workflow):
        if op.id in seen:
            continue
        seen.add(op.id)
        yield Finding(
            "IC-W",
            "parse-loses-values",
            at(op),
            f"`{op.text}` leaves `{column}` empty: none of its values can be parsed so",
            (step(op, "turns what it can't parse into gaps"), quoted(fact)),
            confidence=0.8 * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"parse-loses-values:{op.site.cell}",
        )
    for op, drop, column, share, fact in coerced_rows_dropped(workflow):
        if op.id in seen or first_reached(workflow, drop) is None:
            continue
        seen.add(op.id)
        yield Finding(
            "IC-W",
            "parse-loses-values",
            at(op),
            f"`{column}` had no gap; `{op.text}` makes some, and `{drop.text}` drops {share:.0%} of the rows with them",
            (
                step(op, "turns what it can't parse into gaps"),
                step(drop, "drops these rows; nobody looked what they were"),
                quoted(fact),
            ),
            confidence=0.7 * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"parse-loses-values:{op.site.cell}",
        )

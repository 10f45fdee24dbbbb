"""IC-W: bins that do not reach as far as the values."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.raw_tables import first_reached, on_tables
from nbaudit.workflow.repairs import values_outside_bins

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
guests = pd.read_csv("guests.csv")
guests.info()
# %%
guests.describe()
# %%
"""
_FIT = """
X = pd.get_dummies(guests.drop(columns="back"))
model = RandomForestClassifier().fit(X, guests["back"])
"""
_STATS = """             paid      nights
count  800.000000  800.000000
mean   120.000000    2.100000
std     70.000000    1.400000
min      0.000000    1.000000
25%     60.000000    1.000000
50%    110.000000    2.000000
75%    160.000000    3.000000
max    930.000000   14.000000"""
FLAGS = (
    Example(
        "the largest value is beyond the last bin",
        _HEAD + "guests['class'] = pd.cut(guests['paid'], bins=[-1, 50, 150, 300])  # expect\n" + _FIT,
        {1: _STATS},
    ),
    Example(
        "the bins are open at the least value",
        _HEAD + "edges = [0, 50, 150, 1000]\nguests['paid'] = pd.cut(guests['paid'], edges)  # expect\n" + _FIT,
        {1: _STATS},
    ),
)
PASSES = (
    Example(
        "the last bin is open",
        _HEAD + "guests['class'] = pd.cut(guests['paid'], bins=[-1, 50, 150, float('inf')])\n" + _FIT,
        {1: _STATS},
    ),
    Example(
        "the least value is included",
        _HEAD + "guests['class'] = pd.cut(guests['paid'], [0, 50, 150, 930], include_lowest=True)\n" + _FIT,
        {1: _STATS},
    ),
    Example(
        "far values are dropped first",
        _HEAD
        + "guests = guests[guests['paid'] < 300]\nguests['class'] = pd.cut(guests['paid'], bins=[-1, 50, 300])\n"
        + _FIT,
        {1: _STATS},
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def bins_leave_values_out(workflow: Workflow) -> Iterator[Finding]:
    """Numbers are cut into bins that do not hold the least or the largest value that an output shows.

    Why it is debt: what lies outside becomes a gap without a word, and the farthest values are the ones that matter.
    Instead: let the outer bins be open (`-np.inf`, `np.inf`), or say `include_lowest=True`.
    Blind spots: values that no `describe()` shows.
    """
    if not on_tables(workflow):
        return
    for op, column, value, fact in values_outside_bins(workflow):
        training = first_reached(workflow, op)
        if training is None:
            continue
        yield Finding(
            "IC-W",
            "bins-leave-values-out",
            at(op),
            f"`{op.text}` has no bin for {value:g}, which `{column}` holds: it becomes a gap",
            (quoted(fact), step(op, "cuts into bins"), step(training.op, "learns from the bins")),
            confidence=0.7 * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT,
            root=f"bins-leave-values-out:{op.site.cell}",
        )

"""IC-W: a repair that is written into a copy of some rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.gaps import tests_gaps
from nbaudit.workflow.raw_tables import from_tables, on_tables
from nbaudit.workflow.writing import written_into_copy

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
trips = pd.read_csv("trips.csv", index_col="trip")
trips.info()
"""
_FIT = """
# %%
model = RandomForestRegressor().fit(trips.drop(columns="fare"), trips["fare"])
"""
FLAGS = (
    Example(
        "the rows are chosen first, then written to",
        _HEAD + "\n# %%\ntrips[trips['riders'] > 8]['riders'] = 8  # expect\n" + _FIT,
    ),
    Example(
        "one row by its label",
        _HEAD + "\n# %%\ntrips.loc['T-17']['miles'] = 3.2  # expect\n" + _FIT,
    ),
)
PASSES = (
    Example("rows and column at once", _HEAD + "\n# %%\ntrips.loc[trips['riders'] > 8, 'riders'] = 8\n" + _FIT),
    Example("the rows have a name of their own", _HEAD + "\n# %%\nbig = trips[trips['riders'] > 8]\n" + _FIT),
    Example("a table by its name in a dictionary", _HEAD + "\n# %%\nall_ = {'t': trips}\nall_['t']['n'] = 8\n" + _FIT),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def written_into_a_copy(workflow: Workflow) -> Iterator[Finding]:
    """A value is written into rows that were taken out of the table first, so it goes into a copy.

    Why it is debt: the reader believes the value is repaired, while the model still learns from the old one.
    Instead: name rows and column in one step: `df.loc[rows, "column"] = value`.
    Blind spots: rows that got a name before they are written to.
    """
    if not on_tables(workflow):
        return
    for op in workflow.ops(Role.CREATE):
        if not written_into_copy(op) or not from_tables(workflow, op, strict=True) or fills_copy(workflow, op.id):
            continue
        yield Finding(
            "IC-W",
            "written-into-a-copy",
            at(op),
            f"`{op.text} = ...` writes into a copy of the rows that were chosen first; the table stays as it was",
            (step(op, "takes rows out, and writes into what it took"),),
            confidence=0.75 * op.trust,
            root=f"written-into-a-copy:{op.site.cell}",
        )


def fills_copy(workflow: Workflow, number: int) -> bool:
    """True where the rows that are written to were chosen by their gaps: that is a fill."""
    before = workflow.graph.operations[number - 1] if number > 0 else None
    return before is not None and before.role is Role.FILTER and tests_gaps(workflow, before.args.get("key"))

"""IC-W: rows are dropped by their number."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.raw_tables import first_reached, from_tables
from nbaudit.workflow.writing import rows_named_by_hand

FLAGS = (
    Example(
        "two labels in the code",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
homes = pd.read_csv("homes.csv")
homes = homes.drop([523, 1298])  # expect
model = LinearRegression().fit(homes[["area", "rooms"]], homes["price"])
""",
    ),
    Example(
        "positions of the index, in place",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
homes = pd.read_csv("homes.csv")
homes.drop(homes.index[[30, 88]], inplace=True)  # expect
model = LinearRegression().fit(homes[["area", "rooms"]], homes["price"])
""",
    ),
)
PASSES = (
    Example(
        "rows dropped by a rule",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
homes = pd.read_csv("homes.csv")
homes = homes.drop(homes[homes["area"] > 4000].index)
model = LinearRegression().fit(homes[["area", "rooms"]], homes["price"])
""",
    ),
    Example(
        "a column dropped by its name",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
homes = pd.read_csv("homes.csv")
homes = homes.drop(["number"], axis=1)
model = LinearRegression().fit(homes[["area", "rooms"]], homes["price"])
""",
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def rows_dropped_by_hand(workflow: Workflow) -> Iterator[Finding]:
    """Rows are removed by a position or label that is written in the code.

    Why it is debt: nobody can tell why these rows went, and with new or re-sorted data other rows go.
    Instead: write the rule that makes these rows wrong (`df[df["area"] < 4000]`).
    Blind spots: numbers held in a variable.
    """
    for op in workflow.ops(Role.FILTER):
        if op.call.startswith("syntax.") or not op.data or op.data[0].kind is not Kind.TABLE or Trait.ROWS in op.traits:
            continue
        numbers = rows_named_by_hand(workflow, op)
        numbers = [] if numbers == [0] else numbers  # the first row is a second head, or the units
        training = first_reached(workflow, op) if numbers else None
        if training is None or not from_tables(workflow, op, strict=True):
            continue
        if op.data[0].columns.names is not None and set(map(str, numbers)) & set(op.data[0].columns.names):
            continue
        yield Finding(
            "IC-W",
            "rows-dropped-by-hand",
            at(op),
            f"`{op.text}` removes rows by their number, with no rule that says what is wrong with them",
            (step(op, f"removes row {', '.join(map(str, numbers[:5]))}"), step(training.op, "trains on the rest")),
            confidence=0.7 * op.trust,
            root=f"rows-dropped-by-hand:{op.site.cell}",
        )

"""MV-W: all incomplete rows are dropped without a look at how many."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.gaps import loss_shown, of_all_columns, row_drops, unseen_drop, without_target
from nbaudit.workflow.raw_tables import first_reached
from nbaudit.workflow.writing import subject

FLAGS = (
    Example(
        "dropped unseen",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.head()
# %%
homes = homes.dropna()  # expect
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
    ),
    Example(
        "the shapes show that a third is lost",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.shape
# %%
homes.dropna(inplace=True)  # expect
# %%
homes.shape
# %%
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
        {0: "(9000, 12)", 2: "(6000, 12)"},
    ),
    Example(
        "a gap in one column costs a quarter of the rows",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.shape
# %%
homes = homes.dropna(subset=["garden"])  # expect
homes.shape
# %%
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
        {0: "(9000, 12)", 1: "(6750, 12)"},
    ),
)
PASSES = (
    Example(
        "counted first",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.isnull().sum()
# %%
homes = homes.dropna()
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
    ),
    Example(
        "the shapes show that little is lost",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.shape
# %%
homes.dropna(inplace=True)
# %%
homes.shape
# %%
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
        {0: "(9000, 12)", 2: "(8900, 12)"},
    ),
    Example(
        "rows without a target can't be learned",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
homes = pd.read_csv("homes.csv")
homes.shape
# %%
homes = homes.dropna(subset=["price"])
homes.shape
# %%
model = RandomForestRegressor().fit(homes.drop(columns="price"), homes["price"])
""",
        {0: "(9000, 12)", 1: "(6750, 12)"},
    ),
    Example(
        "the gaps come from lags, which leave the first rows empty",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
load = pd.read_csv("load.csv")
load["yesterday"] = load["mw"].shift(24)
load = load.dropna()
model = RandomForestRegressor().fit(load[["yesterday"]], load["mw"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def incomplete_rows_dropped_blindly(workflow: Workflow) -> Iterator[Finding]:
    """All incomplete rows are dropped: without ever looking how many, or though the output shows a large loss.

    Why it is debt: gaps seldom come at random, so the rows that are left are another population than the one the
    model will meet, and a new column with gaps can silently empty the table.
    Instead: count the gaps first, drop columns that are mostly empty, fill the others, and report the rows lost.
    Blind spots: losses printed in words of the notebook's own.
    """
    for op in row_drops(workflow):
        training = first_reached(workflow, op)
        if training is None:
            continue
        name = subject(workflow, op)
        loss = loss_shown(workflow, op)
        if loss is not None:
            share, fact = loss
            if share <= 0.1 or without_target(workflow, op):
                continue
            yield Finding(
                "MV-W",
                "incomplete-rows-dropped-blindly",
                at(op),
                f"`{op.text}` throws away {'at least ' if share < 0.995 else ''}{share:.0%} of the rows of `{name}`",
                (
                    step(op, "drops every row that has a gap"),
                    quoted(fact),
                    step(training.op, "trains on the rest"),
                ),
                confidence=(0.8 if of_all_columns(workflow, op) else 0.65) * op.trust,
                basis=Basis.OUTPUT,
                root=f"incomplete-rows-dropped-blindly:{op.site.cell}",
            )
        elif of_all_columns(workflow, op) and not without_target(workflow, op) and unseen_drop(workflow, op):
            yield Finding(
                "MV-W",
                "incomplete-rows-dropped-blindly",
                at(op),
                f"`{op.text}` drops every incomplete row of `{name}`, and nothing shows how many these are",
                (
                    step(op, "drops every row that has a gap"),
                    step(training.op, "trains on the rest; no count of gaps or rows was shown"),
                ),
                confidence=0.7 * op.trust,
                instead=f"{name}.isnull().sum(), {name}.shape",
                root=f"incomplete-rows-dropped-blindly:{op.site.cell}",
            )

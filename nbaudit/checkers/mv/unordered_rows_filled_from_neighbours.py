"""MV-W: a gap takes the value of whatever row stands before it."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.gaps import gaps_shown_to_be_none
from nbaudit.workflow.raw_tables import first_reached, in_time_order
from nbaudit.workflow.writing import subject

FLAGS = (
    Example(
        "forward fill of people",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
staff = pd.read_csv("staff.csv")
staff.isnull().sum()
# %%
staff = staff.ffill()  # expect
tree = DecisionTreeClassifier().fit(staff.drop(columns="left"), staff["left"])
""",
    ),
    Example(
        "written as a method of fillna",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
staff = pd.read_csv("staff.csv")
staff.info()
# %%
staff.fillna(method="bfill", inplace=True)  # expect
tree = DecisionTreeClassifier().fit(staff.drop(columns="left"), staff["left"])
""",
    ),
)
PASSES = (
    Example(
        "forward fill of hours",
        """
# %%
import pandas as pd
from sklearn.linear_model import Ridge
load = pd.read_csv("load.csv", parse_dates=["hour"], index_col="hour")
load.isnull().sum()
# %%
load = load.ffill()
model = Ridge().fit(load.drop(columns="mw"), load["mw"])
""",
    ),
    Example(
        "sorted first",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
staff = pd.read_csv("staff.csv")
staff.info()
# %%
staff = staff.sort_values(["person", "year"])
staff["grade"] = staff.groupby("person")["grade"].ffill()
tree = DecisionTreeClassifier().fit(staff.drop(columns="left"), staff["left"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def unordered_rows_filled_from_neighbours(workflow: Workflow) -> Iterator[Finding]:
    """Gaps are filled from the row before or after in a table whose rows have no order.

    Why it is debt: the value is a stranger's, picked by how the file happens to be sorted; another sorting gives
    another model.
    Instead: use a median or a category of its own, or sort the rows first where an order exists.
    Blind spots: files that lie in time order without a date column that is read as one.
    """
    for op in workflow.ops(Role.IMPUTE):
        if Trait.LAG not in op.traits or not op.data or in_time_order(workflow, op.data[0]):
            continue
        training = first_reached(workflow, op)
        if training is None or gaps_shown_to_be_none(workflow, op):
            continue
        name = subject(workflow, op)
        yield Finding(
            "MV-W",
            "unordered-rows-filled-from-neighbours",
            at(op),
            f"`{op.text}` fills gaps of `{name}` from the neighbouring row, though the rows have no order",
            (step(op, "copies the value of a neighbouring row"), step(training.op, "learns from it")),
            confidence=0.7 * op.trust,
            root=f"unordered-rows-filled-from-neighbours:{op.site.cell}",
        )

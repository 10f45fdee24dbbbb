"""MV-W: one constant for the gaps of all columns."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.gaps import blanket_fills, says_why
from nbaudit.workflow.raw_tables import first_reached, mixed_kinds
from nbaudit.workflow.writing import subject

FLAGS = (
    Example(
        "zero for every gap, whatever the column",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
staff = pd.read_csv("staff.csv")
staff.isnull().sum()
# %%
staff = staff.fillna(0)  # expect
X = pd.get_dummies(staff.drop(columns="left"))
model = RandomForestClassifier().fit(X, staff["left"])
""",
    ),
    Example(
        "minus one in place",
        """
# %%
import pandas as pd
import lightgbm as lgb
staff = pd.read_csv("staff.csv")
staff.info()
X = staff.drop(columns="left")
X.fillna(-1, inplace=True)  # expect
model = lgb.LGBMClassifier().fit(X, staff["left"])
""",
    ),
)
PASSES = (
    Example(
        "each column gets a value that means something",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
staff = pd.read_csv("staff.csv")
staff.isnull().sum()
# %%
staff = staff.fillna({"team": "none", "bonus": 0})
X = pd.get_dummies(staff.drop(columns="left"))
model = RandomForestClassifier().fit(X, staff["left"])
""",
    ),
    Example(
        "zero for what a pivot left empty is a count",
        """
# %%
import pandas as pd
from sklearn.cluster import KMeans
sales = pd.read_csv("sales.csv")
sales.info()
baskets = sales.pivot_table(index="customer", columns="item", values="amount", aggfunc="sum").fillna(0)
groups = KMeans(5, random_state=0).fit(baskets)
""",
    ),
    Example(
        "zero for two named columns",
        """
# %%
import pandas as pd
import lightgbm as lgb
staff = pd.read_csv("staff.csv")
staff.info()
staff[["bonus", "overtime"]] = staff[["bonus", "overtime"]].fillna(0)
model = lgb.LGBMClassifier().fit(staff.drop(columns="left"), staff["left"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def blanket_constant_fill(workflow: Workflow) -> Iterator[Finding]:
    """Every gap of a whole table is filled with one number, whatever the columns mean.

    Why it is debt: a height of 0 or a category "-1" is a value that never was; the model learns it as a fact, and
    every later gap is hidden by it.
    Instead: decide by column: a median for numbers, a category of its own for text, 0 only where none means zero.
    Blind spots: tables whose columns all mean counts, where nothing shows it.
    """
    for op, constant in blanket_fills(workflow):
        training = first_reached(workflow, op)
        mixed = mixed_kinds(workflow, op.data[0])
        if training is None or mixed is False or says_why(workflow, op):
            continue
        name = subject(workflow, op)
        yield Finding(
            "MV-W",
            "blanket-constant-fill",
            at(op),
            f"`{op.text}` writes {constant!r} into every gap of `{name}`, whatever the column means",
            (step(op, f"fills all columns with {constant!r}"), step(training.op, "learns from these values")),
            confidence=(0.75 if mixed else 0.65) * op.trust,
            root=f"blanket-constant-fill:{op.site.cell}",
        )

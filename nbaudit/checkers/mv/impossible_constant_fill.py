"""MV-W: a gap becomes a value that can't be."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.gaps import impossible_fills, says_why

_DESCRIBED = """          pressure        rain
count   900.000000  950.000000
mean   1013.000000    2.000000
std       8.000000    3.000000
min     980.000000    0.000000
25%    1008.000000    0.000000
50%    1013.000000    1.000000
75%    1018.000000    3.000000
max    1041.000000   22.000000"""
FLAGS = (
    Example(
        "nobody is 0 years old here",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
crew = pd.read_csv("crew.csv")
crew.isnull().sum()
# %%
crew["Age"] = crew["Age"].fillna(0)  # expect
tree = DecisionTreeClassifier().fit(crew[["Age", "rank"]], crew["left"])
""",
    ),
    Example(
        "the table shows that the least value is far from zero",
        """
# %%
import pandas as pd
from sklearn.linear_model import Ridge
days = pd.read_csv("days.csv")
days.isnull().sum()
# %%
days.describe()
# %%
days["pressure"] = days["pressure"].fillna(0)  # expect
model = Ridge().fit(days[["pressure"]], days["rain"])
""",
        {1: _DESCRIBED},
    ),
)
PASSES = (
    Example(
        "no bonus means a bonus of 0",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
crew = pd.read_csv("crew.csv")
crew.isnull().sum()
# %%
crew["bonus"] = crew["bonus"].fillna(0)
tree = DecisionTreeClassifier().fit(crew[["bonus", "rank"]], crew["left"])
""",
    ),
    Example(
        "zero is a common value",
        """
# %%
import pandas as pd
from sklearn.linear_model import Ridge
days = pd.read_csv("days.csv")
days.isnull().sum()
# %%
days.describe()
# %%
days["rain"] = days["rain"].fillna(0)
model = Ridge().fit(days[["rain"]], days["visitors"])
""",
        {1: _DESCRIBED},
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def impossible_constant_fill(workflow: Workflow) -> Iterator[Finding]:
    """The gaps of a column are filled with 0 or a negative number where that is no value it can have.

    Why it is debt: the model learns an age of 0 or an air pressure of -1 as a measurement, far from all others.
    Instead: fill with a median of the training rows, or keep the gap and add a column that marks it.
    Blind spots: columns where zero has a meaning that only the author knows.
    """
    for op, column, number, fact in impossible_fills(workflow):
        if says_why(workflow, op):
            continue
        shown = (quoted(fact),) if fact is not None else ()
        yield Finding(
            "MV-W",
            "impossible-constant-fill",
            at(op),
            f"`{op.text}` makes {number!r} of every gap of `{column}`, which is no value that it can have",
            (step(op, f"fills gaps of `{column}` with {number!r}"), *shown),
            confidence=(0.75 if fact is None else 0.6) * op.trust,
            columns=(column,),
            basis=Basis.OUTPUT if fact is not None else Basis.CODE,
            root=f"impossible-constant-fill:{op.site.cell}",
        )

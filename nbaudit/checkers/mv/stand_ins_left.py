"""MV-I: values that stand for gaps stay in the data."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.facts import Sample
from nbaudit.model.source import Span
from nbaudit.workflow.gaps_left import stand_in_values, worked_on
from nbaudit.workflow.raw_tables import learned_column
from nbaudit.workflow.writing import line_of

_DESCRIBED = """           height      weight
count  800.000000  800.000000
mean   168.000000   71.000000
std     12.100000   14.200000
min      0.000000   40.000000
25%    160.000000   60.000000
50%    168.000000   70.000000
75%    176.000000   81.000000
max    201.000000  130.000000"""
_ASKED = """   age     job  rich
0   31       ?     0
1   45  farmer     1
2   28       ?     0
3   52   clerk     1"""
FLAGS = (
    Example(
        "nobody is 0 cm tall",
        """
# %%
import pandas as pd
from sklearn.linear_model import LinearRegression
people = pd.read_csv("people.csv")
people.isnull().sum()
# %%
people.describe()  # expect
# %%
model = LinearRegression().fit(people[["height", "age"]], people["weight"])
""",
        {1: _DESCRIBED},
    ),
    Example(
        "question marks are counted and encoded",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
census = pd.read_csv("census.csv")
census.info()
# %%
census["job"].value_counts()  # expect
# %%
X = pd.get_dummies(census.drop(columns="rich"))
tree = DecisionTreeClassifier().fit(X, census["rich"])
""",
        {1: "job\nclerk    500\n?        210\nfarmer    90\nName: count, dtype: int64"},
    ),
    Example(
        "question marks stand in the printed table",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
census = pd.read_csv("census.csv")
census.head()  # expect
# %%
census.info()
X = pd.get_dummies(census.drop(columns="rich"))
tree = DecisionTreeClassifier().fit(X, census["rich"])
""",
        {0: _ASKED},
    ),
)
PASSES = (
    Example(
        "the question marks of the printed table are replaced",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
census = pd.read_csv("census.csv")
census.head()
# %%
census["job"] = census["job"].replace("?", "none given")
census.info()
X = pd.get_dummies(census.drop(columns="rich"))
tree = DecisionTreeClassifier().fit(X, census["rich"])
""",
        {0: _ASKED},
    ),
    Example(
        "zeros become gaps",
        """
# %%
import pandas as pd
import numpy as np
from sklearn.linear_model import LinearRegression
people = pd.read_csv("people.csv")
people.isnull().sum()
# %%
people.describe()
# %%
people["height"] = people["height"].replace(0, np.nan)
people = people.dropna()
model = LinearRegression().fit(people[["height", "age"]], people["weight"])
""",
        {1: _DESCRIBED},
    ),
    Example(
        "rows with question marks are filtered out",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
census = pd.read_csv("census.csv")
census.info()
# %%
census["job"].value_counts()
# %%
census = census[census["job"] != "?"]
X = pd.get_dummies(census.drop(columns="rich"))
tree = DecisionTreeClassifier().fit(X, census["rich"])
""",
        {1: "job\nclerk    500\n?        210\nfarmer    90\nName: count, dtype: int64"},
    ),
)


@check("MV-I", flags=FLAGS, passes=PASSES)
def stand_ins_left(workflow: Workflow) -> Iterator[Finding]:
    """An output shows values that stand for gaps (`?`, -999, a height of 0), and they go into training as they are.

    Why it is debt: the model takes "not measured" for a measurement, and no null count will ever show it.
    Instead: turn the stand-ins into gaps (`replace(..., np.nan)` or `na_values=` when reading) and treat those.
    Blind spots: stand-ins that no output shows, or that have a meaning which only the author knows.
    """
    tables: set[int] = set()
    for fact, column, mark in stand_in_values(workflow):
        training = learned_column(workflow, column)
        if training is None or worked_on(workflow, column, fact.cell):
            continue
        if isinstance(fact, Sample):
            if tables:
                continue  # a printed table shows them in many columns at once: one finding says it
            tables.add(fact.cell)
        yield Finding(
            "MV-I",
            "stand-ins-left",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"`{column}` is shown to hold `{mark}`, which stands for a missing value, and is learned as it is",
            (
                quoted(fact),
                step(training.op, f"learns from `{column}` with these values"),
            ),
            confidence=0.7,
            columns=(column,),
            instead=f'df["{column}"] = df["{column}"].replace({mark if mark != "?" else repr(mark)}, np.nan)',
            basis=Basis.OUTPUT,
            root=f"stand-ins-left:{fact.cell}",
        )

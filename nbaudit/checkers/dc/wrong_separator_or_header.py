"""DC-W: a separator or header that shows to be wrong in what was read."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.facts import Dtypes, Sample
from nbaudit.model.source import Span
from nbaudit.patterns import regex
from nbaudit.workflow.sources import tables_read

_JOINED = regex(r"^[^;,\t|]{1,40}([;\t|])[^;\t|]{1,40}\1")
_NUMBER = regex(r"^-?\d+(\.\d+)+$|^-?\d+\.\d+$")

FLAGS = (
    Example(
        "the whole line is one column",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")  # expect
trips.info()
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
        {
            0: "<class 'pandas.core.frame.DataFrame'>\nRangeIndex: 2 entries, 0 to 1\nData columns (total 1 columns):\n"
            " #   Column         Non-Null Count  Dtype \n---  ------         --------------  ----- \n"
            " 0   age;fare;late  2 non-null      object\ndtypes: object(1)\nmemory usage: 144.0+ bytes"
        },
    ),
    Example(
        "the first row has become the header",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
iris = pd.read_csv("iris.data")  # expect
iris.head(1)
# %%
DecisionTreeClassifier().fit(iris.iloc[:, :-1], iris.iloc[:, -1])
""",
        {0: "   5.1  3.5  1.4  0.2  setosa\n0  4.9  3.0  1.4  0.2  setosa"},
    ),
)
PASSES = (
    Example(
        "the separator is given",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv", sep=";")
trips.head(1)
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
        {0: "   age  fare  late\n0   22   7.2     1"},
    ),
    Example(
        "columns named by number",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
iris = pd.read_csv("iris.data", header=None)
iris.head(1)
# %%
DecisionTreeClassifier().fit(iris.iloc[:, :-1], iris.iloc[:, -1])
""",
        {0: "     0    1    2    3       4\n0  5.1  3.5  1.4  0.2  setosa"},
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def wrong_separator_or_header(workflow: Workflow) -> Iterator[Finding]:
    """What was read shows a wrong separator (one column that holds whole lines) or a first row taken for the header.

    Why it is debt: a row is lost and the columns mean nothing by name, or the values are never told apart.
    Instead: give `sep=`, or `header=None` with `names=`.
    Blind spots: it shows only where a saved output shows the table.
    """
    tables = [source for source in tables_read(workflow) if workflow.reaches_model(source.op)]
    for fact in workflow.facts:
        if isinstance(fact, Sample):
            columns = [column for column in fact.columns if column]
        elif isinstance(fact, Dtypes):
            columns = list(fact.dtypes)
        else:
            continue
        decimals = [column for column in columns if _NUMBER.match(column)]
        joined = len(columns) == 1 and bool(_JOINED.match(columns[0]))
        header = len(columns) >= 4 and len(decimals) * 2 >= len(columns)
        if not joined and not header:
            continue
        for source in tables:
            name = source.name
            if source.op.site.cell != fact.cell or (name and not fact.expression.startswith(name)):
                continue
            what = "the whole line as one column" if joined else "the first row of data as the header"
            yield Finding(
                "DC-W",
                "wrong-separator-or-header",
                at(source.op),
                f"`{source.op.text[:80]}` reads {what}: `{', '.join(columns[:4])[:80]}`",
                (
                    step(source.op, f"reads {what}"),
                    Step(Span(fact.cell, 1), f"shows the columns `{', '.join(columns[:4])[:80]}`", "saved output"),
                ),
                confidence=0.8,
                basis=Basis.OUTPUT,
            )
            return

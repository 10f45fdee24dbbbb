"""DC-W: a saved index read back as a column and left among the features."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.source import Span
from nbaudit.workflow.sources import shown_columns, tables_read

_SAVED_INDEX = "Unnamed: 0"

_TABLE = """   Unnamed: 0  age  fare
0           0   22   7.2
1           1   38  71.3"""
FLAGS = (
    Example(
        "the index column stays",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")  # expect
trips.head(2)
# %%
DecisionTreeClassifier().fit(trips.drop("late", axis=1), trips["late"])
""",
        {0: _TABLE},
    ),
    Example(
        "another column is dropped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv", sep=",")  # expect
trips.head(2)
# %%
X = trips.drop(columns=["late", "age"])
DecisionTreeClassifier().fit(X, trips["late"])
""",
        {0: _TABLE},
    ),
)
PASSES = (
    Example(
        "the index column is dropped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head(2)
# %%
DecisionTreeClassifier().fit(trips.drop(["late", "Unnamed: 0"], axis=1), trips["late"])
""",
        {0: _TABLE},
    ),
    Example(
        "the features are named",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
trips = pd.read_csv("trips.csv")
trips.head(2)
# %%
DecisionTreeClassifier().fit(trips[["age", "fare"]], trips["late"])
""",
        {0: _TABLE},
    ),
)


@check("DC-W", flags=FLAGS, passes=PASSES)
def saved_index_as_feature(workflow: Workflow) -> Iterator[Finding]:
    """A saved index ("Unnamed: 0") is read as a column and reaches the model as a feature.

    Why it is debt: the model learns from the row number, which means nothing for new rows.
    Instead: read with `index_col=0`, or write without the index.
    Blind spots: the column's name has to be seen in a saved output.
    """
    fact = shown_columns(workflow, _SAVED_INDEX)
    if fact is None:
        return
    for source in tables_read(workflow):
        if source.op.site.cell > fact.cell or "index_col" in source.op.args:
            continue
        for training in workflow.trainings:
            features = training.features
            if features is None or not features.upstream & source.op.bit:
                continue
            columns = features.columns
            if (columns.names is None and columns.selected is None and not columns.dropped) or not columns.may_hold(
                _SAVED_INDEX
            ):
                continue
            yield Finding(
                "DC-W",
                "saved-index-as-feature",
                at(source.op),
                f"`{_SAVED_INDEX}`, a saved index, is read as a column and is never dropped before training",
                (
                    step(source.op, "reads the saved index as a column"),
                    Step(Span(fact.cell, 1), f"shows the column: {fact.quote[:100]}", "saved output"),
                    step(training.op, "trains with the column among the features"),
                ),
                confidence=0.85,
                basis=Basis.OUTPUT,
                instead="pd.read_csv(..., index_col=0)",
            )
            return

"""MV-W: the filled table goes nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.gaps import gap_handling, made_by_collapsing, redone_later
from nbaudit.workflow.raw_tables import from_tables, is_example, on_data, on_tables
from nbaudit.workflow.writing import subject, thrown_away

FLAGS = (
    Example(
        "the result of fillna is not kept",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets.isnull().sum()
# %%
pets["age"].fillna(pets["age"].median())  # expect
tree = DecisionTreeClassifier().fit(pets[["age", "kind"]], pets["adopted"])
""",
    ),
    Example(
        "the drop is shown and not kept",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets.info()
# %%
pets.dropna()  # expect
# %%
tree = DecisionTreeClassifier().fit(pets[["age", "kind"]], pets["adopted"])
""",
    ),
)
PASSES = (
    Example(
        "kept",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets.isnull().sum()
# %%
pets["age"] = pets["age"].fillna(pets["age"].median())
tree = DecisionTreeClassifier().fit(pets[["age", "kind"]], pets["adopted"])
""",
    ),
    Example(
        "in place",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets.info()
# %%
pets.dropna(inplace=True)
# %%
tree = DecisionTreeClassifier().fit(pets[["age", "kind"]], pets["adopted"])
""",
    ),
    Example(
        "tried out first, then kept",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
pets = pd.read_csv("pets.csv")
pets.info()
# %%
pets.dropna()
# %%
pets = pets.dropna()
tree = DecisionTreeClassifier().fit(pets[["age", "kind"]], pets["adopted"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def gap_handling_thrown_away(workflow: Workflow) -> Iterator[Finding]:
    """Gaps are filled or dropped in a copy that nothing uses.

    Why it is debt: the reader believes the gaps are gone, while the model still learns from the table that has them.
    Instead: assign the result.
    Blind spots: results used by cells that can't be read.
    """
    if not on_tables(workflow):
        return
    for op in gap_handling(workflow):
        if op.role not in (Role.IMPUTE, Role.DROP_MISSING, Role.REPAIR) or not thrown_away(workflow, op):
            continue
        if not on_data(op) or not from_tables(workflow, op, strict=True) or redone_later(workflow, op):
            continue
        if op.data and is_example(workflow, op.data[0]):
            continue
        if op.data and made_by_collapsing(workflow, op.data[0]):
            continue  # a summary is shown with its empty cells filled
        name = subject(workflow, op)
        yield Finding(
            "MV-W",
            "gap-handling-thrown-away",
            at(op),
            f"the result of `{op.text}` is thrown away, so `{name}` keeps its gaps",
            (step(op, "gives a new object that nothing uses"),),
            confidence=(0.85 if not op.shown else 0.65 if op.model is None else 0.55) * op.trust,
            instead=f"{name} = {op.text}" if op.data[0].kind is not op.data[0].kind.COLUMN else "",
            root=f"gap-handling-thrown-away:{op.site.cell}",
        )

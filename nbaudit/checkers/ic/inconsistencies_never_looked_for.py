"""IC-M: nobody looks for inconsistent data."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Family, Role
from nbaudit.workflow.consistency import cleaning_in_doubt, inconsistency_looks
from nbaudit.workflow.raw_tables import on_tables, prepared_outside, table_of
from nbaudit.workflow.repairs import absent_values

FLAGS = (
    Example(
        "info and null counts only",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from sklearn.model_selection import train_test_split
mail = pd.read_csv("mail.csv")
mail.info()
# %%
mail.isnull().sum()
# %%
X_train, X_test, y_train, y_test = train_test_split(mail.drop(columns="spam"), mail["spam"], random_state=0)
tree = DecisionTreeClassifier().fit(X_train, y_train)  # expect
print(tree.score(X_test, y_test))
""",
    ),
    Example(
        "only the target is counted, and a flag is cast",
        """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
visits = pd.read_csv("visits.csv")
visits["bought"].value_counts()
# %%
flags = ["mobile", "returning"]
visits[flags] = visits[flags].astype(int)
# %%
model = LogisticRegression()
model.fit(visits.drop(columns="bought"), visits["bought"])  # expect
""",
    ),
)
PASSES = (
    Example(
        "the values of a feature are drawn by a grid",
        """
# %%
import pandas as pd
import seaborn as sns
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
grid = sns.FacetGrid(mail, col="spam")
grid.map(sns.countplot, "folder")
# %%
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
    Example(
        "duplicates are counted",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from sklearn.model_selection import train_test_split
mail = pd.read_csv("mail.csv")
mail.duplicated().sum()
# %%
X_train, X_test, y_train, y_test = train_test_split(mail.drop(columns="spam"), mail["spam"], random_state=0)
tree = DecisionTreeClassifier().fit(X_train, y_train)
print(tree.score(X_test, y_test))
""",
    ),
    Example(
        "the values of a feature are looked at",
        """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
visits = pd.read_csv("visits.csv")
visits["channel"].value_counts()
# %%
model = LogisticRegression()
model.fit(visits.drop(columns="bought"), visits["bought"])
""",
    ),
    Example(
        "a text column is turned into dates and impossible zeros into gaps",
        """
# %%
import pandas as pd
import numpy as np
from sklearn.ensemble import RandomForestRegressor
rides = pd.read_csv("rides.csv")
rides["start"] = pd.to_datetime(rides["start"])
rides["length"] = rides["length"].replace(0, np.nan)
model = RandomForestRegressor().fit(rides.drop(columns="fare"), rides["fare"])
""",
    ),
)


@check("IC-M", flags=FLAGS, passes=PASSES)
def inconsistencies_never_looked_for(workflow: Workflow) -> Iterator[Finding]:
    """A model learns from a raw table in which nobody looked for duplicates, odd values, wrong types or ranges.

    Why it is debt: double rows, two spellings of one category and impossible values are learned as if they were true,
    and copies of one row on both sides of a split make the score better than it is.
    Instead: count duplicates and look at the values of each category before training.
    Blind spots: cleaning in a helper module that is imported, or in the database query.
    """
    trainings = on_tables(workflow)
    trainings = tuple(t for t in trainings if t.family is not Family.BASELINE) or trainings
    if not trainings or cleaning_in_doubt(workflow) or prepared_outside(workflow, trainings[0]):
        return
    last = trainings[-1].op.id
    if any(op.id < last for op in inconsistency_looks(workflow)) or any(absent_values(workflow)):
        return
    training = trainings[0]
    read, name = table_of(workflow, training)
    yield Finding(
        "IC-M",
        "inconsistencies-never-looked-for",
        at(training.op),
        f"`{training.op.text}` learns from `{name}`, in which nobody looked for duplicates, odd values or wrong types",
        (
            step(read, f"reads `{name}` from a raw source"),
            step(training.op, "trains before anything checks or repairs the values"),
        ),
        confidence=(0.8 if read.role is Role.LOAD else 0.6) * training.op.trust,
        instead=f"{name}.duplicated().sum(), {name}.nunique()",
        root="inconsistencies-never-looked-for",
    )

"""MV-W: a fill that has seen the test rows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, tested_rows, trail
from nbaudit.model.flow import NOTHING, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Leak
from nbaudit.workflow.gaps import fills, gaps_shown_to_be_none
from nbaudit.workflow.writing import by_cell, subject

FLAGS = (
    Example(
        "the mean of all rows fills the gaps before the split",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
crew["age"] = crew["age"].fillna(crew["age"].mean())  # expect
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the mean is rounded down first",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
crew["age"] = crew["age"].fillna(int(crew["age"].mean()))  # expect
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "an imputer is fitted before a cross-validation",
        """
# %%
import pandas as pd
from sklearn.impute import KNNImputer
from sklearn.model_selection import cross_val_score
from sklearn.linear_model import Ridge
soil = pd.read_csv("soil.csv")
X = KNNImputer().fit_transform(soil.drop(columns="yield"))  # expect
print(cross_val_score(Ridge(), X, soil["yield"], cv=5).mean())
""",
    ),
    Example(
        "written with a mask instead of fillna",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
crew.loc[crew["age"].isnull(), "age"] = crew["age"].median()  # expect
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "written one by one, where a loop finds a gap",
        """
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
for i in range(len(crew)):
    if np.isnan(crew.loc[i, "age"]):
        crew.loc[i, "age"] = crew["age"].mean()  # expect
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the means of groups, computed beside the fill",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
crew["age"] = crew["age"].fillna(crew.groupby("rank")["age"].transform("mean"))  # expect
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "the mean of the training rows fills both parts",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
# %%
mean = X_train["age"].mean()
X_train["age"] = X_train["age"].fillna(mean)
X_test["age"] = X_test["age"].fillna(mean)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the imputer is a step of the pipeline that is cross-validated",
        """
# %%
import pandas as pd
from sklearn.impute import KNNImputer
from sklearn.pipeline import make_pipeline
from sklearn.model_selection import cross_val_score
from sklearn.linear_model import Ridge
soil = pd.read_csv("soil.csv")
model = make_pipeline(KNNImputer(), Ridge())
print(cross_val_score(model, soil.drop(columns="yield"), soil["yield"], cv=5).mean())
""",
    ),
    Example(
        "empty places of a table of counts",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
ports = crew.groupby(["rank", "port"]).size().unstack().fillna(0)
crew["port_share"] = crew["rank"].map(ports["Genoa"])
# %%
X_train, X_test, y_train, y_test = train_test_split(crew.drop(columns="left"), crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "a constant category learns nothing",
        """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
crew = pd.read_csv("crew.csv")
crew["rank"] = crew["rank"].fillna("none")
# %%
X = pd.get_dummies(crew.drop(columns="left"))
X_train, X_test, y_train, y_test = train_test_split(X, crew["left"], random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def fill_learned_from_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """Gaps are filled with a value that was learned from rows on which the model is later measured.

    Why it is debt: the test rows have shaped the training data, so the score is better than new data will give.
    Instead: split first, learn the fill from the training rows, or make the imputer a step of a Pipeline.
    Blind spots: rows that are split by hand in ways the analysis does not follow.
    """
    leaking = {
        op.id: leak
        for op in fills(workflow)
        if not gaps_shown_to_be_none(workflow, op)
        for leak in [_leak(workflow, op)]
        if leak is not None
    }
    for op, more in by_cell(leak.op for leak in leaking.values()):
        leak = leaking[op.id]
        also = f" (so do {more} more fills in this cell)" if more > 1 else ""
        yield Finding(
            "MV-W",
            "fill-learned-from-test-rows",
            at(op),
            f"`{op.text}` learns the fill from all rows, {tested_rows(leak.evaluation)} included{also}",
            trail(leak, f"learns the fill from all rows of `{subject(workflow, op)}`"),
            confidence=0.92 * op.trust if leak.certain else 0.75 * op.trust,
            root=f"fill-learned-from-test-rows:{op.site.cell}",
        )


def _leak(workflow: Workflow, op: Operation) -> Leak | None:
    """The leak of a fill: its own, or that of what gave the values (`fillna(groups.transform("mean"))`)."""
    value = op.args.get("value")
    if op.learns and op.role is Role.IMPUTE and value is not None and value.constant is not NOTHING:
        return None  # a constant learns nothing, whatever the table was counted from
    if op.learns:
        return next(workflow.leaks(op), None)
    if value is None or not op.data:
        return None
    mask = value.upstream & ~op.data[0].upstream
    learned = (other for other in workflow.graph.by_mask(mask) if other.learns)
    found = next((leak for other in learned for leak in workflow.leaks(other)), None)
    return replace(found, op=op) if found is not None else None

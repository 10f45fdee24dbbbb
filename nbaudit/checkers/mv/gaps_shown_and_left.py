"""MV-I: an output counts gaps, and nothing is done about them."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, check, quoted, step
from nbaudit.model.source import Span
from nbaudit.workflow.gaps_left import gaps_left
from nbaudit.workflow.writing import line_of

FLAGS = (
    Example(
        "counted and then trained on",
        """
# %%
import pandas as pd
import lightgbm as lgb
trips = pd.read_csv("trips.csv")
trips.isnull().sum()  # expect
# %%
model = lgb.LGBMRegressor().fit(trips[["km", "tip"]], trips["fare"])
""",
        {0: "km       0\ntip    412\nfare     0\ndtype: int64"},
    ),
    Example(
        "one of two columns is filled",
        """
# %%
import pandas as pd
import xgboost as xgb
trips = pd.read_csv("trips.csv")
trips.isnull().sum()  # expect
# %%
trips["km"] = trips["km"].fillna(0)
model = xgb.XGBRegressor().fit(trips[["km", "tip"]], trips["fare"])
""",
        {0: "km      31\ntip    412\nfare     0\ndtype: int64"},
    ),
)
PASSES = (
    Example(
        "both columns are filled",
        """
# %%
import pandas as pd
import xgboost as xgb
trips = pd.read_csv("trips.csv")
trips.isnull().sum()
# %%
trips["km"] = trips["km"].fillna(0)
trips["tip"] = trips["tip"].fillna(0)
model = xgb.XGBRegressor().fit(trips[["km", "tip"]], trips["fare"])
""",
        {0: "km      31\ntip    412\nfare     0\ndtype: int64"},
    ),
    Example(
        "the column with gaps is not learned from",
        """
# %%
import pandas as pd
import lightgbm as lgb
trips = pd.read_csv("trips.csv")
trips.isnull().sum()
# %%
model = lgb.LGBMRegressor().fit(trips[["km"]], trips["fare"])
""",
        {0: "km       0\ntip    412\nfare     0\ndtype: int64"},
    ),
    Example(
        "words say why they stay",
        """
# %%
import pandas as pd
import lightgbm as lgb
trips = pd.read_csv("trips.csv")
trips.isnull().sum()
# %% [markdown]
# We leave the missing tips to LightGBM, which has a branch of its own for missing values.
# %%
model = lgb.LGBMRegressor().fit(trips[["km", "tip"]], trips["fare"])
""",
        {0: "km       0\ntip    412\nfare     0\ndtype: int64"},
    ),
)


@check("MV-I", flags=FLAGS, passes=PASSES)
def gaps_shown_and_left(workflow: Workflow) -> Iterator[Finding]:
    """An output counts missing values in a column that a model learns from, and nothing is done about them.

    Why it is debt: what happens to the gaps is left to the library's default, which differs between estimators and
    versions, and nobody has decided that it fits.
    Instead: fill, drop or mark the gaps of each column, or say in words why they stay.
    Blind spots: gaps treated in ways the analysis does not follow.
    """
    for fact, columns, training in gaps_left(workflow):
        named = ", ".join(f"`{name}`" for name in columns[:4]) + (" and others" if len(columns) > 4 else "")
        yield Finding(
            "MV-I",
            "gaps-shown-and-left",
            Span(fact.cell, line_of(workflow, fact.cell, fact.expression)),
            f"missing values are shown in {named}, and the model learns from them untreated",
            (
                quoted(fact),
                step(training.op, "learns from these columns; nothing fills, drops or marks their gaps"),
            ),
            confidence=0.65 * training.op.trust,
            columns=columns,
            basis=Basis.OUTPUT,
            root=f"gaps-shown-and-left:{fact.cell}",
        )

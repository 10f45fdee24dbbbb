"""IC-I: what could not be parsed became gaps that nobody treats."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.facts import Dtypes
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.gaps import gap_handling, gap_looks
from nbaudit.workflow.raw_tables import first_reached

FLAGS = (
    Example(
        "to_numeric makes gaps on the way to the model",
        """
# %%
import pandas as pd
import lightgbm as lgb
meter = pd.read_csv("meter.csv")
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="coerce")  # expect
model = lgb.LGBMRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "gaps are counted before, not after",
        """
# %%
import pandas as pd
import xgboost as xgb
meter = pd.read_csv("meter.csv")
meter.isnull().sum()
# %%
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="coerce")  # expect
model = xgb.XGBRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
)
PASSES = (
    Example(
        "the types that are shown later hold no gap",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
crew = pd.read_csv("crew.csv")
crew["kin"] = pd.to_numeric(crew["kin"], errors="coerce")
# %%
crew.dtypes
# %%
tree = DecisionTreeClassifier().fit(crew.drop(columns="left"), crew["left"])
""",
        {1: "name    object\nkin      int64\nleft     int64\ndtype: object"},
    ),
    Example(
        "dropped after",
        """
# %%
import pandas as pd
import lightgbm as lgb
meter = pd.read_csv("meter.csv")
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="coerce")
meter = meter.dropna(subset=["kwh"])
model = lgb.LGBMRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "counted after",
        """
# %%
import pandas as pd
import xgboost as xgb
meter = pd.read_csv("meter.csv")
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="coerce")
meter.isnull().sum()
# %%
model = xgb.XGBRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
)


def _whole_later(workflow: Workflow, op: Operation) -> bool:
    """True where a later output shows the column as whole numbers, which hold no gap."""
    column = op.data[0].column if op.data else None
    return column is not None and any(
        isinstance(fact, Dtypes)
        and fact.cell >= op.site.cell
        and fact.dtypes.get(column, "").startswith(("int", "uint"))
        for fact in workflow.facts_of(Dtypes)
    )


@check("IC-I", flags=FLAGS, passes=PASSES)
def coerced_gaps_left(workflow: Workflow) -> Iterator[Finding]:
    """Values that can't be parsed are turned into gaps, and nothing counts or treats those.

    Why it is debt: a new format in the next delivery silently empties the column.
    Instead: count the gaps that the parse has made, look at what they were, then fill or drop them.
    Blind spots: gaps treated in ways the analysis does not follow.
    """
    later = [*gap_looks(workflow), *gap_handling(workflow)]
    for op in workflow.ops(Role.REPAIR):
        if op.arg("errors") != "coerce":
            continue
        training = first_reached(workflow, op)
        if training is None or any(other.id > op.id for other in later):
            continue
        if any(step.role is Role.IMPUTE for step in training.model.flat()) or _whole_later(workflow, op):
            continue
        yield Finding(
            "IC-I",
            "coerced-gaps-left",
            at(op),
            f"`{op.text}` turns what it can't parse into gaps, and nothing counts or treats them",
            (step(op, "makes gaps of unreadable values"), step(training.op, "learns from them")),
            confidence=0.7 * op.trust,
            root=f"coerced-gaps-left:{op.site.cell}",
        )

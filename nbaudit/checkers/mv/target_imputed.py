"""MV-W: the target itself is filled."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.gaps import fills, gaps_shown_to_be_none
from nbaudit.workflow.raw_tables import filled_column, on_tables

FLAGS = (
    Example(
        "missing labels become the mean",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
soil = pd.read_csv("soil.csv")
soil.isnull().sum()
# %%
soil["yield"] = soil["yield"].fillna(soil["yield"].mean())  # expect
model = RandomForestRegressor().fit(soil.drop(columns="yield"), soil["yield"])
""",
    ),
    Example(
        "missing labels become a class",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.info()
y = mail["spam"].fillna(0)  # expect
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), y)
""",
    ),
)
PASSES = (
    Example(
        "a feature is filled",
        """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
soil = pd.read_csv("soil.csv")
soil.isnull().sum()
# %%
soil["ph"] = soil["ph"].fillna(7)
model = RandomForestRegressor().fit(soil.drop(columns="yield"), soil["yield"])
""",
    ),
    Example(
        "rows without a label are dropped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
mail = pd.read_csv("mail.csv")
mail.isnull().sum()
mail = mail.dropna(subset=["spam"])
tree = DecisionTreeClassifier().fit(mail.drop(columns="spam"), mail["spam"])
""",
    ),
    Example(
        "short gaps of a series are bridged in time order",
        """
# %%
import pandas as pd
from sklearn.linear_model import Ridge
load = pd.read_csv("load.csv", parse_dates=["hour"])
load.isnull().sum()
load["mw"] = load["mw"].interpolate()
load["before"] = load["mw"].shift(1).bfill()
model = Ridge().fit(load[["before"]], load["mw"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def target_imputed(workflow: Workflow) -> Iterator[Finding]:
    """Missing values of the target are filled and then learned as if they had been observed.

    Why it is debt: the model is trained and scored on answers that nobody gave.
    Instead: drop the rows without a target.
    Blind spots: targets filled together with the features in one table.
    """
    seen: set[int] = set()
    lagged = workflow.mask_having(Trait.LAG)
    filling: dict[str | None, list[Operation]] = {}
    for op in fills(workflow):
        filling.setdefault(filled_column(op), []).append(op)
    for training in on_tables(workflow):
        target = training.target
        if target is None or target.column is None:
            continue
        for op in filling.get(target.column, ()):
            if op.id in seen or not target.upstream & op.bit:
                continue
            if (
                (op.data[0].upstream | op.bit) & lagged
                or _ordered(workflow, op.data[0].upstream)
                or gaps_shown_to_be_none(workflow, op)
            ):
                continue
            seen.add(op.id)
            yield Finding(
                "MV-W",
                "target-imputed",
                at(op),
                f"`{op.text}` invents values of `{target.column}`, the target that the model learns",
                (step(op, f"fills gaps of `{target.column}`"), step(training.op, "learns the filled values")),
                confidence=0.8 * op.trust,
                instead=f'{workflow.name_of(op.data[0])}.dropna(subset=["{target.column}"])'
                if op.data[0].kind is op.data[0].kind.TABLE
                else "",
                root=f"target-imputed:{op.site.cell}",
            )


def _ordered(workflow: Workflow, mask: int) -> bool:
    return bool(mask & workflow.mask_where(_of_time))


def _of_time(op: Operation) -> bool:
    return Trait.TIME in op.traits or "parse_dates" in op.args

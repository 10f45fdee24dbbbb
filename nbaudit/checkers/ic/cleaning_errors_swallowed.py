"""IC-W: cleaning that ignores its errors."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.consistency import copies_type, is_cast, repairs_by_function, repairs_type, written_back
from nbaudit.workflow.raw_tables import from_tables, on_tables
from nbaudit.workflow.writing import forgiving, swallowed

FLAGS = (
    Example(
        "what can't be parsed stays text",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter = pd.read_csv("meter.csv")
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="ignore")  # expect
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "a parse that is applied to all columns",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter = pd.read_csv("meter.csv")
meter = meter.apply(pd.to_numeric, errors="ignore")  # expect
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "a bare except around a repair",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter = pd.read_csv("meter.csv")
try:
    meter["kwh"] = meter["kwh"].str.replace(",", ".").astype(float)  # expect
except:
    pass
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
)
PASSES = (
    Example(
        "keys are made alike where they can be",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter, house = pd.read_csv("meter.csv"), pd.read_csv("house.csv")
try:
    meter["house"] = meter["house"].astype(house["house"].dtype)
except:
    pass
meter = meter.merge(house, on="house", validate="m:1")
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "unreadable values become gaps that are dropped",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter = pd.read_csv("meter.csv")
meter["kwh"] = pd.to_numeric(meter["kwh"], errors="coerce")
meter = meter.dropna()
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
    Example(
        "the error is told apart and raised",
        """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
meter = pd.read_csv("meter.csv")
try:
    meter["kwh"] = meter["kwh"].str.replace(",", ".").astype(float)
except ValueError as error:
    raise SystemExit("kwh is no number") from error
tree = DecisionTreeRegressor().fit(meter[["kwh", "rooms"]], meter["bill"])
""",
    ),
)


@check("IC-W", flags=FLAGS, passes=PASSES)
def cleaning_errors_swallowed(workflow: Workflow) -> Iterator[Finding]:
    """A repair or parse ignores its errors, so that values it can't treat stay as they are.

    Why it is debt: the column is clean or not, depending on its content, and nobody is told which.
    Instead: let the error rise, or turn unreadable values into gaps and count them.
    Blind spots: errors that a called function swallows in another file.
    """
    if not on_tables(workflow):
        return
    seen: set[int] = set()
    for op in workflow.ops(Role.REPAIR, Role.IMPUTE, Role.DEDUPLICATE, Role.DROP_MISSING, Role.CREATE):
        column = op.data[0].column if op.data else None
        name = forgiving(workflow, op) if column is not None and written_back(workflow, op, column) else ""
        if op.role is Role.CREATE and not repairs_by_function(op) and not name:
            continue
        if is_cast(op) and op.data and _is_new(workflow, op.data[0]) and not repairs_type(workflow, op):
            continue  # flags and bins of a new feature become numbers
        way = swallowed(workflow, op) if not copies_type(workflow, op) else ""
        way = way or (f"applies `{name}`, whose bare `except` hides every error" if name else "")
        if not way or op.span.line in seen or not from_tables(workflow, op, True):
            continue
        if not workflow.reaches_model(op) and not _is_asked(workflow, op):
            continue
        seen.add(op.span.line)
        yield Finding(
            "IC-W",
            "cleaning-errors-swallowed",
            at(op),
            f"`{op.text}` {way}, so values that it can't treat {'become a stand-in' if name else 'stay as they are'}",
            (step(op, way),),
            confidence=(0.6 if name else 0.75) * op.trust,
            root=f"cleaning-errors-swallowed:{op.site.cell}",
        )


def _is_new(workflow: Workflow, value: Value) -> bool:
    """True for what the notebook has made of the data, such as flags and bins."""
    made = workflow.graph.operations[value.made_by].role if value.made_by >= 0 else None
    return value.kind is Kind.MASK or value.column is None or made in (Role.DISCRETISE, Role.CREATE, Role.AGGREGATE)


def _is_asked(workflow: Workflow, op: Operation) -> bool:
    """True where a model is used on what an operation gave."""
    return any(value.upstream & op.bit for use in workflow.ops(Role.PREDICT) for value in use.data)

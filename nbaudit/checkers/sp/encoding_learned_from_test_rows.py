"""SP-W: an encoding by values or target was learned from test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, tested_rows, trail
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role, Task, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Leak
from nbaudit.workflow.outliers import is_distance

_GAPS = regex(r"\b(?:isna|isnull|notna|notnull|fillna)\b")
_GIVING = (Role.FIT, Role.JOIN, Role.CREATE, Role.ENCODE, Role.DISCRETISE, Role.AGGREGATE)
_HEAD = """
# %%
import pandas as pd
from sklearn.preprocessing import TargetEncoder, OneHotEncoder
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestRegressor
flats = pd.read_csv("flats.csv")
# %%
"""
_TAIL = """
X_train, X_test, y_train, y_test = train_test_split(flats.drop(columns="rent"), flats["rent"], random_state=1)
model = RandomForestRegressor(random_state=1).fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example(
        "the mean rent of the district, over all rows",
        _HEAD
        + """
flats["district_rent"] = flats.groupby("district")["rent"].transform("mean")  # expect
"""
        + _TAIL,
    ),
    Example(
        "deciles of the area, over all rows",
        _HEAD
        + """
flats["area_class"] = pd.qcut(flats["area"], 10, labels=False)  # expect
"""
        + _TAIL,
    ),
    Example(
        "target encoder before the split",
        _HEAD
        + """
flats[["district"]] = TargetEncoder().fit_transform(flats[["district"]], flats["rent"])  # expect
"""
        + _TAIL,
    ),
)
PASSES = (
    Example(
        "classes by hand, up to the largest value",
        _HEAD
        + """
flats["size"] = pd.cut(flats["area"], bins=[0, 30, 60, flats["area"].max()], labels=False)
"""
        + _TAIL,
    ),
    Example(
        "the group's median fills gaps only",
        _HEAD
        + """
usual = flats.groupby("district")["area"].median()
flats["area"] = flats.apply(lambda r: usual[r["district"]] if pd.isna(r["area"]) else r["area"], axis=1)
"""
        + _TAIL,
    ),
    Example(
        "one-hot codes learn no values",
        _HEAD
        + """
flats = pd.get_dummies(flats, columns=["district"])
"""
        + _TAIL,
    ),
    Example(
        "classes with fixed limits",
        _HEAD
        + """
flats["area_class"] = pd.cut(flats["area"], [0, 40, 80, 120, 500], labels=False)
"""
        + _TAIL,
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def encoding_learned_from_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A feature made of clusters, group means, quantiles or the target was learned from rows that are later tested on.

    Why it is debt: the test rows' own values, or targets, are in their features, so the score is too good.
    Instead: split first; learn the groups' figures from the training rows and map them to the others.
    Blind spots: figures of groups that are part of the data's meaning, such as a household's size.
    """
    cells: set[int] = set()
    for op in workflow.graph.operations:
        if op.site.cell in cells:
            continue
        if not op.learns or op.role not in _GIVING or not _learns_values(workflow, op) or _fills(workflow, op):
            continue
        leak = next(workflow.leaks(op), None)
        if leak is None:
            continue
        cells.add(op.site.cell)
        learned = in_code(workflow, leak.learned)
        yield Finding(
            "SP-W",
            "encoding-learned-from-test-rows",
            at(op),
            f"`{op.text}` computes a feature from values of {learned}, which holds {tested_rows(leak.evaluation)}",
            trail(leak, f"computes a feature across the rows of {learned}"),
            confidence=_sure(leak) * op.trust,
            root=f"encoding-learned-from-test-rows:{op.site.cell}",
        )


def _learns_values(workflow: Workflow, op: Operation) -> bool:
    """True for target encoders, quantile classes, clusters, and figures of groups that become a feature."""
    if op.role is Role.FIT:
        return op.model is not None and op.model.final().task is Task.CLUSTERING
    if Trait.LEARNS_TARGET in op.traits or (op.model is not None and op.model.has(Trait.LEARNS_TARGET)):
        return True
    if op.role is Role.DISCRETISE:
        bins = op.args.get("bins")
        # edges written by hand, be the last one the largest value
        by_hand = bins is not None and bins.kind is Kind.CONTAINER
        return bins is None or not by_hand or is_distance(workflow, bins.stats)
    if op.role is Role.ENCODE:
        return False
    return any(value.kind is Kind.GROUPS and not _neighbours(workflow, value) for value in op.learns)


def _fills(workflow: Workflow, op: Operation) -> bool:
    """True where the figures only fill gaps: that is a question of missing values."""
    if op.role in (Role.DISCRETISE, Role.FIT):
        return False
    for later in workflow.graph.operations[op.id + 1 :]:
        if later.role in (Role.CREATE, Role.IMPUTE) and any(
            v.upstream & op.bit for v in (*later.data, *later.args.values())
        ):
            return later.role is Role.IMPUTE or _GAPS.search(workflow.statement_of(later)) is not None
    return False


def _neighbours(workflow: Workflow, value: Value) -> bool:
    """True for a rolling window, which looks back only."""
    return bool(value.upstream & workflow.mask_having(Trait.LAG))


def _sure(leak: Leak) -> float:
    return 0.8 if leak.certain else 0.65

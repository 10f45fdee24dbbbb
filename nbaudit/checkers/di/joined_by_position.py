"""DI-W: rows matched by position although they were filtered or shuffled apart, or joined without a key."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Rows, RowsEffect
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.sources import joins, side_by_side

_HEAD = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
visits = pd.read_csv("visits.csv")
weather = pd.read_csv("weather.csv")
print(visits.shape, weather.shape)
"""
_FIT = 'DecisionTreeRegressor().fit(all_.drop("sales", axis=1), all_["sales"])\n'
FLAGS = (
    Example(
        "rows dropped on one side",
        _HEAD
        + "visits = visits.dropna().reset_index(drop=True)\n"
        + "all_ = pd.concat([visits, weather], axis=1)  # expect\nprint(all_.shape)\n"
        + _FIT,
    ),
    Example(
        "a join without a key",
        _HEAD + "all_ = visits.merge(weather)  # expect\nprint(all_.shape)\n" + _FIT,
    ),
)
PASSES = (
    Example(
        "a key is given",
        _HEAD + 'visits = visits.dropna()\nall_ = visits.merge(weather, on="day", validate="m:1")\n' + _FIT,
    ),
    Example(
        "columns of the same rows",
        _HEAD
        + 'dummies = pd.get_dummies(visits["shop"])\nall_ = pd.concat([visits, dummies], axis=1)\nprint(all_.shape)\n'
        + _FIT,
    ),
)
_KEYS = frozenset({"on", "left_on", "right_on", "left_index", "right_index"})


@check("DI-W", flags=FLAGS, passes=PASSES)
def joined_by_position(workflow: Workflow) -> Iterator[Finding]:
    """Tables are put side by side by position after rows were dropped or reordered apart, or joined without a key.

    Why it is debt: rows of different things meet in one row, and nothing fails.
    Instead: join by a key that identifies the row, with `validate=`.
    Blind spots: frames whose index happens to be the key.
    """
    for op in side_by_side(workflow):
        first, second = op.data[0].rows, op.data[1].rows
        if first is None or second is None or first is second or first.sources() & second.sources():
            continue
        if not (_moved(first) or _moved(second)) or any(value.kind not in _TABLES for value in op.data):
            continue
        yield Finding(
            "DI-W",
            "joined-by-position",
            at(op),
            f"`{op.text[:80]}` matches rows by position, though rows of one side were dropped or reordered before",
            (step(op, "puts the tables side by side"),),
            confidence=0.7,
        )
    for op in joins(workflow):
        in_place = sum(name.isdigit() for name in op.args)  # how to join comes first, the key after it
        keyed = _KEYS & set(op.args) or in_place > 1 or op.arg("how") == "cross"
        if Trait.SHARED_NAMES in op.traits and not keyed:
            yield Finding(
                "DI-W",
                "joined-by-position",
                at(op),
                f"`{op.text[:80]}` names no key: all columns that happen to share a name are the key",
                (step(op, "joins by whatever names agree"),),
                confidence=0.6,
            )


_TABLES = (Kind.TABLE, Kind.COLUMN)


def _moved(rows: Rows) -> bool:
    return rows.effect in (RowsEffect.SUBSET, RowsEffect.REORDER, RowsEffect.PARTITION, RowsEffect.RESAMPLE)

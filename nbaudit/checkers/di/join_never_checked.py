"""DI-I: what a join lost or invented is never looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow.sources import PRINTS_ITSELF, joins

_CHECKING = frozenset({Trait.SHAPE, Trait.MISSING, Trait.DUPLICATES, Trait.TYPES})

_TELLS = regex(r"\b(print|display|assert\w*|raise)\b|^\s*if\b")
_HEAD = """
# %%
import pandas as pd
from sklearn.tree import DecisionTreeRegressor
visits = pd.read_csv("visits.csv")
shops = pd.read_csv("shops.csv")
visits.head()
"""
_TAIL = """
# %%
DecisionTreeRegressor().fit(all_.drop("sales", axis=1), all_["sales"])
"""
FLAGS = (
    Example("a left join", _HEAD + 'all_ = visits.merge(shops, on="shop", how="left")  # expect\n' + _TAIL),
    Example(
        "an inner join whose head is shown",
        _HEAD + 'all_ = pd.merge(visits, shops, on="shop")  # expect\nall_.head()\n' + _TAIL,
    ),
)
PASSES = (
    Example(
        "the join is validated",
        _HEAD + 'all_ = visits.merge(shops, on="shop", how="left", validate="m:1")\n' + _TAIL,
    ),
    Example(
        "the result's shape and gaps are shown",
        _HEAD + 'all_ = visits.merge(shops, on="shop", how="left")\nprint(all_.shape, all_.isnull().sum())\n' + _TAIL,
    ),
)


@check("DI-I", flags=FLAGS, passes=PASSES)
def join_never_checked(workflow: Workflow) -> Iterator[Finding]:
    """Sources are joined, and neither the join nor its result is checked for rows lost, rows multiplied or new gaps.

    Why it is debt: keys that do not match drop rows or open gaps in silence, and doubled keys multiply rows.
    Instead: give `validate=` and `indicator=`, and compare the shape before and after.
    Blind spots: checks in functions of unknown libraries.
    """
    loads = 0
    for op in workflow.loads:
        loads |= op.bit
    for op in joins(workflow):
        origins = [value.upstream & loads for value in op.data[:2]]
        if len(origins) < 2 or not origins[0] or not origins[1] or origins[0] == origins[1]:
            continue
        if op.arg("how") == "left" and _one_row_a_key(op.data[1]):
            continue
        if {"validate", "indicator"} & set(op.args) or _looked_at(workflow, op):
            continue
        yield Finding(
            "DI-I",
            "join-never-checked",
            at(op),
            f"nothing checks what `{op.text[:80]}` lost or multiplied",
            (step(op, "joins two sources without a check of keys or rows"),),
            confidence=0.75,
            root="join-never-checked",
            instead='merged = left.merge(right, on=key, how="left", validate="m:1", indicator=True)\n'
            'print(len(left), len(merged), merged["_merge"].value_counts())',
        )


def _one_row_a_key(table: Value) -> bool:
    """True for figures of groups, which a left join adds without a row more or less."""
    return table.kind is Kind.STATISTIC or (table.rows is not None and table.rows.effect is RowsEffect.COLLAPSE)


def _looked_at(workflow: Workflow, join: Operation) -> bool:
    for op in workflow.ops(Role.LOOK, Role.PROFILE, Role.VALIDATE, Role.PLOT):
        if op.id > join.id and any(_is_joined(value, join, op) for value in op.data):
            if op.role is not Role.LOOK and (op.role is not Role.PLOT or Trait.MISSING in op.traits):
                return True
            if op.call == "syntax.show" and Trait.ROWS in op.traits:
                if not _is_part(op.data[0]):
                    return True  # a table shown whole says how many rows it has
            elif op.traits & _CHECKING and (op.shown or op.traits >= PRINTS_ITSELF or _told(workflow, op)):
                return True
    return False


def _told(workflow: Workflow, look: Operation) -> bool:
    """True where the result of a look has a name, and is shown or asserted under it."""
    names = {
        binding.name
        for binding in workflow.graph.bindings
        if binding.value.upstream & look.bit
        and binding.span.cell == look.site.cell
        and (binding.value.rows is None or binding.value.rows.effect is RowsEffect.COLLAPSE)
    }
    lines = (line for cell in workflow.notebook.cells[look.site.cell :] for line in cell.source.splitlines())
    told = [line for line in lines if _TELLS.search(line)]
    return any(re.search(rf"\b{re.escape(name)}\b", line) for name in names for line in told) or any(
        look.text in line for line in told
    )


def _is_part(value: Value) -> bool:
    """True for rows chosen by a condition."""
    return value.rows is not None and value.rows.effect in (RowsEffect.SUBSET, RowsEffect.PARTITION)


def _is_joined(value: Value, join: Operation, look: Operation) -> bool:
    """True for what a join gave, and not for figures of groups made of it where a look only says how many there are."""
    if not value.upstream & join.bit:
        return False
    if look.role is not Role.LOOK or not look.traits & {Trait.SHAPE, Trait.ROWS} or look.traits & {Trait.MISSING}:
        return True
    if value.rows is None or value.made_by == join.id:
        return True
    base = value.rows
    while base.effect in (RowsEffect.KEEP, RowsEffect.REORDER) and len(base.parents) == 1:
        base = base.parents[0]
    return base.effect is not RowsEffect.COLLAPSE

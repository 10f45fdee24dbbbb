"""OU-W: outliers are cut out into a table that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Training
from nbaudit.workflow.outliers import Rule, outlier_rules

_HEAD = """
# %%
import numpy as np
import pandas as pd
from scipy.stats import zscore
from sklearn.linear_model import LinearRegression
boats = pd.read_csv("boats.csv")
# %%
z = np.abs(zscore(boats))
"""
_FIT = "\n# %%\nLinearRegression().fit({0}[['length', 'beam']], {0}['price'])\n"
FLAGS = (
    Example(
        "the model is trained on the old table",
        _HEAD + "boats_clean = boats[(z < 3).all(axis=1)]  # expect\nboats_clean.shape" + _FIT.format("boats"),
    ),
    Example(
        "the result is not even named",
        _HEAD
        + "far = boats[(z > 3).any(axis=1)].index\nboats.drop(far)  # expect\nprint('cleaned')"
        + _FIT.format("boats"),
    ),
    Example(
        "trimmed in so many words, and only looked at in a plot",
        _HEAD
        + "# remove the outliers\nboats_clean = boats[(z < 3).all(axis=1)]  # expect\n# %%\nboats_clean.hist()"
        + _FIT.format("boats"),
    ),
)
PASSES = (
    Example(
        "the model is trained on the trimmed table",
        _HEAD + "boats_clean = boats[(z < 3).all(axis=1)]\nboats_clean.shape" + _FIT.format("boats_clean"),
    ),
    Example(
        "the outliers themselves are looked at",
        _HEAD + "outliers = boats[(z > 3).any(axis=1)]\noutliers.shape" + _FIT.format("boats"),
    ),
    Example(
        "the trimmed table is plotted",
        _HEAD + "boats_clean = boats[(z < 3).all(axis=1)]\nboats_clean.hist()" + _FIT.format("boats"),
    ),
)
_THE_OUTLIERS = regex(r"outl|anomal|extrem|noise|abnormal", re.IGNORECASE)
_KEEPS = regex(r"<|~|between|== ?1\b|!= ?-1|\.drop\(")
_TAKES = regex(r">")
_SAYS_REMOVED = regex(
    r"\b(?:remov|delet|drop|eliminat|discard|exclud|filter)\w*\s+(?:out\s+)?(?:(?:the|all|any|these)\s+)*outlier",
    re.IGNORECASE,
)
_LOOKS = frozenset({Role.LOOK, Role.SHAPE, Role.NEUTRAL, Role.UNKNOWN})


@check("OU-W", flags=FLAGS, passes=PASSES)
def trimmed_rows_never_used(workflow: Workflow) -> Iterator[Finding]:
    """Rows are kept by a rule against outliers, and the model is trained on the table as it was before.

    Why it is debt: the notebook reads as if outliers were gone, and the model has learned from them all the same.
    Instead: go on with the trimmed table, or take the rule out.
    Blind spots: tables that are written to a file and read by another notebook.
    """
    for rule in outlier_rules(workflow):
        op = rule.op
        if not rule.drops or workflow.reaches_model(op) or op.inplace:
            continue
        names = [binding.name for binding in workflow.bindings_by_maker.get(op.id, ())]
        if any(_THE_OUTLIERS.search(name) for name in names) or not _keeps_the_rest(workflow, op):
            continue
        if not names and op.result_used:
            continue
        training = _trained_on_the_old(workflow, rule)
        if training is None or _used(workflow, op):
            continue
        name = f"`{names[0]}`" if names else "the result"
        yield Finding(
            "OU-W",
            "trimmed-rows-never-used",
            at(op),
            f"`{op.text}` leaves outliers out, but {name} is never used: the model is trained on the rows as they were",
            (
                step(op, "leaves rows out by a rule against outliers"),
                step(training.op, "trains on the table from before"),
            ),
            confidence=0.85,
            root=f"trimmed-rows-never-used:{op.site.cell}",
        )


def _keeps_the_rest(workflow: Workflow, op: Operation) -> bool:
    """True where the filter's text says that it keeps what is no outlier."""
    text = op.text
    key = op.args.get("key")
    if key is not None and not re.search(r"[<>=~]", text.partition("[")[2]):
        place = next((b.span for b in workflow.graph.bindings if b.value.id == key.id), None)
        if place is not None:
            lines = workflow.notebook.cells[place.cell].source.split("\n")
            text = lines[place.line - 1] if place.line <= len(lines) else text
    if text.rstrip().endswith(".index") or not _KEEPS.search(text):
        return False
    return not (_TAKES.search(text) and "<" not in text and "~" not in text and ".drop(" not in text)


def _trained_on_the_old(workflow: Workflow, rule: Rule) -> Training | None:
    before = rule.op.data[0] if rule.op.data else None
    if before is None or before.rows is None:
        return None
    for training in workflow.trainings:
        if training.op.id > rule.op.id and training.rows is not None and training.rows.overlaps(before.rows):
            return training
    return None


def _used(workflow: Workflow, op: Operation) -> bool:
    looks = _LOOKS
    if workflow.says(_SAYS_REMOVED, (op.site.cell - 1, op.site.cell)) is not None:
        looks = _LOOKS | {Role.PLOT}  # removing them was meant for the model, so a plot of the rest is no use of it
    return any(
        later.role not in looks and any((value.upstream | value.control) & op.bit for value in later.data)
        for later in workflow.graph.operations[op.id + 1 :]
    )

"""OU-W: a rule against outliers whose formula can't do what it is meant to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow.outliers import is_distance, outlier_rules

_HEAD = """
# %%
import numpy as np
import pandas as pd
from scipy import stats
from sklearn.cluster import KMeans
visits = pd.read_csv("visits.csv")
q1, q3 = visits["spent"].quantile(0.25), visits["spent"].quantile(0.75)
lower, upper = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
# %%
"""
_FIT = "\nKMeans(n_clusters=3, random_state=1).fit(kept)\n"
FLAGS = (
    Example(
        "the absolute value of a comparison",
        _HEAD + "kept = visits[np.abs(stats.zscore(visits) < 3).all(axis=1)]  # expect" + _FIT,
    ),
    Example(
        "no value is below the lower and above the upper limit",
        _HEAD + "kept = visits[~((visits['spent'] < lower) & (visits['spent'] > upper))]  # expect" + _FIT,
    ),
    Example(
        "every value is above the lower or below the upper limit",
        _HEAD + "kept = visits[(visits['spent'] > lower) | (visits['spent'] < upper)]  # expect" + _FIT,
    ),
)
PASSES = (
    Example(
        "the absolute value is compared",
        _HEAD + "kept = visits[(np.abs(stats.zscore(visits)) < 3).all(axis=1)]" + _FIT,
    ),
    Example(
        "below the lower or above the upper limit",
        _HEAD + "kept = visits[~((visits['spent'] < lower) | (visits['spent'] > upper))]" + _FIT,
    ),
    Example(
        "between the limits",
        _HEAD + "kept = visits[(visits['spent'] > lower) & (visits['spent'] < upper)]" + _FIT,
    ),
)
_LOW = regex(r"(low|min|bottom|lb\b|q1|q_?25|floor)", re.IGNORECASE)
_HIGH = regex(r"(up|high|max|top|ub\b|q3|q_?75|ceil)", re.IGNORECASE)


@check("OU-W", flags=FLAGS, passes=PASSES)
def outlier_rule_with_wrong_formula(workflow: Workflow) -> Iterator[Finding]:
    """A rule against outliers has a misplaced bracket or mixes up "and" and "or", so that it cuts one side only, or
    nothing.

    Why it is debt: the notebook reads as if outliers were gone, and they are still there.
    Instead: take the absolute value first and compare then; keep what is above the lower and below the upper limit.
    Blind spots: limits computed wrongly before they are compared.
    """
    for op in workflow.ops(Role.TRANSFORM):
        mask = op.data[0] if op.data else None
        if mask is None or mask.kind is not Kind.MASK or not is_distance(workflow, mask.stats):
            continue
        yield Finding(
            "OU-W",
            "outlier-rule-with-wrong-formula",
            at(op),
            f"`{op.text}` takes the absolute value of true and false: the bracket closes after the comparison, so "
            "values far below the mean are never cut",
            (step(op, "compares first and takes the absolute value of the answer"),),
            confidence=0.9,
            root=f"outlier-rule-with-wrong-formula:{op.site.cell}",
        )
    for rule in outlier_rules(workflow):
        said = _mixed_up(rule.op)
        if said:
            yield Finding(
                "OU-W",
                "outlier-rule-with-wrong-formula",
                at(rule.op),
                f"`{rule.op.text}` {said}",
                (step(rule.op, said),),
                confidence=0.9,
                root=f"outlier-rule-with-wrong-formula:{rule.op.site.cell}",
            )


def _mixed_up(op: Operation) -> str:
    """What a condition of two limits does wrong, "" where it is right or not understood."""
    try:
        tree = ast.parse(op.text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return ""
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            continue
        sides = _side(node.left), _side(node.right)
        if None in sides or sides[0] == sides[1]:
            continue
        subjects = {side[0] for side in sides if side is not None}
        meanings = {side[1] for side in sides if side is not None}
        if len(subjects) != 1:
            continue
        if isinstance(node.op, ast.BitAnd) and meanings == {"below low", "above high"}:
            return "asks for values below the lower and above the upper limit at once, which none are"
        if isinstance(node.op, ast.BitOr) and meanings == {"above low", "below high"}:
            return "asks for values above the lower or below the upper limit, which all are"
    return ""


def _side(node: ast.expr) -> tuple[str, str] | None:
    """(what is compared, "below low" and the like) of one comparison with a limit named as such."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    limit = ast.unparse(node.comparators[0])
    low, high = bool(_LOW.search(limit)), bool(_HIGH.search(limit))
    if low == high:
        return None
    if isinstance(node.ops[0], (ast.Lt, ast.LtE)):
        direction = "below"
    elif isinstance(node.ops[0], (ast.Gt, ast.GtE)):
        direction = "above"
    else:
        return None
    return ast.unparse(node.left), f"{direction} {'low' if low else 'high'}"

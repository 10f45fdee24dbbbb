"""OU-W: a rule against outliers that is applied to codes or to the class label."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role, Task, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.columns import target_name
from nbaudit.workflow.outliers import outlier_rules

_HEAD = """
# %%
import numpy as np
import pandas as pd
from scipy.stats import zscore
from sklearn.preprocessing import LabelEncoder
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
herd = pd.read_csv("herd.csv")
# %%
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(kept.drop(columns="sick"), kept["sick"], random_state=3)
model = LogisticRegression().fit(X_train, y_train)
"""
FLAGS = (
    Example(
        "z-scores of the class label too",
        _HEAD + "kept = herd[(np.abs(zscore(herd)) < 3).all(axis=1)]  # expect" + _FIT,
    ),
    Example(
        "quartiles of category codes",
        _HEAD
        + """
herd["breed"] = LabelEncoder().fit_transform(herd["breed"])
high = herd["breed"].quantile(0.75)
kept = herd[herd["breed"] <= high * 2.5]  # expect
"""
        + _FIT,
    ),
)
PASSES = (
    Example(
        "z-scores of the measurements",
        _HEAD + "kept = herd[(np.abs(zscore(herd[['age', 'milk']])) < 3).all(axis=1)]" + _FIT,
    ),
    Example(
        "quartiles of a measurement",
        _HEAD
        + """
herd["breed"] = LabelEncoder().fit_transform(herd["breed"])
high = herd["milk"].quantile(0.75)
kept = herd[herd["milk"] <= high * 2.5]
"""
        + _FIT,
    ),
)
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS, Task.CLASSIFICATION})


@check("OU-W", flags=FLAGS, passes=PASSES)
def outlier_rule_on_codes(workflow: Workflow) -> Iterator[Finding]:
    """A rule against outliers is computed over category codes, or over the class label itself, and drops rows by it.

    Why it is debt: a code far from the mean is a rare category, not a wrong value; a rare class is dropped for
    being rare.
    Instead: apply the rule to measured columns only.
    Blind spots: codes that came with the file.
    """
    for rule in outlier_rules(workflow):
        if not rule.drops:
            continue
        for learned in rule.learned:
            found = _codes(workflow, learned) or _label(workflow, rule.op, learned)
            if found is None:
                continue
            column, what = found
            yield Finding(
                "OU-W",
                "outlier-rule-on-codes",
                at(rule.op),
                f"`{rule.op.text}` drops rows by a rule over `{column}`, which holds {what}, no amounts",
                (step(rule.op, f"drops rows by a rule that is computed over `{column}` too"),),
                confidence=0.7 * rule.op.trust,
                columns=(column,),
                root=f"outlier-rule-on-codes:{rule.op.site.cell}",
            )
            break


def _codes(workflow: Workflow, learned: Value) -> tuple[str, str] | None:
    """A column of category codes among those that a rule was computed over."""
    if learned.kind is Kind.TABLE and not learned.columns.cut:
        for name, mask in sorted(learned.columns.named.items()):
            if learned.columns.may_hold(name) and _encoded(workflow, mask):
                return name, "category codes"
        return None
    if learned.column is not None and _encoded(workflow, learned.upstream):
        return learned.column, "category codes"
    return None


def _encoded(workflow: Workflow, mask: int) -> bool:
    return bool(mask & workflow.mask_where(_gives_codes))


def _gives_codes(op: Operation) -> bool:
    return op.role is Role.ENCODE and (Trait.CODES in op.traits or (op.model is not None and op.model.has(Trait.CODES)))


def _label(workflow: Workflow, op: Operation, learned: Value) -> tuple[str, str] | None:
    """The class label, where a rule was computed over a whole table that holds it."""
    columns = learned.columns
    if learned.kind is not Kind.TABLE or columns.cut:
        return None
    for training in workflow.trainings:
        name = target_name(training)
        if name is None or not columns.may_hold(name) or not _uses(training, op):
            continue
        if workflow.task_of(training) in _CLASSES:
            return name, "the class label"
    return None


def _uses(training: Training, op: Operation) -> bool:
    return training.target is not None and bool(training.target.upstream & op.bit)

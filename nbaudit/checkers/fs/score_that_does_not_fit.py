"""FS-W: features selected by a score that does not fit the target."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role, Task, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.columns import selections

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_selection import SelectKBest, chi2, f_classif, f_regression
from sklearn.model_selection import train_test_split
bees = pd.read_csv("bees.csv")
X_train, X_test, y_train, y_test = train_test_split(bees.drop(columns="kind"), bees["kind"], random_state=4)
# %%
"""
FLAGS = (
    Example(
        "a regression score for classes",
        _HEAD
        + """
best = SelectKBest(score_func=f_regression, k=8)
X_best = best.fit_transform(X_train, y_train)  # expect
RandomForestClassifier(random_state=4).fit(X_best, y_train)
""",
    ),
    Example(
        "a class score for numbers",
        _HEAD
        + """
best = SelectKBest(chi2, k=8)
X_best = best.fit_transform(X_train, y_train)  # expect
RandomForestRegressor(random_state=4).fit(X_best, y_train)
""",
    ),
)
PASSES = (
    Example(
        "a class score for classes",
        _HEAD
        + """
best = SelectKBest(score_func=f_classif, k=8)
X_best = best.fit_transform(X_train, y_train)
RandomForestClassifier(random_state=4).fit(X_best, y_train)
""",
    ),
    Example(
        "a regression score for numbers",
        _HEAD
        + """
best = SelectKBest(score_func=f_regression, k=8)
X_best = best.fit_transform(X_train, y_train)
RandomForestRegressor(random_state=4).fit(X_best, y_train)
""",
    ),
)
_CLASSES = frozenset({Task.BINARY, Task.MULTICLASS, Task.CLASSIFICATION})


@check("FS-W", flags=FLAGS, passes=PASSES)
def score_that_does_not_fit(workflow: Workflow) -> Iterator[Finding]:
    """Features are selected by a score for numbers where the target is classes, or the other way round.

    Why it is debt: the score takes class codes for amounts, or each amount for a class of its own; the choice is
    chance.
    Instead: take the score that is made for the kind of target.
    Blind spots: scores that the author computes by hand.
    """
    for op in selections(workflow):
        traits = op.traits | (op.model.traits if op.model is not None else frozenset())
        numbers, classes = Trait.FOR_NUMBERS in traits, Trait.FOR_CLASSES in traits
        if numbers == classes or (op.model is None and not _chooses(workflow, op)):
            continue
        training = _trained_after(workflow, op)
        if training is None:
            continue
        learns_classes = workflow.task_of(training) in _CLASSES
        if learns_classes == classes:
            continue
        kind, other = ("classes", "numbers") if learns_classes else ("numbers", "classes")
        yield Finding(
            "FS-W",
            "score-that-does-not-fit",
            at(op),
            f"`{op.text}` selects by a score for {other}, but the model learns {kind}",
            (step(op, f"selects by a score that is made for {other}"), step(training.op, f"learns {kind}")),
            confidence=0.8 * op.trust,
            root=f"score-that-does-not-fit:{op.site.cell}",
        )


def _chooses(workflow: Workflow, scores: Operation) -> bool:
    """True where scores that a function gives decide which columns are kept, and are not just looked at."""
    return any(
        (value.upstream | value.control) & scores.bit
        for op in workflow.ops(Role.SELECT_COLUMNS, Role.DROP_COLUMNS)
        for value in op.args.values()
    ) or any(value.upstream & scores.bit for model in workflow.graph.models for value in model.params.values())


def _trained_after(workflow: Workflow, op: Operation) -> Training | None:
    """A training on the selected features whose target is the one that was scored by."""
    scored = op.data[1] if len(op.data) > 1 else None
    for training in workflow.trainings:
        target = training.target
        if training.op.id < op.id or scored is None or target is None or workflow.task_of(training) is None:
            continue
        if scored.column is not None and scored.column == target.column and scored.rows is not None:
            return training
    return None

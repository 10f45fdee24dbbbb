"""FS-W: features selected or reduced by what test rows say."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step, tested_rows, trail
from nbaudit.model.flow import Operation, Rows
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Evaluation, Training
from nbaudit.workflow.columns import called, selections

_HEAD = """
# %%
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.pipeline import make_pipeline
bees = pd.read_csv("bees.csv")
X, y = bees.drop(columns="alive"), bees["alive"]
# %%
"""
_FIT = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
model = RandomForestClassifier(random_state=4).fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example("the best columns of all rows", _HEAD + "X = SelectKBest(k=8).fit_transform(X, y)  # expect" + _FIT),
    Example("components of all rows", _HEAD + "X = PCA(n_components=5).fit_transform(X)  # expect" + _FIT),
    Example(
        "dropped by importances of a forest that saw all rows",
        _HEAD
        + """
forest = RandomForestClassifier(random_state=4).fit(X, y)
weak = X.columns[forest.feature_importances_ < 0.01]
X = X.drop(columns=weak)  # expect
"""
        + _FIT,
    ),
)
PASSES = (
    Example(
        "the best columns of the training rows",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4)
best = SelectKBest(k=8)
X_train = best.fit_transform(X_train, y_train)
model = RandomForestClassifier(random_state=4).fit(X_train, y_train)
print(model.score(best.transform(X_test), y_test))
""",
    ),
    Example(
        "selected inside the folds",
        _HEAD + "print(cross_val_score(make_pipeline(PCA(5), RandomForestClassifier()), X, y, cv=5).mean())\n",
    ),
    Example(
        "a choice by hand after a look",
        _HEAD + "X.corr()\nX = X.drop(columns=['wing_left'])" + _FIT,
    ),
)


_FITS = frozenset({Role.FIT, Role.TUNE, Role.CROSS_VALIDATE, Role.SELECT})


@check("FS-W", flags=FLAGS, passes=PASSES)
def selection_learned_from_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A computed selection or reduction of the features learned from rows that are later tested on.

    Why it is debt: the test rows have helped to choose the features, so the score is better than new data will give.
    Instead: split first and fit the selection on the training rows, or make it a step of a Pipeline.
    Blind spots: choices made by hand after a look at all rows are left alone on purpose.
    """
    for op in selections(workflow):
        leak = next(workflow.leaks(op), None)
        if leak is None:
            continue
        learned = called(workflow, leak.learned)
        yield Finding(
            "FS-W",
            "selection-learned-from-test-rows",
            at(op),
            f"`{op.text}` chooses or combines features by {learned}, which holds {tested_rows(leak.evaluation)}",
            trail(leak, f"learns which features matter from {learned}"),
            confidence=(0.9 if leak.certain else 0.75) * op.trust,
            root=f"selection-learned-from-test-rows:{op.site.cell}",
        )
    for op in workflow.ops(Role.DROP_COLUMNS, Role.SELECT_COLUMNS):
        found = _computed(workflow, op)
        if found is None:
            continue
        look, training, evaluation = found
        yield Finding(
            "FS-W",
            "selection-learned-from-test-rows",
            at(op),
            f"`{op.text}` chooses features by `{look.text}`, which was computed from later test rows too",
            (
                step(look, "tells which features matter, from rows that are later tested on"),
                step(op, "keeps or drops features by it"),
                step(training.op, "trains on the chosen features"),
                step(evaluation.op, "measures on rows that were seen"),
            ),
            confidence=0.8 * op.trust,
            root=f"selection-learned-from-test-rows:{op.site.cell}",
        )


def _computed(workflow: Workflow, op: Operation) -> tuple[Operation, Training, Evaluation] | None:
    """(what the choice was computed by, training, measurement) where a choice of columns follows from test rows."""
    mask = 0
    for value in op.args.values():
        mask |= value.upstream | value.control
    for look in workflow.graph.by_mask(mask):
        if look.id >= op.id or not look.traits & {Trait.IMPORTANCE, Trait.CORRELATION}:
            continue
        for rows in _seen(workflow, look):
            for evaluation in workflow.test_sets:
                if evaluation.rows is None or evaluation.op.id < op.id or not rows.overlaps(evaluation.rows):
                    continue
                training = workflow.fed_training(op, evaluation)
                if training is not None:
                    return look, training, evaluation
    return None


def _seen(workflow: Workflow, look: Operation) -> list[Rows]:
    """The rows that a correlation or importance was computed from."""
    values = list(look.learns)
    if not values:
        mask = 0
        for value in (*look.data, *((look.receiver,) if look.receiver is not None else ())):
            mask |= value.upstream | (value.model.learned if value.model is not None else 0)
        fits = [op for op in workflow.graph.by_mask(mask) if op.role in _FITS and op.id < look.id]
        values = [value for op in fits[-1:] for value in op.learns]
    return [value.rows for value in values if value.rows is not None]

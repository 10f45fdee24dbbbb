"""HT-W: values or scores are given as one search's that another search found."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Shape
from nbaudit.model.vocabulary import Role

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import train_test_split, GridSearchCV
rents = pd.read_csv("rents.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
ridge = GridSearchCV(Ridge(), {"alpha": [0.1, 1, 10, 100]})
ridge.fit(X_train, y_train)
print(ridge.best_params_)
# %%
lasso = GridSearchCV(Lasso(), {"alpha": [0.1, 1, 10, 100]})
lasso.fit(X_train, y_train)
"""
FLAGS = (
    Example("the first search's values", _HEAD + "print(ridge.best_params_)  # expect\n"),
    Example("the first search's score", _HEAD + "print('best', ridge.best_score_)  # expect\n"),
)
PASSES = (
    Example("its own", _HEAD + "print(lasso.best_params_)\n"),
    Example("both, side by side", _HEAD + "print(ridge.best_score_, lasso.best_score_)\n"),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def result_of_another_search_reported(workflow: Workflow) -> Iterator[Finding]:
    """Right after a search was run, the values or score of another, earlier search are shown.

    Why it is debt: the reader takes the old values for the new search's, and so may the final model.
    Instead: read the result from the search that was just fitted.
    Blind spots: a result that is shown again on purpose, with no word about it.
    """
    cells: dict[int, list[Operation]] = {}
    for op in workflow.graph.operations:
        model = op.receiver.model if op.receiver is not None else op.model
        if model is not None and model.shape is Shape.SEARCH and not op.loops:
            cells.setdefault(op.site.cell, []).append(op)
    for ops in cells.values():
        fits = [op for op in ops if op.role is Role.TUNE and op.learns]
        reads = [
            op
            for op in ops
            if op.role in (Role.TUNE, Role.EVALUATE)
            and _model(op) >= 0
            and not op.learns
            and fits
            and op.id > fits[0].id
        ]
        models = {fit.model.id for fit in fits if fit.model is not None}
        if len(models) != 1 or not reads or not models:
            continue
        if any(_model(op) in models for op in ops if op not in fits and op.role is not Role.BUILD):
            continue
        read = reads[0]
        if not read.shown and read.receiver is None:
            continue
        mine, other = workflow.name_of(fits[0].receiver) if fits[0].receiver else "", ""
        other = workflow.name_of(read.receiver) if read.receiver is not None else ""
        yield Finding(
            "HT-W",
            "result-of-another-search-reported",
            at(read),
            f"`{read.text}` gives the result of `{other}` right after `{mine}` was searched",
            (step(fits[0], f"runs the search `{mine}`"), step(read, f"reads the result of `{other}`")),
            confidence=0.7,
            root=f"result-of-another-search-reported:{read.site.cell}",
        )


def _model(op: Operation) -> int:
    model = op.receiver.model if op.receiver is not None else op.model
    return model.id if model is not None else -1

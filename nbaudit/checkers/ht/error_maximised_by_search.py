"""HT-W: a search takes the largest error as the best."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import NOTHING, Operation, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.candidates import metric_kind

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import make_scorer, mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split, GridSearchCV
rents = pd.read_csv("rents.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
grid = {"alpha": [0.01, 0.1, 1, 10], "l1_ratio": [0.1, 0.5, 0.9]}
# %%
"""

FLAGS = (
    Example(
        "an error as the score",
        _HEAD
        + """
search = GridSearchCV(ElasticNet(), grid, scoring=make_scorer(mean_absolute_error))
search.fit(X_train, y_train)  # expect
""",
    ),
    Example(
        "an error among several scores, and the one to refit by",
        _HEAD
        + """
scores = {"r2": make_scorer(r2_score), "mae": make_scorer(mean_absolute_error)}
search = GridSearchCV(ElasticNet(), grid, scoring=scores, refit="mae")
search.fit(X_train, y_train)  # expect
""",
    ),
)
PASSES = (
    Example(
        "said that less is better",
        _HEAD
        + """
search = GridSearchCV(ElasticNet(), grid, scoring=make_scorer(mean_absolute_error, greater_is_better=False))
search.fit(X_train, y_train)
""",
    ),
    Example(
        "a score of which more is better",
        _HEAD
        + """
search = GridSearchCV(ElasticNet(), grid, scoring=make_scorer(r2_score))
search.fit(X_train, y_train)
""",
    ),
    Example(
        "the error is only shown beside the score",
        _HEAD
        + """
scores = {"r2": make_scorer(r2_score), "mae": make_scorer(mean_absolute_error)}
search = GridSearchCV(ElasticNet(), grid, scoring=scores, refit="r2")
search.fit(X_train, y_train)
""",
    ),
)
_LESS = frozenset({Trait.ERROR, Trait.LOSS})


@check("HT-W", flags=FLAGS, passes=PASSES)
def error_maximised_by_search(workflow: Workflow) -> Iterator[Finding]:
    """A search is given an error as a score of which more is better, so it picks the setting with the largest error.

    Why it is debt: the "best" values are the worst ones, and the final model is built on them.
    Instead: make the scorer with `greater_is_better=False`, or name a negated score ("neg_mean_absolute_error").
    Blind spots: scorers that the notebook writes as functions of its own.
    """
    makers = [op for op in workflow.ops(Role.BUILD) if _turned_wrong(op)]
    for training in workflow.trainings:
        scoring = training.model.params.get("scoring")
        if not makers or training.op.role is not Role.TUNE or scoring is None:
            continue
        maker = next((op for op in makers if scoring.upstream & op.bit and _decides(op, training.model.params)), None)
        if maker is None:
            continue
        yield Finding(
            "HT-W",
            "error-maximised-by-search",
            at(training.op),
            f"`{training.op.text}` takes the largest error as the best: `{maker.text}` makes it a score",
            (
                step(maker, "makes a score of an error, of which less is better"),
                step(training.op, "picks the values with the largest one"),
            ),
            confidence=0.85 * training.op.trust,
            instead="greater_is_better=False",
            root=f"error-maximised-by-search:{training.op.site.cell}",
        )


def _turned_wrong(op: Operation) -> bool:
    """True where an error is made a score, and nothing says that less of it is better."""
    measure = op.args.get("score_func")
    if measure is None or not measure.type or metric_kind(measure.type) not in _LESS:
        return False
    return "greater_is_better" not in op.args and "**" not in op.args


def _decides(maker: Operation, params: dict[str, Value]) -> bool:
    """True where the search picks by this scorer: its only one, or the one that it refits by, as far as names tell."""
    refit = params.get("refit")
    if refit is None or not isinstance(refit.constant, str):
        return refit is None or refit.constant is not NOTHING
    return metric_kind(refit.constant) in _LESS

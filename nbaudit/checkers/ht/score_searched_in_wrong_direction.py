"""HT-W: a search minimises a score of which more is better."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation
from nbaudit.workflow.candidates import metric_kind
from nbaudit.workflow.tuning import search_loops

_HEAD = """
# %%
import optuna
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
# %%
def objective(trial):
    depth = trial.suggest_int("max_depth", 2, 12)
    share = trial.suggest_float("max_features", 0.1, 1.0)
    model = RandomForestClassifier(max_depth=depth, max_features=share, random_state=1)
"""
FLAGS = (
    Example(
        "an F1 score, minimised by default",
        _HEAD
        + """    return cross_val_score(model, X, y, scoring="f1").mean()

study = optuna.create_study()
study.optimize(objective, n_trials=50)  # expect
""",
    ),
    Example(
        "a negated error, minimised",
        _HEAD
        + """    score = cross_val_score(model, X, y, scoring="neg_log_loss").mean()
    return score

study = optuna.create_study(direction="minimize")
study.optimize(objective, n_trials=50)  # expect
""",
    ),
)
PASSES = (
    Example(
        "maximised",
        _HEAD
        + """    return cross_val_score(model, X, y, scoring="f1").mean()

study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=50)
""",
    ),
    Example(
        "turned round",
        _HEAD
        + """    return 1 - cross_val_score(model, X, y, scoring="f1").mean()

study = optuna.create_study()
study.optimize(objective, n_trials=50)
""",
    ),
)
_MORE = frozenset({Trait.ACCURACY, Trait.R2, Trait.RANKING, Trait.CLASSWISE, Trait.CLUSTER_QUALITY})
_TURNED = regex(r"-|loss|error|negat", re.IGNORECASE)


@check("HT-W", flags=FLAGS, passes=PASSES)
def score_searched_in_wrong_direction(workflow: Workflow) -> Iterator[Finding]:
    """A search takes the lowest value as the best, and its objective gives a score of which more is better.

    Why it is debt: the "best" values are those of the worst trial, and the final model is built on them.
    Instead: say `direction="maximize"`, or return the negated score.
    Blind spots: objectives whose result passes through functions that are not known.
    """
    inside = search_loops(workflow)
    for op in workflow.ops(Role.TUNE):
        loops = {number for number in inside if _after(workflow, op, number)}
        maker = _minimiser(workflow, op)
        if maker is None or not loops:
            continue
        scored = next((e for e in workflow.evaluations if set(e.op.loops) & loops and _more_is_better(e)), None)
        others = [e for e in workflow.evaluations if set(e.op.loops) & loops and e is not scored]
        if scored is None or others or _turned(workflow, scored):
            continue
        yield Finding(
            "HT-W",
            "score-searched-in-wrong-direction",
            at(op),
            f"`{op.text}` takes the lowest value as the best, but more of `{scored.op.text}` is better",
            (
                step(maker, "minimises, unless a direction is given"),
                step(scored.op, "gives a score of which more is better"),
                step(op, "runs the search"),
            ),
            confidence=0.85,
            instead='direction="maximize"',
            root=f"score-searched-in-wrong-direction:{op.site.cell}",
        )


def _after(workflow: Workflow, op: Operation, loop: int) -> bool:
    """True where the loop is the one in which the operation calls its objective."""
    span = next((item.span for item in workflow.graph.loops if item.id == loop), None)
    return span is not None and span.cell == op.site.cell and span.line == op.site.line


def _minimiser(workflow: Workflow, op: Operation) -> Operation | None:
    """The operation that makes the search minimise, None where it maximises or that is not known."""
    if Trait.MINIMISES in op.traits:
        return op
    made = [other for other in workflow.having(Trait.MINIMISES) if other.id < op.id]
    if op.receiver is None or not made:
        return None
    if "directions" in made[-1].args or made[-1].args.get("direction") is not None:
        return made[-1] if made[-1].arg("direction") == "minimize" else None
    return made[-1]


def _more_is_better(evaluation: Evaluation) -> bool:
    op = evaluation.op
    if op.traits & _MORE and Trait.LOSS not in op.traits:
        return True
    scoring = op.args.get("scoring")
    if op.role is not Role.CROSS_VALIDATE or scoring is None or not isinstance(scoring.constant, str):
        return False
    return scoring.constant.startswith("neg_") or metric_kind(scoring.constant) in _MORE


def _turned(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where the objective turns the score round before it gives it back, by a sign or a difference."""
    lines = workflow.notebook.cells[evaluation.op.span.cell].python.split("\n")[evaluation.op.span.line - 1 :]
    for line in lines:
        plain = line.split("#")[0].replace("neg_log_loss", "").replace("neg_mean", "")
        if re.search(r"^\s*return\b", plain):
            return bool(_TURNED.search(plain))
        if "-" in re.sub(r"['\"].*?['\"]", "", plain):
            return True
    return False

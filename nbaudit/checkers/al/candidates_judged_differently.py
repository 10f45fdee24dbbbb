"""AL-I: candidates are judged on different rows or by different metrics."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import NOTHING, Operation, Rows
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.workflow.candidates import (
    NUMBER_TASKS,
    Candidate,
    Measurement,
    automl,
    contenders,
    unknown_measures,
)

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
rents = pd.read_csv("rents.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
forest = RandomForestRegressor().fit(X_train, y_train)
line = Ridge().fit(X_train, y_train)
# %%
"""
FLAGS = (
    Example(
        "one on test rows, the other on training rows",
        _HEAD
        + """
print(mean_absolute_error(y_test, forest.predict(X_test)))
print(mean_absolute_error(y_train, line.predict(X_train)))  # expect
""",
    ),
    Example(
        "one by its error, the other by R2",
        _HEAD
        + """
print(mean_absolute_error(y_test, forest.predict(X_test)))
print(r2_score(y_test, line.predict(X_test)))  # expect
""",
    ),
)
PASSES = (
    Example(
        "the same metric on the same rows",
        _HEAD
        + """
print(mean_absolute_error(y_test, forest.predict(X_test)))
print(mean_absolute_error(y_test, line.predict(X_test)))
""",
    ),
    Example(
        "one has a further metric",
        _HEAD
        + """
print(mean_absolute_error(y_test, forest.predict(X_test)), r2_score(y_test, forest.predict(X_test)))
print(mean_absolute_error(y_test, line.predict(X_test)))
print(mean_absolute_error(y_train, line.predict(X_train)))
""",
    ),
)

_WORDS = {
    Trait.ACCURACY: "accuracy",
    Trait.R2: "R2",
    Trait.ERROR: "an error figure",
    Trait.LOSS: "a loss",
    Trait.RANKING: "a ranking score (AUC)",
    Trait.CLASSWISE: "per-class figures",
    Trait.CLUSTER_QUALITY: "cluster quality",
    Trait.INERTIA: "inertia",
}


@check("AL-I", flags=FLAGS, passes=PASSES)
def candidates_judged_differently(workflow: Workflow) -> Iterator[Finding]:
    """Compared candidates are judged on different rows, or by metrics that have nothing in common.

    Why it is debt: scores from other rows or other metrics can't be held against each other, so the choice is a guess.
    Instead: measure every candidate with the same function on the same test rows.
    Blind spots: rows and metrics that pass through calls that are not known.
    """
    tried = [candidate for candidate in contenders(workflow) if _clear(candidate)]
    if len(tried) < 2 or automl(workflow) or not _comparable(tried):
        return
    differences = {
        (a.key, b.key): found
        for a in tried
        for b in tried
        if a is not b and (found := _rows(a, b) or _split_anew(workflow, a, b) or _metrics(workflow, a, b)) is not None
    }
    if not differences:
        return
    # the odd one out differs from most; of two that differ it is the later one
    odd = max(reversed(tried), key=lambda c: sum(b == c.key for _, b in differences))
    judged, other, why = next(found for (_, b), found in differences.items() if b == odd.key)
    yield Finding(
        "AL-I",
        "candidates-judged-differently",
        at(other.op),
        why,
        (step(judged.op, "judges the other candidates"), step(other.op, f"judges {odd.name}")),
        confidence=0.75,
        root="candidates-judged-differently",
    )


def _outer(candidate: Candidate) -> list[Measurement]:
    return [m for m in candidate.measurements if not m.inner and not (m.evaluation.watched and m.kinds <= {Trait.LOSS})]


def _clear(candidate: Candidate) -> bool:
    """True where it is known on which rows and by what the candidate is measured."""
    outer = _outer(candidate)
    return bool(outer) and not unknown_measures(candidate)


def _comparable(tried: list[Candidate]) -> bool:
    """True where the candidates learn one target from one source."""
    tasks = {_group(candidate.task) for candidate in tried if candidate.task is not None}
    clusters = any(candidate.family in (Family.CENTROID, Family.DENSITY, Family.HIERARCHICAL) for candidate in tried)
    targets = {training.target.id for c in tried for training in c.trainings[:1] if training.target is not None}
    return (len(tasks) <= 1 or len(targets) == 1) and not clusters


def _group(task: Task | None) -> str:
    return "numbers" if task in NUMBER_TASKS else "other" if task in (Task.CLUSTERING, Task.OTHER) else "classes"


def _rows(a: Candidate, b: Candidate) -> tuple[Measurement, Measurement, str] | None:
    """One is judged on held-out rows, the other on training rows alone, or both on rows that do not meet."""
    mine, others = _outer(a), _outer(b)
    if _searched_alike(a, b):
        return None
    if any(m.held_out is None for m in (*mine, *others)):
        return None
    held, theirs = [m for m in mine if m.held_out], [m for m in others if m.held_out]
    if bool(held) != bool(theirs):
        if any(not m.held_out for m in mine) and all(m.evaluation.folds for m in held):
            return None  # compared on training rows, and cross-validated besides
        if not held:
            return None  # said of the other one: training rows are what is wrong
        name = b.name if b.name != a.name else f"another {b.name}"
        return held[0], others[0], f"{a.name} is judged on held-out rows and {name} on its training rows alone"
    if any(m.evaluation.watched for m in (*held, *theirs)):
        return None  # watched while it learned: not what it is judged by in the end
    rows = [m.evaluation.rows for m in held]
    for m in theirs:
        if m.evaluation.rows is None or any(r is None or r.overlaps(m.evaluation.rows) for r in rows):
            return None
    if not held or not theirs:
        return None
    if not any(
        x is not None and y is not None and x.sources() & y.sources()
        for x in rows
        for y in [m.evaluation.rows for m in theirs]
    ):
        return None
    return held[0], theirs[0], f"{a.name} and {b.name} are judged on different rows, so their scores can't be compared"


def _split_anew(workflow: Workflow, a: Candidate, b: Candidate) -> tuple[Measurement, Measurement, str] | None:
    """Both are judged on held-out rows, but each on those of a split of its own with another seed."""
    mine, others = _tests(a), _tests(b)
    if not mine or not others or _searched_alike(a, b):
        return None
    for x in mine:
        for y in others:
            one, other = _split_of(workflow, x.evaluation.rows), _split_of(workflow, y.evaluation.rows)
            if one is None or other is None or one is other:
                return None
            seeds = [op.args["random_state"].constant if "random_state" in op.args else None for op in (one, other)]
            if NOTHING in seeds or (seeds[0] == seeds[1] and seeds[0] is not None):
                return None
            if not (one.data and other.data and _same_source(one.data[0].rows, other.data[0].rows)):
                return None
    return (
        mine[0],
        others[0],
        f"{a.name} and {b.name} are judged on the rows of different splits, so they can't be compared",
    )


def _tests(candidate: Candidate) -> list[Measurement]:
    """The measurements on rows that were set apart; those of folds, and those that were only watched, where there are
    no others."""
    held = [m for m in _outer(candidate) if m.held_out and not m.evaluation.watched]
    return [m for m in held if not m.evaluation.folds] or held


def _same_source(x: Rows | None, y: Rows | None) -> bool:
    return x is not None and y is not None and x.sources() == y.sources()


def _split_of(workflow: Workflow, rows: Rows | None) -> Operation | None:
    """The random split that set rows apart for testing."""
    for ancestor in rows.lineage() if rows is not None else ():
        op = workflow.graph.operations[ancestor.made_by] if ancestor.made_by >= 0 else None
        if op is not None and op.role is Role.SPLIT and Trait.SHUFFLES in op.traits:
            return op
    return None


def _searched_alike(a: Candidate, b: Candidate) -> bool:
    """True where both have a cross-validated score on the same rows, whatever one of them is measured on besides."""
    mine = [m.evaluation.rows for m in a.measurements if m.evaluation.folds and m.evaluation.rows is not None]
    others = [m.evaluation.rows for m in b.measurements if m.evaluation.folds and m.evaluation.rows is not None]
    return any(x.overlaps(y) for x in mine for y in others)


def _metrics(workflow: Workflow, a: Candidate, b: Candidate) -> tuple[Measurement, Measurement, str] | None:
    """The kinds of measure have nothing in common."""
    mine = frozenset(kind for m in _outer(a) for kind in m.kinds)
    others = frozenset(kind for m in _outer(b) for kind in m.kinds)
    if not mine or not others or mine & others:
        return None
    if None in (a.task, b.task) and {_figures(mine), _figures(others)} == {"numbers", "classes"}:
        return None  # what they learn differs, as far as their figures tell
    if {Trait.ACCURACY, Trait.CLASSWISE} <= mine | others:
        return None  # a report holds the accuracy, too
    if {Trait.LOSS, Trait.ERROR} <= mine | others:
        return None  # the loss may be the very error
    first, second = sorted(mine, key=lambda kind: kind.value)[0], sorted(others, key=lambda kind: kind.value)[0]
    why = f"{a.name} is judged by {_WORDS[first]} and {b.name} by {_WORDS[second]}, so they can't be compared"
    return _outer(a)[0], _outer(b)[0], why


def _figures(kinds: frozenset[Trait]) -> str:
    """What figures of these kinds are of: "numbers", "classes", or "" where that is not clear."""
    numbers, classes = kinds & {Trait.ERROR, Trait.R2}, kinds & {Trait.ACCURACY, Trait.CLASSWISE, Trait.RANKING}
    return "" if bool(numbers) == bool(classes) else "numbers" if numbers else "classes"

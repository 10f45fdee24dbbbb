"""SP-W: compared models are tested on different splits of the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Rows
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.choices import Candidate, measured
from nbaudit.workflow.columns import target_name

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
forest = RandomForestClassifier(random_state=1).fit(X_train, y_train)
print(forest.score(X_test, y_test))
# %%
"""
FLAGS = (
    Example(
        "another seed for the second model",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7)  # expect
line = LogisticRegression().fit(X_train, y_train)
print(line.score(X_test, y_test))
""",
    ),
    Example(
        "another share for the second model",
        _HEAD
        + """
A, B, a, b = train_test_split(X, y, test_size=0.3, random_state=42)  # expect
line = LogisticRegression().fit(A, a)
print(line.score(B, b))
""",
    ),
)
PASSES = (
    Example(
        "the same split for both",
        _HEAD
        + """
line = LogisticRegression().fit(X_train, y_train)
print(line.score(X_test, y_test))
""",
    ),
    Example(
        "repeated with the same seed and share",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
line = LogisticRegression().fit(X_train, y_train)
print(line.score(X_test, y_test))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def models_compared_on_different_splits(workflow: Workflow) -> Iterator[Finding]:
    """Models of one task are tested on different random splits of the same rows.

    Why it is debt: part of the difference between their scores is that between the test rows.
    Instead: split once, and train and test all models on the same parts.
    Blind spots: studies of different questions on one data set.
    """
    candidates = measured(workflow)
    if not candidates:
        return
    first = candidates[0]
    base = _split(workflow, first)
    if base is None:
        return
    for other in candidates[1:]:
        mine = _split(workflow, other)
        if mine is None or mine.id <= base.id or other.type == first.type:
            continue
        if _setting(mine) == _setting(base) or not _one_question(first, other) or mine.loops:
            continue
        yield Finding(
            "SP-W",
            "models-compared-on-different-splits",
            at(mine),
            f"`{mine.text}` splits the same rows differently from `{base.text}`, so the models are compared on "
            "different test rows",
            (
                step(base, "splits for the first models"),
                step(first.first, "measures on that split"),
                step(mine, "splits the same rows differently"),
                step(other.first, "measures on the other split"),
            ),
            confidence=0.7 * mine.trust,
            root=f"models-compared-on-different-splits:{mine.site.cell}",
        )
        return


def _split(workflow: Workflow, candidate: Candidate) -> Operation | None:
    """The random split whose test part a model is measured on, where it is split from whole rows."""
    rows = candidate.evaluations[0].rows
    made: Rows | None = rows
    while made is not None:
        if made.role == "test" and 0 <= made.made_by < len(workflow.graph.operations):
            op = workflow.graph.operations[made.made_by]
            if op.role is Role.SPLIT:
                return op
        made = made.parents[0] if made.parents else None
    return None


def _setting(op: Operation) -> tuple[object, ...]:
    return tuple(repr(op.arg(name)) for name in ("random_state", "test_size", "train_size", "shuffle"))


def _one_question(first: Candidate, other: Candidate) -> bool:
    """True where both learn the same target, of rows of one source, and neither split is a part of the other's."""
    a, b = target_name(first.training), target_name(other.training)
    mine, theirs = first.training.features, other.training.features
    if mine is not None and theirs is not None and mine.columns.span != theirs.columns.span:
        return False  # other columns
    rows, others = first.evaluations[0].rows, other.evaluations[0].rows
    if rows is None or others is None or not rows.sources() & others.sources():
        return False
    if len(rows.parts()) != len(others.parts()):
        return False
    return a is None or b is None or a == b

"""FS-W: dummies made of the training rows and of the test rows apart, so that their columns differ."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.columns import uses_of

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")
y = train.pop("moved")
# %%
"""
_FIT = """
model = RandomForestClassifier(random_state=1).fit(train, y)
print(model.predict(test))
"""
FLAGS = (
    Example(
        "each file by itself",
        _HEAD
        + """
train = pd.get_dummies(train)
test = pd.get_dummies(test)  # expect
"""
        + _FIT,
    ),
    Example(
        "the first category is dropped of each file by itself",
        _HEAD
        + """
train = pd.get_dummies(train, drop_first=True)
test = pd.get_dummies(test, drop_first=True)  # expect
test = test.reindex(columns=train.columns, fill_value=0)
"""
        + _FIT,
    ),
)
PASSES = (
    Example(
        "brought to the columns of the training",
        _HEAD
        + """
train = pd.get_dummies(train)
test = pd.get_dummies(test).reindex(columns=train.columns, fill_value=0)
"""
        + _FIT,
    ),
    Example(
        "made of both together",
        _HEAD
        + """
both = pd.get_dummies(pd.concat([train, test]))
train, test = both[: len(train)], both[len(train) :]
"""
        + _FIT,
    ),
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def dummies_made_apart(workflow: Workflow) -> Iterator[Finding]:
    """Dummies are made of the training rows and of the rows to predict by themselves, and nothing brings their columns
    together; or the first category of each is dropped, which need not be the same.

    Why it is debt: a category that one part lacks shifts the columns, and the model reads one for another.
    Instead: fit a OneHotEncoder on the training rows, or `reindex` the second table to the columns of the first.
    Blind spots: categories that happen to be the same in both parts.
    """
    made = [op for op in workflow.ops(Role.ENCODE) if _makes_dummies(op)]
    if len(made) < 2:
        return
    reported: set[int] = set()
    for training in workflow.trainings:
        features = training.features
        if features is None or features.rows is None:
            continue
        first = next((op for op in made if features.upstream & op.bit), None)
        if first is None:
            continue
        for use, value in uses_of(workflow, training):
            for op in made:
                if op.id in reported or not value.upstream & op.bit or features.upstream & op.bit:
                    continue
                if value.rows is None or value.rows.overlaps(features.rows):
                    continue
                apart = _apart(workflow, first, op, value.upstream, training)
                if not apart:
                    continue
                reported.add(op.id)
                yield Finding(
                    "FS-W",
                    "dummies-made-apart",
                    at(op),
                    f"`{op.text}` makes dummies of these rows by themselves, apart from `{first.text}`: {apart}",
                    (
                        step(first, "makes the dummies that the model learns"),
                        step(op, "makes other ones of the rows to predict"),
                        step(use, "predicts with these"),
                    ),
                    confidence=0.6 * op.trust,
                    root=f"dummies-made-apart:{op.site.cell}",
                )


def _makes_dummies(op: Operation) -> bool:
    """True for dummies made by a function, which remembers no categories."""
    return op.model is None and not op.learns and Trait.CODES not in op.traits and bool(op.data)


def _apart(workflow: Workflow, first: Operation, op: Operation, upstream: int, training: Training) -> str:
    """Why the columns may differ, "" where they were brought together."""
    if first.arg("drop_first") is True and op.arg("drop_first") is True:
        return "the category that is dropped first need not be the same"
    features = training.features
    assert features is not None
    if op.data[0].kind is not Kind.TABLE or features.columns.selected is not None:
        return ""
    since = list(workflow.graph.by_mask((upstream | features.upstream) & ~(first.bit | op.bit)))
    if any(other.id > first.id and other.role in _BRINGS_TOGETHER for other in since):
        return ""
    if any(other.id > first.id and any(word in other.text for word in ("reindex", "align")) for other in since):
        return ""
    return "a category that is missing in one shifts the columns"


_BRINGS_TOGETHER = frozenset({Role.SELECT_COLUMNS, Role.JOIN, Role.CREATE, Role.UNKNOWN, Role.SELECT})

"""SP-W: shares that make no sense."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.splits import splits

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
# %%
"""
_TAIL = """
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
FLAGS = (
    Example(
        "70 % of the rows for testing",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.7, random_state=1)  # expect
"""
        + _TAIL,
    ),
    Example(
        "20 % of the rows for training",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=0.2, random_state=1)  # expect
"""
        + _TAIL,
    ),
)
PASSES = (
    Example(
        "30 % for testing",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
"""
        + _TAIL,
    ),
    Example(
        "half of the held-out rows for validation",
        _HEAD
        + """
X_train, X_rest, y_train, y_rest = train_test_split(X, y, test_size=0.4, random_state=1)
X_test, X_val, y_test, y_val = train_test_split(X_rest, y_rest, test_size=0.6, random_state=1)
"""
        + _TAIL,
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def most_rows_held_out(workflow: Workflow) -> Iterator[Finding]:
    """More than half of the rows are held out for testing.

    Why it is debt: the model learns from the smaller part, and most of what was collected is spent on measuring.
    Instead: hold out 15 to 30 % (`test_size=0.2`).
    Blind spots: very large data, where a small training part may be enough.
    """
    for split in splits(workflow):
        share = split.share
        if share is None or share <= 0.5 or split.folds or split.op.loops:
            continue
        if split.rows is not None and split.rows.role == "test":
            continue
        trained = any(
            training.rows is not None and any(rows.made_by == split.op.id for rows in training.rows.lineage())
            for training in workflow.trainings
        )
        if not trained:
            continue
        yield Finding(
            "SP-W",
            "most-rows-held-out",
            at(split.op),
            f"`{split.op.text}` holds out {share * 100:.0f} % of the rows, and only the rest is trained on",
            (step(split.op, f"holds out {share * 100:.0f} % of the rows"),),
            confidence=0.8 * split.op.trust,
            root=f"most-rows-held-out:{split.op.site.cell}",
        )

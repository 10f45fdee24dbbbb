"""MV-W: the gaps are treated in a copy, and the model learns from the original."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.gaps import treated_copies
from nbaudit.workflow.writing import subject

_HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
cows = pd.read_csv("cows.csv")
cows.info()
"""
FLAGS = (
    Example(
        "the copy is repaired and forgotten",
        _HEAD
        + """
# %%
clean = cows.copy()
clean["milk"] = clean["milk"].replace(0, np.nan)
clean["milk"].fillna(clean["milk"].mean(), inplace=True)  # expect
clean.isnull().sum()
# %%
X, y = cows.drop(columns="sick"), cows["sick"]
model = LogisticRegression().fit(X, y)
""",
    ),
    Example(
        "the filled table has another name",
        _HEAD
        + """
# %%
cows_filled = cows.fillna(cows.median())  # expect
cows_filled.hist()
# %%
model = LogisticRegression().fit(cows[["milk", "age"]], cows["sick"])
""",
    ),
)
PASSES = (
    Example(
        "the model learns from the copy",
        _HEAD
        + """
# %%
clean = cows.copy()
clean["milk"].fillna(clean["milk"].mean(), inplace=True)
# %%
X, y = clean.drop(columns="sick"), clean["sick"]
model = LogisticRegression().fit(X, y)
""",
    ),
    Example(
        "the copy is made for a plot, and the gaps are filled for the model",
        _HEAD
        + """
# %%
shown = cows.dropna()
shown.hist()
# %%
cows = cows.fillna(cows.median())
model = LogisticRegression().fit(cows[["milk", "age"]], cows["sick"])
""",
    ),
)


@check("MV-W", flags=FLAGS, passes=PASSES)
def gaps_treated_in_unused_copy(workflow: Workflow) -> Iterator[Finding]:
    """Gaps are filled or dropped in a copy of the table, and the model learns from the table as it was.

    Why it is debt: the reader believes the gaps are gone, while the model has learned from them.
    Instead: go on with the copy.
    Blind spots: copies that are written to a file and read by another notebook.
    """
    for op, training in treated_copies(workflow):
        name = subject(workflow, op)
        yield Finding(
            "MV-W",
            "gaps-treated-in-unused-copy",
            at(op),
            f"`{op.text}` treats gaps of `{name}`, but the model learns from the rows as they were",
            (
                step(op, f"treats gaps of `{name}`, which no model learns from"),
                step(training.op, "learns from the same rows, with no gap treated"),
            ),
            confidence=0.8 * op.trust,
            root=f"gaps-treated-in-unused-copy:{op.site.cell}",
        )

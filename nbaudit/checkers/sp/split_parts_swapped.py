"""SP-W: the parts of a split are unpacked in a wrong order."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.splits import swapped_splits

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
# %%
"""
FLAGS = (
    Example(
        "X and y of one part side by side",
        _HEAD
        + """
X_train, y_train, X_test, y_test = train_test_split(X, y, random_state=1)  # expect
model = RandomForestClassifier().fit(X_train, y_train)
""",
    ),
    Example(
        "test before train",
        _HEAD
        + """
X_test, X_train, y_test, y_train = train_test_split(X, y, random_state=1)  # expect
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "the library's order",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = RandomForestClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "one frame in two parts, under other names",
        _HEAD
        + """
train, rest = train_test_split(wine, random_state=1)
validation, test = train_test_split(rest, random_state=1)
model = RandomForestClassifier().fit(train[["alcohol"]], train["kind"])
print(model.score(test[["alcohol"]], test["kind"]))
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def split_parts_swapped(workflow: Workflow) -> Iterator[Finding]:
    """The parts of a split are unpacked in another order than the library gives them.

    Why it is debt: the model is trained on the small test part, or on features in place of the target.
    Instead: unpack in the library's order: X_train, X_test, y_train, y_test.
    Blind spots: names that say nothing about train or test.
    """
    for op, wrong in swapped_splits(workflow):
        yield Finding(
            "SP-W",
            "split-parts-swapped",
            at(op),
            f"`{op.text}` gives the training part of each input first and then its test part, but "
            f"{', '.join(f'`{name}`' for name in dict.fromkeys(wrong))} are unpacked the other way round",
            (step(op, "gives train, test for each input in turn"),),
            confidence=0.95 * op.trust,
            root=f"split-parts-swapped:{op.site.cell}",
        )

"""SP-W: the parts of a split are unpacked in a wrong order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex

_TRAIN = regex(r"(?:^|_)(?:train|tr|trn|fit)(?:$|_|\d|ing)|train$|^train", re.IGNORECASE)
_TEST = regex(r"(?:^|_)(?:test|te|tst|val|valid|validation|holdout|dev)(?:$|_|\d)|test$|^test", re.IGNORECASE)
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
    for op in workflow.ops(Role.SPLIT):
        roles = {value.id: value.rows.role for value in op.outputs if value.rows is not None}
        wrong = []
        train_as_test = test_as_train = False
        for binding in workflow.graph.bindings:
            role = roles.get(binding.value.id)
            if role is None or binding.span.cell != op.site.cell:
                continue
            train, test = bool(_TRAIN.search(binding.name)), bool(_TEST.search(binding.name))
            if role == "train" and test and not train:
                train_as_test = True
                wrong.append(binding.name)
            if role == "test" and train and not test:
                test_as_train = True
                wrong.append(binding.name)
        if not (train_as_test and test_as_train):
            continue
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

"""FS-W: a feature was computed from the target, or the target from a feature that stays."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, check, step
from nbaudit.model.flow import Operation
from nbaudit.workflow import Training
from nbaudit.workflow.columns import chosen_at, tabular_trainings
from nbaudit.workflow.formulas import (
    Made,
    given_columns,
    holds_column,
    made_columns,
    plain_target,
    target_names_of,
)

_HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
flats = pd.read_csv("flats.csv")
# %%
"""
_REST = """
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
RandomForestRegressor().fit(X_train, y_train)"""
FLAGS = (
    Example(
        "the logarithm of the target stays",
        _HEAD
        + """
flats["log_rent"] = np.log1p(flats["rent"])
# %%
X, y = flats.drop(columns=["rent"]), flats["rent"]  # expect
"""
        + _REST,
    ),
    Example(
        "a price per square metre",
        _HEAD
        + """
flats["per_metre"] = flats["rent"] / flats["area"]
X, y = flats.drop("rent", axis=1), flats["rent"]  # expect
"""
        + _REST,
    ),
    Example(
        "classes cut from a column that stays",
        _HEAD
        + """
flats["dear"] = (flats["rent"] > 1500).astype(int)
X, y = flats.drop(columns="dear"), flats["dear"]  # expect
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
RandomForestClassifier().fit(X_train, y_train)
""",
    ),
)
PASSES = (
    Example(
        "the logarithm is the target, and both are dropped",
        _HEAD
        + """
flats["log_rent"] = np.log1p(flats["rent"])
X, y = flats.drop(columns=["rent", "log_rent"]), flats["log_rent"]
"""
        + _REST,
    ),
    Example(
        "the target's own past",
        _HEAD
        + """
flats["rent_before"] = flats["rent"].shift(1)
X, y = flats.drop(columns=["rent"]), flats["rent"]
"""
        + _REST,
    ),
    Example(
        "classes cut from a column that is dropped",
        _HEAD
        + """
flats["dear"] = (flats["rent"] > 1500).astype(int)
X, y = flats.drop(columns=["dear", "rent"]), flats["dear"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
RandomForestClassifier().fit(X_train, y_train)
""",
    ),
    Example(
        "today's difference, and whether tomorrow's is higher",
        _HEAD
        + """
flats["change"] = flats["rent"] - flats["asked"]
X, y = flats[["change", "asked"]], np.where(flats["rent"].shift(-1) > flats["rent"], 1, 0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
RandomForestClassifier().fit(X_train, y_train)
""",
    ),
    Example(
        "tomorrow's value from today's",
        _HEAD
        + """
flats["next_rent"] = flats["rent"].shift(-1)
flats = flats.dropna()
X, y = flats.drop(columns="next_rent"), flats["next_rent"]
"""
        + _REST,
    ),
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def feature_computed_from_target(workflow: Workflow) -> Iterator[Finding]:
    """A feature was computed from the target row by row, or the target from a column that stays among the features.

    Why it is debt: the model only has to undo a formula; the score is close to perfect, and new rows have no answer to
    compute the feature from.
    Instead: drop what was made of the target, and what the target was made of, before training.
    Blind spots: formulas that were applied before the data was read.
    """
    reported: set[str] = set()
    made = made_columns(workflow)
    for training in tabular_trainings(workflow):
        targets = target_names_of(training)
        for name, source, op in _consequences(workflow, training, targets, made):
            if name in reported:
                continue
            reported.add(name)
            if source in targets:
                said = f"`{name}` was computed from the target `{source}` and is a feature of the model"
                seen = step(op, f"computes `{name}` from `{source}`")
            else:
                said = f"the target was computed from `{name}`, which is a feature of the model"
                seen = step(op, f"computes the target from `{name}`")
            yield Finding(
                "FS-W",
                "feature-computed-from-target",
                chosen_at(workflow, training),
                said,
                (seen, step(training.op, f"trains with `{name}` among the features")),
                confidence=0.85 * training.op.trust * op.trust,
                columns=(name,),
                root=f"feature-computed-from-target:{name}",
            )


def _consequences(
    workflow: Workflow, training: Training, targets: frozenset[str], made: tuple[Made, ...]
) -> Iterator[tuple[str, str, Operation]]:
    """(feature, what it was computed from or is the source of, operation) for each that the training holds."""
    for item in made:
        if item.name in targets:
            target = next((v for v in training.op.data[1:] if v.column == item.name), None)
            if target is None or not target.upstream & item.op.bit or len(item.sources) != 1:
                continue
            source = next(iter(item.sources))
            if source not in targets and holds_column(workflow, training, source):
                yield source, item.name, item.op
        elif item.sources & targets and training.features is not None and training.features.upstream & item.op.bit:
            columns = given_columns(workflow, training)
            held = columns is not None and item.name in columns.created
            if held and holds_column(workflow, training, item.name) and plain_target(workflow, training, item.sources):
                yield item.name, sorted(item.sources & targets)[0], item.op

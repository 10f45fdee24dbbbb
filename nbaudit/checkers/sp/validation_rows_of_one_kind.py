"""SP-W: `validation_split` takes the last of rows that lie class by class."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, RowsEffect
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.balance import resamplings

_HEAD = """
# %%
import pandas as pd
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle
from tensorflow.keras import layers, models
waves = pd.read_csv("waves.csv")
X_train, X_test, y_train, y_test = train_test_split(waves.drop(columns="quake"), waves["quake"], random_state=1)
model = models.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
# %%
"""
FLAGS = (
    Example(
        "the last rows of an undersampling are of one class",
        _HEAD
        + """
X_even, y_even = RandomUnderSampler(random_state=1).fit_resample(X_train, y_train)
model.fit(X_even, y_even, epochs=20, validation_split=0.15)  # expect
""",
    ),
    Example(
        "the last rows of an oversampling are synthetic",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
history = model.fit(X_even.values, y_even, epochs=20, validation_split=0.2)  # expect
""",
    ),
)
PASSES = (
    Example(
        "mixed again before the fit",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
X_even, y_even = shuffle(X_even, y_even, random_state=1)
model.fit(X_even, y_even, epochs=20, validation_split=0.2)
""",
    ),
    Example(
        "the rows as they were split",
        _HEAD
        + """
X_even, y_even = SMOTE(random_state=1).fit_resample(X_train, y_train)
model.fit(X_train, y_train, epochs=20, validation_split=0.2)
""",
    ),
)


@check("SP-W", flags=FLAGS, passes=PASSES)
def validation_rows_of_one_kind(workflow: Workflow) -> Iterator[Finding]:
    """`validation_split` cuts off the last rows, which a resampler has put in order: of one class, or
    synthetic.

    Why it is debt: the validation score says how one class, or invented rows, are found; it must not guide a training.
    Instead: split before resampling, or mix the rows first.
    Blind spots: rows that came in the order of their classes.
    """
    resampled = {op.id: op for op in resamplings(workflow)}
    if not resampled:
        return
    for training in workflow.supervised:
        share = training.op.args.get("validation_split")
        if share is None or share.constant in (None, 0, 0.0):
            continue
        source = _in_order(workflow, training, resampled)
        if source is None:
            continue
        yield Finding(
            "SP-W",
            "validation-rows-of-one-kind",
            at(training.op),
            f"`validation_split` takes the last rows of what `{source.text}` gives, of one class or synthetic",
            (
                step(source, "gives the rows class by class, the synthetic ones last"),
                step(training.op, "cuts its validation rows off the end"),
            ),
            confidence=0.85 * training.op.trust,
            root=f"validation-rows-of-one-kind:{training.op.site.cell}",
        )


def _in_order(workflow: Workflow, training: Training, resampled: dict[int, Operation]) -> Operation | None:
    """The resampling whose order the training rows still have, None where they were mixed since."""
    if training.rows is None:
        return None
    operations = workflow.graph.operations
    for rows in training.rows.lineage():
        op = operations[rows.made_by] if 0 <= rows.made_by < len(operations) else None
        if rows.effect is RowsEffect.REORDER or (op is not None and Trait.SHUFFLES in op.traits):
            return None
        if op is not None and op.role is Role.SPLIT:
            return None
        if rows.made_by in resampled:
            return resampled[rows.made_by]
    return None

"""EM-I: a classification is judged by its loss alone."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.candidates import CLASS_TASKS, baseline, contenders, figures_by_hand, loose_after
from nbaudit.workflow.metrics import judged, outer, telling

_HEAD = """
# %%
import pandas as pd
from tensorflow import keras
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
loans = pd.read_csv("loans.csv")
X_train, X_test, y_train, y_test = train_test_split(loans[["age", "sum"]], loans["default"], random_state=1)
model = keras.Sequential([keras.layers.Dense(16), keras.layers.Dense(1, activation="sigmoid")])
"""

FLAGS = (
    Example(
        "the loss on watched rows",
        _HEAD
        + """
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=20)  # expect
""",
    ),
    Example(
        "the loss on test rows",
        _HEAD
        + """
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(X_train, y_train, epochs=20)
model.evaluate(X_test, y_test)  # expect
""",
    ),
)
PASSES = (
    Example(
        "with the AUC",
        _HEAD
        + """
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["AUC"])
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=20)
""",
    ),
    Example(
        "and a report",
        _HEAD
        + """
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=20)
print(classification_report(y_test, model.predict(X_test) > 0.5))
""",
    ),
)


@check("EM-I", flags=FLAGS, passes=PASSES)
def loss_alone(workflow: Workflow) -> Iterator[Finding]:
    """The loss that a classifier was trained with is all that it is judged by.

    Why it is debt: a loss is on no scale that a reader knows, and says nothing of which classes are confused.
    Instead: add per-class figures or the AUC on held-out rows, and the loss of a constant guess beside it.
    Blind spots: figures by functions that are not known.
    """
    supervised = {training.op.id for training in workflow.supervised}  # an autoencoder has no classes to tell apart
    for candidate in contenders(workflow):
        if candidate.first.op.id not in supervised:
            continue
        kinds = {kind for m in outer(candidate) for kind in m.kinds}
        unheld = candidate.task is None and len(contenders(workflow)) == 1 and not baseline(workflow)
        if not (candidate.task in CLASS_TASKS or unheld) or kinds != {Trait.LOSS} or not judged(candidate):
            continue
        if not any(m.held_out for m in outer(candidate)) or loose_after(workflow, candidate.first):
            continue
        if figures_by_hand(workflow, candidate.first):
            continue
        measurement = telling(outer(candidate), Trait.LOSS)
        yield Finding(
            "EM-I",
            "loss-alone",
            at(measurement.op),
            f"{candidate.name} is judged by its loss alone; no accuracy, per-class figure or AUC",
            (
                step(candidate.first.op, f"trains {candidate.name}"),
                step(measurement.op, "gives the loss; no other figure is computed"),
            ),
            confidence=0.7 if candidate.task is not None else 0.6,
            root="loss-alone",
        )
        return

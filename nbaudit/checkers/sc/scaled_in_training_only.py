"""SC-I: the training rows are scaled and the rows that are predicted are not."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.scaling import doubtful, scaling_mask, sensitive

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
# %%
"""
FLAGS = (
    Example(
        "the test rows stay raw",
        _HEAD.replace("fit_transform(X_train)", "fit_transform(X_train)  # expect")
        + """
model = LogisticRegression().fit(X_train, y_train)
predicted = model.predict(X_test)
print((predicted == y_test).mean())
""",
    ),
    Example(
        "the new file stays raw",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
# %%
new = pd.read_csv("new_wine.csv")
new["kind"] = model.predict(new[["alcohol", "proline"]])  # expect
""",
    ),
)
PASSES = (
    Example(
        "both parts are scaled",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
predicted = model.predict(X_test)
print((predicted == y_test).mean())
""",
    ),
    Example(
        "the new file is scaled",
        _HEAD
        + """
X_test = scaler.transform(X_test)
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
# %%
new = pd.read_csv("new_wine.csv")
new["kind"] = model.predict(scaler.transform(new[["alcohol", "proline"]]))
""",
    ),
)


@check("SC-I", flags=FLAGS, passes=PASSES)
def scaled_in_training_only(workflow: Workflow) -> Iterator[Finding]:
    """A model is trained on scaled features and predicts rows that were not scaled.

    Why it is debt: the numbers that the model sees in use are on another scale than those it learned, so it guesses.
    Instead: apply the fitted scaler to every part (`scaler.transform`), or put it in a Pipeline with the model.
    Blind spots: values typed in by hand that are already scaled.
    """
    mask = scaling_mask(workflow)
    fits = {number: t for t in sensitive(workflow) for number in (t.op.id,)}
    for op in workflow.ops(Role.PREDICT, Role.EVALUATE):
        if op.model is None or not op.data or op.receiver is None:
            continue
        number = next((n for n in reversed(op.model.fits) if n < op.id), None)
        training = fits.get(number) if number is not None else None
        if training is None or training.features is None:
            continue
        scaling = training.features.upstream & mask
        values = op.data[0]
        if not scaling or values.upstream & mask or values.rows is None or values.model is not None:
            continue
        if doubtful(workflow, values) or training.rows is None:
            continue
        first = next(workflow.graph.by_mask(scaling))
        data = in_code(workflow, values)
        yield Finding(
            "SC-I",
            "scaled-in-training-only",
            at(first) if values.rows.role == "test" else at(op),
            f"`{op.text}` gives the model {data} unscaled, though it was trained on scaled features",
            (
                step(first, "scales the training features"),
                step(training.op, "trains on scaled features"),
                step(op, f"predicts from unscaled {data}"),
            ),
            confidence=0.8 * op.trust,
            root="scaled-in-training-only",
        )
        return

"""SC-W: an identifier or row number is scaled as if it were a quantity."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, step
from nbaudit.model.source import Span
from nbaudit.workflow.identifiers import identifiers_among_features
from nbaudit.workflow.scaling import fitted_scalers

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
ships = pd.read_csv("ships.csv")
ships.head()
# %%
X, y = ships.drop(columns="lost"), ships["lost"]
"""
_FIT = """
model = KNeighborsClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=4, stratify=y)\n"
_SHOWN = {
    0: "   ship_id  length  tons  lost\n0        1    82.0  1400     0\n1        2    61.5   950     1\n"
    "2        3    94.0  2100     0\n3        4    55.0   700     1\n4        5   120.0  3300     0"
}
FLAGS = (
    Example(
        "all columns of the training part are scaled",
        _HEAD
        + _SPLIT
        + """
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)  # expect
X_test = scaler.transform(X_test)
"""
        + _FIT,
        _SHOWN,
    ),
    Example(
        "fitted and applied apart",
        _HEAD
        + _SPLIT
        + """
scaler = StandardScaler().fit(X_train)  # expect
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
"""
        + _FIT,
        _SHOWN,
    ),
)
PASSES = (
    Example(
        "the identifier is dropped first",
        _HEAD
        + """
X = X.drop(columns="ship_id")
"""
        + _SPLIT
        + """
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
"""
        + _FIT,
        _SHOWN,
    ),
    Example(
        "only the quantities are scaled",
        _HEAD
        + _SPLIT
        + """
scaler = StandardScaler()
X_train[["length", "tons"]] = scaler.fit_transform(X_train[["length", "tons"]])
X_test[["length", "tons"]] = scaler.transform(X_test[["length", "tons"]])
"""
        + _FIT,
        _SHOWN,
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def identifiers_scaled_with_the_rest(workflow: Workflow) -> Iterator[Finding]:
    """A column that names single rows goes through a scaler together with the quantities.

    Why it is debt: the scaler makes a row's number look like a measured value, and distances count it as one.
    Instead: drop the identifier before scaling, or name the columns to scale.
    Blind spots: identifiers that no saved output shows; ids of groups that occur in many rows.
    """
    for training, name, (fact, reason, sure) in identifiers_among_features(workflow):
        features = training.features
        assert features is not None
        scaler = next((op for op in fitted_scalers(workflow) if features.columns.of(name) & op.bit), None)
        if scaler is None:
            continue
        yield Finding(
            "SC-W",
            "identifiers-scaled-with-the-rest",
            at(scaler),
            f"`{scaler.text}` scales `{name}` with the rest, though {reason}",
            (
                Step(Span(fact.cell, 1), f"prints: {fact.quote[:100]}", "saved output"),
                step(scaler, "scales all columns, this one among them"),
                step(training.op, f"trains with the scaled `{name}`"),
            ),
            confidence=min(sure, 0.75) * scaler.trust,
            basis=Basis.OUTPUT,
            columns=(name,),
            root=f"identifier-among-features:{name}",
        )

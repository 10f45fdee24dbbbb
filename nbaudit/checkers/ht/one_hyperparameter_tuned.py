"""HT-I: one hyperparameter only."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.candidates import short
from nbaudit.workflow.tuning import Tuning, searched

_HEAD = """
# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.model_selection import train_test_split, GridSearchCV, cross_val_score
wine = pd.read_csv("wine.csv")
X, y = wine.drop(columns="kind"), wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "an elbow",
        _HEAD
        + """
sums = []
for k in range(1, 11):
    model = KMeans(n_clusters=k, random_state=1)
    model.fit(X)  # expect
    sums.append(model.inertia_)
best = KMeans(n_clusters=3, random_state=1).fit(X)
""",
    ),
    Example(
        "a search over the number of neighbours alone",
        _HEAD
        + """
search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": list(range(1, 30))})
search.fit(X_train, y_train)  # expect
print(search.score(X_test, y_test))
""",
    ),
    Example(
        "the one that the model has, and nothing else is tried",
        _HEAD
        + """
search = GridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1, 10, 100]})
search.fit(X_train, y_train)  # expect
print(search.score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "one of a linear model, several of its rival",
        _HEAD
        + """
search = GridSearchCV(Ridge(), {"alpha": [0.01, 0.1, 1, 10, 100]})
search.fit(X_train, y_train)
rival = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3, 9, 27], "p": [1, 2]})
rival.fit(X_train, y_train)
print(search.score(X_test, y_test), rival.score(X_test, y_test))
""",
    ),
    Example(
        "two hyperparameters",
        _HEAD
        + """
search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": list(range(1, 30)), "weights": ["uniform", "distance"]})
search.fit(X_train, y_train)
print(search.score(X_test, y_test))
""",
    ),
)


_MANIFOLD = frozenset({"order", "seasonal_order", "hidden_layer_sizes", "layers"})
"""Names that hold several hyperparameters at once."""


@check("HT-I", flags=FLAGS, passes=PASSES)
def one_hyperparameter_tuned(workflow: Workflow) -> Iterator[Finding]:
    """Only one hyperparameter was ever tried with more than one value.

    Why it is debt: hyperparameters work together; the best value of one depends on the others.
    Instead: search the two or three that matter most together.
    Blind spots: values tried in calls that are not known.
    """
    found = searched(workflow)
    if not found or any(_several(tuning) for tuning in found):
        return
    for tuning in found:
        if tuning.model is None or tuning.names is None or len(tuning.names) != 1:
            continue
        final = tuning.model.final()
        others = [name for name in final.tunes if name not in tuning.names]
        if not final.tunes:
            continue
        tried = [t.names for t in found if t.model is not None and t.model.final().type == final.type and t.names]
        if len(frozenset[str]().union(*tried)) > 1:
            continue  # another one was tried on its own
        name = next(iter(tuning.names))
        if not name.isidentifier():
            continue  # an argument without a name
        kind = short(final)
        rest = f" ({', '.join(others[:3])} keep one value)" if others else ""
        yield Finding(
            "HT-I",
            "one-hyperparameter-tuned",
            at(tuning.op),
            f"`{name}` is the only hyperparameter of {kind} that is tried with more than one value{rest}",
            (step(tuning.op, f"tries values of `{name}` alone"),),
            confidence=0.8 if others else 0.65,
            root=f"one-hyperparameter-tuned:{kind}",
        )
        return


def _several(tuning: Tuning) -> bool:
    """True where more than one hyperparameter is tried, or where that is not known; an order is three of them."""
    return tuning.names is None or len(tuning.names) > 1 or bool(tuning.names & _MANIFOLD)

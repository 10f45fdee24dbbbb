"""HT-W: the model that is called the tuned one has other values than the search printed."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, quoted, step
from nbaudit.workflow.candidates import short
from nbaudit.workflow.searches import mismatch, refits, said_to_be_tuned

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
grid = {"n_estimators": [100, 300, 500], "max_depth": [4, 8, 12]}
# %%
search = GridSearchCV(RandomForestClassifier(), grid, scoring="f1")
search.fit(X_train, y_train)
"""
FLAGS = (
    Example(
        "the values are typed, and one is another",
        _HEAD
        + """search.best_params_
# %%
tuned = RandomForestClassifier(n_estimators=300, max_depth=12)
tuned.fit(X_train, y_train)  # expect
print(f1_score(y_test, tuned.predict(X_test)))
""",
        {1: "{'max_depth': 12, 'n_estimators': 500}"},
    ),
    Example(
        "the best model is printed",
        _HEAD
        + """search.best_estimator_
# %%
forest = RandomForestClassifier(n_estimators=500, max_depth=8)
# with the best parameters
forest.fit(X_train, y_train)  # expect
print(f1_score(y_test, forest.predict(X_test)))
""",
        {1: "RandomForestClassifier(max_depth=12, n_estimators=500)"},
    ),
)
PASSES = (
    Example(
        "the values are typed as found",
        _HEAD
        + """search.best_params_
# %%
tuned = RandomForestClassifier(n_estimators=500, max_depth=12)
tuned.fit(X_train, y_train)
print(f1_score(y_test, tuned.predict(X_test)))
""",
        {1: "{'max_depth': 12, 'n_estimators': 500}"},
    ),
    Example(
        "nobody calls it the tuned one",
        _HEAD
        + """search.best_params_
# %%
small = RandomForestClassifier(n_estimators=100, max_depth=4)
small.fit(X_train, y_train)
print(f1_score(y_test, small.predict(X_test)))
""",
        {1: "{'max_depth': 12, 'n_estimators': 500}"},
    ),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def other_values_than_found(workflow: Workflow) -> Iterator[Finding]:
    """The values of the model that is called tuned or best are written out, and are not those that the search printed.

    Why it is debt: the reader takes the model for the search's result, and its score for that of the found values.
    Instead: use `best_estimator_`, or hand `**best_params_` on to the final model.
    Blind spots: results that are not saved in the notebook.
    """
    for tuning, later in refits(workflow):
        differing = ((training, mismatch(workflow, tuning, training)) for training in later)
        training, found = next(
            ((t, found) for t, found in differing if found is not None and said_to_be_tuned(workflow, t, found)),
            (later[-1], None),
        )
        if found is None or found.fact is None:
            continue
        kind = short(training.model)
        yield Finding(
            "HT-W",
            "other-values-than-found",
            at(training.op),
            f"{kind}, called the tuned model, is trained with {found.words}",
            (
                step(tuning.op, f"searches values for {kind}"),
                quoted(found.fact),
                step(training.op, "trains with other values"),
            ),
            confidence=0.75,
            instead=f"{kind}(**{workflow.name_of(tuning.op.receiver)}.best_params_)" if tuning.op.receiver else "",
            root=f"other-values-than-found:{training.op.site.cell}",
            basis=Basis.OUTPUT,
        )

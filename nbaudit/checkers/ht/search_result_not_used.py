"""HT-I: what the search found is not used in the model that is gone on with."""

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
        "other values than those found",
        _HEAD
        + """search.best_params_
# %%
final = RandomForestClassifier(n_estimators=200, max_depth=8)
final.fit(X_train, y_train)  # expect
print(f1_score(y_test, final.predict(X_test)))
""",
        {1: "{'max_depth': 12, 'n_estimators': 500}"},
    ),
    Example(
        "searched, then trained with defaults",
        _HEAD
        + """print(search.best_score_)
# %%
final = RandomForestClassifier()
final.fit(X_train, y_train)  # expect
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)
PASSES = (
    Example("the search predicts itself", _HEAD + "print(f1_score(y_test, search.predict(X_test)))\n"),
    Example(
        "the found values are handed on",
        _HEAD
        + """
final = RandomForestClassifier(**search.best_params_)
final.fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)


@check("HT-I", flags=FLAGS, passes=PASSES)
def search_result_not_used(workflow: Workflow) -> Iterator[Finding]:
    """A search runs, and the model of the same type that is trained afterwards has other values.

    Why it is debt: the search cost its time for nothing, and a reader believes that the final model is the tuned one.
    Instead: use `best_estimator_`, or hand `**best_params_` on to the final model.
    Blind spots: values that reach the model through calls that are not known.
    """
    for tuning, later in refits(workflow):
        training = later[-1]
        found = mismatch(workflow, tuning, training)
        if found is None or said_to_be_tuned(workflow, training, found):
            continue
        kind = short(training.model)
        evidence = (quoted(found.fact),) if found.fact is not None else ()
        yield Finding(
            "HT-I",
            "search-result-not-used",
            at(training.op),
            f"{kind} is trained with {found.words}",
            (step(tuning.op, f"searches values for {kind}"), *evidence, step(training.op, "trains with other values")),
            confidence=0.85 if evidence else 0.75,
            instead=f"{kind}(**{workflow.name_of(tuning.op.receiver)}.best_params_)" if tuning.op.receiver else "",
            root=f"search-result-not-used:{training.op.site.cell}",
            basis=Basis.OUTPUT if evidence else Basis.CODE,
        )

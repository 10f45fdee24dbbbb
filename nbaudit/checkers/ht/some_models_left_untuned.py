"""HT-I: some of the compared models are tuned and others keep their defaults."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.candidates import automl, by_target, listed
from nbaudit.workflow.tuning import searched, tunable_candidates, tuned, tunings_of

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
grid = {"n_estimators": [100, 300, 500], "max_depth": [4, 8, 12]}
# %%
"""
FLAGS = (
    Example(
        "the forest is searched, the linear model isn't",
        _HEAD
        + """
line = LogisticRegression().fit(X_train, y_train)  # expect
print(f1_score(y_test, line.predict(X_test)))
search = GridSearchCV(RandomForestClassifier(), grid, scoring="f1")
search.fit(X_train, y_train)
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "only the winner is searched",
        _HEAD
        + """
for model in [LogisticRegression(), SVC(), RandomForestClassifier()]:
    model.fit(X_train, y_train)
    print(f1_score(y_test, model.predict(X_test)))
search = GridSearchCV(RandomForestClassifier(), grid, scoring="f1").fit(X_train, y_train)  # expect
print(search.best_params_)
""",
    ),
)
PASSES = (
    Example(
        "both are searched",
        _HEAD
        + """
few = {"C": [0.1, 1, 10], "penalty": ["l1", "l2"]}
for model, space in [(LogisticRegression(), few), (RandomForestClassifier(), grid)]:
    search = GridSearchCV(model, space, scoring="f1").fit(X_train, y_train)
    print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "the other has nothing to tune",
        _HEAD
        + """
bayes = GaussianNB().fit(X_train, y_train)
print(f1_score(y_test, bayes.predict(X_test)))
search = GridSearchCV(RandomForestClassifier(), grid, scoring="f1").fit(X_train, y_train)
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
)


@check("HT-I", flags=FLAGS, passes=PASSES)
def some_models_left_untuned(workflow: Workflow) -> Iterator[Finding]:
    """Some of the compared models are tuned and the others keep default or fixed values.

    Why it is debt: the tuned model may win by its tuning alone, so the comparison says little about the algorithms.
    Instead: give every candidate a search of its own before they are compared.
    Blind spots: searches by calls that are not known; values taken over from elsewhere.
    """
    if automl(workflow) or any(tuning.model is None for tuning in searched(workflow)):
        return
    models = tunable_candidates(workflow)
    done = [candidate for candidate in models if tuned(workflow, candidate)]
    types = {training.final.type for candidate in done for training in candidate.trainings}
    compared = {c.key for group in by_target(workflow) if any(c in done for c in group) for c in group}
    left = [
        candidate
        for candidate in models
        if candidate.key in compared
        and candidate not in done
        and not any(training.final.type in types for training in candidate.trainings)
    ]
    if not done or not left:
        return
    op = tunings_of(workflow, done[0])[0].op
    # the odd ones out are what a reader would change
    anchor = left[0].first.op if len(left) <= len(done) else op
    many = len({c.name for c in done}) > 1
    yield Finding(
        "HT-I",
        "some-models-left-untuned",
        at(anchor),
        f"{listed([c.name for c in done])} {'are' if many else 'is'} tuned, while {listed([c.name for c in left])} "
        f"{'keep' if len(left) > 1 else 'keeps'} default or fixed values",
        (
            step(op, f"looks for values of {done[0].name}"),
            *(step(candidate.first.op, f"trains {candidate.name} with fixed values") for candidate in left[:5]),
        ),
        confidence=0.8,
        root="some-models-left-untuned",
    )

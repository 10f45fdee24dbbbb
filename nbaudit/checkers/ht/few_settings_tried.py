"""HT-I: three settings or fewer, or fewer trials than hyperparameters."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.candidates import listed, short
from nbaudit.workflow.tuning import few, search_loops, searched, tunable_candidates, tunings_of

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV, RandomizedSearchCV
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "a grid of three",
        _HEAD
        + """
search = GridSearchCV(RandomForestClassifier(), {"n_estimators": [100, 120, 140], "random_state": [1]})
search.fit(X_train, y_train)  # expect
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "three trials for four hyperparameters",
        _HEAD
        + """
space = {"n_estimators": [100, 300], "max_depth": [4, 8], "max_features": ["sqrt", 0.5], "min_samples_leaf": [1, 5]}
search = RandomizedSearchCV(RandomForestClassifier(), space, n_iter=3)
search.fit(X_train, y_train)  # expect
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "a grid of nine",
        _HEAD
        + """
search = GridSearchCV(RandomForestClassifier(), {"n_estimators": [100, 300, 500], "max_depth": [4, 8, 12]})
search.fit(X_train, y_train)
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "twenty trials",
        _HEAD
        + """
space = {"n_estimators": [100, 300], "max_depth": [4, 8], "max_features": ["sqrt", 0.5], "min_samples_leaf": [1, 5]}
search = RandomizedSearchCV(RandomForestClassifier(), space, n_iter=20)
search.fit(X_train, y_train)
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
)


@check("HT-I", flags=FLAGS, passes=PASSES)
def few_settings_tried(workflow: Workflow) -> Iterator[Finding]:
    """Three settings or fewer were tried, or fewer trials were run than there are hyperparameters.

    Why it is debt: so few settings say next to nothing about the space; the best of them is hardly better than a guess.
    Instead: widen the grid, or run a random search with ten or more trials for each hyperparameter.
    Blind spots: spaces that are built by calls that are not known.
    """
    inside = search_loops(workflow)  # the trainings of an objective are the search's own trials
    found = [tuning for tuning in searched(workflow) if tuning.how != "loop" or not inside & set(tuning.op.loops)]
    if not found or not all(few(tuning) for tuning in found):
        yield from _of_most(workflow)
        return
    tuning = found[-1]
    kind = short(tuning.model) if tuning.model is not None else "the model"
    names = sorted(tuning.names or ())
    if tuning.settings is not None and tuning.settings <= 3:
        what = f"only {tuning.settings} setting{'s' if tuning.settings > 1 else ''} of {kind} are tried"
    else:
        what = f"{tuning.trials} trials are run for {len(names)} hyperparameters of {kind}"
    yield Finding(
        "HT-I",
        "few-settings-tried",
        at(tuning.op),
        what + (f" ({', '.join(names[:4])})" if names else ""),
        (step(tuning.op, "tries the settings"),),
        confidence=0.8 if tuning.how != "hand" else 0.7,
        root="few-settings-tried",
    )


def _of_most(workflow: Workflow) -> Iterator[Finding]:
    """Of most of the compared models that are searched only a few settings are tried."""
    tried = {candidate: tunings_of(workflow, candidate) for candidate in tunable_candidates(workflow)}
    tried = {candidate: found for candidate, found in tried.items() if found}
    thin = [candidate for candidate, found in tried.items() if all(few(tuning) for tuning in found)]
    if len(thin) < 2 or 2 * len(thin) <= len(tried):
        return
    ops = [tried[candidate][-1].op for candidate in thin]
    names = listed([candidate.name for candidate in thin])
    yield Finding(
        "HT-I",
        "few-settings-tried",
        at(ops[0]),
        f"of most of the searched models only three settings or fewer are tried ({names})",
        tuple(step(op, f"tries the settings of {c.name}") for op, c in zip(ops[:4], thin, strict=False)),
        confidence=0.7,
        root="few-settings-tried",
    )

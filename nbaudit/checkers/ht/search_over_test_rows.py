"""HT-W: a search over data that includes the test rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Rows
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Evaluation, Training
from nbaudit.workflow.tuning import looped

_HEAD = """
# %%
import pandas as pd
from sklearn.svm import SVC
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": ["scale", 0.1]}, scoring="f1")
# %%
"""
FLAGS = (
    Example(
        "a loop over values that fits the test rows",
        _HEAD
        + """
for size in [0.1, 1, 10]:
    model = SVC(C=size).fit(X_test, y_test)  # expect
    print(size, f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "searched on all rows, tested on some of them",
        _HEAD
        + """
search.fit(X, y)  # expect
model = SVC(**search.best_params_).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "searched on the test rows",
        _HEAD
        + """
search.fit(X_test, y_test)  # expect
model = SVC(**search.best_params_).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "a loop over values on the training rows",
        _HEAD
        + """
for size in [0.1, 1, 10]:
    model = SVC(C=size).fit(X_train, y_train)
print(f1_score(y_test, SVC().fit(X_train, y_train).predict(X_test)))
""",
    ),
    Example(
        "searched on the training rows",
        _HEAD + "\nsearch.fit(X_train, y_train)\nprint(f1_score(y_test, search.predict(X_test)))\n",
    ),
    Example(
        "searched on all rows, and nothing else is tested",
        """
# %%
import pandas as pd
from sklearn.svm import SVC
from sklearn.model_selection import GridSearchCV
loans = pd.read_csv("loans.csv")
search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": ["scale", 0.1]}, scoring="f1")
search.fit(loans.drop(columns="default"), loans["default"])
print(search.best_score_)
""",
    ),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def search_over_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """A search learns from data that includes the rows on which models are tested.

    Why it is debt: the values were chosen with the help of the test rows, so their score is too good.
    Instead: search on the training rows alone.
    Blind spots: rows that are split by hand in ways the analysis does not follow.
    """
    seen: set[tuple[int, str]] = set()
    for training in workflow.trainings:
        rows = training.rows
        if (training.op.site.cell, training.op.text) in seen:
            continue  # one search that is run for each of several models
        if rows is None or training.op.in_folds:
            continue
        searches = training.op.role is Role.TUNE
        in_loop = training.op.role is Role.CROSS_VALIDATE or (training.op.role is Role.FIT and rows.role == "test")
        if not searches and not (in_loop and looped(workflow, training)):
            continue
        tests = [e for e in workflow.evaluations if _tests(e, rows) and (searches or _of_type(e, training))]
        tested = next((e for e in tests if e.op.id > training.op.id), tests[-1] if tests and searches else None)
        if tested is None:
            continue
        assert training.features is not None
        seen.add((training.op.site.cell, training.op.text))
        data = in_code(workflow, training.features)
        yield Finding(
            "HT-W",
            "search-over-test-rows",
            at(training.op),
            f"`{training.op.text}` searches on {data}, which holds the rows that `{tested.op.text}` tests on",
            (step(training.op, f"searches values on {data}"), step(tested.op, "measures on some of these rows")),
            confidence=(0.85 if tested.op.id > training.op.id else 0.6) * training.op.trust,
            root=f"search-over-test-rows:{training.op.site.cell}",
        )


def _of_type(evaluation: Evaluation, training: Training) -> bool:
    """True where what is tested is of the type for which a loop tried values."""
    return evaluation.model is not None and evaluation.model.final().type == training.final.type


def _tests(evaluation: Evaluation, rows: Rows) -> bool:
    """True where an evaluation is on a split's test part, and the searched rows hold that part."""
    part = evaluation.rows
    if part is None or evaluation.folds or evaluation.watched or part.role != "test" or not part.overlaps(rows):
        return False
    return any(source == mine and cut <= parts for source, parts in part.atoms for mine, cut in rows.atoms)

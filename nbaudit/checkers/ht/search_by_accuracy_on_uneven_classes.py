"""HT-W: the search goes for accuracy although the classes are evidently uneven."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, quoted, step
from nbaudit.model.flow import Shape
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.workflow.balance import Imbalance, imbalance
from nbaudit.workflow.candidates import CLASS_TASKS, metric_kind

_HEAD = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV
loans = pd.read_csv("loans.csv")
loans["default"].value_counts()
# %%
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=1)
grid = {"C": [0.1, 1, 10], "penalty": ["l1", "l2"]}
model = LogisticRegression(class_weight="balanced", solver="liblinear")
# %%
"""
_UNEVEN = {0: "default\n0    9400\n1     600\nName: count, dtype: int64"}
_EVEN = {0: "default\n0    5400\n1    4600\nName: count, dtype: int64"}
FLAGS = (
    Example(
        "the default score",
        _HEAD + "\nsearch = GridSearchCV(model, grid)\nsearch.fit(X_train, y_train)  # expect\n",
        _UNEVEN,
    ),
    Example(
        "accuracy by name",
        _HEAD + '\nsearch = GridSearchCV(model, grid, scoring="accuracy")\nsearch.fit(X_train, y_train)  # expect\n',
        _UNEVEN,
    ),
)
PASSES = (
    Example(
        "F1",
        _HEAD + '\nsearch = GridSearchCV(model, grid, scoring="f1")\nsearch.fit(X_train, y_train)\n',
        _UNEVEN,
    ),
    Example(
        "the classes are even",
        _HEAD + "\nsearch = GridSearchCV(model, grid)\nsearch.fit(X_train, y_train)\n",
        _EVEN,
    ),
)


@check("HT-W", flags=FLAGS, passes=PASSES)
def search_by_accuracy_on_uneven_classes(workflow: Workflow) -> Iterator[Finding]:
    """A search picks values by accuracy although one class is evidently small.

    Why it is debt: the search rewards models that ignore the rare class, which is the one that matters.
    Instead: give the search a score that sees the rare class: `scoring="f1"`, "average_precision" or "roc_auc".
    Blind spots: imbalance that no output shows.
    """
    found = imbalance(workflow)
    if found is None:
        return
    if any(op.rows.value == "resample" for op in workflow.ops(Role.RESAMPLE)):
        return
    for training in workflow.trainings:
        if training.model.shape is not Shape.SEARCH or workflow.task_of(training) not in CLASS_TASKS:
            continue
        if training.final.family is Family.AUTOML:
            continue
        scoring = training.model.params.get("scoring")
        if scoring is not None and (
            not isinstance(scoring.constant, str) or metric_kind(scoring.constant) is not Trait.ACCURACY
        ):
            continue
        how = "by accuracy, its default score," if scoring is None else "by accuracy"
        yield Finding(
            "HT-W",
            "search-by-accuracy-on-uneven-classes",
            at(training.op),
            f"the search picks values {how} although the classes are uneven ({found.words})",
            (*_evidence(found), step(training.op, "picks the values with the highest accuracy")),
            confidence=0.8 * found.sure,
            basis=Basis.OUTPUT if found.fact is not None else Basis.CODE,
            instead='scoring="f1_macro"',
            root=f"search-by-accuracy-on-uneven-classes:{training.op.site.cell}",
        )


def _evidence(found: Imbalance) -> list[Step]:
    """What shows, says or implies that the classes are uneven."""
    if found.fact is not None:
        return [quoted(found.fact)]
    if found.said is not None:
        return [Step(found.said.span, f"says: {found.said.text[:100]}")]
    return [step(found.load, "reads the data")] if found.load is not None else []

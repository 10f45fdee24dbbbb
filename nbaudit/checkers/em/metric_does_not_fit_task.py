"""EM-I: a metric that does not fit the task."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role, Task, Trait
from nbaudit.workflow import Evaluation
from nbaudit.workflow.candidates import CLASS_TASKS, NUMBER_TASKS, Candidate, Measurement, contenders
from nbaudit.workflow.metrics import outer

_HEAD = """
# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score, adjusted_rand_score, mean_squared_error, r2_score, f1_score
from sklearn.model_selection import train_test_split
wine = pd.read_csv("wine.csv")
X, y = wine.drop(columns="kind"), wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "cluster numbers held against class codes",
        _HEAD
        + """
model = KMeans(n_clusters=3, random_state=1).fit(X)
print(accuracy_score(y, model.labels_))  # expect
""",
    ),
    Example(
        "a squared error of class codes",
        _HEAD
        + """
model = DecisionTreeClassifier().fit(X_train, y_train)
print(mean_squared_error(y_test, model.predict(X_test)))  # expect
""",
    ),
)
PASSES = (
    Example(
        "agreement that does not mind the numbers",
        _HEAD
        + """
model = KMeans(n_clusters=3, random_state=1).fit(X)
print(adjusted_rand_score(y, model.labels_))
""",
    ),
    Example(
        "F1 of classes",
        _HEAD
        + """
model = DecisionTreeClassifier().fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
""",
    ),
)


@check("EM-I", flags=FLAGS, passes=PASSES)
def metric_does_not_fit_task(workflow: Workflow) -> Iterator[Finding]:
    """A metric is computed that does not fit the task: errors of class codes, accuracy of cluster numbers.

    Why it is debt: the figure has no meaning, and readers will compare it.
    Instead: judge classes by per-class figures, numbers by errors, clusters by agreement that ignores their numbering.
    Blind spots: class codes that are in truth grades, where an error figure can make sense.
    """
    for candidate in contenders(workflow):
        found = next((m for m in outer(candidate) if _misfit(workflow, candidate, m)), None)
        if found is None:
            continue
        clusters = candidate.task is Task.CLUSTERING
        if not clusters and any(m.kinds & {Trait.CLASSWISE, Trait.RANKING} for m in outer(candidate)):
            continue
        if not clusters and any(c.task in NUMBER_TASKS and c.measurements for c in contenders(workflow)):
            continue  # numbers are what is predicted: the model is what does not fit
        why = "cluster numbers are arbitrary" if clusters else "class codes have no distances"
        yield Finding(
            "EM-I",
            "metric-does-not-fit-task",
            at(found.op),
            f"`{found.op.text}` does not fit {candidate.name}: {why}",
            (
                step(candidate.first.op, f"trains {candidate.name} ({'clusters' if clusters else 'classes'})"),
                step(found.op, f"measures it by a figure for {'classes' if clusters else 'numbers'}"),
            ),
            confidence=0.8,
            root=f"metric-does-not-fit-task:{candidate.key}",
        )


def _misfit(workflow: Workflow, candidate: Candidate, measurement: Measurement) -> bool:
    op = measurement.op
    if op.role is not Role.EVALUATE:
        return False
    if candidate.task is Task.CLUSTERING:
        return (
            Trait.FOR_CLASSES in op.traits and Trait.ACCURACY in op.traits and _direct(workflow, measurement.evaluation)
        )
    return (
        candidate.task in CLASS_TASKS
        and Trait.FOR_NUMBERS in op.traits
        and bool(op.traits & {Trait.ERROR, Trait.R2})
        and op.call.rpartition(".")[2] != "compare"
        and op.trust > 0.8
    )


def _direct(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where the cluster numbers are compared as they are, not mapped to classes first."""
    return any(
        value.kind is Kind.PREDICTION
        and not any(
            op.role in (Role.REPAIR, Role.ENCODE, Role.CREATE) for op in _after(workflow, value.upstream, evaluation)
        )
        for value in evaluation.op.data
    )


def _after(workflow: Workflow, mask: int, evaluation: Evaluation) -> Iterator[Operation]:
    """The operations between the model's last fit and the measurement that shaped the prediction."""
    fits = evaluation.model.fits if evaluation.model is not None else []
    start = fits[-1] if fits else 0
    return (op for op in workflow.graph.by_mask(mask) if op.id > start)

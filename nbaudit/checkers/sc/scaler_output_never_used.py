"""SC-I: a scaler's output is computed and never used."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation, Rows, Value
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Training
from nbaudit.workflow.scaling import doubtful, fitted_scalers, sensitive

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler, MinMaxScaler
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "the model is fitted on the old name",
        _HEAD
        + """
X_train_scaled = StandardScaler().fit_transform(X_train)  # expect
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "scaled before the split, and the split takes the raw frame",
        _HEAD
        + """
scaled = MinMaxScaler().fit_transform(X)  # expect
A, B, a, b = train_test_split(X, y, random_state=2)
model = LogisticRegression().fit(A, a)
print(model.score(B, b))
""",
    ),
)
PASSES = (
    Example(
        "the model is fitted on the scaled features",
        _HEAD
        + """
scaler = StandardScaler()
X_train_scaled = scaler.fit_transform(X_train)
model = LogisticRegression()
model.fit(X_train_scaled, y_train)
print(model.score(scaler.transform(X_test), y_test))
""",
    ),
    Example(
        "distances to the centres are brought to 0 to 100 for a report",
        _HEAD
        + """
from sklearn.cluster import KMeans
scaled = StandardScaler().fit_transform(X)
groups = KMeans(3, random_state=1).fit(scaled)
report = pd.DataFrame(MinMaxScaler((0, 100)).fit_transform(groups.transform(scaled)))
report.to_csv("report.csv")
again = KMeans(4, random_state=1).fit(scaled)
""",
    ),
    Example(
        "only a forest is trained",
        _HEAD
        + """
X_train_scaled = StandardScaler().fit_transform(X_train)
model = RandomForestClassifier()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
)


@check("SC-I", flags=FLAGS, passes=PASSES)
def scaler_output_never_used(workflow: Workflow) -> Iterator[Finding]:
    """Scaled features are computed, and the scale-sensitive models are trained on the unscaled ones.

    Why it is debt: a reader believes that the features are scaled, and they are not.
    Instead: train and test on the scaled features, or delete the scaler.
    Blind spots: scaled data that another notebook reads from a file.
    """
    used = workflow.modelling
    for op in workflow.graph.operations:
        for value in op.data:
            if op.model is not None:
                used |= value.upstream
    for training in workflow.trainings:
        for model in training.model.flat():
            used |= model.learned
    for op in fitted_scalers(workflow):
        if used & op.bit or op.in_folds or any(op.model is m for t in workflow.trainings for m in t.model.flat()):
            continue
        if _of_a_model(workflow, op.learns[0]) or _beside_used(workflow, op, used):
            continue
        later = next((t for t in sensitive(workflow) if t.op.id > op.id and _same(op.learns[0].rows, t)), None)
        if later is None or later.features is None:
            continue
        if op.model is not None and any(number > op.id and used >> number & 1 for number in op.model.fits):
            continue
        data = in_code(workflow, later.features)
        yield Finding(
            "SC-I",
            "scaler-output-never-used",
            at(op),
            f"the result of `{op.text}` is never used: `{later.op.text}` trains on {data}, which is not scaled by it",
            (step(op, "computes scaled features"), step(later.op, f"trains on {data} instead")),
            confidence=0.8 * op.trust,
            root=f"scaler-output-never-used:{op.site.cell}",
        )


def _beside_used(workflow: Workflow, op: Operation, used: int) -> bool:
    """True where the same scale, or the same scaler, is used on other rows: what was scaled along misleads nobody."""
    learned = {value.id for value in op.learns}
    if any(other is not op and other.span == op.span and used & other.bit for other in fitted_scalers(workflow)):
        return True  # the same lines, run once more
    return any(
        other is not op
        and used & other.bit
        and (learned & {value.id for value in other.learns} or (op.model is not None and other.model is op.model))
        for other in fitted_scalers(workflow)
    )


def _of_a_model(workflow: Workflow, value: Value) -> bool:
    """True where what is scaled is no feature: a model, or a call that is not known, gave it."""
    trained = 0
    for op in workflow.ops(Role.FIT, Role.PREDICT, Role.EXPLAIN):
        trained |= op.bit
    return bool(value.upstream & trained) or doubtful(workflow, value)


def _same(rows: Rows | None, training: Training) -> bool:
    """True where the training's rows overlap the scaled ones."""
    return rows is not None and training.rows is not None and rows.overlaps(training.rows)

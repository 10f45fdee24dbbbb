"""SC-I: some scale-sensitive estimators get unscaled data though others get scaled."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Training
from nbaudit.workflow.candidates import short
from nbaudit.workflow.columns import target_name
from nbaudit.workflow.scaling import differing, doubtful, is_scaled, scaling_mask, sensitive

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.cluster import KMeans
from sklearn.svm import SVC
from sklearn.preprocessing import StandardScaler
wine = pd.read_csv("wine.csv")
X, y = wine[["alcohol", "proline"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
scaler = StandardScaler().fit(X_train)
X_train_s, X_test_s = scaler.transform(X_train), scaler.transform(X_test)
# %%
"""
FLAGS = (
    Example(
        "the SVM is scaled and the neighbours are not",
        _HEAD
        + """
svm = SVC()
svm.fit(X_train_s, y_train)
knn = KNeighborsClassifier()
knn.fit(X_train, y_train)  # expect
print(svm.score(X_test_s, y_test), knn.score(X_test, y_test))
""",
    ),
    Example(
        "the elbow is drawn on raw values",
        _HEAD
        + """
costs = []
for k in range(1, 10):
    trial = KMeans(k)
    trial.fit(X)  # expect
    costs.append(trial.inertia_)
X_all = StandardScaler().fit_transform(X)
final = KMeans(3)
final.fit(scaler.transform(X))
""",
    ),
)
PASSES = (
    Example(
        "both get scaled data",
        _HEAD
        + """
svm = SVC()
svm.fit(X_train_s, y_train)
knn = KNeighborsClassifier()
knn.fit(X_train_s, y_train)
print(svm.score(X_test_s, y_test), knn.score(X_test_s, y_test))
""",
    ),
    Example(
        "only the forest gets raw values",
        _HEAD
        + """
svm = SVC()
svm.fit(X_train_s, y_train)
forest = RandomForestClassifier()
forest.fit(X_train, y_train)
print(svm.score(X_test_s, y_test), forest.score(X_test, y_test))
""",
    ),
)


@check("SC-I", flags=FLAGS, passes=PASSES)
def scaled_for_some_models_only(workflow: Workflow) -> Iterator[Finding]:
    """Some scale-sensitive estimators are trained on scaled data and others on the same data unscaled.

    Why it is debt: the unscaled one is handicapped, so the comparison, or the number of clusters, is not to be trusted.
    Instead: give every scale-sensitive estimator the scaled data.
    Blind spots: an unscaled run that is there to show the difference.
    """
    mask = scaling_mask(workflow)
    trainings = sensitive(workflow)
    scaled = [training for training in workflow.trainings if is_scaled(workflow, training, mask)]
    if not scaled:
        return
    seen: set[int] = set()
    for training in trainings:
        features = training.features
        if training in scaled or features is None or training.op.site.cell in seen:
            continue
        if doubtful(workflow, features) or differing(workflow, training) is False:
            continue
        other = next((item for item in scaled if _related(item, training)), None)
        if other is None or _helps(workflow, training, other) or _answered(workflow, training, scaled, mask):
            continue
        seen.add(training.op.site.cell)
        scaling = _scaling(workflow, other, mask)
        kind = short(training.model)
        data = in_code(workflow, features)
        steps = [step(scaling, "scales the features")] if scaling is not None else []
        steps += [step(other.op, "trains on scaled features"), step(training.op, f"trains on unscaled {data}")]
        yield Finding(
            "SC-I",
            "scaled-for-some-models-only",
            at(training.op),
            f"{kind} is sensitive to scale and gets {data} unscaled, though `{other.op.text}` gets scaled features",
            tuple(steps),
            confidence=0.75 * training.op.trust,
            root="scaled-for-some-models-only",
        )


def _related(scaled: Training, raw: Training) -> bool:
    """True where both are trained on rows of one source, and not to predict different columns."""
    a, b = target_name(scaled), target_name(raw)
    if a is not None and b is not None and a != b:
        return False  # a helper, as for filling gaps
    return scaled.rows is not None and raw.rows is not None and bool(scaled.rows.sources() & raw.rows.sources())


def _helps(workflow: Workflow, raw: Training, scaled: Training) -> bool:
    """True where what one model says is among the features of the other, as where it fills gaps."""
    return any(
        op.model is raw.model and scaled.features is not None and bool(scaled.features.upstream & op.bit)
        for op in workflow.ops(Role.PREDICT)
    )


def _answered(workflow: Workflow, raw: Training, scaled: list[Training], mask: int) -> bool:
    """True where the same kind of model is refitted on data that was scaled only afterwards."""
    for training in scaled:
        if training.final.type == raw.final.type and training.op.id > raw.op.id:
            scaling = _scaling(workflow, training, mask)
            if scaling is None or scaling.id > raw.op.id:
                return True
    return False


def _scaling(workflow: Workflow, training: Training, mask: int) -> Operation | None:
    """The first scaling on the way to a training."""
    for value in training.op.data[:1]:
        for op in workflow.graph.by_mask(value.upstream & mask):
            return op
    return None

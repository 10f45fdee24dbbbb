"""SC-M: a scale-sensitive estimator on features of differing scale, and nothing is scaled."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.flow import Kind, Shape
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow import Training
from nbaudit.workflow.candidates import short
from nbaudit.workflow.scaling import (
    curated,
    differing,
    doubtful,
    fitted_scalers,
    is_network,
    is_scaled,
    on_table,
    scaling_mask,
    sensitive,
)

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.svm import SVC
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import make_pipeline
rents = pd.read_csv("rents.csv")
X, y = rents[["area", "rooms", "year"]], rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "neighbours by square metres and rooms",
        _HEAD
        + """
model = KNeighborsRegressor()
model.fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the scaler is built and never used",
        _HEAD
        + """
scaler = StandardScaler()
model = SVC()
model.fit(X_train, y_train)  # expect
print(model.score(X_test, y_test))
""",
    ),
)
_FLAGS_TABLE = """\
       fever  cough   rash  nausea  fatigue
count  900.0  900.0  900.0   900.0    900.0
mean     0.4    0.5    0.3     0.4      0.5
std      0.5    0.5    0.5     0.5      0.5
min      0.0    0.0    0.0     0.0      0.0
25%      0.0    0.0    0.0     0.0      0.0
50%      0.0    1.0    0.0     0.0      1.0
75%      1.0    1.0    1.0     1.0      1.0
max      1.0    1.0    1.0     1.0      1.0"""
PASSES = (
    Example(
        "flags alone, as the table shows",
        """
# %%
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC
signs = pd.read_csv("signs.csv")
# %%
signs.describe()
# %%
X, y = signs.iloc[:, :-1].values, signs.iloc[:, -1].values
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=2)
model = SVC()
model.fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test), average="macro"))
""",
        {1: _FLAGS_TABLE},
    ),
    Example(
        "a single feature outweighs no other",
        _HEAD
        + """
model = KNeighborsRegressor()
model.fit(X_train[["area"]], y_train)
print(model.score(X_test[["area"]], y_test))
""",
    ),
    Example(
        "an array of something",
        """
# %%
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
X, y = np.load("signs.npy"), np.load("names.npy")
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
print(LogisticRegression().fit(X_train, y_train).score(X_test, y_test))
""",
    ),
    Example(
        "scaled in a pipeline",
        _HEAD
        + """
model = make_pipeline(StandardScaler(), KNeighborsRegressor())
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "trees don't mind",
        _HEAD
        + """
model = RandomForestRegressor(random_state=1)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
""",
    ),
    Example(
        "the file came scaled, as its first rows show",
        _HEAD
        + """
X.head()
# %%
model = KNeighborsRegressor()
model.fit(X_train, y_train)
""",
        {
            1: "       area     rooms      year\n0 -1.214100  0.331002 -0.020013\n1  0.101344 -2.120055  0.411209\n"
            "2  2.513000  0.020100 -1.300040\n3 -0.204100  0.610377  0.030021"
        },
    ),
    Example(
        "describe shows one scale",
        _HEAD
        + """
X.describe()
# %%
model = KNeighborsRegressor()
model.fit(X_train, y_train)
""",
        {
            1: "             area       rooms        year\ncount  900.000000  900.000000  900.000000\n"
            "mean     3.000000    2.500000    2.000000\nstd      0.900000    1.100000    0.800000\n"
            "min      1.000000    1.000000    1.000000\nmax      6.000000    6.000000    5.000000"
        },
    ),
)


@check("SC-M", flags=FLAGS, passes=PASSES)
def features_not_scaled(workflow: Workflow) -> Iterator[Finding]:
    """A scale-sensitive estimator is trained on features of differing scale, and nothing is scaled on the way to any.

    Why it is debt: the feature with the largest numbers decides, whatever it is worth; penalties and distances are off.
    Instead: put a scaler before the estimator, as a step of a Pipeline.
    Blind spots: features that happen to lie on one scale where no output shows it; values that came scaled.
    """
    mask = scaling_mask(workflow)
    trainings = sensitive(workflow)
    if not trainings or any(is_scaled(workflow, training, mask) for training in workflow.trainings):
        return
    if mask & _used(workflow) or _scaled_for_nothing(workflow, trainings):
        return
    for training in trainings:
        features = training.features
        assert features is not None
        shown = differing(workflow, training)
        if (
            shown is False
            or doubtful(workflow, features)
            or (is_network(training) and not on_table(workflow, training))
        ):
            continue
        if training.final.shape is Shape.SEARCH:
            continue  # what is searched over is not known
        if shown is None and features.kind is not Kind.TABLE and not on_table(workflow, training):
            continue
        if shown is None and (curated(workflow, training) or not workflow.tabular or training.rows is None):
            continue
        kind = short(training.model)
        data = in_code(workflow, features)
        yield Finding(
            "SC-M",
            "features-not-scaled",
            at(training.op),
            f"{kind} is sensitive to scale and is trained on {data}, which nothing scales",
            (step(training.op, f"trains on {data} as it is; no scaler lies on the way to any model"),),
            confidence=(0.85 if shown else 0.7) * training.op.trust,
            basis=Basis.OUTPUT if shown else Basis.CODE,
            instead=f"make_pipeline(StandardScaler(), {kind}(...))" if not training.final.has(Trait.TEXT) else "",
            root="features-not-scaled",
        )
        return


def _scaled_for_nothing(workflow: Workflow, trainings: tuple[Training, ...]) -> bool:
    """True where the rows were scaled, and the result is left unused: that is scaling in part."""
    scaled = {source for op in fitted_scalers(workflow) for v in op.learns if v.rows for source in v.rows.sources()}
    return any(training.rows is not None and training.rows.sources() & scaled for training in trainings)


def _used(workflow: Workflow) -> int:
    """Mask of the operations whose results anything but a look, a plot or a file takes up."""
    mask = workflow.modelling
    for op in workflow.graph.operations:
        if op.role in (Role.TRANSFORM, Role.UNKNOWN, Role.PREDICT, Role.REDUCE, Role.FIT, Role.TUNE, Role.SPLIT):
            for value in op.data:
                mask |= value.upstream
    return mask

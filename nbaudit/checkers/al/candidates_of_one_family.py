"""AL-I: all candidates are of one family."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Family
from nbaudit.patterns import regex
from nbaudit.workflow.candidates import Candidate, automl, baseline, by_target, listed, unresolved_fits

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestRegressor, GradientBoostingRegressor
from sklearn.linear_model import Lasso, Ridge
from sklearn.svm import SVR
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
rents = pd.read_csv("rents.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "a forest and boosting",
        _HEAD
        + """
forest = RandomForestRegressor().fit(X_train, y_train)
print(mean_absolute_error(y_test, forest.predict(X_test)))
boosted = GradientBoostingRegressor().fit(X_train, y_train)  # expect
print(mean_absolute_error(y_test, boosted.predict(X_test)))
""",
    ),
    Example(
        "two kernels of one machine",
        _HEAD
        + """
line = SVR(kernel="linear").fit(X_train, y_train)
print(mean_absolute_error(y_test, line.predict(X_test)))
curve = SVR(kernel="rbf").fit(X_train, y_train)  # expect
print(mean_absolute_error(y_test, curve.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "a forest and a linear model",
        _HEAD
        + """
forest = RandomForestRegressor().fit(X_train, y_train)
print(mean_absolute_error(y_test, forest.predict(X_test)))
line = Ridge().fit(X_train, y_train)
print(mean_absolute_error(y_test, line.predict(X_test)))
""",
    ),
    Example(
        "each predicts another column",
        _HEAD
        + """
forest = RandomForestRegressor().fit(X_train, y_train)
print(mean_absolute_error(y_test, forest.predict(X_test)))
P_train, P_test, q_train, q_test = train_test_split(rents.drop(columns="area"), rents["area"], random_state=1)
boosted = GradientBoostingRegressor().fit(P_train, q_train)
print(mean_absolute_error(q_test, boosted.predict(P_test)))
""",
    ),
    Example(
        "the discriminant analysis only reduces the columns",
        """
# %%
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
wine = pd.read_csv("wine.csv")
X_train, X_test, y_train, y_test = train_test_split(wine.drop(columns="kind"), wine["kind"], random_state=1)
axes = LinearDiscriminantAnalysis(n_components=2)
axes.fit(X_train, y_train)
line = LogisticRegression().fit(axes.transform(X_train), y_train)
print(line.score(axes.transform(X_test), y_test))
""",
    ),
    Example(
        "comparing within the family is the aim",
        """
# %% [markdown]
# # Ridge vs. Lasso: a comparison of linear models
"""
        + _HEAD
        + """
first = Lasso().fit(X_train, y_train)
print(mean_absolute_error(y_test, first.predict(X_test)))
second = Ridge().fit(X_train, y_train)
print(mean_absolute_error(y_test, second.predict(X_test)))
""",
    ),
)

_WORDS = {
    Family.LINEAR: "linear models",
    Family.TREE: "tree ensembles or trees",
    Family.KERNEL: "kernel machines",
    Family.NEIGHBOURS: "neighbour models",
    Family.BAYES: "naive Bayes models",
    Family.NETWORK: "neural networks",
    Family.TIME_SERIES: "classical time-series models",
    Family.CENTROID: "centroid clusterings",
    Family.DENSITY: "density clusterings",
    Family.HIERARCHICAL: "hierarchical clusterings",
    Family.MIXTURE: "mixtures",
    Family.FACTORISATION: "matrix factorisations",
    Family.TOPIC: "topic models",
}
_AIM = regex(r"(?<!in )\bcompar(?!ed\b|able)|\bversus\b|\bvs\b|differences? between|benchmark", re.IGNORECASE)
_KIND = {
    Family.LINEAR: regex(r"linear|regulari[sz]|lasso|ridge|regression", re.IGNORECASE),
    Family.TREE: regex(r"tree|forest|boost|ensembl|gbm|bagging", re.IGNORECASE),
    Family.NETWORK: regex(
        r"network|\bcnns?\b|\brnns?\b|lstm|transformer|deep learning|architecture|optimi[sz]er|activation|transfer|"
        r"pre-?trained|\bvgg|resnet|inception|\bbert|batch ?norm|dropout|layers?\b",
        re.IGNORECASE,
    ),
    Family.KERNEL: regex(r"svm|kernel|support vector", re.IGNORECASE),
    Family.TIME_SERIES: regex(r"arima|smoothing|prophet|forecast", re.IGNORECASE),
}


@check("AL-I", flags=FLAGS, passes=PASSES)
def candidates_of_one_family(workflow: Workflow) -> Iterator[Finding]:
    """Two or more algorithms are compared, all of one family, and comparing within it is not the stated aim.

    Why it is debt: models of one family share their strengths and blind spots, so the comparison can't show whether the
    family suits the data.
    Instead: add one candidate of another family, and a simple baseline, on the same rows.
    Blind spots: models trained by calls that are not known.
    """
    tried = max(by_target(workflow), key=len, default=())  # models of other targets are no candidates for this one
    families = {family for candidate in tried for family in _families(candidate)}
    if len(tried) < 2 or len(families) != 1 or automl(workflow) or unresolved_fits(workflow) or baseline(workflow):
        return
    family = next(iter(families))
    roots = {candidate.first.final.type.partition(".")[0] for candidate in tried}
    if family is None or family not in _WORDS or _stated(workflow, family, roots):
        return
    tasks = {candidate.task for candidate in tried if candidate.task is not None}
    if len(tasks) > 1 and not _one_target(workflow):
        return
    names = [candidate.name for candidate in tried]
    last = tried[-1].first.op
    what = (
        f"{listed(names)} are all {_WORDS[family]}" if len(set(names)) > 1 else f"all candidates are {_WORDS[family]}"
    )
    yield Finding(
        "AL-I",
        "candidates-of-one-family",
        at(last),
        f"{what}; no candidate of another family is tried",
        tuple(step(candidate.first.op, f"trains {candidate.name}") for candidate in tried[:6]),
        confidence=0.8 if family is not Family.NETWORK else 0.7,
        root="candidates-of-one-family",
    )


def _families(candidate: Candidate) -> set[Family | None]:
    """A candidate's family; a vote or stack is of the families of its members."""
    final = candidate.first.final
    if candidate.family is not Family.ENSEMBLE or not final.steps:
        return {candidate.family}
    return {step.final().family for _, step in final.steps}


def _one_target(workflow: Workflow) -> bool:
    """True where all models learn the same target."""
    targets = {training.target.column for training in workflow.supervised if training.target is not None}
    return len(targets) == 1


def _stated(workflow: Workflow, family: Family, roots: set[str]) -> bool:
    """True where a sentence says that models of this family, or the libraries that they come from, are to be
    compared."""
    kind = _KIND.get(family)
    libraries = re.compile("|".join(map(re.escape, roots)), re.IGNORECASE) if len(roots) > 1 else None
    return any(
        (kind is not None and kind.search(prose.text)) or (libraries is not None and libraries.search(prose.text))
        for prose in workflow.prose
        if _AIM.search(prose.text)
    )

"""EM-I: a clustering is judged by inertia alone, or by nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Family, Task, Trait
from nbaudit.patterns import regex
from nbaudit.workflow.candidates import Candidate, candidates, final, loose_after
from nbaudit.workflow.metrics import outer

_HEAD = """
# %%
import pandas as pd
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
shops = pd.read_csv("shops.csv")
X = StandardScaler().fit_transform(shops[["visits", "spent"]])
# %%
"""
FLAGS = (
    Example(
        "an elbow and nothing else",
        _HEAD
        + """
sums = [KMeans(n_clusters=k, random_state=1).fit(X).inertia_ for k in range(1, 11)]
# %%
model = KMeans(n_clusters=4, random_state=1)
shops["group"] = model.fit_predict(X)  # expect
""",
    ),
    Example(
        "labels that are only plotted",
        _HEAD
        + """
groups = DBSCAN(eps=0.4).fit_predict(X)  # expect
shops.plot.scatter("visits", "spent", c=groups)
""",
    ),
)
PASSES = (
    Example(
        "a silhouette",
        _HEAD
        + """
model = KMeans(n_clusters=4, random_state=1)
groups = model.fit_predict(X)
print(silhouette_score(X, groups))
""",
    ),
    Example(
        "a silhouette for each number of clusters",
        _HEAD
        + """
for k in range(2, 10):
    print(k, silhouette_score(X, KMeans(n_clusters=k, random_state=1).fit_predict(X)))
model = KMeans(n_clusters=4, random_state=1).fit(X)
""",
    ),
)
_CLUSTERS = frozenset({Family.CENTROID, Family.DENSITY, Family.HIERARCHICAL, Family.MIXTURE, Family.TOPIC})
_QUALITY = regex(r"silhouette|davies|calinski|rand_score|mutual_info|gap_stat|coherence|perplexity", re.IGNORECASE)


@check("EM-I", flags=FLAGS, passes=PASSES)
def clustering_never_measured(workflow: Workflow) -> Iterator[Finding]:
    """A clustering is judged by inertia alone, or by nothing but plots and counts.

    Why it is debt: inertia falls with every further cluster and a plot shows two dimensions; neither says whether the
    groups are real.
    Instead: compute a measure of cluster quality (silhouette, Davies-Bouldin), or agreement with known classes.
    Blind spots: measures by functions that are not known.
    """
    models = [c for c in candidates(workflow) if c.family in _CLUSTERS or c.task is Task.CLUSTERING]
    judged = [c for c in models if any(m.kinds - {Trait.INERTIA, Trait.LOSS} for m in outer(c))]
    if judged:
        models = _final_alone(workflow, models, judged)
    if any(c.task not in (Task.CLUSTERING, None) and c.measurements and not c.helper for c in candidates(workflow)):
        models = [c for c in models if not c.helper]
    if not models or (not judged and _words(workflow)):
        return
    measured = [op for op in workflow.having(Trait.CLUSTER_QUALITY) if not judged or op.model is None]
    if measured or loose_after(workflow, models[0].first):
        return
    last = models[0].last.op
    inertia = any(Trait.INERTIA in m.kinds for c in models for m in outer(c))
    names = ", ".join(dict.fromkeys(c.name for c in models))
    groups = "topics" if all(c.family is Family.TOPIC for c in models) else "clusters"
    yield Finding(
        "EM-I",
        "clustering-never-measured",
        at(last),
        f"the {groups} of {names} are judged by {'inertia alone' if inertia else 'no measure at all'}",
        tuple(
            step(c.last.op, f"makes {groups} with {c.name}; no measure of their quality follows") for c in models[:4]
        ),
        confidence=0.85 if not judged else 0.65,
        instead="silhouette_score(X, labels)",
        root="clustering-never-measured",
    )


def _final_alone(workflow: Workflow, models: list[Candidate], judged: list[Candidate]) -> list[Candidate]:
    """The clustering that is gone on with, where a measure judges only others."""
    last = final(workflow)
    return [last] if last is not None and last in models and last not in judged and not last.helper else []


def _words(workflow: Workflow) -> bool:
    """True where the code names a measure that the graph did not resolve."""
    return any(
        cell.is_python
        and any(_QUALITY.search(line.split("#")[0]) for line in cell.python.split("\n") if "import" not in line)
        for cell in workflow.notebook.cells
    )

"""FS-W: the groups that one clustering found are features of the next."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation
from nbaudit.model.vocabulary import Role, Task
from nbaudit.workflow.columns import tabular_trainings

_HEAD = """
# %%
import pandas as pd
from sklearn.cluster import KMeans, AgglomerativeClustering
shops = pd.read_csv("shops.csv")
# %%
first = KMeans(n_clusters=3, random_state=1)
"""
FLAGS = (
    Example(
        "the labels were written into the table",
        _HEAD
        + """
shops["group"] = first.fit_predict(shops)
# %%
second = AgglomerativeClustering(n_clusters=3)
second.fit(shops)  # expect
""",
    ),
    Example(
        "the attribute with the labels",
        _HEAD
        + """
first.fit(shops)
shops["group"] = first.labels_
# %%
second = KMeans(n_clusters=4, random_state=1)
second.fit(shops)  # expect
""",
    ),
)
PASSES = (
    Example(
        "the label is dropped again",
        _HEAD
        + """
shops["group"] = first.fit_predict(shops)
# %%
second = AgglomerativeClustering(n_clusters=3)
second.fit(shops.drop(columns="group"))
""",
    ),
    Example(
        "the table of features stays as it is",
        _HEAD
        + """
X = shops[["sales", "area"]]
shops["group"] = first.fit_predict(X)
# %%
second = AgglomerativeClustering(n_clusters=3)
second.fit(X)
""",
    ),
)


@check("FS-W", flags=FLAGS, passes=PASSES)
def earlier_labels_among_features(workflow: Workflow) -> Iterator[Finding]:
    """A clustering gets a column with the groups that an earlier clustering found in the same table.

    Why it is debt: the second clustering is handed the answer of the first; that the two agree means nothing.
    Instead: keep the features in a table of their own, and write labels into another.
    Blind spots: labels that are read from a file.
    """
    clusterings = [t for t in tabular_trainings(workflow) if workflow.task_of(t) is Task.CLUSTERING]
    for training in clusterings:
        features = training.features
        assert features is not None
        if features.columns.cut:
            continue
        for name in sorted(features.columns.created):
            if not features.columns.may_hold(name):
                continue
            made = _earlier(workflow, features.columns.named.get(name, 0), {t.op.id for t in clusterings}, training.op)
            if made is None:
                continue
            yield Finding(
                "FS-W",
                "earlier-labels-among-features",
                at(training.op),
                f"`{name}`, the groups found by `{made.text}`, is among the features of this clustering",
                (step(made, f"finds the groups that become `{name}`"), step(training.op, f"clusters with `{name}`")),
                confidence=0.85 * training.op.trust,
                columns=(name,),
                root=f"earlier-labels-among-features:{name}",
            )
            return


def _earlier(workflow: Workflow, mask: int, clusterings: set[int], now: Operation) -> Operation | None:
    """The clustering whose prediction made a column."""
    for op in workflow.graph.by_mask(mask):
        if op.id >= now.id or op.model is None or op.loops != now.loops:
            continue
        finds = op.id in clusterings or op.role is Role.PREDICT
        if finds and op.model.final().task is Task.CLUSTERING:
            return op
    return None

"""SC-W: rows are brought to unit length where columns should be scaled."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, in_code, step
from nbaudit.model.vocabulary import Role

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import Normalizer, StandardScaler, normalize
wine = pd.read_csv("wine.csv")
"""
FLAGS = (
    Example(
        "Normalizer on measurements",
        _HEAD
        + """
X = Normalizer().fit_transform(wine[["alcohol", "proline"]])  # expect
X_train, X_test, y_train, y_test = train_test_split(X, wine["kind"], random_state=1)
print(KNeighborsClassifier().fit(X_train, y_train).score(X_test, y_test))
""",
    ),
    Example(
        "the function normalize",
        _HEAD
        + """
X = normalize(wine[["alcohol", "proline"]])  # expect
X_train, X_test, y_train, y_test = train_test_split(X, wine["kind"], random_state=1)
print(KNeighborsClassifier().fit(X_train, y_train).score(X_test, y_test))
""",
    ),
)
PASSES = (
    Example(
        "word counts are normalised by row",
        _HEAD
        + """
X = Normalizer().fit_transform(CountVectorizer().fit_transform(wine["review"]))
X_train, X_test, y_train, y_test = train_test_split(X, wine["kind"], random_state=1)
print(KNeighborsClassifier().fit(X_train, y_train).score(X_test, y_test))
""",
    ),
    Example(
        "columns are scaled",
        _HEAD
        + """
X_train, X_test, y_train, y_test = train_test_split(wine[["alcohol", "proline"]], wine["kind"], random_state=1)
scaler = StandardScaler().fit(X_train)
print(KNeighborsClassifier().fit(scaler.transform(X_train), y_train).score(scaler.transform(X_test), y_test))
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def row_normaliser_used_as_scaler(workflow: Workflow) -> Iterator[Finding]:
    """Rows of a table are brought to unit length where the columns should be scaled.

    Why it is debt: each row is divided by its own length, so the largest column still decides and the differences
    between rows in size are gone.
    Instead: scale the columns (StandardScaler, MinMaxScaler).
    Blind spots: tables whose rows are compositions, where unit length is meant.
    """
    seen: set[int] = set()
    for op in workflow.ops(Role.ROW_NORMALISE):
        if op.model is not None and op.model.id in seen:
            continue
        if not op.data or not workflow.reaches_model(op) or not workflow.tabular:
            continue
        value = op.data[0]
        upstream = list(workflow.graph.by_mask(value.upstream))
        if any(item.role in (Role.VECTORISE, Role.TOKENISE, Role.REDUCE, Role.PREDICT) for item in upstream):
            continue
        if not any(item.role is Role.LOAD for item in upstream):
            continue
        if op.model is not None:
            seen.add(op.model.id)
        data = in_code(workflow, value)
        yield Finding(
            "SC-W",
            "row-normaliser-used-as-scaler",
            at(op),
            f"`{op.text}` brings each row of {data} to unit length; it does not scale the columns",
            (step(op, f"divides each row of {data} by its own length"),),
            confidence=0.85 * op.trust,
            root=f"row-normaliser-used-as-scaler:{op.site.cell}",
        )

"""SC-I: some continuous features are scaled and others are left out."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.columns import feature_names
from nbaudit.workflow.scaling import fitted_scalers, scaling_mask, sensitive, spreads

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
wine = pd.read_csv("wine.csv")
wine.describe()
# %%
"""
_TAIL = """
X, y = wine[["alcohol", "proline", "year"]], wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
model = KNeighborsClassifier().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""
_STATS = {
    0: "          alcohol      proline         year        kind\n"
    "count  900.000000   900.000000   900.000000  900.000000\n"
    "mean    13.000000   746.000000  1999.000000    0.400000\nstd      0.800000   314.000000    12.000000    0.490000\n"
    "min     11.000000   278.000000  1970.000000    0.000000\nmax     15.000000  1680.000000  2020.000000    1.000000"
}
FLAGS = (
    Example(
        "proline is left out",
        _HEAD
        + """
wine[["alcohol", "year"]] = StandardScaler().fit_transform(wine[["alcohol", "year"]])  # expect
"""
        + _TAIL,
        _STATS,
    ),
    Example(
        "two of three are left out",
        _HEAD
        + """
scaler = StandardScaler()
wine[["alcohol"]] = scaler.fit_transform(wine[["alcohol"]])  # expect
"""
        + _TAIL,
        _STATS,
    ),
)
PASSES = (
    Example(
        "all three are scaled",
        _HEAD
        + """
names = ["alcohol", "proline", "year"]
wine[names] = StandardScaler().fit_transform(wine[names])
"""
        + _TAIL,
        _STATS,
    ),
    Example(
        "what is left out spreads by about one",
        _HEAD
        + """
wine[["proline", "year"]] = StandardScaler().fit_transform(wine[["proline", "year"]])
"""
        + _TAIL,
        _STATS,
    ),
)


@check("SC-I", flags=FLAGS, passes=PASSES)
def features_left_unscaled(workflow: Workflow) -> Iterator[Finding]:
    """Some features of a scale-sensitive model are scaled, and continuous ones of another scale are not.

    Why it is debt: the columns that were left out weigh many times more than the scaled ones.
    Instead: scale all continuous columns.
    Blind spots: columns whose spread no output shows.
    """
    mask = scaling_mask(workflow)
    shown = spreads(workflow)
    for training in sensitive(workflow):
        features = training.features
        names = feature_names(workflow, training)
        if features is None or names is None:
            continue
        columns = features.columns
        if not columns.named or columns.base & mask or any(m.role is Role.SCALE for m in training.model.flat()):
            continue
        scaled = [name for name in names if columns.named.get(name, 0) & mask]
        left: dict[str, float] = {}
        for table, stds in shown:
            if table is None or table.rows is None or features.rows is None:
                continue
            if not table.rows.sources() & features.rows.sources():
                continue
            for name, std in stds.items():
                if name in names and name not in scaled and std > 5 and not columns.named.get(name, 0):
                    left.setdefault(name, std)
        if not scaled or not left:
            continue
        by_name = next(
            (op for op in fitted_scalers(workflow) if any(columns.of(name) & op.bit for name in scaled)), None
        )
        if by_name is None:
            continue
        listed = ", ".join(f"`{name}`" for name in list(left)[:4])
        name, std = next(iter(left.items()))
        yield Finding(
            "SC-I",
            "features-left-unscaled",
            at(by_name),
            f"`{by_name.text}` scales {len(scaled)} of {len(names)} columns; {listed} stay on their own scale "
            f"(`{name}` spreads by {std:.3g})",
            (
                step(by_name, "scales some columns"),
                step(training.op, f"trains a scale-sensitive model on these and {listed} as they are"),
            ),
            confidence=0.75 * by_name.trust,
            columns=tuple(left),
            basis=Basis.OUTPUT,
            root="features-left-unscaled",
        )
        return

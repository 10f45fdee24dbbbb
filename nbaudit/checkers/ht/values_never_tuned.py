"""HT-M: every tunable model keeps default or hard-coded values."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.workflow.candidates import short, unresolved_fits
from nbaudit.workflow.tuning import stopping_by_hand, thresholds_on_test_rows, tunable_candidates, tunings

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV, cross_val_score
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "defaults",
        _HEAD
        + """
model = SVC()
model.fit(X_train, y_train)  # expect
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "hard-coded values",
        _HEAD
        + """
model = RandomForestClassifier(n_estimators=300, max_depth=8, random_state=1)
model.fit(X_train, y_train)  # expect
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "a search",
        _HEAD
        + """
search = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": ["scale", 0.1]}, scoring="f1")
search.fit(X_train, y_train)
print(f1_score(y_test, search.predict(X_test)))
""",
    ),
    Example(
        "a loop over values",
        _HEAD
        + """
for depth in range(2, 12):
    model = RandomForestClassifier(max_depth=depth, random_state=1)
    print(depth, cross_val_score(model, X_train, y_train, scoring="f1").mean())
""",
    ),
    Example(
        "a forest that only shows which columns matter, beside plain least squares",
        """
# %%
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
wells = pd.read_csv("wells.csv")
X, y = wells.drop(columns="depth"), wells["depth"]
forest = ExtraTreesRegressor().fit(X, y)
pd.Series(forest.feature_importances_, index=X.columns).plot(kind="barh")
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
line = LinearRegression().fit(X_train, y_train)
print(line.score(X_test, y_test))
""",
    ),
)


@check("HT-M", flags=FLAGS, passes=PASSES)
def values_never_tuned(workflow: Workflow) -> Iterator[Finding]:
    """Every model with material hyperparameters has default or hard-coded values: no search, no loop, no stopping.

    Why it is debt: the defaults were chosen for no data in particular; the score may be far from what the model can do.
    Instead: search a few hyperparameters by cross-validation on the training rows.
    Blind spots: values found elsewhere and copied; searches by calls that are not known.
    """
    if tunings(workflow) or stopping_by_hand(workflow) or unresolved_fits(workflow):
        return
    if thresholds_on_test_rows(workflow):
        return  # the threshold is looked for, if on the wrong rows
    found = tunable_candidates(workflow)
    if not found:
        return
    first = found[0].first
    names = [candidate.name for candidate in found]
    given = [name for name in first.final.params if name in first.final.tunes]
    what = f"{names[0]}" if len(names) == 1 else f"all {len(names)} models ({', '.join(dict.fromkeys(names))})"
    how = f"fixed values ({', '.join(given[:3])})" if given and len(names) == 1 else "default or fixed values"
    name, tunes = short(first.final), first.final.tunes
    yield Finding(
        "HT-M",
        "values-never-tuned",
        at(first.op),
        f"{what} {'has' if len(names) == 1 else 'have'} {how}; no search, loop, validation curve or early stopping",
        tuple(step(c.first.op, f"trains {c.name} with values that nothing looked for") for c in found[:6]),
        confidence=0.9 * first.op.trust,
        instead=f"GridSearchCV({name}(), {{{tunes[0]!r}: [...]}}, cv=5)" if tunes and first.target else "",
        root="values-never-tuned",
    )

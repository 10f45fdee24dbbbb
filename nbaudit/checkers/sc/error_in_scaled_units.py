"""SC-W: errors of a scaled target, reported without undoing the scaling."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Operation, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.workflow.scaling import fitted_scalers

_HEAD = """
# %%
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.svm import SVR
from sklearn.metrics import mean_absolute_error
from sklearn.preprocessing import StandardScaler
rents = pd.read_csv("rents.csv")
X_train, X_test, y_train, y_test = train_test_split(rents[["area", "rooms"]], rents[["rent"]], random_state=1)
scale_x, scale_y = StandardScaler(), StandardScaler()
X_train, X_test = scale_x.fit_transform(X_train), scale_x.transform(X_test)
y_train, y_test_s = scale_y.fit_transform(y_train), scale_y.transform(y_test)
model = SVR().fit(X_train, y_train)
# %%
"""
FLAGS = (
    Example(
        "the error is in standard deviations",
        _HEAD
        + """
print(mean_absolute_error(y_test_s, model.predict(X_test)))  # expect
""",
    ),
    Example(
        "stored in a name first",
        _HEAD
        + """
predicted = model.predict(X_test)
error = mean_absolute_error(y_test_s, predicted)  # expect
print("MAE:", error)
""",
    ),
)
PASSES = (
    Example(
        "the prediction is brought back to euros",
        _HEAD
        + """
predicted = scale_y.inverse_transform(model.predict(X_test).reshape(-1, 1))
print(mean_absolute_error(y_test, predicted))
""",
    ),
    Example(
        "a feature is scaled into a column of its own, and a formula takes the target out of the table",
        """
# %%
import pandas as pd
import patsy
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
rents = pd.read_csv("rents.csv")
rents["area_scaled"] = StandardScaler().fit_transform(rents[["area"]])
y, X = patsy.dmatrices(f"rent ~ {' + '.join(wanted)}", rents, return_type="dataframe")
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
print(mean_absolute_error(y_test, LinearRegression().fit(X_train, y_train).predict(X_test)))
""",
    ),
    Example(
        "R2 has no unit",
        _HEAD
        + """
print(model.score(X_test, y_test_s))
""",
    ),
)


@check("SC-W", flags=FLAGS, passes=PASSES)
def error_in_scaled_units(workflow: Workflow) -> Iterator[Finding]:
    """The errors of a regression on a scaled target are reported in scaled units.

    Why it is debt: an error of 0.12 standard deviations tells nobody how many euros the model is off.
    Instead: bring target and prediction back with `inverse_transform` before measuring.
    Blind spots: a target scaled by hand with numbers.
    """
    undone = 0
    for op in workflow.having(Trait.UNDOES):
        undone |= op.bit
    scalers = list(fitted_scalers(workflow))
    if not scalers:
        return
    seen: set[int] = set()
    corrected = any(
        value.upstream & undone for op in workflow.ops(Role.EVALUATE) if Trait.ERROR in op.traits for value in op.data
    )
    if corrected:
        return
    for op in workflow.ops(Role.EVALUATE):
        if Trait.ERROR not in op.traits or len(op.data) < 2 or op.model is None:
            continue
        truth = next((value for value in op.data if value.model is None), None)
        if truth is None or truth.upstream & undone:
            continue
        target = next((t for t in workflow.supervised if t.final is op.model.final()), None)
        if target is None or target.target is None:
            continue
        both = truth.upstream & target.target.upstream
        scaling = next((item for item in scalers if both & item.bit and _holds(item, target.target)), None)
        if scaling is None or op.model.id in seen:
            continue
        seen.add(op.model.id)
        yield Finding(
            "SC-W",
            "error-in-scaled-units",
            at(op),
            f"`{op.text}` is in scaled units: `{scaling.text}` has scaled the target, and nothing undoes it",
            (step(scaling, "scales the target"), step(op, "reports an error in scaled units")),
            confidence=0.8 * op.trust,
            root="error-in-scaled-units",
        )


def _holds(scaling: Operation, target: Value) -> bool:
    """False for a scaling of another column of the table than the target."""
    scaled = scaling.learns[0]
    if target.column is None:
        beside = any(shaped & scaling.bit for shaped in target.columns.named.values())
        return not beside or bool(target.columns.base & scaling.bit)
    return scaled.column is None or scaled.column == target.column

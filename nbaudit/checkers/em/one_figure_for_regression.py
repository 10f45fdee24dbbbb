"""EM-I: R2 alone, or one error figure with nothing to hold it against."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.vocabulary import Trait
from nbaudit.workflow.candidates import (
    Candidate,
    baseline,
    candidates,
    contenders,
    figures_by_hand,
    learns_by_hand,
    loose_after,
)
from nbaudit.workflow.metrics import judged, kinds_held, outer, regressors, telling
from nbaudit.workflow.tuning import tunings_of

_HEAD = """
# %%
import pandas as pd
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
rents = pd.read_csv("rents.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
model = LinearRegression().fit(X_train, y_train)
"""
FLAGS = (
    Example("R2 alone", _HEAD + "print(r2_score(y_test, model.predict(X_test)))  # expect\n"),
    Example("the default score", _HEAD + "print(model.score(X_test, y_test))  # expect\n"),
    Example("one error figure alone", _HEAD + "print(mean_absolute_error(y_test, model.predict(X_test)))  # expect\n"),
    Example(
        "the loss on held-out rows alone",
        """
# %%
import pandas as pd
from tensorflow import keras
from sklearn.model_selection import train_test_split
rents = pd.read_csv("rents.csv")
X_train, X_test, y_train, y_test = train_test_split(rents[["rooms", "area"]], rents["rent"], random_state=1)
model = keras.Sequential([keras.layers.Dense(16), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=30)  # expect
""",
    ),
)
PASSES = (
    Example(
        "an error and R2",
        _HEAD
        + "print(r2_score(y_test, model.predict(X_test)))\nprint(mean_absolute_error(y_test, model.predict(X_test)))\n",
    ),
    Example(
        "one error figure held against a dummy's",
        _HEAD
        + """
print(mean_absolute_error(y_test, model.predict(X_test)))
dummy = DummyRegressor().fit(X_train, y_train)
print(mean_absolute_error(y_test, dummy.predict(X_test)))
""",
    ),
)


_FIGURES = frozenset({Trait.R2, Trait.ERROR})


@check("EM-I", flags=FLAGS, passes=PASSES)
def one_figure_for_regression(workflow: Workflow) -> Iterator[Finding]:
    """A regression is judged by R2 alone, or by one error figure alone with nothing to hold it against.

    Why it is debt: R2 says nothing of the size of the errors, and a lone error figure nothing of whether it is good.
    Instead: give an error in the target's units (MAE, RMSE) and R2, and the same for a baseline.
    Blind spots: figures by functions that are not known.
    """
    models = [c for c in regressors(workflow) if judged(c) and not loose_after(workflow, c.first, _FIGURES)]
    if not models or len(models) < len([c for c in regressors(workflow) if c.measurements]):
        return
    figures = {kind for c in models for kind in _kinds(c)}
    if Trait.R2 in figures and all(_kinds(c) <= {Trait.R2, Trait.LOSS} for c in models):
        first = telling(outer(models[0]), Trait.R2)
        yield Finding(
            "EM-I",
            "one-figure-for-regression",
            at(first.op),
            f"{models[0].name} is judged by R2 alone" + _others(len(models)) + "; no error figure is computed",
            (step(first.op, "computes R2; no error in the target's units is computed anywhere"),),
            confidence=0.85,
            instead="mean_absolute_error(y_test, y_pred)",
            root="one-figure-for-regression",
        )
        return
    only = models[0]
    if any(tuning.how in ("loop", "hand") for tuning in tunings_of(workflow, only)):
        return  # held against the figures of other settings
    if learns_by_hand(only.first) and figures_by_hand(workflow, only.first):
        return
    if len(contenders(workflow)) > 1 or len(candidates(workflow)) > 1 or baseline(workflow):
        return
    if not _kinds(only) <= {Trait.ERROR, Trait.LOSS}:
        return
    # the loss watched on held-out rows is an error figure of its own only where no other is computed
    errors = [m for m in outer(only) if Trait.ERROR in m.kinds] or [m for m in outer(only) if m.held_out]
    watched_loss = Trait.ERROR not in _kinds(only)  # the fit shows it and so does `evaluate`: one figure
    if not errors or (len({m.op.call for m in errors}) != 1 and not watched_loss):
        return
    yield Finding(
        "EM-I",
        "one-figure-for-regression",
        at(errors[-1].op),
        f"{only.name} is judged by one error figure (`{errors[0].op.text}`) with no other model, baseline or R2 "
        "to hold it against",
        (step(errors[0].op, "computes the only figure"),),
        confidence=0.75,
        root="one-figure-for-regression",
    )


def _kinds(candidate: Candidate) -> frozenset[Trait]:
    return kinds_held(outer(candidate))


def _others(count: int) -> str:
    return "" if count == 1 else ", as is the other model" if count == 2 else f", as are the other {count - 1} models"

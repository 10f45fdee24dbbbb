"""EM-I: predictions of several models are mixed and handed in, and the mixture is never measured."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.candidates import automl, contenders, listed, loose, measures_by_hand, unresolved_fits

_HEAD = """
# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
rents, new = pd.read_csv("rents.csv"), pd.read_csv("new.csv")
X, y = rents.drop(columns="rent"), rents["rent"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
forest = RandomForestRegressor().fit(X_train, y_train)
line = Ridge().fit(X_train, y_train)
print(mean_absolute_error(y_test, forest.predict(X_test)), mean_absolute_error(y_test, line.predict(X_test)))
# %%
"""
FLAGS = (
    Example(
        "a weighted sum",
        _HEAD
        + """
guess = 0.7 * forest.predict(new) + 0.3 * line.predict(new)
pd.DataFrame({"id": new["id"], "rent": guess}).to_csv("out.csv")  # expect
""",
    ),
    Example(
        "the mean of a list",
        _HEAD
        + """
all_of_them = [forest.predict(new), line.predict(new)]
new["rent"] = np.mean(all_of_them, axis=0)
new[["id", "rent"]].to_csv("out.csv")  # expect
""",
    ),
)
PASSES = (
    Example(
        "measured on the test rows",
        _HEAD
        + """
mixed = 0.7 * forest.predict(X_test) + 0.3 * line.predict(X_test)
print(mean_absolute_error(y_test, mixed))
guess = 0.7 * forest.predict(new) + 0.3 * line.predict(new)
pd.DataFrame({"id": new["id"], "rent": guess}).to_csv("out.csv")
""",
    ),
    Example(
        "side by side, not mixed",
        _HEAD
        + """
pd.DataFrame({"forest": forest.predict(new), "line": line.predict(new)}).to_csv("out.csv")
""",
    ),
)
_MIXTURES = frozenset({Kind.PREDICTION, Kind.STATISTIC, Kind.ARRAY, Kind.COLUMN})


@check("EM-I", flags=FLAGS, passes=PASSES)
def blend_never_measured(workflow: Workflow) -> Iterator[Finding]:
    """The predictions of several models are mixed by hand and saved, and the mixture is measured nowhere.

    Why it is debt: the final model is the mixture; that its members are good does not say that it is, nor by what
    weights.
    Instead: mix the predictions for the test rows in the same way, and measure that.
    Blind spots: weights that were measured in another notebook.
    """
    if automl(workflow) or unresolved_fits(workflow) or measures_by_hand(workflow) or loose(workflow):
        return
    makers = _makers(workflow)
    if len(set(makers.values())) < 2:
        return
    for op in workflow.ops(Role.EVALUATE, Role.UNKNOWN):
        for value in (*op.data, *op.args.values()):
            if len({maker for bit, maker in makers.items() if value.upstream & bit}) > 1:
                return
    for saved in workflow.ops(Role.SAVE_DATA):
        mixture = next((value for value in _parts(workflow, saved) if len(_mixed(value, makers)) > 1), None)
        if mixture is None:
            continue
        names = [name for _, name in sorted(_mixed(mixture, makers))]
        predicting = [op for op in workflow.graph.by_mask(mixture.upstream) if op.bit in makers]
        yield Finding(
            "EM-I",
            "blend-never-measured",
            at(saved),
            f"the predictions of {listed(names)} are mixed and saved, and the mixture is never measured",
            (
                *(step(op, "gives predictions that go into the mixture") for op in predicting[:4]),
                step(saved, "saves the mixture; no metric is computed of one"),
            ),
            confidence=0.6,
            root="blend-never-measured",
        )
        return


def _makers(workflow: Workflow) -> dict[int, tuple[str, str]]:
    """The bits of predictions that are given to no other model, as those below a stack are, with the algorithm that
    makes each: its key and its name."""
    algorithms = {t.final.id: (c.key, c.name) for c in contenders(workflow) for t in c.trainings}
    learned = 0
    for op in (*(training.op for training in workflow.trainings), *workflow.ops(Role.PREDICT)):
        for value in op.data:
            learned |= value.upstream
    return {
        op.bit: algorithms[op.model.final().id]
        for op in workflow.ops(Role.PREDICT)
        if op.model is not None and op.model.final().id in algorithms and not learned & op.bit
    }


def _mixed(value: Value, makers: dict[int, tuple[str, str]]) -> set[tuple[str, str]]:
    """The algorithms whose predictions went into one series of numbers; none for tables and containers, where they
    stand side by side."""
    if value.kind not in _MIXTURES:
        return set()
    return {maker for bit, maker in makers.items() if value.upstream & bit}


def _parts(workflow: Workflow, saved: Operation) -> Iterator[Value]:
    """The series of numbers that became part of what is saved."""
    mask = 0
    for value in saved.data:
        mask |= value.upstream
        yield value
    for binding in workflow.graph.bindings:
        if binding.op <= saved.id and binding.value.upstream and not binding.value.upstream & ~mask:
            yield binding.value
    for op in workflow.graph.by_mask(mask):
        if op.id < saved.id and op.role in (Role.CREATE, Role.AGGREGATE):
            yield from op.data[1:] if op.role is Role.CREATE else op.outputs

"""HT-I: what the search found is not used in the model that is gone on with."""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.checkers.base import Basis, Example, Finding, Step, Workflow, at, check, quoted, step
from nbaudit.model.facts import BestParams
from nbaudit.model.flow import NOTHING, Kind, Shape
from nbaudit.model.vocabulary import Role
from nbaudit.workflow import Training
from nbaudit.workflow.tuning import Tuning, plain, searched

_HEAD = """
# %%
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, GridSearchCV
loans = pd.read_csv("loans.csv")
X, y = loans.drop(columns="default"), loans["default"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
grid = {"n_estimators": [100, 300, 500], "max_depth": [4, 8, 12]}
# %%
search = GridSearchCV(RandomForestClassifier(), grid, scoring="f1")
search.fit(X_train, y_train)
"""
FLAGS = (
    Example(
        "other values than those found",
        _HEAD
        + """search.best_params_
# %%
final = RandomForestClassifier(n_estimators=200, max_depth=8)
final.fit(X_train, y_train)  # expect
print(f1_score(y_test, final.predict(X_test)))
""",
        {1: "{'max_depth': 12, 'n_estimators': 500}"},
    ),
    Example(
        "searched, then trained with defaults",
        _HEAD
        + """print(search.best_score_)
# %%
final = RandomForestClassifier()
final.fit(X_train, y_train)  # expect
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)
PASSES = (
    Example("the search predicts itself", _HEAD + "print(f1_score(y_test, search.predict(X_test)))\n"),
    Example(
        "the found values are handed on",
        _HEAD
        + """
final = RandomForestClassifier(**search.best_params_)
final.fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)

_OFTEN_DEFAULT = frozenset(
    {
        "1",
        "1.0",
        "2",
        "3",
        "5",
        "0.1",
        "100",
        "0.0",
        "0",
        "None",
        "True",
        "False",
        "auto",
        "scale",
        "rbf",
        "gini",
        "l2",
        "lbfgs",
        "uniform",
        "minkowski",
        "sqrt",
    }
)
"""Values that are the default of some type: where the name is left out, the found value may well be used."""


@check("HT-I", flags=FLAGS, passes=PASSES)
def search_result_not_used(workflow: Workflow) -> Iterator[Finding]:
    """A search runs, and the model of the same type that is trained afterwards has other values.

    Why it is debt: the search cost its time for nothing, and a reader believes that the final model is the tuned one.
    Instead: use `best_estimator_`, or hand `**best_params_` on to the final model.
    Blind spots: values that reach the model through calls that are not known.
    """
    for tuning in searched(workflow):
        if tuning.how != "search" or tuning.model is None or tuning.model.shape is not Shape.SEARCH:
            continue
        if _used(workflow, tuning) or _searched_again(workflow, tuning):
            continue
        later = [
            training
            for training in workflow.trainings
            if training.op.id > tuning.op.id
            and training.op.role is Role.FIT
            and training.final.type == tuning.model.final().type
            and training.model.shape is not Shape.SEARCH
            and not training.op.loops
        ]
        if not later:
            continue
        found = _mismatch(workflow, tuning, later[-1])
        if found is None:
            continue
        why, evidence = found
        training = later[-1]
        kind = training.final.type.rpartition(".")[2]
        yield Finding(
            "HT-I",
            "search-result-not-used",
            at(training.op),
            f"{kind} is trained with {why}",
            (step(tuning.op, f"searches values for {kind}"), *evidence, step(training.op, "trains with other values")),
            confidence=0.85 if evidence else 0.75,
            instead=f"{kind}(**{workflow.name_of(tuning.op.receiver)}.best_params_)" if tuning.op.receiver else "",
            root=f"search-result-not-used:{training.op.site.cell}",
            basis=Basis.OUTPUT if evidence else Basis.CODE,
        )


def _used(workflow: Workflow, tuning: Tuning) -> bool:
    """True where the searched model itself predicts, is measured or saved, or its result flows into a later model."""
    for op in workflow.graph.operations[tuning.op.id + 1 :]:
        if op.model is tuning.model and op.role in (Role.PREDICT, Role.SAVE_MODEL, Role.EXPLAIN):
            return True
        if op.model is tuning.model and op.role is Role.EVALUATE and any(v.rows for v in op.data):
            return True
        if op.role is Role.SAVE_MODEL and any(v.model is tuning.model for v in (*op.data, *op.args.values())):
            return True
    return any(
        value.upstream & tuning.op.bit
        for training in workflow.trainings
        if training.op.id > tuning.op.id
        for value in training.final.params.values()
    )


def _searched_again(workflow: Workflow, tuning: Tuning) -> bool:
    """True where a later search looks for the same hyperparameters of the type: its result is the one to use."""
    names, kind = tuning.names or frozenset(), tuning.model.final().type if tuning.model is not None else ""
    return any(
        other.how == "search"
        and other.op.id > tuning.op.id
        and other.model is not None
        and other.model.final().type == kind
        and bool(names & (other.names or frozenset()))
        for other in searched(workflow)
    )


def _shown_in(workflow: Workflow, tuning: Tuning) -> set[int]:
    """The cells that may show what this very search found."""
    cells = {tuning.op.site.cell}
    for op in workflow.graph.operations[tuning.op.id + 1 :]:
        asked = op.receiver.model if op.receiver is not None else op.model
        held = next((value.model for value in op.data if value.model is tuning.model), None)
        if tuning.model is not None and (asked is tuning.model or held is not None):
            cells.add(op.site.cell)
    return cells


def _mismatch(workflow: Workflow, tuning: Tuning, training: Training) -> tuple[str, tuple[Step, ...]] | None:
    """What differs from the search: from its printed result, or since no searched name is set at all."""
    names = tuning.names or frozenset()
    if not names:
        return None
    params = training.final.params
    cells = _shown_in(workflow, tuning)
    built = any(value.kind is Kind.FUNCTION for value in params.values())  # its function has defaults of its own
    for fact in workflow.facts_of(BestParams):
        assert isinstance(fact, BestParams)
        if fact.cell not in cells or fact.cell > training.op.site.cell or fact.stale:
            continue
        printed = {plain(name): value for name, value in fact.params.items()}
        if not set(printed) & names:
            continue
        for name in sorted(names & set(printed)):
            given = params.get(name)
            if given is not None and given.constant is NOTHING:
                return None
            value = printed[name]
            if given is None and built:
                return None
            if given is None and value.strip("'\"") in _OFTEN_DEFAULT:
                continue
            if given is None or str(given.constant) != value.strip("'\""):
                shown = "its default" if given is None else repr(given.constant)
                why = f"`{name}` = {shown} although the search found {value}"
                return why, (quoted(fact),)
        return None
    if any(name in params for name in names) or any(value.constant is NOTHING for value in params.values()):
        return None
    return f"none of the values that were searched ({', '.join(sorted(names)[:3])})", ()

"""HT-W: values are chosen by their score on the test rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbaudit.checkers.base import Example, Finding, Workflow, at, check, step
from nbaudit.model.flow import NOTHING, Kind, Model, Operation, Value
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Training
from nbaudit.workflow.candidates import algorithm, short
from nbaudit.workflow.tuning import looped, search_loops, searched, setting, tested_elsewhere

_HEAD = """
# %%
import pandas as pd
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split, cross_val_score
wine = pd.read_csv("wine.csv")
X, y = wine.drop(columns="kind"), wine["kind"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)
# %%
"""
FLAGS = (
    Example(
        "the folds that chose are reported",
        _HEAD
        + """
scores = []
for k in range(1, 20):
    scores.append(cross_val_score(KNeighborsClassifier(n_neighbors=k), X, y, cv=5).mean())  # expect
# %%
print(cross_val_score(KNeighborsClassifier(n_neighbors=7), X, y, cv=5).mean())
""",
    ),
    Example(
        "the best k on the test rows",
        _HEAD
        + """
scores = {}
for k in range(1, 20):
    model = KNeighborsClassifier(n_neighbors=k).fit(X_train, y_train)
    scores[k] = f1_score(y_test, model.predict(X_test))  # expect
best = max(scores, key=scores.get)
final = KNeighborsClassifier(n_neighbors=best).fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
    Example(
        "read off a plot of test scores",
        _HEAD
        + """
scores = []
for k in range(1, 20):
    model = KNeighborsClassifier(n_neighbors=k)
    model.fit(X_train, y_train)
    scores.append(model.score(X_test, y_test))  # expect
# %%
final = KNeighborsClassifier(n_neighbors=7)
final.fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
    Example(
        "tried by hand, and the best gone on with",
        _HEAD
        + """
first = SVC(C=1).fit(X_train, y_train)
print(f1_score(y_test, first.predict(X_test)))
second = SVC(C=10).fit(X_train, y_train)
print(f1_score(y_test, second.predict(X_test)))
third = SVC(C=100).fit(X_train, y_train)
print(f1_score(y_test, third.predict(X_test)))  # expect
# %%
final = SVC(C=10).fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)
PASSES = (
    Example(
        "cross-validated once, with the value of a training part's folds",
        _HEAD
        + """
for k in range(1, 20):
    print(k, cross_val_score(KNeighborsClassifier(n_neighbors=k), X_train, y_train, cv=5).mean())
model = KNeighborsClassifier(n_neighbors=7).fit(X_train, y_train)
print(f1_score(y_test, model.predict(X_test)))
""",
    ),
    Example(
        "the best k by cross-validation of the training rows",
        _HEAD
        + """
scores = {}
for k in range(1, 20):
    scores[k] = cross_val_score(KNeighborsClassifier(n_neighbors=k), X_train, y_train, scoring="f1_macro").mean()
best = max(scores, key=scores.get)
final = KNeighborsClassifier(n_neighbors=best).fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
    Example(
        "the best k on validation rows",
        _HEAD
        + """
A, B, a, b = train_test_split(X_train, y_train, random_state=1)
scores = {}
for k in range(1, 20):
    model = KNeighborsClassifier(n_neighbors=k).fit(A, a)
    scores[k] = f1_score(b, model.predict(B))
best = max(scores, key=scores.get)
final = KNeighborsClassifier(n_neighbors=best).fit(X_train, y_train)
print(f1_score(y_test, final.predict(X_test)))
""",
    ),
)

_BEST = regex(r"(?<![a-z])(?:best|opt(?:imal|imum)?|chosen)(?![a-z])", re.IGNORECASE)
_FIGURE = regex(
    r"scor|accura|metric|error|model|result|row|index|"
    r"(?<![a-z])(?:acc|f1|auc|r2|m[as]e|mape|rmse|err|loss|val|clf|preds?|est|reg|net|idx|so_far)(?![a-z])",
    re.IGNORECASE,
)
"""Names of what is best that are no setting."""


@check("HT-W", flags=FLAGS, passes=PASSES)
def setting_chosen_on_test_rows(workflow: Workflow) -> Iterator[Finding]:
    """Hyperparameters are tried with scores on the test rows, and the best one is gone on with.

    Why it is debt: the test rows have chosen the value, so their score flatters the model that it belongs to.
    Instead: choose by cross-validation of the training rows, and touch the test rows once, at the end.
    Blind spots: values that were chosen by hand in an earlier state of the notebook.
    """
    seen: set[str] = set()
    for training in workflow.trainings:
        if training.op.loops and training.op.role in (Role.FIT, Role.CROSS_VALIDATE):
            found = _in_loop(workflow, training) if training.op.role is Role.FIT else _on_folds(workflow, training)
            found = found or _studied_on_folds(workflow, training)
            if found is not None and found[2] not in seen:
                seen.add(found[2])
                yield _finding(workflow, training, *found)
    for tuning in searched(workflow):
        if tuning.how == "hand" and tuning.training is not None:
            yield from _by_hand(workflow, tuning.training)


def _finding(
    workflow: Workflow, training: Training, scored: Evaluation, picked: Operation, name: str, sure: float
) -> Finding:
    kind = short(training.model)
    return Finding(
        "HT-W",
        "setting-chosen-on-test-rows",
        at(scored.op),
        f"`{name}` of {kind} is chosen by its score on the test rows (`{scored.op.text}`)",
        (
            step(training.op, f"trains {kind} with each value of `{name}`"),
            step(scored.op, "scores each value on the test rows"),
            step(picked, "goes on with the chosen value" if picked is not scored.op else "names the best of them"),
        ),
        confidence=sure,
        root=f"setting-chosen-on-test-rows:{scored.op.site.cell}",
    )


def _held(workflow: Workflow, training: Training) -> Iterator[Evaluation]:
    """Measurements of a training's model on held-out rows that no third set follows."""
    for evaluation in workflow.evaluations:
        if evaluation.model is None or evaluation.op.id < training.op.id or not evaluation.held_out:
            continue
        if evaluation.folds or evaluation.watched or evaluation.rows is None:
            continue
        if evaluation.model.final() is training.final or evaluation.model is training.model:
            yield evaluation


def _in_loop(workflow: Workflow, training: Training) -> tuple[Evaluation, Operation, str, float] | None:
    names = looped(workflow, training)
    if not names:
        return None
    loops = set(training.op.loops)
    key = algorithm(workflow, training.final).partition(":")[0]
    for scored in _held(workflow, training):
        assert scored.rows is not None
        if not loops & set(scored.op.loops) or scored.rows.role == "fold-test":
            continue
        if tested_elsewhere(workflow, scored.rows, training.final, scored.op.id) or _third_set(workflow, scored):
            return None
        for op in workflow.graph.operations[scored.op.id + 1 :]:
            if loops & set(op.loops) or op.model is None:
                continue
            if op.role in (Role.PREDICT, Role.EVALUATE, Role.SAVE_MODEL) and _kept(op, training, scored):
                return scored, op, min(names), 0.8
            if op.role not in (Role.BUILD, Role.FIT):
                continue
            final = op.model.final()
            if algorithm(workflow, final).partition(":")[0] != key:
                continue
            if op.role is Role.BUILD and not op.model.fits:
                continue
            # an objective that a study calls: its values go on by `best_params`
            studied = op.role is Role.BUILD and final.params and loops & search_loops(workflow)
            if studied and _reported(workflow, op, scored):
                return scored, op, min(names), 0.85
            for name, value in _values(op, final, names, training):
                if (value.upstream | value.control) & scored.op.bit:
                    return scored, op, name, 0.9
                if value.constant is not NOTHING and op.role is Role.BUILD and value.constant is not None:
                    return scored, op, name, 0.75
        if _named_best(workflow, scored):
            return scored, scored.op, min(names), 0.6
    return None


def _named_best(workflow: Workflow, scored: Evaluation) -> bool:
    """True where a value that the scores decided is given a name that calls it the best, though no model follows."""
    return any(
        binding.op >= scored.op.id
        and binding.value.kind in (Kind.NUMBER, Kind.UNKNOWN, Kind.TEXT)
        and bool(binding.value.control & scored.op.bit)
        and _BEST.search(binding.name) is not None
        and _FIGURE.search(binding.name) is None
        for binding in workflow.graph.bindings
    )


def _kept(op: Operation, training: Training, scored: Evaluation) -> bool:
    """True where the model that an operation asks was kept in the loop because of its score."""
    return any(
        value.kind is Kind.MODEL
        and value.model is not None
        and value.model.final() is training.final
        and bool(value.control & scored.op.bit)
        for value in (*op.data, *((op.receiver,) if op.receiver is not None else ()))
    )


def _reported(workflow: Workflow, built: Operation, scored: Evaluation) -> bool:
    """True where the model that is built in the end is measured on rows that have chosen its values: else they were
    only validation rows."""
    return any(
        e.op.id > built.id
        and not (e.op.loops or e.folds or e.watched)
        and e.model is not None
        and built.model is not None
        and e.model.final() is built.model.final()
        and e.held_out
        and e.rows is not None
        and scored.rows is not None
        and bool(e.rows.parts() & scored.rows.parts())
        for e in workflow.evaluations
    )


def _third_set(workflow: Workflow, scored: Evaluation) -> bool:
    """True where some model is tested in the end on rows of the same data that chose nothing."""
    rows = scored.rows
    return rows is not None and any(
        e.op.id > scored.op.id
        and e.held_out
        and not (e.folds or e.watched)
        and e.rows is not None
        and not e.rows.overlaps(rows)
        and bool(e.rows.sources() & rows.sources())
        for e in workflow.evaluations
    )


def _on_folds(workflow: Workflow, training: Training) -> tuple[Evaluation, Operation, str, float] | None:
    """Values cross-validated in a loop, and one of them cross-validated again on the same rows as the result."""
    names = looped(workflow, training)
    scored = next((e for e in workflow.evaluations if e.op is training.op), None)
    if not names or scored is None or scored.rows is None:
        return None
    if tested_elsewhere(workflow, scored.rows, training.final, training.op.id) or _tested(workflow, training):
        return None
    for again in workflow.trainings:
        if again.op.id <= training.op.id or again.op.role is not Role.CROSS_VALIDATE or again.op.loops:
            continue
        if again.final is training.final:
            continue  # the last one of the loop, measured once more
        if again.final.type != training.final.type or again.rows is None or not again.rows.overlaps(scored.rows):
            continue
        given = {again.final.tunes[0] if name == "0" and again.final.tunes else name for name in again.final.params}
        name = next(iter(sorted(given & names)), None)
        if name is not None:
            return scored, again.op, name, 0.75
    return None


def _studied_on_folds(workflow: Workflow, training: Training) -> tuple[Evaluation, Operation, str, float] | None:
    """Values that a study chose by scores on rows that then make up the folds whose score is the result."""
    names, loops = looped(workflow, training), search_loops(workflow)
    if not names or not set(training.op.loops) & loops:
        return None
    scored = next(
        (
            e
            for e in workflow.evaluations
            if e.held_out and not e.watched and e.op.id >= training.op.id and _is_of(e, training)
        ),
        None,
    )
    if scored is None or scored.rows is None or not set(scored.op.loops) & loops:
        return None
    after = [e for e in workflow.evaluations if e.op.id > scored.op.id and e.held_out and not set(e.op.loops) & loops]
    for again in after:
        if again.rows is None or again.watched or again.model is None or not again.rows.overlaps(scored.rows):
            continue
        final = again.model.final()
        on_folds = again.op.role is Role.CROSS_VALIDATE or bool(_fold_loops(workflow, again))
        if not on_folds or final.type != training.final.type or not _given_all(final, names):
            continue
        if any(_set_apart(e, training, scored) for e in after):
            return None
        return scored, again.op, min(names), 0.7
    return None


def _is_of(evaluation: Evaluation, training: Training) -> bool:
    return evaluation.model is not None and evaluation.model.final() is training.final


def _fold_loops(workflow: Workflow, evaluation: Evaluation) -> set[int]:
    """The loops in which the model is fitted and predicts the rows that are measured, fold by fold."""
    assert evaluation.model is not None and evaluation.rows is not None
    fits = [workflow.graph.operations[number] for number in evaluation.model.final().fits]
    role = evaluation.rows.role
    return {loop for fit in fits for loop in fit.loops} if role == "fold-test" else set()


def _given_all(model: Model, names: frozenset[str]) -> bool:
    """True where a model gets values from outside for what a study tried: as a whole (`**best`), or by name."""
    return "**" in model.params or any(
        name in model.params and model.params[name].constant is NOTHING for name in names
    )


def _set_apart(evaluation: Evaluation, training: Training, scored: Evaluation) -> bool:
    """True for a test on rows that a study had no part of."""
    rows = evaluation.rows
    return (
        rows is not None
        and not evaluation.folds
        and not evaluation.watched
        and scored.rows is not None
        and not rows.overlaps(scored.rows)
        and not (training.rows is not None and rows.overlaps(training.rows))
    )


def _tested(workflow: Workflow, training: Training) -> bool:
    """True where models of the type are measured on rows that were set apart."""
    return any(
        e.held_out and not e.folds and e.model is not None and e.model.final().type == training.final.type
        for e in workflow.evaluations
    )


def _values(op: Operation, final: object, names: frozenset[str], training: Training) -> Iterator[tuple[str, Value]]:
    """The values that an operation gives to the hyperparameters that were tried."""
    tunes = training.final.tunes
    for name, value in op.args.items():
        plain = tunes[0] if name == "0" and tunes else name
        if plain in names:
            yield plain, value


def _by_hand(workflow: Workflow, last: Training) -> Iterator[Finding]:
    """Three or more settings measured on the same test rows, then one of them trained again."""
    scored = next(_held(workflow, last), None)
    if scored is None or scored.rows is None or tested_elsewhere(workflow, scored.rows, last.final, scored.op.id):
        return
    before = [
        setting(training)
        for training in workflow.trainings
        if training.final.type == last.final.type and training.op.id <= last.op.id and not training.op.loops
    ]
    for training in workflow.trainings:
        if training.op.id <= last.op.id or training.final.type != last.final.type or training.op.loops:
            continue
        again = next(_held(workflow, training), None)
        same = again is not None and again.rows is not None and again.rows.overlaps(scored.rows)
        if same and setting(training) in before and training.op.site.cell != last.op.site.cell:
            names = sorted({name for values in before for name in values or {}})
            yield _finding(workflow, last, scored, training.op, ", ".join(names[:3]), 0.75)
            return

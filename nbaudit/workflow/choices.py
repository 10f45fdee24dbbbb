"""Questions about choices: what is measured on held-out rows, and what was chosen by that: a model, a setting, a
threshold, an epoch.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from nbaudit.model.flow import NOTHING, Kind, Model, Operation, Rows
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Training, Workflow
from nbaudit.workflow.candidates import short
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.splits import SEEDS

_PICKING = regex(
    r"\b(best|highest|lowest|better than|outperform\w*|winner|winning|final model|chosen|choose|chose|select(?:ed)?|"
    r"most accurate|top performing|go with|proceed with|performs? well)\b",
    re.IGNORECASE,
)
_OF_VALUES = regex(
    r"param|estimator|combination|grid|search|threshold|split|features?\b(?! importance)|epoch|alpha|value|type of",
    re.IGNORECASE,
)
_KINDS = frozenset({"Classifier", "Regressor", "Regression"})
_USES = frozenset(
    {Role.PREDICT, Role.EVALUATE, Role.FIT, Role.TUNE, Role.EXPLAIN, Role.SAVE_MODEL, Role.CROSS_VALIDATE}
)


@once_per_workflow
def reported(workflow: Workflow) -> tuple[Evaluation, ...]:
    """Measurements on held-out rows that are no folds and not merely watched, in order."""
    return tuple(
        evaluation
        for evaluation in workflow.evaluations
        if evaluation.held_out and evaluation.rows is not None and not evaluation.folds and not evaluation.watched
    )


class Candidate(Struct, frozen=True):
    """One trained model with its measurements on held-out rows."""

    training: Training
    evaluations: tuple[Evaluation, ...]

    @property
    def type(self) -> str:
        return self.training.final.type

    @property
    def first(self) -> Operation:
        return self.evaluations[0].op


@once_per_workflow
def measured(workflow: Workflow) -> tuple[Candidate, ...]:
    """The fits that are measured on held-out rows, in order of the fit."""
    fits = [training for training in workflow.supervised if training.op.role in (Role.FIT, Role.TUNE)]
    by_final: dict[int, list[Training]] = {}
    for training in fits:
        by_final.setdefault(id(training.final), []).append(training)
    found: dict[int, list[Evaluation]] = {}
    for evaluation in reported(workflow):
        mine = by_final.get(id(evaluation.model.final()), ()) if evaluation.model is not None else ()
        newest = next((training for training in reversed(mine) if training.op.id <= evaluation.op.id), None)
        if newest is not None:
            found.setdefault(newest.op.id, []).append(evaluation)
    return tuple(Candidate(t, tuple(found[t.op.id])) for t in fits if t.op.id in found)


def same_test(a: Candidate, b: Candidate) -> bool:
    """True where two models were measured on the same rows."""
    return any(
        x.rows is not None and y.rows is not None and x.rows.overlaps(y.rows)
        for x in a.evaluations[:4]
        for y in b.evaluations[:4]
    )


def third_set(workflow: Workflow, chosen_on: Rows, model: Model, after: int) -> bool:
    """True where a model of this type is measured, after a choice, on rows that the choice did not use."""
    return any(
        evaluation.op.id > after
        and evaluation.model is not None
        and evaluation.model.final().type == model.final().type
        and evaluation.rows is not None
        and not evaluation.rows.overlaps(chosen_on)
        for evaluation in reported(workflow)
    )


def untouched_rows(workflow: Workflow, chosen_on: Rows, after: int) -> bool:
    """True where anything is measured, after a choice, on held-out rows of the same data that the choice left alone.

    Whatever the model: a winner kept in a table of results has no name of its own.
    """
    return any(
        evaluation.op.id > after
        and evaluation.rows is not None
        and bool(evaluation.rows.sources() & chosen_on.sources())
        and not evaluation.rows.overlaps(chosen_on)
        for evaluation in reported(workflow)
    )


# --- choices --------------------------------------------------------------------------------------------------------


class Choice(Struct, frozen=True):
    """A setting or model that was chosen by its score on held-out rows, and is measured on the same rows again.

    `scored` is the measurement that it was chosen by, `picked` the fit (or use) of the chosen one, `again` its
    measurement afterwards. `sure` is how certain it is that the scores decided.
    """

    scored: Evaluation
    picked: Operation
    again: Evaluation
    name: str
    sure: float


def chosen_settings(workflow: Workflow) -> Iterator[Choice]:
    """Hyperparameters that were tried in a loop with scores on held-out rows, then set for a model measured on them."""
    candidates = measured(workflow)
    for tried in candidates:
        scored = next((e for e in tried.evaluations if e.op.loops), None)
        if scored is None or scored.rows is None:
            continue
        loops = set(scored.op.loops)
        tuned = [
            name for name, value in tried.training.final.params.items() if value.varies & loops and name not in SEEDS
        ]
        if not tuned:
            continue
        for later in candidates:
            choice = _set_later(workflow, scored, tried, later, tuned)
            if choice is not None:
                yield choice
                break


def chosen_thresholds(workflow: Workflow) -> Iterator[Choice]:
    """Thresholds that were tried in a loop with scores on held-out rows, then used on the same rows' predictions."""
    scores = reported(workflow)
    for tried in scores:
        loops = set(tried.op.loops)
        if not loops or tried.rows is None or tried.model is None:
            continue
        if any(number > tried.op.id for number in tried.model.fits) or any(
            loops & set(workflow.graph.operations[number].loops) for number in tried.model.fits
        ):
            continue  # what was tried is not just a threshold
        for again in scores:
            if again.op.id <= tried.op.id or again.model is not tried.model or loops & set(again.op.loops):
                continue
            said = next((value for value in again.op.data if value.kind is Kind.PREDICTION), None)
            if said is None or again.rows is None or not again.rows.overlaps(tried.rows):
                continue
            if (said.control | said.upstream) & tried.op.bit and not untouched_rows(workflow, tried.rows, tried.op.id):
                yield Choice(tried, again.op, again, "threshold", 0.8)
                break


def chosen_by_folds(workflow: Workflow) -> Iterator[Choice]:
    """Hyperparameters that were tried in a loop with cross-validated scores, then set for a model whose score on the
    same folds is the result, where no other rows measure it."""
    folds = [e for e in workflow.evaluations if e.op.role is Role.CROSS_VALIDATE and e.model is not None]
    for tried in folds:
        assert tried.model is not None
        loops = set(tried.op.loops)
        final = tried.model.final()
        tuned = [name for name, value in final.params.items() if value.varies & loops and name not in SEEDS]
        if not tuned or tried.rows is None or untouched_rows(workflow, tried.rows, tried.op.id):
            continue
        for later in folds:
            model = later.model.final() if later.model is not None else None
            if later.op.id <= tried.op.id or later.op.loops or model is None or model.type != final.type:
                continue
            if later.rows is None or not later.rows.overlaps(tried.rows):
                continue
            name = next((n for n in tuned if n in model.params and model.params[n].constant is not NOTHING), None)
            if name is not None:
                yield Choice(tried, later.op, later, name, 0.7)
                break


def _set_later(
    workflow: Workflow, scored: Evaluation, tried: Candidate, later: Candidate, tuned: list[str]
) -> Choice | None:
    op = later.training.op
    if op.id <= scored.op.id or set(op.loops) & set(scored.op.loops) or later.type != tried.type:
        return None
    assert scored.rows is not None
    again = next((e for e in later.evaluations if e.rows is not None and e.rows.overlaps(scored.rows)), None)
    if again is None or untouched_rows(workflow, scored.rows, op.id):
        return None
    for name in tuned:
        value = later.training.final.params.get(name)
        if value is None:
            continue
        if (value.upstream | value.control) & scored.op.bit:
            return Choice(scored, op, again, name, 0.95)
        if value.constant is not NOTHING:
            return Choice(scored, op, again, name, 0.8)
    return None


def picked_models(workflow: Workflow) -> Iterator[Choice]:
    """One of several models measured on the same rows that is gone on with alone, and judged by those rows."""
    candidates = [c for c in measured(workflow) if c.type]
    groups: list[list[Candidate]] = []
    by_source: dict[int, list[int]] = {}
    for candidate in candidates:
        sources = {number for e in candidate.evaluations[:4] if e.rows is not None for number in e.rows.sources()}
        near = sorted({place for number in sources for place in by_source.get(number, ())})
        place = next((place for place in near if same_test(groups[place][0], candidate)), None)
        if place is not None:
            groups[place].append(candidate)
            continue
        for number in sources:
            by_source.setdefault(number, []).append(len(groups))
        groups.append([candidate])
    for group in groups:
        choice = _picked(workflow, group)
        if choice is not None:
            yield choice


def _picked(workflow: Workflow, group: list[Candidate]) -> Choice | None:
    types = list(dict.fromkeys(candidate.type for candidate in group))
    if len(types) < 2:
        return None
    last_new = max(next(c.first.id for c in group if c.type == name) for name in types)
    first_last = next(c for c in group if c.first.id == last_new)
    rows = first_last.evaluations[0].rows
    assert rows is not None
    compared = max(last_new, first_last.training.op.id)
    after = [c for c in group if c.training.op.id > compared and c is not first_last]
    again_types = {c.type for c in after}
    models = {c.training.final.id: c for c in group}
    picked: Operation | None = None
    again: Evaluation | None = None
    name = kind = ""
    if len(again_types) == 1 and not (set(after[0].training.op.loops) & set(first_last.training.op.loops)):
        chosen_now = after[0]
        start = first_last.first.site.cell
        cells = range(start, chosen_now.training.op.site.cell + 1)
        # one more fit of the kind compared last is one more candidate, unless words say that it is the choice
        if (
            chosen_now.type != first_last.type
            or _says_picked(workflow, cells)
            or _says_in_the_end(workflow, start, chosen_now.type)
        ):
            picked, again = chosen_now.training.op, chosen_now.evaluations[0]
            kind = chosen_now.type
            name = kind.rpartition(".")[2]
    computed = False
    if picked is None and len(again_types) > 1:
        last = after[-1]
        often = [sum(c.type == kind for c in group) for kind in types]
        mine = sum(c.type == last.type for c in group)
        alone = often.count(mine) == 1 and mine == max(often) and not last.training.op.loops
        if alone and _says_in_the_end(workflow, first_last.first.site.cell, last.type):
            picked, again = last.training.op, last.evaluations[0]
            kind = last.type
            name = kind.rpartition(".")[2]
    if picked is None:
        scores = 0
        for candidate in group:
            for evaluation in candidate.evaluations:
                scores |= evaluation.op.bit
        used = _taken_by_score(workflow, models, compared, scores)
        computed = used is not None
        if used is None:
            models |= _fitted_again(workflow, group, compared)
            used = _used_alone(workflow, models, compared)
        if used is None:
            used = _analysed_alone(workflow, models, compared)
            if used is not None and not _says_in_the_end(workflow, first_last.first.site.cell, used[1].type):
                used = None
        told = _said_alone(workflow, group, first_last.first.site.cell) if used is None else None
        if told is not None:
            used = told.evaluations[-1].op, told
        if used is None:
            return None
        picked, chosen = used
        again = chosen.evaluations[-1]
        name = "the best model" if computed else _name(picked, chosen)
        kind = chosen.type
    assert again is not None
    if untouched_rows(workflow, rows, compared):
        return None
    start = first_last.first.site.cell
    said = computed or _says_picked(workflow, range(start, picked.site.cell + 1))
    said = said or _says_in_the_end(workflow, start, kind)
    earlier = next((c for c in group if c.type == kind), first_last)
    return Choice(earlier.evaluations[0], picked, again, name, 0.85 if said else 0.6)


def _says_in_the_end(workflow: Workflow, start: int, kind: str) -> bool:
    """True where words from a cell on speak of a choice and name models, or this kind of model."""
    parts = [part for part in re.findall(r"[A-Z][a-z]+", kind.rpartition(".")[2]) if len(part) > 3]
    named = re.compile("|".join((r"\bmodel|algorithm", *(p for p in parts if p not in _KINDS))), re.IGNORECASE)
    for prose in workflow.prose:
        found = _PICKING.search(prose.text) if prose.span.cell >= start else None
        if found is not None:
            near = prose.text[max(found.start() - 40, 0) : found.end() + 40]
            if named.search(near) is not None and not _OF_VALUES.search(near):
                return True
    return False


def _said_alone(workflow: Workflow, group: list[Candidate], start: int) -> Candidate | None:
    """The one of the compared models that words from a cell on say was chosen, where they name just one."""
    spoken = {candidate.type: _spoken(candidate.type) for candidate in group}
    for prose in workflow.prose:
        found = _CHOSEN.search(prose.text) if prose.span.cell >= start else None
        if found is None or _UNSURE.search(prose.text) is not None:
            continue
        sentence = prose.text[prose.text.rfind(". ", 0, found.start()) + 1 :].partition(". ")[0]
        if _OF_VALUES.search(sentence) is not None:
            continue
        named = [kind for kind, name in spoken.items() if name.search(sentence)]
        if len(named) == 1:
            return next(candidate for candidate in reversed(group) if candidate.type == named[0])
    return None


_CHOSEN = regex(
    r"\b(?:chosen|choose|chose|selected|picked|(?:go|going|proceed|move forward) with|(?:as|is|our|the) (?:our |the )?"
    r"(?:final|best|winning) (?:model|algorithm|classifier|regressor|one|choice))\b",
    re.IGNORECASE,
)
_UNSURE = regex(r"\b(?:if|whether|which|why|could|might|may|let'?s (?:see|check|find))\b|\?", re.IGNORECASE)


@lru_cache(maxsize=256)
def _spoken(kind: str) -> re.Pattern[str]:
    """How people write the name of a kind of model: "random forest", "Random_Forest", "XGBoost"."""
    name = re.sub(r"(?:Classifier|Regressor|CV)+$", "", kind.rpartition(".")[2])
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+", name)
    return regex(r"\b" + r"[ _-]*".join(map(re.escape, parts)), re.IGNORECASE)


def _says_picked(workflow: Workflow, cells: range) -> bool:
    """True where words in the cells speak of a choice among models, and not of the best values of a search."""
    if workflow.says(_PICKING, cells) is None:
        return False
    return any(
        prose.span.cell in cells and _PICKING.search(prose.text) and not _OF_VALUES.search(prose.text)
        for prose in workflow.prose
    )


def _name(picked: Operation, chosen: Candidate) -> str:
    """The kind of the picked model, or the words for one that the code has picked."""
    value = picked.receiver
    if value is not None and (value.control or value.varies) and len(chosen.training.op.loops) > 0:
        return "the best model"
    return short(chosen.training.model)


def _taken_by_score(
    workflow: Workflow, models: dict[int, Candidate], after: int, scores: int
) -> tuple[Operation, Candidate] | None:
    """The first use of a model that code took out of the compared ones by their scores."""
    for op in workflow.graph.operations[after + 1 :]:
        if op.role not in _USES or op.model is None or op.receiver is None or op.receiver.control & scores == 0:
            continue
        candidate = models.get(op.model.final().id)
        if candidate is not None and not set(op.loops) & set(candidate.first.loops):
            return op, candidate
    return None


def _fitted_again(workflow: Workflow, group: list[Candidate], after: int) -> dict[int, Candidate]:
    """Models of the compared kinds that are fitted after the comparison and not measured, by id."""
    kinds = {candidate.type: candidate for candidate in reversed(group)}
    loops = {loop for candidate in group for loop in candidate.training.op.loops}
    return {
        training.final.id: Candidate(training, kinds[training.final.type].evaluations)
        for training in workflow.supervised
        if training.op.id > after
        and training.op.role in (Role.FIT, Role.TUNE)
        and training.final.type in kinds
        and not set(training.op.loops) & loops
    }


def _analysed_alone(workflow: Workflow, models: dict[int, Candidate], after: int) -> tuple[Operation, Candidate] | None:
    """The one of the compared models that is explained or measured on after the comparison, where it is but one."""
    used: dict[str, tuple[Operation, Candidate]] = {}
    for op in workflow.graph.operations[after + 1 :]:
        if op.role not in (Role.EXPLAIN, Role.EVALUATE) and Trait.IMPORTANCE not in op.traits:
            continue
        if op.role is Role.EVALUATE and not any(value.rows is not None for value in op.data):
            continue  # a search's own score
        model = op.model or next((v.model for v in (*op.data, *op.args.values()) if v.model is not None), None)
        candidate = models.get(model.final().id) if model is not None else None
        if candidate is None:
            continue
        if op.id <= candidate.first.id or op.site.cell <= candidate.first.site.cell:
            continue
        used.setdefault(candidate.type, (op, candidate))
    return next(iter(used.values())) if len(used) == 1 else None


def _used_alone(workflow: Workflow, models: dict[int, Candidate], after: int) -> tuple[Operation, Candidate] | None:
    """The one of the compared models that is saved, explained or used on new rows, where it is but one."""
    used: dict[str, tuple[Operation, Candidate]] = {}
    for op in workflow.graph.operations:
        if op.role is Role.SAVE_MODEL:
            model = next((v.model for v in (*op.data, *op.args.values()) if v.model is not None), op.model)
        elif op.role is Role.PREDICT:
            model = op.model
            rows = next((value.rows for value in op.data if value.rows is not None), None)
            if (
                rows is None
                or model is None
                or any(e.rows is not None and e.rows.overlaps(rows) for e in workflow.evaluations)
            ):
                continue
            if any(rows.overlaps(mine) for mine in workflow.training_rows(model)):
                continue
        else:
            continue
        candidate = models.get(model.final().id) if model is not None else None
        if candidate is not None:
            used.setdefault(candidate.type, (op, candidate))
    if len(used) != 1:
        return None
    op, candidate = next(iter(used.values()))
    return (op, candidate) if op.id > after else None


# --- stopping -------------------------------------------------------------------------------------------------------


def stops(workflow: Workflow, training: Training) -> Operation | None:
    """What stops the training, or keeps its best state, by the watched rows; None where nothing does."""
    op = training.op
    if not (op.validation or "validation_split" in op.args):
        return None
    for value in (*op.args.values(), *training.final.params.values()):
        for schedule in workflow.graph.by_mask(value.upstream):
            if Trait.WATCHES in schedule.traits and schedule.id < op.id and _by_watched(schedule):
                return schedule
        if value.model is not None and value.model.has(Trait.WATCHES) and value.model.made_by >= 0:
            made = workflow.graph.operations[value.model.made_by]
            if _by_watched(made):
                return made
    for name in ("early_stopping_rounds", "early_stopping", "od_wait", "use_best_model"):
        given = op.args.get(name) or training.final.params.get(name)
        if given is not None and given.constant not in (None, False):
            return op
    return None


def _by_watched(made: Operation) -> bool:
    """False for what goes by the training's own figures (`monitor="loss"`), or keeps each state and not the best."""
    first, best = made.arg("0"), made.arg("save_best_only")
    a_path = "filepath" in made.args or (isinstance(first, str) and _PATH.search(first) is not None)
    monitored = made.arg("monitor") if "monitor" in made.args or a_path else first
    if isinstance(monitored, str) and not _WATCHED.search(monitored):
        return False
    return not a_path or best is True or (best is NOTHING and "save_best_only" in made.args)


_PATH = regex(r"[./\\\\{]")
_WATCHED = regex(r"val|test|eval|dev", re.IGNORECASE)


class ByHand(Struct, frozen=True):
    """An `if` on a score of held-out rows inside the training loop that keeps a state or ends the loop.

    `op` is what keeps or loads the state, or the fit in the loop that is ended; `words` say which. `loads` says that
    the kept state is loaded.
    """

    scored: Evaluation
    op: Operation
    words: str
    loads: bool = False


def stopped_by_hand(workflow: Workflow) -> Iterator[ByHand]:
    """Choices of an epoch by a score on rows that are held out from the training, the surest first."""
    scores = list(_scored_in_loops(workflow))
    if not scores:
        return
    for op in workflow.ops(Role.LOAD_MODEL):
        control = 0
        for value in op.args.values():
            control |= value.control
        scored = next((e for e in scores if e.op.bit & control), None)
        if scored is not None:
            yield ByHand(scored, op, "takes the epoch that was best", True)
    for op in workflow.ops(Role.SAVE_MODEL):
        scored = next((e for e in scores if e.op.bit & op.control and set(e.op.loops) & set(op.loops)), None)
        if scored is not None:
            network = scored.model is not None and scored.model.final().family is Family.NETWORK
            yield ByHand(scored, op, f"keeps the {'epoch' if network else 'fit'} that is best")
    for loop in workflow.graph.loops:
        scored = next((e for e in scores if e.op.bit & loop.broken and loop.id in e.op.loops), None)
        fit = next((op for op in workflow.ops(Role.FIT) if loop.id in op.loops), None)
        # other models learn anew in each round
        on = fit is not None and fit.model is not None and fit.model.final().family is Family.NETWORK
        if scored is not None and fit is not None and on:
            yield ByHand(scored, fit, "is broken off")


def _scored_in_loops(workflow: Workflow) -> Iterator[Evaluation]:
    """Measurements, and predictions that a loss is computed of, on held-out rows in a loop that fits a model."""
    fits: dict[int, list[Operation]] = {}
    for op in workflow.ops(Role.FIT):
        for loop in op.loops:
            fits.setdefault(loop, []).append(op)
    for evaluation in workflow.evaluations:
        if evaluation.held_out and evaluation.rows is not None and set(evaluation.op.loops) & fits.keys():
            yield evaluation
    for op in workflow.ops(Role.PREDICT):
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        if op.model is None or rows is None or not set(op.loops) & fits.keys():
            continue
        trained = workflow.training_rows(op.model)
        if trained and not any(rows.overlaps(other) for other in trained):
            yield Evaluation(op, op.model, rows, True)

"""Questions about splits: how rows are parted, what is measured on the parts, what was chosen by that.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from nbaudit.model.facts import Sample
from nbaudit.model.flow import NOTHING, Binding, Kind, Model, Operation, Rows, RowsEffect, Shape, Value
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Training, Workflow

SEEDS = ("random_state", "seed", "generator", "session_id", "random_seed", "rng")
_PICKING = regex(
    r"\b(best|highest|lowest|better than|outperform\w*|winner|winning|final model|chosen|choose|chose|select(?:ed)?|"
    r"most accurate|top performing|go with|proceed with|performs? well)\b",
    re.IGNORECASE,
)
_OF_VALUES = regex(
    r"param|estimator|combination|grid|search|threshold|split|feature|epoch|alpha|value|type of", re.IGNORECASE
)
_SEEDING = regex(r"^[^(]*(?:seed|determinis|reproduc)[^(]*\(", re.IGNORECASE)
_KINDS = frozenset({"Classifier", "Regressor", "Regression"})
_USES = frozenset(
    {Role.PREDICT, Role.EVALUATE, Role.FIT, Role.TUNE, Role.EXPLAIN, Role.SAVE_MODEL, Role.CROSS_VALIDATE}
)
_A_DATE = regex(r"(\d{4}|\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{1,2})(?=$|[ T])")
_DATE = regex(r"date|day|month|year|timestamp|datetime|period|^ds$|^time$|^t$", re.IGNORECASE)
_OWN_DATE = regex(r"birth|dob|hire|join|start|built|build|journey|release|publish|register|customer", re.IGNORECASE)


class Split(Struct, frozen=True):
    """One way in which rows are parted for measuring.

    `op` is the operation that parts them, or builds the splitter. `shuffles` says that the rows are mixed, `seeded`
    that the mixing can be repeated. `share` is the test share (0 to 1) where known. `rows` are those parted, `target`
    the labels among the parted values where known. `folds` says that each row is tested once or more.
    """

    op: Operation
    shuffles: bool
    stratifies: bool
    grouped: bool
    seeded: bool
    share: float | None
    rows: Rows | None
    data: tuple[Value, ...]
    folds: bool = False


@lru_cache(maxsize=2)
def splits(workflow: Workflow) -> tuple[Split, ...]:
    """The splits whose parts a model is trained or measured on, in order."""
    found: list[Split] = []
    # a network that is trained on rows of unknown origin may be trained on these
    lost = any(t.final.family is Family.NETWORK and t.rows is None for t in workflow.trainings)
    for op in workflow.ops(Role.SPLIT):
        if not workflow.reaches_model(op) and not lost:
            continue
        shuffles = Trait.SHUFFLES in op.traits
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        found.append(
            Split(
                op,
                shuffles,
                Trait.STRATIFIES in op.traits,
                Trait.GROUPED in op.traits,
                not shuffles or _seeded(workflow, op, op.args),
                _test_share(op),
                rows,
                op.data,
            )
        )
    for model in workflow.graph.models:
        if model.role is Role.FOLDS and model.made_by >= 0:
            split = _folds(workflow, model)
            if split is not None:
                found.append(split)
    return tuple(sorted(found, key=lambda split: split.op.id))


def _folds(workflow: Workflow, model: Model) -> Split | None:
    """The split that a cross-validation splitter makes, None where nothing uses it."""
    user = _folds_user(workflow, model)
    if user is None:
        return None
    op = workflow.graph.operations[model.made_by]
    shuffle = model.params.get("shuffle")
    shuffles = Trait.SHUFFLES in model.traits or (shuffle is not None and shuffle.constant is True)
    rows = next((value.rows for value in user.data if value.rows is not None), None)
    return Split(
        op,
        shuffles,
        Trait.STRATIFIES in model.traits,
        Trait.GROUPED in model.traits,
        not shuffles or _seeded(workflow, op, model.params),
        None,
        rows,
        user.data,
        folds=True,
    )


def _folds_user(workflow: Workflow, model: Model) -> Operation | None:
    searches = {
        search.id for search in workflow.graph.models if any(value.model is model for value in search.params.values())
    }
    for op in workflow.graph.operations[model.made_by + 1 :]:
        if op.role is Role.FOLDS and op.model is model:
            return op
        if op.role in (Role.CROSS_VALIDATE, Role.TUNE, Role.FIT):
            if any(value.model is model for value in op.args.values()):
                return op
            if op.model is not None and op.model.id in searches:
                return op
    return None


def _seeded(workflow: Workflow, op: Operation, args: object) -> bool:
    """True where a seed is given, or randomness was fixed before."""
    assert hasattr(args, "get")
    for name in SEEDS:
        value = args.get(name)
        if value is not None and value.constant is not None:
            return True
    if any(other.id < op.id for other in workflow.having(Trait.SEEDS)):
        return True
    library = op.call.partition(".")[0]
    if any(other.id < op.id and other.call.startswith(f"{library}.") for other in workflow.having(Trait.SEEDS_OWN)):
        return True
    # `seed_everything(7)` of a file that is not seen
    return any(other.id < op.id and _SEEDING.search(other.text) for other in workflow.ops(Role.UNKNOWN))


def seeded(workflow: Workflow, op: Operation) -> bool:
    """True where a random operation can be repeated."""
    return _seeded(workflow, op, op.args)


def _test_share(op: Operation) -> float | None:
    test, train = op.arg("test_size"), op.arg("train_size")
    if isinstance(test, float) and 0 < test < 1:
        return test
    if isinstance(train, float) and 0 < train < 1 and test is NOTHING:
        return 1 - train
    return None


def is_test_part(rows: Rows | None) -> bool:
    """True for the part that a split gave for testing (or a part of it)."""
    return rows is not None and rows.role == "test"


TEST_NAME = regex(r"(?<![a-z])(test|valid|val|holdout|unseen|submission|predict|new|eval)(?![a-z])|_te$", re.I)
"""How people call rows that a model is tested on or used for."""


def called_test(workflow: Workflow, op: Operation) -> bool:
    """True where the rows that an operation learns from are called test rows: in its arguments, by their variable, by
    the file that they were read from, or where the operation is run from a function."""
    learned = op.learns[0]
    if TEST_NAME.search(op.text.partition("(")[2]) or TEST_NAME.search(workflow.name_of(learned)):
        return True
    if op.span != op.site and TEST_NAME.search(workflow.statement_of(op).partition("#")[0]):
        return True
    sources = [rows for rows in learned.rows.lineage() if not rows.parents] if learned.rows is not None else []
    loads = [workflow.graph.operations[rows.made_by] for rows in sources if rows.made_by >= 0]
    return bool(loads) and all(op.role is Role.LOAD and TEST_NAME.search(op.text) for op in loads)


_TRAIN = regex(r"(?:^|_)(?:train|tr|trn|fit)(?:$|_|\d|ing)|train$|^train", re.IGNORECASE)
_TEST = regex(r"(?:^|_)(?:test|te|tst|val|valid|validation|holdout|dev)(?:$|_|\d)|test$|^test", re.IGNORECASE)


@lru_cache(maxsize=2)
def swapped_splits(workflow: Workflow) -> tuple[tuple[Operation, tuple[str, ...]], ...]:
    """(the split, the names) where the parts are unpacked in another order than the library gives them."""
    found: list[tuple[Operation, tuple[str, ...]]] = []
    by_cell: dict[int, list[Binding]] = {}
    for binding in workflow.graph.bindings:
        by_cell.setdefault(binding.span.cell, []).append(binding)
    for op in workflow.ops(Role.SPLIT):
        roles = {value.id: value.rows.role for value in op.outputs if value.rows is not None}
        wrong: dict[str, str] = {}
        for binding in by_cell.get(op.site.cell, ()):
            role = roles.get(binding.value.id)
            if role is None:
                continue
            train, test = bool(_TRAIN.search(binding.name)), bool(_TEST.search(binding.name))
            if train != test and (role, "test" if test else "train") in (("train", "test"), ("test", "train")):
                wrong[binding.name] = role
        if len(set(wrong.values())) == 2:
            found.append((op, tuple(wrong)))
    return tuple(found)


# --- measurements ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
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


@lru_cache(maxsize=2)
def measured(workflow: Workflow) -> tuple[Candidate, ...]:
    """The fits that are measured on held-out rows, in order of the fit."""
    fits = [training for training in workflow.supervised if training.op.role in (Role.FIT, Role.TUNE)]
    found: dict[int, list[Evaluation]] = {}
    for evaluation in reported(workflow):
        model = evaluation.model
        if model is None:
            continue
        newest: Training | None = None
        for training in fits:
            if training.op.id > evaluation.op.id:
                break
            if training.model is model or training.final is model.final():
                newest = training
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
    for candidate in candidates:
        for group in groups:
            if same_test(group[0], candidate):
                group.append(candidate)
                break
        else:
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
    return chosen.type.rpartition(".")[2]


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
            if Trait.WATCHES in schedule.traits and schedule.id < op.id:
                return schedule
        if value.model is not None and value.model.has(Trait.WATCHES) and value.model.made_by >= 0:
            return workflow.graph.operations[value.model.made_by]
    for name in ("early_stopping_rounds", "early_stopping", "od_wait", "use_best_model"):
        given = op.args.get(name) or training.final.params.get(name)
        if given is not None and given.constant not in (None, False):
            return op
    return None


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


# --- time -----------------------------------------------------------------------------------------------------------


class TimeSign(Struct, frozen=True):
    """What shows that rows are ordered in time: an operation, or shown rows with a column of rising dates."""

    op: Operation | None
    shown: Sample | None
    column: str
    sure: float


def time_sign(workflow: Workflow, split: Split) -> TimeSign | None:
    """What shows that a split's rows are ordered in time, the most telling first; None where nothing does."""
    mask = 0
    for value in split.data:
        mask |= value.upstream
    best: TimeSign | None = None
    # differences inside groups that became one row each say nothing of the order of these rows
    summed = (mask & _group_sums(workflow)).bit_length() - 1
    for op in workflow.graph.by_mask(mask & (workflow.mask_having(Trait.LAG) | workflow.mask_having(Trait.TIME))):
        if Trait.LAG in op.traits and op.role is not Role.IMPUTE and not _grouped(op) and op.id > summed:
            return TimeSign(op, None, "", 0.85)
        if Trait.TIME in op.traits and op.role is Role.LOAD:
            best = TimeSign(op, None, "", 0.75)
        elif Trait.TIME in op.traits and best is None and _is_date(op):
            best = TimeSign(op, None, next((value.column for value in op.data if value.column), ""), 0.65)
    if best is None:
        best = _by_date(workflow, mask, summed)
    rising, mixed = _dated(workflow, split)
    if best is not None and best.column in mixed:
        best = None
    if rising:
        column, sample = next(iter(rising.items()))
        return TimeSign(best.op if best is not None else None, sample, column, 0.75)
    return best


def _by_date(workflow: Workflow, mask: int, after: int) -> TimeSign | None:
    """What sorts, indexes or joins the rows by a date, None where nothing does."""
    return next((sign for sign in _dating(workflow) if sign.op and sign.op.bit & mask and sign.op.id > after), None)


@lru_cache(maxsize=2)
def _dating(workflow: Workflow) -> tuple[TimeSign, ...]:
    """The operations that sort, index or join rows by a date, in order."""
    found: list[TimeSign] = []
    for op in workflow.ops(Role.LOAD, Role.SHAPE, Role.JOIN):
        if op.role is Role.LOAD:
            parsed = op.args.get("parse_dates") if "index_col" in op.args else None
            if parsed is not None and parsed.constant is not False:
                found.append(TimeSign(op, None, "the index", 0.65))
            continue
        for name in _DATE_PORTS:
            key = op.arg(name)
            if isinstance(key, tuple) and len(key) == 1:
                key = key[0]
            if isinstance(key, str) and _DAY.search(key) and not _OWN_DATE.search(key):
                found.append(TimeSign(op, None, key, 0.65))
    return tuple(found)


_DATE_PORTS = ("by", "keys", "on", "0")
_DAY = regex(r"date|timestamp|datetime|^ds$|^time$", re.IGNORECASE)


_AGGREGATES = frozenset({Role.AGGREGATE})


def _dated(workflow: Workflow, split: Split) -> tuple[dict[str, Sample], set[str]]:
    """(columns whose shown dates rise or fall, columns whose shown dates are mixed) in tables of the split's rows."""
    rising: dict[str, Sample] = {}
    mixed: set[str] = set()
    mine = split.rows.sources() if split.rows is not None else frozenset()
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        table = workflow.value_of(fact.about)
        if table is None or table.rows is None or not table.rows.sources() & mine or len(fact.cells) < 4:
            continue
        if table.upstream & workflow.mask_of(_AGGREGATES):
            continue
        shown = {name: tuple(row[i] for row in fact.cells if i < len(row)) for i, name in enumerate(fact.columns)}
        shown["the index"] = fact.index
        for name, texts in shown.items():
            order = dates_rise(texts)
            if order is True and name not in mixed and not _OWN_DATE.search(name):
                rising.setdefault(name, fact)
            elif order is False:
                mixed.add(name)
                rising.pop(name, None)
    return rising, mixed


def dates_rise(texts: tuple[str, ...]) -> bool | None:
    """True where the texts are dates in rising or falling order (before and after a "..." each for itself), False
    where in none, None where they are no dates or too few."""
    runs: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = [[]]
    for text in texts:
        if text.strip() in ("...", "⋮"):
            runs.append([])
            continue
        match = _A_DATE.match(text.strip())
        if match is None:
            return None
        first, second, third = (int(part) for part in match.groups())
        clock = tuple(int(part) for part in re.findall(r"\d+", text[match.end() :])[:3])
        date = (first, second, third) if len(match[1]) == 4 else (third, second, first)
        other = (first, second, third) if len(match[1]) == 4 else (third, first, second)
        runs[-1].append((date + clock, other + clock))
    dates = [key for run in runs for key, _ in run]
    if len(dates) < 4 or len(set(dates)) < 3:
        return None
    return any(all(_in_order([pair[way] for pair in run]) for run in runs) for way in (0, 1))


def _in_order(keys: list[tuple[int, ...]]) -> bool:
    return keys == sorted(keys) or keys == sorted(keys, reverse=True)


def _is_date(op: Operation) -> bool:
    """False where the column's name says a clock time, or a date that describes the row."""
    name = next((value.column for value in op.data if value.column), None)
    return name is None or (_DATE.search(name) is not None and _OWN_DATE.search(name) is None)


@lru_cache(maxsize=2)
def _group_sums(workflow: Workflow) -> int:
    return sum(op.bit for op in workflow.graph.operations if _sums_groups(op))


def _sums_groups(op: Operation) -> bool:
    return op.rows is RowsEffect.COLLAPSE and any(value.kind is Kind.GROUPS for value in op.data)


def _grouped(op: Operation) -> bool:
    return any(value.kind is Kind.GROUPS and value.made_by < 0 for value in op.data)


__all__ = [
    "TEST_NAME",
    "Candidate",
    "Choice",
    "Split",
    "called_test",
    "chosen_by_folds",
    "chosen_settings",
    "chosen_thresholds",
    "dates_rise",
    "holds_out",
    "is_test_part",
    "measured",
    "picked_models",
    "reported",
    "same_test",
    "seeded",
    "splits",
    "stopped_by_hand",
    "stops",
    "swapped_splits",
    "third_set",
    "time_sign",
    "untouched_rows",
]


# --- anything held out ----------------------------------------------------------------------------------------------


def holds_out(workflow: Workflow) -> bool:
    """True where a model is, or may be, measured on rows that it was not trained on."""
    first = workflow.supervised[0].op.site.cell if workflow.supervised else 0
    if any(cell > first for cell in workflow.graph.broken):
        return True
    start = workflow.supervised[0].op.id if workflow.supervised else 0
    if swapped_splits(workflow):
        return True  # meant for testing, whatever they are
    for evaluation in workflow.evaluations:
        if evaluation.folds or evaluation.held_out or _called_held_out(workflow, evaluation):
            return True
        if evaluation.model is None and evaluation.op.id < start:
            continue  # of something else, before any model was trained
        if any(not value.known for value in evaluation.op.data) or _unknown_input(workflow, evaluation):
            return True
        if evaluation.held_out is None and evaluation.rows is None:
            if evaluation.model is None and evaluation.op.data:
                return True
            # labels of unknown rows, held against a prediction: they may be test labels
            if len(evaluation.op.data) > 1:
                return True
    for training in workflow.trainings:
        if training.model.shape is Shape.SEARCH or training.op.role is Role.TUNE or training.op.in_folds:
            return True
        out_of_bag = training.final.params.get("oob_score")
        if out_of_bag is not None and out_of_bag.constant is not False:
            return True
        if training.final.family is Family.AUTOML or training.op.trust < 0.5:
            return True
        if training.final.family is Family.NETWORK and training.rows is None and _may_measure(workflow, training):
            return True
    return _handed_on(workflow) or _predicted_apart(workflow)


def _may_measure(workflow: Workflow, training: Training) -> bool:
    """True where a network that learned rows of unknown origin is measured, watched or handed on after that."""
    start = training.op.id
    if any(e.op.id > start or e.op.loops for e in workflow.evaluations):
        return True
    if training.op.role is not Role.FIT or not training.op.data or training.op.loops:
        return True
    return any(
        op.id > start and any(v.model is not None or v.kind is Kind.PREDICTION for v in _given(op))
        for op in workflow.ops(Role.UNKNOWN)
    )


def _called_held_out(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where rows by a name for test rows are measured, which were parted from others by means not understood."""
    if evaluation.watched or evaluation.rows is None or evaluation.model is None:
        return False
    if any(evaluation.rows is rows for rows in workflow.training_rows(evaluation.model)):
        return False
    return any(TEST_NAME.search(workflow.name_of(value)) for value in evaluation.op.data)


def _handed_on(workflow: Workflow) -> bool:
    """True where a function that the notebook does not show gets the labels that models learn."""
    targets = {t.target.column for t in workflow.supervised if t.target is not None and t.target.column is not None}
    for op in workflow.ops(Role.UNKNOWN):
        if any(value.column is not None and value.column in targets for value in op.data):
            return True
    return False


def _unknown_input(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where the model was trained on a name that the notebook never defines."""
    return any(
        training.model is evaluation.model and training.features is not None and not training.features.known
        for training in workflow.trainings
    )


def _predicted_apart(workflow: Workflow) -> bool:
    """True where rows that a split held out, or a bundled test part, are predicted with their labels at hand."""
    for op in workflow.ops(Role.PREDICT):
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        network = op.model is not None and op.model.family is Family.NETWORK
        if rows is None:
            if op.data and network and _goes_on(workflow, op):
                return True
            continue
        if rows.role.startswith("fold"):
            return True  # kept for all folds, and measured together
        if rows.role in ("test", "validation"):
            if (network and op.loops) or _goes_on(workflow, op) or _truth_read(workflow, op, rows):
                return True
            continue
        # a loop predicts before it learns
        same = network and op.model is not None and _learns_in(workflow, op.model, op)
        before = None if same else op.id
        if op.model is not None and any(rows.overlaps(mine) for mine in workflow.training_rows(op.model, before)):
            continue
        if op.loops and network:
            return True  # a loop over batches of other rows
        for later in workflow.graph.operations[op.id + 1 :]:
            if later.role in (Role.CREATE, Role.CONCAT, Role.JOIN):
                continue
            if any(v.upstream & op.bit for v in later.data) and any(
                v.rows is not None and v.rows.overlaps(rows) and not v.upstream & op.bit and v.kind is Kind.COLUMN
                for v in later.data
            ):
                return True
    return _drawn_beside_truth(workflow)


def _learns_in(workflow: Workflow, model: Model, op: Operation) -> bool:
    """True where a model learns in the loop in which it predicts."""
    return any(workflow.graph.operations[number].loops == op.loops for number in model.fits) and bool(op.loops)


_TELLING = frozenset({Role.EVALUATE, Role.PLOT, Role.UNKNOWN, Role.EXPLAIN, Role.LOOK, Role.FIT})
"""What may hold a prediction against the truth; only shaped, put into a table or saved, it is held against nothing."""


def _goes_on(workflow: Workflow, op: Operation) -> bool:
    """True where a prediction goes into anything that may hold it against the truth."""
    return any(
        later.role in _TELLING and any(value.upstream & op.bit for value in _given(later))
        for later in workflow.graph.operations[op.id + 1 :]
    )


def _given(op: Operation) -> tuple[Value, ...]:
    return (*op.data, *op.args.values(), *((op.receiver,) if op.receiver is not None else ()))


def _truth_read(workflow: Workflow, op: Operation, rows: Rows) -> bool:
    """True where other values of the predicted rows are read afterwards: their labels, which may stand beside them."""
    mine = {value.id for value in op.data}
    return any(
        cell >= op.site.cell
        and value.id not in mine
        and value.kind in (Kind.COLUMN, Kind.ARRAY)
        and not value.upstream & op.bit
        and value.rows is not None
        and value.rows.overlaps(rows)
        and (value.rows.role == rows.role or value.rows is rows)
        for cell, read in workflow.graph.reads.items()
        for value in read.values()
    )


def _drawn_beside_truth(workflow: Workflow) -> bool:
    """True where predictions are drawn in one cell with values of rows that no model was trained on."""
    predicted = 0
    for op in workflow.ops(Role.PREDICT):
        predicted |= op.bit
    trained = [t.rows for t in workflow.trainings if t.rows is not None]
    guessed: set[int] = set()
    apart: set[int] = set()
    for op in workflow.ops(Role.PLOT):
        for value in op.data:
            if value.upstream & predicted:
                guessed.add(op.site.cell)
            elif value.rows is not None and not any(value.rows.overlaps(rows) for rows in trained):
                apart.add(op.site.cell)
    return bool(guessed & apart)

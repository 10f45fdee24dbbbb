"""Questions about hyperparameters: what was tried, how, on which rows, and what became of it.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from msgspec import Struct

from nbaudit.model.flow import NOTHING, Kind, Model, Operation, Rows, Shape, Value, mask_of
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Training, Workflow
from nbaudit.workflow.candidates import Candidate, algorithm, constant, contenders, is_network
from nbaudit.workflow.core import once_per_workflow

_IMMATERIAL = regex(
    r"random|seed|verbos|n_?jobs|thread|cache|silent|copy|warm_start|device|gpu|metric_period|logging|importance_type|"
    r"enable_categorical|use_label|eval_metric|^objective$|class_weight|probability|name$|directory|allow_writing|metrics$|"
    r"^loss$|tree_method|missing|^nthread|callbacks|input|output",
    re.IGNORECASE,
)
_TRAIN_ARGS = frozenset({"epochs", "batch_size", "nb_epoch", "num_boost_round", "learning_rate", "steps_per_epoch"})
_STOPPING_ARGS = ("early_stopping_rounds", "early_stopping", "od_wait", "od_type", "n_iter_no_change", "use_best_model",
                  "lr_scheduler_type", "stopping_rounds")  # fmt: skip
_WATCHING_ARGS = frozenset({"early_stopping_rounds", "od_wait", "od_type", "use_best_model", "stopping_rounds"})
"""Those that do nothing without rows to watch."""
_STOPPING = regex(
    r"early_?stop(?!ping_rounds *=|ping *= *(?:False|None))|stop_training|[<>=] *(?:self\.)?patience\b|"
    r"\bpatience *(?:[<>]|-= *1)|"
    r"best_model_(?:state|wts|weights)|best_(?:val|valid)?_?loss\s*=|"
    r"lr_?sched|scheduler\.step|adjust_learning_rate|lr_find|fit_one_cycle|cyclic_lr|lr_decay|"
    r"optimi[sz]er\.(?:lr|learning_rate) *=|set_value\([^)\n]*\.(?:lr|learning_rate)\b|\[['\"]lr['\"]\] *[*/]?=|"
    r"(?<![a-z_])decay *= *[\d(.]*[1-9]",
    re.IGNORECASE,
)


_KEEPS_BEST = regex(
    r"^[ \t]*if [^\n]*[<>]=? *(\w*best\w*)[^\n]*:[^\n]*\n(?:[ \t][^\n]*\n){0,6}?[ \t][^\n]*"
    r"(?:state_dict\(\)|torch\.save|save_weights|\.save\(|deepcopy\(\w*(?:model|net))",
    re.MULTILINE,
)
"""The best round is kept: `if loss < best: best = loss; torch.save(...)`."""
_METHOD = regex(r"[ \t]+def ")
_CALLBACK = regex(r"class (\w+)\([\w.]*Callback\)")
_AGAIN = 3
"""A network trained so often, at different rates, is cooled down by hand; twice is fine-tuning."""


class Tuning(Struct, frozen=True, eq=False):
    """One way in which values were looked for.

    `how` is "search", "loop", "curve", "hand", "own" (the type searches by itself), "eye" (read off a plot)
    or "stopping". `names` are the
    hyperparameters that took more than one value, None where they are not known; `settings` the number of settings,
    `trials` those that were tried, None where unknown. `op` is the search's fit, the loop's training, the second of the
    settings tried by hand, or the schedule.
    """

    how: str
    op: Operation
    model: Model | None
    names: frozenset[str] | None = None
    settings: int | None = None
    trials: int | None = None
    training: Training | None = None


def material(name: str) -> bool:
    """True for names of parameters that shape what is learned."""
    return not _IMMATERIAL.search(name)


def plain(name: str) -> str:
    """A grid's name without the steps: "clf__max_depth" is "max_depth"."""
    return name.rpartition("__")[2]


@once_per_workflow
def tunings(workflow: Workflow) -> tuple[Tuning, ...]:
    """Everything by which values were looked for, in order. Stopping and schedules included."""
    found: list[Tuning] = []
    for training in workflow.trainings:
        found.extend(_of_training(workflow, training))
    found.extend(_objectives(workflow))
    found.extend(_folds_in_loops(workflow))
    found.extend(_by_hand(workflow))
    found.extend(_stopping(workflow))
    found.extend(_recompiled(workflow))
    found.extend(_by_eye(workflow))
    return tuple(sorted(found, key=lambda tuning: tuning.op.id))


def searched(workflow: Workflow) -> tuple[Tuning, ...]:
    """The tunings that try values (no stopping, no schedule, no look at a plot)."""
    return tuple(tuning for tuning in tunings(workflow) if tuning.how not in ("stopping", "eye"))


def tunings_of(workflow: Workflow, candidate: Candidate) -> list[Tuning]:
    """The searches for a candidate's values; those of a search whose model is not known count for every network."""
    finals = {training.final.id for training in candidate.trainings}
    return [
        tuning
        for tuning in searched(workflow)
        if (tuning.model is not None and tuning.model.final().id in finals)
        or (tuning.model is not None and algorithm(workflow, tuning.model) == candidate.key)
    ]


def _of_training(workflow: Workflow, training: Training) -> Iterator[Tuning]:
    op, model = training.op, training.model
    if model.shape is Shape.SEARCH:
        names, settings = grid_size(model)
        trials = _count(model.params.get("n_iter"))
        yield Tuning("search", op, model, names, settings, trials, training)
        return
    if op.role is Role.TUNE or training.final.role is Role.TUNE:
        if op.role is Role.TUNE and "param_name" in op.args:
            name = op.args["param_name"].constant
            names = frozenset({plain(name)}) if isinstance(name, str) else None
            values = op.args.get("param_range")
            yield Tuning("curve", op, model, names, _length(values), None, training)
        elif training.final.role is Role.TUNE and training.final.family is not Family.AUTOML and training.final.tunes:
            alone = frozenset(training.final.tunes[:1])
            yield Tuning("own", op, model, alone, None, None, training)
        else:
            trials = _count(model.params.get("max_trials"))
            yield Tuning("own", op, model, None, None, trials, training)
        return
    names, settings = _looped(workflow, training)
    if names:
        # `**settings` in a loop: which hyperparameters they are is not known
        yield Tuning("loop", op, model, None if "**" in names else names, settings, settings, training)


def _looped(workflow: Workflow, training: Training) -> tuple[frozenset[str], int | None]:
    """The parameters that change with the loops around a training, and the number of settings."""
    loops = set(training.op.loops)
    if not loops:
        return frozenset(), None
    names: dict[str, frozenset[int]] = {}
    steps = {step.id: step for step in training.model.flat()}
    given = [(step, step.params) for step in steps.values()]
    # `set_params` in the loop: what the model holds in the end is not what it was trained with
    given += [
        (steps[op.model.id], dict(op.args))
        for op in workflow.ops(Role.BUILD)
        if op.model is not None and op.model.id in steps and loops & set(op.loops)
    ]
    for step, params in given:
        for name, value in params.items():
            # the models may have been made in a loop of their own, and be trained in this one
            around = value.varies & loops or (value.varies if _made_apart(workflow, step) else frozenset())
            if around and material(name) and value.rows is None:
                names[_parameter(step, name)] = around
    for name in _TRAIN_ARGS & set(training.op.args):
        value = training.op.args[name]
        if value.varies & loops:
            names[name] = value.varies & loops
    if not names:
        return frozenset(), None
    by_id = {loop.id: loop for loop in workflow.graph.loops}
    used = set().union(*names.values())
    if any(by_id[number].kind == "search" for number in used):
        return frozenset(names), None
    counts = [by_id[number].count for number in used]
    return frozenset(names), prod(count for count in counts if count) if all(counts) else None


def _made_apart(workflow: Workflow, model: Model) -> bool:
    """True for a model that one of several was made in a loop."""
    return model.made_by >= 0 and bool(workflow.graph.operations[model.made_by].loops)


def _parameter(model: Model, name: str) -> str:
    """A parameter's name; a positional one is the first that the type is tuned by."""
    return model.tunes[0] if name == "0" and model.tunes else name


def grid_size(search: Model) -> tuple[frozenset[str] | None, int | None]:
    """The names with more than one value in a search's space, and the number of settings."""
    if not search.grid or any(name.startswith("?") for name in search.grid):
        return None, None
    names: set[str] = set()
    sizes: list[int | None] = []
    for name, value in search.grid.items():
        if not material(plain(name)):
            continue
        size = _length(value)
        if size is None or size > 1:
            names.add(plain(name))
            sizes.append(size)
    total = prod(size for size in sizes if size is not None) if all(size is not None for size in sizes) else None
    return frozenset(names), total


def _length(value: Value | None) -> int | None:
    if value is None or value.constant is NOTHING:
        return None
    if isinstance(value.constant, tuple):
        return sum(len(item) if isinstance(item, (tuple, range)) else 1 for item in value.constant)
    return len(value.constant) if isinstance(value.constant, range) else 1


def _count(value: Value | None) -> int | None:
    return value.constant if value is not None and isinstance(value.constant, int) else None


def _objectives(workflow: Workflow) -> Iterator[Tuning]:
    """Searches that call an objective: the models trained in it are what is tuned."""
    by_id = {loop.id: loop for loop in workflow.graph.loops}
    inside = {
        number
        for training in workflow.trainings
        for number in training.op.loops
        if number in by_id and by_id[number].kind == "search"
    }
    for op in workflow.ops(Role.TUNE):
        if op.model is not None or not op.args:
            continue
        trials = next(
            (_count(op.args[name]) for name in ("n_trials", "max_evals", "n_calls", "n_iter") if name in op.args), None
        )
        trained = next((t for t in workflow.trainings if t.op.id > op.id and set(t.op.loops) & inside), None)
        if trained is not None:
            names, _ = _looped(workflow, trained)
            yield Tuning("search", op, trained.model, None if "**" in names else names or None, None, trials, trained)
        elif trials is not None:
            yield Tuning("search", op, None, None, None, trials)


def _folds_in_loops(workflow: Workflow) -> Iterator[Tuning]:
    """Cross-validations of a booster that has no object, `xgb.cv(params, ...)`, with other values in each round."""
    for op in workflow.ops(Role.CROSS_VALIDATE):
        loops = set(op.loops)
        if op.model is None and any(value.varies & loops and value.rows is None for value in op.args.values()):
            yield Tuning("loop", op, None)


def setting(training: Training) -> dict[str, object] | None:
    """A training's material parameters as constants, None where one of them is not known."""
    found: dict[str, object] = {}
    for name, value in training.final.params.items():
        if not material(name):
            continue
        if value.constant is NOTHING:
            return None
        found[_parameter(training.final, name)] = value.constant
    return found


def _by_hand(workflow: Workflow) -> Iterator[Tuning]:
    """Settings of one algorithm written out one after the other and measured on the same rows."""
    for candidate in _grouped(workflow):
        groups: list[list[tuple[dict[str, object], Training]]] = []
        for training in candidate:
            values = setting(training)
            if values is None or training.op.loops:
                continue
            tried = next((group for group in groups if _same_data(group[0][1], training)), None)
            if tried is None:
                groups.append([(values, training)])
            elif not any(values == other for other, _ in tried):
                tried.append((values, training))
        for tried in groups:
            if len(tried) < 3:
                continue
            names = {
                name
                for values, _ in tried
                for name in values
                if any(other.get(name) != values[name] for other, _ in tried)
            }
            last = tried[-1][1]
            yield Tuning("hand", tried[1][1].op, last.model, frozenset(names), len(tried), len(tried), last)


def _grouped(workflow: Workflow) -> Iterator[list[Training]]:
    """Fits of one type that are measured, by type."""
    found: dict[str, list[Training]] = {}
    for training in workflow.trainings:
        if training.model.shape is Shape.SEARCH or is_network(training.final) or not training.final.has(Trait.TUNABLE):
            continue
        if any(not evaluation.watched for evaluation in workflow.evaluations_of(training.final)):
            found.setdefault(training.final.type, []).append(training)
    yield from found.values()


def _same_data(a: Training, b: Training) -> bool:
    """True where two models learn from the same values."""
    if a.features is None or b.features is None:
        return False
    x, y = a.features, b.features
    return x.id == y.id or (x.rows is y.rows and x.upstream == y.upstream and x.columns.selected == y.columns.selected)


def _stopping(workflow: Workflow) -> Iterator[Tuning]:
    """Early stopping and schedules, by callbacks, arguments or by hand."""
    for op in workflow.ops(Role.SCHEDULE):
        if not _left_lying(workflow, op):
            yield Tuning("stopping", op, None)
    for training in workflow.trainings:
        for name in _STOPPING_ARGS:
            given = training.op.args.get(name) or training.final.params.get(name)
            if name == "n_iter_no_change" and constant(training.final.params.get("early_stopping")) is False:
                continue
            if name in _WATCHING_ARGS and name not in training.op.args and _unwatched(training):
                continue
            if given is not None and given.constant not in (None, False):
                yield Tuning("stopping", training.op, training.model, training=training)
                break
    if not workflow.ops(Role.SCHEDULE):
        for training in workflow.trainings:
            if is_network(training.final) and stopping_by_hand(workflow):
                yield Tuning("stopping", training.op, training.model, training=training)
                break


def _left_lying(workflow: Workflow, op: Operation) -> bool:
    """True for a callback that is made and handed to nothing. A schedule that is made of an optimiser needs no fit."""
    if Trait.WATCHES not in op.traits or any(v.kind in (Kind.MODEL, Kind.UNKNOWN) for v in op.args.values()):
        return False
    return not any(
        value.upstream & op.bit
        for later in workflow.graph.operations[op.id + 1 :]
        for value in (*later.data, *later.args.values())
    )


def _unwatched(training: Training) -> bool:
    """True for a fit that is known to watch no rows."""
    return not training.op.validation and "eval_set" not in training.op.args and training.op.role is not Role.TUNE


def _recompiled(workflow: Workflow) -> Iterator[Tuning]:
    """A network that is trained on and on with another rate each time: a schedule by hand."""
    rates: dict[int, set[object]] = {}
    for op in workflow.ops(Role.COMPILE):
        if op.model is None:
            continue
        optimiser = next((v.model for v in op.args.values() if v.model is not None and v.model is not op.model), None)
        given = optimiser.params if optimiser is not None else {}
        rate = given.get("0") or given.get("learning_rate") or given.get("lr")
        if rate is not None and isinstance(rate.constant, float):
            rates.setdefault(op.model.id, set()).add(rate.constant)
    for training in workflow.trainings:
        if len(rates.get(training.model.id, ())) > 1 and len(training.model.fits) >= _AGAIN:
            yield Tuning("stopping", training.op, training.model, training=training)
            return


_READ_BY_EYE = {
    Family.TIME_SERIES: "order",
    Family.CENTROID: "n_clusters",
    Family.HIERARCHICAL: "n_clusters",
}


def _by_eye(workflow: Workflow) -> Iterator[Tuning]:
    """Plots from which the order of a time-series model, or the number of clusters, is read."""
    plots = workflow.having(Trait.ORDERS)
    for training in workflow.trainings:
        name = _READ_BY_EYE.get(training.final.family) if training.final.family is not None else None
        before = [op for op in plots if op.id < training.op.id]
        if before and (name == "order" or (name is not None and training.final.made_by != -1)):
            yield Tuning("eye", before[-1], training.model, frozenset({str(name)}), training=training)


_STOPPING_WORDS = (
    *("stop", "patience", "best_", "sched", "learning_rate", "lr_", "_lr", "lr'", 'lr"', "fit_one", "optim"),
    *("set_value", "decay"),
)


def _may_stop(code: str) -> bool:
    """False for most cells: no word of the patterns is in them, so that no line need be looked at."""
    lower = code.lower()
    return any(word in lower for word in _STOPPING_WORDS) and _STOPPING.search(code) is not None


@once_per_workflow
def stopping_by_hand(workflow: Workflow) -> str | None:
    """The words in the code by which a training loop stops, slows itself or keeps its best state, None where there are
    none."""
    cells = [cell for cell in workflow.notebook.cells if cell.is_python]
    code = [cell.python for cell in cells]
    idle = {(op.span.cell, op.span.line) for op in workflow.ops(Role.SCHEDULE) if _left_lying(workflow, op)}
    for cell, text in zip(cells, code, strict=True):
        for number, line in enumerate(text.split("\n") if _may_stop(text) else ()):
            found = _STOPPING.search(line.split("#")[0])
            if found is None or "import" in line or (cell.index, number + 1) in idle:
                continue
            if not _never_runs(code, text, number):
                return found[0]
        kept = _KEEPS_BEST.search(text) if "best" in text.lower() else None
        if kept is not None:
            return kept[1]
    return None


def _never_runs(code: list[str], text: str, number: int) -> bool:
    """True for a line of a callback class that nothing makes an object of, or in a method that no fit calls."""
    method = ""
    for line in reversed(text.split("\n")[:number]):
        if _METHOD.match(line) and not method:
            method = line.split("def ", 1)[1].partition("(")[0]
        found = _CALLBACK.match(line)
        if found is not None:
            used = regex(rf"(?<!class )\b{found[1]}\(")
            return not method.startswith(("on_", "__")) or not any(used.search(cell) for cell in code)
        if line and not line[0].isspace():
            return False
    return False


def few(tuning: Tuning) -> bool:
    """True where a search tries three settings or fewer, or fewer than it has hyperparameters."""
    if tuning.settings is not None and tuning.settings <= 3:
        return True
    return tuning.trials is not None and tuning.names is not None and tuning.trials < len(tuning.names)


def tuned(workflow: Workflow, candidate: Candidate) -> bool:
    """True where values of the candidate were looked for in any way but stopping."""
    return bool(tunings_of(workflow, candidate))


def tunable_candidates(workflow: Workflow) -> list[Candidate]:
    """The contenders with material hyperparameters."""
    return [c for c in contenders(workflow) if c.tunable]


def search_loops(workflow: Workflow) -> frozenset[int]:
    """Ids of the loops in which a search calls its objective."""
    return frozenset(loop.id for loop in workflow.graph.loops if loop.kind == "search")


def looped(workflow: Workflow, training: Training) -> frozenset[str]:
    """The hyperparameters that change with the loops (or the search) around a training."""
    return _looped(workflow, training)[0]


def tested_elsewhere(workflow: Workflow, chosen_on: Rows, model: Model, after: int) -> bool:
    """True where a model of the type is measured, after a choice, on held-out rows that the choice did not use."""
    return any(
        evaluation.op.id > after
        and evaluation.model is not None
        and evaluation.model.final().type == model.final().type
        and evaluation.rows is not None
        and not evaluation.rows.overlaps(chosen_on)
        for evaluation in workflow.evaluations
        if evaluation.held_out and not evaluation.watched and not evaluation.folds
    )


@once_per_workflow
def thresholds_on_test_rows(workflow: Workflow) -> tuple[tuple[Operation, Operation], ...]:
    """Where a decision threshold is read off scores on test rows, and the measurement of the same rows with it."""
    scored = [e for e in workflow.evaluations if e.held_out and e.rows is not None and not e.folds and not e.watched]
    by_op = {e.op.id: e for e in scored if _scores(workflow, e)}
    curves = mask_of(e.op for e in by_op.values())
    found: list[tuple[Operation, Operation]] = []
    for later in scored if curves else ():
        mask = 0
        for value in later.op.data:
            if value.kind in (Kind.PREDICTION, Kind.ARRAY, Kind.COLUMN, Kind.MASK):
                mask |= value.upstream | value.control
        for op in workflow.graph.by_mask(mask & curves):
            first = by_op[op.id]
            if op.id >= later.op.id:
                continue
            assert first.rows is not None and later.rows is not None
            if first.model is not later.model or not first.rows.overlaps(later.rows):
                continue
            if _same_predictions(workflow, first.op, later.op):
                found.append((first.op, later.op))
                break
    return tuple(found)


def _scores(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True for a curve over thresholds, or a metric in a loop that does something else to the same predictions in each
    round; the area under a curve is a score, from which weights may come."""
    op = evaluation.op
    if Trait.THRESHOLDS in op.traits or not op.loops:
        return Trait.THRESHOLDS in op.traits
    loops = set(op.loops)
    if any(loops & set(predicted.loops) for predicted in workflow.graph.by_mask(_predicts(workflow, op))):
        return False
    return any(value.varies & loops for value in op.data)


def _same_predictions(workflow: Workflow, first: Operation, later: Operation) -> bool:
    """True where both measure the outcome of one prediction (not of a model that was chosen in between)."""
    mine = _predicts(workflow, first)
    return bool(mine & _predicts(workflow, later)) and mine != 0


def _predicts(workflow: Workflow, op: Operation) -> int:
    mask = 0
    for value in op.data:
        for source in workflow.graph.by_mask(value.upstream):
            if source.role is Role.PREDICT:
                mask |= source.bit
    return mask

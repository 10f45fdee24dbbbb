"""Questions about candidates: which algorithms are tried, by which metrics and on which rows each is measured.

A candidate is an algorithm, not an object: refits, folds, other settings and other columns of one algorithm are one.
Pure functions over a `Workflow`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.model.facts import ClassReport, Confusion, Fact, Scores
from nbaudit.model.flow import NOTHING, Kind, Model, Operation, Rows, RowsEffect, Shape, Value
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Training, Workflow
from nbaudit.workflow.core import once_per_workflow

MEASURES = frozenset(
    {
        Trait.ACCURACY,
        Trait.R2,
        Trait.ERROR,
        Trait.LOSS,
        Trait.RANKING,
        Trait.CLASSWISE,
        Trait.CLUSTER_QUALITY,
        Trait.INERTIA,
    }
)
CLASS_TASKS = frozenset({Task.BINARY, Task.MULTICLASS, Task.CLASSIFICATION})
NUMBER_TASKS = frozenset({Task.REGRESSION, Task.FORECASTING})

_METRIC_WORDS: tuple[tuple[re.Pattern[str], Trait], ...] = (
    (regex(r"^recall_(?:weighted|micro)$|^(?:f1|precision)_micro$"), Trait.ACCURACY),  # the same figure
    (regex(r"auc|auroc|average_precision|(?<![a-z])roc(?![a-z])|ndcg|ranking|^m_?ap(?:_?\d+)?$"), Trait.RANKING),
    (
        regex(
            r"(?<![a-z])f1|f_?beta|f_?score|precision|recall|balanced|sensitivity|specificity|jaccard|kappa|matthews|"
            r"(?<![a-z])(?:mcc|m?iou|io_u|dice)(?![a-z])|true_?(?:pos|neg)|false_?(?:pos|neg)|log_?loss",
        ),
        Trait.CLASSWISE,
    ),
    (
        regex(r"accura|(?:(?<![a-z])|val|train|test|valid|eval|bin|cat)acc(?![a-z])|error_rate|^m?error$"),
        Trait.ACCURACY,
    ),
    (regex(r"^r_?2|r2_?score|r_?square|explained_variance"), Trait.R2),
    (
        regex(
            r"(?<![a-z])(?:n?rmse|rmsle|m[sa]e|msle|[sw]?mape|mase|wape|mdape)(?![a-z])|(?<![a-z])rms$|"
            r"mean_?(?:abs|sq)|absolute|squared_error|deviance|max_error|huber",
        ),
        Trait.ERROR,
    ),
    (
        regex(
            r"silhouette|(?<![a-z])rand(?:_(?:score|index))|adjusted_rand|mutual_info|homogeneity|"
            r"completeness_score|v_measure"
        ),
        Trait.CLUSTER_QUALITY,
    ),
    (regex(r"(?<![a-z])loss|[a-z]loss(?![a-z])|entropy|perplexity"), Trait.LOSS),
)
_CAMEL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_SUFFIX = regex(r"(Classifier|Regressor|Classification|Regression|Estimator|Model|CV)+$")
_DEF = regex(r"\s*(?:async\s+)?def\s+(\w+)")
_COMPILED = regex(r"\bmetrics\s*=\s*\[[^\]]*\]|\bcustom_objects\s*=\s*(?:dict\([^)]*\)|\{[^}]*\})")
_MEASURING = regex(r"metric|score|evaluat|accuracy", re.IGNORECASE)
_HITS = regex(
    r"\b(?:\w*acc|\w*accuracy|\w*correct\w*|\w*metric\w*|\w*_score|\w*iou|\w*f1|\w*ppl|\w*perplexity|\w*psnr|\w*ssim|\w*bleu)\b"
    r"\s*[-+/*]?=",
    re.IGNORECASE,
)
_ASIDE = regex(r"no_grad|inference_mode|\.eval\(\)|(?<![a-z])(?:test|val)", re.IGNORECASE)
_COUNTED = regex(
    r"^[ \t]*(?:(?:tp|fp|fn)(?:s|r|\d|_\w{1,3})?|(?:true|false)_?(?:pos|neg)\w*)[ \t]*\+?=[^=]",
    re.IGNORECASE | re.MULTILINE,
)
_TABLE_TYPES = frozenset({"numpy.ndarray", "pandas.DataFrame", "pandas.Series"})
_BOARDS = frozenset({"leaderboard", "fit_summary"})
_BOARD = regex(r"^\d+ +\S+ +-?\d+\.\d+ +([a-z]\w+)", re.MULTILINE)
"""A row of a leaderboard: place, model, score and the measure's name."""
_COUNTS_ONE = regex(r"^\s*\w+(?:\[\w+\])?\s*(?:\+=\s*1\b|=\s*\w+\s*\+\s*1\b)")
_NUMBERS = "#numbers"
_GENERIC = frozenset({"Model", "Module", "Sequential", "Functional", "LightningModule", "Network", "Trainer"})
"""Last parts of type names that say nothing of a network's architecture."""
_BASELINE = regex(
    r"base_?line(?!\w*(?:dir|path|file|root|feature|col|config|name|date|year|risk))|naive(?!.*(?:bayes|nb))|majority|"
    r"persistence|chance_level|null_?(?:acc|model|score|error|rate|mae|mse|rmse)|"
    r"dummy_?(?:cl(?:f|ass)|reg|model|pred|score|acc|est|mae|mse|rmse|f1|auc)|(?:pred\w*|score|acc\w*)_dummy",
    re.IGNORECASE,
)
"""Names of a baseline, its guesses or its score; `dummy_cols` are columns."""
_NO_GUESS = frozenset({Kind.MODEL, Kind.TABLE, Kind.MASK, Kind.INDEX, Kind.GROUPS, Kind.MODULE, Kind.TEXT})
"""What is no guess nor its score: `df_majority` holds rows, `dummy` often dummies."""


@lru_cache(maxsize=1024)
def metric_kind(name: str) -> Trait | None:
    """The kind of measure that a metric's name stands for ("neg_mean_squared_error", "f1_macro", "val_acc")."""
    words = _CAMEL.sub("_", name.rpartition(".")[2]).lower()
    for pattern, trait in _METRIC_WORDS:
        if pattern.search(words):
            return trait
    return None


class Measurement(Struct, frozen=True, eq=False):
    """One measurement of a candidate: its kinds (empty where unknown), and whether the rows were held out (None where
    the analysis can't say). `inner` says that it only guides a search,
    `doubtful` that a call that is not known shaped what is measured, `crossed` that each row was predicted by a model
    that had not seen it."""

    evaluation: Evaluation
    kinds: frozenset[Trait]
    inner: bool = False
    doubtful: bool = False
    crossed: bool = False

    @property
    def op(self) -> Operation:
        return self.evaluation.op

    @property
    def held_out(self) -> bool | None:
        held = self.evaluation.held_out
        if self.crossed:
            return True
        return None if held is False and self.doubtful else held


class Candidate(Struct, frozen=True, eq=False):
    """One algorithm that is tried. `trainings` are its fits, searches and cross-validations in order, `measurements`
    those of any of them. `helper` says that it only serves another model (fills gaps, ranks features)."""

    key: str
    name: str
    family: Family | None
    task: Task | None
    trainings: tuple[Training, ...]
    measurements: tuple[Measurement, ...]
    helper: bool = False

    @property
    def first(self) -> Training:
        return self.trainings[0]

    @property
    def last(self) -> Training:
        return self.trainings[-1]

    @property
    def tunable(self) -> bool:
        return any(is_tunable(training.model) for training in self.trainings)

    @property
    def kinds(self) -> frozenset[Trait]:
        return frozenset(kind for measurement in self.measurements for kind in measurement.kinds)


def is_tunable(model: Model) -> bool:
    """True for models with material hyperparameters."""
    final = model.final()
    return (
        any(step.has(Trait.TUNABLE) for step in model.flat())
        or final.family is Family.AUTOML
        or final.role is Role.REDUCE  # the number of dimensions
    )


def short(model: Model) -> str:
    """A model's name for a reader."""
    final = model.final()
    if is_network(final):
        unnamed = final.type.rpartition(".")[2] in _GENERIC or final.shape is Shape.SEARCH  # a tuner builds it
        return "network" if unnamed else short_type(final)
    return short_type(final)


def short_type(model: Model) -> str:
    owner, _, name = model.type.rpartition(".")
    if name.islower() and owner.rpartition(".")[2][:1].isupper():
        name = owner.rpartition(".")[2]  # a class that makes itself: `BertModel.from_pretrained`
    if not name.isidentifier():
        return "the model"
    if name in ("Model", "Booster", "train", "Learner") and "." in model.type:
        return model.type.partition(".")[0]
    return name


def is_network(model: Model) -> bool:
    return model.shape is Shape.NETWORK or model.family is Family.NETWORK


def of_one_layer(model: Model) -> bool:
    """True for a network whose only weights are those of one dense layer: a linear model, however it is trained."""
    if model.shape is not Shape.NETWORK:
        return model.family is Family.LINEAR and model.type.startswith("notebook.")
    weighted = [part for part in model.parts or [step for _, step in model.steps] if not part.has(Trait.STATELESS)]
    return len(weighted) == 1 and weighted[0].family is Family.LINEAR


def family_of(model: Model) -> Family | None:
    """A model's family of algorithms."""
    return Family.LINEAR if of_one_layer(model) else model.family


def algorithm(workflow: Workflow, model: Model) -> str:
    """What tells one algorithm from another: the type without its task, an SVM's kernel, a network's layers."""
    final = model.final()
    if of_one_layer(final):
        tasks = [workflow.task_of(training) for training in workflow.trainings if training.final is final]
        return f"{Family.LINEAR.value}:{any(task in CLASS_TASKS for task in tasks)}"
    if is_network(final) and final.shape is Shape.NETWORK:
        if final.type.rpartition(".")[2] not in _GENERIC:
            return f"network:{final.type}"
        layers = ",".join(step.type for step in final.flat())
        if final.layers and len(final.steps) > 1:
            return f"network:{layers}"
        where = workflow.graph.operations[final.made_by].span if final.made_by >= 0 else None
        kind = f"network:{final.type}:{final.own}"
        return f"{kind}:{where.cell}:{where.line}" if where is not None else kind
    root, _, rest = (final.like or final.type).partition(".")
    if final.family is Family.LINEAR and not final.has(Trait.TUNABLE):
        return f"{Family.LINEAR.value}:{final.task in CLASS_TASKS}"
    name = _SUFFIX.sub("", rest.rpartition(".")[2])
    kernel = final.params.get("kernel")
    if final.family is Family.KERNEL and kernel is not None and isinstance(kernel.constant, str):
        name += f":{kernel.constant}"
    return f"{root}.{name}{_NUMBERS if final.task in NUMBER_TASKS else ''}"


def in_grids(workflow: Workflow) -> list[Model]:
    """The models that a search tries in the place of a pipeline's last step, as `{"model": [SVC(), GaussianNB()]}`."""
    predicting = [
        model for training in workflow.trainings for model in training.model.tried if model.family is not None
    ]
    return [model for model in predicting if model.family not in (Family.BASELINE, Family.OTHER)]


def without_task(key: str) -> str:
    """An algorithm's key, the same for its classifier and its regressor."""
    return key.removesuffix(_NUMBERS)


@once_per_workflow
def candidates(workflow: Workflow) -> tuple[Candidate, ...]:
    """All algorithms that are trained, helpers and dummy baselines included, in order of their first training."""
    groups: dict[str, list[Training]] = {}
    tuners: list[Training] = []
    for training in workflow.trainings:
        tunes = training.op.role is Role.TUNE and not training.model.steps and is_network(training.final)
        if tunes or _wraps_builder(training.final):
            tuners.append(training)  # it builds and trains the networks that are candidates themselves
        else:
            groups.setdefault(algorithm(workflow, training.final), []).append(training)
    trees = [key for key, found in groups.items() if found[0].family is Family.HIERARCHICAL]
    for key in trees[1:]:
        if any(groups[name][0].final.made_by < 0 for name in (key, trees[0])):
            groups[trees[0]].extend(groups.pop(key))  # a linkage drawn as a dendrogram is no candidate of its own
    parts = [key for key, found in groups.items() if is_network(found[0].final)]
    for key in parts[1:]:
        whole = next(
            (k for k in parts if k in groups and k != key and _together(workflow, groups[k], groups[key])), None
        )
        if whole is not None:
            groups[whole].extend(groups.pop(key))
    networks = next((found for found in groups.values() if is_network(found[0].final)), None)
    for training in tuners:
        (groups.setdefault("network:tuned", []) if networks is None else networks).append(training)
    for trainings in groups.values():
        trainings.sort(key=lambda training: training.op.id)
    found = [_candidate(workflow, key, tuple(trainings)) for key, trainings in groups.items()]
    named = Counter(candidate.name for candidate in found)
    return tuple(replace(c, name=f"{c.name} ({_apart(c)})") if named[c.name] > 1 else c for c in found)


def _apart(candidate: Candidate) -> str:
    """What tells a candidate from another one of the same type, for a reader."""
    if candidate.family is not Family.KERNEL:
        return f"cell {candidate.first.op.site.cell}"
    given = candidate.first.final.params.get("kernel")
    return f"{given.constant} kernel" if given is not None and isinstance(given.constant, str) else "default kernel"


def _together(workflow: Workflow, some: list[Training], others: list[Training]) -> bool:
    """True for networks that were made before a loop and take turns in it, batch by batch, as a generator and its
    critic do: they are one model."""
    return any(
        bool(a.op.loops)
        and a.op.loops == b.op.loops
        and a.op.span.line != b.op.span.line
        and not any(model.made_by < 0 or workflow.graph.operations[model.made_by].loops for model in (a.final, b.final))
        for a in some
        for b in others
    )


def _wraps_builder(model: Model) -> bool:
    """True for a network behind the interface of an estimator: it is made by a function of the notebook."""
    if not is_network(model) or model.shape is Shape.NETWORK:
        return False
    return any(value.kind is Kind.FUNCTION for value in model.params.values())


def _candidate(workflow: Workflow, key: str, trainings: tuple[Training, ...]) -> Candidate:
    finals = {model.id for training in trainings for model in _whole(training.model)}
    task = next((task for task in map(workflow.task_of, trainings) if task is not None), None)
    unknown, crossed = _unknown(workflow), _crossed(workflow)
    for training in trainings:
        for value in training.op.data:
            unknown &= ~value.upstream
    measurements = tuple(
        Measurement(
            evaluation,
            kinds_of(workflow, evaluation, task),
            _is_inner(workflow, evaluation),
            any(
                value.upstream & unknown
                or value.kind is Kind.UNKNOWN
                or (value.kind is Kind.PREDICTION and value.rows is None)
                for value in evaluation.op.data
            ),
            any(value.kind is Kind.PREDICTION and value.upstream & crossed for value in evaluation.op.data),
        )
        for evaluation in workflow.evaluations
        if evaluation.model is not None
        and (evaluation.model.id in finals or evaluation.model.final().id in finals)
        and _is_figure(workflow, evaluation)
    )
    final = trainings[0].final
    return Candidate(
        key,
        short(final),
        family_of(final),
        task,
        trainings,
        measurements,
        all(_serves(workflow, training, measurements) for training in trainings),
    )


def _whole(model: Model) -> Iterator[Model]:
    """A model and all inside it, without the members of a vote or stack: their scores are not its own."""
    yield model
    if model.shape is not Shape.ENSEMBLE:
        for _, step in model.steps:
            yield from _whole(step)


@once_per_workflow
def _crossed(workflow: Workflow) -> int:
    """Mask of the cross-validations that give predictions, not scores."""
    read = [value for op in workflow.graph.operations for value in op.data]
    read += [binding.value for binding in workflow.graph.bindings]
    predicting = {value.made_by for value in read if value.kind is Kind.PREDICTION}
    mask = 0
    for op in workflow.ops(Role.CROSS_VALIDATE):
        if op.id in predicting:
            mask |= op.bit
    return mask


@once_per_workflow
def _unknown(workflow: Workflow) -> int:
    """Mask of the operations that no table knows."""
    mask = 0
    for op in workflow.ops(Role.UNKNOWN):
        mask |= op.bit
    return mask


@once_per_workflow
def _summed(workflow: Workflow) -> int:
    """Mask of the operations whose results are summed up, or go into calls that are not known."""
    mask = 0
    for op in workflow.ops(Role.AGGREGATE, Role.UNKNOWN, Role.EVALUATE):
        for value in op.data:
            mask |= value.upstream
    return mask


def _is_figure(workflow: Workflow, evaluation: Evaluation) -> bool:
    """False for differences that are only looked at or plotted (residuals that nothing sums up to a figure), and for
    predictions of all folds."""
    op = evaluation.op
    if op.bit & _crossed(workflow):
        return False
    if op.role is not Role.EVALUATE or op.rows is not RowsEffect.KEEP or _summed(workflow) & op.bit:
        return True
    return bool(op.loops) and _counted(workflow, op)


def _counted(workflow: Workflow, op: Operation) -> bool:
    """True for a comparison that decides whether a counter goes up: `if guess[i] == truth[i]: right += 1`."""
    lines = workflow.notebook.cells[op.span.cell].python.split("\n")[op.span.line - 1 : op.span.line + 1]
    return bool(lines) and lines[0].lstrip().startswith("if ") and any(_COUNTS_ONE.match(line) for line in lines[1:])


def _is_inner(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True for scores inside a search, and for the search's best score where a separate test of it follows."""
    loops = {loop.id: loop for loop in workflow.graph.loops}
    if any(loops[number].kind == "search" for number in evaluation.op.loops if number in loops):
        return True
    if not evaluation.folds or evaluation.model is None or evaluation.model.shape is not Shape.SEARCH:
        return False
    return any(
        other.held_out
        and not other.folds
        and other.model is not None
        and other.model.final() is evaluation.model.final()
        for other in workflow.evaluations
    )


def _serves(workflow: Workflow, training: Training, measurements: tuple[Measurement, ...]) -> bool:
    """True where a model only serves another: its predictions are data of another training, or only its importances
    are read, and nothing measures it."""
    if measurements:
        return False
    grouped = 0
    for other in workflow.trainings:
        if workflow.task_of(other) is Task.CLUSTERING:
            grouped |= other.op.bit
    if training.target is not None and training.target.upstream & grouped:
        return True  # it retells the clusters, for its importances or rules
    finals = {model.id for model in training.model.flat()}
    predicted = 0
    read = False
    for op in workflow.graph.operations[training.op.id + 1 :]:
        model = op.model or (op.receiver.model if op.receiver is not None else None)
        if model is None or model.id not in finals:
            continue
        if op.role in (Role.PREDICT, Role.FIT, Role.TRANSFORM):
            predicted |= op.bit
        read = read or op.role is Role.EXPLAIN
    later = [other for other in workflow.trainings if other.final.id not in finals]
    mine = predicted | training.op.bit
    for other in later:
        if other.op.id > training.op.id and any(value.upstream & mine for value in other.op.data):
            return True
    return read and not predicted & ~training.op.bit and bool(later)


@once_per_workflow
def contenders(workflow: Workflow) -> tuple[Candidate, ...]:
    """The algorithms that are tried for the task itself: no helpers, no dummy baselines. Where nothing is measured at
    all, nobody can say which of them only helps."""
    found = [c for c in candidates(workflow) if c.family is not Family.BASELINE]
    return tuple([c for c in found if not c.helper] or found)


@once_per_workflow
def by_target(workflow: Workflow) -> tuple[tuple[Candidate, ...], ...]:
    """The contenders by what they predict: models of different columns are no candidates for one task.

    One group where a target is not known, or where one target's name is part of another's (`price`, `log_price`).
    """
    groups: list[tuple[set[str], list[Candidate]]] = []
    for candidate in contenders(workflow):
        names = {t.target.column.casefold() if t.target and t.target.column else "" for t in candidate.trainings}
        if "" in names:
            return tuple(tuple(found) for found in _by_task(contenders(workflow)))
        same = [group for group in groups if any(a in b or b in a for a in group[0] for b in names)]
        merged = (names.union(*(group[0] for group in same)), [c for group in same for c in group[1]] + [candidate])
        groups = [group for group in groups if group not in same] + [merged]
    return tuple(tuple(part) for _, found in groups for part in _by_task(found))


def _by_task(found: Iterable[Candidate]) -> list[list[Candidate]]:
    """Candidates for classes, numbers and clusters apart, in order; together where the task of one is not known, or
    where one target is taken once for classes and once for numbers."""
    parts: dict[str, list[Candidate]] = {}
    targets: dict[str, set[int]] = {}
    for candidate in found:
        if candidate.task in CLASS_TASKS:
            kind = "classes"
        elif candidate.task in NUMBER_TASKS:
            kind = "numbers"
        elif candidate.task is Task.CLUSTERING:
            kind = "clusters"
        else:
            return [list(found)]
        parts.setdefault(kind, []).append(candidate)
        ids = {t.target.id for t in candidate.trainings if t.target is not None}
        targets.setdefault(kind, set()).update(ids)
    if targets.get("classes", set()) & targets.get("numbers", set()):
        return [list(found)]
    return list(parts.values())


# --- measures -------------------------------------------------------------------------------------------------------


_WATCHED_BY = ("custom_metric", "feval", "eval_metric", "metric")
"""What boosters call the metric that watches their rounds; a function beside a named one comes on top of it."""


def kinds_of(workflow: Workflow, evaluation: Evaluation, task: Task | None) -> frozenset[Trait]:
    """The kinds of measure that an evaluation gives; empty where they are not known."""
    op, model = evaluation.op, evaluation.model
    if op.role is Role.EVALUATE:
        asked = op.receiver.model.params.get("metricName") if op.receiver is not None and op.receiver.model else None
        found = _named(asked) or op.traits & MEASURES
        if Trait.LOSS in found and Trait.FOR_CLASSES in op.traits:
            found |= {Trait.CLASSWISE}  # a loss over class probabilities, as log loss
        if found:
            return frozenset(found)
    if model is None or (not op.ref and op.trust < 1):
        return frozenset()
    if is_network(model.final()) and not evaluation.folds:
        return _compiled(model.final())
    if evaluation.watched:
        given = (op.args.get(name) or model.final().params.get(name) for name in _WATCHED_BY)
        metric = next((value for value in given if value is not None and value.kind is not Kind.NONE), None)
        return frozenset({Trait.LOSS}) if metric is None else _named(metric)  # an own function's kind is not known
    scoring = op.args.get("scoring") or op.args.get("measures") or model.params.get("scoring")
    if scoring is not None and scoring.constant is not None:
        return _named(scoring)
    if model.family is Family.AUTOML and op.call.rpartition(".")[2] in _BOARDS:
        return _named(model.params.get("eval_metric")) or _boarded(workflow, op)
    if model.family is Family.AUTOML or not op.ref:
        return frozenset()  # what a function of another file measures is not known
    if task in CLASS_TASKS:
        return frozenset({Trait.ACCURACY})
    return frozenset({Trait.R2}) if task is Task.REGRESSION else frozenset()


def _boarded(workflow: Workflow, op: Operation) -> frozenset[Trait]:
    """The measure that a saved leaderboard names beside its scores, none where it names more than one."""
    cell = workflow.notebook.cells[op.site.cell] if 0 <= op.site.cell < len(workflow.notebook.cells) else None
    names = {name for output in (cell.outputs if cell else ()) for name in _BOARD.findall(output.text)}
    kinds = {metric_kind(name) for name in names}
    return frozenset(kind for kind in kinds if kind is not None) if len(kinds) == 1 else frozenset()


def _compiled(model: Model) -> frozenset[Trait]:
    return frozenset({Trait.LOSS}) | _named(model.params.get("metrics"))


def _named(value: Value | None) -> frozenset[Trait]:
    """The kinds of the metrics that a constant names; empty where one of them is unknown."""
    if value is None:
        return frozenset()
    names = value.constant if isinstance(value.constant, tuple) else (value.constant,)
    kinds = [metric_kind(name) if isinstance(name, str) else None for name in names]
    return frozenset(kind for kind in kinds if kind is not None) if all(kinds) else frozenset()


def unknown_measures(candidate: Candidate) -> bool:
    """True where some measurement of the candidate is of a kind that the analysis does not know."""
    for measurement in candidate.measurements:
        if measurement.inner:
            continue
        if not measurement.kinds:
            return True
        model = measurement.evaluation.model
        given = model.final().params.get("metrics") if model is not None and is_network(model.final()) else None
        if given is not None and not _named(given) and given.constant != ():
            return True
    return False


@once_per_workflow
def loose(workflow: Workflow) -> tuple[Evaluation, ...]:
    """Measurements whose model the analysis does not know."""
    return tuple(e for e in workflow.evaluations if e.model is None and e.op.traits & MEASURES)


class _Definition(Struct, frozen=True):
    """A function that the notebook writes: its name and the lines of its body, first and last."""

    name: str
    cell: int
    first: int
    last: int

    def holds(self, cell: int, line: int) -> bool:
        return cell == self.cell and self.first <= line <= self.last


@once_per_workflow
def _definitions(workflow: Workflow) -> tuple[_Definition, ...]:
    found: list[_Definition] = []
    for cell in workflow.notebook.cells:
        if not cell.is_python or "def " not in cell.python:
            continue
        lines = cell.python.split("\n")
        for at, line in enumerate(lines):
            named = _DEF.match(line)
            if named is None:
                continue
            found.append(_Definition(named[1], cell.index, at + 1, _body_end(lines, at) + 1))
    return tuple(found)


def _body_end(lines: list[str], start: int) -> int:
    """The number of the last line of what is written further in than a line."""
    deep = len(lines[start]) - len(lines[start].lstrip())
    last = start
    for number in range(start + 1, len(lines)):
        stripped = lines[number].lstrip()
        if stripped and len(lines[number]) - len(stripped) <= deep and not stripped.startswith((")", "#")):
            break
        last = number if stripped else last
    return last


@once_per_workflow
def measures_by_hand(workflow: Workflow) -> bool:
    """True where the notebook writes a function that is named as a measure is (`def auc(labels, scores)`) and asks it,
    and the analysis does not know what it measures."""
    known = {(e.op.span.cell, e.op.span.line) for e in workflow.evaluations if e.model is not None}
    for found in _definitions(workflow):
        if not _MEASURING.search(found.name) and metric_kind(found.name) in (None, Trait.LOSS):
            continue
        if any(found.holds(cell, line) for cell, line in known) or not _is_asked(workflow, found.name, frozenset()):
            continue
        ran = [op for op in workflow.graph.operations if found.holds(op.span.cell, op.span.line)]
        if not ran or any(_may_hold_guesses(workflow, value) for op in ran for value in op.data):
            return True
    return False


def _may_hold_guesses(workflow: Workflow, value: Value) -> bool:
    """True for what a model gave, or may have given."""
    guessed = bool(value.upstream & workflow.mask_of(_GUESSING))
    return guessed or not value.known or not value.upstream or value.kind in (Kind.PREDICTION, Kind.MODEL)


_GUESSING = frozenset({Role.PREDICT, Role.CROSS_VALIDATE, Role.UNKNOWN})


def _is_asked(workflow: Workflow, function: str, asking: frozenset[str]) -> bool:
    """True where a function's name stands anywhere but in itself, among the metrics that a network is compiled with, or
    in functions that nothing asks."""
    named = regex(rf"\b{function}\b")
    for cell in workflow.notebook.cells:
        if not cell.is_python or function not in cell.python:
            continue
        for number, line in enumerate(_COMPILED.sub(_blank, cell.python).split("\n"), 1):
            if named.search(line) is None or line.lstrip().startswith(("def ", "#")):
                continue
            around = [d.name for d in _definitions(workflow) if d.holds(cell.index, number)]
            if function in around:
                continue
            if all(name not in asking and _is_asked(workflow, name, asking | {function}) for name in around):
                return True
    return False


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _counts_hits(workflow: Workflow) -> bool:
    """True where a loop written by hand, on other rows than those trained on by its words, seems to count correct
    answers or keep a score."""
    return any(
        cell.is_python
        and _ASIDE.search(cell.python)
        and any(_HITS.search(line.split("#")[0]) for line in cell.python.split("\n"))
        for cell in workflow.notebook.cells
    )


def loose_after(workflow: Workflow, training: Training, kinds: frozenset[Trait] = MEASURES) -> bool:
    """True where a measurement of one of these kinds, after a training, may be one of its model: the measurement's
    model is unknown, or a call that the analysis does not know gets the model's predictions, or scores are printed that
    nothing known printed."""
    if trained_elsewhere(training) or any(e.op.id > training.op.id and e.op.traits & kinds for e in loose(workflow)):
        return True
    finals = {model.id for model in training.model.flat()}
    for op in workflow.graph.operations[training.op.id + 1 :]:
        if op.role is Role.LOOK and Trait.CLASSWISE in op.traits & kinds and any(_made_by(v, finals) for v in op.data):
            return True  # classes against predicted classes: a confusion matrix
        if op.role is not Role.UNKNOWN or op.call.rpartition(".")[0] in _TABLE_TYPES:
            continue  # no method of an array or a table measures a model
        for value in (*op.data, *op.args.values()):
            model = value.model if value.kind in (Kind.PREDICTION, Kind.MODEL, Kind.HISTORY) else None
            if model is not None and (model.id in finals or model.final().id in finals):
                return True
    if Trait.CLASSWISE in kinds and counts_classes(workflow):
        return True
    return _printed_after(workflow, training.op.site.cell, kinds)


def _made_by(value: Value, finals: set[int]) -> bool:
    return value.model is not None and (value.model.id in finals or value.model.final().id in finals)


@once_per_workflow
def counts_classes(workflow: Workflow) -> bool:
    """True where true and false positives or negatives are counted by the notebook's own code."""
    for cell in workflow.notebook.cells:
        for found in _COUNTED.finditer(cell.python) if cell.is_python else ():
            line = cell.python.count("\n", 0, found.start()) + 1
            around = [d.name for d in _definitions(workflow) if d.holds(cell.index, line)]
            if all(_is_asked(workflow, name, frozenset()) for name in around):
                return True
    return False


def _printed_after(workflow: Workflow, cell: int, kinds: frozenset[Trait]) -> bool:
    """True where a cell from this one on shows figures of these kinds, and no known measurement or training, which may
    log its own, stands in it."""
    known = {evaluation.op.site.cell for evaluation in workflow.evaluations}
    known |= {training.op.site.cell for training in workflow.trainings}
    known |= _shows_known(workflow)
    for scores in workflow.facts_of(Scores):
        named = isinstance(scores, Scores) and any(metric_kind(name) in kinds for name, _ in scores.scores)
        if named and scores.cell >= cell and scores.cell not in known:
            return True
    tables: list[Fact] = [*workflow.facts_of(ClassReport), *workflow.facts_of(Confusion)]
    return Trait.CLASSWISE in kinds and any(fact.cell >= cell and fact.cell not in known for fact in tables)


@once_per_workflow
def _shows_known(workflow: Workflow) -> frozenset[int]:
    """The cells that read what a known measurement gave: a table of it is no other measurement."""
    measured = 0
    for evaluation in workflow.evaluations:
        if evaluation.model is not None and evaluation.op.role is Role.EVALUATE:
            measured |= evaluation.op.bit
    return frozenset(
        cell
        for cell, names in workflow.graph.reads.items()
        if any(value.upstream & measured for value in names.values())
    )


def on_predictions(workflow: Workflow, candidate: Candidate) -> bool:
    """True where a model learns from what other models predict: a stack, a blend or a calibration by hand."""
    predicted = 0
    finals = {training.final.id for training in candidate.trainings}
    for op in workflow.ops(Role.PREDICT, Role.CROSS_VALIDATE):
        if op.model is not None and op.model.final().id not in finals:
            predicted |= op.bit
    return all(any(value.upstream & predicted for value in training.op.data) for training in candidate.trainings)


def measured_by_hand(workflow: Workflow, training: Training) -> bool:
    """True where a model that no known call measures may be measured by code that the notebook writes itself."""
    if figures_by_hand(workflow, training) or _named_figures(workflow, training) or _part_of_own(workflow, training):
        return True
    if _watched_figure(workflow):
        return True
    return learns_by_hand(training) and _passes_other_rows(workflow, training)


_FIGURES = frozenset({Trait.CLASSWISE, Trait.RANKING, Trait.ACCURACY, Trait.ERROR, Trait.R2})
_COMPUTED = frozenset({Kind.NUMBER, Kind.STATISTIC, Kind.UNKNOWN})


def _watched_figure(workflow: Workflow) -> bool:
    """True where early stopping or a checkpoint watches a figure of other rows, `monitor="val_dice"`: something
    measures it."""
    watched = (op.args["monitor"].constant for op in workflow.ops(Role.SCHEDULE) if "monitor" in op.args)
    return any(isinstance(name, str) and "val" in name and metric_kind(name) in _FIGURES for name in watched)


def _named_figures(workflow: Workflow, training: Training) -> bool:
    """True where numbers that are computed after a training are named as measures are: `recall = np.mean(found)`."""
    return any(
        metric_kind(name) in _FIGURES
        and any(
            binding.op > training.op.id
            and binding.value.kind in _COMPUTED
            and binding.value.constant is NOTHING
            and binding.value.upstream
            for binding in bindings
        )
        for name, bindings in workflow.bindings_by_name.items()
    )


def _part_of_own(workflow: Workflow, training: Training) -> bool:
    """True for a model inside an estimator that the notebook writes itself: what is measured is the whole."""
    span = training.op.span
    here = [d for d in _definitions(workflow) if d.cell == span.cell]
    around = [d for d in here if d.holds(span.cell, span.line)]
    return any(d.name == "fit" for d in around) and any(d.name.startswith("predict") for d in here)


def figures_by_hand(workflow: Workflow, training: Training) -> bool:
    """True where code that the notebook writes itself may compute more figures of a model than its loss."""
    if loose_after(workflow, training) or measures_by_hand(workflow) or _compared_in_loop(workflow, training):
        return True
    if _measured_among_others(workflow, training):
        return True
    return learns_by_hand(training) and _counts_hits(workflow)


def learns_by_hand(training: Training) -> bool:
    """True for a network's `loss.backward()`."""
    return is_network(training.final) and (training.op.receiver is None or training.op.receiver.kind is not Kind.MODEL)


def _measured_among_others(workflow: Workflow, training: Training) -> bool:
    """True where a measure is taken of what several models predict, collected in a list or table, the training's among
    them; what another model learned from on the way is not measured by that."""
    made = training.op.bit
    later = [t for t in workflow.trainings if t.features is not None and t.features.upstream & made]
    return any(
        value.upstream & made and not any(value.upstream & other.op.bit for other in later)
        for op in workflow.ops(Role.EVALUATE)
        if op.id > training.op.id and (op.model is None or op.model.final() is not training.final)
        for value in op.data
    )


def _passes_other_rows(workflow: Workflow, training: Training) -> bool:
    """True where a loop also runs the network over rows that it does not train on: it may sum their loss."""
    rows = training.rows
    return rows is not None and any(
        op.loops and value.rows is not None and not value.rows.overlaps(rows)
        for op in workflow.ops(Role.PREDICT)
        if op.model is not None and op.model.id == training.final.id
        for value in op.data
    )


def _compared_in_loop(workflow: Workflow, training: Training) -> bool:
    """True where predictions are held against the truth one by one, in a loop that may count what is right."""
    finals = {model.id for model in training.model.flat()}
    return any(
        op.call == "syntax.compare" and op.loops and any(_made_by(value, finals) for value in op.data)
        for op in workflow.ops(Role.EVALUATE)
    )


def unresolved_fits(workflow: Workflow) -> bool:
    """True where calls that the analysis does not know may train models: `something.fit(...)`, or a function of an own
    module that gets the features and the target of a training."""
    if any(name.rpartition(".")[2] in ("fit", "train", "fit_one_cycle") for name in workflow.graph.unknown):
        return True
    targets = {t.target.id for t in workflow.trainings if t.target is not None}
    seen = {(t.op.call, t.op.span) for t in workflow.trainings if trained_elsewhere(t)}
    return any(
        op.call.partition(".")[0] in workflow.graph.imports
        and any(value.id in targets for value in op.data[1:])
        and (op.call, op.span) not in seen
        for op in workflow.ops(Role.UNKNOWN)
    )


def trained_elsewhere(training: Training) -> bool:
    """True for a model that a function of an own module trains, and may measure, too."""
    return not training.op.ref and training.op.trust < 1


# --- comparisons ----------------------------------------------------------------------------------------------------


def baseline(workflow: Workflow) -> bool:
    """True where a model is held against a simple baseline: a dummy model, or one by hand that is named so."""
    if any(c.family is Family.BASELINE for c in candidates(workflow)):
        return True
    trained = {model.id for training in workflow.trainings for model in training.model.flat()}
    if any(
        e.model is not None
        and e.model.final().id not in trained
        and e.model.id not in trained
        and not e.model.fits
        and e.model.shape is not Shape.SEARCH
        for e in workflow.evaluations
    ):
        return True
    if any(
        _BASELINE.search(name) and any(binding.value.kind not in _NO_GUESS for binding in bindings)
        for name, bindings in workflow.bindings_by_name.items()
    ):
        return True
    return any(_by_hand(workflow, evaluation) for evaluation in loose(workflow))


def _by_hand(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where what is measured was made without a model: a shift, a mean, a constant."""
    trained = 0
    for training in workflow.trainings:
        trained |= training.op.bit
    return (
        bool(trained)
        and len(evaluation.op.data) >= 2
        and all(value.known and value.upstream and not value.upstream & trained for value in evaluation.op.data)
        and any(
            op.role is Role.AGGREGATE or Trait.LAG in op.traits
            for value in evaluation.op.data
            for op in workflow.graph.by_mask(value.upstream)
        )
    )


def automl(workflow: Workflow) -> bool:
    """True where a tool tries many algorithms by itself."""
    return any(
        training.final.family is Family.AUTOML and training.op.role in (Role.TUNE, Role.CROSS_VALIDATE)
        for training in workflow.trainings
    )


def final(workflow: Workflow) -> Candidate | None:
    """The candidate that is gone on with: the one saved, else the last that is trained."""
    tried = contenders(workflow)
    for op in reversed(workflow.ops(Role.SAVE_MODEL)):
        model = next((v.model for v in (*op.data, *op.args.values()) if v.model is not None), op.model)
        if model is None:
            continue
        for candidate in tried:
            if any(model.final().id == training.final.id for training in candidate.trainings):
                return candidate
    return max(tried, key=lambda candidate: candidate.last.op.id, default=None)


def rows_of(candidate: Candidate, held: bool | None = None) -> list[Rows]:
    """The rows that a candidate is measured on (those held out or not, where asked)."""
    return [
        m.evaluation.rows
        for m in candidate.measurements
        if m.evaluation.rows is not None and (held is None or m.held_out is held)
    ]


def constant(value: Value | None) -> object:
    return NOTHING if value is None else value.constant


def listed(names: list[str]) -> str:
    """As in "A, B and C"."""
    unique = list(dict.fromkeys(names))
    if len(unique) <= 1:
        return "".join(unique)
    return f"{', '.join(unique[:-1])} and {unique[-1]}"


def each(workflow: Workflow, candidate: Candidate) -> Iterator[Operation]:
    """The operations that train a candidate, in order."""
    for training in candidate.trainings:
        yield training.op

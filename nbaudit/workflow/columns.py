"""Questions about columns: which features a model gets, what was shown of them, which rules cut their values.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nbaudit.model.facts import Describe, Dtypes, Fact, Sample, ShapeFact
from nbaudit.model.flow import Columns, Kind, Model, Operation, Shape, Value
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.workflow import Evaluation, Prose, Training, Workflow
from nbaudit.workflow.sources import sources

MANY_FEATURES = 10
_NOT_TABLES = frozenset({Trait.IMAGE, Trait.AUDIO, Trait.TEXT, Trait.WEIGHTS})
_SPREADS = frozenset({Trait.DISTRIBUTION, Trait.SPREAD})
_COMBINES = frozenset({Role.SELECT, Role.REDUCE, Role.VECTORISE, Role.TOKENISE, Role.JOIN})
_WIDENS = _COMBINES | {Role.ENCODE, Role.CONCAT, Role.CREATE}
_BY_COLUMN = frozenset({Role.ENCODE, Role.IMPUTE, Role.DROP_MISSING})
"""What is done to columns of a table, and hardly to pixels or texts."""
_FLAT = frozenset({Kind.TABLE, Kind.ARRAY, Kind.COLUMN, Kind.LOADER})
OUTLIER_WORDS = re.compile(r"\boutl[iy]+ers?\b|\bextreme (?:value|point|observation)s?\b|\banomal(?:y|ies|ous)\b", re.I)


@lru_cache(maxsize=2)
def _values(workflow: Workflow) -> dict[int, Value]:
    found: dict[int, Value] = {}
    for binding in workflow.graph.bindings:
        found[binding.value.id] = binding.value
    for op in workflow.graph.operations:
        for value in (*op.data, *op.outputs, *op.args.values()):
            found.setdefault(value.id, value)
        if op.receiver is not None:
            found.setdefault(op.receiver.id, op.receiver)
    return found


def spoken_of(workflow: Workflow, fact: Fact) -> Value | None:
    """The value that an output speaks of, None where it is not known."""
    return _values(workflow).get(fact.about) if fact.about is not None else None


def called(workflow: Workflow, value: Value) -> str:
    """What to call a value in a sentence: its variable in code quotes, or "the data"."""
    name = workflow.name_of(value)
    return "the data" if "(" in name or " " in name.partition("[")[0] else f"`{name}`"


# --- where tables reach models --------------------------------------------------------------------------------------


def from_raw_table(workflow: Workflow, training: Training) -> bool:
    """True where the training's features or target come from a raw source of rows and columns."""
    for value in training.op.data:
        for op in workflow.graph.by_mask(value.upstream):
            if op.role is Role.LOAD and not op.traits & _NOT_TABLES:
                return True
    return False


def _has_text_or_images(workflow: Workflow, training: Training) -> bool:
    features = training.features
    if features is None:
        return False
    if any(step.traits & _NOT_TABLES for step in training.model.flat()):
        return True
    if features.kind is Kind.COLUMN and features.column is not None and training.final.family is Family.NETWORK:
        return True
    if features.kind is not Kind.TABLE and not any(
        value.kind is Kind.TABLE for op in workflow.graph.by_mask(features.upstream) for value in op.data
    ):
        return True  # arrays that never were a table
    if training.final.family is Family.NETWORK and not _numbers_for_sure(workflow, training):
        return True
    for op in workflow.graph.by_mask(features.upstream):
        if op.role in (Role.VECTORISE, Role.TOKENISE, Role.AUGMENT) or op.traits & {Trait.IMAGE, Trait.AUDIO}:
            return True
    return False


def _numbers_for_sure(workflow: Workflow, training: Training) -> bool:
    """True where a network's features are columns of numbers: scaled by a fitted scaler, encoded, filled, dropped by
    name, or shown to be numbers."""
    features = training.features
    assert features is not None
    steps = list(workflow.graph.by_mask(features.upstream))
    if any(op.role is Role.SCALE and op.learns for op in steps):
        return True
    if features.columns.names is not None or features.columns.selected is not None:
        return True
    if any(op.role in _BY_COLUMN and op.data and op.data[0].kind in _FLAT for op in steps):
        return True
    if len(features.columns.dropped - {target_name(training)}) > 1 or len(features.columns.created) > 2:
        return True
    shown = {name for fact in workflow.facts_of(Describe) if isinstance(fact, Describe) for name in fact.stats}
    named = {name for name in shown if not name.isdigit() and not re.fullmatch(r"pixel_?\d+", name)}
    return sum(features.columns.may_hold(name) for name in named) > 1


@lru_cache(maxsize=2)
def outlier_sensitive(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings whose features or target are numbers from a raw table and whose result outliers can bend."""
    found: list[Training] = []
    for training in workflow.trainings:
        features = training.features
        if features is None or not from_raw_table(workflow, training) or training.family is Family.BASELINE:
            continue
        if training.final.type.strip("?") == "":
            continue  # a model that no table knows
        regression = workflow.task_of(training) in (Task.REGRESSION, Task.FORECASTING)
        if not regression and (
            not training.final.has(Trait.OUTLIER_SENSITIVE) or _has_text_or_images(workflow, training)
        ):
            continue
        found.append(training)
    return tuple(found)


@lru_cache(maxsize=2)
def tabular_trainings(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings on the columns of a table (curated ones included), no text, no images."""
    return tuple(
        training
        for training in workflow.trainings
        if training.features is not None
        and training.features.kind in _FLAT
        and not _has_text_or_images(workflow, training)
        and (
            training.features.kind is Kind.TABLE
            or any(
                op.role in (Role.LOAD, Role.BUNDLED) or any(value.kind is Kind.TABLE for value in op.data)
                for op in workflow.graph.by_mask(training.features.upstream)
            )
        )
    )


# --- names and number of features -----------------------------------------------------------------------------------


def _mixed(workflow: Workflow, value: Value) -> bool:
    """True where columns were combined into others on the way, so that names say nothing any more."""
    return any(op.role in _COMBINES for op in workflow.graph.by_mask(value.upstream))


@lru_cache(maxsize=64)
def _read_again(workflow: Workflow, upstream: int) -> int:
    """The reads of the files that are upstream: what one read shows is true of another of the same file."""
    mask = 0
    for source in sources(workflow):
        if source.location and any(op.bit & upstream for op in source.ops):
            for op in source.ops:
                mask |= op.bit
    return mask


@lru_cache(maxsize=64)
def shown_names(workflow: Workflow, value: Value) -> tuple[tuple[str, ...], Fact] | None:
    """The columns of a table as saved outputs show them, with the newest output that shows them.

    An output of an earlier version counts, less what was dropped and with what was added since.
    """
    columns = value.columns
    if columns.cut or not value.known:
        return None
    best: tuple[tuple[str, ...], Fact] | None = None
    for fact in workflow.facts:
        if isinstance(fact, Sample) and fact.all_columns:
            names = fact.columns
        elif isinstance(fact, Dtypes) and fact.complete:
            names = tuple(fact.dtypes)
        else:
            continue
        about = spoken_of(workflow, fact)
        if about is None or about.kind is not Kind.TABLE or len(names) < 2:
            continue
        again = _read_again(workflow, value.upstream)
        if about.upstream & ~(value.upstream | again) or not about.upstream:
            continue
        if about.columns.base & ~(columns.base | again) or (
            about.columns.selected is not None and columns.selected is None
        ):
            continue
        kept = [name for name in names if columns.may_hold(name)]
        kept += sorted(name for name in columns.created if name not in names and columns.may_hold(name))
        best = tuple(kept), fact
    return best


def feature_names(workflow: Workflow, training: Training) -> tuple[str, ...] | None:
    """The names of the features as given to the model (before a pipeline's own steps), None where not known."""
    features = training.features
    if features is None or features.kind not in _FLAT or not features.known or _mixed(workflow, features):
        return None
    if features.columns.names is not None and not features.columns.cut:
        return features.columns.names
    shown = shown_names(workflow, features)
    return shown[0] if shown is not None else None


def feature_count(workflow: Workflow, training: Training) -> int | None:
    """The number of features, or the least that it is known to be; None where nothing tells."""
    features = training.features
    if features is None:
        return None
    known: list[int] = []
    for fact in workflow.facts_of(ShapeFact):
        assert isinstance(fact, ShapeFact)
        about = spoken_of(workflow, fact)
        if fact.columns is None or about is None or about.kind not in (Kind.TABLE, Kind.ARRAY):
            continue
        if about is features or (about.columns is features.columns and about.columns.base):
            return fact.columns
        if about.upstream and not about.upstream & ~features.upstream and same_columns(about.columns, features.columns):
            since = workflow.graph.by_mask(features.upstream & ~about.upstream)
            if not any(op.role in _WIDENS for op in since):
                known.append(fact.columns)
    if known:
        return known[-1]
    if features.columns.names is not None and not features.columns.cut:
        return len(features.columns.names)
    names = feature_names(workflow, training)
    if names is not None:
        return len(names)
    if features.columns.cut or not features.known:
        return None
    return _count_from_wide(workflow, features) or len(features.columns.created) or None


def _count_from_wide(workflow: Workflow, features: Value) -> int | None:
    """The number of features, from a printed table that left some columns out but told how many there are."""
    columns = features.columns
    if columns.selected is not None or _mixed(workflow, features):
        return None
    best: int | None = None
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        about = spoken_of(workflow, fact)
        if fact.width is None or about is None or about.kind is not Kind.TABLE or about.columns.selected is not None:
            continue
        again = _read_again(workflow, features.upstream)
        if not about.upstream or about.upstream & ~(features.upstream | again):
            continue
        if about.columns.base & ~(columns.base | again):
            continue
        best = fact.width - len(columns.dropped - about.columns.dropped)
        best += len(columns.created - about.columns.created)
    return best


def target_name(training: Training) -> str | None:
    """The column that the model learns, where it was taken from a table by name."""
    target = training.target
    if target is None:
        return None
    if target.column is not None and not target.column.startswith("#"):
        return target.column
    if target.columns.names is not None and len(target.columns.names) == 1:
        return target.columns.names[0]
    return None


# --- what was looked at ---------------------------------------------------------------------------------------------


def _is_prediction(workflow: Workflow, value: Value) -> bool:
    return value.kind is Kind.PREDICTION or (
        value.kind in (Kind.COLUMN, Kind.ARRAY)
        and any(op.role is Role.PREDICT for op in workflow.graph.by_mask(value.upstream))
    )


@lru_cache(maxsize=2)
def distributions_shown(workflow: Workflow) -> tuple[Operation, ...]:
    """Plots (and profiles) that show the spread of data, not of predictions, in order."""
    found: list[Operation] = []
    for op in workflow.ops(Role.PLOT, Role.PROFILE):
        if op.role is Role.PROFILE:
            found.append(op)
            continue
        if Trait.DISTRIBUTION not in op.traits and not _is_series(workflow, op):
            continue
        if any(_is_prediction(workflow, value) for value in op.data):
            continue
        found.append(op)
    return tuple(found)


def _is_series(workflow: Workflow, op: Operation) -> bool:
    """True for line plots of a series: data ordered in time, or rows where no class is learned."""
    if Trait.LINE not in op.traits:
        return False
    if in_time(workflow, op):
        return True
    return not workflow.classifies and any(value.kind in _FLAT and value.rows is not None for value in op.data)


def in_time(workflow: Workflow, op: Operation) -> bool:
    """True where a plot's data is ordered in time."""
    return any(
        other.traits & {Trait.TIME, Trait.LAG} or "parse_dates" in other.args
        for value in op.data
        for other in workflow.graph.by_mask(value.upstream)
    )


@dataclass(frozen=True, slots=True)
class Extreme:
    """A column whose saved `describe()` shows values far beyond the middle half: `times` its width beyond it."""

    column: str
    times: float
    value: float
    quartile: float
    fact: Describe


@lru_cache(maxsize=2)
def extremes(workflow: Workflow) -> dict[str, Extreme]:
    """The columns with their farthest value, as saved `describe()` tables show it; the first table counts."""
    found: dict[str, Extreme] = {}
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        for column, stats in fact.stats.items():
            low, q1, q3, high = (stats.get(name) for name in ("min", "25%", "75%", "max"))
            if not (
                isinstance(low, (int, float))
                and isinstance(q1, (int, float))
                and isinstance(q3, (int, float))
                and isinstance(high, (int, float))
            ):
                continue
            width = q3 - q1
            if width <= 0 or column in found:
                continue
            above, below = (high - q3) / width, (q1 - low) / width
            found[column] = (
                Extreme(column, above, high, q3, fact) if above >= below else Extreme(column, below, low, q1, fact)
            )
    return found


def far_out(workflow: Workflow, training: Training, times: float) -> list[Extreme]:
    """The columns that the training may use (features and, for a regression, the target) with extremes, farthest
    first."""
    features = training.features
    if features is None:
        return []
    target = target_name(training)
    regression = workflow.task_of(training) in (Task.REGRESSION, Task.FORECASTING)
    found = [
        extreme
        for name, extreme in extremes(workflow).items()
        if extreme.times >= times
        and (name == target if regression and name == target else name != target and features.columns.may_hold(name))
        and not looks_like_code(name)
    ]
    return sorted(found, key=lambda extreme: -extreme.times)


_ID = re.compile(
    r"(?:^|[_\W])(?:id|ids|uid|uuid|guid|index|idx)(?:$|[_\W])|^unnamed: ?0(?:\.\d+)?$|"
    r"^(?:row|serial|record|sl|sr|s)[ _.]*(?:no|num|number|nr)\.?$|"
    r"^(?:passenger|customer|client|user|order|transaction|employee|patient|product|student|row)_?(?:id|num|number)$",
    re.IGNORECASE,
)
_CAMEL_ID = re.compile(r"(?<=[a-z])(?:ID|Id)$")


def looks_like_identifier(name: str) -> bool:
    """True for names by which people call identifiers and row numbers."""
    return bool(_ID.search(name) or _CAMEL_ID.search(name))


def looks_like_code(name: str) -> bool:
    return looks_like_identifier(name) or name.lower() in ("year", "zip", "zipcode", "postcode", "date", "time")


# --- rules that cut values or rows ----------------------------------------------------------------------------------


def is_distance(workflow: Workflow, stats: int) -> bool:
    """True where aggregations tell how far a value lies from the others: quantiles, a spread, a detector's mark."""
    return any(
        op.role is Role.DETECT or op.traits & _SPREADS
        for op in workflow.graph.by_mask(stats)
        if op.learns or op.role is Role.DETECT
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows dropped (`drops`) or values cut by a rule that was computed from data.

    `learned` are the values whose rows the rule was computed from. `columns` are those it asks about, where known.
    """

    op: Operation
    learned: tuple[Value, ...]
    drops: bool
    columns: frozenset[str]


@lru_cache(maxsize=2)
def outlier_rules(workflow: Workflow) -> tuple[Rule, ...]:
    """The operations that drop or cut by quantiles, spreads or detectors, in order."""
    found: dict[int, Rule] = {}
    detectors = 0
    for op in workflow.graph.operations:
        if op.role is Role.DETECT:
            detectors |= op.bit
        rule = _rule(workflow, op, detectors, found)
        if rule is not None:
            found[op.id] = rule
    return tuple(found.values())


def _rule(workflow: Workflow, op: Operation, detectors: int, known: dict[int, Rule]) -> Rule | None:
    if op.role is Role.FILTER:
        key = op.args.get("key")
        if key is None:
            return _by_index(workflow, op, known)
        columns = frozenset({key.column}) if key.column is not None else frozenset[str]()
        if op.learns and is_distance(workflow, key.stats):
            return Rule(op, op.learns, True, columns)
        marks = list(workflow.graph.by_mask(key.upstream & detectors))
        if marks:
            learned = tuple(value for mark in marks for value in mark.learns)
            return Rule(op, learned, True, frozenset()) if learned else None
        return None
    if op.role is Role.CLIP:
        stats = 0
        for value in op.args.values():
            stats |= value.stats
        if not op.learns or (stats and not is_distance(workflow, stats)):
            return None
        return Rule(op, op.learns, False, _columns_of(op))
    if op.role is Role.CREATE and "rows" in op.args and op.learns and is_distance(workflow, op.args["rows"].stats):
        return Rule(op, op.learns, False, _columns_of(op))
    return None


def _columns_of(op: Operation) -> frozenset[str]:
    return frozenset(value.column for value in op.data if value.column is not None)


def _by_index(workflow: Workflow, op: Operation, known: dict[int, Rule]) -> Rule | None:
    """`df.drop(df[df.x > limit].index)`: the rows that a rule chose are dropped."""
    for value in op.args.values():
        if value.kind is not Kind.INDEX:
            continue
        for other in workflow.graph.by_mask(value.upstream | value.control):
            rule = known.get(other.id)
            if rule is not None and rule.drops and other.id < op.id:
                return Rule(op, rule.learned, True, rule.columns)
    return None


_LIMIT = re.compile(r"(<=?|>=?)\s*(-?\d[\d_.]*(?:e\d+)?)")


def numeric_limits(op: Operation) -> list[tuple[str, float]]:
    """(comparison, number) of each hand-set limit in the text of a filter."""
    found: list[tuple[str, float]] = []
    for sign, number in _LIMIT.findall(op.text):
        try:
            found.append((sign, float(number.rstrip("."))))
        except ValueError:
            continue
    return found


@lru_cache(maxsize=2)
def handlings(workflow: Workflow) -> tuple[Operation, ...]:
    """What answers outliers on the way to a model: rules, hand-set limits, clips, detectors, robust scaling, logs."""
    found: list[Operation] = [rule.op for rule in outlier_rules(workflow)]
    for op in workflow.ops(Role.FILTER):
        if numeric_limits(op) and workflow.reaches_model(op):
            found.append(op)
    for op in workflow.ops(Role.CLIP, Role.DETECT):
        found.append(op)
    for op in workflow.ops(Role.TRANSFORM, Role.DISCRETISE, Role.CREATE):
        if op.role is Role.CREATE:
            if op.learns and any(is_distance(workflow, value.stats) for value in op.args.values()):
                found.append(op)
        elif workflow.reaches_model(op) and op.role is Role.TRANSFORM and shrinks(op):
            found.append(op)
    for op in workflow.having(Trait.ROBUST):
        found.append(op)
    return tuple(sorted({op.id: op for op in found}.values(), key=lambda op: op.id))


def shrinks(op: Operation) -> bool:
    """True for transforms that pull a long tail in (logs, roots, power transforms)."""
    return Trait.SHRINKS in op.traits or (op.model is not None and op.model.has(Trait.SHRINKS))


@dataclass(frozen=True, slots=True)
class RuleLeak:
    """A rule computed from rows that are later measured on, and the training and measurement behind it."""

    rule: Rule
    learned: Value
    training: Training
    evaluation: Evaluation


def rule_leak(workflow: Workflow, rule: Rule) -> RuleLeak | None:
    """Where the rule's rows hold test rows, and its result reaches the model that is measured on them."""
    for learned in rule.learned:
        if learned.rows is None:
            continue
        for evaluation in workflow.test_sets:
            if evaluation.rows is None or evaluation.op.id < rule.op.id or not learned.rows.overlaps(evaluation.rows):
                continue
            training = workflow.fed_training(rule.op, evaluation)
            if training is not None:
                return RuleLeak(rule, learned, training, evaluation)
    return None


# --- words ----------------------------------------------------------------------------------------------------------


def says_outliers(workflow: Workflow) -> list[Prose]:
    """The sentences that speak of outliers in the data, not of how a measure of error takes them."""
    return [prose for prose in workflow.prose if OUTLIER_WORDS.search(prose.text) and not _of_a_measure(prose.text)]


_MEASURE = re.compile(r"\berr(?:or|o)e?s?\b|\bmae\b|\br?mse\b|\bhuber\b|\bmetric", re.IGNORECASE)
_TAKES_THEM = re.compile(r"\b(?:in)?sens[ií]|\brobust|\bpenali|\baffected\b|\binfluenced\b", re.IGNORECASE)


def _of_a_measure(text: str) -> bool:
    return bool(_MEASURE.search(text) and _TAKES_THEM.search(text))


# --- selecting ------------------------------------------------------------------------------------------------------


def drops_of_choice(workflow: Workflow) -> list[Operation]:
    """Drops and choices of columns by name, on the way to a model, that are more than setting the target aside."""
    targets = {target_name(training) for training in workflow.trainings}
    found: list[Operation] = []
    for op in workflow.ops(Role.DROP_COLUMNS, Role.SELECT_COLUMNS):
        if not feeds_features(workflow, op):
            continue
        if op.role is Role.DROP_COLUMNS:
            gone = dropped_by(op)
            if gone and gone <= targets:
                continue
        elif not _decides(workflow, op):
            continue
        found.append(op)
    return found


def _decides(workflow: Workflow, op: Operation) -> bool:
    """True where a choice of columns leaves a model with just those, and not with a part that is put back."""
    names = op.args.get("columns")
    chosen = names.constant if names is not None and isinstance(names.constant, tuple) else None
    for training in workflow.trainings:
        features = training.features
        if features is None or features.columns.selected is None or not features.upstream & op.bit:
            continue
        if chosen is None or features.columns.selected <= {str(name) for name in chosen}:
            return True
    return False


def dropped_by(op: Operation) -> set[str | None]:
    """The names that a drop takes away, empty where they are not known."""
    for name in ("columns", "labels", "0", "keys", "item"):
        value = op.args.get(name)
        if value is None:
            continue
        if isinstance(value.constant, str):
            return {value.constant}
        if isinstance(value.constant, tuple):
            return {str(item) for item in value.constant}
    found: set[str | None] = set(re.findall(r"""['"]([^'"]+)['"]""", op.text))
    return found - {"columns", "index"}


def feeds_features(workflow: Workflow, op: Operation) -> bool:
    return any(training.features is not None and training.features.upstream & op.bit for training in workflow.trainings)


def selects_by_penalty(workflow: Workflow) -> bool:
    """True where a trained model selects by an L1 penalty."""
    for training in workflow.trainings:
        for step in training.model.flat():
            if step.has(Trait.L1):
                return True
            for name in ("penalty", "l1_ratio", "reg_alpha", "alpha_l1", "lambda_l1"):
                value = step.params.get(name)
                if value is not None and value.constant not in (None, "l2", 0, 0.0, "none"):
                    return True
    return False


@lru_cache(maxsize=2)
def looks_at_relations(workflow: Workflow) -> tuple[Operation, ...]:
    """Operations that show correlations, importances or selection scores of data that models use, in order."""
    return tuple(
        op
        for op in workflow.graph.operations
        if op.traits & {Trait.CORRELATION, Trait.IMPORTANCE} and op.role is not Role.EVALUATE
    )


def selections(workflow: Workflow) -> list[Operation]:
    """Computed selections and reductions that learn from rows, in order."""
    return [op for op in workflow.ops(Role.SELECT, Role.REDUCE) if op.learns]


def computed_choices(workflow: Workflow) -> list[Operation]:
    """Drops and choices of columns whose names were computed from correlations or importances, in order."""
    looks = 0
    for op in workflow.graph.operations:
        if op.traits & {Trait.CORRELATION, Trait.IMPORTANCE} and op.role is not Role.PLOT:
            looks |= op.bit
    found: list[Operation] = []
    for op in workflow.ops(Role.DROP_COLUMNS, Role.SELECT_COLUMNS) if looks else ():
        if not op.data or op.data[0].upstream & looks:
            continue  # columns of the table of correlations itself are no features
        if any((value.upstream | value.control) & looks for value in op.args.values() if value is not op.data[0]):
            found.append(op)
    return found


def is_used(workflow: Workflow, op: Operation) -> bool:
    """True where what a selection gives reaches a model, or the selection is part of a model or predicts itself."""
    if workflow.reaches_model(op):
        return True
    model = op.model
    if model is None:
        return False
    if any(step is model for training in workflow.trainings for step in training.model.flat()):
        return True
    return any(use.model is model for use in workflow.ops(Role.PREDICT, Role.EVALUATE))


def same_columns(a: Columns, b: Columns) -> bool:
    return a.names == b.names and a.selected == b.selected and a.dropped == b.dropped and a.created == b.created


def uses_of(workflow: Workflow, training: Training) -> Iterator[tuple[Operation, Value]]:
    """Predictions and measurements of a training's model after it, with the features handed in."""
    for op in workflow.graph.operations[training.op.id + 1 :]:
        if op.role not in (Role.PREDICT, Role.EVALUATE) or op.model is None or not op.data:
            continue
        if op.model is training.model or op.model.final() is training.final:
            value = op.data[0]
            if value.kind in (Kind.TABLE, Kind.ARRAY, Kind.LOADER):
                yield op, value


# --- columns computed from others -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """A column that was computed row by row from others of the same table."""

    name: str
    sources: frozenset[str]
    op: Operation


@lru_cache(maxsize=2)
def made_columns(workflow: Workflow) -> tuple[Made, ...]:
    """The columns that are computed from columns of the same row, in order; not from the rows before or after, and not
    from groups or sums over rows."""
    found: list[Made] = []
    for op in workflow.ops(Role.CREATE):
        name, value, table = op.arg("columns"), op.args.get("value"), op.receiver
        if not isinstance(name, str) or value is None or table is None or value.rows is None or not value.known:
            continue
        if value.kind not in (Kind.COLUMN, Kind.ARRAY, Kind.MASK) or value.stats or "rows" in op.args:
            continue
        if table.rows is None or not value.rows.sources() & table.rows.sources():
            continue
        new = list(workflow.graph.by_mask(value.upstream & ~table.upstream))
        if any(step.traits & {Trait.LAG} or step.role in _OF_MANY or _by_group(step) for step in new):
            continue
        sources = {value.column} if value.column is not None else set()
        sources |= _named_beside(workflow, op)
        sources.discard(name)
        if sources:
            found.append(Made(name, frozenset(sources), op))
    return tuple(found)


_OF_MANY = frozenset({Role.AGGREGATE, Role.PREDICT, Role.UNKNOWN, Role.JOIN, Role.CONCAT, Role.LOAD, Role.IMPUTE})
_COLUMN_OF = re.compile(r"""\w\s*\[\s*['"]([^'"]+)['"]\s*\]""")
_ACROSS = re.compile(r"groupby|shift|rolling|expanding|diff\(|pct_change|ewm|cumsum|cummax|mean\(|median\(|\.loc|iloc")


def _by_group(op: Operation) -> bool:
    return any(value.kind is Kind.GROUPS for value in (*op.data, *op.learns))


def _named_beside(workflow: Workflow, op: Operation) -> set[str]:
    """The columns named on the right of the assignment that an operation makes, where it is a plain formula in one
    line at the top level."""
    if op.span.cell != op.site.cell or op.span.line != op.site.line or op.site.line != op.site.end_line:
        return set()
    cell = next((cell for cell in workflow.notebook.cells if cell.index == op.site.cell), None)
    lines = cell.python.splitlines() if cell is not None else []
    if not 0 < op.site.line <= len(lines):
        return set()
    right = lines[op.site.line - 1].partition("=")[2]
    if _ACROSS.search(right) or "lambda" in right:
        return set()
    return set(_COLUMN_OF.findall(right))


def target_names_of(training: Training) -> frozenset[str]:
    """The columns that a training learns (several for a network with several outputs)."""
    found = {value.column for value in training.op.data[1:] if value.column is not None}
    name = target_name(training)
    return frozenset(column for column in found | {name} if column is not None and not column.startswith("#"))


def given_columns(workflow: Workflow, training: Training) -> Columns | None:
    """The columns of the features, or of the table that a transformer of columns turned into them; None where they are
    not known."""
    features = training.features
    if features is None or not features.known or features.column is not None:
        return None
    if not features.columns.cut:
        return features.columns
    for op in reversed(list(workflow.graph.by_mask(features.upstream))):
        if op.model is not None and op.model.shape is Shape.COLUMNS:
            table = op.data[0] if op.data and _takes_all(op.model) else None
            return table.columns if table is not None and not table.columns.cut else None
        if op.role not in (Role.SHAPE, Role.SPLIT, Role.LOOK, Role.SCALE, Role.ENCODE, Role.IMPUTE):
            return None
    return None


def _takes_all(model: Model) -> bool:
    """True where a transformer of columns passes on those that it does not name."""
    rest = model.params.get("remainder")
    return rest is not None and rest.constant == "passthrough"


def holds_column(workflow: Workflow, training: Training, name: str) -> bool:
    """True where a column is certainly among the features of a training."""
    columns = given_columns(workflow, training)
    if columns is None or not columns.may_hold(name):
        return False
    for step in training.model.flat():
        if step.shape is Shape.COLUMNS and not _takes_all(step):
            named = {column for columns_ in step.columns.values() for column in columns_}
            if name not in named:
                return False
    if columns.names is not None or columns.selected is not None or name in columns.created:
        return True
    names = feature_names(workflow, training)
    if names is not None:
        return name in names
    assert training.features is not None
    # tables put together of single columns need not hold the others
    steps = workflow.graph.by_mask(training.features.upstream)
    return not any(op.role is Role.CONCAT or (op.role in _WIDENS and op.role is not Role.CREATE) for op in steps)


def plain_target(workflow: Workflow, training: Training, names: frozenset[str]) -> bool:
    """True where the target is one of the columns itself (or its logarithm, or codes of it), not a comparison of it
    with other rows."""
    for target in training.op.data[1:]:
        if target.column not in names:
            continue
        base = training.features.upstream if training.features is not None else 0
        own = workflow.graph.by_mask(target.upstream & ~base)
        if not any(op.traits & {Trait.LAG} or op.role in (Role.CREATE, Role.AGGREGATE, Role.UNKNOWN) for op in own):
            return True
    return False


def chosen_at(workflow: Workflow, training: Training) -> Span:
    """Where the features of a table were put together: where the table that was split or trained on got its name, else
    at the training."""
    given, op = training.features, training.op
    for split in workflow.ops(Role.SPLIT):
        if given is not None and training.features is not None and training.features.upstream & split.bit:
            table = next((value for value in split.data if value.kind is Kind.TABLE), None)
            if table is not None:
                given, op = table, split
                break
    if given is not None:
        named = [b for b in workflow.graph.bindings if b.value.id == given.id and b.op <= op.id]
        if named:
            return next(b.span for b in named if b.name == named[-1].name)
    return training.op.span if training.op.span.cell == training.op.site.cell else training.op.site

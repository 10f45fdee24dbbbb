"""Outliers: what shows them, which rules cut rows or values, whom they bend.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from nbaudit.model.facts import Describe
from nbaudit.model.flow import NOTHING, Kind, Operation, Value
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Evaluation, Prose, Training, Workflow
from nbaudit.workflow.columns import (
    FLAT,
    NOT_TABLES,
    has_text_or_images,
    looks_like_code,
    looks_like_identifier,
    target_name,
)
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.gaps import makes_gaps
from nbaudit.workflow.raw_tables import asked_column, on_pixels, outside_sources, table_reads, targets

_DATE = regex(r"date|month|year|hour|(^|_)day|timestamp|week", re.IGNORECASE)
_SPREADS = frozenset({Trait.DISTRIBUTION, Trait.SPREAD})
OUTLIER_WORDS = regex(r"\boutl[iy]+ers?\b|\bextreme (?:value|point|observation)s?\b|\banomal(?:y|ies|ous)\b", re.I)
_OWN_SENSITIVE = regex(
    r"neural|network|perceptron|mlp|regress|logistic|svm|supportvector|knn|neighbou?r|k_?means|pca|autoencoder|lstm",
    re.I,
)
"""What classes of a notebook's own are called that are outlier-sensitive models."""
_POINTS = regex(r"[bgrcmykw]?[.,ov^<>sp*hH+xXdD][bgrcmykw]?")
_NEAR = 30
_CAPS = regex(r"\bif\s+(\w+)\s*[<>]=?\s*\S+\s+else\s+\1\b|\b(min|max)\(\s*(\w+\s*,\s*-?\d|-?\d[\d.]*\s*,)")
_BETWEEN = regex(r"\.between\(\s*-?[\d.]")
_LIMIT = regex(r"(<=?|>=?)\s*(-?\d[\d_.]*(?:e\d+)?)")
_MOST_CODES = 10
_TASK = regex(r"\b(detect|identif|fraud|predict|classif)\w*", re.IGNORECASE)
_MEASURE = regex(r"\berr(?:or|o)e?s?\b|\bmae\b|\br?mse\b|\bhuber\b|\bmetric", re.IGNORECASE)
_TAKES_THEM = regex(r"\b(?:in)?sens[ií]|\brobust|\bpenali|\baffected\b|\binfluenced\b", re.IGNORECASE)


def from_raw_table(workflow: Workflow, training: Training) -> bool:
    """True where the training's features or target come from a raw source of rows and columns."""
    for value in training.op.data:
        for op in workflow.graph.by_mask(value.upstream):
            if (op.role is Role.LOAD and not op.traits & NOT_TABLES) or op.bit & outside_sources(workflow):
                return True
    return False


@once_per_workflow
def outlier_sensitive(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings whose features or target are numbers from a raw table and whose result outliers can bend."""
    found: list[Training] = []
    for training in workflow.trainings:
        features = training.features
        if on_pixels(workflow):
            break
        if features is None or not from_raw_table(workflow, training) or training.family is Family.BASELINE:
            continue
        if training.final.type.strip("?") == "" or learns_ratings(workflow, training):
            continue  # a model that no table knows; a recommender, which learns who rated what
        regression = workflow.task_of(training) in (Task.REGRESSION, Task.FORECASTING)
        if not regression and (not _bends(training) or has_text_or_images(workflow, training)):
            continue
        if not regression and _flags_alone(workflow, training):
            continue
        found.append(training)
    return tuple(found)


def _flags_alone(workflow: Workflow, training: Training) -> bool:
    """True where a whole `describe()` of the data shows no number but 0 and 1: flags have no outliers."""
    mine = training.rows.sources() if training.rows is not None else frozenset[int]()
    for fact in workflow.facts_of(Describe):
        about = workflow.value_of(fact.about)
        if not isinstance(fact, Describe) or not fact.complete or about is None or about.rows is None:
            continue
        target = target_name(training)
        shown = [stats for name, stats in fact.stats.items() if name != target]
        flags = all({stats.get(key) for key in ("min", "25%", "75%", "max")} <= {0.0, 1.0} for stats in shown)
        if shown and flags and about.rows.sources() & mine:
            return True
    return False


def _bends(training: Training) -> bool:
    """True for outlier-sensitive models: by the tables, by what an own class is called, or tried among others."""
    if training.final.has(Trait.OUTLIER_SENSITIVE) or training.family is Family.AUTOML:
        return True
    name = training.final.type.rpartition(".")[2]
    return training.family is None and bool(_OWN_SENSITIVE.search(name))


_PREDICTS = frozenset({Role.PREDICT})


def _is_prediction(workflow: Workflow, value: Value) -> bool:
    return value.kind is Kind.PREDICTION or (
        value.kind in (Kind.COLUMN, Kind.ARRAY) and bool(value.upstream & workflow.mask_of(_PREDICTS))
    )


def learns_ratings(workflow: Workflow, training: Training) -> bool:
    """True for recommenders: what they learn from is identifiers, and a rating on a fixed scale beside them."""
    if training.family is Family.FACTORISATION:
        return True
    given = [value.column for value in training.op.data if value.kind is Kind.COLUMN and value.column is not None]
    if len(given) > 2 and all(looks_like_identifier(name) for name in given[:-1]):  # the last is the rating
        return True
    if training.features is None or training.target is not None:
        return False
    chosen = [op for op in workflow.graph.by_mask(training.features.upstream) if op.role is Role.SELECT_COLUMNS]
    names = re.findall(r"""['"]([^'"]+)['"]""", chosen[-1].text) if chosen else []
    return len(names) == 3 and sum(looks_like_identifier(name) for name in names) == 2


@once_per_workflow
def distributions_shown(workflow: Workflow) -> tuple[Operation, ...]:
    """Plots (and profiles) that show the spread of data, not of predictions, in order."""
    found: list[Operation] = []
    for op in workflow.ops(Role.PLOT, Role.PROFILE):
        if op.role is Role.PROFILE:
            found.append(op)
            continue
        if Trait.DISTRIBUTION not in op.traits and not _draws_points(op) and not _is_series(workflow, op):
            continue
        if _of_predictions(workflow, op) or not _shows_data(workflow, op) or _of_class_alone(workflow, op):
            continue
        found.append(op)
    return tuple(found)


def _of_predictions(workflow: Workflow, op: Operation) -> bool:
    """True for plots of what models gave, save where a feature lies beside it, or a forecast beside its series."""
    given = [value for value in op.data if _is_prediction(workflow, value)]
    if not given:
        return False
    series = Trait.LINE in op.traits and any(
        v.model is not None and v.model.family is Family.TIME_SERIES for v in given
    )
    named = {value.column for value in op.data if value not in given and value.column is not None}
    targets = {target_name(training) for training in workflow.trainings}
    return not series and not (len(named) > 1 and named - targets)


def _of_class_alone(workflow: Workflow, op: Operation) -> bool:
    """True for a histogram of the class label: the spread of no variable."""
    if workflow.regresses or not workflow.classifies:
        return False
    named = {value.column for value in op.data if value.kind is Kind.COLUMN}
    given = [value.constant for name, value in op.args.items() if name in ("x", "y", "column", "0", "data")]
    named |= {name for name in given if isinstance(name, str)}
    return len(named) == 1 and named <= targets(workflow) and asked_column(op) in targets(workflow)


def _shows_data(workflow: Workflow, op: Operation) -> bool:
    """False for plots of lists that never were data: settings, scores, years."""
    reads = table_reads(workflow)
    return (
        not op.data
        or any(v.rows is not None or v.upstream & reads or (v.kind in FLAT and not v.upstream) for v in op.data)
        or any(value.rows is not None for value in op.args.values())
    )


def _draws_points(op: Operation) -> bool:
    """True for a line plot that is told to draw points (`plt.plot(x, y, "ro")`)."""
    given = [value.constant for value in op.args.values() if isinstance(value.constant, str)]
    return Trait.LINE in op.traits and len(op.data) > 1 and any(_POINTS.fullmatch(text) for text in given)


def _is_series(workflow: Workflow, op: Operation) -> bool:
    """True for line plots of a series: data ordered in time, or rows where no class is learned."""
    if Trait.LINE not in op.traits:
        return False
    if in_time(workflow, op) or any(
        v.kind is Kind.PREDICTION and v.model is not None and v.model.family is Family.TIME_SERIES for v in op.data
    ):
        return True
    return not workflow.classifies and any(value.kind in FLAT and value.rows is not None for value in op.data)


def in_time(workflow: Workflow, op: Operation) -> bool:
    """True where a plot's data is ordered in time."""
    return any(
        other.traits & {Trait.TIME, Trait.LAG} or "parse_dates" in other.args
        for value in op.data
        for other in workflow.graph.by_mask(value.upstream)
    )


class Extreme(Struct, frozen=True):
    """A column whose saved `describe()` shows values far beyond the middle half: `times` its width beyond it."""

    column: str
    times: float
    value: float
    quartile: float
    fact: Describe


@once_per_workflow
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
            if width == 0 and max(abs(low), abs(high)) > _MOST_CODES:
                spread = stats.get("std")  # one value fills the middle half
                width = spread if isinstance(spread, (int, float)) else width
            if width <= 0 or column in found:
                continue
            gaps = _stand_ins(workflow)  # no values: they are turned into gaps
            above = 0.0 if high in gaps else (high - q3) / width
            below = 0.0 if low in gaps else (q1 - low) / width
            found[column] = (
                Extreme(column, above, high, q3, fact) if above >= below else Extreme(column, below, low, q1, fact)
            )
    return found


@once_per_workflow
def _stand_ins(workflow: Workflow) -> frozenset[float]:
    """The numbers that the notebook turns into gaps (`replace(-999, np.nan)`, `na_values=-999`)."""
    given: list[Value | None] = []
    for op in workflow.ops(Role.REPAIR):
        if makes_gaps(op):
            given.append(op.args.get("to_replace"))
    for op in workflow.loads:
        given.append(op.args.get("na_values"))
    found: set[float] = set()
    for value in given:
        constant = value.constant if value is not None else None
        members = constant if isinstance(constant, tuple) else (constant,)
        found.update(float(item) for item in members if isinstance(item, (int, float)))
    return frozenset(found)


def far_out(workflow: Workflow, training: Training, times: float) -> list[Extreme]:
    """The columns that the training may use (features and, for a regression, the target) with extremes, farthest
    first."""
    if training.features is None:
        return []
    found = [
        extreme
        for name, extreme in extremes(workflow).items()
        if extreme.times >= times and bends_by(workflow, training, name) and not looks_like_code(name)
    ]
    return sorted(found, key=lambda extreme: -extreme.times)


def bends_by(workflow: Workflow, training: Training, column: str) -> bool:
    """True for a column whose far values can bend what a training learns: the target of a regression, and the features
    of a model that is sensitive to them (trees are not)."""
    target = target_name(training)
    if column == target or (target is None and column in targets(workflow)):
        return workflow.task_of(training) in (Task.REGRESSION, Task.FORECASTING)
    features = training.features
    return features is not None and _by_features(training) and features.columns.may_hold(column)


def _by_features(training: Training) -> bool:
    return _bends(training) and training.family is not Family.TREE


def bent(workflow: Workflow) -> Training | None:
    """The first training that outliers can bend: by its features, if there is one, else by its target."""
    trainings = outlier_sensitive(workflow)
    return next((training for training in trainings if _by_features(training)), trainings[0] if trainings else None)


def is_distance(workflow: Workflow, stats: int) -> bool:
    """True where aggregations tell how far a value lies from the others: quantiles, a spread, a detector's mark."""
    return any(
        op.role is Role.DETECT or op.traits & _SPREADS
        for op in workflow.graph.by_mask(stats)
        if op.learns or op.role is Role.DETECT
    )


class Rule(Struct, frozen=True):
    """Rows dropped (`drops`) or values cut by a rule that was computed from data.

    `learned` are the values whose rows the rule was computed from. `columns` are those it asks about, where known.
    """

    op: Operation
    learned: tuple[Value, ...]
    drops: bool
    columns: frozenset[str]


@once_per_workflow
def outlier_rules(workflow: Workflow) -> tuple[Rule, ...]:
    """The operations that drop or cut by quantiles, spreads or detectors, in order."""
    found: dict[int, Rule] = {}
    detectors = 0
    for op in workflow.graph.operations:
        if op.role is Role.DETECT:
            detectors |= op.bit
        rule = _rule(workflow, op, detectors, found) or _outside_rule(op) or _copied_rule(workflow, op)
        if rule is not None:
            found[op.id] = rule
    return tuple(found.values())


def _rule(workflow: Workflow, op: Operation, detectors: int, known: dict[int, Rule]) -> Rule | None:
    if op.role is Role.FILTER:
        key = op.args.get("key")
        if key is None:
            return _by_index(workflow, op, known) or _by_query(workflow, op)
        columns = frozenset({key.column}) if key.column is not None else frozenset[str]()
        if op.learns and is_distance(workflow, key.stats):
            return Rule(op, op.learns, True, columns)
        marks = list(workflow.graph.by_mask(key.upstream & detectors))
        if marks:
            learned = tuple(value for mark in marks for value in mark.learns)
            return Rule(op, learned, True, frozenset()) if learned else None
        learned = _measured_before(workflow, op, key)
        return Rule(op, learned, True, columns) if learned else None
    if op.role is Role.CLIP:
        stats = 0
        for value in op.args.values():
            stats |= value.stats
        if not op.learns or (stats and not is_distance(workflow, stats)):
            return None
        return Rule(op, op.learns, False, _columns_of(op))
    return _cut(workflow, op) if op.role in (Role.CREATE, Role.REPAIR) and op.learns else None


def _cut(workflow: Workflow, op: Operation) -> Rule | None:
    """Values beyond a limit that was computed become the limit or a middle value, the others stay."""
    mask = op.args.get("rows") or op.args.get("cond")
    if mask is None and "condition" in op.args and caps_by_hand(op):
        mask = op.args["condition"]
    if mask is not None:
        return Rule(op, op.learns, False, _columns_of(op)) if is_distance(workflow, mask.stats) else None
    if "func" not in op.args or not op.data or op.data[0].kind is not Kind.COLUMN or not _CAPS.search(op.text):
        return None
    spreads = [o for o in _computed_before(workflow, op) if o.traits & _SPREADS and o.learns]
    return Rule(op, tuple(o.learns[0] for o in spreads), False, _columns_of(op)) if spreads else None


def _computed_before(workflow: Workflow, op: Operation) -> Iterator[Operation]:
    """The figures that the same values went into before an operation: they learned from the same column."""
    column = op.data[0].column
    loops = set(op.loops)
    for other in workflow.graph.operations[max(0, op.id - _NEAR) : op.id]:
        same = other.learns and other.learns[0].column == column
        if same and (column is not None or loops & set(other.loops)):
            yield other


def _measured_before(workflow: Workflow, op: Operation, key: Value) -> tuple[Value, ...]:
    """What a mask learned from where it was made in steps: values were scaled and then held against a number
    (`z.abs() < 3`), or chosen by quantiles (`x.between(low, high)`, `~x.isin(found)`)."""
    table = op.data[0] if op.data else None
    if table is None or key.kind is not Kind.MASK or key.stats:
        return ()
    new = list(workflow.graph.by_mask((key.upstream | key.control) & ~table.upstream))
    scaled = [o for o in new if o.role is Role.SCALE and o.learns]
    if scaled and numeric_limits(op):
        return tuple(value for o in scaled for value in o.learns[:1])
    chosen = [o for o in new if o.traits & _SPREADS and o.learns]
    if not chosen or not any(o.role is Role.SHAPE and o.id == key.made_by for o in new):
        return ()
    return tuple(value for o in chosen for value in o.learns[:1])


_IN_QUERY = regex(r"[<>]=?\s*@(\w+)|@(\w+)\s*[<>]")


def _by_query(workflow: Workflow, op: Operation) -> Rule | None:
    """`df.query("area < @limit")`, where the limit is a quantile."""
    text = op.arg("0") if op.arg("0") is not NOTHING else op.arg("expr")
    names = {name for found in _IN_QUERY.findall(text) for name in found if name} if isinstance(text, str) else set()
    stats = 0
    for binding in workflow.graph.bindings if names else ():
        if binding.name in names and binding.op < op.id:
            stats |= binding.value.stats
    if not stats or not is_distance(workflow, stats):
        return None
    learned = tuple(value for other in workflow.graph.by_mask(stats) for value in other.learns)
    return Rule(op, learned, True, frozenset()) if learned else None


_REMOVER = regex(r"outliers?(?![a-z])|outlier(remov|clip|cap|filter|trim)|(remove|drop|clip|cap|filter)_?outl", re.I)


def _outside_rule(op: Operation) -> Rule | None:
    """A function or class of another file that says it deals with outliers, given a table whose result is gone on
    with."""
    head = op.text.partition("(")[0]
    if op.role is not Role.UNKNOWN or not op.result_used or not _REMOVER.search(head):
        return None
    learned = tuple(value for value in op.data if value.kind is Kind.TABLE and value.rows is not None)
    return Rule(op, learned, True, frozenset()) if learned else None


def _copied_rule(workflow: Workflow, op: Operation) -> Rule | None:
    """Values cut at a number that an earlier cell has computed by quantiles and printed, and somebody has typed in."""
    if op.role is not Role.CREATE or "condition" not in op.args:
        return None
    numbers = {
        v.constant for v in op.args.values() if isinstance(v.constant, (int, float)) and v.constant not in (0, 1)
    }
    column = next((value.column for value in op.data if value.column is not None), None)
    if not numbers or column is None:
        return None
    for spread in workflow.graph.operations[: op.id]:
        if not spread.traits & _SPREADS or not spread.learns or spread.data[0].column != column:
            continue
        printed = {token for text in _printed(workflow, spread.site.cell) for token in text}
        if any(float(number) in printed for number in numbers):
            return Rule(op, spread.learns, False, frozenset({column}))
    return None


def _printed(workflow: Workflow, cell: int) -> list[list[float]]:
    return [
        [float(token) for token in re.findall(r"-?\d+(?:\.\d+)?", output.text[:2000])]
        for output in workflow.notebook.cells[cell].outputs
    ]


def _columns_of(op: Operation) -> frozenset[str]:
    return frozenset(value.column for value in op.data if value.column is not None)


def _by_index(workflow: Workflow, op: Operation, known: dict[int, Rule]) -> Rule | None:
    """`df.drop(df[df.x > limit].index)`: the rows that a rule chose are dropped, as they are or from a list of them."""
    for value in op.args.values():
        if op.learns and is_distance(workflow, value.stats):
            return Rule(op, op.learns, True, frozenset({value.column} if value.column is not None else ()))
        if value.kind not in (Kind.INDEX, Kind.CONTAINER):
            continue
        for other in workflow.graph.by_mask(value.upstream | value.control):
            rule = known.get(other.id)
            if rule is not None and rule.drops and other.id < op.id:
                return Rule(op, rule.learned, True, rule.columns)
    return None


def numeric_limits(op: Operation) -> list[tuple[str, float]]:
    """(comparison, number) of each hand-set limit in the text of a filter."""
    found: list[tuple[str, float]] = []
    for sign, number in _LIMIT.findall(op.text):
        try:
            found.append((sign, float(number.rstrip("."))))
        except ValueError:
            continue
    return found


def _of_period(op: Operation) -> bool:
    """True for the choice of a period by a limit on a column of times."""
    key = op.args.get("key")
    return key is not None and key.column is not None and bool(_DATE.search(key.column))


@once_per_workflow
def handlings(workflow: Workflow) -> tuple[Operation, ...]:
    """What answers outliers on the way to a model: rules, hand-set limits, clips, detectors, robust scaling, logs."""
    found: list[Operation] = [rule.op for rule in outlier_rules(workflow)]
    for op in workflow.ops(Role.FILTER):
        limits = numeric_limits(op) or _BETWEEN.search(op.text)
        if limits and workflow.reaches_model(op) and not _of_period(op):
            found.append(op)
    for op in workflow.ops(Role.CLIP, Role.DETECT):
        if op.role is Role.DETECT or not any(_is_prediction(workflow, value) for value in op.data):
            found.append(op)
    found += [op for op in workflow.ops(Role.CREATE) if caps_by_hand(op)]
    for op in workflow.ops(Role.TRANSFORM, Role.DISCRETISE, Role.CREATE):
        if op.role is Role.CREATE:
            if op.learns and any(is_distance(workflow, value.stats) for value in op.args.values()):
                found.append(op)
        elif workflow.reaches_model(op) and op.role is Role.TRANSFORM and shrinks(op):
            found.append(op)
    for op in workflow.having(Trait.ROBUST):
        found.append(op)
    return tuple(sorted({op.id: op for op in found}.values(), key=lambda op: op.id))


def caps_by_hand(op: Operation) -> bool:
    """True where the values of a column beyond a number become another one and the others stay.

    Written as `np.where(x > 90, 90, x)`, `df.loc[df.x > 90, "x"] = 90` or `x.apply(lambda v: 90 if v > 90 else v)`.
    """
    if "rows" in op.args:
        rows, written = op.args["rows"], op.arg("columns")
        same = rows.kind is Kind.MASK and rows.column is not None and written in (rows.column, NOTHING, None)
        return same and bool(numeric_limits(op))
    if "func" in op.args:
        return op.data[:1] != () and op.data[0].kind is Kind.COLUMN and bool(_CAPS.search(op.text))
    condition = op.args.get("condition")
    if condition is None or condition.kind is not Kind.MASK or not re.search(r"[<>]", op.text):
        return False
    branches = [value for name, value in op.args.items() if name in ("x", "y")]
    numbers = [v for v in branches if v.kind in (Kind.STATISTIC, Kind.NUMBER) and not isinstance(v.constant, bool)]
    return bool(numbers) and any(v.kind is Kind.COLUMN and v.column == condition.column for v in branches)


def shrinks(op: Operation) -> bool:
    """True for transforms that pull a long tail in (logs, roots, power transforms)."""
    return Trait.SHRINKS in op.traits or (op.model is not None and op.model.has(Trait.SHRINKS))


class RuleLeak(Struct, frozen=True):
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


def says_outliers(workflow: Workflow) -> list[Prose]:
    """The sentences that speak of outliers in the data, not of how a measure of error takes them."""
    return [
        prose
        for prose in workflow.prose
        if OUTLIER_WORDS.search(prose.text) and not _of_a_measure(prose.text) and not _names_the_task(prose.text)
    ]


def states_outliers(workflow: Workflow) -> list[Prose]:
    """Those of the sentences that say more than the word: a heading of its own says nothing about the data."""
    return [prose for prose in says_outliers(workflow) if len(re.findall(r"[^\W\d_]{2,}", prose.text)) > 3]


def _names_the_task(text: str) -> bool:
    """True where anomalies are what the model is to find: that says nothing about far values of the features."""
    return bool(_TASK.search(text)) and all(word.lower().startswith("anomal") for word in OUTLIER_WORDS.findall(text))


def _of_a_measure(text: str) -> bool:
    return bool(_MEASURE.search(text) and _TAKES_THEM.search(text))

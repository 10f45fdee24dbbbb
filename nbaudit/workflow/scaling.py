"""Questions about scaling: what a model's features went through, and on which scales they lie.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import fsum, isfinite, sqrt

from nbaudit.model.facts import Describe, Fact, Sample, Warned
from nbaudit.model.flow import Kind, Operation, Shape, Value
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.columns import feature_names, same_columns, shown_numbers
from nbaudit.workflow.core import asked_once, once_per_workflow, takes_table

_SPREAD = 5.0
_SEVERAL = 5
"""So many columns of one scale that no other is to be expected among those that were taken."""
_SPREAD_OF_FEW = 10.0
"""The bar where only a few printed rows tell the spread."""
_AROUND_ZERO = 12.0
"""No standardised value of everyday data lies further out."""
_TABLES = frozenset({Kind.TABLE, Kind.ARRAY})


def scaling_mask(workflow: Workflow) -> int:
    """Mask of the operations that bring values to one scale."""
    mask = 0
    for op in workflow.ops(Role.SCALE, Role.ROW_NORMALISE):
        mask |= op.bit
    for op in standard_scores(workflow):
        mask |= op.bit
    for op in workflow.ops(Role.TRANSFORM, Role.AUGMENT):
        # power and quantile transforms standardise; a generator may rescale
        if (op.model is not None and op.learns and not op.model.steps) or (
            op.role is Role.AUGMENT and "rescale" in op.args
        ):
            mask |= op.bit
    return mask


@once_per_workflow
def standard_scores(workflow: Workflow) -> tuple[Operation, ...]:
    """Distances from the mean (`zscore`) that are themselves features, and not just a rule on rows."""
    used = 0
    for training in workflow.trainings:
        for value in training.op.data[:1]:
            used |= value.upstream
    return tuple(op for op in workflow.ops(Role.DETECT) if op.model is None and op.learns and op.bit & used)


def is_scaled(workflow: Workflow, training: Training, mask: int) -> bool:
    """True where any of the training's inputs was scaled, outside the model or inside it."""
    if any(value.upstream & mask for value in training.op.data[:1]):
        return True
    if any(step.role in (Role.SCALE, Role.ROW_NORMALISE) for step in training.model.flat()):
        return True
    if training.final.steps and training.final.steps[0][1].has(Trait.SPREAD):
        return True  # the first layer divides by the spread of the batch
    return any(
        step.role is Role.SCALE or (step.role is Role.TRANSFORM and step is not training.model and not step.steps)
        for step in training.final.flat()
    )


@once_per_workflow
def sensitive(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings of scale-sensitive estimators on numbers, in order (distance-based clustering included)."""
    return tuple(
        training
        for training in workflow.trainings
        if training.final.has(Trait.SCALE_SENSITIVE) and _numeric(workflow, training)
    )


_PREDICTS, _BUNDLED, _LOADED = frozenset({Role.PREDICT}), frozenset({Role.BUNDLED}), frozenset({Role.LOAD})


def holds_predictions(workflow: Workflow, value: Value) -> bool:
    """True for an array that other models' predictions went into, as stacking collects them: what was done to the
    features behind them was not done to it."""
    return value.kind is not Kind.TABLE and bool(value.upstream & workflow.mask_of(_PREDICTS))


def _numeric(workflow: Workflow, training: Training) -> bool:
    features = training.features
    if features is None:
        return False
    if any(step.has(Trait.TEXT) or step.has(Trait.IMAGE) for step in training.final.flat()):
        return False
    if any(step.role is Role.VECTORISE for step in training.model.flat()):
        return False  # a pipeline that begins with words
    if single(workflow, training):
        return False
    if holds_predictions(workflow, features):
        return False  # what other models say, all on one scale
    if features.kind not in (Kind.TABLE, Kind.ARRAY, Kind.COLUMN, Kind.UNKNOWN):
        return False
    if features.kind is Kind.COLUMN and features.column is not None:
        return False
    return not features.upstream & workflow.mask_where(_counts_words)


def _counts_words(op: Operation) -> bool:
    return op.role is Role.VECTORISE or (op.role is Role.TOKENISE and op.model is not None)


_ONE_COLUMN = regex(r"reshape\(\s*\(?-1, ?1\)|\[:, ?(?:np\.newaxis|None)\]")


def single(workflow: Workflow, training: Training) -> bool:
    """True where there is certainly one feature: it has no other that it could outweigh."""
    value = training.features
    if value is None:
        return False
    if _ONE_COLUMN.search(
        training.op.text.partition(",")[0] if "newaxis" not in training.op.text else training.op.text
    ):
        return True
    columns = value.columns
    if columns.names is not None and not columns.cut:
        return len(columns.names) == 1
    if columns.selected is not None and not columns.created and not columns.cut:
        return len(columns.selected) == 1
    shaped = False
    for op in workflow.graph.by_mask(value.upstream):
        if op.role is Role.SHAPE and _ONE_COLUMN.search(op.text):
            shaped = True
        elif op.role in (Role.CONCAT, Role.JOIN, Role.CREATE, Role.ENCODE, Role.UNKNOWN):
            shaped = False
    return shaped


def doubtful(workflow: Workflow, value: Value) -> bool:
    """True where something unknown shaped the value, so that it may have been scaled there."""
    return not value.known or bool(value.upstream & workflow.mask_where(_unknown_of_table))


def _unknown_of_table(op: Operation) -> bool:
    return op.role is Role.UNKNOWN and any(given.rows is not None and given.kind in _TABLES for given in _given(op))


def _given(op: Operation) -> tuple[Value, ...]:
    return (*op.data, *op.args.values(), *((op.receiver,) if op.receiver is not None else ()))


@once_per_workflow
def spreads(workflow: Workflow) -> tuple[tuple[Value | None, dict[str, float]], ...]:
    """(the table, standard deviation per column) of each saved `describe()` and of each that a run took, then of each
    table's shown rows."""
    found: list[tuple[Value | None, dict[str, float]]] = []
    for fact in workflow.facts_of(Describe, probed=True):
        assert isinstance(fact, Describe)
        stds = {column: stats.get("std") for column, stats in fact.stats.items()}
        found.append(
            (
                workflow.value_of(fact.about),
                {c: float(v) for c, v in stds.items() if isinstance(v, float | int) and isfinite(v)},
            )
        )
    for sample in workflow.facts_of(Sample):
        assert isinstance(sample, Sample)
        seen: dict[str, float] = {}
        for number, column in enumerate(sample.columns):
            shown = [_number(row[number]) for row in sample.cells if number < len(row)]
            numbers = [value for value in shown if value is not None]
            if len(numbers) >= 4 and len(numbers) == len(shown):
                mean = fsum(numbers) / len(numbers)
                # pstdev() is exact and a hundred times slower; printed numbers have no such precision
                seen[column] = sqrt(fsum((value - mean) * (value - mean) for value in numbers) / len(numbers))
        found.append((workflow.value_of(sample.about), seen))
    return tuple(found)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def differing(workflow: Workflow, training: Training) -> bool | None:
    """True where the features are shown to spread over different scales, False where over one, None where unknown."""
    features = training.features
    if features is None:
        return None
    columns = features.columns
    mine = features.rows.sources() if features.rows is not None else frozenset()
    for sample in workflow.facts_of(Sample):
        assert isinstance(sample, Sample)
        if _standardised(sample) and _of(workflow, sample, mine) and _as_read(workflow, sample):
            return False  # the file came scaled
        pixels = sum(_PIXEL.match(name) is not None for name in sample.columns)
        most = pixels >= _SEVERAL and 2 * pixels > len(sample.columns) and columns.selected is None
        if most and _of(workflow, sample, mine):
            return False  # a table of pixels, and perhaps their label
    named = feature_names(workflow, training)
    if named and all(map(_DEGREES.match, named)):
        return False  # one unit
    if named and all(map(_PIXEL.match, named)):
        return False
    if _flags_alone(workflow, features) or encoded_alone(workflow, features) or _mapped_alike(workflow, features):
        return False
    target = training.target.column if training.target is not None else None
    known: dict[str, float] = {}
    few = False
    described = len(workflow.facts_of(Describe))
    for number, (shown, stds) in enumerate(spreads(workflow)):
        exact = shown is not None and shown.upstream == features.upstream and shown.kind is features.kind
        if exact and len(stds) >= 2:
            known = {name: std for name, std in stds.items() if name != target}
            few = number >= described
            break
        related = bool(mine & shown.rows.sources()) if shown is not None and shown.rows is not None else False
        if columns.cut and columns.names is None:
            # which columns were taken is not known: it doesn't matter where all lie on one scale
            every = [std for name, std in stds.items() if std > 0 and name != target]
            if related and len(every) >= _SEVERAL and max(every) <= _SPREAD * min(every):
                return False
            continue
        for name, std in stds.items():
            listed = columns.names is not None and name in columns.names
            if name != target and name not in known and (listed or (related and columns.may_hold(name))):
                known[name] = std
                few = few or number >= described
    spread = [std for name, std in known.items() if std > 0 and not name.startswith("Unnamed")]
    if len(spread) < 2:
        return None
    ratio = max(spread) / min(spread)
    if few and _SPREAD < ratio <= _SPREAD_OF_FEW:
        return None
    return ratio > _SPREAD or _unconverged(workflow, training)


_PIXEL = regex(r"pixel", re.IGNORECASE)
_DEGREES = regex(r"^.{0,12}(?:lat|lon|lng)(?:$|[^a-z]|itude|gitude)", re.IGNORECASE)
_FLAGS = frozenset({"0", "1", "0.0", "1.0", "True", "False"})


def _unconverged(workflow: Workflow, training: Training) -> bool:
    """True where the training's cell warns that the solver did not come to an end."""
    return any(
        isinstance(fact, Warned) and fact.category == "ConvergenceWarning" and fact.cell == training.op.site.cell
        for fact in workflow.facts_of(Warned)
    )


def _flags_alone(workflow: Workflow, features: Value) -> bool:
    """True where the shown rows of the features, whole, hold nothing but flags."""
    for sample in workflow.facts_of(Sample):
        assert isinstance(sample, Sample)
        about = workflow.value_of(sample.about)
        if about is None or not sample.all_columns or len(sample.cells) < 4 or about.upstream & ~features.upstream:
            continue
        if not about.upstream or about.kind is not Kind.TABLE or not same_columns(about.columns, features.columns):
            continue
        if all(cell in _FLAGS for row in sample.cells for cell in row):
            return True
    return False


_PASSING = frozenset(
    {Role.FILTER, Role.SELECT_COLUMNS, Role.DROP_COLUMNS, Role.SHAPE, Role.REPAIR, Role.CONCAT, Role.JOIN, Role.SPLIT}
)
"""What leaves flags the flags that they are."""


@asked_once
def encoded_alone(workflow: Workflow, features: Value) -> bool:
    """True where all features are dummies that encoders made of categories: there is one scale, from 0 to 1."""
    operations = workflow.graph.operations
    waiting, seen = [features], {features.id}
    while waiting:
        value = waiting.pop()
        # a table that is built of an array is made by what made the array
        number = value.made_by if value.made_by >= 0 else value.upstream.bit_length() - 1
        op = operations[number] if number >= 0 else None
        if op is None:
            return False
        if op.role is Role.ENCODE:
            if not _makes_dummies(workflow, op):
                return False
            continue
        if op.role not in _PASSING:
            return False
        given = [one for one in op.data if one.rows is not None and one.kind in (*_TABLES, Kind.COLUMN)]
        if op.role is Role.SPLIT:
            each = len(op.outputs) // max(len(op.data), 1)
            place = next((number for number, out in enumerate(op.outputs) if out.id == value.id), -1)
            given = [op.data[place // each]] if each and place >= 0 else []
        if not given:
            return False
        waiting.extend(one for one in given if one.id not in seen)
        seen |= {one.id for one in given}
    return True


_CHOOSING = ("columns", "cols", "variables")


def _makes_dummies(workflow: Workflow, op: Operation) -> bool:
    """True for an encoding that gives nothing but columns of 0 and 1."""
    codes = Trait.CODES in op.traits or Trait.LEARNS_TARGET in op.traits
    if codes or not op.data or (op.model is not None and (op.model.steps or op.model.has(Trait.CODES))):
        return False
    given = op.data[0]
    if given.kind is Kind.COLUMN or (op.model is not None and given.kind is Kind.ARRAY):
        return True
    # of a whole table the numbers may be left as they are
    if any(name in op.args or (op.model is not None and name in op.model.params) for name in _CHOOSING):
        return False
    if given.columns.selected is None:
        return False
    return not given.columns.selected & shown_numbers(workflow)


def _newest_first(workflow: Workflow, mask: int) -> Iterator[Operation]:
    return reversed(tuple(workflow.graph.by_mask(mask)))


def _codes(op: Operation, name: str) -> tuple[object, bool] | None:
    """(the table of codes by which an operation replaces a column's values, whether it does so in all columns of a
    table), None where it does not."""
    given = op.args.get("func") or op.args.get("to_replace")
    if op.role not in (Role.CREATE, Role.REPAIR) or given is None or given.kind is not Kind.CONTAINER or not op.data:
        return None
    whole = op.data[0].kind is Kind.TABLE
    if whole and name not in (op.data[0].columns.selected or ()):
        return None
    written = op.text.partition(".map({")[2]
    return (written or given.id), whole


def _mapped_alike(workflow: Workflow, features: Value) -> bool:
    """True where one and the same table of codes gave the values of all features, as answers to questions get them."""
    columns = features.columns
    if not columns.selected or len(columns.selected) < 2:
        return False
    keys: set[object] = set()
    for name in columns.selected:
        codes = next(
            (key for op in _newest_first(workflow, columns.of(name)) if (key := _codes(op, name)) is not None), None
        )
        if codes is None or (codes[1] and name in shown_numbers(workflow)):
            return False
        keys.add(codes[0])
    return len(keys) == 1


def _of(workflow: Workflow, fact: Fact, sources: frozenset[int]) -> bool:
    """True where a fact speaks of a table that was made of these sources."""
    about = workflow.value_of(fact.about)
    return about is not None and about.rows is not None and bool(about.rows.sources() & sources)


def _as_read(workflow: Workflow, fact: Fact) -> bool:
    """True where nothing was scaled on the way to the table that a fact speaks of."""
    about = workflow.value_of(fact.about)
    return about is not None and not about.upstream & scaling_mask(workflow)


def _standardised(sample: Fact) -> bool:
    """True where shown rows look as if the file came scaled: decimals around zero in all columns but flags."""
    assert isinstance(sample, Sample)
    below = around = 0
    for number in range(len(sample.columns)):
        shown = [_number(row[number]) for row in sample.cells if number < len(row)]
        numbers = [value for value in shown if value is not None]
        if len(numbers) < 3 or len(numbers) < len(shown) or set(numbers) <= {0.0, 1.0}:
            continue
        if any(abs(value) > _AROUND_ZERO for value in numbers) or all(value == int(value) for value in numbers):
            return False
        around += 1
        below += min(numbers) < 0
    return around >= 3 and 2 * below >= around


def curated(workflow: Workflow, training: Training) -> bool:
    """True where all the training's data comes with a library."""
    upstream = 0
    for value in training.op.data:
        upstream |= value.upstream
    return bool(upstream & workflow.mask_of(_BUNDLED)) and not upstream & workflow.mask_of(_LOADED)


def fitted_scalers(workflow: Workflow) -> Iterator[Operation]:
    """Scalings that learn from rows, in order."""
    for op in sorted((*workflow.ops(Role.SCALE), *standard_scores(workflow)), key=lambda op: op.id):
        if op.learns:
            yield op


def is_network(training: Training) -> bool:
    return training.final.family is Family.NETWORK


def on_table(workflow: Workflow, training: Training) -> bool:
    """True where the features certainly come from a table that was read."""
    features = training.features
    if features is None:
        return False
    named = features.columns.names is not None or bool(features.columns.selected)
    own = training.final.shape is Shape.NETWORK or not training.final.has(Trait.TABULAR)
    if own and is_network(training) and not training.final.steps and not named:
        return False  # its layers are not known, so it may take images, or scale by itself
    # an array from a file may hold anything
    table = features.kind is Kind.TABLE or features.upstream & workflow.mask_where(takes_table)
    return bool(features.upstream & workflow.mask_where(_reads_rows if table else _reads_tables))


def _reads_rows(op: Operation) -> bool:
    return op.role is Role.LOAD and not op.traits & {Trait.IMAGE, Trait.AUDIO, Trait.TEXT, Trait.WEIGHTS}


def _reads_tables(op: Operation) -> bool:
    return _reads_rows(op) and Trait.TABULAR in op.traits

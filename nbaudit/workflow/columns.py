"""Questions about columns: which features a model gets, what was shown of them, which rules cut their values.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import isqrt

from nbaudit.model.facts import Counts, Describe, Dtypes, Fact, Missing, Sample, ShapeFact, Uniques
from nbaudit.model.flow import NOTHING, Columns, Kind, Model, Operation, Shape, Value, mask_of
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.core import asked_once, once_per_workflow, takes_table
from nbaudit.workflow.raw_tables import on_pixels
from nbaudit.workflow.sources import sources

MANY_FEATURES = 10
_FEW = 40
"""So few inputs of a network are no pixels, and no words."""
_MANY = 90
"""So many are none either where they make no square."""
_SIDE = 16
"""The least width of a picture in pixels."""
NOT_TABLES = frozenset({Trait.IMAGE, Trait.AUDIO, Trait.TEXT, Trait.WEIGHTS})
_COMBINES = frozenset({Role.SELECT, Role.REDUCE, Role.VECTORISE, Role.TOKENISE, Role.JOIN})
_WIDENS = _COMBINES | {Role.ENCODE, Role.CONCAT, Role.CREATE}
_BY_COLUMN = frozenset({Role.ENCODE, Role.IMPUTE, Role.DROP_MISSING})
"""What is done to columns of a table, and hardly to pixels or texts."""
_CUTS = frozenset({Role.TOKENISE})
_ENCODES = frozenset({Role.ENCODE})
_REPAIRS = frozenset({Role.REPAIR})
FLAT = frozenset({Kind.TABLE, Kind.ARRAY, Kind.COLUMN, Kind.LOADER})


@once_per_workflow
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


def has_text_or_images(workflow: Workflow, training: Training) -> bool:
    features = training.features
    if features is None:
        return False
    if any(step.traits & NOT_TABLES for step in training.model.flat()):
        return True
    if features.kind is Kind.COLUMN and features.column is not None and training.final.family is Family.NETWORK:
        return True
    if features.kind is Kind.COLUMN and any(step.role is Role.VECTORISE for step in training.model.flat()):
        return True  # one column of texts, and the pipeline makes numbers of them
    if features.kind is not Kind.TABLE and not features.upstream & workflow.mask_where(takes_table):
        return True  # arrays that never were a table
    if training.final.family is Family.NETWORK and not _numbers_for_sure(workflow, training):
        return True
    seen = features.upstream & _text_or_images(workflow)
    if seen & ~workflow.mask_of(_CUTS):
        return True
    if seen and features.columns.names is not None and _became_numbers(workflow, seen, features.upstream):
        return False
    # a name that is cut for its title stays one column of a table
    return bool(seen) and not features.upstream & workflow.mask_of(_ENCODES)


def _became_numbers(workflow: Workflow, cuts: int, upstream: int) -> bool:
    """True where the types of columns are repaired after all cuts: figures were picked out of "1,200 km"."""
    repaired = 0
    for op in workflow.graph.by_mask(workflow.mask_of(_REPAIRS) & upstream):
        if op.data and op.data[0].kind is Kind.COLUMN:
            repaired |= op.data[0].upstream
    return not cuts & ~repaired


@once_per_workflow
def _text_or_images(workflow: Workflow) -> int:
    """The mask of the operations that only text or images go through."""
    mask = 0
    for op in workflow.graph.operations:
        if op.role in (Role.VECTORISE, Role.TOKENISE, Role.AUGMENT) or op.traits & {Trait.IMAGE, Trait.AUDIO}:
            mask |= op.bit
    return mask


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
    if features.kind is not Kind.TABLE and any(
        op.traits & {Trait.IMAGE, Trait.AUDIO} and (op.role is not Role.BUNDLED or op.bit & features.upstream)
        for op in workflow.graph.operations
    ):
        return False  # the table lists pictures or sounds
    if any(op.role in _BY_COLUMN and op.data and op.data[0].kind in FLAT for op in steps):
        return True
    if len(features.columns.dropped - {target_name(training)}) > 1 or len(features.columns.created) > 2:
        return True
    named = [name for name in shown_numbers(workflow) if not _PIXEL.fullmatch(name)]
    target = target_name(training)
    if sum(features.columns.may_hold(n) and n != target and not looks_like_identifier(n) for n in named) > 1:
        return True
    count = feature_count(workflow, training)
    return count is not None and 1 < count <= _MANY and (count <= _FEW or isqrt(count) ** 2 != count)


_PIXEL = regex(r"\d+|pixel[ _]?\d+", re.IGNORECASE)


@once_per_workflow
def shown_numbers(workflow: Workflow) -> frozenset[str]:
    """The columns that saved outputs show to hold numbers."""
    found: set[str] = set()
    for fact in workflow.facts:
        if isinstance(fact, Describe):
            found |= fact.stats.keys()
        elif isinstance(fact, Dtypes):
            found |= {name for name, dtype in fact.dtypes.items() if dtype.startswith(("int", "float"))}
        elif isinstance(fact, Sample):
            about = spoken_of(workflow, fact)
            if about is not None and about.kind is Kind.TABLE and fact.cells:
                shown = zip(fact.columns, fact.cells[0], strict=False)
                found |= {name for name, text in shown if _NUMBER.fullmatch(text.strip())}
    return frozenset(found)


_NUMBER = regex(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


_BRINGS = frozenset({Role.LOAD, Role.BUNDLED})


@once_per_workflow
def tabular_trainings(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings on the columns of a table (curated ones included), no text, no images."""
    return tuple(
        training
        for training in workflow.trainings
        if training.features is not None
        and training.features.kind in FLAT
        and not has_text_or_images(workflow, training)
        and (
            training.features.kind is Kind.TABLE
            or training.features.upstream & (workflow.mask_of(_BRINGS) | workflow.mask_where(takes_table))
        )
    )


# --- names and number of features -----------------------------------------------------------------------------------


def _mixed(workflow: Workflow, value: Value) -> bool:
    """True where columns were combined into others on the way, so that names say nothing any more.

    So they were where an array holds what models predicted.
    """
    if value.kind is Kind.ARRAY and value.columns.base & workflow.mask_of(_PREDICTS):
        return True
    return bool(value.upstream & workflow.mask_of(_COMBINES))


_PREDICTS = frozenset({Role.PREDICT})


@asked_once
def _read_again(workflow: Workflow, upstream: int) -> int:
    """The reads of the files that are upstream: what one read shows is true of another of the same file."""
    every, by_read = _reads_by_file(workflow)
    mask = 0
    for op in workflow.graph.by_mask(upstream & every):
        mask |= by_read[op.id]
    return mask


@once_per_workflow
def _reads_by_file(workflow: Workflow) -> tuple[int, dict[int, int]]:
    """The mask of all reads of files whose location is known; and by read, the mask of the reads of its file."""
    every = 0
    found: dict[int, int] = {}
    for source in sources(workflow):
        if source.location:
            mask = mask_of(source.ops)
            every |= mask
            for op in source.ops:
                found[op.id] = found.get(op.id, 0) | mask
    return every, found


@once_per_workflow
def _naming(workflow: Workflow) -> tuple[tuple[tuple[str, ...], Fact, Value], ...]:
    """(names, output, table) of the outputs that show all columns of a table, in order."""
    found: list[tuple[tuple[str, ...], Fact, Value]] = []
    for fact in workflow.facts:
        if isinstance(fact, Sample) and fact.all_columns:
            names = fact.columns
        elif isinstance(fact, Dtypes) and fact.complete:
            names = tuple(fact.dtypes)
        elif isinstance(fact, Missing) and fact.complete and not fact.probed:
            names = tuple(fact.counts)  # the gaps of every column
        else:
            continue
        about = spoken_of(workflow, fact)
        if about is not None and about.kind is Kind.TABLE and len(names) > 1 and about.upstream:
            found.append((names, fact, about))
    return tuple(found)


def _naming_from(workflow: Workflow, mask: int) -> list[tuple[tuple[str, ...], Fact, Value]]:
    """The outputs that show all columns of a table whose first operation is in the mask, in order."""
    first = _naming_by_first(workflow)
    places = [place for op in workflow.graph.by_mask(mask & first[0]) for place in first[1][op.id]]
    naming = _naming(workflow)
    return [naming[place] for place in sorted(places)]


@once_per_workflow
def _naming_by_first(workflow: Workflow) -> tuple[int, dict[int, list[int]]]:
    """The places of `_naming` by the first operation behind their table, and the mask of those operations."""
    found: dict[int, list[int]] = {}
    mask = 0
    for place, (_, _, about) in enumerate(_naming(workflow)):
        first = about.upstream & -about.upstream
        mask |= first
        found.setdefault(first.bit_length() - 1, []).append(place)
    return mask, found


@asked_once
def shown_names(workflow: Workflow, value: Value) -> tuple[tuple[str, ...], Fact] | None:
    """The columns of a table as saved outputs show them, with the newest output that shows them.

    An output of an earlier version counts, less what was dropped and with what was added since.
    """
    columns = value.columns
    if (columns.cut and columns.span is None) or not value.known:
        return None
    best: tuple[tuple[str, ...], Fact] | None = None
    again = _read_again(workflow, value.upstream)
    for names, fact, about in _naming_from(workflow, value.upstream | again):
        if about.columns.cut and (about.columns.span is None or about.columns.span != columns.span):
            continue  # part of the columns, nobody knows which
        if about.upstream & ~(value.upstream | again):
            continue
        if about.columns.base & ~(columns.base | again) or (
            about.columns.selected is not None and columns.selected is None
        ):
            continue
        if columns.span is not None:
            kept = _by_position(columns, names)
            if kept is not None:
                best = tuple(kept), fact
            continue
        kept = [name for name in names if columns.may_hold(name)]
        kept += sorted(name for name in columns.created if name not in names and columns.may_hold(name))
        best = tuple(kept), fact
    return best


def _by_position(columns: Columns, names: tuple[str, ...]) -> list[str] | None:
    """Those of a table's names that a cut by position kept, None where drops or new columns moved the positions."""
    assert columns.span is not None
    kept = [name for name in names if columns.may_hold(name)]
    if columns.created - set(names) or (len(kept) < len(names) and (columns.chosen or kept[-1:] != [names[-1]])):
        return None
    return kept[slice(*columns.span)]


def feature_names(workflow: Workflow, training: Training) -> tuple[str, ...] | None:
    """The names of the features as given to the model (before a pipeline's own steps), None where not known."""
    features = training.features
    if features is None or features.kind not in FLAT or not features.known or _mixed(workflow, features):
        return None
    if features.columns.names is not None and not features.columns.cut:
        return features.columns.names
    if features.kind is Kind.ARRAY and features.column is not None and not features.column.startswith("#"):
        return (features.column,)
    shown = shown_names(workflow, features)
    return shown[0] if shown is not None else None


def some_feature_names(workflow: Workflow, training: Training) -> tuple[str, ...]:
    """Names that outputs show among the features, where a wide table is printed in part; () where none are known."""
    features = training.features
    if features is None or features.kind not in FLAT or not features.known or features.columns.selected is not None:
        return ()
    if features.kind is Kind.ARRAY and any(
        op.role is Role.SHAPE and op.data and op.data[0].kind is Kind.COLUMN
        for op in workflow.graph.by_mask(features.upstream)
    ):
        return ()  # one column, reshaped
    if features.kind is Kind.ARRAY and features.columns.base & workflow.mask_of(_PREDICTS):
        return ()
    again = _read_again(workflow, features.upstream)
    columns = features.columns
    for fact in reversed(workflow.facts_of(Sample)):
        assert isinstance(fact, Sample)
        about = spoken_of(workflow, fact)
        if about is None or about.kind is not Kind.TABLE or about.columns.selected is not None or not about.upstream:
            continue
        before = not about.upstream & ~(features.upstream | again) and not about.columns.base & ~(columns.base | again)
        if before and about.columns.cut == columns.cut and about.columns.span == columns.span:
            return tuple(name for name in fact.columns if columns.may_hold(name))
    return ()


def given_features(workflow: Workflow, training: Training) -> Value | None:
    """The features before a transformer by columns that leaves none out, else the features as given to the model."""
    features = training.features
    if features is None:
        return None
    for op in workflow.graph.by_mask(features.upstream):
        model = op.model
        if model is None or not op.data or op.data[0].kind is not Kind.TABLE or op.id >= training.op.id:
            continue
        parts = [part for part in model.flat() if part.shape is Shape.COLUMNS]
        if parts:
            table = op.data[0]
            return table if all(_keeps_all(workflow, part, table) for part in parts) else features
    return features


def _keeps_all(workflow: Workflow, model: Model, table: Value) -> bool:
    """True where a transformer by columns names all columns of a table, passes the rest on, or takes them by type."""
    rest = model.params.get("remainder")
    if rest is not None and rest.constant not in (NOTHING, "drop"):
        return True
    listed = [model.columns.get(name) for name, _ in model.steps]
    if all(names is None for names in listed):
        return len(listed) > 1  # by lists of types, numbers and words
    shown = shown_names(workflow, table)
    named = {name for names in listed for name in names or ()}
    return None not in listed and shown is not None and set(shown[0]) <= named


@once_per_workflow
def _shown_widths(workflow: Workflow) -> tuple[tuple[int, Value], ...]:
    """The numbers of columns that outputs show, each with the table or array that it is of."""
    found: list[tuple[int, Value]] = []
    for fact in workflow.facts_of(ShapeFact):
        assert isinstance(fact, ShapeFact)
        about = spoken_of(workflow, fact)
        if fact.columns is not None and about is not None and about.kind in (Kind.TABLE, Kind.ARRAY):
            found.append((fact.columns, about))
    return tuple(found)


def feature_count(workflow: Workflow, training: Training) -> int | None:
    """The number of features, or the least that it is known to be; None where nothing tells."""
    features = training.features
    if features is None:
        return None
    known: list[int] = []
    for count, about in _shown_widths(workflow):
        if about is features or (about.columns is features.columns and about.columns.base):
            return count
        if not about.upstream or about.upstream & ~features.upstream:
            continue
        if features.upstream & ~about.upstream & workflow.mask_of(_WIDENS):
            continue
        if same_columns(about.columns, features.columns):
            span = features.columns.span if about.columns.span != features.columns.span else None
            known.append(len(range(count)[slice(*span)]) if span is not None else count)
    if known:
        return known[-1]
    names = feature_names(workflow, training)
    if names is None and features.columns.names is not None and not features.columns.cut:
        names = features.columns.names
    if names is not None:
        made = _dummies(workflow, training)
        return sum(name not in made for name in names) + sum(made.values())
    if (features.columns.cut and features.columns.span is None) or not features.known:
        before = given_features(workflow, training)
        if before is None or before is features:
            return None
        shown = shown_names(workflow, before)
        return len(shown[0]) if shown is not None else None
    return _count_from_wide(workflow, features) or len(features.columns.created) or None


def _dummies(workflow: Workflow, training: Training) -> dict[str, int]:
    """The columns that encoders, on the way or in the model itself, make columns of 0 and 1 of, each with the least
    number of those."""
    assert training.features is not None
    found: dict[str, int] = {}
    for op in workflow.graph.by_mask(training.features.upstream & workflow.mask_of(_ENCODES)):
        codes = op.traits & _CODES or not op.data or (op.model is not None and op.model.traits & _CODES)
        if codes or (op.model is not None and op.model.steps):
            continue
        drops = "drop_first" in op.args or (op.model is not None and "drop" in op.model.params)
        for name in _encoded_by(workflow, op):
            found[name] = _least_values(workflow, name) - drops
    for step in training.model.flat():
        for name, inner in step.steps:
            if any(part.role is Role.ENCODE and not part.traits & _CODES for part in inner.flat()):
                for column in step.columns.get(name, ()):
                    found[column] = _least_values(workflow, column)
    return found


_CODES = frozenset({Trait.CODES, Trait.LEARNS_TARGET})


def _encoded_by(workflow: Workflow, op: Operation) -> set[str]:
    """The columns that an encoding takes, as far as it names them or outputs show which hold words."""
    given, named = op.data[0], op.args.get("columns")
    listed = _LISTED.search(op.text) if named is not None else None
    if listed is not None:
        return set(re.findall(r"""['"]([^'"]+)['"]""", listed[1]))
    if given.kind is Kind.COLUMN:
        return {given.column} if given.column is not None else set()
    if given.columns.names is not None:
        return set(given.columns.names) - shown_numbers(workflow)
    return {name for name in shown_words(workflow) if given.columns.may_hold(name)}


_LISTED = regex(r"\bcolumns *= *\[([^\]]*)\]")


@lru_cache(maxsize=2)
def shown_words(workflow: Workflow) -> frozenset[str]:
    """The columns that outputs show to hold words."""
    found: set[str] = set()
    for fact in workflow.facts_of(Dtypes):
        assert isinstance(fact, Dtypes)
        found |= {name for name, dtype in fact.dtypes.items() if dtype in ("object", "str", "string", "category")}
    return frozenset(found)


@asked_once
def _least_values(workflow: Workflow, name: str) -> int:
    """The number of values of a column of categories as outputs show it, two where none does."""
    for fact in workflow.facts_of(Uniques):
        assert isinstance(fact, Uniques)
        if name in fact.counts:
            return max(fact.counts[name], 2)
    for fact in workflow.facts_of(Counts):
        assert isinstance(fact, Counts)
        if fact.column == name:
            return max(len(fact.counts), 2)
    return 2


def _count_from_wide(workflow: Workflow, features: Value) -> int | None:
    """The number of features, from a printed table that left some columns out but told how many there are."""
    columns = features.columns
    if columns.selected is not None or _mixed(workflow, features) or (columns.span is not None and columns.chosen):
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


def like_pixels(workflow: Workflow, training: Training, count: int | None) -> bool:
    """True where the features look like the pixels of square pictures: as many, and without names."""
    if on_pixels(workflow):
        return True
    side = isqrt(count) if count is not None else 0
    return side >= _SIDE and side * side == count and feature_names(workflow, training) is None


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


_ID = regex(
    r"(?:^|[_\W])(?:id|ids|uid|uuid|guid|index|idx)(?:$|[_\W])|^unnamed: ?0(?:\.\d+)?$|"
    r"^(?:row|serial|record|sl|sr|s)[ _.]*(?:no|num|number|nr)\.?$|"
    r"^(?:passenger|customer|client|user|order|transaction|employee|patient|product|student|row)_?(?:id|num|number)$",
    re.IGNORECASE,
)
_CAMEL_ID = regex(r"(?<=[a-z])(?:ID|Id)$")


@lru_cache(maxsize=1024)
def looks_like_identifier(name: str) -> bool:
    """True for names by which people call identifiers and row numbers."""
    return bool(_ID.search(name) or _CAMEL_ID.search(name))


def looks_like_code(name: str) -> bool:
    return looks_like_identifier(name) or name.lower() in ("year", "zip", "zipcode", "postcode", "date", "time")


# --- selecting ------------------------------------------------------------------------------------------------------


def drops_of_choice(workflow: Workflow) -> list[Operation]:
    """Drops and choices of columns by name, on the way to a model, that are more than setting the target aside."""
    targets = {target_name(training) for training in workflow.trainings} | _encoded(workflow)
    found: list[Operation] = []
    for op in workflow.ops(Role.DROP_COLUMNS, Role.SELECT_COLUMNS):
        if not feeds_features(workflow, op):
            continue
        if op.role is Role.DROP_COLUMNS:
            gone = dropped_by(op) or _gone_since(workflow, op)
            if gone and gone <= targets:
                continue
        elif not _decides(workflow, op):
            continue
        found.append(op)
    return found


def _gone_since(workflow: Workflow, op: Operation) -> set[str | None]:
    """The columns that a table loses from a drop on until a model learns from it: the dropped ones, or more."""
    found: set[str | None] = set()
    for training in workflow.trainings:
        features = training.features
        if features is not None and features.upstream & op.bit and op.data:
            found |= features.columns.dropped - op.data[0].columns.dropped
    return found


def _encoded(workflow: Workflow) -> set[str | None]:
    """The columns of which an encoder makes others: that they go then is no choice."""
    found: set[str | None] = set()
    for op in workflow.ops(Role.ENCODE):
        for value in op.data:
            found |= value.columns.selected or frozenset()
            if value.column is not None:
                found.add(value.column)
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
    text = re.sub(r"""\b(?:errors|axis|level)\s*=\s*['"]\w+['"]""", "", op.text)
    found: set[str | None] = set(re.findall(r"""['"]([^'"]+)['"]""", text))
    return found - {"columns", "index"}


def feeds_features(workflow: Workflow, op: Operation) -> bool:
    return any(training.features is not None and training.features.upstream & op.bit for training in workflow.trainings)


def selects_by_penalty(workflow: Workflow) -> bool:
    """True where a trained model selects by an L1 penalty."""
    for training in workflow.trainings:
        for step in training.model.flat():
            if step.has(Trait.L1):
                return True
            if step.family is not Family.LINEAR:
                continue  # the penalty of a tree shrinks leaves
            for name in ("penalty", "l1_ratio", "reg_alpha", "alpha_l1", "lambda_l1"):
                value = step.params.get(name)
                if value is not None and value.constant not in (None, "l2", 0, 0.0, "none"):
                    return True
    return False


@once_per_workflow
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
    dropped = a.dropped - {"#-1"} == b.dropped - {"#-1"} if b.span is not None else a.dropped == b.dropped
    return a.names == b.names and a.selected == b.selected and dropped and a.created == b.created


def uses_of(workflow: Workflow, training: Training) -> Iterator[tuple[Operation, Value]]:
    """Predictions and measurements of a training's model after it, with the features handed in."""
    for op in workflow.uses_of(training.model):
        if op.id > training.op.id and op.data and op.data[0].kind in (Kind.TABLE, Kind.ARRAY, Kind.LOADER):
            yield op, op.data[0]


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
        named = [
            b for b in workflow.bindings_by_maker.get(given.made_by, ()) if b.value.id == given.id and b.op <= op.id
        ]
        if named:
            return next(b.span for b in named if b.name == named[-1].name)
    return training.op.span if training.op.span.cell == training.op.site.cell else training.op.site

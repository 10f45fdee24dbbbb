"""Tables of raw sources that models learn from, their columns and rows on the way.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from nbaudit.model.facts import Dtypes, Fact, Sample
from nbaudit.model.flow import Kind, Model, Operation, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.core import first_fed, once_per_workflow
from nbaudit.workflow.writing import stands_in

_NO_TABLE = frozenset({Trait.IMAGE, Trait.AUDIO, Trait.WEIGHTS})
JUDGED = frozenset({Kind.PREDICTION, Kind.SCORE, Kind.HISTORY, Kind.MODEL})
_DATA = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.GROUPS, Kind.LOADER, Kind.UNKNOWN, Kind.MASK})
TEXT_TYPES = ("object", "str", "string", "category")
_NUMERIC = ("int", "float", "complex", "uint")
_ID = regex(r"(?i:(^|[_ ])(id|uuid|guid|key|code|number|no|session)s?$)|[a-z](Id|ID|Key|Code)$")
_WORDS = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MOMENTS = frozenset({"date", "datetime", "time", "timestamp", "utc", "dt", "fecha", "datum", "period"})
_PERIODS = frozenset(
    {"data", "year", "month", "day", "hour", "week", "minute", "quarter", "yr", "of", "the", "no", "number"}
)
_DATE_TEXT = regex(r"\d{4}-\d\d|\d\d?/\d\d?/\d{2,4}")
_TEST_NAME = regex(r"(?<![a-z])(test|predict|holdout|validation)(?!.*submi)", re.IGNORECASE)


@once_per_workflow
def table_reads(workflow: Workflow) -> int:
    """Mask of the operations that read tables from raw sources.

    A file is a table where something handles it as one; a table that only lists pictures or sounds is none.
    """
    tables = listings = trained = 0
    for op in workflow.graph.operations:
        for value in op.data:
            if value.kind in (Kind.TABLE, Kind.COLUMN):
                tables |= value.upstream
        if op.role is Role.LOAD and op.traits & _NO_TABLE:
            for value in (*op.data, *op.args.values()):
                listings |= value.upstream | value.control
    for training in workflow.trainings:
        for value in training.op.data[:1]:
            trained |= value.upstream if value.kind in (Kind.TABLE, Kind.COLUMN) else 0
    mask = outside_sources(workflow) & tables
    for op in workflow.ops(Role.LOAD):
        listed = listings & op.bit and not trained & op.bit
        if stands_in(workflow, op, "__getitem__"):
            continue  # a file for each example
        if not op.traits & _NO_TABLE and tables & op.bit and not listed:
            mask |= op.bit
    return mask


@once_per_workflow
def outside_sources(workflow: Workflow) -> int:
    """Mask of the calls of unknown modules without data: they may have read what comes from them."""
    mask = 0
    for op in workflow.ops(Role.UNKNOWN):
        if op.rows is RowsEffect.SOURCE:
            mask |= op.bit
    return mask


@once_per_workflow
def on_tables(workflow: Workflow) -> tuple[Training, ...]:
    """The trainings on data that was read from raw tables, in order.

    Features whose source got lost count where tables are all that the notebook reads.
    """
    reads = table_reads(workflow)
    pictures = raw = drawn = loose = 0
    for op in workflow.graph.operations:
        if op.traits & {Trait.IMAGE, Trait.AUDIO}:
            pictures |= op.bit
            for value in op.data:
                drawn |= value.upstream
            if not op.data and op.role is not Role.BUNDLED:
                loose |= op.bit
        if op.role in (Role.LOAD, Role.BUNDLED):
            raw |= op.bit
    raw |= outside_sources(workflow) & reads
    found = []
    for training in workflow.trainings:
        mask = 0
        for value in training.op.data[:1]:
            mask |= value.upstream
            if not value.upstream & (raw | outside_sources(workflow)) and raw == reads:
                mask |= reads & training.op.bit - 1  # what is read later was not learned from
        features = training.features
        # pictures of other data than what this model learns from say nothing of it
        apart = features is not None and bool(features.upstream & reads) and not features.upstream & drawn and not loose
        shown = bool(pictures) and training.final.family is Family.NETWORK and not _is_table(features) and not apart
        if mask & reads & ~pixel_reads(workflow) and not mask & pictures and not shown:
            found.append(training)
    return tuple(found)


def _is_table(value: Value | None) -> bool:
    return value is not None and value.kind in (Kind.TABLE, Kind.COLUMN)


_SQUARE = regex(r"\breshape\D*\([^)]*?(?<![\w.])(\d\d+)\s*,\s*\1(?!\d)")


def _gives_equal_sides(op: Operation) -> bool:
    """True for a shape of two equal sides under names (`reshape(-1, rows, columns)`)."""
    sides: list[object] = []
    for value in op.args.values():
        sides += value.constant if isinstance(value.constant, tuple) else (value.constant,)
    pairs = itertools.pairwise(sides)
    return "reshape" in op.text and any(isinstance(a, int) and a > 9 and a == b for a, b in pairs)


@once_per_workflow
def pixel_reads(workflow: Workflow) -> int:
    """Mask of the reads of tables whose rows are made pictures: they are given two equal sides (`reshape(28, 28)`)."""
    mask = 0
    for op in workflow.ops(Role.SHAPE):
        if _SQUARE.search(op.text) or _gives_equal_sides(op):
            for value in op.data:
                mask |= value.upstream & table_reads(workflow)
    return mask


_PIXEL = regex(r"(pixel|px)[ _]?\d+", re.IGNORECASE)


@once_per_workflow
def on_pixels(workflow: Workflow) -> bool:
    """True where an output shows that most columns of a table are the pixels of pictures."""
    for fact in workflow.facts:
        names = fact.columns if isinstance(fact, Sample) else tuple(fact.dtypes) if isinstance(fact, Dtypes) else ()
        if len(names) > 4 and 2 * sum(bool(_PIXEL.fullmatch(name)) for name in names) > len(names):
            return True
    return False


def never_learned(workflow: Workflow, table: Value | None) -> bool:
    """True for a table of which no row reaches a model: the example of a lesson, a table that is only shown.

    False where it is not known what the models learn from.
    """
    if table is None or table.kind not in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY):
        return False
    mine = table.upstream & table_reads(workflow)
    learned = 0
    for training in workflow.trainings:
        given = training.op.data[0].upstream if training.op.data else 0
        if not given & (table_reads(workflow) | workflow.mask_of(_SOURCES)):
            return False
        learned |= given
    if mine:
        return not mine & learned and not _read_again(workflow, mine, learned)
    return table.rows is None and not table.upstream & learned and _typed_in(table)


def is_example(workflow: Workflow, table: Value | None) -> bool:
    """True for a table that was typed into the notebook and that no model learns from."""
    if table is None or not never_learned(workflow, table):
        return False
    reads = list(workflow.graph.by_mask(table.upstream & workflow.mask_of(_SOURCES)))
    return all(_TYPED.search(read.text) for read in reads)


_TYPED = regex(r"\bStringIO\b")
_SOURCES = frozenset({Role.LOAD, Role.BUNDLED})


def _typed_in(table: Value) -> bool:
    """True for a table that was written in the notebook: nothing was read for it."""
    return table.made_by < 0 and not table.upstream


def _read_again(workflow: Workflow, mine: int, learned: int) -> bool:
    """True where the same file, or one whose path is not known, is read once more for a model."""
    paths = {_path(op) for op in workflow.graph.by_mask(mine & workflow.mask_of(_SOURCES))}
    theirs = {_path(op) for op in workflow.graph.by_mask(learned & workflow.mask_of(_SOURCES))}
    return None in theirs or bool(paths & theirs)


def _path(op: Operation) -> str | None:
    given = next((v.constant for v in op.args.values() if isinstance(v.constant, str)), None)
    return re.split(r"[\\/]", given)[-1] if given else None


def prepared_outside(workflow: Workflow, training: Training) -> bool:
    """True where both the read and the preparation of what a model learns from lie in modules that no table knows."""
    mask = 0
    for value in training.op.data[:1]:
        mask |= value.upstream
    given = [op for op in workflow.graph.by_mask(mask) if op.role is Role.UNKNOWN]
    return any(op.rows is RowsEffect.SOURCE for op in given) and any(op.data for op in given)


def table_of(workflow: Workflow, training: Training) -> tuple[Operation, str]:
    """The read that a training's table comes from, and the name that holds it."""
    reads = table_reads(workflow)
    mine = training.op.data[0].upstream & reads if training.op.data else 0
    read = next(workflow.graph.by_mask(mine or reads))
    name = next((b.name for b in workflow.bindings_by_maker.get(read.id, ())), "data")
    return read, name


@once_per_workflow
def targets(workflow: Workflow) -> frozenset[str]:
    """Names of the columns that models learn to predict: taken by name or place, or told to the model."""
    found: set[str] = set()
    for training in workflow.trainings:
        column = training.target.column if training.target is not None else None
        if column is not None:
            found.add(column)
            found |= _at_place(workflow, training.target, column)
        for name in _TOLD:
            told = training.model.params.get(name)
            if told is not None and isinstance(told.constant, str):
                found.add(told.constant)
    return frozenset(found)


_TOLD = ("label", "target")


def _at_place(workflow: Workflow, target: Value | None, column: str) -> set[str]:
    """The name of a column that was taken by its place (`iloc[:, -1]`), as a printed table of the same source shows."""
    if target is None or target.rows is None or not column.startswith("#") or not column[1:].lstrip("-").isdigit():
        return set()
    if target.columns.names is not None:
        place, known = int(column[1:]), target.columns.names
        return {known[place]} if -len(known) <= place < len(known) else set()
    for fact in workflow.facts:
        if not isinstance(fact, (Sample, Dtypes)) or fact.stale:
            continue
        about = fact_value(workflow, fact)
        names = fact.columns if isinstance(fact, Sample) else tuple(fact.dtypes)
        if about is not None and _loses_columns(workflow, target.upstream & ~about.upstream):
            continue  # another column stands at that place by then
        whole = fact.all_columns if isinstance(fact, Sample) else fact.complete
        if whole and about is not None and about.rows is not None and about.rows.sources() & target.rows.sources():
            place = int(column[1:])
            return {names[place]} if -len(names) <= place < len(names) else set()
    return set()


def _loses_columns(workflow: Workflow, mask: int) -> bool:
    roles = [op.role for op in workflow.graph.by_mask(mask)]
    return Role.DROP_COLUMNS in roles or roles.count(Role.SELECT_COLUMNS) > 1  # one of them takes the target


@once_per_workflow
def _fits(workflow: Workflow) -> int:
    mask = 0
    for training in workflow.trainings:
        mask |= training.op.bit
    return mask


def from_tables(workflow: Workflow, op: Operation, strict: bool = False) -> bool:
    """True where the operation works on data that came from a raw table, and not on what a model gave.

    Data of unknown origin counts too, unless `strict`.
    """
    reads, fits = table_reads(workflow), _fits(workflow)
    if any(value.upstream & fits for value in op.data):
        return False
    given = [
        value
        for value in op.data
        if value.kind in _DATA or value.kind is Kind.STATISTIC or (value.kind is Kind.TEXT and value.upstream & reads)
    ]
    return (not op.data and not strict) or any(
        value.upstream & reads or (not value.upstream and not strict) for value in given
    )


def on_data(op: Operation) -> bool:
    """False for operations on what a model gave: predictions, scores, histories."""
    return not any(value.kind in JUDGED for value in op.data)


@once_per_workflow
def values_by_id(workflow: Workflow) -> dict[int, Value]:
    """The values that operations read, by id."""
    return {value.id: value for op in workflow.graph.operations for value in op.data}


def fact_value(workflow: Workflow, fact: Fact) -> Value | None:
    """The value that a saved output speaks of, where known."""
    return values_by_id(workflow).get(fact.about) if fact.about is not None else None


def treats(op: Operation, column: str) -> bool:
    """False only where an operation is known to leave a column as it is."""
    written = op.args.get("columns")
    if op.call.startswith("syntax.set") and written is not None and isinstance(written.constant, str):
        return written.constant == column
    if not op.data:
        return True
    value = op.data[0]
    if value.kind is Kind.COLUMN:
        return value.column is None or value.column == column or bool(value.varies)
    if value.kind is Kind.TABLE:
        return value.columns.may_hold(column)
    return True


def reaches(workflow: Workflow, training: Training, op: Operation) -> bool:
    """True where an operation shaped what a model learned from, or sits inside the model."""
    if any(value.upstream & op.bit for value in training.op.data):
        return True
    return op.model is not None and any(op.model is step for step in training.model.flat())


def on_tables_of(workflow: Workflow, model: Model) -> Iterator[Training]:
    """The trainings of a model, or of the estimator inside it, that are on tables, in order."""
    ids = _ids_on_tables(workflow)
    return (training for training in workflow.trainings_of(model) if training.op.id in ids)


def first_reached(workflow: Workflow, op: Operation) -> Training | None:
    """The first training on a table that an operation shaped, or sits inside of."""
    fed = _first_fed(workflow).get(op.id)
    around = workflow.trainings_with(op.model) if op.model is not None else ()
    inside = next((training for training in around if training.op.id in _ids_on_tables(workflow)), None)
    return min((t for t in (fed, inside) if t is not None), key=lambda t: t.op.id, default=None)


@once_per_workflow
def _ids_on_tables(workflow: Workflow) -> frozenset[int]:
    return frozenset(training.op.id for training in on_tables(workflow))


@once_per_workflow
def _first_fed(workflow: Workflow) -> dict[int, Training]:
    return first_fed(workflow.graph, on_tables(workflow))


def same_rows(rows: Rows, other: Rows) -> bool:
    """True where two sets are the same rows: neither lost any on the way from the other."""
    if rows is other:
        return True
    return base_rows(rows) is base_rows(other)


def base_rows(rows: Rows) -> Rows:
    """The set that these are the same rows as, before they were reordered and the like."""
    while rows.effect in (RowsEffect.KEEP, RowsEffect.REORDER) and len(rows.parents) == 1:
        rows = rows.parents[0]
    return rows


def made_by_op(rows: Rows, op: Operation, before: Rows) -> bool:
    """True where rows come directly from those before the operation, with nothing else cutting them."""
    base = base_rows(rows)
    return len(base.parents) == 1 and base_rows(base.parents[0]) is base_rows(before)


def is_test_like(workflow: Workflow, rows: Rows) -> bool:
    """True for rows that no model was trained on and a model is measured or used on, or that are a test part."""
    return not workflow.is_trained_on(rows) and (rows.role == "test" or workflow.first_use_on(rows) is not None)


def asked_column(op: Operation) -> str | None:
    """The one column that an operation is about, None where it is about several or unknown."""
    for name in ("x", "y", "names"):
        value = op.args.get(name)
        if value is not None and isinstance(value.constant, str):
            return value.constant
    names = {value.column for value in op.data if value.column is not None}
    return next(iter(names)) if len(names) == 1 else None


def looks_like_id(name: str) -> bool:
    """True for names of identifiers."""
    return bool(_ID.search(name.strip()))


@once_per_workflow
def dtypes(workflow: Workflow) -> dict[str, str]:
    """dtype per column name, as first printed."""
    found: dict[str, str] = {}
    for fact in workflow.facts_of(Dtypes):
        assert isinstance(fact, Dtypes)
        for name, dtype in fact.dtypes.items():
            found.setdefault(name, dtype)
    return found


def mixed_kinds(workflow: Workflow, value: Value) -> bool | None:
    """True where a table is shown to hold columns of text and of numbers, None where nothing shows it."""
    known = [dtype for name, dtype in dtypes(workflow).items() if value.columns.may_hold(name)]
    if known:
        return any(d.startswith(TEXT_TYPES) for d in known) and any(d.startswith(_NUMERIC) for d in known)
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        about = fact_value(workflow, fact)
        if about is None or about.rows is None or value.rows is None or not about.rows.overlaps(value.rows):
            continue
        if not fact.cells:
            continue
        kinds = {_is_number(cell) for cell in fact.cells[0]}
        return len(kinds) == 2
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def filled_column(op: Operation) -> str | None:
    """The one column that a fill changes, None where it is several or unknown."""
    written = op.args.get("columns")
    if op.call.startswith("syntax.set") and written is not None:
        return written.constant if isinstance(written.constant, str) else None
    value = op.data[0] if op.data else None
    return value.column if value is not None and value.kind is Kind.COLUMN else None


def in_time_order(workflow: Workflow, value: Value) -> bool:
    """True where the rows were sorted, or something says that they follow each other in time."""
    if value.kind is Kind.GROUPS or value.rows is None:
        return True
    if any(rows.effect in (RowsEffect.REORDER, RowsEffect.COLLAPSE) for rows in value.rows.lineage()):
        return True
    if any(t.final.family is Family.TIME_SERIES for t in workflow.trainings):
        return True
    sources = value.rows.sources()
    for op in workflow.graph.operations:
        if (
            Trait.TIME in op.traits
            or (Trait.LAG in op.traits and op.role is not Role.IMPUTE)
            or "parse_dates" in op.args
        ):
            return True
        if Trait.ORDERED in op.traits:
            return True
    for fact in workflow.facts_of(Sample):
        assert isinstance(fact, Sample)
        about = fact_value(workflow, fact)
        if about is not None and about.rows is not None and not about.rows.sources() & sources:
            continue
        if any(_is_a_time(name) for name in fact.columns) or any(_DATE_TEXT.match(i) for i in fact.index):
            return True
    return any(_is_a_time(name) for name in dtypes(workflow))


def _is_a_time(name: str) -> bool:
    """True for the names of dates and times: `InvoiceDate`, `day`, `hour of day`; not `MonthlyCharges`, `BirthYear`."""
    words = {word.casefold() for word in _WORDS.findall(name)}
    return bool(words & _MOMENTS) or (bool(words) and words <= _PERIODS)


def column_in(op: Operation, column: str) -> bool:
    """True where the operation's text names a column."""
    return bool(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", op.text))


def features_of(workflow: Workflow) -> Value | None:
    """The features of the first training on a table."""
    trainings = on_tables(workflow)
    return trainings[0].features if trainings else None


def learned_column(workflow: Workflow, column: str) -> Training | None:
    """A training whose features may hold a column."""
    for training in on_tables(workflow):
        features = training.features
        if features is None or column in targets(workflow):
            continue
        if features.columns.may_hold(column):
            return training
    return None


def prepared_for_use(workflow: Workflow, rows: Rows) -> Operation | None:
    """The operation that shows that rows are kept for testing or prediction: a use of a model on them, or their read
    from a file that is named so. None for rows that a model learns from."""
    if workflow.is_trained_on(rows):
        return None
    use = workflow.first_use_on(rows)
    if use is not None:
        return use
    if rows.role == "test":
        return next((workflow.graph.operations[r.made_by] for r in rows.lineage() if r.made_by >= 0), None)
    for binding, read in workflow.reads_sharing(rows):
        path = next((v.constant for v in read.args.values() if isinstance(v.constant, str)), "")
        file = re.split(r"[\\/]", path)[-1]
        if any(_TEST_NAME.search(name.replace("_", " ")) for name in (file, binding.name)):
            return read
    return None

"""Questions about cleaning: who looked for gaps and inconsistencies, what was filled, dropped or repaired, and where.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from nbaudit.knowledge.schema import CallRow
from nbaudit.knowledge.tables import tables
from nbaudit.model.facts import Basis, Counts, Describe, Dtypes, Duplicates, Fact, Missing, Sample, ShapeFact, Uniques
from nbaudit.model.flow import NOTHING, Kind, Operation, Rows, RowsEffect, Value
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.workflow import Training, Workflow

_NO_TABLE = frozenset({Trait.IMAGE, Trait.AUDIO, Trait.WEIGHTS})
_JUDGED = frozenset({Kind.PREDICTION, Kind.SCORE, Kind.HISTORY, Kind.MODEL})
_DATA = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.GROUPS, Kind.LOADER, Kind.UNKNOWN, Kind.MASK})
_GAP_WORDS = re.compile(r"missing|null|impute|fill_?na|drop_?na|(?<![a-z])nan?(?![a-z])", re.IGNORECASE)
_CLEAN_WORDS = re.compile(r"clean|preprocess|normali[sz]e_text|dedup|duplicate|sanit", re.IGNORECASE)
_NO_GAPS = re.compile(
    r"\b(no|without|free of|zero|not (have|contain) any|n't (have|contain) any|0)\s+(any\s+)?(missing|null|nan)\b|"
    r"\b(missing|null|nan)( attribute)? values?\s*[:?]\s*(\*+\s*)?(no|none|0)\b",
    re.IGNORECASE,
)
_IMPUTER = re.compile(r"imput(e|er|ation)", re.IGNORECASE)
_TEXT = ("object", "str", "string", "category")
_NUMERIC = ("int", "float", "complex", "uint")
_CASTS = re.compile(r"(builtins\.)?(int|float|str|bool|object|category|uint|numpy\.\w+)\w*$")
_GAP_MARK = re.compile(r"(^|\.)(nan|NaN|NAN|NA|NaT)$")
_ID = re.compile(r"(?i:(^|[_ ])(id|uuid|guid|key|code|number|no|session)s?$)|[a-z](Id|ID|Key|Code)$")


# --- which data -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
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
    mask = 0
    for op in workflow.ops(Role.LOAD):
        listed = listings & op.bit and not trained & op.bit
        if not op.traits & _NO_TABLE and tables & op.bit and not listed:
            mask |= op.bit
    return mask


@lru_cache(maxsize=2)
def on_tables(workflow: Workflow) -> tuple[Training, ...]:
    """The trainings on data that was read from raw tables, in order.

    Features whose source got lost count where tables are all that the notebook reads.
    """
    reads = table_reads(workflow)
    pictures = raw = 0
    for op in workflow.graph.operations:
        if op.traits & {Trait.IMAGE, Trait.AUDIO}:
            pictures |= op.bit
        if op.role in (Role.LOAD, Role.BUNDLED):
            raw |= op.bit
    found = []
    for training in workflow.trainings:
        mask = 0
        for value in training.op.data[:1]:
            mask |= value.upstream
            if not value.upstream & raw and raw == reads:
                mask |= reads
        features = training.features
        shown = bool(pictures) and training.final.family is Family.NETWORK and not _is_table(features)
        if mask & reads and not mask & pictures and not shown:
            found.append(training)
    return tuple(found)


def _is_table(value: Value | None) -> bool:
    return value is not None and value.kind in (Kind.TABLE, Kind.COLUMN)


def table_of(workflow: Workflow, training: Training) -> tuple[Operation, str]:
    """The read that a training's table comes from, and the name that holds it."""
    reads = table_reads(workflow)
    mine = training.op.data[0].upstream & reads if training.op.data else 0
    read = next(workflow.graph.by_mask(mine or reads))
    binding = workflow.first_bindings.get(read.id)
    name = binding.name if binding is not None else "data"
    return read, name


@lru_cache(maxsize=2)
def targets(workflow: Workflow) -> frozenset[str]:
    """Names of the columns that models learn to predict."""
    return frozenset(
        training.target.column
        for training in workflow.trainings
        if training.target is not None and training.target.column is not None
    )


@lru_cache(maxsize=2)
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
    given = [value for value in op.data if value.kind in _DATA or value.kind is Kind.STATISTIC]
    return (not op.data and not strict) or any(
        value.upstream & reads or (not value.upstream and not strict) for value in given
    )


def on_data(op: Operation) -> bool:
    """False for operations on what a model gave: predictions, scores, histories."""
    return not any(value.kind in _JUDGED for value in op.data)


@lru_cache(maxsize=2)
def values_by_id(workflow: Workflow) -> dict[int, Value]:
    """The values that operations read, by id."""
    return {value.id: value for op in workflow.graph.operations for value in op.data}


def fact_value(workflow: Workflow, fact: Fact) -> Value | None:
    """The value that a saved output speaks of, where known."""
    return values_by_id(workflow).get(fact.about) if fact.about is not None else None


# --- missing values -------------------------------------------------------------------------------------------------


def marks_gap(value: Value | None) -> bool:
    """True for the constants that stand for a gap (`np.nan`, `None`, `pd.NA`)."""
    if value is None:
        return False
    constant = value.constant
    if constant is None or (isinstance(constant, float) and constant != constant):
        return True
    return bool(_GAP_MARK.search(value.type)) or bool(_GAP_MARK.search(value.text))


def tests_gaps(workflow: Workflow, value: Value | None) -> bool:
    """True for a mask that says where values are missing."""
    if value is None or value.made_by < 0 or value.kind not in (Kind.MASK, Kind.COLUMN, Kind.INDEX, Kind.ARRAY):
        return False
    return any(
        Trait.MISSING in op.traits
        for op in workflow.graph.by_mask(value.upstream)
        if op.id >= value.made_by - 3 and op.role is Role.LOOK
    )


def is_fill(workflow: Workflow, op: Operation) -> bool:
    """True for operations that put values where there were gaps, written in any way."""
    if op.role is Role.IMPUTE:
        return True
    if op.role is Role.REPAIR and len(op.args) > 1:
        old, new = op.args.get("to_replace"), op.args.get("value")
        return marks_gap(old) and new is not None and not marks_gap(new)
    if op.role is Role.CREATE:
        mask = op.args.get("rows") or op.args.get("condition")
        return tests_gaps(workflow, mask)
    if op.role is Role.TRANSFORM and op.learns:
        return bool(_IMPUTER.search(op.text))  # a class of the notebook's own says what it is for
    return False


def makes_gaps(op: Operation) -> bool:
    """True for repairs that turn stand-ins into gaps."""
    if op.role is not Role.REPAIR:
        return False
    if marks_gap(op.args.get("value")):
        return True
    container = op.args.get("to_replace")
    return container is not None and container.kind is Kind.CONTAINER and bool(re.search(r"\b(nan|NaN|NA)\b", op.text))


@lru_cache(maxsize=2)
def fills(workflow: Workflow) -> tuple[Operation, ...]:
    """Every filling of gaps, in order."""
    return tuple(
        op for op in workflow.ops(Role.IMPUTE, Role.REPAIR, Role.CREATE, Role.TRANSFORM) if is_fill(workflow, op)
    )


@lru_cache(maxsize=2)
def gap_handling(workflow: Workflow) -> tuple[Operation, ...]:
    """Every operation that deals with gaps: fills, drops, filters by gaps, categories for gaps, in order."""
    found: list[Operation] = list(fills(workflow))
    for op in workflow.ops(Role.DROP_MISSING, Role.DROP_COLUMNS, Role.FILTER, Role.ENCODE, Role.CREATE):
        if (
            op.role is Role.DROP_MISSING
            or (op.role is Role.DROP_COLUMNS and Trait.MISSING in op.traits)
            or (op.role is Role.FILTER and tests_gaps(workflow, op.args.get("key")))
            or op.arg("dummy_na") is True
            or (op.role is Role.CREATE and Trait.MISSING in op.traits)
        ):
            found.append(op)
    return tuple(sorted(set(found), key=lambda op: op.id))


@lru_cache(maxsize=2)
def gap_looks(workflow: Workflow) -> tuple[Operation, ...]:
    """Every operation that identifies missing values, in order."""
    found = []
    for op in workflow.graph.operations:
        if op.role is Role.PROFILE:
            found.append(op)
        elif Trait.MISSING in op.traits and on_data(op):
            counted = op.rows is RowsEffect.COLLAPSE and op.data and op.data[0].kind is not Kind.TABLE
            if not counted:
                found.append(op)
    return tuple(found)


def gaps_in_doubt(workflow: Workflow) -> bool:
    """True where something the analysis can't read may have dealt with gaps, or words say that there are none."""
    for op in workflow.ops(Role.UNKNOWN):
        if _GAP_WORDS.search(op.call) or _GAP_WORDS.search(op.text.partition("(")[0]):
            return True
    for cell in workflow.notebook.cells:
        if cell.kind is CellKind.MARKDOWN and _NO_GAPS.search(cell.source):
            return True
        if cell.index in workflow.graph.broken and re.search(r"\b(isnull|isna|dropna|fillna|info)\(", cell.source):
            return True
    return any(step.role is Role.IMPUTE for t in workflow.trainings for step in t.model.flat()) or any(
        training.final.family is Family.AUTOML for training in workflow.trainings
    )


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


def loss_shown(workflow: Workflow, op: Operation) -> tuple[float, Fact] | None:
    """(share, fact) of the rows that dropping gaps takes away, as saved outputs show it.

    Either the shapes printed before and after, or the largest printed number of gaps of a column that is still there.
    """
    if not op.data or op.data[0].rows is None:
        return None
    before_rows, columns = op.data[0].rows, op.data[0].columns
    before: ShapeFact | None = None
    for shape in workflow.facts_of(ShapeFact):
        assert isinstance(shape, ShapeFact)
        value = fact_value(workflow, shape)
        if value is None or value.rows is None or shape.stale or shape.columns is None:
            continue
        if value.rows is before_rows or same_rows(value.rows, before_rows):
            before = shape
        elif (
            before is not None
            and before.rows > 0
            and made_by_op(value.rows, op, before_rows)
            and value.upstream & op.bit
            and shape.rows < before.rows
        ):
            return 1 - shape.rows / before.rows, shape
    subset = op.args.get("subset")
    if before is None or before.rows <= 0 or subset is not None or "thresh" in op.args or "how" in op.args:
        return None
    latest: Missing | None = None
    for missing in workflow.facts_of(Missing):
        assert isinstance(missing, Missing)
        value = fact_value(workflow, missing)
        if missing.stale or missing.flags or value is None or value.rows is None or missing.cell > op.site.cell:
            continue
        if same_rows(value.rows, before_rows):
            latest = missing
    if latest is None:
        return None
    done = [other for other in gap_handling(workflow) if other.id < op.id and op.data[0].upstream & other.bit]
    left = [
        number if latest.share else number / before.rows
        for name, number in latest.some().items()
        if columns.may_hold(name) and not any(treats(other, name) for other in done)
    ]
    return (max(left), latest) if left else None


def same_rows(rows: Rows, other: Rows) -> bool:
    """True where two sets are the same rows: neither lost any on the way from the other."""
    if rows is other:
        return True
    return _base(rows) is _base(other)


def _base(rows: Rows) -> Rows:
    while rows.effect in (RowsEffect.KEEP, RowsEffect.REORDER) and len(rows.parents) == 1:
        rows = rows.parents[0]
    return rows


def made_by_op(rows: Rows, op: Operation, before: Rows) -> bool:
    """True where rows come directly from those before the operation, with nothing else cutting them."""
    base = _base(rows)
    return len(base.parents) == 1 and _base(base.parents[0]) is _base(before)


def is_test_like(workflow: Workflow, rows: Rows) -> bool:
    """True for rows that no model was trained on and a model is measured or used on, or that are a test part."""
    if any(t.rows is not None and t.rows.overlaps(rows) for t in workflow.trainings):
        return False
    if rows.role == "test":
        return True
    for op in workflow.ops(Role.PREDICT, Role.EVALUATE):
        if any(value.rows is not None and value.rows.overlaps(rows) for value in op.data[:1]):
            return True
    return False


# --- inconsistent data ----------------------------------------------------------------------------------------------


def is_cast(op: Operation) -> bool:
    """True for a change of type alone (`astype`): its one argument is a type or a type's name."""
    if op.role is not Role.REPAIR or "to_replace" in op.args:
        return False
    given = [value for name, value in op.args.items() if name in ("0", "dtype", "x")]
    return any(
        bool(_CASTS.match(value.type)) or (isinstance(value.constant, str) and bool(_CASTS.match(value.constant)))
        for value in given
    )


def _repairs_type(workflow: Workflow, op: Operation) -> bool:
    """A cast repairs where it makes a number of one column that nothing had made before."""
    value = op.data[0] if op.data else None
    if value is None or value.kind is not Kind.COLUMN:
        return False
    given = next(iter(op.args.values()), None)
    name = (
        (given.type or str(given.constant))
        if given is not None and given.constant is not NOTHING
        else (given.type if given is not None else "")
    )
    if not any(word in name for word in ("int", "float", "datetime")):
        return False
    made = (Role.CREATE, Role.ENCODE, Role.PREDICT, Role.AGGREGATE, Role.IMPUTE)
    return value.made_by < 0 or workflow.graph.operations[value.made_by].role not in made


def inconsistency_looks(workflow: Workflow) -> Iterator[Operation]:
    """Operations that look for inconsistent data in features, or repair it, in order."""
    for op in workflow.graph.operations:
        if op.role in (Role.PROFILE, Role.VALIDATE, Role.DEDUPLICATE) or "parse_dates" in op.args:
            yield op
        elif not on_data(op) or not from_tables(workflow, op):
            continue
        elif Trait.DUPLICATES in op.traits or op.role is Role.CLIP or _looks_or_repairs(workflow, op):
            yield op


def _looks_or_repairs(workflow: Workflow, op: Operation) -> bool:
    named = targets(workflow)
    if op.role is Role.REPAIR:
        if is_fill(workflow, op):
            return False
        if is_cast(op):
            return _repairs_type(workflow, op)
        return asked_column(op) not in named or not named
    if Trait.VALUES in op.traits and (op.role is not Role.PLOT or Trait.BALANCE in op.traits):
        column = asked_column(op)
        return (
            op.role is not Role.AGGREGATE
            and from_tables(workflow, op, strict=True)
            and (column is None or column not in named)
        )
    if op.role is Role.FILTER and op.rows is RowsEffect.SUBSET:
        return _keeps_valid(workflow, op, op.args.get("key"))
    if op.role is Role.CREATE and "rows" in op.args and not is_fill(workflow, op):
        return _keeps_valid(workflow, op, op.args["rows"])
    return op.role is Role.CREATE and any(_repairs(value) for value in op.args.values() if value.kind is Kind.FUNCTION)


def _repairs(function: Value) -> bool:
    """True for a library function that repairs, given to another one (`apply(pd.to_datetime)`)."""
    return bool(function.type) and any(
        isinstance(row, CallRow) and row.role is Role.REPAIR for row in tables().rows(function.type)
    )


def _keeps_valid(workflow: Workflow, op: Operation, key: Value | None) -> bool:
    """True for a condition on a feature's values whose result a model learns from (no fold, no target)."""
    if key is None or key.kind is not Kind.MASK or key.varies or not workflow.reaches_model(op):
        return False
    return key.column not in targets(workflow) and not tests_gaps(workflow, key)


def asked_column(op: Operation) -> str | None:
    """The one column that an operation is about, None where it is about several or unknown."""
    for name in ("x", "y"):
        value = op.args.get(name)
        if value is not None and isinstance(value.constant, str):
            return value.constant
    names = {value.column for value in op.data if value.column is not None}
    return next(iter(names)) if len(names) == 1 else None


def cleaning_in_doubt(workflow: Workflow) -> bool:
    """True where something the analysis can't read may have cleaned the data."""
    return any(
        _CLEAN_WORDS.search(op.call) or _CLEAN_WORDS.search(op.text.partition("(")[0])
        for op in workflow.ops(Role.UNKNOWN)
    ) or any(training.final.family is Family.AUTOML for training in workflow.trainings)


def later_work(workflow: Workflow, fact: Fact, column: str, roles: frozenset[Role]) -> Operation | None:
    """The first operation of these roles at or after a saved output that may change a column."""
    for op in workflow.graph.operations:
        if op.site.cell >= fact.cell and op.role in roles and on_data(op) and treats(op, column):
            return op
    return None


def looks_like_id(name: str) -> bool:
    """True for names of identifiers."""
    return bool(_ID.search(name.strip()))


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
        return any(d.startswith(_TEXT) for d in known) and any(d.startswith(_NUMERIC) for d in known)
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


def source_of(workflow: Workflow, op: Operation) -> ast.expr | None:
    """The syntax of the operation's expression, None where it can't be cut out."""
    lines = workflow.notebook.cells[op.span.cell].python.splitlines()[op.span.line - 1 : op.span.end_line]
    if not lines:
        return None
    lines[-1] = lines[-1][: op.span.end_column] if op.span.end_column else lines[-1]
    lines[0] = lines[0][op.span.column :]
    try:
        return ast.parse("(" + "\n".join(lines) + "\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return None


@lru_cache(maxsize=2)
def read_later(workflow: Workflow) -> int:
    """Mask of the operations whose result any operation or name goes on with."""
    mask = 0
    for op in workflow.graph.operations:
        for value in (*op.data, *op.args.values()):
            mask |= (value.upstream | value.control) & ~op.bit
    for binding in workflow.graph.bindings:
        if _is_read(workflow, binding.name):
            mask |= binding.value.upstream
    return mask


def _is_read(workflow: Workflow, name: str) -> bool:
    """True where a name stands at more than one place of the notebook."""
    return _words(workflow).get(name, 0) != 1


@lru_cache(maxsize=2)
def _words(workflow: Workflow) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for cell in workflow.notebook.cells:
        if cell.kind is CellKind.CODE:
            found.update(_WORD.findall(cell.source))
    return found


_WORD = re.compile(r"[^\W\d]\w*")


@lru_cache(maxsize=2)
def _unread(workflow: Workflow) -> frozenset[int]:
    """The operations whose result only has names that are written nowhere else."""
    names: dict[int, list[str]] = {}
    for binding in workflow.graph.bindings:
        names.setdefault(binding.value.made_by, []).append(binding.name)
    return frozenset(number for number, held in names.items() if not any(_is_read(workflow, name) for name in held))


def thrown_away(workflow: Workflow, op: Operation) -> bool:
    """True where nothing goes on with the result of an operation that changes nothing in place: it is dropped, shown,
    or given a name that is written nowhere else."""
    if op.inplace or op.model is not None or op.call.startswith("syntax."):
        return False
    if op.result_used and not op.shown and op.id not in _unread(workflow):
        return False
    return not read_later(workflow) & op.bit


@lru_cache(maxsize=2)
def blanket_fills(workflow: Workflow) -> tuple[Operation, ...]:
    """Fills of a whole table, not just of named columns, with one number."""
    found: list[Operation] = []
    for op in workflow.ops(Role.IMPUTE):
        value = op.args.get("value")
        table = op.data[0] if op.data else None
        if value is None or table is None or table.kind is not Kind.TABLE or table.columns.selected is not None:
            continue
        number = value.constant
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number != number:
            continue
        if not _made_by_collapsing(workflow, table) and not gaps_shown_to_be_none(workflow, op):
            found.append(op)
    return tuple(found)


def _made_by_collapsing(workflow: Workflow, table: Value) -> bool:
    """True where the gaps come from what the notebook computed (a pivot, counts, lags), not from the source."""
    if table.rows is None or any(rows.effect is RowsEffect.COLLAPSE for rows in table.rows.lineage()):
        return True
    for op in workflow.graph.by_mask(table.columns.base or table.upstream):
        grouped = bool(op.data) and op.data[0].kind is Kind.GROUPS
        if Trait.LAG in op.traits or op.role is Role.VECTORISE or (op.role is Role.AGGREGATE and grouped):
            return True
        if op.role is Role.SHAPE and op.rows in (RowsEffect.COLLAPSE, RowsEffect.UNKNOWN):
            return True
    return False


def row_drops(workflow: Workflow) -> Iterator[Operation]:
    """Droppings of all incomplete rows of a table (not of chosen columns, nor of what lags left empty)."""
    for op in workflow.ops(Role.DROP_MISSING):
        table = op.data[0] if op.data else None
        if table is None or table.kind is not Kind.TABLE or table.columns.selected is not None:
            continue
        if "subset" in op.args or "thresh" in op.args or op.arg("how") == "all":
            continue
        if any(Trait.LAG in other.traits for other in workflow.graph.by_mask(table.upstream)):
            continue
        if not gaps_shown_to_be_none(workflow, op):
            yield op


def unseen_drop(workflow: Workflow, op: Operation) -> bool:
    """True where no output can say how many rows a drop took: gaps were not counted before, nor rows both before and
    after."""
    table = op.data[0]
    sources = table.rows.sources() if table.rows is not None else frozenset()
    for look in gap_looks(workflow):
        if look.id < op.id and (not look.data or _shares(look, sources)):
            return False
    before = after = False
    for look in workflow.graph.operations:
        counted = Trait.SHAPE in look.traits or (look.shown and not look.traits and look.role is Role.LOOK)
        if counted and look.id < op.id:
            before = before or _shares(look, sources)
        elif counted:
            after = after or any(value.upstream & op.bit for value in look.data)
    return not (before and after) and not gaps_in_doubt(workflow)


def _shares(op: Operation, sources: frozenset[int]) -> bool:
    return any(value.rows is not None and value.rows.sources() & sources for value in op.data)


def redone_later(workflow: Workflow, op: Operation) -> bool:
    """True where gaps of the same column or table are handled after all, or the result was tried out before."""
    column = filled_column(op)
    for other in gap_handling(workflow):
        if other is op or not workflow.reaches_model(other):
            continue
        if other.id < op.id and not (op.data and op.data[0].upstream & other.bit):
            continue
        if column is None or treats(other, column):
            return True
    return False


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
        if any(_DATE.search(name) for name in fact.columns) or any(_DATE_TEXT.match(i) for i in fact.index):
            return True
    return any(_DATE.search(name) for name in dtypes(workflow))


_DATE = re.compile(r"date|time|month|year|hour|(^|_)day|timestamp|week", re.IGNORECASE)
_DATE_TEXT = re.compile(r"\d{4}-\d\d|\d\d?/\d\d?/\d{2,4}")


# --- found and left -------------------------------------------------------------------------------------------------

_STAND_INS = frozenset({"?", "-999", "-9999", "-99999", "-999.0", "-9999.0", "999999"})
_NEVER_ZERO = re.compile(
    r"(?<![a-z])(height|weight|bmi|glucose|blood[ _-]?pressure|bloodpressure|systolic|diastolic|heart[ _-]?rate|"
    r"heartrate|pulse|insulin|skin[ _-]?thickness|cholesterol|ap[ _]hi|ap[ _]lo|ha?emoglobin|trestbps|body[ _-]?fat|"
    r"(sc|px|screen|body)[ _](w|h|width|height))(?![a-z])",
    re.IGNORECASE,
)
_WORKING = frozenset(
    {
        Role.IMPUTE,
        Role.REPAIR,
        Role.FILTER,
        Role.CLIP,
        Role.CREATE,
        Role.DROP_MISSING,
        Role.DETECT,
        Role.DISCRETISE,
        Role.UNKNOWN,
    }
)


def worked_on(workflow: Workflow, column: str, after: int = -1) -> bool:
    """True where anything may have changed the values of a column, or the rows by them, from a cell on.

    A condition or a write counts for the column that it names; what can't be told apart counts for every column.
    """
    for op in workflow.graph.operations:
        if op.role not in _WORKING or op.site.cell < after or not on_data(op) or not from_tables(workflow, op):
            continue
        if op.role is Role.FILTER:
            key = op.args.get("key") or op.args.get("0")
            if key is not None and key.kind in (Kind.MASK, Kind.INDEX) and column_in(op, column):
                return True
            if key is not None and key.kind is Kind.MASK and key.column is not None:
                continue
            if column_in(op, column):
                return True
        elif op.role is Role.CREATE:
            written = op.args.get("columns")
            if written is not None and written.constant == column:
                return True
            if written is not None and op.call.startswith("syntax.set") and not isinstance(written.constant, str):
                return True
            if "rows" in op.args and column_in(op, column):
                return True
        elif op.role is Role.UNKNOWN:
            if any(value.kind is Kind.TABLE for value in op.data):
                return True
        elif treats(op, column):
            if op.role is Role.DROP_MISSING or is_cast(op):
                continue
            if op.role is Role.IMPUTE and not any(makes_gaps(other) for other in workflow.ops(Role.REPAIR)):
                continue
            return True
    return False


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


def stand_in_values(workflow: Workflow) -> Iterator[tuple[Fact, str, str]]:
    """(fact, column, mark) of stand-ins for gaps that saved outputs show: `?`, -999, impossible zeros."""
    seen: set[tuple[str, str]] = set()
    for fact in workflow.facts:
        if fact.stale or fact.basis is not Basis.OUTPUT:
            continue
        for column, mark in _marks(workflow, fact):
            if (column, mark) not in seen:
                seen.add((column, mark))
                yield fact, column, mark


def _marks(workflow: Workflow, fact: Fact) -> Iterator[tuple[str, str]]:
    if isinstance(fact, Describe):
        value = fact_value(workflow, fact)
        for column, stats in fact.stats.items():
            if value is not None and not _is_source(workflow, value, column):
                continue
            least = stats.get("min")
            if not isinstance(least, (int, float)):
                continue
            if least == 0 and _NEVER_ZERO.search(column.replace("_", " ")) and not _is_code(stats):
                yield column, "0"
            elif least in (-999, -9999, -99999):
                yield column, f"{least:g}"
    elif isinstance(fact, (Counts, Uniques)):
        value = fact_value(workflow, fact)
        column = (fact.column if isinstance(fact, Counts) else "") or (value.column if value is not None else "") or ""
        shown = fact.counts if isinstance(fact, Counts) else dict.fromkeys(fact.values, 1)
        for name in shown:
            if column and name.strip() in _STAND_INS:
                yield column, name.strip()
    elif isinstance(fact, Sample):
        for place, column in enumerate(fact.columns):
            if sum(len(row) > place and row[place].strip() == "?" for row in fact.cells) > 1:
                yield column, "?"


def _is_source(workflow: Workflow, value: Value, column: str) -> bool:
    """True where a column is still in its own units: nothing scaled it."""
    roles = (Role.SCALE, Role.ROW_NORMALISE, Role.ENCODE, Role.REDUCE, Role.TRANSFORM)
    return not any(op.role in roles and treats(op, column) for op in workflow.graph.by_mask(value.columns.of(column)))


def _is_code(stats: Mapping[str, float | str]) -> bool:
    """True for 0/1 flags and small class codes."""
    shown = [stats.get(name) for name in ("min", "25%", "50%", "75%", "max")]
    return all(isinstance(number, (int, float)) and number == int(number) and number <= 5 for number in shown)


def unhandled_parts(
    workflow: Workflow, roles: tuple[Operation, ...]
) -> Iterator[tuple[Operation, Training, Operation]]:
    """(use, training, treatment): rows that a model is used on without the treatment that its training rows had."""
    for use in workflow.ops(Role.PREDICT, Role.EVALUATE):
        value = use.data[0] if use.data else None
        if value is None or value.rows is None or use.model is None or value.kind in _JUDGED:
            continue
        for training in on_tables(workflow):
            if training.model is not use.model and training.final is not use.model.final():
                continue
            features = training.features
            if features is None or features.rows is None or features.rows.sources() & value.rows.sources():
                continue
            if any(step.role is Role.IMPUTE for step in training.model.flat()):
                continue
            mine = [op for op in roles if features.upstream & op.bit]
            if mine and not any(value.upstream & op.bit for op in roles):
                yield use, training, mine[0]
            break


def prepared_with_gaps(
    workflow: Workflow, handling: tuple[Operation, ...]
) -> Iterator[tuple[Operation, Operation, Training, Operation, Fact | None]]:
    """(read, preparation, training, fill, fact): a test file that is prepared for a model without the fill that a
    column of the training data had. `fact` is the output that shows a gap, where there is one."""
    preparing = (Role.DROP_COLUMNS, Role.SELECT_COLUMNS, Role.CREATE, Role.ENCODE)
    for read in workflow.loads:
        binding = workflow.first_bindings.get(read.id)
        held = binding.value if binding is not None else None
        if held is None or held.rows is None or prepared_for_use(workflow, held.rows) is not read:
            continue
        theirs = workflow.worked_on[read.id]
        prepared = [op for op in theirs if op.role in preparing]
        if not prepared or any(op in handling for op in theirs):
            continue
        shown = [f for f in workflow.facts if _speaks_of(workflow, f, held.rows)]
        if any(isinstance(fact, Missing) and not fact.any() for fact in shown):
            continue
        last = [value for op in theirs for value in op.data if value.kind is Kind.TABLE][-1:]
        for training in on_tables(workflow):
            fill = next(
                (
                    op
                    for op in handling
                    for name in [filled_column(op)]
                    if name is not None
                    and reaches(workflow, training, op)
                    and all(value.columns.may_hold(name) for value in last)
                    and not any(name in _dropped_by(other) for other in prepared)
                ),
                None,
            )
            if fill is not None:
                fact = next((f for f in shown if filled_column(fill) in _gaps_in(f)), None)
                yield read, prepared[-1], training, fill, fact
                break


def _dropped_by(op: Operation) -> str:
    return op.text if op.role is Role.DROP_COLUMNS else ""


def _speaks_of(workflow: Workflow, fact: Fact, rows: Rows) -> bool:
    if fact.stale or not isinstance(fact, (Missing, Sample)):
        return False
    about = fact_value(workflow, fact)
    return about is not None and about.rows is not None and same_rows(about.rows, rows)


def _gaps_in(fact: Fact) -> set[str]:
    """The columns in which a printed table or count shows gaps."""
    if isinstance(fact, Missing):
        return set(fact.some())
    return _gaps_shown(fact) if isinstance(fact, Sample) else set()


def _gaps_shown(sample: Sample) -> set[str]:
    return {
        sample.columns[number]
        for row in sample.cells
        for number, text in enumerate(row)
        if text in ("NaN", "NaT", "<NA>", "None") and number < len(sample.columns)
    }


def line_of(workflow: Workflow, cell: int, expression: str) -> int:
    """The line of a cell that holds the head of an expression, 1 where none does."""
    head = expression.splitlines()[0] if expression else ""
    lines = workflow.notebook.cells[cell].source.split("\n")
    return next((number for number, line in enumerate(lines, 1) if head and head in line), 1)


_STAYS = re.compile(
    r"(missing|null|nan|gaps?)\b.{0,120}\b(leave|left|keep|kept|handle[sd]?|support|ignore|on purpose|natively)\b|"
    r"\b(leave|left|keep|kept|handle[sd]?|support|ignore|natively)\b.{0,120}(missing|null|nan\b|gaps?\b)",
    re.IGNORECASE,
)


def gaps_left(workflow: Workflow) -> Iterator[tuple[Missing, tuple[str, ...], Training]]:
    """(fact, columns, training): gaps that an output shows in columns that a model learns from as they are.

    Only where the features certainly hold the columns: chosen by name, or the table that was looked at with known
    columns dropped.
    """
    if not any(isinstance(fact, Missing) and fact.some() for fact in workflow.facts) or gaps_in_doubt(workflow):
        return
    if workflow.says(_STAYS, [c.index for c in workflow.notebook.cells if c.kind is CellKind.MARKDOWN]):
        return
    handled = gap_handling(workflow)
    seen: set[str] = set()
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if fact.stale or about is None or about.rows is None or about.kind is not Kind.TABLE:
            continue
        for training in on_tables(workflow):
            features = training.features
            if features is None or features.rows is None or training.op.site.cell < fact.cell:
                continue
            if features.kind is not Kind.TABLE or not features.known or not features.rows.overlaps(about.rows):
                continue
            mine = [op for op in handled if reaches(workflow, training, op) or op.id < training.op.id]
            left = tuple(
                name
                for name in fact.some()
                if name not in seen
                and name not in targets(workflow)
                and features.columns.may_hold(name)
                and not any(treats(op, name) for op in mine)
                and not _reshaped(workflow, features, about, name)
            )
            if left:
                seen.update(left)
                yield fact, left, training
                break


def _reshaped(workflow: Workflow, features: Value, about: Value, column: str) -> bool:
    """True where something after the look may have changed the column, or the way is not known."""
    changed = (Role.CREATE, Role.REPAIR, Role.ENCODE, Role.DISCRETISE, Role.UNKNOWN, Role.AGGREGATE, Role.REDUCE)
    mask = features.columns.of(column) & ~about.upstream
    if any(op.role in changed and treats(op, column) for op in workflow.graph.by_mask(mask)):
        return True
    return any(
        op.role in (Role.UNKNOWN, Role.ENCODE, Role.VECTORISE, Role.AGGREGATE)
        for op in workflow.graph.by_mask(features.upstream & ~about.upstream)
    )


# --- duplicates, variants, repairs ----------------------------------------------------------------------------------

_KEPT = re.compile(
    r"(duplicat|repeated|identical).{0,200}\b(keep|kept|leave|left|remain|legitimate|valid|natural|expected|fine|"
    r"coinciden\w*|not (an )?(error|problem)|different)\b|\b(keep|kept|leave|left)\b.{0,80}duplicat",
    re.IGNORECASE,
)


def explains_duplicates(workflow: Workflow) -> bool:
    """True where words say why duplicates stay."""
    return workflow.says(_KEPT) is not None


def asks_whole_rows(workflow: Workflow, fact: Fact) -> bool:
    """False where copies of a single column were counted, unless that is the text that a model reads."""
    value = fact_value(workflow, fact)
    if value is None or value.kind is Kind.TABLE:
        return True
    rows = max((shape.rows for shape in workflow.facts_of(ShapeFact) if isinstance(shape, ShapeFact)), default=0)
    few = isinstance(fact, Duplicates) and fact.count < 0.2 * rows
    trained = any(
        t.rows is not None and value.rows is not None and t.rows.overlaps(value.rows) for t in on_tables(workflow)
    )
    return (
        few
        and trained
        and value.column is not None
        and any(
            (op.role is Role.VECTORISE or (op.role is Role.TOKENISE and op.model is not None))
            and any(item.column == value.column for item in op.data)
            for op in workflow.graph.operations
        )
    )


def handles_duplicates(workflow: Workflow, training: Training, fact: Fact) -> bool:
    """True where the duplicates are dropped on the way to a training, or where that can't be told."""
    for op in workflow.graph.operations:
        if op.role is Role.DEDUPLICATE and (reaches(workflow, training, op) or op.result_used is False):
            return True
        if op.role is Role.FILTER and op.site.cell >= fact.cell:
            key = op.args.get("key")
            masks = workflow.graph.by_mask((key.upstream | key.control) if key is not None else 0)
            if any(Trait.DUPLICATES in other.traits for other in masks) and workflow.reaches_model(op):
                return True
        if op.role is Role.UNKNOWN and _CLEAN_WORDS.search(op.text):
            return True
    return False


def wide_enough(workflow: Workflow, fact: Fact) -> bool:
    """False where the table has so few columns that equal rows are to be expected."""
    value = fact_value(workflow, fact)
    if value is None or value.columns.names is None:
        return True
    return len(value.columns.names) > 3


def variants(values: Iterator[str] | tuple[str, ...]) -> tuple[str, str] | None:
    """Two spellings of one category: equal but for case, blanks or punctuation at the ends."""
    seen: dict[str, str] = {}
    for value in values:
        text = value.strip("'\"")
        if not any(letter.isalpha() for letter in text) or len(text.strip()) < 3:
            continue
        key = re.sub(r"[\s_\-]+", " ", text.strip(" .,;:")).casefold()
        other = seen.setdefault(key, text)
        if other != text:
            return other, text
    return None


def shown_variants(workflow: Workflow) -> Iterator[tuple[Fact, str, tuple[str, str]]]:
    """(fact, column, two spellings) where a saved output shows two spellings of one category of a column."""
    for fact in workflow.facts:
        if fact.stale or not isinstance(fact, (Counts, Uniques)):
            continue
        value = fact_value(workflow, fact)
        column = (fact.column if isinstance(fact, Counts) else "") or (value.column if value is not None else "") or ""
        pair = variants(tuple(fact.counts) if isinstance(fact, Counts) else fact.values)
        if pair is not None and column:
            yield fact, column, pair


def repaired_elsewhere(workflow: Workflow, op: Operation) -> bool:
    """True where the same kind of repair of the same column or table does reach a model."""
    column = filled_column(op)
    return any(
        other is not op and workflow.reaches_model(other) and (column is None or treats(other, column))
        for other in workflow.ops(op.role)
    )


def literal_arguments(workflow: Workflow, op: Operation) -> list[object]:
    """The literal values of a call's positional arguments, as far as they are literals."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return []
    found: list[object] = []
    for argument in node.args:
        try:
            found.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError):
            found.append(None)
    return found


def rows_named_by_hand(workflow: Workflow, op: Operation) -> list[int]:
    """The row labels or positions that a call drops, where they are written as numbers."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return []
    wanted = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("index", "labels"))]
    for argument in wanted:
        if isinstance(argument, ast.Subscript):  # df.index[[3, 4]]
            argument = argument.slice
        try:
            literal = ast.literal_eval(argument)
        except (ValueError, TypeError, SyntaxError):
            continue
        items = literal if isinstance(literal, (list, tuple, set)) else [literal]
        numbers = [item for item in items if isinstance(item, int) and not isinstance(item, bool)]
        if numbers and len(numbers) == len(items):
            return numbers
    return []


def unlisted(workflow: Workflow, op: Operation) -> tuple[Fact, tuple[str, ...]] | None:
    """(fact, values) of a column that a dictionary given to a mapping does not list, as saved outputs show them."""
    literals = literal_arguments(workflow, op)
    mapping = literals[0] if literals else None
    column = op.data[0].column if op.data else None
    if not isinstance(mapping, dict) or column is None or op.data[0].rows is None:
        return None
    keys = {str(key) for key in mapping}
    for fact in workflow.facts:
        if fact.stale or not isinstance(fact, (Counts, Uniques)) or fact.cell > op.site.cell:
            continue
        about = fact_value(workflow, fact)
        if about is None or about.column != column or about.rows is None or not about.rows.overlaps(op.data[0].rows):
            continue
        changed = op.data[0].upstream & ~about.upstream
        if any(
            other.role in (Role.REPAIR, Role.FILTER, Role.CREATE, Role.IMPUTE)
            for other in workflow.graph.by_mask(changed)
        ):
            continue
        shown = tuple(fact.counts) if isinstance(fact, Counts) and not fact.share else ()
        shown = shown or (fact.values if isinstance(fact, Uniques) else ())
        texts = [text.strip("'\"") for text in shown]
        left = tuple(text for text in texts if text not in keys and text not in ("nan", "NaN", "None", "..."))
        if left and len(left) < len(texts):
            return fact, left
    return None


_SILENCE = re.compile(r":(?:[\s\\]|#[^\n]*)*(?:pass|continue)\b")
"""What a body of nothing but `pass` begins with; spares most cells the parse."""


@lru_cache(maxsize=2)
def _bare_tries(workflow: Workflow) -> tuple[tuple[int, int, int], ...]:
    """(cell, first line, last line) of the bodies of `try` statements that swallow every error without a word."""
    found: list[tuple[int, int, int]] = []
    for cell in workflow.notebook.cells:
        if not cell.is_python or "except" not in cell.python or not _SILENCE.search(cell.python):
            continue
        try:
            tree = ast.parse(cell.python)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Try) and any(_silent(handler) for handler in node.handlers):
                found.append((cell.index, node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno))
    return tuple(found)


def _silent(handler: ast.ExceptHandler) -> bool:
    caught = handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception")
    return caught and all(isinstance(node, (ast.Pass, ast.Continue)) for node in handler.body)


def swallowed(workflow: Workflow, op: Operation) -> str:
    """How an operation's errors are swallowed, in words; "" where they are not."""
    if op.arg("errors") == "ignore":
        return "ignores its errors"
    for cell, first, last in _bare_tries(workflow):
        if op.span.cell == cell and first <= op.span.line <= last:
            return "stands in a `try` whose `except` swallows every error"
    return ""


def deduplications_of_parts(workflow: Workflow) -> Iterator[tuple[Operation, Operation]]:
    """(deduplication, split): duplicates dropped within a part of a random split."""
    for op in workflow.ops(Role.DEDUPLICATE):
        rows = op.data[0].rows if op.data else None
        if rows is None or not workflow.reaches_model(op):
            continue
        for split in workflow.ops(Role.SPLIT):
            if (
                split.id < op.id
                and op.data[0].upstream & split.bit
                and any(r.made_by == split.id for r in rows.lineage())
            ):
                yield op, split
                break


def deduplications_without_key(workflow: Workflow) -> Iterator[tuple[Operation, Operation, tuple[str, ...]]]:
    """(deduplication, drop, names): equal rows removed after keys were dropped, where somebody's key is left to count
    or sum by."""
    for op in workflow.ops(Role.DEDUPLICATE):
        table = op.data[0] if op.data else None
        if table is None or "subset" in op.args or op.arg("0") is not NOTHING:
            continue
        gone = tuple(sorted(name for name in table.columns.dropped if looks_like_id(name)))
        if not gone:
            continue
        drop = next(
            (
                other
                for other in workflow.ops(Role.DROP_COLUMNS)
                if other.id < op.id and table.upstream & other.bit and any(name in other.text for name in gone)
            ),
            None,
        )
        grouped = any(
            other.id > op.id
            and other.data
            and other.data[0].upstream & op.bit
            and other.data[0].kind is Kind.GROUPS
            and other.rows is RowsEffect.COLLAPSE
            for other in workflow.graph.operations
        )
        if drop is not None and grouped:
            yield op, drop, gone


def gaps_shown_to_be_none(workflow: Workflow, op: Operation) -> bool:
    """True where a saved output before the operation shows that what it fills or drops has no gap."""
    value = op.data[0] if op.data else None
    if value is None or value.rows is None:
        return False
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if fact.stale or about is None or about.rows is None or fact.cell > op.site.cell or not fact.complete:
            continue
        if about.upstream & op.bit or fact.any() or not same_rows(about.rows, value.rows):
            continue
        between = list(workflow.graph.by_mask(value.upstream & ~about.upstream))
        if value.kind is Kind.COLUMN:
            if not any(other.role is not Role.LOOK for other in between):
                return value.column in fact.counts or not fact.counts
        elif not any(makes_gaps(other) or other.role in (Role.JOIN, Role.CREATE) for other in between):
            return True
    return False


_TEST_NAME = re.compile(r"(?<![a-z])(test|predict|holdout|validation)(?!.*submi)", re.IGNORECASE)


def prepared_for_use(workflow: Workflow, rows: Rows) -> Operation | None:
    """The operation that shows that rows are kept for testing or prediction: a use of a model on them, or their read
    from a file that is named so. None for rows that a model learns from."""
    if any(t.rows is not None and t.rows.overlaps(rows) for t in workflow.trainings):
        return None
    for op in workflow.ops(Role.PREDICT, Role.EVALUATE):
        if any(value.rows is not None and value.rows.overlaps(rows) for value in op.data[:1]):
            return op
    if rows.role == "test":
        return next((workflow.graph.operations[r.made_by] for r in rows.lineage() if r.made_by >= 0), None)
    for binding, read in workflow.reads_sharing(rows):
        path = next((v.constant for v in read.args.values() if isinstance(v.constant, str)), "")
        file = re.split(r"[\\/]", path)[-1]
        if any(_TEST_NAME.search(name.replace("_", " ")) for name in (file, binding.name)):
            return read
    return None


def subject(workflow: Workflow, op: Operation) -> str:
    """The name of the table or column that an operation works on, as it is written."""
    if not op.data:
        return "the data"
    if op.model is not None:
        return workflow.name_of(op.data[0])
    head = _HEAD.match(op.text) or _NAME.match(op.text)
    return head[0] if head is not None else workflow.name_of(op.data[0])


_HEAD = re.compile(r"[^\W\d]\w*(\[['\"][^'\"\]]+['\"]\])?(?=\.)")
_NAME = re.compile(r"[^\W\d]\w*(?=\[)")


def by_cell(operations: Iterable[Operation]) -> Iterator[tuple[Operation, int]]:
    """(first operation, number of further ones) per cell that they run from."""
    cells: dict[int, list[Operation]] = {}
    for op in operations:
        cells.setdefault(op.site.cell, []).append(op)
    for found in cells.values():
        lines = {(op.span.line, op.span.column) for op in found}
        yield found[0], len(lines) - 1


def repeated_ids(workflow: Workflow) -> Iterator[tuple[Uniques, str, int, int]]:
    """(fact, column, different values, rows): a record's own number that a few records share.

    Only the first column that is called an identifier counts: the others may point to other tables.
    """
    rows = max((fact.rows for fact in workflow.facts_of(ShapeFact) if isinstance(fact, ShapeFact)), default=0)
    first = next(
        (
            name
            for fact in workflow.facts
            if isinstance(fact, (Sample, Dtypes))
            for name in (fact.columns if isinstance(fact, Sample) else fact.dtypes)
            if looks_like_id(name)
        ),
        None,
    )
    for fact in workflow.facts_of(Uniques):
        assert isinstance(fact, Uniques)
        value = fact_value(workflow, fact)
        for name, number in fact.counts.items():
            column = name or (value.column if value is not None else "") or _asked(fact.expression)
            if looks_like_id(column) and column == (first or column) and 0.98 * rows < number < rows and not fact.stale:
                yield fact, column, number, rows


def _asked(expression: str) -> str:
    """The column that a printed expression asks about: the last name in quotes."""
    names = re.findall(r"\[['\"]([^'\"]+)['\"]\]", expression)
    return names[-1] if names else ""


_NEVER_EMPTY = re.compile(r"(?<![a-z])(age|year[ _-]?built|birth[ _-]?year)(?![a-z])", re.IGNORECASE)


def impossible_fills(workflow: Workflow) -> Iterator[tuple[Operation, str, Fact | None]]:
    """(fill, column, fact): gaps of one column filled with 0 or less where that is no value of it.

    Its name says so, or an output shows a least value well above (`fact`).
    """
    high: dict[str, Fact] = {}
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        for name, stats in fact.stats.items():
            least, middle = stats.get("min"), stats.get("50%")
            if isinstance(least, (int, float)) and isinstance(middle, (int, float)) and 0 < 0.3 * middle < least:
                high.setdefault(name, fact)
    for op in workflow.ops(Role.IMPUTE):
        value, column = op.args.get("value"), filled_column(op)
        number = value.constant if value is not None else None
        if column is None or isinstance(number, bool) or not isinstance(number, (int, float)) or number > 0:
            continue
        if not workflow.reaches_model(op) or gaps_shown_to_be_none(workflow, op):
            continue
        words = column.replace("_", " ")
        if _NEVER_EMPTY.search(words) or _NEVER_ZERO.search(words):
            yield op, column, None
        elif column in high:
            yield op, column, high[column]

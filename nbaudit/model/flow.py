"""The dataflow graph: operations, and the values that flow between them.

Sets of operations are bit masks: operation `i` is the bit `1 << i`, so "does this operation reach that value?" is one
`&`. Sets of rows are `Rows`; "may these two share a row?" is `Rows.overlaps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from msgspec import Struct, field
from msgspec.structs import force_setattr

from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Family, Role, Task, Trait


class Kind(str, Enum):
    """What a value is."""

    TABLE = "table"
    COLUMN = "column"
    ARRAY = "array"
    INDEX = "index"  # row labels or positions, as a splitter gives them
    MASK = "mask"  # one boolean per row
    GROUPS = "groups"  # a groupby, a rolling window: rows kept, not yet collapsed
    STATISTIC = "statistic"  # learned across rows: a mean, a vocabulary, a correlation table
    PREDICTION = "prediction"
    SCORE = "score"  # a metric's result
    MODEL = "model"  # anything with a Model record: estimator, transformer, pipeline, search, splitter, network
    LOADER = "loader"  # a generator, tf.data pipeline or DataLoader over rows
    HISTORY = "history"  # what a network's fit returns
    TEXT = "text"
    NUMBER = "number"
    CONTAINER = "container"  # list, tuple, dict, set
    FUNCTION = "function"
    MODULE = "module"
    FIGURE = "figure"
    NONE = "none"
    UNKNOWN = "unknown"


class RowsEffect(str, Enum):
    """What an operation does to the set of rows."""

    SOURCE = "source"  # new rows from outside
    KEEP = "keep"  # the same rows in the same order
    SUBSET = "subset"  # some of the rows
    PARTITION = "partition"  # disjoint parts
    REORDER = "reorder"
    RESAMPLE = "resample"  # repeated or synthetic rows
    CONCAT = "concat"  # rows of several sets below each other
    JOIN = "join"
    COLLAPSE = "collapse"  # one number, or one row per group
    UNKNOWN = "unknown"


Part = tuple[int, str]
"""(partition id, label): membership in one part of a partition; labels of one partition exclude each other."""

Atom = tuple[int, frozenset[Part]]
"""(source id, constraints): rows of one source that lie in all of the parts."""


CHOSEN = "chosen"
"""The label of rows that were taken at random or by what was computed: nobody knows which."""


class Rows(Struct, frozen=True, eq=False):
    """A set of rows, known by where they come from. `role` is "train", "test", "validation", "fold" or ""."""

    id: int
    effect: RowsEffect
    atoms: tuple[Atom, ...]
    parents: tuple[Rows, ...] = ()
    role: str = ""
    made_by: int = -1
    _parts: frozenset[Part] | None = None  # of `atoms`, once they were asked for

    def overlaps(self, other: Rows) -> bool:
        """True where the two sets may share a row: a common source and no partition that keeps them apart."""
        if self is other:
            return True
        for source, parts in self.atoms:  # plain loops: this is the most asked question of all
            for theirs, others in other.atoms:
                if source == theirs and (not parts or not others or _compatible(parts, others)):
                    return True
        return False

    def sources(self) -> frozenset[int]:
        """Ids of the sources that the rows come from."""
        return frozenset(source for source, _ in self.atoms)

    def parts(self) -> frozenset[Part]:
        found = self._parts
        if found is None:
            found = frozenset(part for _, parts in self.atoms for part in parts)
            force_setattr(self, "_parts", found)
        return found

    def lineage(self) -> Iterator[Rows]:
        """This set and all that it was made from, nearest first."""
        seen: set[int] = set()
        queue: list[Rows] = [self]
        for rows in queue:  # it grows meanwhile
            if rows.id not in seen:
                seen.add(rows.id)
                yield rows
                queue.extend(rows.parents)


def _compatible(parts: frozenset[Part], others: frozenset[Part]) -> bool:
    """True where no partition puts the two into different parts.

    A set can lie in several parts of one partition, as far as is known; one part in common is enough then.
    """
    if parts is others:
        return True
    labels = dict(parts)  # of several labels any one: what it says is only believed where it says yes
    for partition, label in others:  # a plain loop: a generator costs three times as much, and this is asked most
        if labels.get(partition, label) != label and all(place != partition for place, _ in parts & others):
            return False
    return True


class Columns(Struct, frozen=True, eq=False):
    """The columns of a table, as far as they are known.

    `base` is the mask of operations that shaped all columns; `named` gives what else shaped a column. `names` is the
    complete ordered list where it is known. `dropped` were removed, `created` were added by assignment. `selected` is
    not None where the table was cut down to just those names. `cut` says that columns may have been left out which
    the analysis could not name. `span` tells which were kept by position, where nothing else was left out so.
    """

    base: int = 0
    named: Mapping[str, int] = field(default_factory=dict)
    names: tuple[str, ...] | None = None
    dropped: frozenset[str] = frozenset()
    created: frozenset[str] = frozenset()
    selected: frozenset[str] | None = None
    cut: bool = False
    span: tuple[int | None, int | None] | None = None

    def whole(self) -> int:
        mask = self.base
        for named in self.named.values():
            mask |= named
        return mask

    def of(self, name: str) -> int:
        return self.base | self.named.get(name, 0)

    @property
    def chosen(self) -> bool:
        """True where columns may have been left out at will, and not just one at an end, as a target is."""
        return self.cut and self.span not in ((None, -1), (0, -1), (1, None))

    def may_hold(self, name: str) -> bool:
        """False only where the column is known not to be there."""
        if self.names is not None:
            return name in self.names
        if self.selected is not None:
            return name in self.selected or name in self.created
        return name not in self.dropped


NO_COLUMNS = Columns()


class _Nothing(Enum):
    NOTHING = 0


NOTHING = _Nothing.NOTHING
"""Marks a value whose Python constant is not known (None is a constant)."""

Constant = object


class Value(Struct, frozen=True, eq=False):
    """One version of one thing. A change in place makes a new Value.

    `upstream` is the mask of operations whose results went into it, `control` the mask of those that decided which
    value it is (an `if`, an argmax). `columns` is set for tables, `column` names the column that a COLUMN came from.
    `varies` holds the ids of the loops whose variable it depends on. `model` is set for MODEL, PREDICTION, SCORE and
    HISTORY. `stats` is the mask of the aggregations that the value is made of and that no operation on rows has used
    up yet: `df.x.mean()` carries its own bit, and so does `df.x > df.x.mean()`. `type` is the canonical type name where
    it is known, as "pandas.DataFrame".
    """

    id: int
    kind: Kind
    rows: Rows | None = None
    upstream: int = 0
    control: int = 0
    columns: Columns = NO_COLUMNS
    column: str | None = None
    constant: Constant = NOTHING
    varies: frozenset[int] = frozenset()
    model: Model | None = None
    type: str = ""
    made_by: int = -1
    known: bool = True
    text: str = ""
    stats: int = 0


class Shape(str, Enum):
    """How a Model holds other Models."""

    PLAIN = "plain"
    PIPELINE = "pipeline"  # steps one after the other
    COLUMNS = "columns"  # steps side by side on columns (ColumnTransformer, FeatureUnion)
    SEARCH = "search"  # wraps one and tunes it
    WRAPPER = "wrapper"  # wraps one (multi-output, calibrated, bagging)
    ENSEMBLE = "ensemble"  # vote or stack
    NETWORK = "network"


class Model(Struct, eq=False):
    """An object with state that can learn: estimator, transformer, pipeline, search, splitter, network.

    `params` are the constructor's arguments by name (and later `set_params`, `compile`). `steps` are the inner models
    by name; `columns` the column names a ColumnTransformer gives each step, where known. `grid` is a search's space by
    parameter name. `learned` is the mask of operations that went into its last fit. `tunes` names the type's material
    hyperparameters. `like` is the library type that a class of the notebook's own is named after, `parts` the models
    that it keeps as attributes, `own` the name of the notebook's class that it is an object of. `tried` are the models
    that a search may put in the place of a step. Filled while the graph is built, read-only afterwards.
    """

    id: int
    type: str
    role: Role
    family: Family | None = None
    task: Task | None = None
    traits: frozenset[Trait] = frozenset()
    shape: Shape = Shape.PLAIN
    params: dict[str, Value] = field(default_factory=dict)
    steps: list[tuple[str, Model]] = field(default_factory=list)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    grid: dict[str, Value] = field(default_factory=dict)
    made_by: int = -1
    learned: int = 0
    fits: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    known: bool = True
    ref: str = ""
    layers: int = 0
    tunes: tuple[str, ...] = ()
    like: str = ""
    parts: list[Model] = field(default_factory=list)
    own: str = ""
    tried: list[Model] = field(default_factory=list)

    def flat(self) -> Iterator[Model]:
        """This model and all inside it, outermost first."""
        yield self
        for _, step in self.steps:
            yield from step.flat()

    def final(self) -> Model:
        """The estimator that predicts: the last step of a pipeline, the inside of a search or wrapper."""
        if self.shape in (Shape.PIPELINE, Shape.SEARCH, Shape.WRAPPER) and self.steps:
            return self.steps[-1][1].final()
        return self

    def has(self, trait: Trait) -> bool:
        return trait in self.traits


class Loop(Struct, frozen=True, eq=False):
    """A loop or comprehension. `text` is what it runs over; `kind` "for", "while" or "comprehension";
    `count` the number of rounds where known; `span` its head. `broken` is the mask of the operations that decide an
    `if` that breaks it off, `exit` the place of that `if`. `over` is the mask of those that what it runs over is made
    of."""

    id: int
    kind: str
    span: Span
    text: str
    count: int | None = None
    broken: int = 0
    exit: Span | None = None
    over: int = 0


class Operation(Struct, frozen=True, eq=False):
    """One thing that the notebook does.

    `call` is the canonical name ("sklearn.preprocessing.StandardScaler.fit", "pandas.DataFrame.fillna"), or
    "syntax.<what>" for subscripts, assignments and operators. `ref` is the table row behind it ("sklearn.rows:41"), ""
    where there is none. `span` is where it is written, `site` the top-level statement that it ran from (another place
    where it is inside a function). `args` are the arguments by port name as far as the row names them, else by position
    ("0", "1"). `data` are the values it reads rows from, `learns` those whose values across rows shape its result.
    `outputs` are new values. `loops` are the loops around it, outermost first. `in_folds` says that it runs inside the
    folds of a cross-validation or search (so it learns from training folds only). `trust` is 1.0 where all names on
    the way were known, less where something was guessed. `shown` says that the reader sees the result (the last
    expression of a cell, an argument of print or display); `result_used` is False where an expression statement drops
    it unseen. `validation` are the rows handed to a fit for watching (`validation_data`, `eval_set`).
    """

    id: int
    role: Role
    call: str
    span: Span
    site: Span
    ref: str = ""
    text: str = ""
    receiver: Value | None = None
    args: Mapping[str, Value] = field(default_factory=dict)
    data: tuple[Value, ...] = ()
    learns: tuple[Value, ...] = ()
    validation: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    rows: RowsEffect = RowsEffect.KEEP
    model: Model | None = None
    traits: frozenset[Trait] = frozenset()
    loops: tuple[int, ...] = ()
    control: int = 0
    in_folds: bool = False
    trust: float = 1.0
    result_used: bool = True
    inplace: bool = False
    shown: bool = False

    @property
    def bit(self) -> int:
        return 1 << self.id

    def arg(self, name: str) -> object:
        """The Python constant given for an argument, NOTHING where it is absent or not a constant."""
        value = self.args.get(name)
        return NOTHING if value is None else value.constant


def mask_of(operations: Iterable[Operation]) -> int:
    """The mask of some operations."""
    mask = 0
    for op in operations:
        mask |= 1 << op.id
    return mask


class Binding(Struct, frozen=True):
    """A name given to a value at a place: `op` is the id of the newest operation at that time."""

    name: str
    value: Value
    span: Span
    op: int


class FlowGraph(Struct, frozen=True, eq=False):
    """All operations in the order in which they run, with the models, names and loops they speak of.

    `reads` gives, by cell, the variables that the cell's own statements read, with their value at the first time.
    `calls` counts calls by how they were resolved: "known", "neutral", "user" (functions of the notebook), "unknown".
    `unknown` counts the unresolved names. `broken` are cells (index) that hold statements that could not be parsed.
    `notes` say what the analysis gave up on (a budget spent, a module not found).
    """

    operations: tuple[Operation, ...]
    values: tuple[Value, ...] = ()
    models: tuple[Model, ...] = ()
    bindings: tuple[Binding, ...] = ()
    reads: Mapping[int, Mapping[str, Value]] = field(default_factory=dict)
    loops: tuple[Loop, ...] = ()
    imports: frozenset[str] = frozenset()
    calls: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    broken: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    def by_mask(self, mask: int) -> Iterator[Operation]:
        """The operations of a mask, in order."""
        operations = self.operations
        while mask:
            low = mask & -mask
            yield operations[low.bit_length() - 1]
            mask ^= low

    def in_cell(self, cell: int) -> Iterator[Operation]:
        return (op for op in self.operations if op.site.cell == cell)

"""What all parts of the interpreter share: the builder, the tables, the current scope, and small helpers."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from nbaudit.dataflow.builder import Builder, assigned, touched
from nbaudit.dataflow.domain import DATA_KINDS, Ref, Scope, names_of
from nbaudit.knowledge.tables import Tables
from nbaudit.model.flow import NOTHING, Columns, Constant, Kind, Model, Part, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role

MAX_SEEN = 1000
"""Members of a container, and of containers in it, that are looked at to know what it holds."""

DEFAULT_TYPES: dict[Kind, str] = {
    Kind.TABLE: "pandas.DataFrame",
    Kind.COLUMN: "pandas.Series",
    Kind.MASK: "pandas.Series",
    Kind.GROUPS: "pandas.GroupBy",
    Kind.ARRAY: "numpy.ndarray",
    Kind.INDEX: "numpy.ndarray",
    Kind.PREDICTION: "numpy.ndarray",
    Kind.STATISTIC: "pandas.Series",
    Kind.TEXT: "builtins.str",
    Kind.CONTAINER: "builtins.list",
    Kind.FIGURE: "matplotlib.axes.Axes",
}

_SHARED = (str, int, type(None))
"""Constants that are one value wherever they are written. (0.0 and -0.0 are equal, so no float is.)"""

_FEW = 16
"""So many of a model's fits are looked at."""


class Machine(Builder):
    """The state of one interpretation. Subclasses add calls, subscripts, expressions and statements."""

    def __init__(self, tables: Tables) -> None:
        super().__init__()
        self.tables = tables
        self.globals = Scope()
        self.scope = self.globals
        self.depth = 0
        self.seen = 0
        self.descents = 0
        self.inside: list[str] = []
        self.served: list[Rows | None] = []
        self.branches: tuple[Part, ...] = ()  # the ways that a row has taken in the innermost loop
        self.expected: dict[str, str] = {}
        self.asked: frozenset[str] = frozenset()
        self.elsewhere = 0
        self.steps_taken = True
        self.unheld: ast.AST | None = None
        self.leaves: frozenset[str] = frozenset()
        self.named = 0
        self.wrapping: dict[int, tuple[Ref, list[Model]]] = {}
        self.reports: dict[int, Ref] = {}
        self.constants: dict[tuple[type, Constant], Value] = {}

    def eval(self, node: ast.expr) -> Ref:
        raise NotImplementedError

    def run(self, body: Iterable[ast.stmt]) -> None:
        raise NotImplementedError

    def by_weights(self, values: list[Value], result: Ref, node: ast.AST) -> Ref:
        """A result that may be a prediction of weights learned by hand; the layer that follows descents says more."""
        return result

    def filled_by(self, base: Ref, decided: int) -> None:
        """An array that is filled by a test of operations; the layer that follows descents says more."""

    # --- making refs --------------------------------------------------------------------------------------------

    def constant(self, constant: Constant) -> Ref:
        key = (type(constant), constant) if isinstance(constant, _SHARED) and not self.control else None
        value = self.constants.get(key) if key is not None else None
        if value is None:
            kind = Kind.TEXT if isinstance(constant, str) else Kind.NONE if constant is None else Kind.NUMBER
            value = self.value(kind, constant=constant)
            if key is not None:
                self.constants[key] = value
        return Ref(value)

    def nothing(self) -> Ref:
        return Ref(self.value(Kind.NONE, constant=None))

    def unknown_ref(self, inputs: Iterable[Ref] = (), known: bool = False) -> Ref:
        """A result that nothing is known of but what flowed into it."""
        upstream, control, varies, rows, model, stats, text = 0, 0, frozenset[int](), None, None, 0, ""
        for ref in inputs:
            value = self.summary(ref)
            upstream |= value.upstream
            control |= value.control
            varies |= value.varies
            stats |= value.stats
            rows = rows or value.rows
            text = text or known_text(value)
            if value.kind in (Kind.PREDICTION, Kind.SCORE):
                model = model or value.model
        return Ref(
            self.value(
                Kind.UNKNOWN,
                rows=rows,
                upstream=upstream,
                control=control,
                varies=varies,
                model=model,
                known=known,
                stats=stats,
                text=text,
            )
        )

    def tuple_ref(self, items: list[Ref]) -> Ref:
        return Ref(self.value(Kind.CONTAINER), items=items)

    def summary(self, ref: Ref, depth: int = 0) -> Value:
        """A container as one value: the lineage of all members, the rows of the first that has rows."""
        value = ref.value
        if (ref.items is None and ref.keys is None) or depth > 3:  # in place of `is_container`: nothing is asked more
            if value.model is not None and value.kind is Kind.MODEL and value.model.learned & ~value.upstream:
                return self.changed(value, upstream=value.upstream | value.model.learned)
            return value
        if depth == 0:
            self.seen = 0
        upstream, control, varies = value.upstream, value.control, value.varies
        rows: Rows | None = value.rows
        model: Model | None = value.model
        columns, stats = value.columns, value.stats
        for number, member in enumerate(ref.members()):
            self.seen += 1
            if number >= 64 or self.seen > MAX_SEEN:
                break
            inner = self.summary(member, depth + 1)
            upstream |= inner.upstream
            control |= inner.control
            varies |= inner.varies
            stats |= inner.stats
            if rows is None and inner.rows is not None:
                rows = inner.rows
                columns = inner.columns
            if model is None and inner.kind in (Kind.PREDICTION, Kind.SCORE):
                model = inner.model
        if rows is value.rows and upstream == value.upstream and varies == value.varies and control == value.control:
            return value
        return self.changed(
            value,
            upstream=upstream,
            control=control,
            varies=varies,
            rows=rows,
            model=model,
            columns=columns,
            stats=stats,
        )

    def flat_values(self, ref: Ref, depth: int = 0) -> list[Value]:
        """The row-bearing values in a Ref: itself, or its members."""
        if depth == 0:
            self.seen = 0
        if ref.is_container and depth < 4:
            found: list[Value] = []
            for member in ref.members():
                found.extend(self.flat_values(member, depth + 1))
                self.seen += 1
                if len(found) > 64 or self.seen > MAX_SEEN:
                    break
            return found if found or ref.value.rows is None else [self.summary(ref)]
        return [ref.value] if ref.value.kind in DATA_KINDS or ref.value.rows is not None else []

    def read_name(self, name: str, ref: Ref) -> None:
        """Remember that the cell's own statements read a variable (the first time is enough)."""
        names = self.reads.setdefault(self.cell, {})
        if name not in names:
            names[name] = self.summary(ref)

    # --- changes in place ---------------------------------------------------------------------------------------

    def update(self, ref: Ref, value: Value) -> None:
        """Give an object a new version, and the object that it is a view of too."""
        ref.value = value
        if ref.parent is not None:
            owner, key = ref.parent
            ref.parent = None
            self.write(owner, key, value)
            ref.parent = (owner, key)

    def write(self, owner: Ref, key: object, value: Value) -> None:
        """Write a value into a column (or into unknown places) of a table, or into places of a column of one."""
        table = owner.value
        if table.kind is Kind.COLUMN and owner.parent is not None:
            # `df["age"].iloc[i] = 3`: the frame's column changes
            mask = value.upstream | table.upstream
            self.update(owner, self.changed(table, upstream=mask, columns=touched(table.columns, mask)))
            return
        names: tuple[str, ...] | None
        if isinstance(key, str):
            names = (key,)
        elif isinstance(key, tuple) and all(isinstance(name, str) for name in key):
            names = tuple(str(name) for name in key)
        else:
            names = None
        columns = assigned(table.columns, names, value.upstream)
        kind = Kind.TABLE if table.kind in (Kind.UNKNOWN, Kind.NONE) else table.kind
        self.update(
            owner,
            self.changed(
                table,
                kind=kind,
                columns=columns,
                upstream=columns.whole() | (0 if columns.base or columns.named else value.upstream),
                control=table.control | value.control | self.control,
                rows=table.rows if table.rows is not None else value.rows,
                constant=NOTHING,
            ),
        )

    # --- questions ----------------------------------------------------------------------------------------------

    def is_outside(self, mask: int) -> bool:
        """True where nothing but calls of unknown modules, without data, went into a value."""
        given = mask
        while mask:
            operation = self.operations[mask.bit_length() - 1]
            mask ^= operation.bit
            if operation.role is not Role.UNKNOWN or operation.rows is not RowsEffect.SOURCE:
                return False
        return bool(given)

    def adopt(self, ref: Ref, kind: Kind) -> None:
        """What came from a call of an unknown module and is used as a table has rows of its own from then on."""
        value = ref.value
        if value.kind is Kind.UNKNOWN and value.rows is None and not value.known and self.is_outside(value.upstream):
            columns = Columns(base=value.upstream)
            ref.value = self.changed(value, kind=kind, rows=self.source_rows(), columns=columns)

    def type_of(self, ref: Ref) -> str:
        value = ref.value
        if value.type and value.kind not in (Kind.MODULE, Kind.FUNCTION):
            return value.type
        if value.model is not None and value.kind is Kind.MODEL:
            return value.model.type
        if ref.keys is not None:
            return "builtins.dict"
        return DEFAULT_TYPES.get(value.kind, "")

    def is_held_out(self, guess: Value) -> bool:
        """True for predictions by a model that has learned, of rows that it has certainly not learned from."""
        model, rows = guess.model, guess.rows
        if guess.kind is not Kind.PREDICTION or model is None or rows is None or not model.fits:
            return False
        learned = [value.rows for number in model.fits for value in self.operations[number].data]
        return not any(other is None or other.overlaps(rows) for other in learned[:_FEW])

    def is_layer(self, type_name: str) -> bool:
        return "~layer" in self.tables.bases(type_name)

    @staticmethod
    def column_key(ref: Ref) -> object:
        """What a subscript's key says of columns: names, or NOTHING."""
        names = names_of(ref)
        return NOTHING if names is None else (names[0] if len(names) == 1 and ref.items is None else names)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def known_text(value: Value) -> str:
    """The part of a string that is known: all of a constant, else what it was put together from."""
    if isinstance(value.constant, str):
        return value.constant
    return value.text if value.kind in (Kind.TEXT, Kind.UNKNOWN) else ""

"""Makes the graph's rows, values, models and operations; knows nothing of syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import force_setattr, replace

from nbaudit.dataflow.syntax import span_of, text_of
from nbaudit.model.flow import (
    NO_COLUMNS,
    NOTHING,
    Atom,
    Binding,
    Columns,
    Constant,
    FlowGraph,
    Kind,
    Loop,
    Model,
    Operation,
    Part,
    Rows,
    RowsEffect,
    Value,
)
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role, Trait

MAX_ATOMS = 24
MAX_PARTS = 24
MAX_OPERATIONS = 30_000
MAX_STEPS = 150_000
"""Expressions evaluated, after which functions are no longer followed into their bodies and loops take one round."""

MAX_OF_A_ROLE = 2_000
"""Operations of one of the `PAIRED` roles, after which the rest of the notebook is left out."""
PAIRED = frozenset(
    {Role.FIT, Role.TUNE, Role.CROSS_VALIDATE, Role.PREDICT, Role.EVALUATE, Role.SPLIT, Role.SCALE, Role.IMPUTE}
    | {Role.ENCODE, Role.DROP_MISSING, Role.RESAMPLE, Role.SELECT, Role.DEDUPLICATE, Role.DETECT}
)
"""Roles whose operations checks compare with each other: what they ask grows with the square of these."""

MAX_PLACES = 12

Bound = tuple[str, str, float, float]
"""A place in an order: (domain, "", value, 0 before it or 1 after); ("text", source, 0, ...) where it has no value."""

NO_ARGS: Mapping[str, Value] = MappingProxyType({})


class Builder:
    """Collects one graph. The interpreter sets `cell`, `site`, `loops` and `control` as it walks.

    `rankings` is the mask of the operations that give correlations or importances.
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.models: list[Model] = []
        self.bindings: list[Binding] = []
        self.reads: dict[int, dict[str, Value]] = {}
        self.loop_list: list[Loop] = []
        self.imports: set[str] = set()
        self.calls: dict[str, int] = {"known": 0, "neutral": 0, "user": 0, "unknown": 0}
        self.unknown: dict[str, int] = {}
        self.broken: set[int] = set()
        self.notes: list[str] = []
        self.cell = 0
        self.site = Span(0, 1)
        self.loops: tuple[int, ...] = ()
        self.layer_calls = 0
        self.varies: frozenset[int] = frozenset()
        self.control = 0
        self.folds = 0
        self.rankings = 0
        self.showing = False
        self.spent = False
        self.paired: dict[Role, int] = {}
        self.evaluated = 0
        self._values = 0
        self._rows = 0
        self._partitions: dict[object, int] = {}
        self._places: dict[str, dict[Bound, int]] = {}
        self._equals: dict[str, dict[Bound, int]] = {}
        self._orders: set[tuple[Bound, Bound]] = set()
        self._parts: dict[tuple[int, int, str], Rows] = {}

    # --- rows ---------------------------------------------------------------------------------------------------

    def source_rows(self) -> Rows:
        self._rows += 1
        return Rows(self._rows, RowsEffect.SOURCE, ((self._rows, frozenset()),), made_by=len(self.operations) - 1)

    def derived(self, rows: Rows | None, effect: RowsEffect) -> Rows | None:
        """Rows that come from others: the same object where they are kept."""
        if rows is None or effect is RowsEffect.KEEP:
            return rows
        if effect is RowsEffect.SOURCE:
            return self.source_rows()
        if effect is RowsEffect.COLLAPSE:
            return None
        self._rows += 1
        return Rows(self._rows, effect, rows.atoms, (rows,), rows.role, len(self.operations) - 1)

    def concatenated(self, parts: Sequence[Rows]) -> Rows | None:
        distinct = list({rows.id: rows for rows in parts}.values())
        if not distinct:
            return None
        if len(distinct) == 1 and len(parts) == 1:
            return distinct[0]
        self._rows += 1
        atoms = tuple(dict.fromkeys(atom for rows in distinct for atom in rows.atoms))
        return Rows(self._rows, RowsEffect.CONCAT, _bounded(atoms), tuple(distinct), "", len(self.operations) - 1)

    def partition(self, key: object) -> int:
        """The id of a partition; the same key gives the same one (a split repeated with the same seed)."""
        found = self._partitions.get(key)
        if found is None:
            found = self._partitions[key] = len(self._partitions) + 1
        return found

    def part(self, rows: Rows, partition: int, label: str, role: str = "") -> Rows:
        """The rows that lie in one part of a partition; one object per (rows, partition, label)."""
        key = (rows.id, partition, label)
        found = self._parts.get(key)
        if found is None:
            self._rows += 1
            atoms = tuple(_with_parts(atom, ((partition, label),)) for atom in rows.atoms)
            found = Rows(self._rows, RowsEffect.PARTITION, atoms, (rows,), role or rows.role, len(self.operations) - 1)
            self._parts[key] = found
        return found

    def ordered_part(self, rows: Rows, subject: str, bound: Bound, label: str) -> Rows:
        """The rows before ("head") or from ("tail") a place in an order: of positions, of a column's values.

        `x < 3` also lies before each later place that was used before (`x >= 5`), so such parts are seen as disjoint.
        """
        places = self._places.setdefault(subject, {})
        if bound not in places:
            places[bound] = self.partition(("order", subject, bound))
        rows = self.part(rows, places[bound], label)
        for other in list(places)[:MAX_PLACES]:
            if self._before(bound, other) if label == "head" else self._before(other, bound):
                rows = self.part(rows, places[other], label)
        return self._apart_from_values(rows, subject, bound, label)

    def equal_part(self, rows: Rows, subject: str, bound: Bound) -> Rows:
        """The rows where a column has one value: before or after the places of its order that were used before."""
        self._equals.setdefault(subject, {})[bound] = self.partition(("value", subject, bound))
        for other, place in list(self._places.get(subject, {}).items())[:MAX_PLACES]:
            if self._before(bound, other):
                rows = self.part(rows, place, "head")
            elif self._before(other, bound):
                rows = self.part(rows, place, "tail")
        return self.part(rows, self._equals[subject][bound], "in")

    def _apart_from_values(self, rows: Rows, subject: str, bound: Bound, label: str) -> Rows:
        for value, place in list(self._equals.get(subject, {}).items())[:MAX_PLACES]:
            beyond = self._before(bound, value) if label == "head" else self._before(value, bound)
            if beyond:
                rows = self.part(rows, place, "out")
        return rows

    def known_order(self, first: Bound, second: Bound) -> None:
        """`x[a:b]` says that a comes before b."""
        if first != second:
            self._orders.add((first, second))

    def _before(self, first: Bound, second: Bound) -> bool:
        """True where the first place certainly comes before the second."""
        if first[0] != second[0]:
            return False
        if first[0] == "text":
            return (first, second) in self._orders or (first[1] == second[1] and first[3] < second[3])
        return first[2:] < second[2:]

    def restricted(self, rows: Rows, parts: Iterable[Part], role: str = "") -> Rows:
        """The rows that lie in all of the parts (an index of one frame applied to another of the same rows)."""
        chosen = tuple(sorted(parts))
        if not chosen:
            found = self.derived(rows, RowsEffect.SUBSET)
            assert found is not None
            return found
        for partition, label in chosen:
            rows = self.part(rows, partition, label, role)
        return rows

    # --- values -------------------------------------------------------------------------------------------------

    def value(
        self,
        kind: Kind,
        *,
        rows: Rows | None = None,
        upstream: int = 0,
        control: int = 0,
        columns: Columns = NO_COLUMNS,
        column: str | None = None,
        constant: Constant = NOTHING,
        varies: frozenset[int] = frozenset(),
        model: Model | None = None,
        type: str = "",
        made_by: int = -1,
        known: bool = True,
        text: str = "",
        stats: int = 0,
    ) -> Value:
        self._values += 1
        return Value(
            self._values,
            kind,
            rows,
            upstream,
            control | self.control,
            columns,
            column,
            constant,
            varies,
            model,
            type,
            made_by,
            known,
            text,
            stats,
        )

    def changed(self, value: Value, **changes: object) -> Value:
        """A new version of a value."""
        self._values += 1
        return replace(value, id=self._values, **changes)

    def learned_through(self, stats: int) -> tuple[Value, ...]:
        """The values whose rows the aggregations of a mask learned from."""
        found: dict[int, Value] = {}
        while stats:
            low = stats & -stats
            stats ^= low
            for value in self.operations[low.bit_length() - 1].learns:
                found.setdefault(value.id, value)
        return tuple(found.values())

    # --- operations ---------------------------------------------------------------------------------------------

    def operation(
        self,
        role: Role,
        call: str,
        node: ast.AST,
        *,
        ref: str = "",
        receiver: Value | None = None,
        args: Mapping[str, Value] = NO_ARGS,
        data: tuple[Value, ...] = (),
        learns: tuple[Value, ...] = (),
        validation: tuple[Value, ...] = (),
        rows: RowsEffect = RowsEffect.KEEP,
        model: Model | None = None,
        traits: frozenset[Trait] = frozenset(),
        trust: float = 1.0,
        inplace: bool = False,
    ) -> int:
        """Append an operation and give its id. Its outputs and use are set later by `finish`."""
        number = len(self.operations)
        if role in PAIRED:
            self.paired[role] = self.paired.get(role, 0) + 1
        if number + 1 >= MAX_OPERATIONS or self.paired.get(role, 0) >= MAX_OF_A_ROLE:
            self.spent = True
        self.operations.append(
            Operation(
                id=number,
                role=role,
                call=call,
                span=span_of(node, self.cell),
                site=self.site,
                ref=ref,
                text=text_of(node),
                receiver=receiver,
                args=args,
                data=data,
                learns=learns,
                validation=validation,
                rows=rows,
                model=model,
                traits=traits,
                loops=self.loops,
                control=self.control,
                in_folds=self.folds > 0,
                trust=trust,
                inplace=inplace,
                shown=self.showing,
            )
        )
        if Trait.IMPORTANCE in traits or Trait.CORRELATION in traits:
            self.rankings |= 1 << number
        return number

    def finish(self, number: int, **changes: object) -> None:
        """Fill in what is known only after the call: outputs, result_used."""
        for name, change in changes.items():
            force_setattr(self.operations[number], name, change)

    def graph(self) -> FlowGraph:
        return FlowGraph(
            operations=tuple(self.operations),
            models=tuple(self.models),
            bindings=tuple(self.bindings),
            reads=self.reads,
            loops=tuple(self.loop_list),
            imports=frozenset(self.imports),
            calls=dict(self.calls),
            unknown=dict(self.unknown),
            broken=frozenset(self.broken),
            notes=tuple(self.notes),
        )


def touched(columns: Columns, mask: int) -> Columns:
    """The columns after an operation on all of them."""
    if columns.base | mask == columns.base:
        return columns
    return Columns(
        columns.base | mask,
        columns.named,
        columns.names,
        columns.dropped,
        columns.created,
        columns.selected,
        columns.cut,
        columns.span,
    )


def assigned(columns: Columns, names: tuple[str, ...] | None, mask: int) -> Columns:
    """The columns after an assignment to some of them: by name, or somewhere unknown."""
    if names is None:
        return replace(columns, base=columns.base | mask)
    named = dict(columns.named)
    for name in names:
        named[name] = mask
    known = columns.names
    if known is not None:
        known = known + tuple(name for name in dict.fromkeys(names) if name not in known)
    return replace(
        columns,
        named=named,
        names=known,
        created=columns.created | frozenset(names),
        dropped=columns.dropped - frozenset(names),
        selected=columns.selected | frozenset(names) if columns.selected is not None else None,
    )


def dropped(columns: Columns, names: tuple[str, ...]) -> Columns:
    gone = frozenset(names)
    return replace(
        columns,
        named={name: mask for name, mask in columns.named.items() if name not in gone},
        names=tuple(name for name in columns.names if name not in gone) if columns.names is not None else None,
        dropped=columns.dropped | gone,
        created=columns.created - gone,
        selected=columns.selected - gone if columns.selected is not None else None,
    )


def selected(columns: Columns, names: tuple[str, ...]) -> Columns:
    kept = frozenset(names)
    return replace(
        columns,
        named={name: mask for name, mask in columns.named.items() if name in kept},
        names=names,
        created=columns.created & kept,
        selected=kept,
        cut=False,
        span=None,
    )


def cut(columns: Columns) -> Columns:
    """The columns after a choice whose names are not known."""
    if columns.names is not None or (columns.cut and columns.span is None):
        return columns
    return replace(columns, cut=True, span=None)


def _with_parts(atom: Atom, parts: tuple[Part, ...]) -> Atom:
    if len(atom[1]) >= MAX_PARTS:
        return atom
    return atom[0], atom[1] | frozenset(parts)


def _bounded(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """Atoms without those that another contains; whole sources where there would be too many."""
    whole = {source for source, parts in atoms if not parts}
    kept = tuple(atom for atom in atoms if not atom[1] or atom[0] not in whole)
    if len(kept) > MAX_ATOMS:
        return tuple((source, frozenset()) for source in dict.fromkeys(source for source, _ in kept))
    return kept

"""Plain calls: data flows from the data ports to the result, and rows and columns with it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from msgspec.structs import replace

from nbaudit.dataflow.builder import assigned, dropped, selected, touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import Ref, names_of
from nbaudit.dataflow.subscripts import MEMBER, Subscripts, bound_of, query_tests, unnamed
from nbaudit.dataflow.syntax import text_of
from nbaudit.knowledge.schema import CallRow, Does, Gives, Row, TypeRow
from nbaudit.model.flow import (
    NOTHING,
    Columns,
    Kind,
    Model,
    Rows,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex

_OF_TABLES = frozenset({Role.JOIN, Role.CONCAT})
"""What is given to them holds rows, wherever it came from."""

_FILE = regex(r"[/{]|\.(?:h5|hdf5|keras|tf|model|weights|ckpt|pth?)\b")
_CHANCE = frozenset({Trait.SHUFFLES, Trait.DRAWS})
_ARITHMETIC = frozenset({Role.NEUTRAL, Role.TRANSFORM, Role.SHAPE, Role.AGGREGATE, Role.CREATE})


class Flows(Subscripts):
    """What every library call needs, and the calls that only pass data on."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.saved: dict[str, Ref] = {}
        self.sources: dict[object, Rows] = {}

    def new_model(self, row: TypeRow, call: Call | None = None) -> Model:
        """A fresh model of a known class; given by the layer above."""
        raise NotImplementedError

    def call_function(self, function: Ref, args: list[Ref], node: ast.AST) -> Ref:
        """Call a function of the notebook; given by the layer above."""
        raise NotImplementedError

    def emit(
        self,
        call: Call,
        row: CallRow,
        role: Role,
        *,
        data: tuple[Value, ...] = (),
        learns: tuple[Value, ...] = (),
        validation: tuple[Value, ...] = (),
        rows: RowsEffect = RowsEffect.KEEP,
        model: Model | None = None,
        traits: frozenset[Trait] = frozenset(),
        inplace: bool = False,
    ) -> int:
        """Append the operation of a call that a row describes, and give its id."""
        return self.operation(
            role,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=data,
            learns=learns,
            validation=validation,
            rows=rows,
            model=model,
            traits=traits,
            trust=call.trust,
            inplace=inplace,
        )

    def choose(self, call: Call, rows: Sequence[Row]) -> Row | None:
        """The first row whose condition holds."""
        for row in rows:
            if not isinstance(row, CallRow) or row.when is None:
                return row
            keyword, literal = row.when
            keyword, _, position = keyword.partition("@")
            given = call.keywords.get(keyword)
            if given is None and position.isdigit() and int(position) < len(call.positional):
                given = call.positional[int(position)]
            if literal == "given":
                holds = given is not None
            elif literal == "absent":
                holds = given is None
            else:
                holds = given is not None and str(given.value.constant) == literal
            if holds:
                return row
        return None

    def arguments(self, call: Call) -> dict[str, Value]:
        """The operation's `args`: keywords by name, positional ones by data port's name or number."""
        names: dict[int, str] = {}
        if call.row is not None:
            row = call.row
            for port in (*row.data, row.model, row.function, row.columns_port):
                if port is not None and port.position is not None and not port.rest:
                    names[port.position] = port.name
        args = {names.get(number, str(number)): self.summary(ref) for number, ref in enumerate(call.positional[:12])}
        for keyword, ref in call.keywords.items():
            args[keyword] = self.summary(ref)
        return args

    def flow(self, call: Call, row: CallRow) -> Ref:
        """Data flows from the data ports to the result; what else was given only decides."""
        given = call.ports(row.data)
        data: list[Value] = []
        for _, ref in given:
            if row.role in _OF_TABLES:
                for member in ref.members() if ref.is_container else (ref,):
                    self.adopt(member, Kind.TABLE)
            flat = self.flat_values(ref)
            data.extend(flat if flat else [self.summary(ref)])
        role = self.role_of(call, row)
        if role is Role.NEUTRAL and not given and not row.traits - _CHANCE:
            return self.drawn(self.opaque(call, row), row)
        learns = tuple(
            value
            for name, ref in given
            if name in row.learns
            for value in (self.flat_values(ref) or [self.summary(ref)])
        )
        if row.rows is not RowsEffect.COLLAPSE:
            stats = 0
            for ref in call.everything():
                stats |= self.summary(ref).stats
            learns += self.learned_through(stats)
        number = -1
        if role is not Role.NEUTRAL or row.traits:
            number = self.emit(
                call,
                row,
                role,
                data=tuple(data),
                learns=learns,
                rows=row.rows,
                traits=row.traits,
                inplace=self.is_inplace(call, row),
            )
        if role in (Role.SAVE_MODEL, Role.SAVE_DATA):
            self.keep(call, given)
        elif role is Role.LOAD_MODEL and row.gives in (Kind.MODEL, Kind.UNKNOWN):
            kept = self.kept(call, row, number)
            if kept is not None:
                return kept
        value = self.result(call, row, given, data, number)
        if role in (Role.LOAD, Role.BUNDLED) and value.rows is not None:
            value = self.read_again(call, value)
        target = call.receiver or (given[0][1] if given else None)
        if self.is_inplace(call, row) and target is not None:
            self.update(target, self.changed(value, kind=target.value.kind, type=target.value.type))
            return self.nothing()
        if row.gives is Kind.NONE:
            return self.nothing()
        result = Ref(value)
        if self.descents and len(data) > 1 and role in _ARITHMETIC:
            result = self.by_weights(data, result, call.node)
        if row.gives is Gives.PARTS and not given:
            result.items = self.source_parts(row, value)
        elif row.gives is Gives.PARTS or (len(given) > 1 and row.gives is Gives.SAME and row.data[0].rest):
            result.items = [self.part_result(ref, number, row) for _, ref in given] or None
        if value.kind is Kind.MASK:
            result.tests = self.mask_tests(call, row)
        return self.drawn(result, row)

    def drawn(self, result: Ref, row: CallRow) -> Ref:
        """What was drawn by chance, one that changes with the loop around where it is no row."""
        if Trait.DRAWS in row.traits and self.loops and result.value.rows is None:
            result.value = self.changed(result.value, varies=result.value.varies | {self.loops[-1]})
        return result

    def keep(self, call: Call, given: list[tuple[str, Ref]]) -> None:
        """Remember what is written to a file, by the file's name."""
        refs = [ref for _, ref in given] + call.everything()
        saved = next((ref for ref in refs if ref.value.kind is Kind.MODEL), refs[0] if refs else None)
        name = self.file_name(call)
        if name and saved is not None:
            self.saved[name] = saved

    def kept(self, call: Call, row: CallRow, number: int) -> Ref | None:
        """What the notebook wrote to the file that a call reads; a fresh object of the type that the row names where
        it comes from elsewhere."""
        saved = self.saved.get(self.file_name(call))
        if saved is not None:
            return saved
        type_row = self.tables.type(row.type) if row.type and row.gives is Kind.MODEL else None
        if type_row is None:
            return None
        written = self.written_beside(self.file_name(call))
        if written is not None:
            return written
        trained = self.kept_by_callback(self.file_name(call))
        if trained is not None:
            return Ref(self.value(Kind.MODEL, model=trained, type=row.type, made_by=number, upstream=trained.learned))
        model = self.new_model(type_row)
        model.made_by = number
        return Ref(self.value(Kind.MODEL, model=model, type=row.type, made_by=number, upstream=1 << number))

    def written_beside(self, name: str) -> Ref | None:
        """The model that was written to the one file of the same name in a folder that is written otherwise, as
        "best.h5" and "/content/best.h5"."""
        last = name.rpartition("/")[2]
        same = [ref for other, ref in self.saved.items() if "." in last and other.rpartition("/")[2] == last]
        return same[0] if len(same) == 1 and same[0].value.kind is Kind.MODEL else None

    def kept_by_callback(self, name: str) -> Model | None:
        """The network whose best state a callback wrote to the file: the last one trained before, where the name is
        the callback's, or begins as it does before what changes from epoch to epoch."""
        trained = [model for model in self.models if model.shape is Shape.NETWORK and model.fits]
        if not name or not trained:
            return None
        for callback in self.models:
            if callback.role is not Role.SCHEDULE:
                continue
            for value in callback.params.values():
                path = value.constant
                if not isinstance(path, str) or not _FILE.search(path):
                    continue
                stem = path.partition("{")[0]
                if path == name or (len(stem) < len(path) and (name.startswith(stem) if stem else len(trained) == 1)):
                    return trained[-1]
        return None

    def file_name(self, call: Call) -> str:
        """The file that a call speaks of, "" where its name is not known."""
        for ref in (*call.positional, *call.keywords.values()):
            value = ref.value
            if isinstance(value.constant, str):
                return value.constant
            if value.type == "builtins.file" and not value.varies:
                return value.text
        return ""

    def read_again(self, call: Call, value: Value) -> Value:
        """A file that the notebook wrote itself holds the rows it wrote; one that is read again in the same words
        holds the same rows."""
        assert value.rows is not None
        name = self.file_name(call)
        words = text_of(call.node)
        if name and len(words) < 160 and value.rows.effect is RowsEffect.SOURCE and not value.varies:
            constants = tuple(repr(ref.value.constant) for ref in (*call.positional, *call.keywords.values()))
            known = self.sources.setdefault((words, constants), value.rows)
            value = self.changed(value, rows=known) if known is not value.rows else value
        if name:
            saved = self.summary(self.saved[name]) if name in self.saved else None
            if saved is not None and saved.rows is not None:
                return self.changed(
                    value,
                    rows=saved.rows,
                    upstream=value.upstream | saved.upstream,
                    columns=touched(value.columns, saved.upstream),
                )
        return value

    def opaque(self, call: Call, row: CallRow) -> Ref:
        """What a call without data gives, where it plays no part but its type matters (`plt.subplots()`)."""
        result = self.unknown_ref(call.everything(), known=True)
        if isinstance(row.gives, Kind) and row.gives is not Kind.UNKNOWN:
            result.value = self.changed(result.value, kind=row.gives, type=row.type)
            if row.gives is Kind.ARRAY and call.positional:
                # `np.zeros(len(df))` has one entry for each row
                shape = call.positional[0]
                size = shape.items[0].value if shape.items else shape.value
                result.value = self.changed(result.value, rows=self.counted(size))
        elif row.type:
            result.value = self.changed(result.value, type=row.type)
        if row.traits and result.value.rows is not None:
            # one random number for each row of a table: a mask of it parts the rows by chance
            number = self.emit(call, row, Role.NEUTRAL, traits=row.traits)
            result.value = self.changed(result.value, upstream=result.value.upstream | 1 << number, made_by=number)
        return result

    def source_parts(self, row: CallRow, value: Value) -> list[Ref]:
        """(X, y) of one source, or ((X, y), (X, y)) where the library has split it already."""
        rows = value.rows if value.rows is not None else self.source_rows()
        if row.rows is not RowsEffect.PARTITION:
            return [Ref(self.changed(value, kind=Kind.ARRAY, rows=rows)) for _ in range(2)]
        partition = self.partition(("given", len(self.operations)))
        return [
            self.tuple_ref(
                [
                    Ref(self.changed(value, kind=Kind.ARRAY, rows=self.part(rows, partition, label, label)))
                    for _ in range(2)
                ]
            )
            for label in ("train", "test")
        ]

    def counted(self, value: Value) -> Rows | None:
        """The rows whose number a value is (`len(df)`, `df.shape[0]`)."""
        if value.made_by < 0 or value.rows is not None or value.constant is not NOTHING:
            return None
        operation = self.operations[value.made_by]
        if Trait.SHAPE not in operation.traits or not operation.data:
            return None
        return operation.data[0].rows

    def first_rows(self, call: Call, row: CallRow) -> Ref:
        """`take(n)` and `skip(n)`: the rows before and after one place."""
        result = self.flow(call, row)
        before = call.receiver.value.rows if call.receiver is not None else None
        if before is None or not call.positional or not isinstance(call.node, ast.Call) or not call.node.args:
            return result
        bound = text_of(call.node.args[0]) or str(call.positional[0].value.constant)
        # counted from where an earlier `skip` left off
        subject = "position" if before.effect is not RowsEffect.PARTITION else f"position in {before.id}"
        label = "head" if row.does is Does.HEAD else "tail"
        result.value = self.changed(result.value, rows=self.ordered_part(before, subject, bound_of(bound), label))
        return result

    def pop(self, call: Call, row: CallRow) -> Ref:
        """`y = df.pop('y')`: the column, and a frame without it."""
        receiver = call.receiver
        names = names_of(call.positional[0]) if call.positional else None
        if receiver is None or receiver.value.kind is not Kind.TABLE or names is None or len(names) != 1:
            return self.flow(call, row)
        result = Ref(self.column(receiver, names[0]).value)
        number = self.emit(
            call,
            row,
            Role.DROP_COLUMNS,
            data=(receiver.value,),
            inplace=True,
        )
        columns = touched(dropped(receiver.value.columns, names), 1 << number)
        upstream = (columns.whole() or receiver.value.upstream) | 1 << number
        self.update(receiver, self.changed(receiver.value, columns=columns, upstream=upstream))
        return result

    def role_of(self, call: Call, row: CallRow) -> Role:
        if row.role is not None:
            return row.role
        model = call.receiver.value.model if call.receiver is not None else None
        return model.role if model is not None else Role.UNKNOWN

    def is_inplace(self, call: Call, row: CallRow) -> bool:
        if not row.inplace:
            return False
        if row.inplace == "always":
            return True
        given = call.keywords.get(row.inplace)
        return given is not None and given.value.constant is True

    def mask_tests(self, call: Call, row: CallRow) -> tuple[tuple[str, str], ...]:
        receiver = call.receiver.value if call.receiver is not None else None
        subject = (receiver.column if receiver is not None else None) or call.name
        if Trait.MISSING in row.traits:
            positive = "not" not in call.name.rpartition(".")[2]
            return ((f"{subject} is missing", str(positive)),)
        given = call.positional[call.receiver is None :]  # `np.isin(places, chosen)` and `places.isin(chosen)`
        argument = given[0].value if given else None
        if argument is not None and argument.kind in (Kind.INDEX, Kind.ARRAY) and argument.rows is not None:
            return tuple(
                (f"{MEMBER}{partition}/{label}", "True") for partition, label in sorted(argument.rows.parts())
            )[-1:]
        return ()

    def part_result(self, ref: Ref, number: int, row: CallRow) -> Ref:
        value = ref.value
        bit = 1 << number if number >= 0 else 0
        return Ref(
            self.changed(
                value,
                rows=self.derived(value.rows, row.rows),
                upstream=value.upstream | bit,
                columns=touched(value.columns, bit),
                made_by=number,
                constant=NOTHING,
            )
        )

    def result(self, call: Call, row: CallRow, given: list[tuple[str, Ref]], data: list[Value], number: int) -> Value:
        """The value that a plain call gives."""
        bit = 1 << number if number >= 0 else 0
        first = data[0] if data else None
        rest = 0
        control, varies, model, stats = 0, frozenset[int](), None, 0
        for value in data:
            control |= value.control
            varies |= value.varies
            stats |= value.stats
            if value is not first:
                rest |= value.upstream
            if value.kind in (Kind.PREDICTION, Kind.SCORE):
                model = model or value.model
        flowing = {id(ref) for _, ref in given}
        for ref in call.everything():
            if id(ref) not in flowing:
                value = self.summary(ref)
                control |= value.control | value.upstream
                varies |= value.varies
        kind = self.kind_of(row, first)
        own = first.upstream if first is not None and not first.columns.whole() else 0  # no table yet: a column, groups
        columns = self.columns_after(call, row, first.columns if first is not None else Columns(), bit | rest | own)
        upstream = (first.upstream if first is not None else 0) | rest | bit
        if kind is Kind.TABLE and first is not None and first.kind is Kind.TABLE:
            upstream = columns.whole() or upstream
        return self.value(
            kind,
            rows=self.rows_without(call, data, row) or self.rows_after(row, data, kind),
            upstream=upstream,
            control=control,
            columns=columns,
            column=first.column
            if first is not None and kind in (Kind.COLUMN, Kind.MASK, Kind.ARRAY, Kind.GROUPS)
            else None,
            varies=varies,
            model=model,
            stats=self.stats_after(row, stats, bit, first),
            type=row.type or (first.type if first is not None and row.gives is Gives.SAME else ""),
            made_by=number,
        )

    @staticmethod
    def stats_after(row: CallRow, stats: int, bit: int, first: Value | None) -> int:
        """An aggregation's result carries it, and so does the mark that a rule gives each row; other operations on rows
        use up what they were given, save for arithmetic and masks."""
        if row.role is Role.DETECT:
            return stats | bit if row.learns else stats
        if row.role is Role.TRANSFORM or (first is not None and first.kind is Kind.MASK):
            return stats
        if row.role is Role.AGGREGATE or row.rows is RowsEffect.COLLAPSE:
            return stats | bit if row.learns else stats
        return 0 if row.role not in (Role.NEUTRAL, Role.SHAPE, Role.LOOK) else stats

    def kind_of(self, row: CallRow, first: Value | None) -> Kind:
        if isinstance(row.gives, Kind):
            if row.gives is Kind.ARRAY and first is not None and first.kind in (Kind.PREDICTION, Kind.INDEX):
                return first.kind
            return row.gives
        if first is None:
            return Kind.UNKNOWN
        if row.does is Does.GROUP:
            return Kind.GROUPS
        return first.kind

    def rows_without(self, call: Call, data: list[Value], row: CallRow) -> Rows | None:
        """`df.drop(train.index)`: the rows that another set leaves over."""
        if row.rows is not RowsEffect.SUBSET or not data or data[0].rows is None:
            return None
        rows = data[0].rows
        for ref in (
            *call.positional[:1],
            *(call.keywords[name] for name in ("index", "labels") if name in call.keywords),
        ):
            tests = query_tests(ref.value.constant) if isinstance(ref.value.constant, str) else ()
            if tests:
                mask = Ref(ref.value)
                mask.tests = tests
                return self.rows_where(rows, mask)
            if ref.value.kind is Kind.INDEX:
                return self.left_over(rows, ref.value.rows)
        return None

    def rows_after(self, row: CallRow, data: list[Value], kind: Kind) -> Rows | None:
        if row.rows is RowsEffect.SOURCE:
            return self.source_rows()
        bearing = [value.rows for value in data if value.rows is not None]
        if not bearing:
            return self.source_rows() if kind in (Kind.TABLE, Kind.LOADER) and not data else None
        if row.rows is RowsEffect.CONCAT:
            return self.concatenated(bearing)
        if row.rows is RowsEffect.COLLAPSE:
            if kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) and data[0].kind is Kind.GROUPS:
                source = self.source_rows()
                return replace(source, effect=RowsEffect.COLLAPSE, parents=(bearing[0],))
            return None
        chosen = next((value for value in data[1:] if value.kind is Kind.INDEX and value.rows is not None), None)
        if row.rows is RowsEffect.SUBSET and chosen is not None:
            return self.rows_where(bearing[0], Ref(chosen))
        if row.rows is RowsEffect.SUBSET:
            # a random or computed choice: what it leaves out is another part
            return self.choice(bearing[0])
        return self.derived(bearing[0], row.rows)

    def columns_after(self, call: Call, row: CallRow, columns: Columns, mask: int) -> Columns:
        effect = row.columns
        if not effect:
            if row.role is Role.JOIN or row.rows is RowsEffect.COLLAPSE:
                columns = unnamed(columns)  # the other table's columns are not known, nor those that a summary keeps
            return touched(columns, mask)
        port = call.port(row.columns_port)
        names = names_of(port) if port is not None else None
        if effect == "drop":
            return touched(dropped(columns, names) if names is not None else unnamed(columns), mask)
        if effect == "select":
            return touched(selected(columns, names) if names is not None else unnamed(columns), mask)
        if effect == "rename":
            return touched(self.renamed(call, columns), mask)
        if effect == "assign":
            named = tuple(call.keywords)
            extra = 0
            for ref in call.keywords.values():
                extra |= self.summary(ref).upstream
            return assigned(columns, named or None, columns.whole() | mask | extra)
        if effect == "new":
            lost = columns.cut or columns.names is not None or columns.selected is not None
            return replace(
                columns, base=columns.whole() | mask, named={}, names=None, selected=None, cut=lost, span=None
            )
        return touched(columns, mask)

    @staticmethod
    def renamed(call: Call, columns: Columns) -> Columns:
        """The columns after `rename(columns={...})`."""
        given = call.keywords.get("columns")
        if given is None or given.keys is None:
            return unnamed(columns) if given is not None else columns
        names = {str(old): str(new.value.constant) for old, new in given.keys.items()}
        known = tuple(names.get(name, name) for name in columns.names) if columns.names is not None else None
        kept = columns.selected
        return replace(
            columns,
            named={names.get(name, name): mask for name, mask in columns.named.items()},
            names=known,
            dropped=columns.dropped | names.keys() - set(names.values()),
            created=frozenset(names.get(name, name) for name in columns.created) | frozenset(names.values()),
            selected=frozenset(names.get(name, name) for name in kept) if kept is not None else None,
        )

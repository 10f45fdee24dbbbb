"""Library calls: what the rows of the tables make happen in the graph.

Every call row names an action (`Does`); `Actions` has one method for each. Nothing here knows a library's name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nbaudit.dataflow.builder import assigned, dropped, selected, touched
from nbaudit.dataflow.domain import DATA_KINDS, Ref, constants_of, names_of
from nbaudit.dataflow.subscripts import MEMBER, Subscripts, bound_of, query_tests, unnamed
from nbaudit.dataflow.syntax import text_of
from nbaudit.knowledge.schema import CallRow, Does, Gives, NeutralRow, Port, Row, TypeRow
from nbaudit.model.flow import (
    NOTHING,
    Columns,
    Kind,
    Loop,
    Model,
    Operation,
    Rows,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait

_WATCH_PORTS = ("validation_data", "eval_set", "evals", "valid_sets", "validation_X")
_STEP_ROLES = frozenset({Role.FIT, Role.TUNE, Role.BUILD})
_USES = frozenset({Role.PREDICT, Role.EVALUATE, Role.CROSS_VALIDATE})
_OWN_OPERATION = frozenset({Role.SCHEDULE, Role.AUGMENT, Role.PROFILE, Role.VALIDATE, Role.LOAD, Role.BUNDLED})


class Call:
    """One call while it is interpreted: node, receiver and evaluated arguments."""

    __slots__ = ("keywords", "name", "node", "positional", "receiver", "row", "trust")

    def __init__(
        self,
        node: ast.AST,
        name: str,
        receiver: Ref | None,
        positional: list[Ref],
        keywords: dict[str, Ref],
        trust: float = 1.0,
    ) -> None:
        self.node = node
        self.name = name
        self.receiver = receiver
        self.positional = positional
        self.keywords = keywords
        self.trust = trust
        self.row: CallRow | None = None

    def port(self, port: Port | None) -> Ref | None:
        if port is None:
            return None
        if port.name == "self":
            return self.receiver
        found = self.keywords.get(port.name)
        if found is None and port.position is not None and port.position < len(self.positional):
            return self.positional[port.position]
        return found

    def ports(self, ports: Sequence[Port]) -> list[tuple[str, Ref]]:
        """The given arguments among the ports, with the port's name."""
        found: list[tuple[str, Ref]] = []
        for port in ports:
            if port.rest:
                found.extend((port.name, ref) for ref in self.positional[port.position or 0 :])
            ref = self.port(port)
            if ref is not None and not port.rest:
                found.append((port.name, ref))
        return found

    def everything(self) -> list[Ref]:
        inputs = [*self.positional, *self.keywords.values()]
        return [self.receiver, *inputs] if self.receiver is not None else inputs


class Actions(Subscripts):
    """Runs the calls that the tables know."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.saved: dict[str, Ref] = {}
        self.sources: dict[object, Rows] = {}
        self.actions: dict[Does, Callable[[Call, CallRow], Ref]] = {
            Does.FLOW: self.flow,
            Does.FIT: self.fit,
            Does.FIT_APPLY: self.fit_apply,
            Does.APPLY: self.apply,
            Does.FIT_PREDICT: self.fit_predict,
            Does.PREDICT: self.predict,
            Does.SCORE: self.score,
            Does.METRIC: self.metric,
            Does.RESAMPLE: self.resample,
            Does.SPLIT: self.split,
            Does.FOLD_SPLIT: self.fold_split,
            Does.CROSS_VALIDATE: self.cross_validate,
            Does.CROSS_PREDICT: self.cross_validate,
            Does.SET_PARAMS: self.set_params,
            Does.COMPILE: self.set_params,
            Does.ADD_LAYER: self.add_layer,
            Does.MAP: self.map_function,
            Does.APPEND: self.append,
            Does.BACKWARD: self.backward,
            Does.CLONE: self.clone,
            Does.GROUP: self.flow,
            Does.PIPELINE: self.pipeline,
            Does.INNER: self.inner,
            Does.LOADER: self.flow,
            Does.TRAIN: self.train,
            Does.OPTIMISE: self.optimise,
            Does.MODE: self.mode,
            Does.POP: self.pop,
            Does.HEAD: self.first_rows,
            Does.TAIL: self.first_rows,
        }

    def call_function(self, function: Ref, args: list[Ref], node: ast.AST) -> Ref:
        """Call a function of the notebook; given by the layer above."""
        raise NotImplementedError

    # --- dispatch -----------------------------------------------------------------------------------------------

    def library_call(self, call: Call, rows: Sequence[Row]) -> Ref:
        row = self.choose(call, rows)
        if row is None or isinstance(row, NeutralRow):
            self.calls["neutral"] += 1
            result = self.unknown_ref(call.everything(), known=True)
            if call.receiver is None and call.name.rpartition(".")[2][:1].isupper():
                # an object that plays no part of its own still says what it is: a loss, a metric, an optimiser
                result.value = self.changed(result.value, type=call.name)
            return result
        if isinstance(row, TypeRow):
            self.calls["known"] += 1
            return self.construct(call, row)
        call.row = row
        self.calls["neutral" if row.role is Role.NEUTRAL else "known"] += 1
        return self.actions[row.does](call, row)

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

    # --- plain flow ---------------------------------------------------------------------------------------------

    def flow(self, call: Call, row: CallRow) -> Ref:
        """Data flows from the data ports to the result; what else was given only decides."""
        given = call.ports(row.data)
        data: list[Value] = []
        for _, ref in given:
            flat = self.flat_values(ref)
            data.extend(flat if flat else [self.summary(ref)])
        role = self.role_of(call, row)
        if role is Role.NEUTRAL and not given and not row.traits:
            return self.opaque(call, row)
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
            number = self.operation(
                role,
                call.name,
                call.node,
                ref=row.ref,
                receiver=call.receiver.value if call.receiver is not None else None,
                args=self.arguments(call),
                data=tuple(data),
                learns=learns,
                rows=row.rows,
                traits=row.traits,
                trust=call.trust,
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
        if row.gives is Gives.PARTS and not given:
            result.items = self.source_parts(row, value)
        elif row.gives is Gives.PARTS or (len(given) > 1 and row.gives is Gives.SAME and row.data[0].rest):
            result.items = [self.part_result(ref, number, row) for _, ref in given] or None
        if value.kind is Kind.MASK:
            result.tests = self.mask_tests(call, row)
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
        model = self.new_model(type_row)
        model.made_by = number
        return Ref(self.value(Kind.MODEL, model=model, type=row.type, made_by=number, upstream=1 << number))

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
        number = self.operation(
            Role.DROP_COLUMNS,
            call.name,
            call.node,
            ref=row.ref,
            receiver=receiver.value,
            args=self.arguments(call),
            data=(receiver.value,),
            inplace=True,
        )
        columns = dropped(receiver.value.columns, names)
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
        argument = call.positional[0].value if call.positional else None
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
        columns = self.columns_after(call, row, first.columns if first is not None else Columns(), bit | rest)
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
        for ref in call.positional[:1]:
            tests = query_tests(ref.value.constant) if isinstance(ref.value.constant, str) else ()
            if tests:
                mask = Ref(ref.value)
                mask.tests = tests
                return self.rows_where(rows, mask)
            if ref.value.kind is Kind.INDEX and ref.value.rows is not None:
                others = sorted(ref.value.rows.parts() - rows.parts())
                if others:
                    return self.part(rows, others[-1][0], f"not {others[-1][1]}")
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
            part = self.partition(("choice", len(self.operations)))
            return self.part(bearing[0], part, "in")
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
            return replace(columns, base=columns.whole() | mask, named={}, names=None, selected=None, cut=lost)
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

    # --- objects ------------------------------------------------------------------------------------------------

    def construct(self, call: Call, row: TypeRow) -> Ref:
        """An object of a known class."""
        if row.gives is not Kind.MODEL:
            return self.construct_data(call, row)
        model = self.new_model(row, call)
        inner = call.port(row.inner)
        if row.inner is not None and row.inner.rest:
            for number, ref in enumerate(call.positional[row.inner.position or 0 :]):
                self.add_steps(model, ref, str(number))
        elif inner is not None:
            self.add_steps(model, inner, "0")
        grid = call.port(row.grid)
        if grid is not None:
            self.add_grid(model, grid)
        number = -1
        if not self.is_layer(row.name):
            role = row.role if row.role in _OWN_OPERATION else Role.BUILD
            number = self.operation(
                role,
                row.name,
                call.node,
                ref=row.ref,
                args=model.params,
                model=model,
                traits=row.traits,
                trust=call.trust,
            )
        model.made_by = number
        return Ref(
            self.value(
                Kind.MODEL,
                model=model,
                type=row.name,
                made_by=number,
                # a list of callbacks is known by the operations behind it
                upstream=1 << number if number >= 0 and model.role is Role.SCHEDULE else 0,
                varies=frozenset().union(*(value.varies for value in model.params.values())),
            )
        )

    def construct_data(self, call: Call, row: TypeRow) -> Ref:
        given = call.ports(row.data)
        values = [value for _, ref in given for value in (self.flat_values(ref) or [self.summary(ref)])]
        upstream = 0
        for _, ref in given:
            upstream |= self.summary(ref).upstream
        number = -1
        if row.role in _OWN_OPERATION:
            number = self.operation(
                row.role,
                row.name,
                call.node,
                ref=row.ref,
                data=tuple(values),
                rows=RowsEffect.SOURCE,
                args=self.arguments(call),
                traits=row.traits,
            )
            upstream |= 1 << number
        rows = next((value.rows for value in values if value.rows is not None), None)
        if rows is None and number >= 0:
            rows = self.source_rows()
        first = next((value for value in values if value.rows is not None), None)
        chosen = next((value for value in values[1:] if value.kind is Kind.INDEX and value.rows is not None), None)
        if rows is not None and chosen is not None and row.gives is Kind.LOADER:
            rows = self.rows_where(rows, Ref(chosen))  # a sampler serves some of the rows
        names: tuple[str, ...] | None = None
        source = given[0][1] if given else None
        if source is not None and source.keys is not None and all(isinstance(key, str) for key in source.keys):
            names = tuple(str(key) for key in source.keys)
        columns = call.keywords.get("columns")
        if columns is not None:
            names = names_of(columns) or names
        base = Columns(base=upstream, names=names)
        if first is not None and names is None:
            base = replace(touched(first.columns, upstream), names=first.columns.names)
        model = next((value.model for value in values if value.kind in (Kind.PREDICTION, Kind.SCORE)), None)
        return Ref(
            self.value(
                row.gives, rows=rows, upstream=upstream, columns=base, type=row.name, made_by=number, model=model
            )
        )

    def new_model(self, row: TypeRow, call: Call | None = None) -> Model:
        family, task, traits, tunes = row.family, row.task, row.traits, row.tunes
        for base in self.tables.bases(row.name):
            parent = self.tables.type(base)
            if parent is not None and parent is not row:
                family = family or parent.family
                task = task or parent.task
                if parent.name.startswith("~") is False:
                    traits = traits | parent.traits
                    tunes = tunes or parent.tunes
        role = row.role
        if role is Role.BUILD:
            for base in self.tables.bases(row.name):
                parent = self.tables.type(base)
                if parent is not None and parent.role is not Role.BUILD:
                    role = parent.role
                    break
        model = Model(
            id=len(self.models),
            type=row.name,
            role=role,
            family=family,
            task=task,
            traits=traits,
            shape=row.shape,
            ref=row.ref,
            tunes=tunes,
        )
        if row.shape is Shape.PLAIN:
            for base in self.tables.bases(row.name):
                parent = self.tables.type(base)
                if parent is not None and parent.shape is not Shape.PLAIN:
                    model.shape = parent.shape
                    break
        if call is not None:
            for number, ref in enumerate(call.positional[:12]):
                model.params[str(number)] = self.summary(ref)
            for keyword, ref in call.keywords.items():
                model.params[keyword] = self.summary(ref)
            if role is Role.SELECT:
                model.traits |= self.traits_of_functions(model)
        self.models.append(model)
        return model

    def traits_of_functions(self, model: Model) -> frozenset[Trait]:
        """What the functions say that a selector is given to score by."""
        found: frozenset[Trait] = frozenset()
        for value in model.params.values():
            if value.kind is Kind.FUNCTION and value.type:
                for row in self.tables.rows(value.type):
                    if isinstance(row, CallRow):
                        found |= row.traits
        return found

    def add_steps(self, model: Model, ref: Ref, name: str, depth: int = 0) -> None:
        """The models inside an argument: a model, a list of models, (name, model[, columns]) tuples, a dict."""
        if depth > 3:
            return
        inner = ref.value.model
        if inner is not None and ref.value.kind is Kind.MODEL:
            if inner is not model:
                model.steps.append((name, inner))
                model.layers += 1
            return
        if ref.keys is not None:
            for key, member in ref.keys.items():
                self.add_steps(model, member, str(key), depth + 1)
            return
        for number, member in enumerate(ref.items or ()):
            if member.items and len(member.items) >= 2:
                label = member.items[0].value.constant
                at = 1 if isinstance(label, str) else 0
                step = member.items[at].value.model if at < len(member.items) else None
                if step is not None:
                    step_name = label if isinstance(label, str) else str(number)
                    model.steps.append((step_name, step))
                    chosen = next((names_of(item) for item in member.items[at + 1 :]), None)
                    if at == 0:
                        chosen = names_of(member.items[1])
                    if chosen is not None:
                        model.columns[step_name] = chosen
                    continue
            self.add_steps(model, member, str(number), depth + 1)

    def add_grid(self, model: Model, ref: Ref) -> None:
        for key, member in (ref.keys or {}).items():
            if isinstance(key, str):
                model.grid[key] = self.grid_value(member)
        for item in ref.items or ():
            if item.keys is not None:
                self.add_grid(model, item)

    def grid_value(self, ref: Ref) -> Value:
        """A list of settings as one constant tuple where all are constants."""
        constants = constants_of(ref)
        value = self.summary(ref)
        if constants is not None:
            return self.changed(value, constant=constants)
        if ref.items is not None and not ref.open_:
            return self.changed(value, constant=tuple(range(len(ref.items))))
        return value

    def pipeline(self, call: Call, row: CallRow) -> Ref:
        type_row = self.tables.type(row.type)
        if type_row is None:
            return self.unknown_ref(call.everything(), known=True)
        model = self.new_model(type_row)
        for number, (_, ref) in enumerate(call.ports(row.data)):
            if ref.items and len(ref.items) >= 2 and ref.items[0].value.model is not None:
                self.add_steps(model, Ref(ref.value, items=[ref]), str(number))
            else:
                self.add_steps(model, ref, str(number))
        number = self.operation(Role.BUILD, row.type, call.node, ref=row.ref, model=model, traits=type_row.traits)
        model.made_by = number
        return Ref(self.value(Kind.MODEL, model=model, type=row.type, made_by=number))

    def inner(self, call: Call, row: CallRow) -> Ref:
        """`best_estimator_`, `named_steps`: the models inside, as learned as their owner."""
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None:
            return self.unknown_ref(call.everything(), known=True)
        if model.shape is Shape.SEARCH and model.steps:
            inner = model.steps[-1][1]
            inner.learned |= model.learned
            value = self.value(Kind.MODEL, model=model, type=inner.type, upstream=model.learned)
            return Ref(value)
        keys: dict[object, Ref] = {
            name: Ref(self.value(Kind.MODEL, model=step, type=step.type)) for name, step in model.steps
        }
        return Ref(self.value(Kind.CONTAINER), keys=keys)

    def set_params(self, call: Call, row: CallRow) -> Ref:
        """set_params and compile: more parameters of the receiver."""
        model = call.receiver.value.model if call.receiver is not None else None
        if model is not None:
            for keyword, ref in call.keywords.items():
                model.params[keyword] = self.named_members(ref) if keyword == "metrics" else self.summary(ref)
        self.operation(
            row.role or Role.BUILD,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            model=model,
            traits=row.traits,
        )
        return call.receiver if call.receiver is not None and row.gives is Gives.SELF else self.nothing()

    def named_members(self, ref: Ref) -> Value:
        """A list as one constant tuple of names: of strings themselves, of objects their type, of functions their name;
        "?" for what has none."""
        members = [ref] if not ref.is_container else list(ref.members())
        if ref.is_container and any(member.is_container for member in members):
            members = [inner for member in members for inner in ([*member.members()] or [member])]
        names: list[str] = []
        for member in members:
            value = member.value
            if isinstance(value.constant, str):
                names.append(value.constant)
            else:
                names.append(value.type or (member.closure.name if member.closure is not None else "") or "?")
        return self.changed(self.summary(ref), constant=tuple(names))

    def add_layer(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is not None:
            for ref in call.positional[:1]:
                self.add_steps(model, ref, str(len(model.steps)))
                model.layers += 1
        return self.nothing()

    def clone(self, call: Call, row: CallRow) -> Ref:
        ref = call.port(row.model) or (call.positional[0] if call.positional else None)
        if ref is None or ref.value.model is None:
            return self.unknown_ref(call.everything(), known=True)
        source = ref.value.model
        copy = replace(source, id=len(self.models), fits=[], names=[], learned=0, params=dict(source.params))
        self.models.append(copy)
        return Ref(self.changed(ref.value, model=copy))

    def mode(self, call: Call, row: CallRow) -> Ref:
        return call.receiver if call.receiver is not None else self.nothing()

    # --- learning -----------------------------------------------------------------------------------------------

    def gathered(self, call: Call, row: CallRow) -> tuple[list[Value], list[Value], list[Value]]:
        """(data, learned from, only watched) of a learning call."""
        data: list[Value] = []
        learns: list[Value] = []
        watched: list[Value] = []
        for name, ref in call.ports(row.data):
            if name == "self":
                continue
            if name in row.learns:
                self.own_rows(ref)
            values = self.flat_values(ref) or [self.summary(ref)]
            if name in _WATCH_PORTS:
                watched.extend(values)
                continue
            data.extend(values)
            if name in row.learns:
                learns.extend(values)
        share = call.keywords.get("validation_split")
        if share is not None and share.value.constant not in (0, 0.0, None):
            # the rows that the fit holds back itself
            partition = self.partition(("held back", len(self.operations)))
            for value in data:
                if value.rows is not None:
                    watched.append(
                        self.changed(value, rows=self.part(value.rows, partition, "validation", "validation"))
                    )
        model = call.receiver.value.model if call.receiver is not None else None
        if not data and model is not None and row.does is Does.FIT:
            # a trainer was given its data when it was made
            for name, value in model.params.items():
                place = self.both_sides(value)
                if value.rows is not None and place:
                    data.append(self.changed(value, rows=self.part(value.rows, place, "train", "train")))
                    held = self.part(value.rows, place, "validation", "validation")
                    watched.append(self.changed(value, rows=held))
                elif value.rows is not None:
                    (watched if "eval" in name or "val" in name else data).append(value)
            learns = learns or data
        return data, learns, watched

    def both_sides(self, value: Value) -> int:
        """The partition of a data set that holds training and validation rows in one object, 0 for others."""
        if value.rows is None or "~splits" not in self.tables.bases(value.type):
            return 0
        place = self.partition(("given", tuple(sorted(value.rows.sources()))))
        return 0 if any(partition == place for partition, _ in value.rows.parts()) else place

    def own_rows(self, ref: Ref) -> None:
        """Data that is learned from has rows, also where it was typed in or comes from nowhere that is seen: from then
        on they are known again wherever the same object is used."""
        value = self.summary(ref)
        if value.rows is not None or value.kind in (Kind.NONE, Kind.NUMBER, Kind.TEXT, Kind.MODEL):
            return
        mask = value.upstream
        while mask:
            operation = self.operations[mask.bit_length() - 1]
            mask ^= operation.bit
            if operation.rows is RowsEffect.SOURCE or any(given.rows is not None for given in operation.data):
                return  # rows that the analysis lost are not new ones
        ref.value = self.changed(ref.value, rows=self.source_rows())

    def fit(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None:
            return self.flow(call, row)
        data, learns, watched = self.gathered(call, row)
        self.learn(call, row, model, data, learns, watched)
        for member in (call.keywords["callbacks"].items or ()) if "callbacks" in call.keywords else ():
            watcher = member.value.model
            if watcher is not None and watcher.has(Trait.WATCHES) and call.receiver is not None:
                for param in watcher.params.values():  # a checkpoint writes the model to a file
                    if isinstance(param.constant, str):
                        self.saved[param.constant] = call.receiver
        if row.gives is Gives.SELF:
            return call.receiver or self.nothing()
        return Ref(self.value(Kind.HISTORY, model=model, upstream=model.learned, type="history"))

    def learn(
        self, call: Call, row: CallRow, model: Model, data: list[Value], learns: list[Value], watched: list[Value]
    ) -> Value | None:
        """The fit itself: inner steps first, then the operation. Gives what the transforming steps make of X."""
        role = row.role or model.role
        result = data[0] if data else None
        if model.shape in (Shape.SEARCH, Shape.WRAPPER):
            self.folds += model.shape is Shape.SEARCH
            for _, step in model.steps:
                self.inner_steps(call, step, data)
            self.folds -= model.shape is Shape.SEARCH
        elif model.shape in (Shape.PIPELINE, Shape.COLUMNS):
            result = self.inner_steps(call, model, data)
            final = model.final()
            if final is not model and final.role not in _STEP_ROLES and row.role in (None, Role.FIT):
                role = Role.TRANSFORM if model.shape is Shape.PIPELINE else model.role
        upstream = 0
        for value in (*data, *watched):
            upstream |= value.upstream
        if result is not None:
            upstream |= result.upstream
        number = self.operation(
            role,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            learns=() if Trait.STATELESS in model.traits else tuple(learns),
            validation=tuple(watched),
            model=model,
            traits=row.traits | model.traits,
            trust=call.trust,
        )
        model.learned |= upstream | 1 << number
        model.fits.append(number)
        for inner in model.flat():
            inner.learned |= model.learned
        return result

    def inner_steps(self, call: Call, model: Model, data: list[Value]) -> Value | None:
        """The transforming steps inside a pipeline or column transformer learn from X, one after the other."""
        if not data:
            return None
        current = data[0]
        target = data[1:2]
        if model.shape is Shape.COLUMNS:
            mask = 0
            for name, step in model.steps:
                chosen = model.columns.get(name)
                part = current
                if chosen is not None:
                    part = self.changed(current, columns=selected(current.columns, chosen))
                mask |= self.step(call, step, part, target).upstream
            return self.changed(
                current,
                kind=Kind.ARRAY,
                type="",
                upstream=current.upstream | mask,
                columns=Columns(base=current.upstream | mask, cut=True),
            )
        if model.shape is Shape.PIPELINE:
            for number, (_, step) in enumerate(model.steps):
                last = number == len(model.steps) - 1
                if last and step.role in _STEP_ROLES and step.shape not in (Shape.PIPELINE, Shape.COLUMNS):
                    if step.shape in (Shape.SEARCH, Shape.WRAPPER):
                        self.inner_steps(call, step, [current, *target])
                    break
                current = self.step(call, step, current, target)
            return current
        if model.shape in (Shape.SEARCH, Shape.WRAPPER):
            for _, step in model.steps:
                self.inner_steps(call, step, data)
        return current

    def step(self, call: Call, step: Model, current: Value, target: list[Value]) -> Value:
        if step.shape in (Shape.PIPELINE, Shape.COLUMNS):
            return self.inner_steps(call, step, [current, *target]) or current
        stateless = Trait.STATELESS in step.traits
        number = self.operation(
            step.role,
            f"{step.type}.fit_transform",
            call.node,
            ref=step.ref,
            data=(current, *target),
            learns=() if stateless else (current, *target),
            model=step,
            rows=RowsEffect.RESAMPLE if step.role is Role.RESAMPLE else RowsEffect.KEEP,
            traits=step.traits,
            trust=call.trust,
        )
        step.fits.append(number)
        step.learned |= current.upstream | 1 << number
        return self.changed(
            current,
            kind=Kind.ARRAY,
            type="",
            upstream=current.upstream | 1 << number,
            columns=touched(current.columns, 1 << number),
            made_by=number,
        )

    def applied(self, call: Call, source: Value, number: int, extra: int) -> Value:
        """X after a fitted transformer."""
        mask = source.upstream | extra | (1 << number if number >= 0 else 0)
        kind = source.kind if source.kind in (Kind.PREDICTION, Kind.LOADER) else Kind.ARRAY
        if call.row is not None and call.row.gives is Kind.TABLE and source.kind is Kind.TABLE:
            return self.changed(
                source, upstream=mask, columns=replace(touched(source.columns, mask), names=None), made_by=number
            )
        return self.changed(
            source,
            kind=kind,
            type="",
            upstream=mask,
            columns=touched(source.columns, extra | (1 << number if number >= 0 else 0)),
            made_by=number,
            constant=NOTHING,
        )

    def fit_apply(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None:
            return self.flow(call, row)
        data, learns, watched = self.gathered(call, row)
        result = self.learn(call, row, model, data, learns, watched)
        number = len(self.operations) - 1
        if result is None:
            return self.unknown_ref(call.everything(), known=True)
        return Ref(self.applied(call, result, number, 0))

    def apply(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None:
            return self.flow(call, row)
        data, _, _ = self.gathered(call, row)
        if not data:
            return self.unknown_ref(call.everything(), known=True)
        role = row.role or model.role
        number = self.operation(
            role,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            model=model,
            traits=row.traits | model.traits,
            trust=call.trust,
        )
        return Ref(self.applied(call, data[0], number, model.learned))

    def fit_predict(self, call: Call, row: CallRow) -> Ref:
        self.fit(call, row)
        model = call.receiver.value.model if call.receiver is not None else None
        data, _, _ = self.gathered(call, row)
        return self.predicted(model, data, len(self.operations) - 1)

    def predict(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        data, _, _ = self.gathered(call, row)
        if model is not None and not data and model.fits:
            fitted = self.operations[model.fits[-1]]
            return self.predicted(model, list((fitted.validation or fitted.data)[:1]), fitted.id)
        number = self.operation(
            row.role or Role.PREDICT,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            model=model,
            traits=row.traits,
            trust=call.trust,
        )
        return self.predicted(model, data, number)

    def predicted(self, model: Model | None, data: list[Value], number: int) -> Ref:
        upstream = 1 << number if number >= 0 else 0
        varies = frozenset[int]()
        control = 0
        for value in data:
            upstream |= value.upstream
            varies |= value.varies
            control |= value.control
        if model is not None:
            upstream |= model.learned
            for value in model.params.values():
                varies |= value.varies
        rows = next((value.rows for value in data if value.rows is not None), None)
        return Ref(
            self.value(
                Kind.PREDICTION,
                rows=rows,
                upstream=upstream,
                control=control,
                varies=varies,
                model=model,
                made_by=number,
                # a detector's marks are a rule learned from the rows of its fit
                stats=1 << model.fits[-1] if model is not None and model.role is Role.DETECT and model.fits else 0,
            )
        )

    # --- measuring ----------------------------------------------------------------------------------------------

    def score(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        port = call.port(row.model)
        if port is not None and port.value.model is not None:
            model = port.value.model
        data, _, _ = self.gathered(call, row)
        return self.measured(call, row, data, model)

    def metric(self, call: Call, row: CallRow) -> Ref:
        data: list[Value] = []
        for _, ref in call.ports(row.data):
            data.extend(self.flat_values(ref) or [self.summary(ref)])
        model = next((value.model for value in data if value.model is not None), None)
        return self.measured(call, row, data, model)

    def measured_through(self, data: list[Value]) -> Operation | None:
        """The newest use of a model behind what is measured: predictions that were kept in a column or a list lost
        their model on the way. The fit itself where it gave the labels."""
        fitted: Operation | None = None
        for mask in [value.upstream for value in reversed(data)] + [value.control for value in reversed(data)]:
            while mask:
                number = mask.bit_length() - 1
                mask ^= 1 << number
                operation = self.operations[number]
                if operation.model is None:
                    continue
                if operation.role in _USES:
                    return operation
                if operation.role is Role.FIT:
                    fitted = fitted or operation
        return fitted

    def with_rows(self, data: list[Value], model: Model | None, use: Operation | None) -> list[Value]:
        """What a measurement without rows of its own speaks of: the rows of the curve below an area, of the fit whose
        inertia or likelihood is asked for."""
        if any(value.rows is not None for value in data):
            return data
        rows: Rows | None = None
        if use is None and model is not None and model.fits and model.shape is not Shape.SEARCH:
            use = self.operations[model.fits[-1]]
            # a trainer that was given rows to watch measures on those
            rows = next((value.rows for value in use.validation if not data[1:] and value.rows is not None), None)
        if rows is None and use is not None:
            rows = next((value.rows for value in use.data if value.rows is not None), None)
        if rows is None:
            return data
        first = data[0] if data else self.value(Kind.SCORE, upstream=model.learned if model is not None else 0)
        return [self.changed(first, rows=rows), *data[1:]]

    def measured(self, call: Call, row: CallRow, data: list[Value], model: Model | None) -> Ref:
        use: Operation | None = None
        if model is None or (data and data[0].kind in (Kind.SCORE, Kind.FIGURE)):
            use = self.measured_through(data)
            model = model or (use.model if use is not None else None)
        data = self.with_rows(data, model, use)
        number = self.operation(
            row.role or Role.EVALUATE,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            model=model,
            traits=row.traits,
            rows=RowsEffect.COLLAPSE,
            trust=call.trust,
        )
        upstream, varies, control = 1 << number, frozenset[int](), 0
        for value in data:
            upstream |= value.upstream
            varies |= value.varies
            control |= value.control
        if model is not None:
            upstream |= model.learned
            for param in model.params.values():
                varies |= param.varies
        kind = row.gives if isinstance(row.gives, Kind) else Kind.SCORE
        result = Ref(
            self.value(
                kind if kind in (Kind.SCORE, Kind.CONTAINER) else Kind.SCORE,
                upstream=upstream,
                varies=varies,
                control=control,
                model=model,
                made_by=number,
                rows=None,
            )
        )
        if row.gives is Gives.PARTS or kind is Kind.CONTAINER:
            result.items = [Ref(self.changed(result.value, kind=Kind.SCORE)) for _ in range(3)]
            result.open_ = True
        return result

    def cross_validate(self, call: Call, row: CallRow) -> Ref:
        port = call.port(row.model)
        model = port.value.model if port is not None else None
        data, learns, watched = self.gathered(call, row)
        self.folds += 1
        if model is not None:
            self.inner_steps(call, model, data)
        self.folds -= 1
        number = self.operation(
            row.role or Role.CROSS_VALIDATE,
            call.name,
            call.node,
            ref=row.ref,
            args=self.arguments(call),
            data=tuple(data),
            learns=tuple(learns),
            validation=tuple(watched),
            model=model,
            traits=row.traits,
            trust=call.trust,
        )
        if model is not None:
            model.fits.append(number)
            for value in data:
                model.learned |= value.upstream
        if row.does is Does.CROSS_PREDICT:
            return self.predicted(model, data[:1], number)
        upstream, varies = 1 << number, frozenset[int]()
        for value in data:
            upstream |= value.upstream
            varies |= value.varies
        if model is not None:
            varies = varies.union(*(value.varies for value in model.params.values()))
        return Ref(self.value(Kind.SCORE, upstream=upstream, varies=varies, model=model, made_by=number))

    # --- rows ---------------------------------------------------------------------------------------------------

    def resample(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        data, learns, _ = self.gathered(call, row)
        number = self.operation(
            row.role or Role.RESAMPLE,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            learns=tuple(learns),
            rows=RowsEffect.RESAMPLE,
            model=model,
            traits=row.traits | (model.traits if model is not None else frozenset()),
            trust=call.trust,
        )
        if model is not None:
            model.fits.append(number)
        rows = self.derived(data[0].rows, RowsEffect.RESAMPLE) if data else None
        bit = 1 << number
        return self.tuple_ref(
            [
                Ref(
                    self.changed(
                        value,
                        rows=rows,
                        upstream=value.upstream | bit,
                        columns=touched(value.columns, bit),
                        made_by=number,
                    )
                )
                for value in data
            ]
        )

    def split(self, call: Call, row: CallRow) -> Ref:
        """(train, test) for each array, in the order in which the library gives them."""
        given = [ref for _, ref in call.ports(row.data)]
        number = self.operation(
            row.role or Role.SPLIT,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(self.summary(ref) for ref in given),
            rows=RowsEffect.PARTITION,
            traits=row.traits,
            trust=call.trust,
        )
        partition = self.partition(self.split_key(call, row, number))
        parts: list[Ref] = []
        outputs: list[Value] = []
        labels = self.part_labels(call, row)
        # arrays that are split together have the same rows, also where only one of them tells which
        shared = next((rows for ref in given if (rows := self.summary(ref).rows) is not None), None)
        shared = shared if shared is not None else self.source_rows()
        for ref in given:
            value = self.summary(ref)
            rows = value.rows if value.rows is not None else shared
            for label in labels:
                made = self.changed(
                    value,
                    rows=self.part(rows, partition, label, label),
                    upstream=value.upstream | 1 << number,
                    columns=touched(value.columns, 1 << number),
                    made_by=number,
                    kind=value.kind if value.kind in DATA_KINDS else Kind.ARRAY,
                    constant=NOTHING,
                )
                outputs.append(made)
                parts.append(Ref(made))
        self.finish(number, outputs=tuple(outputs))
        return self.tuple_ref(parts)

    @staticmethod
    def part_labels(call: Call, row: CallRow) -> tuple[str, ...]:
        """The parts' names: train and test, or as many as there are shares, or one more than the places at which an
        array is cut (`np.split`)."""
        count = 2
        shares = call.keywords.get("lengths") or call.keywords.get("ratios")
        if shares is None and len(call.positional) > 1 and row.data and not row.data[0].rest:
            shares = call.positional[1]
        if shares is not None and shares.items:
            cut = Trait.SHUFFLES not in row.traits and not row.seed
            count = len(shares.items) + cut
        if count == 3:
            return ("train", "validation", "test")
        return ("train", "test", *(f"part {number}" for number in range(2, count)))

    def split_key(self, call: Call, row: CallRow, number: int) -> object:
        """A split of the same rows with the same seed and share is the same partition."""
        seed = call.keywords.get(row.seed) if row.seed else None
        if seed is None or not isinstance(seed.value.constant, int):
            return ("split", number)
        share = call.keywords.get("test_size") or call.keywords.get("train_size")
        size = share.value.constant if share is not None else None
        first = call.positional[0].value.rows if call.positional else None
        return ("split", seed.value.constant, repr(size), first.id if first is not None else number)

    def fold_split(self, call: Call, row: CallRow) -> Ref:
        """An iterator over (train index, test index)."""
        model = call.receiver.value.model if call.receiver is not None else None
        data, _, _ = self.gathered(call, row)
        traits = row.traits | (model.traits if model is not None else frozenset())
        number = self.operation(
            row.role or Role.FOLDS,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            data=tuple(data),
            rows=RowsEffect.PARTITION,
            model=model,
            traits=traits,
        )
        rows = next((value.rows for value in data if value.rows is not None), None) or self.source_rows()
        partition = self.partition(("folds", number))
        pair = [
            Ref(self.value(Kind.INDEX, rows=self.part(rows, partition, label, f"fold-{label}"), made_by=number))
            for label in ("train", "test")
        ]
        result = self.tuple_ref([self.tuple_ref(pair)])
        result.open_ = True
        return result

    # --- functions given to functions ---------------------------------------------------------------------------

    def map_function(self, call: Call, row: CallRow) -> Ref:
        """`apply`, `map`, `transform`: the function sees one element, or one group's rows."""
        function = call.port(row.function)
        result = self.flow(call, row)
        if function is None:
            return result
        extra: Value | None = None
        number = result.value.made_by
        if call.receiver is not None and (function.closure is not None or function.bound is not None):
            extra = self.summary(self.call_function(function, [self.element(call)], call.node))
        elif function.value.upstream or function.value.control:
            extra = self.summary(function)
        if extra is not None and extra.stats and number >= 0:
            operation = self.operations[number]
            self.finish(number, learns=operation.learns + self.learned_through(extra.stats))
        if extra is not None and (extra.upstream | extra.control):
            value = result.value
            result.value = self.changed(
                value,
                upstream=value.upstream | extra.upstream,
                columns=touched(value.columns, extra.upstream),
                control=value.control | extra.control,
            )
        return result

    def element(self, call: Call) -> Ref:
        assert call.receiver is not None
        value = call.receiver.value
        if value.kind is Kind.GROUPS:
            kind = Kind.COLUMN if value.column is not None else Kind.TABLE
            return Ref(self.changed(value, kind=kind, type=""))
        axis = call.keywords.get("axis")
        if value.kind is Kind.TABLE and (axis is None or axis.value.constant in (0, "index")):
            return Ref(self.changed(value, kind=Kind.COLUMN, type=""))  # each column in turn
        if value.kind is Kind.TABLE:
            # a row: what is asked of it by name is a field
            return Ref(self.changed(value, kind=Kind.UNKNOWN, type="", rows=None))
        return Ref(self.changed(value, kind=Kind.UNKNOWN, type="", rows=None, column=None))

    def append(self, call: Call, row: CallRow) -> Ref:
        """A list grows."""
        receiver = call.receiver
        if receiver is not None:
            if receiver.items is None:
                receiver.items = []
            if len(receiver.items) < 200:
                receiver.items.extend(call.positional)
            receiver.open_ = receiver.open_ or bool(self.loops)
            receiver.value = self.changed(receiver.value, constant=NOTHING)
        return self.nothing()

    def backward(self, call: Call, row: CallRow) -> Ref:
        """`loss.backward()`: the model behind the loss learns from the rows that it was called on."""
        value = self.summary(call.receiver) if call.receiver is not None else None
        model = value.model if value is not None else None
        if model is None:
            value = next((ref.value for ref in call.positional if ref.value.model is not None), value)
            model = value.model if value is not None else None
        if value is None or model is None:
            return self.nothing()
        data: list[Value] = []
        for operation in reversed(self.operations[-400:]):
            if operation.model is model and operation.role is Role.PREDICT:
                data = list(operation.data)
                break
        number = self.operation(
            Role.FIT, call.name, call.node, ref=row.ref, data=tuple(data), learns=tuple(data), model=model
        )
        model.learned |= value.upstream | 1 << number
        model.fits.append(number)
        return self.nothing()

    def train(self, call: Call, row: CallRow) -> Ref:
        """A function that trains and gives the model (`xgboost.train`, `lightgbm.train`)."""
        type_row = self.tables.type(row.type) if row.type else None
        if type_row is None:
            return self.flow(call, row)
        model = self.new_model(type_row, call)
        data, learns, watched = self.gathered(call, row)
        if not data:
            data = learns = self.set_up(call)
        self.learn(call, row, model, data, learns, watched)
        return Ref(self.value(Kind.MODEL, model=model, type=row.type, made_by=len(self.operations) - 1))

    def set_up(self, call: Call) -> list[Value]:
        """The data that an earlier call of the same module took for all that follow (PyCaret's `setup`)."""
        module = call.name.rpartition(".")[0]
        for operation in reversed(self.operations):
            if operation.call.rpartition(".")[0] == module and operation.model is None and operation.data:
                return list(operation.data)
        return []

    def optimise(self, call: Call, row: CallRow) -> Ref:
        """An objective that is called many times, with values that a search proposes."""
        function = call.port(row.function)
        number = self.operation(
            Role.TUNE,
            call.name,
            call.node,
            ref=row.ref,
            receiver=call.receiver.value if call.receiver is not None else None,
            args=self.arguments(call),
            traits=row.traits,
        )
        upstream = 1 << number
        if function is not None and function.closure is not None:
            loop = Loop(len(self.loop_list), "search", self.site, call.name)
            self.loop_list.append(loop)
            self.loops += (loop.id,)
            trial = Ref(self.value(Kind.UNKNOWN, varies=frozenset({loop.id}), type=row.type, upstream=1 << number))
            upstream |= self.summary(self.call_function(function, [trial], call.node)).upstream
            self.loops = self.loops[:-1]
        if call.receiver is not None:
            call.receiver.value = self.changed(call.receiver.value, upstream=call.receiver.value.upstream | upstream)
        return Ref(self.value(Kind.UNKNOWN, upstream=upstream, made_by=number))


def literal(values: Mapping[str, Value], name: str) -> object:
    """The constant of an argument, NOTHING where it is absent or not constant."""
    value = values.get(name)
    return NOTHING if value is None else value.constant

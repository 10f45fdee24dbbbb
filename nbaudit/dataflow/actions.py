"""Library calls: what the rows of the tables make happen in the graph.

Every call row names an action (`Does`); the classes below this one have one method for each. Nothing here knows a
library's name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.deferred import Deferred
from nbaudit.dataflow.domain import Ref
from nbaudit.knowledge.schema import CallRow, Does, NeutralRow, Row, TypeRow
from nbaudit.model.flow import (
    NOTHING,
    Kind,
    Loop,
    Model,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role


class Actions(Deferred):
    """Runs the calls that the tables know."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.actions: dict[Does, Callable[[Call, CallRow], Ref]] = {
            Does.FLOW: self.flow,
            Does.FIT: self.fit,
            Does.FIT_APPLY: self.fit_apply,
            Does.APPLY: self.apply,
            Does.FIT_PREDICT: self.fit_predict,
            Does.PREDICT: self.predict,
            Does.SCORE: self.score,
            Does.METRIC: self.metric,
            Does.CRITERION: self.criterion,
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
            Does.MINIMISE: self.minimise,
            Does.RUN_GRAPH: self.run_graph,
            Does.CLONE: self.clone,
            Does.GROUP: self.flow,
            Does.PIPELINE: self.pipeline,
            Does.INNER: self.inner,
            Does.LOADER: self.flow,
            Does.TRAIN: self.train,
            Does.OPTIMISE: self.optimise,
            Does.MODE: self.mode,
            Does.POP: self.pop,
            Does.WITHOUT: self.without,
            Does.HEAD: self.first_rows,
            Does.TAIL: self.first_rows,
        }

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

    # --- functions given to functions ---------------------------------------------------------------------------

    def map_function(self, call: Call, row: CallRow) -> Ref:
        """`apply`, `map`, `transform`: the function sees one element, or one group's rows."""
        function = call.port(row.function)
        result = self.flow(call, row)
        if function is None:
            return result
        extra: Value | None = None
        number = result.value.made_by
        if call.receiver is not None and (
            function.closure is not None or function.bound is not None or self.learns_of_columns(function, call)
        ):
            extra = self.summary(self.call_function(function, self.elements(call, function), call.node))
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

    def learns_of_columns(self, function: Ref, call: Call) -> bool:
        """True for a library's function that learns across rows, applied to whole columns (`df.apply(zscore)`)."""
        if function.value.kind is not Kind.FUNCTION or not function.value.type or call.receiver is None:
            return False
        if call.receiver.value.kind not in (Kind.TABLE, Kind.GROUPS):
            return False
        rows = self.tables.rows(function.value.type)
        return bool(rows) and isinstance(rows[0], CallRow) and bool(rows[0].learns) and rows[0].rows is RowsEffect.KEEP

    def elements(self, call: Call, function: Ref) -> list[Ref]:
        """What the function is given: one thing, or of a loader as much as it takes (an image and its label)."""
        assert call.receiver is not None
        value, closure = call.receiver.value, function.closure
        if value.kind is not Kind.LOADER or closure is None or isinstance(closure.node, ast.ClassDef):
            return [self.element(call)]
        count = max(len(closure.node.args.args) - (function.bound is not None), 1)
        return [Ref(self.changed(value, kind=Kind.ARRAY, type="")) for _ in range(count)]

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
            # `if score > limit: chosen.append(name)`: what is in the list was decided by the test
            receiver.value = self.changed(
                receiver.value, constant=NOTHING, control=receiver.value.control | self.control
            )
        return self.nothing()

    def backward(self, call: Call, row: CallRow) -> Ref:
        """`loss.backward()`: the model behind the loss learns from the rows that it was called on."""
        value = self.summary(call.receiver) if call.receiver is not None else None
        model = value.model if value is not None else None
        if model is None:
            value = next((ref.value for ref in call.positional if ref.value.model is not None), value)
            model = value.model if value is not None else None
        if model is None and call.positional and not (value is not None and value.upstream):
            value = self.summary(call.positional[0])
        if value is not None and model is None and value.upstream:
            # the loss went through calls that nobody knows: the newest network is what a step can change
            model = self.asked_last(value) or next(
                (made for made in reversed(self.models) if made.shape is Shape.NETWORK), None
            )
        if value is None or model is None or not self.steps_taken:
            self.unheld = call.node if self.loops else None
            return self.nothing()
        data: list[Value] = []
        for operation in reversed(self.operations[-400:]):
            if operation.model is model and operation.role is Role.PREDICT:
                data = list(operation.data)
                break
        number = self.emit(call, row, Role.FIT, data=tuple(data), learns=tuple(data), model=model)
        model.learned |= value.upstream | 1 << number
        model.fits.append(number)
        return self.nothing()

    def asked_last(self, value: Value) -> Model | None:
        """The network whose answers went last into a value."""
        for operation in reversed(self.operations[-400:]):
            model = operation.model
            if operation.role is Role.PREDICT and operation.bit & value.upstream and model is not None:
                return model if model.shape is Shape.NETWORK else None
        return None

    def train(self, call: Call, row: CallRow) -> Ref:
        """A function that trains and gives the model (`xgboost.train`, `lightgbm.train`)."""
        type_row = self.tables.type(row.type) if row.type else None
        if type_row is None:
            return self.flow(call, row)
        model = self.new_model(type_row, call)
        for settings in (*call.positional[:1], *(call.keywords[name] for name in ("params",) if name in call.keywords)):
            for key, member in (settings.keys or {}).items():
                if isinstance(key, str) and not key.startswith("?"):
                    model.params.setdefault(key, self.summary(member))
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
        number = self.emit(
            call,
            row,
            Role.TUNE,
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

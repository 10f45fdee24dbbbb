"""Library calls: what the rows of the tables make happen in the graph.

Every call row names an action (`Does`); the classes below this one have one method for each. Nothing here knows a
library's name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import Ref, models_in
from nbaudit.dataflow.parting import Parting
from nbaudit.dataflow.syntax import text_of
from nbaudit.knowledge.schema import CallRow, Does, NeutralRow, Row, TypeRow
from nbaudit.model.flow import (
    NOTHING,
    Kind,
    Loop,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex

_MEASURED: tuple[tuple[re.Pattern[str], frozenset[Trait]], ...] = (
    (regex(r"auc|(?<![a-z])roc", re.IGNORECASE), frozenset({Trait.RANKING, Trait.FOR_CLASSES})),
    (regex(r"f1|precision|recall|confusion|kappa|iou", re.IGNORECASE), frozenset({Trait.CLASSWISE, Trait.FOR_CLASSES})),
    (regex(r"acc(?:$|u|_|\W)|correct", re.IGNORECASE), frozenset({Trait.ACCURACY, Trait.FOR_CLASSES})),
    (regex(r"mse|mae(?!l)|rmse", re.IGNORECASE), frozenset({Trait.ERROR, Trait.FOR_NUMBERS})),
    (regex(r"loss|cost|entropy", re.IGNORECASE), frozenset({Trait.LOSS})),
)
"""What a part of a graph measures, by the name that the author gave it: the graph itself is not followed."""


class Actions(Parting):
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
            Does.SESSION: self.session,
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
        if value is not None and model is None and value.upstream:
            # the loss went through calls that nobody knows: the newest network is what a step can change
            model = next((made for made in reversed(self.models) if made.shape is Shape.NETWORK), None)
        if value is None or model is None or not self.steps_taken:
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

    def session(self, call: Call, row: CallRow) -> Ref:
        """Runs parts of a graph on the rows fed to it: a step that trains, a measure by its name, else a prediction."""
        fetched, fed = call.ports(row.data[:1]), call.ports(row.data[1:])
        asked = fetched[0][1] if fetched else call.receiver
        result = self.unknown_ref(call.everything(), known=True)
        if asked is None:
            return result
        data = tuple(value for _, ref in fed for value in self.flat_values(ref) if value.rows is not None)
        stepped = [model for model in models_in(asked) if model.type == row.type]
        for model in stepped:
            number = self.operation(
                Role.FIT, call.name, call.node, ref=row.ref, data=data, learns=data, model=model, traits=model.traits
            )
            model.fits.append(number)
            model.learned |= 1 << number
            for value in data:
                model.learned |= value.upstream
        newest = next((model for model in reversed(self.models) if model.type == row.type), None)
        if stepped or newest is None or not (fed or row.data[0].name == "self"):
            return result
        function, arguments = getattr(call.node, "func", None), getattr(call.node, "args", [])
        written = (
            function.value
            if isinstance(function, ast.Attribute) and row.data[0].name == "self"
            else (arguments or [None])[0]
        )
        text = text_of(written, 200) if written is not None else ""
        traits = next((traits for pattern, traits in _MEASURED if pattern.search(text)), None)
        role = Role.PREDICT if traits is None else Role.EVALUATE
        number = self.operation(
            role,
            call.name,
            call.node,
            ref=row.ref,
            data=data,
            model=newest,
            rows=RowsEffect.KEEP if traits is None else RowsEffect.COLLAPSE,
            traits=traits or frozenset(),
            trust=0.9,
        )
        if traits is None:
            return self.predicted(newest, list(data), number)
        return Ref(self.value(Kind.SCORE, model=newest, upstream=newest.learned | 1 << number, made_by=number))

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

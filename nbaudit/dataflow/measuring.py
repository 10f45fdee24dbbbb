"""Metrics, scores and cross-validations."""

from __future__ import annotations

from msgspec.structs import replace

from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import Ref
from nbaudit.dataflow.learning import Learning
from nbaudit.knowledge.schema import CallRow, Does, Gives
from nbaudit.model.flow import (
    Kind,
    Model,
    Operation,
    Rows,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role

_USES = frozenset({Role.PREDICT, Role.EVALUATE, Role.CROSS_VALIDATE})


class Measuring(Learning):
    """Which model was measured on which rows."""

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

    def criterion(self, call: Call, row: CallRow) -> Ref:
        """A loss as a function: of predictions for held-out rows it is a measurement, else a step of the training."""
        data: list[Value] = []
        for _, ref in call.ports(row.data):
            data.extend(self.flat_values(ref) or [self.summary(ref)])
        guess = next((value for value in data if self.is_held_out(value)), None)
        if guess is not None:
            return self.measured(call, row, data, guess.model)
        return self.flow(call, replace(row, role=Role.NEUTRAL, traits=frozenset()))

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
        number = self.emit(
            call,
            row,
            row.role or Role.EVALUATE,
            data=tuple(data),
            model=model,
            traits=row.traits,
            rows=RowsEffect.COLLAPSE,
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
        number = self.emit(
            call,
            row,
            row.role or Role.CROSS_VALIDATE,
            data=tuple(data),
            learns=tuple(learns),
            validation=tuple(watched),
            model=model,
            traits=row.traits,
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

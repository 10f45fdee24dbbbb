"""Fits, transformations and predictions."""

from __future__ import annotations

from msgspec.structs import replace

from nbaudit.dataflow.builder import selected, touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import Ref
from nbaudit.dataflow.objects import Objects
from nbaudit.knowledge.schema import CallRow, Does, Gives
from nbaudit.model.flow import (
    NOTHING,
    Columns,
    Kind,
    Model,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait

_WATCH_PORTS = ("validation_data", "eval_set", "evals", "valid_sets", "validation_X")
_CALLED_BACK = ("on_epoch_end", "on_train_end", "on_validation_epoch_end")
_STEP_ROLES = frozenset({Role.FIT, Role.TUNE, Role.BUILD})


class Learning(Objects):
    """What a model learns from, and what comes out of it."""

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
            if ref.value.kind is Kind.LOADER and ref.attrs and "label" in ref.attrs:
                # features and target that were put into one object
                values = [self.summary(ref.attrs[part]) for part in ("data", "label") if part in ref.attrs]
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
            if operation.role is Role.UNKNOWN and not operation.data:
                continue
            if operation.rows is RowsEffect.SOURCE or any(given.rows is not None for given in operation.data):
                return  # rows that the analysis lost are not new ones
        ref.value = self.changed(ref.value, rows=self.source_rows())

    def fit(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None and row.model:  # a function that is handed the model
            handed = call.port(row.model)
            model = handed.value.model if handed is not None else None
        if model is None:
            return self.flow(call, row)
        data, learns, watched = self.gathered(call, row)
        self.learn(call, row, model, data, learns, watched)
        for member in (call.keywords["callbacks"].items or ()) if "callbacks" in call.keywords else ():
            self.called_back(call, member)
            watcher = member.value.model
            if watcher is not None and watcher.has(Trait.WATCHES) and call.receiver is not None:
                for param in watcher.params.values():  # a checkpoint writes the model to a file
                    if isinstance(param.constant, str):
                        self.saved[param.constant] = call.receiver
        report = self.reports.pop(model.id, None)
        if report is not None and report.closure is not None:  # measures the model's answers in each round
            self.call_function(report, [self.reported(model, watched)], call.node)
        if row.gives is Gives.SELF:
            return call.receiver or self.nothing()
        return Ref(self.value(Kind.HISTORY, model=model, upstream=model.learned, type="history"))

    def reported(self, model: Model, watched: list[Value]) -> Ref:
        """What a function is given that measures the rows that a fit watches: the model's answers and the truth."""
        return self.with_truth(self.predicted(model, watched, len(self.operations) - 1))

    def with_truth(self, answers: Ref) -> Ref:
        """A trainer's answers beside the labels of the same rows, as `predict` gives them: by name or place."""
        truth = Ref(self.value(Kind.ARRAY, rows=answers.value.rows))
        result = self.tuple_ref([answers, truth, Ref(self.value(Kind.UNKNOWN))])
        result.attrs = {"predictions": answers, "label_ids": truth}
        return result

    def called_back(self, call: Call, watcher: Ref) -> None:
        """A callback that the notebook writes runs beside the fit, with the model that is fitted."""
        if watcher.attrs is None or call.receiver is None:
            return
        watcher.attrs["model"] = call.receiver
        for name in _CALLED_BACK:
            method = watcher.attrs.get(name)
            if method is not None and method.closure is not None:
                self.call_function(method, [Ref(self.value(Kind.NUMBER)), Ref(self.value(Kind.UNKNOWN))], call.node)

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
        number = self.emit(
            call,
            row,
            role,
            data=tuple(data),
            learns=() if Trait.STATELESS in model.traits else self.rows_behind(learns),
            validation=tuple(watched),
            model=model,
            traits=row.traits | model.traits,
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

    def rows_behind(self, learned: list[Value]) -> tuple[Value, ...]:
        """The values learned from; of what was drawn from rows (`column.unique()`), those rows' values."""
        found: list[Value] = []
        for value in learned:
            drawn = self.learned_through(value.stats) if value.rows is None and value.stats else ()
            found.extend(drawn or (value,))
        return tuple(found)

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
        number = self.emit(
            call,
            row,
            role,
            data=tuple(data),
            model=model,
            traits=row.traits | model.traits,
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
        number = self.emit(
            call,
            row,
            row.role or Role.PREDICT,
            data=tuple(data),
            model=model,
            traits=row.traits,
        )
        answers = self.predicted(model, data, number)
        if model is not None and "~hftrainer" in (model.type, *self.tables.bases(model.type)):
            return self.with_truth(answers)
        return answers

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

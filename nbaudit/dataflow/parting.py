"""Splits, folds and resampling: where rows part."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import DATA_KINDS, Ref
from nbaudit.dataflow.measuring import Measuring
from nbaudit.knowledge.schema import CallRow
from nbaudit.model.flow import (
    NOTHING,
    Kind,
    Operation,
    RowsEffect,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait


class Parting(Measuring):
    """Gives each part its rows."""

    def without(self, call: Call, row: CallRow) -> Ref:
        """`np.setdiff1d(all_rows, chosen)`, `np.delete(X, chosen)`: what the second leaves over of the first."""
        result = self.flow(call, row)
        whole, *others = [self.summary(ref) for ref in call.everything()]
        for other in others:
            rows = self.left_over(whole.rows, other.rows)
            if rows is not None:
                kind = Kind.INDEX if whole.kind is Kind.CONTAINER else whole.kind
                result.value = self.changed(result.value, kind=kind, rows=rows)
                break
        return result

    def resample(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        data, learns, _ = self.gathered(call, row)
        number = self.emit(
            call,
            row,
            row.role or Role.RESAMPLE,
            data=tuple(data),
            learns=tuple(learns),
            rows=RowsEffect.RESAMPLE,
            model=model,
            traits=row.traits | (model.traits if model is not None else frozenset()),
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
        number = self.emit(
            call,
            row,
            row.role or Role.SPLIT,
            data=tuple(self.summary(ref) for ref in given),
            rows=RowsEffect.PARTITION,
            traits=row.traits,
        )
        if row.type and given:  # the parts lie under their names in one object
            self.named |= 1 << number
            value = self.summary(given[0])
            upstream, columns = value.upstream | 1 << number, touched(value.columns, 1 << number)
            return Ref(self.changed(value, type=row.type, upstream=upstream, columns=columns, made_by=number))
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
        number = self.emit(
            call,
            row,
            row.role or Role.FOLDS,
            data=tuple(data),
            rows=RowsEffect.PARTITION,
            model=model,
            traits=traits,
        )
        result = self.tuple_ref([self.fold(number, data)])
        result.open_ = True
        return result

    def fold(self, number: int, data: Sequence[Value]) -> Ref:
        """(train index, test index) of the folds that an operation makes of the rows of the data."""
        rows = next((value.rows for value in data if value.rows is not None), None) or self.source_rows()
        partition = self.partition(("folds", number))
        return self.tuple_ref(
            [
                Ref(self.value(Kind.INDEX, rows=self.part(rows, partition, label, f"fold-{label}"), made_by=number))
                for label in ("train", "test")
            ]
        )

    def folds_served(self, iterable: Ref) -> list[Ref] | None:
        """What a splitter gives that is itself looped over, as those that were told the rows when they were made:
        `for train, test in KFold(len(X), 5)`. None for anything else."""
        model = iterable.value.model if iterable.value.kind is Kind.MODEL else None
        if model is None or model.role is not Role.FOLDS or model.made_by < 0:
            return None
        made = self.operations[model.made_by]
        data = tuple(value for value in model.params.values() if value.rows is not None)
        number = len(self.operations)
        again = Operation(number, Role.FOLDS, "syntax.folds", made.span, self.site, made.ref, made.text, data=data)
        self.operations.append(replace(again, rows=RowsEffect.PARTITION, model=model, loops=tuple(self.loops)))
        iterable.open_ = True
        return [self.fold(number, data)]

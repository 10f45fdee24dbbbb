"""Python's own functions and the methods of lists and dicts, over members that are known."""

from __future__ import annotations

from itertools import chain, product
from math import prod

from nbaudit.dataflow.actions import Actions
from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.domain import BATCH, Ref
from nbaudit.model.flow import NOTHING, Kind, Rows

_SERVING = frozenset({Kind.COLUMN, Kind.ARRAY, Kind.PREDICTION, Kind.LOADER, Kind.INDEX, Kind.MASK, Kind.CONTAINER})
_NO_ENTRY = frozenset({Kind.SCORE, Kind.MODEL, Kind.HISTORY, Kind.FUNCTION, Kind.FIGURE, Kind.MODULE})
"""What a loop over rows does not put into a list once for each row."""

_NO_SEQUENCE = frozenset({Kind.MODEL, Kind.TABLE, Kind.COLUMN, Kind.LOADER})
_SEQUENCES = frozenset({"builtins.list", "builtins.tuple", "builtins.dict"})
MAX_RANKED = 24
"""So many members are ranked one by one."""


class Natives(Actions):
    """Calls that need no table row."""

    def members_of(self, iterable: Ref) -> list[Ref] | None:
        if iterable.items is not None:
            return iterable.items
        if iterable.keys is not None:
            return [self.constant(key) for key in iterable.keys]
        constant = iterable.value.constant
        if isinstance(constant, tuple):
            return [self.constant(item) for item in constant]
        return None

    def joined(self, first: Ref, second: Ref) -> Ref:
        """One of two: the first's kind where it has one, the lineage of both."""
        if first is second:
            return first
        if first.closure is not None or second.closure is not None:
            return first if first.closure is not None else second
        a, b = self.summary(first), self.summary(second)
        if a.kind in (Kind.NONE, Kind.UNKNOWN) and b.kind not in (Kind.NONE, Kind.UNKNOWN):
            first, a, b = second, b, a
        if first.is_container:
            return first
        rows = a.rows
        if a.rows is not None and b.rows is not None and a.rows is not b.rows:
            rows = self.concatenated([a.rows, b.rows])
        result = Ref(
            self.changed(
                a,
                rows=rows,
                upstream=a.upstream | b.upstream,
                control=a.control | b.control,
                varies=a.varies | b.varies,
                columns=touched(a.columns, b.upstream & ~a.upstream),
                constant=a.constant if a.constant == b.constant else NOTHING,
            )
        )
        result.attrs = first.attrs
        return result

    @staticmethod
    def rows_served(iterable: Ref) -> Rows | None:
        """The rows that a loop takes one after the other, so that a list it fills has one entry for each."""
        return iterable.value.rows if iterable.value.kind in _SERVING else None

    def joins_list(self, target: Ref, item: Ref) -> None:
        """A list that a loop over rows fills has those rows."""
        rows = self.served[-1] if self.served else None
        if rows is None or target.value.rows is not None or item.value.kind in _NO_ENTRY:
            return
        if self.summary(item).rows is None:
            target.value = self.changed(target.value, rows=self.on_branches(rows))

    def branched(self, item: Ref) -> Ref:
        """What a loop puts into a list under an `if` with an `else`: of rows that took this way and not the other."""
        if not self.branches:
            return item
        if item.items is not None:
            result = self.tuple_ref([self.branched(member) for member in item.items])
            result.open_ = item.open_
            return result
        if item.value.rows is None or item.is_container or item.attrs is not None or item.value.kind in _NO_ENTRY:
            return item
        return Ref(self.changed(item.value, rows=self.on_branches(item.value.rows)))

    def on_branches(self, rows: Rows) -> Rows:
        for place, way in self.branches:
            rows = self.part(rows, place, way)
        return rows

    def places(self, number: Ref) -> Ref:
        """The positions of the rows that a number counts, the number itself where it counts none."""
        counted = self.counted(number.value)
        return number if counted is None else Ref(self.value(Kind.INDEX, rows=counted, upstream=number.value.upstream))

    def native_function(self, name: str, positional: list[Ref], keywords: dict[str, Ref]) -> Ref | None:
        """Python's own functions over containers, and progress bars around them."""
        short = name.rpartition(".")[2]
        if short in ("range", "arange") and positional:
            counted = self.counted(positional[min(1, len(positional) - 1)].value)
            if counted is not None:
                # positions of the rows that were counted
                return Ref(self.value(Kind.INDEX, rows=counted, upstream=positional[-1].value.upstream))
        if name == "os.path.join" and all(isinstance(ref.value.constant, str) for ref in positional):
            return self.constant("/".join(str(ref.value.constant) for ref in positional))
        if name == "random.choice" and positional and positional[0].items and self.loops:
            one = positional[0].items[0].value
            if all(item.value.rows is None and item.value.model is None for item in positional[0].items):
                kind = one.kind if one.kind in (Kind.NUMBER, Kind.TEXT) else Kind.UNKNOWN
                return Ref(self.value(kind, varies=frozenset(self.loops)))  # another one in each round
        if name == "itertools.product" and positional and not keywords:
            return self.crossed(positional)
        if name.startswith("builtins."):
            first = positional[0] if positional else None
            if short == "range":
                bounds = [ref.value.constant for ref in positional]
                numbers = [bound for bound in bounds if isinstance(bound, int) and abs(bound) < 10**9]
                if numbers and len(numbers) == len(bounds) <= 3 and numbers[2:] != [0]:
                    return Ref(self.value(Kind.NUMBER, constant=range(*numbers)))
                return self.unknown_ref(positional, known=True)
            if short == "len" and first is not None and first.is_container and not first.open_:
                return self.constant(sum(1 for _ in first.members()))
            if short == "enumerate" and first is not None:
                return self.numbered(first)
            if short == "zip" and positional:
                return self.zipped(positional)
            if short == "set" and first is not None and first.value.kind is Kind.COLUMN:
                return None  # the values of the column: the table says so
            ranked = self.ranked(first, keywords.get("key")) if short in ("max", "min", "sorted") else None
            if ranked is not None and short != "sorted":
                return ranked
            if short in ("list", "tuple", "sorted", "reversed", "set", "iter") and first is not None:
                if first.is_container:
                    items = self.members_of(first) or []
                    result = self.tuple_ref(list(items))
                    result.open_ = first.open_
                    return result
                return Ref(self.changed(first.value, text="")) if first.value.kind is not Kind.FUNCTION else None
            if short == "dict":
                base = dict(first.keys) if first is not None and first.keys is not None else {}
                base.update(keywords)
                return Ref(self.value(Kind.CONTAINER), keys=base)
            if (
                short == "isinstance"
                and first is not None
                and first.value.kind in _NO_SEQUENCE
                and len(positional) == 2
            ):
                kinds = [positional[1], *(positional[1].items or ())]
                if all(not ref.value.type or ref.value.type in _SEQUENCES for ref in kinds):
                    return self.constant(False)
            if short == "next" and first is not None and first.items:
                return first.items[0]
            if short in ("max", "min") and positional:
                value = self.summary(first) if first is not None else self.value(Kind.UNKNOWN)
                return Ref(
                    self.value(
                        Kind.SCORE if value.kind is Kind.SCORE else Kind.UNKNOWN,
                        upstream=value.upstream,
                        control=value.control | value.upstream,
                        model=value.model,
                    )
                )
            return None
        if short in ("tqdm", "tqdm_notebook", "trange", "track", "progress_bar") and positional:
            return positional[0]
        return None

    def ranked(self, iterable: Ref | None, key: Ref | None) -> Ref | None:
        """The member that a function of the notebook ranks first, `max(models, key=lambda model: model.best_score_)`:
        the function is followed for each member. None where nothing is ranked so."""
        if iterable is None or key is None or key.closure is None:
            return None
        members = self.members_of(iterable)
        if not members or len(members) > MAX_RANKED:
            return None
        scores = [self.summary(self.call_function(key, [member], key.closure.node)) for member in members]
        decides = 0
        for score in scores:
            decides |= score.upstream | score.control
        if iterable.keys is not None:
            return Ref(self.value(Kind.UNKNOWN, upstream=decides, control=decides))
        first = self.member(iterable, Ref(self.value(Kind.UNKNOWN, upstream=decides)))
        if first.items is not None:
            return self.tuple_ref([self.decided_by(item, decides) for item in first.items])
        return self.decided_by(first, decides)

    def decided_by(self, ref: Ref, decides: int) -> Ref:
        """A value that scores have picked out of several."""
        if ref.is_container or ref.closure is not None:
            return ref
        value = ref.value
        if value.kind is not Kind.MODEL:
            value = self.changed(value, upstream=value.upstream | decides, constant=NOTHING)
        result = Ref(self.changed(value, control=value.control | decides))
        result.attrs, result.options, result.bound = ref.attrs, ref.options, ref.bound
        return result

    def pairs(self, before: list[Ref], iterable: Ref) -> Ref:
        items = self.folds_served(iterable) or self.members_of(iterable)
        if items is None:
            value = iterable.value
            if value.kind is Kind.LOADER:
                items = [Ref(self.changed(value, kind=Kind.ARRAY, type="", text=BATCH))]
            else:
                items = [Ref(self.changed(value, kind=Kind.UNKNOWN, constant=NOTHING, rows=None))]
            result = self.tuple_ref([self.tuple_ref([*before, item]) for item in items])
            result.open_ = True
            result.value = self.changed(result.value, rows=self.rows_served(iterable))
            return result
        result = self.tuple_ref([self.tuple_ref([*before, item]) for item in items])
        result.open_ = iterable.open_
        result.value = self.changed(result.value, rows=iterable.value.rows)
        return result

    def numbered(self, iterable: Ref) -> Ref:
        """`enumerate(...)`: each member with its place."""
        result = self.pairs([Ref(self.value(Kind.NUMBER))], iterable)
        if not result.open_:
            for place, pair in enumerate(result.items or ()):
                if pair.items:
                    pair.items[0] = self.constant(place)
        return result

    def crossed(self, iterables: list[Ref]) -> Ref | None:
        """`itertools.product(...)` of a few models, frames and the like; None where that is not what it is of."""
        members = [self.members_of(ref) for ref in iterables]
        if any(items is None or ref.open_ for items, ref in zip(members, iterables, strict=True)):
            return None
        known = [items for items in members if items]
        if prod(map(len, known)) > MAX_RANKED or not any(item.value.kind in _NO_SEQUENCE for item in chain(*known)):
            return None
        return self.tuple_ref([self.tuple_ref(list(one)) for one in product(*known)])

    def zipped(self, iterables: list[Ref]) -> Ref:
        members = [self.members_of(ref) for ref in iterables]
        lengths = [len(items) for items in members if items is not None]
        if not lengths:
            result = self.tuple_ref(
                [self.tuple_ref([Ref(self.changed(ref.value, kind=Kind.UNKNOWN, rows=None)) for ref in iterables])]
            )
            result.open_ = True
            kept = next((found for found in map(self.rows_served, iterables) if found is not None), None)
            result.value = self.changed(result.value, rows=kept)
            return result
        width = min(lengths)
        rows: list[Ref] = []
        for at in range(width):
            rows.append(
                self.tuple_ref(
                    [
                        items[at]
                        if items is not None
                        else Ref(self.changed(ref.value, kind=Kind.UNKNOWN, rows=None, constant=NOTHING))
                        for items, ref in zip(members, iterables, strict=True)
                    ]
                )
            )
        result = self.tuple_ref(rows)
        result.open_ = any(ref.open_ for ref in iterables)
        return result

    def native_method(self, receiver: Ref, name: str, positional: list[Ref]) -> Ref | None:
        """Methods of lists and dicts whose members are known."""
        if name == "items" and receiver.value.kind in (Kind.ARRAY, Kind.LOADER) and not receiver.is_container:
            # a batch that is a dict of tensors
            result = self.tuple_ref([self.tuple_ref([Ref(self.value(Kind.TEXT)), Ref(receiver.value)])])
            result.open_ = True
            return result
        if receiver.keys is not None:
            if name == "items":
                result = self.tuple_ref(
                    [self.tuple_ref([self.constant(key), item]) for key, item in receiver.keys.items()]
                )
                result.open_ = receiver.open_
                return result
            if name == "values":
                result = self.tuple_ref(list(receiver.keys.values()))
                result.open_ = receiver.open_
                return result
            if name == "keys":
                return self.tuple_ref([self.constant(key) for key in receiver.keys])
            if name in ("get", "pop", "setdefault") and positional:
                return self.member(receiver, positional[0])
            if name == "update" and positional and positional[0].keys is not None:
                receiver.keys.update(positional[0].keys)
                return self.nothing()
            if name == "copy":
                return Ref(receiver.value, keys=dict(receiver.keys))
            return None
        if receiver.items is not None or receiver.value.kind is Kind.CONTAINER:
            if name == "append" and positional:
                if receiver.items is None:
                    receiver.items = []
                item = self.branched(positional[0])
                if len(receiver.items) < 200:
                    receiver.items.append(item)
                self.joins_list(receiver, item)
                receiver.open_ = receiver.open_ or bool(self.loops)
                return self.nothing()
            if name in ("extend", "update") and positional:
                receiver.items = receiver.items if receiver.items is not None else []
                receiver.items.extend((self.members_of(positional[0]) or positional)[:200])
                receiver.open_ = receiver.open_ or bool(self.loops) or positional[0].open_
                return self.nothing()
            if name == "remove" and receiver.items is not None and positional:
                gone = positional[0].value.constant
                receiver.items = [item for item in receiver.items if gone is NOTHING or item.value.constant != gone]
                return self.nothing()
            if name == "copy" and receiver.items is not None:
                return self.tuple_ref(list(receiver.items))
        if name == "format" and isinstance(receiver.value.constant, str):
            return self.formatted(receiver.value.constant, [ref.value.constant for ref in positional])
        return None

    def formatted(self, template: str, given: list[object]) -> Ref | None:
        """A text with texts put into its `{}`, None where more is asked of it."""
        texts = [item for item in given if isinstance(item, str)]
        pieces = template.split("{}")
        if len(texts) != len(given) or len(pieces) != len(texts) + 1 or "{" in "".join(pieces):
            return None
        return self.constant("".join(part for pair in zip(pieces, [*texts, ""], strict=True) for part in pair)[:400])

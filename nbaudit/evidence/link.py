"""Attaches facts to the graph: which value an output or a probe speaks of."""

from __future__ import annotations

from msgspec.structs import replace

from nbaudit.model.facts import (
    ClassReport,
    Confusion,
    Counts,
    Describe,
    Dtypes,
    Duplicates,
    Fact,
    Missing,
    NetworkSize,
    Sample,
    Scores,
    ShapeFact,
    Training,
    Uniques,
)
from nbaudit.model.flow import Binding, FlowGraph, Kind, Operation, RowsEffect, Value
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex


def link_facts(facts: tuple[Fact, ...], graph: FlowGraph) -> tuple[Fact, ...]:
    """The facts with `about` set to the id of the value that they speak of, where that is known.

    For what was printed that is what was looked at: `df[mask]` in `df[mask].isnull().sum()`, for the rows of a table
    that is shown the table itself, and else the data of the operation in the same cell whose text begins the
    expression. Of a log of training it is the only model that the cell fits, and of a report, score or summary that a
    variable holds the variable's value. For what a run read from a variable after a cell it is the value that the
    variable has there. A length of what has no rows, as of a loader's batches, is left out.
    """
    link = _Link(graph)
    linked = (link.of_variable(fact) if fact.probed else link.of_cell(fact) for fact in facts)
    return tuple(fact for fact in linked if not link.counts_no_rows(fact))


_OF_MODELS = frozenset({Role.EXPLAIN, Role.EVALUATE, Role.PREDICT})
_MASKS = regex(r"\.(?:isnull|isna|notnull|notna|duplicated)\(\)$")
_PARTS = frozenset({Role.SELECT_COLUMNS, Role.DROP_COLUMNS, Role.FILTER})
_OF_PARTS = (Sample, ShapeFact, Missing, Dtypes, Describe, Duplicates)
"""What is told of some columns or rows of a table is not told of the table."""
_WITHOUT_ROWS = frozenset({Kind.LOADER, Kind.TEXT, Kind.MODEL, Kind.HISTORY, Kind.FUNCTION, Kind.NUMBER})
_OF_OTHER_ROWS = frozenset({RowsEffect.COLLAPSE, RowsEffect.JOIN, RowsEffect.CONCAT, RowsEffect.UNKNOWN})
"""What a group or a join has is not what the table has that it was made of."""
_AROUND = regex(
    r"[-(\[]|(?:round|list|sorted|dict|str|int|float|abs|set|sum|max|min|len|Counter|"
    r"(?:np|numpy|pd)\.(?:round|sqrt|array|asarray|sort|DataFrame|Series|unique))\("
)
"""What may stand around the value that an expression looks at."""
_MOST_AROUND = 6
_START = regex(r"[^\W\d]\w*(?=$|\.|\[)")
_OF_VALUES = (Uniques, Missing, Duplicates, Counts)
"""What is told of these is told of the column or table, though it was counted of something in between."""
_HELD = (ClassReport, Confusion, NetworkSize, Scores)
"""What a variable holds that has no value in the graph of which it was taken."""


class _Link:
    """The operations and values of a graph, as what was printed names them."""

    def __init__(self, graph: FlowGraph) -> None:
        self._operations = graph.operations
        self._by_cell: dict[int, list[Operation]] = {}
        for op in graph.operations:
            self._by_cell.setdefault(op.site.cell, []).append(op)
        self._values = {value.id: value for op in graph.operations for value in op.data}
        self._states = _States(graph)
        self._looks: dict[tuple[int, str], tuple[list[Operation], list[Operation]]] = {}
        self._turns: dict[tuple[int, str, type[Fact]], int] = {}

    def counts_no_rows(self, fact: Fact) -> bool:
        """Whether a length is that of something without rows: of batches, of a text, of a pipeline's steps."""
        if not isinstance(fact, ShapeFact) or fact.about is None or not fact.expression.startswith("len("):
            return False
        value = self._values.get(fact.about)
        return value is not None and value.kind in _WITHOUT_ROWS

    def of_variable(self, fact: Fact, name: str = "") -> Fact:
        """What a variable holds after the fact's cell."""
        value = self._states.after(name or fact.expression, fact.cell)
        return replace(fact, about=value.id) if value is not None else fact

    def of_cell(self, fact: Fact) -> Fact:
        """What was printed: of what was looked at, of the network that is trained there, or of the variable shown."""
        if isinstance(fact, Training):
            return self._of_training(fact)
        linked = self._of_operation(fact)
        name = fact.expression.removesuffix(".summary()")
        if linked.about is not None:
            return linked
        if isinstance(fact, _HELD):
            return self.of_variable(fact, name) if name.isidentifier() else linked
        start = _START.match(name)
        if start is None or (start[0] != name and not isinstance(fact, _OF_VALUES)):
            return linked  # what is told of a part of what a variable holds may be told of anything
        return self._of_held(fact, start[0])

    def _of_training(self, fact: Training) -> Fact:
        models = [
            op.receiver
            for op in self._by_cell.get(fact.cell, ())
            if op.role is Role.FIT and op.receiver is not None and op.receiver.kind is Kind.MODEL
        ]
        return replace(fact, about=models[0].id) if len({value.id for value in models}) == 1 else fact

    def _of_operation(self, fact: Fact) -> Fact:
        expression = " ".join(fact.expression.split())
        begin, looks = self._looked_at(fact.cell, expression)
        if not begin:
            return fact
        best = self._of_this_time(fact, looks or begin)
        if isinstance(fact, Sample) and (best.role in _OF_MODELS or _MASKS.search(best.text)):
            return fact  # a table of what a model says, or of truth values
        if looks:
            return replace(fact, about=self._looked_behind(fact, best.data[0]).id)
        if isinstance(fact, _OF_PARTS):
            return self._of_shown(fact, begin, expression)
        if best.role in _PARTS:
            begin = [op for op in begin if op.role not in _PARTS] or begin
            best = min(begin, key=lambda op: len(op.text))
        return replace(fact, about=best.data[0].id)

    def _of_shown(self, fact: Fact, begin: list[Operation], expression: str) -> Fact:
        """What a table shows that was not looked at, but made: some columns and rows of its table are a part of it."""
        whole = next((op for op in reversed(begin) if op.text == expression), None)
        if not isinstance(fact, Sample) or (whole is not None and whole.rows in _OF_OTHER_ROWS):
            return fact
        table = min(begin, key=lambda op: len(op.text)).data[0]
        if any(op.role in _PARTS for op in begin):
            return replace(fact, about=table.id, complete=False, width=None)
        return replace(fact, about=table.id)

    def _looked_at(self, cell: int, expression: str) -> tuple[list[Operation], list[Operation]]:
        """The operations whose text begins an expression, or what it puts a call around; the looks are given again."""
        key = (cell, expression)
        if key not in self._looks:
            self._looks[key] = self._look_for(cell, expression)
        return self._looks[key]

    def _look_for(self, cell: int, expression: str) -> tuple[list[Operation], list[Operation]]:
        first: list[Operation] = []
        for _ in range(_MOST_AROUND):
            begin = self._begin(cell, expression)
            looks = [op for op in begin if op.role is Role.LOOK]
            if looks:
                return begin, looks
            first = first or begin
            around = _AROUND.match(expression)
            if around is None:
                break
            expression = expression[around.end() :]
        return first, []

    def _begin(self, cell: int, expression: str) -> list[Operation]:
        """The operations of a cell whose text begins an expression."""
        if not expression:
            return []
        operations = self._by_cell.get(cell, ())
        return [op for op in operations if op.text and op.data and expression.startswith(op.text.rstrip("…"))]

    def _of_this_time(self, fact: Fact, operations: list[Operation]) -> Operation:
        """The operation of the shortest text; of those that a cell repeats the one whose turn it is."""
        shortest = min(len(op.text) for op in operations)
        same = [op for op in operations if len(op.text) == shortest]
        return same[min(self._turn(fact), len(same) - 1)]

    def _turn(self, fact: Fact) -> int:
        """How many facts of the kind its cell printed of the same expression before."""
        key = (fact.cell, fact.expression, type(fact))
        self._turns[key] = self._turns.get(key, -1) + 1
        return self._turns[key]

    def _looked_behind(self, fact: Fact, value: Value) -> Value:
        """The table that was grouped, of groups, and the column of which the different values were taken."""
        while value.made_by >= 0 and self._operations[value.made_by].data:
            op = self._operations[value.made_by]
            if value.kind is not Kind.GROUPS and not (isinstance(fact, _OF_VALUES) and op.role is Role.LOOK):
                break
            value = op.data[0]
        return value

    def _of_held(self, fact: Fact, name: str) -> Fact:
        """What was looked at to make the value that a variable holds: `gaps = df.isnull().sum()` speaks of `df`."""
        value = self._states.in_turn(name, fact.cell, self._turn(fact))
        op = self._operations[value.made_by] if value is not None and value.made_by >= 0 else None
        text = op.text if op is not None else ""
        while op is not None and op.data and text.startswith(op.text.rstrip("…")):
            if op.role is Role.LOOK:
                return replace(fact, about=self._looked_behind(fact, op.data[0]).id)
            op = self._operations[op.data[0].made_by] if op.data[0].made_by >= 0 else None
        return fact


class _States:
    """The values of variables between cells."""

    def __init__(self, graph: FlowGraph) -> None:
        self.bindings: dict[str, list[Binding]] = {}
        for binding in graph.bindings:
            self.bindings.setdefault(binding.name, []).append(binding)
        self.reads = sorted(graph.reads.items())

    def in_turn(self, name: str, cell: int, turn: int) -> Value | None:
        """The value of the variable when the cell prints it for the nth time: the nth that the cell gives it."""
        given = [binding.value for binding in self.bindings.get(name, []) if binding.span.cell == cell]
        return given[min(turn, len(given) - 1)] if len(given) > 1 else self.after(name, cell)

    def after(self, name: str, cell: int) -> Value | None:
        """The value of the variable when the cell is done.

        Changes in place make no binding, but a new value, which the next cell that reads the name shows; without such a
        cell it is the newest binding up to here.
        """
        bindings = self.bindings.get(name, [])
        for later, values in self.reads:
            if later > cell and any(cell < binding.span.cell < later for binding in bindings):
                break
            if later > cell and name in values:
                value = values[name]
                if not any(binding.span.cell == later and binding.value is value for binding in bindings):
                    return value
                break
        before = [binding for binding in bindings if binding.span.cell <= cell]
        return before[-1].value if before else None

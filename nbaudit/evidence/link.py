"""Attaches facts to the graph: which value an output or a probe speaks of."""

from __future__ import annotations

from msgspec.structs import replace

from nbaudit.model.facts import ClassReport, Fact, NetworkSize, Sample, Scores, ShapeFact, Training
from nbaudit.model.flow import Binding, FlowGraph, Kind, Operation, Value
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex


def link_facts(facts: tuple[Fact, ...], graph: FlowGraph) -> tuple[Fact, ...]:
    """The facts with `about` set to the id of the value that they speak of, where that is known.

    For what was printed that is the data of the operation in the same cell whose text begins the expression:
    `df.isnull()` in `df.isnull().sum()`; of a log of training the only model that the cell fits, and of a report,
    score or summary that a variable holds the variable's value. For what a run read from a variable after a cell it is
    the value that the variable has there.
    """
    by_cell: dict[int, list[Operation]] = {}
    for op in graph.operations:
        by_cell.setdefault(op.site.cell, []).append(op)
    states = _States(graph)
    return tuple(_of_variable(fact, states) if fact.probed else _of_cell(fact, by_cell, states) for fact in facts)


def _of_cell(fact: Fact, by_cell: dict[int, list[Operation]], states: _States) -> Fact:
    """What was printed: of the data of an operation, of the network that is trained there, or of the variable shown."""
    operations = by_cell.get(fact.cell, [])
    if isinstance(fact, Training):
        models = [
            op.receiver
            for op in operations
            if op.role is Role.FIT and op.receiver is not None and op.receiver.kind is Kind.MODEL
        ]
        return replace(fact, about=models[0].id) if len({value.id for value in models}) == 1 else fact
    linked = _linked(fact, operations)
    name = fact.expression.removesuffix(".summary()")
    if linked.about is None and isinstance(fact, (ClassReport, NetworkSize, Scores)) and name.isidentifier():
        return _of_variable(fact, states, name)
    return linked


_OF_MODELS = frozenset({Role.EXPLAIN, Role.EVALUATE, Role.PREDICT})


_MASKS = regex(r"\.(?:isnull|isna|notnull|notna|duplicated)\(\)$")


def _linked(fact: Fact, operations: list[Operation]) -> Fact:
    expression = " ".join(fact.expression.split())
    if not expression:
        return fact
    while expression.startswith("round("):
        expression = expression[len("round(") :]
    best: Operation | None = None
    for op in operations:
        if op.text and expression.startswith(op.text.rstrip("…")) and op.data and (best is None or op.text < best.text):
            best = op
    if best is not None and isinstance(fact, Sample) and (best.role in _OF_MODELS or _MASKS.search(best.text)):
        return fact  # a table of what a model says, or of truth values
    if best is not None and isinstance(fact, (Sample, ShapeFact)):
        other = _other_columns(expression, operations)
        if other is not None:
            return replace(fact, about=other.outputs[0].id) if other.outputs else fact
    return replace(fact, about=best.data[0].id) if best is not None else fact


_OTHER_COLUMNS = frozenset(
    {Role.DROP_COLUMNS, Role.SELECT_COLUMNS, Role.AGGREGATE, Role.JOIN, Role.CONCAT, Role.ENCODE}
)
_PARTLY = regex(r"(?:\.(?:head|tail|sample)\([^()]*\)|\.shape|\[\d*:\d*\])*")


def _other_columns(expression: str, operations: list[Operation]) -> Operation | None:
    """The operation whose result an expression shows, whole or in part, where that has other columns than the table
    that it was made of: `df.drop(columns="a").head()` tells nothing of what `df` holds, which may be used on."""
    for op in operations:
        begins = op.role in _OTHER_COLUMNS and op.text and op.data and expression.startswith(op.text)
        if begins and _PARTLY.fullmatch(expression, len(op.text)):
            return op
    return None


def _of_variable(fact: Fact, states: _States, name: str = "") -> Fact:
    value = states.after(name or fact.expression, fact.cell)
    return replace(fact, about=value.id) if value is not None else fact


class _States:
    """The values of variables between cells."""

    def __init__(self, graph: FlowGraph) -> None:
        self.bindings: dict[str, list[Binding]] = {}
        for binding in graph.bindings:
            self.bindings.setdefault(binding.name, []).append(binding)
        self.reads = sorted(graph.reads.items())

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

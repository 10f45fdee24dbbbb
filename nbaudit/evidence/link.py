"""Attaches facts to the graph: which value an output speaks of."""

from __future__ import annotations

from dataclasses import replace

from nbaudit.model.facts import Fact
from nbaudit.model.flow import FlowGraph, Operation


def link_facts(facts: tuple[Fact, ...], graph: FlowGraph) -> tuple[Fact, ...]:
    """The facts with `about` set to the id of the value that the printed expression was asked of, where that is known.

    The link is the operation in the same cell whose text begins the expression: `df.isnull()` in `df.isnull().sum()`.
    """
    by_cell: dict[int, list[Operation]] = {}
    for op in graph.operations:
        by_cell.setdefault(op.site.cell, []).append(op)
    return tuple(_linked(fact, by_cell.get(fact.cell, [])) for fact in facts)


def _linked(fact: Fact, operations: list[Operation]) -> Fact:
    expression = " ".join(fact.expression.split())
    if not expression:
        return fact
    best: Operation | None = None
    for op in operations:
        if op.text and expression.startswith(op.text.rstrip("…")) and op.data and (best is None or op.text < best.text):
            best = op
    return replace(fact, about=best.data[0].id) if best is not None else fact

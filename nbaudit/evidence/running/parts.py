"""Which variables hold training and which test rows, and which features and their target, as far as the graph knows."""

from __future__ import annotations

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import FlowGraph, Kind, Value
from nbaudit.model.source import Notebook
from nbaudit.model.vocabulary import Role

_HELD_OUT = frozenset(("test", "validation"))
_TABLES = frozenset((Kind.TABLE, Kind.ARRAY, Kind.COLUMN))
_MOST = 24


_LEARNING = frozenset((Role.FIT, Role.TUNE, Role.CROSS_VALIDATE))

Names = tuple[tuple[str, str], ...]
"""Pairs of names of variables."""


def pairs_of(notebook: Notebook) -> tuple[Names, Names]:
    """Pairs of variables to hold against each other: training and held-out rows; features and their target."""
    graph = build_graph(notebook)
    return _parts(graph), _learned(graph)


def _parts(graph: FlowGraph) -> Names:
    """(training, held-out) names of variables that stem from one split and have the same form."""
    parts: dict[str, tuple[str, Value]] = {}
    for binding in graph.bindings:
        rows = binding.value.rows
        if rows is not None and binding.value.kind in _TABLES and rows.role in ({"train"} | _HELD_OUT):
            parts[binding.name] = (rows.role, binding.value)
    pairs = [
        (train, test)
        for train, (role, left) in parts.items()
        for test, (other, right) in parts.items()
        if role == "train" and other in _HELD_OUT and left.kind is right.kind and _same_split(left, right)
    ]
    return tuple(pairs[:_MOST])


def _learned(graph: FlowGraph) -> Names:
    """(features, target) names of variables that a model learns from, before any array made of them."""
    names: dict[int, str] = {}
    for binding in graph.bindings:
        if binding.value.kind in _TABLES:
            names.setdefault(binding.value.id, binding.name)
    found: dict[tuple[str, str], None] = {}
    for op in graph.operations:
        if op.role in _LEARNING and len(op.data) > 1 and op.data[0].id in names and op.data[1].id in names:
            found[names[op.data[0].id], names[op.data[1].id]] = None
    return tuple(found)[:_MOST]


def _same_split(left: Value, right: Value) -> bool:
    if left.rows is None or right.rows is None:
        return False
    return bool({split for split, _ in left.rows.parts()} & {split for split, _ in right.rows.parts()})

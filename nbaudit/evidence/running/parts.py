"""Which variables hold training and which test rows, as far as the graph knows."""

from __future__ import annotations

from nbaudit.dataflow.interpret import build_graph
from nbaudit.model.flow import Kind, Value
from nbaudit.model.source import Notebook

_HELD_OUT = frozenset(("test", "validation"))
_TABLES = frozenset((Kind.TABLE, Kind.ARRAY, Kind.COLUMN))
_MOST = 24


def part_pairs(notebook: Notebook) -> tuple[tuple[str, str], ...]:
    """(training, held-out) names of variables that stem from one split and have the same form."""
    parts: dict[str, tuple[str, Value]] = {}
    for binding in build_graph(notebook).bindings:
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


def _same_split(left: Value, right: Value) -> bool:
    if left.rows is None or right.rows is None:
        return False
    return bool({split for split, _ in left.rows.parts()} & {split for split, _ in right.rows.parts()})

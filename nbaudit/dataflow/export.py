"""The dataflow graph for people: Mermaid, Graphviz DOT or JSON, with cells as groups and phases as their titles.

Only operations that move data are drawn; looks, plots and neutral calls are left out unless `everything` is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from nbaudit.model.flow import FlowGraph, Operation
from nbaudit.model.vocabulary import Role

_QUIET = frozenset({Role.LOOK, Role.PLOT, Role.NEUTRAL, Role.CONFIGURE, Role.SHAPE, Role.SELECT_COLUMNS})
_SHAPES: dict[Role, tuple[str, str]] = {
    Role.LOAD: ("[(", ")]"),
    Role.BUNDLED: ("[(", ")]"),
    Role.SPLIT: ("{{", "}}"),
    Role.FOLDS: ("{{", "}}"),
    Role.FIT: ("[[", "]]"),
    Role.TUNE: ("[[", "]]"),
    Role.EVALUATE: ("([", "])"),
    Role.CROSS_VALIDATE: ("([", "])"),
}


def drawn(graph: FlowGraph, everything: bool = False) -> tuple[Operation, ...]:
    """The operations that a picture shows."""
    return tuple(op for op in graph.operations if everything or op.role not in _QUIET)


def edges(graph: FlowGraph, shown: tuple[Operation, ...]) -> Iterator[tuple[int, int]]:
    """(from, to) pairs of operation ids: nearest shown operations upstream of what an operation read.

    An operation already behind another source of the same reader is left out, so that the picture stays readable.
    """
    mask = 0
    for op in shown:
        mask |= op.bit
    behind: dict[int, int] = {}
    for op in shown:
        upstream = 0
        for value in op.data:
            upstream |= value.upstream
        if op.receiver is not None:
            upstream |= op.receiver.upstream
        if op.model is not None:
            for number in op.model.fits:
                if number < op.id:
                    upstream |= 1 << number
            if op.model.made_by >= 0:
                upstream |= 1 << op.model.made_by
        upstream &= mask & (op.bit - 1)
        covered = 0
        sources = [source.id for source in graph.by_mask(upstream)]
        for source in reversed(sources):
            if not covered >> source & 1:
                yield source, op.id
            covered |= behind.get(source, 0) | 1 << source
        behind[op.id] = covered


def to_json(graph: FlowGraph, phases: Mapping[int, str] | None = None, everything: bool = False) -> str:
    """Operations, edges and models as JSON text."""
    shown = drawn(graph, everything)
    return json.dumps(
        {
            "operations": [
                {
                    "id": op.id,
                    "role": op.role.value,
                    "call": op.call,
                    "cell": op.site.cell,
                    "line": op.span.line,
                    "phase": (phases or {}).get(op.site.cell),
                    "text": op.text,
                    "row": op.ref,
                    "learns_rows": sorted({value.rows.id for value in op.learns if value.rows is not None}),
                    "rows": sorted({value.rows.id for value in op.data if value.rows is not None}),
                    "trust": op.trust,
                }
                for op in shown
            ],
            "edges": [list(edge) for edge in edges(graph, shown)],
            "models": [
                {"id": model.id, "type": model.type, "family": model.family.value if model.family else None}
                for model in graph.models
            ],
            "calls": dict(graph.calls),
            "unknown": dict(sorted(graph.unknown.items())),
        },
        indent=1,
    )


def to_mermaid(graph: FlowGraph, phases: Mapping[int, str] | None = None, everything: bool = False) -> str:
    """A Mermaid flowchart, one subgraph per cell."""
    shown = drawn(graph, everything)
    lines = ["flowchart LR"]
    for cell, operations in _by_cell(shown):
        title = f"cell {cell}" + (f": {(phases or {})[cell]}" if cell in (phases or {}) else "")
        lines.append(f'  subgraph c{cell}["{title}"]')
        for op in operations:
            opening, closing = _SHAPES.get(op.role, ("[", "]"))
            lines.append(f'    o{op.id}{opening}"{_safe(_label(op))}"{closing}')
        lines.append("  end")
    lines += [f"  o{source} --> o{target}" for source, target in edges(graph, shown)]
    return "\n".join(lines) + "\n"


def to_dot(graph: FlowGraph, phases: Mapping[int, str] | None = None, everything: bool = False) -> str:
    """A Graphviz digraph, one cluster per cell."""
    shown = drawn(graph, everything)
    lines = ["digraph notebook {", "  rankdir=LR;", "  node [shape=box, fontname=sans];"]
    for cell, operations in _by_cell(shown):
        title = f"cell {cell}" + (f": {(phases or {})[cell]}" if cell in (phases or {}) else "")
        lines.append(f'  subgraph cluster_{cell} {{ label="{title}";')
        lines += [f'    o{op.id} [label="{_escape(_label(op))}"];' for op in operations]
        lines.append("  }")
    lines += [f"  o{source} -> o{target};" for source, target in edges(graph, shown)]
    lines.append("}")
    return "\n".join(lines) + "\n"


def _by_cell(shown: tuple[Operation, ...]) -> Iterator[tuple[int, list[Operation]]]:
    groups: dict[int, list[Operation]] = {}
    for op in shown:
        groups.setdefault(op.site.cell, []).append(op)
    yield from sorted(groups.items())


def _label(op: Operation) -> str:
    return f"{op.role.value}: {op.text[:60]}"


def _safe(text: str) -> str:
    """Text that Mermaid takes as text: its own entity form for everything that could be syntax or markup."""
    return "".join(char if char.isalnum() or char in " .,:=_-()'" else f"#{ord(char)};" for char in text)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")

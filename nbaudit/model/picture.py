"""The dataflow as a picture: a graph of what matters, folded until a reader can take it in."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from nbaudit.model.source import Span


class NodeKind(str, Enum):
    """What a node of the picture stands for."""

    DATASET = "dataset"
    TRANSFORM = "transform"
    SPLIT = "split"
    MODEL = "model"
    METRIC = "metric"


class Node(Struct, frozen=True):
    """Operations that belong together. `label` is the title and `details` one entry per kind of operation in it.

    `rows` says on which part of the data it works ("train", "test", "validation"), "" where on all or unknown. `places`
    are the stretches of code that it stands for, sorted. `understood` is False where no table knows what happens in it.
    """

    id: int
    kind: NodeKind
    label: str
    details: tuple[str, ...] = ()
    rows: str = ""
    places: tuple[Span, ...] = ()
    understood: bool = True


class Edge(Struct, frozen=True):
    """Data flows from node `source` to node `target`; `rows` says which part, "" where all or unknown."""

    source: int
    target: int
    rows: str = ""


class Picture(Struct, frozen=True):
    """Nodes in an order in which every edge points forward."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def at(self, span: Span) -> Node | None:
        """The node that stands for the code at a span: the one with the nearest place on the same lines."""
        last = max(span.end_line, span.line)
        best: tuple[int, int] | None = None
        found: Node | None = None
        for node in self.nodes:
            for place in node.places:
                end = max(place.end_line, place.line)
                if place.cell != span.cell or place.line > last or end < span.line:
                    continue
                off = (abs(place.line - span.line) + abs(end - last), abs(place.column - span.column))
                if best is None or off < best:
                    best, found = off, node
        return found


NO_PICTURE = Picture()

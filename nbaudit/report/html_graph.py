"""The dataflow picture laid out from left to right and drawn as inline SVG shapes.

A layered layout of our own (after Sugiyama): ranks by the longest way, dummies on long edges, medians against
crossings, neighbours' means for the heights. The library that does it in pure Python (grandalf) is under the GPL or
EPL, draws from top to bottom and knows no boxes of different width; for two dozen nodes this is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import mean, median

from msgspec import Struct, field
from msgspec.structs import replace

from nbaudit.model.picture import Edge, Node, NodeKind, Picture
from nbaudit.report.clean import cut, one_line

LINE = 15.0
PAD = 9.0
GAP_X = 42.0
GAP_Y = 14.0
MARGIN = 14.0
LABEL_CHARS = 24
DETAIL_LINES = 4
"""Lines of details in a box; the list below the picture has all."""

PARTS = ("train", "test", "validation")
"""Parts of the rows that are named."""

_SWEEPS = 12
_NARROW = frozenset("iljtfr.,:;'|()[] ")
_WIDE = frozenset("mwMW@")


class Box(Struct, frozen=True):
    """A node as drawn: pixels from the left and top, its outline as an SVG path, and lines of text."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    outline: str
    inner: str
    title: str
    lines: tuple[tuple[float, str], ...]


class Wire(Struct, frozen=True):
    """An edge as drawn. `label` stands at (`x`, `y`), where the edge leaves a split."""

    id: int
    edge: Edge
    path: str
    head: str
    label: str
    x: float
    y: float


class Drawing(Struct, frozen=True):
    """The picture as drawn, in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]


class _Item(Struct, eq=False):
    """A box or a point that a long edge passes, in one rank."""

    node: Node | None
    rank: int
    width: float = 0.0
    height: float = 0.0
    y: float = 0.0
    before: list[_Item] = field(default_factory=list)
    after: list[_Item] = field(default_factory=list)


def lay_out(picture: Picture) -> Drawing | None:
    """The drawing of a picture; None where there is nothing to draw."""
    if not picture.nodes:
        return None
    ranks = _ranks(picture)
    items = {node.id: _item(node, ranks[node.id]) for node in picture.nodes}
    layers: list[list[_Item]] = [[] for _ in range(max(ranks.values()) + 1)]
    for node in picture.nodes:
        layers[ranks[node.id]].append(items[node.id])
    chains = [_chain(edge, items, layers) for edge in picture.edges]
    layers = _order(layers)
    _set_heights(layers)
    lefts = _lefts(layers)
    top = min(item.y for layer in layers for item in layer) - MARGIN
    for layer in layers:
        for item in layer:
            item.y -= top
    boxes = tuple(_box(item, lefts[item.rank], layers) for item in (items[node.id] for node in picture.nodes))
    wires = tuple(
        _wire(number, edge, chain, lefts, layers)
        for number, (edge, chain) in enumerate(zip(picture.edges, chains, strict=True))
    )
    wires = _named_once(wires)
    width = lefts[-1] + _layer_width(layers[-1]) + MARGIN
    height = max(box.y + box.height for box in boxes) + MARGIN
    return Drawing(
        round(width, 1), round(max(height, max(item.y for layer in layers for item in layer) + MARGIN), 1), boxes, wires
    )


def _ranks(picture: Picture) -> dict[int, int]:
    """Each node right of all that it reads from; what reads nothing stands just left of its first reader."""
    ranks: dict[int, int] = {}
    for node in picture.nodes:
        ranks[node.id] = max((ranks[edge.source] + 1 for edge in picture.edges if edge.target == node.id), default=0)
    read = {edge.target for edge in picture.edges}
    for node in picture.nodes:
        readers = [ranks[edge.target] for edge in picture.edges if edge.source == node.id]
        if node.id not in read and readers:
            ranks[node.id] = min(readers) - 1
    return ranks


def _item(node: Node, rank: int) -> _Item:
    texts = [_title(node), *(text for text in _lines(node))]
    width = max(_width(texts[0]) * 1.13, *(_width(text) for text in texts)) + 2 * PAD + 6
    extra = 8.0 if node.kind is NodeKind.DATASET else 0.0
    return _Item(node, rank, round(max(width, 74.0), 1), len(texts) * LINE + 2 * PAD - 3 + extra)


def _title(node: Node) -> str:
    label = cut(one_line(node.label, 200), LABEL_CHARS)
    return f"{label} · {node.rows}" if node.rows in PARTS else label


def _lines(node: Node) -> list[str]:
    shown = [cut(one_line(text, 200), LABEL_CHARS) for text in node.details[:DETAIL_LINES]]
    left = len(node.details) - DETAIL_LINES
    if left == 1:
        return [*shown, cut(one_line(node.details[-1], 200), LABEL_CHARS)]
    return [*shown, f"and {left} more"] if left > 0 else shown


def _width(text: str) -> float:
    """About the width of a text at 12 pixels, for any of the usual sans-serif fonts."""
    return sum(
        3.9 if char in "iljtfr.,:;'|()[] " else 9.4 if char in "mwMW@" or ord(char) > 0x2E80 else 6.9 for char in text
    )


def _chain(edge: Edge, items: Mapping[int, _Item], layers: list[list[_Item]]) -> list[_Item]:
    """The items of an edge from source to target, with a dummy in each rank between; links and layers are set."""
    chain = [items[edge.source]]
    for rank in range(chain[0].rank + 1, items[edge.target].rank):
        dummy = _Item(None, rank, 0.0, 6.0)
        layers[rank].append(dummy)
        chain.append(dummy)
    chain.append(items[edge.target])
    for left, right in pairwise(chain):
        left.after.append(right)
        right.before.append(left)
    return chain


def _order(layers: list[list[_Item]]) -> list[list[_Item]]:
    """The layers with few crossings: medians of the neighbours, swept to and fro; the best order seen is kept."""
    layers = [list(layer) for layer in layers]
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for rank in range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1):
            near = layers[rank - 1 if forward else rank + 1]
            position = {id(item): index for index, item in enumerate(near)}
            keys = {}
            for index, item in enumerate(layers[rank]):
                found = [position[id(other)] for other in (item.before if forward else item.after)]
                keys[id(item)] = float(median(found)) if found else float(index)
            layers[rank].sort(key=lambda item: keys[id(item)])
        crossings = _crossings(layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _crossings(layers: list[list[_Item]]) -> int:
    total = 0
    for left, right in pairwise(layers):
        position = {id(item): index for index, item in enumerate(right)}
        ends = [position[id(other)] for item in left for other in sorted(item.after, key=lambda o: position[id(o)])]
        total += sum(a > b for index, a in enumerate(ends) for b in ends[index + 1 :])
    return total


def _set_heights(layers: list[list[_Item]]) -> None:
    """Centres near the mean of the neighbours', in order and without overlap."""
    for layer in layers:
        _stack(layer, [0.0] * len(layer))
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            wanted = []
            for item in layer:
                near = [other.y for other in ((item.before or item.after) if forward else (item.after or item.before))]
                wanted.append(mean(near) if near else item.y)
            _stack(layer, wanted)
    for layer in layers:
        for item in layer:
            item.y -= item.height / 2  # the top from here on


def _stack(layer: Sequence[_Item], wanted: Sequence[float]) -> None:
    """Centres as near to the wanted ones as order and room allow (blocks that touch share their mean offset)."""
    blocks: list[tuple[list[_Item], list[float], float]] = []  # items, offsets of their centres in the block, position
    for item, want in zip(layer, wanted, strict=True):
        members, offsets, position, wants = [item], [0.0], want, [want]
        while blocks:
            others, other_offsets, other_position = blocks[-1]
            room = (others[-1].height + members[0].height) / 2 + (GAP_Y if others[-1].node and members[0].node else 9.0)
            if other_position + other_offsets[-1] + room <= position:
                break
            blocks.pop()
            start = other_offsets[-1] + room
            merged = [*other_offsets, *(start + offset for offset in offsets)]
            old = [other_position + offset for offset in other_offsets]
            wants = [*old, *wants]
            members = [*others, *members]
            position = mean(want - offset for want, offset in zip(wants, merged, strict=True))
            offsets = merged
        blocks.append((members, offsets, position))
    for members, offsets, position in blocks:
        for item, offset in zip(members, offsets, strict=True):
            item.y = position + offset


def _layer_width(layer: Sequence[_Item]) -> float:
    return max((item.width for item in layer), default=0.0)


def _lefts(layers: Sequence[Sequence[_Item]]) -> list[float]:
    lefts, at = [], MARGIN
    for layer in layers:
        lefts.append(at)
        at += _layer_width(layer) + GAP_X
    return lefts


def _box(item: _Item, left: float, layers: Sequence[Sequence[_Item]]) -> Box:
    assert item.node is not None
    node = item.node
    x = left + (_layer_width(layers[item.rank]) - item.width) / 2
    top = item.y + (12.0 if node.kind is NodeKind.DATASET else 4.0)
    texts = _lines(node)
    return Box(
        node,
        round(x, 1),
        round(item.y, 1),
        item.width,
        item.height,
        _outline(node.kind, x, item.y, item.width, item.height),
        _inner(node.kind, x, item.y, item.width, item.height),
        _title(node),
        tuple((round(top + 14 + (number + 1) * LINE, 1), text) for number, text in enumerate(texts)),
    )


def _outline(kind: NodeKind, x: float, y: float, w: float, h: float) -> str:
    """The outline of a box; each kind has a shape of its own, so that colour is not needed to tell them apart."""
    if kind is NodeKind.DATASET:
        return _path("M{} {}v{}a{} 6 0 0 0 {} 0v{}a{} 6 0 0 0 {} 0z", x, y + 6, h - 12, w / 2, w, -(h - 12), w / 2, -w)
    if kind is NodeKind.SPLIT:
        return _path("M{} {}h{}l9 {}l-9 {}h{}l-9 {}z", x, y, w, h / 2, h / 2, -w, -h / 2)
    radius = {NodeKind.METRIC: min(h / 2, 15.0), NodeKind.MODEL: 6.0}.get(kind, 3.0)
    return _rounded(x, y, w, h, radius)


def _inner(kind: NodeKind, x: float, y: float, w: float, h: float) -> str:
    """A second line: the lid of a data set, the double frame of a model."""
    if kind is NodeKind.DATASET:
        return _path("M{} {}a{} 6 0 0 0 {} 0", x, y + 6, w / 2, w)
    if kind is NodeKind.MODEL:
        return _rounded(x + 3, y + 3, w - 6, h - 6, 4.0)
    return ""


def _rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    return _path(
        "M{} {}h{}a{} {} 0 0 1 {} {}v{}a{} {} 0 0 1 {} {}h{}a{} {} 0 0 1 {} {}v{}a{} {} 0 0 1 {} {}z",
        *(
            x + r,
            y,
            w - 2 * r,
            r,
            r,
            r,
            r,
            h - 2 * r,
            r,
            r,
            -r,
            r,
            -(w - 2 * r),
            r,
            r,
            -r,
            -r,
            -(h - 2 * r),
            r,
            r,
            r,
            -r,
        ),
    )


def _wire(
    number: int, edge: Edge, chain: Sequence[_Item], lefts: Sequence[float], layers: Sequence[Sequence[_Item]]
) -> Wire:
    first, last = chain[0], chain[-1]
    start_x, end_x = _edge_x(first, lefts, layers, True), _edge_x(last, lefts, layers, False)
    start_y, end_y = _port(first, chain[1], True), _port(last, chain[-2], False)
    path = _path("M{} {}", start_x, start_y)
    at_x, at_y = start_x, start_y
    for item in chain[1:-1]:
        left, right = lefts[item.rank], lefts[item.rank] + _layer_width(layers[item.rank])
        y = item.y + item.height / 2
        path += _curve(at_x, at_y, left, y) + _path("H{}", right)
        at_x, at_y = right, y
    path += _curve(at_x, at_y, end_x - 7, end_y)
    head = _path("M{} {}l-8 -4v8z", end_x, end_y)
    split = first.node is not None and first.node.kind is NodeKind.SPLIT
    return Wire(
        number,
        edge,
        path,
        head,
        edge.rows if split and edge.rows in PARTS else "",
        round(start_x + 4, 1),
        round(start_y + (-4 if edge.rows == "train" else 11), 1),
    )


def _named_once(wires: Sequence[Wire]) -> tuple[Wire, ...]:
    """A part of a split is named at one of its edges, the uppermost."""
    named: dict[tuple[int, str], Wire] = {}
    for wire in wires:
        key = (wire.edge.source, wire.label)
        if wire.label and (key not in named or wire.y < named[key].y):
            named[key] = wire
    return tuple(
        wire if named.get((wire.edge.source, wire.label)) is wire else replace(wire, label="") for wire in wires
    )


def _edge_x(item: _Item, lefts: Sequence[float], layers: Sequence[Sequence[_Item]], right: bool) -> float:
    x = lefts[item.rank] + (_layer_width(layers[item.rank]) - item.width) / 2
    bulge = 9.0 if item.node is not None and item.node.kind is NodeKind.SPLIT else 0.0
    return x + item.width + bulge if right else x - bulge


def _port(item: _Item, other: _Item, right: bool) -> float:
    """Where on the side of a box an edge ends: apart from its other edges, in the order of where they lead."""
    near = sorted(item.after if right else item.before, key=lambda end: end.y + end.height / 2)
    place = next(index for index, end in enumerate(near) if end is other)
    room = min(item.height * 0.5, 13.0 * (len(near) - 1))
    offset = 0.0 if len(near) < 2 else (place / (len(near) - 1) - 0.5) * room
    return item.y + item.height / 2 + offset


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = max((to_x - x) / 2, 12.0)
    return _path("C{} {} {} {} {} {}", x + bend, y, to_x - bend, to_y, to_x, to_y)


def _path(form: str, *numbers: float) -> str:
    return form.format(*(f"{number:.1f}".removesuffix(".0") for number in numbers))


def ways(picture: Picture, ids: Sequence[int]) -> tuple[int, ...]:
    """The edges on any way between two of the nodes, by their place in `picture.edges`."""
    wanted = set(ids)
    behind, ahead = set(wanted), set(wanted)
    for edge in picture.edges:  # sorted by target: all that flows into the source has been seen
        if edge.source in behind:
            behind.add(edge.target)
    for edge in reversed(picture.edges):
        if edge.target in ahead:
            ahead.add(edge.source)
    return tuple(number for number, edge in enumerate(picture.edges) if edge.source in behind and edge.target in ahead)


__all__ = ["PARTS", "Box", "Drawing", "Wire", "lay_out", "ways"]

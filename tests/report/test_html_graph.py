"""The layout of the dataflow picture."""

from __future__ import annotations

import random
import time

import pytest

from nbaudit.model.picture import Edge, Node, NodeKind, Picture
from nbaudit.report.html_graph import Drawing, lay_out, ways
from report.factory import PICTURE


def drawn(picture: Picture) -> Drawing:
    drawing = lay_out(picture)
    assert drawing is not None
    return drawing


def random_picture(seed: int, nodes: int) -> Picture:
    chance = random.Random(seed)
    kinds = list(NodeKind)
    edges = {
        (chance.randrange(number), number) for number in range(1, nodes) for _ in range(chance.choice((0, 1, 1, 2, 3)))
    }
    return Picture(
        tuple(
            Node(number, chance.choice(kinds), "n" * chance.randrange(1, 40), ("detail",) * chance.randrange(7))
            for number in range(nodes)
        ),
        tuple(
            Edge(source, target, chance.choice(("", "train", "test")))
            for source, target in sorted(edges, key=lambda edge: edge[1])
        ),
    )


PICTURES = [PICTURE, *(random_picture(seed, nodes) for seed, nodes in ((1, 2), (2, 9), (3, 24), (4, 60)))]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: f"{len(picture.nodes)} nodes")
def test_boxes_are_apart_and_inside(picture: Picture) -> None:
    drawing = drawn(picture)
    boxes = drawing.boxes
    for number, box in enumerate(boxes):
        assert box.x >= 0 and box.y >= 0
        assert box.x + box.width <= drawing.width and box.y + box.height <= drawing.height
        for other in boxes[number + 1 :]:
            apart_x = box.x + box.width <= other.x or other.x + other.width <= box.x
            apart_y = box.y + box.height <= other.y or other.y + other.height <= box.y
            assert apart_x or apart_y, (box.node, other.node)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: f"{len(picture.nodes)} nodes")
def test_data_flows_from_left_to_right(picture: Picture) -> None:
    boxes = {box.node.id: box for box in drawn(picture).boxes}
    for edge in picture.edges:
        assert boxes[edge.source].x + boxes[edge.source].width < boxes[edge.target].x


def test_same_picture_same_drawing() -> None:
    assert drawn(PICTURES[3]) == drawn(PICTURES[3])


def test_parts_of_a_split_are_named_once() -> None:
    assert sorted(wire.label for wire in drawn(PICTURE).wires if wire.label) == ["test", "train"]


def test_two_rows_do_not_cross_where_they_need_not() -> None:
    nodes = tuple(Node(number, NodeKind.TRANSFORM, f"n{number}") for number in range(4))
    drawing = drawn(Picture(nodes, (Edge(1, 2), Edge(0, 3))))
    y = {box.node.id: box.y for box in drawing.boxes}
    assert (y[0] < y[1]) == (y[3] < y[2])


def test_nothing_to_draw() -> None:
    assert lay_out(Picture()) is None


def test_ways_are_the_edges_between_the_steps_of_a_trail() -> None:
    def named(*ids: int) -> set[tuple[int, int]]:
        return {(PICTURE.edges[number].source, PICTURE.edges[number].target) for number in ways(PICTURE, ids)}

    assert named(3, 7) == {(3, 4), (4, 5), (5, 7), (4, 7)}
    assert named(0, 3) == {(0, 2), (2, 3)}
    assert named(5, 6) == set()
    assert named(2) == set()


def test_a_large_picture_is_laid_out_quickly() -> None:
    start = time.process_time()
    drawn(random_picture(5, 150))
    assert time.process_time() - start < 5

from __future__ import annotations

import time

import pytest

from nbaudit.loading.magics import blank
from nbaudit.loading.suppressions import Suppression, find_suppressions
from nbaudit.model.source import Cell, CellKind, Notebook, Span


def suppressions(source: str, tags: tuple[str, ...] = (), language: str = "") -> tuple[Suppression, ...]:
    found = blank(source)
    cell = Cell(3, CellKind.CODE, source, found.python, language=language or found.language, tags=tags)
    return find_suppressions(Notebook("n", (cell,)))


def one(source: str) -> Suppression:
    (found,) = suppressions(source)
    return found


def test_at_the_end_of_a_line() -> None:
    found = one("x\ny = 1  # nbaudit: ignore[SC-W, hard-coded-parameters] told so\nz")
    assert found.issues_or_checks == ("SC-W", "hard-coded-parameters")
    assert found.reason == "told so"
    assert found.span == Span(3, 2, 7, 2, 61)
    assert (found.whole_cell, found.first_line, found.last_line) == (False, 2, 2)


@pytest.mark.parametrize(
    ("comment", "names", "reason"),
    [
        ("# nbaudit: ignore", (), ""),
        ("#nbaudit:ignore", (), ""),
        ("# NBAudit: Ignore[sc-w]", ("sc-w",), ""),
        ("# nbaudit: ignore because", (), "because"),
        ("# nbaudit: ignore[SC-W]: because", ("SC-W",), "because"),
        ("# noqa # nbaudit: ignore[SC-W,MV-M]", ("SC-W", "MV-M"), ""),
        ("# nbaudit: ignore[ SC-W  MV-M ]", ("SC-W", "MV-M"), ""),
    ],
)
def test_forms(comment: str, names: tuple[str, ...], reason: str) -> None:
    found = one(f"x  {comment}")
    assert (found.issues_or_checks, found.reason) == (names, reason)


@pytest.mark.parametrize(
    "source",
    [
        "x = '# nbaudit: ignore'",
        'x = """\n# nbaudit: ignore\n"""',
        "x = 'it\\'s # nbaudit: ignore'",
        "x  # nbaudit: ignored",
        "x  # nbaudit: ignore-all",
        "x  # nbaudit: ignore[]",
        "x  # nbaudit: ignore[SC-W",
        "x  # see nbaudit",
        "%%bash\nls # nbaudit: ignore",
        "!ls # nbaudit: ignore",
    ],
)
def test_near_misses(source: str) -> None:
    assert suppressions(source) == ()


@pytest.mark.parametrize(
    ("source", "whole", "lines"),
    [
        ("x\n# nbaudit: ignore\n\n# why\ny = 1\nz", False, (5, 5)),
        ("x\n# nbaudit: ignore\ny = f(\n  1)\nz", False, (3, 4)),
        ("x\n# nbaudit: ignore", False, (0, 0)),
        ("y = f(\n  1)  # nbaudit: ignore\nz", False, (1, 2)),
        ("y = f(  # nbaudit: ignore\n  1)\nz", False, (1, 2)),
        ("for i in y:  # nbaudit: ignore\n    z", False, (1, 1)),
        ("x = '''\n'''  # nbaudit: ignore\nz", False, (1, 2)),
        ("x = f(  # nbaudit: ignore\n  1", False, (1, 2)),
        ("# nbaudit: ignore\nx\ny", True, (2, 2)),
        ("\n# text\n\n# nbaudit: ignore\nx", True, (5, 5)),
        ("%%time\n# nbaudit: ignore\nx", True, (3, 3)),
        ("x  # nbaudit: ignore\ny", False, (1, 1)),
    ],
)
def test_lines_covered(source: str, whole: bool, lines: tuple[int, int]) -> None:
    found = one(source)
    assert (found.whole_cell, (found.first_line, found.last_line)) == (whole, lines)


def test_tags() -> None:
    first, second = suppressions("x", ("nbaudit-ignore-SC-W", "nbaudit-ignore", "nbaudit-ignored", "nbaudit-ignore-"))
    assert (first.issues_or_checks, first.whole_cell, first.span) == (("SC-W",), True, Span(3, 1, 0, 1, 0))
    assert second.issues_or_checks == ()


def test_covers() -> None:
    line = one("x\ny  # nbaudit: ignore[sc-w]")
    assert line.covers(Span(3, 2), "SC-W", "some-check")
    assert not line.covers(Span(3, 1), "SC-W", "some-check")
    assert not line.covers(Span(2, 2), "SC-W", "some-check")
    assert not line.covers(Span(3, 2), "SC-M", "some-check")
    (tag,) = suppressions("x\ny", ("nbaudit-ignore-some-check",))
    assert tag.covers(Span(3, 2), "SC-M", "some-check")
    assert one("x # nbaudit: ignore").covers(Span(3, 1), "MV-M", "any")


@pytest.mark.parametrize(
    "piece", ["# nbaudit: ignore[", "#", "# ", "'#", "# nbaudit: ignore\n", "(# nbaudit: ignore\n"]
)
def test_hostile_input_takes_linear_time(piece: str) -> None:
    begun = time.process_time()
    suppressions("x = 1 # nbaudit" + piece * 50_000)
    # Quadratic work at this size takes minutes.
    assert time.process_time() - begun < 5

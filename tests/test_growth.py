"""Time grows as the number of cells, whether code goes straight on or changes one table in every cell."""

from __future__ import annotations

import time

import pytest
from benchmarks.generator import STYLES, make, text

from nbaudit.loading.notebook import loads
from nbaudit.pipeline import audit_notebook


def seconds(cells: int, style: str, rounds: int = 2) -> float:
    """Of processor time to load and audit a notebook; the least of some rounds."""
    data = text(cells, style)
    least = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        result = audit_notebook(loads(data, "n.ipynb"))
        least = min(least, time.process_time() - started)
        assert result.failures == ()
        assert result.findings
    return least


@pytest.mark.parametrize(("style", "most"), [("straight", 2.0), ("mutating", 3.0)])
def test_time_per_cell_hardly_grows(style: str, most: float) -> None:
    seconds(60, style)  # what is loaded late is loaded
    short, long = seconds(120, style, 3) / 120, seconds(1000, style, 2) / 1000
    assert long / short < most, f"{short * 1e3:.2f} -> {long * 1e3:.2f} ms per cell"  # of the square: 8


def test_generator_makes_what_it_says() -> None:
    for style in STYLES:
        made = make(100, style)
        assert len(made["cells"]) == 100
        assert made == make(100, style)
        assert made != make(100, style, seed=1)
    with pytest.raises(ValueError, match="no style"):
        make(10, "curly")

"""Time grows as the number of cells, whether code goes straight on or changes one table in every cell."""

from __future__ import annotations

import time

import pytest
from benchmarks.generator import STYLES, make, text

from nbaudit.dataflow import builder
from nbaudit.dataflow.interpret import build_graph
from nbaudit.loading.notebook import loads
from nbaudit.model.vocabulary import Role
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


@pytest.mark.parametrize(("style", "most"), [("straight", 2.0), ("mutating", 3.0), ("models", 2.5), ("fills", 3.0)])
def test_time_per_cell_hardly_grows(style: str, most: float) -> None:
    seconds(60, style)  # what is loaded late is loaded
    short, long = seconds(120, style, 3) / 120, seconds(1000, style, 2) / 1000
    assert long / short < most, f"{short * 1e3:.2f} -> {long * 1e3:.2f} ms per cell"  # of the square: 8


def test_behind_the_budget_the_rest_is_left_out_and_the_result_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "MAX_OF_A_ROLE", 50)
    result = audit_notebook(loads(text(200, "models"), "n.ipynb"))
    assert result.failures == ()
    assert "the notebook does more than the analysis follows; what comes after was left out" in [
        note.text for note in result.notes
    ]
    trained = [op for op in build_graph(loads(text(200, "models"), "n.ipynb")).operations if op.role is Role.FIT]
    assert len(trained) == 50


def test_what_one_notebook_really_does_is_within_the_budget() -> None:
    result = audit_notebook(loads(text(300, "models"), "n.ipynb"))
    assert not any("left out" in note.text for note in result.notes)


def test_generator_makes_what_it_says() -> None:
    for style in STYLES:
        made = make(100, style)
        assert len(made["cells"]) == 100
        assert made == make(100, style)
        assert made != make(100, style, seed=1)
    with pytest.raises(ValueError, match="no style"):
        make(10, "curly")

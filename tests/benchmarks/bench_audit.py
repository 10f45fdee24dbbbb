"""Benchmarks, no tests: `python -m pytest tests/benchmarks/bench_audit.py --benchmark-only` (pytest-benchmark).

Each stage, the whole audit and the command as a process, beside the floor: reading the JSON and parsing the cells.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ast_grep_py import SgRoot

from benchmarks.generator import text
from nbaudit.checkers.base import all_checks
from nbaudit.dataflow.interpret import build_graph
from nbaudit.evidence.outputs import read_outputs
from nbaudit.loading.notebook import loads
from nbaudit.phases.label import label_cells
from nbaudit.pipeline import audit_notebook
from nbaudit.report import FORMATS
from nbaudit.report.summary import Audit, Context

SIZES = (10, 100, 1000, 3000)


def parse(data: bytes) -> int:
    """The floor: JSON, and a bare parse of each code cell."""
    import json

    cells = json.loads(data)["cells"]
    return sum(len(SgRoot("".join(c["source"]), "python").root().children()) for c in cells if c["cell_type"] == "code")


@pytest.fixture(params=SIZES)
def data(request: pytest.FixtureRequest) -> bytes:
    return text(request.param)


def test_floor(benchmark: Any, data: bytes) -> None:
    benchmark(parse, data)


def test_load(benchmark: Any, data: bytes) -> None:
    benchmark(loads, data, "n.ipynb")


def test_graph(benchmark: Any, data: bytes) -> None:
    benchmark(build_graph, loads(data, "n.ipynb"))


def test_outputs(benchmark: Any, data: bytes) -> None:
    benchmark(read_outputs, loads(data, "n.ipynb"))


def test_phases(benchmark: Any, data: bytes) -> None:
    notebook = loads(data, "n.ipynb")
    benchmark(label_cells, notebook, build_graph(notebook))


def test_audit(benchmark: Any, data: bytes) -> None:
    all_checks()
    benchmark(lambda: audit_notebook(loads(data, "n.ipynb")))


@pytest.mark.parametrize("format_", FORMATS)
def test_report(benchmark: Any, format_: str) -> None:
    data = text(100)
    audits = [Audit(audit_notebook(loads(data, "n.ipynb")), data.decode())]
    benchmark(FORMATS[format_].render, audits, Context())


def test_command(benchmark: Any, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(data)
    command = [sys.executable, "-m", "nbaudit", "audit", str(path), "-f", "json", "-o", str(tmp_path / "o.json")]
    benchmark(subprocess.run, command, capture_output=True, check=False)

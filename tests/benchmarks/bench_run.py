"""What a run with probes costs above plain execution by nbclient: `python tests/benchmarks/bench_run.py [ROUNDS]`.

Each fixture with its data is executed in turn by both, in a copy of its folder, ROUNDS times (default 3). Given are the
least processor seconds of each (own and the kernel's: they hold on a busy machine) and the least seconds on the clock.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

from nbaudit.evidence.run import run_notebook

NOTEBOOKS = Path(__file__).parents[2] / "fixtures" / "notebooks"
NEEDS_MORE = ("neural_", "torch_")
"""Fixtures whose libraries are no part of the test environment."""


def plainly(path: Path) -> None:
    """Execute the notebook by nbclient alone."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()


def probed(path: Path) -> None:
    """Execute it as `--run` does, facts read between the cells."""
    told = run_notebook(path)
    assert told.failed is None, told.failed
    assert told.facts


def costs(execute: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """(processor seconds of this process and its children, seconds on the clock) of one execution in a fresh copy."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(path.parent, Path(folder) / "work")
        before, clock = _spent(), perf_counter()
        execute(Path(folder) / "work" / path.name)
        return _spent() - before, perf_counter() - clock


def _spent() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main(rounds: int) -> None:
    totals = [0.0] * 4
    print(f"{'notebook':36} {'nbclient':>16} {'--run':>16} {'above':>16}   (processor | clock)")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if path.name.startswith(NEEDS_MORE):
            continue
        seen = [(costs(plainly, path), costs(probed, path)) for _ in range(rounds)]
        least = [min(item[way][unit] for item in seen) for way in (0, 1) for unit in (0, 1)]
        totals = [total + value for total, value in zip(totals, least, strict=True)]
        print(_line(path.stem, least))
    print(_line("all", totals))


def _line(name: str, values: list[float]) -> str:
    plain, clock, run, run_clock = values
    above, above_clock = 100 * (run / plain - 1), 100 * (run_clock / clock - 1)
    return f"{name:36} {plain:7.2f} |{clock:7.2f} {run:7.2f} |{run_clock:7.2f} {above:6.1f}% |{above_clock:6.1f}%"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

"""Times the audit of each notebook in a folder beside the floor of the run: `python -m tests.benchmarks.folder F`.

Prints the median and the slowest of: the floor (JSON and a bare parse), loading, the graph, the audit; the ratio to
the floor; the peak of memory; and of the command as a process, with a warm file cache. Seconds are of processor time.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ast_grep_py import SgRoot

from nbaudit.dataflow.interpret import build_graph
from nbaudit.errors import NbauditError
from nbaudit.loading.notebook import loads
from nbaudit.model.source import Notebook
from nbaudit.pipeline import audit_notebook

STAGES = ("floor", "load", "graph", "audit")
PROCESSES = 9
INSTALLED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
"""An installed package has its bytecode; the environment must not forbid it."""


def seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def floor(data: bytes, notebook: Notebook) -> None:
    json.loads(data)
    for cell in notebook.cells:
        if cell.is_python:
            SgRoot(cell.python, "python").root()


def measure(path: Path) -> dict[str, float] | None:
    """Seconds by stage; None where the file is no Python notebook."""
    data = path.read_bytes()
    try:
        notebook = loads(data, path.name)
    except NbauditError:
        return None
    if notebook.language != "python":
        return None
    return {
        "floor": seconds(lambda: floor(data, notebook)),
        "load": seconds(lambda: loads(data, path.name)),
        "graph": seconds(lambda: build_graph(notebook)),
        "audit": seconds(lambda: audit_notebook(loads(data, path.name))),
    }


def of_process(command: list[str]) -> float:
    """Median processor seconds of a command."""
    found = []
    for _ in range(PROCESSES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, env=INSTALLED, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found)


def main(folder: str) -> None:
    paths = sorted(Path(folder).rglob("*.ipynb"))
    for path in paths[:5]:
        measure(path)  # what is loaded late is loaded
    rows = [(path, row) for path in paths if (row := measure(path)) is not None]
    print(f"{date.today()}  Python {platform.python_version()}  {platform.machine()}  {len(rows)} notebooks")
    for stage in STAGES:
        found = [row[stage] for _, row in rows]
        print(f"{stage:6} median {statistics.median(found) * 1e3:8.2f} ms   slowest {max(found) * 1e3:8.1f} ms")
    ratios = [row["audit"] / row["floor"] for _, row in rows]
    total = sum(row["audit"] for _, row in rows) / sum(row["floor"] for _, row in rows)
    print(f"audit / floor: median {statistics.median(ratios):.1f}, of the sums {total:.1f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    ordinary = sorted(rows, key=lambda item: item[1]["audit"])[len(rows) // 2][0]
    command = [sys.executable, "-m", "nbaudit", "audit", str(ordinary), "-f", "json", "-o", "-"]
    print(f"command on the median notebook: {of_process(command):.3f} s; Python alone: ", end="")
    print(f"{of_process([sys.executable, '-c', 'pass']):.3f} s")


if __name__ == "__main__":
    main(sys.argv[1])

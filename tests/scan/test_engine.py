"""Workers: equal results whoever does the work, and a notebook that breaks its worker costs itself alone."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbaudit.scan.changes import Report, outcome
from nbaudit.scan.engine import Engine, Limits, Pool, Serial
from nbaudit.scan.report import to_json
from nbaudit.scan.run import Options, RepositoryScan, Scan
from nbaudit.scan.targets import Choice, repositories
from nbaudit.scan.work import Settings, Task
from scan.helpers import BREAKER, INDEBTED, SOUND, notebook_text, scanned, states, write_notebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        write_notebook(tmp_path / f"n{number}.ipynb", (*INDEBTED, f"number = {number}"))
    write_notebook(tmp_path / "deep" / "sound.ipynb", SOUND)
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "empty.ipynb").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def breaker(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes break over notebooks that say so."""
    place = tmp_path_factory.mktemp("breaker")
    (place / "sitecustomize.py").write_text(BREAKER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(place), str(Path(__file__).parents[2]))))


def document(engine: Engine, folder: Path) -> str:
    return to_json(Report(tuple(outcome(one, None, True) for one in scanned(folder, engine=engine))))


def test_serial_and_pool_give_equal_bytes(folder: Path) -> None:
    serial = document(Serial(), folder)
    assert serial == document(Pool(2), folder)
    assert '"SC-W": "present"' in serial


def test_what_is_no_notebook_is_listed_with_the_reason(folder: Path) -> None:
    (scan,) = scanned(folder, engine=Pool(1))
    found = states(scan)
    assert found["broken.ipynb"].startswith("ends too early")
    assert found["empty.ipynb"].startswith("is empty")
    assert found["deep/sound.ipynb"] == "audited"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux only")
def test_a_notebook_that_breaks_its_worker_costs_itself_alone(folder: Path, breaker: None) -> None:
    for word in ("SEGFAULT", "EAT MEMORY"):
        write_notebook(folder / f"{word}.ipynb", (f"# {word}",))
    (scan,) = scanned(folder, engine=Pool(2, Limits(memory_mb=600)))
    found = states(scan)
    assert found["SEGFAULT.ipynb"] == "its worker process crashed (SIGSEGV)"
    assert found["EAT MEMORY.ipynb"] == "took more memory than the limit"
    assert [state for path, state in found.items() if path.startswith("n")] == ["audited"] * 6


def test_a_notebook_that_takes_too_long_is_ended(tmp_path: Path, breaker: None) -> None:
    write_notebook(tmp_path / "HANG.ipynb", ("# HANG",))
    (scan,) = scanned(tmp_path, engine=Pool(1, Limits(seconds=1)))
    assert states(scan) == {"HANG.ipynb": "took longer than the limit of 1 s"}


def test_a_worker_that_is_killed_is_replaced(folder: Path) -> None:
    engine = Pool(1)
    tasks = [Task(0, f"{number}", "", notebook_text(INDEBTED).encode(), Settings()) for number in range(3)]

    def killing() -> Iterator[Task]:
        yield tasks[0]
        yield tasks[1]
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
        if children.exists():
            for child in children.read_text().split():
                if b"nbaudit.scan.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), 9)
        yield tasks[2]

    results = {task.path: data for task, data in engine.run(killing())}
    assert results["2"] == next(iter(Serial().run(iter([tasks[2]]))))[1]


def test_ctrl_c_keeps_what_was_done(folder: Path) -> None:
    class Stopping(Serial):
        def run(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, bytes]]:
            for number, item in enumerate(super().run(tasks)):
                if number == 3:
                    raise KeyboardInterrupt
                yield item

    found: list[RepositoryScan] = []
    scan = Scan(Stopping(), found.append, Options())
    scan.run(repositories([str(folder)], Choice()))
    assert scan.stopped
    assert len(found) == 1 and not found[0].complete
    assert len(found[0].notebooks) == 3


def test_no_worker_outlives_an_abandoned_scan(folder: Path) -> None:
    engine = Pool(2)
    tasks = (Task(0, str(number), "", notebook_text(INDEBTED).encode(), Settings()) for number in range(50))
    outcomes = engine.run(tasks)
    next(outcomes)
    started = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 10

"""The Dask engine against a real local cluster of several worker processes."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbaudit.scan.dask_engine import Dask
from nbaudit.scan.engine import Limits, Serial
from nbaudit.scan.records import failed
from nbaudit.scan.run import Options, Scan
from nbaudit.scan.targets import Choice, repositories
from nbaudit.scan.work import Settings, Task
from scan.helpers import INDEBTED, SOUND, notebook_text, write_notebook

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.xdist_group("dask")


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it tells of each worker that is killed
    local = distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    )
    yield local
    local.close(timeout=20)


def tasks(number: int) -> list[Task]:
    cells = [SOUND if index % 7 == 0 else (*INDEBTED, f"number = {index}") for index in range(number)]
    found = [Task(0, str(index), "", notebook_text(each).encode(), Settings()) for index, each in enumerate(cells)]
    return [*found, Task(0, "broken", "", b"{", Settings())]


def test_a_worker_killed_in_the_middle_loses_nothing_and_results_are_equal(cluster: object) -> None:
    address = cluster.scheduler_address  # type: ignore[attr-defined]
    wanted = {task.path: data for task, data in Serial().run(iter(tasks(60)))}
    got: dict[str, bytes] = {}
    killed = False
    for task, data in Dask(address).run(iter(tasks(60))):
        assert task.path not in got
        got[task.path] = data
        if len(got) == 15:
            with distributed.Client(address, set_as_default=False) as client:
                victim = next(iter(client.run(os.getpid).values()))
            os.kill(victim, signal.SIGKILL)
            killed = True
    assert killed
    assert got == wanted


def test_limits_hold_on_the_cluster(cluster: object) -> None:
    address = cluster.scheduler_address  # type: ignore[attr-defined]
    one = tasks(1)[:1]
    outcomes = list(Dask(address, Limits(seconds=0.0001)).run(iter(one)))
    assert outcomes == [(one[0], failed("took longer than the limit of 0.0001 s"))]


def test_a_scheduler_that_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbaudit.scan.dask_engine.CONNECT_SECONDS", 1)
    write_notebook(tmp_path / "a.ipynb")
    scan = Scan(Dask("tcp://127.0.0.1:1"), lambda _: None, Options())
    scan.run(repositories([str(tmp_path)], Choice()))
    assert len(scan.errors) == 1 and "can't be reached" in scan.errors[0]

"""The same work on a Dask cluster. Its workers need nbaudit of the very same version, and nothing else: no shared disk.

Each thread of a Dask worker has a worker process of ours (`engine.Worker`), so that a notebook that crashes, hangs or
takes too much memory costs itself alone there, too, and is told apart from a Dask worker that is lost.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from nbaudit.errors import NbauditError, UsageError
from nbaudit.scan.engine import Limits, Outcome, Worker
from nbaudit.scan.records import failed
from nbaudit.scan.work import Task, analysis_digest

CONNECT_SECONDS = 20
TRIES = 5
"""How often a task is given to the cluster anew when the Dask workers that had it were lost."""

PER_THREAD = 3
"""Tasks at the cluster for each of its threads: one at work, the others on their way."""

_threads = threading.local()


class ClusterLost(NbauditError):
    """The scheduler can't be reached, or is gone."""


class Dask:
    """The cluster of a scheduler.

    Raises:
        UsageError: distributed is not installed.
    """

    def __init__(self, scheduler: str, limits: Limits | None = None) -> None:
        try:
            import distributed  # noqa: F401
        except ImportError:
            raise UsageError("--engine dask needs distributed; pip install 'nbaudit[dask]'") from None
        self.scheduler = scheduler
        self.limits = limits or Limits()

    def run(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As `engine.Engine`.

        Raises:
            ClusterLost: there is no scheduler, or it went away.
        """
        # By name: it says that it has types, and has none for what is used here.
        distributed: Any = import_module("distributed")
        lost: type[Exception] = import_module("distributed.comm.core").CommClosedError
        try:
            client = distributed.Client(self.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterLost(f"the Dask scheduler {self.scheduler} can't be reached ({error})") from None
        at_work: dict[Any, tuple[Task, int]] = {}
        try:
            completed = distributed.as_completed(loop=client.loop)
            more = True
            while more or at_work:
                while more and len(at_work) < self._room(client):
                    task = next(tasks, None)
                    if task is None:
                        more = False
                    else:
                        self._submit(client, completed, at_work, task, 1)
                if at_work:
                    yield from self._take(client, completed, at_work)
        except (lost, OSError) as error:
            raise ClusterLost(f"the Dask scheduler {self.scheduler} is gone ({error})") from error
        finally:
            client.close(timeout=5)

    def _room(self, client: Any) -> int:
        threads: int = sum(client.nthreads().values())
        return max(1, threads) * PER_THREAD

    def _submit(self, client: Any, completed: Any, at_work: dict[Any, tuple[Task, int]], task: Task, turn: int) -> None:
        # The bytes travel in the task, not as data of their own: what a lost worker held would be lost with it.
        limits = (self.limits.seconds, self.limits.memory_mb)
        future = client.submit(audit_there, task.data, task.settings, limits, analysis_digest(), pure=False)
        at_work[future] = (task, turn)
        completed.add(future)

    def _take(self, client: Any, completed: Any, at_work: dict[Any, tuple[Task, int]]) -> Iterator[Outcome]:
        """The next task that is done; none where the cluster lost it and it was given out again."""
        future = next(completed)
        task, turn = at_work.pop(future)
        if future.status == "finished":
            yield task, future.result()
        elif turn < TRIES:
            self._submit(client, completed, at_work, task, turn + 1)
        else:
            yield task, failed(f"the cluster lost it {TRIES} times ({type(future.exception()).__name__})")


def audit_there(data: bytes, settings: Any, limits: tuple[float, int], analysis: str) -> bytes:
    """What a Dask worker does: the record of one notebook, by the worker process of this thread."""
    if analysis != analysis_digest():
        return failed("the cluster's worker has another version of nbaudit; install the same everywhere")
    wanted = Limits(*limits)
    worker: Worker | None = getattr(_threads, "worker", None)
    if worker is None or worker.limits != wanted:
        if worker is not None:
            worker.close()
            worker.dispose()
        worker = _threads.worker = Worker(wanted)
    return worker.audit(Task(0, "", "", data, settings))

"""Where the work is done: in this process, or in worker processes with limits. `dask_engine` does it on a cluster."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from nbaudit.scan.records import failed
from nbaudit.scan.work import MEMORY, Task, audit_bytes

Outcome = tuple[Task, bytes]
"""A task and its record, as `Record.dumps` gives it."""

_START = (
    "import sys; sys.path[:] = [place for place in sys.path if place]; "
    "from nbaudit.scan.child import main; main(int(sys.argv[1]))"
)
"""Not `-m`: that would import from the present folder, which may be a repository that nobody trusts."""

KILLED = 9
"""SIGKILL; `signal` has it by name on some systems only."""

START_SECONDS = 120
"""How long a worker may take to come up; importing everything takes about one second on an idle machine."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one notebook may take. Memory is enforced on Linux only."""

    seconds: float = 60.0
    memory_mb: int = 2048


class Engine(Protocol):
    """Does the tasks in any order. Takes no more of them from the iterator than it can soon do."""

    def run(self, tasks: Iterator[Task]) -> Iterator[Outcome]: ...


class Serial:
    """One notebook after the other in this process, without limits: for debugging, and to compare the others with."""

    def run(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        for task in tasks:
            try:
                yield task, audit_bytes(task.data, task.settings).dumps()
            except MemoryError:
                yield task, failed(MEMORY)


class Pool:
    """`workers` processes on this machine. One that crashes, hangs or takes too much memory costs its notebook alone:
    the notebook's record says why it failed, and a new worker takes its place."""

    def __init__(self, workers: int | None = None, limits: Limits | None = None) -> None:
        self.workers = workers or cores()
        self.limits = limits or Limits()

    def run(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        all_workers = [Worker(self.limits) for _ in range(self.workers)]
        for worker in all_workers:
            idle.put(worker)

        def do(task: Task) -> Outcome:
            worker = idle.get()
            try:
                return task, worker.audit(task)
            finally:
                idle.put(worker)

        executor = ThreadPoolExecutor(self.workers, thread_name_prefix="nbaudit-worker")
        pending: set[Future[Outcome]] = set()
        try:
            for task in tasks:
                pending.add(executor.submit(do, task))
                # One task waits for each worker, so that none is idle while the next notebook is read.
                while len(pending) >= 2 * self.workers:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            for worker in all_workers:
                worker.close()
            executor.shutdown(wait=True, cancel_futures=True)
            for worker in all_workers:
                worker.dispose()


class Worker:
    """One worker process, started when it is first needed and again after it has died."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def audit(self, task: Task) -> bytes:
        """The record of the task; a failed one where the worker died over it or took too long."""
        if not self._started():
            return failed("the worker process could not be started")
        process = self._process
        assert process is not None
        late = threading.Event()
        timer = threading.Timer(self.limits.seconds, _expire, (process, late))
        timer.daemon = True
        timer.start()
        try:
            answer = _ask(process, task, self.limits.seconds)
        finally:
            timer.cancel()
        if answer is None or answer == failed(MEMORY):
            code = self._ended(process)
            if answer is None:
                return failed(self._why(late.is_set(), code))
        elif late.is_set():  # the answer came just in time, and so did the kill
            self._ended(process)
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing; the worker starts no other."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def dispose(self) -> None:
        """Close what is left of a closed worker that no thread uses any more."""
        if self._process is not None:
            self._ended(self._process)

    def _started(self) -> bool:
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return True
            if self._closed:
                return False
            command = [sys.executable, "-c", _START, str(self.limits.memory_mb)]
            # A session of its own: Ctrl-C is for the parent, which decides what is kept.
            self._process = process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        timer = threading.Timer(START_SECONDS, process.kill)
        timer.daemon = True
        timer.start()
        try:
            return _receive(process) == b"ready"
        finally:
            timer.cancel()

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        with self._lock:
            process.kill()
            code = process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:  # what was still in the buffer has no reader
                        continue
            self._process = None
            return code

    def _why(self, late: bool, code: int) -> str:
        if self._closed:
            return "the scan was stopped"
        if late:
            return f"took longer than the limit of {self.limits.seconds:g} s"
        if code == -KILLED:
            return "its worker process was killed (the system does so when memory runs out)"
        return f"its worker process crashed ({_signal_name(code)})"


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _expire(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"signal {-code}"


def _ask(process: subprocess.Popen[bytes], task: Task, seconds: float) -> bytes | None:
    head = {"size": len(task.data), "settings": task.settings.to_dict(), "seconds": seconds}
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(head).encode() + b"\n")
        process.stdin.write(task.data)
        process.stdin.flush()
    except OSError:  # it died; the missing answer tells
        return None
    return _receive(process)


def _receive(process: subprocess.Popen[bytes]) -> bytes | None:
    """The bytes of one message; None where the process ended before it was whole."""
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        size = int(json.loads(line)["size"])
        data = process.stdout.read(size)
    except (OSError, ValueError):
        return None
    return data if len(data) == size else None

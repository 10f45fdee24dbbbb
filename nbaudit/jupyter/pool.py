"""The server's side of its worker processes.

Not concurrent.futures or multiprocessing: a task of theirs can't be stopped, and a process that they start imports the
server's main module anew. Threads wait for the processes, since not every event loop that Jupyter runs on can.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from nbaudit.jupyter.worker import COMMAND, read, write


class TaskFailed(Exception):
    """The task could not be done; `kind` is "input" (the user's side), "crash" (ours) or "timeout"."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class _Process:
    """One worker process; `ask` blocks."""

    def __init__(self, memory_mb: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", COMMAND, str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Else Ctrl-C for the server would interrupt the workers; they end when their input does.
            start_new_session=os.name != "nt",
        )

    def ask(self, parts: Sequence[bytes]) -> tuple[str, bytes]:
        """Send a request and wait for the answer.

        Raises:
            EOFError, OSError: the process is gone.
        """
        assert self._child.stdin is not None and self._child.stdout is not None
        write(self._child.stdin, parts)  # type: ignore[arg-type]
        state, body = read(self._child.stdout)  # type: ignore[arg-type]
        return state.decode(), body

    def alive(self) -> bool:
        return self._child.poll() is None

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                # A write that the kill cut off is still in the buffer, and closing would try it again.
                with contextlib.suppress(OSError):
                    stream.close()


class Pool:
    """Up to `size` worker processes, started when they are needed and kept."""

    def __init__(self, size: int, memory_mb: int = 0) -> None:
        self._slots = asyncio.Semaphore(size)
        self._threads = ThreadPoolExecutor(size + 1, thread_name_prefix="nbaudit")
        self._memory_mb = memory_mb
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()

    async def run(self, options: Mapping[str, Any], notebooks: Sequence[bytes], seconds: float) -> bytes:
        """The answer of a task. Cancelling it, or `seconds` passing, ends the process that works on it.

        Raises:
            TaskFailed: it could not be done.
        """
        async with self._slots:
            process = await self._process()
            self._busy.add(process)
            parts = [json.dumps(options).encode("ascii"), *notebooks]
            asked = asyncio.get_running_loop().run_in_executor(self._threads, process.ask, parts)
            try:
                state, body = await asyncio.wait_for(asyncio.shield(asked), seconds)
            except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
                await self._end(process, asked)
                sentence = f"the audit took longer than {seconds:g} seconds and was stopped"
                raise TaskFailed("timeout", sentence) from None
            except (EOFError, OSError):
                await self._end(process, asked)
                sentence = "the audit's process ended (out of memory?); see the server's log"
                raise TaskFailed("crash", sentence) from None
            except asyncio.CancelledError:
                await self._end(process, asked)
                raise
            finally:
                self._busy.discard(process)
            self._idle.append(process)
        if state != "ok":
            raise TaskFailed(state, body.decode("utf-8", "replace"))
        return body

    def processes(self) -> int:
        """How many worker processes there are."""
        return sum(process.alive() for process in (*self._idle, *self._busy))

    def close(self) -> None:
        """End all processes."""
        for process in (*self._idle, *self._busy):
            process.end()
        self._idle.clear()
        self._threads.shutdown(wait=False)

    async def _process(self) -> _Process:
        while self._idle:
            process = self._idle.pop()
            if process.alive():
                return process
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _Process, self._memory_mb)

    async def _end(self, process: _Process, asked: asyncio.Future[tuple[str, bytes]]) -> None:
        await asyncio.get_running_loop().run_in_executor(None, process.end)
        # The thread that waited meets the end of the process; nobody else will ask what it met.
        asked.add_done_callback(lambda future: future.cancelled() or future.exception())


class Cache:
    """Answers by the content that was asked about; the least recently used go when `size` bytes are exceeded."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._entries: OrderedDict[str, bytes] = OrderedDict()

    @staticmethod
    def key(options: Mapping[str, Any], notebooks: Sequence[bytes]) -> str:
        digest = sha256(json.dumps(options, sort_keys=True).encode("ascii"))
        for notebook in notebooks:
            digest.update(sha256(notebook).digest())
        return digest.hexdigest()

    def get(self, key: str) -> bytes | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: str, answer: bytes) -> None:
        self._held += len(answer) - len(self._entries.pop(key, b""))
        self._entries[key] = answer
        while self._held > self._size and self._entries:
            _, dropped = self._entries.popitem(last=False)
            self._held -= len(dropped)

"""A worker process: takes notebooks on standard input and gives records on standard output, one after the other.

`engine` starts it. A message is a line of JSON with the `size` of the bytes behind it;
to the worker it also has `settings` and `seconds`. The worker ends where its input ends, and kills itself where a
notebook takes much longer than `seconds`, for the case that its parent is no longer there to do it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import IO

from nbaudit.scan.records import failed
from nbaudit.scan.work import MEMORY, Settings, audit_bytes

GRACE = 30
"""Seconds behind the limit after which a worker without a parent kills itself."""


def main(memory_mb: int) -> None:
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    # Nothing that a library prints may come between the messages.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    limit_memory(memory_mb)
    import nbaudit.pipeline  # noqa: F401  (its import is no notebook's time)

    send(sink, b"ready")
    while line := source.readline():
        head = json.loads(line)
        data = source.read(head["size"])
        _alarm(int(head["seconds"]) + GRACE)
        try:
            answer = audit_bytes(data, Settings.from_dict(head["settings"])).dumps()
        except MemoryError:
            # The memory is in pieces now; a new worker takes the next notebook.
            del data
            send(sink, failed(MEMORY))
            return
        _alarm(0)
        send(sink, answer)


def send(sink: IO[bytes], data: bytes) -> None:
    sink.write(b'{"size": %d}\n' % len(data))
    sink.write(data)
    sink.flush()


def limit_memory(memory_mb: int) -> None:
    """Bound what this process may allocate, where the system can (Linux enforces it; others have no such limit)."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    # Not RLIMIT_AS: libraries reserve address space by the gigabyte that they never write to.
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = memory_mb << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)

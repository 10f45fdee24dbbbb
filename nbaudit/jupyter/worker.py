"""The process in which a Jupyter server audits: tasks come in on standard input, answers go out on standard output.

A message is a number of parts, each its length (8 bytes, big-endian) and its bytes. A request's first part is JSON with
`task` and the options, the others are notebooks. An answer has a state ("ok", "input" or "crash") and a body.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Sequence
from typing import BinaryIO

from nbaudit.errors import NbauditError

COMMAND = (
    # The folder that the server was started in may hold notebooks, and beside them modules named like Python's own.
    "import sys; sys.path[:] = [entry for entry in sys.path if entry]; "
    "from nbaudit.jupyter.worker import main; main(int(sys.argv[1]))"
)
_LENGTH = struct.Struct(">Q")


def write(stream: BinaryIO, parts: Sequence[bytes]) -> None:
    stream.write(_LENGTH.pack(len(parts)))
    for part in parts:
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def read(stream: BinaryIO) -> list[bytes]:
    """The parts of the next message.

    Raises:
        EOFError: the other side is gone.
    """
    (count,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    parts = []
    for _ in range(count):
        (size,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
        parts.append(_exactly(stream, size))
    return parts


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def answer(parts: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The state and the body that answer a request; whatever is raised becomes a body of one sentence."""
    from nbaudit.jupyter.tasks import TASKS

    try:
        options = json.loads(parts[0])
        return b"ok", TASKS[options["task"]](options, parts[1:])
    except NbauditError as error:
        return b"input", str(error).encode("utf-8", "replace")
    except Exception as error:  # the server says it to its user and logs it
        return b"crash", f"nbaudit crashed ({type(error).__name__}: {error})".encode("utf-8", "replace")


def main(memory_mb: int) -> None:
    """Answer until standard input ends."""
    _limit(memory_mb)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    # JupyterLab asks for the catalogue as it starts, then for an audit, then perhaps for its report
    ahead = iter(("audit", "page"))
    while True:
        try:
            parts = read(requests)
        except EOFError:
            return
        write(answers, answer(parts))
        _warm_up(next(ahead, None))


def _warm_up(task: str | None) -> None:
    """Load what a task needs, so that it is there when the task is asked for; a quarter of a second."""
    from nbaudit.jupyter.tasks import WARM_UP

    if task is not None:
        state, body = answer([json.dumps({"task": task, "name": "warm-up.ipynb"}).encode("ascii"), WARM_UP])
        if state != b"ok":
            print(f"nbaudit: {body.decode('utf-8', 'replace')}", file=sys.stderr)


def _limit(memory_mb: int) -> None:
    if not memory_mb:
        return
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))

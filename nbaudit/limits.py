"""A clock and a bound of memory for the audit of one notebook in this process.

What one notebook can cost is bounded by counted work first (`docs/security.md`): that gives the same result everywhere.
These limits are for what nobody thought of. The clock is asked between two steps of Python, and inside its regular
expressions; the parsers, written in C and Rust, run to their end, which the size of a cell bounds.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from nbaudit.errors import NotebookTooCostly

SECONDS = 120.0
MEMORY_MB = 4096


class _Late(BaseException):
    """Passes through what contains the crashes of stages and checks."""


def has_clock() -> bool:
    """True where a clock can stop an audit: in the main thread of a system with timers (all but Windows)."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def limited(
    name: str, seconds: float = SECONDS, memory_mb: int = MEMORY_MB, by: str = "--time-limit"
) -> Iterator[None]:
    """Inside the block, an audit may take so long and so much; 0 for no limit. `by` is what sets the time.

    The clock needs the main thread of a system with timers (all but Windows), the bound of memory needs Linux.

    Raises:
        NotebookTooCostly: a limit was met; `name` is the notebook's.
    """
    clock = bool(seconds) and has_clock()
    kept = _bound_memory(memory_mb)
    before = signal.signal(signal.SIGALRM, _ring) if clock else None
    try:
        if clock:
            # again every second, in case that the first was swallowed where Python can't raise (a destructor)
            signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        yield
    except _Late:
        reason = f"its audit took longer than the limit of {seconds:g} s and was stopped; {by} sets another"
        raise NotebookTooCostly(name, reason) from None
    except MemoryError:
        if not memory_mb:
            raise
        reason = f"its audit took more memory than the limit of {memory_mb} MB; --memory-limit sets another"
        raise NotebookTooCostly(name, reason) from None
    finally:
        if clock:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        if kept is not None:
            _set_memory(kept)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise _Late


def _bound_memory(memory_mb: int) -> tuple[int, int] | None:
    """Bound what this process may allocate; gives what held before, None where nothing was changed."""
    if not memory_mb or not sys.platform.startswith("linux"):
        return None
    import resource

    # Not RLIMIT_AS: libraries reserve address space by the gigabyte that they never write to.
    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = memory_mb << 20
    hard = before[1]
    if 0 <= before[0] <= most:
        return None  # whoever started this process allows less
    _set_memory((most if hard < 0 else min(most, hard), hard))
    return before


def _set_memory(limit: tuple[int, int]) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, limit)

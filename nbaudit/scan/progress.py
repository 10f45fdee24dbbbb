"""How far a scan is: a bar with rate and remaining time on a terminal, else a plain line now and then."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

EVERY = 15.0
"""Seconds between two plain lines."""


class Counter:
    """Counts only; the base of both forms. `seconds` runs from the start."""

    def __init__(self) -> None:
        self.total = self.finished = self.cached = self.failed = self.repositories = 0
        self._start = time.monotonic()

    def __enter__(self) -> Counter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    @property
    def rate(self) -> float:
        """Notebooks a second since the start."""
        return self.finished / max(self.seconds, 1e-6)

    def listed(self, name: str, notebooks: int) -> None:
        self.repositories += 1
        self.total += notebooks

    def done(self, cached: bool, failed: bool) -> None:
        self.finished += 1
        self.cached += cached
        self.failed += failed


class Lines(Counter):
    """A plain line every `EVERY` seconds, for logs."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._next = EVERY

    def done(self, cached: bool, failed: bool) -> None:
        super().done(cached, failed)
        if self.seconds >= self._next:
            self._next = self.seconds + EVERY
            left = (self.total - self.finished) / self.rate
            self._stream.write(
                f"nbaudit: {self.finished} of {self.total} notebooks, {self.rate:.1f} a second, "
                f"about {span(left)} left\n"
            )
            self._stream.flush()


class Bar(Counter):
    """A bar on the terminal that is gone in the end."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("scanning", total=None, rate="")

    def __enter__(self) -> Counter:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def listed(self, name: str, notebooks: int) -> None:
        super().listed(name, notebooks)
        from nbaudit.report.clean import one_line

        self._progress.update(self._task, total=self.total, description=one_line(name, 40))

    def done(self, cached: bool, failed: bool) -> None:
        super().done(cached, failed)
        self._progress.update(self._task, completed=self.finished, rate=f"{self.rate:.0f}/s")


def counter(quiet: bool) -> Counter:
    """The form that fits where standard error goes."""
    if quiet:
        return Counter()
    return Bar() if sys.stderr.isatty() else Lines(sys.stderr)


def span(seconds: float) -> str:
    """A time in words: "42 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"

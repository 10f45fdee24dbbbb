"""What is asked of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """`kernel` is a kernel's name (None: the notebook's own), `cwd` the folder to run a copy of (None: the notebook's).

    Times are seconds; `memory_mb` is the most that the kernel may allocate, None for no limit; `max_output` are the
    characters of output that are kept per cell. With `network` the kernel may use the network.
    """

    kernel: str | None = None
    cwd: Path | None = None
    cell_timeout: float = 120.0
    total_timeout: float = 600.0
    memory_mb: int | None = 8192
    max_output: int = 1_000_000
    network: bool = False

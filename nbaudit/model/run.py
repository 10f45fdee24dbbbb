"""What a run of the notebook tells."""

from __future__ import annotations

from msgspec import Struct

from nbaudit.model.facts import Fact
from nbaudit.model.source import Note


class FailedCell(Struct, frozen=True):
    """The cell that ended the run: its index, the exception's name ("TimeoutError", "DeadKernel" for those of ours)
    and one sentence for the reader."""

    cell: int
    error: str
    text: str


class RunResult(Struct, frozen=True):
    """What a run tells.

    `facts` have `basis` RUN; those read from a variable after a cell have its bare name as `expression`. `notes` are
    for the reader. `changed` are the cells whose outputs differ from the saved ones, `missing` the packages that the
    kernel doesn't have, `out_of_order` the cells that were last executed before a cell above them, and `hidden_state`
    says that the saved execution counts have gaps (cells ran that are gone or were run again). `ran` counts the cells
    that ran to their end, `seconds` is the time of all.
    """

    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()
    failed: FailedCell | None = None
    changed: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    out_of_order: tuple[int, ...] = ()
    hidden_state: bool = False
    ran: int = 0
    seconds: float = 0.0
    probe_seconds: float = 0.0


NO_RUN = RunResult()
"""Stands for a notebook that was not run."""

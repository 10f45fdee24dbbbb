"""nbaudit: the auditor for machine-learning notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

    from nbaudit.config import Config
    from nbaudit.interactive import ShownResult

__version__ = "0.1.0"


def audit(path: str | Path, config: Config | None = None, *, time_limit: float = 0) -> ShownResult:
    """Audit one notebook file. The result shows itself in a notebook; `.verdicts` has the 30 verdicts by code,
    `.findings` the findings, `.to_frame()` gives them as a pandas DataFrame, `.to_dict()` the public JSON.

    What an audit can cost is bounded by counted work (`docs/security.md`). `time_limit` adds a clock, in seconds, for
    callers that must be sure; 0 for none. It uses the process's alarm (SIGALRM).

    Raises:
        NotebookUnreadable: the file can't be read as a notebook.
        NotebookTooCostly: the audit took longer than `time_limit`.
        UsageError: a time limit where there is no alarm: outside the main thread, or on Windows.
    """
    from pathlib import Path

    from nbaudit.interactive import audit_file

    return audit_file(Path(path), config, time_limit)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext nbaudit` calls: it gives the shell the magic `%nbaudit`."""
    from nbaudit.interactive import register

    register(shell)

"""nbaudit: the auditor for machine-learning notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbaudit.config import Config
    from nbaudit.model.result import AuditResult

__version__ = "0.1.0"


def audit(path: str | Path, config: Config | None = None) -> AuditResult:
    """Audit one notebook file; `.to_dict()` of the result is the public JSON.

    Raises:
        NotebookUnreadable: the file can't be read as a notebook.
    """
    from nbaudit.pipeline import audit as run

    return run(path, config)

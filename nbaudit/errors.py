"""The errors that a user of nbaudit can meet.

    NbauditError                 one sentence: file, cell, what, what to do
    ├── InputError               the input can't be audited (exit code 2)
    │   ├── NotebookUnreadable   one file: missing, empty, not JSON, not a notebook, wrong encoding
    │   │   └── NotebookTooCostly    its audit met the limit of time or memory
    │   └── NothingToAudit       no notebook was found at all
    ├── UsageError               a wrong option, code or check name (exit code 2)
    │   └── ConfigError          a wrong value in `[tool.nbaudit]`
    ├── TableError               a bad row in a library table (file and row are named)
    └── PluginError              two plug-ins define one thing (both are named), or a plug-in's format crashed

Everything else that is raised is a defect of nbaudit itself; `pipeline.py` turns a crashed check into a visible
failure of the result, and nothing else catches it.
"""

from __future__ import annotations


class NbauditError(Exception):
    """Base of all errors whose text is written for the user."""


class InputError(NbauditError):
    """The input as a whole can't be audited."""


class NotebookUnreadable(InputError):
    """One file can't be read as a notebook; `path` names it, `reason` is the rest of the sentence."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NotebookTooCostly(NotebookUnreadable):
    """The audit of one file met the limit of time or memory."""


class NothingToAudit(InputError):
    """The inputs held no notebook."""


class UsageError(NbauditError):
    """An option has a value that nbaudit doesn't know."""


class ConfigError(UsageError):
    """The configuration file has a wrong key or value."""


class PluginError(NbauditError):
    """Plug-ins contradict each other or nbaudit, or one's report format failed."""


class TableError(NbauditError):
    """A row of a library table breaks its schema."""

"""What makes two findings of one notebook the same finding, for tools that compare reports over time."""

from __future__ import annotations

import hashlib

from nbaudit.fingerprints import code_digest
from nbaudit.model.result import AuditResult
from nbaudit.report.entries import Entry


class Identities:
    """Gives each entry of one result its identity, as "<32 hexadecimal digits>:<number>".

    It outlives cells that are added, moved or laid out anew: it knows the notebook, the check and the code's words
    (`fingerprints`). The
    number tells equal ones apart, in the order of the calls.
    """

    def __init__(self, result: AuditResult) -> None:
        self._result = result
        self._seen: dict[str, int] = {}

    def of(self, entry: Entry) -> str:
        issue = entry.issue.code if entry.issue else ""
        code = code_digest(self._result.notebook, entry.check, entry.span)
        parts = (self._result.notebook.name, issue, code)
        print_ = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
        self._seen[print_] = self._seen.get(print_, 0) + 1
        return f"{print_}:{self._seen[print_]}"

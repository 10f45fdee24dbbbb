"""What the audit says of a short notebook that writes one thing in one way."""

from __future__ import annotations

from collections.abc import Iterable

from nbaudit.pipeline import audit_notebook
from nbaudit.testing import notebook_from_text


def answers(code: str, outputs: dict[int, str], asked: Iterable[str]) -> dict[str, str]:
    """The state of each issue that is asked for by its code, and "yes" or "no" for each check by its name.

    `outputs` are the printed texts by cell. Nothing in the audit may have failed.
    """
    result = audit_notebook(notebook_from_text(code + "\n", outputs))
    assert not result.failures
    checks = {finding.check for finding in result.findings}
    return {
        key: result.verdicts[key].state.value if key in result.verdicts else "yes" if key in checks else "no"
        for key in asked
    }

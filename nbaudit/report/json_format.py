"""The public JSON: one result as it is, or several under "audits" with the errors of inputs that could not be read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nbaudit.model.result import SCHEMA_VERSION, AuditResult
from nbaudit.patterns import regex
from nbaudit.report.summary import Audit, Context

_SURROGATE = regex("[\ud800-\udfff]")


def render(result: AuditResult) -> str:
    return _dumps(result.to_dict())


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """The one result where the user named one notebook; else `{"schema", "audits", "errors"}`."""
    if context.single and len(audits) == 1:
        return render(audits[0].result)
    return _dumps(
        {
            "schema": SCHEMA_VERSION,
            "audits": [audit.result.to_dict() for audit in audits],
            "errors": list(context.errors),
        }
    )


def _dumps(document: object) -> str:
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    # Lone surrogates can't be encoded; JSON can say them as escapes.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"

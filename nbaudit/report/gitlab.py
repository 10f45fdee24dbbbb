"""GitLab code quality: a JSON list of findings with real lines of the file, for the merge request's widget and diff."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from nbaudit.model.result import AuditResult
from nbaudit.report.clean import one_line
from nbaudit.report.entries import Level, entries
from nbaudit.report.identity import Identities
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, Context, place

_SEVERITIES = {Level.HIGH: "major", Level.LOW: "minor", Level.INFO: "info"}


def render(result: AuditResult, raw: str | None = None, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result, raw)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """One list over all audits; fingerprints are unique in it. What could not be audited has no file to stand in."""
    return json.dumps([item for audit in audits for item in _items(audit, context)], indent=2) + "\n"


def _items(audit: Audit, context: Context) -> Iterator[dict[str, Any]]:
    places = FilePlaces(audit)
    identities = Identities(audit.result)
    for entry in entries(audit.result, context):
        region = places.region(entry.span)
        yield _item(
            f"{entry.head} ({place(entry.span)}): {entry.message}",
            entry.check,
            identities.of(entry),
            _SEVERITIES[entry.level],
            places.path,
            region.line if region else 1,
            region.end_line if region else 1,
        )
    for failure in audit.result.failures:
        print_ = hashlib.sha256(f"{failure.check}\0{failure.error}".encode("utf-8", "replace")).hexdigest()[:32]
        text = f"nbaudit: check {failure.check} crashed: {failure.error}"
        yield _item(text, failure.check, print_, "critical", places.path, 1, 1)


def _item(text: str, check: str, print_: str, severity: str, path: str, begin: int, end: int) -> dict[str, Any]:
    unique = hashlib.sha256(f"{path}\0{print_}".encode("utf-8", "replace")).hexdigest()[:32]
    return {
        "description": one_line(text),
        "check_name": one_line(check, 200),
        "fingerprint": unique,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": begin, "end": end}},
    }

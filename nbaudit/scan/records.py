"""What a scan keeps of one notebook: verdicts and findings, small enough to keep for every notebook and night."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbaudit.baseline import Known
from nbaudit.fingerprints import Fingerprint

AUDITED, FAILED = "audited", "failed"

SHORT = {"present": "+", "absent": "-", "n/a": "n", "undecided": "?"}
"""Verdict states as one character: 30 of them are kept for every notebook."""


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """One finding: where it is, what it says, and what it is known by. `excerpt` is the anchor's first line.

    Findings of one `cause` are repaired together; "" where it is suppressed. `region` is the place in the file itself:
    line, column, last line and column, from 1 and the end exclusive; None where it is unknown.
    """

    issue: str
    check: str
    cell: int
    line: int
    confidence: float
    message: str
    excerpt: str
    fingerprint: Fingerprint
    suppressed: bool = False
    cause: str = ""
    region: tuple[int, int, int, int] | None = None

    def known(self, path: str) -> Known:
        return Known(path, self.issue, self.check, self.fingerprint, self.cell, self.line, self.message, self.excerpt)


@dataclass(frozen=True, slots=True)
class Record:
    """One notebook's outcome, without its path: equal content and configuration give equal records.

    `state` is "audited" or "failed" (then `reason` says why in words). `verdicts` maps the 30 codes to states.
    `failures` are checks that crashed. `understood` of `calls` calls are resolved.
    """

    state: str
    reason: str = ""
    cells: int = 0
    verdicts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[FindingRecord, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    understood: int = 0
    calls: int = 0

    def dumps(self) -> bytes:
        """Canonical JSON: equal records are equal bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")

    def to_dict(self) -> dict[str, Any]:
        if self.state == FAILED:
            return {"state": FAILED, "reason": self.reason}
        return {
            "state": self.state,
            "cells": self.cells,
            "verdicts": dict(self.verdicts),
            "findings": [_finding_dict(item) for item in self.findings],
            "failures": [list(item) for item in self.failures],
            "understood": self.understood,
            "calls": self.calls,
        }


def loads(data: bytes) -> Record:
    """The record that `Record.dumps` wrote.

    Raises:
        ValueError, KeyError, TypeError: the bytes are none.
    """
    raw = json.loads(data)
    if raw["state"] == FAILED:
        return Record(FAILED, raw["reason"])
    return Record(
        raw["state"],
        cells=raw["cells"],
        verdicts=raw["verdicts"],
        findings=tuple(_finding(item) for item in raw["findings"]),
        failures=tuple((check, error) for check, error in raw["failures"]),
        understood=raw["understood"],
        calls=raw["calls"],
    )


def failed(reason: str) -> bytes:
    return Record(FAILED, reason).dumps()


def _finding_dict(item: FindingRecord) -> dict[str, Any]:
    return {
        "issue": item.issue,
        "check": item.check,
        "cell": item.cell,
        "line": item.line,
        "confidence": item.confidence,
        "message": item.message,
        "excerpt": item.excerpt,
        "code": item.fingerprint.code,
        "cell_id": item.fingerprint.cell,
        "suppressed": item.suppressed,
        "cause": item.cause,
        "region": item.region,
    }


def _finding(raw: Mapping[str, Any]) -> FindingRecord:
    return FindingRecord(
        raw["issue"],
        raw["check"],
        raw["cell"],
        raw["line"],
        raw["confidence"],
        raw["message"],
        raw["excerpt"],
        Fingerprint(raw["code"], raw["cell_id"]),
        raw["suppressed"],
        raw["cause"],
        tuple(raw["region"]) if raw["region"] else None,
    )

"""The public result of an audit: `to_dict()` is the versioned JSON that docs/result.schema.json describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from nbaudit.model.finding import Failure, Finding, HouseFinding, RootCause, Step, Suppressed, Verdict
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.picture import NO_PICTURE, Picture
from nbaudit.model.run import RunResult
from nbaudit.model.source import CellKind, Note, Notebook, Span
from nbaudit.model.vocabulary import ISSUES, State

SCHEMA_VERSION = "1.0"


class AuditResult(Struct, frozen=True):
    """What the audit of one notebook says.

    `verdicts` has all 30 codes in the study's order. `findings` are sorted by cell, line, issue and check. `stats` are
    counts that bear on trust: calls known, neutral, user, unknown. `unknown` lists unresolved calls, commonest first.
    `house_rules` are the matches of the project's own rules, sorted by place and rule, ignored ones included.
    `dataflow` is the dataflow graph folded to a picture, empty where nothing is trained. `run` is what a run told
    (without its facts), None where there was none. `causes` are the findings by what one repair mends, the gravest
    first; every finding is in exactly one.
    """

    notebook: Notebook
    phases: tuple[PhaseLabel, ...]
    verdicts: Mapping[str, Verdict]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    unused_suppressions: tuple[Note, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[Note, ...] = ()
    stats: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[tuple[str, int], ...] = ()
    version: str = ""
    house_rules: tuple[HouseFinding, ...] = ()
    dataflow: Picture = NO_PICTURE
    run: RunResult | None = None
    causes: tuple[RootCause, ...] = ()

    @property
    def present(self) -> tuple[str, ...]:
        """Codes of the issues that are present."""
        return tuple(code for code, verdict in self.verdicts.items() if verdict.state is State.PRESENT)

    def to_dict(self) -> dict[str, Any]:
        """The public JSON: plain dicts, lists, strings and numbers; no times, no absolute paths."""
        phases = {label.cell: label for label in self.phases}
        return {
            "schema": SCHEMA_VERSION,
            "version": self.version,
            "notebook": {
                "name": self.notebook.name,
                "language": self.notebook.language,
                "kernel": self.notebook.kernel,
                "cells": len(self.notebook.cells),
            },
            "verdicts": {
                code: {
                    "state": verdict.state.value,
                    "confidence": round(verdict.confidence, 3),
                    "reason": verdict.reason,
                    "basis": verdict.basis.value,
                    "relevance": ISSUES[code].relevance.value,
                }
                for code, verdict in self.verdicts.items()
            },
            "findings": [_finding(finding) for finding in self.findings],
            "causes": [_cause(cause) for cause in self.causes],
            "suppressed": [
                {**_finding(item.finding), "reason": item.reason, "by": _span(item.span)} for item in self.suppressed
            ],
            "unused_suppressions": [_note(note) for note in self.unused_suppressions],
            "cells": [
                {
                    "index": cell.index,
                    "id": cell.id,
                    "kind": cell.kind.value,
                    "phase": phases[cell.index].primary.value if cell.index in phases else None,
                    "further": [phase.value for phase in phases[cell.index].further] if cell.index in phases else [],
                    "confidence": round(phases[cell.index].confidence, 3) if cell.index in phases else 0.0,
                    "reason": phases[cell.index].reason if cell.index in phases else "",
                }
                for cell in self.notebook.cells
            ],
            "house_rules": [_house(item) for item in self.house_rules],
            "failures": [{"check": failure.check, "error": failure.error} for failure in self.failures],
            "notes": [_note(note) for note in self.notes],
            "stats": dict(self.stats),
            "unknown_calls": [{"call": name, "count": count} for name, count in self.unknown],
            "dataflow": _dataflow(self.dataflow),
            "run": None if self.run is None else _run(self.run),
        }

    def code_cells(self) -> int:
        return sum(cell.kind is CellKind.CODE for cell in self.notebook.cells)


def _span(span: Span) -> dict[str, int]:
    return {
        "cell": span.cell,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _step(step: Step) -> dict[str, Any]:
    return {**_span(step.span), "text": step.text, "source": step.source}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "issue": finding.issue,
        "check": finding.check,
        "relevance": ISSUES[finding.issue].relevance.value,
        **_span(finding.span),
        "message": finding.message,
        "instead": finding.instead,
        "confidence": round(finding.confidence, 3),
        "basis": finding.basis.value,
        "columns": list(finding.columns),
        "root": finding.root,
        "evidence": [_step(step) for step in finding.evidence],
    }


def _cause(cause: RootCause) -> dict[str, Any]:
    return {
        "title": cause.title,
        "repair": cause.repair,
        "shared": cause.shared,
        "minutes": cause.minutes,
        "findings": list(cause.findings),
    }


def _house(item: HouseFinding) -> dict[str, Any]:
    return {
        "rule": item.rule,
        "severity": item.severity,
        **_span(item.span),
        "message": item.message,
        "note": item.note,
        "ignored": item.ignored,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"cell": note.cell, "text": note.text}


def _dataflow(picture: Picture) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind.value,
                "label": node.label,
                "details": list(node.details),
                "rows": node.rows,
                "understood": node.understood,
                "places": [_span(place) for place in node.places],
            }
            for node in picture.nodes
        ],
        "edges": [{"source": edge.source, "target": edge.target, "rows": edge.rows} for edge in picture.edges],
    }


def _run(run: RunResult) -> dict[str, Any]:
    failed = run.failed
    return {
        "ran": run.ran,
        "failed": None if failed is None else {"cell": failed.cell, "error": failed.error, "text": failed.text},
        "changed": list(run.changed),
        "missing": list(run.missing),
    }

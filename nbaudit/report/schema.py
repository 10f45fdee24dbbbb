"""The JSON Schema of `AuditResult.to_dict()`. `python -m nbaudit.report.schema` prints docs/result.schema.json."""

from __future__ import annotations

import json
from typing import Any

from nbaudit.model.facts import Basis
from nbaudit.model.picture import NodeKind
from nbaudit.model.result import SCHEMA_VERSION
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import ISSUES, Phase, Relevance, State

Schema = dict[str, Any]


def result_schema() -> Schema:
    """The schema as a document of JSON Schema draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nbaudit result",
        "description": "What nbaudit says about one notebook. Cells count from 0, markdown cells included; lines from "
        "1 in the cell; columns from 0, the end exclusive.",
        **_object(
            {
                "schema": {"const": SCHEMA_VERSION},
                "version": _text("The version of nbaudit."),
                "notebook": _object(
                    {
                        "name": _text("The notebook as the user named it."),
                        "language": _text(),
                        "kernel": _text(),
                        "cells": _count("Cells of all kinds."),
                    }
                ),
                "verdicts": _object({code: {"$ref": "#/$defs/verdict"} for code in ISSUES}),
                "findings": _list({"$ref": "#/$defs/finding"}, "Sorted by cell, line, issue and check."),
                "causes": _list(
                    _object(
                        {
                            "title": _text(),
                            "repair": _text("What mends all of them; empty where no single thing does."),
                            "shared": {
                                "description": "Whether they have one cause; else they merely are of one issue.",
                                "type": "boolean",
                            },
                            "minutes": _count("The estimate of the time to repay them, set by hand."),
                            "findings": _list(_count(), "Positions in `findings`, the gravest first."),
                        }
                    ),
                    "The findings by what one repair mends, the gravest first; each finding is in exactly one.",
                ),
                "suppressed": _list(
                    _object(
                        {
                            **_finding_fields(),
                            "reason": _text("The reason that the author gave."),
                            "by": _object(_span_fields(), "The comment or tag that suppresses."),
                        }
                    ),
                    "Findings that the author has switched off.",
                ),
                "unused_suppressions": _list({"$ref": "#/$defs/note"}),
                "cells": _list({"$ref": "#/$defs/cell"}),
                "house_rules": _list(
                    _object(
                        {
                            "rule": _text("The rule's id."),
                            "severity": {"enum": ["error", "warning", "info", "hint"]},
                            **_span_fields(),
                            "message": _text(),
                            "note": _text("What the rule advises; may be empty."),
                            "ignored": {
                                "description": "The author's reason where a comment switches the match off.",
                                "type": ["string", "null"],
                            },
                        }
                    ),
                    "Matches of the project's own rules, which are none of the 30 issues.",
                ),
                "failures": _list(
                    _object({"check": _text(), "error": _text()}), "Checks that crashed; their verdicts are incomplete."
                ),
                "notes": _list({"$ref": "#/$defs/note"}),
                "stats": {"type": "object", "additionalProperties": {"type": "integer"}},
                "unknown_calls": _list(
                    _object({"call": _text(), "count": _count()}), "Calls that no table knows, commonest first."
                ),
                "dataflow": _object(
                    {"nodes": _list({"$ref": "#/$defs/node"}), "edges": _list({"$ref": "#/$defs/edge"})},
                    "The dataflow graph folded to a picture; every edge points to a node with a larger id.",
                ),
                "run": {
                    "description": "What a run of the notebook told; null where there was none.",
                    "oneOf": [{"type": "null"}, {"$ref": "#/$defs/run"}],
                },
            }
        ),
        "$defs": {
            "verdict": _object(
                {
                    "state": _words(State),
                    "confidence": _share(),
                    "reason": _text("One sentence."),
                    "basis": _words(Basis),
                    "relevance": _words(Relevance),
                }
            ),
            "finding": _object(_finding_fields()),
            "step": _object(
                {
                    **_span_fields(),
                    "text": _text("What happens there, in one clause."),
                    "source": _text("A table row, a saved output, or empty for plain code."),
                }
            ),
            "cell": _object(
                {
                    "index": _count(),
                    "id": {"type": ["string", "null"]},
                    "kind": _words(CellKind),
                    "phase": {"enum": [*(phase.value for phase in Phase), None]},
                    "further": _list(_words(Phase)),
                    "confidence": _share(),
                    "reason": _text(),
                }
            ),
            "node": _object(
                {
                    "id": _count(),
                    "kind": _words(NodeKind),
                    "label": _text(),
                    "details": _list(_text(), "One entry per kind of operation."),
                    "rows": _text("train, test or validation; empty where all rows or unknown."),
                    "understood": {"type": "boolean"},
                    "places": _list(_object(_span_fields()), "The code that it stands for."),
                }
            ),
            "edge": _object({"source": _count(), "target": _count(), "rows": _text()}),
            "run": _object(
                {
                    "ran": _count("Code cells that ran to their end."),
                    "failed": {
                        "description": "The cell that ended the run; null where none did.",
                        "oneOf": [
                            {"type": "null"},
                            _object({"cell": _count(), "error": _text(), "text": _text()}),
                        ],
                    },
                    "changed": _list(_count(), "Cells whose outputs differ from the saved ones."),
                    "missing": _list(_text(), "Imported packages that the kernel lacks."),
                }
            ),
            "note": _object({"cell": {"type": ["integer", "null"], "minimum": 0}, "text": _text()}),
        },
    }


def dumps() -> str:
    return json.dumps(result_schema(), indent=2) + "\n"


def _finding_fields() -> Schema:
    return {
        "issue": {"enum": list(ISSUES)},
        "check": _text("The slug of the check."),
        "relevance": _words(Relevance),
        **_span_fields(),
        "message": _text(),
        "instead": _text("Code that the author could use; may be empty."),
        "confidence": _share(),
        "basis": _words(Basis),
        "columns": _list(_text(), "Names of the data's columns concerned."),
        "root": _text("Shared by findings of one cause; may be empty."),
        "evidence": {**_list({"$ref": "#/$defs/step"}, "The trail, in order."), "minItems": 1},
    }


def _span_fields() -> Schema:
    return {
        "cell": _count(),
        "line": {"type": "integer", "minimum": 1},
        "column": _count(),
        "end_line": _count("0 where only the line is known."),
        "end_column": _count(),
    }


def _object(fields: Schema, about: str = "") -> Schema:
    return {
        **({"description": about} if about else {}),
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(items: Schema, about: str = "") -> Schema:
    return {**({"description": about} if about else {}), "type": "array", "items": items}


def _text(about: str = "") -> Schema:
    return {**({"description": about} if about else {}), "type": "string"}


def _count(about: str = "") -> Schema:
    return {**({"description": about} if about else {}), "type": "integer", "minimum": 0}


def _share() -> Schema:
    return {"type": "number", "minimum": 0, "maximum": 1}


def _words(
    enum: type[State] | type[Basis] | type[Relevance] | type[CellKind] | type[Phase] | type[NodeKind],
) -> Schema:
    return {"enum": [member.value for member in enum]}


if __name__ == "__main__":
    print(dumps(), end="")

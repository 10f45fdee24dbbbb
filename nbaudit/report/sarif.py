"""SARIF 2.1.0 for code scanning: one rule per check, regions in the .ipynb file's own lines, stable fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbaudit.model.finding import Step
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.entries import Entry, Level, entries, ignored_entries
from nbaudit.report.identity import Identities
from nbaudit.report.markdown import literal
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, CheckText, Context, cell_of, line_text, place

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "primaryLocationLineHash"
"""The one fingerprint that GitHub compares; where a file has none, GitHub's action hashes lines of JSON instead."""
LEVELS: Mapping[Level, str] = {Level.HIGH: "warning", Level.LOW: "note", Level.INFO: "note"}
_PROBLEMS = {Level.HIGH: "warning", Level.LOW: "recommendation", Level.INFO: "recommendation"}
_TEXT = 900
"""GitHub takes at most 1024 characters of a description."""


def render(result: AuditResult, raw: str | None = None, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result, raw)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """One run over all audits. Regions are those of the raw file where `Audit.raw` is given, else line 1."""
    rules: dict[str, Entry] = {}
    for audit in audits:
        for entry in (*entries(audit.result, context), *ignored_entries(audit.result, context)):
            rules.setdefault(rule_id(entry), entry)
    names = sorted(rules)
    index = {name: number for number, name in enumerate(names)}
    version = next((audit.result.version for audit in audits if audit.result.version), "")
    run = {
        "tool": {
            "driver": {
                "name": "nbaudit",
                **({"semanticVersion": version} if version else {}),
                "rules": [rule(rules[name], context.catalogue.get(rules[name].check)) for name in names],
            }
        },
        "automationDetails": {"id": "nbaudit/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(audits, context)],
        "results": [item for audit in audits for item in _results(audit, context, index)],
    }
    document = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _invocation(audits: Sequence[Audit], context: Context) -> dict[str, Any]:
    failures = [failure for audit in audits for failure in audit.result.failures]
    return {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [
            *(_notification(f"check {item.check} crashed: {item.error}", "error") for item in failures),
            *(_notification(error, "error") for error in context.errors),
            *(
                _notification(f"{audit.result.notebook.name}: {note.text}", "note")
                for audit in audits
                for note in (*audit.result.notes, *audit.result.unused_suppressions)
            ),
        ],
    }


def rule_id(entry: Entry) -> str:
    """The check's slug; house rules have a name space of their own."""
    return one_line(entry.check if entry.issue else f"house/{entry.check}", 200)


def rule(entry: Entry, text: CheckText | None) -> dict[str, Any]:
    """The rule that an entry is reported under."""
    issue = entry.issue
    short = one_line(text.title, _TEXT) if text else one_line(entry.head if issue else entry.message, _TEXT)
    full = f"{issue.code} {issue.title}. {issue.question}" if issue else f"A house rule of the project: {short}"
    return {
        "id": rule_id(entry),
        "name": "".join(part.capitalize() for part in one_line(entry.check, 200).split("-")),
        "shortDescription": {"text": short},
        "fullDescription": {"text": one_line(full, _TEXT)},
        "help": _help(entry, text),
        "defaultConfiguration": {"level": LEVELS[entry.level]},
        "properties": {
            "tags": ["maintainability", *_tags(entry)],
            **({"issue": issue.code, "relevance": issue.relevance.value} if issue else {}),
            "problem.severity": _PROBLEMS[entry.level],
            "precision": "high",
        },
    }


def _tags(entry: Entry) -> list[str]:
    if entry.issue is None:
        return ["house-rule"]
    return ["machine-learning", entry.issue.code, entry.issue.activity.phase.value]


def _help(entry: Entry, text: CheckText | None) -> dict[str, str]:
    """Why, what to do instead, what the check can't see, and how to switch it off, as text and as Markdown."""
    parts: list[tuple[str, str]] = []
    if text:
        parts = [("Why it is debt", text.why), ("Instead", text.instead), ("Blind spots", text.blind_spots)]
    elif entry.issue:
        parts = [("Present when", entry.issue.question)]
    elif entry.advice:
        parts = [("Instead", entry.advice)]
    parts = [(label, cut(visible(said).strip(), 4000)) for label, said in parts if said.strip()]
    off = f"# nbaudit: ignore[{one_line(entry.check, 200)}] the reason"
    plain = [f"{label}: {said}" for label, said in parts] + [f"Switch it off beside the code: {off}"]
    # The words of checks are Markdown; those of house rules, and names, may be anything.
    rich = [f"**{label}.** {said if text else literal(said, 4000)}" for label, said in parts]
    rich.append(f"Switch it off beside the code: {literal(off)}")
    return {"text": "\n\n".join(plain), "markdown": "\n\n".join(rich)}


def _results(audit: Audit, context: Context, rules: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    result = audit.result
    places = _Places(audit)
    identities = Identities(result)
    for entry in (*entries(result, context), *ignored_entries(result, context)):
        item: dict[str, Any] = {
            "ruleId": rule_id(entry),
            "ruleIndex": rules[rule_id(entry)],
            "level": LEVELS[entry.level],
            "kind": "fail",
            "message": {"text": one_line(f"{entry.head}: {entry.message}")},
            "locations": [places.location(entry.span)],
            "partialFingerprints": {FINGERPRINT: identities.of(entry)},
            "properties": {"cell": entry.span.cell, "cellLine": entry.span.line},
        }
        if entry.finding is not None and entry.issue is not None:
            item["codeFlows"] = [{"threadFlows": [{"locations": list(_flow(places, entry.finding.evidence))}]}]
            item["rank"] = round(entry.confidence * 100, 1)
            item["properties"] |= {
                "issue": entry.issue.code,
                "relevance": entry.issue.relevance.value,
                "confidence": round(entry.confidence, 3),
                "basis": entry.finding.basis.value,
            }
        if entry.ignored is not None:
            reason = one_line(entry.ignored)
            item["suppressions"] = [{"kind": "inSource", **({"justification": reason} if reason else {})}]
        yield item


def _flow(places: _Places, evidence: Sequence[Step]) -> Iterator[dict[str, Any]]:
    for step in evidence:
        yield {"location": {**places.location(step.span), "message": {"text": one_line(step.text)}}}


class _Places:
    """SARIF locations in one notebook."""

    def __init__(self, audit: Audit) -> None:
        self._result = audit.result
        self._file = FilePlaces(audit)

    def location(self, span: Span) -> dict[str, Any]:
        """The region of the file, and the cell besides. The snippet is the file's own text, rendered as the code."""
        region = self._file.region(span)
        cell = cell_of(self._result, span.cell)
        physical: dict[str, Any] = {"startLine": 1}
        if region:
            physical = {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
                "snippet": {
                    "text": cut(visible(self._file.text(region)), 2000),
                    "rendered": {"text": line_text(self._result, span)},
                },
            }
        return {
            "physicalLocation": {"artifactLocation": {"uri": self._file.uri}, "region": physical},
            "logicalLocations": [
                {"name": f"cell {span.cell}", "fullyQualifiedName": place(span), "kind": "member"},
            ],
            "properties": {
                "cell": span.cell,
                "cellLine": span.line,
                **({"cellId": one_line(cell.id, 100)} if cell and cell.id else {}),
            },
        }


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": one_line(text)}}

"""SARIF 2.1.0 for code scanning: one rule per check, regions in the .ipynb file's own lines, stable fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from nbaudit.fingerprints import fingerprint
from nbaudit.model.finding import Finding, Suppressed
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, Issue, Relevance
from nbaudit.report.clean import one_line, visible
from nbaudit.report.rawlines import RawLines
from nbaudit.report.summary import Audit, CheckText, Context, cell_of, line_text, place

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "nbaudit/v2"


def render(result: AuditResult, raw: str | None = None, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result, raw)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """One run over all audits. Regions are those of the raw file where `Audit.raw` is given, else line 1."""
    used = {finding.check: finding.issue for audit in audits for finding, _ in _all(audit.result)}
    checks = sorted(used)
    index = {check: number for number, check in enumerate(checks)}
    failures = [failure for audit in audits for failure in audit.result.failures]
    version = next((audit.result.version for audit in audits if audit.result.version), "")
    run = {
        "tool": {
            "driver": {
                "name": "nbaudit",
                **({"semanticVersion": version} if version else {}),
                "rules": [_rule(check, ISSUES[used[check]], context.catalogue.get(check)) for check in checks],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
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
        ],
        "results": [item for audit in audits for item in _results(audit, index)],
    }
    document = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _all(result: AuditResult) -> Iterator[tuple[Finding, Suppressed | None]]:
    for finding in result.findings:
        yield finding, None
    for item in result.suppressed:
        yield item.finding, item


def _rule(check: str, issue: Issue, text: CheckText | None) -> dict[str, Any]:
    why = visible(text.why).strip() if text else issue.question
    instead = visible(text.instead).strip() if text else ""
    prose = f"{why}\n\nInstead: {instead}" if instead else why
    return {
        "id": one_line(check, 200),
        "name": "".join(part.capitalize() for part in one_line(check, 200).split("-")),
        "shortDescription": {"text": one_line(text.title, 900) if text else f"{issue.code}: {issue.title}"},
        "fullDescription": {"text": one_line(f"{issue.code} {issue.title}. {issue.question}", 900)},
        "help": {"text": prose, "markdown": prose},
        "defaultConfiguration": {"level": _level(issue)},
        "properties": {
            "tags": ["maintainability", "machine-learning", issue.code, issue.activity.phase.value],
            "issue": issue.code,
            "relevance": issue.relevance.value,
            "precision": "high",
        },
    }


def _level(issue: Issue) -> str:
    return "warning" if issue.relevance is Relevance.HIGH else "note"


def _results(audit: Audit, rules: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    result = audit.result
    places = _Places(audit)
    seen: dict[str, int] = {}
    for finding, suppressed in _all(result):
        issue = ISSUES[finding.issue]
        print_ = fingerprint(result.notebook, finding).code
        seen[print_] = seen.get(print_, 0) + 1
        item: dict[str, Any] = {
            "ruleId": one_line(finding.check, 200),
            "ruleIndex": rules[finding.check],
            "level": _level(issue),
            "kind": "fail",
            "message": {"text": one_line(f"{issue.code} {issue.title}: {finding.message}")},
            "locations": [places.location(finding.span)],
            "partialFingerprints": {FINGERPRINT: f"{print_}:{seen[print_]}"},
            "codeFlows": [
                {
                    "threadFlows": [
                        {
                            "locations": [
                                {"location": {**places.location(step.span), "message": {"text": one_line(step.text)}}}
                                for step in finding.evidence
                            ]
                        }
                    ]
                }
            ],
            "rank": round(finding.confidence * 100, 1),
            "properties": {
                "issue": finding.issue,
                "relevance": issue.relevance.value,
                "confidence": round(finding.confidence, 3),
                "basis": finding.basis.value,
            },
        }
        if suppressed:
            reason = one_line(suppressed.reason)
            item["suppressions"] = [{"kind": "inSource", **({"justification": reason} if reason else {})}]
        yield item


class _Places:
    """SARIF locations in one notebook."""

    def __init__(self, audit: Audit) -> None:
        self._result = audit.result
        self._uri = quote(visible(audit.result.notebook.name).replace("\\", "/"), safe="/")
        self._raw = _raw_lines(audit.raw)

    def location(self, span: Span) -> dict[str, Any]:
        region = self._raw.region(span) if self._raw else None
        cell = cell_of(self._result, span.cell)
        physical: dict[str, Any] = {"startLine": 1}
        if region:
            physical = {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            }
        snippet = line_text(self._result, span)
        if snippet and region:
            physical["snippet"] = {"text": snippet}
        return {
            "physicalLocation": {"artifactLocation": {"uri": self._uri}, "region": physical},
            "logicalLocations": [
                {"name": f"cell {span.cell}", "fullyQualifiedName": place(span), "kind": "member"},
            ],
            "properties": {
                "cell": span.cell,
                "cellLine": span.line,
                **({"cellId": one_line(cell.id, 100)} if cell and cell.id else {}),
            },
        }


def _raw_lines(raw: str | None) -> RawLines | None:
    if raw is None:
        return None
    try:
        return RawLines(raw)
    except (ValueError, IndexError):
        # Some notebooks are read although they are not strict JSON; their findings are then marked at line 1.
        return None


def _notification(text: str, level: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": one_line(text)}}

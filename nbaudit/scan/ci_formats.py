"""A scan for the tools around it: SARIF for code scanning, GitLab's code quality report, GitHub's annotations.

Places are those of the .ipynb files themselves, as in the formats of the same names of `nbaudit audit`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from nbaudit import __version__
from nbaudit.checkers.base import catalogue
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, Relevance
from nbaudit.report import sarif
from nbaudit.report.clean import cut, one_line, sentence
from nbaudit.report.entries import Entry, Level
from nbaudit.report.github import command
from nbaudit.report.summary import place
from nbaudit.scan.changes import Outcome, Report, is_high
from nbaudit.scan.records import FindingRecord
from nbaudit.scan.run import Scanned

_SEVERITIES = {Level.HIGH: "major", Level.LOW: "minor"}
_COMMANDS = {Level.HIGH: "warning", Level.LOW: "notice"}


def to_sarif(report: Report) -> str:
    """SARIF 2.1.0: a run for each repository. Where it was compared, results say whether they are new or unchanged."""
    runs = [_run(item, len(report.outcomes) > 1, report.errors) for item in report.outcomes]
    document = {"$schema": sarif.SCHEMA_URI, "version": "2.1.0", "runs": runs}
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _run(item: Outcome, several: bool, errors: tuple[str, ...]) -> dict[str, Any]:
    checks = catalogue()
    found = list(_findings(item))
    rules: dict[str, Entry] = {}
    for _, _, finding in found:
        entry = _entry(finding)
        rules.setdefault(sarif.rule_id(entry), entry)
    names = sorted(rules)
    failed = [f"{path}: {reason}" for path, reason in item.failed]
    crashed = item.crashed > 0
    return {
        "tool": {
            "driver": {
                "name": "nbaudit",
                "semanticVersion": __version__,
                "rules": [sarif.rule(rules[name], checks.get(rules[name].check)) for name in names],
            }
        },
        "automationDetails": {"id": f"nbaudit/{quote(item.name, safe='')}/" if several else "nbaudit/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not crashed and item.complete,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": one_line(text)}}
                    for text in (*failed, *item.problems, *errors)
                ],
            }
        ],
        "results": [
            _result(finding, path, status, identity, names)
            for (path, status, finding), identity in zip(found, _identities(item), strict=True)
        ],
    }


def _findings(item: Outcome) -> Iterator[tuple[str, str, FindingRecord]]:
    """(path, "new", "unchanged" or "" where nothing was compared, finding) of every notebook, switched off ones too."""
    new = Counter(item.delta.new) if item.delta else None
    for notebook in _notebooks(item):
        for finding in notebook.record.findings:
            status = ""
            if new is not None and not finding.suppressed:
                known = finding.known(notebook.path)
                status = "new" if new[known] else "unchanged"
                new[known] -= 1
            yield notebook.path, status, finding


def _notebooks(item: Outcome) -> tuple[Scanned, ...]:
    return item.scan.notebooks if item.scan else ()


def _identities(item: Outcome) -> Iterator[str]:
    """What tells each finding from all others, the same in the next scan: as `report.identity` has it."""
    seen: Counter[str] = Counter()
    for path, _, finding in _findings(item):
        parts = (path, finding.issue, finding.fingerprint.code)
        print_ = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
        seen[print_] += 1
        yield f"{print_}:{seen[print_]}"


def _entry(finding: FindingRecord) -> Entry:
    issue = ISSUES[finding.issue]
    check = catalogue().get(finding.check)
    return Entry(
        issue=issue,
        check=cut(finding.check, 200),
        title=issue.title,
        level=Level.HIGH if issue.relevance is Relevance.HIGH else Level.LOW,
        span=Span(finding.cell, finding.line),
        message=sentence(finding.message),
        advice=sentence(check.instead, is_prose=True) if check else "",
        confidence=finding.confidence,
        ignored="" if finding.suppressed else None,
    )


def _result(finding: FindingRecord, path: str, status: str, identity: str, rules: list[str]) -> dict[str, Any]:
    entry = _entry(finding)
    rule = sarif.rule_id(entry)
    where = {"cell": finding.cell, "cellLine": finding.line}
    return {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": sarif.LEVELS[entry.level],
        "kind": "fail",
        **({"baselineState": status} if status else {}),
        "message": {"text": one_line(f"{entry.head}: {entry.message}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(path, safe="/")},
                    "region": _region(finding),
                },
                "logicalLocations": [
                    {"name": f"cell {finding.cell}", "fullyQualifiedName": place(entry.span), "kind": "member"}
                ],
                "properties": where,
            }
        ],
        "partialFingerprints": {sarif.FINGERPRINT: identity},
        "rank": round(finding.confidence * 100, 1),
        "properties": {
            **where,
            "issue": finding.issue,
            "relevance": ISSUES[finding.issue].relevance.value,
            "confidence": finding.confidence,
        },
        **({"suppressions": [{"kind": "inSource"}]} if finding.suppressed else {}),
    }


def _region(finding: FindingRecord) -> dict[str, Any]:
    if finding.region is None:
        return {"startLine": 1}
    line, column, end_line, end_column = finding.region
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "snippet": {"rendered": {"text": finding.excerpt}},
    }


def to_gitlab(report: Report) -> str:
    """GitLab's code quality report: one list over all repositories, without what is switched off."""
    listed = []
    for item in report.outcomes:
        for (path, _, finding), identity in zip(_findings(item), _identities(item), strict=True):
            if finding.suppressed:
                continue
            entry = _entry(finding)
            unique = f"{item.name}\0{path}\0{identity}".encode("utf-8", "replace")
            begin, _, end, _ = finding.region or (1, 1, 1, 1)
            listed.append(
                {
                    "description": one_line(f"{entry.head} ({place(entry.span)}): {entry.message}"),
                    "check_name": one_line(finding.check, 200),
                    "fingerprint": hashlib.sha256(unique).hexdigest()[:32],
                    "severity": _SEVERITIES[entry.level],
                    "location": {"path": one_line(path, 4000), "lines": {"begin": begin, "end": end}},
                }
            )
    return json.dumps(listed, indent=2) + "\n"


def to_github(report: Report) -> str:
    """Annotations for the log of GitHub Actions, the gravest first: of new findings where the scan was compared, else
    of all. What could not be audited is an error."""
    lines = [command("error", error, title="nbaudit") for error in report.errors]
    for item in report.outcomes:
        lines += [command("error", f"{path}: {reason}", title="nbaudit") for path, reason in item.failed]
        wanted = [
            (path, finding)
            for path, status, finding in _findings(item)
            if not finding.suppressed and status != "unchanged"
        ]
        wanted.sort(key=lambda entry: (not is_high(entry[1].issue), -entry[1].confidence, entry[0], entry[1].cell))
        lines += [_annotation(path, finding) for path, finding in wanted]
    return "".join(f"{line}\n" for line in lines)


def _annotation(path: str, finding: FindingRecord) -> str:
    entry = _entry(finding)
    begin, column, end, end_column = finding.region or (1, 1, 1, 1)
    text = f"{place(entry.span)}: {one_line(entry.message)}"
    if entry.advice:
        text += f"\nInstead: {one_line(entry.advice)}"
    columns = {"col": str(column), "endColumn": str(end_column)} if finding.region and begin == end else {}
    return command(
        _COMMANDS[entry.level],
        text,
        file=path,
        line=str(begin),
        endLine=str(end),
        **columns,
        title=f"{entry.head} ({entry.check})",
    )

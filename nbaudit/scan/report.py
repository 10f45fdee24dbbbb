"""The report of a scan as text, JSON, CSV and Markdown; `pages` has the HTML."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from nbaudit import __version__
from nbaudit.baseline import Known
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report.clean import cut, one_line, visible
from nbaudit.report.csv_format import harmless
from nbaudit.report.markdown import literal
from nbaudit.report.summary import place
from nbaudit.scan.changes import Delta, Outcome, Report, is_high

SCHEMA_VERSION = "1.0"
LISTED = 20
"""How many lines of one kind the summary shows; JSON and CSV have all."""

COLUMNS = (
    "repository", "revision", "notebook", "status", "issue", "relevance", "check", "cell", "line", "confidence",
    "message", "code", "fingerprint",
)  # fmt: skip


def to_json(report: Report) -> str:
    """Everything of the scan; the same for every engine, and without times."""
    document = {
        "schema": SCHEMA_VERSION,
        "version": __version__,
        "repositories": [_repository(item) for item in report.outcomes],
        "errors": [one_line(error) for error in report.errors],
        "stopped": report.stopped,
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _repository(item: Outcome) -> dict[str, Any]:
    notebooks = item.scan.notebooks if item.scan else ()
    return {
        "name": item.name,
        "revision": item.revision,
        "complete": item.complete,
        "notebooks": [{"path": one.path, "content": one.content, **one.record.to_dict()} for one in notebooks],
        "skipped": [{"path": path, "reason": reason} for path, reason in item.skipped],
        "problems": list(item.problems),
        "changes": _changes(item.delta) if item.delta else None,
    }


def _changes(delta: Delta) -> dict[str, Any]:
    return {
        "against": delta.against,
        "new": [known_dict(item) for item in delta.new],
        "fixed": [known_dict(item) for item in delta.fixed],
        "silenced": [known_dict(item) for item in delta.silenced],
        "persisting": len(delta.persisting),
    }


def known_dict(item: Known) -> dict[str, Any]:
    return {
        "path": item.path,
        "issue": item.issue,
        "relevance": ISSUES[item.issue].relevance.value if item.issue in ISSUES else "",
        "check": item.check,
        "cell": item.cell,
        "line": item.line,
        "message": item.message,
        "excerpt": item.excerpt,
        "fingerprint": item.fingerprint.code,
    }


def to_csv(report: Report) -> str:
    """One row per finding that is there; `status` is new or persisting where the scan was compared, else empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in report.outcomes:
        new = Counter(item.delta.new) if item.delta else None
        for notebook in item.scan.notebooks if item.scan else ():
            for finding in notebook.record.findings:
                if finding.suppressed:
                    continue
                status = "" if new is None else "new" if new[finding.known(notebook.path)] else "persisting"
                row = (
                    item.name, item.revision, notebook.path, status, finding.issue,
                    ISSUES[finding.issue].relevance.value, finding.check, finding.cell, finding.line,
                    f"{finding.confidence:.2f}", finding.message, finding.excerpt, finding.fingerprint.code,
                )  # fmt: skip
                writer.writerow([harmless(one_line(value)) if isinstance(value, str) else value for value in row])
    return buffer.getvalue()


def to_text(report: Report) -> str:
    """The summary that stands at the end of a scan."""
    return "\n".join(cut(visible(line).replace("\n", " "), 400).rstrip() for line in _text(report)) + "\n"


def _text(report: Report) -> Iterator[str]:
    outcomes = report.outcomes
    notebooks = sum(item.notebooks for item in outcomes)
    failed = [(item.name, path, reason) for item in outcomes for path, reason in item.failed]
    repositories = f" in {len(outcomes)} repositories" if len(outcomes) != 1 else f" in {outcomes[0].name}"
    yield f"{counted(notebooks - len(failed), 'notebook')} audited{repositories}"
    issues: Counter[str] = Counter()
    for item in outcomes:
        issues.update(item.issues)
    high = sum(item.high for item in outcomes)
    yield f"{counted(issues.total(), 'finding')}, {high} of high relevance"
    deltas = [item.delta for item in outcomes if item.delta]
    if deltas:
        new, fixed = sum(len(one.new) for one in deltas), sum(len(one.fixed) for one in deltas)
        silenced = sum(len(one.silenced) for one in deltas)
        off = f", {silenced} switched off" if silenced else ""
        kept = sum(len(one.persisting) for one in deltas)
        against = {one.against for one in deltas}
        whom = against.pop() if len(against) == 1 else "what was known before"
        yield f"{new} new, {fixed} fixed{off}, {kept} persisting, against {whom}"
    yield from _listing("New:", [_new_line(item, one) for item in outcomes if item.delta for one in _gravest(item)])
    yield from _listing(
        "Most frequent:",
        [f"{number:>6}  {code}  {ISSUES[code].title}" for code, number in sorted_issues(issues)[:8]],
    )
    if len(outcomes) > 1:
        worst = sorted(outcomes, key=lambda item: (-item.high, -item.findings, item.name))
        yield from _listing(
            "Most debt of high relevance:",
            [f"{item.high:>6}  {item.name} ({counted(item.notebooks, 'notebook')})" for item in worst if item.high][:8],
        )
    many = len(outcomes) > 1
    yield from _listing("Failed:", [f"{f'{name}: ' if many else ''}{path}: {reason}" for name, path, reason in failed])
    skipped = [(item.name, path, reason) for item in outcomes for path, reason in item.skipped]
    yield from _listing("Passed over:", [f"{f'{name}: ' if many else ''}{path} {why}" for name, path, why in skipped])
    yield from _listing("Problems:", [*(problem for item in outcomes for problem in item.problems)])
    yield from _listing("Not scanned:", list(report.errors))
    crashed = sum(item.crashed for item in outcomes)
    if crashed:
        yield ""
        yield f"{counted(crashed, 'check')} crashed; their issues may be present although nothing is reported"
    yield from report.notes
    if report.stopped:
        yield ""
        yield "Stopped before the end; what was done is kept."


def _listing(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines[:LISTED])
        if len(lines) > LISTED:
            yield f"  and {len(lines) - LISTED} more"


def sorted_issues(issues: Counter[str]) -> list[tuple[str, int]]:
    return sorted(issues.items(), key=lambda entry: (-entry[1], entry[0]))


def _gravest(item: Outcome) -> list[Known]:
    new = item.delta.new if item.delta else ()
    return sorted(new, key=lambda one: (not is_high(one.issue), one.path, one.cell, one.line))


def _new_line(item: Outcome, one: Known) -> str:
    return f"{one.issue}  {one.path}, cell {one.cell}, line {one.line}: {one.message}"


def counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def to_markdown(report: Report) -> str:
    """For a pull-request comment: what is new first, then what is fixed."""
    return "\n".join(line for item in report.outcomes for line in _markdown(item)) + "\n"


def _markdown(item: Outcome) -> Iterator[str]:
    yield f"## nbaudit: {literal(item.name, 200)}"
    yield ""
    delta = item.delta
    if delta is None:
        places = f"{counted(item.findings, 'finding')} in {counted(item.notebooks, 'notebook')}"
        yield f"{places}, {item.high} of high relevance."
    else:
        yield (
            f"**{len(delta.new)} new**, {len(delta.fixed)} fixed, {len(delta.persisting)} persisting, "
            f"against {literal(delta.against, 200)}."
        )
        yield from _markdown_table("New", _gravest(item))
        yield from _markdown_table("Fixed", delta.fixed)
        yield from _markdown_table("Switched off by a comment or tag", delta.silenced)
    if item.failed:
        yield ""
        yield f"### Not audited ({len(item.failed)})"
        yield ""
        for path, reason in item.failed[:LISTED]:
            yield f"- {literal(path, 300)}: {literal(reason, 300)}"
        if len(item.failed) > LISTED:
            yield f"- and {len(item.failed) - LISTED} more"
    for problem in item.problems:
        yield f"- {literal(problem, 400)}"
    yield ""


def _markdown_table(title: str, findings: Sequence[Known], most: int = 100) -> Iterator[str]:
    if not findings:
        return
    yield ""
    yield f"### {title} ({len(findings)})"
    yield ""
    yield "| issue | relevance | notebook | place | what |"
    yield "|---|---|---|---|---|"
    for one in findings[:most]:
        relevance = ISSUES[one.issue].relevance.value if one.issue in ISSUES else ""
        what = one.message or one.excerpt
        yield (
            f"| **{literal(one.issue, 10)}** | {relevance} | {literal(one.path, 200)} "
            f"| {place(Span(one.cell, one.line))} | {literal(what, 300)} |"
        )
    if len(findings) > most:
        yield f"| | | | | and {len(findings) - most} more |"

"""JUnit XML: a suite per notebook and a case per issue, for CI systems that show tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.report.clean import one_line, visible
from nbaudit.report.entries import Entry, Level, entries
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, Context, line_text, place


def render(result: AuditResult, raw: str | None = None, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    return render_all([Audit(result, raw)], context)


def render_all(audits: Sequence[Audit], context: Context) -> str:
    """`<testsuites>`: an issue that is present fails, one that is absent passes, n/a and undecided are skipped."""
    root = Element("testsuites", name="nbaudit")
    for audit in audits:
        _counted(root, _suite(audit, context))
    if context.errors:
        suite = Element("testsuite", name="inputs")
        for error in context.errors:
            case = SubElement(suite, "testcase", name=one_line(error.partition(": ")[0], 300), classname="nbaudit")
            SubElement(case, "error", message=one_line(error), type="unreadable")
        _counted(root, suite)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(audit: Audit, context: Context) -> Element:
    result = audit.result
    places = FilePlaces(audit)
    found = entries(result, context)
    suite = Element("testsuite", name=one_line(result.notebook.name, 300))
    for code, verdict in result.verdicts.items():
        case = _case(suite, places, f"{code} {ISSUES[code].title}", ISSUES[code].activity.phase.value)
        mine = [entry for entry in found if entry.issue is ISSUES[code]]
        for entry in mine:
            _failure(case, result, places, entry)
        if verdict.state in (State.NOT_APPLICABLE, State.UNDECIDED) and not mine:
            SubElement(case, "skipped", message=one_line(f"{verdict.state.value}: {verdict.reason}", 300))
    house = [entry for entry in found if entry.issue is None]
    for rule in dict.fromkeys(entry.check for entry in house):
        case = _case(suite, places, f"house rule {one_line(rule, 200)}", "house rules")
        for entry in house:
            if entry.check == rule and entry.level is not Level.INFO:
                _failure(case, result, places, entry)
        hints = [entry for entry in house if entry.check == rule and entry.level is Level.INFO]
        if hints:
            SubElement(case, "system-out").text = "\n".join(_lines(result, places, hints))
    for failure in result.failures:
        case = _case(suite, places, one_line(failure.check, 200), "checks that crashed")
        SubElement(case, "error", message=one_line(failure.error), type="crash")
    return suite


def _case(suite: Element, places: FilePlaces, name: str, phase: str) -> Element:
    return SubElement(suite, "testcase", name=name, classname=f"nbaudit.{phase}", file=one_line(places.path, 300))


def _failure(case: Element, result: AuditResult, places: FilePlaces, entry: Entry) -> None:
    failure = SubElement(case, "failure", message=one_line(entry.message), type=one_line(entry.check, 200))
    failure.text = "\n".join(_lines(result, places, [entry]))


def _lines(result: AuditResult, places: FilePlaces, found: Sequence[Entry]) -> Iterator[str]:
    for entry in found:
        yield f"{one_line(places.path, 300)}:{places.line(entry.span)} ({place(entry.span)})"
        yield f"    {line_text(result, entry.span)}"
        yield one_line(entry.message)
        if entry.advice:
            yield f"Instead: {one_line(entry.advice)}"
        yield from visible(entry.code).strip("\n").split("\n") if entry.code.strip() else ()


def _counted(root: Element, suite: Element) -> None:
    """Append the suite with its counts; a case counts once, however many findings it holds."""
    suite.set("tests", str(len(suite)))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(tag) is not None for case in suite)))
    root.append(suite)

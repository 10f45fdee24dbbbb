"""JSON and its schema, text, Markdown, SARIF, CSV, and places in the raw file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from nbaudit.errors import UsageError
from nbaudit.model.finding import HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.report import (
    FORMATS,
    clean,
    csv_format,
    display,
    format_named,
    format_of_file,
    github,
    gitlab,
    json_format,
    junit,
    markdown,
    sarif,
    schema,
    text,
)
from nbaudit.report.rawlines import RawLines, Region
from nbaudit.report.summary import Audit, Context
from report.factory import CATALOGUE, CELLS, HOSTILE, make_hostile, make_result

DOCS = Path(__file__).parents[2] / "docs"
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def raw_notebook(single_strings: bool = False) -> str:
    """The text of the factory's notebook as Jupyter would write it."""
    cells = []
    for index, (kind, source, _) in enumerate(CELLS):
        lines: object = source if single_strings else source.splitlines(keepends=True)
        cell = {
            "cell_type": "code" if kind == "py" else "markdown",
            "id": f"id{index}",
            "metadata": {},
            "source": lines,
        }
        cells.append({**cell, "outputs": [{"text": ['"source": [\n']}]} if kind == "py" else cell)
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_json_fits_the_schema(result: AuditResult) -> None:
    jsonschema.validate(json.loads(json_format.render(result)), schema.result_schema())


def test_hostile_json_fits_the_schema_and_encodes(hostile: AuditResult) -> None:
    dumped = json_format.render(hostile)
    dumped.encode("utf-8")
    jsonschema.validate(json.loads(dumped), schema.result_schema())


def test_schema_refuses_what_it_should(result: AuditResult) -> None:
    document = result.to_dict()
    document["findings"][0]["evidence"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema.result_schema())


def test_schema_in_docs_is_the_generated_one() -> None:
    written = (DOCS / "result.schema.json").read_text(encoding="utf-8")
    assert written == schema.dumps(), "run: python -m nbaudit.report.schema > docs/result.schema.json"


def test_json_of_several_holds_audits_and_errors(result: AuditResult) -> None:
    document = json.loads(json_format.render_all([Audit(result)], Context(single=False, errors=("x.ipynb: is empty",))))
    assert document["audits"][0]["notebook"]["name"] == "notebooks/boilers.ipynb"
    assert document["errors"] == ["x.ipynb: is empty"]


def test_text_says_what_matters(result: AuditResult) -> None:
    lines = text.render(result).splitlines()
    assert lines[0] == "notebooks/boilers.ipynb  (17 cells, 13 with code)"
    assert lines[1].startswith("7 of 30 issues are present, 5 of them of high relevance.")
    assert "SC-W  Features are scaled wrongly  [high relevance, 97 % sure, scaler-fitted-on-test-rows]" in lines
    assert "  >   5 | X_scaled = scaler.fit_transform(X)" in lines
    assert any(line.startswith("    cell 12, line 5: measures on rows that were seen") for line in lines)
    assert "present:   DI-I OU-I RB-M SC-W SP-W HT-W EM-I" in lines
    assert "undecided: DC-I FS-I IC-I" in lines
    assert "calls:     39 of 42 understood (93 %)" in lines
    (together,) = (line for line in lines if line.startswith("One cause, "))
    assert together.startswith("One cause, 2 findings, ")
    assert lines.index(together) < lines.index("present:   DI-I OU-I RB-M SC-W SP-W HT-W EM-I")


def test_text_puts_high_relevance_before_low(result: AuditResult) -> None:
    rendered = text.render(result)
    assert rendered.index("DI-I  A join") < rendered.index("RB-M  Imbalance")


RENDERERS: dict[str, Callable[[AuditResult], str]] = {
    "text": text.render,
    "markdown": markdown.render,
    "csv": csv_format.render,
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
}


@pytest.mark.parametrize("name", RENDERERS)
def test_hidden_characters_reach_no_format(name: str) -> None:
    rendered = RENDERERS[name](make_hostile())
    if name in ("sarif", "gitlab"):
        rendered = json.dumps(json.loads(rendered), ensure_ascii=False).replace("\\n", "")
    assert not HIDDEN.search(rendered)
    assert "U+202E" in rendered


@pytest.mark.parametrize("name", RENDERERS)
def test_formats_are_deterministic(name: str) -> None:
    assert RENDERERS[name](make_result()) == RENDERERS[name](make_result())


def test_markdown_lets_no_markup_through(hostile: AuditResult) -> None:
    """Read by a Markdown parser: no tag but ours, no link, no picture; and nothing that GitHub takes for a mention."""
    finding = replace(hostile.findings[0], message="[a](javascript:x) ![b](http://x) <b> www.x.org @me #1 `c|d` `</p>`")
    house = HouseFinding("<i>", "error", Span(1, 1), HOSTILE, HOSTILE)
    rendered = markdown.render(replace(hostile, findings=(finding, *hostile.findings), house_rules=(house,)))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(rendered)
    ours = "h2 p table thead tbody tr th td strong em code pre ul ol li details summary"
    assert set(re.findall(r"</?(\w+)", html)) <= set(ours.split())
    prose = re.sub(r"(?s)<(code|pre).*?</\1>", "", html).replace("&#", "")
    assert not re.search(r"[@#]\w", prose)
    assert rendered.count("<details>") == 4


def test_markdown_of_a_table_row_has_the_right_columns(result: AuditResult) -> None:
    finding = replace(result.findings[0], message="`a|b` and `c` and | d `e\\`")
    html = MarkdownIt("commonmark").enable("table").render(markdown.render(replace(result, findings=(finding,))))
    row = re.findall(r"(?s)<tr>(.*?)</tr>", html)[1]
    assert row.count("</td>") == 5
    assert "`a|b` and <code>c</code> and | d <code>e\\</code>" in row


def test_markdown_fits_into_a_comment(result: AuditResult) -> None:
    many = replace(result, findings=tuple(result.findings) * 200)
    rendered = markdown.render(many, Context(CATALOGUE))
    assert len(rendered) < 65_536
    assert "findings don't fit here" in rendered
    several = markdown.render_all([Audit(many)] * 3, Context(CATALOGUE, single=False))
    assert len(several) < 65_536
    assert several.count("## nbaudit: ") == 3
    assert "| notebooks/boilers.ipynb | 7 | 5 | 1600 |" in several


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_a_log_obeys_no_line(name: str, result: AuditResult) -> None:
    """CI runners take `::name::` at the start of a line, and `##[name]` anywhere, for commands."""
    cells = list(result.notebook.cells)
    source = "x = 1\n\n\n'''\n::add-mask::x\n  ::error::y ##[group]\n'''"
    cells[9] = replace(cells[9], source=source)
    book = replace(result.notebook, cells=tuple(cells), name="::error::x.ipynb")
    finding = replace(result.findings[2], instead="::stop-commands::x\n##[error]")
    rendered = RENDERERS[name](replace(result, notebook=book, findings=(finding,)))
    assert "add-mask" in rendered
    assert not [line for line in rendered.splitlines() if line.strip().startswith("::") or "##[" in line]


def test_text_underlines_the_stretch(result: AuditResult) -> None:
    lines = text.render(result).splitlines()
    at = lines.index("  >   5 | X_scaled = scaler.fit_transform(X)")
    assert lines[at + 1] == "        | " + " " * 11 + "^" * 23


def test_markdown_fence_outlasts_backticks() -> None:
    assert markdown.fence("a\n````\nb") == ["`````", "a\n````\nb", "`````"]


def test_markdown_table_holds_each_finding(result: AuditResult) -> None:
    rows = [line for line in markdown.render(result).splitlines() if line.startswith("| **")]
    assert rows[0].startswith("| **SC-W** | high | cell 9, line 5 |")
    assert all(row.count("|") == 6 for row in rows)


def test_csv_has_a_row_per_finding(result: AuditResult) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_format.render(result))))
    assert [(int(row["cell"]), int(row["line"])) for row in rows] == [(f.cell, f.line) for f in result.findings]
    row = next(row for row in rows if row["check"] == "scaler-fitted-on-test-rows")
    assert (row["issue"], row["cell"], row["line"]) == ("SC-W", "9", "5")
    assert row["code"] == "X_scaled = scaler.fit_transform(X)"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_csv_runs_no_formula(result: AuditResult, start: str) -> None:
    finding = replace(result.findings[0], message=f"{start}cmd|' /C calc'!A0")
    (row,) = csv.DictReader(io.StringIO(csv_format.render(replace(result, findings=(finding,)))))
    assert row["message"].startswith("'" + start)


# Places in the raw file.


def column_text(raw: str, region: Region) -> str:
    assert region.line == region.end_line
    return raw.split("\n")[region.line - 1][region.column - 1 : region.end_column - 1]


@pytest.mark.parametrize("single", [False, True], ids=["list of lines", "one string"])
def test_raw_region_is_the_code_itself(single: bool) -> None:
    raw = raw_notebook(single)
    region = RawLines(raw).region(Span(9, 5, 11, 5, 34))
    assert region
    assert column_text(raw, region) == "scaler.fit_transform(X)"


def test_raw_region_counts_escapes() -> None:
    raw = '{"cells": [\n{"source": ["s = \\"\\u00e9\\ud83d\\ude00\\t\\"; f(1)\\n",\n "g(2)"]}]}'
    column = raw.split("\n")[1].index("f(1)") + 1
    assert RawLines(raw).region(Span(0, 1, 11, 1, 15)) == Region(2, column, 2, column + 4)
    assert RawLines(raw).region(Span(0, 2, 0, 2, 4)) == Region(3, 3, 3, 7)


def test_raw_region_of_a_whole_line() -> None:
    raw = raw_notebook()
    region = RawLines(raw).region(Span(12, 5))
    assert region
    assert column_text(raw, region) == "    scores[k] = knn.score(X_test, y_test)"


@pytest.mark.parametrize("newline", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_raw_lines_end_in_other_ways(newline: str) -> None:
    lf = RawLines(raw_notebook()).region(Span(9, 5))
    other = RawLines(raw_notebook().replace("\n", newline)).region(Span(9, 5))
    assert lf == other


def test_raw_source_with_crlf() -> None:
    raw = '{"cells": [{"source": "a\\r\\nb"}]}'
    region = RawLines(raw).region(Span(0, 2))
    assert region
    assert column_text(raw, region) == "b"


def test_raw_worksheets_of_old_formats() -> None:
    raw = '{"worksheets": [{"metadata": {},\n"cells": [{"input": ["x = 1"], "cell_type": "code"}]}]}'
    region = RawLines(raw).region(Span(0, 1))
    assert region
    assert (region.line, column_text(raw, region)) == (2, "x = 1")


def test_raw_source_with_lone_carriage_returns() -> None:
    raw = '{"cells": [{"source": "a\\rb\\u000ac"}]}'
    for line, code in enumerate("abc", 1):
        region = RawLines(raw).region(Span(0, line))
        assert region
        assert column_text(raw, region)[0] == code


@pytest.mark.parametrize("span", [Span(99, 1), Span(9, 99), Span(9, 4, 0, 99, 1)])
def test_raw_place_that_is_not_there(span: Span) -> None:
    assert RawLines(raw_notebook()).region(span) is None


@pytest.mark.parametrize("raw", ["", "[]", '{"cells": [{"source": ["a"', '{"cells" 1}', "{nope}"])
def test_raw_text_that_is_no_notebook(raw: str) -> None:
    with pytest.raises(ValueError):
        RawLines(raw)


# SARIF.


def test_sarif_marks_the_raw_line(result: AuditResult) -> None:
    raw = raw_notebook()
    run = json.loads(sarif.render(result, raw, Context(CATALOGUE)))["runs"][0]
    found = next(item for item in run["results"] if item["ruleId"] == "scaler-fitted-on-test-rows")
    region = found["locations"][0]["physicalLocation"]["region"]
    assert "scaler.fit_transform(X)" in raw.split("\n")[region["startLine"] - 1]
    assert found["locations"][0]["properties"] == {"cell": 9, "cellLine": 5, "cellId": "id9"}
    assert len(found["codeFlows"][0]["threadFlows"][0]["locations"]) == 4
    rule = run["tool"]["driver"]["rules"][found["ruleIndex"]]
    assert rule["id"] == found["ruleId"]
    assert rule["help"]["text"].startswith("Why it is debt: The mean and spread")


def test_sarif_without_raw_text_still_has_a_region(result: AuditResult) -> None:
    run = json.loads(sarif.render(result))["runs"][0]
    assert all(item["locations"][0]["physicalLocation"]["region"]["startLine"] == 1 for item in run["results"])


def test_sarif_suppressed_is_marked(result: AuditResult) -> None:
    run = json.loads(sarif.render(result))["runs"][0]
    (item,) = [item for item in run["results"] if "suppressions" in item]
    assert item["suppressions"][0]["kind"] == "inSource"
    assert item["ruleId"] == "fill-learned-from-test-rows"


def test_sarif_fingerprints_differ_and_outlive_moved_cells(result: AuditResult) -> None:
    def prints(of: AuditResult) -> list[str]:
        run = json.loads(sarif.render(of))["runs"][0]
        return [item["partialFingerprints"][sarif.FINGERPRINT] for item in run["results"]]

    first = replace(result.notebook.cells[0], index=0)
    moved_cells = (first, *(replace(cell, index=cell.index + 1) for cell in result.notebook.cells))
    moved = replace(
        result,
        notebook=replace(result.notebook, cells=moved_cells),
        findings=tuple(replace(item, span=replace(item.span, cell=item.cell + 1)) for item in result.findings),
        suppressed=(),
    )
    same = replace(result, suppressed=())
    assert len(set(prints(same))) == len(result.findings)
    assert prints(moved) == prints(same)


def test_sarif_uri_is_quoted() -> None:
    run = json.loads(sarif.render(make_hostile()))["runs"][0]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w%./~-]+", uri)


def test_sarif_tells_of_crashes(hostile: AuditResult) -> None:
    invocation = json.loads(sarif.render(hostile))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False


# The registry.


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_renders(name: str, result: AuditResult) -> None:
    rendered = FORMATS[name].render([Audit(result, raw_notebook())], Context(CATALOGUE))
    assert "SC-W" in rendered


@pytest.mark.parametrize(
    ("file", "name"), [("a.HTML", "html"), ("b/x.sarif.json", "sarif"), ("x.json", "json"), ("x.md", "markdown")]
)
def test_ending_means_a_format(file: str, name: str) -> None:
    assert format_of_file(file).name == name


def test_unknown_formats_are_named() -> None:
    with pytest.raises(UsageError, match='"pdf" is no report format; choose from html, json'):
        format_named("pdf")
    with pytest.raises(UsageError, match=r"x\.pdf: the ending says no report format"):
        format_of_file("x.pdf")


def test_huge_texts_are_cut() -> None:
    """A name in a notebook may be a megabyte; of the formats only the public JSON has it whole."""
    huge = make_hostile("A" * 1_000_000)
    huge = replace(
        huge,
        notebook=replace(huge.notebook, name="huge.ipynb"),
        house_rules=(HouseFinding("A" * 1_000_000, "error", Span(1, 1), "A" * 1_000_000, "A" * 1_000_000),),
    )
    for name in set(FORMATS) - {"json", "html"}:
        assert len(FORMATS[name].render([Audit(huge)], Context(CATALOGUE))) < 200_000, name
    assert len(display.render(huge, Context(CATALOGUE))) < 200_000


def test_hostile_text_is_really_hostile() -> None:
    assert HIDDEN.search(HOSTILE)


@pytest.mark.parametrize(
    ("text_", "is_prose", "shown"),
    [
        ("the rows are parted", False, "The rows are parted."),
        ("df is joined by `key`", False, "df is joined by `key`."),
        ("split first!", True, "Split first!"),
        ("", True, ""),
    ],
)
def test_sentence(text_: str, is_prose: bool, shown: str) -> None:
    assert clean.sentence(text_, is_prose) == shown

"""The HTML report: what it says, and that nothing in a notebook can become markup or run."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

import nbaudit
from nbaudit.errors import NbauditError, UsageError
from nbaudit.model.finding import Verdict
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Cell, CellKind, Notebook
from nbaudit.model.vocabulary import DROPPED_ISSUES, ISSUES, Activity, Problem, State
from nbaudit.report import html
from nbaudit.report.highlight import line_html, tokens
from nbaudit.report.summary import Audit, Context
from nbaudit.report.templates import find_templates
from report.factory import CATALOGUE, HOSTILE, Check, make_hostile

FIXTURES = Path(__file__).parents[2] / "fixtures" / "notebooks"
VOID = {"meta", "input", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """Elements with their attributes, the text by element, and proof that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.text: list[str] = []
        self.raw: dict[str, str] = {"style": "", "script": ""}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.ids.extend(value for key, value in attrs if key == "id" and value)
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] in self.raw:
            self.raw[self.stack[-1]] += data
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture
def page(result: AuditResult) -> Page:
    return Page(html.render(result, Context(CATALOGUE)))


ALLOWED_ELEMENTS_WORDS = """
html head meta title style body a div nav button main section h1 h2 h3 h4 p span b i ul ol li table thead tbody tr
th td details summary label select option input output header article pre code mark footer script dl dt dd
svg g path text tspan circle rect
"""
ALLOWED_ELEMENTS = set(ALLOWED_ELEMENTS_WORDS.split())
ALLOWED_ATTRIBUTES_WORDS = """
lang charset http-equiv content name class id href type hidden title role scope rowspan tabindex value placeholder
autocomplete spellcheck data-place data-phase data-activity data-problem data-relevance data-confidence data-search
data-n data-end data-clear data-sort data-value data-nodes data-edges data-node data-edge data-at data-flow data-follow
viewbox width height d x y cx cy r rx for preserveaspectratio colspan
aria-label aria-labelledby aria-describedby aria-hidden aria-live
"""
ALLOWED_ATTRIBUTES = set(ALLOWED_ATTRIBUTES_WORDS.split())


def hostile_catalogue() -> dict[str, Check]:
    return {HOSTILE: Check(HOSTILE, "SC-W", HOSTILE, HOSTILE, HOSTILE, HOSTILE)}


def hostile_pages() -> list[str]:
    result = make_hostile()
    row = html.IndexRow(HOSTILE, None, error=HOSTILE)
    return [
        html.render(result, Context(hostile_catalogue()), index_link="index.html"),
        html.render_index([html.index_row(result, HOSTILE + ".html"), row], [result], "0.1.0"),
    ]


@pytest.mark.parametrize("number", [0, 1], ids=["report", "index"])
def test_hostile_text_becomes_no_markup(number: int) -> None:
    text = hostile_pages()[number]
    page = Page(text)
    assert page.stack == []
    assert {tag for tag, _ in page.elements} <= ALLOWED_ELEMENTS
    assert {key for _, attrs in page.elements for key in attrs} <= ALLOWED_ATTRIBUTES
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert "alert(" not in page.raw["script"] + page.raw["style"]
    assert any("<script>alert(1)</script>" in piece for piece in page.text), "it is shown as text"


@pytest.mark.parametrize("number", [0, 1], ids=["report", "index"])
def test_links_stay_inside_the_page_or_its_folder(number: int) -> None:
    links = [attrs["href"] or "" for attrs in Page(hostile_pages()[number]).all("a")]
    assert links
    for link in links:
        assert re.fullmatch(r"#[\w-]+|index\.html|[\w%./~-]+\.html", link), link
        assert not link.lower().startswith(("javascript", "data", "http", "/"))


@pytest.mark.parametrize("number", [0, 1], ids=["report", "index"])
def test_hidden_characters_are_written_out(number: int) -> None:
    text = hostile_pages()[number]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert "⟨U+202E⟩" in text
    text.encode("utf-8")


def test_huge_strings_are_cut() -> None:
    text = html.render(make_hostile("y" * 400_000))
    assert len(text) < 500_000
    assert "y" * 300 in text


def test_policy_admits_exactly_the_style_and_the_script(page: Page) -> None:
    policy = next(attrs["content"] or "" for attrs in page.all("meta") if attrs.get("http-equiv"))
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    digest = {
        kind: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for kind, text in page.raw.items()
    }
    assert parts["default-src"] == "'none'"
    assert parts["style-src"] == f"'sha256-{digest['style']}'"
    assert parts["script-src"] == f"'sha256-{digest['script']}'"
    assert parts["base-uri"] == parts["form-action"] == "'none'"


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    for tag, attrs in page.elements:
        assert "src" not in attrs and tag not in ("link", "iframe", "object", "img", "form"), (tag, attrs)
        assert not any(key.startswith("on") or key == "style" for key in attrs)
    assert "url(" not in page.raw["style"] and "@import" not in page.raw["style"]


def test_every_link_has_a_target_and_ids_are_unique(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    targets = {(attrs["href"] or "")[1:] for attrs in page.all("a")}
    assert targets <= set(page.ids)
    references = {
        attrs[key] for _, attrs in page.elements for key in ("aria-labelledby", "aria-describedby") if key in attrs
    }
    assert references <= set(page.ids)


def test_matrix_has_all_36_places(page: Page) -> None:
    places = {
        attrs["data-place"]: (attrs["class"] or "").split()[0] for attrs in page.all("td") if "data-place" in attrs
    }
    assert set(places) == {f"{activity.value}-{problem.value}" for activity in Activity for problem in Problem}
    assert {code for code, state in places.items() if state == "dropped"} == set(DROPPED_ISSUES)
    assert {code for code, state in places.items() if state == "none"} == {"RB-I", "SP-I", "EM-M"}
    assert places["SC-W"] == "present"
    assert places["FS-I"] == "undecided"
    assert places["MV-M"] == "na"
    assert places["AL-M"] == "absent"


def test_matrix_says_the_states_in_words(result: AuditResult) -> None:
    text = html.render(result)
    for code, words in {"SC-W": "present", "FS-I": "undecided", "MV-M": "n/a", "AL-M": "absent"}.items():
        cell = text[text.index(f'data-place="{code}"') :].partition("</td>")[0]
        assert f"<span>{words}<span" in cell
    assert ">(AL-W)</span>" in text
    assert 'data-place="RB-I"><span title="This combination makes no sense">-</span>' in text


def test_present_place_links_to_its_finding(result: AuditResult) -> None:
    text = html.render(result)
    target = re.search(r'data-place="SC-W"><a href="#(f\d+)"', text)
    assert target
    article = text[text.index(f'id="{target[1]}"') :].partition("</article>")[0]
    assert "scaler-fitted-on-test-rows" in article


def test_finding_shows_code_trail_and_advice(result: AuditResult) -> None:
    text = html.render(result, Context(CATALOGUE))
    article = re.search(r'<article[^>]*id="f3".*?</article>', text, re.DOTALL)
    assert article
    body = article[0]
    assert (
        '<code class="l at" data-n="5">X_scaled = <mark>scaler.<span class="t-f">fit_transform</span>(X)</mark></code>'
        in body
    )
    steps = re.findall(r'<a href="#(c\d+l\d+)" data-end="(\d+)"', body)
    assert steps == [("c9l5", "5"), ("c11l1", "3"), ("c12l4", "4"), ("c12l5", "5")]
    assert "The mean and spread of the test rows" in body
    assert "make_pipeline" in body
    assert "What this check can&#39;t see" in body or "What this check can't see" in body


def test_evidence_that_quotes_an_output_gives_its_numbers_and_leads_to_it() -> None:
    result = nbaudit.audit(FIXTURES / "binary_churn_indebted.ipynb")
    text = html.render(result, Context(CATALOGUE))
    step = re.search(r'<a href="#c7o"[^>]*><span class="where">output of cell 7</span>.*?</a>', text, re.DOTALL)
    assert step
    assert "churned | 0 0.837423 | 1 0.162577" in step[0]
    shown = re.search(r'<pre[^>]* id="c7o"[^>]*>(.*?)</pre>', text, re.DOTALL)
    assert shown
    assert "0    0.837423" in shown[1]
    assert text.count('class="frame saved"') == 1, "outputs that no evidence rests on are left out"


def test_hostile_outputs_are_shown_as_text() -> None:
    page = Page(html.render(make_hostile(), Context(hostile_catalogue())))
    assert "c2o" in page.ids


def test_findings_of_one_cause_stand_in_one_group(result: AuditResult) -> None:
    text = html.render(result)
    group = next(part for part in text.split('<div class="group"') if 'id="f5"' in part)
    assert 'id="f6"' in group
    assert "one cause, 2 findings" in group


def test_span_outside_the_notebook_is_survived(result: AuditResult) -> None:
    finding = result.findings[0]
    odd = replace(finding, span=replace(finding.span, cell=99, line=1))
    page = Page(html.render(replace(result, findings=(odd,))))
    assert page.stack == []


def test_clean_result_does_not_promise_more_than_it_knows(result: AuditResult) -> None:
    verdicts = {code: Verdict(code, State.ABSENT, 0.9, "") for code in ISSUES}
    verdicts["FS-I"] = Verdict("FS-I", State.UNDECIDED, 0.0, "")
    text = html.render(replace(result, findings=(), verdicts=verdicts))
    assert "1 issue is undecided" in text


def test_crashed_checks_and_suppressions_are_shown(result: AuditResult) -> None:
    text = html.render(make_hostile())
    assert "1 check crashed" in text
    assert "pressure gaps are 0.2 % and the median is a round number" in html.render(result)


def test_output_is_deterministic_and_small(result: AuditResult) -> None:
    assert html.render(result) == html.render(result)
    assert len(html.render(result).encode()) < 150_000


def test_index_puts_the_worst_first_and_links(result: AuditResult) -> None:
    clean = replace(
        result,
        notebook=Notebook("a_clean.ipynb", ()),
        findings=(),
        verdicts={code: Verdict(code, State.ABSENT, 1.0, "") for code in ISSUES},
    )
    rows = [
        html.IndexRow("broken.ipynb", None, error="broken.ipynb: is empty"),
        html.index_row(clean, "a_clean.nbaudit.html"),
        html.index_row(result, "boilers 1.nbaudit.html"),
    ]
    text = html.render_index(rows, [clean, result])
    assert text.index("notebooks/boilers.ipynb") < text.index("a_clean.ipynb") < text.index("broken.ipynb")
    assert 'href="boilers%201.nbaudit.html"' in text
    assert "not audited: broken.ipynb: is empty" in text


def test_several_notebooks_need_a_folder(result: AuditResult) -> None:
    with pytest.raises(UsageError, match="folder"):
        html.render_all([Audit(result), Audit(result)], Context())


def test_templates_missing_is_said(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NbauditError, match="install nbaudit again"):
        find_templates(tmp_path / "nbaudit")


def test_templates_of_a_wheel_are_found(tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "nbaudit" / "_templates"
    folder.mkdir(parents=True)
    (folder / "report.html").touch()
    assert find_templates(tmp_path / "nbaudit") == folder


SOURCES = {
    "strings": "a = f'{x}' + \"b\"  # c\nb = '''one\ntwo'''",
    "magic": "%matplotlib inline\n!ls -la\nx = 5 % 3",
    "half-written": "def f(:\n  '''never closed\n x = \"open",
    "empty": "",
    "crlf": "a = 1\r\nb = 2",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_tokens_give_the_source_back(source: str) -> None:
    lines = tokens(source)
    assert ["".join(text for _, text in line) for line in lines] == source.replace("\r\n", "\n").split("\n")


def test_token_classes() -> None:
    (line,) = tokens("for x in range(3): print('a', None)  # say")
    assert ("k", "for") in line
    assert ("b", "range") in line
    assert ("n", "3") in line
    assert ("s", "'a'") in line
    assert ("c", "# say") in line


def test_modulo_is_no_magic() -> None:
    (line,) = tokens("x = a % b")
    assert all(kind != "m" for kind, _ in line)


def test_mark_splits_tokens_and_escapes() -> None:
    (line,) = tokens("x = '<b>'")
    assert line_html(line, 5, 7) == (
        'x = <span class="t-s">&#39;</span><mark><span class="t-s">&lt;b</span></mark>'
        '<span class="t-s">&gt;&#39;</span>'
    )


def test_long_cells_are_cut_and_say_so() -> None:
    cell = Cell(0, CellKind.CODE, "\n".join(f"x{number} = 0" for number in range(1000)))
    text = html.render(AuditResult(Notebook("long.ipynb", (cell,)), (), {}, ()))
    assert "600 more lines are left out" in text
    assert 'id="c0l400"' in text and 'id="c0l401"' not in text

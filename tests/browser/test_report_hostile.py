"""Hostile text in every field of a result: in a real browser nothing of it runs and nothing breaks out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from report.factory import HOSTILE, Check, make_hostile

from browser.browsing import opened
from nbaudit.model.source import Notebook
from nbaudit.report import html
from nbaudit.report.summary import Context

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BITES = {
    "script": "<script>document.title='ran'</script>",
    "breaking out of text": "</title></style></script></textarea><script>document.title='ran'</script>",
    "image": "<img src=x onerror=\"document.title='ran'\">",
    "svg": '</text></svg><svg onload="document.title=\'ran\'"><a href="javascript:0"><text>x</text></a>',
    "attribute": '" autofocus onfocus="document.title=\'ran\'" x="',
    "attribute without quotes": "' onmouseover=document.title='ran' '",
    "link": "javascript:document.title='ran'",
    "markdown link": "[x](javascript:document.title='ran') ![x](https://example.org/x.png) `` <b>` ``",
    "data link": "data:text/html,<script>document.title='ran'</script>",
    "frame": "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\"></iframe><object data=x></object>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://example.org/'><base href='https://example.org/'>",
    "style": "</style><style>body{display:none}</style><link rel=stylesheet href=https://example.org/x.css>",
    "template": "{{ 7*7 }}{% raw %}${7*7}#{7*7}",
    "bidi": "\u202egnp.exe\u2066\u2067\u200b\ufeff\u2028",
    "control": "\x00\x08\x1b[31m\x1b]8;;https://example.org\x07\ud800",
    "entities": "&lt;script&gt;&#60;script&#62;&amp;quot;",
}


@pytest.fixture(params=BITES.values(), ids=BITES.keys())
def bite(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


def unharmed(page: Page, title: str) -> None:
    """Nothing ran, nothing was added, and nothing of ours was hidden."""
    assert page.title() == title
    assert page.title() != "ran"
    assert page.locator("script, style").count() == 2
    assert page.locator("img, iframe, object, embed, link, base, form, audio, video").count() == 0
    assert page.locator("meta").count() == 4
    links = page.evaluate("() => [...document.querySelectorAll('a')].map(a => a.getAttribute('href')).filter(Boolean)")
    assert all(link.startswith("#") or link.endswith(".html") for link in links)
    assert not any(link.lower().startswith(("javascript:", "data:", "//", "http", "file")) for link in links)
    handlers = page.evaluate(
        "() => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
        ".map(a => a.name).filter(name => name.startsWith('on') || name === 'style')"
    )
    assert handlers == []
    assert page.locator("main").is_visible()
    hidden = page.evaluate(
        "() => /[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\ufeff\\u0000-\\u0008\\u001b]/.test(document.body.textContent)"
    )
    assert not hidden, "characters that hide or reorder are written out"


def test_report(browser: Browser, tmp_path: Path, bite: str) -> None:
    checks = {HOSTILE + bite: Check(HOSTILE + bite, "SC-W", bite, bite, bite, bite)}
    path = tmp_path / "report.html"
    path.write_text(html.render(make_hostile(bite), Context(checks), "index.html"), encoding="utf-8")
    with opened(browser, path) as watched:
        page = watched.page
        title = page.title()
        assert title.endswith("· nbaudit")
        everywhere(page)
        unharmed(page, title)


def everywhere(page: Page) -> None:
    """Do what a reader does, so that text that the script moves about is moved."""
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    page.locator("#search").fill("x")
    page.click("[data-clear]")
    page.locator("[data-flow]").first.click()
    page.locator("#flow-svg .node").first.click()
    page.locator("[data-follow]").first.click()
    page.click("#follow-next")
    page.locator("#flow-svg .node").last.hover(force=True)


def test_index(browser: Browser, tmp_path: Path) -> None:
    results = [replace(make_hostile(text), notebook=Notebook(text, ())) for text in BITES.values()]
    rows = [html.index_row(result, text + ".html") for result, text in zip(results, BITES.values(), strict=True)]
    rows += [html.IndexRow(text, None, error=text) for text in BITES.values()]
    path = tmp_path / "index.html"
    path.write_text(html.render_index(rows, results, "0.1.0"), encoding="utf-8")
    with opened(browser, path) as watched:
        page = watched.page
        page.fill("#find", "x")
        page.fill("#find", "")
        page.locator("thead button").first.click()
        assert page.locator("#table tbody tr").count() == 2 * len(BITES)
        unharmed(page, f"{2 * len(BITES)} notebooks · nbaudit")


def test_the_policy_stops_a_script_that_got_in(browser: Browser, tmp_path: Path) -> None:
    """The second line of defence: were text ever put in unescaped, it would still not run."""
    page_text = html.render(make_hostile())
    inside = "<script>document.title='ran'</script><b onclick=\"document.title='ran'\" id=bad>x</b><main"
    broken = page_text.replace("<main", inside, 1)
    assert broken != page_text
    path = tmp_path / "report.html"
    path.write_text(broken, encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    page.locator("#bad").click()
    assert page.title() != "ran"
    assert sum("Content Security Policy" in text for text in refused) >= 2
    context.close()


def test_huge_text_in_every_field(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.render(make_hostile("w" * 300_000)), encoding="utf-8")
    assert path.stat().st_size < 500_000
    with opened(browser, path) as watched:
        page = watched.page
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, "nothing pushes the page wide"
        unharmed(page, page.title())


def test_a_name_that_is_a_path_leads_nowhere(browser: Browser, tmp_path: Path) -> None:
    result = make_hostile()
    name = "../../../../etc/passwd\n//example.org/%2e%2e/x.ipynb"
    moved = html.index_row(type(result)(Notebook(name, ()), (), {}, ()), "x.html")
    path = tmp_path / "index.html"
    path.write_text(html.render_index([moved], [], ""), encoding="utf-8")
    with opened(browser, path) as watched:
        assert watched.page.locator("#table a").get_attribute("href") == "x.html"

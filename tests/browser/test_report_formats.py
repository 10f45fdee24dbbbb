"""What else a browser may be asked to open: the other formats' files, and Markdown and fragments as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from report.factory import make_hostile

from browser.test_report_hostile import BITES
from nbaudit.report import FORMATS
from nbaudit.report.summary import Audit, Context

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVERYTHING = "\n".join(BITES.values())
OTHERS = [name for name in FORMATS if name != "html"]


def assert_harmless(browser: Browser, path: Path) -> None:
    """Open the file without any policy: no script runs, no dialog opens, nothing else is asked for."""
    context = browser.new_context(offline=True, accept_downloads=False)
    page = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(path.as_uri())
    except Exception as error:  # a file that the browser saves instead of showing it can do no harm
        assert "Download is starting" in str(error), error
    else:
        page.wait_for_timeout(100)
        assert page.title() != "ran"
        handlers = (
            "() => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".filter(a => a.name.startsWith('on')).length"
        )
        assert page.evaluate(handlers) == 0
        links = page.evaluate("() => [...document.querySelectorAll('a[href]')].map(a => a.protocol)")
        assert not set(links) & {"javascript:", "data:", "vbscript:"}
        assert page.locator("script, iframe, object, embed, form, meta[http-equiv=refresh], base").count() == 0
    assert dialogs == []
    assert [url for url in asked if url != path.as_uri()] == []
    context.close()


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_each_format(browser: Browser, tmp_path: Path, name: str) -> None:
    fmt = FORMATS[name]
    text = fmt.render([Audit(make_hostile(EVERYTHING))], Context())
    path = tmp_path / f"result{(*fmt.suffixes, '.txt')[0]}"
    path.write_bytes(text.encode("utf-8", "replace"))
    assert_harmless(browser, path)


def test_markdown_rendered_with_raw_html_allowed(browser: Browser, tmp_path: Path) -> None:
    """A renderer that lets HTML through is the worst case; the usual hosts clean it besides."""
    from markdown_it import MarkdownIt

    text = FORMATS["markdown"].render([Audit(make_hostile(EVERYTHING))], Context())
    path = tmp_path / "comment.html"
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    path.write_text(f"<meta charset=utf-8><title>x</title>{page}", encoding="utf-8", errors="replace")
    assert_harmless(browser, path)


def test_a_fragment_in_a_notebook(browser: Browser, tmp_path: Path) -> None:
    display = pytest.importorskip("nbaudit.report.display")
    path = tmp_path / "cell.html"
    fragment = display.render(make_hostile(EVERYTHING), Context())
    path.write_text(f"<meta charset=utf-8><title>x</title>{fragment}", encoding="utf-8", errors="replace")
    assert_harmless(browser, path)

"""A hostile notebook's findings as a cell's output, as Markdown and as annotated cells: in a browser nothing runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from report.factory import make_hostile

from browser.browsing import opened
from browser.test_report_hostile import BITES
from nbaudit.model.finding import HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.report import display, markdown
from nbaudit.report.annotate import annotated

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def as_markdown(text: str) -> str:
    """Markdown as the laxest reader shows it: with all HTML let through."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def annotated_cells(result: AuditResult) -> str:
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    raw = {"cells": [cell] * 4, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    copy = json.loads(annotated(json.dumps(raw).encode(), result))
    return "".join(as_markdown("".join(cell["source"])) for cell in copy["cells"])


RENDERERS: dict[str, Callable[[AuditResult], str]] = {
    "display": display.render,
    "markdown": lambda result: as_markdown(markdown.render(result)),
    "annotated copy": annotated_cells,
}


def page_of(body: str) -> str:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>calm</title></head><body>{body}</body></html>"


@pytest.mark.parametrize("name", RENDERERS)
def test_nothing_runs(browser: Browser, tmp_path: Path, name: str) -> None:
    results = [
        replace(make_hostile(bite), house_rules=(HouseFinding("a", "error", Span(1, 1), bite, bite),))
        for bite in BITES.values()
    ]
    path = tmp_path / "page.html"
    path.write_text(page_of("<hr class=part>".join(map(RENDERERS[name], results))), encoding="utf-8")
    with opened(browser, path) as watched:
        page = watched.page
        assert page.title() == "calm"
        assert page.locator(".part").count() == len(results) - 1
        assert page.locator("script, img, iframe, svg, a, object, embed, form, base, link, style").count() == 0
        assert page.locator("meta").count() == 1
        handlers = page.evaluate(
            "() => [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
            ".map(a => a.name).filter(name => name.startsWith('on'))"
        )
        assert handlers == []


def test_a_page_that_lets_scripts_through_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(page_of(BITES["script"]), encoding="utf-8")
    with opened(browser, path) as watched:
        assert watched.page.title() == "ran"

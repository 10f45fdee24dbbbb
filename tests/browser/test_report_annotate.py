"""The cells that an annotated copy adds, in the laxest reader of Markdown: nothing of a hostile notebook runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from msgspec.structs import replace
from report.factory import make_hostile

from browser.browsing import opened
from browser.test_report_hostile import BITES
from nbaudit.model.finding import HouseFinding
from nbaudit.model.source import Span
from nbaudit.report.annotate import annotated

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def added_cells(bite: str) -> str:
    """The added cells of a notebook full of `bite`, as HTML, with all HTML in the Markdown let through."""
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    raw = {"cells": [cell] * 4, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    house = HouseFinding("a", "error", Span(1, 1), bite, bite)
    result = replace(make_hostile(bite), house_rules=(house,))
    copy = json.loads(annotated(json.dumps(raw).encode(), result))
    notes = ["".join(cell["source"]) for cell in copy["cells"] if cell["cell_type"] == "markdown"]
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    return "<hr class=part>".join(reader.render(note) for note in notes)


def write_page(body: str, folder: Path) -> Path:
    path = folder / "page.html"
    head = "<meta charset=utf-8><title>calm</title>"
    path.write_text(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return path


def test_nothing_runs(browser: Browser, tmp_path: Path) -> None:
    path = write_page("<hr class=part>".join(map(added_cells, BITES.values())), tmp_path)
    with opened(browser, path) as watched:
        page = watched.page
        assert page.title() == "calm"
        assert page.locator(".part").count() == 4 * len(BITES) - 1  # a summary, two findings and a house rule for each
        assert page.locator("script, img, iframe, svg, a, object, embed, form, base, link, style").count() == 0
        assert page.locator("meta").count() == 1


def test_a_page_that_lets_scripts_through_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, write_page(BITES["script"], tmp_path)) as watched:
        assert watched.page.title() == "ran"

"""Outputs for notebooks, Markdown and annotated cells of a hostile notebook in a real browser: nothing of them runs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from nbaudit.model.finding import HouseFinding
from nbaudit.model.source import Span
from nbaudit.report import display, markdown
from nbaudit.report.annotate import annotated
from report.factory import HOSTILE, make_hostile
from report.test_browser import BITES, CHROMIUM, opened

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

EXTRA = f"{BITES} [x](javascript:alert(1)) ![x](x) `</code>{BITES}` <iframe src=javascript:alert(1)>"
RESULT = replace(
    make_hostile(EXTRA), house_rules=(HouseFinding("a", "error", Span(1, 1), HOSTILE + EXTRA, HOSTILE + EXTRA),)
)


def page_of_markdown(text: str) -> str:
    """Markdown as the laxest reader shows it: with all HTML let through."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(text)


def annotated_cells() -> str:
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    raw = {"cells": [cell] * 4, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    copy = json.loads(annotated(json.dumps(raw).encode(), RESULT))
    return "".join(page_of_markdown("".join(cell["source"])) for cell in copy["cells"])


PAGES = {
    "display": lambda: display.render(RESULT),
    "markdown": lambda: page_of_markdown(markdown.render(RESULT)),
    "annotated copy": annotated_cells,
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_a_hostile_notebook_runs(name: str, tmp_path: Path) -> None:
    dom = opened(f"<!DOCTYPE html><meta charset=utf-8><title>calm</title><body>{PAGES[name]()}", tmp_path)
    assert "<title>calm</title>" in dom
    assert not re.search(r"<(script|img|iframe|svg|a|style|object|embed|form)\b", dom)
    assert not re.search(r"<[a-z]+ [^>]*\bon\w+=", re.sub(r'title="[^"]*"', "", dom))


def test_a_page_that_lets_scripts_through_would_be_noticed(tmp_path: Path) -> None:
    dom = opened(f"<!DOCTYPE html><title>calm</title><body>{BITES}", tmp_path)
    assert "<title>ran</title>" in dom

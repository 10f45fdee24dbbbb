"""The report in a real browser, where one is installed: our script runs, and nothing that a notebook holds does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from nbaudit.report import html
from report.factory import make_hostile, make_result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BITES = "</title></script><script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def opened(page: str, folder: Path) -> str:
    """The page's DOM after its scripts have run."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync"
    done = subprocess.run(
        [str(CHROMIUM), *flags.split(), f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_nothing_of_a_hostile_notebook_runs(tmp_path: Path) -> None:
    page = html.render(make_hostile(BITES))
    dom = opened(page, tmp_path)
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title and title[1] != "ran"
    assert len(re.findall("<script", dom)) == 1
    assert "<img" not in dom


def test_the_policy_admits_the_report_s_own_script(tmp_path: Path) -> None:
    dom = opened(html.render(make_result()), tmp_path)
    assert re.search(r'<html lang="en" class="js">', dom)
    assert "8 of 8 shown</output>" in dom

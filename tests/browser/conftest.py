"""One server and one browser for all tests; a page and a copy of a notebook for each.

Where `NBAUDIT_BROWSER=required`, as in CI, what is missing fails the tests instead of skipping them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from jupyter.running import Server
    from playwright.sync_api import BrowserContext

    from browser.driving import Lab

NOTEBOOKS = Path(__file__).parents[2] / "fixtures" / "notebooks"
NEEDED = ("playwright", "jupyterlab", "notebook")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the tests out where nothing can drive a browser."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if collection_path.name.startswith("test_") and missing:
        if os.environ.get("NBAUDIT_BROWSER") == "required":
            raise pytest.UsageError(f"{', '.join(missing)}: not installed, and NBAUDIT_BROWSER is required")
        return True
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    """One context for all pages, so that JupyterLab's own files are loaded and compiled once."""
    from playwright.sync_api import sync_playwright

    from browser.driving import CHROMIUM, FLAGS

    if CHROMIUM is None:
        assert os.environ.get("NBAUDIT_BROWSER") != "required", "no Chromium is installed"
        pytest.skip("no Chromium is installed")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running.new_context(viewport={"width": 1440, "height": 900})
        running.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from browser.driving import start

    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture
def open_lab(
    browser: BrowserContext, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Lab]]:
    """Opens a copy of a fixture in a new page. At the end no page may have had an error of ours."""
    from browser.driving import Lab

    opened: list[Lab] = []

    def make(fixture: str = "binary_churn_indebted.ipynb", name: str = "") -> Lab:
        target = name or f"{request.node.name.split('[')[0]}-{len(opened)}.ipynb"
        shutil.copy(NOTEBOOKS / fixture, server.root / target)
        lab = Lab(browser, server)
        opened.append(lab)
        lab.notebook = target
        lab.open(target)
        return lab

    yield make
    folder = os.environ.get("NBAUDIT_SCREENSHOTS")
    failed = getattr(request.node, "failed", False)
    for number, lab in enumerate(opened):
        if folder and failed:
            lab.page.screenshot(path=Path(folder) / f"{request.node.name}-{number}.png")
        errors = lab.own_errors()
        lab.page.close()
        if not failed:
            assert errors == []
    for session in server.ask("api/sessions").json():
        server.ask(f"api/sessions/{session['id']}", method="DELETE")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call":
        item.failed = report.failed  # type: ignore[attr-defined]

"""One browser for all tests; for those of JupyterLab one server, and a page and a copy of a notebook for each.

With NBAUDIT_REQUIRE_BROWSER=1, as in CI, what is missing fails the tests instead of leaving them out.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.browsing import chromium

if TYPE_CHECKING:
    from jupyter.running import Server
    from playwright.sync_api import Browser, BrowserContext

    from browser.driving import Lab

NOTEBOOKS = Path(__file__).parents[2] / "fixtures" / "notebooks"
NEEDED = ("playwright", "jupyterlab", "notebook")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of JupyterLab out where it can't be driven, and where other files alone were asked for."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if collection_path.name.startswith("test_lab") and missing:
        asked = {Path(argument.partition("::")[0]).name for argument in config.args}
        others = bool(asked) and all(name.startswith("test_") and name != collection_path.name for name in asked)
        if os.environ.get("NBAUDIT_REQUIRE_BROWSER") == "1" and not others:
            raise pytest.UsageError(f"{', '.join(missing)}: not installed, and NBAUDIT_REQUIRE_BROWSER is 1")
        return True
    return None


@pytest.fixture(scope="session")
def running_browser() -> Iterator[Callable[[], Browser]]:
    with chromium() as running:
        yield running


@pytest.fixture
def browser(running_browser: Callable[[], Browser]) -> Browser:
    return running_browser()


@pytest.fixture(scope="session")
def lab_context(running_browser: Callable[[], Browser]) -> BrowserContext:
    """One context for all pages of JupyterLab, so that its own files are loaded and compiled once."""
    return running_browser().new_context(viewport={"width": 1440, "height": 900})


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from browser.driving import start

    running = start(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture
def open_lab(
    lab_context: BrowserContext, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Lab]]:
    """Opens a copy of a fixture in a new page. At the end no page may have had an error of ours."""
    from browser.driving import Lab

    opened: list[Lab] = []

    def make(fixture: str = "binary_churn_indebted.ipynb", name: str = "") -> Lab:
        target = name or f"{request.node.name.split('[')[0]}-{len(opened)}.ipynb"
        shutil.copy(NOTEBOOKS / fixture, server.root / target)
        lab = Lab(lab_context, server)
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

"""A headless Chromium for tests, and what every page of ours must stand up to in it.

Without playwright or a Chromium the tests are skipped; with NBAUDIT_REQUIRE_BROWSER=1 (as in CI) they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-dev-shm-usage"
)


def unavailable(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("NBAUDIT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"NBAUDIT_REQUIRE_BROWSER=1, but {reason}")
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Callable[[], Browser]]:
    """Gives the running browser, a new one where the last has crashed: that costs one test, not all that follow."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed (pip install 'nbaudit[browser]')")
        raise AssertionError("not reached") from None
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        unavailable("no Chromium is on the path")
    with sync_playwright() as play:
        launched: list[Browser] = []

        def running() -> Browser:
            if not launched or not launched[-1].is_connected():
                launched.append(play.chromium.launch(executable_path=path, args=FLAGS.split()))
            return launched[-1]

        yield running
        if launched:
            launched[-1].close()


@dataclass
class Watched:
    """A page, and what went on in it that must not: errors, messages, dialogs, requests to anything but the file."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        assert self.faults == []
        assert [url for url in self.requests if not url.startswith("file:")] == []
        assert len(self.requests) == 1, "the page is one file"


@contextmanager
def opened(browser: Browser, path: Path, width: int = 1280, dark: bool = False, **options: Any) -> Iterator[Watched]:
    """The file in a page of its own; in the end nothing forbidden may have happened."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=True, **options
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    watched = Watched(page)
    page.on("console", lambda message: watched.faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))

    def dismissed(dialog: Any) -> None:
        watched.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.on("popup", lambda popup: watched.faults.append(f"popup: {popup.url}"))
    page.on("request", lambda request: watched.requests.append(request.url))
    try:
        page.goto(path.as_uri())
        yield watched
        watched.assert_quiet()
    finally:
        context.close()


def grave_faults(page: Page, within: str | None = None) -> list[str]:
    """What axe-core finds to be serious or critical in the page, or in what a selector means; one line each."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page, context=within).response["violations"]
    return [
        f"{item['id']} ({item['impact']}): {node['html'][:200]}"
        for item in violations
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"][:5]
    ]

"""The same extension in Notebook 7, which has no file browser or launcher beside the notebook."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from jupyter.running import TOKEN, Server
from playwright.sync_api import BrowserContext, Page, expect

from browser.conftest import NOTEBOOKS
from browser.driving import CHROMIUM, FLAGS, Lab, start

pytestmark = [pytest.mark.compatibility, pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("classic"), "notebook")
    shutil.copy(NOTEBOOKS / "binary_churn_indebted.ipynb", running.root / "churn.ipynb")
    (running.root / "two").mkdir()
    for name in ("text_tickets_clean.ipynb", "binary_churn_indebted.ipynb"):
        shutil.copy(NOTEBOOKS / name, running.root / "two" / name)
    yield running
    running.stop()


@pytest.fixture
def lab(lab_context: BrowserContext, classic: Server) -> Iterator[Lab]:
    page = Lab(lab_context, classic)
    page.open_classic("churn.ipynb")
    yield page
    errors = page.own_errors()
    page.page.close()
    assert errors == []


def test_palette_panel_jump_badge(lab: Lab) -> None:
    lab.palette("Audit Notebook for ML Debt")
    lab.settled()
    for text, cell in (("learns the scale", 18), ("learns the fill", 13), ("learns the scale", 18)):
        lab.finding(text).locator(".nbaudit-finding-main").click()
        expect(lab.page.locator(".nbaudit-line")).to_be_in_viewport()
        assert lab.active_cell() == cell
        expect(lab.panel).to_be_visible()
    expect(lab.page.locator(".nbaudit-badge", has_text="SC-W")).to_be_visible()


def test_toolbar_and_an_edit_that_is_not_saved(lab: Lab) -> None:
    lab.page.locator("[data-jp-item-name=nbaudit-audit]").locator("button, jp-button").first.click()
    lab.settled()
    lab.edit(18, "X_res = X_res")
    lab.audit()
    expect(lab.finding("learns the scale")).to_have_count(0)


def test_the_panel_is_whole_and_the_report_opens_in_a_tab_of_the_browser(lab: Lab) -> None:
    """Notebook 7 has room for one document, and cuts side panels that ask for more than their place."""
    lab.audit()
    expect(lab.panel.get_by_role("button", name="Export the report as HTML")).to_be_in_viewport(ratio=1)
    expect(lab.panel.get_by_label("Group the findings")).to_be_in_viewport(ratio=1)
    with lab.page.context.expect_page() as opened:
        lab.panel.get_by_role("button", name="Open the full report in a tab").click()
    report = opened.value.frame_locator("iframe")
    expect(report.locator("article.finding").first).to_be_visible()
    assert opened.value.locator("iframe").get_attribute("sandbox") == "allow-scripts"
    opened.value.close()


def test_a_report_that_comes_too_late_for_a_tab_is_offered(lab: Lab) -> None:
    """A browser lets a page open another one for some seconds after a click alone."""
    lab.audit()
    lab.page.evaluate("() => { const open = window.open; window.open = () => { window.open = open; return null; }; }")
    lab.panel.get_by_role("button", name="Open the full report in a tab").click()
    expect(lab.page.get_by_text("The report is ready.")).to_be_visible()
    with lab.page.context.expect_page() as opened:
        lab.page.locator(".jp-toast, .Toastify__toast").get_by_role("button", name="Open", exact=True).click()
    expect(opened.value.frame_locator("iframe").locator("article.finding").first).to_be_visible()
    opened.value.close()


def test_the_page_of_files_in_a_browser_that_blocks_pop_ups(lab_context: BrowserContext, classic: Server) -> None:
    """One file gives its report, a folder the index; its links open in tabs, too."""
    assert lab_context.browser
    # playwright else tells the browser to let all of them open
    strict = lab_context.browser.browser_type.launch(
        executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-popup-blocking"]
    )
    try:
        page = strict.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{classic.url}tree?token={TOKEN}")

        def audited(name: str) -> Page:
            page.locator(".jp-DirListing-item", has_text=name).click(button="right")
            with page.context.expect_page() as opened:
                page.locator(".lm-Menu-item[data-command='nbaudit:audit-files']").click()
            return opened.value

        report = audited("churn.ipynb").frame_locator("iframe")
        expect(report.locator("article.finding").first).to_be_visible()
        index = audited("two")
        with page.context.expect_page() as opened:
            index.frame_locator("iframe").locator("a", has_text="binary_churn_indebted.ipynb").click()
        expect(opened.value.frame_locator("iframe").locator("article.finding").first).to_be_visible()
    finally:
        strict.close()

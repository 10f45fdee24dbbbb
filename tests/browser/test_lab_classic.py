"""The same extension in Notebook 7, which has no file browser or launcher beside the notebook."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from jupyter.running import Server
from playwright.sync_api import BrowserContext, expect

from browser.conftest import NOTEBOOKS
from browser.driving import Lab, start

pytestmark = [pytest.mark.compatibility, pytest.mark.xdist_group("browser"), pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start(tmp_path_factory.mktemp("classic"), "notebook")
    shutil.copy(NOTEBOOKS / "binary_churn_indebted.ipynb", running.root / "churn.ipynb")
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

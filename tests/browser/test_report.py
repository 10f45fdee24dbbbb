"""The HTML report and the index in headless Chromium: what a reader does with them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from report.factory import CATALOGUE, make_result

import nbaudit
from browser.browsing import grave_faults, opened
from nbaudit.checkers.base import catalogue
from nbaudit.model.finding import Verdict
from nbaudit.model.result import AuditResult
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.report import html
from nbaudit.report.summary import Context

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "notebooks"
LIMIT = 500_000
"""Bytes of the report of an ordinary notebook."""


def written(folder: Path, result: AuditResult, context: Context | None = None) -> Path:
    path = folder / "report.html"
    path.write_text(html.render(result, context or Context(CATALOGUE)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("report"), make_result())


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a fixture that is really audited."""
    result = nbaudit.audit(FIXTURES / "binary_churn_indebted.ipynb")
    return written(tmp_path_factory.mktemp("churn"), result, Context(catalogue()))


def visible_findings(page: Page) -> list[str]:
    return [item.get_attribute("id") or "" for item in page.locator("article.finding:visible").all()]


# Opening.


def test_opens_with_the_debt_at_a_glance(browser: Browser, churn: Path) -> None:
    assert churn.stat().st_size < LIMIT
    with opened(browser, churn) as watched:
        page = watched.page
        assert page.locator("h1").inner_text() == "binary_churn_indebted.ipynb"
        figures = page.locator(".head .figures").inner_text()
        assert "present, high relevance" in figures
        assert "to repay, estimated" in figures
        assert page.locator(".start li").count() >= 3
        assert page.locator(".tiles li").count() == 30
        assert page.locator("html").get_attribute("class") == "js", "the policy admits our own script"


def test_a_start_card_leads_to_its_cause(browser: Browser, churn: Path) -> None:
    with opened(browser, churn) as watched:
        page = watched.page
        card = page.locator(".start a").first
        title = card.locator("b").inner_text()
        card.click()
        target = page.url.rpartition("#")[2]
        assert title in page.locator(f"#{target}").inner_text()
        assert page.locator(f"#{target}").is_visible()


# Filters.


def test_filters_by_each_field_and_clears(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        everything = visible_findings(page)
        assert len(everything) == 8
        page.select_option("select[name=activity]", "SC")
        assert [page.locator(f"#{name} .meta .code").inner_text() for name in visible_findings(page)] == ["SC-W"]
        assert page.locator("#shown").inner_text() == "1 of 8 shown"
        page.click("[data-clear]")
        assert visible_findings(page) == everything
        page.select_option("select[name=problem]", "M")
        assert {page.locator(f"#{name} .meta .code").inner_text() for name in visible_findings(page)} == {"RB-M"}
        page.click("[data-clear]")
        page.select_option("select[name=relevance]", "low")
        assert {page.locator(f"#{name} .meta .code").inner_text() for name in visible_findings(page)} == {
            "RB-M",
            "OU-I",
        }
        page.click("[data-clear]")
        page.select_option("select[name=phase]", "collection")
        assert {page.locator(f"#{name} .meta .code").inner_text() for name in visible_findings(page)} == {"DI-I"}
        page.click("[data-clear]")
        page.select_option("select[name=confidence]", "0.9")
        shown = visible_findings(page)
        assert 0 < len(shown) < 8
        assert all(float(page.locator(f"#{name}").get_attribute("data-confidence") or 0) >= 0.9 for name in shown)


def test_filters_by_text_and_hides_empty_groups(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.fill("#search", "boilers postcode")
        assert [page.locator(f"#{name} .meta .code").inner_text() for name in visible_findings(page)] == ["DI-I"]
        assert page.locator(".group:visible").count() == 1
        page.fill("#search", "nothing of the kind")
        assert visible_findings(page) == []
        assert page.locator("#none").is_visible()


def test_a_link_to_a_filtered_finding_shows_it(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.fill("#search", "nothing of the kind")
        page.locator("td[data-place=SC-W] a").click()
        assert "SC-W" in page.locator("article.finding:target .meta").inner_text()
        assert page.locator("article.finding:target").is_visible()


# The matrix.


def test_matrix_tells_states_apart_without_colour(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        texts = {
            code: page.locator(f"td[data-place={code}] a").inner_text().split()[0]
            for code in ("SC-W", "AL-M", "MV-M", "FS-I")
        }
        assert len(set(texts.values())) == 4, texts
        for code, word in {"SC-W": "present", "AL-M": "absent", "MV-M": "n/a", "FS-I": "undecided"}.items():
            assert word in page.locator(f"td[data-place={code}]").inner_text()


def test_matrix_place_leads_to_the_finding_or_to_the_reason(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.locator("td[data-place=EM-I] a").click()
        assert "EM-I" in page.locator("article.finding:target").inner_text()
        page.locator("td[data-place=AL-M] a").click()
        assert page.locator("#v-AL-M").is_visible(), "the folded list of verdicts opens"
        assert "looks at" in page.locator("#v-AL-M").inner_text()


def test_matrix_shows_its_reason_to_the_keyboard(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        assert not page.locator("#t-AL-M").is_visible()
        page.locator("td[data-place=AL-M] a").focus()
        assert page.locator("#t-AL-M").is_visible()


# The trail.


def scaling(page: Page) -> str:
    """The anchor of the scaling finding, which has four steps."""
    return (page.locator("td[data-place=SC-W] a").get_attribute("href") or "")[1:]


def test_trail_is_walked_step_by_step(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        name = scaling(page)
        page.locator(f"#{name} [data-follow]").click()
        assert page.locator("#follow-count").inner_text() == "Step 1 of 4"
        assert "learns mean and spread" in page.locator("#follow-text").inner_text()
        assert page.locator("#c9l5.hit").is_visible()
        assert page.locator("#follow-prev").is_disabled()
        page.click("#follow-next")
        assert page.locator("#c11l1.hit").count() == page.locator("#c11l3.hit").count() == 1, "all lines of the step"
        assert page.locator("#c9l5.hit").count() == 0
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.locator("#follow-count").inner_text() == "Step 4 of 4"
        assert page.locator("#follow-next").is_disabled()
        in_view = page.evaluate(
            "() => { const box = document.querySelector('.hit').getBoundingClientRect();"
            " return box.top > 0 && box.bottom < innerHeight; }"
        )
        assert in_view
        page.click("#follow-back")
        assert page.locator("#follow").is_hidden()
        assert page.evaluate("document.activeElement.id") == name
        assert page.locator(".hit").count() == 0


def test_trail_starts_at_the_step_that_is_clicked_and_escape_ends_it(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.locator(f"#{scaling(page)} .trail a").nth(2).click()
        assert page.locator("#follow-count").inner_text() == "Step 3 of 4"
        page.keyboard.press("Escape")
        assert page.locator("#follow").is_hidden()


# The dataflow.


def test_dataflow_lights_the_trail_of_a_finding(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        assert page.locator("#flow-svg .node").count() == 9
        assert page.locator("#flow-svg .on").count() == 0
        page.locator(f"#{scaling(page)} [data-flow]").click()
        lit = {node.get_attribute("data-node"): node for node in page.locator("#flow-svg .node.on").all()}
        assert set(lit) == {"3", "4", "5", "7"}
        assert [lit[node].locator(".badge text").text_content() for node in ("3", "4", "5", "7")] == [
            "1",
            "2",
            "3",
            "4",
        ]
        edges = {edge.get_attribute("data-edge") for edge in page.locator("#flow-svg .wire.on").all()}
        assert edges == {"3", "4", "6", "7"}
        assert page.locator("#flow-pick").input_value() == scaling(page)
        page.select_option("#flow-pick", "")
        assert page.locator("#flow-svg .on").count() == 0


def test_dataflow_node_tells_its_cells_and_findings(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.locator("#flow-svg .node[data-node='3']").click()
        card = page.locator("#node-card").inner_text()
        assert "Scale" in card and "StandardScaler" in card and "SC-W in cell 9, line 5" in card
        page.locator("#flow-svg .node[data-node='4']").focus()
        page.keyboard.press("Enter")
        assert "train_test_split" in page.locator("#node-card").inner_text()


def test_dataflow_boxes_do_not_overlap_and_stay_inside(browser: Browser, churn: Path) -> None:
    with opened(browser, churn) as watched:
        boxes = watched.page.evaluate(
            "() => [...document.querySelectorAll('#flow-svg .shape')].map(item => {"
            " const box = item.getBBox(); return [box.x, box.y, box.x + box.width, box.y + box.height]; })"
        )
        width, height = watched.page.evaluate(
            "() => { const box = document.querySelector('#flow-svg').viewBox.baseVal; return [box.width, box.height]; }"
        )
        assert len(boxes) >= 5
        for number, (left, top, right, bottom) in enumerate(boxes):
            assert left >= 0 and top >= 0 and right <= width and bottom <= height
            for other in boxes[number + 1 :]:
                assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
        texts = watched.page.evaluate(
            "() => [...document.querySelectorAll('#flow-svg .node')].map(item => ["
            "item.querySelector('text').getBBox().width, item.querySelector('.shape').getBBox().width])"
        )
        assert all(text <= shape for text, shape in texts), "text stays in its box"


# Looks.


def test_dark_mode_follows_the_system_and_the_button(browser: Browser, report: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, report, dark=True) as watched:
        dark = watched.page.evaluate(background)
    with opened(browser, report) as watched:
        page = watched.page
        light = page.evaluate(background)
        assert light != dark
        page.click("#theme")
        assert page.evaluate(background) == dark
        page.emulate_media(color_scheme="dark")
        page.click("#theme")
        assert page.evaluate(background) == light, "the reader's choice wins over the system"


def test_print_is_light_unfolds_tables_and_drops_controls(browser: Browser, report: Path) -> None:
    with opened(browser, report, dark=True) as watched:
        page = watched.page
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        for control in (".bar", "#filters", "[data-follow]", "#flow-pick"):
            assert not page.locator(control).first.is_visible(), control
        assert (
            page.locator("#verdicts tbody tr").first.is_visible() and page.locator("#debt tbody tr").first.is_visible()
        )
        for wide in ("#matrix .panel", "#flow-svg"):
            assert page.evaluate(f"document.querySelector('{wide}').scrollWidth") <= 1280
        pdf = page.pdf()
        assert pdf.startswith(b"%PDF") and len(pdf) > 20_000


@pytest.mark.parametrize("width", [360, 800])
def test_narrow_windows_scroll_in_one_direction_only(browser: Browser, churn: Path, width: int) -> None:
    with opened(browser, churn, width=width) as watched:
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_is_there_without_script(browser: Browser, churn: Path) -> None:
    with opened(browser, churn, java_script_enabled=False) as watched:
        page = watched.page
        assert page.locator("article.finding").count() == page.locator("article.finding:visible").count() > 0
        assert page.locator("#flow-svg").is_visible()
        assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, churn: Path, dark: bool) -> None:
    with opened(browser, churn, dark=dark) as watched:
        page = watched.page
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        page.locator("[data-follow]").first.click()
        assert grave_faults(page) == []


def test_keyboard_reaches_the_findings_first(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#findings")


# Long notebooks.


def long_notebook(cells: int) -> bytes:
    """A notebook of many cells with a workflow that repeats."""
    head = [
        "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler\n"
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n"
        "from sklearn.model_selection import train_test_split\ndf = pd.read_csv('boilers.csv')"
    ]
    round_ = [
        "df['gap{n}'] = df['flow'].fillna(df['flow'].mean())\ndf['ratio{n}'] = df['flow'] / df['age']",
        "X = StandardScaler().fit_transform(df.drop(columns='failed'))",
        "X_train, X_test, y_train, y_test = train_test_split(X, df['failed'])",
        "model{n} = LogisticRegression(C={n})\nmodel{n}.fit(X_train, y_train)\n"
        "print(accuracy_score(y_test, model{n}.predict(X_test)))",
        "df.plot.scatter(x='age', y='flow')\n" + "\n".join(f"df['c{i}'] = df['c{i}'].clip(0, {i})" for i in range(12)),
    ]
    sources = head + [round_[number % 5].replace("{n}", str(number // 5 + 1)) for number in range(cells - 1)]
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"i{n}",
                    "metadata": {},
                    "source": text,
                    "outputs": [],
                    "execution_count": n,
                }
                for n, text in enumerate(sources)
            ],
        }
    ).encode()


def test_a_notebook_of_300_cells_stays_quick(browser: Browser, tmp_path: Path) -> None:
    source = tmp_path / "long.ipynb"
    source.write_bytes(long_notebook(300))
    result = nbaudit.audit(source)
    assert len(result.findings) >= 50
    start = time.process_time()
    path = written(tmp_path, result, Context(catalogue()))
    assert time.process_time() - start < 5, "seconds of work to render"
    assert path.stat().st_size < 3_000_000
    context = browser.new_context(offline=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    # thread ticks are the page's own work, whatever else the machine does
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return sum(item["value"] for item in metrics if item["name"] == "TaskDuration")

    page.goto(path.as_uri())
    page.wait_for_selector("html.js")
    assert worked() < 4, "seconds of work to load"
    before = worked()
    page.evaluate(
        "() => { const field = document.querySelector('#search'); field.value = 'scale';"
        " field.dispatchEvent(new Event('input', { bubbles: true })); document.body.getBoundingClientRect(); }"
    )
    assert worked() - before < 0.5, "seconds of work to filter"
    context.close()


# The index.


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    result = make_result()
    clean = replace(
        result,
        notebook=replace(result.notebook, name="a_clean.ipynb"),
        findings=(),
        verdicts={code: Verdict(code, State.ABSENT, 1.0, "") for code in ISSUES},
    )
    one = replace(
        clean,
        notebook=replace(result.notebook, name="b_one.ipynb"),
        findings=result.findings[:1],
        verdicts={**clean.verdicts, "DI-I": Verdict("DI-I", State.PRESENT, 1.0, "")},
    )
    results = {"clean.html": clean, "one.html": one, "worst.html": result}
    for name, item in results.items():
        (folder / name).write_text(html.render(item, Context(CATALOGUE), "index.html"), encoding="utf-8")
    rows = [html.index_row(item, name) for name, item in results.items()]
    rows.append(html.IndexRow("broken.ipynb", None, error="broken.ipynb: is empty"))
    path = folder / "index.html"
    path.write_text(html.render_index(rows, list(results.values()), "0.1.0"), encoding="utf-8")
    return path


def names(page: Page) -> list[str]:
    return [cell.inner_text() for cell in page.locator("#table tbody tr:visible td:first-child").all()]


def test_index_has_the_worst_first_and_sorts(browser: Browser, index: Path) -> None:
    with opened(browser, index) as watched:
        page = watched.page
        assert names(page) == ["notebooks/boilers.ipynb", "b_one.ipynb", "a_clean.ipynb", "broken.ipynb"]
        page.get_by_role("button", name="Notebook", exact=True).click()
        assert names(page) == ["a_clean.ipynb", "b_one.ipynb", "broken.ipynb", "notebooks/boilers.ipynb"]
        page.get_by_role("button", name="To repay").click()
        assert names(page)[0] == "notebooks/boilers.ipynb"
        assert page.locator("th", has_text="To repay").get_attribute("aria-sort") == "descending"
        page.get_by_role("button", name="To repay").click()
        assert names(page)[-1] == "notebooks/boilers.ipynb"


def test_a_narrow_index_shows_every_figure_with_its_name(browser: Browser, index: Path) -> None:
    """Nothing is out of view to the right, where long cells would leave rows empty."""
    with opened(browser, index, width=360) as watched:
        page = watched.page
        out = page.locator("#table td").evaluate_all(
            "cells => cells.filter(cell => cell.getBoundingClientRect().right > innerWidth).length"
        )
        assert out == 0
        named = (
            page.locator("#table tbody tr")
            .first.locator("td.num")
            .evaluate_all(
                "cells => cells.map(cell => getComputedStyle(cell, '::before').content.replaceAll('\"', '').trim())"
            )
        )
        assert named == page.locator("#table th.num").all_inner_texts()
        page.get_by_label("Find").fill("no notebook has this")
        assert page.locator("#table tbody tr:visible").count() == 0


def test_index_finds_and_totals(browser: Browser, index: Path) -> None:
    with opened(browser, index) as watched:
        page = watched.page
        page.fill("#find", "DI-I")
        assert names(page) == ["notebooks/boilers.ipynb", "b_one.ipynb"]
        first = page.locator("#totals tbody").first.locator("tr").first.inner_text()
        assert "DI-I" in first and first.split()[-1] == "2"
        assert "data collection" in page.locator("#totals tbody").nth(1).inner_text()


def test_index_and_report_link_to_each_other(browser: Browser, index: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(index.as_uri())
    page.get_by_role("link", name="b_one.ipynb").click()
    assert page.locator("h1").inner_text() == "b_one.ipynb"
    page.get_by_role("link", name="All notebooks").click()
    assert page.locator("h1").inner_text() == "4 notebooks"
    context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_the_index(browser: Browser, index: Path, dark: bool) -> None:
    with opened(browser, index, dark=dark) as watched:
        assert grave_faults(watched.page) == []

"""The pages of scans in a real browser: what changed, and the debt over time, with hostile texts in every field."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from browser.browsing import grave_faults, opened
from browser.test_report_hostile import BITES, unharmed
from nbaudit.baseline import Known
from nbaudit.fingerprints import Fingerprint
from nbaudit.report.trend import Trend, TrendPoint
from nbaudit.scan.changes import Delta, Outcome, Report
from nbaudit.scan.pages import changes_page, trends_page
from nbaudit.scan.records import AUDITED, FindingRecord, Record
from nbaudit.scan.run import Scanned
from nbaudit.scan.store import DebtRow, ScanRow
from nbaudit.scan.trends import trends

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DAYS = [datetime(2026, 1, day) for day in (1, 9, 20)]


def outcome(text: str) -> Outcome:
    finding = FindingRecord("SC-W", text, 3, 1, 0.9, text, text, Fingerprint("c"), cause="c")
    notebook = Scanned(text, "x", "y", Record(AUDITED, findings=(finding,)).dumps())
    scan: Any = SimpleNamespace(notebooks=(notebook,))
    known = Known(text, "SC-W", text, Fingerprint("c"), 3, 1, text, text)
    change = Delta(text, (known,), (known,), (known,), ())
    issues = Counter({"SC-W": 1})
    return Outcome(text, text, True, 1, issues, ((text, text),), 0, ((text, text),), (text,), change, scan)


def debt(text: str, fixed: datetime | None) -> DebtRow:
    return DebtRow(
        text, text, "SC-W", text, 3, 1, 0.9, text, text, DAYS[0], text, DAYS[1], fixed, text, False, text, text, "c",
        "c", "",
    )  # fmt: skip


def test_what_changed(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "changes.html"
    texts = tuple(BITES.values())
    path.write_text(
        changes_page(Report(tuple(outcome(text) for text in texts), errors=texts)), encoding="utf-8", errors="replace"
    )
    with opened(browser, path) as watched:
        page = watched.page
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        page.locator("thead button").first.click()
        unharmed(page, f"{len(texts)} repositories · nbaudit")


def test_the_course_of_the_debt(browser: Browser, tmp_path: Path) -> None:
    texts = tuple(BITES.values())
    scans = [ScanRow(text, day, day, text, "full", 1, 0, 1, 1, 0) for day in DAYS for text in texts]
    rows = [debt(text, fixed) for text in texts for fixed in (None, DAYS[2])]
    path = tmp_path / "trends.html"
    path.write_text(trends_page(trends(scans, rows, authors=True)), encoding="utf-8", errors="replace")
    with opened(browser, path) as watched:
        page = watched.page
        page.locator("thead button").first.click()
        assert page.locator("#repository-rows tbody tr").count() == len(texts)
        unharmed(page, "Debt over time · nbaudit")


def test_axe_finds_nothing_serious_in_pages_of_scans(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "changes.html"
    path.write_text(changes_page(Report((outcome("churn.ipynb"),))), encoding="utf-8")
    with opened(browser, path) as watched:
        watched.page.locator("details.inside summary").first.click()
        assert "churn.ipynb" in watched.page.locator("details.inside li").first.inner_text()
        assert grave_faults(watched.page) == []


def test_the_trend_in_the_head_of_a_report(browser: Browser, tmp_path: Path) -> None:
    import nbaudit
    from nbaudit.report import html

    result = nbaudit.audit(Path(__file__).parents[2] / "fixtures" / "notebooks" / "binary_churn_indebted.ipynb")
    points = tuple(TrendPoint(day, number, 1) for day, number in zip(DAYS, (14, 12, 9), strict=True))
    since = (None, *(DAYS[number % 3] for number in range(len(result.findings) - 1)))
    path = tmp_path / "report.html"
    path.write_text(html.render(result, trend=Trend(points, 4, 9, 1, since)), encoding="utf-8")
    for dark in (False, True):
        with opened(browser, path, dark=dark) as watched:
            page = watched.page
            course = page.locator("figure.course")
            assert course.is_visible()
            assert f"14 → {len(result.findings)} findings since 01 Jan 2026: 4 came, 9 went (1 switched off)" in (
                course.inner_text().replace("\n", " ")
            )
            assert page.locator(".finding .chip.new").count() == 1
            assert page.locator(".finding .meta", has_text="since 09 Jan 2026").count() > 0
            assert grave_faults(page) == []

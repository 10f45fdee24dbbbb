"""Findings by cause, the time to repay them, and what the file says of reproducibility."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from nbaudit.checkers.base import all_checks
from nbaudit.model.finding import Finding, Step
from nbaudit.model.result import AuditResult
from nbaudit.model.run import FailedCell, RunResult
from nbaudit.model.source import Cell, CellKind, Notebook, Output, Span
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report import debt as debt_page
from nbaudit.report import html
from nbaudit.report.causes import FAMILIES, causes, reach
from nbaudit.report.debt import BY_CHECK, BY_ISSUE, debt, duration
from nbaudit.report.reproducibility import marks
from report.factory import PICTURE

DOCS = Path(__file__).parents[2] / "docs"


def found(issue: str, check: str, *lines: int, root: str = "") -> Finding:
    steps = tuple(Step(Span(1, line), "does") for line in lines)
    return Finding(issue, check, Span(1, lines[0]), "message", steps, root=root)


SCALER = found("SC-W", "scaler-fitted-on-test-rows", 3, 8, 9)
FILL = found("MV-W", "fill-learned-from-test-rows", 2, 8, 9)
ELSEWHERE = found("SC-W", "scaler-fitted-on-test-rows", 20, 28, 29)
NO_SEED = found("SP-W", "split-without-seed", 8)


def grouped(*findings: Finding) -> list[tuple[bool, set[str]]]:
    return [(cause.shared, {item.check + str(item.line) for item in cause.findings}) for cause in causes(findings)]


def test_leaks_that_meet_have_one_cause() -> None:
    (cause,) = causes((SCALER, FILL))
    assert cause.shared and cause.family is not None
    assert cause.family.key == "late-split"
    assert cause.issues == ("MV-W", "SC-W")


def test_leaks_that_never_meet_have_two() -> None:
    assert grouped(FILL, ELSEWHERE) == [
        (False, {"fill-learned-from-test-rows2"}),
        (False, {"scaler-fitted-on-test-rows20"}),
    ]


def test_a_shared_step_does_not_join_other_faults() -> None:
    assert [shared for shared, _ in grouped(SCALER, NO_SEED)] == [False, False]


def test_a_shared_root_joins_any_checks() -> None:
    first = found("HT-W", "one-check", 4, root="r")
    second = found("SP-W", "another-check", 9, root="r")
    assert grouped(first, second) == [(True, {"one-check4", "another-check9"})]


def test_what_was_never_looked_at_is_one_cause_without_a_shared_step() -> None:
    assert len(causes((found("MV-M", "gaps-never-looked-for", 1), found("OU-M", "outliers-never-looked-for", 5)))) == 1


def test_findings_of_one_issue_stand_together_without_being_one_cause() -> None:
    far = replace(NO_SEED, span=Span(1, 60), evidence=(Step(Span(1, 60), "splits"),))
    (cause,) = causes((NO_SEED, far))
    assert not cause.shared and cause.family is None


def test_families_name_checks_that_exist() -> None:
    slugs = {check.slug for check in all_checks()}
    for family in FAMILIES:
        assert family.checks <= slugs, family.checks - slugs


def test_reach_names_models_and_metrics_behind_the_cause() -> None:
    leak = Finding("SC-W", "c", Span(9, 5), "m", (Step(Span(9, 5, 11, 5, 34), "learns"),))
    assert reach(PICTURE, (leak,)).models == ("KNeighborsClassifier", "RandomForestClassifier")
    assert reach(PICTURE, (leak,)).metrics == ("score", "accuracy_score")
    late = Finding("HT-W", "c", Span(12, 4), "m", (Step(Span(12, 4), "fits"),))
    assert reach(PICTURE, (late,)).models == ("KNeighborsClassifier",)


# The time to repay.


def test_a_cause_counts_once_and_its_other_findings_a_little() -> None:
    (entry,) = debt((SCALER, FILL)).entries
    assert entry.minutes == BY_ISSUE["MV-W"][0] + BY_ISSUE["SC-W"][1]
    assert (entry.first, entry.further) == ("MV-W", 1)


def test_a_check_may_have_minutes_of_its_own() -> None:
    assert debt((NO_SEED,)).minutes == BY_CHECK["split-without-seed"][0] != BY_ISSUE["SP-W"][0]


def test_every_issue_has_minutes_and_every_check_exists() -> None:
    assert set(BY_ISSUE) == set(ISSUES)
    assert set(BY_CHECK) <= {check.slug for check in all_checks()}
    assert all(first >= further > 0 for first, further in (*BY_ISSUE.values(), *BY_CHECK.values()))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (2, "5 min"), (57, "55 min"), (60, "1 h"), (118, "2 h"), (140, "2 h 30 min"), (700, "12 h")],
)
def test_duration_is_no_more_exact_than_an_estimate(minutes: int, words: str) -> None:
    assert duration(minutes) == words


def test_the_page_of_minutes_is_up_to_date() -> None:
    assert (DOCS / "debt-estimate.md").read_text(encoding="utf-8") == debt_page.page(), (
        "run: python -m nbaudit.report.debt > docs/debt-estimate.md"
    )


def test_the_report_says_how_the_time_comes_about(result: AuditResult) -> None:
    text = html.render(result)
    assert duration(debt(result.findings).minutes) in text
    assert "Nobody has measured them" in text
    assert "for split-without-seed" not in text
    assert f"{BY_ISSUE['SC-W'][0]} for SC-W" in text


# Reproducibility.


def ran(*counts: int | None, outputs: tuple[Output, ...] = ()) -> AuditResult:
    cells = tuple(
        Cell(index, CellKind.CODE, "x = 1", "x = 1", execution_count=count, outputs=outputs if index == 0 else ())
        for index, count in enumerate(counts)
    )
    return AuditResult(Notebook("a.ipynb", cells), (), {}, ())


def test_cells_in_order_are_a_good_sign() -> None:
    (mark,) = marks(ran(1, 2, 3))
    assert mark.good and "in the order" in mark.text


def test_cells_out_of_order_are_named() -> None:
    assert [(mark.good, mark.cells) for mark in marks(ran(1, 4, 2, 3))] == [(False, (2, 3))]


def test_cells_never_run_and_counts_too_high_are_told() -> None:
    texts = [mark.text for mark in marks(ran(1, None, 40))]
    assert any("never ran" in text for text in texts)
    assert any("up to 40 for 3 code cells" in text for text in texts)


def test_a_notebook_without_counts_says_nothing_more() -> None:
    (mark,) = marks(ran(None, None))
    assert "without execution counts" in mark.text


def test_saved_tracebacks_are_named() -> None:
    result = ran(1, 2, outputs=(Output("error", "KeyError", "Traceback ..."),))
    assert [mark.cells for mark in marks(result) if "KeyError" in mark.text] == [(0,)]


def test_what_a_run_told_comes_first() -> None:
    run = RunResult(failed=FailedCell(1, "ModuleNotFoundError", "needs `acme`"), missing=("acme",), ran=1)
    first, second, *_ = marks(replace(ran(1, 2), run=run))
    assert "lacks packages that the notebook imports: acme" in first.text
    assert second.cells == (1,)
    assert "acme" in html.render(replace(ran(1, 2), run=run))

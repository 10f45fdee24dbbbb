"""tests/score.py computes what it says, and ends with a sentence where there is nothing to score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import score

from nbaudit.model.vocabulary import ISSUES


def label(name: str, state: str, cells: list[int]) -> dict[str, Any]:
    issues: dict[str, Any] = {code: {"state": "absent"} for code in ISSUES}
    issues["SC-W"] = {"state": state, "cells": cells, "why": "because of the scaler"}
    return {"id": name, "issues": issues, "phases": {"0": "setup"}}


def result(state: str, cell: int) -> dict[str, Any]:
    verdicts = {code: {"state": "absent", "reason": "no check found a fault"} for code in ISSUES}
    verdicts["SC-W"] = {"state": state, "reason": "learns the scale"}
    finding = {
        "issue": "SC-W",
        "check": "a-check",
        "cell": cell,
        "line": 2,
        "confidence": 0.9,
        "basis": "code",
        "message": "learns the scale",
        "evidence": [{"cell": 4, "line": 1, "text": "measures on it", "source": "sklearn.rows:1"}],
    }
    return {
        "verdicts": verdicts,
        "findings": [finding] if state == "present" else [],
        "cells": [{"index": 0, "phase": "setup", "reason": "imports"}],
    }


LABELS = [label("a", "present", [3]), label("b", "present", [5]), label("c", "absent", []), label("d", "absent", [])]
RESULTS = {"a": result("present", 3), "b": result("absent", 0), "c": result("absent", 0), "d": result("absent", 0)}


def test_figures_of_an_issue() -> None:
    row = score.row_of("SC-W", LABELS, RESULTS)
    assert (row.labelled, row.found, row.both, row.placed) == (2, 1, 1, 1)
    assert (row.precision, row.recall, row.place) == (1.0, 0.5, 1.0)
    assert row.kappa == pytest.approx(0.5)


def test_figures_count_notebooks_per_issue_and_check() -> None:
    labels = [*LABELS, label("e", "absent", []), label("f", "present", [9])]
    found = score.figures(labels, {**RESULTS, "e": result("present", 3), "f": result("present", 3)})
    assert found["notebooks"] == 6
    assert found["issues"]["SC-W"] == {"labelled": 3, "found": 3, "both": 2, "placed": 1}
    assert found["issues"]["DI-M"] == {"labelled": 0, "found": 0, "both": 0, "placed": 0}
    assert found["checks"] == {"a-check": {"reported": 3, "both": 2, "placed": 1}}


def test_kappa_is_none_where_nothing_varies_and_zero_for_one_answer() -> None:
    assert score.kappa(0, 0, 0, 5) is None
    assert score.kappa(2, 0, 0, 5) == pytest.approx(0.0)
    assert score.kappa(2, 2, 2, 5) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("labelled", "audited", "kind", "says"),
    [
        (label("x", "present", [3]), result("absent", 0), "MISSED", "because of the scaler"),
        (label("x", "absent", []), result("present", 3), "NOISY", "measures on it [sklearn.rows:1]"),
        (label("x", "present", [7]), result("present", 3), "MISPLACED", "cell 7"),
    ],
)
def test_disagreement_shows_both_sides(labelled: dict[str, Any], audited: dict[str, Any], kind: str, says: str) -> None:
    lines = list(score.disagreements(labelled, audited, ISSUES, 0.0))
    assert lines[0].startswith(f"x  SC-W  {kind}  ")
    assert says in " ".join(lines)


def test_agreement_is_not_listed() -> None:
    assert list(score.disagreements(label("x", "present", [3]), result("present", 3), ISSUES, 0.0)) == []


@pytest.mark.parametrize("arguments", [[], ["--notebooks", "nowhere"], ["--fixtures", "--codes", "XX"]])
def test_ends_with_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        score.main([*arguments, "--labels", str(tmp_path / "labels.json")])
    assert isinstance(caught.value.code, str)
    assert caught.value.code.strip()


def test_fixtures_are_labels() -> None:
    labels, paths = score.read_fixtures()
    assert all(paths[item["id"]].is_file() for item in labels)
    assert {code for item in labels for code in item["issues"]} == set(ISSUES)

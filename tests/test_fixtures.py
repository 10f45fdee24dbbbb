"""Every notebook of fixtures/notebooks through the whole audit, held against the expected.json beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbaudit.errors import NotebookUnreadable
from nbaudit.model.vocabulary import ISSUES, State
from nbaudit.pipeline import audit

NOTEBOOKS = Path(__file__).parent.parent / "fixtures" / "notebooks"
BROKEN = NOTEBOOKS / "broken"
LEAKS = ("SC-W", "MV-W", "FS-W")

GOOD: dict[str, Any] = json.loads((NOTEBOOKS / "expected.json").read_text(encoding="utf-8"))
ODD: dict[str, Any] = json.loads((BROKEN / "expected.json").read_text(encoding="utf-8"))
READABLE = [name for name, says in ODD.items() if says["readable"]]

REASONS = {
    "empty.ipynb": "is empty",
    "lfs_pointer.ipynb": "git lfs pull",
    "merge_conflict.ipynb": "merge-conflict markers",
    "not_a_notebook.ipynb": "no list of cells",
    "not_json.ipynb": "is not JSON",
}
"""What the sentence about an unreadable file must name."""


def test_expectations_cover_the_files() -> None:
    assert sorted(GOOD) == sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
    assert sorted(ODD) == sorted(path.name for path in BROKEN.glob("*.ipynb"))
    assert sorted(REASONS) == sorted(set(ODD) - set(READABLE))


@pytest.mark.parametrize("name", sorted(REASONS))
def test_unreadable_file_is_one_sentence_that_helps(name: str) -> None:
    with pytest.raises(NotebookUnreadable) as caught:
        audit(BROKEN / name)
    sentence = str(caught.value)
    assert sentence.startswith((BROKEN / name).as_posix() + ": ")
    assert REASONS[name] in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("name", READABLE)
def test_odd_file_is_audited(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    says = ODD[name]
    result = audit(BROKEN / name)
    assert result.failures == ()
    assert result.notebook.language == says["language"].lower()
    assert list(result.verdicts) == list(ISSUES)
    if says["language"].lower() != "python":
        assert {verdict.state for verdict in result.verdicts.values()} == {State.UNDECIDED}
        assert any(says["language"].lower() in note.text.lower() for note in result.notes)
    elif "workflow" in says:
        applicable = {code for code, verdict in result.verdicts.items() if verdict.state is not State.NOT_APPLICABLE}
        assert bool(applicable) is says["workflow"]
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize("name", READABLE)
def test_broken_cells_are_named(name: str) -> None:
    result = audit(BROKEN / name)
    assert [note.cell for note in result.notes if note.cell is not None] == ODD[name]["broken_cells"]


@pytest.mark.parametrize("name", ["bom.ipynb", "crlf.ipynb", "utf16.ipynb"])
def test_form_of_the_file_does_not_change_the_audit(name: str) -> None:
    """Files that hold the same cells in another form: same findings at the same places."""
    plain, other = audit(BROKEN / "no_cell_ids.ipynb"), audit(BROKEN / name)
    assert [cell.source for cell in other.notebook.cells] == [cell.source for cell in plain.notebook.cells]
    assert [(f.check, f.span) for f in other.findings] == [(f.check, f.span) for f in plain.findings]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_good_notebook_is_audited_without_a_crash(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    result = audit(NOTEBOOKS / name)
    assert result.failures == ()
    assert [note.text for note in result.notes if note.cell is not None] == []
    assert {str(label.cell) for label in result.phases} == set(GOOD[name]["phases"])
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""


@pytest.mark.parametrize("name", [name for name in sorted(GOOD) if name.endswith("_clean.ipynb")])
def test_clean_notebook_leaks_nothing(name: str) -> None:
    result = audit(NOTEBOOKS / name)
    leaks = [(f.cell, f.line, f.check, f.message) for f in result.findings if f.issue in LEAKS]
    assert leaks == []


@pytest.mark.parametrize("name", sorted(GOOD))
def test_findings_point_into_the_notebook(name: str) -> None:
    result = audit(NOTEBOOKS / name)
    for finding in result.findings:
        for span in (finding.span, *(step.span for step in finding.evidence)):
            lines = result.notebook.cells[span.cell].source.split("\n")
            assert 1 <= span.line <= len(lines), (finding.check, span)
            assert 0 <= span.column <= len(lines[span.line - 1]), (finding.check, span)

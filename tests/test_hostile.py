"""Hostile notebooks: no crash, no hang, a result that keeps its schema, or one clear sentence."""

from __future__ import annotations

import json
import time
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from benchmarks.generator import text
from hostile import HOSTILE, file_of

from nbaudit.errors import NotebookUnreadable
from nbaudit.loading import notebook as loading
from nbaudit.loading.notebook import load, loads
from nbaudit.model.result import AuditResult
from nbaudit.pipeline import audit_notebook
from nbaudit.report import json_format
from nbaudit.report.schema import result_schema

SECONDS = 10.0
"""Of processor time; each takes less than 1.5 on one idle core."""
REFUSED = {"JSON in JSON", "a number of 9,000 digits"}


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(result_schema())


def sound(result: AuditResult) -> None:
    """Fails where a result breaks its schema or holds a crash."""
    assert result.failures == ()
    rendered = json_format.render(result)
    rendered.encode()
    validator().validate(json.loads(rendered))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_notebook_costs_little_and_gives_a_sound_result(name: str) -> None:
    data = HOSTILE[name]()
    started = time.process_time()
    if name in REFUSED:
        with pytest.raises(NotebookUnreadable, match="save it again"):
            loads(data, "n.ipynb")
    else:
        sound(audit_notebook(loads(data, "n.ipynb")))
    assert time.process_time() - started < SECONDS


def test_cell_that_is_too_long_is_left_out_and_said() -> None:
    notebook = loads(file_of("x = 1", "y = '" + "a" * loading.SOURCE_LIMIT + "'"), "n.ipynb")
    assert [cell.python for cell in notebook.cells] == ["x = 1", ""]
    assert [(note.cell, "longer than 400,000 characters" in note.text) for note in notebook.notes] == [(1, True)]


def test_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "FILE_LIMIT", 2**20)
    path = tmp_path / "large.ipynb"
    path.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(NotebookUnreadable, match=r"is larger than 1 MB \(1 MB\); clear its outputs and save it again"):
        load(path, "large.ipynb")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("calls that multiply and do nothing", "later calls were not followed"),
        ("calls that multiply", "were not followed"),
    ],
)
def test_spent_budget_is_said(name: str, words: str) -> None:
    notes = audit_notebook(loads(HOSTILE[name](), "n.ipynb")).notes
    assert [note.text for note in notes if words in note.text]


def test_deep_blocks_are_left_out_and_said() -> None:
    notes = audit_notebook(loads(HOSTILE["blocks in blocks"](), "n.ipynb")).notes
    assert [(note.cell, note.text) for note in notes] == [
        (0, "holds a statement that could not be read as Python; it was left out")
    ]


def test_workflow_too_large_for_a_picture_says_so() -> None:
    result = audit_notebook(loads(text(1600, "mutating"), "n.ipynb"))
    assert result.dataflow.nodes == ()
    assert "the notebook does more than a picture can show; there is none" in [note.text for note in result.notes]

"""The annotated copy: valid, with the author's cells as they were, and never over the author's file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt
from msgspec.structs import replace

from nbaudit import cli
from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.notebook import load, loads
from nbaudit.model.finding import HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.pipeline import audit_notebook
from nbaudit.report.annotate import annotated, is_annotated
from nbaudit.report.summary import Context
from report.factory import CATALOGUE, make_hostile
from report.test_formats import raw_notebook

FIXTURE = Path(__file__).parents[2] / "fixtures" / "notebooks" / "binary_churn_indebted.ipynb"


def whole_notebook(minor: int = 5) -> bytes:
    """The factory's notebook as Jupyter writes it, of format 4.`minor`."""
    document = json.loads(raw_notebook())
    document["nbformat_minor"] = minor
    for cell in document["cells"]:
        if minor < 5:
            del cell["id"]
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(document).encode()


def test_the_copy_is_valid_and_holds_the_notebook_unchanged() -> None:
    raw = FIXTURE.read_bytes()
    text = annotated(raw, audit_notebook(load(FIXTURE)))
    copy = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(copy)
    own = [cell for cell in json.loads(text)["cells"] if "nbaudit" not in cell["metadata"]]
    assert own == json.loads(raw)["cells"]


def test_each_finding_stands_above_its_cell(result: AuditResult) -> None:
    house = HouseFinding("no-star-import", "warning", Span(1, 1), "imports everything")
    text = annotated(whole_notebook(), replace(result, house_rules=(house,)), Context(CATALOGUE))
    cells = json.loads(text)["cells"]
    below: dict[str, str] = {}
    for index, cell in enumerate(cells):
        check = cell["metadata"].get("nbaudit", {}).get("check")
        if check:
            below[check] = next(item["id"] for item in cells[index:] if "nbaudit" not in item["metadata"])
    assert below["scaler-fitted-on-test-rows"] == "id9"
    assert below["imbalance-not-answered"] == below["accuracy-alone"] == "id13"
    assert below["no-star-import"] == "id1"
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_auditing_the_copy_gives_the_same_verdicts() -> None:
    """Our words in the notes are not taken for the author's."""
    first = audit_notebook(load(FIXTURE))
    again = audit_notebook(loads(annotated(FIXTURE.read_bytes(), first).encode(), FIXTURE.name))
    assert {code: verdict.state for code, verdict in again.verdicts.items()} == {
        code: verdict.state for code, verdict in first.verdicts.items()
    }
    assert [item.check for item in again.findings] == [item.check for item in first.findings]


@pytest.mark.parametrize("minor", [0, 4])
def test_formats_without_ids_get_none(result: AuditResult, minor: int) -> None:
    copy = json.loads(annotated(whole_notebook(minor), result))
    nbformat.validate(nbformat.from_dict(copy))
    assert not any("id" in cell for cell in copy["cells"])


def test_missing_and_repeated_ids_are_mended(result: AuditResult) -> None:
    document = json.loads(whole_notebook())
    del document["cells"][2]["id"]
    document["cells"][3]["id"] = "id0"
    cells = json.loads(annotated(json.dumps(document).encode(), result))["cells"]
    ids = [cell["id"] for cell in cells]
    assert len(set(ids)) == len(ids)
    assert {"id0", "id1", "id4"} <= set(ids)


def test_format_3_is_upgraded() -> None:
    cell = {"cell_type": "code", "input": ["x = 1"], "outputs": [], "language": "python", "collapsed": False}
    old = {"worksheets": [{"cells": [cell], "metadata": {}}], "metadata": {"name": ""}, "nbformat": 3}
    raw = json.dumps({**old, "nbformat_minor": 0}).encode()
    copy = json.loads(annotated(raw, audit_notebook(loads(raw, "old.ipynb"))))
    nbformat.validate(nbformat.from_dict(copy))
    assert copy["cells"][-1]["source"] in ("x = 1", ["x = 1"])


def test_a_broken_notebook_is_refused_in_one_sentence(result: AuditResult) -> None:
    document = json.loads(whole_notebook())
    document["cells"][1]["outputs"] = [{"output_type": "nonsense"}]
    with pytest.raises(NotebookUnreadable, match="is not valid by nbformat"):
        annotated(json.dumps(document).encode(), result)


def test_hostile_text_is_no_markup() -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": None}] * 3
    raw = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
    copy = json.loads(annotated(raw, make_hostile()))
    notes = ["".join(cell["source"]) for cell in copy["cells"] if cell["cell_type"] == "markdown"]
    assert len(notes) == 3
    for note in notes:
        tokens = MarkdownIt("commonmark", {"html": True}).parse(note)
        kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
        assert not kinds & {"html_block", "html_inline", "link_open", "image"}


# The command line.

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name in ("a.ipynb", "b.ipynb"):
        (tmp_path / name).write_bytes(FIXTURE.read_bytes())
    return lambda *arguments: CliRunner().invoke(cli.app, ["audit", "--exit-zero", *arguments])


def test_annotate_writes_a_copy_and_can_write_it_again(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        result = run("a.ipynb", "--annotate", "out/copy.ipynb")
        assert result.exit_code == 0, result.output
        assert "nbaudit: wrote out/copy.ipynb" in result.stderr
    assert is_annotated((tmp_path / "out" / "copy.ipynb").read_bytes())
    assert (tmp_path / "a.ipynb").read_bytes() == FIXTURE.read_bytes()
    assert not (tmp_path / "a.nbaudit.html").exists()


def test_annotate_of_several_goes_into_a_folder(run: Run, tmp_path: Path) -> None:
    assert run("a.ipynb", "b.ipynb", "--annotate", "copies/", "-f", "text").exit_code == 0
    assert {path.name for path in (tmp_path / "copies").iterdir()} == {"a.nbaudit.ipynb", "b.nbaudit.ipynb"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("a.ipynb --annotate a.ipynb", "a.ipynb: is the notebook that is audited and is never overwritten"),
        ("a.ipynb --annotate ./x/../a.ipynb", "never overwritten"),
        ("a.ipynb --annotate link.ipynb", "never overwritten"),
        ("a.ipynb --annotate hard.ipynb", "never overwritten"),
        ("a.ipynb -f json:a.ipynb", "never overwritten"),
        ("a.ipynb -f json:y -f sarif:./y", "./y: is named for two outputs"),
        ("a.ipynb --annotate b.ipynb", "b.ipynb: is there and is no annotated copy"),
        ("a.ipynb b.ipynb --annotate c.ipynb", "2 notebooks don't fit into one copy"),
        ("- --annotate c.ipynb", "a notebook from standard input can't be annotated"),
    ],
)
def test_what_is_refused(run: Run, tmp_path: Path, arguments: str, sentence: str) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "a.ipynb")
    (tmp_path / "hard.ipynb").hardlink_to(tmp_path / "a.ipynb")
    result = run(*arguments.split())
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert (tmp_path / "a.ipynb").read_bytes() == (tmp_path / "b.ipynb").read_bytes() == FIXTURE.read_bytes()

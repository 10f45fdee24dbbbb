"""`nbaudit lab`: what is started, and what can't be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from nbaudit.cli import app
from nbaudit.errors import NotebookUnreadable, UsageError
from nbaudit.jupyter import launch


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: object())


def options(notebook: Path, here: Path) -> dict[str, str]:
    words = launch.command(str(notebook), (), here)[3:]
    return dict(word.removeprefix("--").split("=", 1) for word in words)


@pytest.mark.usefixtures("installed")
def test_the_root_is_here_where_the_notebook_is_below(tmp_path: Path) -> None:
    notebook = tmp_path / "deep" / "a b.ipynb"
    notebook.parent.mkdir()
    notebook.write_text("{}")
    assert options(notebook, tmp_path) == {
        "ServerApp.root_dir": str(tmp_path.resolve()),
        "NbAudit.open_at_start": "deep/a b.ipynb",
    }
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert options(notebook, elsewhere) == {
        "ServerApp.root_dir": str(notebook.parent.resolve()),
        "NbAudit.open_at_start": "a b.ipynb",
    }


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("name", "reason"), [("none.ipynb", "no such file"), ("notes.txt", "no .ipynb file")])
def test_what_is_no_notebook_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(NotebookUnreadable, match=reason):
        launch.command(str(tmp_path / name), (), tmp_path)


def test_without_jupyterlab_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "find_spec", lambda name: None)
    notebook = tmp_path / "a.ipynb"
    notebook.write_text("{}")
    with pytest.raises(UsageError, match=r"pip install 'nbaudit\[lab\]'"):
        launch.command(str(notebook), (), tmp_path)
    assert CliRunner().invoke(app, ["lab", str(notebook)]).exit_code == 2


@pytest.mark.usefixtures("installed")
def test_options_go_on_to_jupyterlab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = tmp_path / "a.ipynb"
    notebook.write_text("{}")
    started: list[list[str]] = []

    class Done:
        returncode = 0

    monkeypatch.setattr(launch.subprocess, "run", lambda words, check: started.append(words) or Done())
    done = CliRunner().invoke(app, ["lab", str(notebook), "--no-browser", "--port=9999"])
    assert done.exit_code == 0, done.output
    assert started[0][-2:] == ["--no-browser", "--port=9999"]

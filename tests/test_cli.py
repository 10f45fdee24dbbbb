"""The command line's conventions, with the audit itself replaced by a stub."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from report.factory import CATALOGUE, make_result

from nbaudit import __version__, cli
from nbaudit.config import Config
from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.discovery import Source
from nbaudit.model.finding import Failure
from nbaudit.model.result import AuditResult
from nbaudit.report import FORMATS

EMPTY = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
Run = Callable[..., Result]


@pytest.fixture
def seen() -> list[tuple[str, Config]]:
    """What the stub was asked: (notebook's name, configuration)."""
    return []


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: list[tuple[str, Config]]) -> Run:
    """Runs the command line in an empty folder; notebooks named clean*, low*, crash*, bug* and bad* behave so."""

    def audit(source: Source, config: Config, *_: object) -> AuditResult:
        seen.append((source.name, config))
        stem = source.name.rpartition("/")[2]
        result = make_result()
        result = replace(result, notebook=replace(result.notebook, name=source.name))
        if stem.startswith("bad"):
            raise NotebookUnreadable(source.name, "is empty; save it again from Jupyter")
        if stem.startswith("bug"):
            raise KeyError("oops")
        if stem.startswith("clean"):
            return replace(result, findings=())
        if stem.startswith("low"):
            return replace(result, findings=tuple(item for item in result.findings if item.issue == "RB-M"))
        if stem.startswith("crash"):
            return replace(result, findings=(), failures=(Failure("some-check", "KeyError: 'x'"),))
        return result

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "run_audit", audit)
    monkeypatch.setattr(cli, "catalogue", lambda: CATALOGUE)

    def invoke(*arguments: str, notebooks: str = "") -> Result:
        for name in notebooks.split():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(EMPTY, encoding="utf-8")
        return CliRunner().invoke(cli.app, list(arguments))

    return invoke


def only_sentences(result: Result) -> None:
    assert "Traceback" not in result.stderr
    assert all(line.startswith("nbaudit: ") for line in result.stderr.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("clean.ipynb", 0),
        ("debt.ipynb", 1),
        ("debt.ipynb --exit-zero", 0),
        ("low.ipynb", 1),
        ("low.ipynb --fail-on high", 0),
        ("debt.ipynb --fail-on high", 1),
        ("bad.ipynb", 2),
        ("crash.ipynb", 3),
        ("bug.ipynb", 3),
        ("debt.ipynb bad.ipynb", 2),
        ("crash.ipynb bad.ipynb debt.ipynb", 3),
        ("bug.ipynb bad.ipynb debt.ipynb", 3),
        ("bad.ipynb --exit-zero", 2),
        ("missing.ipynb", 2),
        ("clean.ipynb missing.ipynb", 2),
    ],
)
def test_exit_codes(run: Run, arguments: str, code: int) -> None:
    notebooks = "clean.ipynb debt.ipynb low.ipynb bad.ipynb crash.ipynb bug.ipynb"
    result = run("audit", *arguments.split(), "-f", "text", notebooks=notebooks)
    assert result.exit_code == code, result.output
    only_sentences(result)


def test_one_bad_input_never_costs_the_others(run: Run, seen: list[tuple[str, Config]]) -> None:
    result = run(
        "audit",
        "gone.ipynb",
        "bad.ipynb",
        "bug.ipynb",
        "debt.ipynb",
        "-f",
        "text",
        notebooks="bad.ipynb bug.ipynb debt.ipynb",
    )
    assert "debt.ipynb  (17 cells" in result.stdout
    assert "nbaudit: gone.ipynb: there is no such file" in result.stderr
    assert "nbaudit: bad.ipynb: is empty; save it again from Jupyter" in result.stderr
    assert "nbaudit: bug.ipynb: nbaudit crashed (KeyError: 'oops')" in result.stderr
    assert [name for name, _ in seen] == ["bad.ipynb", "bug.ipynb", "debt.ipynb"]


def test_default_prints_a_summary_and_writes_a_page(run: Run, tmp_path: Path) -> None:
    result = run("audit", "sub/debt.ipynb", notebooks="sub/debt.ipynb")
    assert result.stdout.startswith("sub/debt.ipynb  (17 cells")
    assert (tmp_path / "debt.nbaudit.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "nbaudit: wrote debt.nbaudit.html" in result.stderr


def test_default_of_a_folder_writes_an_index(run: Run, tmp_path: Path) -> None:
    result = run("audit", "sub", notebooks="sub/debt.ipynb sub/a/debt.ipynb sub/bad.ipynb")
    pages = {path.name for path in (tmp_path / "nbaudit-report").iterdir()}
    assert pages == {"index.html", "debt.nbaudit.html", "debt-2.nbaudit.html"}
    index = (tmp_path / "nbaudit-report" / "index.html").read_text(encoding="utf-8")
    assert 'href="debt-2.nbaudit.html"' in index
    assert "sub/bad.ipynb" in index and "is empty" in index
    assert result.exit_code == 2


def test_json_to_standard_output_is_pure(run: Run) -> None:
    result = run("audit", "debt.ipynb", "-f", "json", notebooks="debt.ipynb")
    assert json.loads(result.stdout)["notebook"]["name"] == "debt.ipynb"


def test_json_of_a_folder_with_one_notebook_is_a_list(run: Run) -> None:
    result = run("audit", "sub", "--output-format", "json", notebooks="sub/debt.ipynb")
    assert [item["notebook"]["name"] for item in json.loads(result.stdout)["audits"]] == ["sub/debt.ipynb"]


def test_several_formats_at_once(run: Run, tmp_path: Path) -> None:
    result = run(
        "audit", "debt.ipynb", "-f", "html:out/r.html", "-f", "sarif:r.sarif", "-f", "csv", notebooks="debt.ipynb"
    )
    assert (tmp_path / "out" / "r.html").is_file()
    assert json.loads((tmp_path / "r.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert result.stdout.startswith("notebook,issue,")


def test_output_says_the_format_by_its_ending(run: Run, tmp_path: Path) -> None:
    assert run("audit", "debt.ipynb", "-o", "r.md", notebooks="debt.ipynb").exit_code == 1
    assert (tmp_path / "r.md").read_text(encoding="utf-8").startswith("## nbaudit:")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour(run: Run, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], coloured: bool) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = run("audit", "debt.ipynb", "-f", "text", notebooks="debt.ipynb")
    assert ("\x1b[" in result.stdout) == coloured


def test_every_format_is_named_in_the_help(run: Run) -> None:
    shown = " ".join(run("audit", "--help").stdout.split())
    assert [name for name in FORMATS if name not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("", "no input is named"),
        ("''", "there is no such file or folder"),
        ("empty", "no notebook found in empty"),
        ("d.ipynb -f pdf", '"pdf" is no report format; choose from html'),
        ("d.ipynb -f json:", "a file name is missing after the colon"),
        ("d.ipynb -f json -f text", "only one format can go to standard output"),
        ("d.ipynb -o r.pdf", "r.pdf: the ending says no report format"),
        ("d.ipynb -f json:a.json -o b.json", "needs exactly one --format without a file"),
        ("d.ipynb --select SC-X", '"sc-x" is no issue, activity or check'),
        ("d.ipynb --ignore tuned-on-tset-rows", 'did you mean "tuned-on-test-rows"?'),
        ("d.ipynb --min-confidence 7", "7"),
        ("d.ipynb --no-such-option", "No such option"),
        ("d.ipynb --config none.toml", "none.toml: can't be read"),
        ("d.ipynb e.ipynb -f html", "name a folder"),
        ("d.ipynb e.ipynb -f html:one.html", "one.html: 2 notebooks don't fit into one html file"),
        ("d.ipynb -f json:empty/", "is a folder; json needs a file name"),
        ("d.ipynb -f json:d.ipynb/x.json", "d.ipynb"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(run: Run, tmp_path: Path, arguments: str, sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    result = run("audit", *shlex.split(arguments), notebooks="d.ipynb e.ipynb")
    assert result.exit_code == 2
    assert sentence in result.stderr
    only_sentences(result)


def test_configuration_is_found_and_overridden(run: Run, tmp_path: Path, seen: list[tuple[str, Config]]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.nbaudit]\nselect = ['SC']\nfail-on = 'high'\n", encoding="utf-8")
    run(
        "audit",
        "sub/low.ipynb",
        "-f",
        "text",
        "--select",
        "HT,sc-w",
        "--min-confidence",
        "0.8",
        notebooks="sub/low.ipynb",
    )
    assert seen == [("sub/low.ipynb", Config(select=("HT", "SC-W"), fail_on="high", min_confidence=0.8))]


def test_wrong_configuration_is_exit_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.nbaudit]\nignroe = []\n", encoding="utf-8")
    result = run("audit", "debt.ipynb", "-f", "text", notebooks="debt.ipynb")
    assert result.exit_code == 2
    assert 'unknown key "ignroe" in [tool.nbaudit] (did you mean "ignore"?)' in result.stderr


def test_issues_lists_all_30(run: Run) -> None:
    shown = run("issues").stdout
    assert "  SC-W  high  Features are scaled wrongly" in shown
    assert "  DI-M  low   Sources are not joined" in shown
    rows = json.loads(run("issues", "--format", "json").stdout)
    assert len(rows) == 30
    assert rows[0]["code"] == "DI-M"


def test_explain(run: Run) -> None:
    issue = run("explain", "sc-w").stdout
    assert "scaling / wrong; high relevance" in issue
    assert "Why it is debt: The mean and spread" in issue
    check = run("explain", "tuned_on_test_rows").stdout
    assert check.startswith("tuned-on-test-rows  (HT-W Hyperparameters are tuned wrongly)")
    assert "its verdict is undecided, never absent" in run("explain", "DI-M").stdout
    assert "HT-I" in run("explain", "HT").stdout
    unknown = run("explain", "SC-X")
    assert unknown.exit_code == 2
    only_sentences(unknown)


def test_graph_writes_what_is_asked(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli, "graph_text", lambda source, format_: f"{format_} of {source.name}\n")
    assert run("graph", "d.ipynb", "-f", "dot", notebooks="d.ipynb").stdout == "dot of d.ipynb\n"
    assert run("graph", "d.ipynb", "-o", "g.mmd").exit_code == 0
    assert (tmp_path / "g.mmd").read_text(encoding="utf-8") == "mermaid of d.ipynb\n"
    assert run("graph", "gone.ipynb").exit_code == 2
    assert run("graph", str(tmp_path), notebooks="e.ipynb").exit_code == 2


@pytest.mark.parametrize("command", [(), ("audit",), ("issues",), ("explain",), ("graph",)])
def test_help_has_no_gaps(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")


def test_version_of_the_module() -> None:
    done = subprocess.run([sys.executable, "-m", "nbaudit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"nbaudit {__version__}"


def test_version_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['nbaudit', '--version']\nfrom nbaudit.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'pandas', 'jinja2', 'rich', 'nbformat', 'ast_grep_py'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("notebook", "name"),
    [
        ("a/b/churn.ipynb", "churn.nbaudit.html"),
        ("<stdin>", "stdin.nbaudit.html"),
        ("a/we?ird:*.ipynb", "we_ird__.nbaudit.html"),
        ("..ipynb", "notebook.nbaudit.html"),
    ],
)
def test_report_names_are_safe(notebook: str, name: str) -> None:
    assert cli._report_name(notebook) == name


def test_report_names_do_not_collide() -> None:
    taken = {"index.html"}
    names = [cli._unused(name, taken) for name in ("a.nbaudit.html", "A.nbaudit.html", "a.nbaudit.html")]
    assert names == ["a.nbaudit.html", "A-2.nbaudit.html", "a-3.nbaudit.html"]

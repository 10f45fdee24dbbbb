"""Plug-ins: the worked example of the documentation, conflicts, and what is broken."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from nbaudit import cli, entrypoints, report
from nbaudit.checkers import base
from nbaudit.errors import PluginError
from nbaudit.knowledge import tables
from nbaudit.report import FORMATS
from nbaudit.testing import assert_format, assert_tables, audit_text

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "plug-in-example"

NOTEBOOK = """
import acmedata
from sklearn.tree import DecisionTreeClassifier
orders = acmedata.query("select * from orders")
orders.info()
DecisionTreeClassifier().fit(orders.drop(columns="returned"), orders["returned"])
"""


def write_notebook(folder: Path) -> Path:
    path = folder / "orders.ipynb"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK.strip())])
    path.write_text(nbformat.writes(book), encoding="utf-8")
    return path


# The worked example, installed as a user would.


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example installed, to be put on the path of Python."""
    folder = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(EXAMPLE, folder / "source")
    command = ["pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--target", str(folder / "site"), str(source)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def run_python(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_example_adds_a_check_a_table_and_a_format(installed: Path, tmp_path: Path) -> None:
    write_notebook(tmp_path)
    arguments = ["-m", "nbaudit", "audit", "orders.ipynb", "-f", "json:r.json", "-f", "acme-chat", "-o", "r.chat.txt"]
    done = run_python(installed, tmp_path, *arguments)
    assert done.returncode == 1, done.stderr
    result = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    (found,) = [item for item in result["findings"] if item["check"] == "warehouse-read-without-date"]
    assert (found["issue"], found["cell"], found["line"]) == ("DC-W", 0, 3)
    assert found["instead"] == 'acmedata.query("select * from orders", as_of="2026-01-31")'
    assert found["evidence"][0]["source"] == "acme-nbaudit/acmedata.rows:2"
    assert result["failures"] == [] and result["unknown_calls"] == []
    chat = (tmp_path / "r.chat.txt").read_text(encoding="utf-8")
    assert "- cell 0: `acmedata.query(" in chat


def test_example_is_known_to_the_other_commands(installed: Path, tmp_path: Path) -> None:
    explained = run_python(installed, tmp_path, "-m", "nbaudit", "explain", "warehouse-read-without-date")
    assert "Why it is debt: nobody can train the same model again" in " ".join(explained.stdout.split())
    listed = run_python(installed, tmp_path, "-m", "nbaudit", "plugins").stdout
    assert 'checks: plug-in "acme" of acme-nbaudit 1.0: warehouse-read-without-date' in listed
    assert 'tables: plug-in "acme" of acme-nbaudit 1.0: acmedata.rows' in listed
    assert 'formats: plug-in "acme" of acme-nbaudit 1.0: acme-chat' in listed


def test_example_passes_its_own_tests_uninstalled(tmp_path: Path) -> None:
    arguments = ["-m", "pytest", "-v", "-p", "no:cacheprovider", str(EXAMPLE / "tests")]
    done = run_python(EXAMPLE, tmp_path, *arguments)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


# Made-up plug-ins, in this process.

Install = Callable[..., None]
CACHES = (
    entrypoints.plugins,
    base.all_checks,
    base.plugin_checks,
    tables.plugin_tables,
    tables._installed,
    report.formats,
    report.plugin_formats,
)


def forget() -> None:
    for cache in CACHES:
        cache.cache_clear()  # type: ignore[attr-defined]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package of one module into a folder on the path; its files besides the module are given by name."""
    forget()
    made: list[str] = []

    def package(name: str, points: dict[str, str], code: str = "", **files: str) -> None:
        site = tmp_path / f"site-{name}"
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"[nbaudit.{group}]\n{name} = {value}\n" for group, value in points.items()]
        (info / "entry_points.txt").write_text("".join(lines), encoding="utf-8")
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(code, encoding="utf-8")
        for file, text in files.items():
            (site / name / file.replace("__", ".")).write_text(text, encoding="utf-8")
        made.append(name)
        monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()
        forget()

    yield package
    for name in made:
        sys.modules.pop(name, None)
    monkeypatch.undo()
    forget()


def check_code(name: str, body: str = "    yield from ()\n") -> str:
    return (
        "from nbaudit.plugin import Example, Finding, Span, Step, check\n"
        f"@check('DC-W', flags=(), passes=())\ndef {name}(workflow):\n"
        f'    """Title.\n\n    Why it is debt: w.\n    Instead: i.\n    Blind spots: b.\n    """\n{body}'
    )


def failures() -> dict[str, str]:
    result = audit_text("# %%" + NOTEBOOK)
    assert "DC-W" in result.verdicts and result.findings
    return {failure.check: failure.error for failure in result.failures}


def test_two_checks_of_one_name_are_an_error_that_names_both(install: Install) -> None:
    install("one", {"checks": "one"}, check_code("same_slug"))
    install("two", {"checks": "two"}, check_code("same_slug"))
    with pytest.raises(
        PluginError, match=r'"same-slug" is defined by plug-in "one" of one 1\.0 and by plug-in "two" of two'
    ):
        audit_text("# %%\nx = 1\n")


def test_a_check_of_nbaudit_can_not_be_replaced(install: Install) -> None:
    install("one", {"checks": "one"}, check_code("split_without_seed"))
    with pytest.raises(PluginError, match='"split-without-seed" is defined by nbaudit itself and by plug-in "one"'):
        audit_text("# %%\nx = 1\n")


@pytest.mark.parametrize(
    ("row", "name"),
    [("call pandas.read_csv role=load", "pandas.read_csv"), ("same tensorflow.keras other", "tensorflow.keras")],
)
def test_a_row_of_nbaudit_can_not_be_replaced(install: Install, row: str, name: str) -> None:
    install("one", {"tables": "one"}, x__rows=row + "\n")
    with pytest.raises(PluginError, match=f'library name "{name}" is defined by nbaudit itself and by plug-in "one"'):
        audit_text("# %%\nx = 1\n")


def test_two_formats_of_one_name_or_ending_are_an_error(install: Install) -> None:
    code = "from nbaudit.plugin import Format\nF = Format({!r}, __name__, ({!r},), '')\n"
    install("one", {"formats": "one:F"}, code.format("json", ".x"))
    with pytest.raises(PluginError, match='format "json" is defined by nbaudit itself and by plug-in "one"'):
        report.formats()
    forget()
    install("two", {"formats": "two:F"}, code.format("two", ".csv"))
    sys.path.remove(next(path for path in sys.path if path.endswith("site-one")))
    forget()
    with pytest.raises(PluginError, match=r'file ending "\.csv" is defined by nbaudit itself and by plug-in "two"'):
        report.formats()


@pytest.mark.parametrize(
    ("group", "value", "code", "sentence"),
    [
        ("checks", "bad", "raise RuntimeError('boom')", "can't be loaded (RuntimeError: boom); mend or uninstall it"),
        ("checks", "bad", "import sys; sys.exit(3)", "can't be loaded (SystemExit: 3)"),
        ("checks", "bad:gone", "", "can't be loaded (AttributeError"),
        ("checks", "nowhere", "", "can't be loaded (ModuleNotFoundError"),
        ("checks", "bad", "x = 1", "holds no check; it must point at checks or at a module that holds some"),
        ("checks", "bad:x", "x = 1", "holds no check"),
        ("tables", "bad", "", "has no *.rows file in its folder"),
        ("tables", "bad:x", "x = 1", "points at a int; it must point at a package"),
    ],
)
def test_a_broken_plug_in_costs_only_itself(install: Install, group: str, value: str, code: str, sentence: str) -> None:
    install("bad", {group: value}, code)
    (said,) = failures().items()
    assert said[0] == 'plug-in "bad" of bad 1.0'
    assert said[1].startswith(sentence)


def test_a_bad_row_costs_only_its_plug_in(install: Install) -> None:
    install("bad", {"tables": "bad"}, acmedata__rows="call acmedata.query role=lode\n")
    assert failures() == {'plug-in "bad" of bad 1.0': "bad/acmedata.rows:1: Role has no `lode`; did you mean `load`?"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("    raise KeyError('x')\n    yield\n", "KeyError: 'x'"),
        ("    return 5\n", "TypeError"),
        ("    s = Span(0, 1)\n    yield Finding('XX-Y', 'odd', s, 'm', (Step(s, 't'),))\n", "it reported XX-Y by odd"),
        (
            "    s = Span(7, 1)\n    yield Finding('DC-W', 'a-check', s, 'm', (Step(s, 't'),))\n",
            "it reported cell 7, line 1, which is not in the notebook",
        ),
        (
            "    s = Span(0, 1)\n    yield Finding('DC-W', 'a-check', s, 'm', (Step(s, 't'),), float('nan'))\n",
            "its confidence nan is not between 0 and 1",
        ),
    ],
)
def test_a_check_that_misbehaves_costs_only_itself(install: Install, body: str, sentence: str) -> None:
    install("bad", {"checks": "bad"}, check_code("a_check", body))
    (said,) = failures().items()
    assert said[0] == "a-check"
    assert sentence in said[1]


# The command line.


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.app, [*arguments])


def test_conflict_is_one_sentence_and_exit_2(install: Install, run: Callable[..., Result]) -> None:
    install("one", {"checks": "one"}, check_code("split_without_seed"))
    result = run("audit", "orders.ipynb", "-f", "text")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "is defined by nbaudit itself and by" in result.stderr


def test_broken_plug_in_is_told_and_exit_3(install: Install, run: Callable[..., Result]) -> None:
    install("bad", {"checks": "bad"}, "raise RuntimeError('boom')")
    result = run("audit", "orders.ipynb", "-f", "text")
    assert result.exit_code == 3
    assert "decided" not in result.stdout.partition("present:")[2].partition("calls:")[0]
    assert 'check plug-in "bad" of bad 1.0 crashed: can\'t be loaded' in result.stdout
    assert "RuntimeError: boom" in run("plugins").stdout


def test_a_format_that_fails_costs_only_itself(install: Install, run: Callable[..., Result], tmp_path: Path) -> None:
    code = "from nbaudit.plugin import Format\nF = Format('odd', __name__, (), '')\n"
    code += "def render_all(audits, context):\n    return 1 / 0\n"
    install("bad", {"formats": "bad:F"}, code)
    result = run("audit", "orders.ipynb", "-f", "odd:x", "-f", "json:r.json")
    assert result.exit_code == 3
    assert 'plug-in "bad" of bad 1.0: the format "odd" failed (ZeroDivisionError: division by zero)' in result.stderr
    assert (tmp_path / "r.json").is_file() and not (tmp_path / "x").exists()


def test_a_format_that_is_left_out_is_named_when_asked_for(install: Install, run: Callable[..., Result]) -> None:
    install("bad", {"formats": "bad:F"}, "")
    result = run("audit", "orders.ipynb", "-f", "odd")
    assert result.exit_code == 2
    assert '"odd" is no report format' in result.stderr
    assert 'plug-in "bad" of bad 1.0 can\'t be loaded' in result.stderr


def test_what_lies_beside_the_notebooks_is_never_loaded(tmp_path: Path) -> None:
    """`python -m` puts the working folder on the path; a stranger's folder must not run code by that."""
    info = tmp_path / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[nbaudit.checks]\nevil = evil\n", encoding="utf-8")
    (tmp_path / "evil.py").write_text("open('ran', 'w').close()\n", encoding="utf-8")
    write_notebook(tmp_path)
    done = run_python(tmp_path / "nowhere", tmp_path, "-m", "nbaudit", "audit", "orders.ipynb", "-f", "text")
    assert done.returncode == 1, done.stderr
    assert "evil" not in done.stdout + done.stderr
    assert not (tmp_path / "ran").exists()


def test_no_plug_ins_is_said(install: Install, run: Callable[..., Result]) -> None:
    assert run("plugins").stdout == "No plug-ins are installed.\n"


# The harness.


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"html", "json"}))  # a page of one notebook; data as it is
def test_own_formats_pass_the_harness(name: str) -> None:
    assert_format(FORMATS[name])


def test_harness_finds_faults(tmp_path: Path) -> None:
    (tmp_path / "a.rows").write_text("call pandas.read_csv role=load\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"pandas\.read_csv"):
        assert_tables(tmp_path)
    (tmp_path / "a.rows").write_text("call x.y rolle=load\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="no key `rolle`"):
        assert_tables(tmp_path)

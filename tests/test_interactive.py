"""The result in a notebook or a shell, and the magic in a real kernel."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.lib.pretty import pretty
from nbclient import NotebookClient
from report.factory import make_hostile, make_result

import nbaudit
from nbaudit.errors import UsageError
from nbaudit.interactive import ShownResult, current_notebook, shown
from nbaudit.model.finding import HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import ISSUES, State

FIXTURE = Path(__file__).parent.parent / "fixtures" / "notebooks" / "binary_churn_indebted.ipynb"


@pytest.fixture(scope="module")
def result() -> ShownResult:
    return nbaudit.audit(FIXTURE)


def test_result_has_what_the_audit_says(result: ShownResult) -> None:
    assert isinstance(result, AuditResult)
    assert list(result.verdicts) == list(ISSUES)
    assert result.verdicts["SC-W"].state is State.PRESENT
    assert result.to_dict()["notebook"]["name"] == str(FIXTURE)


def test_frame_has_a_row_per_finding(result: ShownResult) -> None:
    frame = result.to_frame()
    assert len(frame) == len(result.findings)
    row = frame[frame["check"] == "scaler-fitted-on-test-rows"].iloc[0]
    assert (row["issue"], row["cell"], row["line"], row["phase"]) == ("SC-W", 18, 4, "data pre-processing")
    line = FIXTURE.read_text(encoding="utf-8").split("\n")[row["file_line"] - 1]
    assert "scaler.fit_transform(X_res[num_cols])" in line
    assert frame["confidence"].between(0, 1).all()


def test_frame_of_no_findings_has_the_same_columns(result: ShownResult) -> None:
    empty = shown(make_result(findings=()))
    assert list(empty.to_frame().columns) == list(result.to_frame().columns)
    assert len(empty.to_frame()) == 0


def test_frame_has_house_rules_too() -> None:
    house = HouseFinding("no-star", "warning", Span(1, 2), "imports everything", "name what you use")
    frame = shown(make_result(house_rules=(house,))).to_frame()
    last = frame.iloc[-1]
    assert (last["issue"], last["activity"], last["check"], last["instead"]) == (
        "",
        "house rule",
        "no-star",
        "Name what you use.",
    )


def test_repr_is_one_line(result: ShownResult) -> None:
    assert re.fullmatch(r"<nbaudit \S+: 8 of 30 issues are present, .*>", repr(result))


def test_shell_prints_the_text_report(result: ShownResult) -> None:
    assert "SC-W  Features are scaled wrongly" in pretty(result)


def test_html_shows_findings_and_verdicts(result: ShownResult) -> None:
    html = result._repr_html_()
    assert html.count("<summary>") == len(result.findings) + 1
    assert html.count("● ") == len(result.present) + 1  # and the legend
    assert "cell 18, line 4" in html
    assert "<code>df[&#39;age&#39;].fillna" in html


def test_html_lets_no_markup_through() -> None:
    html = shown(make_hostile())._repr_html_()
    tags = {tag.lower() for tag in re.findall(r"</?([a-zA-Z]\w*)", html)}
    ours = "div p strong br ol li details summary pre code table thead tbody tr th td"
    assert tags <= set(ours.split())
    assert set(re.findall(r"<\w+ ([a-z]+)=", html)) <= {"style", "scope", "title"}
    assert "\u202e" not in html and "\x1b" not in html


def test_html_of_very_many_findings_stays_small() -> None:
    many = shown(make_result(findings=make_result().findings * 1000))
    html = many._repr_html_()
    assert len(html) < 300_000
    assert "And 7900 more" in html


# Which notebook.


def test_the_front_end_tells_the_notebook(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.touch()
    assert current_notebook({"__vsc_ipynb_file__": str(path)}, {}) == path
    assert current_notebook({}, {"JPY_SESSION_NAME": str(path)}) == path
    for environment in ({}, {"JPY_SESSION_NAME": "0b7f4a3e-console"}):
        with pytest.raises(UsageError, match="this front end doesn't tell which notebook this is"):
            current_notebook({}, environment)
    with pytest.raises(UsageError, match=r"^b\.ipynb: is not where it was when the kernel started"):
        current_notebook({}, {"JPY_SESSION_NAME": str(tmp_path / "b.ipynb")})


# The magic.


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    (tmp_path / "a.ipynb").write_bytes(FIXTURE.read_bytes())
    made = InteractiveShell()
    made.run_line_magic("load_ext", "nbaudit")
    return made


def test_magic_audits_what_is_named(shell: InteractiveShell) -> None:
    found = shell.run_line_magic("nbaudit", "a.ipynb --select SC --min-confidence 0.5")
    assert isinstance(found, ShownResult)
    assert {finding.issue for finding in found.findings} == {"SC-W"}


def test_magic_audits_the_notebook_one_is_in(shell: InteractiveShell, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.nbaudit]\nignore = ['SC']\n", encoding="utf-8")
    shell.user_ns["__vsc_ipynb_file__"] = str(tmp_path / "a.ipynb")
    found = shell.run_line_magic("nbaudit", "")
    assert found.notebook.name == "a.ipynb"
    assert found.findings and "SC-W" not in found.present


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "this front end doesn't tell which notebook this is"),
        ("gone.ipynb", "gone.ipynb: there is no such file"),
        ("a.ipynb --select SC-X", '"sc-x" is no issue, activity or check'),
        ("a.ipynb --selekt SC", "unrecognized arguments: --selekt SC; write it as %nbaudit"),
        ("'a.ipynb", "can't be read"),
        ("a.ipynb --min-confidence 7", "must be a number from 0 to 1"),
    ],
)
def test_magic_says_what_is_wrong_in_one_sentence(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, sentence: str
) -> None:
    shell.run_cell(f"%nbaudit {line}")
    said = capsys.readouterr()
    assert sentence in said.err + said.out
    assert "Traceback" not in said.err + said.out


def test_magic_in_a_kernel(tmp_path: Path) -> None:
    (tmp_path / "me.ipynb").write_bytes(FIXTURE.read_bytes())
    cells = [nbformat.v4.new_code_cell("%load_ext nbaudit"), nbformat.v4.new_code_cell("%nbaudit")]
    client = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=60)
    environment = {**os.environ, "JPY_SESSION_NAME": str(tmp_path / "me.ipynb")}
    client.execute(env=environment, cwd=str(tmp_path))
    (output,) = cells[1].outputs
    assert output.output_type == "execute_result"
    assert "me.ipynb" in output.data["text/html"]
    assert "SC-W  Features are scaled wrongly" in output.data["text/plain"]

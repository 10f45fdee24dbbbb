"""The harness for checks, library tables and report formats. Public: plug-ins test themselves with it, uninstalled.

from nbaudit.testing import assert_examples, assert_format, assert_tables
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from nbaudit.checkers.base import Check, Example
from nbaudit.errors import PluginError, TableError
from nbaudit.knowledge.tables import FOLDER, Tables, read_table, using
from nbaudit.loading.magics import blank
from nbaudit.model.facts import Fact
from nbaudit.model.finding import HouseFinding
from nbaudit.model.result import AuditResult
from nbaudit.model.run import NO_RUN, RunResult
from nbaudit.model.source import Cell, CellKind, Notebook, Output, Span
from nbaudit.patterns import regex
from nbaudit.pipeline import audit_notebook
from nbaudit.report import Format
from nbaudit.report.clean import visible
from nbaudit.report.summary import Audit, Context

_CELL = regex(r"^# %%[ ]*(\[markdown\])?.*$", re.MULTILINE)


def notebook_from_text(source: str, outputs: Mapping[int, str] | None = None, name: str = "example.ipynb") -> Notebook:
    """A notebook from text in the percent format: `# %%` begins a code cell, `# %% [markdown]` a markdown cell.

    `outputs` gives plain-text results by cell index (0-based, markdown cells counted).
    """
    marks = list(_CELL.finditer(source))
    cells: list[Cell] = []
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(source)
        body = source[mark.end() : end].strip("\n")
        index = len(cells)
        if mark[1]:
            cells.append(Cell(index, CellKind.MARKDOWN, re.sub(r"^# ?", "", body, flags=re.MULTILINE)))
            continue
        blanked = blank(body)
        text = (outputs or {}).get(index)
        saved = (Output("execute_result", text=text, mimes=("text/plain",)),) if text is not None else ()
        cells.append(
            Cell(
                index,
                CellKind.CODE,
                body,
                blanked.python,
                language=blanked.language,
                execution_count=index + 1,
                outputs=saved,
                magics=blanked.magics,
            )
        )
    return Notebook(name, tuple(cells))


def expected_places(notebook: Notebook) -> set[tuple[int, int]]:
    """(cell, line) of every line that ends in `# expect`."""
    return {
        (cell.index, number)
        for cell in notebook.cells
        for number, line in enumerate(cell.source.split("\n"), 1)
        if line.rstrip().endswith("# expect")
    }


def audit_text(
    source: str,
    outputs: Mapping[int, str] | None = None,
    *,
    checks: Iterable[Check] | None = None,
    tables: Path | None = None,
    name: str = "example.ipynb",
    facts: tuple[Fact, ...] | None = None,
) -> AuditResult:
    """The audit of a notebook from text (`notebook_from_text`).

    Args:
        checks: only these; by default all that are installed.
        tables: a folder of `*.rows` files that counts besides those that are installed.
        facts: what a run of the notebook is said to have found; None for no run.
    """
    notebook = notebook_from_text(source, outputs, name)
    wanted = None if checks is None else tuple(checks)
    run = NO_RUN if facts is None else RunResult(facts=facts)
    if tables is None:
        return audit_notebook(notebook, run=run, checks=wanted)
    with using(read_table(tables, "the tables under test", "tests")):
        return audit_notebook(notebook, run=run, checks=wanted)


def places_found(check: Check, example: Example, tables: Path | None = None) -> set[tuple[int, int]]:
    """(cell, line) where the check reports on the example, by the whole audit with no other check.

    Raises:
        AssertionError: a stage or check crashed.
    """
    result = audit_text(example.source, example.outputs, checks=(check,), tables=tables, facts=example.run)
    assert not result.failures, result.failures
    return {(finding.cell, finding.line) for finding in result.findings if finding.check == check.slug}


def complaint(check: Check, example: Example, tables: Path | None = None) -> str:
    """What is wrong with the check's answer to an example: `missing` and `noisy` places, "" where all is right."""
    expected = expected_places(notebook_from_text(example.source, example.outputs))
    found = places_found(check, example, tables)
    parts = [f"missing: cell {cell} line {line}" for cell, line in sorted(expected - found)]
    parts += [f"noisy: cell {cell} line {line}" for cell, line in sorted(found - expected)]
    return "; ".join(parts)


def assert_examples(check: Check, tables: Path | None = None) -> None:
    """The check reports each line marked `# expect` in its `flags`, and nothing else there or in its `passes`.

    Raises:
        AssertionError: it doesn't; the message names the examples and the places. Or it has fewer than one of each.
    """
    assert check.flags and check.passes, f"{check.slug}: it needs an example that is flagged and one that passes"
    wrong = []
    for example in (*check.flags, *check.passes):
        flagged = bool(expected_places(notebook_from_text(example.source, example.outputs)))
        if flagged != (example in check.flags):
            wrong.append(f"{example.title}: `# expect` must mark a line of each flagged example, and of no other")
            continue
        said = complaint(check, example, tables)
        if said:
            wrong.append(f"{example.title}: {said}")
    assert not wrong, f"{check.slug}: " + "; ".join(wrong)


def assert_tables(folder: Path) -> None:
    """Every row of the folder's `*.rows` files is good, and none defines again what nbaudit's own tables define.

    Raises:
        AssertionError: one isn't, or does; the message names file and line, or the name.
    """
    try:
        Tables(FOLDER, (read_table(folder, "the tables under test", folder.name),))
    except (TableError, PluginError) as error:
        raise AssertionError(str(error)) from None


def assert_format(format_: Format) -> None:
    """The format gives text for no notebook, an ordinary one and a hostile one, the same each time, without characters
    that hide or reorder text.

    What markup the text may hold is the format's own affair: look for `HOSTILE` in what it gives.

    Raises:
        AssertionError: it doesn't.
    """
    for audits in ((), (Audit(audit_text(_ORDINARY)),), (hostile_audit(),)):
        text = format_.render(audits, Context())
        assert isinstance(text, str), f"{format_.name}: it gives a {type(text).__name__} instead of text"
        assert text == format_.render(audits, Context()), f"{format_.name}: two renderings differ"
        plain = "\n".join(visible(line) for line in text.split("\n"))
        assert plain == text, f"{format_.name}: it lets hidden characters through; use `nbaudit.plugin.visible`"


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${{7*7}} [a](javascript:alert(3)) | "
    "::error::x =1+1 \u202egnp.exe\u2066 \u200b <!-- ]]> &amp;"
)
"""Text that bites in HTML, Markdown, spreadsheets and CI logs."""


def hostile_audit() -> Audit:
    """An audit in which everything that a notebook's author can reach holds `HOSTILE`: name, code, messages."""
    result = audit_text(_ORDINARY, name=HOSTILE + ".ipynb")
    findings = tuple(
        replace(
            finding,
            message=HOSTILE,
            instead=HOSTILE,
            columns=(HOSTILE,),
            evidence=tuple(replace(step, text=HOSTILE, source=HOSTILE) for step in finding.evidence),
        )
        for finding in result.findings
    )
    cells = tuple(replace(cell, source=f"{cell.source}\n# {HOSTILE}") for cell in result.notebook.cells)
    house = (HouseFinding("a-rule", "warning", Span(0, 1), HOSTILE, HOSTILE),)
    return Audit(
        replace(result, findings=findings, notebook=replace(result.notebook, cells=cells), house_rules=house),
    )


_ORDINARY = """
# %%
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
churn = pd.read_csv("churn.csv")
churn.info()
# %%
X = StandardScaler().fit_transform(churn.drop(columns="left"))
X_train, X_test, y_train, y_test = train_test_split(X, churn["left"])
model = LogisticRegression().fit(X_train, y_train)
print(model.score(X_test, y_test))
"""

"""The harness for checks: notebooks from text, and what a check says of an example. Public, for plug-ins too."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbaudit.checkers.base import Check, Example
from nbaudit.config import Config
from nbaudit.loading.magics import blank
from nbaudit.model.run import RunResult
from nbaudit.model.source import Cell, CellKind, Notebook, Output
from nbaudit.pipeline import audit_notebook

_CELL = re.compile(r"^# %%[ ]*(\[markdown\])?.*$", re.MULTILINE)


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


def places_found(check: Check, example: Example) -> set[tuple[int, int]]:
    """(cell, line) where the check reports on the example, by the whole audit.

    Raises:
        AssertionError: a stage or check crashed.
    """
    notebook = notebook_from_text(example.source, example.outputs)
    result = audit_notebook(notebook, Config(select=(check.slug,)), RunResult(facts=example.run))
    assert not result.failures, result.failures
    return {(finding.cell, finding.line) for finding in result.findings if finding.check == check.slug}


def complaint(check: Check, example: Example) -> str:
    """What is wrong with the check's answer to an example: `missing` and `noisy` places, "" where all is right."""
    expected = expected_places(notebook_from_text(example.source, example.outputs))
    found = places_found(check, example)
    parts = [f"missing: cell {cell} line {line}" for cell, line in sorted(expected - found)]
    parts += [f"noisy: cell {cell} line {line}" for cell, line in sorted(found - expected)]
    return "; ".join(parts)

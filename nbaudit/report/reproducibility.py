"""What the file itself says about whether the notebook can be run again: counts, tracebacks, a run where there was one.

These are no findings: none of the 30 issues is about them.
"""

from __future__ import annotations

from msgspec import Struct

from nbaudit.model.result import AuditResult
from nbaudit.model.source import Cell, CellKind, Notebook
from nbaudit.report.clean import one_line


class Mark(Struct, frozen=True):
    """One thing to know. `good` is True where it speaks for the notebook; `cells` are those concerned, by index."""

    text: str
    good: bool = False
    cells: tuple[int, ...] = ()


def marks(result: AuditResult) -> tuple[Mark, ...]:
    """All that can be told, the run first; empty where the notebook was never run and holds no traceback."""
    return (*_run(result), *_order(result.notebook), *_errors(result.notebook))


def _run(result: AuditResult) -> tuple[Mark, ...]:
    run = result.run
    if run is None:
        return ()
    found = []
    if run.missing:
        names = ", ".join(one_line(name, 60) for name in run.missing)
        found.append(Mark(f"The kernel of the run lacks packages that the notebook imports: {names}."))
    if run.failed is not None:
        found.append(Mark(f"The run stopped: the cell {one_line(run.failed.text, 300)}", cells=(run.failed.cell,)))
    elif run.ran:
        found.append(Mark(f"The run went through: {run.ran} code cells.", good=True))
    if run.changed:
        found.append(Mark("The run gave other outputs than the saved ones.", cells=run.changed))
    elif run.ran and run.failed is None:
        found.append(Mark("The run gave the saved outputs again.", good=True))
    return tuple(found)


def _order(notebook: Notebook) -> tuple[Mark, ...]:
    code = [cell for cell in notebook.cells if cell.kind is CellKind.CODE and cell.source.strip()]
    counted = [cell for cell in code if cell.execution_count is not None]
    if not counted:
        return (
            (Mark("Saved without execution counts: when and in which order the cells ran is not known."),)
            if code
            else ()
        )
    found = []
    late = _out_of_order(counted)
    if late:
        number = "A cell" if len(late) == 1 else f"{len(late)} cells"
        found.append(
            Mark(f"{number} last ran before a cell further up, so a run from top to bottom may differ.", cells=late)
        )
    else:
        found.append(Mark("The cells last ran in the order in which they stand.", good=True))
    left = tuple(cell.index for cell in code if cell.execution_count is None)
    if left:
        found.append(Mark(f"{_cells(len(left))} never ran while others did.", cells=left))
    highest = max(cell.execution_count or 0 for cell in counted)
    if highest > len(code) + 1:
        found.append(
            Mark(
                f"The counts go up to {highest} for {len(code)} code cells: cells ran more than once, or are gone. "
                "The variables may hold what no cell on the page gives."
            )
        )
    return tuple(found)


def _out_of_order(counted: list[Cell]) -> tuple[int, ...]:
    highest, late = 0, []
    for cell in counted:
        count = cell.execution_count or 0
        if count < highest:
            late.append(cell.index)
        highest = max(highest, count)
    return tuple(late)


def _errors(notebook: Notebook) -> tuple[Mark, ...]:
    found = []
    for cell in notebook.cells:
        for output in cell.outputs:
            if output.kind == "error":
                name = one_line(output.name, 60) or "an error"
                found.append(Mark(f"A traceback is saved in the output: {name}.", cells=(cell.index,)))
                break
    return tuple(found)


def _cells(number: int) -> str:
    return "One code cell" if number == 1 else f"{number} code cells"


__all__ = ["Mark", "marks"]

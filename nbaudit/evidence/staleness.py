"""Which cells' saved outputs stem from another order of the cells than the one on the page."""

from __future__ import annotations

from nbaudit.evidence.expressions import Reading
from nbaudit.model.source import Notebook
from nbaudit.patterns import regex

_NAME = regex(r"(?<![\w.])[A-Za-z_]\w*")


def stale_cells(notebook: Notebook, reading: Reading) -> frozenset[int]:
    """The cells that ran before an earlier cell which last defines a name that they use.

    Cells without an execution count are never stale, and neither are cells of notebooks that simply ran in order.
    """
    counts: dict[int, int] = {}
    highest = 0
    stale: set[int] = set()
    for cell in notebook.cells:
        if not cell.is_python or cell.execution_count is None:
            continue
        count = cell.execution_count
        if count < highest and cell.outputs and _uses_newer(cell.index, cell.python, count, counts, reading):
            stale.add(cell.index)
        counts[cell.index] = count
        highest = max(highest, count)
    return frozenset(stale)


def _uses_newer(index: int, source: str, count: int, counts: dict[int, int], reading: Reading) -> bool:
    """Whether a name of the cell was last defined, above it, by a cell that ran later."""
    for name in set(_NAME.findall(source)):
        homes = reading.homes(name)
        if index in homes:
            continue
        before = [home for home in homes if home < index and home in counts]
        if before and counts[before[-1]] > count:
            return True
    return False

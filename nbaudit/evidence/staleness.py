"""Which cells' saved outputs stem from another order or another version of the cells than the one on the page."""

from __future__ import annotations

import builtins
import re

from nbaudit.evidence.expressions import Reading
from nbaudit.model.source import Cell, Notebook
from nbaudit.patterns import regex

_NAME = regex(r"(?<![\w.])[A-Za-z_]\w*")
_ARROW = regex(r"^-{2,}> ?(?:<a [^<>\n]{0,400}>)?(\d{1,6})(?:</a>)? ?([^\n]{0,400})$", re.M)
_OF_CELL = regex(r"<ipython-input-|Cell In ?\[|ipykernel_\d|Input In |in <cell line: ")
_OF_NOTEBOOKS = frozenset({"get_ipython", "display", "exit", "quit", "In", "Out", "spark", "sc", "dbutils"})
_OF_PYTHON_2 = frozenset({"unicode", "xrange", "raw_input", "long", "basestring", "unichr", "reduce", "file", "cmp"})
_GIVEN = frozenset(dir(builtins)) | _OF_NOTEBOOKS | _OF_PYTHON_2
_BRINGS_ANY = regex(
    r"import \*|\bexec\(|globals\(\)|locals\(\)|^\s{0,8}[%!]\s*(?:run|load|store|pylab)\b|\bload_ext\b", re.M
)
"""What can give a notebook names that stand nowhere in it."""


def stale_cells(notebook: Notebook, reading: Reading) -> frozenset[int]:
    """The cells whose outputs are not those of the page as it stands.

    They ran before an earlier cell which last defines a name that they use, were changed since, as a traceback that
    quotes other code shows, or use a name that the notebook has nowhere. Cells without an execution count are stale
    only where a traceback says so.
    """
    counts: dict[int, int] = {}
    highest = 0
    stale: set[int] = set()
    names = _Names(notebook, reading)
    for cell in notebook.cells:
        if not cell.is_python:
            continue
        count = cell.execution_count
        if cell.outputs and (_quoted_otherwise(cell) or (count is not None and names.lacking(cell))):
            stale.add(cell.index)
        if count is None:
            continue
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


def _quoted_otherwise(cell: Cell) -> bool:
    """Whether a traceback quotes a line of the cell that it does not have (any more)."""
    for output in cell.outputs:
        if output.kind != "error":
            continue
        heading = _OF_CELL.search(output.text)
        arrow = _ARROW.search(output.text, heading.start()) if heading else None
        if arrow is not None and (quoted := arrow[2].strip()) and quoted not in cell.source:
            return True
    return False


class _Names:
    """The names that a notebook defines."""

    def __init__(self, notebook: Notebook, reading: Reading) -> None:
        self._sources = {cell.index: cell.python for cell in notebook.cells if cell.is_python}
        self._reading = reading
        self._open = any(_BRINGS_ANY.search(cell.source) for cell in notebook.cells if cell.is_python)
        self._known: dict[str, bool] = {}

    def lacking(self, cell: Cell) -> bool:
        """Whether a cell with a result to show reads a name at its left margin that nothing in the notebook defines."""
        if self._open or any(output.kind == "error" for output in cell.outputs):
            return False
        return any(not self._defined(name) for name in self._reading.read_names(cell.index))

    def _defined(self, name: str) -> bool:
        if name in _GIVEN or self._reading.homes(name):
            return True
        if name not in self._known:
            at = [index for index, source in self._sources.items() if name in source]
            self._known[name] = any(self._reading.binds(index, name) for index in at)
        return self._known[name]

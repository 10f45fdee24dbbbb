"""Does the notebook reproduce? Saved outputs beside those of the run, and what the saved execution counts tell."""

from __future__ import annotations

import re

from nbaudit.model.source import Cell, Notebook
from nbaudit.patterns import regex

_PASSING = regex(
    r"0x[0-9a-fA-F]+|\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|sec|seconds?|min|minutes?|it/s|s/it|B|[KMG]i?B)\b"
    r"|\d+:\d\d(?::\d\d)?(?:\.\d+)?|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S*|memory usage: .*|(?:CPU times|Wall time): .*"
    r"|/(?:[\w.+-]+/)+[\w.+-]*"
)
"""What differs from run to run without meaning: addresses, times, speeds, amounts of memory, paths."""
_NUMBER = regex(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_TOLERANCE = 1e-3
_TOO_LONG = 20_000


def changed_cells(saved: Notebook, fresh: Notebook, ran: frozenset[int]) -> tuple[int, ...]:
    """The cells of `ran` whose saved printed numbers (or texts without any) differ from the run's.

    Layout, which differs between versions of libraries, pictures and warnings are not compared; numbers are equal
    within a thousandth. A cell that was saved without output tells nothing.
    """
    return tuple(
        old.index
        for old, new in zip(saved.cells, fresh.cells, strict=True)
        if old.index in ran and _text(old) and _differ(_text(old), _text(new))
    )


def _text(cell: Cell) -> str:
    return "\n".join(
        output.text
        for output in cell.outputs
        if output.name != "stderr" and not output.truncated and not any(m.startswith("image/") for m in output.mimes)
    )


def _differ(old: str, new: str) -> bool:
    old, new = (_PASSING.sub(" ", text[:_TOO_LONG]) for text in (old, new))
    if old.split() == new.split():
        return False
    before, after = ([float(n.replace(",", "")) for n in _NUMBER.findall(text)] for text in (old, new))
    if not before and not after:
        return re.sub(r"\W+", "", old) != re.sub(r"\W+", "", new)
    if len(before) != len(after):
        # one of the two may be laid out with "..."
        return "..." not in old and "..." not in new
    return any(abs(a - b) > _TOLERANCE * max(abs(a), abs(b)) for a, b in zip(before, after, strict=True))


def out_of_order(notebook: Notebook) -> tuple[int, ...]:
    """The cells whose saved execution count is below that of a cell above them."""
    highest, found = 0, []
    for cell in notebook.cells:
        if cell.execution_count is not None:
            if cell.execution_count < highest:
                found.append(cell.index)
            highest = max(highest, cell.execution_count)
    return tuple(found)


def has_hidden_state(notebook: Notebook) -> bool:
    """Whether the saved counts skip numbers: cells ran that are gone now, or that ran again later."""
    counts = sorted(cell.execution_count for cell in notebook.cells if cell.execution_count is not None)
    return bool(counts) and counts != list(range(counts[0], counts[0] + len(counts)))

"""Where to write a comment that switches a finding off, so that it speaks of that finding's statement alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nbaudit.errors import UsageError
from nbaudit.loading.lexing import State, scan_line
from nbaudit.loading.notebook import loads
from nbaudit.loading.suppressions import find_suppressions
from nbaudit.model.source import Span


@dataclass(frozen=True, slots=True)
class Insertion:
    """`text` to be written into a cell at `line` (1-based) and `column` (0-based characters)."""

    line: int
    column: int
    text: str


def insertion(source: str, line: int, names: tuple[str, ...], reason: str) -> Insertion:
    """The comment for the statement that holds `line` (1-based) of a cell's source.

    It goes to the end of the line, behind a comment that is there; or to a later line of the statement where that one
    can't take a comment (it is inside a string, or goes on by a backslash).

    Raises:
        UsageError: no line of the statement can take one; a tag of the cell can do it.
    """
    comment = f"# nbaudit: ignore[{', '.join(names)}] {' '.join(reason.split())}".rstrip()
    lines = source.split("\n")
    state = State()
    for number, text in enumerate(lines, start=1):
        scanned = scan_line(text, state)
        state = scanned.after
        if number < line:
            continue
        if not (state.quote or state.joined) and text.strip():
            column = len(text.rstrip())
            found = Insertion(number, column, f"  {comment}")
            changed = [*lines[: number - 1], text[:column] + found.text + text[column:], *lines[number:]]
            if _covers("\n".join(changed), line, names):
                return found
        if state.at_start:
            break
    raise UsageError(f"line {line} can't take a comment; switch the finding off by a cell tag")


def _covers(source: str, line: int, names: tuple[str, ...]) -> bool:
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook = loads(json.dumps(document).encode("ascii"), "cell")
    # A name that is an issue or a check stands for both: `covers` takes either.
    return any(all(item.covers(Span(0, line), name, name) for name in names) for item in find_suppressions(notebook))

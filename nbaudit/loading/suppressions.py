"""Findings that the author switches off: `# nbaudit: ignore[SC-W] reason` comments and `nbaudit-ignore-SC-W` tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from nbaudit.loading.lexing import State, scan_line
from nbaudit.model.source import Cell, CellKind, Notebook, Span
from nbaudit.patterns import regex

_COMMENT = regex(r"#[ \t]*nbaudit:[ \t]*ignore(?![\w-])", re.IGNORECASE)
_SEPARATOR = regex(r"[,\s]+")
_TAG = "nbaudit-ignore"


class Suppression(Struct, frozen=True):
    """One comment or tag.

    `issues_or_checks` are codes and slugs as written, empty for all. `span` is the comment itself, or the first line's
    start for a tag. It speaks of the findings that begin on the lines `first_line` to `last_line` (1-based, inclusive;
    0 where no code follows), or of all findings of the cell where `whole_cell` is true.
    """

    issues_or_checks: tuple[str, ...]
    reason: str
    span: Span
    whole_cell: bool
    first_line: int = 0
    last_line: int = 0

    def covers(self, place: Span, issue: str, check: str) -> bool:
        """Whether a finding of `issue` and `check` at `place` is switched off; case doesn't matter."""
        if place.cell != self.span.cell:
            return False
        if not self.whole_cell and not self.first_line <= place.line <= self.last_line:
            return False
        wanted = {word.lower() for word in self.issues_or_checks}
        return not wanted or issue.lower() in wanted or check.lower() in wanted


def find_suppressions(notebook: Notebook) -> tuple[Suppression, ...]:
    """All suppressions, in the order of their cells and lines."""
    return tuple(item for cell in notebook.cells if cell.kind is CellKind.CODE for item in _in_cell(cell))


def _in_cell(cell: Cell) -> Iterator[Suppression]:
    yield from _in_tags(cell)
    if cell.is_python and "nbaudit" in cell.python.lower():
        yield from _in_comments(cell)


def _in_tags(cell: Cell) -> Iterator[Suppression]:
    for tag in cell.tags:
        prefix, rest = tag[: len(_TAG)].lower(), tag[len(_TAG) :]
        if prefix == _TAG and (not rest or (rest[0] == "-" and len(rest) > 1)):
            names = (rest[1:],) if rest else ()
            yield Suppression(names, "", Span(cell.index, 1, 0, 1, 0), True)


class _Row(Struct, frozen=True):
    """A physical line: the lines (1-based) of the logical line it is part of, its comment, and whether it has code."""

    first: int
    last: int
    column: int
    comment: str
    code: bool


def _in_comments(cell: Cell) -> Iterator[Suppression]:
    rows = _rows(cell.python)
    following: list[_Row | None] = []  # for each row the next one with code, filled from the end
    later: _Row | None = None
    for row in reversed(rows):
        following.append(later)
        later = row if row.code else later
    following.reverse()
    code_seen = False
    for number, (row, below) in enumerate(zip(rows, following, strict=True), start=1):
        code_seen = code_seen or row.code
        parsed = _parse(row.comment)
        if parsed is None:
            continue
        names, reason = parsed
        span = Span(cell.index, number, row.column, number, row.column + len(row.comment))
        target = row if row.code else below
        lines = (target.first, target.last) if target else (0, 0)
        yield Suppression(names, reason, span, not code_seen, *lines)


def _rows(python: str) -> list[_Row]:
    rows: list[_Row] = []
    pending: list[tuple[int, str, bool]] = []
    state = State()
    for number, line in enumerate(python.split("\n"), start=1):
        scanned = scan_line(line, state)
        code = bool(state.quote) or bool(line[: scanned.comment].strip())
        pending.append((scanned.comment, line[scanned.comment :], code))
        state = scanned.after
        if state.at_start:
            rows += _logical(pending, number)
            pending = []
    return rows + _logical(pending, len(rows) + len(pending))


def _logical(pending: list[tuple[int, str, bool]], last: int) -> list[_Row]:
    first = last - len(pending) + 1
    return [_Row(first, last, column, comment, code) for column, comment, code in pending]


def _parse(comment: str) -> tuple[tuple[str, ...], str] | None:
    """The words in brackets and the reason; None if the comment is no suppression or its brackets are faulty."""
    found = _COMMENT.search(comment)
    if found is None:
        return None
    rest = comment[found.end() :]
    if not rest.startswith("["):
        return (), rest.strip(" \t:-")
    inside, closed, reason = rest[1:].partition("]")
    names = tuple(word for word in _SEPARATOR.split(inside) if word)
    return (names, reason.strip(" \t:-")) if closed and names else None

"""Where a cell's lines stand in the text of the .ipynb file itself, for viewers that know nothing of cells."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from msgspec import Struct

from nbaudit.model.source import Span
from nbaudit.patterns import regex

_SPACE = regex(r"[ \t\r\n]*")
_CHARACTER = regex(r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_ENDS = frozenset(("\\n", "\n", "\\r", "\r", "\\u000a", "\\u000d"))
"""What ends a line of a cell, as `loading.notebook` sees it."""
Pieces = list[tuple[int, int]]
"""The raw offsets, start and end, of the strings that a cell's source is made of."""

_decode = json.JSONDecoder(strict=False).raw_decode


class Region(Struct, frozen=True):
    """1-based lines and columns in the raw file, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class RawLines:
    """Places in one raw notebook text.

    Only the cells that are asked for are read character by character.

    Raises:
        ValueError: the text is not JSON of a notebook's shape.
    """

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self._starts: list[int] | None = None
        if "\r" in raw:
            self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", raw))]
        self._pieces = _Scanner(raw).cells()
        self._cells: dict[int, list[list[int]]] = {}

    def region(self, span: Span) -> Region | None:
        """The raw place of a span; None where the cell or line is not in the file (as after a format upgrade)."""
        if not 0 <= span.cell < len(self._pieces):
            return None
        lines = self._lines(span.cell)
        last = max(span.end_line, span.line)
        if not 0 < span.line <= len(lines) or last > len(lines):
            return None
        first_line, last_line = lines[span.line - 1], lines[last - 1]
        if not first_line or not last_line:
            return None
        whole = not span.end_line or (last == span.line and span.end_column <= span.column)
        start = first_line[0 if whole else min(span.column, len(first_line) - 1)]
        end = last_line[len(last_line) - 1 if whole else min(span.end_column, len(last_line) - 1)]
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Region(line, column, end_line, end_column)

    def _lines(self, cell: int) -> list[list[int]]:
        """The raw offsets of the characters of each line of a cell, with one more for the line's end."""
        if cell not in self._cells:
            self._cells[cell] = _offsets(self._raw, self._pieces[cell])
        return self._cells[cell]

    def text(self, region: Region) -> str:
        """The raw text of a region that `region` gave."""
        return self._raw[self._offset(region.line, region.column) : self._offset(region.end_line, region.end_column)]

    def _place(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 1."""
        if self._starts is not None:
            line = bisect_right(self._starts, offset)
            return line, offset - self._starts[line - 1] + 1
        return self._raw.count("\n", 0, offset) + 1, offset - self._raw.rfind("\n", 0, offset)

    def _offset(self, line: int, column: int) -> int:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer("\n", self._raw))]
        return self._starts[line - 1] + column - 1


class _Scanner:
    """A walk over the raw text that decodes only what it must; everything else is skipped by the C decoder."""

    def __init__(self, raw: str) -> None:
        self.raw = raw

    def cells(self) -> list[Pieces]:
        found: list[Pieces] = []
        self._object(self._skip(1 if self.raw.startswith("\ufeff") else 0), found, ("cells", "worksheets"))
        return found

    def _object(self, at: int, found: list[Pieces], wanted: tuple[str, ...]) -> int:
        """Walk the object at `at`; lists under the wanted keys are walked for cells. Gives the offset behind it."""
        self._expect(at, "{")
        at = self._skip(at + 1)
        while self.raw[at : at + 1] != "}":
            key, at = self._string(at)
            at = self._skip(at)
            self._expect(at, ":")
            at = self._skip(at + 1)
            if key in wanted and self.raw[at : at + 1] == "[":
                at = self._list(at, found, ("cells",) if key == "worksheets" else ())
            else:
                _, at = self._value(at)
            at = self._next(at, "}")
        return at + 1

    def _list(self, at: int, found: list[Pieces], inner: tuple[str, ...]) -> int:
        at = self._skip(at + 1)
        while self.raw[at : at + 1] != "]":
            if inner:
                at = self._object(at, found, inner)
            else:
                at = self._cell(at, found)
            at = self._next(at, "]")
        return at + 1

    def _cell(self, at: int, found: list[Pieces]) -> int:
        if self.raw[at : at + 1] != "{":
            found.append([])
            return self._value(at)[1]
        pieces: Pieces = []
        at = self._skip(at + 1)
        while self.raw[at : at + 1] != "}":
            key, at = self._string(at)
            at = self._skip(at)
            self._expect(at, ":")
            at = self._skip(at + 1)
            if key in ("source", "input"):
                pieces, at = self._source(at)
            else:
                _, at = self._value(at)
            at = self._next(at, "}")
        found.append(pieces)
        return at + 1

    def _source(self, at: int) -> tuple[Pieces, int]:
        if self.raw[at : at + 1] == '"':
            _, end = self._string(at)
            return [(at + 1, end - 1)], end
        if self.raw[at : at + 1] != "[":
            return [], self._value(at)[1]
        pieces: Pieces = []
        at = self._skip(at + 1)
        while self.raw[at : at + 1] != "]":
            if self.raw[at : at + 1] == '"':
                _, end = self._string(at)
                pieces.append((at + 1, end - 1))
            else:
                _, end = self._value(at)
            at = self._next(end, "]")
        return pieces, at + 1

    def _next(self, at: int, closing: str) -> int:
        at = self._skip(at)
        if self.raw[at : at + 1] == ",":
            return self._skip(at + 1)
        self._expect(at, closing)
        return at

    def _string(self, at: int) -> tuple[str, int]:
        self._expect(at, '"')
        text, end = self._value(at)
        return str(text), end

    def _value(self, at: int) -> tuple[Any, int]:
        return _decode(self.raw, at)

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self.raw, at)
        return match.end() if match else at

    def _expect(self, at: int, character: str) -> None:
        if self.raw[at : at + 1] != character:
            raise ValueError(f"no notebook: {character!r} expected at offset {at}")


def _offsets(raw: str, pieces: Pieces) -> list[list[int]]:
    """The raw offset of each decoded character, by line of the cell; each line ends with the offset of its end."""
    lines: list[list[int]] = [[]]
    end = pieces[-1][1] if pieces else 0
    for start, stop in pieces:
        ended = raw.endswith("\\n", start, stop) and not raw.endswith("\\\\n", start, stop)
        plain = stop - 2 if ended else stop
        if not any(mark in raw[start:plain] for mark in "\\\n\r"):  # a line without escapes, as most are
            lines[-1].extend(range(start, plain))
            if ended:
                lines[-1].append(plain)
                lines.append([])
            continue
        for match in _CHARACTER.finditer(raw, start, stop):
            text = match[0]
            if text == "\\r" and raw.startswith("\\n", match.end()):
                continue  # a CRLF of the source is one line end
            lines[-1].append(match.start())
            if text.lower() in _ENDS:
                lines.append([])
    if pieces:
        lines[-1].append(end)
    return lines if pieces else [[]]

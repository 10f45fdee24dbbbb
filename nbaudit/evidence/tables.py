"""Printed pandas objects back into their parts: series text, frame text (also wrapped) and HTML tables."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from nbaudit.patterns import regex

if TYPE_CHECKING:
    from nbaudit.evidence.html_rows import HtmlCell

MOST_ROWS = 400
_TOKEN = regex(r"Unnamed: \d+|\S+")
_GAP = regex(r" {2,}")
_SIGNED = regex(r"[\d.]")
_SIZE = regex(r"(\d{1,12}) rows [x×] (\d{1,9}) columns")
_LENGTH = regex(r"Length: (\d{1,12})")
_DOTS = frozenset({"...", "..", "…"})


class Table(Struct, frozen=True):
    """A printed frame. `rows` and `width` are the true size where the print says it; `names` the names of the index."""

    columns: tuple[str, ...]
    index: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    names: tuple[str, ...] = ()
    rows: int | None = None
    width: int | None = None
    complete: bool = True

    def column(self, name: str) -> tuple[str, ...]:
        place = self.columns.index(name)
        return tuple(row[place] for row in self.cells)

    def transposed(self) -> Table:
        cells = tuple(zip(*self.cells, strict=True))
        return Table(self.index, self.columns, cells, complete=self.complete)


class Series(Struct, frozen=True):
    """A printed series: keys (levels of a MultiIndex joined by ", ") and values as text."""

    keys: tuple[str, ...]
    values: tuple[str, ...]
    name: str = ""
    dtype: str = ""
    header: str = ""
    length: int | None = None
    complete: bool = True


def dtype_line(line: str) -> bool:
    """Whether `line` is the last line of a printed series."""
    if "dtype: " not in line:
        return False
    return line.startswith(("dtype: ", "Name: ", "Length: ", "Freq: "))


def _footer(line: str) -> tuple[str, str, int | None]:
    """The name, dtype and length that a series' last line says."""
    head, _, dtype = line.rpartition("dtype: ")
    length = _LENGTH.search(head)
    name = ""
    if "Name: " in head:
        name = head.split("Name: ", 1)[1]
        name = name.split(", Length: ", 1)[0].rstrip(" ").rstrip(",")
    return name, dtype.strip(), int(length[1]) if length else None


def read_series(text: str) -> Series | None:
    """The series that `text` is, from its first line to its dtype line; None where it has none."""
    lines = text.rstrip().split("\n")
    end = next((place for place, line in enumerate(lines) if dtype_line(line)), -1)
    if end < 1:
        return None
    name, dtype, length = _footer(lines[end])
    header, body = "", [line for line in lines[:end] if line.strip()]
    numeric = dtype.lower().startswith(("int", "float", "uint", "bool"))
    if body and _is_header(body[0], numeric):
        header, body = body[0], body[1:]
    keys, values, complete = _series_rows(header, body, numeric)
    return Series(tuple(keys), tuple(values), name, dtype, header.strip(), length, complete)


def _is_header(line: str, numeric: bool) -> bool:
    tokens = line.split()
    if len(tokens) == 1:
        return tokens[0] not in _DOTS
    if not numeric:
        return False
    return not value_like(tokens[-1]) and tokens[-1] not in _DOTS


def value_like(token: str) -> bool:
    """Whether a token can be a value of a numeric or boolean series."""
    return (
        token[-1].isdigit()
        or token in {"True", "False", "NaN", "nan", "inf", "-inf", "<NA>", "..."}
        or token[-1] == "."
    )


def _series_rows(header: str, body: list[str], numeric: bool) -> tuple[list[str], list[str], bool]:
    starts = [match.start() for match in re.finditer(r"\S+(?: \S+)*", header)] if header else []
    levels = len(starts)
    keys: list[str] = []
    values: list[str] = []
    complete = True
    last: list[str] = [""] * levels
    # A key that begins with a blank is printed with it; numbers have one where others have a sign, and the first line
    # where `print` put it after another value.
    blanks = levels < 2 and sum(line[:1] == " " for line in body) > 1
    for line in body:
        stripped = line.strip()
        if not stripped.strip(". "):
            complete = False
            continue
        row = line.rstrip() if blanks and not _SIGNED.match(stripped) else stripped
        key, _, value = row.rpartition(" ") if numeric else _split_text(row)
        if levels > 1:
            indent = len(line) - len(line.lstrip())
            key = " " * indent + key
            parts = [key[a:b].strip() for a, b in zip(starts, [*starts[1:], len(key) + 1], strict=True)]
            if parts[0]:
                last = [""] * levels
            last = [part or before for part, before in zip(parts, last, strict=True)]
            key = ", ".join(last)
        keys.append(key.strip() if levels > 1 else key.rstrip())
        values.append(value.strip())
    return keys, values, complete


def _split_text(line: str) -> tuple[str, str, str]:
    match = _GAP.search(line, len(line) - len(line.lstrip()))
    return (line[: match.start()], " ", line[match.end() :]) if match else (line, "", "")


def frame_extent(lines: list[str], start: int) -> int:
    """The line after the frame whose header is `lines[start]`, or `start` where there is none.

    Rows are recognised by their width: all lines of a frame's text are padded to the same one.
    """
    place = start
    while True:
        end = _chunk_extent(lines, place)
        if end == place:
            return start if place == start else place
        wrapped = lines[place].rstrip().endswith("\\")
        blank = end < len(lines) and not lines[end].strip()
        if wrapped and blank and end + 1 < len(lines):
            place = end + 1
            continue
        if blank and end + 1 < len(lines) and lines[end + 1].startswith("[") and _SIZE.search(lines[end + 1][:60]):
            end += 2
        return end


def _chunk_extent(lines: list[str], start: int) -> int:
    header = lines[start].rstrip("\\ ")
    width = len(header)
    if not header or width < 3:
        return start
    place = start + 1
    if place < len(lines) and 0 < len(lines[place].rstrip()) < width and lines[place][0] != " ":
        first = len(header) - len(header.lstrip())
        if len(lines[place].rstrip()) <= max(first, 1) and place + 1 < len(lines):
            place += 1
    first_row = place
    while place < len(lines) and place - start < MOST_ROWS and len(lines[place].rstrip("\\ ")) == width:
        place += 1
    return place if place > first_row else start


def read_frame(text: str) -> Table | None:
    """The frame that `text` is, of one or several wrapped chunks; None where its columns can't be told apart."""
    lines = text.split("\n")
    size = _SIZE.search(text[-300:]) if "columns" in text[-300:] else None
    chunks: list[Table] = []
    chunk: list[str] = []
    for line in [*lines[: MOST_ROWS * 4], ""]:
        if line.strip() and not (line.startswith("[") and _SIZE.search(line[:60])):
            chunk.append(line)
        elif chunk:
            table = _read_chunk(chunk)
            if table is None or (chunks and len(table.cells) != len(chunks[0].cells)):
                return None
            chunks.append(table)
            chunk = []
    if not chunks:
        return None
    cells = tuple(sum((chunk.cells[row] for chunk in chunks), ()) for row in range(len(chunks[0].cells)))
    columns = sum((chunk.columns for chunk in chunks), ())
    return _trimmed(columns, chunks[0].index, cells, chunks[0].names, size)


def _trimmed(
    columns: tuple[str, ...],
    index: tuple[str, ...],
    cells: tuple[tuple[str, ...], ...],
    names: tuple[str, ...],
    size: re.Match[str] | None,
) -> Table:
    """The table without its rows and columns of dots; these make it incomplete."""
    wide = [
        place for place, name in enumerate(columns) if not (name in _DOTS and all(r[place] in _DOTS for r in cells))
    ]
    long = [place for place, row in enumerate(cells) if not row or not all(cell in _DOTS for cell in row)]
    complete = len(wide) == len(columns) and len(long) == len(cells)
    if not complete:
        columns = tuple(columns[place] for place in wide)
        index = tuple(index[place] for place in long)
        cells = tuple(tuple(cells[row][place] for place in wide) for row in long)
    rows, width = (int(size[1]), int(size[2])) if size else (None, None)
    complete = complete and (rows is None or rows <= len(cells)) and (width is None or width <= len(columns))
    return Table(columns, index, cells, names, rows, width, complete)


def _read_chunk(lines: list[str]) -> Table | None:
    header, rows = lines[0].rstrip().rstrip("\\").rstrip(), [line.rstrip() for line in lines[1:]]
    names: tuple[str, ...] = ()
    tokens = list(_TOKEN.finditer(header))
    if not tokens or not rows:
        return None
    first = next((token.start() for token in tokens if token.start() > 0), 0)
    if len(rows) > 1 and len(rows[0]) <= first and len(rows[1]) > first:
        names, rows = tuple(_GAP.split(rows[0].strip())), rows[1:]
    ends = _column_ends(tokens, rows)
    if not ends or any(len(row) > ends[-1] for row in rows):
        return None
    start = _index_end(header, rows, ends[0])
    edges = [start, *ends]
    spans = list(pairwise(edges))
    # a saved index's name holds a space, which looks like the gap behind the index
    unnamed = {token.end(): token[0] for token in tokens if token[0].startswith("Unnamed: ")}
    columns = tuple(unnamed.get(b) or header[a:b].strip() for a, b in spans)
    cells = tuple(tuple(row[a:b].strip() for a, b in spans) for row in rows)
    index = tuple(", ".join(_GAP.split(row[:start].strip())) for row in rows)
    return Table(columns, index, cells, names)


def _column_ends(tokens: list[re.Match[str]], rows: list[str]) -> list[int]:
    """Where columns end: the ends of header words below which the rows end a value too and then have a space."""
    ends: list[int] = []
    for token in tokens:
        end = token.end()
        if token.start() == 0 and len(tokens) > 1:
            continue
        if any(len(row) > end and row[end] != " " for row in rows):
            continue
        if 2 * sum(len(row) >= end and row[end - 1] != " " for row in rows) >= len(rows):
            ends.append(end)
    return ends


def _index_end(header: str, rows: list[str], end: int) -> int:
    """Where the index stops: the last place before the first column's end that is blank in every line."""
    lines = [header, *rows]
    for place in range(end - 1, 0, -1):
        if all(place >= len(line) or line[place] == " " for line in lines):
            return place
    return 0


_CELL = regex(r"<(tr|th|td|/thead)\b([^<>]*)>([^<]*)(</t[hd])?")
_SPAN = regex(r"(col|row)span=['\"]?(\d{1,3})")


def _rows(table: str) -> tuple[list[list[HtmlCell]], int]:
    """The rows that have cells, and how many of them are the head.

    pandas' own tables have plain text in their cells, and one pattern reads these ten times as fast as the parser,
    which takes over at the first cell with markup in it.
    """
    rows: list[list[HtmlCell]] = []
    heads = 0
    for tag, attributes, text, closed in _CELL.findall(table):
        if tag == "tr":
            rows.append([])
        elif tag == "/thead":
            heads = heads or sum(1 for row in rows if row)
        elif not closed or not rows:
            from nbaudit.evidence.html_rows import HtmlRows  # late: few tables need the parser

            parser = HtmlRows()
            parser.feed(table)
            return [row for row in parser.rows if row], parser.heads or 1
        else:
            spans = {kind: int(count) for kind, count in _SPAN.findall(attributes)} if "span=" in attributes else {}
            if "&" in text:
                from html import unescape  # late, as the parser

                text = unescape(text)
            rows[-1].append((text.strip(), tag == "th", spans.get("col", 1), spans.get("row", 1)))
    return [row for row in rows if row], heads or 1


def read_html(html: str) -> Table | None:
    """The first pandas table of `html`, None where there is none."""
    start = html.find("<table")
    if start < 0 or not ("dataframe" in html[start : start + 200] or 'id="T_' in html[start : start + 200]):
        return None
    end = html.find("</table>", start)
    rows, heads = _rows(html[start : end if end > 0 else len(html)][:400_000])
    body = _spread(rows[heads : heads + MOST_ROWS])
    top = rows[:heads]
    if not top or not body:
        return None
    levels = _index_levels(body, top)
    names: tuple[str, ...] = ()
    if len(top) > 1 and not any(text for text, *_ in _flat(top[-1])[levels:]):
        names = tuple(text for text, *_ in _flat(top[-1])[:levels] if text)
        top = top[:-1]
    columns = _columns(top, levels)
    width = len(columns)
    if width == 0 or any(len(row) != levels + width for row in body):
        return None
    cells = tuple(tuple(cell[0] for cell in row[levels:]) for row in body)
    index = tuple(", ".join(cell[0] for cell in row[:levels]) for row in body)
    size = _SIZE.search(html[end : end + 300]) if end > 0 else None
    return _trimmed(columns, index, cells, names, size)


def _flat(row: list[HtmlCell]) -> list[HtmlCell]:
    return [cell for cell in row for _ in range(min(cell[2], 200))]


def _spread(rows: list[list[HtmlCell]]) -> list[list[HtmlCell]]:
    """The rows with leading cells of several rows repeated."""
    out: list[list[HtmlCell]] = []
    held: dict[int, tuple[int, HtmlCell]] = {}
    for row in rows:
        if not held and not any(cell[2] > 1 or cell[3] > 1 for cell in row):
            out.append(row)
            continue
        full: list[HtmlCell] = []
        rest = iter(_flat(row))
        while True:
            place = len(full)
            left, cell = held.get(place, (0, ("", True, 1, 1)))
            if left > 0:
                held[place] = (left - 1, cell)
                full.append(cell)
                continue
            following = next(rest, None)
            if following is None:
                break
            if following[3] > 1:
                held[place] = (following[3] - 1, following)
            full.append(following)
        held = {place: pair for place, pair in held.items() if pair[0] > 0}
        out.append(full)
    return out


def _index_levels(body: list[list[HtmlCell]], top: list[list[HtmlCell]]) -> int:
    levels = 0
    for cell in body[0]:
        if not cell[1]:
            break
        levels += 1
    if levels == len(body[0]):
        return 1
    # Some tools rewrite the index's headings as plain cells.
    return levels or int(not top[-1][0][0])


def _columns(top: list[list[HtmlCell]], levels: int) -> tuple[str, ...]:
    flat = [[cell[0] for cell in _flat(row)][levels:] for row in top]
    width = min(len(row) for row in flat)
    return tuple(", ".join(row[place] for row in flat if row[place]) for place in range(width))

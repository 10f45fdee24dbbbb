"""Reads the cells of an HTML table with the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser

HtmlCell = tuple[str, bool, int, int]
"""The text, whether it is a heading, columns and rows that the cell takes."""


class HtmlRows(HTMLParser):
    """Collects the rows of the first table: per cell its text, its spans and whether it is a heading."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[HtmlCell]] = []
        self.heads = 0
        self._in_head = False
        self._cell: list[str] | None = None
        self._kind = (False, 1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            spans = {name: _span(value) for name, value in attrs if name in ("colspan", "rowspan")}
            self._cell = []
            self._kind = (tag == "th", spans.get("colspan", 1), spans.get("rowspan", 1))
        elif tag == "tr":
            self.rows.append([])
            self.heads += self._in_head
        elif tag == "thead":
            self._in_head = True
        elif tag == "tbody":
            self._in_head = False

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.rows:
            self.rows[-1].append(("".join(self._cell).strip(), *self._kind))
            self._cell = None
        elif tag == "thead":
            self._in_head = False


def _span(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 4 else 1

"""The notebook as it was written: cells, outputs and places in them. Standard library only."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class CellKind(str, Enum):
    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


class Span(Struct, frozen=True, order=True):
    """A stretch of one cell's source.

    `cell` is 0-based and counts markdown cells; `line` and `end_line` are 1-based in the cell; `column` and
    `end_column` are 0-based characters, the end exclusive.
    """

    cell: int
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class Output(Struct, frozen=True):
    """One saved output of a code cell.

    `kind` is nbformat's output_type: "stream", "execute_result", "display_data" or "error". `name` is "stdout" or
    "stderr" for streams and the exception's name for errors. `text` is the stream's text, the text/plain form or the
    traceback (terminal colours removed); `html` is the text/html form where there is one. Both are cut at a fixed
    number of characters (`truncated`). `mimes` lists all forms that the output has.
    """

    kind: str
    name: str = ""
    text: str = ""
    html: str = ""
    mimes: tuple[str, ...] = ()
    truncated: bool = False


class Magic(Struct, frozen=True):
    """An IPython line or cell magic, shell line or help line, blanked out of `Cell.python`.

    `name` is "%matplotlib", "%%time", "!" or "?"; `line` is 1-based in the cell; `text` is all that follows the name.
    """

    name: str
    line: int
    text: str


class Cell(Struct, frozen=True):
    """One cell. `python` has the same lines and columns as `source`, with everything that is not Python blanked."""

    index: int
    kind: CellKind
    source: str
    python: str = ""
    id: str | None = None
    language: str = "python"
    execution_count: int | None = None
    outputs: tuple[Output, ...] = ()
    tags: tuple[str, ...] = ()
    magics: tuple[Magic, ...] = ()

    @property
    def is_python(self) -> bool:
        return self.kind is CellKind.CODE and self.language == "python"


class Note(Struct, frozen=True):
    """Something the loader or the parser has to say: `cell` is None where it concerns the whole notebook."""

    cell: int | None
    text: str


class Notebook(Struct, frozen=True):
    """A loaded notebook. `name` is how the user named it (a relative path or "<stdin>"), never made absolute."""

    name: str
    cells: tuple[Cell, ...]
    language: str = "python"
    kernel: str = ""
    nbformat: tuple[int, int] = (4, 5)
    notes: tuple[Note, ...] = ()

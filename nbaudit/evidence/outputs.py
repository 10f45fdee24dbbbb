"""The saved outputs of a notebook as facts."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbaudit.evidence.align import Printed, align, split_values
from nbaudit.evidence.blocks import blocks, form_of
from nbaudit.evidence.expressions import Reading, Shows
from nbaudit.evidence.piece import NO_HOLE, Form, Hole, Piece
from nbaudit.evidence.readers import read_piece
from nbaudit.evidence.readers.keras_log import Logs
from nbaudit.evidence.staleness import stale_cells
from nbaudit.evidence.tables import dtype_line
from nbaudit.model.facts import Fact
from nbaudit.model.source import Cell, Notebook, Output

_PICTURES = ("<Figure ", "<matplotlib", "<Axes", "<IPython.core", "[<matplotlib", "<seaborn", "Text(", "[Text(")


def read_outputs(notebook: Notebook) -> tuple[Fact, ...]:
    """All facts of the saved outputs, in order of cell, output and place in it.

    `expression` is the source text of what printed the fact where that is known (with a user function's parameters
    replaced by the call's arguments). Facts of outputs that seem to stem from another order or version of the code are
    `stale`. No output makes it fail; its time is linear in the size of outputs.
    """
    reading = Reading(notebook)
    stale = stale_cells(notebook, reading)
    facts: list[Fact] = []
    for cell in notebook.cells:
        if cell.is_python and any(_speaks(output) for output in cell.outputs):
            # Warnings and tracebacks need no expressions, and parsing costs most of the time.
            valued = any(o.kind != "error" and o.name != "stderr" and _speaks(o) for o in cell.outputs)
            logs = Logs()
            here: list[Fact] = []
            for piece in _pieces(cell, reading.shows(cell) if valued else Shows()):
                old = piece.stale or cell.index in stale
                for fact in read_piece(replace(piece, stale=True) if old and not piece.stale else piece):
                    logs.join(fact, piece.text, here)
            logs.finish(here)
            here.sort(key=lambda fact: fact.output)  # a log stands where its last piece does
            facts.extend(here)
    return tuple(facts)


def _speaks(output: Output) -> bool:
    return bool(output.text or output.html) and not output.text.startswith(_PICTURES)


def _pieces(cell: Cell, shows: Shows) -> Iterator[Piece]:
    results = _results(cell, shows)
    at = 0
    for place, output in enumerate(cell.outputs):
        if not _speaks(output):
            continue
        if output.kind == "error":
            yield Piece(cell.index, place, Form.TRACEBACK, output.text, label=output.name)
        elif output.kind == "stream" and output.name == "stderr":
            yield Piece(cell.index, place, Form.STDERR, output.text)
        elif output.kind == "stream":
            found = blocks(output.text)
            aligned, at = align(found, shows.templates, at)
            last = len(found) - 1
            for number, (block, values) in enumerate(zip(found, aligned, strict=True)):
                cut = output.truncated and number == last
                line = block.text if block.form is Form.LINE else ""
                for value in values:
                    yield from _split(_printed(cell.index, place, block.form, value, not cut, line))
        elif output.kind in ("execute_result", "display_data"):
            hole, stale = results.get(place, (NO_HOLE, False))
            text = output.text.strip("\n")
            if hole is NO_HOLE and "Total params" in text[:80]:
                hole = _summary(shows)
            form = Form.FRAME if _has_frame(output) else form_of(text)
            whole = not output.truncated
            piece = Piece(cell.index, place, form, text, hole, "", output.html, whole, stale, True)
            yield from _split(piece)


def _summary(shows: Shows) -> Hole:
    """The only summary of a network that a cell prints; some front ends save it as displayed text in pieces."""
    found = {hole for template in shows.templates for hole in template.holes if hole.chain[:1] == ("summary",)}
    return found.pop() if len(found) == 1 else NO_HOLE


def _has_frame(output: Output) -> bool:
    if "<table" not in output.html or output.text.startswith("Model: "):
        return False
    if "dtype:" in output.text[-200:] and output.text.rstrip().rsplit("\n", 1)[-1].find("dtype: ") >= 0:
        return False
    return "dataframe" in output.html or 'id="T_' in output.html


def _printed(cell: int, output: int, form: Form, value: Printed, whole: bool, line: str) -> Piece:
    return Piece(cell, output, form, value.text, value.hole, value.label, complete=whole, line=line)


def _split(piece: Piece) -> list[Piece]:
    """A printed tuple as its members: `df.shape, X.shape` has two shapes to tell."""
    members = piece.hole.elements
    text = piece.text.strip()
    if members and text[:1] == "(" and "dtype: " in text:
        return _series_of(piece, members, text)
    if not members or piece.form not in (Form.LINE, Form.ARRAY):
        return [piece]
    values = split_values(text[1:-1]) if text[:1] == "(" and text[-1:] == ")" else []
    if len(values) != len(members):
        return [piece]
    return [piece.with_text(value, member) for value, member in zip(values, members, strict=True)]


def _series_of(piece: Piece, members: tuple[Hole, ...], text: str) -> list[Piece]:
    """The series of a printed tuple, and what stands on a line between: a series ends with its dtype.

    Lines below the first are indented by a blank.
    """
    found: list[tuple[Form, str]] = []
    series: list[str] = []
    for line in text[1:].removesuffix(")").split("\n"):
        series.append(line[1:] if line.startswith(" ") else line)
        ended = dtype_line(series[-1])
        if ended or (len(series) == 1 and line.endswith(",")):
            found.append((Form.SERIES if ended else Form.LINE, "\n".join(series).removesuffix(",")))
            series = []
    if series or len(found) != len(members):
        return [piece]
    pairs = zip(found, members, strict=True)
    return [replace(piece.with_text(each, member), form=form) for (form, each), member in pairs]


def _results(cell: Cell, shows: Shows) -> dict[int, tuple[Hole, bool]]:
    """Per place of a shown object its expression, and whether the source can't have given it."""
    shown = [place for place, output in enumerate(cell.outputs) if output.kind == "execute_result"]
    out: dict[int, tuple[Hole, bool]] = {}
    if len(shown) == 1:
        impossible = shows.sure and shows.ends_bare and not cell.magics
        hole = shows.results[-1] if shows.results and not shows.ends_bare else NO_HOLE
        out[shown[0]] = (hole, impossible)
    elif len(shown) == len(shows.results):
        out.update((place, (hole, False)) for place, hole in zip(shown, shows.results, strict=True))
    elif shown and shows.results and not shows.ends_bare:
        out[shown[-1]] = (shows.results[-1], False)
    displayed = [
        place for place, output in enumerate(cell.outputs) if output.kind == "display_data" and _speaks(output)
    ]
    if not shown and not shows.displays and len(displayed) == 1 and shows.results and not shows.ends_bare:
        # Some front ends save a cell's result as displayed data.
        out[displayed[0]] = (shows.results[-1], False)
    elif len(displayed) == len(shows.displays):
        out.update((place, (hole, False)) for place, hole in zip(displayed, shows.displays, strict=True))
    return out

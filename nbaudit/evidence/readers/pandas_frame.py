"""Printed frames, HTML first and text where there is none: missing tables, describe, corr, counts, or a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbaudit.evidence.piece import Piece, keep, leads_to, number
from nbaudit.evidence.readers.confusion import confusion_of_table
from nbaudit.evidence.readers.describe import describe_of_table
from nbaudit.evidence.readers.missing import missing_of_table
from nbaudit.evidence.readers.pandas_series import PARTIAL, THROUGH, counted
from nbaudit.evidence.tables import Table, read_frame, read_html
from nbaudit.model.facts import Correlations, Counts, Dtypes, Fact, Sample, ShapeFact, Uniques
from nbaudit.patterns import regex

_CROSSED = regex(r"(?s)crosstab\([^,]*?(\w+)\W*,[^,]*?(\w+)[^\w,]*(?:,|\)\s*$)")
"""The names of what is crossed with what."""
_PARTS = frozenset({"head", "tail", "sample", "describe", "nlargest", "nsmallest"})


def read_table(piece: Piece) -> Sequence[Fact]:
    if piece.text.startswith("Empty DataFrame"):
        return (ShapeFact(**piece.base(), rows=0),)
    table = read_html(piece.html) if piece.html else None
    if table is None and _is_frame(piece):
        table = read_frame(piece.text)
    if table is None or not table.columns:
        return ()
    return (
        confusion_of_table(piece, table)
        or missing_of_table(piece, table)
        or describe_of_table(piece, table)
        or _correlations(piece, table)
        or _counts(piece, table)
        or _of_columns(piece, table)
        or _sample(piece, table)
    )


def _is_frame(piece: Piece) -> bool:
    """False for other text in columns: a model's summary, JSON, what tabs part."""
    if piece.chain[:1] in (("summary",), ("dumps",), ("join",)) or "\t" in piece.text:
        return False
    lines = piece.text.rstrip().split("\n", 12)[:12]
    return not all(line.rstrip().endswith((",", "{", "[")) for line in lines[:-1])


def _base(piece: Piece, complete: bool, table: Table | None = None) -> dict[str, Any]:
    """As `Piece.base`, with the header of the text form as quote; of a styled table, which has none, its first rows."""
    if table is not None and piece.text.startswith("<"):
        rows = [" ".join((key, *row)).strip() for key, row in zip(table.index[:3], table.cells, strict=False)]
        return piece.base(" | ".join([" ".join(table.columns), *rows]), complete)
    return piece.base(piece.text.split("\n", 1)[0], complete)


def _correlations(piece: Piece, table: Table) -> Sequence[Fact]:
    place = leads_to(
        piece.chain, frozenset({"corr"}), THROUGH | {"abs", "background_gradient", "format", "set_precision"}
    )
    square = (
        len(table.columns) > 1 and table.columns == table.index and table.cells[0][0] in ("1.000000", "1.0", "1.00")
    )
    if not (square or place >= 0):
        return ()
    rows = zip(table.index, table.cells, strict=True)
    by_row = {name: keep(zip(table.columns, (number(cell) for cell in row), strict=True)) for name, row in rows}
    pairs = {column: {name: row[column] for name, row in by_row.items() if column in row} for column in table.columns}
    complete = table.complete and PARTIAL.isdisjoint(piece.chain[:place] if place >= 0 else piece.chain[:3])
    return (Correlations(**_base(piece, complete, table), pairs=pairs),)


def _keyed(table: Table) -> dict[str, float]:
    """Key -> number of a frame of one column, or of two with the keys in the first; {} for others."""
    if len(table.columns) == 1:
        return keep((key, number(row[0])) for key, row in zip(table.index, table.cells, strict=True))
    if len(table.columns) <= 4 and all(number(row[-1]) is not None for row in table.cells):
        return keep((", ".join(row[:-1]), number(row[-1])) for row in table.cells)
    return {}


def _most(table: Table) -> dict[str, float]:
    """Key -> the largest count of a row: a column without gaps counts all of a group's rows."""
    rows = ((key, [number(cell) for cell in row]) for key, row in zip(table.index, table.cells, strict=True))
    return keep((key, max((n for n in numbers if n is not None), default=None)) for key, numbers in rows)


def _crossed(piece: Piece, table: Table) -> Sequence[Fact]:
    """`crosstab`: the number of rows per key of the index, and per column."""
    if any(link.startswith(("normalize=", "aggfunc=")) for link in piece.chain) or not table.complete:
        return ()
    by_row = {key: keep(zip(table.columns, map(number, row), strict=True))
              for key, row in zip(table.index, table.cells, strict=True) if key != "All"}  # fmt: skip
    sums = {key: sum(n for name, n in row.items() if name != "All") for key, row in by_row.items()}
    across: dict[str, float] = {}
    for row in by_row.values():
        for name, n in row.items():
            if name != "All":
                across[name] = across.get(name, 0.0) + n
    named = _CROSSED.search(piece.hole.expression)
    if named is None or len(table.names) > 1:
        return ()
    base = _base(piece, True, table)
    rows = Counts(**base, counts=sums, column=table.names[0] if table.names else named[1])
    return (rows, Counts(**base, counts=across, column=named[2])) if len(across) > 1 else (rows,)


def _counts(piece: Piece, table: Table) -> Sequence[Fact]:
    crossed = leads_to(piece.chain, frozenset({"crosstab"}), THROUGH)
    if crossed >= 0:
        return _crossed(piece, table)
    links = counted(piece)
    if links is None or "unstack" in links:
        return ()
    values = _most(table) if "count" in links and len(table.columns) > 1 else _keyed(table)
    if not values:
        return ()
    share = "normalize=True" in piece.chain or "/" in links
    if share and ("*" in links or any(value > 1.0000001 for value in values.values())):
        values = {key: value / 100 for key, value in values.items()}
    complete = table.complete and not PARTIAL.intersection(links)
    listed = table.columns[1:] if table.columns[0] == "index" else table.columns[:-1]
    named = table.names or listed or tuple(name for name in table.columns if name != "count")
    return (Counts(**_base(piece, complete, table), counts=values, share=share, column=", ".join(named)),)


def _of_columns(piece: Piece, table: Table) -> Sequence[Fact]:
    """`dtypes` or `nunique()` made a frame."""
    if len(table.columns) > 2:
        return ()
    place = leads_to(piece.chain, frozenset({"dtypes", "nunique"}), THROUGH)
    if place < 0 or "groupby" in piece.chain:
        return ()
    complete = table.complete and not PARTIAL.intersection(piece.chain[:place])
    if piece.chain[place] == "nunique":
        return (
            Uniques(
                **_base(piece, complete, table), counts={key: int(n) for key, n in _keyed(table).items() if n == n}
            ),
        )
    names = table.index if len(table.columns) == 1 else table.column(table.columns[0])
    found = dict(zip(names, (row[-1] for row in table.cells), strict=True))
    return (Dtypes(**_base(piece, complete, table), dtypes=found),)


def _sample(piece: Piece, table: Table) -> Sequence[Fact]:
    # Aligned lines of a stream that no expression is known for may be anything, an installer's progress among them.
    if not piece.result and not piece.chain:
        return ()
    base = _base(piece, table.complete, table)
    width = None if table.complete else table.width
    sample = Sample(**base, columns=table.columns, index=table.index, cells=table.cells, width=width)
    if table.rows is None or not _PARTS.isdisjoint(piece.chain[:1]):
        return (sample,)
    quote = f"[{table.rows} rows x {table.width} columns]"
    return (sample, ShapeFact(**piece.base(quote), rows=table.rows, columns=table.width))

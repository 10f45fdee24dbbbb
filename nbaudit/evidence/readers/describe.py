"""`describe()` of frames (also transposed, also of words) and series; known by its statistics, not by its call."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, number
from nbaudit.evidence.tables import Series, Table
from nbaudit.model.facts import Describe, Fact

_NUMERIC = frozenset({"count", "mean", "min", "max"})
_WORDS = frozenset({"count", "unique", "top", "freq"})


def _is_described(names: tuple[str, ...]) -> bool:
    found = set(names)
    return "count" in found and (found >= _NUMERIC or found >= _WORDS or {"mean", "std"} <= found)


def _value(text: str) -> float | str:
    value = number(text)
    return text if value is None else value


def describe_of_table(piece: Piece, table: Table) -> Sequence[Fact]:
    if _is_described(table.columns):
        table = table.transposed()
    elif not _is_described(table.index):
        return ()
    stats = {
        column: {
            name: _value(row[place])
            for name, row in zip(table.index, table.cells, strict=True)
            if row[place] not in ("NaN", "nan", "")
        }
        for place, column in enumerate(table.columns)
    }
    quote = piece.text.split("\n", 1)[0]
    if quote.startswith("<"):  # a styled table has no text
        first = next(iter(stats), "")
        quote = f"{first}: " + ", ".join(f"{name} {value}" for name, value in stats.get(first, {}).items())
    return (Describe(**piece.base(quote, table.complete), stats=stats),)


def describe_of_series(piece: Piece, series: Series) -> Sequence[Fact]:
    if not _is_described(series.keys):
        return ()
    stats = {name: _value(value) for name, value in zip(series.keys, series.values, strict=True)}
    return (Describe(**piece.base(complete=series.complete), stats={series.name: stats}),)

"""Printed series: missing counts, value counts, dtypes, describe, uniques, correlations, or just some values."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, keep, leads_to, number, whole
from nbaudit.evidence.readers.describe import describe_of_series
from nbaudit.evidence.readers.missing import missing_of_series
from nbaudit.evidence.tables import Series, read_series
from nbaudit.model.facts import Correlations, Counts, Dtypes, Duplicates, Fact, Sample, Uniques

COUNTED = frozenset({"value_counts", "size", "count"})
THROUGH = frozenset(
    [
        "sort_values",
        "sort_index",
        "head",
        "tail",
        "[]",
        "/",
        "*",
        "round",
        "to_frame",
        "reset_index",
        "DataFrame",
        "Series",
        "nlargest",
        "to_dict",
        "rename",
        "dict",
        "to_string",
        "astype",
        "T",
        "unstack",
        "fillna",
        "rename_axis",
        "iloc",
        "loc",
        "display",
        "print",
        "str",
        "style",
    ]
)
PARTIAL = frozenset({"head", "tail", "[]", "nlargest", "iloc", "loc"})
_COUNT_NAMES = frozenset({"count", "proportion", "percentage", "size", "counts", "0"})
_DTYPES = (
    "int",
    "uint",
    "float",
    "object",
    "str",
    "bool",
    "category",
    "datetime64",
    "timedelta",
    "complex",
    "Int",
    "UInt",
)
_MORE_DTYPES = ("Float", "boolean", "period", "Sparse", "interval")


def read_series_fact(piece: Piece) -> Sequence[Fact]:
    series = read_series(piece.text)
    if series is None or not series.keys:
        return ()
    return (
        missing_of_series(piece, series)
        or _counts(piece, series)
        or _dtypes(piece, series)
        or describe_of_series(piece, series)
        or _uniques(piece, series)
        or _correlations(piece, series)
        or _sample(piece, series)
    )


def counted(piece: Piece) -> tuple[str, ...] | None:
    """The links from what is printed down to `value_counts`, `groupby().size()` or `groupby().count()`, with it."""
    place = leads_to(piece.chain, COUNTED, THROUGH)
    if place < 0:
        return None
    if piece.chain[place] != "value_counts" and "groupby" not in piece.chain[place:]:
        return None
    return piece.chain[: place + 1]


def _whole(series: Series) -> bool:
    return series.complete and (series.length is None or series.length <= len(series.keys))


def _counts(piece: Piece, series: Series) -> Sequence[Fact]:
    links = counted(piece)
    if links is None and series.name not in ("count", "proportion"):
        return ()
    values = keep((key, number(value)) for key, value in zip(series.keys, series.values, strict=True))
    if not values:
        return ()
    links = links or ()
    after = piece.chain[len(links) :]
    if leads_to(after, frozenset({"duplicated"}), frozenset({"[]"})) == 0:
        count = int(values.get("True", 0))
        told = next((line for line in piece.text.split("\n", 9) if line.lstrip().startswith("True")), "")
        return (Duplicates(**piece.base(told), count=count),)
    share = "normalize=True" in piece.chain or "/" in links or series.name == "proportion"
    if share and ("*" in links or any(value > 1.0000001 for value in values.values())):
        values = {key: value / 100 for key, value in values.items()}
    row = next((line for line in piece.text.split("\n", 40)[1:] if line.strip()), "") if series.header else ""
    column = series.header if series.name in _COUNT_NAMES or not series.name else series.name
    if "size" in links or "count" in links:
        column = series.header or column
    complete = _whole(series) and not PARTIAL.intersection(links)
    return (
        Counts(
            **piece.base(_heading_and(row, series.header), complete),
            counts=values,
            share=share,
            column=", ".join(part.strip() for part in column.split("  ") if part.strip()),
        ),
    )


def _heading_and(row: str, header: str) -> str:
    """The quote of a series below a heading that may have digits of its own: both lines."""
    return f"{header} | {' '.join(row.split())}" if row and any(char.isdigit() for char in header) else ""


def _dtypes(piece: Piece, series: Series) -> Sequence[Fact]:
    if series.dtype not in ("object", "") or "dtypes" not in piece.chain[:3]:
        return ()
    if not all(value.startswith(_DTYPES + _MORE_DTYPES) for value in series.values):
        return ()
    found = dict(zip(series.keys, series.values, strict=True))
    return (Dtypes(**piece.base(complete=_whole(series) and piece.chain[0] == "dtypes"), dtypes=found),)


def _uniques(piece: Piece, series: Series) -> Sequence[Fact]:
    links = piece.chain[: leads_to(piece.chain, frozenset({"nunique"}), THROUGH) + 1]
    if not links or "groupby" in piece.chain or "axis=1" in piece.chain:
        return ()
    counts = {key: n for key, value in zip(series.keys, series.values, strict=True) if (n := whole(value)) is not None}
    return (Uniques(**piece.base(complete=_whole(series) and not PARTIAL.intersection(links)), counts=counts),)


def _correlations(piece: Piece, series: Series) -> Sequence[Fact]:
    place = leads_to(piece.chain, frozenset({"corr", "corrwith"}), THROUGH | {"abs", "drop"})
    if place < 0 or not series.dtype.startswith("float"):
        return ()
    values = keep((key, number(value)) for key, value in zip(series.keys, series.values, strict=True))
    complete = _whole(series) and not {"head", "tail", "nlargest"}.intersection(piece.chain[:place])
    return (Correlations(**piece.base(complete=complete), pairs={series.name: values}),)


def _sample(piece: Piece, series: Series) -> Sequence[Fact]:
    if not series.name and not {"head", "tail", "sample"}.intersection(piece.chain[:1]):
        return ()
    cells = tuple((value,) for value in series.values)
    return (Sample(**piece.base(complete=_whole(series)), columns=(series.name,), index=series.keys, cells=cells),)

"""Missing values: `isnull().sum()` and all that people make of it, as series, frame or single number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, keep, leads_to, number, whole
from nbaudit.evidence.tables import Series, Table
from nbaudit.model.facts import Fact, Filled, Missing
from nbaudit.patterns import regex

_NULL = frozenset({"isnull", "isna"})
_PRESENT = frozenset({"notnull", "notna"})
_THROUGH = frozenset(
    [
        "sum",
        "mean",
        "any",
        "[]",
        "/",
        "*",
        "round",
        "to_frame",
        "reset_index",
        "DataFrame",
        "Series",
        "concat",
        "#list",
        "#dict",
        "sort_values",
        "sort_index",
        "head",
        "tail",
        "nlargest",
        "to_string",
        "astype",
        "T",
        "transpose",
        "rename",
        "apply",
        "map",
        "values",
        "int",
        "float",
        "print",
        "display",
        "style",
        "format",
        "str",
        "max",
        "background_gradient",
        "items",
        "bool",
        "to_dict",
        "dict",
        "iloc",
        "loc",
    ]
)
_PARTIAL = frozenset({"head", "tail", "nlargest", "iloc"})
_SHARE_NAME = regex(r"%|percent|ratio|share|pct|fraction", re.I)
_GAP_NAME = regex(r"miss|null|nan\b|\bnas?\b", re.I)
_COLUMN = regex(r"\[\s{0,4}['\"]([^'\"\]]{1,120})['\"]\s{0,4}\]\.(?:isnull|isna|notnull|notna|count)\(")


def made_of(piece: Piece) -> tuple[str, ...]:
    """The links from what is printed down to `isnull`, () where it doesn't come from it."""
    place = leads_to(piece.chain, _NULL, _THROUGH)
    return piece.chain[:place] if place > 0 and not _by_row(piece.chain[:place]) else ()


def _by_row(links: tuple[str, ...]) -> bool:
    """Whether a sum or mean runs along the rows; `concat(axis=1)` doesn't."""
    reduced = False
    for link in links:
        if link == "axis=1" and reduced:
            return True
        reduced = link in ("sum", "mean", "any", "count") or (reduced and "=" in link)
    return False


def _complete(piece: Piece, links: tuple[str, ...]) -> bool:
    if _PARTIAL.intersection(links):
        return False
    return "[]" not in links or ">" in piece.hole.expression or "!=" in piece.hole.expression


def _shares(counts: dict[str, float], links: tuple[str, ...]) -> tuple[dict[str, float], bool]:
    """The counts as shares 0 to 1 where they are such, and whether they are."""
    if not ("mean" in links or "/" in links):
        return counts, False
    if "*" in links or any(value > 1 for value in counts.values()):
        return {name: value / 100 for name, value in counts.items()}, True
    return counts, True


def missing_of_series(piece: Piece, series: Series) -> Sequence[Fact]:
    if piece.chain and piece.chain[0] == "value_counts" and leads_to(piece.chain[1:], _NULL, frozenset()) == 0:
        found = dict(zip(series.keys, series.values, strict=True))
        column = series.header or series.name
        return [Missing(**piece.base(), counts={column: number(found.get("True", "0")) or 0.0})]
    links = made_of(piece)
    whole_series = series.complete and (series.length is None or series.length <= len(series.keys))
    if links:
        complete = whole_series and _complete(piece, links)
        if set(series.values) <= {"True", "False"}:
            flags = {key: float(value == "True") for key, value in zip(series.keys, series.values, strict=True)}
            return [Missing(**piece.base(complete=complete), counts=flags, flags=True)] if "any" in links else []
        if not {"sum", "mean"}.intersection(links):
            return []
        counts = keep((key, number(value)) for key, value in zip(series.keys, series.values, strict=True))
        counts, share = _shares(counts, links)
        if not share:  # rows of another table that was printed before have other numbers
            counts = {name: value for name, value in counts.items() if value == int(value)}
        return [Missing(**piece.base(_worst(piece, counts), complete), counts=counts, share=share)]
    # a frame's `count()` has no name; a series that has one was counted by its values
    if _present(piece) and series.dtype.startswith("int") and not series.name:
        filled = {
            key: n for key, value in zip(series.keys, series.values, strict=True) if (n := whole(value)) is not None
        }
        return [Filled(**piece.base(complete=whole_series), counts=filled)]
    return []


def _present(piece: Piece) -> bool:
    """Whether it is `notnull().sum()` or `count()` of a frame or column."""
    place = leads_to(piece.chain, _PRESENT, _THROUGH)
    if place > 0 and "sum" in piece.chain[:place] and not _by_row(piece.chain[:place]):
        return True
    return piece.chain[:1] == ("count",) and not {"groupby", "axis=1"}.intersection(piece.chain[1:])


def _worst(piece: Piece, counts: dict[str, float]) -> str:
    """The printed line of the column with most gaps."""
    if not counts or len(piece.text) > 20_000:
        return ""
    name = max(counts, key=lambda key: counts[key])
    return next((line for line in piece.text.split("\n") if line.strip().startswith(name)), "")


def missing_of_table(piece: Piece, table: Table) -> Sequence[Fact]:
    links = made_of(piece)
    # A table that the notebook put together and that has such a column; data may have one too.
    made = bool(links) or not {"DataFrame", "concat", "#dict"}.isdisjoint(piece.chain)
    named = [name for name in table.columns if _GAP_NAME.search(name)] if made else []
    if not ({"sum", "mean"}.intersection(links) or (named and table.index)):
        return []
    if len(table.columns) > 5 or len(table.cells) < 1:
        return []
    keys = table.index
    if all(key.isdecimal() for key in keys):
        worded = next((c for c in table.columns if not any(number(v) is not None for v in table.column(c))), None)
        if worded is None and not links:
            return []
        keys = table.column(worded) if worded else keys
    return _gap_columns(piece, table, keys, links, named)


def _gap_columns(
    piece: Piece, table: Table, keys: tuple[str, ...], links: tuple[str, ...], named: list[str]
) -> Sequence[Fact]:
    """The frame's column of counts, else its column of shares."""
    numeric = [c for c in table.columns if all(number(value) is not None for value in table.column(c))]
    shares = [c for c in numeric if _SHARE_NAME.search(c)]
    counts = [c for c in numeric if c not in shares and (links or c in named)]
    chosen = next((c for c in counts if c in named), counts[0] if counts else shares[0] if shares else None)
    if chosen is None or not (links or chosen in named or _GAP_NAME.search(chosen)):
        return []
    values = keep((key, number(value)) for key, value in zip(keys, table.column(chosen), strict=True))
    is_share = chosen in shares or any(value != int(value) for value in values.values() if abs(value) < 1e15)
    if is_share and ("%" in chosen or "ercent" in chosen or "*" in links or any(v > 1 for v in values.values())):
        values = {name: value / 100 for name, value in values.items()}
    complete = table.complete and (not links or _complete(piece, links))
    return [Missing(**piece.base(complete=complete), counts=values, share=is_share)]


def missing_of_scalar(piece: Piece) -> Sequence[Fact]:
    links = made_of(piece)
    text = piece.text.strip()
    column = _COLUMN.search(piece.hole.expression)
    if links:
        if text in ("True", "False", "np.True_", "np.False_") and "any" in links:
            return [Missing(**piece.base(), total=float("True" in text), flags=True)]
        value = number(text)
        if value is None or value != value or not {"sum", "mean"}.intersection(links):
            return []
        found, share = _shares({"": value}, links)
        if column and links.count("sum") + links.count("mean") == 1:
            return [Missing(**piece.base(), counts={column[1]: found[""]}, share=share)]
        return [Missing(**piece.base(), total=found[""], share=share)]
    count = whole(text)
    called = piece.chain[:1] != ("count",) or piece.hole.expression.endswith(".count()")
    if count is not None and called and _present(piece):
        return [Filled(**piece.base(), counts={column[1] if column else "": count})]
    return []


def missing_of_list(piece: Piece) -> Sequence[Fact]:
    """The gaps of all columns, printed as a list without the names."""
    place = leads_to(piece.chain, _NULL, _THROUGH | {"list", "tolist"})
    text = piece.text.strip()
    if place < 1 or "sum" not in piece.chain[:place] or _by_row(piece.chain[:place]) or text[:1] != "[":
        return []
    gaps = [whole(each) for each in text.strip("[]").replace(",", " ").split()]
    if not gaps or None in gaps or "..." in text:
        return []
    return [Missing(**piece.base(text), total=float(sum(gap for gap in gaps if gap is not None)))]

"""Printed arrays: `unique()`, and the counts of `np.unique(..., return_counts=True)`, `bincount` and `value_counts`."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, keep, leads_to, number
from nbaudit.evidence.readers.missing import missing_of_list
from nbaudit.model.facts import Counts, Fact, Uniques
from nbaudit.patterns import regex

_QUOTED = regex(r"'([^'\n]{0,300})'|\"([^\"\n]{0,300})\"|([^\s,'\"\[\]()]{1,300})")
_THROUGH = frozenset({"sort", "sorted", "tolist", "list", "[]", "print", "set", "array", "asarray"})
_UNIQUE = frozenset({"unique"})
_TALLIED = frozenset({"value_counts", "bincount"})
_BARE = frozenset({"values", "tolist", "to_list", "to_numpy", "list", "/", "sort_index", "sort_values", "print"})


def read_array(piece: Piece) -> Sequence[Fact]:
    gaps = missing_of_list(piece)
    if gaps:
        return gaps
    if leads_to(piece.chain, _TALLIED, _BARE) >= 0:
        return _tallied(piece)
    place = leads_to(piece.chain, _UNIQUE, _THROUGH | {"dict", "zip", "DataFrame", "T", "Counter"})
    if place < 0 or "[" not in piece.text:
        return ()
    if "return_counts=True" in piece.chain:
        return _counted(piece)
    if leads_to(piece.chain, _UNIQUE, _THROUGH) < 0:
        return ()
    text = piece.text.partition("\nCategories (")[0]  # a categorical lists all its categories below its values
    start, end = text.find("["), text.rfind("]")
    inner = text[start + 1 : end] if end > start else ""
    if "[" in inner and "], " in inner:
        return ()
    values = _values(inner)
    complete = "..." not in values and "[]" not in piece.chain[:place]
    shown = tuple(value for value in values if value != "...")
    return (Uniques(**piece.base(complete=complete), values=shown),) if shown else ()


def _values(inner: str) -> list[str]:
    return [match[1] or match[2] or match[3] or "" for match in _QUOTED.finditer(inner)][:2000]


def _counted(piece: Piece) -> Sequence[Fact]:
    """The two arrays of values and counts; as a matrix (`np.asarray(...).T`) they come in pairs."""
    parts = [part for part in piece.text.split("[") if "]" in part]
    arrays = [_values(part.partition("]")[0]) for part in parts][:200]
    if "..." in piece.text or not arrays:
        return ()
    if len(arrays) == 1:
        return _tallied(piece) if piece.chain[0] == "[]" else ()
    if len(arrays) == 2 and len(arrays[0]) == len(arrays[1]) and piece.chain[0] != "T":
        pairs = list(zip(*arrays, strict=True))
    elif all(len(array) == 2 for array in arrays):
        pairs = [(array[0], array[1]) for array in arrays]
    else:
        return ()
    counts = keep((value, number(count)) for value, count in pairs)
    return (Counts(**piece.base(), counts=counts),) if len(counts) == len(pairs) else ()


def _tallied(piece: Piece) -> Sequence[Fact]:
    """Counts without their values, which are then called by their place."""
    start, end = piece.text.find("["), piece.text.rfind("]")
    inner = piece.text[start + 1 : end] if end > start >= 0 else ""
    if not inner or "[" in inner or "..." in inner:
        return ()
    values = [number(value) for value in _values(inner)]
    if any(value is None for value in values):
        return ()
    counts = keep((str(place), value) for place, value in enumerate(values))
    share = "normalize=True" in piece.chain or "/" in piece.chain[:2]
    return (Counts(**piece.base(), counts=counts, share=share),)

"""Single numbers and truth values: missing in all, duplicates, distinct values."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, leads_to, whole
from nbaudit.evidence.readers.missing import missing_of_scalar
from nbaudit.model.facts import Duplicates, Fact, Uniques

_THROUGH = frozenset({"sum", "any", "[]", "int", "values", "print", "str"})
_DUPLICATED = frozenset({"duplicated"})


def read_scalar(piece: Piece) -> Sequence[Fact]:
    if not piece.chain or len(piece.text) > 60:
        return ()
    return missing_of_scalar(piece) or _duplicates(piece) or _distinct(piece)


def _duplicates(piece: Piece) -> Sequence[Fact]:
    chain = piece.chain
    place = leads_to(chain, _DUPLICATED, _THROUGH)
    if place > 0:
        if "any" in chain[:place]:
            some = piece.text.strip() in ("True", "np.True_")
            return (Duplicates(**piece.base(complete=not some), count=int(some)),)
        count = whole(piece.text)
        return (Duplicates(**piece.base(), count=count),) if count is not None and "sum" in chain[:place] else ()
    return ()


def _distinct(piece: Piece) -> Sequence[Fact]:
    chain = piece.chain
    alone = chain[0] == "nunique" or (chain[0] == "len" and chain[1:2] in (("unique",), ("set",), ("value_counts",)))
    count = whole(piece.text) if alone else None
    return (Uniques(**piece.base(), counts={"": count}),) if count is not None else ()

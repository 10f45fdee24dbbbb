"""Single numbers and truth values: missing in all, duplicates, distinct values, shares and counts of rows."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, leads_to, number, whole
from nbaudit.evidence.readers.missing import missing_of_scalar
from nbaudit.evidence.readers.scores import counts_things, leads_to_metric, says_metric
from nbaudit.model.facts import Duplicates, Fact, Figure, Uniques

_THROUGH = frozenset({"sum", "any", "[]", "int", "values", "print", "str"})
_DUPLICATED = frozenset({"duplicated"})
_TALLIED = frozenset({"mean", "sum", "len", "count", "shape", "value_counts", "count_nonzero", "average"})
_RECKONED = frozenset({"/", "*", "-", "[]", "round", "float", "int", "str", "iloc", "loc", "values", "print", "format"})


def read_scalar(piece: Piece) -> Sequence[Fact]:
    if not piece.chain or len(piece.text) > 60:
        return ()
    return missing_of_scalar(piece) or _duplicates(piece) or _distinct(piece) or _figure(piece)


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


def _figure(piece: Piece) -> Sequence[Fact]:
    place = leads_to(piece.chain, _TALLIED, _RECKONED)
    if place < 0 or (piece.chain[place] in ("shape", "len", "count") and piece.chain[place + 1 : place + 2] != ("[]",)):
        return ()  # the size of a whole table tells of no class
    if leads_to_metric(piece.chain[place + 1 :]) or (
        says_metric(piece.label[-200:]) and not counts_things(piece.label)
    ):
        return ()  # a score
    value = number(piece.text)
    if value is None or value != value:
        return ()
    return (Figure(**piece.base(), value=value, percent=piece.text.rstrip().endswith("%")),)

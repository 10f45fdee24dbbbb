"""Sizes: `.shape` (also in prose), `shape[0]` and `len()`."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, whole
from nbaudit.model.facts import Fact, ShapeFact
from nbaudit.patterns import regex

_TUPLE = regex(r"[(\[](\d{1,12})(?=[,)\]]),?[ ]?(\d{1,9})?((?:, ?\d{1,9}){0,6}),?[)\]]")
_SPOKEN = regex(r"(?i:shape)[^(\n]{0,60}\(\d{1,12},")
"""A sentence with the word and numbers in brackets may count its points so: "(2) of another shape"."""
_NOT_ROWS = frozenset(
    {"unique", "nunique", "columns", "keys", "value_counts", "shape", "dtypes", "set", "Counter", "classes_"}
)


def read_shape(piece: Piece) -> Sequence[Fact]:
    chain = piece.chain
    text = piece.text.strip()
    if len(text) > 2000:
        return ()
    if chain[:1] == ("shape",) or chain[:2] in (("tuple", "shape"), ("list", "shape")):
        return _of_tuples(piece, text)
    if chain[:2] == ("[]", "shape"):
        rows = whole(text)
        if rows is None or rows < 0 or not piece.hole.expression.replace(" ", "").endswith("shape[0]"):
            return ()
        return (ShapeFact(**piece.base(_quote(piece)), rows=rows),)
    if chain[:1] == ("len",) and len(chain) > 1 and chain[1] not in _NOT_ROWS and not chain[1].startswith("#"):
        rows = whole(text)
        return () if rows is None or rows < 0 else (ShapeFact(**piece.base(_quote(piece)), rows=rows),)
    if text[:1] in "┏╭┌+":
        return ()  # a table drawn with lines: the summary of a network
    spoken = "shape" in piece.label.lower() or "shape" in text.lower()
    if spoken and (not chain or chain[0].startswith("$")) and "(" in text and _SPOKEN.search(f"{piece.label} {text}"):
        return _of_tuples(piece, text)
    return ()


def _of_tuples(piece: Piece, text: str) -> Sequence[Fact]:
    facts: list[Fact] = []
    for match in _TUPLE.finditer(text):
        flat = match[2] is not None and not match[3]
        facts.append(
            ShapeFact(**piece.base(_quote(piece)), rows=int(match[1]), columns=int(match[2]) if flat else None)
        )
    return facts


def _quote(piece: Piece) -> str:
    return f"{piece.label} {piece.text.strip()}" if piece.label else piece.text

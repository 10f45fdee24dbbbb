"""The number of parameters that a network's summary prints (Keras 2 and 3, torchinfo, torchsummary)."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece
from nbaudit.model.facts import Fact, NetworkSize
from nbaudit.patterns import regex

_COLOUR = regex(r"\x1b\[[\d;]{0,20}m")
_TOTAL = regex(r"^ {0,3}Total params: {0,3}(\d{1,3}(?:,\d{3}){0,5}|\d{1,15})(?![\d.])")


def read_network_size(piece: Piece) -> Sequence[Fact]:
    """Only the line with the total is read; trained and frozen ones are parts of it."""
    if "Total params" not in piece.text[:60]:
        return ()
    line = _COLOUR.sub("", piece.text[:300]).split("\n", 1)[0]
    found = _TOTAL.match(line)
    if found is None:
        return ()
    return (NetworkSize(**piece.base(line), parameters=int(found[1].replace(",", ""))),)

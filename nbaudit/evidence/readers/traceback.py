"""Tracebacks of cells that failed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbaudit.evidence.piece import Piece
from nbaudit.model.facts import Fact, Failed
from nbaudit.patterns import regex

_ARROW = regex(r"^-{2,}> ?(?:<a [^<>\n]{0,400}>)?(\d{1,6})\b", re.M)
_SYNTAX = regex(r"(?:<ipython-input-[^>\n]{1,80}>\"?|Cell In ?\[\d+\]|ipykernel_[^\n]{1,200}\.py\"?), line (\d{1,6})")
"""Where a cell's source can't be read there is no arrow, but the number of the line."""
_OF_CELL = regex(r"<ipython-input-|Cell In ?\[|ipykernel_\d|Input In |in <cell line: ")


def read_failure(piece: Piece) -> Sequence[Fact]:
    """The line is that of the first arrow below a heading that names a cell's input."""
    text = piece.text
    last = next((line.strip() for line in reversed(text.split("\n")) if line.strip()), "")
    heading = _OF_CELL.search(text)
    arrow = _ARROW.search(text, heading.start()) if heading else None
    error = piece.label or last.partition(":")[0]
    if not error:
        return ()
    said = arrow or (_SYNTAX.search(text[-4000:]) if error.endswith(("SyntaxError", "IndentationError")) else None)
    return (Failed(**piece.base(last), error=error[:100], text=last[:300], line=int(said[1]) if said else None),)

"""`DataFrame.info()`, old ("891 non-null int64") and new ("891 non-null    int64  " below "Non-Null Count")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbaudit.evidence.piece import Piece
from nbaudit.model.facts import Dtypes, Fact, Missing, ShapeFact
from nbaudit.patterns import regex

_ENTRIES = regex(r"Index: (\d{1,12}) entries")
_WIDTH = regex(r"\(total (\d{1,9}) columns?\)")
_BARE = regex(r"^Columns: (\d{1,9}) entries", re.M)
_PLACE = regex(r"^ ?\d{1,9}\s+")
_LINE_LIMIT = 400


def read_info(piece: Piece) -> Sequence[Fact]:
    """The shape, the dtypes and, where counts are printed, the missing values."""
    text = piece.text
    entries = _ENTRIES.search(text[:4000])
    if entries is None:
        return ()
    rows = int(entries[1])
    first = next((line for line in text[:4000].split("\n") if "Index: " in line), "")
    width = _WIDTH.search(text[:4000]) or _BARE.search(text[:4000])
    dtypes: dict[str, str] = {}
    gaps: dict[str, float] = {}
    worst = ""
    for line in text.split("\n"):
        if len(line) > _LINE_LIMIT:
            continue
        found = _row(line, "Column" in text[:4000] and "Non-Null" in text[:4000])
        if found is None:
            continue
        name, filled, dtype = found
        dtypes[name] = dtype
        gaps[name] = float(max(0, rows - filled))
        if gaps[name] > max((n for key, n in gaps.items() if key != name), default=0.0):
            worst = line
    columns = int(width[1]) if width else (len(dtypes) or None)
    whole = columns is None or len(dtypes) >= columns
    facts: list[Fact] = [ShapeFact(**piece.base(first), rows=rows, columns=columns)]
    if gaps:
        facts.append(Missing(**piece.base(worst, whole), counts=gaps))
    else:
        dtypes = _uncounted(text)
        whole = columns is None or len(dtypes) >= columns
    if dtypes:
        facts.append(Dtypes(**piece.base(complete=whole), dtypes=dtypes))
    return facts


def _row(line: str, numbered: bool) -> tuple[str, int, str] | None:
    """Column, count and dtype of a line."""
    if " non-null" not in line:
        return None
    head, _, dtype = line.partition(" non-null")
    name, _, count = head.rstrip().rpartition(" ")
    name = name.strip()
    if numbered and (place := _PLACE.match(name + " ")) and len(place[0]) <= len(name):
        name = name[place.end() :]
    if not count.isdecimal() or len(count) > 12 or not dtype.strip():
        return None
    return name.strip(), int(count), dtype.strip()


def _uncounted(text: str) -> dict[str, str]:
    """The dtypes of an info() without counts: " 0   age  int64"."""
    _, found, rest = text.partition("Dtype")
    out: dict[str, str] = {}
    for line in rest.split("\n")[1:] if found else ():
        words = line.split()
        if len(words) >= 3 and words[0].isdecimal():
            out[" ".join(words[1:-1])] = words[-1]
    return out

"""Warnings on stderr."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece
from nbaudit.model.facts import Fact, Warned
from nbaudit.patterns import regex

_WARNING = regex(r"(?:^|: |\.)([A-Z]\w{0,60}Warning): ?(.*)$")
_MOST = 2000


def read_warnings(piece: Piece) -> Sequence[Fact]:
    """Each warning once, in order; its text is the first line that isn't blank."""
    lines = piece.text.split("\n")[:_MOST]
    seen: dict[tuple[str, str], Warned] = {}
    for place, line in enumerate(lines):
        found = _WARNING.search(line[:1000]) if "Warning: " in line or line.rstrip().endswith("Warning:") else None
        if found is None:
            continue
        text = found[2].strip() or next((after.strip() for after in lines[place + 1 : place + 4] if after.strip()), "")
        key = (found[1], text[:200])
        if key not in seen:
            seen[key] = Warned(**piece.base(f"{found[1]}: {text}"), category=found[1], text=text[:200])
    return list(seen.values())

"""The phase that the heading above a cell, or the comment that opens it, speaks of."""

from __future__ import annotations

import re

from nbaudit.model.source import Cell, CellKind
from nbaudit.patterns import regex
from nbaudit.phases.clue import Clue
from nbaudit.phases.words import phases_in

_HEADING = regex(r"^ {0,3}(?:#{1,6}[ \t]*(\S.*)|<h[1-6][^>]*>(.*)|\*\*([^*\n]{3,80})\*\*[ \t:]*$)", re.M | re.I)
_COMMENT = regex(r"\s*#+[ \t]*([^\n]{3,120})")
_CALLED = regex(r"\b(\w{4,})\(")
_REACH = 12
"""A heading says nothing of code cells further below it than this."""


def heading_clues(cells: tuple[Cell, ...]) -> list[list[Clue]]:
    """Per cell of the notebook, the clues of the last heading above it."""
    found: list[list[Clue]] = []
    current: list[Clue] = []
    age = 0
    for cell in cells:
        if cell.kind is CellKind.MARKDOWN:
            headings = _HEADING.findall(cell.source[:4000])
            if headings:
                current = _clues("".join(headings[-1]).strip(" #*:"), 1.0, "stands under the heading")
                age = 0
        elif cell.kind is CellKind.CODE:
            age += 1
        found.append(current if age <= _REACH else [])
    return found


def by_comment(source: str) -> list[Clue]:
    """Clues of the comment that opens a cell."""
    match = _COMMENT.match(source)
    return _clues(match[1], 0.8, "opens with the comment") if match is not None else []


def by_names(names: list[str]) -> list[Clue]:
    """Clues of the names of the functions and classes that a cell defines."""
    return _clues(" ".join(names).replace("_", " "), 0.8, "defines") if names else []


def by_calls(source: str, names: frozenset[str]) -> list[Clue]:
    """Clues of the functions of own modules that a cell calls; `names` are those that the analysis does not know."""
    if not names:
        return []
    called = [name for name in dict.fromkeys(_CALLED.findall(source)) if name in names]
    return _clues(" ".join(called).replace("_", " "), 1.2, "calls") if called else []


def _clues(title: str, weight: float, verb: str) -> list[Clue]:
    phases = phases_in(title)
    return [Clue(phase, weight / len(phases), f"{verb} “{title[:60]}”") for phase in phases]

"""Python code to coloured HTML lines.

A linear scanner of one regular expression instead of a lexer library: it passes over magics and half-written code, and
costs nothing to import. Colours are a help to the eye; no analysis rests on them.
"""

from __future__ import annotations

import builtins
import keyword
import re

from markupsafe import Markup, escape

from nbaudit.report.clean import source_lines, visible

LINE_LIMIT = 400
"""Characters of one line that are shown; embedded images and data make lines of megabytes."""

Token = tuple[str, str]
"""(CSS class or "", text)."""

_TOKEN = re.compile(
    r"""
    (?P<c>\#[^\n]*)
    | (?P<s>(?:\b[rRbBuUfF]{1,2})?(?:\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'''(?:[^\\]|\\.)*?(?:'''|\Z)
        |"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))
    | (?P<m>(?m:^[ \t]*(?:%%?|!)[^\n]*))
    | (?P<d>(?m:^[ \t]*@[\w.]+))
    | (?P<n>\b(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?j?))
    | (?P<w>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(keyword.kwlist)
_CONSTANTS = frozenset(("True", "False", "None"))
_BUILTINS = frozenset(name for name in dir(builtins) if name.islower())


def tokens(source: str, python: bool = True) -> tuple[tuple[Token, ...], ...]:
    """The tokens of each line; joined, the texts of a line give the line back."""
    text = "\n".join(source_lines(source))
    if not python:
        return tuple((("", line),) for line in text.split("\n"))
    lines: list[list[Token]] = [[]]
    position = 0
    for match in _TOKEN.finditer(text):
        _add(lines, "", text[position : match.start()])
        kind = match.lastgroup or ""
        _add(lines, _word_class(match[0], text, match.end()) if kind == "w" else kind, match[0])
        position = match.end()
    _add(lines, "", text[position:])
    return tuple(tuple(line) for line in lines)


def line_html(line: tuple[Token, ...], start: int | None = None, end: int | None = None) -> Markup:
    """One line as HTML: a span per coloured token, `<mark>` around columns `start` to `end` where they are given."""
    if start is not None and end is not None and end > start:
        before, inside, after = _slice(line, 0, start), _slice(line, start, end), _slice(line, end, None)
        return Markup("{}<mark>{}</mark>{}").format(_plain(before), _plain(inside), _plain(after))
    return _plain(line)


def _plain(line: tuple[Token, ...]) -> Markup:
    parts: list[str] = []
    room = LINE_LIMIT
    for kind, text in line:
        if room <= 0:
            parts.append("…")
            break
        shown = str(escape(visible(text[:room])))
        room -= len(text)
        parts.append(f'<span class="t-{kind}">{shown}</span>' if kind else shown)
    return Markup("".join(parts))  # every part is escaped above


def _slice(line: tuple[Token, ...], start: int, end: int | None) -> tuple[Token, ...]:
    taken: list[Token] = []
    position = 0
    for kind, text in line:
        low, high = max(start - position, 0), len(text) if end is None else min(end - position, len(text))
        if low < high:
            taken.append((kind, text[low:high]))
        position += len(text)
    return tuple(taken)


def _add(lines: list[list[Token]], kind: str, text: str) -> None:
    for number, piece in enumerate(text.split("\n")):
        if number:
            lines.append([])
        if piece:
            lines[-1].append((kind, piece))


def _word_class(name: str, text: str, end: int) -> str:
    if name in _CONSTANTS:
        return "n"
    if name in _KEYWORDS:
        return "k"
    if text[end : end + 1] == "(":
        return "b" if name in _BUILTINS else "f"
    return ""

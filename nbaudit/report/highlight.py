"""Python code to coloured HTML lines. Colours are a help to the eye; no analysis rests on them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from nbaudit.patterns import regex
from nbaudit.report.clean import source_lines, visible

if TYPE_CHECKING:
    from pygments.lexer import RegexLexer

LINE_LIMIT = 400
"""Characters of one line that are shown; embedded images and data make lines of megabytes."""

COLOUR_LIMIT = 200_000
"""Characters of one cell above which it stays plain."""

Token = tuple[str, str]
"""(CSS class or "", text)."""

_MAGIC = regex(r"[ \t]*(?:%%?|!)[^\n]*")
_CALL = regex(r"\s*\(")


@cache
def _lexer() -> RegexLexer:
    from pygments.lexers.python import PythonLexer

    lexer: RegexLexer = PythonLexer()
    return lexer


@cache
def _classes() -> tuple[tuple[Any, str], ...]:
    """(token type, CSS class), the first that holds the token's type wins."""
    from pygments.token import Comment, Keyword, Name, Number, Operator, String

    return (
        (Comment, "c"),
        (String, "s"),
        (Number, "n"),
        (Keyword.Constant, "n"),
        (Keyword, "k"),
        (Operator.Word, "k"),
        (Name.Decorator, "d"),
        (Name.Builtin, "b"),
        (Name.Function, "f"),
        (Name.Class, "f"),
    )


def tokens(source: str, python: bool = True) -> tuple[tuple[Token, ...], ...]:
    """The tokens of each line; joined, the texts of a line give the line back."""
    lines = source_lines(source)
    if not python or len(source) > COLOUR_LIMIT:
        return tuple((("", line),) for line in lines)
    # The lexer knows no magics: a line of one is coloured whole and kept from it.
    magic = [_MAGIC.fullmatch(line) is not None and line.lstrip()[:1] in "%!" for line in lines]
    text = "\n".join("" if skipped else line for line, skipped in zip(lines, magic, strict=True))
    coloured: list[list[Token]] = [[]]
    for kind, piece in _lexed(text):
        for number, part in enumerate(piece.split("\n")):
            if number:
                coloured.append([])
            line = coloured[-1]
            if part and line and line[-1][0] == kind:
                line[-1] = (kind, line[-1][1] + part)
            elif part:
                line.append((kind, part))
    return tuple(
        (("m", line),) if skipped else tuple(found) for line, skipped, found in zip(lines, magic, coloured, strict=True)
    )


def _lexed(text: str) -> Iterator[Token]:
    for position, type_, piece in _lexer().get_tokens_unprocessed(text):
        kind = next((css for token_type, css in _classes() if type_ in token_type), "")
        if not kind and piece.isidentifier() and _CALL.match(text, position + len(piece)):
            kind = "f"
        yield kind, piece


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

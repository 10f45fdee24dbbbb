"""Where strings, brackets and comments are in Python text, line by line, whether or not the text parses."""

from __future__ import annotations

from msgspec import Struct

from nbaudit.patterns import regex

_TOKEN = regex(r"'''|\"\"\"|['\"#()\[\]{}]|\\$")
_CLOSERS = {quote: regex(r"\\.|" + quote) for quote in ("'", '"', "'''", '"""')}


class State(Struct, frozen=True):
    """What is open where a line starts: a string (`quote`), brackets (`depth`), a backslash before it (`joined`)."""

    quote: str = ""
    depth: int = 0
    joined: bool = False

    @property
    def at_start(self) -> bool:
        """True where a new logical line begins."""
        return not (self.quote or self.depth or self.joined)


class Line(Struct, frozen=True):
    """One scanned line: the state after it, the column of its comment (its length if none), the last code character."""

    after: State
    comment: int
    last: str


def scan_line(line: str, state: State, start: int = 0) -> Line:
    """Scan `line`, which holds no newline, from column `start`; linear in its length.

    A string in single quotes that is not closed ends with its line, as the rest of the cell matters more.
    """
    quote, depth, joined, position, comment = state.quote, state.depth, False, start, len(line)
    while position < len(line):
        if quote:
            closed = _CLOSERS[quote].search(line, position)
            if closed is None:
                break
            position = closed.end()
            if closed[0][0] != "\\":
                quote = ""
            continue
        token = _TOKEN.search(line, position)
        if token is None:
            break
        text, position = token[0], token.end()
        if text == "#":
            comment = token.start()
            break
        if text == "\\":
            joined = True
        elif text in "([{":
            depth += 1
        elif text in ")]}":
            depth = max(0, depth - 1)
        else:
            quote = text
    if len(quote) == 1 and not _ends_in_backslash(line):
        quote = ""
    code = "" if quote else line[start:comment].rstrip()
    return Line(State(quote, depth, joined), comment, code[-1:])


def _ends_in_backslash(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1

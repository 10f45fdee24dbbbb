"""What makes two findings the same one: the check, the cell's id where it has one, and the anchor's normalised code.

A fingerprint says nothing of the notebook's name, of cell numbers or of lines. So it outlives edits elsewhere in the
notebook, moved cells, renamed files, and code that a formatter has laid out anew.
"""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from nbaudit.model.finding import Finding
from nbaudit.model.source import Cell, Notebook, Span
from nbaudit.patterns import regex

_STRING = (
    r"""[A-Za-z]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
)
_TOKEN = regex(rf"(?P<string>{_STRING})|(?P<skip>\#[^\n]*|\\\n|\s+)|(?P<word>\w+)|(?P<mark>.)", re.DOTALL)
_CLOSERS = frozenset(")]}")


class Fingerprint(Struct, frozen=True):
    """`code` is 32 hexadecimal digits over the check and the normalised code of the anchor; `cell` is the id of the
    cell, "" where it has none (nbformat before 4.5)."""

    code: str
    cell: str = ""


def fingerprint(notebook: Notebook, finding: Finding) -> Fingerprint:
    """The fingerprint of a finding in its notebook. Two findings of one check on equal code share it."""
    cell = _cell(notebook, finding.span)
    return Fingerprint(code_digest(notebook, finding.check, finding.span), (cell.id or "") if cell else "")


def code_digest(notebook: Notebook, check: str, span: Span) -> str:
    """32 hexadecimal digits over the check and the normalised code at the place."""
    cell = _cell(notebook, span)
    words = normalised(anchor_code(cell.python or cell.source, span)) if cell else ""
    return hashlib.sha256(f"{check}\0{words}".encode("utf-8", "replace")).hexdigest()[:32]


def _cell(notebook: Notebook, span: Span) -> Cell | None:
    return notebook.cells[span.cell] if 0 <= span.cell < len(notebook.cells) else None


def anchor_code(source: str, span: Span) -> str:
    """The text of the span in the cell's source; whole lines where the span gives no columns."""
    lines = source.split("\n")[span.line - 1 : max(span.end_line, span.line)]
    if not lines or not span.end_line or (span.end_line == span.line and span.end_column <= span.column):
        return "\n".join(lines)
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)


def normalised(code: str) -> str:
    """The code without what a formatter may change: white space, comments, line breaks, kinds of quotes, parentheses,
    and the comma before a closing bracket.

    Parentheses go because formatters add them around long expressions; what they grouped stays told apart by the words.
    """
    kept: list[str] = []
    for match in _TOKEN.finditer(code):
        if match["skip"] is not None:
            continue
        token = _plain_string(match[0]) if match["string"] is not None else match[0]
        if token in _CLOSERS and kept and kept[-1] == ",":
            kept.pop()
        if token not in ("(", ")"):
            kept.append(token)
    return " ".join(kept).rstrip(" ,;")


def _plain_string(token: str) -> str:
    """A string literal in one spelling: small prefix without u, double quotes, no needless escapes of quotes."""
    start = min(index for index in (token.find('"'), token.find("'")) if index >= 0)
    prefix, body = token[:start].lower().replace("u", ""), token[start:]
    quotes = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    inner = body[quotes:-quotes]
    if "r" not in prefix:
        inner = inner.replace('\\"', '"').replace("\\'", "'")
    return f'{prefix}"{inner}"'

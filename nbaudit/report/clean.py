"""Hostile text made harmless for every format: what could hide, reorder or command is shown as its code point."""

from __future__ import annotations

from nbaudit.patterns import regex

# Control characters except tab and line feed; zero-width and bidirectional controls (but not the joiners, which many
# scripts need); line and paragraph separators; tags; lone surrogates, which no encoder takes; the two noncharacters
# that XML refuses.
_HIDDEN = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """`text` with each hidden or commanding character written out, as in "⟨U+202E⟩"; CRLF becomes LF."""
    return _HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 2000) -> str:
    """`visible` text with all white space folded to single spaces, cut at `limit` characters with an ellipsis."""
    return cut(" ".join(visible(text[: 4 * limit]).split()), limit)


_START_WORDS = "a all an each every it no none nothing one only some the this what"
_STARTS = frozenset(_START_WORDS.split())


def sentence(text: str, is_prose: bool = False) -> str:
    """`text` with a full stop, and a capital where it starts with a common word, or with any word if `is_prose`.

    Other first words stay: they may be names in the notebook's code.
    """
    text = text.strip()
    first = text.split(" ", 1)[0]
    if first in _STARTS or (is_prose and first.rstrip(",;:").isalpha()):
        text = text[0].upper() + text[1:]
    return text + "." if text and (text[-1].isalnum() or text[-1] in "`)'\"") else text


def cut(text: str, limit: int) -> str:
    """`text`, or its first `limit` characters with an ellipsis for the last."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def source_lines(source: str) -> list[str]:
    """The lines as spans count them: LF ends a line, and so does CRLF; nothing else."""
    return source.replace("\r\n", "\n").split("\n")

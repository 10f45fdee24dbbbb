"""One printed thing: a stretch of output, its form and the expression that printed it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.patterns import regex


class Form(str, Enum):
    """The outward form of a stretch of output; decides which readers are asked."""

    SERIES = "series"
    FRAME = "frame"
    INFO = "info"
    REPORT = "report"
    ARRAY = "array"
    LOG = "log"
    LINE = "line"
    STDERR = "stderr"
    TRACEBACK = "traceback"


class Hole(Struct, frozen=True):
    """An expression whose value is printed.

    `chain` is what it is made of, outermost first: `df.a.isnull().sum() / 5` is ("/", "sum", "isnull", "a", "$df");
    "[]" is a subscript, "$x" a name, "axis=1" a keyword. `elements` are the members of a tuple.
    """

    expression: str = ""
    chain: tuple[str, ...] = ()
    elements: tuple[Hole, ...] = ()


NO_HOLE = Hole()


class Piece(Struct, frozen=True):
    """`text` is the printed value alone for a line whose template is known, else the whole block. `label` is the
    printed words before it, `line` the line that it stands in. `result` is True for an execute_result or a displayed
    object."""

    cell: int
    output: int
    form: Form
    text: str
    hole: Hole = NO_HOLE
    label: str = ""
    html: str = ""
    complete: bool = True
    stale: bool = False
    result: bool = False
    line: str = ""

    @property
    def chain(self) -> tuple[str, ...]:
        return self.hole.chain

    def base(self, given: str = "", complete: bool = True) -> dict[str, Any]:
        """The fields that every fact of this piece shares; the quote is cut at 200 characters.

        It is the whole line where the value stands among others. Where it would be a heading alone, the lines below it
        are quoted with it: they have the numbers.
        """
        head = self.text.strip("\n").split("\n", 1)[0].strip()
        line = self.line.strip()
        among = line != self.text.strip() and len(line) <= _QUOTED and "\n" not in line
        quote = (line if among else "") or given.strip() or head
        if quote == head and not _DIGIT.search(quote):
            quote = _with_numbers(self.text)
        return {
            "cell": self.cell,
            "output": self.output,
            "expression": self.hole.expression,
            "quote": quote.strip()[:200],
            "complete": complete and self.complete,
            "stale": self.stale,
        }

    def with_text(self, text: str, hole: Hole) -> Piece:
        return replace(self, text=text, hole=hole)


_DIGIT = regex(r"[0-9]")
_QUOTED = 200


def _with_numbers(text: str) -> str:
    """The first lines of an output on one line, as many as fit into a quote."""
    found = ""
    for line in text.strip("\n").split("\n", 12)[:12]:
        words = " ".join(line[:400].split())
        if found and len(found) + len(words) + 3 > _QUOTED:
            break
        found = f"{found} | {words}" if found and words else found or words
    return found


def number(text: str) -> float | None:
    """The number that the whole of `text` is ("1,234", "83.1%" as 83.1, "nan"), else None."""
    text = text.strip()
    if not text or len(text) > 40 or "_" in text or not (text[-1].isdigit() or text[-1] in ".%nfN)"):
        return None
    if text.startswith(("np.float64(", "np.int64(")) and text.endswith(")"):
        text = text[text.index("(") + 1 : -1]
    try:
        return float(text.rstrip("%").replace(",", ""))
    except ValueError:
        return None


def whole(text: str) -> int | None:
    """The whole number that `text` is, else None."""
    value = number(text)
    return int(value) if value is not None and value == value and abs(value) < 1e15 and value == int(value) else None


def leads_to(chain: tuple[str, ...], targets: frozenset[str], through: frozenset[str]) -> int:
    """The place of the first of `targets` in `chain` where all links before it are in `through`, else -1."""
    for place, link in enumerate(chain):
        if link in targets:
            return place
        if link not in through and "=" not in link:
            return -1
    return -1


def unquoted(text: str) -> str:
    """`text` without one pair of quotes around it."""
    text = text.strip()
    if len(text) >= 2 and text[0] in "'\"" and text[-1] == text[0]:
        return text[1:-1]
    return text


def keep(pairs: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    """The pairs that have a value."""
    return {name: value for name, value in pairs if value is not None}

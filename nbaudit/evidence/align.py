"""Which expression printed which block: the printed lines of a cell, in order, beside the blocks of its stream."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.evidence.blocks import Block
from nbaudit.evidence.expressions import Template
from nbaudit.evidence.piece import NO_HOLE, Form, Hole, number
from nbaudit.patterns import regex

_MOST_TRIES = 6000
_BLOCKY = frozenset(
    [
        "head",
        "tail",
        "sample",
        "describe",
        "info",
        "value_counts",
        "dtypes",
        "corr",
        "classification_report",
        "confusion_matrix",
        "columns",
        "isnull",
        "isna",
        "notnull",
        "notna",
        "summary",
    ]
)
_PER_COLUMN = frozenset({"count", "nunique", "dtypes"})
_SMALL = frozenset(
    [
        "shape",
        "len",
        "info",
        "columns",
        "unique",
        "tolist",
        "classification_report",
        "confusion_matrix",
        "format",
        "type",
        "ndim",
    ]
)

_NUMBERS = frozenset({"sum", "mean", "nunique", "std", "median", "round", "count", "len"})
_DIGIT = regex(r"\d")
_VERBS = frozenset({"is", "was", "are"})
"""Words between two values that name neither."""
_COLUMN = regex(r"\[(['\"])([^'\"\[\]]{1,120})\1\]\.(?:value_counts|describe|head|tail|sample)\(")


class Printed(Struct, frozen=True):
    """A value of a block: its text, the hole that it fills and the words before it."""

    text: str
    hole: Hole
    label: str


def align(found: list[Block], templates: tuple[Template, ...], at: int = 0) -> tuple[list[list[Printed]], int]:
    """Per block its values with their expressions; one value without an expression where none fits. Also the
    template to go on from: `at` of the cell's next stream.

    Templates are tried from the last that fitted on, then from the first; those of a loop again before those behind it,
    as long as enough is printed. One that no loop repeats fits once. The number of tries is bounded, so the time is
    linear in the number of blocks.
    """
    worded = [(place, template) for place, template in enumerate(templates) if _words(template)]
    bare = [(place, template) for place, template in enumerate(templates) if template.holes and not _words(template)]
    loops = _extents(templates)
    out: list[list[Printed]] = []
    tries = 0
    used: set[int] = set()
    for number_of, block in enumerate(found):
        chosen: list[Printed] | None = None
        if out and any(_DIGIT.search(value.text) for value in out[-1] if value.hole is not NO_HOLE):
            block = replace(block, before="")  # a value that was printed is no heading of the next one
        start, end = loops.get(templates[at - 1].loop, (0, 0)) if 0 < at <= len(templates) else (0, 0)
        if len(found) - number_of <= len(templates) - end:
            start = end = 0
        for candidates in (worded, bare):
            if tries > _MOST_TRIES:
                break
            for place, template in _in_order(candidates, at, start, end):
                tries += 1
                if place in used and place != at - 1:  # the last one may have printed several lines
                    continue
                chosen = _fit(block, template)
                if chosen is not None:
                    at = place + 1
                    if not template.loop:
                        used.add(place)
                    break
            if chosen is not None:
                break
        out.append(chosen if chosen is not None else [Printed(block.text, NO_HOLE, block.before)])
    return out, at


def _extents(templates: tuple[Template, ...]) -> dict[int, tuple[int, int]]:
    """The places of the templates of each loop: of the first, and after the last."""
    out: dict[int, tuple[int, int]] = {}
    for place, template in enumerate(templates):
        if template.loop:
            out[template.loop] = (out.get(template.loop, (place, 0))[0], place + 1)
    return out


def _in_order(candidates: list[tuple[int, Template]], at: int, start: int, end: int) -> Iterator[tuple[int, Template]]:
    """The candidates from place `at` on and then from the first; where a loop is given, its own before the others."""
    here = bisect_left(candidates, at, key=_place)
    if start < end:
        first, last = bisect_left(candidates, start, key=_place), bisect_left(candidates, end, key=_place)
        yield from candidates[here:last]
        yield from candidates[first : min(here, last)]
        yield from candidates[max(here, last) :]
        yield from candidates[:first]
    else:
        yield from candidates[here:]
        yield from candidates[:here]


def _place(candidate: tuple[int, Template]) -> int:
    return candidate[0]


def _words(template: Template) -> bool:
    return any(isinstance(part, str) and len(part.strip(" \t-=*#_:")) > 0 for part in template.parts)


def _fit(block: Block, template: Template) -> list[Printed] | None:
    """The values of `template` in `block`, None where it doesn't fit."""
    if block.form is Form.LINE:
        return _fit_line(block, template)
    holes = template.holes
    if not holes or not fits(block.form, holes[-1], block.text):
        return None
    prefix = template.parts[0] if isinstance(template.parts[0], str) else ""
    word = prefix.strip()
    if word:
        head = block.text.lstrip()
        if not head.startswith(word):
            return None
        return [Printed(head[len(word) :].lstrip("\n"), holes[-1], word)]
    if _words(template):
        return None
    return [Printed(block.text, holes[-1], block.before)]


def _fit_line(block: Block, template: Template) -> list[Printed] | None:
    line = block.text
    out: list[Printed] = []
    place = 0
    label = ""
    waiting: list[Hole] = []
    for part in template.parts:
        if isinstance(part, Hole):
            waiting.append(part)
            continue
        word = part.strip()
        if not word:
            continue
        found = line.find(word, place)
        if found < 0 or (found > 0 and not waiting and line[:found].strip()):
            return None
        if waiting:
            sign = "%" if word[0] == "%" and len(waiting) == 1 else ""
            out.extend(_side_by_side(line[place:found].strip() + sign, waiting, label))
            waiting = []
        label = f"{label} {word}" if word in _VERBS else word
        place = found + len(word)
    if waiting:
        out.extend(_side_by_side(line[place:].strip(), waiting, label))
    elif line[place:].strip():
        return None
    if not _words(template):
        if len(template.holes) > 1:
            return _separate(line, template)
        if not fits(Form.LINE, template.holes[0], line):
            return None
        return [Printed(line.strip(), template.holes[0], block.before)]
    return out


def _side_by_side(text: str, holes: list[Hole], label: str) -> list[Printed]:
    """The values between two words of a template. Where they can't be told apart, nobody knows whose they are."""
    values = [text] if len(holes) == 1 else split_values(text)
    if len(values) != len(holes):
        return [Printed(text, NO_HOLE, label)]
    return [Printed(value, hole, label) for value, hole in zip(values, holes, strict=True)]


def _separate(line: str, template: Template) -> list[Printed] | None:
    """Values printed one behind the other, with marks between at most: told apart where they are tuples or numbers."""
    holes = template.holes
    values = split_values(line)
    if len(values) != len(holes):
        marks = {part.strip() for part in template.parts if isinstance(part, str)}
        values = [value for value in values if value not in marks]
    if len(values) != len(holes):
        return None
    named = any(isinstance(part, str) and part.strip() in (":", "=") for part in template.parts)
    out: list[Printed] = []
    name = ""
    for value, hole in zip(values, holes, strict=True):
        out.append(Printed(value, hole, name))
        name = value if named and number(value) is None else ""  # `print(f"{name}: {score}")`
    return out


def split_values(text: str) -> list[str]:
    """ "(8, 2) (8,) 0.5" or "(8, 2), 0.5" as its values; brackets hold together what is in them."""
    out: list[str] = []
    depth = 0
    current: list[str] = []
    for char in text[:2000]:
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        if depth == 0 and char in " ,":
            if current:
                out.append("".join(current))
            current = []
        else:
            current.append(char)
    if current:
        out.append("".join(current))
    return out


def _of_column(hole: Hole, text: str) -> bool:
    """False where the series that `text` is has the name of another column than the expression takes."""
    column = _COLUMN.search(hole.expression)
    if column is None or "Name: " not in text[-400:]:
        return True
    name = text[text.rindex("Name: ") + 6 :].split(", Length: ")[0].split(", dtype: ")[0]
    if name in ("count", "proportion"):
        name = text.split("\n", 1)[0].strip()
    return name == column[2]


def fits(form: Form, hole: Hole, text: str) -> bool:
    """Whether the value of `hole` can have that form: a shape is a tuple, a report no series."""
    top = hole.chain[0] if hole.chain else ""
    if form is Form.INFO:
        return top == "info"
    if form is Form.REPORT:
        return "classification_report" in hole.chain or top.startswith("$")
    if form is Form.SERIES and top in _PER_COLUMN and "groupby" not in hole.chain and "\nName: " in text[-200:]:
        return False  # one value per column of a frame: such a series has no name
    if form is Form.SERIES and not _of_column(hole, text):
        return False
    if form in (Form.SERIES, Form.FRAME):
        return top not in _SMALL and not (top.endswith("_score") or top.startswith("#"))
    if form is Form.ARRAY:
        return top not in _BLOCKY or top in ("confusion_matrix", "columns")
    if form is Form.LOG:
        return False
    text = text.strip()
    if (text.startswith("(") and text.endswith(")")) or text.startswith(("torch.Size(", "TensorShape(")):
        return (
            top in ("shape", "size", "#tuple", "type", "tuple")
            or top.startswith("$")
            or bool(hole.elements)
            or ("return_counts=True" in hole.chain)
        )
    if number(text) is not None:
        return top != "shape" and top not in _BLOCKY
    if (top in _NUMBERS or top.endswith("_score")) and not _DIGIT.search(text) and text not in ("nan", "None", "inf"):
        return False
    return top not in ("shape", "len", "classification_report", "confusion_matrix", "head", "tail", "describe")

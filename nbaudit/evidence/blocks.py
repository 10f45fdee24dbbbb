"""A stream's text cut into blocks by outward form: series, frames, reports, arrays, logs and single lines."""

from __future__ import annotations

import re

from msgspec import Struct

from nbaudit.evidence.piece import Form
from nbaudit.evidence.tables import dtype_line, frame_extent, value_like
from nbaudit.patterns import regex

_MOST_LINES = 3000
_LOG = regex(
    r"\[\d{1,7}\]\t|\d{1,7}:\t(?:learn|test): |Epoch:?[ \[]{0,3}\d{1,6}(?:/\d|\b)|"
    r"\d{1,9}/(?:\d{1,9}|Unknown)[ \t]{0,4}(?:\[|━|\x1b)|.{0,120}?\b(?:val_)?[Ll]oss: ?\d"
)
_AMID_LOG = regex(r"\[LightGBM\]|\[\d\d:\d\d:\d\d\] |WARNING:|\[Warning\]")
"""What the library that trains says between the lines of its log."""
_ENDS_ARRAY = regex(r"\s{2,}(?:dtype|name|length|freq|categories|ordered)=[^\n]{0,300}\)\s*$")
_MOST_ARRAY = 400
_CALL = regex(r"[A-Z]\w{2,60}\(")
_MOST_CALL = 80


class Block(Struct, frozen=True):
    form: Form
    text: str
    before: str = ""


_COUNTED = regex(r"\[\d{1,7}\]\t|\d{1,7}:\t|Epoch:?[ \[]{0,3}\d|.{0,120}?\b[Ee]poch", re.S)
_STEP = regex(r"\d{1,9}/(?:\d{1,9}|Unknown)[ \t]{0,4}(?:\[|━|\x1b|-)")
_EXTENSION = regex(r"<\w{0,40}Array>\n\[")
"""How pandas shows arrays of its own types (texts since 3.0): "<ArrowStringArray>", values, "Length: 2, dtype: str"."""


def without_overwrites(text: str) -> str:
    """`text` as a terminal shows it: of a line that carriage returns overwrote, the last stretch that isn't blank."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(_overwritten(line) if "\r" in line else line for line in lines)


def _overwritten(line: str) -> str:
    return next((part for part in reversed(line.split("\r")) if part.strip()), "")


def blocks(text: str) -> list[Block]:
    """The blocks of a stream in order. `before` is the last line before a block that isn't blank."""
    lines = without_overwrites(text).split("\n")[:_MOST_LINES]
    series = _series_spans(lines) if "dtype: " in text else {}
    out: list[Block] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if not line.strip():
            place += 1
            continue
        form, end = (Form.SERIES, series[place]) if place in series else _recognised(lines, place)
        nearest = min((s for s in series if place < s < end), default=end) if form is not Form.LINE and series else end
        end = max(place + 1, nearest if form is Form.FRAME else end)
        before = out[-1].text if out and out[-1].form is Form.LINE else ""
        out.append(Block(form, line if end == place + 1 else "\n".join(lines[place:end]), before))
        place = end
    return out


def _recognised(lines: list[str], place: int) -> tuple[Form, int]:
    line = lines[place]
    if line.startswith("<class 'pandas"):
        return Form.INFO, _info_end(lines, place)
    if "f1-score" in line and "precision" in line and "recall" in line:
        return Form.REPORT, _report_end(lines, place)
    if ("poch" in line or "oss" in line or "/" in line or "\t" in line) and _LOG.match(line.lstrip()):
        return Form.LOG, _log_end(lines, place)
    if (
        line[0] == "<"
        and place + 1 < len(lines)
        and lines[place + 1].startswith("[")
        and _EXTENSION.match(line + "\n[")
    ):
        end = _array_end(lines, place + 1)
        return Form.ARRAY, end + (end < len(lines) and lines[end].startswith("Length: ")) if end else place + 2
    if "[" in line and line.count("[") > line.count("]"):
        end = _array_end(lines, place)
        if end:
            return Form.ARRAY, end
    elif "[[" in line:
        return Form.ARRAY, place + 1
    if _CALL.match(line) and line.count("(") > line.count(")"):
        return Form.LINE, _call_end(lines, place)
    if line[0] == " " or line.endswith("\\"):
        end = frame_extent(lines, place)
        if end > place:
            return Form.FRAME, end
    return Form.LINE, place + 1


def _info_end(lines: list[str], place: int) -> int:
    """After "memory usage", or after "dtypes" where that isn't printed, or at a blank line."""
    end = place + 1
    while end < len(lines) and lines[end].strip() and end - place < 2500:
        end += 1
        if lines[end - 1].startswith("memory usage"):
            break
        after_dtypes = lines[end - 1].startswith("dtypes:")
        if after_dtypes and not (end < len(lines) and lines[end].startswith("memory usage")):
            break
    return end


def _report_end(lines: list[str], place: int) -> int:
    end, last = place + 1, place + 1
    blanks = 0
    while end < len(lines) and end - place < 600:
        words = lines[end].split()
        blanks = 0 if words else blanks + 1
        if blanks > 1 or (words and not (len(words) >= 3 and value_like(words[-1]))):
            break
        end += 1
        last = end if words else last
        if words and (words[0] == "weighted" or words[:2] == ["avg", "/"]):
            following = lines[end].split() if end < len(lines) else []
            return end + (following[:1] == ["samples"])
    return last


def _log_end(lines: list[str], place: int) -> int:
    end = last = place + 1
    counted = _COUNTED.match(lines[place].lstrip()) is not None
    bar = _STEP.match(lines[place].lstrip()) is not None
    while end < len(lines):
        line = lines[end].strip(" \t-=")
        of_log = line and _LOG.match(lines[end].lstrip())
        if of_log:
            counted = counted or _COUNTED.match(lines[end].lstrip()) is not None
            if bar and not counted and not _STEP.match(lines[end].lstrip()):
                break  # what is printed below the bar of an evaluation is no log
        if line and not of_log and not _AMID_LOG.match(lines[end]):
            break
        end += 1
        last = end if of_log else last
    return last


def _array_end(lines: list[str], place: int) -> int:
    """The line after the bracket that closes the first line's; 0 where it doesn't close or other text comes between.

    A dtype on a line of its own belongs to the array.
    """
    depth = 0
    for end in range(place, min(place + _MOST_ARRAY, len(lines))):
        if end > place and not lines[end].startswith((" ", "\t", "]")):
            return 0
        depth += lines[end].count("[") - lines[end].count("]")
        if depth <= 0:
            dtype = lines[end].endswith(",") and end + 1 < len(lines) and _ENDS_ARRAY.match(lines[end + 1][:400])
            return end + 2 if dtype else end + 1
    return 0


def _call_end(lines: list[str], place: int) -> int:
    """After an object that shows itself as a call of several lines: those below the first are indented."""
    depth = 0
    for end in range(place, min(place + _MOST_CALL, len(lines))):
        if end > place and not lines[end].startswith(("  ", ")")):
            break
        depth += lines[end].count("(") - lines[end].count(")")
        if depth <= 0:
            return end + 1
    return place + 1


def _series_spans(lines: list[str]) -> dict[int, int]:
    """First line -> line after the dtype line, for every series. It is found from its last line upwards."""
    spans: dict[int, int] = {}
    floor = 0
    for place, line in enumerate(lines):
        if not dtype_line(line):
            continue
        numeric = line.rpartition("dtype: ")[2].startswith(("int", "float", "uint", "bool", "Int", "Float"))
        start = place
        while start > floor and _series_row(lines[start - 1], numeric):
            start -= 1
        counted = "Name: count" in line or "Name: proportion" in line
        if start > floor and start < place and _names_index(lines[start - 1], lines[start], counted):
            start -= 1
        if start < place:
            spans[start] = floor = place + 1
        floor = place + 1
    return spans


def _series_row(line: str, numeric: bool) -> bool:
    stripped = line.strip()
    if not stripped or "  " not in stripped:
        return stripped in ("...", "..")
    return not numeric or value_like(stripped[stripped.rfind(" ") + 1 :])


def _names_index(line: str, row: str, counted: bool) -> bool:
    """Whether `line` names the index of the series whose first row is `row`."""
    stripped = line.rstrip()
    if not stripped or stripped[-1] in ":.!?" or stripped[0] in " -=#":
        return False
    return counted or ("  " in stripped and len(stripped) < len(row.rstrip()))


def form_of(text: str) -> Form:
    """The form of a result, as a whole."""
    if text.startswith("<class 'pandas"):
        return Form.INFO
    if text.startswith("Empty DataFrame"):
        return Form.FRAME
    if _EXTENSION.match(text):
        return Form.ARRAY
    if text[:1] in ("┏", "╭", "┌", "+"):
        return Form.LINE
    first = text.lstrip("\n").split("\n", 1)[0]
    if "f1-score" in first and "precision" in first:
        return Form.REPORT
    last = text.rstrip()
    tail = last[last.rfind("\n") + 1 :]
    if "\n" in last and (dtype_line(tail) or (tail.startswith("Categories (") and "dtype: category" in last)):
        return Form.SERIES
    if text.startswith(("array(", "[", "(array(")):
        return Form.ARRAY
    lines = last.split("\n", 3)
    if len(lines) > 1 and (text[0] == " " or lines[0].endswith("\\") or len(lines[0]) == len(lines[-1].split("\n")[0])):
        return Form.FRAME if "\n" in last and not text.startswith(("{", "(", "<", "Counter")) else Form.LINE
    return Form.LINE

"""A comment written by `insertion` covers the finding, and no other statement."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("jupyter_server")

from nbaudit.errors import UsageError
from nbaudit.jupyter.suppression import insertion
from nbaudit.loading.notebook import loads
from nbaudit.loading.suppressions import find_suppressions
from nbaudit.model.source import Span

CASES = {
    "a plain line": ("a = 1\nb = 2\nc = 3", 2, "b = 2  # nbaudit: ignore[SC-W] why"),
    "the first line of a cell": ("a = 1\nb = 2", 1, "a = 1  # nbaudit: ignore[SC-W] why"),
    "blanks at the end": ("a = 1   \nb = 2", 1, "a = 1  # nbaudit: ignore[SC-W] why   "),
    "a comment that is there": ("a = 1  # one\nb = 2", 1, "a = 1  # one  # nbaudit: ignore[SC-W] why"),
    "an open bracket": ("a = f(\n    1,\n)\nb = 2", 1, "a = f(  # nbaudit: ignore[SC-W] why"),
    "a backslash": ("a = 1 + \\\n    2\nb = 2", 1, "    2  # nbaudit: ignore[SC-W] why"),
    "an open string": ("a = '''x\ny'''\nb = 2", 1, "y'''  # nbaudit: ignore[SC-W] why"),
    "a sign that is no comment": ("a = '#'\nb = 2", 1, "a = '#'  # nbaudit: ignore[SC-W] why"),
    "below a cell magic": ("%%time\na = 1\nb = 2", 2, "a = 1  # nbaudit: ignore[SC-W] why"),
}


def written(source: str, line: int, reason: str = "why") -> str:
    place = insertion(source, line, ("SC-W",), reason)
    lines = source.split("\n")
    text = lines[place.line - 1]
    lines[place.line - 1] = text[: place.column] + place.text + text[place.column :]
    return "\n".join(lines)


@pytest.mark.parametrize(("source", "line", "changed"), CASES.values(), ids=CASES)
def test_the_comment_covers_its_statement_alone(source: str, line: int, changed: str) -> None:
    text = written(source, line)
    assert changed in text.split("\n")
    cell = {"cell_type": "code", "source": text, "metadata": {}, "outputs": []}
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (suppression,) = find_suppressions(loads(json.dumps(document).encode(), "cell"))
    assert suppression.covers(Span(0, line), "SC-W", "scaler-fitted-on-test-rows")
    others = [number for number in range(1, text.count("\n") + 2) if suppression.covers(Span(0, number), "SC-W", "")]
    last = max(number for number, row in enumerate(text.split("\n"), 1) if not row.startswith("b ="))
    assert set(others) <= set(range(line, last + 1))
    assert suppression.reason == "why"


def test_a_reason_stays_on_its_line() -> None:
    assert written("a = 1", 1, "two\nlines") == "a = 1  # nbaudit: ignore[SC-W] two lines"


def test_a_line_that_cannot_take_one_says_so() -> None:
    with pytest.raises(UsageError, match="cell tag"):
        insertion("a = 1  # nbaudit: ignore[MV-W] other", 1, ("SC-W",), "")

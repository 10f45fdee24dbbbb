"""Regular expressions are compiled late, and none of them is faulty."""

from __future__ import annotations

import gc
import re

import pytest

from nbaudit.checkers.base import own_checks
from nbaudit.patterns import _Pattern, regex


def test_a_pattern_is_compiled_at_its_first_use() -> None:
    digits = regex(r"(\d+)x", re.IGNORECASE)
    assert digits._compiled is None  # type: ignore[attr-defined]
    found = digits.search("a 12X")
    assert found is not None and found[1] == "12"
    assert digits.pattern == r"(\d+)x"
    assert digits.sub("-", "1x2X") == "--"


def test_a_faulty_pattern_says_so_at_its_first_use() -> None:
    faulty = regex("(")
    with pytest.raises(re.error):
        faulty.search("")


def test_every_pattern_of_the_checks_can_be_compiled() -> None:
    own_checks()
    waiting = [item for item in gc.get_objects() if isinstance(item, _Pattern) and item._text != "("]
    assert len(waiting) > 100
    for item in waiting:
        item.search("")  # raises where the pattern is faulty

"""Regular expressions that are compiled when they are first used.

nbaudit has some 250 of them, a command needs a fifth. Compiling all of them took a fifth of a cold start.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    """Stands for a compiled pattern; after the first use of a method its own attribute is that of the compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:  # only asked for what is not there yet
        if self._compiled is None:
            self._compiled = re.compile(self._text, self._flags)
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, at the first use. A faulty pattern raises `re.error` then: `tests/test_patterns.py` uses all.

    It can't be handed to the functions of `re` (`re.sub(it, ...)`): use its methods.
    """
    return cast("re.Pattern[str]", _Pattern(text, int(flags)))

"""The standard library's syntax tree of a cell, parsed once for all that read it."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=256)
def python_tree(python: str) -> ast.Module | None:
    """The tree of a cell's Python, None where it can't be parsed whole. Who reads it must not change it.

    The dataflow graph has trees of its own (`dataflow.syntax`), which also hold what is sound around an error.
    """
    try:
        return ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None

"""The standard library's syntax tree of a cell, parsed once for all that read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache


@lru_cache(maxsize=1024)
def python_tree(python: str) -> ast.Module | None:
    """The tree of a cell's Python, None where it can't be parsed whole. Who reads it must not change it.

    Each audit forgets the trees at its end (`python_tree.cache_clear`): the garbage collector would walk them for long.
    The dataflow graph has trees of its own (`dataflow.syntax`), which also hold what is sound around an error.
    """
    try:
        return ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements in the order of `ast.walk`, which would also look at every expression in them: ten times as much.

    Statements stand in statements, in handlers of errors and in cases alone.
    """
    waiting: list[ast.AST] = [tree]
    for node in waiting:  # it grows meanwhile
        for field in _BLOCKS.get(type(node), ()):
            waiting.extend(getattr(node, field))
        if isinstance(node, ast.stmt):
            yield node


_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: tuple(field for field in kind._fields if field in ("body", "handlers", "orelse", "finalbody", "cases"))
    for kind in (
        ast.Module,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.For,
        ast.AsyncFor,
        ast.While,
        ast.If,
        ast.With,
        ast.AsyncWith,
        ast.Match,
        ast.match_case,
        ast.Try,
        ast.ExceptHandler,
        *((ast.TryStar,) if hasattr(ast, "TryStar") else ()),
    )
}

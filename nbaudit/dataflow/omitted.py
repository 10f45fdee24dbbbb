"""Lists of all of a table's columns but some, as they are written: `[c for c in df.columns if c != "y"]`."""

from __future__ import annotations

import ast
from collections.abc import Callable

LAST = "#-1"
"""The last column, whatever its name."""
Names = Callable[[ast.expr], "tuple[str, ...] | None"]


def omitted(node: ast.expr, names: Names) -> tuple[str, ...] | None:
    """The names that a list of a table's columns leaves out, None where the expression is no such list.

    `names` gives the names that an expression stands for, None where they are not known.
    """
    if isinstance(node, ast.Attribute):
        if node.attr == "columns":
            return ()
        return omitted(node.value, names) if node.attr == "values" else None
    if isinstance(node, ast.Call):
        return _called(node, names)
    if isinstance(node, ast.ListComp):
        return _comprehended(node, names)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.NotEq):
        return _more(omitted(node.left, names), names(node.comparators[0]))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert) and isinstance(node.operand, ast.Call):
        call = node.operand
        if isinstance(call.func, ast.Attribute) and call.func.attr == "isin" and call.args:
            return _more(omitted(call.func.value, names), names(call.args[0]))
        return None
    if isinstance(node, ast.Subscript):
        base = omitted(node.value, names)
        if isinstance(node.slice, ast.Slice):
            return _more(base, (LAST,)) if _all_but_last(node.slice) else None
        return omitted(node.slice, names) if base is not None else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return _more(omitted(node.left, names), names(node.right))
    return None


def _more(base: tuple[str, ...] | None, gone: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return base + gone if base is not None and gone is not None else None


def _called(node: ast.Call, names: Names) -> tuple[str, ...] | None:
    func = node.func
    if isinstance(func, ast.Name):
        return omitted(node.args[0], names) if func.id in ("list", "sorted", "set") and node.args else None
    if not isinstance(func, ast.Attribute):
        return None
    if func.attr in ("tolist", "to_list", "copy"):
        return omitted(func.value, names)
    if func.attr in ("drop", "difference") and node.args:
        return _more(omitted(func.value, names), names(node.args[0]))
    return None


def _comprehended(node: ast.ListComp, names: Names) -> tuple[str, ...] | None:
    loop = node.generators[0]
    if len(node.generators) > 1 or not isinstance(loop.target, ast.Name):
        return None
    if not isinstance(node.elt, ast.Name) or node.elt.id != loop.target.id:
        return None
    gone = omitted(loop.iter, names)
    for test in loop.ifs:
        if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name) or test.left.id != node.elt.id:
            return None
        if len(test.ops) != 1 or not isinstance(test.ops[0], (ast.NotEq, ast.NotIn)):
            return None
        gone = _more(gone, names(test.comparators[0]))
    return gone


def _all_but_last(key: ast.Slice) -> bool:
    first = key.lower is None or (isinstance(key.lower, ast.Constant) and key.lower.value == 0)
    upper = key.upper
    if isinstance(upper, ast.UnaryOp) and isinstance(upper.op, ast.USub) and isinstance(upper.operand, ast.Constant):
        return first and key.step is None and upper.operand.value == 1
    return first and key.step is None and isinstance(upper, ast.Constant) and upper.value == -1


__all__ = ["LAST", "omitted"]

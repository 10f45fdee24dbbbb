"""Cuts: reads that leave part of the source out, by how the notebook writes them.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbaudit.loading.trees import statements
from nbaudit.model.flow import Loop, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Workflow
from nbaudit.workflow.writing import assigned, trees

FEW = 10
"""Fewer rows than this are a look."""
_GATHERS = frozenset({"append", "add", "extend", "update"})
_LEARNING = (Role.FIT, Role.TUNE, Role.PREDICT, Role.EVALUATE)
_READ_ONLY = regex(r"\b(?:n_?rows|max_?rows)\s*=\s*(?:int\(\s*)?\d")
_PART_OF_SPLIT = regex(r"^[\w.+]+\[(?::\d+%?|\d+%?:\d+%?)\]$")


def stops_reading(workflow: Workflow) -> Iterator[tuple[Loop, Operation, str]]:
    """(loop, a read, the test) of loops that gather what is read and break off after a number of rows, files or chunks.

    A loop that only prints, trains or predicts gathers nothing.
    """
    for loop in workflow.graph.loops:
        if loop.kind != "for" or loop.exit is None:
            continue
        inside = [op for op in workflow.graph.operations if loop.id in op.loops]
        if any(op.role in _LEARNING for op in inside):
            continue
        read = next((op for op in workflow.loads if op.bit & loop.over or loop.id in op.loops), None)
        if read is None:
            continue
        node = _loop_at(workflow, loop)
        test = _exit_of(node) if node is not None else None
        if node is not None and test is not None and _counts_to(workflow, test, read) and _gathers(node):
            yield loop, read, ast.unparse(test)


def cut_list(workflow: Workflow, op: Operation) -> str:
    """How the list that the innermost loop around a read runs over was cut before, "" where it was not.

    `for path in paths[:100]`, also where the cut has a name.
    """
    if not op.loops:
        return ""
    text = workflow.graph.loops[op.loops[-1]].text
    try:
        over: ast.expr | None = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return ""
    while isinstance(over, ast.Call) and over.args and not isinstance(over.func, ast.Attribute):
        over = over.args[0]  # enumerate(paths), tqdm(paths), sorted(paths)
    if isinstance(over, ast.Name):
        over = assigned(workflow, over.id, op)
    if isinstance(over, ast.Subscript) and isinstance(over.slice, ast.Slice) and over.slice.step is None:
        first = over.slice.lower is None or ast.unparse(over.slice.lower) == "0"
        most = number_of(workflow, over.slice.upper)
        return ast.unparse(over) if first and most is not None and most > 0 else ""
    return ""


def reads_less(op: Operation) -> str:
    """The argument by which a read is told how many rows to read, "" where there is none."""
    if any(isinstance(value.constant, str) and _PART_OF_SPLIT.match(value.constant) for value in op.args.values()):
        return "split"
    told = _READ_ONLY.search(op.text)
    return told.group().partition("=")[0].strip() if told is not None else ""


def number_of(workflow: Workflow, node: ast.expr | None) -> int | None:
    """The whole number that an expression stands for: written, counted out, or under a name."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = number_of(workflow, node.operand)
        return None if number is None else -number
    if isinstance(node, ast.Name):
        values = {b.value.constant for b in workflow.bindings_by_name.get(node.id, ())}
        only = values.pop() if len(values) == 1 else None
        return only if isinstance(only, int) and not isinstance(only, bool) else None
    return None


def _loop_at(workflow: Workflow, loop: Loop) -> ast.For | None:
    if loop.exit is None:
        return None
    found: ast.For | None = None
    for cell, tree in trees(workflow, "break"):
        if cell != loop.exit.cell:
            continue
        for node in statements(tree):
            if isinstance(node, ast.For) and node.lineno <= loop.exit.line <= (node.end_lineno or node.lineno):
                found = node  # the innermost comes last
    return found


def _exit_of(loop: ast.For) -> ast.Compare | None:
    """The comparison by which the loop is broken off, where it is the whole of the test."""
    for node in ast.walk(loop):
        if isinstance(node, ast.If) and any(isinstance(inner, ast.Break) for inner in node.body):
            return node.test if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1 else None
    return None


def _counts_to(workflow: Workflow, test: ast.Compare, read: Operation) -> bool:
    """True for `i >= 1000`, `len(rows) == LIMIT`; of files and chunks few are enough."""
    if not isinstance(test.ops[0], (ast.Gt, ast.GtE, ast.Eq)):
        return False
    counted = test.left
    if isinstance(counted, ast.Call):
        if ast.unparse(counted.func) != "len":
            return False
    elif not isinstance(counted, ast.Name):
        return False
    number = number_of(workflow, test.comparators[0])
    least = 1 if "chunksize" in read.args else FEW
    return number is not None and number >= least


def _gathers(loop: ast.For) -> bool:
    """True where the body puts something aside for later."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GATHERS:
            return True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            return True
        if isinstance(node, (ast.AugAssign, ast.Yield)) and not isinstance(getattr(node, "value", None), ast.Constant):
            return True
    return False


__all__ = ["FEW", "cut_list", "number_of", "reads_less", "stops_reading"]

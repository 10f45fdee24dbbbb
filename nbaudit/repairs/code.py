"""Tools of the writers: statements of the notebook changed in one place, calls laid out, the split put first."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping

from nbaudit.loading.trees import python_tree
from nbaudit.model.flow import Kind, Model, Operation, Shape
from nbaudit.model.source import Notebook
from nbaudit.patterns import regex
from nbaudit.workflow.names import Names, keywords

Writer = Callable[[Names], str]

_IMPORTS: Mapping[str, str] = {
    "np": "import numpy as np",
    "os": "import os",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "torch": "import torch",
    "DataLoader": "from torch.utils.data import DataLoader",
    "cross_val_score": "from sklearn.model_selection import cross_val_score",
    "train_test_split": "from sklearn.model_selection import train_test_split",
    "make_pipeline": "from sklearn.pipeline import make_pipeline",
    "MinMaxScaler": "from sklearn.preprocessing import MinMaxScaler",
    "StandardScaler": "from sklearn.preprocessing import StandardScaler",
}
"""How to import what the writers use, where the notebook has not yet."""


def first(*writers: Writer) -> Writer:
    """What the first of the writers gives that has something to say."""
    return lambda names: next((code for code in (writer(names) for writer in writers) if code), "")


class Known:
    """The names that a notebook binds anywhere, imports included."""

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook
        self._bound: dict[str, bool] = {}

    def binds(self, name: str) -> bool:
        """True where any cell binds a name. Only cells in whose text it stands are walked."""
        if name not in self._bound:
            cells = (cell.python for cell in self._notebook.cells if cell.is_python and name in cell.python)
            trees = (python_tree(text) for text in cells)
            self._bound[name] = any(tree is not None and name in bound_in(tree) for tree in trees)
        return self._bound[name]

    def fitted(self, code: str, names: Names) -> str:
        """A check's own code with the notebook's table for `df`; "" where it is no Python, or leaves things out."""
        tree = python_tree(code)
        if tree is None or any(isinstance(item, ast.Constant) and item.value is ... for item in ast.walk(tree)):
            return ""
        if self.binds("df") or not any(isinstance(item, ast.Name) and item.id == "df" for item in ast.walk(tree)):
            return code
        return re.sub(r"\bdf\b", names.frame, code)

    def with_imports(self, code: str) -> str:
        """The code, after the imports that it needs and the notebook has not."""
        wanted = {name for name in _IMPORTS if name in code and not self.binds(name)}
        tree = python_tree(code) if wanted else None
        if tree is None:
            return code
        used = {item.id for item in ast.walk(tree) if isinstance(item, ast.Name)}
        lines = [_IMPORTS[name] for name in sorted((used & wanted) - set(bound_in(tree)))]
        if not lines:
            return code
        # below other imports no empty line is wanted between
        gap = "" if code.startswith(("import ", "from ")) else "\n"
        return "\n".join(lines) + "\n" + gap + code


def parsed(text: str) -> ast.Module | None:
    """The syntax tree, None where the text is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def bound_in(tree: ast.AST) -> Iterable[str]:
    """The names that a piece of code binds: assignments, loops, imports, functions, classes and arguments."""
    for item in ast.walk(tree):
        if isinstance(item, ast.Name):
            if isinstance(item.ctx, ast.Store):
                yield item.id
        elif isinstance(item, _BINDING):
            if isinstance(item, ast.arg):
                yield item.arg
            elif isinstance(item, ast.alias):
                yield (item.asname or item.name).partition(".")[0]
            elif item.name:
                yield item.name


_BINDING = (ast.FunctionDef, ast.ClassDef, ast.arg, ast.ExceptHandler, ast.alias)
"""What binds a name besides an assignment."""


def bare_targets(code: str) -> str:
    """The code without brackets around the names that are assigned or looped over, which only Python 3.10 puts there:
    results are to be the same on every Python."""
    return _TARGETS.sub(r"\1\2\3", code)


_TARGETS = regex(r"(^[ \t]*|\bfor )\(([^()\n]+)\)( = | in )", re.MULTILINE)


def statement_of(names: Names, op: Operation | None) -> ast.stmt | None:
    """The innermost statement that an operation stands in, parsed anew; None where its cell is no whole Python."""
    if op is None:
        return None
    return _innermost(parsed(names.workflow.notebook.cells[op.span.cell].python), op.span.line)


def _innermost(tree: ast.Module | None, line: int) -> ast.stmt | None:
    found: ast.stmt | None = None
    for item in ast.walk(tree) if tree is not None else ():
        if isinstance(item, ast.stmt) and item.lineno <= line <= (item.end_lineno or item.lineno):
            found = item  # the walk goes from outer to inner
    return found


def changed(names: Names, op: Operation | None, change: Callable[[ast.expr], ast.expr | None]) -> str:
    """The statement of an operation with its expression replaced by what `change` makes of it.

    "" where the statement holds other statements, or is not found, or `change` has nothing (None).
    """
    tree = statement_of(names, op)
    text = names.text(op)
    if tree is None or not text or isinstance(tree, _COMPOUND):
        return ""
    for item in ast.walk(tree):
        if isinstance(item, ast.expr) and ast.unparse(item) == text:
            new = change(item)
            if new is None:
                return ""
            return laid_out(_Replaced(item, new).visit(tree))
    return ""


_COMPOUND = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With, ast.Try, ast.AsyncFunctionDef)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def laid_out(tree: ast.AST) -> str:
    """A statement as text; a long call with a line for each argument."""
    text = ast.unparse(tree)
    value = getattr(tree, "value", None)
    if len(text) <= 88 or not isinstance(value, ast.Call) or not (value.args or value.keywords):
        return text
    whole = ast.unparse(value)
    head = text[: len(text) - len(whole)] if text.endswith(whole) else None
    if head is None:
        return text
    given = [*map(ast.unparse, value.args), *(_keyword(item) for item in value.keywords)]
    return "\n".join([f"{head}{ast.unparse(value.func)}(", *(f"    {item}," for item in given), ")"])


def _keyword(item: ast.keyword) -> str:
    return f"{item.arg}={ast.unparse(item.value)}" if item.arg else f"**{ast.unparse(item.value)}"


def site_text(names: Names, op: Operation, most: int = 30) -> str:
    """The source of the top-level statement that an operation ran from, "" where it has more lines than `most`."""
    source = names.workflow.notebook.cells[op.site.cell].python
    tree = python_tree(source)
    for item in tree.body if tree is not None else ():
        if item.lineno <= op.site.line <= (item.end_lineno or item.lineno):
            text = ast.get_source_segment(source, item) or ""
            return text if len(text.splitlines()) <= most else ""
    return ""


def expr(text: str) -> ast.expr:
    """The syntax tree of an expression.

    Raises:
        SyntaxError: it is none; writers give only what they made or have parsed before.
    """
    return ast.parse(text, mode="eval").body


def with_keyword(call: ast.Call, name: str, value: str) -> ast.Call:
    """A call with a keyword argument set."""
    kept = [item for item in call.keywords if item.arg != name]
    return ast.Call(call.func, call.args, [*kept, ast.keyword(name, expr(value))])


def without_keywords(call: ast.Call, *dropped: str) -> ast.Call:
    return ast.Call(call.func, call.args, [item for item in call.keywords if item.arg not in dropped])


def quoted(column: str) -> str:
    """A column's name as Python text."""
    return f'"{column}"' if '"' not in column and "\\" not in column and column.isprintable() else repr(column)


def named_value(names: Names, *kinds: Kind, words: tuple[str, ...] = ()) -> str:
    """The newest variable of one of the kinds whose name holds one of the words (any where none is given)."""
    for word in words or ("",):
        for item in reversed(names.workflow.graph.bindings):
            if item.value.kind in kinds and item.name.isidentifier() and word in item.name.lower():
                return item.name
    return ""


def is_network(model: Model) -> bool:
    return model.shape is Shape.NETWORK


def fits_as_sklearn(model: Model) -> bool:
    """True for types with scikit-learn's `fit` and `transform`."""
    return model.type.startswith(("sklearn.", "imblearn.", "category_encoders.", "feature_engine."))


def split_first(names: Names) -> list[str]:
    split = names.parts.op
    if split is None:
        return []
    learned = names.operation()
    rows = names.unprepared[0]
    is_prepared = rows == names.parts.whole and learned is not None and bool(split.data)
    said = "# before anything learns from the rows"
    if is_prepared and learned is not None and split.data[0].upstream & learned.bit:
        said += f", so with `{rows}` as it was before" if rows.isidentifier() else ""
    return [said, split_line(names, *names.unprepared), ""]


def split_line(names: Names, whole: str, whole_target: str, **more: str) -> str:
    """The notebook's split of `whole` as a statement, with arguments added."""
    parts = names.parts
    if parts.op is not None and len(parts.op.outputs) == 2:
        return _two_parts(names, parts.op, whole, more)
    kept = keywords(names.text(parts.op)) if parts.op is not None else {}
    if "stratify" in kept:
        kept["stratify"] = whole_target
    kept = {**more, **kept}
    if "shuffle" not in kept:
        kept.setdefault("random_state", "0")
    arguments = ", ".join([whole, whole_target, *(f"{key}={value}" for key, value in kept.items())])
    line = f"{parts.train}, {parts.test}, {parts.train_target}, {parts.test_target} = train_test_split({arguments})"
    return line if len(line) <= 66 else line.replace(f"({arguments})", f"(\n    {arguments}\n)")


def _two_parts(names: Names, op: Operation, whole: str, more: Mapping[str, str]) -> str:
    """The split of one table into two."""
    kept = {**more, **keywords(names.text(op))}
    if "shuffle" not in kept:
        kept.setdefault("random_state", "0")
    given = ", ".join([whole, *(f"{key}={value}" for key, value in kept.items())])
    return f"{names.of(op.outputs[0])}, {names.of(op.outputs[1])} = train_test_split({given})"


def added(call: str, argument: str) -> str:
    """The call with one more argument, "" where it has it already or is no call."""
    call = call.rstrip()
    if not call.endswith(")") or f"{argument.partition('=')[0]}=" in call:
        return ""
    head = call[:-1].rstrip().rstrip(",")
    return f"{head}, {argument})" if not head.endswith("(") else f"{head}{argument})"


def call_lines(head: str, *given: str) -> list[str]:
    """A call as one line, or with a line for each argument where it gets long."""
    line = f"{head}({', '.join(given)})"
    return [line] if len(line) <= 66 else [f"{head}(", *(f"    {argument}," for argument in given), ")"]


def renamed(name: str, part: str) -> str:
    """The name of another part of the same data: "X_train" -> "X_val"."""
    return name.replace("train", part) if "train" in name else f"{name}_{part}"


def bound(names: Names, op: Operation) -> str:
    """The name that the result of an operation got, "" where it has none."""
    found = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "")
    return found if found.isidentifier() else ""

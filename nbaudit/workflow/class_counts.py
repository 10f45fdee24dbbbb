"""Class counts that notebooks print as single numbers: `df.paid.mean()`, `len(df[df.paid == 1]) / len(df)`, `y.sum()`.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from msgspec import Struct

from nbaudit.model.facts import Figure, ShapeFact
from nbaudit.workflow import Workflow

_DEEPEST = 4
_ROUNDED = frozenset({"round", "float", "int", "str"})
_SAME = frozenset({"astype", "values", "to_numpy", "ravel", "copy", "dropna", "squeeze", "flatten"})
_OTHER = "the other"


class _Told(Struct, frozen=True):
    """What an expression says of one class: its `key`, a share or a number of rows, and what it is multiplied by."""

    key: str
    share: bool
    scale: float = 1.0


class Tally(Struct, frozen=True):
    """The shares of the classes (0 to 1), and the outputs that tell them, in order."""

    shares: Mapping[str, float]
    facts: tuple[Figure | ShapeFact, ...]


def tallies(workflow: Workflow, names: frozenset[str]) -> Iterator[Tally]:
    """The shares of the classes of the columns or variables of these names, as single printed numbers tell them.

    A share tells of two classes at once; numbers of rows must be printed for two classes or more.
    """
    counts: dict[str, tuple[float, Figure | ShapeFact]] = {}
    for fact in workflow.facts:
        if not isinstance(fact, (Figure, ShapeFact)) or fact.stale or not fact.expression:
            continue
        told = _Reader(workflow, names, fact.cell).told(_parsed(fact.expression))
        if told is None:
            continue
        value = float(fact.rows) if isinstance(fact, ShapeFact) else fact.value
        if told.share:
            percent = isinstance(fact, Figure) and fact.percent
            share = value / (100.0 if percent and told.scale == 1.0 else told.scale)
            if 0 < share < 1:
                yield Tally({told.key: share, _OTHER: 1 - share}, (fact,))
        elif value >= 1 and told.scale == 1.0:
            counts.setdefault(told.key, (value, fact))
    total = sum(value for value, _ in counts.values())
    if len(counts) > 1:
        shares = {key: value / total for key, (value, _) in counts.items()}
        yield Tally(shares, tuple(fact for _, fact in counts.values()))


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    """Reads expressions of one cell."""

    def __init__(self, workflow: Workflow, names: frozenset[str], cell: int) -> None:
        self._workflow = workflow
        self._names = names
        self._cell = cell

    def told(self, node: ast.expr | None, depth: int = 0) -> _Told | None:
        """What an expression tells of a class, None where it tells nothing."""
        if node is None or depth > 3 * _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            return self.told(self._held(node.id), depth + _DEEPEST)
        if isinstance(node, ast.BinOp):
            return self._reckoned(node, depth)
        if isinstance(node, ast.Subscript):
            return self._taken(node, depth)
        if isinstance(node, ast.Attribute):
            return self._counted(node.value) if node.attr in ("shape", "size") else None
        if not isinstance(node, ast.Call):
            return None
        name, given = _called(node)
        if given is None:
            return None
        if name in _ROUNDED:
            return self.told(given, depth + 1)
        if name in ("mean", "average"):
            return self._averaged(given)
        if name in ("sum", "count_nonzero"):
            return self._averaged(given, share=False)
        if name in ("len", "count"):
            return self._counted(given)
        return None

    def _held(self, name: str) -> ast.expr | None:
        """The expression that a variable was given, None where it is not known."""
        found = self._workflow.last_binding(name, self._cell)
        if found is None or found.value.made_by < 0:
            return None
        text = self._workflow.graph.operations[found.value.made_by].text
        node = _parsed(text)
        return None if isinstance(node, ast.Name) else node

    def _reckoned(self, node: ast.BinOp, depth: int) -> _Told | None:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Mult):
            if isinstance(left, ast.Constant):
                left, right = right, left
            told = self.told(left, depth + 1)
            if told is None or not isinstance(right, ast.Constant) or right.value not in (100, 100.0):
                return None
            return _Told(told.key, told.share, told.scale * 100)
        if isinstance(node.op, ast.Sub) and isinstance(left, ast.Constant) and left.value in (1, 100):
            told = self.told(right, depth + 1)
            return _Told(_OTHER, True, told.scale) if told is not None and told.share else None
        if isinstance(node.op, ast.Div):
            told = self.told(left, depth + 1)
            if told is None or told.share or not self._total(right, depth):
                return None
            return _Told(told.key, True, told.scale)
        return None

    def _total(self, node: ast.expr, depth: int) -> bool:
        """True where an expression may count all rows."""
        if isinstance(node, ast.Name):
            held = self._held(node.id)
            return held is not None and depth < _DEEPEST and self._total(held, depth + 1)
        if isinstance(node, ast.Call):
            name, given = _called(node)
            if given is None:
                return False
            if name in ("float", "int"):
                return self._total(given, depth)
            if name in ("len", "count"):
                return self._filtered(given) is None
            return name == "sum" and isinstance(given, ast.Call) and _called(given)[0] == "value_counts"
        if isinstance(node, ast.Subscript):
            return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        return isinstance(node, ast.Attribute) and node.attr == "size"

    def _taken(self, node: ast.Subscript, depth: int) -> _Told | None:
        """`y.value_counts()[1]`, `.shape[0]`."""
        value = node.value
        if isinstance(value, ast.Attribute) and value.attr in ("loc", "iloc", "values"):
            value = value.value
        if isinstance(value, ast.Name):
            held = self._held(value.id)
            value = held if held is not None else value
        if isinstance(value, ast.Attribute) and value.attr == "shape":
            return self._counted(value.value)
        if not isinstance(value, ast.Call) or not isinstance(node.slice, (ast.Constant, ast.UnaryOp)):
            return None
        name, given = _called(value)
        if name == "value_counts" and given is not None and self._is_target(given):
            share = any(k.arg == "normalize" for k in value.keywords)
            return _Told(ast.unparse(node.slice), share)
        return None

    def _averaged(self, node: ast.expr, share: bool = True) -> _Told | None:
        """The mean or sum of flags: of the target itself, or of where it has one value."""
        if self._is_target(node):
            return _Told("1", share)
        key = self._compared(node)
        return _Told(key, share) if key is not None else None

    def _counted(self, node: ast.expr) -> _Told | None:
        """The number of rows of a table where the target has one value."""
        key = self._filtered(node)
        return _Told(key, False) if key is not None else None

    def _filtered(self, node: ast.expr, depth: int = 0) -> str | None:
        """The value that the target has in rows that were chosen by it, None where they were not."""
        if isinstance(node, ast.Name):
            held = self._held(node.id) if depth < _DEEPEST else None
            return self._filtered(held, depth + 1) if held is not None else None
        if isinstance(node, (ast.Attribute, ast.Call)) and depth < _DEEPEST:
            inner = node.value if isinstance(node, ast.Attribute) else node.func
            return self._filtered(inner, depth + 1)
        if not isinstance(node, ast.Subscript) or depth > _DEEPEST:
            return None
        return self._compared(node.slice) or self._filtered(node.value, depth + 1)

    def _compared(self, node: ast.expr) -> str | None:
        """The constant that the target is compared with, None where it is not."""
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.ops[0], ast.Eq)
            and isinstance(node.comparators[0], (ast.Constant, ast.UnaryOp))
            and self._is_target(node.left)
        ):
            return ast.unparse(node.comparators[0])
        return None

    def _is_target(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME:
            return self._is_target(node.func.value)
        if isinstance(node, ast.Name):
            return node.id in self._names
        if isinstance(node, ast.Attribute):
            return node.attr in self._names or (node.attr in _SAME and self._is_target(node.value))
        if isinstance(node, ast.Subscript):
            return isinstance(node.slice, ast.Constant) and node.slice.value in self._names
        return False


def _called(node: ast.Call) -> tuple[str, ast.expr | None]:
    """The name of a function or method and what it is applied to."""
    first = node.args[0] if node.args else None
    if isinstance(node.func, ast.Name):
        return node.func.id, first
    if isinstance(node.func, ast.Attribute):
        module = isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "numpy", "pd")
        return node.func.attr, first if module else node.func.value
    return "", None

"""How operations are written: literal arguments, results that nobody reads, errors that are swallowed, what to call a
thing in a sentence.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from nbaudit.loading.trees import python_tree, statements
from nbaudit.model.flow import Kind, Operation
from nbaudit.model.source import CellKind
from nbaudit.patterns import regex
from nbaudit.workflow import Workflow
from nbaudit.workflow.core import once_per_workflow

_WORD = regex(r"[^\W\d]\w*")
_HEAD = regex(r"[^\W\d]\w*(\[['\"][^'\"\]]+['\"]\])?(?=\.)")
_NAME = regex(r"[^\W\d]\w*(?=\[)")


def source_of(workflow: Workflow, op: Operation) -> ast.expr | None:
    """The syntax of the operation's expression, None where it can't be cut out."""
    lines = workflow.notebook.cells[op.span.cell].python.splitlines()[op.span.line - 1 : op.span.end_line]
    if not lines:
        return None
    lines[-1] = lines[-1][: op.span.end_column] if op.span.end_column else lines[-1]
    lines[0] = lines[0][op.span.column :]
    try:
        return ast.parse("(" + "\n".join(lines) + "\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return None


@once_per_workflow
def read_later(workflow: Workflow) -> int:
    """Mask of the operations whose result any operation or name goes on with."""
    mask = 0
    for op in workflow.graph.operations:
        for value in (*op.data, *op.args.values()):
            mask |= (value.upstream | value.control) & ~op.bit
    for binding in workflow.graph.bindings:
        if _is_read(workflow, binding.name):
            mask |= binding.value.upstream
    return mask


def _is_read(workflow: Workflow, name: str) -> bool:
    """True where a name stands at more than one place of the notebook."""
    return _words(workflow).get(name, 0) != 1


@once_per_workflow
def _words(workflow: Workflow) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for cell in workflow.notebook.cells:
        if cell.kind is CellKind.CODE:
            found.update(_WORD.findall(cell.source))
    return found


@once_per_workflow
def _unread(workflow: Workflow) -> frozenset[int]:
    """The operations whose result only has names that are written nowhere else."""
    names: dict[int, list[str]] = {}
    for binding in workflow.graph.bindings:
        names.setdefault(binding.value.made_by, []).append(binding.name)
    return frozenset(number for number, held in names.items() if not any(_is_read(workflow, name) for name in held))


def _transforms(op: Operation) -> bool:
    """True for a transformer's fit that gives the transformed data at once: what only fits keeps it in the model."""
    return op.call.rpartition(".")[2] != "fit" and op.model is not None and not op.in_folds


def thrown_away(workflow: Workflow, op: Operation) -> bool:
    """True where nothing goes on with the result of an operation that changes nothing in place: it is dropped, shown,
    or given a name that is written nowhere else. A fit is thrown away where its model is not used again either."""
    if op.inplace or op.call.startswith("syntax."):
        return False
    if op.model is not None and (
        not _transforms(op) or any(other.model is op.model and other.id > op.id for other in workflow.graph.operations)
    ):
        return False
    if op.result_used and not op.shown and op.id not in _unread(workflow):
        return False
    return not read_later(workflow) & op.bit


def line_of(workflow: Workflow, cell: int, expression: str) -> int:
    """The line of a cell that holds the head of an expression, 1 where none does."""
    head = expression.splitlines()[0] if expression else ""
    lines = workflow.notebook.cells[cell].source.split("\n")
    return next((number for number, line in enumerate(lines, 1) if head and head in line), 1)


def literal_arguments(workflow: Workflow, op: Operation) -> list[object]:
    """The literal values of a call's positional arguments, as far as they are literals."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return []
    found: list[object] = []
    for argument in node.args:
        try:
            found.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError):
            found.append(None)
    return found


def rows_named_by_hand(workflow: Workflow, op: Operation) -> list[int]:
    """The row labels or positions that a call drops, where they are written as numbers."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return []
    wanted = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("index", "labels"))]
    for argument in wanted:
        if isinstance(argument, ast.Subscript):  # df.index[[3, 4]]
            argument = argument.slice
        try:
            literal = ast.literal_eval(argument)
        except (ValueError, TypeError, SyntaxError):
            continue
        items = literal if isinstance(literal, (list, tuple, set)) else [literal]
        numbers = [item for item in items if isinstance(item, int) and not isinstance(item, bool)]
        if numbers and len(numbers) == len(items):
            return numbers
    return []


_BARE = regex(r"except\s*:")
_SILENCE = regex(r":(?:[\s\\]|#[^\n]*)*(?:pass|continue)\b")
"""What a body of nothing but `pass` begins with; spares most cells the parse."""


@once_per_workflow
def _bare_tries(workflow: Workflow) -> tuple[tuple[int, int, int], ...]:
    """(cell, first line, last line) of the bodies of `try` statements that swallow every error without a word."""
    found: list[tuple[int, int, int]] = []
    for cell, tree in trees(workflow, "except", _SILENCE):
        for node in statements(tree):
            if isinstance(node, ast.Try) and any(_silent(handler) for handler in node.handlers):
                found.append((cell, node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno))
    return tuple(found)


def _silent(handler: ast.ExceptHandler) -> bool:
    return _catches_all(handler) and all(isinstance(node, (ast.Pass, ast.Continue)) for node in handler.body)


@once_per_workflow
def _lenient_tries(workflow: Workflow) -> tuple[tuple[int, int, int, frozenset[str]], ...]:
    """(cell, first line, last line, names) of the bodies of `try` statements that go on after any error, at most with a
    printed line; `names` are those of the functions that the body calls."""
    found: list[tuple[int, int, int, frozenset[str]]] = []
    for cell, tree in trees(workflow, "except"):
        for node in statements(tree):
            if isinstance(node, ast.Try) and any(_lenient(handler) for handler in node.handlers):
                calls = [part for stmt in node.body for part in ast.walk(stmt) if isinstance(part, ast.Call)]
                names = frozenset(call.func.id for call in calls if isinstance(call.func, ast.Name))
                end = node.body[-1].end_lineno or node.body[-1].lineno
                found.append((cell, node.body[0].lineno, end, names))
    return tuple(found)


@once_per_workflow
def catching_all(workflow: Workflow) -> tuple[tuple[int, range, range], ...]:
    """(cell, lines of the body, lines of the handler) of `try` statements that catch any error and go on."""
    found: list[tuple[int, range, range]] = []
    for cell, tree in trees(workflow, "except"):
        for node in statements(tree):
            if not isinstance(node, ast.Try):
                continue
            for handler in node.handlers:
                if _catches_all(handler) and not isinstance(handler.body[-1], ast.Raise):
                    found.append((cell, _lines(node.body), _lines(handler.body)))
    return tuple(found)


def _lines(body: list[ast.stmt]) -> range:
    return range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id == "Exception")


def trees(workflow: Workflow, word: str, pattern: re.Pattern[str] | None = None) -> Iterator[tuple[int, ast.Module]]:
    """(cell, syntax) of the Python cells that hold a word (and a pattern, where given) and can be parsed whole."""
    for cell in workflow.python_cells:
        if word not in cell.python or (pattern is not None and not pattern.search(cell.python)):
            continue
        tree = python_tree(cell.python)
        if tree is not None:
            yield cell.index, tree


def written_dict(workflow: Workflow, op: Operation) -> dict[object, object] | None:
    """The dictionary that a mapping is given: written in the call, or the newest literal under its name before it."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call) or not node.args:
        return None
    given = node.args[0]
    if isinstance(given, ast.Dict):
        return _literal(given)
    return _dict_named(workflow, given.id, op) if isinstance(given, ast.Name) else None


def _literal(node: ast.expr) -> dict[object, object] | None:
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
    return found if isinstance(found, dict) else None


def _dict_named(workflow: Workflow, name: str, op: Operation) -> dict[object, object] | None:
    newest: dict[object, object] | None = None
    for cell, line, held, found in _dicts(workflow):
        if held == name and (cell, line) <= (op.span.cell, op.span.line):
            newest = found
    return newest


@once_per_workflow
def _dicts(workflow: Workflow) -> tuple[tuple[int, int, str, dict[object, object] | None], ...]:
    """(cell, line, name, dictionary) of the assignments of a name; None for what is no literal dictionary."""
    found: list[tuple[int, int, str, dict[object, object] | None]] = []
    for cell, tree in trees(workflow, "{"):
        for node in statements(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                found.append((cell, node.lineno, node.targets[0].id, _literal(node.value)))
    return tuple(found)


def _lenient(handler: ast.ExceptHandler) -> bool:
    return _catches_all(handler) and all(
        isinstance(node, (ast.Pass, ast.Continue)) or (isinstance(node, ast.Expr) and _prints(node.value))
        for node in handler.body
    )


def _prints(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


@once_per_workflow
def _definitions(workflow: Workflow) -> tuple[tuple[int, int, int, str], ...]:
    """(cell, first line, last line, name) of the functions of the notebook."""
    found: list[tuple[int, int, int, str]] = []
    for cell, tree in trees(workflow, "def "):
        for node in statements(tree):
            if isinstance(node, ast.FunctionDef):
                found.append((cell, node.lineno, node.end_lineno or node.lineno, node.name))
    return tuple(found)


def stands_in(workflow: Workflow, op: Operation, name: str) -> bool:
    """True where an operation is written in a function or method of this name."""
    return any(
        name == function and cell == op.span.cell and first <= op.span.line <= last
        for cell, first, last, function in _definitions(workflow)
    )


def goes_on_after_errors(workflow: Workflow, op: Operation) -> bool:
    """True where any error of an operation, or of the function that it stands in, leaves the others to go on."""
    tries = _lenient_tries(workflow)
    if not tries:
        return False
    around = {name for cell, a, b, name in _definitions(workflow) if cell == op.span.cell and a <= op.span.line <= b}
    return any(
        (cell == op.span.cell and first <= op.span.line <= last) or names & around for cell, first, last, names in tries
    )


@once_per_workflow
def _forgiving_functions(workflow: Workflow) -> frozenset[str]:
    """The functions of the notebook that give a stand-in for whatever a bare `except` catches."""
    return frozenset(
        function.name
        for _, tree in trees(workflow, "except", _BARE)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Try) and any(_gives_stand_in(handler) for handler in node.handlers)
    )


def _gives_stand_in(handler: ast.ExceptHandler) -> bool:
    if handler.type is not None or len(handler.body) != 1:
        return False
    given = handler.body[0]
    return isinstance(given, ast.Return) and isinstance(
        given.value, (ast.Constant, ast.Name, ast.Attribute, type(None))
    )


def forgiving(workflow: Workflow, op: Operation) -> str:
    """The name of the function that an operation applies and that hides every error, "" where there is none."""
    if "func" not in op.args or op.args["func"].kind is not Kind.FUNCTION:
        return ""
    return next((name for name in _forgiving_functions(workflow) if re.search(rf"\b{name}\b", op.text)), "")


def swallowed(workflow: Workflow, op: Operation) -> str:
    """How an operation's errors are swallowed, in words; "" where they are not."""
    if op.arg("errors") == "ignore":
        return "ignores its errors"
    for cell, first, last in _bare_tries(workflow):
        if op.span.cell == cell and first <= op.span.line <= last:
            return "stands in a `try` whose `except` swallows every error"
    return ""


def subject(workflow: Workflow, op: Operation) -> str:
    """The name of the table or column that an operation works on, as it is written."""
    if not op.data:
        return "the data"
    if op.model is not None:
        return workflow.name_of(op.data[0])
    head = _HEAD.match(op.text) or _NAME.match(op.text)
    if head is None or head[0].partition("[")[0] not in _bound_names(workflow):  # `pd.merge(a, b).dropna()`
        return workflow.name_of(op.data[0])
    return head[0]


@once_per_workflow
def _bound_names(workflow: Workflow) -> frozenset[str]:
    return frozenset(binding.name for binding in workflow.graph.bindings)


def by_cell(operations: Iterable[Operation]) -> Iterator[tuple[Operation, int]]:
    """(first operation, number of further ones) per cell that they run from."""
    cells: dict[int, list[Operation]] = {}
    for op in operations:
        cells.setdefault(op.site.cell, []).append(op)
    for found in cells.values():
        lines = {(op.span.line, op.span.column) for op in found}
        yield found[0], len(lines) - 1


def written_into_copy(op: Operation) -> bool:
    """True for a value that is written into rows that were taken first: `df[df.x > 3]["x"] = 3`.

    The rows are a copy; the table itself stays as it was.
    """
    if op.call != "syntax.setitem" or "][" not in op.text:
        return False
    try:
        node = ast.parse(op.text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Subscript):
        return False
    taken = node.value
    if isinstance(taken.value, ast.Attribute) and taken.value.attr in ("loc", "iloc"):
        return isinstance(taken.value.value, ast.Name) and not isinstance(taken.slice, (ast.Tuple, ast.Slice))
    mask = taken.slice
    if isinstance(mask, ast.BinOp):
        return isinstance(taken.value, ast.Name) and isinstance(mask.op, (ast.BitAnd, ast.BitOr))
    return isinstance(taken.value, ast.Name) and isinstance(mask, ast.Compare)


def written_numbers(workflow: Workflow, op: Operation, name: str, position: int) -> tuple[float, ...] | None:
    """The numbers of a list that a call is given by name or position, written in the call or under a name before it."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return None
    given = next((k.value for k in node.keywords if k.arg == name), None)
    if given is None and position < len(node.args):
        given = node.args[position]
    if isinstance(given, ast.Name):
        given = assigned(workflow, given.id, op)
    if not isinstance(given, (ast.List, ast.Tuple)):
        return None
    numbers = [_number(item) for item in given.elts]
    return tuple(number for number in numbers if number is not None) if None not in numbers else None


def written_pattern(workflow: Workflow, op: Operation) -> str:
    """The text of a pattern that was compiled under a name before, "" where it was not."""
    node = source_of(workflow, op)
    if not isinstance(node, ast.Call):
        return ""
    given: ast.expr | None = node.args[0] if node.args else None
    if not isinstance(given, ast.Name) and isinstance(node.func, ast.Attribute):
        given = node.func.value
    if isinstance(given, ast.Name):
        given = assigned(workflow, given.id, op)
    compiled = isinstance(given, ast.Call) and ast.unparse(given.func).endswith("compile") and bool(given.args)
    first = given.args[0] if compiled and isinstance(given, ast.Call) else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _number(node: ast.expr) -> float | None:
    sign = 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    if isinstance(node, ast.Attribute) and node.attr.casefold() in ("inf", "infty"):
        return sign * float("inf")
    if isinstance(node, ast.Call) and ast.unparse(node) in ("float('inf')", "float('Inf')"):
        return sign * float("inf")
    constant = node.value if isinstance(node, ast.Constant) else None
    return sign * constant if isinstance(constant, (int, float)) and not isinstance(constant, bool) else None


def assigned(workflow: Workflow, name: str, op: Operation) -> ast.expr | None:
    """What a name was given last at or before the place of an operation, None where no plain assignment is found."""
    newest: ast.expr | None = None
    for cell, tree in trees(workflow, name):
        for node in statements(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == name
                and (cell, node.lineno) <= (op.span.cell, op.span.line)
            ):
                newest = node.value
    return newest

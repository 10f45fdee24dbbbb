"""What a cell prints: the expression of its result, and the literal and computed parts of its printed lines in order.

The standard library's parser is used, as only cells with outputs are parsed and it costs a fraction of a millisecond; a
cell that it refuses falls back to single lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from string import Formatter

from msgspec import Struct, field

from nbaudit.evidence.piece import Hole
from nbaudit.loading.trees import python_tree
from nbaudit.model.source import Cell, Notebook
from nbaudit.patterns import regex

_LINE_END = regex(r"\r\n|\r|\n")
_MOST_LINES = 120
_MOST_LINKS = 24
_PERCENT = regex(r"%(?:\(\w{1,40}\))?[-+ #0-9.*]{0,12}[a-zA-Z]")
_ASSIGNED = regex(r"^(?:def[ \t]+(\w+)[ \t]*\(|(\w+)[ \t]*=(?!=))", re.M)
_MODULE = regex(r"^[ \t]*import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?", re.M)
_IMPORTED = regex(r"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+([^\n(#]+)", re.M)
_OPERATORS = {ast.Div: "/", ast.Mult: "*", ast.Add: "+", ast.Sub: "-", ast.Mod: "%"}
# Below these it no longer matters what a printed value was made of.
_DECIDING = frozenset(
    [
        "isnull",
        "isna",
        "notnull",
        "notna",
        "value_counts",
        "shape",
        "head",
        "tail",
        "sample",
        "describe",
        "info",
        "corr",
        "dtypes",
        "columns",
        "unique",
        "nunique",
        "duplicated",
        "fit",
        "predict",
        "best_params_",
        "best_score_",
        "cv_results_",
        "classification_report",
        "confusion_matrix",
    ]
)
_COLOUR = regex(r"\x1b\[[0-9;]{0,20}m")
_COLOURS = frozenset({"Fore", "Back", "Style"})
_SHOWERS = frozenset({"print", "display", "pprint"})
_BY_THEMSELVES = frozenset({"info", "summary"})


class Template(Struct, frozen=True):
    """One line that a cell prints: literal parts and holes in order. `loop` numbers what repeats it, 0 is nothing."""

    parts: tuple[str | Hole, ...]
    loop: int = 0

    @property
    def holes(self) -> tuple[Hole, ...]:
        return tuple(part for part in self.parts if isinstance(part, Hole))


class Shows(Struct, frozen=True):
    """What a cell shows. `results` are its top-level expressions in order; `sure` says that the cell could be parsed;
    `ends_bare` that its last statement can't give a result."""

    templates: tuple[Template, ...] = ()
    displays: tuple[Hole, ...] = ()
    results: tuple[Hole, ...] = ()
    sure: bool = False
    ends_bare: bool = False


class _Parsed(Struct):
    """A cell's syntax tree, with its assignments and functions by name."""

    tree: ast.Module
    lines: list[str]
    plain: bool
    assigned: dict[str, list[tuple[int, ast.expr]]] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    bound: frozenset[str] | None = None

    def binds(self, name: str) -> bool:
        """Whether the cell gives `name` anything anywhere."""
        if self.bound is None:
            self.bound = _bound_names(self.tree)
        return name in self.bound

    def text(self, node: ast.expr) -> str:
        """The source text of `node`; columns of the parser are bytes of UTF-8."""
        start, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if start >= len(self.lines) or end >= len(self.lines):
            return ""
        if start == end:
            return self._cut(start, node.col_offset, node.end_col_offset)
        first, last = self._cut(start, node.col_offset, None), self._cut(end, 0, node.end_col_offset)
        return "\n".join([first, *self.lines[start + 1 : end], last])

    def _cut(self, line: int, start: int, end: int | None) -> str:
        if self.plain:
            return self.lines[line][start:end]
        return self.lines[line].encode("utf-8", "replace")[start:end].decode("utf-8", "replace")


class Reading:
    """The expressions of one notebook. It parses only the cells that it is asked about, each once."""

    def __init__(self, notebook: Notebook) -> None:
        self._sources = {cell.index: cell.python for cell in notebook.cells if cell.is_python}
        self._parsed: dict[int, _Parsed | None] = {}
        self._homes: dict[str, list[int]] = {}
        self._modules: set[str] = {"pd", "np"}
        self._imported: set[str] = set()
        for index, source in self._sources.items():
            for match in _ASSIGNED.finditer(source):
                homes = self._homes.setdefault(match[1] or match[2], [])
                if not homes or homes[-1] != index:
                    homes.append(index)
            if "import" in source:
                self._note_imports(source)

    def _note_imports(self, source: str) -> None:
        self._modules.update(match[2] or match[1].split(".")[0] for match in _MODULE.finditer(source))
        for match in _IMPORTED.finditer(source):
            self._imported.update(name.split(" as ")[-1].strip() for name in match[1].split(","))

    def homes(self, name: str) -> list[int]:
        """The cells that assign or define `name` at their left margin, in order."""
        return self._homes.get(name, [])

    def read_names(self, index: int) -> frozenset[str]:
        """The names that the statements of a cell read outside of functions; none where it is no valid Python."""
        parsed = self._parse(index)
        return _read_names(parsed.tree.body) if parsed is not None else frozenset()

    def binds(self, index: int, name: str) -> bool:
        """Whether a cell gives `name` anything anywhere, True where it is no valid Python."""
        parsed = self._parse(index)
        return parsed is None or parsed.binds(name)

    def shows(self, cell: Cell) -> Shows:
        """What `cell` shows."""
        parsed = self._parse(cell.index)
        if parsed is None:
            return _shows_of_broken(cell.python)
        return _Walk(self, cell.index, parsed).shows()

    def _parse(self, index: int) -> _Parsed | None:
        if index not in self._parsed:
            self._parsed[index] = _parse(self._sources.get(index, ""))
        return self._parsed[index]

    def chain(self, node: ast.expr | None, index: int) -> tuple[str, ...]:
        """What `node` of cell `index` is made of (see `Hole.chain`), through names of this and earlier cells."""
        links: list[str] = []
        decided = False
        for _ in range(3 * _MOST_LINKS):
            if node is None or len(links) >= _MOST_LINKS:
                break
            if isinstance(node, ast.Name):
                found = None if decided else self._assigned(node.id, index, node.lineno)
                if found is None or (isinstance(found[1], ast.List) and not found[1].elts):
                    links.append("$" + node.id)  # a list that is filled later is known by its name alone
                    break
                index, node = found
            elif isinstance(node, ast.Call):
                index, node = self._call(node, index, links)
                decided = decided or not _DECIDING.isdisjoint(links[-3:])
            elif isinstance(node, ast.Attribute):
                links.append(node.attr)
                decided = decided or node.attr in _DECIDING
                node = node.value
            elif isinstance(node, ast.Subscript):
                links.append("[]")
                node = node.value
            elif isinstance(node, ast.BinOp):
                links.append(_operator(node))
                node = node.right if _is_number(node.left) else node.left
            elif isinstance(node, ast.UnaryOp):
                node = node.operand
            elif isinstance(node, (ast.List, ast.Tuple)) and node.elts and links and links[0] != "[]":
                links.append("#" + type(node).__name__.lower())
                node = node.elts[0]
            elif isinstance(node, ast.Dict) and node.values:
                links.append("#dict")
                node = node.values[0]
            elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
                links.append("#" + type(node).__name__.lower())
                node = node.elt
            elif isinstance(node, ast.Starred):
                node = node.value
            elif isinstance(node, ast.Compare):
                links.append("compare")
                node = node.left
            else:
                links.append("#" + type(node).__name__.lower())
                break
        return tuple(links)

    def _call(self, node: ast.Call, index: int, links: list[str]) -> tuple[int, ast.expr | None]:
        """Adds the links of a call; gives what it was called on."""
        keywords = [f"{k.arg}={k.value.value!s}" for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)]
        first = node.args[0] if node.args else None
        if isinstance(node.func, ast.Name):
            links.extend((node.func.id, *keywords))
            returned = self._returned(node.func.id, index)
            return returned or (index, first)
        if isinstance(node.func, ast.Attribute):
            links.extend((node.func.attr, *keywords))
            root = node.func.value
            while isinstance(root, ast.Attribute):
                root = root.value
            of_module = isinstance(root, ast.Name) and (root.id in self._modules or root.id in self._imported)
            return index, first if of_module else node.func.value
        return index, node.func

    def _assigned(self, name: str, index: int, line: int) -> tuple[int, ast.expr] | None:
        """The last value given to `name` before `line` of cell `index`, with the cell that gave it."""
        parsed = self._parse(index)
        if parsed is not None:
            for at, value in reversed(parsed.assigned.get(name, ())):
                if at < line:
                    return index, value
        for home in reversed(self.homes(name)):
            if home < index:
                earlier = self._parse(home)
                values = earlier.assigned.get(name) if earlier else None
                return (home, values[-1][1]) if values else None
        return None

    def function(self, name: str, index: int) -> tuple[int, ast.FunctionDef] | None:
        """The user function `name` as cell `index` sees it."""
        for home in reversed(self.homes(name)):
            if home <= index:
                parsed = self._parse(home)
                found = parsed.functions.get(name) if parsed else None
                if found is not None:
                    return home, found
        return None

    def _returned(self, name: str, index: int) -> tuple[int, ast.expr] | None:
        found = self.function(name, index)
        if found is None:
            return None
        for node in reversed(found[1].body):
            if isinstance(node, ast.Return) and node.value is not None:
                return found[0], node.value
        return None


def _parse(source: str) -> _Parsed | None:
    tree = python_tree(source)
    if tree is None:
        return None
    # Not `splitlines()`: to Python a form feed ends no line.
    parsed = _Parsed(tree, _LINE_END.split(source), source.isascii())
    for statement, _ in _statements(tree.body, functions=True):
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            _note_assignment(parsed, statement.targets[0], statement.value)
        elif isinstance(statement, ast.FunctionDef):
            parsed.functions[statement.name] = statement
    return parsed


def _read_names(body: list[ast.stmt], depth: int = 0) -> frozenset[str]:
    """The names that statements read for sure: not in functions, nor where a condition may leave them unread."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, (ast.Expr, ast.Assign, ast.AugAssign)):
            nodes = list(ast.walk(statement.value))
            found.update(node.id for node in nodes if isinstance(node, ast.Name))
            for node in nodes:
                if isinstance(node, ast.Lambda):
                    found -= _bound_names(node)
                elif isinstance(node, ast.IfExp):
                    found -= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        elif isinstance(statement, (ast.For, ast.With)) and depth < _MOST_LINKS:
            found |= _read_names(statement.body, depth + 1)
    return frozenset(found)


def _bound_names(tree: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
    return frozenset(found)


def _note_assignment(parsed: _Parsed, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        parsed.assigned.setdefault(target.id, []).append((target.lineno, value))
    elif (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Call)
        and any(keyword.arg == "return_counts" for keyword in value.keywords)
    ):
        # the counts come last
        for element in target.elts[:-1]:
            _note_assignment(parsed, element, value)
        _note_assignment(parsed, target.elts[-1], ast.Subscript(value, ast.Constant(-1)))


def _statements(
    body: list[ast.stmt], functions: bool = False, depth: int = 0, loop: ast.stmt | None = None
) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    """All statements in source order, into blocks, and into functions where asked, with the outermost loop around."""
    for statement in body:
        yield statement, loop
        if depth > 20 or isinstance(statement, (ast.Expr, ast.Assign)):
            continue
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            if functions:
                yield from _statements(statement.body, functions, depth + 1)
            continue
        around = loop or (statement if isinstance(statement, (ast.For, ast.While, ast.AsyncFor)) else None)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, None)
            if isinstance(inner, list):
                yield from _statements(inner, functions, depth + 1, around)
        for handler in getattr(statement, "handlers", ()):
            yield from _statements(handler.body, functions, depth + 1, around)


class _Walk:
    """Collects what one cell shows."""

    def __init__(self, reading: Reading, index: int, parsed: _Parsed) -> None:
        self._reading = reading
        self._index = index
        self._parsed = parsed
        self._renamed: Mapping[str, str] = {}
        self._rows: list[list[str | Hole]] = [[]]
        self._displays: list[Hole] = []
        self._loop = 0
        self._loops = 0
        self._again: dict[int, int] = {}

    def shows(self) -> Shows:
        body = self._parsed.tree.body
        self._walk(body, 0)
        results = [self._hole(s.value) for s in body if isinstance(s, ast.Expr) and not self._shower(s.value)]
        templates = tuple(
            Template(tuple(row), self._again.get(at, 0)) for at, row in enumerate(self._rows[:_MOST_LINES]) if row
        )
        bare = bool(body) and not isinstance(body[-1], ast.Expr)
        return Shows(templates, tuple(self._displays), tuple(results), True, bare)

    def _walk(self, body: list[ast.stmt], deep: int) -> None:
        around = self._loop
        numbers: dict[int, int] = {}
        for statement, loop in _statements(body):
            self._loop = around
            if loop is not None and not around:
                self._loop = numbers.get(loop.lineno) or self._next_loop()
                numbers[loop.lineno] = self._loop
            if len(self._rows) > _MOST_LINES:
                break
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Tuple) and isinstance(statement, ast.Expr):
                # A comma left behind: `print(a),`
                for element in value.elts:
                    if isinstance(element, ast.Call) and self._shower(element) == "print":
                        self._print(element)
            if isinstance(value, ast.ListComp) and isinstance(statement, ast.Expr):
                self._loop = self._loop or self._next_loop()  # `[print(name) for name in names]`
                value = value.elt
            if not isinstance(value, ast.Call):
                continue
            called = self._shower(value) if isinstance(statement, ast.Expr) else ""
            if called == "display":
                self._displays.extend(self._hole(argument) for argument in value.args)
            elif called:
                self._print(value)
            elif isinstance(value.func, ast.Attribute) and value.func.attr in _BY_THEMSELVES:
                self._add(self._hole(value))
                self._again[len(self._rows) - 1] = self._loop or self._next_loop()  # of many lines
                self._rows.append([])
            elif isinstance(value.func, ast.Name) and deep < 2:
                self._enter(value, value.func.id, deep)
        self._loop = around

    def _enter(self, call: ast.Call, name: str, deep: int) -> None:
        """Walks a user function with its parameters replaced by the call's arguments."""
        found = self._reading.function(name, self._index)
        if found is None:
            return
        home, function = found
        names = [a.arg for a in function.args.args]
        given = {n: self._text(a) for n, a in zip(names, call.args, strict=False)}
        given |= {k.arg: self._text(k.value) for k in call.keywords if k.arg in names and k.arg}
        parsed = self._reading._parse(home)
        if parsed is None:
            return
        saved = self._index, self._parsed, self._renamed
        self._index, self._parsed, self._renamed = home, parsed, given
        self._walk(function.body, deep + 1)
        self._index, self._parsed, self._renamed = saved

    @staticmethod
    def _shower(node: ast.expr) -> str:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SHOWERS:
            return node.func.id
        return ""

    def _text(self, node: ast.expr) -> str:
        text = self._parsed.text(node)
        if self._renamed and len(text) < 300:
            text = re.sub(r"(?<![\w.])[A-Za-z_]\w*", lambda m: self._renamed.get(m[0], m[0]), text)
        return text

    def _hole(self, node: ast.expr) -> Hole:
        elements: tuple[Hole, ...] = ()
        if isinstance(node, ast.Tuple) and len(node.elts) <= 12:
            elements = tuple(self._hole(element) for element in node.elts)
        if self._shower(node) and isinstance(node, ast.Call) and node.args:
            return self._hole(node.args[0])
        return Hole(self._text(node), self._reading.chain(node, self._index), elements)

    def _percent(self, node: ast.expr) -> Hole:
        """The hole of a value that is printed as percentage: a hundred times what it is."""
        hole = self._hole(node)
        return Hole(hole.expression, ("*", *hole.chain), hole.elements)

    def _print(self, call: ast.Call) -> None:
        options = {k.arg: k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)}
        between, end = options.get("sep"), options.get("end")
        for place, argument in enumerate(call.args):
            if place:
                self._add(between if isinstance(between, str) else " ")
            self._value(argument, 0)
        self._add(end if isinstance(end, str) else "\n")

    def _add(self, part: str | Hole) -> None:
        """Appends a part; newlines in literals start new lines, adjoining literals are joined."""
        if isinstance(part, Hole):
            self._rows[-1].append(part)
            self._note_loop()
            return
        if "\x1b" in part:
            part = _COLOUR.sub("", part)  # outputs have lost theirs
        for place, text in enumerate(part.split("\n")):
            if place:
                self._rows.append([])
            if text:
                self._note_loop()
            row = self._rows[-1]
            if text and row and isinstance(row[-1], str):
                row[-1] += text
            elif text:
                row.append(text)

    def _next_loop(self) -> int:
        self._loops += 1
        return self._loops

    def _note_loop(self) -> None:
        if self._loop:
            self._again[len(self._rows) - 1] = self._loop

    def _value(self, node: ast.expr, depth: int) -> None:
        if _is_colour(node):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float)):
            self._add(str(node.value))
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and _as_percent(part.format_spec):
                    self._add(self._percent(part.value))
                else:
                    self._value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)
        elif (isinstance(node, ast.BinOp) and depth < 30 and self._joined(node, depth)) or (
            isinstance(node, ast.Call) and self._formatted(node, depth)
        ):
            return
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
            self._add(self._hole(node.args[0]))
        else:
            self._add(self._hole(node))

    def _joined(self, node: ast.BinOp, depth: int) -> bool:
        """Adds `"a" + str(b)`, `"=" * 40` and `"%s" % b`; gives False for arithmetic."""
        left, right = node.left, node.right
        if isinstance(node.op, ast.Add) and (_texty(left) or _texty(right)):
            self._value(left, depth + 1)
            self._value(right, depth + 1)
            return True
        if not (isinstance(left, ast.Constant) and isinstance(left.value, str)):
            return False
        if isinstance(node.op, ast.Mult) and isinstance(right, ast.Constant) and isinstance(right.value, int):
            self._add(left.value[:8] * max(0, min(right.value, 200)))
            return True
        if isinstance(node.op, ast.Mod):
            values = list(right.elts) if isinstance(right, ast.Tuple) else [right]
            for place, literal in enumerate(_PERCENT.split(left.value)):
                if 0 < place <= len(values):
                    self._value(values[place - 1], depth + 1)
                self._add(literal.replace("%%", "%"))
            return True
        return False

    def _formatted(self, node: ast.Call, depth: int) -> bool:
        """Adds `"{} {}".format(a, b)`; gives False for other calls."""
        func = node.func
        if not (isinstance(func, ast.Attribute) and func.attr == "format" and isinstance(func.value, ast.Constant)):
            return False
        if not isinstance(func.value.value, str) or depth > 30:
            return False
        try:
            fields = list(Formatter().parse(func.value.value))
        except ValueError:
            return False
        named = {k.arg: k.value for k in node.keywords if k.arg}
        count = 0
        for literal, name, spec, _ in fields:
            self._add(literal)
            if name is None:
                continue
            name = re.split(r"[.\[]", name, maxsplit=1)[0]
            place = int(name) if name.isdigit() and len(name) < 4 else count
            value = named.get(name) or (node.args[place] if place < len(node.args) else None)
            count += not name
            if value is not None and (spec or "").endswith("%"):
                self._add(self._percent(value))
            elif value is not None:
                self._value(value, depth + 1)
        return True


def _as_percent(spec: ast.expr | None) -> bool:
    """Whether a format ends in a sign of per cent: `{share:.1%}`."""
    last = spec.values[-1] if isinstance(spec, ast.JoinedStr) and spec.values else None
    return isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value.endswith("%")


def _is_colour(node: ast.expr) -> bool:
    """Whether a value only changes the terminal's colour, as `Fore.RED` of colorama does."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _COLOURS


def _operator(node: ast.BinOp) -> str:
    """The link of an operator. A difference of two values is neither of them; `1 - share` is a share."""
    if isinstance(node.op, ast.Sub) and not _is_number(node.left) and not _is_number(node.right):
        return "minus"
    return _OPERATORS.get(type(node.op), "operator")


def _is_number(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _texty(node: ast.expr) -> bool:
    """Whether `node` is certainly text."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        if _is_text(node.right):
            return True
        node = node.left
    return _is_text(node)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Call):
        func = node.func
        return (isinstance(func, ast.Name) and func.id == "str") or (
            isinstance(func, ast.Attribute) and func.attr == "format"
        )
    return isinstance(node, ast.JoinedStr)


_PRINT_LINE = regex(r"^[ \t]*print[ \t]*\(?(.*?)\)?;?[ \t]*$")


def _shows_of_broken(source: str) -> Shows:
    """What a cell that is no valid Python shows: its print lines and its last line, each parsed alone."""
    reading_lines = _LINE_END.split(source)
    templates: list[Template] = []
    for line in reading_lines[:2000]:
        if len(line) < 500 and (match := _PRINT_LINE.match(line)):
            hole = _alone(match[1])
            parts: tuple[str | Hole, ...] = (match[1].strip("\"'"),) if hole is None else (hole,)
            templates.append(Template(parts, loop=1))
    last = next((line.strip() for line in reversed(reading_lines) if line.strip()), "")
    result = _alone(last)
    return Shows(tuple(templates[:_MOST_LINES]), (), (result,) if result else ())


def _alone(text: str) -> Hole | None:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if isinstance(node, ast.Constant):
        return None
    nowhere = Reading(Notebook("", ()))
    return Hole(text.strip(), nowhere.chain(node, 0))

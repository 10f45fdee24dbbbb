"""Parses one cell with tree-sitter (ast-grep) and gives its statements as the standard library's `ast` nodes.

`ast.parse` itself refuses a whole cell for one bad statement, and accepts other syntax on each Python version. The
tree-sitter parse keeps what is sound around an error, reads Python 2 prints, and is the same everywhere. Statements
that hold an error are left out and reported.

Nodes that operations are made of carry the parser's node; `span_of` turns it into cell-relative lines and columns
when it is asked for, since most positions never are.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from ast_grep_py import SgNode, SgRoot
from msgspec import Struct

from nbaudit.model.source import Span

MAX_DEPTH = 120
"""Expressions nested deeper than this are cut off: no person writes them, and the stack is finite."""
MAX_BLOCKS = 60
"""Blocks nested deeper than this are left out as broken; Python itself refuses a hundred."""
MAX_ELEMENTS = 400
"""Members of a list, tuple, set or dict that are read, and one more to tell that there are more."""
LONG_LINE, MAX_ON_LONG_LINES = 10_000, 500
"""A cell with a line longer than that is machine-made: only so many of its statements are read, since the parser
counts columns from the start of the line for each."""


class ParsedCell(Struct, frozen=True):
    """`body` are the sound statements in order; `broken` the 1-based lines where unsound ones begin."""

    body: list[ast.stmt]
    broken: tuple[int, ...] = ()


def parse_cell(python: str) -> ParsedCell:
    """The statements of one cell. Never raises on any text."""
    if not python.strip():
        return ParsedCell([])
    root = SgRoot(python, "python").root()
    unbalanced = any(python.count(opening) != python.count(closing) for opening, closing in ("()", "[]", "{}"))
    damaged = unbalanced or root.find(kind="ERROR") is not None
    converter = _Converter(damaged, commented="#" in python or "\\" in python)
    body = converter.block(root)
    if len(body) > MAX_ON_LONG_LINES and max(map(len, python.split("\n"))) > LONG_LINE:
        converter.broken.append(span_of(body[MAX_ON_LONG_LINES], 0).line)
        del body[MAX_ON_LONG_LINES:]
    return ParsedCell(body, tuple(converter.broken))


def span_of(node: ast.AST, cell: int) -> Span:
    """Where a node is written."""
    sg = getattr(node, "sg", None)
    if sg is None:
        for child in ast.iter_child_nodes(node):
            if getattr(child, "sg", None) is not None:
                sg = child.sg  # type: ignore[attr-defined]
                break
    if sg is None:
        return Span(cell, 1, 0, 1, 0)
    found = sg.range()
    start, end = found.start, found.end
    return Span(cell, start.line + 1, start.column, end.line + 1, end.column)


def text_of(node: ast.AST, limit: int = 160) -> str:
    """The source text of a node in one line, cut at `limit` characters."""
    sg = getattr(node, "sg", None)
    text = sg.text() if sg is not None else ""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


_Asked = TypeVar("_Asked", bound=ast.AST)
_Answer = TypeVar("_Answer")


def once_per_node(question: Callable[[_Asked], _Answer]) -> Callable[[_Asked], _Answer]:
    """A question about a node whose answer is kept on the node: bodies of loops and functions run more than once."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def ask(node: _Asked) -> _Answer:
        known = vars(node)
        if name not in known:
            known[name] = question(node)
        answer: _Answer = known[name]
        return answer

    return ask


_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
    "@": ast.MatMult,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<>": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "is": ast.Is,
    "is not": ast.IsNot,
    "in": ast.In,
    "not in": ast.NotIn,
}
_UNARY: dict[str, type[ast.unaryop]] = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
_BLOCKS = frozenset(
    {
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "function_definition",
        "class_definition",
        "decorated_definition",
    }
)
"""Statements whose sound parts are kept where one of the statements inside is broken."""

_PLAIN_QUOTES = ("'", '"')
_CLOSING = frozenset({")", "]", "}"})
_NOT_CODE = frozenset({"comment", "line_continuation"})
_LOAD = ast.Load()
_STORE = ast.Store()


def _none() -> ast.expr:
    return ast.Constant(value=None)


_Node = TypeVar("_Node", bound=ast.AST)


def _mark(node: _Node, sg: SgNode) -> _Node:
    node.sg = sg  # type: ignore[attr-defined]
    return node


class _Converter:
    """One cell's conversion; `broken` collects the lines of statements that were left out.

    What it costs is the questions to the parser, and `kind` is the dearest: it is asked once of each node, and not of
    members in cells where no comment can stand between them.
    """

    def __init__(self, damaged: bool, commented: bool) -> None:
        self.damaged = damaged
        self.members = _named if commented else _named_children
        self.broken: list[int] = []
        self.depth = 0
        self.blocks = 0
        self.yields = False

    # --- statements ---------------------------------------------------------------------------------------------

    def block(self, n: SgNode | None) -> list[ast.stmt]:
        """The statements below a module or block node."""
        body: list[ast.stmt] = []
        if n is None:
            return body
        if self.blocks >= MAX_BLOCKS:
            self.broken.append(n.range().start.line + 1)
            return body
        self.blocks += 1
        for child in n.children():
            kind = child.kind()
            convert = _STATEMENTS.get(kind)
            if convert is None:
                if kind == "ERROR" or (child.is_named() and kind not in ("line_continuation",)):
                    if kind in _EXPRESSIONS:
                        continue  # a fragment of a broken statement
                    self.broken.append(child.range().start.line + 1)
                continue
            if self.damaged and kind not in _BLOCKS and _is_broken(child):
                self.broken.append(child.range().start.line + 1)
                continue
            if self.damaged and kind in _BLOCKS:
                self.broken += [c.range().start.line + 1 for c in child.children() if c.kind() == "ERROR"]
            depth, blocks, yields = self.depth, self.blocks, self.yields
            try:
                body.extend(convert(self, child))
            except _Broken:
                self.depth, self.blocks, self.yields = depth, blocks, yields
                self.broken.append(child.range().start.line + 1)
        self.blocks -= 1
        return body

    def skip(self, n: SgNode) -> list[ast.stmt]:
        return []

    def expression_statement(self, n: SgNode) -> list[ast.stmt]:
        children = self.members(n)
        if not children:
            return []
        first = children[0]
        kind = first.kind()
        if kind == "assignment":
            return [self.assignment(first)]
        if kind == "augmented_assignment":
            left, right, operator = first.field("left"), first.field("right"), first.field("operator")
            symbol = operator.text()[:-1] if operator is not None else "+"
            return [
                _mark(
                    ast.AugAssign(
                        target=self.expr(left),  # type: ignore[arg-type]
                        op=_BINARY.get(symbol, ast.Add)(),
                        value=self.expr(right),
                    ),
                    first,
                )
            ]
        if len(children) > 1:
            return [_mark(ast.Expr(value=ast.Tuple(elts=[self.expr(c) for c in children], ctx=_LOAD)), n)]
        return [_mark(ast.Expr(self.expr(first, kind)), n)]

    def assignment(self, n: SgNode) -> ast.stmt:
        left, right = n.field("left"), n.field("right")
        if right is None:
            target = self.expr(left)
            if isinstance(target, ast.Name):  # a bare annotation: a field, where it stands in a class
                return _mark(ast.AnnAssign(target=target, annotation=_none(), value=None, simple=1), n)
            return _mark(ast.Expr(value=_none()), n)
        targets = [self.expr(left)]
        kind = right.kind()
        while kind == "assignment":  # a = b = value
            targets.append(self.expr(right.field("left")))
            right = right.field("right")
            if right is None:
                raise _Broken
            kind = right.kind()
        return _mark(ast.Assign(targets, self.expr(right, kind)), n)

    def if_statement(self, n: SgNode) -> list[ast.stmt]:
        node = _mark(
            ast.If(test=self.expr(n.field("condition")), body=self.block(n.field("consequence")), orelse=[]), n
        )
        tail = node
        for clause in n.field_children("alternative"):
            if clause.kind() == "elif_clause":
                inner = _mark(
                    ast.If(
                        test=self.expr(clause.field("condition")),
                        body=self.block(clause.field("consequence")),
                        orelse=[],
                    ),
                    clause,
                )
                tail.orelse = [inner]
                tail = inner
            else:
                tail.orelse = self.block(clause.field("body"))
        return [node]

    def for_statement(self, n: SgNode) -> list[ast.stmt]:
        alternative = n.field("alternative")
        return [
            _mark(
                ast.For(
                    target=self.expr(n.field("left")),
                    iter=self.expr(n.field("right")),
                    body=self.block(n.field("body")),
                    orelse=self.block(alternative.field("body")) if alternative is not None else [],
                ),
                n,
            )
        ]

    def while_statement(self, n: SgNode) -> list[ast.stmt]:
        return [_mark(ast.While(test=self.expr(n.field("condition")), body=self.block(n.field("body")), orelse=[]), n)]

    def try_statement(self, n: SgNode) -> list[ast.stmt]:
        handlers: list[ast.ExceptHandler] = []
        orelse: list[ast.stmt] = []
        final: list[ast.stmt] = []
        for clause in n.children():
            kind = clause.kind()
            if kind in ("except_clause", "except_group_clause"):
                block = [c for c in clause.children() if c.kind() == "block"]
                caught = [c for c in self.members(clause) if c.kind() != "block"]
                handlers.append(
                    _mark(
                        ast.ExceptHandler(
                            type=self.expr(caught[0]) if caught else None,
                            name=None,
                            body=self.block(block[0] if block else None),
                        ),
                        clause,
                    )
                )
            elif kind == "else_clause":
                orelse = self.block(clause.field("body"))
            elif kind == "finally_clause":
                block = [c for c in clause.children() if c.kind() == "block"]
                final = self.block(block[0] if block else None)
        body = self.block(n.field("body"))
        return [_mark(ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final), n)]

    def with_statement(self, n: SgNode) -> list[ast.stmt]:
        items: list[ast.withitem] = []
        for clause in n.children():
            if clause.kind() != "with_clause":
                continue
            for item in self.members(clause):
                value = item.field("value") if item.kind() == "with_item" else item
                if value is None:
                    continue
                target: ast.expr | None = None
                if value.kind() == "as_pattern":
                    parts = self.members(value)
                    value = parts[0]
                    if len(parts) > 1:
                        inner = self.members(parts[1])
                        target = self.expr(inner[0] if inner else parts[1])
                items.append(ast.withitem(context_expr=self.expr(value), optional_vars=target))
        return [_mark(ast.With(items=items, body=self.block(n.field("body"))), n)]

    def function(self, n: SgNode) -> list[ast.stmt]:
        """A function; its `yields` says whether it is a generator."""
        name = n.field("name")
        yields = self.yields
        args = self.parameters(n.field("parameters"))
        self.yields = False
        body = self.block(n.field("body"))
        made = ast.FunctionDef(name=name.text() if name is not None else "_", args=args, body=body, decorator_list=[])
        made.yields = self.yields  # type: ignore[attr-defined]
        self.yields = yields
        return [_mark(made, n)]

    def class_(self, n: SgNode) -> list[ast.stmt]:
        name, supers = n.field("name"), n.field("superclasses")
        bases = (
            [self.expr(c) for c in self.members(supers) if c.kind() != "keyword_argument"] if supers is not None else []
        )
        yields = self.yields
        body = self.block(n.field("body"))
        self.yields = yields
        made = ast.ClassDef(
            name=name.text() if name is not None else "_", bases=bases, keywords=[], body=body, decorator_list=[]
        )
        return [_mark(made, n)]

    def decorated(self, n: SgNode) -> list[ast.stmt]:
        definition = n.field("definition")
        if definition is None:
            return []
        made = self.class_(definition) if definition.kind() == "class_definition" else self.function(definition)
        decorators = [
            self.expr(self.members(c)[0]) for c in n.children() if c.kind() == "decorator" and self.members(c)
        ]
        for statement in made:
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                statement.decorator_list = decorators
        return made

    def parameters(self, n: SgNode | None) -> ast.arguments:
        args: list[ast.arg] = []
        defaults: list[ast.expr] = []
        kwonly: list[ast.arg] = []
        kw_defaults: list[ast.expr | None] = []
        vararg: ast.arg | None = None
        kwarg: ast.arg | None = None
        starred = False
        for child in self.members(n) if n is not None else []:
            kind = child.kind()
            name = child
            default: ast.expr | None = None
            if kind in ("default_parameter", "typed_default_parameter"):
                name = child.field("name") or child
                value = child.field("value")
                default = self.expr(value) if value is not None else None
            elif kind == "typed_parameter":
                inner = self.members(child)
                name = inner[0] if inner else child
                kind = name.kind()
            if kind in ("list_splat_pattern", "list_splat"):
                vararg = ast.arg(arg=name.text().lstrip("* "))
                starred = True
            elif kind in ("dictionary_splat_pattern", "dictionary_splat"):
                kwarg = ast.arg(arg=name.text().lstrip("* "))
            elif kind == "keyword_separator":
                starred = True
            elif kind == "positional_separator":
                continue
            elif starred:
                kwonly.append(ast.arg(arg=name.text()))
                kw_defaults.append(default)
            else:
                args.append(ast.arg(arg=name.text()))
                if default is not None:
                    defaults.append(default)
                elif defaults:
                    defaults.append(_none())
        return ast.arguments(
            posonlyargs=[],
            args=args,
            vararg=vararg,
            kwonlyargs=kwonly,
            kw_defaults=kw_defaults,
            kwarg=kwarg,
            defaults=defaults,
        )

    def import_(self, n: SgNode) -> list[ast.stmt]:
        return [_mark(ast.Import(names=[_alias(c) for c in self.members(n)]), n)]

    def import_from(self, n: SgNode) -> list[ast.stmt]:
        module = n.field("module_name")
        names = [_alias(c) for c in n.field_children("name")]
        if any(c.kind() == "wildcard_import" for c in n.children()):
            names = [ast.alias(name="*", asname=None)]
        text = module.text().replace(" ", "") if module is not None else ""
        return [_mark(ast.ImportFrom(module=text.lstrip("."), names=names, level=len(text) - len(text.lstrip("."))), n)]

    def return_(self, n: SgNode) -> list[ast.stmt]:
        children = self.members(n)
        return [_mark(ast.Return(value=self.expr(children[0]) if children else None), n)]

    def delete(self, n: SgNode) -> list[ast.stmt]:
        children = self.members(n)
        if not children:
            return []
        target = self.expr(children[0])
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        return [_mark(ast.Delete(targets=targets), n)]

    def assert_(self, n: SgNode) -> list[ast.stmt]:
        children = self.members(n)
        return [_mark(ast.Assert(test=self.expr(children[0]), msg=None), n)] if children else []

    def raise_(self, n: SgNode) -> list[ast.stmt]:
        children = self.members(n)
        return [_mark(ast.Raise(exc=self.expr(children[0]) if children else None, cause=None), n)]

    def print_(self, n: SgNode) -> list[ast.stmt]:
        """Python 2's print, as a call of the function."""
        call = ast.Call(func=ast.Name(id="print", ctx=_LOAD), args=[self.expr(c) for c in self.members(n)], keywords=[])
        return [_mark(ast.Expr(value=_mark(call, n)), n)]

    def global_(self, n: SgNode) -> list[ast.stmt]:
        return [ast.Global(names=[c.text() for c in self.members(n)])]

    def match_(self, n: SgNode) -> list[ast.stmt]:
        """Each case's body, as branches of an if on the subject."""
        subject = n.field("subject")
        test = self.expr(subject) if subject is not None else _none()
        body = n.field("body")
        branches = (
            [self.block(c.field("consequence")) for c in self.members(body) if c.kind() == "case_clause"]
            if body
            else []
        )
        chain: list[ast.stmt] = []
        for branch in reversed(branches):
            chain = [_mark(ast.If(test=test, body=branch, orelse=chain), n)]
        return chain

    # --- expressions --------------------------------------------------------------------------------------------

    def expr(self, n: SgNode | None, kind: str = "") -> ast.expr:
        """The expression of a node, whose `kind` is asked where the caller does not know it."""
        if n is None:
            raise _Broken
        kind = kind or n.kind()
        convert = _EXPRESSIONS.get(kind)
        if convert is None:
            if kind == "ERROR":
                raise _Broken
            return _mark(ast.Name(id="", ctx=_LOAD), n)
        if self.depth > MAX_DEPTH:
            return _none()
        self.depth += 1
        made = convert(self, n)
        self.depth -= 1
        return made

    def inner(self, n: SgNode) -> ast.expr:
        children = self.members(n)
        return self.expr(children[0]) if children else _none()

    def parenthesized(self, n: SgNode) -> ast.expr:
        return self.inner(n)

    def yield_(self, n: SgNode) -> ast.expr:
        children = self.members(n)
        self.yields = True
        return _mark(ast.Yield(value=self.expr(children[0]) if children else None), n)

    def name(self, n: SgNode) -> ast.expr:
        made = ast.Name(n.text(), _LOAD)
        made.sg = n  # type: ignore[attr-defined]
        return made

    def number(self, n: SgNode) -> ast.expr:
        return ast.Constant(value=_number(n.text()))

    def string(self, n: SgNode) -> ast.expr:
        text = n.text()
        children = [] if text.startswith(_PLAIN_QUOTES) else n.children()
        if any(c.kind() == "interpolation" for c in children):
            values: list[ast.expr] = []
            for c in children:
                if c.kind() == "interpolation":
                    inner = c.field("expression")
                    parts = [inner] if inner is not None else self.members(c)
                    if parts:
                        values.append(ast.FormattedValue(value=self.expr(parts[0]), conversion=-1))
                elif c.kind() == "string_content":
                    values.append(ast.Constant(value=c.text()))
            return _mark(ast.JoinedStr(values=values), n)
        return ast.Constant(value=_string(text))

    def concatenated(self, n: SgNode) -> ast.expr:
        parts = [self.expr(c) for c in self.members(n)]
        if all(isinstance(p, ast.Constant) and isinstance(p.value, str) for p in parts):
            return ast.Constant(value="".join(str(p.value) for p in parts if isinstance(p, ast.Constant)))
        return _mark(ast.JoinedStr(values=parts), n)

    def call(self, n: SgNode) -> ast.expr:
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        function, arguments = self.pair(n, "function", "arguments")
        if arguments is not None and arguments.kind() == "generator_expression":
            args.append(self.comprehension(arguments))
        elif arguments is not None:
            for child in self.members(arguments):
                kind = child.kind()
                if kind == "keyword_argument":
                    name, value = self.pair(child, "name", "value")
                    if name is not None and value is not None:
                        keywords.append(ast.keyword(name.text(), self.expr(value)))
                elif kind == "dictionary_splat":
                    keywords.append(ast.keyword(arg=None, value=self.inner(child)))
                elif kind == "list_splat":
                    args.append(self.starred(child))
                else:
                    args.append(self.expr(child, kind))
        return _mark(ast.Call(self.expr(function), args, keywords), n)

    def pair(self, n: SgNode, first: str, second: str) -> tuple[SgNode | None, SgNode | None]:
        """The two fields of a node that has no others: where it has two members they are these, which costs half."""
        found = self.members(n)
        if len(found) == 2:
            return found[0], found[1]
        return n.field(first), n.field(second)

    def attribute(self, n: SgNode) -> ast.expr:
        owner, attribute = self.pair(n, "object", "attribute")
        if attribute is None:
            raise _Broken
        return _mark(ast.Attribute(self.expr(owner), attribute.text(), _LOAD), n)

    def subscript(self, n: SgNode) -> ast.expr:
        keys = [self.expr(c) for c in n.field_children("subscript")]
        key: ast.expr = keys[0] if len(keys) == 1 else ast.Tuple(elts=keys, ctx=_LOAD)
        return _mark(ast.Subscript(self.expr(n.field("value")), key, _LOAD), n)

    def slice_(self, n: SgNode) -> ast.expr:
        parts: list[ast.expr | None] = [None, None, None]
        at = 0
        for child in n.children():
            if child.kind() == ":":
                at = min(at + 1, 2)
            elif child.is_named() and child.kind() != "comment":
                parts[at] = self.expr(child)
        return _mark(ast.Slice(lower=parts[0], upper=parts[1], step=parts[2]), n)

    def list_(self, n: SgNode) -> ast.expr:
        return _mark(ast.List(elts=[self.expr(c) for c in self.members(n)[: MAX_ELEMENTS + 1]], ctx=_LOAD), n)

    def tuple_(self, n: SgNode) -> ast.expr:
        return _mark(ast.Tuple(elts=[self.expr(c) for c in self.members(n)[: MAX_ELEMENTS + 1]], ctx=_LOAD), n)

    def set_(self, n: SgNode) -> ast.expr:
        return _mark(ast.Set(elts=[self.expr(c) for c in self.members(n)[: MAX_ELEMENTS + 1]]), n)

    def dict_(self, n: SgNode) -> ast.expr:
        keys: list[ast.expr | None] = []
        values: list[ast.expr] = []
        for child in self.members(n)[: MAX_ELEMENTS + 1]:
            if child.kind() == "pair":
                keys.append(self.expr(child.field("key")))
                values.append(self.expr(child.field("value")))
            elif child.kind() == "dictionary_splat":
                keys.append(None)
                values.append(self.inner(child))
        return _mark(ast.Dict(keys=keys, values=values), n)

    def comprehension(self, n: SgNode) -> ast.expr:
        generators: list[ast.comprehension] = []
        for child in n.children():
            if child.kind() == "for_in_clause":
                rights = child.field_children("right")
                right = self.expr(rights[0]) if rights else _none()
                generators.append(
                    ast.comprehension(target=self.expr(child.field("left")), iter=right, ifs=[], is_async=0)
                )
            elif child.kind() == "if_clause" and generators:
                generators[-1].ifs.append(self.inner(child))
        body = n.field("body")
        if body is not None and body.kind() == "pair":
            return _mark(
                ast.DictComp(
                    key=self.expr(body.field("key")), value=self.expr(body.field("value")), generators=generators
                ),
                n,
            )
        return _mark(ast.ListComp(elt=self.expr(body), generators=generators), n)

    def binary(self, n: SgNode) -> ast.expr:
        operator = n.field("operator")
        symbol = operator.text() if operator is not None else "+"
        return _mark(
            ast.BinOp(
                left=self.expr(n.field("left")), op=_BINARY.get(symbol, ast.Add)(), right=self.expr(n.field("right"))
            ),
            n,
        )

    def boolean(self, n: SgNode) -> ast.expr:
        operator = n.field("operator")
        op: ast.boolop = ast.Or() if operator is not None and operator.text() == "or" else ast.And()
        return _mark(ast.BoolOp(op=op, values=[self.expr(n.field("left")), self.expr(n.field("right"))]), n)

    def not_(self, n: SgNode) -> ast.expr:
        return _mark(ast.UnaryOp(op=ast.Not(), operand=self.expr(n.field("argument"))), n)

    def unary(self, n: SgNode) -> ast.expr:
        operator = n.field("operator")
        symbol = operator.text() if operator is not None else "-"
        operand = self.expr(n.field("argument"))
        if symbol == "-" and isinstance(operand, ast.Constant) and isinstance(operand.value, (int, float)):
            return ast.Constant(value=-operand.value)
        return _mark(ast.UnaryOp(op=_UNARY.get(symbol, ast.USub)(), operand=operand), n)

    def comparison(self, n: SgNode) -> ast.expr:
        operands: list[ast.expr] = []
        ops: list[ast.cmpop] = []
        for child in n.children():
            if child.is_named() and child.kind() not in ("comment", "is not", "not in"):
                operands.append(self.expr(child))
            else:
                op = _COMPARE.get(" ".join(child.text().split()))
                if op is not None:
                    ops.append(op())
        if len(operands) < 2:
            raise _Broken
        return _mark(ast.Compare(left=operands[0], ops=ops or [ast.Eq()], comparators=operands[1:]), n)

    def conditional(self, n: SgNode) -> ast.expr:
        parts = [self.expr(c) for c in self.members(n)]
        if len(parts) < 3:
            raise _Broken
        return _mark(ast.IfExp(test=parts[1], body=parts[0], orelse=parts[2]), n)

    def lambda_(self, n: SgNode) -> ast.expr:
        yields = self.yields
        made = ast.Lambda(args=self.parameters(n.field("parameters")), body=self.expr(n.field("body")))
        self.yields = yields
        return _mark(made, n)

    def named(self, n: SgNode) -> ast.expr:
        name = n.field("name")
        target = ast.Name(id=name.text() if name is not None else "_", ctx=_STORE)
        return _mark(ast.NamedExpr(target=target, value=self.expr(n.field("value"))), n)

    def assignment_value(self, n: SgNode) -> ast.expr:
        return self.expr(n.field("right"))

    def starred(self, n: SgNode) -> ast.expr:
        return _mark(ast.Starred(value=self.inner(n), ctx=_LOAD), n)


_STATEMENTS: dict[str, Callable[[_Converter, SgNode], list[ast.stmt]]] = {
    "expression_statement": _Converter.expression_statement,
    "if_statement": _Converter.if_statement,
    "for_statement": _Converter.for_statement,
    "while_statement": _Converter.while_statement,
    "try_statement": _Converter.try_statement,
    "with_statement": _Converter.with_statement,
    "function_definition": _Converter.function,
    "class_definition": _Converter.class_,
    "decorated_definition": _Converter.decorated,
    "import_statement": _Converter.import_,
    "import_from_statement": _Converter.import_from,
    "return_statement": _Converter.return_,
    "delete_statement": _Converter.delete,
    "assert_statement": _Converter.assert_,
    "raise_statement": _Converter.raise_,
    "print_statement": _Converter.print_,
    "exec_statement": _Converter.skip,
    "future_import_statement": _Converter.skip,
    "pass_statement": _Converter.skip,
    "break_statement": lambda self, n: [ast.Break()],
    "continue_statement": lambda self, n: [ast.Continue()],
    "global_statement": _Converter.global_,
    "nonlocal_statement": _Converter.global_,
    "match_statement": _Converter.match_,
    "type_alias_statement": _Converter.skip,
    "comment": _Converter.skip,
}
_EXPRESSIONS: dict[str, Callable[[_Converter, SgNode], ast.expr]] = {
    "identifier": _Converter.name,
    "integer": _Converter.number,
    "float": _Converter.number,
    "string": _Converter.string,
    "concatenated_string": _Converter.concatenated,
    "true": lambda self, n: ast.Constant(value=True),
    "false": lambda self, n: ast.Constant(value=False),
    "none": lambda self, n: _none(),
    "ellipsis": lambda self, n: ast.Constant(value=...),
    "call": _Converter.call,
    "attribute": _Converter.attribute,
    "subscript": _Converter.subscript,
    "parenthesized_expression": _Converter.parenthesized,
    "list": _Converter.list_,
    "list_pattern": _Converter.list_,
    "tuple": _Converter.tuple_,
    "tuple_pattern": _Converter.tuple_,
    "pattern_list": _Converter.tuple_,
    "expression_list": _Converter.tuple_,
    "set": _Converter.set_,
    "dictionary": _Converter.dict_,
    "list_comprehension": _Converter.comprehension,
    "generator_expression": _Converter.comprehension,
    "set_comprehension": _Converter.comprehension,
    "dictionary_comprehension": _Converter.comprehension,
    "binary_operator": _Converter.binary,
    "boolean_operator": _Converter.boolean,
    "not_operator": _Converter.not_,
    "unary_operator": _Converter.unary,
    "comparison_operator": _Converter.comparison,
    "conditional_expression": _Converter.conditional,
    "lambda": _Converter.lambda_,
    "named_expression": _Converter.named,
    "assignment": _Converter.assignment_value,
    "slice": _Converter.slice_,
    "list_splat": _Converter.starred,
    "list_splat_pattern": _Converter.starred,
    "dictionary_splat": _Converter.starred,
    "await": _Converter.inner,
    "yield": _Converter.yield_,
    "type": _Converter.inner,
    "as_pattern": _Converter.inner,
    "interpolation": _Converter.inner,
}


def _is_broken(n: SgNode) -> bool:
    """True where the parser skipped text in a statement, or made up a bracket that is not there."""
    if n.find(kind="ERROR") is not None:
        return True
    queue = [n]
    while queue:
        node = queue.pop()
        if node.kind() in _CLOSING and not node.text():
            return True
        queue.extend(node.children())
    return False


class _Broken(Exception):
    """A statement holds a parse error."""


def _named(n: SgNode) -> list[SgNode]:
    """The members of a node, without comments."""
    return [c for c in _named_children(n) if c.kind() not in _NOT_CODE]


def _with_names(n: SgNode) -> list[SgNode]:
    return [c for c in n.children() if c.is_named()]


_named_children: Callable[[SgNode], list[SgNode]] = getattr(SgNode, "named_children", _with_names)
"""What the parser gives names to; ast-grep-py has it since 0.50."""


def _alias(n: SgNode) -> ast.alias:
    if n.kind() == "aliased_import":
        name, alias = n.field("name"), n.field("alias")
        return ast.alias(name=name.text() if name else "", asname=alias.text() if alias else None)
    return ast.alias(name=n.text(), asname=None)


def _number(text: str) -> int | float | complex:
    text = text.replace("_", "")
    try:
        return int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        pass
    if text[-1:] in "jJ":
        return 0j
    digits = text.rstrip("lL")  # Python 2's long and octal
    return int(digits) if digits.isdigit() and len(digits) < 4000 else 0


def _string(text: str) -> str | bytes:
    start = 0
    while start < len(text) and text[start] not in "'\"":
        start += 1
    prefix = text[:start].lower()
    quote = 3 if text[start : start + 3] in ("'''", '"""') else 1
    body = text[start + quote : len(text) - quote]
    if "\\" in body and "r" not in prefix:
        try:
            value = ast.literal_eval(
                text if "f" not in prefix else text[:start].replace("f", "").replace("F", "") + text[start:]
            )
        except (SyntaxError, ValueError, MemoryError):
            return body
        return value if isinstance(value, (str, bytes)) else body
    return body.encode("utf-8", "replace") if "b" in prefix else body

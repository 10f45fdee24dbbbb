"""Interprets a notebook's cells, top to bottom, into one dataflow graph.

The work per cell: parse, run its statements abstractly (both branches of an `if`, one round of a loop or one per model
or frame it runs over, functions at their calls), and give each statement's operations their place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from nbaudit.dataflow.builder import dropped, touched
from nbaudit.dataflow.decisions import decided
from nbaudit.dataflow.descent import Descent
from nbaudit.dataflow.domain import Closure, Ref, Scope, Test, names_of
from nbaudit.dataflow.expressions import MAX_UNROLL, worth_a_round
from nbaudit.dataflow.omitted import omitted
from nbaudit.dataflow.subscripts import MEMBER
from nbaudit.dataflow.syntax import ParsedCell, once_per_node, parse_cell, span_of
from nbaudit.knowledge.tables import Tables, tables
from nbaudit.model.flow import NOTHING, Binding, FlowGraph, Kind, Rows, RowsEffect
from nbaudit.model.source import CellKind, Notebook, Span
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex


def build_graph(notebook: Notebook, rows: Tables | None = None) -> FlowGraph:
    """The dataflow graph of a notebook's Python cells. Never raises on notebook content."""
    interpreter = Interpreter(rows if rows is not None else tables())
    parsed = {cell.index: parse_cell(cell.python) for cell in notebook.cells if cell.is_python and cell.python}
    # a code cell that somebody turned raw still tells what its names mean
    raw = [parse_cell(cell.source) for cell in notebook.cells if cell.kind is CellKind.RAW and "import " in cell.source]
    interpreter.expect_imports([*parsed.values(), *raw])
    interpreter.asked = frozenset(
        name
        for cell in notebook.cells
        if cell.is_python and "predict" in cell.python
        for name in _ASKED.findall(cell.python)
    )
    code = [cell.python for cell in notebook.cells if cell.is_python and cell.python]
    looked_at = any(_looks_at_gradients(text) for text in code)
    interpreter.steps_taken = not looked_at or any(_STEPS.search(text) for text in code)
    if looked_at:
        interpreter.leaves = frozenset(
            name for text in code if "requires_grad" in text for pair in _LEAVES.findall(text) for name in pair if name
        )
    for index, statements in parsed.items():
        interpreter.cell_statements(index, statements)
    graph = interpreter.graph()
    interpreter.let_go()
    return graph


_STEPS = regex(
    r"step\(|apply_gradients|minimize\(|-=|assign_sub|sub_\(|add_\(|\.data *=|\.update\(|- *\w*(?:lr|rate|alpha|eta)\b"
)
"""What changes weights by their gradients; without it a gradient is only looked at."""
_GRADIENTS = regex(r"\.grad\b|requires_grad|register_\w*hook|saliency|grad_?cam", re.IGNORECASE)
_GRADIENT_WORDS = ("grad", "hook", "saliency")
"""One of these is in all that `_GRADIENTS` finds, and they are found in a tenth of its time."""


def _looks_at_gradients(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _GRADIENT_WORDS) and _GRADIENTS.search(text) is not None


_LEAVES = regex(
    r"^[ \t]*(\w+) *=(?!=)[^\n]*requires_grad(?:_\(| *= *True)|(\w+)\.requires_grad(?:_\(| *= *True)", re.MULTILINE
)
"""Tensors of which gradients are taken: the weights of a model that is written out by hand."""
_ASKED = regex(r"([\w.]+)\.(?:fit_)?predict(?:_proba)?\(")
"""Objects that give predictions."""
_LISTS = (ast.ListComp, ast.Call, ast.Subscript, ast.BinOp, ast.Compare, ast.UnaryOp)
_CHOSEN_KINDS = frozenset({Kind.NUMBER, Kind.TEXT, Kind.UNKNOWN, Kind.MODEL, Kind.SCORE, Kind.STATISTIC, Kind.NONE})
"""Kinds of what a test may pick for a name; tables and lists are changed in place and keep their identity."""
_MOST_KEPT = 16


def _is_plain(ref: Ref) -> bool:
    """True for a number, a word, a score: nothing that is changed in place."""
    return not ref.is_container and ref.value.kind in _CHOSEN_KINDS and ref.attrs is None and ref.closure is None


def _given_back(node: ast.Assign) -> bool:
    """True where several names take what a call gives that was given the same names in the same order."""
    target, call = node.targets[0], node.value
    if not isinstance(target, ast.Tuple) or not isinstance(call, ast.Call) or len(call.args) < 2:
        return False
    names = [element.id if isinstance(element, ast.Name) else "" for element in target.elts]
    return names == [argument.id if isinstance(argument, ast.Name) else "?" for argument in call.args]


_FEW_WORDS = 8
"""So many words are handed to a function one by one."""
_ENDING = (ast.Return, ast.Raise, ast.Break, ast.Continue)


class Interpreter(Descent):
    """Runs statements."""

    def __init__(self, rows: Tables) -> None:
        super().__init__(rows)
        self.runners: dict[type[ast.AST], Callable[..., None]] = {
            ast.Expr: self.run_expr,
            ast.Assign: self.run_assign,
            ast.AugAssign: self.run_augassign,
            ast.For: self.run_for,
            ast.While: self.run_while,
            ast.If: self.run_if,
            ast.With: self.run_with,
            ast.Try: self.run_try,
            ast.FunctionDef: self.run_function,
            ast.ClassDef: self.run_class,
            ast.Return: self.run_return,
            ast.Import: self.run_import,
            ast.ImportFrom: self.run_import_from,
            ast.Delete: self.run_delete,
            ast.Assert: self.run_assert,
            ast.Global: self.run_global,
            ast.Raise: self.run_raise,
        }

    def let_go(self) -> None:
        """Drop what refers back to the interpreter; it would live on until a garbage collection, with the whole graph.

        That is its tables of its own methods, and the notebook's functions, which know the names around them.
        """
        self.globals.names.clear()
        vars(self).clear()

    def expect_imports(self, cells: Iterable[ParsedCell]) -> None:
        """Names that some cell imports, for cells above it that use them (the author ran them in another order)."""
        for parsed in cells:
            for statement in parsed.body:
                if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
                    for alias in statement.names:
                        self.expected.setdefault(alias.asname or alias.name, f"{statement.module}.{alias.name}")
                elif isinstance(statement, ast.Import):
                    for alias in statement.names:
                        top = alias.name.partition(".")[0]
                        self.expected.setdefault(alias.asname or top, alias.name if alias.asname else top)

    def cell_statements(self, index: int, parsed: ParsedCell) -> None:
        """Run one cell; the last expression's result is shown to the reader."""
        self.cell = index
        if parsed.broken:
            self.broken.add(index)
        last = parsed.body[-1] if parsed.body else None
        for statement in parsed.body:
            self.site = span_of(statement, index)
            if isinstance(statement, (ast.For, ast.While, ast.With, ast.If, ast.Try)):
                self.site = Span(index, self.site.line, self.site.column, self.site.line, self.site.column)
            self.showing = statement is last and isinstance(statement, ast.Expr)
            self.globals.ended = None
            try:
                self.run((statement,))
            except RecursionError:
                self.note(f"cell {index}: a statement is nested too deeply and was left out")
                self.scope, self.depth, self.loops, self.control, self.served = self.globals, 0, (), 0, []
            self.showing = False

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            runner = self.runners.get(type(statement))
            if runner is None:
                continue
            if self.spent:
                self.note("the notebook does more than the analysis follows; what comes after was left out")
                return
            runner(statement)
            if self.scope.ended is not None:
                return

    # --- simple statements --------------------------------------------------------------------------------------

    def run_expr(self, node: ast.Expr) -> None:
        first = len(self.operations)
        ref = self.eval(node.value)
        if self.showing and isinstance(node.value, (ast.Name, ast.Subscript)):
            self.show(ref, node.value)
        elif not self.showing and len(self.operations) > first:
            span = span_of(node.value, self.cell)
            dropped = next((op.id for op in reversed(self.operations[first:]) if op.span == span), None)
            if dropped is not None:
                self.finish(dropped, result_used=False)

    def run_return(self, node: ast.Return) -> None:
        self.scope.returns.append(self.eval(node.value) if node.value is not None else self.nothing())

    def run_assert(self, node: ast.Assert) -> None:
        tested = self.eval(node.test)
        self.operation(Role.VALIDATE, "syntax.assert", node, data=(self.summary(tested),))

    def run_raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self.eval(node.exc)

    def run_global(self, node: ast.Global) -> None:
        self.scope.declared_global.update(node.names)

    def run_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
            elif isinstance(target, ast.Subscript):
                base, key = self.eval(target.value), self.eval(target.slice)
                name = key.value.constant
                if base.keys is not None:
                    base.keys.pop(name, None)
                elif base.value.kind is Kind.TABLE and isinstance(name, str):
                    number = self.operation(
                        Role.DROP_COLUMNS,
                        "syntax.del",
                        node,
                        receiver=base.value,
                        data=(base.value,),
                        args={"columns": key.value},
                    )
                    columns = touched(dropped(base.value.columns, (name,)), 1 << number)
                    self.update(
                        base,
                        self.changed(
                            base.value, columns=columns, upstream=(columns.whole() or base.value.upstream) | 1 << number
                        ),
                    )

    def run_assign(self, node: ast.Assign) -> None:
        ref = self.eval(node.value)
        if isinstance(node.value, _LISTS):
            ref.omits = omitted(node.value, self.names_written) or None
        if _given_back(node) and ref.value.kind is Kind.UNKNOWN and not ref.is_container:
            return  # `model, loader = prepare(model, loader)`: each is what it was
        for target in node.targets:
            self.assign(target, ref)

    def run_augassign(self, node: ast.AugAssign) -> None:
        binop = ast.BinOp(left=node.target, op=node.op, right=node.value)
        binop.sg = getattr(node, "sg", None)  # type: ignore[attr-defined]
        current = self.eval(node.target)
        if isinstance(node.op, ast.Add) and current.items is not None:
            added = self.eval(node.value)
            current.items.extend((added.items if added.items is not None else [added])[:200])
            current.open_ = current.open_ or added.open_ or bool(self.loops)
            return
        self.assign(node.target, self.eval(binop))

    # --- targets ------------------------------------------------------------------------------------------------

    def assign(self, target: ast.expr, ref: Ref) -> None:
        if isinstance(target, ast.Name):
            scope = self.globals if target.id in self.scope.declared_global else self.scope
            if ref.parent is not None and not ref.is_container:
                # a name for a part of a frame: pandas copies on assignment as far as an author may rely on
                plain = Ref(ref.value)
                plain.tests, plain.options, plain.bound, plain.omits = ref.tests, ref.options, ref.bound, ref.omits
                ref = plain
            if self.control & ~ref.value.control and not ref.is_container and ref.value.kind in _CHOSEN_KINDS:
                # `if score > best: depth = d`: which value the name holds was decided by the test
                decided = Ref(self.changed(ref.value, control=ref.value.control | self.control))
                decided.tests, decided.options, decided.bound = ref.tests, ref.options, ref.bound
                decided.attrs = ref.attrs
                decided.closure = ref.closure
                ref = decided
            elif self.control and ref.is_container:
                ref = self.chosen_by_test(ref)
            scope.names[target.id] = ref
            self.bindings.append(Binding(target.id, ref.value, self.site, len(self.operations) - 1))
            model = ref.value.model
            if model is not None and ref.value.kind is Kind.MODEL and target.id not in model.names:
                model.names.append(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.unpack(target.elts, ref)
        elif isinstance(target, ast.Subscript):
            self.set_item(target, ref)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(target, ref)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, ref)

    def chosen_by_test(self, ref: Ref) -> Ref:
        """A few plain values under one name (`if score > best: kept = {"depth": d, "rate": r}`), each decided by the
        test around; any other container itself, which keeps its identity."""
        members = list(ref.members())
        if not 0 < len(members) <= _MOST_KEPT or ref.open_ or any(not _is_plain(member) for member in members):
            return ref
        chosen = [Ref(self.changed(member.value, control=member.value.control | self.control)) for member in members]
        if ref.keys is not None:
            return Ref(ref.value, keys=dict(zip(ref.keys, chosen, strict=True)))
        return Ref(ref.value, chosen)

    def unpack(self, targets: list[ast.expr], ref: Ref) -> None:
        items = ref.items
        if items is not None and len(items) >= len(targets):
            for target, item in zip(targets, items, strict=False):
                self.assign(target, item)
            return
        for number, target in enumerate(targets):
            if items is not None and number < len(items):
                self.assign(target, items[number])
            else:
                value = self.summary(ref)
                kind = value.kind if value.kind not in (Kind.CONTAINER, Kind.TABLE) else Kind.UNKNOWN
                if value.kind is Kind.CONTAINER and value.rows is not None:
                    kind = Kind.ARRAY
                self.assign(target, Ref(self.changed(value, kind=kind, constant=NOTHING)))

    def set_item(self, target: ast.Subscript, ref: Ref) -> None:
        locator = isinstance(target.value, ast.Attribute) and target.value.attr in ("loc", "iloc", "at", "iat", "ix")
        base = self.eval(target.value.value if locator and isinstance(target.value, ast.Attribute) else target.value)
        key_node: ast.expr = target.slice
        mask: Ref | None = None
        if locator and isinstance(key_node, ast.Tuple) and len(key_node.elts) == 2:
            mask = self.eval(key_node.elts[0]) if not isinstance(key_node.elts[0], ast.Slice) else None
            key_node = key_node.elts[1]
        elif locator:
            mask = self.eval(key_node) if not isinstance(key_node, ast.Slice) else None
            key_node = ast.Constant(value=None)
        key = self.eval(key_node) if not isinstance(key_node, ast.Slice) else self.nothing()
        if mask is None and key.value.kind is Kind.MASK:
            mask = key  # `df.x[df.x > limit] = limit`
        if base.keys is not None or (base.value.kind is Kind.CONTAINER and base.items is None):
            base.keys = base.keys if base.keys is not None else {}
            name = key.value.constant
            if len(base.keys) < 400:
                base.keys[name if isinstance(name, (str, int, float)) else f"?{len(base.keys)}"] = ref
            return
        if base.items is not None:
            at = key.value.constant
            if isinstance(at, int) and -len(base.items) <= at < len(base.items):
                base.items[at] = ref
            return
        value = self.summary(ref)
        columns = self.column_key(key)
        args = {"columns": key.value, "value": value}
        if mask is not None:
            args["rows"] = self.summary(mask)
        number = self.operation(
            Role.CREATE,
            "syntax.setitem" if mask is None else "syntax.setloc",
            target,
            receiver=base.value,
            args=args,
            data=(base.value, value),
            learns=self.learned_through(value.stats | (self.summary(mask).stats if mask is not None else 0)),
            inplace=True,
        )
        kept = value.stats if base.value.kind is Kind.ARRAY and base.value.rows is None and value.rows is None else 0
        value = self.changed(value, stats=0)
        written = self.changed(value, upstream=value.upstream | 1 << number)
        if mask is not None and mask.value.kind in (Kind.MASK, Kind.COLUMN):
            previous = base.value.columns.of(columns) if isinstance(columns, str) else base.value.upstream
            written = self.changed(
                written,
                upstream=written.upstream | previous,
                control=written.control | mask.value.upstream | mask.value.control,
            )
        self.write(base, columns if columns is not NOTHING else None, written)
        if kept:  # an array of figures, `ages[i, j] = group.median()`: what reads them learns through them
            self.update(base, self.changed(base.value, stats=self.newest_of(base.value.stats, kept)))
        self.filled_by(base, self.control | written.upstream | written.control)
        if mask is None and key.value.kind is Kind.INDEX and key.value.rows is not None:
            base.tests = self.marked(key.value.rows, ref.value.constant) or base.tests

    @staticmethod
    def marked(rows: Rows, constant: object) -> tuple[Test, ...]:
        """What a mask tells after `mask[chosen] = False`: which rows are among the chosen."""
        parts = sorted(rows.parts())
        if not parts or constant not in (True, False):
            return ()
        return ((f"{MEMBER}{parts[-1][0]}/{parts[-1][1]}", str(bool(constant))),)

    def newest_of(self, stats: int, written: int) -> int:
        """The figures that an array holds after others are written: those of the same statements are replaced."""
        again = {operation.span for operation in self.operations if operation.bit & written}
        for operation in self.operations:
            if operation.bit & stats and operation.span in again:
                stats ^= operation.bit
        return stats | written

    def set_attribute(self, target: ast.Attribute, ref: Ref) -> None:
        base = self.eval(target.value)
        if base.value.kind is Kind.TABLE:
            if target.attr == "columns":
                number = self.operation(
                    Role.SHAPE, "syntax.rename", target, receiver=base.value, data=(base.value,), rows=RowsEffect.KEEP
                )
                names = names_of(ref)
                columns = base.value.columns
                self.update(
                    base,
                    self.changed(
                        base.value,
                        upstream=base.value.upstream | 1 << number,
                        columns=replace(columns, names=names, selected=None, cut=names is None),
                    ),
                )
            elif target.attr not in ("index", "name"):
                self.write(base, target.attr, self.summary(ref))
            return
        if base.attrs is None:
            base.attrs = {}
        base.attrs[target.attr] = ref
        model, inner = base.value.model, ref.value.model
        if model is not None and inner is not None and inner is not model and ref.value.kind is Kind.MODEL:
            model.layers += 1
            model.parts.append(inner)

    # --- blocks -------------------------------------------------------------------------------------------------

    def run_if(self, node: ast.If) -> None:
        way = decided(node.test, self.scope, self.loops)
        if way is not None:
            taken = node.body if way else node.orelse
            self.run(taken)
            if taken and isinstance(taken[-1], _ENDING) and self.scope.ended is None:
                self.scope.ended = type(taken[-1])
            return
        tested = self.eval(node.test)
        constant = tested.value.constant
        if isinstance(constant, bool) or constant is None:
            skipped = node.orelse if constant else node.body
            if self.depth or not any(_trains(statement) for statement in skipped):
                self.run(node.body if constant else node.orelse)
                return
        control = self.control
        value = self.summary(tested)
        self.control |= value.upstream | value.control
        before = dict(self.scope.names)
        if self.loops and any(isinstance(statement, ast.Break) for statement in (*node.body, *node.orelse)):
            loop = self.loop_list[self.loops[-1]]
            self.loop_list[loop.id] = replace(
                loop, broken=loop.broken | self.control, exit=span_of(node.test, self.cell)
            )
        branches = self.branches
        # in a loop over rows each row takes one way or the other
        place = self.partition(("branch", len(self.operations), node)) if self.loops and node.orelse else None
        self.branches = branches if place is None else (*branches, (place, "if"))
        self.run(node.body)
        self.scope.ended = None  # the other way may go on
        if node.orelse:
            after = self.scope.names
            self.scope.names = dict(before)
            self.branches = branches if place is None else (*branches, (place, "else"))
            self.run(node.orelse)
            self.scope.ended = None
            self.merge(after)
        else:
            self.keep_lineage(before)
        self.control, self.branches = control, branches

    def merge(self, other: dict[str, Ref]) -> None:
        """Join the names of a branch with those of the one that was run last."""
        names = self.scope.names
        for name, ref in other.items():
            mine = names.get(name)
            if mine is None:
                names[name] = ref
            elif mine is not ref:
                names[name] = self.joined(ref, mine)

    def keep_lineage(self, before: dict[str, Ref]) -> None:
        """Let tables that an `if` without an `else` replaced keep what was done to them before.

        Their rows are those of the branch: parts of two splits joined would overlap each other.
        """
        names = self.scope.names
        for name, old in before.items():
            new = names.get(name)
            if new is None or new is old or new.is_container or new.value.rows is None or old.value.rows is None:
                continue
            earlier = old.value.upstream & ~new.value.upstream
            if earlier:
                columns = touched(new.value.columns, earlier)
                joined = Ref(self.changed(new.value, upstream=new.value.upstream | earlier, columns=columns))
                joined.attrs = new.attrs
                names[name] = joined

    def run_for(self, node: ast.For) -> None:
        iterable = self.eval(node.iter)
        loop = self.new_loop("for", node, iterable)
        loops, served, branches = self.loops, self.served, self.branches
        self.loops, self.branches = (*loops, loop.id), ()
        self.served = [self.rows_served(iterable)]
        for item in self.rounds_by_key(node, iterable) or self.rounds(iterable, loop):
            self.assign(node.target, item)
            self.serve(node.target)
            self.run(node.body)
            if self.round_ended():
                break
        self.descend(node.body)
        self.loops, self.served, self.branches = loops, served, branches
        self.run(node.orelse)

    def serve(self, target: ast.expr) -> None:
        """The names of a loop's target that hold one known value in this round."""
        for name in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
            if isinstance(name, ast.Name) and (ref := self.scope.names.get(name.id)) is not None:
                self.scope.served[name.id] = ref

    def round_ended(self) -> bool:
        """True where a decided way ends the loop, after a round of it."""
        ended = self.scope.ended
        if ended in (ast.Continue, ast.Break):
            self.scope.ended = None
        return ended is not None and ended is not ast.Continue

    def rounds_by_key(self, node: ast.For, iterable: Ref) -> list[Ref] | None:
        """The keys or places in turn, where the body looks up models or frames by them (`models[name]`), or hands words
        to a function that they tell which way to go (`make(kind)`), else None."""
        constant = iterable.value.constant
        if isinstance(constant, range):
            if not 1 < len(constant) <= MAX_UNROLL:
                return None
            items = [self.constant(number) for number in constant]
        else:
            members = self.members_of(iterable)
            if members is None and isinstance(node.target, ast.Name):
                return self.keys_in_turn(node)
            if members is None or iterable.open_ or not 1 < len(members) <= MAX_UNROLL:
                return None
            items = members
            if len(items) <= _FEW_WORDS and all(isinstance(item.value.constant, str) for item in items):
                called = {name: self.scope.get(name) for name in _handed_to(node)}
                if any(ref is not None and ref.closure is not None and _told_by_words(ref) for ref in called.values()):
                    return items
        for name in _looked_into(node):
            held = self.scope.get(name)
            if held is not None and held.is_container and any(map(worth_a_round, held.members())):
                return items
        return None

    def keys_in_turn(self, node: ast.For) -> list[Ref] | None:
        """The keys of a dict of models or frames that the body looks into by a name of which nothing else is known."""
        for name in _looked_into(node):
            held = self.scope.get(name)
            if held is None or held.keys is None or held.open_ or not 1 < len(held.keys) <= MAX_UNROLL:
                continue
            if all(isinstance(key, str) for key in held.keys) and any(map(worth_a_round, held.members())):
                return [self.constant(key) for key in held.keys]
        return None

    def run_while(self, node: ast.While) -> None:
        self.eval(node.test)
        loop = self.new_loop("while", node, None)
        loops = self.loops
        self.loops = (*loops, loop.id)
        counter, places = self.places_counted(node)
        for name in _counted_up(node):
            held = self.scope.get(name)
            if held is not None and isinstance(held.value.constant, (int, float)):
                self.scope.names[name] = Ref(self.value(Kind.NUMBER, varies=frozenset({loop.id})))
        for place in places:
            self.scope.names[counter] = self.constant(place)
            self.run(node.body)
            if self.round_ended():
                break
        if not places:
            self.run(node.body)
            self.round_ended()
        self.descend(node.body)
        self.loops = loops

    def places_counted(self, node: ast.While) -> tuple[str, range]:
        """The counter and its places in turn, where a loop goes through models or frames: `while i < len(models)`."""
        test = node.test
        if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name) or len(test.ops) != 1:
            return "", range(0)
        name = test.left.id
        start, end = self.eval(test.left).value.constant, self.eval(test.comparators[0]).value.constant
        if not isinstance(test.ops[0], (ast.Lt, ast.NotEq)) or name not in _counted_up(node):
            return "", range(0)
        if not isinstance(start, int) or not isinstance(end, int) or not 1 < end - start <= MAX_UNROLL:
            return "", range(0)
        held = (self.scope.get(into) for into in _looked_into(node))
        if any(ref is not None and ref.is_container and any(map(worth_a_round, ref.members())) for ref in held):
            return name, range(start, end)
        return "", range(0)

    def run_with(self, node: ast.With) -> None:
        for item in node.items:
            ref = self.eval(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, ref)
        self.run(node.body)

    def run_try(self, node: ast.Try) -> None:
        self.run(node.body)
        for handler in node.handlers:
            before = dict(self.scope.names)
            self.run(handler.body)
            changed = self.scope.names
            self.scope.names = before
            for name, ref in changed.items():
                if name not in before:
                    before[name] = ref
        self.run(node.orelse)
        self.run(node.finalbody)

    # --- definitions --------------------------------------------------------------------------------------------

    def run_function(self, node: ast.FunctionDef) -> None:
        ref = Ref(self.value(Kind.FUNCTION, text=node.name))
        ref.closure = Closure(node.name, node, self.scope, self.cell)
        self.scope.names[node.name] = ref
        self.bind_definition(node.name, "")

    def run_class(self, node: ast.ClassDef) -> None:
        closure = Closure(node.name, node, self.scope, self.cell)
        for base in node.bases:
            ref = self.eval(base)
            closure.bases.append(ref)
            if ref.closure is not None:
                closure.methods = {**ref.closure.methods, **closure.methods}
                closure.library_base = closure.library_base or ref.closure.library_base
            elif (
                ref.value.type
                and self.tables.type(ref.value.type) is not None
                and (not closure.library_base or self.says_nothing(closure.library_base))
            ):
                closure.library_base = ref.value.type
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                closure.methods[statement.name] = Closure(
                    f"{node.name}.{statement.name}", statement, self.scope, self.cell
                )
        ref = Ref(self.value(Kind.FUNCTION, text=node.name))
        ref.closure = closure
        ref.attrs = self.class_attributes(node)
        self.scope.names[node.name] = ref
        self.bind_definition(node.name, closure.library_base)

    def says_nothing(self, base: str) -> bool:
        """True for a base class of anything that has parameters: a mixin beside it tells what the class is."""
        row = self.tables.type(base)
        return row is not None and row.role is Role.BUILD and row.bases == ("~estimator",) and not row.traits

    def class_attributes(self, node: ast.ClassDef) -> dict[str, Ref]:
        """What the class body assigns (`class CFG: target = "y"`), by name."""
        outer = self.scope
        self.scope = Scope(outer)
        try:
            self.run(statement for statement in node.body if isinstance(statement, (ast.Assign, ast.AnnAssign)))
            return self.scope.names
        finally:
            self.scope = outer

    def bind_definition(self, name: str, base: str) -> None:
        """A binding for a function or class of the notebook; `base` is the library class below it."""
        value = self.value(Kind.FUNCTION, type=base, text=name)
        self.bindings.append(Binding(name, value, self.site, len(self.operations) - 1))

    # --- imports ------------------------------------------------------------------------------------------------

    def run_import(self, node: ast.Import) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            self.imports.add(top)
            name = alias.asname or top
            dotted = self.tables.canonical(alias.name if alias.asname else top)
            self.scope.names[name] = Ref(self.value(Kind.MODULE, type=dotted))
            if not alias.asname:
                self.tables.canonical(alias.name)

    def run_import_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            return
        self.imports.add(module.partition(".")[0])
        for alias in node.names:
            if alias.name == "*":
                self.star_import(module)
                continue
            dotted = self.tables.canonical(f"{module}.{alias.name}")
            self.scope.names[alias.asname or alias.name] = Ref(self.value(Kind.FUNCTION, type=dotted))

    def star_import(self, module: str) -> None:
        """`from module import *`: every name that the tables list directly below the module."""
        prefix = self.tables.canonical(module) + "."
        for name in self.tables.names_below(prefix):
            self.scope.names.setdefault(name, Ref(self.value(Kind.FUNCTION, type=prefix + name)))


@once_per_node
def _looked_into(node: ast.For | ast.While) -> tuple[str, ...]:
    """The names of what the body of a loop looks into by the loop's variables or counters, each once: `models[name]`,
    `models.get(name)`, `list(models.values())[i]`, `models[names[i]]`."""
    if isinstance(node, ast.While):
        keys = set(_counted_up(node))
    else:
        keys = {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
    found: dict[str, None] = {}
    for inner in (inner for statement in node.body for inner in ast.walk(statement)):
        if isinstance(inner, ast.Subscript):
            into, by = inner.value, [inner.slice]
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "get":
            into, by = inner.func.value, inner.args[:1]
        else:
            continue
        if any(isinstance(name, ast.Name) and name.id in keys for key in by for name in ast.walk(key)):
            found.update((name.id, None) for name in ast.walk(into) if isinstance(name, ast.Name))
    return tuple(found)


def _handed_to(node: ast.For) -> set[str]:
    """The names of the functions that the body of a loop gives the loop's variable."""
    keys = {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
    return {
        call.func.id
        for statement in node.body
        for call in ast.walk(statement)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if any(isinstance(given, ast.Name) and given.id in keys for given in call.args)
    }


def _told_by_words(function: Ref) -> bool:
    """True for a function of the notebook that compares a parameter with a word."""
    node = function.closure.node if function.closure is not None else None
    if not isinstance(node, ast.FunctionDef):
        return False
    names = {argument.arg for argument in node.args.args}
    return any(
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id in names
        and any(isinstance(word, ast.Constant) and isinstance(word.value, str) for word in test.comparators)
        for test in ast.walk(node)
    )


def _counted_up(node: ast.While) -> list[str]:
    """The names that the body of a loop counts up or down."""
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name)
    ]


def _trains(statement: ast.stmt) -> bool:
    """True for a statement that fits a model: a switch that is off today is turned on to train anew."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("fit", "fit_generator", "train", "backward")
        for node in ast.walk(statement)
    )

"""Expressions: names, attributes, operators, calls, comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable

from nbaudit.dataflow.actions import Actions, Call
from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.domain import BATCH, DATA_KINDS, Closure, Ref, Scope
from nbaudit.dataflow.machine import known_text
from nbaudit.dataflow.subscripts import LOCATORS, comparison_tests, negated
from nbaudit.dataflow.syntax import text_of
from nbaudit.knowledge.schema import CallRow, NeutralRow, TypeRow
from nbaudit.model.flow import NOTHING, Kind, Loop, Model, Rows, RowsEffect, Shape, Value
from nbaudit.model.vocabulary import Role, Trait

MAX_CALL_DEPTH = 8
MAX_UNROLL = 24
_ACCESSORS = frozenset({"str", "dt", "plot", "cat", "sparse", "style", "io", "ta"})
_SHOWING = frozenset({"builtins.print", "IPython.display.display", "display", "builtins.display"})
_LIBRARY = (Kind.MODULE, Kind.FUNCTION)
_SERVING = frozenset({Kind.COLUMN, Kind.ARRAY, Kind.PREDICTION, Kind.LOADER, Kind.INDEX, Kind.MASK, Kind.CONTAINER})
_NO_ENTRY = frozenset({Kind.SCORE, Kind.MODEL, Kind.HISTORY, Kind.FUNCTION, Kind.FIGURE, Kind.MODULE})
"""What a loop over rows does not put into a list once for each row."""
_PROTOCOL = frozenset({"fit", "predict", "predict_proba", "score"})
_ESTIMATOR_METHODS = frozenset({"fit", "predict"})
_NETWORK_WORDS = frozenset({"validation_data", "epochs", "validation_split", "steps_per_epoch"})
_SHOWS_ROWS = frozenset({Trait.ROWS})
_PIXEL_RANGES = (255, 256, 127.5, 127)
_ERROR_TRAITS = frozenset({Trait.ERROR, Trait.FOR_NUMBERS})
_ACCURACY_TRAITS = frozenset({Trait.ACCURACY, Trait.FOR_CLASSES})

_HAS_ROWS = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY})


class Expressions(Actions):
    """Evaluates expressions to Refs."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.evaluators: dict[type[ast.AST], Callable[..., Ref]] = {
            ast.Constant: self.eval_constant,
            ast.Name: self.eval_name,
            ast.Attribute: self.eval_attribute,
            ast.Subscript: self.subscript,
            ast.Call: self.eval_call,
            ast.BinOp: self.eval_binop,
            ast.UnaryOp: self.eval_unary,
            ast.BoolOp: self.eval_bool,
            ast.Compare: self.eval_compare,
            ast.List: self.eval_sequence,
            ast.Tuple: self.eval_sequence,
            ast.Set: self.eval_sequence,
            ast.Dict: self.eval_dict,
            ast.ListComp: self.eval_comprehension,
            ast.DictComp: self.eval_comprehension,
            ast.Lambda: self.eval_lambda,
            ast.IfExp: self.eval_ifexp,
            ast.JoinedStr: self.eval_joined,
            ast.FormattedValue: self.eval_formatted,
            ast.Starred: self.eval_starred,
            ast.NamedExpr: self.eval_named,
            ast.Slice: self.eval_slice,
            ast.Yield: self.eval_yield,
        }

    def eval(self, node: ast.expr) -> Ref:
        evaluate = self.evaluators.get(type(node))
        if evaluate is None or self.spent:
            return self.nothing()
        return evaluate(node)

    def assign(self, target: ast.expr, ref: Ref) -> None:
        raise NotImplementedError

    # --- atoms --------------------------------------------------------------------------------------------------

    def eval_constant(self, node: ast.Constant) -> Ref:
        return self.constant(node.value)

    def eval_name(self, node: ast.Name) -> Ref:
        found = self.scope.get(node.id)
        if found is not None:
            if self.depth == 0:
                self.read_name(node.id, found)
            return found
        if self.tables.rows(f"builtins.{node.id}"):
            return Ref(self.value(Kind.FUNCTION, type=f"builtins.{node.id}"))
        expected = self.expected.get(node.id)
        if expected is not None:
            return Ref(self.value(Kind.FUNCTION, type=self.tables.canonical(expected)))
        missing = Ref(self.value(Kind.UNKNOWN, known=False, text=node.id))
        self.globals.names[node.id] = missing  # one object, wherever it is asked for
        return missing

    def eval_attribute(self, node: ast.Attribute) -> Ref:
        if node.attr in LOCATORS:
            return self.eval(node.value)
        base = self.eval(node.value)
        return self.attribute(base, node.attr, node)

    def attribute(self, base: Ref, name: str, node: ast.AST) -> Ref:
        if base.bound is not None and base.closure is None and base.value.kind is not Kind.FUNCTION:
            base, name = base.bound, f"{base.value.text}.{name}"  # through an accessor: `.dt.year`
        value = base.value
        if value.kind in _LIBRARY and base.closure is None and base.bound is None:
            dotted = self.tables.canonical(f"{value.type}.{name}")
            rows = self.tables.rows(dotted)
            return Ref(self.value(Kind.FUNCTION, type=dotted, known=bool(rows)))
        if base.attrs is not None and name in base.attrs:
            return base.attrs[name]
        if base.closure is not None and name in base.closure.methods:
            return self.bind_method(base, base.closure.methods[name])
        type_name = self.type_of(base)
        if name in _ACCESSORS and value.kind in (Kind.TABLE, Kind.COLUMN, Kind.UNKNOWN, Kind.INDEX, Kind.GROUPS):
            result = Ref(self.changed(value, text=name))
            result.bound = base
            result.parent = base.parent
            return result
        rows = self.tables.method(type_name, name) if type_name else ()
        for row in rows:
            if isinstance(row, CallRow):
                if not row.attribute:
                    return self.library_method(base, type_name, name)
                call = Call(node, f"{type_name}.{name}", base, [], {})
                return self.library_call(call, rows)
            if isinstance(row, NeutralRow):
                return self.unknown_ref([base], known=True)
        if value.kind in (Kind.TABLE, Kind.UNKNOWN) and value.columns.may_hold(name) and value.kind is Kind.TABLE:
            return self.column(base, name)  # df.age
        if value.kind is Kind.UNKNOWN:
            guessed = self.tables.method("~frame", name)
            first = guessed[0] if guessed else None
            if isinstance(first, CallRow) and first.attribute and (value.rows is not None or value.upstream):
                call = Call(node, f"~frame.{name}", base, [], {}, trust=0.7)
                return self.library_call(call, guessed)
        result = Ref(self.changed(value, kind=Kind.UNKNOWN, constant=NOTHING, type="", text=name))
        if value.kind is Kind.FIGURE:
            return Ref(self.changed(value, constant=NOTHING))
        if value.kind is Kind.MODEL and value.model is not None:
            learned = value.upstream | value.model.learned
            kind = Kind.STATISTIC if name.endswith("_") and not name.startswith("_") else Kind.UNKNOWN
            result.value = self.value(kind, upstream=learned, made_by=value.made_by, varies=value.varies, text=name)
        return result

    def library_method(self, owner: Ref, type_name: str, name: str) -> Ref:
        """A known method that is named but not called here (`df.apply(encoder.fit_transform)`)."""
        result = Ref(self.value(Kind.FUNCTION, upstream=owner.value.upstream, type=f"{type_name}.{name}", text=name))
        result.bound = owner
        return result

    def bind_method(self, owner: Ref, closure: Closure) -> Ref:
        result = Ref(self.value(Kind.FUNCTION, upstream=owner.value.upstream))
        result.closure = closure
        result.bound = owner
        return result

    # --- operators ----------------------------------------------------------------------------------------------

    def eval_binop(self, node: ast.BinOp) -> Ref:
        left, right = self.eval(node.left), self.eval(node.right)
        if isinstance(node.op, ast.Add):
            if left.items is not None and right.items is not None:
                return self.tuple_ref([*left.items, *right.items])
            if left.value.kind is Kind.MODEL or right.value.kind is Kind.MODEL:
                return left
        folded = _fold(node.op, left.value.constant, right.value.constant)
        if folded is not NOTHING:
            return self.constant(folded)
        if isinstance(node.op, ast.Sub):
            measured = self.measured_by_hand(left.value, right.value, node, _ERROR_TRAITS)
            if measured is not None:
                return measured
        result = self.combined([left, right])
        if isinstance(node.op, ast.Div):
            return self.scaled_by_hand(left.value, right.value, node, result)
        if isinstance(node.op, (ast.BitAnd, ast.BitOr)) and (left.tests or right.tests):
            result.value = self.changed(result.value, kind=Kind.MASK)
            if isinstance(node.op, ast.BitAnd):
                result.tests = left.tests + right.tests
        return result

    def combined(self, refs: list[Ref]) -> Ref:
        """Arithmetic and the like: element by element over the rows of the first that has rows."""
        values = [self.summary(ref) for ref in refs]
        first = next((value for value in values if value.rows is not None), None)
        upstream, control, varies, stats = 0, 0, frozenset[int](), 0
        model = None
        for value in values:
            upstream |= value.upstream
            control |= value.control
            varies |= value.varies
            stats |= value.stats
            if value.kind in (Kind.PREDICTION, Kind.SCORE):
                model = model or value.model
        if first is None:
            kinds = {value.kind for value in values}
            kind = Kind.SCORE if Kind.SCORE in kinds else Kind.STATISTIC if Kind.STATISTIC in kinds else Kind.UNKNOWN
            return Ref(
                self.value(
                    kind,
                    upstream=upstream,
                    control=control,
                    varies=varies,
                    model=model,
                    stats=stats,
                    text="".join(known_text(value) for value in values)[:400],
                    type=values[0].type if kind is Kind.UNKNOWN and values[0].kind is Kind.UNKNOWN else "",
                )
            )
        kind = Kind.PREDICTION if any(v.kind is Kind.PREDICTION for v in values) else first.kind
        columns = first.columns
        extra = upstream & ~first.upstream
        if extra:
            columns = touched(columns, extra)
        return Ref(
            self.changed(
                first,
                kind=kind,
                upstream=upstream,
                control=control,
                varies=varies,
                columns=columns,
                model=model,
                constant=NOTHING,
                stats=stats,
            )
        )

    def scaled_by_hand(self, left: Value, right: Value, node: ast.AST, result: Ref) -> Ref:
        """`(X - X.mean()) / X.std()` scales by statistics; `images / 255` scales pixels and learns nothing."""
        pixels = left.kind in (Kind.ARRAY, Kind.LOADER) and right.constant in _PIXEL_RANGES
        if left.rows is None or left.kind in (Kind.PREDICTION, Kind.FIGURE) or not (pixels or (right.stats and right.rows is None)):
            return result
        number = self.operation(
            Role.SCALE,
            "syntax.scale",
            node,
            data=(left,),
            learns=self.learned_through(left.stats | right.stats),
        )
        value = result.value
        result.value = self.changed(
            value,
            upstream=value.upstream | 1 << number,
            columns=touched(value.columns, 1 << number),
            made_by=number,
            stats=0,
        )
        return result

    def measured_by_hand(self, left: Value, right: Value, node: ast.AST, traits: frozenset[Trait]) -> Ref | None:
        """`y - pred`, `pred == y`: a prediction held against rows that are none."""
        kinds = {left.kind, right.kind}
        other = right if left.kind is Kind.PREDICTION else left
        if Kind.PREDICTION not in kinds:
            return None
        batch = traits is _ACCURACY_TRAITS and other.kind is Kind.UNKNOWN and bool(other.varies or other.upstream)
        if not batch and other.kind not in (Kind.COLUMN, Kind.ARRAY, Kind.TABLE):
            return None
        model = left.model or right.model
        number = self.operation(
            Role.EVALUATE,
            "syntax.compare",
            node,
            data=(left, right),
            model=model,
            traits=traits,
            rows=RowsEffect.KEEP,
        )
        return Ref(
            self.value(
                Kind.PREDICTION,
                rows=left.rows or right.rows,
                upstream=left.upstream | right.upstream | 1 << number,
                varies=left.varies | right.varies,
                model=model,
                made_by=number,
            )
        )

    def eval_unary(self, node: ast.UnaryOp) -> Ref:
        operand = self.eval(node.operand)
        if isinstance(node.op, ast.Invert):
            result = Ref(self.changed(operand.value, constant=NOTHING))
            result.tests = negated(operand.tests)
            return result
        if isinstance(node.op, ast.Not):
            return Ref(self.changed(operand.value, kind=Kind.UNKNOWN, constant=NOTHING, rows=None))
        return Ref(self.changed(operand.value, constant=NOTHING))

    def eval_bool(self, node: ast.BoolOp) -> Ref:
        return self.combined([self.eval(value) for value in node.values])

    def eval_compare(self, node: ast.Compare) -> Ref:
        refs = [self.eval(node.left), *(self.eval(comparator) for comparator in node.comparators)]
        if isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            measured = self.measured_by_hand(refs[0].value, refs[1].value, node, _ACCURACY_TRAITS)
            if measured is not None:
                return measured
        result = self.combined(refs)
        if result.value.rows is None and any(ref.value.kind in _HAS_ROWS for ref in refs):
            result.value = self.changed(result.value, kind=Kind.MASK)
        if result.value.rows is not None and (result.value.kind in DATA_KINDS or result.value.kind is Kind.UNKNOWN):
            if result.value.kind is not Kind.PREDICTION:
                result.value = self.changed(result.value, kind=Kind.MASK, type="")
            result.tests = comparison_tests(node)
        return result

    # --- containers ---------------------------------------------------------------------------------------------

    def eval_sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Ref:
        items: list[Ref] = []
        open_ = False
        for element in node.elts[:400]:
            if isinstance(element, ast.Starred):
                inner = self.eval(element.value)
                if inner.items is not None:
                    items.extend(inner.items)
                    continue
                items.append(inner)
                open_ = True
                continue
            items.append(self.eval(element))
        result = self.tuple_ref(items)
        result.open_ = open_ or len(node.elts) > 400
        return result

    def eval_dict(self, node: ast.Dict) -> Ref:
        keys: dict[object, Ref] = {}
        open_ = False
        for key, value in zip(node.keys[:400], node.values, strict=False):
            ref = self.eval(value)
            if key is None:
                if ref.keys is not None:
                    keys.update(ref.keys)
                open_ = True
                continue
            name = self.eval(key).value.constant
            keys[name if isinstance(name, (str, int, float)) else f"?{len(keys)}"] = ref
        result = Ref(self.value(Kind.CONTAINER), keys=keys)
        result.open_ = open_
        return result

    def eval_lambda(self, node: ast.Lambda) -> Ref:
        result = Ref(self.value(Kind.FUNCTION))
        result.closure = Closure("<lambda>", node, self.scope, self.cell)
        return result

    def eval_ifexp(self, node: ast.IfExp) -> Ref:
        tested = self.summary(self.eval(node.test))
        result = self.joined(self.eval(node.body), self.eval(node.orelse))
        decides = tested.upstream | tested.control
        if decides & ~result.value.control and not result.is_container and result.closure is None:
            chosen = Ref(self.changed(result.value, control=result.value.control | decides))
            chosen.attrs, chosen.options, chosen.bound = result.attrs, result.options, result.bound
            return chosen
        return result

    def joined(self, first: Ref, second: Ref) -> Ref:
        """One of two: the first's kind where it has one, the lineage of both."""
        if first is second:
            return first
        if first.closure is not None or second.closure is not None:
            return first if first.closure is not None else second
        a, b = self.summary(first), self.summary(second)
        if a.kind in (Kind.NONE, Kind.UNKNOWN) and b.kind not in (Kind.NONE, Kind.UNKNOWN):
            first, a, b = second, b, a
        if first.is_container:
            return first
        rows = a.rows
        if a.rows is not None and b.rows is not None and a.rows is not b.rows:
            rows = self.concatenated([a.rows, b.rows])
        result = Ref(
            self.changed(
                a,
                rows=rows,
                upstream=a.upstream | b.upstream,
                control=a.control | b.control,
                varies=a.varies | b.varies,
                columns=touched(a.columns, b.upstream & ~a.upstream),
                constant=a.constant if a.constant == b.constant else NOTHING,
            )
        )
        result.attrs = first.attrs
        return result

    def eval_joined(self, node: ast.JoinedStr) -> Ref:
        refs = [self.eval(value) for value in node.values]
        result = self.unknown_ref(refs, True)
        text = "".join(known_text(ref.value) for ref in refs)[:400]
        known = all(isinstance(ref.value.constant, str) for ref in refs)
        result.value = self.changed(result.value, kind=Kind.TEXT, text=text, constant=text if known else NOTHING)
        return result

    def eval_formatted(self, node: ast.FormattedValue) -> Ref:
        return self.eval(node.value)

    def eval_starred(self, node: ast.Starred) -> Ref:
        return self.eval(node.value)

    def eval_named(self, node: ast.NamedExpr) -> Ref:
        ref = self.eval(node.value)
        self.assign(node.target, ref)
        return ref

    def eval_slice(self, node: ast.Slice) -> Ref:
        return self.nothing()

    def eval_yield(self, node: ast.Yield) -> Ref:
        if node.value is not None:
            self.scope.returns.append(self.eval(node.value))
        return self.nothing()

    # --- loops over values --------------------------------------------------------------------------------------

    def rounds(self, iterable: Ref, loop: Loop) -> list[Ref]:
        """What the loop variable is in each round that is interpreted: every member where members differ in what they
        are (models, frames), one abstract member otherwise."""
        items = self.members_of(iterable)
        if items is not None and not iterable.open_:
            if 0 < len(items) <= MAX_UNROLL and any(_worth_a_round(item) for item in items):
                return items
            if items and all(item.value.constant is not NOTHING for item in items):
                merged = Ref(self.value(items[0].value.kind, varies=frozenset({loop.id})))
                merged.options = tuple(item.value.constant for item in items)
                return [merged]
            if items and all(item.items is not None for item in items):
                width = min(len(item.items or ()) for item in items)
                columns = [[(item.items or [])[at] for item in items] for at in range(width)]
                return [self.tuple_ref([self.abstract(column, loop) for column in columns])]
            if items:
                return [self.abstract(items, loop)]
        if items:
            if len(items) == 1:
                return items
            return [self.abstract(items, loop)]
        value = iterable.value
        if value.kind is Kind.LOADER:
            batch = Ref(self.changed(value, kind=Kind.ARRAY, type="", text=BATCH))
            return [batch]
        if value.kind in (Kind.TABLE,):
            element = Ref(self.value(Kind.TEXT, upstream=0, varies=frozenset({loop.id}), control=value.control))
            if value.columns.names is not None:
                element.options = value.columns.names
            return [element]
        if value.kind is Kind.FIGURE:
            return [Ref(value)]  # its patches, lines and axes
        if value.kind is Kind.INDEX and value.rows is not None and value.rows.parts():
            return [Ref(self.changed(value, varies=value.varies | {loop.id}))]
        if value.kind is Kind.GROUPS:
            return [self.tuple_ref([Ref(self.value(Kind.UNKNOWN)), Ref(self.changed(value, kind=Kind.TABLE, type=""))])]
        return [
            Ref(
                self.value(
                    Kind.UNKNOWN,
                    upstream=value.upstream,
                    control=value.control,
                    varies=value.varies | {loop.id},
                    type=value.text if value.kind is Kind.FUNCTION else "",
                )
            )
        ]

    @staticmethod
    def rows_served(iterable: Ref) -> Rows | None:
        """The rows that a loop takes one after the other, so that a list it fills has one entry for each."""
        return iterable.value.rows if iterable.value.kind in _SERVING else None

    def joins_list(self, target: Ref, item: Ref) -> None:
        """A list that a loop over rows fills has those rows."""
        rows = self.served[-1] if self.served else None
        if rows is None or target.value.rows is not None or item.value.kind in _NO_ENTRY:
            return
        if self.summary(item).rows is None:
            target.value = self.changed(target.value, rows=rows)

    def abstract(self, members: list[Ref], loop: Loop) -> Ref:
        """One member standing for all."""
        if all(member.value.constant is not NOTHING for member in members):
            result = Ref(self.value(members[0].value.kind, varies=frozenset({loop.id})))
            result.options = tuple(member.value.constant for member in members)
            return result
        result = members[0]
        for member in members[1:8]:
            result = self.joined(result, member)
        return result

    def members_of(self, iterable: Ref) -> list[Ref] | None:
        if iterable.items is not None:
            return iterable.items
        if iterable.keys is not None:
            return [self.constant(key) for key in iterable.keys]
        constant = iterable.value.constant
        if isinstance(constant, tuple):
            return [self.constant(item) for item in constant]
        if iterable.value.model is not None and iterable.value.kind is Kind.MODEL:
            return None
        return None

    def new_loop(self, kind: str, node: ast.AST, iterable: Ref | None) -> Loop:
        items = self.members_of(iterable) if iterable is not None else None
        count = len(items) if items is not None and iterable is not None and not iterable.open_ else None
        if count is None and iterable is not None and isinstance(iterable.value.constant, range):
            count = len(iterable.value.constant)
        text = text_of(node.iter, 80) if isinstance(node, (ast.For, ast.comprehension)) else ""
        loop = Loop(len(self.loop_list), kind, self.site, text, count)
        self.loop_list.append(loop)
        return loop

    def eval_comprehension(self, node: ast.ListComp | ast.DictComp) -> Ref:
        outer, loops, around = self.scope, self.loops, self.served
        self.scope = Scope(outer)
        results: list[Ref] = []
        keys: dict[object, Ref] = {}
        served: list[Rows | None] = []
        self.served = served
        try:
            self._comprehend(node, 0, results, keys)
        finally:
            self.scope, self.loops, self.served = outer, loops, around
        if isinstance(node, ast.DictComp):
            result = Ref(self.value(Kind.CONTAINER), keys=keys)
            result.open_ = not keys or any(isinstance(key, str) and key.startswith("?") for key in keys)
            return result
        if len(results) == 1 and not isinstance(results[0].value.constant, str) and results[0].options == ():
            result = self.tuple_ref(results)
            result.open_ = True
            if served[:1] != [None] and results[0].value.kind not in _NO_ENTRY:
                whole = any(generator.ifs for generator in node.generators)
                rows = self.derived(served[0], RowsEffect.SUBSET if whole else RowsEffect.KEEP)
                result.value = self.changed(result.value, rows=rows)
            return result
        if len(results) == 1 and results[0].options:
            return self.tuple_ref([self.constant(option) for option in results[0].options])
        return self.tuple_ref(results)

    def _comprehend(
        self, node: ast.ListComp | ast.DictComp, at: int, results: list[Ref], keys: dict[object, Ref]
    ) -> None:
        if at == len(node.generators):
            if isinstance(node, ast.DictComp):
                key = self.eval(node.key).value.constant
                keys[key if isinstance(key, (str, int, float)) else f"?{len(keys)}"] = self.eval(node.value)
            else:
                results.append(self.eval(node.elt))
            return
        generator = node.generators[at]
        iterable = self.eval(generator.iter)
        loop = self.new_loop("comprehension", generator, iterable)
        self.loops = (*self.loops, loop.id)
        self.served.append(self.rows_served(iterable))
        for item in self.rounds(iterable, loop):
            if generator.ifs and item.options:
                item.options = ()  # the condition leaves some out
            self.assign(generator.target, item)
            for condition in generator.ifs:
                tested = self.eval(condition)
                if item.value.upstream | tested.value.upstream | tested.value.control:
                    item.value = self.changed(
                        item.value, control=item.value.control | tested.value.upstream | tested.value.control
                    )
            self._comprehend(node, at + 1, results, keys)

    # --- calls --------------------------------------------------------------------------------------------------

    def eval_call(self, node: ast.Call) -> Ref:
        function = node.func
        receiver: Ref | None = None
        if isinstance(function, ast.Attribute) and function.attr not in LOCATORS:
            receiver = self.eval(function.value)
            if receiver.value.kind not in _LIBRARY or receiver.closure is not None or receiver.bound is not None:
                return self.method_call(node, receiver, function.attr)
            callee = self.attribute(receiver, function.attr, function)
        else:
            callee = self.eval(function)
        showing = self.showing
        if callee.value.type in _SHOWING:
            self.showing = True
        positional, keywords = self.arguments_of(node)
        if self.showing and not showing:
            for argument, ref in zip(node.args, positional, strict=False):
                if isinstance(argument, (ast.Name, ast.Subscript)):
                    self.show(ref, argument)
        self.showing = showing
        return self.call_ref(callee, node, positional, keywords)

    def show(self, ref: Ref, node: ast.expr) -> None:
        """A table or array that the cell displays as it is."""
        value = ref.value
        if value.kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) and value.upstream:
            self.operation(Role.LOOK, "syntax.show", node, data=(value,), traits=_SHOWS_ROWS)

    def arguments_of(self, node: ast.Call) -> tuple[list[Ref], dict[str, Ref]]:
        positional: list[Ref] = []
        for argument in node.args:
            ref = self.eval(argument)
            if isinstance(argument, ast.Starred) and ref.items is not None:
                positional.extend(ref.items)
            else:
                positional.append(ref)
        keywords: dict[str, Ref] = {}
        for keyword in node.keywords:
            ref = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = ref
            elif ref.keys is not None:
                keywords.update({key: inner for key, inner in ref.keys.items() if isinstance(key, str)})
            else:
                keywords["**"] = ref
        return positional, keywords

    def call_ref(self, callee: Ref, node: ast.AST, positional: list[Ref], keywords: dict[str, Ref]) -> Ref:
        value = callee.value
        if callee.closure is not None:
            return self.call_closure(callee, positional, keywords, node)
        if callee.bound is not None and value.kind is Kind.FUNCTION and value.type:
            owner_type, _, method = value.type.rpartition(".")
            found = self.tables.method(owner_type, method)
            if found:
                return self.library_call(Call(node, value.type, callee.bound, positional, keywords), found)
        if value.kind in _LIBRARY and value.type:
            native = self.native_function(value.type, positional, keywords)
            if native is not None:
                self.calls["neutral"] += 1
                return native
            rows = self.tables.rows(value.type)
            if not rows:
                rows = self.static_method(value.type)
            if rows:
                call = Call(node, value.type, None, positional, keywords)
                first = rows[0]
                if positional and isinstance(first, CallRow) and any(port.name == "self" for port in first.data):
                    # a method named through its class: the first argument is the object
                    call = Call(node, value.type, positional[0], positional[1:], keywords)
                return self.library_call(call, rows)
            return self.unknown_call(value.type, node, None, positional, keywords)
        if value.kind is Kind.MODEL and value.model is not None:
            return self.call_model(callee, node, positional, keywords)
        name = value.text or text_of(getattr(node, "func", node), 40)
        return self.unknown_call(name, node, callee, positional, keywords)

    def bracket_call(self, function: Ref, elements: list[ast.expr], node: ast.AST) -> Ref:
        """A function that is called with brackets: `np.c_[a, b]`."""
        given = [self.eval(element) for element in elements if not isinstance(element, ast.Slice)]
        rows = self.tables.rows(function.value.type)
        if not rows or not isinstance(rows[0], CallRow):
            return self.unknown_ref([function, *given], known=True)
        return self.library_call(Call(node, function.value.type, None, given, {}), rows)

    def static_method(self, dotted: str) -> tuple[CallRow | TypeRow | NeutralRow, ...]:
        """`pd.DataFrame.from_dict`: a method of a known class, named through the class."""
        owner, _, method = dotted.rpartition(".")
        return self.tables.method(owner, method) if self.tables.type(owner) is not None else ()

    def call_model(self, callee: Ref, node: ast.AST, positional: list[Ref], keywords: dict[str, Ref]) -> Ref:
        """Calling an object: a network on a batch, a layer on a tensor, a loss on predictions."""
        model = callee.value.model
        assert model is not None
        if callee.attrs is not None:
            forward = callee.attrs.get("forward") or callee.attrs.get("call") or callee.attrs.get("__call__")
            if forward is not None and forward.closure is not None and model.family is None:
                return self.call_closure(forward, positional, keywords, node)
        inputs = [*positional, *keywords.values()]
        if self.is_layer(model.type) or (model.family is None and model.role is Role.BUILD):
            result = self.unknown_ref([callee, *inputs], known=True)
            for ref in inputs:
                value = self.summary(ref)
                if value.kind is Kind.PREDICTION:
                    result.value = self.changed(result.value, kind=Kind.SCORE, model=value.model)
            return result
        data = [value for ref in inputs for value in (self.flat_values(ref) or [self.summary(ref)])]
        batch = model.shape is Shape.NETWORK and any(value.varies for value in data)
        if not batch and not any(value.rows is not None for value in data) and not any(v.upstream for v in data):
            return self.unknown_ref([callee, *inputs], known=True)
        guess = data[0]
        if len(inputs) > 1 and guess.kind is Kind.PREDICTION and guess.model is not None and guess.model is not model:
            # a loss written as a module: it holds another model's predictions against the labels
            result = self.unknown_ref([callee, *inputs], known=True)
            result.value = self.changed(result.value, kind=Kind.SCORE, model=guess.model)
            return result
        number = self.operation(
            Role.PREDICT, f"{model.type}.__call__", node, ref=model.ref, data=tuple(data), model=model
        )
        return self.predicted(model, data, number)

    def own_estimator(self, node: ast.Call, receiver: Ref, name: str, method: Ref) -> Ref:
        """`fit` or `predict` of a class that the notebook writes: its body is followed; where no library model does the
        work inside, the object itself is the model."""
        positional, keywords = self.arguments_of(node)
        before = len(self.operations)
        inner = self.call_ref(method, node, positional, keywords)
        role = Role.FIT if name == "fit" else Role.PREDICT
        if any(op.model is not None and op.role is role for op in self.operations[before:]):
            return inner
        type_name = receiver.value.model.type if receiver.value.model is not None else ""
        call = Call(node, f"{type_name}.{name}", receiver, positional, keywords)
        row = self.choose(call, self.tables.method("~estimator", name))
        if not isinstance(row, CallRow):
            return inner
        call.row = row
        return self.actions[row.does](call, row)

    def method_call(self, node: ast.Call, receiver: Ref, name: str) -> Ref:
        if receiver.value.model is not None and not receiver.value.model.known and name in _PROTOCOL:
            written = receiver.attrs.get(name) if receiver.attrs is not None else None
            if written is not None and written.closure is not None:
                return self.own_estimator(node, receiver, name, written)
        if receiver.attrs is not None and name in receiver.attrs:
            positional, keywords = self.arguments_of(node)
            if name == "forward" and receiver.value.model is not None and receiver.value.model.family is not None:
                return self.call_model(receiver, node, positional, keywords)
            return self.call_ref(receiver.attrs[name], node, positional, keywords)
        if receiver.closure is not None and name in receiver.closure.methods:
            positional, keywords = self.arguments_of(node)
            return self.call_closure(
                self.bind_method(receiver, receiver.closure.methods[name]), positional, keywords, node
            )
        positional, keywords = self.arguments_of(node)
        native = self.native_method(receiver, name, positional)
        if native is not None:
            self.calls["neutral"] += 1
            return native
        owner = receiver
        if receiver.bound is not None and receiver.closure is None:
            owner, name = receiver.bound, f"{receiver.value.text}.{name}"
        type_name = self.type_of(owner)
        rows = self.tables.method(type_name, name) if type_name else ()
        trust = 1.0
        if not rows and self.plays_no_part(owner, type_name, name):
            self.calls["neutral"] += 1
            if owner.value.kind in (Kind.SCORE, Kind.FIGURE):
                return Ref(self.changed(owner.value, constant=NOTHING))
            return self.unknown_ref([owner, *positional, *keywords.values()], known=True)
        if not rows and owner.value.kind in (Kind.UNKNOWN, Kind.STATISTIC, Kind.ARRAY, Kind.LOADER):
            rows = self.tables.method("pandas.DataFrame", name) or self.tables.method("numpy.ndarray", name)
            if owner.value.kind is Kind.UNKNOWN and not owner.value.known:
                trust = 0.7
        if not rows and owner.value.kind in (Kind.UNKNOWN, Kind.CONTAINER, Kind.TEXT, Kind.NUMBER, Kind.NONE):
            rows = self.tables.method("builtins.str", name) or self.tables.method("builtins.list", name)
            if not rows and owner.value.kind is Kind.CONTAINER:
                rows = self.tables.method("builtins.dict", name)
        if not rows and owner.value.kind is Kind.COLUMN:
            rows = self.tables.method("torch.Tensor", name)  # a field of a batch
        if not rows and owner.value.model is not None and owner.value.kind is Kind.MODEL:
            rows = self.tables.method("~estimator", name) or self.tables.method("~transformer", name)
            trust = 0.8
        label = f"{type_name or '?'}.{name}"
        if rows:
            return self.library_call(Call(node, label, owner, positional, keywords, trust), rows)
        if owner.value.model is None and owner.value.kind in (Kind.UNKNOWN, Kind.MODEL) and name in _PROTOCOL:
            found = self.by_protocol(Call(node, label, owner, positional, keywords, 0.6), name)
            if found is not None:
                return found
        if name == "backward":
            return self.backward(
                Call(node, label, owner, positional, keywords), CallRow("~tensor.backward", "", Role.FIT)
            )
        return self.unknown_call(label, node, owner, positional, keywords)

    def plays_no_part(self, owner: Ref, type_name: str, name: str) -> bool:
        """Methods of figures, of scores (`scores.mean()`), of objects of neutral libraries, and `super()`'s."""
        if owner.value.kind in (Kind.SCORE, Kind.FIGURE):
            return name != "backward"
        if owner.value.kind is not Kind.UNKNOWN:
            return False
        if type_name:
            rows = self.tables.rows(f"{type_name}.{name}")
            return bool(rows) and isinstance(rows[0], NeutralRow)
        return name == "__init__"

    def by_protocol(self, call: Call, name: str) -> Ref | None:
        """An object of unknown origin (a helper module, a pickle) that learns from features and a target, or predicts
        rows, is an estimator, whatever its class. None where the arguments are no rows."""
        given = [*call.positional[:1], *(call.keywords[key] for key in ("X", "x") if key in call.keywords)]
        if not given or self.summary(given[0]).rows is None or call.receiver is None:
            return None
        network = name == "fit" and bool(_NETWORK_WORDS & call.keywords.keys())
        if name == "fit" and not network and len(call.positional) < 2 and "y" not in call.keywords:
            return None  # a transformer fits features alone
        self.calls["unknown"] += 1
        self.unknown[call.name] = self.unknown.get(call.name, 0) + 1
        self.become_estimator(call.receiver)
        row = self.choose(call, self.tables.method("~network" if network else "~estimator", name))
        if not isinstance(row, CallRow):
            return None
        call.row = row
        return self.actions[row.does](call, row)

    def become_estimator(self, ref: Ref) -> None:
        """Give an object without a known class the state of a model that predicts."""
        model = Model(len(self.models), ref.value.type or ref.value.text or "?", Role.FIT, known=False)
        self.models.append(model)
        ref.value = self.changed(ref.value, kind=Kind.MODEL, model=model, rows=None, constant=NOTHING)

    def unknown_call(
        self, name: str, node: ast.AST, receiver: Ref | None, positional: list[Ref], keywords: dict[str, Ref]
    ) -> Ref:
        """A call that no table knows: counted, and lineage flows through it."""
        self.calls["unknown"] += 1
        self.unknown[name] = self.unknown.get(name, 0) + 1
        inputs = [*positional, *keywords.values()]
        if receiver is not None:
            inputs.append(receiver)
        result = self.unknown_ref(inputs)
        data = [value for ref in inputs for value in self.flat_values(ref)]
        if data or result.value.upstream:
            number = self.operation(Role.UNKNOWN, name, node, data=tuple(data), rows=RowsEffect.UNKNOWN, trust=0.5)
            columns = data[0].columns if data else result.value.columns
            result.value = self.changed(
                result.value,
                upstream=result.value.upstream | 1 << number,
                made_by=number,
                columns=touched(columns, 1 << number),
            )
            if data and data[0].kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) and receiver is not None:
                result.value = self.changed(result.value, kind=data[0].kind)
        return result

    # --- functions that need no table ---------------------------------------------------------------------------

    def native_function(self, name: str, positional: list[Ref], keywords: dict[str, Ref]) -> Ref | None:
        """Python's own functions over containers, and progress bars around them."""
        short = name.rpartition(".")[2]
        if short in ("range", "arange", "permutation") and positional:
            counted = self.counted(positional[min(1, len(positional) - 1)].value)
            if counted is not None:
                # positions of the rows that were counted
                return Ref(self.value(Kind.INDEX, rows=counted, upstream=positional[-1].value.upstream))
        if name == "os.path.join" and all(isinstance(ref.value.constant, str) for ref in positional):
            return self.constant("/".join(str(ref.value.constant) for ref in positional))
        if name.startswith("builtins."):
            first = positional[0] if positional else None
            if short == "range":
                bounds = [ref.value.constant for ref in positional]
                numbers = [bound for bound in bounds if isinstance(bound, int) and abs(bound) < 10**9]
                if numbers and len(numbers) == len(bounds) <= 3 and numbers[2:] != [0]:
                    return Ref(self.value(Kind.NUMBER, constant=range(*numbers)))
                return self.unknown_ref(positional, known=True)
            if short == "enumerate" and first is not None:
                return self.pairs([Ref(self.value(Kind.NUMBER))], first)
            if short == "zip" and positional:
                return self.zipped(positional)
            if short in ("list", "tuple", "sorted", "reversed", "set", "iter") and first is not None:
                if first.is_container:
                    items = self.members_of(first) or []
                    result = self.tuple_ref(list(items))
                    result.open_ = first.open_
                    return result
                return Ref(self.changed(first.value, text="")) if first.value.kind is not Kind.FUNCTION else None
            if short == "dict":
                base = dict(first.keys) if first is not None and first.keys is not None else {}
                base.update(keywords)
                return Ref(self.value(Kind.CONTAINER), keys=base)
            if short == "next" and first is not None and first.items:
                return first.items[0]
            if short in ("max", "min") and positional:
                value = self.summary(first) if first is not None else self.value(Kind.UNKNOWN)
                return Ref(
                    self.value(
                        Kind.SCORE if value.kind is Kind.SCORE else Kind.UNKNOWN,
                        upstream=value.upstream,
                        control=value.control | value.upstream,
                        model=value.model,
                    )
                )
            return None
        if short in ("tqdm", "tqdm_notebook", "trange", "track", "progress_bar") and positional:
            return positional[0]
        return None

    def pairs(self, before: list[Ref], iterable: Ref) -> Ref:
        items = self.members_of(iterable)
        if items is None:
            value = iterable.value
            if value.kind is Kind.LOADER:
                items = [Ref(self.changed(value, kind=Kind.ARRAY, type="", text=BATCH))]
            else:
                items = [Ref(self.changed(value, kind=Kind.UNKNOWN, constant=NOTHING, rows=None))]
            result = self.tuple_ref([self.tuple_ref([*before, item]) for item in items])
            result.open_ = True
            result.value = self.changed(result.value, rows=self.rows_served(iterable))
            return result
        result = self.tuple_ref([self.tuple_ref([*before, item]) for item in items])
        result.open_ = iterable.open_
        result.value = self.changed(result.value, rows=iterable.value.rows)
        return result

    def zipped(self, iterables: list[Ref]) -> Ref:
        members = [self.members_of(ref) for ref in iterables]
        lengths = [len(items) for items in members if items is not None]
        if not lengths:
            result = self.tuple_ref(
                [self.tuple_ref([Ref(self.changed(ref.value, kind=Kind.UNKNOWN, rows=None)) for ref in iterables])]
            )
            result.open_ = True
            kept = next((found for found in map(self.rows_served, iterables) if found is not None), None)
            result.value = self.changed(result.value, rows=kept)
            return result
        width = min(lengths)
        rows: list[Ref] = []
        for at in range(width):
            rows.append(
                self.tuple_ref(
                    [
                        items[at]
                        if items is not None
                        else Ref(self.changed(ref.value, kind=Kind.UNKNOWN, rows=None, constant=NOTHING))
                        for items, ref in zip(members, iterables, strict=True)
                    ]
                )
            )
        result = self.tuple_ref(rows)
        result.open_ = any(ref.open_ for ref in iterables)
        return result

    def native_method(self, receiver: Ref, name: str, positional: list[Ref]) -> Ref | None:
        """Methods of lists and dicts whose members are known."""
        if name == "items" and receiver.value.kind in (Kind.ARRAY, Kind.LOADER) and not receiver.is_container:
            # a batch that is a dict of tensors
            result = self.tuple_ref([self.tuple_ref([Ref(self.value(Kind.TEXT)), Ref(receiver.value)])])
            result.open_ = True
            return result
        if receiver.keys is not None:
            if name == "items":
                result = self.tuple_ref(
                    [self.tuple_ref([self.constant(key), item]) for key, item in receiver.keys.items()]
                )
                result.open_ = receiver.open_
                return result
            if name == "values":
                result = self.tuple_ref(list(receiver.keys.values()))
                result.open_ = receiver.open_
                return result
            if name == "keys":
                return self.tuple_ref([self.constant(key) for key in receiver.keys])
            if name in ("get", "pop", "setdefault") and positional:
                return self.member(receiver, positional[0])
            if name == "update" and positional and positional[0].keys is not None:
                receiver.keys.update(positional[0].keys)
                return self.nothing()
            if name == "copy":
                return Ref(receiver.value, keys=dict(receiver.keys))
            return None
        if receiver.items is not None or receiver.value.kind is Kind.CONTAINER:
            if name == "append" and positional:
                if receiver.items is None:
                    receiver.items = []
                if len(receiver.items) < 200:
                    receiver.items.append(positional[0])
                self.joins_list(receiver, positional[0])
                receiver.open_ = receiver.open_ or bool(self.loops)
                return self.nothing()
            if name in ("extend", "update") and positional:
                receiver.items = receiver.items if receiver.items is not None else []
                receiver.items.extend((self.members_of(positional[0]) or positional)[:200])
                receiver.open_ = receiver.open_ or bool(self.loops) or positional[0].open_
                return self.nothing()
            if name == "remove" and receiver.items is not None and positional:
                gone = positional[0].value.constant
                receiver.items = [item for item in receiver.items if gone is NOTHING or item.value.constant != gone]
                return self.nothing()
            if name == "copy" and receiver.items is not None:
                return self.tuple_ref(list(receiver.items))
        return None

    # --- the notebook's own functions ---------------------------------------------------------------------------

    def call_function(self, function: Ref, args: list[Ref], node: ast.AST) -> Ref:
        return self.call_ref(function, node, args, {})

    def call_closure(self, callee: Ref, positional: list[Ref], keywords: dict[str, Ref], node: ast.AST) -> Ref:
        """Follow a function of the notebook into its body with the caller's values."""
        closure = callee.closure
        assert closure is not None
        self.calls["user"] += 1
        if isinstance(closure.node, ast.ClassDef):
            return self.instantiate(callee, positional, keywords, node)
        if closure.running >= 1 or self.depth >= MAX_CALL_DEPTH or self.spent:
            if self.depth >= MAX_CALL_DEPTH:
                self.note("calls nested deeper than the limit were not followed")
            return self.unknown_ref([*positional, *keywords.values()])
        if callee.bound is not None:
            positional = [callee.bound, *positional]
        scope = Scope(closure.scope)
        self.bind_parameters(closure.node.args, positional, keywords, scope)
        outer, cell = self.scope, self.cell
        self.scope, self.cell = scope, closure.cell
        self.depth += 1
        closure.running += 1
        showing, self.showing = self.showing, False
        try:
            if isinstance(closure.node, ast.Lambda):
                return self.eval(closure.node.body)
            self.run(closure.node.body)
        finally:
            self.showing = showing
            closure.running -= 1
            self.depth -= 1
            self.scope, self.cell = outer, cell
        if not scope.returns:
            return self.nothing()
        result = scope.returns[0]
        for other in scope.returns[1:]:
            if other.value.kind is not Kind.NONE:
                result = self.joined(result, other) if not result.is_container else result
        return result

    def bind_parameters(
        self, parameters: ast.arguments, positional: list[Ref], keywords: dict[str, Ref], scope: Scope
    ) -> None:
        names = [arg.arg for arg in parameters.args]
        defaults = dict(zip(names[len(names) - len(parameters.defaults) :], parameters.defaults, strict=False))
        for argument, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=False):
            names.append(argument.arg)
            if default is not None:
                defaults[argument.arg] = default
        at = 0
        for name in names:
            if name in keywords:
                scope.names[name] = keywords[name]
            elif at < len(positional) and at < len(parameters.args):
                scope.names[name] = positional[at]
                at += 1
            elif name in defaults:
                scope.names[name] = self.eval(defaults[name])
            else:
                scope.names[name] = Ref(self.value(Kind.UNKNOWN, known=False, text=name))
        if parameters.vararg is not None:
            scope.names[parameters.vararg.arg] = self.tuple_ref(positional[at:])
        if parameters.kwarg is not None:
            rest: dict[object, Ref] = {key: ref for key, ref in keywords.items() if key not in names}
            scope.names[parameters.kwarg.arg] = Ref(self.value(Kind.CONTAINER), keys=rest)

    def instantiate(self, callee: Ref, positional: list[Ref], keywords: dict[str, Ref], node: ast.AST) -> Ref:
        """An object of a class of the notebook; one that derives from a known class is a model of that class."""
        closure = callee.closure
        assert closure is not None
        result = Ref(self.value(Kind.UNKNOWN, type=closure.library_base))
        row = self.tables.type(closure.library_base) if closure.library_base else None
        if row is not None and row.gives is Kind.MODEL:
            made = self.construct(Call(node, closure.library_base, None, [], keywords), row)
            result = made
        elif row is not None:
            result = self.construct_data(Call(node, closure.library_base, None, positional, keywords), row)
        if row is None and closure.methods.keys() >= _ESTIMATOR_METHODS:
            result.value = self.changed(result.value, text=closure.name)
            self.become_estimator(result)
        result.attrs = dict(callee.attrs or {})
        for name, method in closure.methods.items():
            if row is not None and name in ("__init__",) and self.depth > 3:
                continue
            result.attrs[name] = self.bind_method(result, method)
        start = result.attrs.get("__init__")
        if start is not None:
            self.call_closure(start, positional, keywords, node)
        elif row is None and isinstance(closure.node, ast.ClassDef) and closure.node.decorator_list:
            result.attrs.update(zip(_fields_of(closure.node), positional, strict=False))  # a dataclass
            result.attrs.update(keywords)
        if row is not None and row.gives is Kind.LOADER and result.value.rows is None:
            result.value = self.rows_held(result, [*positional, *keywords.values()])
        return result

    def rows_held(self, dataset: Ref, given: list[Ref]) -> Value:
        """A data set written in the notebook: it serves the rows that it was given or that it keeps, else its own."""
        kept = [ref for ref in (dataset.attrs or {}).values() if ref.closure is None]
        values = [value for ref in (*given, *kept) for value in self.flat_values(ref)]
        rows = next((value.rows for value in values if value.rows is not None), None)
        upstream = dataset.value.upstream
        for ref in (*given, *kept):
            upstream |= self.summary(ref).upstream
        return self.changed(dataset.value, rows=rows or self.source_rows(), upstream=upstream, kind=Kind.LOADER)


def _fields_of(node: ast.ClassDef) -> list[str]:
    """The names that a class body annotates or assigns, in order."""
    names: list[str] = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            targets: list[ast.expr] = [statement.target]
        else:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
        names.extend(target.id for target in targets if isinstance(target, ast.Name))
    return names


def _worth_a_round(item: Ref) -> bool:
    """True for members whose identity matters: models, frames, functions, and tuples that hold one."""
    if item.value.kind in (Kind.MODEL, Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.FUNCTION, Kind.INDEX, Kind.LOADER):
        return True
    return item.is_container and any(_worth_a_round(member) for member in item.members())


def _fold(op: ast.operator, left: object, right: object) -> object:
    """Arithmetic on small constants."""
    if isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Add) and len(left) + len(right) < 2000:
        return left + right
    if isinstance(left, bool) or isinstance(right, bool):
        return NOTHING
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)) or max(abs(left), abs(right)) > 1e12:
        return NOTHING
    try:
        if isinstance(op, ast.Add):
            return left + right
        if isinstance(op, ast.Sub):
            return left - right
        if isinstance(op, ast.Mult):
            return left * right
        if isinstance(op, ast.Div):
            return left / right
        if isinstance(op, ast.FloorDiv):
            return left // right
    except (ZeroDivisionError, OverflowError):
        return NOTHING
    return NOTHING

"""Expressions: names, attributes, operators, containers, comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import islice

from nbaudit.dataflow.builder import MAX_STEPS, touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.calls import Calls
from nbaudit.dataflow.decisions import decided
from nbaudit.dataflow.domain import BATCH, DATA_KINDS, Closure, Ref, Scope
from nbaudit.dataflow.machine import known_text
from nbaudit.dataflow.subscripts import LOCATORS, PART_ROLES, comparison_tests, negated
from nbaudit.dataflow.syntax import MAX_ELEMENTS, text_of
from nbaudit.knowledge.schema import CallRow, NeutralRow
from nbaudit.model.flow import NOTHING, Kind, Loop, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Task, Trait

MAX_UNROLL = 24
MAX_NESTING = 3
"""Containers in containers that are looked into."""
_ACCESSORS = frozenset({"str", "dt", "plot", "cat", "sparse", "style", "io", "ta"})
_LIBRARY = (Kind.MODULE, Kind.FUNCTION)
_NO_ENTRY = frozenset({Kind.SCORE, Kind.MODEL, Kind.HISTORY, Kind.FUNCTION, Kind.FIGURE, Kind.MODULE})
"""What a loop over rows does not put into a list once for each row."""
_PIXEL_RANGES = (255, 256, 127.5, 127)
_ERROR_TRAITS = frozenset({Trait.ERROR, Trait.FOR_NUMBERS})
_ACCURACY_TRAITS = frozenset({Trait.ACCURACY, Trait.FOR_CLASSES})

_HAS_ROWS = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY})

_FEW_KEYS = 4
"""So many parts of the data a dict may hold one by one."""


class Expressions(Calls):
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
        self.evaluated += 1
        return evaluate(node)

    def assign(self, target: ast.expr, ref: Ref) -> None:
        raise NotImplementedError

    # --- atoms ---------------------------------------------------------------------------------------------------

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
        part = self.named_part(base, self.constant(name)) if name in PART_ROLES else None
        if part is not None:
            return part  # `mnist.train`
        if value.kind in (Kind.TABLE, Kind.UNKNOWN) and value.columns.may_hold(name) and value.kind is Kind.TABLE:
            return self.column(base, name)  # df.age
        if value.kind is Kind.UNKNOWN:
            guessed = self.tables.method("~frame", name)
            first = guessed[0] if guessed else None
            if isinstance(first, CallRow) and first.attribute and (value.rows is not None or value.upstream):
                if not self.tables.method("numpy.ndarray", name):
                    self.adopt(base, Kind.TABLE)
                call = Call(node, f"~frame.{name}", base, [], {}, trust=0.7)
                return self.library_call(call, guessed)
        result = Ref(self.changed(value, kind=Kind.UNKNOWN, constant=NOTHING, type="", text=name))
        if value.kind in (Kind.FIGURE, Kind.PREDICTION):
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

    # --- operators ----------------------------------------------------------------------------------------------

    def eval_binop(self, node: ast.BinOp) -> Ref:
        left, right = self.eval(node.left), self.eval(node.right)
        if isinstance(node.op, ast.Add):
            if left.items is not None and right.items is not None:
                result = self.tuple_ref([*left.items, *right.items][:MAX_ELEMENTS])
                result.open_ = len(left.items) + len(right.items) > MAX_ELEMENTS
                return result
            if left.value.kind is Kind.MODEL or right.value.kind is Kind.MODEL:
                return left
        folded = _fold(node.op, left.value.constant, right.value.constant)
        if folded is not NOTHING:
            return self.constant(folded)
        if isinstance(node.op, ast.Sub):
            measured = self.measured_by_hand(left.value, right.value, node, _ERROR_TRAITS)
            if measured is not None:
                return measured
            rest = self.left_over(left.value.rows, self.summary(right).rows) if left.value.kind is Kind.INDEX else None
            if rest is not None:  # `set(range(len(y))) - set(chosen)`
                return Ref(self.changed(self.combined([left, right]).value, kind=Kind.INDEX, rows=rest))
        result = self.combined([left, right])
        if self.descents and isinstance(node.op, (ast.Mult, ast.MatMult)):
            result = self.by_weights([self.summary(left), self.summary(right)], result, node)
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
        pixels = left.kind in (Kind.ARRAY, Kind.LOADER, Kind.TABLE) and right.constant in _PIXEL_RANGES
        if (
            left.rows is None
            or left.kind in (Kind.PREDICTION, Kind.FIGURE)
            or self.is_share(left, right)
            or not (pixels or (right.stats and right.rows is None))
        ):
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

    def is_share(self, left: Value, right: Value) -> bool:
        """True for `x / x.sum()`: shares of a whole, as of a softmax."""
        made = self.operations[right.made_by] if right.made_by >= 0 else None
        return (
            made is not None
            and made.role is Role.AGGREGATE
            and made.call.endswith("sum")
            and any(value.id == left.id for value in made.data)
        )

    def measured_by_hand(self, left: Value, right: Value, node: ast.AST, traits: frozenset[Trait]) -> Ref | None:
        """`y - pred`, `pred == y`: a prediction held against rows that are none."""
        left, right = self.answered(left, right), self.answered(right, left)
        kinds = {left.kind, right.kind}
        other = right if left.kind is Kind.PREDICTION else left
        if Kind.PREDICTION not in kinds:
            return None
        batch = traits is _ACCURACY_TRAITS and other.kind is Kind.UNKNOWN and bool(other.varies or other.upstream)
        if not batch and other.kind not in (Kind.COLUMN, Kind.ARRAY, Kind.TABLE):
            return None
        model = left.model or right.model
        if model is not None and not model.known and model.task is Task.CLASSIFICATION:
            traits = _ACCURACY_TRAITS  # the difference of two classes says whether they are the same
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

    def answered(self, value: Value, other: Value) -> Value:
        """The prediction whose largest score a value is (`argmax(net(x))`), where a loop holds it against the truth of
        one row; for others the value itself."""
        if value.kind is not Kind.STATISTIC or value.made_by < 0 or not self.loops or not other.upstream:
            return value
        given = self.operations[value.made_by].data[:1]
        asked = given[0] if given and given[0].kind is Kind.PREDICTION else None
        if asked is None:
            # the truth, picked out of a row of zeros in the same way
            return self.changed(given[0], kind=Kind.ARRAY) if given and given[0].rows is not None else value
        return self.changed(asked, made_by=value.made_by)

    def compared_by_hand(self, left: Value, right: Value, node: ast.AST) -> Ref | None:
        """`prediction.eq(truth)` is `prediction == truth`."""
        return self.measured_by_hand(left, right, node, _ACCURACY_TRAITS)

    def eval_unary(self, node: ast.UnaryOp) -> Ref:
        operand = self.eval(node.operand)
        if isinstance(node.op, ast.Invert):
            result = Ref(self.changed(operand.value, constant=NOTHING))
            result.tests = negated(operand.tests)
            return result
        if isinstance(node.op, ast.Not):
            if isinstance(operand.value.constant, bool):
                return self.constant(not operand.value.constant)
            return Ref(self.changed(operand.value, kind=Kind.UNKNOWN, constant=NOTHING, rows=None))
        return Ref(self.changed(operand.value, constant=NOTHING))

    def eval_bool(self, node: ast.BoolOp) -> Ref:
        return self.combined([self.eval(value) for value in node.values])

    def eval_compare(self, node: ast.Compare) -> Ref:
        refs = [self.eval(node.left), *(self.eval(comparator) for comparator in node.comparators)]
        words = [ref.value.constant for ref in refs if isinstance(ref.value.constant, str)]
        told = self.depth or not self.loops
        if told and len(words) == len(refs) == 2 and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            # a function, or a cell, that is told by a word which way to go
            return self.constant((words[0] == words[1]) is isinstance(node.ops[0], ast.Eq))
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

    # --- containers ----------------------------------------------------------------------------------------------

    def eval_sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Ref:
        items: list[Ref] = []
        open_ = False
        for element in node.elts[:MAX_ELEMENTS]:
            if isinstance(element, ast.Starred):
                inner = self.eval(element.value)
                if inner.items is not None:
                    items.extend(inner.items)
                    continue
                items.append(inner)
                open_ = True
                continue
            items.append(self.eval(element))
        result = self.tuple_ref(items[:MAX_ELEMENTS])
        result.open_ = open_ or max(len(node.elts), len(items)) > MAX_ELEMENTS
        return result

    def eval_dict(self, node: ast.Dict) -> Ref:
        keys: dict[object, Ref] = {}
        open_ = False
        for key, value in zip(node.keys[:MAX_ELEMENTS], node.values, strict=False):
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
        way = decided(node.test, self.scope, self.loops)
        if way is not None:
            return self.eval(node.body if way else node.orelse)
        tested = self.summary(self.eval(node.test))
        if isinstance(tested.constant, bool):
            return self.eval(node.body if tested.constant else node.orelse)
        result = self.joined(self.eval(node.body), self.eval(node.orelse))
        decides = tested.upstream | tested.control
        if decides & ~result.value.control and not result.is_container and result.closure is None:
            chosen = Ref(self.changed(result.value, control=result.value.control | decides))
            chosen.attrs, chosen.options, chosen.bound = result.attrs, result.options, result.bound
            return chosen
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

    # --- loops over values ---------------------------------------------------------------------------------------

    def rounds(self, iterable: Ref, loop: Loop) -> list[Ref]:
        """What the loop variable is in each round that is interpreted: every member where members differ in what they
        are (models, frames), one abstract member otherwise."""
        iterable = self.iterated(iterable)
        items = self.folds_served(iterable) or self.members_of(iterable)
        if items is not None and not iterable.open_:
            if 0 < len(items) <= MAX_UNROLL and any(worth_a_round(item) for item in items):
                return items if self.evaluated < MAX_STEPS else [self.abstract(items, loop)]
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

    def iterated(self, iterable: Ref) -> Ref:
        """What the `__iter__` of an object whose class the notebook writes gives to loop over; others themselves."""
        method = iterable.attrs.get("__iter__") if iterable.attrs is not None else None
        if method is None or method.closure is None or method.bound is None:
            return iterable
        return self.call_closure(method, [], {}, method.closure.node)

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

    def new_loop(self, kind: str, node: ast.AST, iterable: Ref | None) -> Loop:
        items = self.members_of(iterable) if iterable is not None else None
        count = len(items) if items is not None and iterable is not None and not iterable.open_ else None
        if count is None and iterable is not None and isinstance(iterable.value.constant, range):
            count = len(iterable.value.constant)
        text = text_of(node.iter, 80) if isinstance(node, (ast.For, ast.comprehension)) else ""
        over = self.summary(iterable).upstream if iterable is not None else 0
        loop = Loop(len(self.loop_list), kind, self.site, text, count, over=over)
        self.loop_list.append(loop)
        return loop

    def eval_comprehension(self, node: ast.ListComp | ast.DictComp) -> Ref:
        outer, loops, around = self.scope, self.loops, self.served
        self.scope = Scope(outer)
        results: list[Ref] = []
        keys: dict[object, Ref] = {}
        served: list[Rows | None] = []
        over: list[Kind] = []
        self.served = served
        try:
            self._comprehend(node, 0, results, keys, over)
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
                rows = self.rows_kept(node, served[0])
                if over == [Kind.INDEX] and _lists_all(node):
                    return Ref(self.value(Kind.INDEX, rows=rows, upstream=results[0].value.upstream))
                result.value = self.changed(result.value, rows=rows)
                theirs = results[0].value.rows
                if rows is not None and theirs is not None and rows.parts() and rows.sources() & theirs.sources():
                    results[0].value = self.changed(results[0].value, rows=rows)  # `[X[i] for i in chosen]`
            return result
        if len(results) == 1 and results[0].options:
            return self.tuple_ref([self.constant(option) for option in results[0].options])
        return self.tuple_ref(results)

    def mapped(self, node: ast.AST, given: list[Ref]) -> Ref | None:
        """`map(function, items)` is the comprehension that calls a function of the notebook for each of some items that
        are known, or of numbers; None for all else."""
        if len(given) != 2 or given[0].closure is None or isinstance(given[0].closure.node, ast.ClassDef):
            return None
        iterable = given[1]
        if self.members_of(iterable) is None and not isinstance(iterable.value.constant, range):
            return None
        loop = self.new_loop("comprehension", node, iterable)
        loops = self.loops
        self.loops = (*loops, loop.id)
        results = [self.call_function(given[0], [item], node) for item in self.rounds(iterable, loop)]
        self.loops = loops
        result = self.tuple_ref(results)
        result.open_ = len(results) == 1
        return result

    def rows_kept(self, node: ast.ListComp | ast.DictComp, rows: Rows | None) -> Rows | None:
        """The rows that a comprehension over rows keeps: `[i for i in range(len(y)) if i not in chosen]`."""
        conditions = [condition for generator in node.generators for condition in generator.ifs]
        test = conditions[0] if len(conditions) == 1 else None
        if isinstance(test, ast.Compare):
            among = test.comparators[0]
            if isinstance(test.ops[0], ast.NotIn) and isinstance(among, ast.Name):
                rest = self.left_over(rows, self.summary(self.eval(among)).rows)
                if rest is not None:
                    return rest
        return self.derived(rows, RowsEffect.SUBSET if conditions else RowsEffect.KEEP)

    def _comprehend(
        self,
        node: ast.ListComp | ast.DictComp,
        at: int,
        results: list[Ref],
        keys: dict[object, Ref],
        over: list[Kind],
    ) -> None:
        """Fill `results` or `keys`, and `over` with the kinds of what the generators run over."""
        if at == len(node.generators):
            if isinstance(node, ast.DictComp):
                named, held = self.eval(node.key).value, self.eval(node.value)
                if named.stats:  # `{group: place for place, group in enumerate(means.sort_values().index)}`
                    upstream, stats = held.value.upstream | named.upstream, held.value.stats | named.stats
                    held = Ref(self.changed(held.value, upstream=upstream, stats=stats))
                key = named.constant
                keys[key if isinstance(key, (str, int, float)) else f"?{len(keys)}"] = held
            else:
                results.append(self.eval(node.elt))
            return
        generator = node.generators[at]
        iterable = self.eval(generator.iter)
        loop = self.new_loop("comprehension", generator, iterable)
        self.loops = (*self.loops, loop.id)
        self.served.append(self.rows_served(iterable))
        over.append(iterable.value.kind)
        for item in self._few_keys(node, iterable) or self.rounds(iterable, loop):
            if generator.ifs and item.options:
                item.options = ()  # the condition leaves some out
            self.assign(generator.target, item)
            for condition in generator.ifs:
                tested = self.eval(condition)
                if item.value.upstream | tested.value.upstream | tested.value.control:
                    item.value = self.changed(
                        item.value, control=item.value.control | tested.value.upstream | tested.value.control
                    )
            self._comprehend(node, at + 1, results, keys, over)

    def _few_keys(self, node: ast.ListComp | ast.DictComp, iterable: Ref) -> list[Ref] | None:
        """The words that a dict is made for, each (`{x: ImageFolder(x) for x in ["train", "val"]}`), else None."""
        if not isinstance(node, ast.DictComp) or not isinstance(node.key, ast.Name) or len(node.generators) > 1:
            return None
        members = self.members_of(iterable)
        if members is None or iterable.open_ or not 1 < len(members) <= _FEW_KEYS:
            return None
        return list(members) if all(isinstance(m.value.constant, str) for m in members) else None


def _lists_all(node: ast.ListComp) -> bool:
    """True where a comprehension gives its members as they are (`[i for i in range(len(y)) if ...]`)."""
    target = node.generators[0].target
    return isinstance(node.elt, ast.Name) and isinstance(target, ast.Name) and node.elt.id == target.id


def worth_a_round(item: Ref, depth: int = 0) -> bool:
    """True for members whose identity matters: models, predictions, frames, functions, and tuples that hold one."""
    if item.value.kind in (
        Kind.MODEL,
        Kind.TABLE,
        Kind.COLUMN,
        Kind.ARRAY,
        Kind.FUNCTION,
        Kind.INDEX,
        Kind.LOADER,
        Kind.PREDICTION,
    ):
        return True
    if item.value.kind is Kind.UNKNOWN and item.value.text and not item.value.known:
        return True  # an object of a class of an own module
    if depth >= MAX_NESTING or not item.is_container:
        return False
    return any(worth_a_round(member, depth + 1) for member in islice(item.members(), MAX_UNROLL))


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

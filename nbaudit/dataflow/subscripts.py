"""Subscripts: columns, rows by mask, position or index, and the conditions that make disjoint parts."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from nbaudit.dataflow.builder import Bound, cut, dropped, selected, touched
from nbaudit.dataflow.domain import BATCH, DATA_KINDS, Ref, Test, constants_of, names_of
from nbaudit.dataflow.machine import Machine
from nbaudit.dataflow.omitted import LAST, omitted
from nbaudit.dataflow.syntax import text_of
from nbaudit.model.flow import CHOSEN, NOTHING, Columns, Kind, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role

_FRAMES = (Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.PREDICTION, Kind.MASK, Kind.INDEX, Kind.LOADER)
PART_ROLES = {"train": "train", "test": "test", "validation": "validation", "valid": "validation", "dev": "validation"}
MEMBER = "member of "
LOCATORS = ("loc", "iloc", "ix", "at", "iat")

_OPPOSITE: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Lt: ("<", True),
    ast.GtE: ("<", False),
    ast.LtE: ("<=", True),
    ast.Gt: ("<=", False),
    ast.Eq: ("==", True),
    ast.NotEq: ("==", False),
}


def comparison_tests(node: ast.Compare) -> tuple[Test, ...]:
    """What a comparison of a column says of the rows where it holds, so that complements are seen as such."""
    if len(node.ops) != 1:
        return ()
    known = _OPPOSITE.get(type(node.ops[0]))
    if known is None:
        return ()
    left, right = _subject(node.left), text_of(node.comparators[0]) or _constant_text(node.comparators[0])
    symbol, holds = known
    tests: list[Test] = [(f"{left} {symbol} {right}", str(holds))]
    if symbol == "==" and holds:
        tests.append((f"{left} ==", right))
    return tuple(tests)


def query_tests(text: str) -> tuple[Test, ...]:
    """As `comparison_tests`, of a condition in a string (`df.query("year < 2019")`)."""
    if not any(symbol in text for symbol in "<>=") or "@" in text or len(text) > 200:
        return ()
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return ()
    return comparison_tests(node) if isinstance(node, ast.Compare) else ()


def negated(tests: tuple[Test, ...]) -> tuple[Test, ...]:
    """The conditions of the rows that a mask leaves out; only a single yes-or-no condition can be turned round."""
    flipped = {"True": "False", "False": "True"}
    return tuple((ask, flipped[answer]) for ask, answer in tests if answer in flipped)[:1]


def _subject(node: ast.expr) -> str:
    """The column that a condition asks about, without the frame's name (`train.date` and `df['date']` alike)."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return text_of(node)


def _constant_text(node: ast.expr) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else ""


class Subscripts(Machine):
    """Reads `base[key]`, `base.loc[key]` and kin."""

    def subscript(self, node: ast.Subscript) -> Ref:
        if isinstance(node.value, ast.Attribute) and node.value.attr in LOCATORS:
            base = self.eval(node.value.value)
            if base.value.kind in _FRAMES or base.value.kind is Kind.UNKNOWN:
                self.adopt(base, Kind.TABLE)
                return self.located(base, node.value.attr, node)
        base = self.eval(node.value)
        key_node = node.slice
        if base.value.kind is Kind.FUNCTION and base.value.type and base.closure is None:
            elements = key_node.elts if isinstance(key_node, ast.Tuple) else [key_node]
            return self.bracket_call(base, elements, node)
        if base.is_container:
            if isinstance(key_node, ast.Slice):
                return self.entries(base, key_node, node)
            return self.member(base, self.eval(key_node))
        kind = base.value.kind
        if kind in (Kind.TABLE, Kind.UNKNOWN, Kind.GROUPS, Kind.STATISTIC) and not isinstance(key_node, ast.Slice):
            key = self.eval(key_node)
            return self.by_key(base, key, node)
        if kind is Kind.CONTAINER and base.value.rows is not None and not isinstance(key_node, ast.Slice):
            key = self.eval(key_node)
            if key.value.kind is Kind.INDEX:  # `df.to_dict("records")[i]`
                return self.filtered(base, key, node)
            return Ref(self.changed(base.value, constant=NOTHING, kind=Kind.UNKNOWN, text=""))
        if kind in _FRAMES or kind is Kind.UNKNOWN:
            if isinstance(key_node, ast.Tuple) and key_node.elts:
                return self.by_position(base, key_node.elts[0], node, key_node.elts[1:])
            return self.by_position(base, key_node, node)
        control = base.value.control
        if isinstance(key_node, ast.Slice) and kind is Kind.CONTAINER and base.value.rows is not None:
            return self.by_position(base, key_node, node)
        if not isinstance(key_node, ast.Slice):
            chosen_by = self.eval(key_node).value
            control |= chosen_by.upstream | chosen_by.control
        return Ref(self.changed(base.value, constant=NOTHING, kind=Kind.UNKNOWN, text="", control=control))

    def bracket_call(self, function: Ref, elements: list[ast.expr], node: ast.AST) -> Ref:
        """`np.c_[a, b]`; given by the layer above."""
        raise NotImplementedError

    def entries(self, base: Ref, key: ast.Slice, node: ast.Subscript) -> Ref:
        """Some entries of a list: of one that was filled row by row they are some of its rows."""
        whole = self.summary(base)
        if not base.open_ or base.items is None or whole.rows is None or whole.model is not None:
            return base
        cut = self.by_position(Ref(whole), key, node)
        if cut.value is whole:
            return base
        result = Ref(self.changed(cut.value, kind=Kind.CONTAINER), items=[self.entry(item, cut) for item in base.items])
        result.open_ = True
        return result

    def entry(self, item: Ref, cut: Ref) -> Ref:
        """What stands for the rows of a list, where the list is cut."""
        if item.items is not None:
            result = Ref(item.value, items=[self.entry(inner, cut) for inner in item.items])
            result.open_ = item.open_
            return result
        rows = cut.value.rows if item.value.rows is not None else None
        return Ref(self.changed(item.value, upstream=item.value.upstream | cut.value.upstream, rows=rows))

    def member(self, base: Ref, key: Ref) -> Ref:
        """An item of a list, tuple or dict."""
        constant = key.value.constant
        if base.keys is not None:
            if constant is not NOTHING and _hashable(constant) and constant in base.keys:
                return base.keys[constant]
        elif isinstance(constant, int) and base.items and -len(base.items) <= constant < len(base.items):
            return base.items[constant]
        members = list(base.members())
        if isinstance(constant, str) and base.items:
            for item in base.items:  # `ds.train_test_split()["train"]`
                if item.value.rows is not None and item.value.rows.role == PART_ROLES.get(constant):
                    return item
        if key.value.kind is Kind.INDEX and key.value.rows is not None and base.keys is None:
            # a list with one entry per row, read at the places that a split gave
            whole = self.summary(base)
            kind = whole.kind if whole.kind is not Kind.CONTAINER else Kind.UNKNOWN
            return Ref(self.changed(whole, kind=kind, rows=self.rows_where(whole.rows, key), constant=NOTHING))
        if len(members) == 1 or (members and len({id(m.value.model) for m in members}) == 1 and members[0].value.model):
            return members[0]
        if members and all(m.items and len(m.items) == len(members[0].items or ()) for m in members):
            return members[0]  # one of several (name, model) pairs: the first stands for all
        if members and all(m.value.kind is members[0].value.kind for m in members):
            value = self.summary(base)
            rows = members[0].value.rows
            return Ref(
                self.changed(
                    members[0].value,
                    # `loaders[phase]`: which of the parts it is can't be said
                    rows=rows if all(m.value.rows is rows for m in members) else None,
                    upstream=value.upstream,
                    control=value.control | key.value.control | key.value.upstream,
                    varies=value.varies | key.value.varies,
                    constant=NOTHING,
                )
            )
        return self.unknown_ref([base, key], known=True)

    def named_part(self, base: Ref, key: Ref) -> Ref | None:
        """`splits["train"]`: one of the parts that a library, or an earlier split, gives by name. None for others."""
        table, name = base.value, key.value.constant
        if table.rows is None or not isinstance(name, str) or not table.type:
            return None
        if "~splits" not in self.tables.bases(table.type):
            return None
        split = (table.upstream & self.named).bit_length()
        place = self.partition(("given", split or tuple(sorted(table.rows.sources()))))
        if any(partition == place for partition, _ in table.rows.parts()):
            return None  # a column of a part
        return Ref(self.changed(table, rows=self.part(table.rows, place, name, PART_ROLES.get(name, ""))))

    def by_key(self, base: Ref, key: Ref, node: ast.Subscript) -> Ref:
        """`df['a']`, `df[['a', 'b']]`, `df[mask]`, `groups['a']`."""
        value, table = key.value, base.value
        part = self.named_part(base, key)
        if part is not None:
            return part
        names = names_of(key)
        if names is not None and table.kind is not Kind.STATISTIC:
            if key.items is None and len(names) == 1:
                return self.column(base, names[0])
            if key.items is None:  # a loop variable over column names
                mask = table.columns.base
                for name in names:
                    mask |= table.columns.of(name)
                result = Ref(
                    self.changed(
                        table,
                        kind=Kind.COLUMN,
                        type="",
                        upstream=mask or table.upstream,
                        column=None,
                        varies=value.varies,
                    )
                )
                result.parent = (base, names)
                return result
            columns = selected(table.columns, names)
            number = self.operation(
                Role.SELECT_COLUMNS, "syntax.select", node, receiver=table, data=(table,), args={"columns": value}
            )
            result = Ref(
                self.changed(
                    table,
                    columns=touched(columns, 1 << number),
                    upstream=(columns.whole() or table.upstream) | 1 << number,
                    control=table.control | value.control,
                    made_by=number,
                )
            )
            result.parent = (base, names)
            return result
        if table.kind is Kind.GROUPS:
            return Ref(self.changed(table, control=table.control | value.control))
        if table.kind is Kind.TABLE:
            gone = self.left_out(key, node.slice)
            if gone is not None:
                result = Ref(self.changed(table, columns=without(table.columns, gone)))
                result.parent = (base, None)
                return result
        if table.kind is Kind.TABLE and self.ranks_columns(value):
            return self.chosen(base, key, node)
        if value.kind in (Kind.MASK, Kind.INDEX) or key.tests:
            return self.filtered(base, key, node)
        if value.kind in (Kind.COLUMN, Kind.ARRAY) and table.kind is Kind.TABLE:
            return self.filtered(base, key, node)
        if table.kind is Kind.STATISTIC:
            return Ref(self.changed(table, constant=NOTHING, control=table.control | value.control))
        result = Ref(
            self.changed(
                table,
                kind=table.kind,
                control=table.control | value.control | value.upstream,
                constant=NOTHING,
                varies=table.varies | value.varies,
                columns=unnamed(table.columns),
            )
        )
        if table.kind is Kind.TABLE and (value.varies or value.kind is Kind.TEXT):
            result.value = self.changed(result.value, kind=Kind.COLUMN, type="", columns=table.columns)
        elif table.kind is Kind.TABLE:
            return self.chosen(base, key, node)
        result.parent = (base, None)
        return result

    def ranks_columns(self, value: Value) -> bool:
        """True where a list of labels comes from correlations or importances: it names columns, whatever its kind."""
        if value.kind not in (Kind.INDEX, Kind.COLUMN, Kind.ARRAY, Kind.STATISTIC):
            return False
        return value.rows is None and bool((value.upstream | value.control) & self.rankings)

    def chosen(self, base: Ref, key: Ref, node: ast.AST) -> Ref:
        """Columns by a list whose names are not known: what computed the list chose them."""
        table, value = base.value, self.summary(key)
        number = self.operation(
            Role.SELECT_COLUMNS, "syntax.select", node, receiver=table, data=(table,), args={"columns": value}
        )
        result = Ref(
            self.changed(
                table,
                control=table.control | value.control | value.upstream,
                constant=NOTHING,
                varies=table.varies | value.varies,
                columns=touched(unnamed(table.columns), 1 << number),
                upstream=table.upstream | 1 << number,
                made_by=number,
            )
        )
        result.parent = (base, None)
        return result

    def column(self, base: Ref, name: str) -> Ref:
        table = base.value
        # a frame nobody has described still has the column that is asked of it
        mask = table.columns.of(name) or table.upstream
        result = Ref(
            self.value(
                Kind.COLUMN if table.kind is not Kind.GROUPS else Kind.GROUPS,
                rows=table.rows,
                upstream=mask,
                control=table.control,
                column=name,
                varies=table.varies,
                made_by=table.made_by,
                known=table.known,
                model=table.model if table.kind is Kind.PREDICTION else None,
            )
        )
        result.parent = (base, name)
        return result

    def filtered(self, base: Ref, key: Ref, node: ast.AST) -> Ref:
        """Rows chosen by a mask or an index."""
        table = base.value
        rows = self.rows_where(table.rows, key)
        number = self.operation(
            Role.FILTER,
            "syntax.filter",
            node,
            receiver=table,
            data=(table,),
            args={"key": key.value},
            learns=self.learned_through(key.value.stats),
            rows=RowsEffect.SUBSET,
        )
        return Ref(
            self.changed(
                table,
                rows=rows,
                columns=touched(table.columns, 1 << number),
                upstream=table.upstream | 1 << number,
                control=table.control | key.value.control | key.value.upstream,
                made_by=number,
                constant=NOTHING,
            )
        )

    def rows_where(self, rows: Rows | None, key: Ref) -> Rows | None:
        if rows is None:
            return key.value.rows if key.value.kind is Kind.INDEX else None
        if key.value.kind is Kind.INDEX and key.value.rows is not None:
            theirs = key.value.rows
            parts = theirs.parts() - rows.parts()
            return self.restricted(rows, parts, theirs.role) if parts else self.derived(rows, RowsEffect.SUBSET)
        if key.value.kind is Kind.ARRAY and key.value.rows is not None and not key.tests:
            parts = key.value.rows.parts() - rows.parts()
            if parts and key.value.rows.sources() & rows.sources():  # shorter than what it chooses from: positions
                return self.restricted(rows, parts, key.value.rows.role)
        for ask, answer in key.tests:
            if ask.startswith(MEMBER):  # `df.index.isin(train.index)`
                partition, _, label = ask.removeprefix(MEMBER).partition("/")
                rows = self.part(rows, int(partition), label if answer == "True" else f"not {label}")
                continue
            subject, symbol, bound = _order_of(ask)
            if symbol == "==":
                rows = self.equal_part(rows, subject, bound_of(answer, 0.5))
            elif symbol:
                place = bound_of(bound, float(symbol == "<="))
                rows = self.ordered_part(rows, subject, place, "head" if answer == "True" else "tail")
                continue
            rows = self.part(rows, self.partition(("test", ask)), answer)
        if not key.tests:
            return self.derived(rows, RowsEffect.SUBSET)
        return rows

    def left_over(self, rows: Rows | None, others: Rows | None) -> Rows | None:
        """The rows that another set of the same rows leaves over; None where it is no known part of them."""
        if rows is None or others is None or not rows.sources() & others.sources():
            return None
        parts = sorted(others.parts() - rows.parts())
        return self.part(rows, parts[-1][0], f"not {parts[-1][1]}") if parts else None

    def located(self, base: Ref, locator: str, node: ast.Subscript) -> Ref:
        """`df.loc[rows, columns]`, `df.iloc[...]`."""
        key = node.slice
        if not isinstance(key, ast.Tuple):
            return self.by_position(base, key, node)
        rows, columns = key.elts[0], key.elts[1:]
        return self.by_position(base, rows, node, columns)

    def by_position(self, base: Ref, key: ast.expr, node: ast.Subscript, columns: list[ast.expr] | None = None) -> Ref:
        """Rows by slice, index or mask; then columns, where a second key is given."""
        result = base
        if isinstance(key, ast.Slice):
            if key.lower is not None or key.upper is not None:
                result = self.sliced(base, key, node)
            elif key.step is not None and "-" not in text_of(key):
                result = self.subset(base, node)
        else:
            ref = self.eval(key)
            part = self.named_part(base, ref) if base.value.kind is Kind.LOADER else None
            if part is not None:
                return part
            if ref.value.kind in (Kind.INDEX, Kind.MASK, Kind.COLUMN, Kind.ARRAY) or ref.tests:
                result = self.filtered(base, ref, node)
            elif isinstance(ref.value.constant, int) and base.value.text == BATCH:
                result = Ref(self.changed(base.value, constant=NOTHING, text=""))
            elif isinstance(ref.value.constant, int):
                result = Ref(self.changed(base.value, rows=None, constant=NOTHING, kind=_one_row(base.value)))
            elif ref.value.kind is Kind.CONTAINER and ref.value.rows is not None:
                result = self.filtered(base, Ref(self.changed(self.summary(ref), kind=Kind.INDEX)), node)
            elif ref.value.kind in (Kind.CONTAINER, Kind.UNKNOWN):
                result = self.subset(base, node)
                result.value = self.changed(result.value, varies=result.value.varies | ref.value.varies)
            elif ref.value.kind in (Kind.STATISTIC, Kind.NUMBER, Kind.SCORE):
                # one entry, chosen by what was computed: `depths[np.argmax(scores)]`
                chosen = base.value.control | ref.value.upstream | ref.value.control
                kind = _one_row(base.value)
                result = Ref(self.changed(base.value, rows=None, control=chosen, constant=NOTHING, kind=kind))
        for column in columns or ():
            if isinstance(column, ast.Slice):
                if column.lower is not None or column.upper is not None:
                    result = self.columns_sliced(result, column)
                continue
            ref = self.eval(column)
            names = names_of(ref)
            if names is not None and result.value.kind in (Kind.TABLE, Kind.UNKNOWN):
                if ref.items is None and len(names) == 1:
                    result = self.column(result, names[0])
                else:
                    result = Ref(self.changed(result.value, columns=selected(result.value.columns, names)))
            elif isinstance(ref.value.constant, int):
                kind = Kind.COLUMN if result.value.kind is Kind.TABLE else result.value.kind
                result = Ref(
                    self.changed(result.value, kind=kind, type="", column=f"#{ref.value.constant}", constant=NOTHING)
                )
            else:
                if result.value.kind is Kind.TABLE and self.ranks_columns(ref.value):
                    result = self.chosen(result, ref, node)
                    continue
                gone = self.left_out(ref, column)
                kept = result.value.columns
                kept = without(kept, gone) if gone is not None else unnamed(kept)
                result = Ref(self.changed(result.value, columns=kept))
        return result

    def left_out(self, key: Ref, node: ast.expr) -> tuple[str, ...] | None:
        """The names that a choice of columns leaves out, where it takes all others."""
        gone = key.omits if key.omits is not None else omitted(node, self.names_written)
        return gone or None

    def names_written(self, node: ast.expr) -> tuple[str, ...] | None:
        """The names that an expression of literals and variables stands for."""
        if isinstance(node, (ast.Constant, ast.Name, ast.List, ast.Tuple, ast.Set)):
            return names_of(self.eval(node))
        return None

    def columns_sliced(self, base: Ref, key: ast.Slice) -> Ref:
        """`iloc[:, :-1]`: which columns stay is known where their names are."""
        names = base.value.columns.names
        bounds = _literal_bounds(key)
        if names is not None and bounds is not None:
            kept = names[bounds[0] : bounds[1]]
            return Ref(self.changed(base.value, columns=selected(base.value.columns, kept)))
        gone: tuple[str, ...] = ()
        if bounds == (None, -1):
            gone = ("#-1",)
        before = base.value.columns
        columns = cut(dropped(before, gone))
        if bounds is not None and not before.cut and before.selected is None:
            columns = replace(columns, span=bounds)
        return Ref(self.changed(base.value, columns=columns, control=base.value.control))

    def subset(self, base: Ref, node: ast.AST) -> Ref:
        number = self.operation(
            Role.FILTER, "syntax.slice", node, receiver=base.value, data=(base.value,), rows=RowsEffect.SUBSET
        )
        return Ref(
            self.changed(
                base.value,
                rows=self.choice(base.value.rows) if base.value.rows is not None else None,
                columns=touched(base.value.columns, 1 << number),
                upstream=base.value.upstream | 1 << number,
                made_by=number,
                constant=NOTHING,
            )
        )

    def choice(self, rows: Rows) -> Rows:
        """Rows chosen at random or by what was computed: what a choice leaves out is another part."""
        return self.part(rows, self.partition(("choice", len(self.operations))), CHOSEN)

    def sliced(self, base: Ref, key: ast.Slice, node: ast.AST) -> Ref:
        """`x[:n]` and `x[n:]` are disjoint parts; of two sets put below each other they are those sets."""
        value = base.value
        for bound in (key.lower, key.upper):
            if bound is not None:
                self.eval(bound)
        if value.kind not in DATA_KINDS and value.rows is None:
            return Ref(self.changed(value, constant=NOTHING, text=""))
        result = self.subset(base, node)
        rows = value.rows
        if rows is None:
            return result
        lower, upper = _bound(key.lower), _bound(key.upper)
        joined = rows if rows.effect is RowsEffect.CONCAT and len(rows.parents) == 2 else None
        if joined is not None and (lower is None) != (upper is None):
            role = "head" if lower is None else "tail"
            part = joined.parents[0 if lower is None else 1]
            result.value = self.changed(result.value, rows=part, text=role)
            return result
        if upper is not None and lower is not None:
            self.known_order(bound_of(lower), bound_of(upper))
        if upper is not None:
            rows = self.ordered_part(rows, "position", bound_of(upper), "head")
        if lower is not None and lower != "0":
            rows = self.ordered_part(rows, "position", bound_of(lower), "tail")
        result.value = self.changed(result.value, rows=rows)
        return result


def without(columns: Columns, gone: tuple[str, ...]) -> Columns:
    """The columns less some, the last one among them where it has no name."""
    if columns.names is not None:
        gone = tuple(columns.names[-1] if name == LAST and columns.names else name for name in gone)
    if LAST not in gone:
        return dropped(columns, gone)
    less = replace(dropped(columns, gone), cut=True)
    return replace(less, span=(None, -1) if not columns.cut and columns.selected is None else None)


def unnamed(columns: Columns) -> Columns:
    """The columns after a choice of some of them by a list that is not known."""
    return replace(columns, names=None, cut=True, span=None)


def _order_of(ask: str) -> tuple[str, str, str]:
    """(subject, symbol, bound) of a test such as "age < 5" or "age ==", empty symbol for others."""
    if ask.endswith(" =="):
        return ask.removesuffix(" =="), "==", ""
    for symbol in ("<=", "<"):
        subject, found, bound = ask.rpartition(f" {symbol} ")
        if found:
            return subject, symbol, bound
    return "", "", ""


def bound_of(text: str, after: float = 0.0) -> Bound:
    """A place in an order from how it is written: numbers and dates of one form can be compared."""
    plain = text.strip("\"'")
    try:
        number = float(plain)
    except ValueError:
        digits = plain.replace("-", "").replace("/", "").replace(":", "").replace(" ", "")
        if len(plain) >= 6 and digits.isdigit() and plain[:4].isdigit():
            return f"date {len(plain)}", "", float(digits), after
        return "text", text, 0.0, after
    quoted = f"quoted {len(plain)}" if plain != text else "number"
    return f"{quoted} from the end" if number < 0 else quoted, "", number, after


def _bound(node: ast.expr | None) -> str | None:
    if node is None:
        return None
    return repr(node.value) if isinstance(node, ast.Constant) else text_of(node)


def _literal_bounds(key: ast.Slice) -> tuple[int | None, int | None] | None:
    """The slice's bounds where both are literals or left out."""
    found: list[int | None] = []
    for node in (key.lower, key.upper):
        if node is None:
            found.append(None)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            found.append(node.value)
        else:
            return None
    return found[0], found[1]


def _one_row(value: Value) -> Kind:
    return Kind.UNKNOWN if value.kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) else value.kind


def _hashable(constant: object) -> bool:
    return isinstance(constant, (str, int, float, bool, bytes, tuple, type(None)))


__all__ = ["LOCATORS", "Subscripts", "comparison_tests", "constants_of", "negated"]

"""Repairs of the data itself: gaps, duplicates, outliers, codes, errors that are swallowed, what is thrown away."""

from __future__ import annotations

import ast

from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.repairs.code import (
    bound,
    changed,
    expr,
    laid_out,
    parsed,
    quoted,
    split_first,
    statement_of,
    without_keywords,
)
from nbaudit.workflow.names import Names

_MOST_LINES = 24


def column_of(names: Names) -> str:
    """The column that a finding speaks of, else that of its evidence, "" where there is none."""
    for column in names.finding.columns:
        return column
    return next((value.column for op in names.operations for value in op.data if value.column), "") or ""


def table_of(names: Names) -> str:
    """The variable of the table that a finding speaks of: what its first operation works on, else the first table."""
    for op in names.operations:
        tree = parsed(names.text(op))
        for item in ast.walk(tree) if tree is not None else ():
            if isinstance(item, ast.Name) and _is_table(names, item.id):
                return item.id
    return names.frame


def _is_table(names: Names, name: str) -> bool:
    return any(item.name == name and item.value.kind is Kind.TABLE for item in names.workflow.graph.bindings)


def root(text: str) -> str:
    """The variable that an expression begins with: `test` of `test[columns]`, "" where there is none."""
    tree = parsed(text)
    found = next((item.id for item in ast.walk(tree) if isinstance(item, ast.Name)), "") if tree is not None else ""
    return found if text.startswith(found) else ""


def go_on_with(names: Names) -> str:
    """The table that was treated takes the place of the one that the features come from."""
    op = names.operation()
    treated = (bound(names, op) or root(names.text(op))) if op is not None else ""
    source = names.features if names.has_features else ""
    source = root(source)
    value = next((item.value for item in names.workflow.graph.bindings if item.name == source), None)
    makers = names.workflow.graph.by_mask(value.upstream) if value is not None else ()
    tables = [name for op in makers if (name := bound(names, op)) and name != treated and _is_table(names, name)]
    other = next((name for name in tables if name != source), source)
    if not treated or not other or treated == other:
        return ""
    return f"{other} = {treated}  # before the features are taken from it"


# --- outliers -------------------------------------------------------------------------------------------------------


def boxes(names: Names) -> str:
    """A box plot of every number, from the features or from the table that they come from."""
    value = names.training.features if names.training is not None else None
    data = names.features
    if value is None or not names.has_features:
        data, table = names.frame, True
    else:
        table = value.kind is Kind.TABLE
    shown = data if table and data.isidentifier() else f"pd.DataFrame({data})"
    return f'{shown}.select_dtypes("number").plot(kind="box", subplots=True, figsize=(14, 3))'


def within_quartiles(names: Names) -> str:
    """The usual rule of the quartiles, for the columns that hold amounts."""
    table, column = table_of(names), column_of(names)
    if column:
        where = f"{table}[{quoted(column)}]"
        return "\n".join(
            [
                f"low, high = {where}.quantile([0.25, 0.75])",
                "reach = 1.5 * (high - low)",
                f"outside = ~{where}.between(low - reach, high + reach)",
                "print(outside.sum())  # how many, and are they errors?",
                f"{where} = {where}.clip(low - reach, high + reach)",
            ]
        )
    return "\n".join(
        [
            "# amounts alone: codes, dummies and classes have few values",
            f'amounts = [name for name in {table}.select_dtypes("number") if {table}[name].nunique() > 20]',
            f"low, high = {table}[amounts].quantile(0.25), {table}[amounts].quantile(0.75)",
            "reach = 1.5 * (high - low)",
            f"{table}[amounts] = {table}[amounts].clip(low - reach, high + reach, axis=1)",
        ]
    )


def limits_of_training(names: Names) -> str:
    """Limits of every amount from the training rows; the test rows stay whole."""
    parts = names.parts
    if parts.op is None:
        return ""
    train = parts.train
    if parts.train_target == parts.train or not parts.train_target.isidentifier():
        return ""
    return "\n".join(
        [
            *split_first(names),
            "# limits and rows of the training part alone; test rows stay as they are",
            f'amounts = {train}.select_dtypes("number").columns',
            f"low, high = {train}[amounts].quantile(0.25), {train}[amounts].quantile(0.75)",
            "reach = 1.5 * (high - low)",
            f"keep = ({train}[amounts].ge(low - reach) & {train}[amounts].le(high + reach)).all(axis=1)",
            f"{train}, {parts.train_target} = {train}[keep], {parts.train_target}[keep]",
        ]
    )


def quantile_transform(names: Names) -> str:
    """For cross-validation: a step that learns its limits in each fold."""
    made = names.construction
    if names.training is None or not made.endswith(")") or made.endswith("Booster()"):
        return ""
    return "\n".join(
        [
            "from sklearn.preprocessing import RobustScaler",
            "",
            "# no rows dropped before the folds: the step learns in each from its training rows",
            f"{names.model} = make_pipeline(RobustScaler(), {made})",
        ]
    )


def kept_in_step(names: Names) -> str:
    """Rows dropped from one of features and target are dropped from the other."""
    features, target = root(names.features), root(names.target)
    if not features or not target or features == target:
        return ""
    dropped = next(
        (op for op in names.operations if op.role in (Role.FILTER, Role.DROP_MISSING, Role.DEDUPLICATE)), None
    )
    column = next((value for value in (dropped.data if dropped is not None else ()) if value.kind is Kind.COLUMN), None)
    left, other = (target, features) if column is not None else (features, target)
    return (
        f"{other} = {other}.loc[{left}.index]  # the same rows on both sides\nassert len({features}) == len({target})"
    )


# --- gaps -----------------------------------------------------------------------------------------------------------


def filled_by_value(names: Names) -> str:
    """A column's gaps filled with its median (or commonest value), not from a neighbour or with what can't be."""
    op = names.operation(Role.IMPUTE) or names.operation()
    tree = names.tree(op)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return ""
    owner = ast.unparse(tree.func.value)
    if len(owner) > 60 or not isinstance(tree.func.value, (ast.Subscript, ast.Attribute)):
        return ""
    target = owner
    if isinstance(tree.func.value, ast.Attribute) and isinstance(tree.func.value.value, ast.Name):
        target = f"{tree.func.value.value.id}[{quoted(tree.func.value.attr)}]"
    return f"{target} = {owner}.fillna({owner}.median())  # words: `{owner}.mode()[0]`; in training rows, once split"


def target_rows_dropped(names: Names) -> str:
    column = (
        column_of(names)
        or next((value.column for value in (names.training.target,) if value is not None and value.column), "")
        if names.training is not None
        else column_of(names)
    )
    if not column:
        return ""
    table = table_of(names)
    return f"{table} = {table}.dropna(subset=[{quoted(column)}])  # rows without a target teach nothing"


def loss_looked_at(names: Names) -> str:
    table = table_of(names)
    return "\n".join(
        [
            f"gaps = {table}.isnull().mean().sort_values(ascending=False)",
            "print(gaps.head(10))  # which columns cost the rows?",
            "mostly_empty = gaps[gaps > 0.5].index",
            f"{table} = {table}.drop(columns=mostly_empty)",
            f"print(len({table}), len({table}.dropna()))  # drop rows only if few go; else fill",
        ]
    )


def gaps_filled(names: Names) -> str:
    """The gaps of the named columns, else of all, filled by what the training rows say."""
    columns = [column for column in names.finding.columns if column][:6]
    parts = names.parts
    if not columns or parts.op is None or "[" in parts.train:
        return ""
    lines = [*split_first(names), f"columns = [{', '.join(map(quoted, columns))}]"]
    lines += [
        f"known = {parts.train}[columns]",
        "fill = known.median(numeric_only=True).combine_first(known.mode().iloc[0])  # of training rows alone",
        f"{parts.train}[columns], {parts.test}[columns] = known.fillna(fill), {parts.test}[columns].fillna(fill)",
    ]
    return "\n".join(lines)


def gaps_of_table(names: Names) -> str:
    """The same for a notebook without a split of its own."""
    columns = [column for column in names.finding.columns if column][:6]
    table = table_of(names)
    chosen = f"[{', '.join(map(quoted, columns))}]" if columns else f"{table}.columns[{table}.isnull().any()]"
    return "\n".join(
        [
            f"columns = {chosen}",
            f"known = {table}[columns]  # once there is a split: of its training rows",
            f"{table}[columns] = known.fillna(known.median(numeric_only=True).combine_first(known.mode().iloc[0]))",
        ]
    )


def by_imputer(names: Names) -> str:
    """An imputer that learns from training rows alone: of the split's part, or in each fold."""
    parts, training = names.parts, names.training
    if training is None:
        return ""
    op = names.operation(Role.IMPUTE)
    text = op.text if op is not None else ""
    maker = "KNNImputer()" if "KNN" in text else 'SimpleImputer(strategy="median")'
    imports = f"from sklearn.impute import {maker.partition('(')[0]}"
    if parts.op is not None:
        return "\n".join(
            [
                imports,
                "",
                *split_first(names),
                f"imputer = {maker}.fit({parts.train})  # learns from training rows alone",
                f"{parts.train}, {parts.test} = imputer.transform({parts.train}), imputer.transform({parts.test})",
            ]
        )
    made = names.construction
    if not made.endswith(")") or training.target is None:
        return ""
    return "\n".join(
        [
            imports,
            "",
            f"# leave the gaps in `{names.features}`: each fold fills them from its own training rows",
            f"{names.model} = make_pipeline({maker}, {made})",
            f"print(cross_val_score({names.model}, {names.features}, {names.target}, cv=5).mean())",
        ]
    )


# --- what is inconsistent -------------------------------------------------------------------------------------------


def duplicates_dropped(names: Names) -> str:
    table = table_of(names)
    return "\n".join(
        [
            f"print({table}[{table}.duplicated(keep=False)])  # copies, or rows that happen to be equal?",
            f"{table} = {table}.drop_duplicates()  # before any split",
        ]
    )


def all_categories(names: Names) -> str:
    """A mapping that says what becomes of categories it does not list."""
    op = names.operation()
    tree = names.tree(op)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return ""
    owner, given = ast.unparse(tree.func.value), ast.unparse(tree.args[0]) if tree.args else ""
    if not given or len(owner) > 60:
        return ""
    name = given if given.isidentifier() else "codes"
    lines = [] if name == given else [f"{name} = {given}"]
    lines += [
        f"unlisted = set({owner}.dropna()) - set({name})",
        'assert not unlisted, f"no code for {unlisted}"  # list them, or say what they become',
        f"{owner} = {owner}.map({name})" if isinstance(tree.func.value, (ast.Subscript, ast.Name)) else "",
    ]
    return "\n".join(line for line in lines if line)


def values_shown(names: Names) -> str:
    table, column = table_of(names), column_of(names)
    if not column:
        return ""
    where = f"{table}[{quoted(column)}]"
    return f"{where} = {where}.str.strip()\nprint({where}.value_counts(dropna=False))  # compare with a value of these"


def numbers_from_text(names: Names) -> str:
    table, column = table_of(names), column_of(names)
    if not column:
        return ""
    where = f"{table}[{quoted(column)}]"
    return "\n".join(
        [
            f'numbers = {where}.astype("string").str.replace(r"[^0-9.\\-]", "", regex=True)',
            'numbers = pd.to_numeric(numbers, errors="coerce")',
            f"print({where}[numbers.isna() & {where}.notna()].unique())  # what could not be read",
            f"{where} = numbers",
        ]
    )


def gaps_of_parse(names: Names) -> str:
    """What a parse could not read, shown before it is lost."""
    op = names.operation(Role.REPAIR) or names.operation()
    tree = names.tree(op)
    if not isinstance(tree, ast.Call) or not tree.args:
        return numbers_from_text(names)
    source, parse = ast.unparse(tree.args[0]), ast.unparse(tree)
    if len(source) > 60 or len(parse) > 120:
        return ""
    lines = [
        f"parsed = {parse}",
        f"print({source}[parsed.isna() & {source}.notna()].unique())  # what could not be read: repair it first",
    ]
    if isinstance(tree.args[0], ast.Subscript):
        lines.append(f"{source} = parsed")
    return "\n".join(lines)


def shown_by_number(names: Names) -> str:
    """Rows dropped by number, looked at so that a rule can be written."""
    op = names.operation()
    tree = names.tree(op)
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute) or tree.func.attr != "drop":
        return ""
    given = tree.args[0] if tree.args else next((k.value for k in tree.keywords if k.arg in ("index", "labels")), None)
    owner = ast.unparse(tree.func.value)
    if given is None or len(owner) > 40 or len(ast.unparse(given)) > 160:
        return ""
    rows = ast.unparse(given)
    rows = rows if isinstance(given, (ast.List, ast.Name)) else f"[{rows}]"
    return "\n".join(
        [
            f"wrong = {owner}.loc[{rows}]",
            "print(wrong.describe(include='all'))  # what is wrong with them?",
            "# then drop by that rule, so that it holds for new data, too:",
            f'{owner} = {owner}.query("column > limit")  # the rule in place of this',
        ]
    )


# --- errors that are swallowed --------------------------------------------------------------------------------------


def errors_named(names: Names) -> str:
    """The `try` around the operation, or in the function that it applies, with errors that are named and counted."""
    op = names.operation()
    if op is None:
        return ""
    tree = parsed(names.workflow.notebook.cells[op.span.cell].python)
    for item in _tries(tree, op.span.line):
        return _narrowed(item) or _tried(names, op)
    words = {word.id for word in ast.walk(parsed(names.text(op)) or ast.Module([], [])) if isinstance(word, ast.Name)}
    for cell in names.workflow.notebook.cells:
        tree = parsed(cell.python) if cell.is_python and "except" in cell.python else None
        for part in ast.walk(tree) if tree is not None else ():
            if isinstance(part, ast.FunctionDef) and part.name in words:
                return _narrowed(part)
    text = changed(names, op, lambda item: without_keywords(item, "errors") if isinstance(item, ast.Call) else None)
    return text if text and "errors" in op.text else ""


def _tried(names: Names, op: Operation) -> str:
    """The statement of an operation in a `try` of its own."""
    tree = statement_of(names, op)
    if tree is None or isinstance(tree, ast.Try) or len(ast.unparse(tree).splitlines()) > _MOST_LINES:
        return ""
    body = ast.unparse(tree).replace("\n", "\n    ")
    return "\n".join(
        [
            "try:",
            f"    {body}",
            "except (OSError, ValueError) as error:  # those that are expected here, and no others",
            '    print("not read:", error)',
            "    raise  # or count what is left out, and say so",
        ]
    )


def _tries(tree: ast.Module | None, line: int) -> list[ast.Try]:
    """The `try` statements around a line, the innermost first."""
    found = [
        item
        for item in (ast.walk(tree) if tree is not None else ())
        if isinstance(item, ast.Try) and item.lineno <= line <= (item.end_lineno or item.lineno)
    ]
    return found[::-1]


def _narrowed(tree: ast.stmt) -> str:
    """Handlers of every error replaced by those of bad values, which say what they met."""
    if len(ast.unparse(tree).splitlines()) > _MOST_LINES:
        return ""
    for item in ast.walk(tree):
        if isinstance(item, ast.ExceptHandler) and _takes_all(item):
            item.type = expr(
                "(KeyError, OSError, TypeError, ValueError)" if isinstance(tree, ast.Try) else "(TypeError, ValueError)"
            )
            item.name = "error"
            said = ast.parse('print("not read:", error)').body
            item.body = [*said, *(part for part in item.body if not isinstance(part, ast.Pass))]
    return ast.unparse(ast.fix_missing_locations(tree))


def _takes_all(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


# --- what was made and not used -------------------------------------------------------------------------------------


def trained_on_result(names: Names) -> str:
    """The training on what was computed and left aside."""
    op = names.operation()
    training = names.training
    made = bound(names, op) if op is not None else ""
    features = names.features
    if not made or training is None or made == features or op is None:
        return ""
    rows = {value.rows.id for value in op.outputs if value.rows is not None}
    if training.features is None or training.features.rows is None or training.features.rows.id not in rows:
        return ""
    return changed(names, training.op, lambda item: _with_data(item, features, made)) or changed_text(
        names, training.op, features, made
    )


def changed_text(names: Names, op: Operation, old: str, new: str) -> str:
    tree = names.tree(op)
    found = _with_data(tree, old, new) if tree is not None else None
    return laid_out(ast.Expr(found)) if found is not None else ""


def _with_data(tree: ast.expr, old: str, new: str) -> ast.expr | None:
    """A call with one argument replaced."""
    if not isinstance(tree, ast.Call):
        return None
    args = [expr(new) if ast.unparse(item) == old else item for item in tree.args]
    named = [
        ast.keyword(item.arg, expr(new) if ast.unparse(item.value) == old else item.value) for item in tree.keywords
    ]
    call = ast.Call(tree.func, args, named)
    return call if ast.unparse(call) != ast.unparse(tree) else None


def columns_dropped(names: Names) -> str:
    """The features without the named columns."""
    features = names.features
    columns = [column for column in names.finding.columns if column][:8]
    value = names.training.features if names.training is not None else None
    if not columns or value is None:
        return ""
    chosen = f"[{', '.join(map(quoted, columns))}]" if len(columns) > 1 else quoted(columns[0])
    if not features.isidentifier() or value.kind is not Kind.TABLE:
        table = next((item for item in (root(features), names.frame) if item and _is_table(names, item)), "")
        bare = value.kind is not Kind.TABLE and table == features
        table = names.frame if bare else table
        return f"{table} = {table}.drop(columns={chosen})  # before the features are taken from it" if table else ""
    return f"{features} = {features}.drop(columns={chosen})  # before the split"


# --- reading --------------------------------------------------------------------------------------------------------

_LIMITS = ("nrows", "n_rows", "error_bad_lines", "on_bad_lines", "warn_bad_lines")
_PARTS = ("head", "sample", "tail", "limit", "take", "first")


def read_whole(names: Names) -> str:
    """The same statement without what keeps a part of the rows."""
    for op in names.operations:
        tree = names.tree(op)
        statement = statement_of(names, op)
        if (
            isinstance(tree, ast.Subscript)
            and isinstance(tree.slice, ast.Slice)
            and isinstance(statement, (ast.Assign, ast.Expr))
        ):
            text = laid_out(_Uncut(ast.unparse(tree.slice)).visit(statement))
        else:
            text = changed(names, op, _uncut)
        if text:
            return f"{text}  # all rows; or say why these are enough" if "\n" not in text else text
    return ""


class _Uncut(ast.NodeTransformer):
    """Takes away a slice wherever it stands: the rows of the target are cut as those of the features are."""

    def __init__(self, cut: str) -> None:
        self._cut = cut

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        return node.value if ast.unparse(node.slice) == self._cut else node


def _uncut(tree: ast.expr) -> ast.expr | None:
    if isinstance(tree, ast.Subscript) and not isinstance(tree.slice, ast.Constant):
        return tree.value
    if isinstance(tree, ast.Call):
        if isinstance(tree.func, ast.Attribute) and tree.func.attr in _PARTS:
            return tree.func.value
        if any(item.arg in _LIMITS for item in tree.keywords):
            return without_keywords(tree, *_LIMITS)
    return None


def other_separator(names: Names) -> str:
    """The read with a separator that pandas finds out, and a look at what came."""
    op = names.operation(Role.LOAD)
    name = bound(names, op) if op is not None else ""
    read = _sniffed(expr(names.text(op))) if op is not None and names.text(op) else None
    if read is None or not name:
        return ""
    return f"{name} = {ast.unparse(read)}  # finds the separator out\n{name}.head()  # are the columns apart?"


def _sniffed(tree: ast.expr) -> ast.expr | None:
    if not isinstance(tree, ast.Call) or not ast.unparse(tree.func).endswith("read_csv"):
        return None
    kept = without_keywords(tree, "sep", "delimiter", "engine")
    return ast.Call(
        kept.func,
        kept.args,
        [ast.keyword("sep", expr("None")), ast.keyword("engine", expr('"python"')), *kept.keywords],
    )


def index_read(names: Names) -> str:
    op = names.operation(Role.LOAD)
    name = bound(names, op) if op is not None else ""
    tree = names.tree(op)
    if not name or not isinstance(tree, ast.Call) or "read_" not in ast.unparse(tree.func):
        return ""
    call = ast.Call(tree.func, tree.args, [*tree.keywords, ast.keyword("index_col", expr("0"))])
    return f"{name} = {ast.unparse(call)}  # the saved index is no feature"


def looked_at_any(names: Names) -> str:
    """A first look at arrays, pictures and texts."""
    op = names.operation(Role.LOAD, Role.BUNDLED) or names.operation()
    if op is None:
        return ""
    graph = names.workflow.graph
    name = bound(names, op) or next(
        (item.name for item in graph.bindings if item.value.upstream & op.bit and item.name.isidentifier()), ""
    )
    value = next((item.value for item in graph.bindings if item.name == name), None)
    if not name or value is None:
        return ""
    if value.kind is Kind.TABLE:
        return f'{name}.info()  # types and gaps\n{name}.describe(include="all")  # ranges, and how many values'
    if value.kind is Kind.LOADER:
        return f"batch = next(iter({name}))\nprint([(part.shape, part.min(), part.max()) for part in batch])"
    return f"data = np.asarray({name})\nprint(data.shape, data.dtype, data.min(), data.max())  # as expected?"


def from_a_file(names: Names) -> str:
    """The data read from a folder that each machine names, without anybody acting by hand."""
    file, name = "data.csv", names.frame
    for op in names.workflow.ops(Role.LOAD):
        for value in op.args.values():
            text = value.constant if isinstance(value.constant, str) else ""
            last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
            if "." in last and len(last) < 80 and "\n" not in last:
                file, name = last, bound(names, op) or name
                return _read_from(file, name, names.text(op))
    return _read_from(file, name, "")


def _read_from(file: str, name: str, call: str) -> str:
    read = call.partition("(")[0] if call and "read_" in call.partition("(")[0] else "pd.read_csv"
    return "\n".join(
        [
            "from pathlib import Path",
            "",
            'DATA = Path(os.environ.get("DATA", "data"))  # each machine says where its data is',
            f"{name} = {read}(DATA / {file!r})",
        ]
    )


# --- joins ----------------------------------------------------------------------------------------------------------


def joined_by_key(names: Names) -> str:
    """The join with its key named and checked."""
    op = names.operation(Role.JOIN, Role.CONCAT) or names.operation()
    text = names.text(op)
    tree = expr(text) if text else None
    if op is None or not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return ""
    sides = [ast.unparse(tree.func.value), *map(ast.unparse, tree.args)]
    if sides[0] in ("pd", "pandas"):
        sides = sides[1:]
    if tree.func.attr == "concat":
        items = tree.args[0] if tree.args else None
        both = [ast.unparse(item) for item in items.elts] if isinstance(items, (ast.List, ast.Tuple)) else []
        if len(both) != 2 or any(len(side) > 60 for side in both):
            return ""
        name = bound(names, op) or "joined"
        return f'{name} = {both[0]}.join({both[1]}, validate="1:1")  # by the index, and each row once'
    if len(sides) < 2 or any(len(side) > 60 for side in sides[:2]):
        return ""
    named = [ast.keyword("on", expr("key")), ast.keyword("validate", expr('"m:1"'))]
    call = ast.Call(tree.func, tree.args, [*tree.keywords, *named])
    return "\n".join(
        [
            f"shared = {sides[0]}.columns.intersection({sides[1]}.columns)",
            "print(shared)  # all of these are the key now",
            "key = shared[:1].tolist()  # name the columns that say which rows belong together",
            laid_out(ast.Assign([ast.Name(bound(names, op) or "joined")], call, lineno=0)),
        ]
    )


def source_joined(names: Names) -> str:
    """The table that was left aside, joined to the one that is worked on."""
    op = names.operation(Role.LOAD) or names.operation()
    name = bound(names, op) if op is not None else ""
    if not name:
        return ""
    joins = [bound(names, item) for item in names.workflow.ops(Role.JOIN)]
    main = next((item for item in reversed(joins) if item and item != name), "")
    main = main or next((word for word in (names.frame,) if word != name), "") or _other_table(names, name)
    if not main:
        return ""
    return "\n".join(
        [
            f"key = {main}.columns.intersection({name}.columns).tolist()  # leave out what is no key",
            'assert key, "no column has one name in both: rename one, or give left_on= and right_on="',
            f'{main} = {main}.merge({name}, on=key, how="left", validate="m:1", indicator=True)',
            f'print({main}["_merge"].value_counts())  # which rows found no partner?',
        ]
    )


def _other_table(names: Names, name: str) -> str:
    for item in names.workflow.graph.bindings:
        if item.value.kind is Kind.TABLE and item.name.isidentifier() and item.name != name:
            return item.name
    return ""


_ROWS = regex(r"^(?P<table>\w+)(?:\[|\.query\()")


def both_cleaned(names: Names) -> str:
    """The rule that cleans the training rows, asked of the rows to predict."""
    op = names.operation(Role.FILTER) or names.operation()
    text = names.text(op)
    found = _ROWS.match(text)
    predicted = next((item for item in names.operations if item.role is Role.PREDICT and item.data), None)
    test = root(names.of(predicted.data[-1])) if predicted is not None else names.parts.test
    tree = expr(text) if text else None
    if found is None or not test.isidentifier() or test == found["table"] or tree is None:
        return ""
    table = found["table"]
    if isinstance(tree, ast.Call) and tree.args:
        rows = f"{test}.query({ast.unparse(tree.args[0])})"
    elif isinstance(tree, ast.Subscript):
        rows = f"{test}[{ast.unparse(_renamed(tree.slice, table, test))}]"
    else:
        return ""
    return "\n".join(
        [
            f"strange = {test}.drop({rows}.index)",
            "print(len(strange))  # these rows are to be predicted, and the training never saw their like",
            "strange.head()  # repair them by a rule, and the training rows by the same",
        ]
    )


def _renamed(tree: ast.expr, old: str, new: str) -> ast.expr:
    for item in ast.walk(tree):
        if isinstance(item, ast.Name) and item.id == old:
            item.id = new
    return tree


def copies_first(names: Names) -> str:
    """Copies dropped before the rows are parted."""
    parts = names.parts
    whole = parts.whole if parts.whole.isidentifier() else names.frame
    lines = [f"copies = {whole}.duplicated()", "print(copies.sum())"]
    if parts.op is not None and parts.whole_target.isidentifier() and parts.whole_target != whole:
        lines.append(f"{whole}, {parts.whole_target} = {whole}[~copies], {parts.whole_target}[~copies]")
    else:
        lines.append(f"{whole} = {whole}[~copies]")
    line = statement_of(names, parts.op)
    if parts.op is not None and line is not None and len(ast.unparse(line)) < 160:
        lines.append(laid_out(line))
    return "\n".join(lines)


__all__ = [name for name in dir() if not name.startswith("_")]

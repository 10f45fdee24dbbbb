"""Leaks: split first, and let what learns learn from the training rows."""

from __future__ import annotations

import ast

from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.repairs.code import Writer, bound, call_lines, fits_as_sklearn, is_network, quoted, split_first
from nbaudit.workflow.names import Names


def pipeline(*roles: Role) -> Writer:
    return lambda names: _in_pipeline(names, names.operation(*roles), "sklearn.pipeline")


def _in_pipeline(names: Names, op: Operation | None, maker: str) -> str:
    """Split first, then the step that learned and the model in one pipeline."""
    step = names.made(op.model) if op is not None and op.model is not None and fits_as_sklearn(op.model) else ""
    if not step or names.training is None:
        return ""
    if is_network(names.training.final):
        return _fitted_on_train(names, op)
    parts = names.parts
    lines = [f"from {maker} import make_pipeline", ""]
    if parts.op is not None:
        lines += [*split_first(names)]
    model, made = names.model, names.construction
    if names.training.op.role is Role.CROSS_VALIDATE:
        return "\n".join(
            [
                *lines[:2],
                *call_lines(f"{model} = make_pipeline", step, made),
                f"cross_val_score({model}, {parts.whole}, {parts.whole_target}, cv=5)",
            ]
        )
    lines += [
        *call_lines(f"{model} = make_pipeline", step, made),
        f"{model}.fit({parts.train}, {parts.train_target})  # each step learns from these alone",
        *([f"{model}.score({parts.test}, {parts.test_target})"] if parts.tested else []),
    ]
    return "\n".join(lines)


def resampled(names: Names) -> str:
    """Resample the training rows alone: in a pipeline, or for a network by hand."""
    op = names.operation(Role.RESAMPLE)
    if op is None or op.model is None or names.training is None or not is_network(names.training.final):
        return _in_pipeline(names, op, "imblearn.pipeline")
    parts = names.parts
    resample = f"{names.made(op.model)}.fit_resample({parts.train}, {parts.train_target})"
    return "\n".join(
        [*split_first(names), f"{parts.train}, {parts.train_target} = {resample}  # test rows stay as they are"]
    )


def fill(names: Names) -> str:
    """A fill whose value is learned from the training rows."""
    op = names.operation(Role.IMPUTE)
    if op is None:
        return ""
    if op.model is not None:
        return _fitted_on_train(names, op)
    parts = names.parts
    column = next((value.column for value in op.data if value.column), None)
    target = names.training.target if names.training is not None else None
    table = names.text(op).partition("[")[0]
    if column is not None and target is not None and target.column == column and table.isidentifier():
        return f"{table} = {table}.dropna(subset=[{quoted(column)}])  # a target that is made up teaches nothing"
    statistic = next((word for word in ("median", "mean", "mode") if f"{word}(" in op.text), "median")
    take = f"{statistic}().iloc[0]" if statistic == "mode" else f"{statistic}()"
    before = split_first(names)
    statistics = sum(f"{word}(" in names.text(op) for word in ("median", "mean", "mode"))
    if column is None and (statistics > 1 or "{" in names.text(op)):
        return filled_by_kind(names)
    if column is None:
        strategy = {"mode": "most_frequent"}.get(statistic, statistic)
        return "\n".join(
            [
                "from sklearn.impute import SimpleImputer",
                "",
                *before,
                f'imputer = SimpleImputer(strategy="{strategy}").fit({parts.train})  # learns from training rows alone',
                f"{parts.train} = imputer.transform({parts.train})",
                f"{parts.test} = imputer.transform({parts.test})",
            ]
        )
    name = f'"{column}"' if '"' not in column else repr(column)
    return "\n".join(
        [
            *before,
            f"fill = {parts.train}[{name}].{take}  # learned from training rows alone",
            f"{parts.train}[{name}] = {parts.train}[{name}].fillna(fill)",
            f"{parts.test}[{name}] = {parts.test}[{name}].fillna(fill)",
        ]
    )


_TABLE = regex(r"(\w+)[.\[]")


def filled_from_training(names: Names) -> str:
    """The fill of the test rows with what the training rows gave."""
    op = names.operation(Role.IMPUTE)
    column = next((value.column for value in op.data if value.column), None) if op is not None else None
    trained = names.training.features if names.training is not None else None
    if op is None or op.receiver is None or column is None or '"' in column or trained is None:
        return ""
    found = _TABLE.match(names.text(op))
    table = found[1] if found is not None else ""
    train = names.features
    if not table.isidentifier() or not train.isidentifier() or table == train:
        return ""
    take = next((form for form in ("median()", "mean()", "mode()") if form in op.text), "median()")
    take += "[0]" if take == "mode()" else ""
    return f'{table}["{column}"] = {table}["{column}"].fillna({train}["{column}"].{take})  # of the training rows'


def on_both_parts(*roles: Role) -> Writer:
    return lambda names: _fitted_on_train(names, names.operation(*roles))


def _fitted_on_train(names: Names, op: Operation | None) -> str:
    """Fit on the training part, apply to both."""
    parts = names.parts
    if op is None or op.model is None or not fits_as_sklearn(op.model):
        return ""
    if op.role is Role.VECTORISE and parts.op is None:
        return ""
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "step")
    before = split_first(names)
    return "\n".join(
        [
            *before,
            f"{holder} = {names.made(op.model)}",
            f"{parts.train} = {holder}.fit_transform({parts.train})  # learns from training rows alone",
            f"{parts.test} = {holder}.transform({parts.test})",
        ]
    )


def not_anew(names: Names) -> str:
    """The same line with `transform` for `fit_transform`."""
    for op in names.operations:
        text = names.statement(op)
        if ".fit_transform(" in text:
            return text.replace(".fit_transform(", ".transform(") + "  # learned from the training rows before"
    return _fitted_on_train(names, names.operation(Role.SCALE, Role.ENCODE, Role.VECTORISE, Role.IMPUTE))


def scaled(names: Names) -> str:
    training = names.training
    if training is not None and training.target is None:
        return _scaled_rows(names, training.op)
    if training is None:
        return ""
    if is_network(training.final) or not names.construction.endswith(")"):
        return _scaled_parts(names)
    return "\n".join(
        [
            "from sklearn.pipeline import make_pipeline",
            "from sklearn.preprocessing import StandardScaler",
            "",
            *call_lines(f"{names.model} = make_pipeline", "StandardScaler()", names.construction),
            f"{names.model}.fit({names.features}, {names.target})",
        ]
    )


def scaled_too(names: Names) -> str:
    """The same for the last training of the evidence, which gets what the others do not."""
    trainings = {training.op.id: training for training in names.workflow.trainings}
    own = [trainings[op.id] for op in names.operations if op.id in trainings]
    return scaled(names.about(own[-1])) if own else scaled(names)


def _scaled_parts(names: Names) -> str:
    """Both parts scaled by what the training part gives, before the network gets them."""
    train, test = names.features, names.measured[0]
    if not train.isidentifier() or not names.has_features:
        return ""
    lines = [
        "from sklearn.preprocessing import StandardScaler",
        "",
        f"scaler = StandardScaler().fit({train})  # learns from training rows alone",
        f"{train} = scaler.transform({train})",
    ]
    if names.parts.tested and test.isidentifier() and test != train:
        lines.append(f"{test} = scaler.transform({test})")
    return "\n".join(lines)


def _scaled_rows(names: Names, op: Operation) -> str:
    """The data scaled before a model without a target gets it."""
    data, call = names.features, names.text(op)
    if not data.isidentifier() or f"({data}" not in call:
        return ""
    return "\n".join(
        [
            "from sklearn.preprocessing import StandardScaler",
            "",
            f"{data}_scaled = StandardScaler().fit_transform({data})",
            call.replace(f"({data}", f"({data}_scaled", 1),
        ]
    )


def limits_from_train(names: Names) -> str:
    column = next(iter(names.finding.columns), "")
    parts = names.parts
    if not column or '"' in column:
        return ""
    target = names.training.target if names.training is not None else None
    is_target = target is not None and target.column == column
    where = parts.train_target if is_target else f'{parts.train}["{column}"]'
    if not parts.train_target.isidentifier():
        where = f'{parts.train}["{column}"]'
    kept = f"{parts.train}, {parts.train_target} = {parts.train}[keep], {parts.train_target}[keep]  # test rows stay"
    if not parts.train_target.isidentifier() and parts.train.isidentifier():
        kept = f"{parts.train} = {parts.train}[keep]  # test rows stay"
    return "\n".join(
        [
            *split_first(names),
            f"low, high = {where}.quantile([0.01, 0.99])  # limits from training rows alone",
            f"keep = {where}.between(low, high)",
            kept,
        ]
    )


def filled_by_kind(names: Names) -> str:
    """A fill for numbers and one for words, both learned from the training rows."""
    parts = names.parts
    if parts.op is None:
        features = names.features if names.features.isidentifier() else "X"
        last = [f"{features} = fill.fit_transform({features})  # once there is a split, from its training rows alone"]
    else:
        last = [
            f"{parts.train} = fill.fit_transform({parts.train})  # learns from training rows alone",
            f"{parts.test} = fill.transform({parts.test})",
        ]
    return "\n".join(
        [
            "from sklearn.compose import make_column_selector, make_column_transformer",
            "from sklearn.impute import SimpleImputer",
            "",
            *split_first(names),
            "fill = make_column_transformer(",
            '    (SimpleImputer(strategy="median"), make_column_selector(dtype_include="number")),',
            '    (SimpleImputer(strategy="most_frequent"), make_column_selector(dtype_exclude="number")),',
            "    verbose_feature_names_out=False,",
            ').set_output(transform="pandas")',
            *last,
        ]
    )


def same_dummies(names: Names) -> str:
    """The dummies of the rows to predict, with the columns that the model has learned."""
    op = names.operation()
    training = names.training
    target, call = (bound(names, op), names.text(op)) if op is not None else ("", "")
    learned = names.features
    value = training.features if training is not None else None
    if not target or not call or not learned.isidentifier() or value is None or value.kind is not Kind.TABLE:
        return ""
    return f"{target} = {call}\n{target} = {target}.reindex(columns={learned}.columns, fill_value=0)"


def scaled_used(names: Names) -> str:
    """The training on what the scaler gives of its rows."""
    op = names.operation(Role.SCALE)
    training = names.training
    features = names.features
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "") if op and op.model else ""
    if not holder or training is None or not features.isidentifier():
        return ""
    given = f"{features}_scaled, {names.target}" if training.target is not None else f"{features}_scaled"
    return "\n".join(
        [
            f"{features}_scaled = {holder}.fit_transform({features})",
            f"{names.model}.fit({given})  # and predict from rows that `{holder}.transform` gives",
        ]
    )


_GROUPED = regex(
    r"\.groupby\(\[?(?P<quote>['\"])(?P<key>[^'\"]+)(?P=quote)\]?\)\[\[?(['\"])(?P<column>[^'\"]+)\3\]?\]"
    r"\.(?:transform\(['\"])?(?P<take>mean|median|count|sum|std|min|max)\b"
)


def encoded(names: Names) -> str:
    """An encoding whose values or edges come from the training rows."""
    fitted = _fitted_on_train(names, names.operation(Role.ENCODE))
    if fitted:
        return fitted
    op = names.operation()
    text = names.text(op)
    parts, before = names.parts, split_first(names)
    grouped = _GROUPED.search(text)
    if grouped:
        key, column, take = grouped["key"], grouped["column"], grouped["take"]
        made = f"{column}_{take}_by_{key}"
        lines = [
            f"learned = {parts.train}.groupby({key!r})[{column!r}].{take}()  # of training rows alone",
            f"for part in ({parts.train}, {parts.test}):",
            f"    part[{made!r}] = part[{key!r}].map(learned)",
        ]
        return "\n".join([*before, *lines])
    tree = ast.parse(text, mode="eval").body if text else None
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) in ("pd.cut", "pd.qcut") and _has_bins(tree):
        column = _only_column(tree.args[0])
        bins = tree.args[1] if len(tree.args) > 1 else next(k.value for k in tree.keywords if k.arg in ("bins", "q"))
        if not column:
            return ""
        lines = [
            f"_, edges = {ast.unparse(tree.func)}({parts.train}[{column}], {ast.unparse(bins)}, retbins=True)",
            'edges[0], edges[-1] = -float("inf"), float("inf")  # later rows may lie outside',
            f"for part in ({parts.train}, {parts.test}):",
            f"    part[{column}] = pd.cut(part[{column}], edges, labels=False)",
        ]
        return "\n".join([*before, *lines])
    return ""


def _has_bins(tree: ast.Call) -> bool:
    return bool(tree.args) and (len(tree.args) > 1 or any(item.arg in ("bins", "q") for item in tree.keywords))


def _only_column(tree: ast.expr) -> str:
    """The one column that an expression takes of its tables, as text: `df["age"]`, `pd.concat([a[f], b[f]])`."""
    found = {ast.unparse(item.slice) for item in ast.walk(tree) if isinstance(item, ast.Subscript)}
    return found.pop() if len(found) == 1 else ""

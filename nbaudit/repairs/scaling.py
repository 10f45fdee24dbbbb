"""Repairs of scaling: by hand, of dummies and labels, of one part only, of rows instead of columns."""

from __future__ import annotations

import ast

from nbaudit.model.flow import Kind, Model, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.repairs.code import (
    call_lines,
    changed,
    expr,
    fits_as_sklearn,
    is_network,
    quoted,
    split_first,
    with_keyword,
)
from nbaudit.workflow.names import Names, tidy

_RANGE = regex(r"\.(?:min|max|ptp)\(|np\.a?(?:min|max)\(")
_PIXELS = regex(r"255|127\.5")


def _scaler_op(names: Names) -> Operation | None:
    return names.operation(Role.SCALE)


def holder(model: Model | None, instead: str = "scaler") -> str:
    """The variable of a model, else a usual name."""
    names = reversed(model.names) if model is not None else ()
    return next((name for name in names if name.isidentifier()), instead)


def _maker(op: Operation | None) -> str:
    return "MinMaxScaler()" if op is not None and _RANGE.search(op.text) else "StandardScaler()"


def from_training(names: Names) -> str:
    """Scaling by hand, or by a function, in place of which a scaler learns from the training rows alone."""
    op = _scaler_op(names) or names.operation()
    parts, training = names.parts, names.training
    if training is None or (op is not None and op.model is not None and fits_as_sklearn(op.model)):
        return ""
    maker = _maker(op)
    if parts.op is not None and _PIXELS.search(op.text if op is not None else ""):
        return ""
    if parts.op is not None:
        return "\n".join(
            [
                *split_first(names),
                f"scaler = {maker}.fit({parts.train})  # learns from training rows alone",
                f"{parts.train}, {parts.test} = scaler.transform({parts.train}), scaler.transform({parts.test})",
            ]
        )
    made = names.construction
    if training.target is not None and made.endswith(")") and not is_network(training.final):
        return "\n".join(
            [
                *call_lines(f"{names.model} = make_pipeline", maker, made),
                "# scaled in each fold by its training rows",
                f"print(cross_val_score({names.model}, {names.features}, {names.target}, cv=5).mean())",
            ]
        )
    test = names.measured[0]
    features = names.features
    if features.isidentifier() and test.isidentifier() and test != features:
        return "\n".join(
            [
                "# with both as they were before they were scaled",
                f"scaler = {maker}.fit({features})  # learns from training rows alone",
                f"{features}, {test} = scaler.transform({features}), scaler.transform({test})",
            ]
        )
    if op is not None and is_network(training.final) and op.data:
        return _images_by_constant(names, op)
    return ""


def _images_by_constant(names: Names, op: Operation) -> str:
    """Pictures and networks: a constant needs no rows to learn from."""
    text = changed(names, op, lambda item: _divided(item))
    return text and f"{text}  # a constant learns from no row: 255 for bytes of a picture"


def _divided(tree: ast.expr) -> ast.expr | None:
    if isinstance(tree, ast.BinOp):
        inner = tree.left
        while isinstance(inner, ast.BinOp):
            inner = inner.left
        return ast.BinOp(inner, ast.Div(), ast.Constant(255.0))
    return None


def numbers_alone(names: Names) -> str:
    """The scaler for the columns that hold amounts; dummies, codes and identifiers pass as they are."""
    op = _scaler_op(names)
    value = next(iter(op.data), None) if op is not None else None
    if op is None or value is None:
        return ""
    maker = names.made(op.model) if op.model is not None and fits_as_sklearn(op.model) else _maker(op)
    if maker.startswith("Normalizer"):
        maker = "StandardScaler()"
    name = holder(op.model)
    whole = names.of(value)
    parts = names.parts
    train = whole if whole.isidentifier() else names.features
    if not train.isidentifier():
        return ""
    later = [parts.test] if parts.op is not None and parts.train == train and parts.test.isidentifier() else []
    dropped = [column for column in names.finding.columns if column][:5]
    many = "" if not dropped else f" and name not in [{', '.join(map(quoted, dropped))}]"
    if value.kind is Kind.TABLE:
        amounts = (
            f"amounts = [name for name in {train} if {train}[name].nunique() > 2{many}]  # dummies have two values"
        )
    else:
        amounts = (
            f"amounts = [place for place in range({train}.shape[1]) if len(np.unique({train}[:, place])) > 2]"
            "  # dummies have two values"
        )
    return "\n".join(
        [
            "from sklearn.compose import make_column_transformer",
            "",
            amounts,
            f'{name} = make_column_transformer(({maker}, amounts), remainder="passthrough")',
            f"{train} = {name}.fit_transform({train})",
            *(f"{other} = {name}.transform({other})" for other in later),
        ]
    )


def columns_scaled(names: Names) -> str:
    """A scaler of columns in place of one of rows."""
    op = names.operation(Role.ROW_NORMALISE)
    if op is None:
        return ""
    if op.model is not None and op.model.made_by >= 0:
        made = names.workflow.graph.operations[op.model.made_by]
        text = changed(names, made, lambda _: expr("StandardScaler()"))
        if text:
            return f"{text}  # columns, not rows"
    text = changed(names, op, _as_scaler)
    return text and f"{text}  # columns, not rows"


def _as_scaler(tree: ast.expr) -> ast.expr | None:
    if not isinstance(tree, ast.Call) or not tree.args:
        return None
    if isinstance(tree.func, ast.Attribute) and tree.func.attr.startswith(("fit", "transform")):
        return ast.Call(ast.Attribute(expr("StandardScaler()"), "fit_transform"), tree.args[:1], [])
    return ast.Call(expr("StandardScaler().fit_transform"), tree.args[:1], [])


def as_in_training(names: Names) -> str:
    """The rows to predict scaled as the training rows were."""
    op = _scaler_op(names)
    predicted = next(
        (item for item in names.operations if item.role in (Role.PREDICT, Role.EVALUATE) and item.data), None
    )
    rows = names.of(predicted.data[0]) if predicted is not None else ""
    if predicted is not None and predicted.model is not None and predicted.args:
        rows = names.of(predicted.data[-1] if predicted.role is Role.PREDICT else predicted.data[0])
    if not rows.isidentifier():
        return _scaled_in_place(names, predicted, op)
    maker = next((item for item in names.operations if item.role is Role.AUGMENT), None)
    if maker is not None:
        return changed(names, maker, lambda item: _rescaled(item))
    if op is not None and op.model is not None and fits_as_sklearn(op.model):
        return f"{rows} = {holder(op.model)}.transform({rows})  # as the training rows, before the model gets them"
    scaled = op.text if op is not None else ""
    if "255" in scaled or "rescale" in scaled or "ToTensor" in scaled or "flow" in scaled:
        return f"{rows} = {rows} / 255  # as the training pixels, before the model gets them"
    return f"{rows} = scaler.transform({rows})  # by the scaler that the training rows were scaled by"


def _rescaled(tree: ast.expr) -> ast.expr | None:
    return with_keyword(tree, "rescale", "1 / 255") if isinstance(tree, ast.Call) else None


def _scaled_in_place(names: Names, predicted: Operation | None, op: Operation | None) -> str:
    """The prediction of rows that are scaled on the way."""
    is_known = op is not None and op.model is not None and fits_as_sklearn(op.model)
    scaler = holder(op.model) if op is not None else "scaler"

    def scaled(tree: ast.expr) -> ast.expr | None:
        if not isinstance(tree, ast.Call) or not tree.args:
            return None
        rows = ast.unparse(tree.args[0])
        new = f"{scaler}.transform({rows})" if is_known else f"{rows} / 255"
        return ast.Call(tree.func, [expr(new), *tree.args[1:]], tree.keywords)

    text = changed(names, predicted, scaled)
    return text and (f"{text}  # as the training rows" if "\n" not in text else text)


def once_scaled(names: Names) -> str:
    """The statement that scales again, without the second scaler."""
    op = _scaler_op(names)
    text = changed(names, op, lambda item: item.args[0] if isinstance(item, ast.Call) and item.args else None)
    return text and f"{text}  # it has been scaled before"


def label_apart(names: Names) -> str:
    """The features scaled without the label."""
    columns = [column for column in names.finding.columns if column]
    label = (
        columns[0] if columns else next((v.column for t in (names.training,) if t and (v := t.target) and v.column), "")
    )
    op = _scaler_op(names)
    value = next(iter(op.data), None) if op is not None else None
    table = names.of(value) if value is not None else names.frame
    table = table if table.isidentifier() else names.frame
    if not label:
        return ""
    return "\n".join(
        [
            f"features = {table}.columns.drop({quoted(label)})  # the label stays as it is",
            "# once there is a split: fitted on its training rows",
            f"{table}[features] = StandardScaler().fit_transform({table}[features])",
        ]
    )


def errors_in_units(names: Names) -> str:
    """The predictions and truths brought back to the target's own unit before they are compared."""
    op = _scaler_op(names)
    _, true = names.measured
    predicted = names.prediction
    scaler = holder(op.model if op is not None else None, "target_scaler")
    known = op is not None and op.model is not None and scaler in op.model.names
    lines = [
        "from sklearn.metrics import mean_absolute_error",
        "",
    ]
    if not known:
        target = names.of(op.data[0]) if op is not None and op.data else names.target
        column = f"np.asarray({target}).reshape(-1, 1)"
        lines.append(
            f"{scaler} = StandardScaler().fit({column})  # with the target as it was before, kept under a name"
        )
    lines += [
        f"truth = {scaler}.inverse_transform(np.asarray({true}).reshape(-1, 1))",
        f"predicted = {scaler}.inverse_transform(np.asarray({predicted}).reshape(-1, 1))",
        "print(mean_absolute_error(truth, predicted))  # in the target's own unit",
    ]
    return "\n".join(lines)


def left_columns(names: Names) -> str:
    """A scaler over all amounts, not some."""
    parts, features = names.parts, names.features
    columns = [column for column in names.finding.columns if column][:8]
    train = parts.train if parts.op is not None else features
    if not train.isidentifier():
        return ""
    chosen = f"[{', '.join(map(quoted, columns))}]" if columns else f'{train}.select_dtypes("number").columns'
    op = _scaler_op(names)
    maker = (
        names.made(op.model)
        if op is not None and op.model is not None and fits_as_sklearn(op.model)
        else "StandardScaler()"
    )
    lines = [
        f"columns = {chosen}  # those that were left out, too",
        f"scaler = {tidy(maker) or maker}.fit({train}[columns])",
        f"{train}[columns] = scaler.transform({train}[columns])",
    ]
    if parts.op is not None and parts.test.isidentifier():
        lines.append(f"{parts.test}[columns] = scaler.transform({parts.test}[columns])")
    return "\n".join(lines)

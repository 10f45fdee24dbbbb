"""Splits, measurements on rows kept out, and figures that show quality."""

from __future__ import annotations

import ast

from nbaudit.model.vocabulary import Role, Task
from nbaudit.repairs.code import Writer, added, changed, is_network, laid_out, split_line, statement_of, with_keyword
from nbaudit.repairs.networks import is_loop, part_of_loader, predictions_of_loader, rounds_by_folds, watched_rows
from nbaudit.workflow.names import Names, is_code, short


def with_argument(argument: str, role: Role, comment: str = "") -> Writer:
    def write(names: Names) -> str:
        op = names.operation(role) or (names.operation() if role is Role.SPLIT else None) or names.parts.op
        if op is None:
            return ""
        text = names.statement(op)
        call = names.text(op)
        if text and op.text in text:
            new = added(op.text, argument)
            return comment + text.replace(op.text, new) if new else ""
        if is_code(call) and len(call) < 200:
            new = added(call, argument)
            targets = [names.of(value) for value in op.outputs]
            left = ", ".join(targets) + " = " if targets and all(name.isidentifier() for name in targets) else ""
            return f"{comment}{left}{new}" if new else ""
        return ""

    return write


_SEEDS = {"np.random.": "np.random.seed(0)", "numpy.random.": "numpy.random.seed(0)", "random.": "random.seed(0)"}


def seeded(names: Names) -> str:
    """The split with a seed in the way that its function takes one."""
    op = names.operation(Role.SPLIT) or names.operation() or names.parts.op
    text = names.text(op)
    for start, seed in _SEEDS.items():
        if text.startswith(start):
            tree = statement_of(names, op)
            line = ast.unparse(tree) if tree is not None else text
            return f"{seed}\n{line}" if len(line.splitlines()) <= 3 else f"{seed}  # before `{text[:60]}`"
    if "random_split(" in text:
        return changed(names, op, lambda item: _with_generator(item))
    if "image_dataset_from" in text or ".shuffle(" in text:
        return changed(names, op, lambda item: with_keyword(item, "seed", "0") if isinstance(item, ast.Call) else None)
    return ""


def _with_generator(tree: ast.expr) -> ast.expr | None:
    return with_keyword(tree, "generator", "torch.Generator().manual_seed(0)") if isinstance(tree, ast.Call) else None


def stratified(names: Names) -> str:
    parts = names.parts
    return split_line(names, parts.whole, parts.whole_target, stratify=parts.whole_target)


def grouped(names: Names) -> str:
    column = next(iter(names.finding.columns), "")
    parts = names.parts
    group = f'{names.frame}["{column}"]' if column and '"' not in column else "groups"
    return "\n".join(
        [
            "from sklearn.model_selection import GroupShuffleSplit",
            "",
            "splitter = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=0)",
            f"train, test = next(splitter.split({parts.whole}, groups={group}))  # no group is on both sides",
        ]
    )


def report(names: Names) -> str:
    """Precision, recall and F1 of each class, of the predictions that are measured or of new ones."""
    training = names.training
    head = ["from sklearn.metrics import classification_report", ""]
    if training is not None and training.final.type.endswith(".Booster"):
        given = _measured_arguments(names)  # it predicts chances: the notebook's own call says how they are decided
        return "\n".join([*head, f"print(classification_report({given[0]}, {given[1]}))"]) if given else ""
    if is_loop(names):
        return "\n".join([*head, *predictions_of_loader(names)])
    if names.predicted or training is None or not is_network(training.final):
        if training is not None and names.parts.tested is False and not names.predicted:
            return _report_of_folds(names) if training.target is not None else ""
        return "\n".join([*head, f"print(classification_report({names.measured[1]}, {names.prediction}))"])
    if training.op.call.endswith(".Session.run"):
        return ""
    rows, true = names.measured
    first: list[str] = []
    if not names.parts.tested:
        rows, true = watched_rows(names)
    if not rows:
        kept_out = held_out(names)
        if not kept_out:
            return ""
        first, rows, true = [*kept_out.split("\n")[:-1], ""], "X_test", "y_test"
    classes = [
        *first,
        f"chances = {names.model}.predict({rows})",
        "predicted = chances.argmax(axis=1) if chances.shape[1] > 1 else chances.ravel() > 0.5",
        f"truth = np.asarray({true})",
        "truth = truth.argmax(axis=1) if truth.ndim > 1 and truth.shape[1] > 1 else truth.ravel()",
        "print(classification_report(truth, predicted))",
    ]
    return "\n".join([*head, *classes])


def _measured_arguments(names: Names) -> list[str]:
    """(truth, decisions) as the notebook gives them to its metric; nothing where a loop's variable may be in them."""
    op = names.evaluation.op if names.evaluation is not None else None
    tree = names.tree(op)
    if op is None or op.loops or not isinstance(tree, ast.Call) or len(tree.args) < 2:
        return []
    return [ast.unparse(item) for item in tree.args[:2]]


def _report_of_folds(names: Names) -> str:
    return "\n".join(
        [
            "from sklearn.metrics import classification_report",
            "from sklearn.model_selection import cross_val_predict",
            "",
            f"predicted = cross_val_predict({names.construction}, {names.features}, {names.target}, cv=5)",
            f"print(classification_report({names.target}, predicted))",
        ]
    )


def fitting_metric(names: Names) -> str:
    """A figure that fits: agreement for clusters, an error for numbers, a report for classes."""
    training = names.training
    task = names.workflow.task_of(training) if training is not None else None
    tree = names.tree(names.evaluation.op) if names.evaluation is not None else None
    if isinstance(tree, ast.Call) and len(tree.args) > 1:
        given = [ast.unparse(item) for item in tree.args[:2]]
    elif isinstance(tree, ast.Compare):
        given = [ast.unparse(tree.left), ast.unparse(tree.comparators[0])]
    else:
        given = [names.measured[1], names.prediction]
    if task is Task.CLUSTERING:
        return (
            "from sklearn.metrics import adjusted_rand_score\n\n"
            f"print(adjusted_rand_score({given[0]}, {given[1]}))  # does not mind how the groups are numbered"
        )
    if task in (Task.REGRESSION, Task.FORECASTING):
        return f"from sklearn.metrics import mean_absolute_error\n\nprint(mean_absolute_error({given[0]}, {given[1]}))"
    return report(names)


def against_the_mean(names: Names) -> str:
    rows, true = names.measured
    return "\n".join(
        [
            "from sklearn.dummy import DummyRegressor",
            "from sklearn.metrics import mean_absolute_error",
            "",
            f"always_mean = DummyRegressor().fit({names.features}, {names.target})",
            f"print(mean_absolute_error({true}, always_mean.predict({rows})))  # what any model must beat",
            f"print(mean_absolute_error({true}, {names.prediction}))",
        ]
    )


def held_out(names: Names) -> str:
    """A first split, and a measurement on the rows kept out."""
    training = names.training
    if training is None or training.target is None:
        return ""
    features, target, model = names.features, names.target, names.model
    if is_loop(names):
        return ""
    score = "evaluate" if is_network(training.final) else "score"
    tree = names.tree(training.op)
    fit = f"{model}.fit(X_train, y_train)"
    if isinstance(tree, ast.Call) and is_network(training.final) and len(tree.args) > 1:
        kept = [item for item in tree.keywords if item.arg not in ("validation_data", "validation_steps")]
        rows = [ast.parse(name, mode="eval").body for name in ("X_train", "y_train")]
        fit = laid_out(ast.Expr(ast.Call(tree.func, [*rows, *tree.args[2:]], kept)))
    return "\n".join(
        [
            f"X_train, X_test, y_train, y_test = train_test_split({features}, {target}, test_size=0.2, random_state=0)",
            fit,
            f"print({model}.{score}(X_test, y_test))",
        ]
    )


def _network_measured(names: Names, holder: str) -> str:
    """What a network is off by on rows that it has not learned."""
    return part_of_loader(names) or (
        f"print({holder}.evaluate({names.measured[0]}, {names.measured[1]}))" if names.parts.tested else held_out(names)
    )


def forecast_held_out(names: Names) -> str:
    """The last fifth of a series forecast from what lies before it."""
    training = names.training
    tree = names.tree(training.op) if training is not None else None
    if training is None or not isinstance(tree, ast.Call) or not tree.args:
        return ""
    series = ast.unparse(tree.args[0])
    call = ast.Call(tree.func, [ast.parse("earlier", mode="eval").body, *tree.args[1:]], tree.keywords)
    if len(series) > 60 or not training.op.call.startswith(("statsmodels.", "pmdarima.")):
        return ""
    return "\n".join(
        [
            f"cut = int(len({series}) * 0.8)",
            f"earlier, later = {series}[:cut], {series}[cut:]  # in the order of time",
            f"forecast = {ast.unparse(call)}.fit().forecast(len(later))",
            "print(np.abs(np.asarray(forecast) - np.asarray(later)).mean())",
        ]
    )


def formula_held_out(names: Names) -> str:
    """A model of a formula, measured on a fifth of the table."""
    training = names.training
    tree = names.tree(training.op) if training is not None else None
    given = {item.arg: item.value for item in tree.keywords} if isinstance(tree, ast.Call) else {}
    formula = tree.args[0] if isinstance(tree, ast.Call) and tree.args else given.get("formula")
    data = given.get("data")
    if not isinstance(formula, ast.Constant) or not isinstance(formula.value, str) or not isinstance(data, ast.Name):
        return ""
    target = formula.value.partition("~")[0].strip()
    if not isinstance(tree, ast.Call) or not target.isidentifier():
        return ""
    table = data.id
    call = ast.Call(
        tree.func,
        tree.args,
        [ast.keyword("data", ast.Name("train")) if item.arg == "data" else item for item in tree.keywords],
    )
    return "\n".join(
        [
            f"train = {table}.sample(frac=0.8, random_state=0)",
            f"test = {table}.drop(train.index)",
            f"fitted = {ast.unparse(call)}.fit()",
            f'error = (test["{target}"] - fitted.predict(test)).abs().mean()',
            f'print(error, (test["{target}"] - train["{target}"].mean()).abs().mean())  # beside guessing the mean',
        ]
    )


def booster_by_folds(names: Names) -> str:
    """A cross-validation of `xgb.train` or `lgb.train` by the library's own function."""
    return rounds_by_folds(names).split("\n")[0] + "\nprint(found)" if rounds_by_folds(names) else ""


def measured_too(names: Names) -> str:
    op = names.operation(Role.FIT, Role.TUNE, Role.BUILD)
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "") if op and op.model else ""
    holder = holder or (names.model if names.training is not None else "")
    if not holder:
        return ""
    if op is not None and op.model is not None and is_network(op.model):
        return _network_measured(names, holder)
    if not names.parts.tested:
        return held_out(names)
    rows, true = names.measured
    return f"print({holder}.score({rows}, {true}))"


def silhouette(names: Names) -> str:
    training = names.training
    if training is None or names.workflow.task_of(training) is not Task.CLUSTERING:
        return ""
    if not names.has_features:
        return ""
    groups = f"{names.model}.labels_"
    if names.model == "model" and names.construction.endswith(")"):
        groups = f"{names.construction}.fit_predict({names.features})"
    return "\n".join(
        [
            "from sklearn.metrics import silhouette_score",
            "",
            f"print(silhouette_score({names.features}, {groups}))",
        ]
    )


def balanced(names: Names) -> str:
    training = names.training
    if training is None:
        return ""
    made = names.construction
    takes = (
        "LogisticRegression",
        "RandomForestClassifier",
        "SVC",
        "LinearSVC",
        "DecisionTreeClassifier",
        "SGDClassifier",
    )
    if short(training.final.type) in takes:
        changed = added(made, 'class_weight="balanced"')
        return f"{names.model} = {changed}" if changed else ""
    return ""

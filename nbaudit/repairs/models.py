"""Repairs around models: uneven classes, folds, texts, forecasts, selections."""

from __future__ import annotations

import ast

from nbaudit.model.vocabulary import Role, Task
from nbaudit.repairs.code import (
    added,
    bound,
    call_lines,
    changed,
    expr,
    fits_as_sklearn,
    is_network,
    laid_out,
    split_first,
    split_line,
    statement_of,
    with_keyword,
    without_keywords,
)
from nbaudit.repairs.networks import is_loop
from nbaudit.workflow.names import Names, arguments, keywords, short

# --- uneven classes -------------------------------------------------------------------------------------------------


def weighted(names: Names) -> str:
    """The rare class given more weight, as the model at hand takes it."""
    training = names.training
    if training is None:
        return ""
    kind, model, made = short(training.final.type), names.model, names.construction
    target = names.target
    if kind in ("XGBClassifier", "XGBRFClassifier"):
        changed_to = added(made, f"scale_pos_weight=({target} == 0).sum() / ({target} == 1).sum()")
        return f"{model} = {changed_to}" if changed_to else ""
    if kind == "CatBoostClassifier":
        changed_to = added(made, 'auto_class_weights="Balanced"')
        return f"{model} = {changed_to}" if changed_to else ""
    if kind == "LGBMClassifier":
        changed_to = added(made, 'class_weight="balanced"')
        return f"{model} = {changed_to}" if changed_to else ""
    if is_loop(names):
        return "\n".join(
            [
                "labels = torch.cat([batch[1] for batch in train_loader]).long()  # of your own loader",
                "weights = len(labels) / torch.bincount(labels)",
                "criterion = torch.nn.CrossEntropyLoss(weight=weights)  # a rare class counts more",
            ]
        )
    if is_network(training.final):
        return _weighted_fit(names)
    if training.target is None or not made.endswith(")"):
        return ""
    return "\n".join(
        [
            "from imblearn.over_sampling import RandomOverSampler",
            "from imblearn.pipeline import make_pipeline",
            "",
            *call_lines(f"{model} = make_pipeline", "RandomOverSampler(random_state=0)", made),
            f"{model}.fit({names.features}, {target})  # test rows stay as they are",
        ]
    )


def _weighted_fit(names: Names) -> str:
    training = names.training
    tree = expr(names.text(training.op)) if training is not None and names.text(training.op) else None
    if not isinstance(tree, ast.Call):
        return ""
    target = names.target
    given = arguments(names.text(training.op))[:1] if training is not None else ()
    labels = target if training is not None and training.target is not None else ""
    if not labels and given and given[0].isidentifier():
        labels = f"np.concatenate([batch[1] for batch in {given[0]}])"
    if not labels:
        return ""
    return "\n".join(
        [
            f"labels = np.asarray({labels})",
            "labels = labels.argmax(axis=1) if labels.ndim > 1 and labels.shape[1] > 1 else labels.ravel()",
            "classes, counts = np.unique(labels, return_counts=True)",
            "weights = {int(name): len(labels) / (len(classes) * count) for name, count in zip(classes, counts)}",
            laid_out(ast.Expr(with_keyword(tree, "class_weight", "weights"))),
        ]
    )


def one_answer(names: Names) -> str:
    """The model without its weights, since the rows are resampled."""
    training = names.training
    maker = training.final.made_by if training is not None else -1
    for op in (*names.operations, *(names.workflow.graph.operations[maker : maker + 1] if maker >= 0 else ())):
        text = changed(names, op, _unweighted)
        if text:
            return f"{text}  # the resampling has answered it" if "\n" not in text else text
    return ""


_WEIGHTS = ("class_weight", "scale_pos_weight", "sample_weight", "is_unbalance", "auto_class_weights", "weight")


def _unweighted(tree: ast.expr) -> ast.expr | None:
    if isinstance(tree, ast.Call) and any(item.arg in _WEIGHTS for item in tree.keywords):
        return without_keywords(tree, *_WEIGHTS)
    return None


def for_categories(names: Names) -> str:
    """SMOTE that knows the codes."""
    op = names.operation(Role.RESAMPLE)
    data = names.of(op.data[0]) if op is not None and op.data else names.features
    target = names.of(op.data[1]) if op is not None and len(op.data) > 1 else names.target
    if not data.isidentifier():
        return ""
    return "\n".join(
        [
            "from imblearn.over_sampling import SMOTENC",
            "",
            f"codes = [name for name in {data} if {data}[name].nunique() < 15]  # columns that name categories",
            "sampler = SMOTENC(categorical_features=codes, random_state=0)",
            "# training rows alone",
            f"{data}, {target if target.isidentifier() else 'y'} = sampler.fit_resample({data}, {target})",
        ]
    )


def resampled_by_hand(names: Names) -> str:
    """The split first, then the rare class repeated among the training rows."""
    parts = names.parts
    if parts.op is None or names.training is None:
        return ""
    return "\n".join(
        [
            "from imblearn.over_sampling import RandomOverSampler",
            "",
            "# with all rows, as they were before one class was cut down",
            split_line(names, *names.unprepared),
            "sampler = RandomOverSampler(random_state=0)  # of the training rows alone",
            f"{parts.train}, {parts.train_target} = sampler.fit_resample({parts.train}, {parts.train_target})",
        ]
    )


# --- texts ----------------------------------------------------------------------------------------------------------


def words_of_two_parts(names: Names) -> str:
    """The same where one table is split into two: the learner gets the texts of its training part."""
    return words_of_training(names) if names.parts.op is not None and len(names.parts.op.outputs) == 2 else ""


def words_of_training(names: Names) -> str:
    """A vocabulary from the training texts alone: split before, or the rows that `validation_split` leaves."""
    op = names.operation(Role.VECTORISE) or names.operation()
    training = names.training
    text = names.text(op)
    tree = expr(text) if text else None
    if op is None or training is None or not isinstance(tree, ast.Call):
        return ""
    texts = (
        ast.unparse(tree.args[0])
        if tree.args
        else next(
            (
                ast.unparse(item.value)
                for item in tree.keywords
                if item.arg in ("sentences", "documents", "corpus_iterable")
            ),
            "",
        )
    )
    if not texts or len(texts) > 80:
        return ""
    share = keywords(names.text(training.op)).get("validation_split")
    parts = names.parts
    if share and parts.op is None:
        call = _with_texts(tree, texts, "texts[:cut]")
        return "\n".join(
            [
                f"texts = list({texts})",
                f"cut = int(len(texts) * (1 - {share}))  # `validation_split` takes the last rows",
                laid_out(ast.Expr(call)) if ".fit" in text else f"{bound(names, op) or 'words'} = {ast.unparse(call)}",
            ]
        )
    kept = keywords(names.text(parts.op)) if parts.op is not None else {"test_size": "0.2"}
    kept.setdefault("random_state", "0")
    whole = parts.whole
    if parts.op is not None and len(parts.op.outputs) == 2 and whole.isidentifier() and texts.startswith(f"{whole}["):
        name = op.model and next((item for item in reversed(op.model.names) if item.isidentifier()), "")
        train, test = (names.of(value) for value in parts.op.outputs)
        rest = texts[len(whole) :]
        if name and train.isidentifier() and test.isidentifier():
            return "\n".join(
                [
                    *split_first(names),
                    f"{parts.train} = {name}.fit_transform({train}{rest})  # learns from training rows alone",
                    f"{parts.test} = {name}.transform({test}{rest})",
                ]
            )
    call = _with_texts(tree, texts, "texts_train")
    given = ", ".join(f"{key}={value}" for key, value in kept.items())
    return "\n".join(
        [
            "# the texts are parted first, by the same numbers as the rows are",
            f"texts_train, texts_test = train_test_split({texts}, {given})",
            laid_out(ast.Expr(call)) if ".fit" in text else f"{bound(names, op) or 'words'} = {ast.unparse(call)}",
        ]
    )


def _with_texts(tree: ast.Call, old: str, new: str) -> ast.Call:
    args = [expr(new) if ast.unparse(item) == old else item for item in tree.args]
    named = [ast.keyword(k.arg, expr(new) if ast.unparse(k.value) == old else k.value) for k in tree.keywords]
    return ast.Call(tree.func, args, named)


# --- time -----------------------------------------------------------------------------------------------------------


def naive_forecast(names: Names) -> str:
    """What "as it was last time" would be off by."""
    training = names.training
    if training is None or names.workflow.task_of(training) is not Task.FORECASTING:
        return ""
    series = names.features
    if not names.has_features:
        return ""
    return "\n".join(
        [
            f"series = pd.Series(np.asarray({series}).ravel())",
            'print(series.diff().abs().mean())  # the error of "as it was last time": what any forecast must beat',
        ]
    )


def orders_tried(names: Names) -> str:
    """Orders compared by a figure, not read off a plot."""
    training = names.training
    for op in (*names.operations, *((training.op,) if training is not None else ())):
        text = names.text(op)
        tree = expr(text) if text else None
        if isinstance(tree, ast.Call) and any(item.arg == "order" for item in tree.keywords):
            call = with_keyword(tree, "order", "order")
            return _orders(call)
        if isinstance(tree, ast.Call) and "ARIMA" in ast.unparse(tree.func) and tree.args:
            return _orders(ast.Call(tree.func, tree.args[:1], [ast.keyword("order", expr("order")), *tree.keywords]))
    return ""


def _orders(call: ast.Call) -> str:
    return "\n".join(
        [
            "from itertools import product",
            "",
            "aic = {}",
            "for order in product(range(3), range(2), range(3)):",
            f"    aic[order] = {ast.unparse(call)}.fit().aic",
            "order = min(aic, key=aic.get)  # the lower, the better",
            "print(order, aic[order])",
        ]
    )


def folds_in_order(names: Names) -> str:
    """Folds that train on earlier rows and test on later ones."""
    for op in (*names.operations, *names.workflow.ops(Role.TUNE, Role.BUILD, Role.FOLDS)):
        text = changed(names, op, _in_order)
        if text:
            return f"from sklearn.model_selection import TimeSeriesSplit\n\n{text}"
    return ""


def _in_order(tree: ast.expr) -> ast.expr | None:
    if isinstance(tree, ast.Call) and any(item.arg == "cv" for item in tree.keywords):
        return with_keyword(tree, "cv", "TimeSeriesSplit(n_splits=5)")
    if isinstance(tree, ast.Call) and ast.unparse(tree.func).endswith(("KFold", "ShuffleSplit")):
        return expr("TimeSeriesSplit(n_splits=5)")
    return None


# --- splits and folds -----------------------------------------------------------------------------------------------


def parts_in_order(names: Names) -> str:
    """The parts unpacked as `train_test_split` gives them: training and test part of each input in turn."""
    op = names.operation(Role.SPLIT)
    tree = statement_of(names, op)
    target = tree.targets[0] if isinstance(tree, ast.Assign) else None
    if not isinstance(target, ast.Tuple) or not isinstance(tree, ast.Assign):
        return ""
    given = [ast.unparse(item) for item in target.elts]
    later = [name for name in given if "test" in name.lower() or "val" in name.lower()]
    earlier = [name for name in given if name not in later]
    if len(earlier) != len(later):
        return ""
    ordered = [name for pair in zip(earlier, later, strict=True) for name in pair]
    return f"{', '.join(ordered)} = {ast.unparse(tree.value)}"


def smaller_test(names: Names) -> str:
    """The split with a fifth of the rows held out."""
    op = names.operation(Role.SPLIT) or names.parts.op
    return changed(names, op, lambda item: _fifth(item))


def _fifth(tree: ast.expr) -> ast.expr | None:
    return (
        with_keyword(without_keywords(tree, "train_size"), "test_size", "0.2") if isinstance(tree, ast.Call) else None
    )


def anew_in_each_fold(names: Names) -> str:
    """The network made anew at the head of the fold loop."""
    model = names.model
    training = names.training
    cell = training.op.site.cell if training is not None else 0
    return "\n".join(
        [
            f"def build_model():  # the cells that make and compile `{model}`",
            f"    return {_copy(names)}",
            "",
            f"# in the loop over the folds (cell {cell}), before each training:",
            f"{model} = build_model()  # weights of the fold before know its test rows",
        ]
    )


def _copy(names: Names) -> str:
    made = names.construction
    return made if made.endswith(")") and not made.endswith("Sequential()") and "Model()" not in made else names.model


def validation_apart(names: Names) -> str:
    """Validation rows drawn at random, before anything is resampled."""
    training = names.training
    tree = expr(names.text(training.op)) if training is not None and names.text(training.op) else None
    features, target = names.features.removesuffix(".values"), names.target.removesuffix(".values")
    if not isinstance(tree, ast.Call) or training is None or not (features.isidentifier() and target.isidentifier()):
        return ""
    call = with_keyword(without_keywords(tree, "validation_split"), "validation_data", "(X_val, y_val)")
    return "\n".join(
        [
            "# before the rows are resampled",
            f"{features}, X_val, {target}, y_val = train_test_split(",
            f"    {features}, {target}, test_size=0.2, stratify={target}, random_state=0",
            ")",
            laid_out(ast.Expr(call)),
        ]
    )


def many_splits(names: Names) -> str:
    """A score over many splits, in place of the best of them."""
    features, target, made = names.parts.whole, names.parts.whole_target, names.construction
    if not made.endswith(")"):
        made = names.model
    return "\n".join(
        [
            "from sklearn.model_selection import ShuffleSplit",
            "",
            "splits = ShuffleSplit(n_splits=20, test_size=0.2, random_state=0)",
            f"scores = cross_val_score({made}, {features}, {target}, cv=splits)",
            "print(scores.mean(), scores.std())  # no seed is the better one",
        ]
    )


def searched_on_part(names: Names) -> str:
    """The search on one part of its table, and the measurement on the other."""
    op = names.operation(Role.FIT, Role.TUNE)
    text = names.text(op)
    tree = expr(text) if text else None
    if op is None or not isinstance(tree, ast.Call):
        return ""
    given = (
        tree.args[0]
        if tree.args
        else next((item.value for item in tree.keywords if item.arg in ("train_data", "data", "training_frame")), None)
    )
    table = ast.unparse(given) if given is not None else ""
    if not table.isidentifier() or len(text) > 500:
        return ""
    return "\n".join(
        [
            f"search_rows, test_rows = train_test_split({table}, test_size=0.2, random_state=0)",
            laid_out(ast.Expr(_with_texts(tree, table, "search_rows"))),
            "# and measure on `test_rows`, which the search has not seen",
        ]
    )


# --- selections -----------------------------------------------------------------------------------------------------


def selection_used(names: Names) -> str:
    """The model trained on what the selection keeps."""
    op = names.operation(Role.SELECT, Role.REDUCE)
    training = names.training
    features = names.features
    name = next((n for n in reversed(op.model.names) if n.isidentifier()), "") if op is not None and op.model else ""
    if not name or training is None or not features.isidentifier():
        return ""
    given = f"{features}_kept, {names.target}" if training.target is not None else f"{features}_kept"
    return "\n".join(
        [
            f"{features}_kept = {name}.fit_transform({features}, {names.target})"
            if training.target is not None
            else f"{features}_kept = {name}.fit_transform({features})",
            f"{names.model}.fit({given})  # and predict from what `{name}.transform` gives",
        ]
    )


def components_looked_at(names: Names) -> str:
    """How much each number of components explains."""
    training = names.training
    if training is None or not fits_as_sklearn(training.final):
        return ""
    if names.workflow.task_of(training) is not Task.REDUCTION or not names.has_features:
        return ""
    kind, data = short(training.final.type), names.features
    return "\n".join(
        [
            "for components in (2, 5, 10, 20, 50):",
            f"    reduced = {kind}(n_components=components).fit({data})",
            "    print(components, reduced.explained_variance_ratio_.sum())  # how many are worth their place?",
        ]
    )


def fitting_score(names: Names) -> str:
    """A score of features that fits the target."""
    op = names.operation(Role.SELECT) or names.operation()
    regression = names.workflow.regresses and not names.workflow.classifies
    score = "mutual_info_regression" if regression else "mutual_info_classif"
    model = op.model if op is not None else None
    made = names.workflow.graph.operations[model.made_by] if model is not None and model.made_by >= 0 else op
    text = names.text(made)
    tree = expr(text) if text else None
    if made is None or not isinstance(tree, ast.Call) or "Select" not in ast.unparse(tree.func):
        return ""
    new = ast.Call(tree.func, [expr(score), *tree.args[1:]], [k for k in tree.keywords if k.arg != "score_func"])
    line = changed(names, made, lambda _: new) or f"selector = {ast.unparse(new)}"
    return f"from sklearn.feature_selection import {score}\n\n{line}"


def report_of_booster(names: Names) -> str:
    """Figures per class from the probabilities that a booster gives."""
    _, true = names.measured
    predicted = names.prediction
    if predicted.endswith(".labels_"):
        return ""
    return "\n".join(
        [
            "from sklearn.metrics import classification_report, roc_auc_score",
            "",
            f"chance = np.asarray({predicted})",
            f'print(roc_auc_score({true}, chance))  # two classes; more: `multi_class="ovr"`',
            f"print(classification_report({true}, chance > 0.5))",
        ]
    )


def against_truth(names: Names) -> str:
    """The predictions held against the true values."""
    op = names.operation(Role.EVALUATE)
    parts = names.parts
    tree = names.tree(op)
    if not isinstance(tree, ast.Call) or len(tree.args) < 1:
        return ""
    target = parts.test_target
    if isinstance(tree.func, ast.Attribute) and tree.func.attr == "score":
        args = [tree.args[0], expr(target)]
    else:
        args = [expr(target), *tree.args[1:]]
    return f"print({ast.unparse(ast.Call(tree.func, args, tree.keywords))})  # the true values of the test rows"

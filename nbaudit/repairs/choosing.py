"""Algorithms and settings compared on folds of the training rows, and one measurement in the end."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbaudit.model.flow import Model, Operation
from nbaudit.model.vocabulary import Role, Task
from nbaudit.patterns import regex
from nbaudit.repairs.code import call_lines, expr, is_network, without_keywords
from nbaudit.workflow.names import Names, arguments, is_code, keywords, short

_GRIDS: Mapping[str, str] = {
    "C": "[0.01, 0.1, 1, 10, 100]",
    "alpha": "[0.001, 0.01, 0.1, 1, 10]",
    "gamma": '["scale", 0.01, 0.1, 1]',
    "kernel": '["linear", "rbf"]',
    "n_neighbors": "range(1, 31, 2)",
    "weights": '["uniform", "distance"]',
    "max_depth": "[3, 5, 10, None]",
    "min_samples_leaf": "[1, 5, 20]",
    "min_samples_split": "[2, 10, 50]",
    "n_estimators": "[100, 300, 1000]",
    "max_features": '["sqrt", 0.5, None]',
    "learning_rate": "[0.01, 0.05, 0.1, 0.3]",
    "num_leaves": "[15, 31, 63]",
    "subsample": "[0.6, 0.8, 1.0]",
    "var_smoothing": "[1e-11, 1e-9, 1e-7]",
    "n_clusters": "range(2, 11)",
    "n_components": "range(2, 11)",
    "init": '["k-means++", "random"]',
    "eps": "[0.2, 0.3, 0.5, 0.8]",
    "min_samples": "[3, 5, 10]",
    "linkage": '["ward", "average", "complete"]',
    "threshold": "[0.3, 0.5, 0.8]",
}
"""Values to start from, by hyperparameter."""


_CATBOOST_GRID = '{"learning_rate": [0.01, 0.05, 0.1, 0.3], "iterations": [100, 300, 1000], "depth": [4, 6, 8]}'
"""CatBoost takes one name of a value alone, and notebooks write these."""

_TREES = regex(r"Forest|Tree|Boost|LGBM|XGB")


def _grid(model: Model, most: int = 3) -> str:
    if model.type.startswith("catboost."):
        return _CATBOOST_GRID
    pairs = [f'"{name}": {_GRIDS[name]}' for name in model.tunes if name in _GRIDS][:most]
    return "{" + ", ".join(pairs) + "}" if pairs else ""


def unstopped(made: str) -> str:
    """A constructor without early stopping, which needs rows to watch that folds don't give."""
    tree = expr(made) if "early_stopping_rounds" in made and is_code(made) else None
    return ast.unparse(without_keywords(tree, "early_stopping_rounds")) if isinstance(tree, ast.Call) else made


def search(names: Names) -> str:
    """A search by cross-validation on the training rows, and one measurement in the end."""
    training = names.training
    if training is None:
        return ""
    model = training.final
    if names.workflow.task_of(training) is Task.CLUSTERING:
        return ""
    if is_network(model):
        return ""
    if model.type in ("xgboost.Booster", "lightgbm.Booster") and training.op.text.startswith(
        ("xgb", "lgb", "lightgbm")
    ):
        return _boosting_search(names)
    varied = [name for name, value in model.params.items() if value.varies and name.isidentifier()]
    grid = (
        "{" + ", ".join(f'"{name}": {_range(names, training.op, name)}' for name in varied) + "}"
        if varied
        else _grid(model)
    )
    if not grid or training.target is None:
        return ""
    parts = names.parts
    made = f"{names.class_of(model)}()" if varied else unstopped(names.made(model))
    measured = (
        f"print(search.best_params_, {names.model}.score({parts.test}, {parts.test_target}))  # once, in the end"
        if parts.tested
        else "print(search.best_params_, search.best_score_)"
    )
    return "\n".join(
        [
            "from sklearn.model_selection import GridSearchCV",
            "",
            *call_lines("search = GridSearchCV", made, grid, "cv=5"),
            f"search.fit({parts.train}, {parts.train_target})  # chooses on folds of the training rows",
            f"{names.model} = search.best_estimator_",
            measured,
        ]
    )


def _boosting_search(names: Names) -> str:
    """A setting and the number of rounds of `xgb.train` or `lgb.train` by the library's own cross-validation."""
    op = names.training.op if names.training is not None else None
    text = names.text(op)
    module = text.partition(".train(")[0]
    given, named = arguments(text), keywords(text)
    params = given[0] if given else named.get("params", "")
    data = given[1] if len(given) > 1 else named.get("dtrain") or named.get("train_set") or ""
    if not module.isidentifier() or not params or not data or len(params + data) > 90:
        return ""
    if op is not None and op.call.startswith("lightgbm."):
        setting, values, more = "num_leaves", "(15, 31, 63)", f"callbacks=[{module}.early_stopping(20, verbose=False)]"
        shown = "{key: values[-1] for key, values in tried.items()}"
    else:
        setting, values, more = "max_depth", "(3, 6, 9)", "early_stopping_rounds=20"
        shown = 'tried.tail(1).to_dict("records")'
    return "\n".join(
        [
            f"for value in {values}:",
            f"    tried = {module}.cv(",
            f'        {{**{params}, "{setting}": value}},',
            f"        {data},",
            f"        num_boost_round=1000, nfold=5, {more},",
            "    )",
            f"    print(value, {shown})",
        ]
    )


def cluster_search(names: Names) -> str:
    """Settings of a clustering by a figure that needs no labels."""
    training = names.training
    if training is None or names.workflow.task_of(training) is not Task.CLUSTERING:
        return ""
    model, data = training.final, names.features
    grid = _grid(model)
    if not grid or not model.type.startswith("sklearn.") or not names.has_features:
        return ""
    rows = data if data.isidentifier() else "rows"
    return "\n".join(
        [
            "from sklearn.metrics import silhouette_score",
            "from sklearn.model_selection import ParameterGrid",
            "",
            *([] if rows == data else [f"rows = {data}"]),
            *call_lines("settings = ParameterGrid", grid),
            "for setting in settings:",
            f"    groups = {names.class_of(model)}(**setting).fit_predict({rows})",
            "    if len(set(groups)) > 1:",
            f"        print(setting, silhouette_score({rows}, groups))",
        ]
    )


def _range(names: Names, op: Operation, parameter: str) -> str:
    loops = {loop.id: loop for loop in names.workflow.graph.loops}
    given = names.training.final.params.get(parameter) if names.training is not None else None
    own = [number for number in op.loops if given is not None and number in given.varies]
    for number in reversed(own or op.loops):
        text = loops[number].text if number in loops else ""
        if text and is_code(text) and len(text) < 80 and "enumerate" not in text and "zip" not in text:
            return (
                text
                if text.startswith(("range", "[", "np.")) or text.isidentifier()
                else _GRIDS.get(parameter, "values")
            )
    return _GRIDS.get(parameter, "values")


def compare(names: Names) -> str:
    """The notebook's candidates by cross-validation on the training rows."""
    parts = names.parts
    made: dict[str, str] = {}
    for training in names.workflow.candidates:
        if training.target is not None and not is_network(training.final):
            made.setdefault(short(training.final.type), unstopped(names.made(training.final)))
    made = {name: text for name, text in made.items() if text.endswith(")")}
    if not made:
        return ""
    rows = [f'    "{name}": {text},' for name, text in list(made.items())[:5]]
    return "\n".join(
        [
            "from sklearn.model_selection import cross_val_score",
            "",
            "candidates = {",
            *rows,
            "}",
            "scores = {",
            f"    name: cross_val_score(candidate, {parts.train}, {parts.train_target}, cv=5).mean()",
            "    for name, candidate in candidates.items()",
            "}",
            "best = candidates[max(scores, key=scores.get)]",
            f"best.fit({parts.train}, {parts.train_target})",
            *([f"best.score({parts.test}, {parts.test_target})  # once, in the end"] if parts.tested else []),
        ]
    )


def candidates(names: Names) -> str:
    """A baseline and another family beside the one algorithm."""
    training = names.training
    if training is not None and names.workflow.task_of(training) is Task.CLUSTERING:
        return _clusterings(names)
    if training is None:
        return ""
    features, target = names.features, names.target
    if training.target is None:
        labelled = _labelled(names)
        if labelled is None:
            return _commonest_class(names)
        features, target = labelled
    regression = names.workflow.regresses and not names.workflow.classifies
    dummy, other = (
        ("DummyRegressor", "RandomForestRegressor") if regression else ("DummyClassifier", "RandomForestClassifier")
    )
    own = short(training.final.type)
    module, made = "sklearn.ensemble", f"{other}()"
    if _TREES.search(own) and not is_network(training.final):
        # trees of another library are no other family
        other, module = ("Ridge" if regression else "LogisticRegression"), "sklearn.linear_model"
        made = f"make_pipeline(StandardScaler(), {other}())"
    lines = [
        f"from sklearn.dummy import {dummy}",
        f"from {module} import {other}",
        "from sklearn.model_selection import cross_val_score",
        *(
            ["from sklearn.pipeline import make_pipeline", "from sklearn.preprocessing import StandardScaler"]
            if made.startswith("make_pipeline")
            else []
        ),
        "",
    ]
    booster = _native_booster(names, regression)
    if booster:
        labels = (names.parts.train, names.parts.train_target) if training.target is not None else _labelled(names)
        if labels is None:
            return ""
        return "\n".join(
            [
                *lines,
                *call_lines("candidates = ", f"{dummy}()", booster, made),
                "for candidate in candidates:",
                f"    print(candidate, cross_val_score(candidate, {labels[0]}, {labels[1]}, cv=5).mean())",
            ]
        )
    if training.target is None:
        # pictures are laid out as rows of numbers first
        rows = f"{features}.reshape(len({features}), -1)" if is_network(training.final) else features
        return "\n".join(
            [
                *lines,
                f"for candidate in ({dummy}(), {other}()):  # is the one that you have worth its cost?",
                f"    print(candidate, cross_val_score(candidate, {rows}, {target}, cv=5).mean())",
            ]
        )
    if is_network(training.final) or not own:
        return "\n".join(
            [
                *lines[:2],
                "",
                f"for candidate in ({dummy}(), {other}()):  # is the network worth its cost?",
                f"    candidate.fit({features}, {target})",
                f"    print(candidate, candidate.score({names.measured[0]}, {names.measured[1]}))",
            ]
        )
    parts = names.parts
    return "\n".join(
        [
            *lines,
            *call_lines("candidates = ", f"{dummy}()", unstopped(names.construction), made),
            "for candidate in candidates:",
            f"    print(candidate, cross_val_score(candidate, {parts.train}, {parts.train_target}, cv=5).mean())",
        ]
    )


def _native_booster(names: Names, regression: bool) -> str:
    """What `xgb.train` or `lgb.train` trains, as an estimator with the same values; "" where it is none of these."""
    training = names.training
    text = names.text(training.op) if training is not None else ""
    module = text.partition(".train(")[0]
    if training is None or not training.op.call.startswith(("xgboost.train", "lightgbm.train")):
        return ""
    given, named = arguments(text), keywords(text)
    params = given[0] if given else named.get("params", "")
    if not module.isidentifier() or not params or len(params) > 60:
        return ""
    kind = "Regressor" if regression else "Classifier"
    return f"{module}.{'XGB' if training.op.call.startswith('xgboost.') else 'LGBM'}{kind}(**{params})"


_LABELLED = regex(r"\b(?:Dataset|DMatrix|QuantileDMatrix|Pool|flow)$")


def _labelled(names: Names) -> tuple[str, str] | None:
    """(features, target) where the notebook wraps both in one object, as `lgb.Dataset(X, label=y)`; None where not."""
    for op in names.workflow.graph.operations:
        if not any(word in op.text for word in ("Dataset(", "DMatrix(", "Pool(", ".flow(")):
            continue
        text = names.text(op)
        for call in ast.walk(ast.parse(text)) if text else ():
            if isinstance(call, ast.Call) and _LABELLED.search(ast.unparse(call.func)):
                given = [ast.unparse(item) for item in call.args]
                named = {item.arg: ast.unparse(item.value) for item in call.keywords}
                features = given[0] if given else named.get("data", "")
                target = named.get("label") or named.get("y") or (given[1] if len(given) > 1 else "")
                if features and target and len(features + target) < 80:
                    return features, target
    return None


def _commonest_class(names: Names) -> str:
    """What always guessing the commonest class would score, where a generator reads the examples from folders."""
    op = names.training.op if names.training is not None else None
    for source in arguments(names.text(op))[:1] if op is not None else ():
        made = next((item for item in names.workflow.graph.bindings if item.name == source), None)
        maker = made.value.made_by if made is not None else -1
        text = names.workflow.graph.operations[maker].text if maker >= 0 else ""
        if source.isidentifier() and ".flow_from_" in text:
            return "\n".join(
                [
                    "import numpy as np",
                    "",
                    "# what always guessing the commonest class scores",
                    f"print(np.bincount({source}.classes).max() / {source}.samples)",
                ]
            )
    return ""


def _clusterings(names: Names) -> str:
    """Another way to group beside the one."""
    data = names.features
    own = names.construction
    if not names.has_features or not own.endswith(")"):
        return ""
    other, module = "AgglomerativeClustering", "sklearn.cluster"
    if other in own:
        other, module = "GaussianMixture", "sklearn.mixture"
    rows = data if data.isidentifier() else "rows"
    return "\n".join(
        [
            f"from {module} import {other}",
            "from sklearn.metrics import silhouette_score",
            "",
            *([] if rows == data else [f"rows = {data}"]),
            f"for candidate in ({own}, {other}()):  # with the same number of groups",
            f"    print(candidate, silhouette_score({rows}, candidate.fit_predict({rows})))",
        ]
    )


def threshold(names: Names) -> str:
    """A threshold chosen inside the training rows."""
    training = names.training
    if training is None or training.target is None or is_network(training.final):
        return ""
    parts = names.parts
    return "\n".join(
        [
            "from sklearn.model_selection import TunedThresholdClassifierCV",
            "",
            *call_lines(f"{names.model} = TunedThresholdClassifierCV", names.construction, 'scoring="f1"'),
            f"{names.model}.fit({parts.train}, {parts.train_target})  # folds of the training rows choose it",
            *([f"{names.model}.score({parts.test}, {parts.test_target})"] if parts.tested else []),
        ]
    )


def own_result(names: Names) -> str:
    """The result of the search that was run, in place of another one's."""
    tuned = names.operation(Role.TUNE)
    holder = (
        next((name for name in reversed(tuned.model.names) if name.isidentifier()), "") if tuned and tuned.model else ""
    )
    shown = next((op for op in names.operations if ".best_" in op.text), None)
    text = names.text(shown)
    other, _, rest = text.partition(".best_")
    return f"print({holder}.best_{rest})" if holder and other.isidentifier() and other != holder else ""


def best_estimator(names: Names) -> str:
    op = names.operation(Role.TUNE) or next((item for item in names.operations if item.role is Role.BUILD), None)
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "") if op and op.model else ""
    if not holder:
        return ""
    rows, true = names.measured
    return f"best = {holder}.best_estimator_  # refitted on all training rows\nbest.score({rows}, {true})"


def mixture(names: Names) -> str:
    """The mixture of the test rows' predictions, measured."""
    models = [op.model for op in names.operations if op.role is Role.PREDICT and op.model is not None]
    held = [next((name for name in reversed(model.names) if name.isidentifier()), "") for model in models]
    holders = list(dict.fromkeys(holder for holder in held if holder))
    rows, true = names.measured
    if len(holders) < 2 or not rows or not true:
        return ""
    total = " + ".join(f"{holder}.predict({rows})" for holder in holders)
    return f"mixed = ({total}) / {len(holders)}  # with the weights of the mixture\nprint(abs({true} - mixed).mean())"

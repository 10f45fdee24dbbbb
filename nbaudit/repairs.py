"""What to do instead, as code with this notebook's own names: one writer per kind of repair, looked up by check.

A check may give code of its own (`Finding.instead`); a writer here replaces it where it knows the notebook better. Code
that is no valid Python is dropped: the words of the check's page then stand alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from nbaudit.model.finding import Finding
from nbaudit.model.flow import Kind, Model, Operation, Shape
from nbaudit.model.vocabulary import Role, Task
from nbaudit.workflow import Workflow
from nbaudit.workflow.names import Names, arguments, is_code, keywords, short, tidy

Writer = Callable[[Names], str]

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


def with_repairs(workflow: Workflow, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, each with code to use instead where a writer for its check has some."""
    return tuple(_repaired(workflow, finding) for finding in findings)


def _repaired(workflow: Workflow, finding: Finding) -> Finding:
    writer = _WRITERS.get(finding.check)
    code = writer(Names(workflow, finding)).strip("\n") if writer is not None else ""
    return replace(finding, instead=code) if code and is_code(code) else finding


# Leaks: split first, and fit on the training rows.


def _pipeline(*roles: Role) -> Writer:
    return lambda names: _in_pipeline(names, names.operation(*roles), "sklearn.pipeline")


def _in_pipeline(names: Names, op: Operation | None, maker: str) -> str:
    """Split first, then the step that learned and the model in one pipeline."""
    step = names.made(op.model) if op is not None and op.model is not None and _fits(op.model) else ""
    if not step or names.training is None:
        return ""
    if _is_network(names.training.final):
        return _fitted_on_train(names, op)
    parts = names.parts
    lines = [f"from {maker} import make_pipeline", ""]
    if parts.op is not None:
        lines += [*_split_first(names)]
    model, made = names.model, names.construction
    if names.training.op.role is Role.CROSS_VALIDATE:
        return "\n".join(
            [
                *lines[:2],
                *_call(f"{model} = make_pipeline", step, made),
                f"cross_val_score({model}, {parts.whole}, {parts.whole_target}, cv=5)",
            ]
        )
    lines += [
        *_call(f"{model} = make_pipeline", step, made),
        f"{model}.fit({parts.train}, {parts.train_target})  # each step learns from these alone",
        f"{model}.score({parts.test}, {parts.test_target})",
    ]
    return "\n".join(lines)


def _resampled(names: Names) -> str:
    """Resample the training rows alone: in a pipeline, or for a network by hand."""
    op = names.operation(Role.RESAMPLE)
    if op is None or op.model is None or names.training is None or not _is_network(names.training.final):
        return _in_pipeline(names, op, "imblearn.pipeline")
    parts = names.parts
    resample = f"{names.made(op.model)}.fit_resample({parts.train}, {parts.train_target})"
    return "\n".join(
        [*_split_first(names), f"{parts.train}, {parts.train_target} = {resample}  # test rows stay as they are"]
    )


def _is_network(model: Model) -> bool:
    return model.shape is Shape.NETWORK


def _fits(model: Model) -> bool:
    """True for types with scikit-learn's `fit` and `transform`."""
    return model.type.startswith(("sklearn.", "imblearn.", "category_encoders.", "feature_engine."))


def _split_first(names: Names) -> list[str]:
    split = names.parts.op
    if split is None:
        return []
    learned = names.operation()
    rows = names.unprepared[0]
    is_prepared = rows == names.parts.whole and learned is not None and bool(split.data)
    said = "# before anything learns from the rows"
    if is_prepared and learned is not None and split.data[0].upstream & learned.bit:
        said += f", so with `{rows}` as it was before" if rows.isidentifier() else ""
    return [said, _split_line(names, *names.unprepared), ""]


def _split_line(names: Names, whole: str, whole_target: str, **more: str) -> str:
    """The notebook's split of `whole` as a statement, with arguments added."""
    parts = names.parts
    kept = keywords(parts.op.text) if parts.op is not None else {}
    if "stratify" in kept:
        kept["stratify"] = whole_target
    kept = {**more, **kept}
    if "shuffle" not in kept:
        kept.setdefault("random_state", "0")
    arguments = ", ".join([whole, whole_target, *(f"{key}={value}" for key, value in kept.items())])
    line = f"{parts.train}, {parts.test}, {parts.train_target}, {parts.test_target} = train_test_split({arguments})"
    return line if len(line) <= 66 else line.replace(f"({arguments})", f"(\n    {arguments}\n)")


def _fill(names: Names) -> str:
    """A fill whose value is learned from the training rows."""
    op = names.operation(Role.IMPUTE)
    if op is None:
        return ""
    if op.model is not None:
        return _fitted_on_train(names, op)
    parts = names.parts
    column = next((value.column for value in op.data if value.column), None)
    statistic = next((word for word in ("median", "mean", "mode") if f"{word}(" in op.text), "median")
    take = f"{statistic}().iloc[0]" if statistic == "mode" else f"{statistic}()"
    before = _split_first(names)
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


def _filled_from_training(names: Names) -> str:
    """The fill of the test rows with what the training rows gave."""
    op = names.operation(Role.IMPUTE)
    column = next((value.column for value in op.data if value.column), None) if op is not None else None
    trained = names.training.features if names.training is not None else None
    if op is None or op.receiver is None or column is None or '"' in column or trained is None:
        return ""
    table = tidy(op.text).split("[")[0]
    train = names.features
    if not table.isidentifier() or not train.isidentifier() or table == train:
        return ""
    take = next((form for form in ("median()", "mean()", "mode()") if form in op.text), "median()")
    take += "[0]" if take == "mode()" else ""
    return f'{table}["{column}"] = {table}["{column}"].fillna({train}["{column}"].{take})  # of the training rows'


def _on_both_parts(*roles: Role) -> Writer:
    return lambda names: _fitted_on_train(names, names.operation(*roles))


def _fitted_on_train(names: Names, op: Operation | None) -> str:
    """Fit on the training part, apply to both."""
    if op is None or op.model is None or not _fits(op.model):
        return ""
    parts = names.parts
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "step")
    before = _split_first(names)
    return "\n".join(
        [
            *before,
            f"{holder} = {names.made(op.model)}",
            f"{parts.train} = {holder}.fit_transform({parts.train})  # learns from training rows alone",
            f"{parts.test} = {holder}.transform({parts.test})",
        ]
    )


def _not_anew(names: Names) -> str:
    """The same line with `transform` for `fit_transform`."""
    for op in names.operations:
        text = names.statement(op)
        if ".fit_transform(" in text:
            return text.replace(".fit_transform(", ".transform(") + "  # learned from the training rows before"
    return _fitted_on_train(names, names.operation(Role.SCALE, Role.ENCODE, Role.VECTORISE, Role.IMPUTE))


# Splits.


def _with_argument(argument: str, role: Role, comment: str = "") -> Writer:
    def write(names: Names) -> str:
        op = names.operation(role) or (names.operation() if role is Role.SPLIT else None) or names.parts.op
        if op is None:
            return ""
        text = names.statement(op)
        call = tidy(op.text)
        if text and op.text in text:
            changed = _added(op.text, argument)
            return comment + text.replace(op.text, changed) if changed else ""
        if is_code(call) and len(call) < 200:
            changed = _added(call, argument)
            targets = [names.of(value) for value in op.outputs]
            left = ", ".join(targets) + " = " if targets and all(name.isidentifier() for name in targets) else ""
            return f"{comment}{left}{changed}" if changed else ""
        return ""

    return write


def _added(call: str, argument: str) -> str:
    """The call with one more argument, "" where it has it already or is no call."""
    call = call.rstrip()
    if not call.endswith(")") or f"{argument.partition('=')[0]}=" in call:
        return ""
    head = call[:-1].rstrip().rstrip(",")
    return f"{head}, {argument})" if not head.endswith("(") else f"{head}{argument})"


def _stratified(names: Names) -> str:
    parts = names.parts
    return _split_line(names, parts.whole, parts.whole_target, stratify=parts.whole_target)


def _grouped(names: Names) -> str:
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


# Choosing.


def _grid(model: Model, most: int = 3) -> str:
    pairs = [f'"{name}": {_GRIDS[name]}' for name in model.tunes if name in _GRIDS][:most]
    return "{" + ", ".join(pairs) + "}" if pairs else ""


def _search(names: Names) -> str:
    """A search by cross-validation on the training rows, and one measurement in the end."""
    training = names.training
    if training is None:
        return ""
    model = training.final
    if names.workflow.task_of(training) is Task.CLUSTERING:
        return _cluster_search(names, model)
    if _is_network(model):
        return _learning_rates(names) if model.type.startswith(("keras.", "tensorflow.")) else ""
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
    made = f"{short(model.type)}()" if varied else names.made(model)
    return "\n".join(
        [
            "from sklearn.model_selection import GridSearchCV",
            "",
            *_call("search = GridSearchCV", made, grid, "cv=5"),
            f"search.fit({parts.train}, {parts.train_target})  # chooses on folds of the training rows",
            f"{names.model} = search.best_estimator_",
            f"print(search.best_params_, {names.model}.score({parts.test}, {parts.test_target}))  # once, in the end",
        ]
    )


def _boosting_search(names: Names) -> str:
    """A setting and the number of rounds of `xgb.train` or `lgb.train` by the library's own cross-validation."""
    op = names.training.op if names.training is not None else None
    text = tidy(op.text) if op is not None else ""
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


def _cluster_search(names: Names, model: Model) -> str:
    """Settings of a clustering by a figure that needs no labels."""
    grid = _grid(model)
    if not grid or not model.type.startswith("sklearn.") or not names.features.isidentifier():
        return ""
    data = names.features
    return "\n".join(
        [
            "from sklearn.metrics import silhouette_score",
            "from sklearn.model_selection import ParameterGrid",
            "",
            *_call("settings = ParameterGrid", grid),
            "for setting in settings:",
            f"    groups = {short(model.type)}(**setting).fit_predict({data})",
            "    if len(set(groups)) > 1:",
            f"        print(setting, silhouette_score({data}, groups))",
        ]
    )


def _call(head: str, *arguments: str) -> list[str]:
    """A call as one line, or with a line for each argument where it gets long."""
    line = f"{head}({', '.join(arguments)})"
    return [line] if len(line) <= 66 else [f"{head}(", *(f"    {argument}," for argument in arguments), ")"]


def _range(names: Names, op: Operation, parameter: str) -> str:
    loops = {loop.id: loop for loop in names.workflow.graph.loops}
    for number in reversed(op.loops):
        text = loops[number].text if number in loops else ""
        if text and is_code(text) and len(text) < 80 and "enumerate" not in text and "zip" not in text:
            return (
                text
                if text.startswith(("range", "[", "np.")) or text.isidentifier()
                else _GRIDS.get(parameter, "[...]")
            )
    return _GRIDS.get(parameter, "[...]")


def _compare(names: Names) -> str:
    """The notebook's candidates by cross-validation on the training rows."""
    parts = names.parts
    made: dict[str, str] = {}
    for training in names.workflow.candidates:
        if training.target is not None and not _is_network(training.final):
            made.setdefault(short(training.final.type), names.made(training.final))
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
            f"best.score({parts.test}, {parts.test_target})  # once, in the end",
        ]
    )


def _candidates(names: Names) -> str:
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
    module = "sklearn.ensemble"
    if own == other:
        other, module = (
            ("Ridge", "sklearn.linear_model") if regression else ("LogisticRegression", "sklearn.linear_model")
        )
    lines = [
        f"from sklearn.dummy import {dummy}",
        f"from {module} import {other}",
        "from sklearn.model_selection import cross_val_score",
        "",
    ]
    if training.target is None:
        # pictures are laid out as rows of numbers first
        rows = f"{features}.reshape(len({features}), -1)" if _is_network(training.final) else features
        return "\n".join(
            [
                *lines,
                f"for candidate in ({dummy}(), {other}()):  # is the one that you have worth its cost?",
                f"    print(candidate, cross_val_score(candidate, {rows}, {target}, cv=5).mean())",
            ]
        )
    if _is_network(training.final) or not own:
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
            *_call("candidates = ", f"{dummy}()", names.construction, f"{other}()"),
            "for candidate in candidates:",
            f"    print(candidate, cross_val_score(candidate, {parts.train}, {parts.train_target}, cv=5).mean())",
        ]
    )


_LABELLED = re.compile(r"\b(?:Dataset|DMatrix|QuantileDMatrix|Pool|flow)$")


def _labelled(names: Names) -> tuple[str, str] | None:
    """(features, target) where the notebook wraps both in one object, as `lgb.Dataset(X, label=y)`; None where not."""
    for op in names.workflow.graph.operations:
        if not any(word in op.text for word in ("Dataset(", "DMatrix(", "Pool(", ".flow(")):
            continue
        text = tidy(op.text)
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
    for source in arguments(op.text)[:1] if op is not None else ():
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
    if not data.isidentifier() or not own.endswith(")"):
        return ""
    other, module = "AgglomerativeClustering", "sklearn.cluster"
    if other in own:
        other, module = "GaussianMixture", "sklearn.mixture"
    return "\n".join(
        [
            f"from {module} import {other}",
            "from sklearn.metrics import silhouette_score",
            "",
            f"for candidate in ({own}, {other}()):  # with the same number of groups",
            f"    print(candidate, silhouette_score({data}, candidate.fit_predict({data})))",
        ]
    )


def _threshold(names: Names) -> str:
    """A threshold chosen inside the training rows."""
    training = names.training
    if training is None or training.target is None or _is_network(training.final):
        return ""
    parts = names.parts
    return "\n".join(
        [
            "from sklearn.model_selection import TunedThresholdClassifierCV",
            "",
            *_call(f"{names.model} = TunedThresholdClassifierCV", names.construction, 'scoring="f1"'),
            f"{names.model}.fit({parts.train}, {parts.train_target})  # folds of the training rows choose it",
            f"{names.model}.score({parts.test}, {parts.test_target})",
        ]
    )


def _stopping(names: Names) -> str:
    """A third part of the rows to stop by."""
    op = names.training.op if names.training is not None else None
    features, target = names.features, names.target
    if op is None or not (features.isidentifier() and target.isidentifier()):
        return ""
    test, test_target = names.measured
    kept, kept_target = _renamed(features, "val"), _renamed(target, "val")
    if kept == test or kept_target == test_target:
        kept, kept_target = _renamed(features, "stop"), _renamed(target, "stop")
    lines = [
        f"{features}, {kept}, {target}, {kept_target} = train_test_split(",
        f"    {features}, {target}, test_size=0.2, random_state=0",
        ")",
        f"{names.model}.fit({features}, {target}, validation_data=({kept}, {kept_target}))",
    ]
    if names.evaluation is not None or names.parts.op is not None:
        lines.append(f"{names.model}.evaluate({test}, {test_target})  # rows that stopped nothing")
    return "\n".join(lines)


def _renamed(name: str, part: str) -> str:
    """The name of another part of the same data: "X_train" -> "X_val"."""
    return name.replace("train", part) if "train" in name else f"{name}_{part}"


def _learning_rates(names: Names) -> str:
    return "\n".join(
        [
            "for learning_rate in (0.0003, 0.001, 0.003):",
            f"    {names.model} = build_model(learning_rate)  # the cell that makes {names.model}, as a function",
            f"    history = {names.model}.fit({names.features}, {names.target}, validation_split=0.2)",
            '    print(learning_rate, min(history.history["val_loss"]))',
        ]
    )


# Scaling, measuring.


def _scaled(names: Names) -> str:
    training = names.training
    if training is not None and training.target is None:
        return _scaled_rows(names, training.op)
    if training is None:
        return ""
    return "\n".join(
        [
            "from sklearn.pipeline import make_pipeline",
            "from sklearn.preprocessing import StandardScaler",
            "",
            *_call(f"{names.model} = make_pipeline", "StandardScaler()", names.construction),
            f"{names.model}.fit({names.features}, {names.target})",
        ]
    )


def _scaled_rows(names: Names, op: Operation) -> str:
    """The data scaled before a model without a target gets it."""
    data, call = names.features, tidy(op.text)
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


def _redundant(names: Names) -> str:
    """Features that say the same as another are dropped, as the training rows show them."""
    parts = names.parts
    if parts.op is None:
        return ""
    train, test = parts.train, parts.test
    return "\n".join(
        [
            f"related = {train}.corr(numeric_only=True).abs()",
            "upper = related.where(np.triu(np.ones(related.shape, bool), 1))",
            "redundant = [name for name in upper if (upper[name] > 0.95).any()]",
            f"{train}, {test} = {train}.drop(columns=redundant), {test}.drop(columns=redundant)",
        ]
    )


def _report(names: Names) -> str:
    _, true = names.measured
    return "\n".join(
        [
            "from sklearn.metrics import classification_report",
            "",
            f"print(classification_report({true}, {names.prediction}))",
        ]
    )


def _against_the_mean(names: Names) -> str:
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


def _held_out(names: Names) -> str:
    """A first split, and a measurement on the rows kept out."""
    training = names.training
    if training is None or training.target is None:
        return ""
    features, target, model = names.features, names.target, names.model
    score = "evaluate" if _is_network(training.final) else "score"
    return "\n".join(
        [
            f"X_train, X_test, y_train, y_test = train_test_split({features}, {target}, test_size=0.2, random_state=0)",
            f"{model}.fit(X_train, y_train)",
            f"print({model}.{score}(X_test, y_test))",
        ]
    )


def _measured_too(names: Names) -> str:
    op = names.operation(Role.FIT, Role.TUNE, Role.BUILD)
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "") if op and op.model else ""
    if not holder:
        return ""
    rows, true = names.measured
    return f"print({holder}.score({rows}, {true}))"


def _silhouette(names: Names) -> str:
    training = names.training
    if training is None or names.workflow.task_of(training) is not Task.CLUSTERING:
        return ""
    return "\n".join(
        [
            "from sklearn.metrics import silhouette_score",
            "",
            f"print(silhouette_score({names.features}, {names.model}.labels_))",
        ]
    )


def _balanced(names: Names) -> str:
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
        changed = _added(made, 'class_weight="balanced"')
        return f"{names.model} = {changed}" if changed else ""
    return ""


# Data.


def _clipped(names: Names) -> str:
    column = next(iter(names.finding.columns), "")
    if not column or '"' in column:
        return ""
    frame, cell = names.frame, f'["{column}"]'
    return "\n".join(
        [
            f"low, high = {frame}{cell}.quantile([0.01, 0.99])",
            f"print((~{frame}{cell}.between(low, high)).sum())  # how many, and are they errors?",
            f"{frame}{cell} = {frame}{cell}.clip(low, high)  # or say in a sentence why they stay",
        ]
    )


def _limits_from_train(names: Names) -> str:
    column = next(iter(names.finding.columns), "")
    parts = names.parts
    if not column or '"' in column:
        return ""
    return "\n".join(
        [
            f'low, high = {parts.train}["{column}"].quantile([0.01, 0.99])  # limits from training rows alone',
            f'keep = {parts.train}["{column}"].between(low, high)',
            f"{parts.train}, {parts.train_target} = {parts.train}[keep], {parts.train_target}[keep]  # test rows stay",
        ]
    )


def _whole_read(names: Names) -> str:
    """The same read without a limit on its rows."""
    op = next((item for item in names.operations if "rows" in item.text and keywords(item.text)), None)
    text = tidy(op.text) if op is not None else ""
    tree = ast.parse(text, mode="eval").body if text else None
    if op is None or not isinstance(tree, ast.Call):
        return ""
    kept = [item for item in tree.keywords if item.arg not in ("nrows", "n_rows")]
    if len(kept) == len(tree.keywords):
        return ""
    tree.keywords = kept
    line, target = names.statement(op), _bound(names, op)
    if op.text in line:
        return line.replace(op.text, ast.unparse(tree)) + "  # all rows; or say why these are enough"
    return f"{target} = {ast.unparse(tree)}  # all rows; or say why these are enough" if target else ""


def _bound(names: Names, op: Operation) -> str:
    """The name that the result of an operation got, "" where it has none."""
    found = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "")
    return found if found.isidentifier() else ""


def _looked_at(names: Names) -> str:
    """A first look at what was read: tables, or a batch of pictures."""
    op = names.operation(Role.LOAD, Role.BUNDLED) or names.operation()
    name = _bound(names, op) if op is not None else ""
    if op is None or not name:
        return ""
    if ".flow_from_" in op.text:
        lines = [
            f"examples, labels = next({name})",
            "print(examples.shape, examples.min(), examples.max())",
            f"print({name}.class_indices, labels.sum(axis=0))  # are the classes even?",
        ]
    elif op.call.startswith("pandas.") and all(value.kind is Kind.TABLE for value in op.outputs):
        lines = [
            f"{name}.info()  # types and gaps",
            f'{name}.describe(include="all")  # ranges, and how many values',
            f"{name}.sample(5, random_state=0)",
        ]
    else:
        return ""
    return "\n".join(lines)


def _filled_by_kind(names: Names) -> str:
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
            *_split_first(names),
            "fill = make_column_transformer(",
            '    (SimpleImputer(strategy="median"), make_column_selector(dtype_include="number")),',
            '    (SimpleImputer(strategy="most_frequent"), make_column_selector(dtype_exclude="number")),',
            "    verbose_feature_names_out=False,",
            ').set_output(transform="pandas")',
            *last,
        ]
    )


def _same_dummies(names: Names) -> str:
    """The dummies of the rows to predict, with the columns that the model has learned."""
    op = names.operation()
    training = names.training
    target, call = (_bound(names, op), tidy(op.text)) if op is not None else ("", "")
    learned = names.features
    value = training.features if training is not None else None
    if not target or not call or not learned.isidentifier() or value is None or value.kind is not Kind.TABLE:
        return ""
    return f"{target} = {call}\n{target} = {target}.reindex(columns={learned}.columns, fill_value=0)"


def _kept(names: Names) -> str:
    """The result that was thrown away, under the name of what it was made of."""
    op = names.operation()
    text = tidy(op.text) if op is not None else ""
    tree = ast.parse(text, mode="eval").body if text else None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Attribute):
        return ""
    owner: ast.expr = tree.func.value
    while isinstance(owner, ast.Attribute) and owner.attr in ("str", "dt", "cat"):
        owner = owner.value
    if not isinstance(owner, (ast.Name, ast.Subscript)):
        return ""
    return f"{ast.unparse(owner)} = {text}"


def _scaled_used(names: Names) -> str:
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


_GROUPED = re.compile(
    r"\.groupby\((?P<quote>['\"])(?P<key>[^'\"]+)(?P=quote)\)\[(['\"])(?P<column>[^'\"]+)\3\]"
    r"\.(?:transform\(['\"])?(?P<take>mean|median|count|sum|std|min|max)\b"
)


def _encoded(names: Names) -> str:
    """An encoding whose values or edges come from the training rows."""
    fitted = _fitted_on_train(names, names.operation(Role.ENCODE))
    if fitted:
        return fitted
    op = names.operation()
    text = tidy(op.text) if op is not None else ""
    parts, before = names.parts, _split_first(names)
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
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) in ("pd.cut", "pd.qcut") and len(tree.args) == 2:
        column_of = tree.args[0]
        column = column_of.slice if isinstance(column_of, ast.Subscript) else None
        if not isinstance(column, ast.Constant) or not isinstance(column.value, str):
            return ""
        name = column.value
        lines = [
            f"_, edges = {ast.unparse(tree.func)}({parts.train}[{name!r}], {ast.unparse(tree.args[1])}, retbins=True)",
            'edges[0], edges[-1] = -float("inf"), float("inf")  # later rows may lie outside',
            f"for part in ({parts.train}, {parts.test}):",
            f"    part[{name!r}] = pd.cut(part[{name!r}], edges, labels=False)",
        ]
        return "\n".join([*before, *lines])
    return ""


def _checked_join(names: Names) -> str:
    op = names.operation(Role.JOIN)
    if op is None:
        return ""
    call = _added(_added(tidy(op.text), "indicator=True") or tidy(op.text), 'validate="many_to_one"')
    target = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "merged")
    if not call or not target.isidentifier():
        return ""
    return f'{target} = {call}\n{target}["_merge"].value_counts()  # which rows found no partner?'


def _portable_path(names: Names) -> str:
    """The same read, from a folder that each machine names for itself."""
    op = names.operation(Role.LOAD)
    call = tidy(op.text) if op is not None else ""
    tree = ast.parse(call, mode="eval").body if call else None
    file = _file_name(names)
    if op is None or not isinstance(tree, ast.Call) or not tree.args or not file:
        return ""
    tree.args[0] = ast.parse(f"DATA / {file!r}", mode="eval").body
    target = next((item.name for item in names.workflow.graph.bindings if item.value.made_by == op.id), "")
    return "\n".join(
        [
            "import os",
            "from pathlib import Path",
            "",
            'DATA = Path(os.environ.get("DATA", "data"))  # each machine says where its data is',
            (f"{target} = " if target.isidentifier() else "") + ast.unparse(tree),
        ]
    )


def _file_name(names: Names) -> str:
    op = names.operation(Role.LOAD)
    for value in op.args.values() if op is not None else ():
        if isinstance(value.constant, str) and "\n" not in value.constant:
            name = value.constant.replace("\\", "/").rstrip("/").rpartition("/")[2]
            if "." in name and len(name) < 80:
                return name
    return ""


def _best_estimator(names: Names) -> str:
    op = names.operation(Role.TUNE) or next((item for item in names.operations if item.role is Role.BUILD), None)
    holder = next((name for name in reversed(op.model.names) if name.isidentifier()), "") if op and op.model else ""
    if not holder:
        return ""
    rows, true = names.measured
    return f"best = {holder}.best_estimator_  # refitted on all training rows\nbest.score({rows}, {true})"


_WRITERS: Mapping[str, Writer] = {
    "scaler-fitted-on-test-rows": _pipeline(Role.SCALE),
    "selection-learned-from-test-rows": _pipeline(Role.SELECT, Role.REDUCE),
    "fill-learned-from-test-rows": _fill,
    "encoding-learned-from-test-rows": _encoded,
    "partial-read": _whole_read,
    "data-never-looked-at": _looked_at,
    "blanket-constant-fill": _filled_by_kind,
    "dummies-made-apart": _same_dummies,
    "repair-thrown-away": _kept,
    "scaler-output-never-used": _scaled_used,
    "vocabulary-learned-from-test-rows": _on_both_parts(Role.VECTORISE),
    "resampled-before-split": _resampled,
    "test-rows-resampled": _resampled,
    "scaler-fitted-anew-on-test-rows": _not_anew,
    "encoder-fitted-anew-on-test-rows": _not_anew,
    "fill-learned-anew-on-test-rows": _filled_from_training,
    "outlier-rule-learned-from-test-rows": _limits_from_train,
    "target-limited-before-split": _limits_from_train,
    "personal-path": _portable_path,
    "split-without-seed": _with_argument("random_state=0", Role.SPLIT),
    "random-split-of-time-ordered-rows": _with_argument(
        "shuffle=False", Role.SPLIT, "# the rows sorted by time first\n"
    ),
    "imbalanced-split-without-stratification": _stratified,
    "groups-on-both-sides": _grouped,
    "setting-chosen-on-test-rows": _search,
    "setting-picked-on-reported-rows": _search,
    "search-over-test-rows": _search,
    "values-never-tuned": _search,
    "one-hyperparameter-tuned": _search,
    "few-settings-tried": _search,
    "some-models-left-untuned": _search,
    "search-by-accuracy-on-uneven-classes": _with_argument('scoring="f1_macro"', Role.BUILD),
    "search-result-not-used": _best_estimator,
    "other-values-than-found": _best_estimator,
    "result-of-another-search-reported": _best_estimator,
    "model-picked-on-reported-rows": _compare,
    "candidates-judged-differently": _compare,
    "models-compared-on-different-splits": _compare,
    "single-algorithm": _candidates,
    "candidates-of-one-family": _candidates,
    "threshold-set-on-test-rows": _threshold,
    "relations-looked-at-and-left": _redundant,
    "features-never-selected": _redundant,
    "candidate-never-evaluated": _measured_too,
    "stopped-on-reported-rows": _stopping,
    "stopping-is-all-the-tuning": _learning_rates,
    "features-not-scaled": _scaled,
    "scaled-for-some-models-only": _scaled,
    "accuracy-alone": _report,
    "metric-does-not-fit-task": _report,
    "one-figure-for-regression": _against_the_mean,
    "never-measured-on-held-out-rows": _held_out,
    "tested-on-training-rows": _held_out,
    "training-scores-alone": _held_out,
    "model-never-evaluated": _measured_too,
    "clustering-never-measured": _silhouette,
    "imbalance-not-answered": _balanced,
    "outliers-shown-and-left": _clipped,
    "join-never-checked": _checked_join,
}

__all__ = ["with_repairs"]

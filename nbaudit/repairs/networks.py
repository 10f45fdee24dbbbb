"""Models that learn from batches: networks on loaders and generators, loops of PyTorch, trainers, boosters."""

from __future__ import annotations

import ast

from nbaudit.model.flow import Kind, Operation
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.repairs.code import (
    bound,
    expr,
    is_network,
    laid_out,
    named_value,
    parsed,
    site_text,
    with_keyword,
    without_keywords,
)
from nbaudit.workflow.names import Names, arguments, keywords

_NUMBERS = regex(r"\b(?:MSELoss|L1Loss|SmoothL1Loss|HuberLoss|mse_loss|l1_loss)\b|loss\s*=\s*['\"](?:mse|mae|mean_)")
_CLASSES = regex(r"(?i)cross_?entropy|\bNLLLoss|\bnll_loss|\bBCE|Focal")
_LABEL_KEY = regex(r"\[\s*['\"](labels?|targets?|y|label_ids)['\"]\s*\]")
_TRAIN = ("train", "trn", "tr_")
_HELD_OUT = ("val", "valid", "dev", "test")
_TO_CHOOSE = ("val", "valid", "dev")
_KERAS = ("keras.", "tensorflow.keras.")


def is_loop(names: Names) -> bool:
    """True where the training is a loop of the notebook's own that steps back through a loss."""
    return names.training is not None and names.training.op.call.endswith(".backward")


# --- a first figure to hold the score against -----------------------------------------------------------------------


def guessed(names: Names) -> str:
    """What always guessing the commonest class, or the median, would score."""
    labels = _labels(names)
    classes = _is_classes(names)
    if not labels or classes is None:
        return ""
    lines = ["import numpy as np", ""]
    if classes:
        lines += [
            "# what always guessing the commonest class scores: is the model worth its cost?",
            f"labels = {labels}",
            "_, counts = np.unique(labels, axis=0, return_counts=True)",
            "print(counts.max() / counts.sum())",
        ]
    else:
        lines += [
            "# the error of always guessing the median: is the model worth its cost?",
            f"labels = {labels}",
            "print(np.abs(labels - np.median(labels, axis=0)).mean())",
        ]
    return "\n".join(lines)


def _is_classes(names: Names) -> bool | None:
    """True where classes are learned, False for numbers, None where nothing tells."""
    workflow = names.workflow
    if workflow.classifies != workflow.regresses:
        return workflow.classifies
    source = "\n".join(cell.python for cell in workflow.notebook.cells if cell.is_python)
    numbers, classes = bool(_NUMBERS.search(source)), bool(_CLASSES.search(source))
    if numbers != classes:
        return classes
    return False if names.training is not None and names.training.op.call.startswith(_BOOSTERS) else None


_BOOSTERS = ("xgboost.", "lightgbm.", "catboost.")


def _labels(names: Names) -> str:
    """An expression for the labels of all training examples, "" where none is known."""
    training = names.training
    if training is None:
        return ""
    features = names.features
    if training.target is not None and names.target.isidentifier():
        return names.target
    if training.op.call.startswith(("xgboost.", "lightgbm.")) and features.isidentifier():
        return f"{features}.get_label()"
    source = _loader(names)
    if source:
        maker = _maker(names, source)
        if maker is not None and ".flow_from_" in maker.text:
            return f"{source}.classes"
        key = _batch_key(names)
        return f"np.concatenate([batch[{key}] for batch in {source}])"
    return named_value(
        names, Kind.COLUMN, Kind.ARRAY, Kind.TABLE, words=("y_train", "train_y", "train_label", "labels", "targets")
    )


def _batch_key(names: Names) -> str:
    """Where a batch holds its labels: its second part, or a key."""
    for cell in names.workflow.notebook.cells:
        found = _LABEL_KEY.search(cell.python) if cell.is_python and "backward(" in cell.python else None
        if found:
            return f'"{found[1]}"'
    return "1"


def _maker(names: Names, variable: str) -> Operation | None:
    """The operation that made what a variable holds at last."""
    for item in reversed(names.workflow.graph.bindings):
        if item.name == variable and item.value.made_by >= 0:
            return names.workflow.graph.operations[item.value.made_by]
    return None


def _loader(names: Names) -> str:
    """The variable of what gives the training its batches."""
    training = names.training
    if training is None:
        return ""
    given = arguments(names.text(training.op))[:1] if ".fit" in training.op.text else ()
    named = keywords(names.text(training.op)).get("x") or keywords(names.text(training.op)).get("generator") or ""
    for text in (*given, named):
        if text.isidentifier() and training.target is None:
            return text
    if not is_loop(names):
        return ""
    loop = _batch_loop(names, training.op)
    if loop is not None:
        source = _iterated(loop)
        if source.isidentifier() and _is_variable(names, source):
            return source
    return named_value(names, Kind.LOADER, words=_TRAIN) or named_value(names, Kind.LOADER)


def _is_variable(names: Names, name: str) -> bool:
    return any(item.name == name for item in names.workflow.graph.bindings)


def _batch_loop(names: Names, op: Operation) -> ast.For | None:
    """The innermost loop around a training step."""
    found: ast.For | None = None
    tree = parsed(names.workflow.notebook.cells[op.span.cell].python)
    for item in ast.walk(tree) if tree is not None else ():
        if isinstance(item, ast.For) and item.lineno <= op.span.line <= (item.end_lineno or 0):
            found = item
    return found


def _iterated(loop: ast.For) -> str:
    """What a loop runs over, without `enumerate` and `tqdm` around it."""
    source = loop.iter
    while isinstance(source, ast.Call) and source.args and ast.unparse(source.func).endswith(("enumerate", "tqdm")):
        source = source.args[0]
    return ast.unparse(source)


def _held_out_loader(names: Names) -> str:
    """The variable of batches that the training does not see, "" where the notebook has none."""
    own = _loader(names)
    found = named_value(names, Kind.LOADER, words=_HELD_OUT)
    return found if found != own else ""


# --- other settings -------------------------------------------------------------------------------------------------


def learning_rates(names: Names) -> str:
    """The same training with several learning rates, held against each other on rows that it does not see."""
    training = names.training
    if training is None:
        return ""
    if training.op.call.startswith("transformers."):
        return _trainer_rates(names)
    if is_loop(names):
        return _loop_rates(names)
    if training.op.call.endswith(".Session.run"):
        return _session_rates(names)
    return _keras_rates(names) if is_network(training.final) else ""


def _keras_rates(names: Names) -> str:
    training = names.training
    fit = _fit_call(names)
    if training is None or fit is None:
        return ""
    held = bool({"validation_data", "validation_split"} & {item.arg or "" for item in fit.keywords})
    reported = names.parts.tested and watched_rows(names)[0] == names.parts.test
    if (not held or reported) and training.target is not None:
        # the rows that the score is reported on choose nothing
        fit = with_keyword(without_keywords(fit, "validation_data", "validation_steps"), "validation_split", "0.2")
        held = True
    model = names.model
    fit = ast.Call(ast.Attribute(ast.Name(model), fit.func.attr), fit.args, fit.keywords)  # type: ignore[attr-defined]
    shown = "val_loss" if held else "loss"
    line = laid_out(ast.Assign([ast.Name("history")], fit, lineno=0)).replace("\n", "\n    ")
    return "\n".join(
        [
            f"start = {model}.get_weights()  # before it is trained",
            "for learning_rate in (0.0003, 0.001, 0.003):",
            f"    {model}.set_weights(start)",
            f"    {model}.compile(",
            f"        optimizer=type({model}.optimizer)(learning_rate=learning_rate),",
            f"        loss={model}.loss,",
            *(['        metrics=["accuracy"],'] if _watches_accuracy(names) else []),
            "    )",
            f"    {line}",
            f'    print(learning_rate, min(history.history["{shown}"]))',
        ]
    )


def _watches_accuracy(names: Names) -> bool:
    """True where a callback may stop by the accuracy, so that it must be measured."""
    return any("val_acc" in cell.python for cell in names.workflow.notebook.cells if cell.is_python)


def _fit_call(names: Names) -> ast.Call | None:
    """The call that trains, where it is a method's."""
    text = names.text(names.training.op) if names.training is not None else ""
    tree = expr(text) if text else None
    return tree if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) else None


def _loop_rates(names: Names) -> str:
    training = names.training
    if training is None:
        return ""
    model = names.model
    made = names.construction
    optimizer, step = _optimizer(names)
    inner = _training_steps(names)
    anew = (
        made.endswith(")")
        and not made.endswith(("Module()", "from_pretrained()"))
        and "=" not in made.partition("(")[0]
    )
    rates = "for learning_rate in (0.0003, 0.001, 0.003):"
    kept, measured = _rows_to_choose(names)
    if anew:
        lines = [*kept, rates, f"    {model} = {made}  # begins anew"]
    else:
        copied = (
            f"start = {{name: part.clone() for name, part in {model}.state_dict().items()}}  # before it is trained"
        )
        lines = [*kept, copied, rates, f"    {model}.load_state_dict(start)"]
    if optimizer:
        lines.append(f"    {optimizer} = {step}")
    if inner:
        lines += ["    " + line if line.strip() else "" for line in inner.splitlines()]
    else:
        given = f"{model}, {optimizer}" if optimizer else f"{model}, learning_rate"
        lines.append(f"    train({given})  # the loop of cell {training.op.span.cell}, as a function")
    return "\n".join([*lines, *measured])


def _training_steps(names: Names) -> str:
    """The loops around the training step, without what else an epoch does; "" where they are in a function."""
    training = names.training
    source = names.workflow.notebook.cells[training.op.span.cell].python if training is not None else ""
    tree = parsed(source)
    if training is None or tree is None or training.op.site.cell != training.op.span.cell:
        return ""
    line = training.op.span.line
    around = [
        item
        for item in ast.walk(tree)
        if isinstance(item, (ast.For, ast.While, ast.FunctionDef, ast.ClassDef))
        and item.lineno <= line <= (item.end_lineno or 0)
    ]
    if not around or not all(isinstance(item, ast.For) for item in around):
        return ""
    inner = around[-1]
    text = ast.unparse(inner)
    for outer in reversed(around[:-1]):
        assert isinstance(outer, ast.For)
        head = f"for {ast.unparse(outer.target)} in {ast.unparse(outer.iter)}:"
        text = "\n".join([head, f"    {names.model}.train()", *("    " + row for row in text.splitlines())])
    return text if len(text.splitlines()) <= 24 else ""


_OPTIMISER = regex(r"(?:^|\.)(?:optim\.\w+|Adam\w*|SGD|RMSprop|Adagrad|NAdam|RAdam)$")


def _optimizer(names: Names) -> tuple[str, str]:
    """(variable, how it is made with another learning rate) of the optimiser, ("", "") where it is not found."""
    for cell in reversed(names.workflow.notebook.cells):
        tree = parsed(cell.python) if cell.is_python and "parameters()" in cell.python else None
        for item in ast.walk(tree) if tree is not None else ():
            made = item.value if isinstance(item, ast.Assign) else None
            target = item.targets[0] if isinstance(item, ast.Assign) else None
            if not isinstance(made, ast.Call) or not isinstance(target, ast.Name) or not made.args:
                continue
            if _OPTIMISER.search(ast.unparse(made.func)) and len(ast.unparse(made)) < 160:
                call = ast.Call(made.func, made.args[:1], made.keywords)
                return target.id, ast.unparse(with_keyword(call, "lr", "learning_rate"))
    return "", ""


def _rows_to_choose(names: Names) -> tuple[list[str], list[str]]:
    """(lines that keep rows apart, lines that measure on them): not the rows that the score is reported on."""
    own = _loader(names)
    held = named_value(names, Kind.LOADER, words=_TO_CHOOSE)
    if held and held != own:
        return [], _loss_of(names, held)
    if own:
        lines = [
            "from torch.utils.data import DataLoader, random_split",
            "",
            "kept = torch.Generator().manual_seed(0)",
            f"fit_set, choice_set = random_split({own}.dataset, [0.8, 0.2], generator=kept)",
            f"{own} = DataLoader(fit_set, batch_size={own}.batch_size, shuffle=True)",
            "choice_loader = DataLoader(choice_set, batch_size=64)  # chooses, and is not trained on",
        ]
        return lines, _loss_of(names, "choice_loader")
    rows, called = names.features, _criterion_call(names)
    if rows.isidentifier() and called is not None and called[1].isidentifier():
        criterion, labels = called
        other, truth = f"{rows}_choice", f"{labels}_choice"
        return [
            f"{rows}, {other}, {labels}, {truth} = train_test_split({rows}, {labels}, test_size=0.2, random_state=0)"
        ], [
            f"    {names.model}.eval()",
            "    with torch.no_grad():",
            f"        print(learning_rate, float({criterion}({names.model}({other}), {truth})))",
        ]
    return [], _loss_of(names, "held_out_loader")


def _loss_of(names: Names, held: str) -> list[str]:
    model = names.model
    criterion = _criterion(names) or "criterion"
    inputs, labels = "inputs", "labels"
    key = _batch_key(names)
    unpacked, first = (f"{inputs}, {labels}", inputs) if key == "1" else ("batch", 'batch["inputs"]')
    if key != "1":
        labels = f"batch[{key}]"
        loop = _LOADED.search(names.workflow.notebook.cells[names.places[0].cell].python)
        first = f'batch["{loop[1]}"]' if loop else first
    if _is_variable(names, "device"):
        first, labels = f"{first}.to(device)", f"{labels}.to(device)"
    said = "  # rows that it does not train on" if held == "held_out_loader" else ""
    return [
        f"    {model}.eval()",
        "    with torch.no_grad():",
        f"        losses = [float({criterion}({model}({first}), {labels})) for {unpacked} in {held}]{said}",
        "    print(learning_rate, sum(losses) / len(losses))",
    ]


_LOADED = regex(r"\[\s*['\"](inputs?|input_ids|image|images|x|features|pixel_values)['\"]\s*\]")


def _criterion(names: Names) -> str:
    for op in names.workflow.graph.operations:
        if op.call.startswith("torch.nn.") and op.call.endswith("Loss"):
            return bound(names, op) or names.text(op)
    for cell in names.workflow.notebook.cells:
        found = _LOSS.search(cell.python) if cell.is_python else None
        if found:
            return found[1]
    return ""


_LOSS = regex(r"\b(\w+)\s*=\s*(?:torch\.)?nn\.\w+Loss\(")


def _session_rates(names: Names) -> str:
    """Graphs of TensorFlow 1 are made anew for each rate."""
    training = names.training
    loop = site_text(names, training.op, most=16) if training is not None else ""
    lines = [
        "for learning_rate in (0.0003, 0.001, 0.003):",
        "    tf.reset_default_graph()",
        "    build_graph(learning_rate)  # the cells that write the graph, as a function",
    ]
    if loop and not loop.startswith(("def ", "class ")):
        lines += ["    " + line if line.strip() else "" for line in loop.splitlines()]
        lines.append("    # here the loss of rows that it does not train on is printed, with the learning rate")
    else:
        lines.append(
            "    print(learning_rate, trained_and_measured())  # the loop, and the loss of other rows at its end"
        )
    return "\n".join(lines)


def _trainer(names: Names) -> tuple[str, ast.Call | None]:
    """(variable of the trainer, the call that makes it)."""
    model = names.training.model if names.training is not None else None
    op = names.workflow.graph.operations[model.made_by] if model is not None and model.made_by >= 0 else None
    text = names.text(op)
    tree = expr(text) if text else None
    return names.model, tree if isinstance(tree, ast.Call) and tree.keywords else None


def _trainer_rates(names: Names) -> str:
    variable, made = _trainer(names)
    if made is None:
        return ""
    given = {item.arg: ast.unparse(item.value) for item in made.keywords if item.arg}
    settings, model = given.get("args", ""), given.get("model", "")
    if not settings.isidentifier():
        return ""
    lines = ["for learning_rate in (1e-5, 3e-5, 1e-4):", f"    {settings}.learning_rate = learning_rate"]
    maker = _maker(names, model) if model.isidentifier() else None
    loaded = names.text(maker)
    if loaded and len(loaded) < 160 and loaded.endswith(")"):
        lines.append(f"    {model} = {loaded}  # begins anew")
    elif model.isidentifier():
        lines.append(f"    {model} = build_model()  # begins anew: the cell that makes it, as a function")
    line = laid_out(ast.Assign([ast.Name(variable)], made, lineno=0)).replace("\n", "\n    ")
    lines += [f"    {line}", f"    {variable}.train()", f"    print(learning_rate, {variable}.evaluate())"]
    return "\n".join(lines)


def before_training(names: Names) -> str:
    """What the pretrained model can do before it is trained further."""
    training = names.training
    if training is None or not training.op.call.startswith("transformers."):
        return ""
    return "\n".join(
        [
            f"print({names.model}.evaluate())  # before `{names.model}.train()`: what the model can do without it",
            f"{names.model}.train()",
            f"print({names.model}.evaluate())",
        ]
    )


def simplest_network(names: Names) -> str:
    """The plainest network, trained in the same way."""
    training = names.training
    if training is None:
        return ""
    model = names.model
    if is_loop(names):
        return "\n".join(
            [
                "from torch import nn",
                "",
                f"inputs = {_some_inputs(names)}",
                f"outputs = {model}(inputs).shape[1]",
                "# a baseline: run the training and the measurement once more with it, and compare",
                f"{model} = nn.Sequential(nn.Flatten(), nn.LazyLinear(outputs))",
            ]
        )
    fit = _fit_call(names)
    if fit is not None and training.final.type.startswith(_KERAS) and _compiles(names):
        baseline = ast.Call(ast.Attribute(ast.Name("baseline"), fit.func.attr), fit.args, fit.keywords)  # type: ignore[attr-defined]
        return "\n".join(
            [
                "from tensorflow import keras",
                "",
                f"outputs = keras.layers.Dense({model}.output_shape[-1], activation={model}.layers[-1].activation)",
                "baseline = keras.Sequential([keras.layers.Flatten(), outputs])  # is the network worth its cost?",
                f'baseline.compile(optimizer="adam", loss={model}.loss, metrics=["accuracy"])',
                laid_out(ast.Expr(baseline)),
            ]
        )
    return ""


def _compiles(names: Names) -> bool:
    return any("compile(" in cell.python for cell in names.workflow.notebook.cells if cell.is_python)


def _some_inputs(names: Names) -> str:
    loader = _loader(names)
    if loader:
        key = _batch_key(names)
        part = "0" if key == "1" else '"inputs"'
        return f"next(iter({loader}))[{part}]"
    return f"{names.features}[:2]"


# --- rows kept out --------------------------------------------------------------------------------------------------


def part_of_loader(names: Names) -> str:
    """Some of a loader's examples kept out of the training, and the loss on them."""
    loader = _loader(names)
    if not is_loop(names):
        return ""
    model, criterion = names.model, _criterion(names) or "criterion"
    if not loader:
        return _part_of_arrays(names)
    lines = [
        "from torch.utils.data import DataLoader, random_split",
        "",
        "kept = torch.Generator().manual_seed(0)",
        f"train_set, test_set = random_split({loader}.dataset, [0.8, 0.2], generator=kept)",
        f"{loader} = DataLoader(train_set, batch_size={loader}.batch_size, shuffle=True)",
        "test_loader = DataLoader(test_set, batch_size=64)",
        "",
        f"# after the training with `{loader}`",
        f"{model}.eval()",
        "with torch.no_grad():",
        f"    losses = [float({criterion}({model}(batch[0]), batch[1])) for batch in test_loader]",
        "print(sum(losses) / len(losses))",
    ]
    key = _batch_key(names)
    if key != "1":
        lines[-2] = lines[-2].replace("batch[0]", 'batch["inputs"]').replace("batch[1]", f"batch[{key}]")
    return "\n".join(lines)


def _part_of_arrays(names: Names) -> str:
    features = names.features
    called = _criterion_call(names)
    if not features.isidentifier() or called is None:
        return ""
    criterion, labels = called
    if not labels.isidentifier():
        return ""
    rows, held = f"{features}_train", f"{features}_test"
    return "\n".join(
        [
            f"{rows}, {held}, {labels}_train, {labels}_test = train_test_split(",
            f"    {features}, {labels}, test_size=0.2, random_state=0",
            ")",
            f"# train on `{rows}` and `{labels}_train`, then",
            f"{names.model}.eval()",
            "with torch.no_grad():",
            f"    print(float({criterion}({names.model}({held}), {labels}_test)))",
        ]
    )


def _criterion_call(names: Names) -> tuple[str, str] | None:
    """(loss function, labels) as the training step calls it: `loss = criterion(out, labels)`."""
    criterion = _criterion(names)
    training = names.training
    tree = parsed(names.workflow.notebook.cells[training.op.span.cell].python) if training is not None else None
    for item in ast.walk(tree) if tree is not None and criterion.isidentifier() else ():
        if isinstance(item, ast.Call) and ast.unparse(item.func) == criterion and len(item.args) > 1:
            labels = item.args[1]
            while isinstance(labels, (ast.Call, ast.Attribute)):
                labels = labels.func if isinstance(labels, ast.Call) else labels.value
            return criterion, ast.unparse(labels)
    return None


def predictions_of_loader(names: Names) -> list[str]:
    """The lines that report the classes that a network of PyTorch finds in rows that it has not learned."""
    model, held = names.model, _held_out_loader(names)
    if not held and not _loader(names) and names.parts.tested:
        rows, true = names.parts.test, names.parts.test_target
        return [
            f"{model}.eval()",
            "with torch.no_grad():",
            f"    predicted = {_decided(names, f'{model}({rows})')}",
            f"print(classification_report({true}, predicted))",
        ]
    key = _batch_key(names)
    first, labels = ("inputs", "labels") if key == "1" else ('batch["inputs"]', f"batch[{key}]")
    unpacked = "inputs, labels" if key == "1" else "batch"
    moved = f"{first}.to(device)" if _is_variable(names, "device") else first
    return [
        f"{model}.eval()",
        "truth, predicted = [], []",
        "with torch.no_grad():",
        f"    for {unpacked} in {held or 'held_out_loader'}:{'' if held else '  # rows that it did not train on'}",
        f"        predicted += {_decided(names, f'{model}({moved})')}.tolist()",
        f"        truth += {labels}.ravel().tolist()",
        "print(classification_report(truth, predicted))",
    ]


def _decided(names: Names, outputs: str) -> str:
    """The classes that outputs of a network stand for, by what its loss takes."""
    source = "\n".join(cell.python for cell in names.workflow.notebook.cells if cell.is_python)
    if "BCEWithLogits" in source or "binary_cross_entropy_with_logits" in source:
        return f"({outputs} > 0).int().ravel()"
    if "BCELoss" in source or "binary_cross_entropy" in source:
        return f"({outputs} > 0.5).int().ravel()"
    return f"{outputs}.argmax(dim=1)"


def scaled_batches(names: Names) -> str:
    """Batches of a loop of PyTorch scaled by the mean and the spread of the training rows."""
    loader = _loader(names)
    batch = names.features
    if not is_loop(names) or not loader or not batch.isidentifier() or _batch_key(names) != "1":
        return ""
    return "\n".join(
        [
            f"rows = torch.cat([batch[0] for batch in {loader}])  # training rows alone",
            "mean, spread = rows.mean(dim=0), rows.std(dim=0) + 1e-8",
            f"{batch} = ({batch} - mean) / spread  # first in every loop over batches, of training and of measuring",
        ]
    )


def watched_rows(names: Names) -> tuple[str, str]:
    """(rows, their labels) that a network watches while it is trained, ("", "") where it watches none."""
    fit = _fit_call(names)
    watched = next((item.value for item in fit.keywords if item.arg == "validation_data"), None) if fit else None
    if isinstance(watched, (ast.Tuple, ast.List)) and len(watched.elts) > 1:
        return ast.unparse(watched.elts[0]), ast.unparse(watched.elts[1])
    if isinstance(watched, ast.Name):
        maker = _maker(names, watched.id)
        if maker is not None and ".flow" in maker.text:
            return watched.id, f"{watched.id}.classes"
        return watched.id, f"np.concatenate([batch[1] for batch in {watched.id}])"
    return "", ""


# --- rows to stop by ------------------------------------------------------------------------------------------------

_WATCHED = ("validation_data", "eval_set", "valid_sets", "evals")


def stopping(names: Names) -> str:
    """The training with a third part of the rows to stop by; all else of the call is kept."""
    training = names.training
    op = next((item for item in names.operations if item.role in (Role.FIT, Role.TUNE) and item.validation), None)
    op = op or (training.op if training is not None else None)
    text = names.text(op)
    tree = expr(text) if text else None
    if not isinstance(tree, ast.Call) or len(text) > 600:
        return ""
    given = {item.arg: item.value for item in tree.keywords if item.arg}
    features = tree.args[0] if tree.args else given.get("x") or given.get("X")
    target = tree.args[1] if len(tree.args) > 1 else given.get("y")
    watched = next((name for name in _WATCHED if name in given), "")
    if features is None or target is None or not watched or ".fit" not in text:
        return ""
    own, own_target = ast.unparse(features), ast.unparse(target)
    fit_rows, fit_target, stop_rows, stop_target = _thirds(own, own_target, ast.unparse(given[watched]))
    pair = f"({stop_rows}, {stop_target})" if watched == "validation_data" else f"[({stop_rows}, {stop_target})]"
    new = with_keyword(tree, watched, pair)
    args = [expr(fit_rows), expr(fit_target)][: len(tree.args)] + list(tree.args[2:])
    kept = [
        ast.keyword(item.arg, expr(fit_rows) if item.value is features else expr(fit_target))
        if item.value in (features, target)
        else item
        for item in new.keywords
    ]
    call = ast.Call(new.func, args, kept)
    split = f"{fit_rows}, {stop_rows}, {fit_target}, {stop_target} = train_test_split("
    return "\n".join(
        [
            split,
            f"    {own}, {own_target}, test_size=0.2, random_state=0",
            ")",
            laid_out(ast.Expr(call)),
            f"# the rows of `{ast.unparse(given[watched])}` have stopped nothing now, and may measure it",
        ]
    )


def rounds_by_folds(names: Names) -> str:
    """The number of rounds of `xgb.train` or `lgb.train` by folds of the training rows, not by what was watched."""
    training = names.training
    text = names.text(training.op) if training is not None else ""
    module = text.partition(".train(")[0]
    tree = expr(text) if text and module.isidentifier() else None
    if training is None or not isinstance(tree, ast.Call) or not training.op.call.startswith(("xgboost.", "lightgbm.")):
        return ""
    given = {item.arg: ast.unparse(item.value) for item in tree.keywords if item.arg}
    params = ast.unparse(tree.args[0]) if tree.args else given.get("params", "")
    data = ast.unparse(tree.args[1]) if len(tree.args) > 1 else given.get("dtrain") or given.get("train_set") or ""
    rounds = ast.unparse(tree.args[2]) if len(tree.args) > 2 else given.get("num_boost_round", "1000")
    wait = given.get("early_stopping_rounds", "50")
    if not params or not data or len(params + data) > 90:
        return ""
    if training.op.call.startswith("xgboost."):
        stop, best = f"early_stopping_rounds={wait}", "len(found)"
    else:
        stop, best = f"callbacks=[{module}.early_stopping({wait})]", "len(next(iter(found.values())))"
    return "\n".join(
        [
            f"found = {module}.cv({params}, {data}, num_boost_round={rounds}, nfold=5, {stop})",
            f"{names.model} = {module}.train({params}, {data}, num_boost_round={best})  # folds of `{data}` chose it",
            "# the rows that were watched have stopped nothing now, and may measure it",
        ]
    )


def stopping_on_loader(names: Names) -> str:
    """Some of a loader's batches kept to stop by."""
    training = names.training
    loader = _loader(names)
    if training is None or not loader:
        return ""
    if is_loop(names):
        return "\n".join(
            [
                "from torch.utils.data import DataLoader, random_split",
                "",
                "kept = torch.Generator().manual_seed(0)",
                f"fit_set, stop_set = random_split({loader}.dataset, [0.8, 0.2], generator=kept)",
                f"{loader} = DataLoader(fit_set, batch_size={loader}.batch_size, shuffle=True)",
                "stop_loader = DataLoader(stop_set, batch_size=64)",
                "# choose the epoch by the loss on `stop_loader`; the rows that did till now then measure the model",
            ]
        )
    fit = _fit_call(names)
    maker = _maker(names, loader)
    if fit is None:
        return ""
    given = {item.arg for item in fit.keywords}
    watched = "validation_data" if "validation_data" in given else ""
    if maker is not None and ".flow" in maker.text:
        tree = expr(names.text(maker)) if names.text(maker) else None
        if not isinstance(tree, ast.Call) or len(ast.unparse(tree)) > 300:
            return ""
        source = ast.unparse(tree.func.value) if isinstance(tree.func, ast.Attribute) else "generator"
        lines = [
            f"# with `validation_split=0.2` in the ImageDataGenerator `{source}`",
            laid_out(ast.Assign([ast.Name(loader)], with_keyword(tree, "subset", "'training'"), lineno=0)),
            laid_out(ast.Assign([ast.Name("stop_rows")], with_keyword(tree, "subset", "'validation'"), lineno=0)),
        ]
        stop = "stop_rows"
    else:
        if maker is None or "tensorflow" not in maker.call:
            return ""
        lines = [
            f"batches = len({loader}) // 5  # kept to stop by",
            f"stop_rows, {loader} = {loader}.take(batches), {loader}.skip(batches)",
        ]
        stop = "stop_rows"
    if not watched:
        return ""
    old = next(ast.unparse(item.value) for item in fit.keywords if item.arg == watched)
    lines.append(laid_out(ast.Expr(with_keyword(fit, watched, stop))))
    rows = old[1:-1] if old.startswith(("(", "[")) else old
    lines.append(f"{names.model}.evaluate({rows})  # these rows have stopped nothing")
    return "\n".join(lines)


def third_part(names: Names) -> str:
    """Rows kept out of all that stops or chooses, where the training itself watches a share of its rows."""
    training = names.training
    if training is None:
        return ""
    features, target = names.features, names.target
    if training.target is None:
        called = _criterion_call(names) if is_loop(names) else None
        target = called[1] if called is not None else ""
    if not target or not names.has_features or (training.target is None and not target.isidentifier()):
        parts = names.parts
        features, target = parts.train, parts.train_target
        if parts.op is None or len(parts.op.outputs) < 4:
            return ""
    text = names.text(training.op)
    if "validation_split" in text and features.isidentifier() and target.isidentifier() and len(text) < 400:
        return "\n".join(
            [
                f"{features}, X_test, {target}, y_test = train_test_split(",
                f"    {features}, {target}, test_size=0.2, random_state=0",
                ")",
                laid_out(ast.parse(text).body[0]),
                f"{names.model}.evaluate(X_test, y_test)  # rows that stopped nothing",
            ]
        )
    return "\n".join(
        [
            "X_fit, X_stop, y_fit, y_stop = train_test_split(",
            f"    {features}, {target}, test_size=0.2, random_state=0",
            ")",
            "# train on `X_fit`, choose the epoch by the score on `X_stop`;",
            "# the rows that chose it till now then measure the model",
        ]
    )


def _thirds(rows: str, target: str, watched: str) -> tuple[str, str, str, str]:
    """Names for the rows to fit and to stop by, that the notebook does not use for the watched ones."""
    if not rows.isidentifier() or not target.isidentifier():
        return "X_fit", "y_fit", "X_stop", "y_stop"
    if "train" in rows and "train" in target and "val" not in watched:
        return rows, target, rows.replace("train", "val"), target.replace("train", "val")
    base, other = rows.replace("train", "").strip("_") or "X", target.replace("train", "").strip("_") or "y"
    return rows, target, f"{base}_stop", f"{other}_stop"


__all__ = [
    "before_training",
    "guessed",
    "is_loop",
    "learning_rates",
    "part_of_loader",
    "rounds_by_folds",
    "scaled_batches",
    "simplest_network",
    "stopping",
    "stopping_on_loader",
    "third_part",
]

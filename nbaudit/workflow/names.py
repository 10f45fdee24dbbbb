"""How this notebook calls its things: the training, test rows, split, models and statements around a piece of evidence.

Everything is Python text that stands in the notebook, or a usual name where the notebook has none.
"""

from __future__ import annotations

import ast
import re
from functools import cached_property, lru_cache
from keyword import iskeyword

from msgspec import Struct

from nbaudit.loading.trees import python_tree
from nbaudit.model.finding import Finding
from nbaudit.model.flow import Model, Operation, Value
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.core import Evaluation, Training, Workflow

_WHOLE = frozenset({Role.SCALE, Role.RESAMPLE, Role.SELECT, Role.REDUCE, Role.VECTORISE, Role.IMPUTE})
"""Roles whose operations give a whole new table of features."""


class Parts(Struct, frozen=True):
    """The names of the parts of a split, and of what was split; of the rows trained and measured on where `op` is None.

    `tested` says that there is a test part in the notebook: the names of one are else merely the usual ones.
    """

    train: str
    test: str
    train_target: str
    test_target: str
    whole: str
    whole_target: str
    op: Operation | None
    tested: bool = True


class Names:
    """The names around one finding. Pure; each is looked up when it is asked for."""

    def __init__(self, workflow: Workflow, finding: Finding) -> None:
        self.workflow = workflow
        self.finding = finding

    # --- operations of the evidence -----------------------------------------------------------------------------

    @cached_property
    def places(self) -> tuple[Span, ...]:
        return (self.finding.span, *(step.span for step in self.finding.evidence))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """The operations of the evidence, the finding's own first."""
        order = {(span.cell, span.line, span.column): number for number, span in reversed([*enumerate(self.places)])}
        found: list[tuple[int, int, Operation]] = []
        for key, number in order.items():
            for op in self.workflow.written_at.get(key, ()):
                found.append((number, -op.span.end_line * 1000 - op.span.end_column, op))
        return tuple(op for _, _, op in sorted(found, key=lambda item: item[:2]))

    def operation(self, *roles: Role) -> Operation | None:
        """The first operation of the evidence with one of the roles (any where none is named)."""
        return next((op for op in self.operations if not roles or op.role in roles), None)

    @cached_property
    def training(self) -> Training | None:
        """The training of the evidence, else the first one."""
        trainings = self.workflow.trainings_by_op
        found = next((trainings[op.id] for op in self.operations if op.id in trainings), None)
        if found is None:
            models = [op.model for op in self.operations if op.model is not None]
            found = next((training for training in trainings.values() if training.model in models), None)
        return found or next(iter(trainings.values()), None)

    def about(self, training: Training) -> Names:
        """The names around the same finding, of another training of its evidence."""
        other = Names(self.workflow, self.finding)
        other.__dict__["training"] = training
        return other

    @cached_property
    def evaluation(self) -> Evaluation | None:
        """The measurement of the evidence, else the first of the training's model."""
        own = {op.id for op in self.operations}
        measured = [item for item in self.workflow.evaluations if item.op.role is Role.EVALUATE]
        found = next((item for item in measured if item.op.id in own), None)
        if found is None and self.training is not None:
            found = next((item for item in measured if item.model is self.training.model), None)
        return found

    # --- names --------------------------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> Parts:
        """The names of the split behind the training, else those of any split, else the usual ones."""
        op = self._split()
        names = [self.of(value) for value in op.outputs] if op is not None else []
        inputs = arguments(op.text) if op is not None else ()
        features, target = self.features, self.target
        rows, true = self._measured
        whole = expression(inputs[0], "X") if inputs else features
        whole_target = expression(inputs[1], "y") if len(inputs) > 1 else target
        if len(names) >= 4 and all(name.isidentifier() for name in names[:4]):
            return Parts(names[0], names[1], names[2], names[3], whole, whole_target, op)
        if len(names) == 2 and all(name.isidentifier() for name in names):
            train = self._of_part(features, rows, *names) or (names[0], names[1])
            targets = self._of_part(target, true, *names) or (target, true or "y_test")
            return Parts(train[0], train[1], targets[0], targets[1], whole, whole_target, op)
        test, test_target = rows or "X_test", true or "y_test"
        tested = rows is not None and true is not None and rows != features
        return Parts(features, test, target, test_target, whole, whole_target, None, tested)

    def _of_part(self, text: str, measured: str | None, train: str, test: str) -> tuple[str, str] | None:
        """(training, test) form of a text that speaks of the training part of a split: `train["y"]`, `test["y"]`."""
        if text == train:
            return train, test
        if is_code(text) and not text.isidentifier() and re.search(rf"\b{re.escape(train)}\b", text):
            return text, re.sub(rf"\b{re.escape(train)}\b", test, text)
        return (text, measured) if measured is not None and text.isidentifier() and text not in ("X", "y") else None

    @cached_property
    def unprepared(self) -> tuple[str, str]:
        """(features, target) as they were before scalers, resamplers and the like were applied to all rows."""
        op = self.parts.op
        names = [self.parts.whole, self.parts.whole_target]
        for position, value in enumerate(op.data[:2] if op is not None else ()):
            maker = self._maker(value)
            while maker is not None and maker.role in _WHOLE and maker.data:
                value = maker.data[min(position, len(maker.data) - 1)] if maker.role is Role.RESAMPLE else maker.data[0]
                names[position] = expression(self.of(value), names[position])
                maker = self._maker(value)
        return names[0], names[1]

    def _maker(self, value: Value) -> Operation | None:
        operations = self.workflow.graph.operations
        return operations[value.made_by] if 0 <= value.made_by < len(operations) else None

    def _split(self) -> Operation | None:
        own = next((op for op in self.operations if _gives_parts(op)), None)
        every = self.workflow.mask_where(_gives_parts)
        if own is not None or not every:
            return own
        operations = self.workflow.graph.operations
        if self.training is not None and self.training.features is not None:
            behind = self.training.features.upstream & every
            return operations[behind.bit_length() - 1] if behind else None
        return next(self.workflow.graph.by_mask(every))

    @property
    def features(self) -> str:
        return self._given(0) or "X"

    @property
    def target(self) -> str:
        return self._given(1) or "y"

    @property
    def has_features(self) -> bool:
        """True where the notebook says what the training learns from, so that `features` is more than a usual name."""
        return bool(self._given(0))

    def _given(self, place: int) -> str:
        """What the training gets: the variable, else how its call writes it, else how it was made."""
        training = self.training
        value = None if training is None else (training.features, training.target)[place]
        if training is None or value is None:
            return ""
        name = self.of(value)
        if not name.isidentifier() and ".fit" in training.op.text:
            tree = self.tree(training.op)
            written = tree.args[place] if isinstance(tree, ast.Call) and len(tree.args) > place else None
            used = (
                {item.id for item in ast.walk(written) if isinstance(item, ast.Name)} if written is not None else set()
            )
            if written is not None and used and used <= self._bound:
                return expression(ast.unparse(written), "")
        return expression(name, "")

    @property
    def measured(self) -> tuple[str, str]:
        """(the rows measured on, their target) of the evaluation, else of the test part."""
        rows, true = self._measured
        return rows or self.parts.test, true or self.parts.test_target

    @cached_property
    def _measured(self) -> tuple[str | None, str | None]:
        """The same, None where the evaluation does not tell."""
        evaluation = self.evaluation
        if evaluation is None or len(evaluation.op.data) < 2:
            return None, None
        true, predicted = evaluation.op.data[:2]
        if evaluation.op.model is not None and evaluation.op.receiver is not None:
            return expression(self.of(true), "") or None, expression(self.of(predicted), "") or None
        rows = self._predicted_from(predicted)
        return (rows, expression(self._written(evaluation.op, true), "") or None) if rows is not None else (None, None)

    def _written(self, op: Operation, value: Value) -> str:
        """A value's variable, else how the call that gets it first writes it."""
        name = self.of(value)
        tree = self.tree(op)
        if name.isidentifier() or not isinstance(tree, ast.Call) or not tree.args:
            return name
        used = {item.id for item in ast.walk(tree.args[0]) if isinstance(item, ast.Name)}
        return ast.unparse(tree.args[0]) if used and used <= self._bound else name

    def _predicted_from(self, value: Value) -> str | None:
        for op in reversed([*self.workflow.graph.by_mask(value.upstream)]):
            if op.role is Role.PREDICT and op.data:
                return expression(self.of(op.data[-1]), "") or None
        return None

    @property
    def predicted(self) -> str:
        """The predictions that are measured, "" where no metric gets any."""
        evaluation = self.evaluation
        if evaluation is not None and evaluation.op.receiver is None and len(evaluation.op.data) > 1:
            name = self.of(evaluation.op.data[1])
            return name if _is_expression(name) else ""
        return ""

    @property
    def prediction(self) -> str:
        """The predictions that are measured, or how to make them."""
        return self.predicted or f"{self.model}.predict({self.measured[0]})"

    @property
    def model(self) -> str:
        """The variable of the model of the evidence, else of the first one trained."""
        training = self.training
        if training is not None:
            for name in (*reversed(training.model.names), *reversed(training.final.names)):
                if name.isidentifier():
                    return name
        return "model"

    @property
    def construction(self) -> str:
        """How the notebook makes the model that predicts, on one line."""
        return self.made(self.training.final) if self.training is not None else "model"

    def made(self, model: Model) -> str:
        """How the notebook makes a model: its constructor call, or its class where a loop's variable is in that."""
        operations = self.workflow.graph.operations
        if 0 <= model.made_by < len(operations) and operations[model.made_by].role is Role.BUILD:
            text = tidy(operations[model.made_by].text)
            if 0 < len(text) <= 90 and not any(value.varies for value in model.params.values()):
                return text
        return f"{self.class_of(model)}()"

    def class_of(self, model: Model) -> str:
        """The class of a model as the notebook writes it: `GMM` where it is imported under that name."""
        operations = self.workflow.graph.operations
        text = operations[model.made_by].text if 0 <= model.made_by < len(operations) else ""
        written = text.partition("(")[0].strip()
        is_class = written.replace(".", "").isidentifier() and written.rpartition(".")[2][:1].isupper()
        return written if is_class else short(model.type)

    def text(self, op: Operation | None) -> str:
        """The whole source of an operation on one line, "" where it is no expression (`Operation.text` is cut)."""
        if op is None:
            return ""
        span = op.span
        lines = self.workflow.notebook.cells[span.cell].python.split("\n")[span.line - 1 : span.end_line]
        if not lines or not span.end_line:
            return tidy(op.text)
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        return tidy("(" + "\n".join(lines) + "\n)") or tidy(op.text)

    def tree(self, op: Operation | None) -> ast.expr | None:
        """The syntax tree of an operation, None where it is no expression."""
        text = self.text(op)
        return ast.parse(text, mode="eval").body if text else None

    def of(self, value: Value) -> str:
        """A value's name; a column that no variable holds as the expression that took it from its table."""
        name = self.workflow.name_of(value)
        if value.column is None or name != value.column or name in self._bound:
            return name
        maker = self._maker(value)
        text = tidy(maker.text) if maker is not None else ""
        if 0 < len(text) <= 60 and value.column in text:
            return text
        column = f'"{name}"' if '"' not in name and "\\" not in name and name.isprintable() else repr(name)
        return f"{self.frame}[{column}]"

    @cached_property
    def _bound(self) -> frozenset[str]:
        return frozenset(item.name for item in self.workflow.graph.bindings)

    @property
    def frame(self) -> str:
        """The table that the notebook works on: what the first source was read into."""
        for op in self.workflow.ops(Role.LOAD, Role.BUNDLED):
            for binding in self.workflow.bindings_by_maker.get(op.id, ()):
                if binding.name.isidentifier():
                    return binding.name
        return "df"

    def statement(self, op: Operation | None) -> str:
        """The source line of an operation, stripped, where it is one whole statement; "" else."""
        if op is None:
            return ""
        cell = self.workflow.notebook.cells[op.span.cell]
        lines = cell.source.replace("\r\n", "\n").split("\n")
        text = lines[op.span.line - 1].strip() if op.span.line <= len(lines) else ""
        text = text.split("  #")[0].rstrip()
        return text if len(text) <= 110 and is_code(text) else ""


def _gives_parts(op: Operation) -> bool:
    return op.role is Role.SPLIT and len(op.outputs) >= 2


def short(name: str) -> str:
    return name.rpartition(".")[2] or name


@lru_cache(maxsize=512)
def tidy(text: str) -> str:
    """An expression on one line in the usual spacing, "" where it is none."""
    if len(text) > 4000:
        return ""
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return ""


def arguments(call: str) -> tuple[str, ...]:
    """The positional arguments of a call as text; empty where it is none."""
    text = tidy(call)
    tree = ast.parse(text, mode="eval").body if text else None
    return tuple(ast.unparse(item) for item in tree.args) if isinstance(tree, ast.Call) else ()


def keywords(call: str) -> dict[str, str]:
    """The keyword arguments of a call as text; empty where it is none."""
    text = tidy(call)
    tree = ast.parse(text, mode="eval").body if text else None
    found = tree.keywords if isinstance(tree, ast.Call) else []
    return {item.arg: ast.unparse(item.value) for item in found if item.arg is not None}


def expression(text: str, instead: str) -> str:
    """`text` where it is a short Python expression, else the usual name."""
    return text if _is_expression(text) else instead


def _is_expression(text: str) -> bool:
    if not text or len(text) > 100 or "\n" in text:
        return False
    if text.isidentifier() and not iskeyword(text):
        return True
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def is_code(text: str) -> bool:
    """True where the text is Python that stands for itself."""
    tree = python_tree(text) if text else None
    return tree is not None and bool(tree.body)


__all__ = ["Names", "Parts", "expression", "is_code", "keywords", "short", "tidy"]

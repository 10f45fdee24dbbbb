"""Models written out by hand: weights that a loop moves step by step against something made of rows.

`w = w - rate * gradient` in a loop, where the gradient was computed with `w` and with data, is a fit; a product of such
weights with other rows afterwards is a prediction.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nbaudit.dataflow.domain import Ref
from nbaudit.dataflow.expressions import Expressions
from nbaudit.dataflow.syntax import once_per_node, text_of
from nbaudit.model.flow import Kind, Model, Value
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.patterns import regex

_LEARNED_FROM = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY})
_OF_ONE_LAYER = 2
"""Slopes and an intercept: more weights than that make several layers."""
_RATE = regex(r"^(?:lr|alpha|eta)$|learn|rate", re.IGNORECASE)
_SCALES = (ast.Mult, ast.Div)
_OF_CLASSES = ("sigmoid", "softmax", "log(", "logistic", "classif", "perceptron")


class Step(NamedTuple):
    """A statement that moves weights: their name, what moves them, and where it is written."""

    name: str
    by: frozenset[str]
    node: ast.AST


class Descent(Expressions):
    """Sees fits in loops."""

    def descend(self, body: list[ast.stmt]) -> None:
        """After a loop was run: where it moves weights against rows, a model has learned, and the weights are its."""
        assigned = dict(_reads(body))
        if not assigned and self.unheld is None:
            return
        steps = [
            step
            for step in self.steps(body)
            if step.name in self.scope.names and step.name in _closure(step.by, assigned)
        ]
        if self.leaves:
            steps += self.by_gradient(body, assigned)
        if not steps:
            self.descend_by_gradients(body, assigned)
            return
        names = frozenset().union(*(_closure(step.by, assigned) for step in steps))
        moved = {step.name for step in steps} | (names & self.leaves)
        data = self.rows_among(names - moved - assigned.keys())
        if not data and self.leaves:
            data = self.made_here(names - moved - assigned.keys())
        if not data:
            self.descend_by_gradients(body, assigned)
            return
        self.learn_by_hand(body, steps[0].node, data, moved)

    def descend_by_gradients(self, body: list[ast.stmt], assigned: dict[str, frozenset[str]]) -> None:
        """After a loop that asks a library for the gradients of a loss, and moves weights that no model holds."""
        asked = self.unheld
        if asked is None or not self.steps_taken or self.fitted_in_loop():
            return
        self.unheld = None
        names = _closure(_names(asked) or frozenset(assigned), assigned)
        if not names & (
            assigned.keys() | frozenset().union(*map(_names, body))
        ):  # asked for in a function that the loop calls
            names = frozenset().union(*map(_names, body))
        data = self.rows_among(names - assigned.keys())
        held = {name for name in names - assigned.keys() if self.is_weight(name)}
        if data or held:
            self.learn_by_hand(body, asked, data, held)

    def is_weight(self, name: str) -> bool:
        """True for an array without rows."""
        ref = self.scope.names.get(name)
        return ref is not None and ref.value.kind is Kind.ARRAY and ref.value.rows is None

    def fitted_in_loop(self) -> bool:
        """True where a fit was seen in the innermost loop."""
        inside = len(self.loops)
        return any(op.role is Role.FIT and op.loops[:inside] == self.loops for op in self.operations[-400:])

    def learn_by_hand(self, body: list[ast.stmt], node: ast.AST, data: list[Value], moved: set[str]) -> None:
        """A model of the notebook's own learns from rows, and the names that were moved hold its weights."""
        model = self.own_model(body)
        if model.family is None and len(moved) <= _OF_ONE_LAYER:
            model.family = Family.LINEAR
        target = next((value for value in data[1:] if value.id != data[0].id), None)
        learned = tuple(data[:1]) if target is None else (data[0], target)
        number = self.operation(
            Role.FIT, "syntax.descent", node, data=learned, learns=learned, model=model, traits=model.traits
        )
        mask = 1 << number
        for value in learned:
            mask |= value.upstream
        model.fits.append(number)
        model.learned = mask
        for name in moved:
            self.scope.names[name] = self.weights(self.scope.names[name], model, number)
        self.descents |= 1 << number

    def by_gradient(self, body: list[ast.stmt], assigned: dict[str, frozenset[str]]) -> Iterator[Step]:
        """The weights behind a `loss.backward()`, where no network has learned in the loop."""
        loop = self.loops[-1] if self.loops else -1
        if not self.steps_taken or any(op.role is Role.FIT and loop in op.loops for op in self.operations[-400:]):
            return
        for statement in _statements(body):
            call = statement.value if isinstance(statement, ast.Expr) else None
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            if call.func.attr == "backward":
                behind = _closure(_names(call.func.value), assigned)
                for name in sorted(behind & self.leaves & self.scope.names.keys()):
                    yield Step(name, behind, call)

    def made_here(self, names: Iterable[str]) -> list[Value]:
        """Arrays that the notebook writes out or draws at random, as rows of their own, features before a target."""
        return self.give_rows(
            ref for name in sorted(names, key=_as_target) if (ref := self.scope.get(name)) is not None
        )

    def own_model(self, body: list[ast.stmt]) -> Model:
        """A model named after the outermost function that holds the loop."""
        ref = Ref(self.value(Kind.UNKNOWN, text=self.inside[0] if self.inside else "gradient_descent"))
        self.become_estimator(ref)
        model = ref.value.model
        assert model is not None
        model.type = f"notebook.{model.type}"
        model.traits = model.traits | {Trait.TUNABLE}
        if not model.tunes:
            model.tunes = ("learning_rate", "iterations")
        if model.task is None:
            text = " ".join(self.texts(body)).lower()
            model.task = Task.CLASSIFICATION if any(word in text for word in _OF_CLASSES) else Task.REGRESSION
        return model

    def texts(self, body: list[ast.stmt], depth: int = 0) -> Iterator[str]:
        """The text of a loop and of the functions that it calls."""
        for statement in body:
            yield text_of(statement, 2000)
            if depth > 2:
                continue
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    found = self.scope.get(node.func.id)
                    written = found.closure.node if found is not None and found.closure is not None else None
                    if isinstance(written, ast.FunctionDef):
                        yield from self.texts(written.body, depth + 1)

    def weights(self, old: Ref, model: Model, number: int) -> Ref:
        """What a name holds after the loop: numbers that the model learned, in the same container."""

        def learned() -> Ref:
            return Ref(self.value(Kind.STATISTIC, upstream=model.learned, model=model, made_by=number))

        result = learned()
        if old.keys is not None:
            result.keys = {key: learned() for key in old.keys}
        elif old.items is not None:
            result.items = [learned() for _ in old.items]
        result.open_ = old.open_
        return result

    def rows_among(self, names: Iterable[str]) -> list[Value]:
        """The values with rows that names stand for, features before a target."""
        found: dict[int, Value] = {}
        for name in sorted(names, key=_as_target):
            ref = self.scope.get(name)
            if ref is None:
                continue
            for value in self.flat_values(ref):
                if value.rows is not None and value.kind in _LEARNED_FROM:
                    found.setdefault(value.id, value)
        return list(found.values())

    def steps(self, body: list[ast.stmt]) -> Iterator[Step]:
        """The statements of a loop that move a name by something scaled, or hand it to a function that does."""
        for statement in _statements(body):
            if isinstance(statement, ast.AugAssign):
                name = _root(statement.target)
                if name and _against(statement.op, statement.value):
                    yield Step(name, _names(statement.value), statement)
            if not isinstance(statement, ast.Assign):
                continue
            value = statement.value
            for target in statement.targets:
                name = _root(target)
                if name and _moves(target, value):
                    assert isinstance(value, ast.BinOp)
                    yield Step(name, _names(value.right), statement)
                elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and self.updates(value.func.id):
                    given = _names(value) - {value.func.id}
                    for element in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                        if isinstance(element, ast.Name) and element.id in given:
                            yield Step(element.id, given - {element.id}, statement)

    def updates(self, function: str) -> bool:
        """True for a function of the notebook that moves one of its parameters by something scaled."""
        found = self.scope.get(function)
        written = found.closure.node if found is not None and found.closure is not None else None
        if not isinstance(written, ast.FunctionDef):
            return False
        return _lowers_a_parameter(written)

    # --- predictions --------------------------------------------------------------------------------------------

    def by_weights(self, values: list[Value], result: Ref, node: ast.AST) -> Ref:
        """A product of learned weights and rows is a prediction of the model that learned them."""
        if not self.descents or result.value.rows is None or result.value.kind is Kind.PREDICTION:
            return result
        held = next(
            (v for v in values if v.rows is None and v.kind is not Kind.SCORE and v.upstream & self.descents), None
        )
        if held is None:
            return result
        inner = next((v for v in values if v.kind is Kind.PREDICTION and v.upstream & self.descents), None)
        if inner is not None:  # the next layer of a network
            return Ref(self.changed(result.value, kind=Kind.PREDICTION, model=inner.model, type=""))
        rows = next((v for v in values if v.rows is not None and not v.upstream & self.descents), None)
        model = self.operations[(held.upstream & self.descents).bit_length() - 1].model
        if rows is None or model is None or rows.kind not in _LEARNED_FROM:
            return result
        number = self.operation(Role.PREDICT, "syntax.weighted", node, data=(rows,), model=model)
        return self.predicted(model, [rows], number)

    def filled_by(self, base: Ref, decided: int) -> None:
        """An array of zeros that is filled by a test of predictions (`if p > 0.5: out[i] = 1`) holds predictions."""
        if not self.descents or base.value.kind is not Kind.ARRAY or base.value.rows is not None:
            return
        mask = decided
        while mask:
            number = mask.bit_length() - 1
            mask ^= 1 << number
            operation = self.operations[number]
            if operation.call == "syntax.weighted" and operation.model is not None:
                made = self.predicted(operation.model, list(operation.data), number)
                base.value = self.changed(made.value, control=base.value.control, rows=operation.data[0].rows)
                return


def _as_target(name: str) -> tuple[bool, str]:
    """Sorts names of targets (`y`, `targets`, `labels`) behind those of features."""
    return name.lower().lstrip("_").startswith(("y", "t", "l")), name


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a block, those of inner blocks included, without functions that are defined there."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, name, ()))


def _reads(body: list[ast.stmt]) -> list[tuple[str, frozenset[str]]]:
    """Each name that a block assigns, with all names that its values are made of."""
    found: dict[str, set[str]] = {}
    for statement in _statements(body):
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AugAssign):
            targets, value = [statement.target], statement.value
        elif isinstance(statement, ast.For):
            targets, value = [statement.target], statement.iter
        else:
            continue
        read = _names(value)
        for target in targets:
            for element in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
                name = _root(element)
                if name:
                    found.setdefault(name, set()).update(read)
    return [(name, frozenset(read)) for name, read in found.items()]


def _closure(names: frozenset[str], assigned: dict[str, frozenset[str]]) -> frozenset[str]:
    """Names and all that theirs are made of in a block."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(assigned.get(name, ()))
    return frozenset(seen)


@once_per_node
def _lowers_a_parameter(function: ast.FunctionDef) -> bool:
    parameters = {argument.arg for argument in function.args.args}
    return any(name in parameters for node in ast.walk(function) for name in _lowered(node))


@once_per_node
def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _root(node: ast.AST) -> str:
    """The name of a variable, or of the container that a subscript writes into."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _moves(target: ast.expr, value: ast.expr) -> bool:
    """True for `w = w - rate * gradient`."""
    if not isinstance(value, ast.BinOp) or not _against(value.op, value.right):
        return False
    return text_of(value.left, 80) == text_of(target, 80)


def _lowered(node: ast.AST) -> Iterator[str]:
    """The name of which a scaled part is subtracted."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _scaled(node.right):
        yield _root(node.left)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub) and _scaled(node.value):
        yield _root(node.target)


def _against(operator: ast.operator, moved_by: ast.expr) -> bool:
    """True for a scaled step downhill, or one uphill by what is called a rate: other sums only add up."""
    if isinstance(operator, ast.Add):
        return _scaled(moved_by) and any(_RATE.search(name) for name in _names(moved_by))
    return isinstance(operator, ast.Sub) and _scaled(moved_by)


def _scaled(node: ast.expr) -> bool:
    """True for a product or quotient, in brackets or with a sign."""
    while isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.BinOp) and isinstance(node.op, _SCALES)

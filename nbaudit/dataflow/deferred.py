"""Computation graphs that are written first and run later, as TensorFlow 1 has them.

`step = optimizer.minimize(loss)` makes a step that trains a network, and `session.run(step, feed_dict={x: batch})`
takes it. What else is run with data of its own is a measure, or a prediction of the network that was trained before.
"""

from __future__ import annotations

import ast
import re

from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import Ref
from nbaudit.dataflow.parting import Parting
from nbaudit.knowledge.schema import CallRow
from nbaudit.model.flow import Kind, Model, Value
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex

_MEASURES = (
    ("accuracy", regex(r"acc|correct|hits", re.IGNORECASE)),
    ("ranking", regex(r"auc|roc", re.IGNORECASE)),
    ("classwise", regex(r"f1|precision|recall|confusion|iou|dice", re.IGNORECASE)),
    ("error", regex(r"rmse|mse|mae|mape|err(?:or)?(?![a-z])|r2|squared", re.IGNORECASE)),
    ("loss", regex(r"loss|cost|entropy|objective|likelihood|perplexity", re.IGNORECASE)),
)
"""What a fetched value is called that measures, and the row (`~fetched.NAME`) that says what it measures."""
_STEP = regex(
    r"optimi[sz]er?|(?:^|_)op$|(?:^|_)train(?:ing|er)?(?:_?(?:op|step))?$|minimi[sz]e|updates?$", re.IGNORECASE
)
"""What the step that trains is called, where it can't be followed from where it is written."""
_ASIDE = regex(r"init|summar|assign|reset|restore|global_step", re.IGNORECASE)


class Deferred(Parting):
    """Follows steps, measures and predictions from where they are written to where they are run."""

    def minimise(self, call: Call, row: CallRow) -> Ref:
        """`optimizer.minimize(loss)`: the step that trains a network, whose layers are not looked at."""
        network = self.tables.type(row.type)
        if network is None:
            return self.unknown_ref(call.everything(), known=True)
        made = self.construct(Call(call.node, network.name, None, call.positional, call.keywords), network)
        upstream = made.value.upstream
        for ref in call.everything():
            upstream |= self.summary(ref).upstream
        made.value = self.changed(made.value, upstream=upstream)
        return made

    def run_graph(self, call: Call, row: CallRow) -> Ref:
        """`session.run(fetches, feed_dict)` and `fetch.eval(feed_dict)`."""
        self.calls["known"] += 1
        fetched, written = self._fetched(call)
        feed = feed_of(call.positional, call.keywords)
        data = self.flat_values(feed) if feed is not None else []
        if feed is None and len(fetched) == 1 and fetched[0] is call.receiver:
            data = self.flat_values(fetched[0])  # `predictions.eval()`: the graph holds its rows itself
        step = next((ref.value for ref in fetched if ref.value.kind is Kind.MODEL and self._is_step(ref.value)), None)
        if step is None and data and any(_STEP.search(name) for name in _names(written)):
            # the step lies in an object that was not followed
            waiting = next((m for m in reversed(self.models) if not m.fits and self._is_network(m)), None)
            step = self.value(Kind.MODEL, model=waiting) if waiting is not None else None
            call.trust *= 0.8
        if step is not None and step.model is not None:
            self.learn(call, row, step.model, data or self._own_data(step), data or self._own_data(step), [])
            fit = self.operations[step.model.fits[-1]]
            return self._results(
                [
                    self.unknown_ref([ref], known=True)
                    if self._is_step(ref.value) or _measure(name) or _ASIDE.search(name)
                    else self.predicted(step.model, list(fit.data[:1]), fit.id)
                    for ref, name in zip(fetched, _names(written), strict=False)
                ],
                written,
            )
        model = self._trained()
        if model is None or not data:
            return self.unknown_ref(call.everything(), known=True)
        found = [
            self._looked_at(call, ref, name, data, model) for ref, name in zip(fetched, _names(written), strict=False)
        ]
        return self._results(found or [self.unknown_ref(call.everything(), known=True)], written)

    def is_run_in_a_session(self, owner: Ref, name: str, positional: list[Ref], keywords: dict[str, Ref]) -> bool:
        """True for `session.run(...)` and `part.eval(...)` of any object that is fed the data of a graph, and for a
        bare `part.eval()` once a graph has been trained."""
        if feed_of(positional, keywords) is not None:
            return True
        bare = name == "eval" and not positional and not keywords.keys() - {"session"}
        return bare and owner.value.kind is not Kind.MODEL and bool(self.flat_values(owner)) and bool(self._trained())

    def _trained(self) -> Model | None:
        """The newest network of a graph that has taken a step."""
        return next((m for m in reversed(self.models) if m.fits and self._is_network(m)), None)

    def _fetched(self, call: Call) -> tuple[list[Ref], ast.expr | None]:
        """What is run, one by one, and the expression that names it."""
        node = call.node
        if not isinstance(node, ast.Call):
            return [], None
        first = call.positional[0] if call.positional else call.keywords.get("fetches")
        if first is not None and first.keys is None:
            written = node.args[0] if node.args else next(k.value for k in node.keywords if k.arg == "fetches")
            return (list(first.items) if first.items is not None else [first]), written
        owner = [call.receiver] if call.receiver is not None else []
        return owner, node.func.value if isinstance(node.func, ast.Attribute) else None

    def _looked_at(self, call: Call, ref: Ref, name: str, data: list[Value], model: Model) -> Ref:
        """A fetched value that is no step: a measure by its name, else a prediction."""
        if _ASIDE.search(name):
            return self.unknown_ref([ref], known=True)
        measure = _measure(name)
        for row in self.tables.rows(f"~fetched.{measure or 'prediction'}"):
            if isinstance(row, CallRow) and measure is not None:
                return self.measured(call, row, data, model)
            if isinstance(row, CallRow):
                number = self.emit(call, row, Role.PREDICT, data=tuple(data), model=model)
                return self.predicted(model, data, number)
        return self.unknown_ref([ref], known=True)

    def _is_network(self, model: Model) -> bool:
        return "~deferred" in self.tables.bases(model.type)

    def _is_step(self, value: Value) -> bool:
        return value.model is not None and self._is_network(value.model)

    def _own_data(self, step: Value) -> list[Value]:
        """Where nothing is fed the graph reads its rows itself: what flowed into the loss."""
        if step.model is None:
            return []
        return [value for value in step.model.params.values() if value.rows is not None]

    def _results(self, found: list[Ref], written: ast.expr | None) -> Ref:
        several = isinstance(written, (ast.List, ast.Tuple))
        return self.tuple_ref(found) if several or len(found) != 1 else found[0]


def _measure(name: str) -> str | None:
    return next((kind for kind, pattern in _MEASURES if pattern.search(name)), None)


def feed_of(positional: list[Ref], keywords: dict[str, Ref]) -> Ref | None:
    """What gives the graph its data: `feed_dict=...`, or a dict whose keys are no constants (`{x: batch}`)."""
    given = keywords.get("feed_dict")
    return given or next((ref for ref in positional if ref.keys and all(str(k)[:1] == "?" for k in ref.keys)), None)


def _names(written: ast.expr | None) -> list[str]:
    """What the fetched values are called, one by one."""
    nodes = written.elts if isinstance(written, (ast.List, ast.Tuple)) else [written]
    return [
        node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        for node in nodes
    ]

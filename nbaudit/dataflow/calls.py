"""Calls: which function is meant, and following the notebook's own functions and classes into their bodies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from nbaudit.dataflow.builder import MAX_STEPS, touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import MADE, Closure, Ref, Scope, models_in
from nbaudit.dataflow.natives import Natives
from nbaudit.dataflow.subscripts import LOCATORS
from nbaudit.dataflow.syntax import text_of
from nbaudit.knowledge.schema import CallRow, Does, NeutralRow, TypeRow
from nbaudit.model.flow import NOTHING, Kind, Model, RowsEffect, Shape, Value
from nbaudit.model.vocabulary import Family, Role, Task, Trait
from nbaudit.patterns import regex

MAX_CALL_DEPTH = 8
_SHOWING = frozenset({"builtins.print", "IPython.display.display", "display", "builtins.display"})
_LIBRARY = (Kind.MODULE, Kind.FUNCTION)
"""What a loop over rows does not put into a list once for each row."""
_PROTOCOL = frozenset({"fit", "train", "fit_predict", "predict", "predict_proba", "score"})
_LEARNING_METHODS = frozenset({"fit", "train"})
_ANSWERING_METHODS = frozenset({"predict", "predict_proba"})
"""What a class that the notebook writes calls its learning; with `predict` beside it, its objects are estimators."""
_NETWORK_WORDS = frozenset(
    {"validation_data", "epochs", "validation_split", "steps_per_epoch", "n_epochs", "num_epochs"}
)
_OF_NETWORKS = frozenset({"parameters", "named_parameters", "state_dict", "load_state_dict"})
"""What only a PyTorch network is asked for."""
_NAMED_AFTER = tuple(
    (regex(pattern, re.IGNORECASE), dotted)
    for pattern, dotted in (
        (r"knn|k_?nearest|k_?neigh", "sklearn.neighbors.KNeighborsClassifier"),
        (r"random_?forest", "sklearn.ensemble.RandomForestClassifier"),
        (r"ada_?boost", "sklearn.ensemble.AdaBoostClassifier"),
        (r"gradient_?boost|^gbm", "sklearn.ensemble.GradientBoostingClassifier"),
        (r"decision_?tree|^cart$|^id3", "sklearn.tree.DecisionTreeClassifier"),
        (r"logistic_?reg|log_?reg", "sklearn.linear_model.LogisticRegression"),
        (r"linear_?reg", "sklearn.linear_model.LinearRegression"),
        (r"^ridge", "sklearn.linear_model.Ridge"),
        (r"^lasso", "sklearn.linear_model.Lasso"),
        (r"naive_?bayes|gaussian_?nb|^nb$", "sklearn.naive_bayes.GaussianNB"),
        (r"k_?means", "sklearn.cluster.KMeans"),
        (r"^gmm|gaussian_?mixture", "sklearn.mixture.GaussianMixture"),
        (r"dbscan", "sklearn.cluster.DBSCAN"),
        (r"^svm|^svc|support_?vector", "sklearn.svm.SVC"),
        (
            r"neural_?net|^[ad]?nn|^mlp|multi_?layer|^(?:bi_?)?(?:rnn|lstm|gru)|auto_?encoder",
            "sklearn.neural_network.MLPClassifier",
        ),
        (r"perceptron", "sklearn.linear_model.Perceptron"),
    )
)
"""Classes that the notebook, or a module of its own, writes under the name of an algorithm."""
_PREPARES = regex(
    r"(?:vectori[sz]er|scaler|(?<!auto)encoder|transform(?:er)?|selector|imputer|tokeni[sz]er|reducer|pca|binner)$",
    re.I,
)
"""Classes of an own module that prepare data, by their names; they may learn from a target, too."""
_LEARNABLE = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.LOADER})
_TRAINS = regex(r"train|fit(?![a-z])", re.IGNORECASE)
_REWRITES = frozenset({Role.SHAPE, Role.TRANSFORM, Role.CREATE, Role.REPAIR, Role.NEUTRAL})
_FIGURES = frozenset({Trait.LOSS, Trait.ERROR})
_SHOWS_ROWS = frozenset({Trait.ROWS})
_PLAIN = (dict, list, str, set)
"""Whoever has a method of theirs need not be a table."""


def _draws_places(name: str, keywords: dict[str, Ref]) -> bool:
    """True for functions that take a number for the positions below it, and give none twice."""
    if name.endswith("random.choice"):
        return "replace" in keywords and keywords["replace"].value.constant is False
    return name.endswith(".permutation")


class Calls(Natives):
    """Evaluates calls."""

    def attribute(self, base: Ref, name: str, node: ast.AST) -> Ref:
        """What an attribute of an object is; given by the layer above."""
        raise NotImplementedError

    def compared_by_hand(self, left: Value, right: Value, node: ast.AST) -> Ref | None:
        """The measurement that `prediction == truth` is, None for others; given by the layer above."""
        raise NotImplementedError

    def bind_method(self, owner: Ref, closure: Closure) -> Ref:
        result = Ref(self.value(Kind.FUNCTION, upstream=owner.value.upstream))
        result.closure = closure
        result.bound = owner
        return result

    def eval_call(self, node: ast.Call) -> Ref:
        function = node.func
        receiver: Ref | None = None
        if isinstance(function, ast.Attribute) and function.attr not in LOCATORS:
            receiver = self.eval(function.value)
            if receiver.value.kind not in _LIBRARY or receiver.closure is not None or receiver.bound is not None:
                return self.method_call(node, receiver, function.attr)
            callee = self.attribute(receiver, function.attr, function)
        else:
            callee = self.eval(function)
        showing = self.showing
        if callee.value.type in _SHOWING:
            self.showing = True
        positional, keywords = self.arguments_of(node)
        if self.showing and (not showing or callee.value.type in _SHOWING):
            for argument, ref in zip(node.args, positional, strict=False):
                if isinstance(argument, (ast.Name, ast.Subscript)):
                    self.show(ref, argument)
        self.showing = showing
        return self.call_ref(callee, node, positional, keywords)

    def show(self, ref: Ref, node: ast.expr) -> None:
        """A table or array that the cell displays as it is."""
        value = ref.value
        if value.kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) and value.upstream:
            self.operation(Role.LOOK, "syntax.show", node, data=(value,), traits=_SHOWS_ROWS)

    def arguments_of(self, node: ast.Call) -> tuple[list[Ref], dict[str, Ref]]:
        positional: list[Ref] = []
        for argument in node.args:
            ref = self.eval(argument)
            if isinstance(argument, ast.Starred) and ref.items is not None:
                positional.extend(ref.items)
            else:
                positional.append(ref)
        keywords: dict[str, Ref] = {}
        for keyword in node.keywords:
            ref = self.eval(keyword.value)
            if keyword.arg is not None:
                keywords[keyword.arg] = ref
            elif ref.keys is not None:
                keywords.update({key: inner for key, inner in ref.keys.items() if isinstance(key, str)})
            else:
                keywords["**"] = ref
        return positional, keywords

    def call_ref(self, callee: Ref, node: ast.AST, positional: list[Ref], keywords: dict[str, Ref]) -> Ref:
        value = callee.value
        if callee.closure is not None:
            return self.call_closure(callee, positional, keywords, node)
        if callee.bound is not None and value.kind is Kind.FUNCTION and value.type:
            owner_type, _, method = value.type.rpartition(".")
            found = self.tables.method(owner_type, method)
            if found:
                return self.library_call(Call(node, value.type, callee.bound, positional, keywords), found)
        answers = self.tables.method(value.type, "__call__") if value.text == MADE and value.type else ()
        if answers:
            return self.library_call(Call(node, f"{value.type}.__call__", callee, positional, keywords), answers)
        if value.kind in _LIBRARY and value.type:
            native = self.native_function(value.type, positional, keywords)
            if native is None and value.type == "builtins.map":
                native = self.mapped(node, positional)
            if native is not None:
                self.calls["neutral"] += 1
                return native
            rows = self.tables.rows(value.type)
            if positional and _draws_places(value.type, keywords):
                positional = [self.places(positional[0]), *positional[1:]]
            if not rows:
                rows = self.static_method(value.type)
            if rows:
                call = Call(node, value.type, None, positional, keywords)
                first = rows[0]
                if positional and isinstance(first, CallRow) and any(port.name == "self" for port in first.data):
                    # a method named through its class: the first argument is the object
                    call = Call(node, value.type, positional[0], positional[1:], keywords)
                return self.library_call(call, rows)
            return self.unknown_call(value.type, node, None, positional, keywords)
        if value.kind is Kind.MODEL and value.model is not None:
            return self.call_model(callee, node, positional, keywords)
        own = callee.attrs.get("__call__") if callee.attrs else None
        if own is not None and own.closure is not None:  # an object of a class of the notebook
            return self.call_closure(own, positional, keywords, node)
        called = self.tables.method(value.type, "__call__") if value.type and value.kind is not Kind.FUNCTION else ()
        if called:
            return self.library_call(Call(node, f"{value.type}.__call__", callee, positional, keywords), called)
        name = value.text or text_of(getattr(node, "func", node), 40)
        return self.unknown_call(name, node, callee, positional, keywords)

    def bracket_call(self, function: Ref, elements: list[ast.expr], node: ast.AST) -> Ref:
        """A function that is called with brackets: `np.c_[a, b]`."""
        given = [self.eval(element) for element in elements if not isinstance(element, ast.Slice)]
        rows = self.tables.rows(function.value.type)
        if not rows or not isinstance(rows[0], CallRow):
            return self.unknown_ref([function, *given], known=True)
        return self.library_call(Call(node, function.value.type, None, given, {}), rows)

    def static_method(self, dotted: str) -> tuple[CallRow | TypeRow | NeutralRow, ...]:
        """`pd.DataFrame.from_dict`: a method of a known class, named through the class."""
        owner, _, method = dotted.rpartition(".")
        return self.tables.method(owner, method) if self.tables.type(owner) is not None else ()

    def call_model(self, callee: Ref, node: ast.AST, positional: list[Ref], keywords: dict[str, Ref]) -> Ref:
        """Calling an object: a network on a batch, a layer on a tensor, a loss on predictions."""
        model = callee.value.model
        assert model is not None
        if callee.attrs is not None:
            forward = callee.attrs.get("forward") or callee.attrs.get("call") or callee.attrs.get("__call__")
            if forward is not None and forward.closure is not None and model.family is None:
                return self.call_closure(forward, positional, keywords, node)
        inputs = [*positional, *keywords.values()]
        if self.is_layer(model.type) or (model.family is None and model.role is Role.BUILD):
            self.layer_calls += 1
            result = self.unknown_ref([callee, *inputs], known=True)
            for ref in inputs:
                value = self.summary(ref)
                if value.kind is Kind.PREDICTION:
                    result.value = self.changed(result.value, kind=Kind.SCORE, model=value.model)
                    if model.traits & _FIGURES and self.is_held_out(value):
                        self.judge_by(model, [self.summary(given) for given in inputs], result, node)
                        break
            return result
        if model.shape is Shape.NETWORK and self.loops:
            self.give_rows(inputs)
        data = [value for ref in inputs for value in (self.flat_values(ref) or [self.summary(ref)])]
        batch = model.shape is Shape.NETWORK and any(value.varies for value in data)
        if not batch and not any(value.rows is not None for value in data) and not any(v.upstream for v in data):
            return self.unknown_ref([callee, *inputs], known=True)
        guess = data[0]
        if len(inputs) > 1 and guess.kind is Kind.PREDICTION and guess.model is not None and guess.model is not model:
            # a loss written as a module: it holds another model's predictions against the labels
            result = self.unknown_ref([callee, *inputs], known=True)
            result.value = self.changed(result.value, kind=Kind.SCORE, model=guess.model)
            return result
        number = self.operation(
            Role.PREDICT, f"{model.type}.__call__", node, ref=model.ref, data=tuple(data), model=model
        )
        result = self.predicted(model, data, number)
        if "torch.nn.Module" in (model.type, *self.tables.bases(model.type)):
            result.value = self.changed(result.value, type="torch.Tensor")
        return result

    def judge_by(self, criterion: Model, data: list[Value], result: Ref, node: ast.AST) -> None:
        """A loss of predictions for rows that were not learned from measures the model that made them."""
        number = self.operation(
            Role.EVALUATE,
            f"{criterion.type}.__call__",
            node,
            ref=criterion.ref,
            data=tuple(data),
            model=result.value.model,
            traits=criterion.traits & _FIGURES,
            rows=RowsEffect.COLLAPSE,
        )
        result.value = self.changed(result.value, upstream=result.value.upstream | 1 << number, made_by=number)

    def give_rows(self, inputs: Iterable[Ref]) -> list[Value]:
        """Make the arrays among what is given that the notebook writes out, or draws at random, rows of their own."""
        found: list[Value] = []
        for ref in inputs:
            value = ref.value
            if value.kind is not Kind.ARRAY or value.rows is not None or not value.known or ref.is_container:
                continue
            if self.rewritten_only(value.upstream):
                ref.value = self.changed(value, rows=self.source_rows())
                found.append(ref.value)
        return found

    def rewritten_only(self, mask: int) -> bool:
        """True where no operation of a mask brings anything from outside: they only give numbers another shape."""
        while mask:
            number = mask.bit_length() - 1
            if self.operations[number].role not in _REWRITES:
                return False
            mask ^= 1 << number
        return True

    def own_estimator(self, node: ast.Call, receiver: Ref, name: str, method: Ref) -> Ref:
        """`fit` or `predict` of a class that the notebook writes: its body is followed; where no library model does the
        work inside, the object itself is the model."""
        positional, keywords = self.arguments_of(node)
        before = len(self.operations)
        inner = self.call_ref(method, node, positional, keywords)
        role = Role.FIT if name in _LEARNING_METHODS else Role.PREDICT
        if any(op.model is not None and op.role is role for op in self.operations[before:]):
            return inner
        type_name = receiver.value.model.type if receiver.value.model is not None else ""
        call = Call(node, f"{type_name}.{name}", receiver, positional, keywords)
        row = self.choose(call, self.tables.method("~estimator", "fit" if role is Role.FIT else name))
        if not isinstance(row, CallRow):
            return inner
        call.row = row
        return self.actions[row.does](call, row)

    def method_call(self, node: ast.Call, receiver: Ref, name: str) -> Ref:
        if receiver.value.model is not None and not receiver.value.model.known and name in _PROTOCOL:
            written = receiver.attrs.get(name) if receiver.attrs is not None else None
            if written is not None and written.closure is not None:
                return self.own_estimator(node, receiver, name, written)
        if receiver.attrs is not None and name in receiver.attrs:
            positional, keywords = self.arguments_of(node)
            model = receiver.value.model
            if name == "forward" and model is not None and model.family is not None:
                return self.call_model(receiver, node, positional, keywords)
            before, passes = len(self.operations), self.layer_calls
            result = self.call_ref(receiver.attrs[name], node, positional, keywords)
            own = isinstance(node.func, ast.Attribute) and text_of(node.func.value, 5) == "self"
            if self.layer_calls > passes and not own and self.is_pass(receiver, result, before):
                return self.call_model(receiver, node, positional, keywords)
            return result
        if receiver.closure is not None and name in receiver.closure.methods:
            positional, keywords = self.arguments_of(node)
            return self.call_closure(
                self.bind_method(receiver, receiver.closure.methods[name]), positional, keywords, node
            )
        positional, keywords = self.arguments_of(node)
        if name == "eq" and positional and Kind.PREDICTION in (receiver.value.kind, positional[0].value.kind):
            compared = self.compared_by_hand(receiver.value, positional[0].value, node)
            if compared is not None:
                return compared
        native = self.native_method(receiver, name, positional)
        if native is not None:
            self.calls["neutral"] += 1
            return native
        owner = receiver
        if receiver.bound is not None and receiver.closure is None:
            owner, name = receiver.bound, f"{receiver.value.text}.{name}"
        type_name = self.type_of(owner)
        rows = self.tables.method(type_name, name) if type_name else ()
        trust = 1.0
        if name in ("run", "eval") and self.is_run_in_a_session(owner, name, positional, keywords):
            rows = self.tables.method("~session", name)  # a session, or a part of a graph that is run in one
        if not rows and self.plays_no_part(owner, type_name, name):
            self.calls["neutral"] += 1
            if owner.value.kind in (Kind.SCORE, Kind.FIGURE):
                return Ref(self.changed(owner.value, constant=NOTHING))
            return self.unknown_ref([owner, *positional, *keywords.values()], known=True)
        called_bare = name not in _PROTOCOL or not (positional or keywords)
        if not rows and called_bare and owner.value.kind is Kind.UNKNOWN and owner.value.rows is None:
            moves = self.tables.method("torch.nn.Module", name)
            if moves and isinstance(moves[0], CallRow) and moves[0].does is Does.MODE:
                self.calls["known"] += 1
                return owner  # `.cuda()`: a network or a tensor, and the same as before
        if not rows and owner.value.kind in (Kind.UNKNOWN, Kind.STATISTIC, Kind.ARRAY, Kind.LOADER):
            learner = self.is_outside(owner.value.upstream) and bool(self.tables.method("~transformer", name))
            rows = self.tables.method("pandas.DataFrame", name) or self.tables.method("numpy.ndarray", name)
            if learner:
                rows = ()  # `transform` of an object that a call of an unknown module made
            elif rows and not any(hasattr(plain, name) for plain in _PLAIN):
                self.adopt(owner, Kind.TABLE)
            if owner.value.kind is Kind.UNKNOWN and not owner.value.known:
                trust = 0.7
        if not rows and owner.value.kind is Kind.INDEX:
            rows = self.tables.method("builtins.set", name)  # of positions
        if not rows and owner.value.kind in (Kind.UNKNOWN, Kind.CONTAINER, Kind.TEXT, Kind.NUMBER, Kind.NONE):
            rows = self.tables.method("builtins.str", name) or self.tables.method("builtins.list", name)
            if not rows and owner.value.kind is Kind.CONTAINER:
                rows = self.tables.method("builtins.dict", name)
        if not rows and owner.value.kind is Kind.COLUMN:
            rows = self.tables.method("torch.Tensor", name)  # a field of a batch
        if not rows and owner.value.model is not None and owner.value.kind is Kind.MODEL:
            rows = self.tables.method("~estimator", name) or self.tables.method("~transformer", name)
            trust = 0.8
        if name in _OF_NETWORKS and self.become_network(owner, node):
            rows = self.tables.method("torch.nn.Module", name)
        label = f"{type_name or '?'}.{name}"
        if rows:
            return self.library_call(Call(node, label, owner, positional, keywords, trust), rows)
        if owner.value.model is None and owner.value.kind in (Kind.UNKNOWN, Kind.MODEL) and name in _PROTOCOL:
            found = self.by_protocol(Call(node, label, owner, positional, keywords, 0.6), name)
            if found is not None:
                return found
        if name == "backward":
            return self.backward(
                Call(node, label, owner, positional, keywords), CallRow("~tensor.backward", "", Role.FIT)
            )
        return self.unknown_call(label, node, owner, positional, keywords)

    def is_pass(self, network: Ref, result: Ref, before: int) -> bool:
        """A method of a network that ran its layers and gave one thing: a forward pass, whatever its name.

        One that calls the network itself, or another model, was followed already.
        """
        model = network.value.model
        if model is None or model.shape is not Shape.NETWORK or result.is_container:
            return False
        return not any(op.model is not None and op.role in (Role.PREDICT, Role.FIT) for op in self.operations[before:])

    def plays_no_part(self, owner: Ref, type_name: str, name: str) -> bool:
        """Methods of figures, of scores (`scores.mean()`), of objects of neutral libraries, and `super()`'s."""
        if owner.value.kind in (Kind.SCORE, Kind.FIGURE):
            return name != "backward"
        if owner.value.kind is not Kind.UNKNOWN:
            return False
        if type_name:
            rows = self.tables.rows(f"{type_name}.{name}")
            return bool(rows) and isinstance(rows[0], NeutralRow)
        return name == "__init__"

    def by_protocol(self, call: Call, name: str) -> Ref | None:
        """An object of unknown origin (a helper module, a pickle) that learns from features and a target, or predicts
        rows, is an estimator, whatever its class. None where the arguments are no rows."""
        given = [*call.positional[:1], *(call.keywords[key] for key in ("X", "x") if key in call.keywords)]
        if not given or call.receiver is None or call.receiver.value.upstream & self.elsewhere:
            return None
        if _PREPARES.search(call.receiver.value.text.rpartition(".")[2]):
            return None
        if self.summary(given[0]).rows is None and not (name == "fit" and len(call.positional) > 1):
            if name not in _LEARNING_METHODS and name != "fit_predict":
                return None
            self.adopt(given[0], Kind.TABLE)
            if given[0].value.rows is None:
                return None
        network = name in _LEARNING_METHODS and bool(_NETWORK_WORDS & call.keywords.keys())
        alone = len(call.positional) < 2 and "y" not in call.keywords
        if name in _LEARNING_METHODS and not network and alone and not self.asked_for_answers(call):
            return None  # a transformer fits features alone
        self.calls["unknown"] += 1
        self.become_estimator(call.receiver)
        model = call.receiver.value.model
        _, inner = self.wrapping.get(id(call.receiver), (None, []))
        if model is not None and len(inner) == 1:  # it trains the model that it was given
            model.shape, model.steps = Shape.WRAPPER, [("0", inner[0])]
        elif model is not None and not model.like:
            model.traits |= {Trait.TUNABLE}  # hardly a class has nothing to set
            if network:
                model.family, model.shape = Family.NETWORK, Shape.NETWORK
        learning = "fit" if name in _LEARNING_METHODS else name
        family = "~network" if network else "~clusterer" if name == "fit_predict" else "~estimator"
        if name == "fit_predict" and model is not None and model.task is None:
            model.task = Task.CLUSTERING
        row = self.choose(call, self.tables.method(family, learning))
        if not isinstance(row, CallRow):
            return None
        call.row = row
        return self.actions[row.does](call, row)

    def asked_for_answers(self, call: Call) -> bool:
        """True where the notebook asks the object for predictions, which nobody asks of a transformer, or where its
        class bears the name of an algorithm."""
        function = getattr(call.node, "func", None)
        if isinstance(function, ast.Attribute) and text_of(function.value, 60) in self.asked:
            return True
        name = call.receiver.value.text.rpartition(".")[2] if call.receiver is not None else ""
        return bool(name) and any(pattern.search(name) for pattern, _ in _NAMED_AFTER)

    def become_network(self, owner: Ref, node: ast.Call) -> bool:
        """Make a network of an object of an unknown class, or of a single layer under a name of its own, that is asked
        for its weights. False for what is something else."""
        value = owner.value
        function = node.func
        named = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
        row = self.tables.type("torch.nn.Module")
        if row is None or not named:
            return False
        if value.kind is Kind.MODEL and value.model is not None and self.is_layer(value.model.type):
            row = self.tables.type("torch.nn.Sequential") or row
            made = self.construct(Call(node, row.name, None, [Ref(value)], {}), row)
        elif value.model is None and (
            value.kind is Kind.UNKNOWN or (value.kind is Kind.TABLE and self.is_outside(value.upstream))
        ):
            made = self.construct(Call(node, row.name, None, [], {}), row)
        else:
            return False
        owner.value = self.changed(made.value, upstream=value.upstream | made.value.upstream)
        return True

    def become_estimator(self, ref: Ref) -> None:
        """Give an object without a known class the state of a model that predicts."""
        model = Model(len(self.models), ref.value.type or ref.value.text or "?", Role.FIT, known=False)
        name = model.type.rpartition(".")[2]
        like = next((dotted for pattern, dotted in _NAMED_AFTER if pattern.search(name)), "")
        if like:
            if "regress" in name.lower() and like.endswith("Classifier"):
                like = like.removesuffix("Classifier") + "Regressor"
            row = self.tables.type(like)
            if row is not None:
                model.like, model.family, model.tunes, model.traits = like, row.family, row.tunes, row.traits
                if not like.endswith(("Classifier", "Regressor")) or name.lower().endswith(("classifier", "regressor")):
                    model.task = self.new_model(row).task
                    self.models.pop()
        self.models.append(model)
        ref.value = self.changed(ref.value, kind=Kind.MODEL, model=model, rows=None, constant=NOTHING)

    def unknown_call(
        self, name: str, node: ast.AST, receiver: Ref | None, positional: list[Ref], keywords: dict[str, Ref]
    ) -> Ref:
        """A call that no table knows: counted, and lineage flows through it."""
        self.calls["unknown"] += 1
        if receiver is None or not receiver.value.upstream & self.elsewhere:
            self.unknown[name] = self.unknown.get(name, 0) + 1
        inputs = [*positional, *keywords.values()]
        if receiver is not None:
            inputs.append(receiver)
        result = self.unknown_ref(inputs)
        if receiver is None and "." in name and name.rpartition(".")[2][:1].isupper():
            result.value = self.changed(result.value, text=name)  # an object of a class of that name
            held = [model for ref in inputs for model in models_in(ref) if self.awaits_training(model)]
            if held:
                self.wrapping[id(result)] = (result, held)
        data = [value for ref in inputs for value in self.flat_values(ref)]
        from_outside = not data and self.may_be_source(name, receiver, result.value)
        if data or from_outside or result.value.upstream:
            effect = RowsEffect.SOURCE if from_outside else RowsEffect.UNKNOWN
            number = self.operation(Role.UNKNOWN, name, node, data=tuple(data), rows=effect, trust=0.5)
            columns = data[0].columns if data else result.value.columns
            result.value = self.changed(
                result.value,
                upstream=result.value.upstream | 1 << number,
                made_by=number,
                columns=touched(columns, 1 << number),
            )
            if data and data[0].kind in (Kind.TABLE, Kind.COLUMN, Kind.ARRAY) and receiver is not None:
                result.value = self.changed(result.value, kind=data[0].kind)
            trained = self.trained_elsewhere(name, node, inputs, data)
            if trained:
                self.elsewhere |= trained
                result.value = self.changed(result.value, upstream=result.value.upstream | trained)
        return result

    def trained_elsewhere(self, name: str, node: ast.AST, inputs: list[Ref], data: list[Value]) -> int:
        """The fits in a function that the analysis can't see (an own module's): models that nothing has trained are
        handed to it with features and a target, or a network with data and a name that says so. With a splitter of
        folds it cross-validates them. Gives their mask."""
        found = [model for ref in inputs for model in models_in(ref) if self.awaits_training(model)]
        served = [value for value in data if value.rows is not None and value.kind in _LEARNABLE]
        if not found:
            return 0
        if not served:  # what serves the rows is not known either
            return self.trained_on_unknown(name, node, found) if _TRAINS.search(name) else 0
        features = served[0]
        target = next((value for value in served[1:] if value.rows is features.rows and value.id != features.id), None)
        folds = any(ref.value.model is not None and ref.value.model.role is Role.FOLDS for ref in inputs)
        role = Role.CROSS_VALIDATE if folds else Role.FIT
        mask = 0
        for model in dict.fromkeys(found):
            if target is None and not folds and not (model.final().shape is Shape.NETWORK and _TRAINS.search(name)):
                continue
            learned = (features,) if target is None else (features, target)
            number = self.operation(
                role, name, node, data=learned, learns=learned, model=model, traits=model.traits, trust=0.7
            )
            model.fits.append(number)
            for inner in model.flat():
                inner.learned |= features.upstream | 1 << number
            mask |= 1 << number
        return mask

    def trained_on_unknown(self, name: str, node: ast.AST, found: list[Model]) -> int:
        """The fits of networks by a function whose name says so, on rows that nobody knows. Gives their mask."""
        mask = 0
        for model in dict.fromkeys(found):
            if model.final().shape is Shape.NETWORK:
                number = self.operation(Role.FIT, name, node, model=model, traits=model.traits, trust=0.6)
                model.fits.append(number)
                model.learned |= 1 << number
                mask |= 1 << number
        return mask

    def awaits_training(self, model: Model) -> bool:
        """True for a model that predicts and that nothing has trained but functions that the analysis can't see."""
        final = model.final()
        if final.role not in (Role.FIT, Role.TUNE) and final.shape is not Shape.NETWORK:
            return False
        return final.family is not None and all(not self.operations[number].ref for number in model.fits)

    def may_be_source(self, name: str, receiver: Ref | None, value: Value) -> bool:
        """True for a call without data of a function from a module that no table knows (`helpers.load_sales()`), or of
        an object that such a call made: it may read data."""
        if receiver is None or receiver.value.kind in _LIBRARY:
            return "." in name and not value.upstream and not self.tables.covers(name.partition(".")[0])
        return receiver.value.kind is Kind.UNKNOWN and self.is_outside(value.upstream)

    # --- the notebook's own functions ---------------------------------------------------------------------------

    def mapped(self, node: ast.AST, given: list[Ref]) -> Ref | None:
        """`map(function, items)`; given by the layer above."""
        raise NotImplementedError

    def call_function(self, function: Ref, args: list[Ref], node: ast.AST) -> Ref:
        return self.call_ref(function, node, args, {})

    def call_closure(self, callee: Ref, positional: list[Ref], keywords: dict[str, Ref], node: ast.AST) -> Ref:
        """Follow a function of the notebook into its body with the caller's values."""
        closure = callee.closure
        assert closure is not None
        self.calls["user"] += 1
        if isinstance(closure.node, ast.ClassDef):
            return self.instantiate(callee, positional, keywords, node)
        if closure.running >= 1 or self.depth >= MAX_CALL_DEPTH or self.spent or self.evaluated >= MAX_STEPS:
            if self.depth >= MAX_CALL_DEPTH:
                self.note("calls nested deeper than the limit were not followed")
            elif self.evaluated >= MAX_STEPS:
                self.note("the notebook's functions do more than the analysis follows; later calls were not followed")
            return self.unknown_ref([*positional, *keywords.values()])
        if callee.bound is not None:
            positional = [callee.bound, *positional]
        scope = Scope(closure.scope)
        self.bind_parameters(closure.node.args, positional, keywords, scope)
        scope.enter(closure.node, len(self.loops))
        outer, cell = self.scope, self.cell
        self.scope, self.cell = scope, closure.cell
        self.depth += 1
        closure.running += 1
        self.inside.append(closure.name)
        showing, self.showing = self.showing, False
        try:
            if isinstance(closure.node, ast.Lambda):
                return self.eval(closure.node.body)
            self.run(closure.node.body)
        finally:
            self.showing = showing
            closure.running -= 1
            self.inside.pop()
            self.depth -= 1
            self.scope, self.cell = outer, cell
        if not scope.returns:
            return self.nothing()
        result = scope.returns[0]
        for other in scope.returns[1:]:
            if other.value.kind is not Kind.NONE:
                result = self.joined(result, other) if not result.is_container else result
        return self.served_by(result) if closure.yields else result

    def served_by(self, element: Ref) -> Ref:
        """What a generator of the notebook gives: something to loop over, whose members are like the one it yielded."""
        result = self.tuple_ref([element])
        result.open_ = True
        value = self.summary(element)
        result.value = self.changed(result.value, rows=value.rows, upstream=result.value.upstream | value.upstream)
        return result

    def bind_parameters(
        self, parameters: ast.arguments, positional: list[Ref], keywords: dict[str, Ref], scope: Scope
    ) -> None:
        names = [arg.arg for arg in parameters.args]
        defaults = dict(zip(names[len(names) - len(parameters.defaults) :], parameters.defaults, strict=False))
        for argument, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=False):
            names.append(argument.arg)
            if default is not None:
                defaults[argument.arg] = default
        at = 0
        for name in names:
            if name in keywords:
                scope.names[name] = keywords[name]
            elif at < len(positional) and at < len(parameters.args):
                scope.names[name] = positional[at]
                at += 1
            elif name in defaults:
                scope.names[name] = self.eval(defaults[name])
            else:
                scope.names[name] = Ref(self.value(Kind.UNKNOWN, known=False, text=name))
        if parameters.vararg is not None:
            scope.names[parameters.vararg.arg] = self.tuple_ref(positional[at:])
        if parameters.kwarg is not None:
            rest: dict[object, Ref] = {key: ref for key, ref in keywords.items() if key not in names}
            scope.names[parameters.kwarg.arg] = Ref(self.value(Kind.CONTAINER), keys=rest)

    def instantiate(self, callee: Ref, positional: list[Ref], keywords: dict[str, Ref], node: ast.AST) -> Ref:
        """An object of a class of the notebook; one that derives from a known class is a model of that class."""
        closure = callee.closure
        assert closure is not None
        result = Ref(self.value(Kind.UNKNOWN, type=closure.library_base))
        row = self.tables.type(closure.library_base) if closure.library_base else None
        if row is not None and row.gives is Kind.MODEL:
            result = self.construct(Call(node, closure.library_base, None, [], keywords), row)
            if result.value.model is not None:
                result.value.model.own = closure.name
            self.settings_given(result, closure.methods.get("__init__"), positional, keywords)
        elif row is not None:
            result = self.construct_data(Call(node, closure.library_base, None, positional, keywords), row)
        if row is None and closure.methods.keys() & _ANSWERING_METHODS and closure.methods.keys() & _LEARNING_METHODS:
            result.value = self.changed(result.value, text=closure.name)
            self.become_estimator(result)
            self.settings_given(result, closure.methods.get("__init__"), positional, keywords)
        result.attrs = dict(callee.attrs or {})
        for name, method in closure.methods.items():
            if row is not None and name in ("__init__",) and self.depth > 3:
                continue
            result.attrs[name] = self.bind_method(result, method)
        start = result.attrs.get("__init__")
        if start is not None:
            self.call_closure(start, positional, keywords, node)
        elif row is None and isinstance(closure.node, ast.ClassDef) and closure.node.decorator_list:
            result.attrs.update(zip(_fields_of(closure.node), positional, strict=False))  # a dataclass
            result.attrs.update(keywords)
        if row is not None and row.gives is Kind.LOADER and result.value.rows is None:
            result.value = self.rows_held(result, [*positional, *keywords.values()])
        return result

    def settings_given(self, made: Ref, start: Closure | None, positional: list[Ref], keywords: dict[str, Ref]) -> None:
        """What a class of the notebook's own is made with are the model's parameters, by the names in `__init__`."""
        model = made.value.model
        if model is None:
            return
        node = start.node if start is not None else None
        names = [argument.arg for argument in node.args.args[1:]] if isinstance(node, ast.FunctionDef) else []
        given = {**dict(zip(names, positional, strict=False)), **keywords}
        model.params.update({name: self.summary(ref) for name, ref in given.items()})

    def rows_held(self, dataset: Ref, given: list[Ref]) -> Value:
        """A data set written in the notebook: it serves the rows that it was given or that it keeps, else its own."""
        kept = [ref for ref in (dataset.attrs or {}).values() if ref.closure is None]
        values = [value for ref in (*given, *kept) for value in self.flat_values(ref)]
        rows = next((value.rows for value in values if value.rows is not None), None)
        upstream = dataset.value.upstream
        for ref in (*given, *kept):
            upstream |= self.summary(ref).upstream
        return self.changed(dataset.value, rows=rows or self.source_rows(), upstream=upstream, kind=Kind.LOADER)


def _fields_of(node: ast.ClassDef) -> list[str]:
    """The names that a class body annotates or assigns, in order."""
    names: list[str] = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            targets: list[ast.expr] = [statement.target]
        else:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
        names.extend(target.id for target in targets if isinstance(target, ast.Name))
    return names

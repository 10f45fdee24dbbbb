"""Objects of known classes: estimators, pipelines, searches, networks, tables."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from nbaudit.dataflow.builder import touched
from nbaudit.dataflow.call import Call
from nbaudit.dataflow.domain import MADE, Ref, constants_of, names_of
from nbaudit.dataflow.flows import Flows
from nbaudit.knowledge.schema import CallRow, Gives, TypeRow
from nbaudit.model.flow import (
    Columns,
    Kind,
    Model,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.vocabulary import Role, Trait

_OWN_OPERATION = frozenset({Role.SCHEDULE, Role.AUGMENT, Role.PROFILE, Role.VALIDATE, Role.LOAD, Role.BUNDLED})


_COMPILED = ("optimizer", "loss")
"""What a network is compiled with by place."""
_WEIGHTS = frozenset({"parameters", "named_parameters"})


class Objects(Flows):
    """Constructs objects, and changes their parameters and members."""

    def construct(self, call: Call, row: TypeRow) -> Ref:
        """An object of a known class."""
        if row.gives is not Kind.MODEL:
            return self.construct_data(call, row)
        model = self.new_model(row, call)
        inner = call.port(row.inner)
        if row.inner is not None and row.inner.rest:
            for number, ref in enumerate(call.positional[row.inner.position or 0 :]):
                self.add_steps(model, ref, str(number))
        elif inner is not None:
            self.add_steps(model, inner, "0")
        grid = call.port(row.grid)
        if grid is not None:
            self.add_grid(model, grid)
        number = -1
        if not self.is_layer(row.name):
            role = row.role if row.role in _OWN_OPERATION else Role.BUILD
            number = self.operation(
                role,
                row.name,
                call.node,
                ref=row.ref,
                args=model.params,
                model=model,
                traits=row.traits,
                trust=call.trust,
            )
        model.made_by = number
        return Ref(
            self.value(
                Kind.MODEL,
                model=model,
                type=row.name,
                made_by=number,
                # a list of callbacks is known by the operations behind it
                upstream=1 << number if number >= 0 and model.role is Role.SCHEDULE else 0,
                varies=frozenset().union(*(value.varies for value in model.params.values())),
            )
        )

    def tune_by(self, call: Call) -> None:
        """What an optimizer is made with are settings of the model whose `parameters()` it is given."""
        settings = {**dict(zip(("lr",), call.positional[1:2], strict=False)), **call.keywords}
        if not isinstance(call.node, ast.Call):
            return
        weights = [*call.node.args[:1], *(keyword.value for keyword in call.node.keywords if keyword.arg == "params")]
        for node in (inner for argument in weights for inner in ast.walk(argument)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            model = self.eval(node.func.value).value.model if node.func.attr in _WEIGHTS else None
            if model is not None:
                model.params.update({name: self.summary(ref) for name, ref in settings.items() if name != "params"})

    def construct_data(self, call: Call, row: TypeRow) -> Ref:
        if "~optimizer" in self.tables.bases(row.name):
            self.tune_by(call)
        given = call.ports(row.data)
        values = [value for _, ref in given for value in (self.flat_values(ref) or [self.summary(ref)])]
        upstream = stats = 0
        for _, ref in given:
            upstream |= self.summary(ref).upstream
            stats |= self.summary(ref).stats
        number = -1
        if row.role in _OWN_OPERATION:
            number = self.operation(
                row.role,
                row.name,
                call.node,
                ref=row.ref,
                data=tuple(values),
                rows=RowsEffect.SOURCE,
                args=self.arguments(call),
                traits=row.traits,
            )
            upstream |= 1 << number
        rows = next((value.rows for value in values if value.rows is not None), None)
        if rows is None and number >= 0:
            rows = self.source_rows()
        first = next((value for value in values if value.rows is not None), None)
        chosen = next((value for value in values[1:] if value.kind is Kind.INDEX and value.rows is not None), None)
        if rows is not None and chosen is not None and row.gives is Kind.LOADER:
            rows = self.rows_where(rows, Ref(chosen))  # a sampler serves some of the rows
        names: tuple[str, ...] | None = None
        source = given[0][1] if given else None
        if source is not None and source.keys is not None and all(isinstance(key, str) for key in source.keys):
            names = tuple(str(key) for key in source.keys)
        columns = call.keywords.get("columns")
        if columns is not None:
            names = names_of(columns) or names
        base = Columns(base=upstream, names=names)
        if first is not None and names is None:
            base = replace(touched(first.columns, upstream), names=first.columns.names)
            if first.column is not None and row.gives is Kind.TABLE:
                base = replace(base, cut=True)  # made of one column: what it holds of the table is not known
        model = next((value.model for value in values if value.kind in (Kind.PREDICTION, Kind.SCORE)), None)
        result = Ref(
            self.value(
                row.gives,
                rows=rows,
                upstream=upstream,
                columns=base,
                type=row.name,
                made_by=number,
                model=model,
                stats=stats if row.gives is Kind.NUMBER else 0,  # `int(ages.mean())` is a mean still
                text=MADE if row.gives is Kind.FUNCTION else "",
            )
        )
        if row.gives is Kind.LOADER:
            result.attrs = {name: ref for name, ref in given if name in ("data", "label")}
        return result

    def new_model(self, row: TypeRow, call: Call | None = None) -> Model:
        family, task, traits, tunes = row.family, row.task, row.traits, row.tunes
        for base in self.tables.bases(row.name):
            parent = self.tables.type(base)
            if parent is not None and parent is not row:
                family = family or parent.family
                task = task or parent.task
                if parent.name.startswith("~") is False:
                    traits = traits | parent.traits
                    tunes = tunes or parent.tunes
        role = row.role
        if role is Role.BUILD:
            for base in self.tables.bases(row.name):
                parent = self.tables.type(base)
                if parent is not None and parent.role is not Role.BUILD:
                    role = parent.role
                    break
        model = Model(
            id=len(self.models),
            type=row.name,
            role=role,
            family=family,
            task=task,
            traits=traits,
            shape=row.shape,
            ref=row.ref,
            tunes=tunes,
        )
        if row.shape is Shape.PLAIN:
            for base in self.tables.bases(row.name):
                parent = self.tables.type(base)
                if parent is not None and parent.shape is not Shape.PLAIN:
                    model.shape = parent.shape
                    break
        if call is not None:
            for number, ref in enumerate(call.positional[:12]):
                model.params[str(number)] = self.summary(ref)
            for keyword, ref in call.keywords.items():
                model.params[keyword] = self.named_members(ref) if keyword == "metrics" else self.summary(ref)
                if keyword == "compute_metrics":
                    self.reports[model.id] = ref
            if role is Role.SELECT:
                model.traits |= self.traits_of_functions(model)
        self.models.append(model)
        return model

    def traits_of_functions(self, model: Model) -> frozenset[Trait]:
        """What the functions say that a selector is given to score by."""
        found: frozenset[Trait] = frozenset()
        for value in model.params.values():
            if value.kind is Kind.FUNCTION and value.type:
                for row in self.tables.rows(value.type):
                    if isinstance(row, CallRow):
                        found |= row.traits
        return found

    def add_steps(self, model: Model, ref: Ref, name: str, depth: int = 0) -> None:
        """The models inside an argument: a model, a list of models, (name, model[, columns]) tuples, a dict."""
        if depth > 3:
            return
        inner = ref.value.model
        if inner is not None and ref.value.kind is Kind.MODEL:
            if inner is not model:
                model.steps.append((name, inner))
                model.layers += 1
            return
        if ref.keys is not None:
            for key, member in ref.keys.items():
                self.add_steps(model, member, str(key), depth + 1)
            return
        given = self.tables.type(ref.value.type) if ref.value.kind is Kind.FUNCTION and ref.value.type else None
        if given is not None and given.gives is Kind.MODEL and not self.is_layer(given.name):
            model.steps.append((name, self.new_model(given)))  # the class, of which the search makes objects
            return
        for number, member in enumerate(ref.items or ()):
            if member.items and len(member.items) >= 2:
                label = member.items[0].value.constant
                at = 1 if isinstance(label, str) else 0
                step = member.items[at].value.model if at < len(member.items) else None
                if step is not None:
                    step_name = label if isinstance(label, str) else str(number)
                    model.steps.append((step_name, step))
                    chosen = next((names_of(item) for item in member.items[at + 1 :]), None)
                    if at == 0:
                        chosen = names_of(member.items[1])
                    if chosen is not None:
                        model.columns[step_name] = chosen
                    continue
            self.add_steps(model, member, str(number), depth + 1)

    def add_grid(self, model: Model, ref: Ref) -> None:
        for key, member in (ref.keys or {}).items():
            if isinstance(key, str):
                model.grid[key] = self.grid_value(member)
                model.tried += [item.value.model for item in member.items or () if item.value.model is not None]
        for item in ref.items or ():
            if item.keys is not None:
                self.add_grid(model, item)

    def grid_value(self, ref: Ref) -> Value:
        """A list of settings as one constant tuple where all are constants."""
        constants = constants_of(ref)
        value = self.summary(ref)
        if constants is not None:
            return self.changed(value, constant=constants)
        if ref.items is not None and not ref.open_:
            return self.changed(value, constant=tuple(range(len(ref.items))))
        return value

    def pipeline(self, call: Call, row: CallRow) -> Ref:
        type_row = self.tables.type(row.type)
        if type_row is None:
            return self.unknown_ref(call.everything(), known=True)
        model = self.new_model(type_row)
        for number, (_, ref) in enumerate(call.ports(row.data)):
            if ref.items and len(ref.items) >= 2 and ref.items[0].value.model is not None:
                self.add_steps(model, Ref(ref.value, items=[ref]), str(number))
            else:
                self.add_steps(model, ref, str(number))
        number = self.operation(Role.BUILD, row.type, call.node, ref=row.ref, model=model, traits=type_row.traits)
        model.made_by = number
        return Ref(self.value(Kind.MODEL, model=model, type=row.type, made_by=number))

    def inner(self, call: Call, row: CallRow) -> Ref:
        """`best_estimator_`, `named_steps`: the models inside, as learned as their owner."""
        model = call.receiver.value.model if call.receiver is not None else None
        if model is None:
            return self.unknown_ref(call.everything(), known=True)
        if model.shape is Shape.SEARCH and model.steps:
            inner = model.steps[-1][1]
            inner.learned |= model.learned
            value = self.value(Kind.MODEL, model=model, type=inner.type, upstream=model.learned)
            return Ref(value)
        keys: dict[object, Ref] = {
            name: Ref(self.value(Kind.MODEL, model=step, type=step.type)) for name, step in model.steps
        }
        return Ref(self.value(Kind.CONTAINER), keys=keys)

    def set_params(self, call: Call, row: CallRow) -> Ref:
        """set_params and compile: more parameters of the receiver."""
        model = call.receiver.value.model if call.receiver is not None else None
        if model is not None:
            placed = zip(_COMPILED, call.positional if call.name.endswith(".compile") else (), strict=False)
            for keyword, ref in (*placed, *call.keywords.items()):
                model.params[keyword] = self.named_members(ref) if keyword == "metrics" else self.summary(ref)
        self.emit(
            call,
            row,
            row.role or Role.BUILD,
            model=model,
            traits=row.traits,
        )
        return call.receiver if call.receiver is not None and row.gives is Gives.SELF else self.nothing()

    def named_members(self, ref: Ref) -> Value:
        """A list as one constant tuple of names: of strings themselves, of objects their type, of functions their name;
        "?" for what has none."""
        members = [ref] if not ref.is_container else list(ref.members())
        if ref.is_container and any(member.is_container for member in members):
            members = [inner for member in members for inner in ([*member.members()] or [member])]
        names: list[str] = []
        for member in members:
            value = member.value
            if isinstance(value.constant, str):
                names.append(value.constant)
            else:
                names.append(value.type or (member.closure.name if member.closure is not None else "") or "?")
        return self.changed(self.summary(ref), constant=tuple(names))

    def add_layer(self, call: Call, row: CallRow) -> Ref:
        model = call.receiver.value.model if call.receiver is not None else None
        if model is not None:
            for ref in call.positional[:1]:
                self.add_steps(model, ref, str(len(model.steps)))
                model.layers += 1
        return self.nothing()

    def clone(self, call: Call, row: CallRow) -> Ref:
        ref = call.port(row.model) or (call.positional[0] if call.positional else None)
        if ref is None or ref.value.model is None:
            return self.unknown_ref(call.everything(), known=True)
        source = ref.value.model
        copy = replace(source, id=len(self.models), fits=[], names=[], learned=0, params=dict(source.params))
        self.models.append(copy)
        return Ref(self.changed(ref.value, model=copy))

    def mode(self, call: Call, row: CallRow) -> Ref:
        """The receiver, or the model that it was given, goes on as it is."""
        given = call.port(row.model)
        if given is not None:
            return given
        return call.receiver if call.receiver is not None else self.nothing()

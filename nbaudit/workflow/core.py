"""The dataflow graph read as a machine-learning workflow: sources, trainings, evaluations, test rows, leaks.

These are the questions that several checks ask. Each is answered once per audit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, reduce, wraps
from operator import or_
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.model.facts import Fact
from nbaudit.model.flow import (
    CHOSEN,
    NOTHING,
    Binding,
    FlowGraph,
    Kind,
    Model,
    Operation,
    Rows,
    RowsEffect,
    Shape,
    Value,
)
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.source import Cell, CellKind, Notebook, Span
from nbaudit.model.vocabulary import Family, Role, Task, Trait

_LEARNING = frozenset({Role.FIT, Role.TUNE, Role.CROSS_VALIDATE})
_PREDICTING = frozenset({Role.PREDICT})
_CROSSING = frozenset({Role.CROSS_VALIDATE})
_NO_TARGET = frozenset({Family.DENSITY, Family.NEIGHBOURS})
_NO_ALGORITHM = frozenset({Family.BASELINE})


class Training(Struct, frozen=True):
    """One fit, search or cross-validation of a predicting model.

    `model` is the object whose fit was called, `final` the estimator inside that predicts. `features` and `target` are
    the values learned from; `rows` the training rows where known.
    """

    op: Operation
    model: Model
    final: Model
    features: Value | None
    target: Value | None

    @property
    def rows(self) -> Rows | None:
        return self.features.rows if self.features is not None else None

    @property
    def family(self) -> Family | None:
        return self.final.family


class Evaluation(Struct, frozen=True):
    """One measurement of a model.

    `rows` are the rows measured on where known. `held_out` is True where none of them was trained on, False where all
    may have been, None where the analysis can't say. `folds` says that it is a cross-validation's score, `watched`
    that the rows were only watched during a fit (`validation_data`).
    """

    op: Operation
    model: Model | None
    rows: Rows | None
    held_out: bool | None
    folds: bool = False
    watched: bool = False


class Leak(Struct, frozen=True):
    """An operation learned from rows on which a model that it feeds is later measured."""

    op: Operation
    learned: Value
    training: Training
    evaluation: Evaluation
    certain: bool


class Prose(Struct, frozen=True):
    """A sentence of markdown or a comment, and where it stands."""

    span: Span
    text: str


_About = TypeVar("_About")
_Answer = TypeVar("_Answer")


def asked_once(question: Callable[[Workflow, _About], _Answer]) -> Callable[[Workflow, _About], _Answer]:
    """A question about something in a workflow whose answers are kept as long as the workflow, and no longer."""

    @wraps(question)
    def ask(workflow: Workflow, about: _About) -> _Answer:
        known = workflow.answers.setdefault(question, {})
        if about not in known:
            known[about] = question(workflow, about)
        answer: _Answer = known[about]
        return answer

    return ask


def once_per_workflow(question: Callable[[Workflow], _Answer]) -> Callable[[Workflow], _Answer]:
    """A question about a whole workflow whose answer is kept as long as the workflow, and no longer.

    An `lru_cache` would keep the graphs of the notebooks before alive, and the garbage collector would walk them.
    """

    @wraps(question)
    def ask(workflow: Workflow) -> _Answer:
        if question not in workflow.once:
            workflow.once[question] = question(workflow)
        answer: _Answer = workflow.once[question]
        return answer

    return ask


def takes_table(op: Operation) -> bool:
    """True where any data of the operation is a table."""
    return any(value.kind is Kind.TABLE for value in op.data)


class Workflow:
    """One notebook's workflow. Pure: reads the graph and facts, changes nothing."""

    def __init__(
        self,
        notebook: Notebook,
        graph: FlowGraph,
        facts: tuple[Fact, ...] | Callable[[], tuple[Fact, ...]] = (),
        phases: tuple[PhaseLabel, ...] = (),
    ) -> None:
        """`facts` may be a function that reads them: it is called where the first question needs them, if any does."""
        self.notebook = notebook
        self.graph = graph
        self._given = facts
        self.phases = phases
        self.once: dict[object, Any] = {}
        self.answers: dict[object, dict[object, Any]] = {}

    @cached_property
    def _every_fact(self) -> tuple[Fact, ...]:
        return self._given() if callable(self._given) else self._given

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """What outputs show. What a run read from variables shows nobody anything: checks that ask for a look must not
        meet it."""
        return tuple(fact for fact in self._every_fact if not fact.probed)

    @cached_property
    def probed(self) -> tuple[Fact, ...]:
        """What a run read from variables."""
        return tuple(fact for fact in self._every_fact if fact.probed)

    # --- operations by role -------------------------------------------------------------------------------------

    @cached_property
    def _by_role(self) -> dict[Role, list[Operation]]:
        found: dict[Role, list[Operation]] = {}
        for op in self.graph.operations:
            found.setdefault(op.role, []).append(op)
        return found

    def ops(self, *roles: Role) -> list[Operation]:
        """Operations of these roles, in order."""
        if len(roles) == 1:
            return self._by_role.get(roles[0], [])
        wanted = [op for role in roles for op in self._by_role.get(role, [])]
        return sorted(wanted, key=lambda op: op.id)

    def mask_where(self, holds: Callable[[Operation], object]) -> int:
        """Mask of the operations of which a module's function holds, asked once of each.

        `upstream & mask` then says at once what a walk would ask of each operation anew for every model.
        """
        mask = self._masks.get(holds)
        if mask is None:
            mask = self._masks[holds] = sum(op.bit for op in self.graph.operations if holds(op))
        return mask

    def mask_of(self, roles: frozenset[Role]) -> int:
        """Mask of the operations of these roles."""
        mask = self._masks.get(roles)
        if mask is None:
            mask = self._masks[roles] = sum(op.bit for role in roles for op in self._by_role.get(role, ()))
        return mask

    def mask_having(self, trait: Trait) -> int:
        """Mask of the operations with a trait."""
        mask = self._masks.get(trait)
        if mask is None:
            mask = self._masks[trait] = sum(op.bit for op in self.having(trait))
        return mask

    @cached_property
    def _masks(self) -> dict[object, int]:
        return {}

    def having(self, trait: Trait) -> list[Operation]:
        return [op for op in self.graph.operations if trait in op.traits]

    # --- models -------------------------------------------------------------------------------------------------

    @cached_property
    def trainings(self) -> tuple[Training, ...]:
        """Every fit, search and cross-validation of a model that predicts, in order.

        A detector of outliers is a step of the cleaning where anything else is trained, and the model itself elsewhere;
        so are a reduction of a table's columns, and what learns vectors of words.
        """
        return (
            self._fits(lambda final: is_predictor(final) and final.id not in self._reducers)
            or self._fits(lambda final: final.role is Role.DETECT, _LEARNING | {Role.DETECT})
            or tuple(
                training
                for training in self._fits(lambda final: final.role is Role.REDUCE, _LEARNING | {Role.REDUCE})
                if training.family is Family.TOPIC
                or any(value.kind is Kind.TABLE for op in self._behind(training) for value in op.data)
            )
            or self._fits(lambda final: final.has(Trait.TUNABLE), frozenset({Role.VECTORISE}))
        )

    @cached_property
    def _reducers(self) -> frozenset[int]:
        """Models that could predict, as a discriminant analysis can, and only ever reduce the columns of a table."""
        reduces = {op.model.final().id for op in self.ops(Role.REDUCE) if op.model is not None}
        if not reduces:
            return frozenset()
        answers = self.ops(Role.PREDICT, Role.EVALUATE, Role.CROSS_VALIDATE, Role.TUNE)
        return frozenset(reduces - {op.model.final().id for op in answers if op.model is not None})

    def _behind(self, training: Training) -> Iterator[Operation]:
        """The operations that made a training's features."""
        return self.graph.by_mask(training.features.upstream if training.features is not None else 0)

    def _fits(self, wanted: Callable[[Model], bool], roles: frozenset[Role] = _LEARNING) -> tuple[Training, ...]:
        found: list[Training] = []
        for op in self.ops(*roles):
            if op.model is None or op.model.shape is Shape.COLUMNS:
                continue
            final = op.model.final()
            if not wanted(final):
                continue
            features = op.data[0] if op.data else None
            target = op.data[1] if len(op.data) > 1 else None
            found.append(Training(op, op.model, final, features, target))
        return tuple(found)

    @cached_property
    def candidates(self) -> tuple[Training, ...]:
        """One training per distinct model object that is an algorithm (no dummy baseline), in order."""
        seen: set[int] = set()
        found: list[Training] = []
        for training in self.trainings:
            if training.final.family in _NO_ALGORITHM or training.final.id in seen:
                continue
            seen.add(training.final.id)
            found.append(training)
        return tuple(found)

    @cached_property
    def is_workflow(self) -> bool:
        """True where at least one model is fitted, tuned or evaluated."""
        return bool(self.trainings) or any(e.model is not None for e in self.evaluations)

    @cached_property
    def families(self) -> frozenset[Family]:
        return frozenset(t.final.family for t in self.candidates if t.final.family is not None)

    @cached_property
    def tasks(self) -> frozenset[Task]:
        """The tasks of the trained models, from their types, losses and metrics."""
        found: set[Task] = set()
        for training in self.trainings:
            task = self.task_of(training)
            if task is not None:
                found.add(task)
        return frozenset(found)

    def task_of(self, training: Training) -> Task | None:
        """The task of a training's model, from its type, loss or metrics; None where nothing tells."""
        key = id(training.final)
        if key not in self._tasks:
            self._tasks[key] = self._task_of(training.final)
        return self._tasks[key]

    @cached_property
    def _tasks(self) -> dict[int, Task | None]:
        return {}

    def _task_of(self, final: Model) -> Task | None:
        if final.task is not None and final.task is not Task.OTHER:
            return final.task
        for name in ("loss", "objective", "loss_function"):
            loss = final.params.get(name)
            text = str(loss.constant).lower() if loss is not None and loss.constant is not NOTHING else ""
            if loss is not None and not text:
                text = (loss.type or "").lower()
            if "binary" in text:
                return Task.BINARY
            if "categorical" in text or "softmax" in text or "multi" in text or "logistic" in text:
                return Task.CLASSIFICATION
            if any(word in text for word in ("squared", "mse", "mae", "absolute", "huber", "rmse", "mean_")):
                return Task.REGRESSION
        for evaluation in self.evaluations_of(final):
            if Trait.FOR_CLASSES in evaluation.op.traits:
                return Task.CLASSIFICATION
            if Trait.FOR_NUMBERS in evaluation.op.traits:
                return Task.REGRESSION
        return Task.FORECASTING if final.family is Family.TIME_SERIES else None

    @cached_property
    def classifies(self) -> bool:
        return bool(self.tasks & {Task.BINARY, Task.MULTICLASS, Task.CLASSIFICATION})

    @cached_property
    def regresses(self) -> bool:
        return bool(self.tasks & {Task.REGRESSION, Task.FORECASTING})

    @cached_property
    def supervised(self) -> tuple[Training, ...]:
        """Trainings that learn a target (everything but clustering, reduction and detection)."""
        return tuple(
            training
            for training in self.trainings
            if self.task_of(training) not in (Task.CLUSTERING, Task.REDUCTION, Task.OUTLIERS)
            # a curve that describes
            and training.final.task is not Task.OTHER
            # a density of what is given to it, no target,
            # or the neighbours among what is given
            and (training.target is not None or training.final.family not in _NO_TARGET or self.task_of(training))
            # an autoencoder learns its own input
            and (training.target is None or training.features is None or training.target.id != training.features.id)
        )

    # --- evaluations and test rows ------------------------------------------------------------------------------

    @cached_property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Every metric, score and cross-validation, in order, and the rows watched by fits."""
        found: list[Evaluation] = []
        for op in self.graph.operations:
            if op.role is Role.EVALUATE:
                rows = next((value.rows for value in op.data if value.rows is not None), None)
                searched = op.model is not None and op.model.shape is Shape.SEARCH and not op.data[1:]
                if searched and rows is None and op.model is not None and op.model.fits:
                    fitted = self.graph.operations[op.model.fits[-1]]
                    rows = next((value.rows for value in fitted.data if value.rows is not None), None)
                    found.append(Evaluation(op, op.model, rows, True, folds=True))
                    continue
                held_out = self._held_out(op, rows)
                if held_out is False and self._cross_predicted(op):
                    found.append(Evaluation(op, op.model, rows, True, folds=True))
                    continue
                crossed = self._out_of_fold(op) if held_out is False else None
                found.append(Evaluation(op, op.model, crossed or rows, held_out if crossed is None else True))
            elif op.role is Role.CROSS_VALIDATE:
                rows = next((value.rows for value in op.data if value.rows is not None), None)
                found.append(Evaluation(op, op.model, rows, True, folds=True))
            elif op.role in _LEARNING and (op.validation or "validation_split" in op.args):
                watched = [value.rows for value in op.validation if value.rows is not None]
                # the very rows of the training may be watched too
                others = [rows for rows in watched if not any(value.rows is rows for value in op.data)]
                rows = next(iter(others or watched), None)
                found.append(Evaluation(op, op.model, rows, bool(others) or not watched, watched=True))
        return tuple(found)

    def _held_out(self, op: Operation, rows: Rows | None) -> bool | None:
        if rows is None or op.model is None:
            return None
        trained = self.training_rows(op.model, before=self._asked(op))
        if not trained and op.loops:
            # measured before the step, in the same loop: from the second round on the model has learned
            trained = [
                value.rows
                for number in op.model.fits
                if set(op.loops) & set(self.graph.operations[number].loops)
                for value in self.graph.operations[number].data
                if value.rows is not None
            ]
        if not trained:
            return None
        shared = [other for other in trained if rows.overlaps(other)]
        return None if shared and all(self._chosen_apart(rows, other) for other in shared) else not shared

    def _cross_predicted(self, op: Operation) -> bool:
        """True where what is measured was predicted by a cross-validation alone."""
        values = [value for value in op.data if value.model is not None]
        return (
            bool(values)
            and all(value.upstream & self.mask_of(_CROSSING) for value in values)
            and not any(
                made.model is op.model
                for value in values
                for made in self.graph.by_mask(value.upstream & self.mask_of(_PREDICTING))
            )
        )

    def _out_of_fold(self, op: Operation) -> Rows | None:
        """The test rows of the folds, where all that is measured was predicted in a loop over folds, each row by a fit
        that had not seen it; else None."""
        predicted = self.mask_of(_PREDICTING) & reduce(or_, (value.upstream for value in op.data), 0)
        rows: Rows | None = None
        for made in self.graph.by_mask(predicted):
            if made.model is None or op.model is None or made.model.final() is not op.model.final():
                continue
            rows = next((value.rows for value in made.data if value.rows is not None), None)
            fits = [self.graph.operations[number] for number in made.model.fits if number < made.id]
            here = [fit for fit in fits if set(fit.loops) & set(made.loops)]
            if rows is None or not here:
                return None
            if any(value.rows is not None and value.rows.overlaps(rows) for fit in here for value in fit.data):
                return None
        return rows

    def _chosen_apart(self, rows: Rows, trained: Rows) -> bool:
        """True where both sets are choices from the same rows that were not followed: they may share rows or not."""
        mine, theirs = self._choices(rows), self._choices(trained)
        return bool(mine - theirs) and bool(theirs - mine)

    def _choices(self, rows: Rows) -> set[int]:
        """Ids of the sets in a lineage that some of the rows were taken into, nobody knows which; batches of a loop
        make up the whole."""
        return {
            step.id
            for step in rows.lineage()
            if step.parents
            and _is_choice(step, step.parents[0])
            and not (step.made_by >= 0 and self.graph.operations[step.made_by].loops)
        }

    @cached_property
    def _predictions(self) -> int:
        mask = 0
        for op in self.ops(Role.PREDICT):
            mask |= op.bit
        return mask

    @cached_property
    def written_at(self) -> dict[tuple[int, int, int], list[Operation]]:
        """The operations by (cell, line, column) of where they are written, in order."""
        found: dict[tuple[int, int, int], list[Operation]] = {}
        for op in self.graph.operations:
            found.setdefault((op.span.cell, op.span.line, op.span.column), []).append(op)
        return found

    def _asked(self, op: Operation) -> int:
        """When the model gave the predictions that are measured: a later fit does not change them."""
        newest = -1
        for value in op.data:
            mask = value.upstream & self._predictions
            while mask.bit_length() - 1 > newest:
                number = mask.bit_length() - 1
                mask ^= 1 << number
                if self.graph.operations[number].model is op.model:
                    newest = number
        return newest if newest >= 0 else op.id

    def training_rows(self, model: Model, before: int | None = None) -> list[Rows]:
        """The rows of the newest fit of a model before an operation (all fits where `before` is None).

        A cross-validation fits clones, so it counts only for a model that has no other fit.
        """
        numbers = [number for number in model.fits if before is None or number < before]
        own = [number for number in numbers if self.graph.operations[number].role is not Role.CROSS_VALIDATE]
        numbers = own or numbers
        if before is not None:
            numbers = numbers[-1:]
        return [
            value.rows for number in numbers for value in self.graph.operations[number].data if value.rows is not None
        ]

    @cached_property
    def test_sets(self) -> tuple[Evaluation, ...]:
        """Evaluations on rows that the model was not trained on, folds included (catalogue: "test rows")."""
        held = [e for e in self.evaluations if e.held_out and e.rows is not None and not e.watched]
        separate = [e for e in held if not e.folds]
        if held and not separate:
            # what is done with the predictions is not understood, but they are made for rows that were kept back
            separate = self._predicted
            held += separate
        if separate:
            # the inner folds of a search that is followed by a separate test are no test rows
            held = [e for e in held if not e.folds or e.op.role is Role.CROSS_VALIDATE]
        return tuple(held) or self._watched_alone

    @property
    def _predicted(self) -> list[Evaluation]:
        """The predictions of rows that a split kept back, as if they were measured."""
        found: list[Evaluation] = []
        for op in self.ops(Role.PREDICT):
            rows = next((value.rows for value in op.data if value.rows is not None), None)
            if rows is None or op.model is None or rows.role not in ("test", "validation"):
                continue
            if not any(rows.overlaps(trained) for trained in self.training_rows(op.model, before=op.id)):
                found.append(Evaluation(op, op.model, rows, True))
        return found

    @property
    def _watched_alone(self) -> tuple[Evaluation, ...]:
        """The watched rows, where nothing else is measured: then their scores are the result.

        A `validation_split` watches rows of the training data.
        """
        found: list[Evaluation] = []
        for e in self.watched:
            rows = e.rows or next((value.rows for value in e.op.data if value.rows is not None), None)
            if rows is not None and not any(other.model is e.model and not other.watched for other in self.evaluations):
                found.append(replace(e, rows=rows))
        return tuple(found)

    @cached_property
    def watched(self) -> tuple[Evaluation, ...]:
        """Rows watched while fitting (validation_data, eval_set, validation_split)."""
        return tuple(e for e in self.evaluations if e.watched)

    @cached_property
    def modelling(self) -> int:
        """Mask of the operations with a path into any training or evaluation."""
        mask = 0
        for training in self.trainings:
            mask |= training.op.bit
            for value in training.op.data:
                mask |= value.upstream
        for evaluation in self.evaluations:
            for value in evaluation.op.data:
                mask |= value.upstream
        return mask

    def reaches_model(self, op: Operation) -> bool:
        return bool(self.modelling & op.bit)

    def leaks(self, op: Operation) -> Iterator[Leak]:
        """Test rows that an operation learned from, where what it learned reaches the model measured on them.

        An operation inside the folds of a cross-validation or search learned from training folds only, so those folds
        are no test rows to it; and it is a step of clones that are gone when anything else is measured.
        """
        if op.in_folds:
            return
        for learned in op.learns:
            rows = learned.rows
            if rows is None:
                continue
            for place in self._tested.near(rows):
                evaluation = self.test_sets[place]
                if evaluation.op.id < op.id or evaluation.rows is None or not rows.overlaps(evaluation.rows):
                    continue
                if evaluation.folds and _is_step(op, evaluation):
                    continue  # the folds fit the step anew
                training = self.fed_training(op, evaluation)
                if training is not None and not self._is_fitted_with_another(op, training):
                    yield Leak(op, learned, training, evaluation, self._contains(rows, evaluation.rows))

    def _is_fitted_with_another(self, op: Operation, training: Training) -> bool:
        """True for a step of a pipeline that is fitted with its model, where that model's predictions are what another
        one learns from (a stack): the step saw no rows that its model did not."""
        if op.model is None or any(step is op.model for step in training.model.flat()):
            return False
        return any(
            other.op.span == op.span
            and other.target is not None
            and other.final is not op.model.final()
            and any(step is op.model for step in other.model.flat())
            for other in self.trainings
        )

    def _contains(self, rows: Rows, other: Rows) -> bool:
        """True where all of the other rows certainly lie in these."""
        for source, parts in other.atoms:
            if not any(source == mine and constraints <= parts for mine, constraints in rows.atoms):
                return False
        return self._is_followed(rows)

    def _is_followed(self, rows: Rows) -> bool:
        """True where nothing unknown happened to the rows on their way."""
        known = self._followed
        if rows not in known:
            # nearest first, so that its reverse has each set behind those that it was made from
            for step in reversed([step for step in rows.lineage() if step not in known]):
                known[step] = step.effect is not RowsEffect.UNKNOWN and all(known.get(p, True) for p in step.parents)
        return known[rows]

    @cached_property
    def _followed(self) -> dict[Rows, bool]:
        return {}

    def fed_training(self, op: Operation, evaluation: Evaluation) -> Training | None:
        """The training, behind an evaluation, whose features or target the operation shaped."""
        model = evaluation.model
        for training in self.trainings if model is None else self.trainings_of(model):
            if training.op.id > evaluation.op.id:
                break
            inside = any(op.model is step for step in training.model.flat()) if op.model is not None else False
            if inside or any(value.upstream & op.bit for value in training.op.data):
                return training
        return None

    # --- who learned from what, by index ------------------------------------------------------------------------

    def trainings_of(self, model: Model) -> list[Training]:
        """The trainings of a model, or of the estimator inside it, in order."""
        return self._trainings_by_final.get(id(model.final()), [])

    @cached_property
    def _trainings_by_final(self) -> dict[int, list[Training]]:
        found: dict[int, list[Training]] = {}
        for training in self.trainings:
            found.setdefault(id(training.final), []).append(training)
        return found

    @cached_property
    def trainings_by_op(self) -> dict[int, Training]:
        """The trainings by their operation, in order."""
        return {training.op.id: training for training in self.trainings}

    def trainings_with(self, model: Model) -> list[Training]:
        """The trainings of a model or of anything that it is a part of, in order."""
        return self._trainings_by_part.get(id(model), [])

    @cached_property
    def _trainings_by_part(self) -> dict[int, list[Training]]:
        found: dict[int, list[Training]] = {}
        for training in self.trainings:
            for part in {id(part) for part in training.model.flat()}:
                found.setdefault(part, []).append(training)
        return found

    @cached_property
    def uses(self) -> list[Operation]:
        """Every prediction and measurement, in order."""
        return self.ops(Role.PREDICT, Role.EVALUATE)

    def uses_of(self, model: Model) -> list[Operation]:
        """The predictions and measurements of a model, or of the estimator inside it, in order."""
        return self._uses_by_final.get(id(model.final()), [])

    @cached_property
    def _uses_by_final(self) -> dict[int, list[Operation]]:
        found: dict[int, list[Operation]] = {}
        for op in self.uses:
            if op.model is not None:
                found.setdefault(id(op.model.final()), []).append(op)
        return found

    def evaluations_of(self, model: Model) -> list[Evaluation]:
        """The measurements of a model, or of the estimator inside it, in order."""
        return self._evaluations_by_final.get(id(model.final()), [])

    @cached_property
    def _evaluations_by_final(self) -> dict[int, list[Evaluation]]:
        found: dict[int, list[Evaluation]] = {}
        for evaluation in self.evaluations:
            if evaluation.model is not None:
                found.setdefault(id(evaluation.model.final()), []).append(evaluation)
        return found

    def is_trained_on(self, rows: Rows) -> bool:
        """True where a model may have learned from some of the rows."""
        return self._learned.first(rows) is not None

    def first_use_on(self, rows: Rows) -> Operation | None:
        """The first prediction or measurement whose first input may share some of the rows."""
        place = self._used.first(rows)
        return self.uses[place] if place is not None else None

    @cached_property
    def _tested(self) -> _Overlaps:
        return _Overlaps(evaluation.rows for evaluation in self.test_sets)

    @cached_property
    def _learned(self) -> _Overlaps:
        return _Overlaps(training.rows for training in self.trainings)

    @cached_property
    def _used(self) -> _Overlaps:
        return _Overlaps(op.data[0].rows if op.data else None for op in self.uses)

    @cached_property
    def first_trainings(self) -> dict[int, Training]:
        """By operation, the first training that what it gave went into."""
        return first_fed(self.graph, self.trainings)

    # --- sources ------------------------------------------------------------------------------------------------

    @cached_property
    def loads(self) -> tuple[Operation, ...]:
        """Operations that bring raw data in (no bundled data sets)."""
        return tuple(self.ops(Role.LOAD))

    @cached_property
    def first_bindings(self) -> dict[int, Binding]:
        """By operation, the first name that its result was given."""
        found: dict[int, Binding] = {}
        for binding in self.graph.bindings:
            found.setdefault(binding.value.made_by, binding)
        return found

    def last_binding(self, name: str, cell: int) -> Binding | None:
        """What a name was given last, up to the end of a cell."""
        given = reversed(self.bindings_by_name.get(name, ()))
        return next((binding for binding in given if binding.span.cell <= cell), None)

    @cached_property
    def bindings_by_maker(self) -> dict[int, list[Binding]]:
        """By operation, the names that its results were given, in order."""
        found: dict[int, list[Binding]] = {}
        for binding in self.graph.bindings:
            found.setdefault(binding.value.made_by, []).append(binding)
        return found

    @cached_property
    def bindings_by_name(self) -> dict[str, list[Binding]]:
        """The bindings of each name, in order."""
        found: dict[str, list[Binding]] = {}
        for binding in self.graph.bindings:
            found.setdefault(binding.name, []).append(binding)
        return found

    @cached_property
    def bound_reads(self) -> tuple[tuple[Binding, Operation], ...]:
        """The names of what was read from outside, each with its read."""
        operations = self.graph.operations
        held = ((binding, binding.value.made_by) for binding in self.graph.bindings)
        return tuple((b, operations[made]) for b, made in held if made >= 0 and operations[made].role is Role.LOAD)

    def reads_sharing(self, rows: Rows) -> Iterator[tuple[Binding, Operation]]:
        """The names of reads whose rows may share some with these, each with its read, in order."""
        places = {place for source in rows.sources() for place in self._reads_by_source.get(source, ())}
        for place in sorted(places):
            binding, read = self.bound_reads[place]
            if binding.value.rows is not None and binding.value.rows.overlaps(rows):
                yield binding, read

    @cached_property
    def _reads_by_source(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, (binding, _) in enumerate(self.bound_reads):
            if binding.value.rows is not None:
                for source in binding.value.rows.sources():
                    found.setdefault(source, []).append(place)
        return found

    @cached_property
    def worked_on(self) -> dict[int, list[Operation]]:
        """By read, the operations whose first input comes from it, in order."""
        mask = sum(op.bit for op in self.loads)
        found: dict[int, list[Operation]] = {op.id: [] for op in self.loads}
        for op in self.graph.operations:
            if op.data:
                for read in self.graph.by_mask(op.data[0].upstream & mask):
                    found[read.id].append(op)
        return found

    @cached_property
    def raw(self) -> bool:
        """True where modelling data comes from a raw source, or from one the analysis does not know."""
        return any(self.reaches_model(op) for op in self.loads) or not self.ops(Role.BUNDLED)

    @cached_property
    def tabular(self) -> bool:
        """True where a table reaches a model: rows of named columns, time series included."""
        for training in self.trainings:
            for value in training.op.data:
                for op in self.graph.by_mask(value.upstream):
                    if op.role in (Role.LOAD, Role.BUNDLED):
                        if op.traits & {Trait.IMAGE, Trait.AUDIO, Trait.TEXT, Trait.WEIGHTS}:
                            continue
                        return True
        return False

    # --- words --------------------------------------------------------------------------------------------------

    @cached_property
    def prose(self) -> tuple[Prose, ...]:
        """Sentences of markdown cells and comments, in order."""
        found: list[Prose] = []
        for cell in self.notebook.cells:
            if cell.kind is CellKind.MARKDOWN:
                for number, line in enumerate(cell.source.splitlines(), 1):
                    if line.strip():
                        found.append(Prose(Span(cell.index, number, 0, number, len(line)), line.strip()[:2000]))
            elif cell.kind is CellKind.CODE and "#" in cell.source:
                for number, line in enumerate(cell.source.splitlines(), 1):
                    at = line.find("#")
                    if at >= 0 and len(line) < 2000:
                        found.append(Prose(Span(cell.index, number, at, number, len(line)), line[at + 1 :].strip()))
        return tuple(found)

    def says(self, pattern: re.Pattern[str], cells: Iterable[int] | None = None) -> Prose | None:
        """The first sentence that matches, anywhere or in the given cells."""
        if "^" not in pattern.pattern and "$" not in pattern.pattern and not self._is_said(pattern):
            return None  # most questions are asked in vain: one search instead of one a sentence
        wanted = None if cells is None else set(cells)
        for prose in self.prose:
            if (wanted is None or prose.span.cell in wanted) and pattern.search(prose.text):
                return prose
        return None

    def _is_said(self, pattern: re.Pattern[str]) -> bool:
        """Whether any sentence matches; the same question is asked of many places."""
        found = self._said.get(pattern)
        if found is None:
            found = self._said[pattern] = pattern.search(self._all_prose) is not None
        return found

    @cached_property
    def _said(self) -> dict[re.Pattern[str], bool]:
        return {}

    @cached_property
    def _all_prose(self) -> str:
        return "\n".join(prose.text for prose in self.prose)

    # --- facts --------------------------------------------------------------------------------------------------

    def facts_of(self, kind: type[Fact], probed: bool = False) -> list[Fact]:
        """The facts of a kind that were shown; with `probed` also those that a run read from variables."""
        shown = self._by_kind.get(kind, [])
        return [*shown, *(fact for fact in self.probed if isinstance(fact, kind))] if probed else shown

    @cached_property
    def _by_kind(self) -> dict[type[Fact], list[Fact]]:
        found: dict[type[Fact], list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(type(fact), []).append(fact)
        return found

    @cached_property
    def _values(self) -> dict[int, Value]:
        return {value.id: value for op in self.graph.operations for value in op.data}

    def value_of(self, number: int | None) -> Value | None:
        """The value with this id (a fact's `about`), None where no operation reads it."""
        return self._values.get(number) if number is not None else None

    # --- source text --------------------------------------------------------------------------------------------

    @cached_property
    def python_cells(self) -> tuple[Cell, ...]:
        """The code cells in Python, in order."""
        return tuple(cell for cell in self.notebook.cells if cell.is_python)

    def statement_of(self, op: Operation) -> str:
        """The text of the top-level statement that an operation ran from."""
        return "\n".join(self.lines_of(op.site.cell)[op.site.line - 1 : op.site.end_line])

    def lines_of(self, cell: int) -> list[str]:
        """The lines of a cell's Python, none where it has no Python."""
        return self._cells.get(cell, [])

    @cached_property
    def _cells(self) -> dict[int, list[str]]:
        return {cell.index: cell.python.splitlines() for cell in self.notebook.cells if cell.is_python}

    # --- naming -------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> dict[int, str]:
        names: dict[int, str] = {}
        for binding in self.graph.bindings:
            names.setdefault(binding.value.id, binding.name)
        return names

    def name_of(self, value: Value) -> str:
        """The variable that holds a value, the expression that made it, or what it is."""
        name = self._names.get(value.id) or value.column
        if name is None and 0 <= value.made_by < len(self.graph.operations):
            text = self.graph.operations[value.made_by].text
            name = text if 0 < len(text) <= 40 and "`" not in text else None
        return name or {Kind.TABLE: "the table"}.get(value.kind, "the data")


class _Overlaps:
    """Sets of rows in an order, asked which of them may share rows with another; each answer is kept."""

    def __init__(self, sets: Iterable[Rows | None]) -> None:
        self._by_source: dict[int, list[tuple[int, Rows]]] = {}
        self._first: dict[Rows, int | None] = {}
        self._near: dict[frozenset[int], list[int]] = {}
        for place, rows in enumerate(sets):
            if rows is None:
                continue
            for source in rows.sources():
                self._by_source.setdefault(source, []).append((place, rows))

    def first(self, rows: Rows) -> int | None:
        """The place of the first set that may share rows with these, None where there is none."""
        if rows in self._first:
            return self._first[rows]
        places = [
            next((place for place, other in self._by_source.get(source, ()) if other.overlaps(rows)), None)
            for source in rows.sources()
        ]
        found = min((place for place in places if place is not None), default=None)
        self._first[rows] = found
        return found

    def near(self, rows: Rows) -> list[int]:
        """The places of all sets that come from a source of these rows, in order; others share none with them."""
        sources = rows.sources()
        found = self._near.get(sources)
        if found is None:
            near = {place for source in sources for place, _ in self._by_source.get(source, ())}
            found = self._near[sources] = sorted(near)
        return found


def first_fed(graph: FlowGraph, trainings: Iterable[Training]) -> dict[int, Training]:
    """By operation, the first of the trainings that what it gave went into."""
    found: dict[int, Training] = {}
    seen = 0
    for training in trainings:
        mask = 0
        for value in training.op.data:
            mask |= value.upstream
        for op in graph.by_mask(mask & ~seen):
            found[op.id] = training
        seen |= mask
    return found


def _is_step(op: Operation, evaluation: Evaluation) -> bool:
    """True where an operation fits a step of the very model that is cross-validated, and nothing handed to it."""
    if op.model is None or evaluation.model is None or any(value.upstream & op.bit for value in evaluation.op.data):
        return False
    return any(op.model is step for step in evaluation.model.flat())


def is_predictor(model: Model) -> bool:
    """True for models that predict (not transformers, splitters, layers or callbacks)."""
    if model.role in (Role.FIT, Role.TUNE):
        return model.task not in (Task.REDUCTION, Task.OUTLIERS)
    return model.shape is Shape.NETWORK or (model.family is not None and model.task is not None)


def _is_choice(rows: Rows, before: Rows) -> bool:
    """True where nobody knows which rows of a set were taken."""
    added = rows.parts() - before.parts()
    return any(label == CHOSEN for _, label in added) or (rows.effect is RowsEffect.SUBSET and not added)

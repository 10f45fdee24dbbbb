"""What the values of a notebook are to its models: data that goes in, results that come out, or answers for new rows.

The same call means different things: a bar plot of the raw table is pre-processing, of predictions it is evaluation.
Each question here is one `&` on the masks that are collected once per notebook.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nbaudit.model.flow import FlowGraph, Kind, Model, Operation, RowsEffect, Shape, Value
from nbaudit.model.vocabulary import Family, Phase, Role, Task, Trait
from nbaudit.patterns import regex

LEARNING = frozenset({Role.FIT, Role.TUNE, Role.CROSS_VALIDATE})
MODEL_ROLES = frozenset({Role.FIT, Role.TUNE, Role.BUILD, Role.NEUTRAL, Role.UNKNOWN})
_ASKED = frozenset({Role.PREDICT, Role.EVALUATE, Role.CROSS_VALIDATE, Role.SAVE_MODEL})
_WATCHED = regex(r"(?<![a-zA-Z])val(?:id(?:ation)?)?(?![a-z])")
"""A name for rows that are kept to watch a model."""
_READS = frozenset({Role.LOAD, Role.BUNDLED})
_NO_PREDICTOR = frozenset({Task.REDUCTION, Task.OUTLIERS})
_LEARNT_BY_PARTS = frozenset({Family.TOPIC, Family.FACTORISATION})
_HOLDERS = frozenset({Shape.PIPELINE, Shape.COLUMNS, Shape.ENSEMBLE})
_TYPED_IN = frozenset({Kind.ARRAY, Kind.CONTAINER, Kind.TEXT, Kind.NUMBER, Kind.TABLE})
_NEIGHBOURS = "sklearn.neighbors.NearestNeighbors.kneighbors"
"""Neighbours alone measure nothing: who asks for them recommends."""
_RESULT_KINDS = frozenset({Kind.PREDICTION, Kind.SCORE, Kind.HISTORY})


class Results(Struct, frozen=True):
    """Masks over the operations of one graph.

    `answers` are fits, predictions, scores and explanations read for their own sake: not those that a later fit learns
    from, nor those that fill gaps of a table. `new` are predictions for rows that nothing measures. `predictions`,
    `fits` (of predictors), `loads` and `scores` are all operations of that kind. `fills` are the fits behind filled
    gaps. `saved` is all that goes into a file. `parts` are partitions of which one part is trained on and another is
    not. `saved_models` are the operations that save models. `first_read`, `first_fit` and `last_fit` are cells, -1
    without one. `by_hand` are the loops in which a model is trained step by step, by code of the notebook's own.
    `reduces` says that nothing predicts, so that what reduces dimensions is the notebook's model. `choosers` are models
    fitted before any rows are set apart and only asked which features matter; `reducers` are models that change rows
    and never predict.
    """

    answers: int = 0
    new: int = 0
    predictions: int = 0
    fits: int = 0
    loads: int = 0
    scores: int = 0
    fills: int = 0
    saved: int = 0
    parts: frozenset[int] = frozenset()
    saved_models: tuple[int, ...] = ()
    first_read: int = -1
    first_fit: int = -1
    last_fit: int = -1
    by_hand: frozenset[int] = frozenset()
    reduces: bool = False
    choosers: frozenset[int] = frozenset()
    reducers: frozenset[int] = frozenset()

    def phase_of(self, value: Value) -> Phase | None:
        """Evaluation for what comes out of a model, deployment for answers for new rows, None for all else."""
        if value.kind is Kind.MODEL:
            return None
        upstream = value.upstream | value.control
        if upstream & self.new and value.kind is not Kind.SCORE:
            return Phase.DEPLOYMENT
        if upstream & self.answers:
            return Phase.EVALUATION
        if value.kind in _RESULT_KINDS and not upstream & (self.predictions | self.fits):
            return Phase.EVALUATION
        return None

    def is_part(self, value: Value) -> bool:
        """True for rows that a split has set apart."""
        rows = value.rows
        if rows is None or rows.effect is not RowsEffect.PARTITION:
            return False  # resampled since, or given apart by the source
        if rows.made_by >= 0 and self.loads >> rows.made_by & 1:
            return False
        if rows.role:
            return True
        return bool(self.parts) and any(partition in self.parts for partition, _ in rows.parts())


def collect(graph: FlowGraph) -> Results:
    """Read the masks off a graph."""
    answers = predictions = fits = fed = loads = measured = scores = saved = fills = unknown = 0
    first = last = read = -1
    grids = learned = 0
    reduces = _only_reduces(graph)
    trained: set[int] = set()
    learning: list[Operation] = []
    asked: list[Operation] = []
    for op in graph.operations:
        role = op.role
        if op.learns and op.model is not None:
            learned |= op.bit
        if role in LEARNING or (op.learns and op.model is not None and op.model.family in _LEARNT_BY_PARTS):
            if is_learning(op) and is_predictor(op.model):
                first = op.site.cell if first < 0 else first
                last = max(last, op.site.cell)
                fits |= op.bit
                learning.append(op)
                for value in op.data:
                    fed |= value.upstream
                    if value.rows is not None:
                        trained |= value.rows.sources()
        elif reduces and role is Role.REDUCE and op.model is not None:
            fits |= op.bit
            learning.append(op)
            first = op.site.cell if first < 0 else first
            last = max(last, op.site.cell)
        elif role is Role.PREDICT:
            predictions |= op.bit
            asked.append(op)
        elif role is Role.EVALUATE:
            answers |= op.bit
            scores |= op.bit
            for value in (*op.data, *op.args.values()):
                measured |= value.upstream
        elif role is Role.EXPLAIN:
            answers |= op.bit
        elif role in _READS:
            loads |= op.bit
            read = op.site.cell if read < 0 else read
        elif role is Role.SAVE_DATA:
            for value in inputs(op):
                saved |= value.upstream
        elif role is Role.UNKNOWN:
            unknown |= op.bit
        elif Trait.GRID in op.traits:
            grids |= op.bit  # the points at which a model is drawn: no one asks for its answers there
        elif role is Role.CREATE and "rows" in op.args:
            # predictions written into some rows of a table fill its gaps
            filled = op.args.get("value")
            if filled is not None and filled.upstream & predictions:
                fills |= filled.upstream & (predictions | fits)
    choosers, reducers = _helpers(graph)
    for op in graph.operations:
        model = model_of(op)
        if model is not None and model.id in choosers:
            answers &= ~op.bit
            fits &= ~op.bit
    new = 0
    for op in asked:
        if _for_new_rows(op, measured, saved, unknown | grids, trained, loads, learned):
            new |= op.bit
    kept = ~(fills | (fed & (predictions | fits)))
    return Results(
        (answers | predictions | fits) & kept,
        new & ~fills,
        predictions,
        fits,
        loads,
        scores,
        fills,
        saved,
        _split_partitions(graph, {part for op in learning if not op.bit & fills for part in _parts(op)}),
        tuple(op.id for op in graph.operations if op.role is Role.SAVE_MODEL),
        read,
        first,
        last,
        frozenset(op.loops[-1] for op in learning if op.call == "syntax.descent" and op.loops),
        reduces,
        choosers,
        reducers,
    )


def _helpers(graph: FlowGraph) -> tuple[frozenset[int], frozenset[int]]:
    """Ids of the models that choose features before the rows are split, and of those that only change rows."""
    roles: dict[int, set[Role]] = {}
    first: dict[int, int] = {}
    models: dict[int, Model] = {}
    split = -1
    for op in graph.operations:
        if op.role is Role.SPLIT and split < 0:
            split = op.id
        model = model_of(op)
        if model is not None:
            roles.setdefault(model.id, set()).add(op.role)
            models[model.id] = model
            if op.role is Role.FIT:
                first[model.id] = op.id
    unasked = [number for number, done in roles.items() if not done & _ASKED]
    return (
        frozenset(number for number in unasked if Role.EXPLAIN in roles[number] and first.get(number, split) < split),
        frozenset(
            number
            for number in unasked
            if Role.REDUCE in roles[number] and not roles[number] & LEARNING and models[number].role is Role.FIT
        ),
    )


def _only_reduces(graph: FlowGraph) -> bool:
    """True where nothing predicts, and rows are set apart for training all the same or a table is reduced: what reduces
    is the model."""
    if any(op.role in LEARNING and is_learning(op) and is_predictor(op.model) for op in graph.operations):
        return False
    if any("train" in binding.name and binding.value.rows is not None for binding in graph.bindings):
        return True
    return any(
        value.kind is Kind.TABLE
        for op in graph.operations
        if op.role is Role.REDUCE and op.model is not None and op.data
        for behind in graph.by_mask(op.data[0].upstream)
        for value in behind.data
    )


def _for_new_rows(
    op: Operation, measured: int, saved: int, unknown: int, trained: set[int], loads: int, learned: int
) -> bool:
    """True where a prediction is an answer: saved, or made for rows that no one measures or trained on."""
    if measured & op.bit:
        return False
    if saved & op.bit or op.call == _NEIGHBOURS:
        return True
    if not op.data or not trained:
        return False
    value = op.data[0]
    if _WATCHED.search(op.text) or value.kind is Kind.LOADER:
        return False  # rows that a loader gives in batches come with their labels
    if value.rows is None:
        if value.kind is Kind.CONTAINER and value.upstream & loads and not value.upstream & learned:
            return False  # a list of rows that were read
        return value.kind in _TYPED_IN and not value.upstream & unknown
    return not value.rows.sources() & trained


def _parts(op: Operation) -> Iterator[tuple[int, str]]:
    for value in op.data:
        if value.rows is not None:
            yield from value.rows.parts()


def _split_partitions(graph: FlowGraph, trained: set[tuple[int, str]]) -> frozenset[int]:
    """Partitions cut by hand: one part is trained on, another one has a name and is not."""
    if not trained:
        return frozenset()
    ids = {partition for partition, _ in trained}
    found: set[int] = set()
    for binding in graph.bindings:
        rows = binding.value.rows
        if rows is not None and rows.effect is RowsEffect.PARTITION:
            for part in rows.parts():
                if part[0] in ids and part not in trained:
                    found.add(part[0])
    return frozenset(found)


def model_of(op: Operation) -> Model | None:
    """The model that an operation works with, or whose attribute it reads."""
    return op.model or next((value.model for value in op.data if value.kind is Kind.MODEL), None)


def inputs(op: Operation) -> list[Value]:
    """The values that an operation is given, without those that come from nowhere (constants)."""
    values = list(op.data)
    for value in op.args.values():
        if (value.upstream or value.control or value.kind is Kind.MODEL) and value not in values:
            values.append(value)
    if op.receiver is not None:
        values.append(op.receiver)
    return values


def is_learning(op: Operation) -> bool:
    """True for a fit or search itself, False for a look at what one found (`best_params_`)."""
    # by scikit-learn's convention a name that ends in "_" holds what a fit learned
    return not op.call.endswith("_")


def is_predictor(model: Model | None) -> bool:
    """True for a model that predicts or may, False for transformers and selectors, whatever they hold."""
    if model is None:
        return True
    if model.family in _LEARNT_BY_PARTS:
        return True
    if model.shape in _HOLDERS and model.steps:
        return any(is_predictor(step) for _, step in model.steps)
    return model.role in MODEL_ROLES and model.task not in _NO_PREDICTOR

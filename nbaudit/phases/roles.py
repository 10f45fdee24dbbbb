"""The phase of a cell by its operations, weighed by main effect.

A cell that fits a model trains, whatever else it prints: the weights put the roles in the order in which one of them
makes the others a by-product. More operations of one phase add a little, up to `_MOST_EXTRA`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from nbaudit.model.flow import Kind, Model, Operation, Shape, Value
from nbaudit.model.vocabulary import Phase, Role, Trait
from nbaudit.patterns import regex
from nbaudit.phases.clue import Clue
from nbaudit.phases.results import LEARNING, Results, inputs, is_learning, is_predictor, model_of

_LOAD, _PREP, _TRAIN, _EVAL, _DEPLOY, _SETUP = (
    Phase.COLLECTION,
    Phase.PREPROCESSING,
    Phase.TRAINING,
    Phase.EVALUATION,
    Phase.DEPLOYMENT,
    Phase.SETUP,
)

ROLES: dict[Role, tuple[Phase, float, str]] = {
    Role.LOAD: (_LOAD, 5.5, "reads data"),
    Role.BUNDLED: (_LOAD, 5.5, "loads a bundled data set"),
    Role.LOOK: (_PREP, 1.5, "looks at the data"),
    Role.PROFILE: (_PREP, 3.0, "profiles the data"),
    Role.VALIDATE: (_PREP, 0.7, "checks the data"),
    Role.PLOT: (_PREP, 2.0, "plots the data"),
    Role.JOIN: (_PREP, 3.0, "joins tables"),
    Role.CONCAT: (_PREP, 1.5, "puts tables together"),
    Role.FILTER: (_PREP, 1.5, "chooses rows"),
    Role.DROP_MISSING: (_PREP, 3.0, "drops missing values"),
    Role.IMPUTE: (_PREP, 3.0, "fills missing values"),
    Role.DEDUPLICATE: (_PREP, 3.0, "removes duplicates"),
    Role.REPAIR: (_PREP, 1.5, "repairs types or text"),
    Role.CLIP: (_PREP, 2.5, "cuts extreme values"),
    Role.DETECT: (_PREP, 3.0, "looks for outliers"),
    Role.SCALE: (_PREP, 3.5, "scales the data"),
    Role.ROW_NORMALISE: (_PREP, 3.0, "normalises rows"),
    Role.TRANSFORM: (_PREP, 1.5, "transforms values"),
    Role.ENCODE: (_PREP, 3.0, "encodes categories"),
    Role.VECTORISE: (_PREP, 3.5, "turns text into numbers"),
    Role.TOKENISE: (_PREP, 2.5, "cuts text into pieces"),
    Role.DISCRETISE: (_PREP, 2.5, "cuts values into bins"),
    Role.AUGMENT: (_PREP, 2.5, "augments images"),
    Role.CREATE: (_PREP, 2.0, "makes a column"),
    Role.DROP_COLUMNS: (_PREP, 2.5, "drops columns"),
    Role.SELECT_COLUMNS: (_PREP, 1.5, "chooses columns"),
    Role.SELECT: (_PREP, 5.5, "selects features"),
    Role.REDUCE: (_PREP, 3.5, "reduces dimensions"),
    Role.RESAMPLE: (_PREP, 3.5, "resamples the data"),
    Role.WEIGH: (_TRAIN, 1.5, "weighs the classes"),
    Role.AGGREGATE: (_PREP, 1.2, "sums the data up"),
    Role.SHAPE: (_PREP, 0.8, "reshapes the data"),
    Role.SPLIT: (_TRAIN, 8.0, "splits the data"),
    Role.FOLDS: (_TRAIN, 4.0, "splits the data into folds"),
    Role.BUILD: (_TRAIN, 4.0, "builds a model"),
    Role.COMPILE: (_TRAIN, 8.0, "compiles the model"),
    Role.TUNE: (_TRAIN, 11.0, "searches hyperparameters"),
    Role.SCHEDULE: (_TRAIN, 3.0, "sets how training goes on"),
    Role.FIT: (_TRAIN, 11.0, "fits a model"),
    Role.CROSS_VALIDATE: (_TRAIN, 8.0, "cross-validates a model"),
    Role.PREDICT: (_EVAL, 5.0, "predicts"),
    Role.EVALUATE: (_EVAL, 6.0, "scores a model"),
    Role.EXPLAIN: (_EVAL, 4.0, "explains a model"),
    Role.SAVE_MODEL: (_DEPLOY, 7.0, "saves a model"),
    Role.LOAD_MODEL: (_DEPLOY, 6.0, "loads a saved model"),
    Role.SAVE_DATA: (_PREP, 2.0, "saves data"),
    Role.SERVE: (_DEPLOY, 7.0, "serves a model"),
    Role.MONITOR: (Phase.MONITORING, 7.0, "watches a model at work"),
    Role.CONFIGURE: (_SETUP, 1.3, "sets options"),
    Role.INSTALL: (_SETUP, 2.0, "installs packages"),
}
"""What each role says alone; `_judged` turns some of it around by the values that flow in."""

_OUTSIDE = frozenset({Role.FIT, Role.PREDICT, Role.EVALUATE, Role.LOAD, Role.BUNDLED, Role.NEUTRAL})
_SUMS_UP = regex(r"\bselect\b[^;]*?\b(?:count|avg|sum|min|max)\(.*?\bfrom\b", re.IGNORECASE | re.DOTALL)
_MOST_EXTRA = 1.5
_ASKS = frozenset({Role.PREDICT, Role.EVALUATE})
_ON_THE_WAY = 1.5
"""What only prepares the rows that the same cell predicts or measures weighs no more."""
_NO_ROWS = 0.5
"""Looking at or changing a value that is not known to hold rows says less."""
SPLIT_SHAPES = "looks at the shapes of the split"
_NAMES = frozenset({Kind.MODULE, Kind.FUNCTION})
_ANSWERS_FILE = regex(r"submission", re.IGNORECASE)
"""A file that predictions are handed in by."""
_LOOKS = frozenset({Role.LOOK, Role.AGGREGATE, Role.PLOT, Role.PROFILE})
_HANDLES = frozenset(
    {
        Role.FILTER,
        Role.CREATE,
        Role.SELECT_COLUMNS,
        Role.DROP_COLUMNS,
        Role.SHAPE,
        Role.TRANSFORM,
        Role.CONCAT,
        Role.JOIN,
        Role.REPAIR,
        Role.CLIP,
        Role.ENCODE,
    }
)


def by_roles(operations: Iterable[Operation], results: Results) -> list[Clue]:
    """One clue per phase that the operations of one cell speak for, with the reason of the strongest."""
    best: dict[Phase, Clue] = {}
    extra: dict[Phase, float] = {}
    operations = tuple(operations)
    asked = 0
    for op in operations:
        if op.role in _ASKS:
            for value in op.data:
                asked |= value.upstream
    for op in operations:
        clue = _judged(op, results)
        if clue is None:
            continue
        if op.bit & asked and clue.phase is _PREP:
            clue = Clue(_PREP, min(clue.weight, _ON_THE_WAY), clue.reason)
        phase = clue.phase
        before = best.get(phase)
        if before is None or clue.weight > before.weight:
            best[phase] = clue
        extra[phase] = extra.get(phase, 0.0) + 0.1 * clue.weight
    if _LOAD in best and _TRAIN in best and best[_TRAIN].weight == ROLES[Role.SPLIT][1]:
        # a table that is read and cut at once: what later cells get is the data
        best[_LOAD] = best[_LOAD]._replace(weight=best[_LOAD].weight + 4.0)
    if len(best) == 1 and _SETUP in best:
        extra[_SETUP] = extra[_SETUP] + 1.0  # nothing else is done here
    return [
        Clue(phase, clue.weight + min(_MOST_EXTRA, extra[phase] - 0.1 * clue.weight), clue.reason)
        for phase, clue in best.items()
    ]


def _judged(op: Operation, results: Results) -> Clue | None:
    role = op.role
    if results.by_hand and role not in _OUTSIDE and results.by_hand.intersection(op.loops):
        return Clue(_TRAIN, 3.0, "takes part in a training by hand")
    if results.reduces and role is Role.REDUCE:
        return Clue(_TRAIN, 6.0, "fits the model that reduces dimensions")
    if role is Role.UNKNOWN:
        return _unknown(op, results)
    row = ROLES.get(role)
    if row is None:
        return None
    phase, weight, reason = row
    helper = model_of(op) if results.choosers or results.reducers else None
    if helper is not None and helper.id in results.choosers:
        return Clue(_PREP, 5.0, "chooses features by a model")
    if helper is not None and helper.id in results.reducers:
        return Clue(_PREP, 3.5, "reduces dimensions")
    if role in _LOOKS:
        return _look(op, results, weight, reason)
    if role in _HANDLES:
        return _handling(op, results, weight, reason)
    if role in LEARNING:
        return _fit(op, results, weight, reason)
    if role is Role.BUILD:
        return _build(op, weight, reason)
    if role is Role.PREDICT:
        return _prediction(op, results, weight, reason)
    if role is Role.SAVE_DATA or (role is Role.SAVE_MODEL and _is_data(op)):
        return _saving(op, results, weight, reason)
    if op.call.endswith(".best_score_"):
        return Clue(_EVAL, 2.5, "shows the score of the search")
    model = op.model if op.model is not None or phase is not _EVAL else _of_model(op)
    if model is not None and phase is _EVAL and not is_predictor(model) and not _draws_scores(model):
        return Clue(_PREP, 3.0, f"looks at what {_short(model.type)} found")
    if role is Role.LOAD_MODEL:
        return _loading(op, results, weight, reason)
    if role is Role.LOAD:
        read = _reading(op, results)
        if read is not None:
            return read
    if role is Role.LOAD and "(" in op.text and _SUMS_UP.search(op.text):
        return Clue(_PREP, 5.5, "asks a database for sums")
    if op.model is not None and phase is _PREP and is_predictor(op.model):
        return Clue(_TRAIN, 6.0, f"fits {_short(op.model.type)}")
    return Clue(phase, weight, _named(op, role, reason))


def _at_site(op: Operation) -> bool:
    """True for what stands in the statement itself, not in a function that it calls."""
    span, site = op.span, op.site
    return span.cell == site.cell and site.line <= span.line <= max(site.line, site.end_line)


def _of_model(op: Operation) -> Model | None:
    return next((value.model for value in inputs(op) if value.kind is Kind.MODEL), None)


def _look(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    part = data = False
    for value in inputs(op):
        phase = results.phase_of(value)
        data = data or value.rows is not None
        if phase is _DEPLOY and op.role is Role.PLOT:
            return Clue(_EVAL, weight + 1.5, "plots predictions for new rows")
        if phase is _DEPLOY:
            return Clue(_DEPLOY, weight + 0.5, "looks at predictions for new rows")
        if phase is not None:
            return Clue(phase, weight + 1.5, "plots results" if op.role is Role.PLOT else "looks at results")
        model = value.model
        if value.kind is Kind.MODEL and model is not None and is_predictor(model):
            if Trait.SUMMARY in op.traits:
                return Clue(_TRAIN, weight + 2.0, "shows the layers of a model")
            if model.fits and model.fits[0] < op.id:
                return Clue(_EVAL, weight, "looks at the trained model")
            return Clue(_TRAIN, weight, "looks at the model")
        batch = value.kind is Kind.LOADER or (value.kind is Kind.ARRAY and value.text == "batch")
        if batch and op.role is Role.LOOK and Trait.SHAPE in op.traits:
            return Clue(_TRAIN, weight + 0.5, "looks at the batches that a model is fed")
        part = part or results.is_part(value)
    if part and op.role is Role.LOOK and Trait.SHAPE in op.traits and _at_site(op):
        return Clue(_TRAIN, weight + 0.7, SPLIT_SHAPES)
    if not data:
        weight *= _NO_ROWS
    return Clue(_PREP, weight, reason)


def _handling(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    data = False
    for value in inputs(op):
        phase = results.phase_of(value)
        data = data or value.rows is not None
        if phase is _DEPLOY:
            return Clue(phase, weight + 0.5, "works on predictions for new rows")
        if phase is not None:
            return Clue(phase, weight, "works on results")
    if op.role is Role.CREATE and op.data and op.data[0].kind in _NAMES:
        return Clue(_SETUP, 1.3, "sets options")  # an entry of a module's own dictionary
    if op.role in (Role.JOIN, Role.CONCAT) and _of_several_sources(op, results.loads):
        return Clue(_LOAD, weight + 1.5, "joins data of several sources")
    if not data:
        weight *= _NO_ROWS
    return Clue(_PREP, weight, reason)


def _of_several_sources(op: Operation, loads: int) -> bool:
    """True where two inputs go back to readings of which neither holds the other's."""
    masks = [value.upstream & loads for value in op.data]
    return any(a & ~b and b & ~a for a in masks for b in masks)


def _fit(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    if op.bit & results.fills:
        return Clue(_PREP, 5.0, "fills gaps with a model's predictions")
    if not is_predictor(op.model):
        if _draws_scores(op.model):
            return Clue(_EVAL, 5.0, "draws how a model does")
        return Clue(_PREP, 3.5, "fits a transformer")
    if not is_learning(op):
        return Clue(_TRAIN, 3.0, "shows what the search found")
    return Clue(_TRAIN, weight, _named(op, op.role, reason))


def _draws_scores(model: Model | None) -> bool:
    """True for what wraps a model to draw how well it does."""
    return model is not None and model.shape is Shape.WRAPPER and model.role in (Role.EVALUATE, Role.EXPLAIN)


def _build(op: Operation, weight: float, reason: str) -> Clue:
    model = op.model
    if op.call.endswith("make_scorer"):
        return Clue(_EVAL, weight, "makes a score")
    if model is None:
        return Clue(_TRAIN, weight, reason)
    name = _short(model.type)
    if is_predictor(model):
        return Clue(_TRAIN, weight, f"builds {name}" if name else reason)
    row = ROLES.get(model.role)
    phase = row[0] if row is not None and not model.steps else _PREP
    return Clue(phase, 1.8, f"sets up {name}")


def _prediction(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    if op.bit & results.new:
        return Clue(_DEPLOY, weight + 1.0, "predicts for new rows")
    if not op.bit & results.answers:
        return Clue(_PREP, 1.5, "makes features of predictions")
    return Clue(_EVAL, weight, _named(op, op.role, reason))


def _loading(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    """Loading a model is deployment where one was saved; else it is a pre-trained tool, or the best state of a run."""
    if results.saved_models and op.id > results.saved_models[0]:
        return Clue(_DEPLOY, weight + 1.0, reason)
    if op.site.cell < results.first_fit or results.first_fit < 0:
        phase = _PREP if Trait.TEXT in op.traits else _TRAIN
        return Clue(phase, 2.5, "loads a pre-trained model")
    return Clue(_TRAIN, 2.0, "loads a model's state")


def _reading(op: Operation, results: Results) -> Clue | None:
    """What is read for another end than to have data, None for all else."""
    if Trait.WEIGHTS in op.traits:
        return Clue(_TRAIN, 5.0, "loads pre-trained weights")
    fitted = 0 <= results.first_fit < op.site.cell
    if fitted and _ANSWERS_FILE.search(op.text):
        return Clue(_DEPLOY, 6.0, "fills in the file that hands predictions in")
    if Trait.IMAGE in op.traits and 0 <= results.first_read < op.site.cell and not op.loops:
        return Clue(_LOAD, 2.5, "opens a single image")
    return None


def _is_data(op: Operation) -> bool:
    """True where what is saved as objects are is rows, and no model."""
    kept = inputs(op)
    return any(v.rows is not None for v in kept) and not any(v.kind in (Kind.MODEL, Kind.UNKNOWN) for v in kept)


def _saving(op: Operation, results: Results, weight: float, reason: str) -> Clue:
    for value in inputs(op):
        if value.upstream & results.scores:
            return Clue(_EVAL, weight, "saves scores")
        if value.upstream & results.predictions or value.kind is Kind.PREDICTION:
            return Clue(_DEPLOY, 7.0, "saves predictions")
        phase = results.phase_of(value)
        if phase is not None:
            return Clue(phase, weight, "saves results")
    if _ANSWERS_FILE.search(op.text):
        return Clue(_DEPLOY, 7.0, "writes the file that hands predictions in")
    if 0 <= results.last_fit < op.site.cell:
        return Clue(_DEPLOY, 4.5, "saves a file after the last fit")
    return Clue(_PREP, weight, reason)


def _unknown(op: Operation, results: Results) -> Clue | None:
    """A call that no table knows still handles something: results, a model or data."""
    data = False
    for value in inputs(op):
        phase = results.phase_of(value)
        if phase is not None:
            return Clue(phase, 1.5, "works on results")
        model = value.model
        if value.kind is Kind.MODEL and model is not None and is_predictor(model):
            if model.fits and model.fits[-1] < op.id:
                return Clue(_EVAL, 1.5, "works on a trained model")
            return Clue(_TRAIN, 1.2, "works on a model")
        data = data or value.rows is not None
    return Clue(_PREP, 0.8, "works on the data") if data else None


def _named(op: Operation, role: Role, reason: str) -> str:
    """The reason with the model's name where it makes it clearer."""
    name = _short(op.model.final().type) if op.model is not None else ""
    verb = _VERBS.get(role)
    return f"{verb} {name}" if name and verb else reason


_VERBS = {
    Role.FIT: "fits",
    Role.TUNE: "searches hyperparameters of",
    Role.CROSS_VALIDATE: "cross-validates",
    Role.PREDICT: "predicts with",
    Role.EVALUATE: "scores",
}


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def by_parts(bound: Iterable[Value], first_op: int, results: Results) -> Clue | None:
    """A clue where a cell cuts rows apart by hand, one part to train on and another not; its own first operation."""
    for value in bound:
        rows = value.rows
        if rows is None or rows.role or rows.made_by < first_op or not results.parts:
            continue
        new = rows.parts()
        for ancestor in islice(rows.lineage(), _MOST_ANCESTORS):
            if not new:
                break
            if ancestor.made_by < first_op:
                new -= ancestor.parts()
        if new and all(partition in results.parts for partition, _ in new):
            return Clue(_TRAIN, 6.0, "sets rows apart for training and testing")
    return None


_MOST_ANCESTORS = 200
"""Sets of rows that are looked at behind one: rows keep the parts of those that they came from."""

"""Is anything measured on rows that were held out from the training? Pure functions over a `Workflow`."""

from __future__ import annotations

from nbaudit.model.facts import Sample
from nbaudit.model.flow import Kind, Model, Operation, Rows, Shape, Value
from nbaudit.model.vocabulary import Family, Role
from nbaudit.workflow import Evaluation, Training, Workflow
from nbaudit.workflow.columns import spoken_of
from nbaudit.workflow.splits import TEST_NAME, swapped_splits


def holds_out(workflow: Workflow) -> bool:
    """True where a model is, or may be, measured on rows that it was not trained on."""
    first = workflow.supervised[0].op.site.cell if workflow.supervised else 0
    if any(cell > first for cell in workflow.graph.broken):
        return True
    start = workflow.supervised[0].op.id if workflow.supervised else 0
    if swapped_splits(workflow):
        return True  # meant for testing, whatever they are
    for evaluation in workflow.evaluations:
        if evaluation.folds or evaluation.held_out or _called_held_out(workflow, evaluation):
            return True
        if evaluation.model is None and evaluation.op.id < start:
            continue  # of something else, before any model was trained
        if any(not value.known for value in evaluation.op.data) or _unknown_input(workflow, evaluation):
            return True
        if evaluation.held_out is None and evaluation.rows is None:
            if evaluation.model is None and evaluation.op.data:
                return True
            # labels of unknown rows, held against a prediction: they may be test labels
            if len(evaluation.op.data) > 1:
                return True
    for training in workflow.trainings:
        if training.model.shape is Shape.SEARCH or training.op.role is Role.TUNE or training.op.in_folds:
            return True
        out_of_bag = training.final.params.get("oob_score")
        if out_of_bag is not None and out_of_bag.constant is not False:
            return True
        if training.final.family is Family.AUTOML or training.op.trust < 0.5:
            return True
        if training.final.family is Family.NETWORK and training.rows is None and _may_measure(workflow, training):
            return True
    return _handed_on(workflow) or _predicted_apart(workflow)


def _may_measure(workflow: Workflow, training: Training) -> bool:
    """True where a network that learned rows of unknown origin is measured, watched or handed on after that."""
    start = training.op.id
    if any(e.op.id > start or e.op.loops for e in workflow.evaluations):
        return True
    if training.op.role is not Role.FIT or not training.op.data or training.op.loops:
        return True
    return any(
        op.id > start and any(v.model is not None or v.kind is Kind.PREDICTION for v in _given(op))
        for op in workflow.ops(Role.UNKNOWN)
    )


def _called_held_out(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where rows by a name for test rows are measured, which were parted from others by means not understood."""
    if evaluation.watched or evaluation.rows is None or evaluation.model is None:
        return False
    if any(evaluation.rows is rows for rows in workflow.training_rows(evaluation.model)):
        return False
    return any(TEST_NAME.search(workflow.name_of(value)) for value in evaluation.op.data)


def _handed_on(workflow: Workflow) -> bool:
    """True where a function that the notebook does not show gets the labels that models learn."""
    targets = {t.target.column for t in workflow.supervised if t.target is not None and t.target.column is not None}
    for op in workflow.ops(Role.UNKNOWN):
        if any(value.column is not None and value.column in targets for value in op.data):
            return True
    return False


def _unknown_input(workflow: Workflow, evaluation: Evaluation) -> bool:
    """True where the model was trained on a name that the notebook never defines."""
    return any(
        training.model is evaluation.model and training.features is not None and not training.features.known
        for training in workflow.trainings
    )


def _predicted_apart(workflow: Workflow) -> bool:
    """True where rows that a split held out, or a bundled test part, are predicted with their labels at hand."""
    for op in workflow.ops(Role.PREDICT):
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        network = op.model is not None and op.model.family is Family.NETWORK
        if rows is None:
            if op.data and network and _goes_on(workflow, op):
                return True
            continue
        if rows.role.startswith("fold"):
            return True  # kept for all folds, and measured together
        if rows.role in ("test", "validation"):
            if (network and op.loops) or _goes_on(workflow, op) or _truth_read(workflow, op, rows):
                return True
            if _shown(workflow, op) and _truth_shown(workflow, op, rows):
                return True
            continue
        # a loop predicts before it learns
        same = network and op.model is not None and _learns_in(workflow, op.model, op)
        before = None if same else op.id
        if op.model is not None and any(rows.overlaps(mine) for mine in workflow.training_rows(op.model, before)):
            continue
        called = op.call.endswith(".__call__")  # so its answer can go into a loss
        if network and (op.loops or (called and _truth_read(workflow, op, rows, _TENSORS))):
            return True  # a loop over batches of other rows, or a loss of them
        for later in workflow.graph.operations[op.id + 1 :]:
            if later.role in (Role.CREATE, Role.CONCAT, Role.JOIN):
                continue
            if any(v.upstream & op.bit for v in later.data) and any(
                v.rows is not None and v.rows.overlaps(rows) and not v.upstream & op.bit and v.kind is Kind.COLUMN
                for v in later.data
            ):
                return True
    return _drawn_beside_truth(workflow)


def _learns_in(workflow: Workflow, model: Model, op: Operation) -> bool:
    """True where a model learns in the loop in which it predicts."""
    return any(workflow.graph.operations[number].loops == op.loops for number in model.fits) and bool(op.loops)


_TELLING = frozenset({Role.EVALUATE, Role.PLOT, Role.UNKNOWN, Role.EXPLAIN, Role.LOOK, Role.FIT})
"""What may hold a prediction against the truth; only shaped, put into a table or saved, it is held against nothing."""


def _goes_on(workflow: Workflow, op: Operation) -> bool:
    """True where a prediction goes into anything that may hold it against the truth."""
    return any(
        later.role in _TELLING and any(value.upstream & op.bit for value in _given(later))
        for later in workflow.graph.operations[op.id + 1 :]
    )


def _given(op: Operation) -> tuple[Value, ...]:
    return (*op.data, *op.args.values(), *((op.receiver,) if op.receiver is not None else ()))


def _shown(workflow: Workflow, op: Operation) -> bool:
    """True where a prediction is shown, or read by its name."""
    return op.shown or any(
        value.upstream & op.bit
        for cell, read in workflow.graph.reads.items()
        if cell >= op.site.cell
        for value in read.values()
    )


def _truth_shown(workflow: Workflow, op: Operation, rows: Rows) -> bool:
    """True where the labels of the predicted rows are shown too, so that a reader can hold both against each other."""
    given = {value.id for value in op.data}
    return any(
        value.kind is Kind.COLUMN and value.id not in given and (value.rows is rows or _part_of(value.rows, rows))
        for look in workflow.graph.operations
        if look.shown and look.data[:1] != op.data[:1]
        for value in look.data
    ) or any(
        value.kind is Kind.COLUMN and value.rows is rows
        for fact in workflow.facts_of(Sample)
        if (value := spoken_of(workflow, fact)) is not None
    )


def _part_of(some: Rows | None, rows: Rows) -> bool:
    return some is not None and any(step is rows for step in some.lineage())


_COLUMNS, _TENSORS = frozenset({Kind.COLUMN, Kind.ARRAY}), frozenset({Kind.ARRAY})


def _truth_read(workflow: Workflow, op: Operation, rows: Rows, kinds: frozenset[Kind] = _COLUMNS) -> bool:
    """True where other values of the predicted rows are read afterwards: their labels, which may stand beside them."""
    mine = {value.id for value in op.data}
    return any(
        cell >= op.site.cell
        and value.id not in mine
        and value.kind in kinds
        and not value.upstream & op.bit
        and value.rows is not None
        and value.rows.overlaps(rows)
        and (value.rows.role == rows.role or value.rows is rows)
        for cell, read in workflow.graph.reads.items()
        for value in read.values()
    )


def _drawn_beside_truth(workflow: Workflow) -> bool:
    """True where predictions are drawn in one cell with values of rows that no model was trained on."""
    predicted = 0
    for op in workflow.ops(Role.PREDICT):
        predicted |= op.bit
    trained = [t.rows for t in workflow.trainings if t.rows is not None]
    guessed: set[int] = set()
    apart: set[int] = set()
    for op in workflow.ops(Role.PLOT):
        for value in op.data:
            if value.upstream & predicted:
                guessed.add(op.site.cell)
            elif value.rows is not None and not any(value.rows.overlaps(rows) for rows in trained):
                apart.add(op.site.cell)
    return bool(guessed & apart)

"""Questions about splits: how rows are parted, by which call, with which seed.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re

from msgspec import Struct

from nbaudit.model.flow import NOTHING, Binding, Model, Operation, Rows, Value
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Workflow
from nbaudit.workflow.core import once_per_workflow

SEEDS = ("random_state", "seed", "generator", "session_id", "random_seed", "rng")
_SEEDING = regex(r"^[^(]*(?:seed|determinis|reproduc)[^(]*\(", re.IGNORECASE)


class Split(Struct, frozen=True):
    """One way in which rows are parted for measuring.

    `op` is the operation that parts them, or builds the splitter. `shuffles` says that the rows are mixed, `seeded`
    that the mixing can be repeated. `share` is the test share (0 to 1) where known. `rows` are those parted, `target`
    the labels among the parted values where known. `folds` says that each row is tested once or more.
    """

    op: Operation
    shuffles: bool
    stratifies: bool
    grouped: bool
    seeded: bool
    share: float | None
    rows: Rows | None
    data: tuple[Value, ...]
    folds: bool = False


@once_per_workflow
def splits(workflow: Workflow) -> tuple[Split, ...]:
    """The splits whose parts a model is trained or measured on, in order."""
    found: list[Split] = []
    # a network that is trained on rows of unknown origin may be trained on these
    lost = any(t.final.family is Family.NETWORK and t.rows is None for t in workflow.trainings)
    for op in workflow.ops(Role.SPLIT):
        if not workflow.reaches_model(op) and not lost:
            continue
        shuffles = Trait.SHUFFLES in op.traits
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        found.append(
            Split(
                op,
                shuffles,
                Trait.STRATIFIES in op.traits,
                Trait.GROUPED in op.traits,
                not shuffles or _seeded(workflow, op, op.args),
                _test_share(op),
                rows,
                op.data,
            )
        )
    for op in workflow.ops(Role.CROSS_VALIDATE):
        cut = op.args.get("cv")
        if Trait.SHUFFLES in op.traits and (cut is None or cut.model is None):
            rows = next((value.rows for value in op.data if value.rows is not None), None)
            seed = seeded(workflow, op)
            found.append(Split(op, True, False, False, seed, None, rows, op.data, folds=True))
    for model in workflow.graph.models:
        if model.role is Role.FOLDS and model.made_by >= 0:
            split = _folds(workflow, model)
            if split is not None:
                found.append(split)
    return tuple(sorted(found, key=lambda split: split.op.id))


def _folds(workflow: Workflow, model: Model) -> Split | None:
    """The split that a cross-validation splitter makes, None where nothing uses it."""
    user = _folds_user(workflow, model)
    if user is None:
        return None
    op = workflow.graph.operations[model.made_by]
    shuffle = model.params.get("shuffle")
    shuffles = Trait.SHUFFLES in model.traits if shuffle is None else shuffle.constant is True
    rows = next((value.rows for value in user.data if value.rows is not None), None)
    return Split(
        op,
        shuffles,
        Trait.STRATIFIES in model.traits,
        Trait.GROUPED in model.traits,
        not shuffles or _seeded(workflow, op, model.params),
        None,
        rows,
        user.data,
        folds=True,
    )


def _folds_user(workflow: Workflow, model: Model) -> Operation | None:
    searches = {
        search.id for search in workflow.graph.models if any(value.model is model for value in search.params.values())
    }
    for op in workflow.graph.operations[model.made_by + 1 :]:
        if op.role is Role.FOLDS and op.model is model:
            return op
        if op.role in (Role.CROSS_VALIDATE, Role.TUNE, Role.FIT):
            if any(value.model is model for value in op.args.values()):
                return op
            if op.model is not None and op.model.id in searches:
                return op
    return None


def _seeded(workflow: Workflow, op: Operation, args: object) -> bool:
    """True where a seed is given, or randomness was fixed before."""
    assert hasattr(args, "get")
    for name in SEEDS:
        value = args.get(name)
        if value is not None and value.constant is not None:
            return True
    if any(other.id < op.id for other in workflow.having(Trait.SEEDS)):
        return True
    library = op.call.partition(".")[0]
    if any(other.id < op.id and other.call.startswith(f"{library}.") for other in workflow.having(Trait.SEEDS_OWN)):
        return True
    # `seed_everything(7)` of a file that is not seen
    return any(other.id < op.id and _SEEDING.search(other.text) for other in workflow.ops(Role.UNKNOWN))


def seeded(workflow: Workflow, op: Operation) -> bool:
    """True where a random operation can be repeated."""
    return _seeded(workflow, op, op.args)


def _test_share(op: Operation) -> float | None:
    test, train = op.arg("test_size"), op.arg("train_size")
    if isinstance(test, float) and 0 < test < 1:
        return test
    if isinstance(train, float) and 0 < train < 1 and test is NOTHING:
        return 1 - train
    return None


def is_test_part(rows: Rows | None) -> bool:
    """True for the part that a split gave for testing (or a part of it)."""
    return rows is not None and rows.role == "test"


TEST_NAME = regex(r"(?<![a-z])(test|valid|val|holdout|unseen|submission|predict|new|eval)(?![a-z])|_te$", re.I)
"""How people call rows that a model is tested on or used for."""


def called_test(workflow: Workflow, op: Operation) -> bool:
    """True where the rows that an operation learns from are called test rows: in its arguments, by their variable, by
    the file that they were read from, or where the operation is run from a function."""
    learned = op.learns[0]
    if TEST_NAME.search(op.text.partition("(")[2]) or TEST_NAME.search(workflow.name_of(learned)):
        return True
    if op.span != op.site and TEST_NAME.search(workflow.statement_of(op).partition("#")[0]):
        return True
    sources = [rows for rows in learned.rows.lineage() if not rows.parents] if learned.rows is not None else []
    loads = [workflow.graph.operations[rows.made_by] for rows in sources if rows.made_by >= 0]
    return bool(loads) and all(op.role is Role.LOAD and TEST_NAME.search(op.text) for op in loads)


_TRAIN = regex(r"(?:^|_)(?:train|tr|trn|fit)(?:$|_|\d|ing)|train$|^train", re.IGNORECASE)
_TEST = regex(r"(?:^|_)(?:test|te|tst|val|valid|validation|holdout|dev)(?:$|_|\d)|test$|^test", re.IGNORECASE)


@once_per_workflow
def swapped_splits(workflow: Workflow) -> tuple[tuple[Operation, tuple[str, ...]], ...]:
    """(the split, the names) where the parts are unpacked in another order than the library gives them."""
    found: list[tuple[Operation, tuple[str, ...]]] = []
    by_cell: dict[int, list[Binding]] = {}
    for binding in workflow.graph.bindings:
        by_cell.setdefault(binding.span.cell, []).append(binding)
    for op in workflow.ops(Role.SPLIT):
        roles = {value.id: value.rows.role for value in op.outputs if value.rows is not None}
        wrong: dict[str, str] = {}
        for binding in by_cell.get(op.site.cell, ()):
            role = roles.get(binding.value.id)
            if role is None:
                continue
            train, test = bool(_TRAIN.search(binding.name)), bool(_TEST.search(binding.name))
            if train != test and (role, "test" if test else "train") in (("train", "test"), ("test", "train")):
                wrong[binding.name] = role
        if len(set(wrong.values())) == 2:
            found.append((op, tuple(wrong)))
    return tuple(found)

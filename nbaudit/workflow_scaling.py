"""Questions about scaling: what a model's features went through, and on which scales they lie.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nbaudit.model.facts import Describe
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Family, Role, Trait
from nbaudit.workflow import Training, Workflow

_NOT_NUMBERS = frozenset({Role.VECTORISE, Role.TOKENISE})
_SPREAD = 5.0


def scaling_mask(workflow: Workflow) -> int:
    """Mask of the operations that bring values to one scale."""
    mask = 0
    for op in workflow.ops(Role.SCALE, Role.ROW_NORMALISE):
        mask |= op.bit
    for op in workflow.ops(Role.TRANSFORM, Role.AUGMENT):
        # power and quantile transforms standardise; a generator may rescale
        if (op.model is not None and op.learns) or (op.role is Role.AUGMENT and "rescale" in op.args):
            mask |= op.bit
    return mask


def is_scaled(workflow: Workflow, training: Training, mask: int) -> bool:
    """True where any of the training's inputs was scaled, outside the model or inside it."""
    if any(value.upstream & mask for value in training.op.data[:1]):
        return True
    if any(step.role in (Role.SCALE, Role.ROW_NORMALISE) for step in training.model.flat()):
        return True
    return any(
        step.role is Role.SCALE or (step.role is Role.TRANSFORM and step is not training.model and not step.steps)
        for step in training.final.flat()
    )


@lru_cache(maxsize=2)
def sensitive(workflow: Workflow) -> tuple[Training, ...]:
    """Trainings of scale-sensitive estimators on numbers, in order (distance-based clustering included)."""
    return tuple(
        training
        for training in workflow.trainings
        if training.final.has(Trait.SCALE_SENSITIVE) and _numeric(workflow, training)
    )


def _numeric(workflow: Workflow, training: Training) -> bool:
    features = training.features
    if features is None:
        return False
    if any(step.has(Trait.TEXT) for step in training.final.flat()):
        return False
    single = features.kind is Kind.COLUMN and features.column is not None
    if single and not any(op.role in _NOT_NUMBERS for op in workflow.graph.by_mask(features.upstream)):
        return False
    return not any(op.role in _NOT_NUMBERS for op in workflow.graph.by_mask(features.upstream))


def doubtful(workflow: Workflow, value: Value) -> bool:
    """True where something unknown shaped the value, so that it may have been scaled there."""
    return not value.known or any(op.role is Role.UNKNOWN for op in workflow.graph.by_mask(value.upstream))


@lru_cache(maxsize=2)
def spreads(workflow: Workflow) -> dict[str, tuple[float, float, float]]:
    """(standard deviation, smallest, largest) per column where a saved `describe()` shows it; the first one counts."""
    found: dict[str, tuple[float, float, float]] = {}
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        for column, stats in fact.stats.items():
            std, low, high = stats.get("std"), stats.get("min"), stats.get("max")
            if isinstance(std, float | int) and isinstance(low, float | int) and isinstance(high, float | int):
                found.setdefault(column, (float(std), float(low), float(high)))
    return found


def differing(workflow: Workflow, training: Training) -> bool | None:
    """True where the features are shown to spread over different scales, False where over one, None where unknown."""
    features = training.features
    if features is None:
        return None
    columns = features.columns
    target = training.target.column if training.target is not None else None
    stds = [
        std
        for name, (std, _, _) in spreads(workflow).items()
        if name != target and std > 0 and columns.may_hold(name) and not name.startswith("Unnamed")
    ]
    if len(stds) < 2:
        return None
    return max(stds) > _SPREAD * min(stds)


def curated(workflow: Workflow, training: Training) -> bool:
    """True where all the training's data comes with a library."""
    loads = [
        op
        for value in training.op.data
        for op in workflow.graph.by_mask(value.upstream)
        if op.role in (Role.LOAD, Role.BUNDLED)
    ]
    return bool(loads) and all(op.role is Role.BUNDLED for op in loads)


def fitted_scalers(workflow: Workflow) -> Iterator[Operation]:
    """Scalings that learn from rows, in order."""
    for op in workflow.ops(Role.SCALE):
        if op.learns:
            yield op


def is_network(training: Training) -> bool:
    return training.final.family is Family.NETWORK

"""Questions about formulas: which columns were computed from which others of the same row.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

from msgspec import Struct

from nbaudit.model.flow import Columns, Kind, Model, Operation, Shape
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.columns import feature_names, target_name
from nbaudit.workflow.core import once_per_workflow


class Made(Struct, frozen=True):
    """A column that was computed row by row from others of the same table."""

    name: str
    sources: frozenset[str]
    op: Operation


@once_per_workflow
def made_columns(workflow: Workflow) -> tuple[Made, ...]:
    """The columns that are computed from columns of the same row, in order; not from the rows before or after, and not
    from groups or sums over rows."""
    found: list[Made] = []
    for op in workflow.ops(Role.CREATE):
        name, value, table = op.arg("columns"), op.args.get("value"), op.receiver
        if not isinstance(name, str) or value is None or table is None or value.rows is None or not value.known:
            continue
        if value.kind not in (Kind.COLUMN, Kind.ARRAY, Kind.MASK) or value.stats or "rows" in op.args:
            continue
        if table.rows is None or not value.rows.sources() & table.rows.sources():
            continue
        new = list(workflow.graph.by_mask(value.upstream & ~table.upstream))
        if any(step.traits & {Trait.LAG} or step.role in _OF_MANY or _by_group(step) for step in new):
            continue
        sources = {value.column} if value.column is not None else set()
        sources |= _named_beside(workflow, op)
        sources.discard(name)
        if sources:
            found.append(Made(name, frozenset(sources), op))
    return tuple(found)


_COMBINES = frozenset({Role.SELECT, Role.REDUCE, Role.VECTORISE, Role.TOKENISE, Role.JOIN, Role.ENCODE})
_OF_MANY = frozenset({Role.AGGREGATE, Role.PREDICT, Role.UNKNOWN, Role.JOIN, Role.CONCAT, Role.LOAD, Role.IMPUTE})
_COLUMN_OF = regex(r"""\w\s*\[\s*['"]([^'"]+)['"]\s*\]""")
_ACROSS = regex(r"groupby|shift|rolling|expanding|diff\(|pct_change|ewm|cumsum|cummax|mean\(|median\(|\.loc|iloc")


def _by_group(op: Operation) -> bool:
    return any(value.kind is Kind.GROUPS for value in (*op.data, *op.learns))


def _named_beside(workflow: Workflow, op: Operation) -> set[str]:
    """The columns named on the right of the assignment that an operation makes, where it is a plain formula in one
    line at the top level."""
    if op.span.cell != op.site.cell or op.span.line != op.site.line or op.site.line != op.site.end_line:
        return set()
    lines = workflow.lines_of(op.site.cell)
    if not 0 < op.site.line <= len(lines):
        return set()
    right = lines[op.site.line - 1].partition("=")[2]
    if _ACROSS.search(right) or "lambda" in right:
        return set()
    return set(_COLUMN_OF.findall(right))


def target_names_of(training: Training) -> frozenset[str]:
    """The columns that a training learns (several for a network with several outputs)."""
    found = {value.column for value in training.op.data[1:] if value.column is not None}
    name = target_name(training)
    return frozenset(column for column in found | {name} if column is not None and not column.startswith("#"))


def given_columns(workflow: Workflow, training: Training) -> Columns | None:
    """The columns of the features, or of the table that a transformer of columns turned into them; None where they are
    not known."""
    features = training.features
    if features is None or not features.known or features.column is not None:
        return None
    if not features.columns.cut:
        return features.columns
    for op in reversed(list(workflow.graph.by_mask(features.upstream))):
        if op.model is not None and op.model.shape is Shape.COLUMNS:
            table = op.data[0] if op.data and _takes_all(op.model) else None
            return table.columns if table is not None and not table.columns.cut else None
        if op.role not in (Role.SHAPE, Role.SPLIT, Role.LOOK, Role.SCALE, Role.ENCODE, Role.IMPUTE):
            return None
    return None


def _takes_all(model: Model) -> bool:
    """True where a transformer of columns passes on those that it does not name."""
    rest = model.params.get("remainder")
    return rest is not None and rest.constant == "passthrough"


def holds_column(workflow: Workflow, training: Training, name: str) -> bool:
    """True where a column is certainly among the features of a training."""
    columns = given_columns(workflow, training)
    if columns is None or not columns.may_hold(name):
        return False
    for step in training.model.flat():
        if step.shape is Shape.COLUMNS and not _takes_all(step):
            named = {column for columns_ in step.columns.values() for column in columns_}
            if name not in named:
                return False
    if columns.names is not None or columns.selected is not None or name in columns.created:
        return True
    names = feature_names(workflow, training)
    if names is not None:
        return name in names
    assert training.features is not None
    # tables put together of single columns need not hold the others
    return not training.features.upstream & workflow.mask_of(_COMBINES | {Role.CONCAT})


def plain_target(workflow: Workflow, training: Training, names: frozenset[str]) -> bool:
    """True where the target is one of the columns itself (or its logarithm, or codes of it), not a comparison of it
    with other rows."""
    for target in training.op.data[1:]:
        if target.column not in names:
            continue
        base = training.features.upstream if training.features is not None else 0
        own = workflow.graph.by_mask(target.upstream & ~base)
        if not any(op.traits & {Trait.LAG} or op.role in (Role.CREATE, Role.AGGREGATE, Role.UNKNOWN) for op in own):
            return True
    return False

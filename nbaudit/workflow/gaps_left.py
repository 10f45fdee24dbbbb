"""Missing values that are shown and stay: gaps of features, stand-ins, parts that were not treated.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from nbaudit.model.facts import Basis, Counts, Describe, Fact, Missing, Sample, Uniques
from nbaudit.model.flow import Kind, Operation, Rows, Value, mask_of
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.consistency import is_cast
from nbaudit.workflow.gaps import NEVER_ZERO, gap_handling, gaps_in_doubt, makes_gaps
from nbaudit.workflow.raw_tables import (
    JUDGED,
    column_in,
    dtypes,
    fact_value,
    filled_column,
    from_tables,
    on_data,
    on_tables,
    on_tables_of,
    prepared_for_use,
    reaches,
    same_rows,
    targets,
    treats,
)

_STAND_INS = frozenset({"?", "\\N", "-999", "-9999", "-99999", "-999.0", "-9999.0", "999999"})
_WORKING = frozenset(
    {
        Role.IMPUTE,
        Role.REPAIR,
        Role.FILTER,
        Role.CLIP,
        Role.CREATE,
        Role.DROP_MISSING,
        Role.DETECT,
        Role.DISCRETISE,
        Role.UNKNOWN,
    }
)
_STAYS = regex(
    r"(missing|null|nan|gaps?)\b.{0,120}\b(leave|left|keep|kept|handle[sd]?|support|ignore|on purpose|natively)\b|"
    r"\b(leave|left|keep|kept|handle[sd]?|support|ignore|natively)\b.{0,120}(missing|null|nan\b|gaps?\b)",
    re.IGNORECASE,
)


def worked_on(workflow: Workflow, column: str, after: int = -1) -> bool:
    """True where anything may have changed the values of a column, or the rows by them, from a cell on.

    A condition or a write counts for the column that it names; what can't be told apart counts for every column.
    """
    for op in workflow.graph.operations:
        if op.role not in _WORKING or op.site.cell < after or not on_data(op) or not from_tables(workflow, op):
            continue
        if op.role is Role.FILTER:
            if not workflow.reaches_model(op):
                continue
            key = op.args.get("key") or op.args.get("0")
            if key is not None and key.kind in (Kind.MASK, Kind.INDEX) and column_in(op, column):
                return True
            if key is not None and key.kind is Kind.MASK and key.column is not None:
                continue
            if column_in(op, column):
                return True
        elif op.role is Role.CREATE:
            written = op.args.get("columns")
            if written is not None and written.constant == column:
                if _encodes(workflow, op):
                    continue
                return True
            if written is not None and op.call.startswith("syntax.set") and not isinstance(written.constant, str):
                return True
            if "rows" in op.args and column_in(op, column):
                return True
        elif op.role is Role.UNKNOWN:
            if any(value.kind is Kind.TABLE for value in op.data):
                return True
        elif treats(op, column):
            if op.role is Role.DROP_MISSING or is_cast(op):
                continue
            if op.role is Role.IMPUTE and not any(makes_gaps(other) for other in workflow.ops(Role.REPAIR)):
                continue
            return True
    return False


def _encodes(workflow: Workflow, op: Operation) -> bool:
    """True where what is written are codes of the values, the stand-ins among them."""
    value = op.args.get("value")
    made = value.made_by if value is not None else -1
    return made >= 0 and workflow.graph.operations[made].role is Role.ENCODE


def stand_in_values(workflow: Workflow) -> Iterator[tuple[Fact, str, str]]:
    """(fact, column, mark) of stand-ins for gaps that saved outputs show: `?`, -999, impossible zeros."""
    seen: set[tuple[str, str]] = set()
    for fact in workflow.facts:
        if fact.stale or fact.basis is not Basis.OUTPUT:
            continue
        for column, mark in _marks(workflow, fact):
            if (column, mark) not in seen:
                seen.add((column, mark))
                yield fact, column, mark


def _marks(workflow: Workflow, fact: Fact) -> Iterator[tuple[str, str]]:
    if isinstance(fact, Describe):
        value = fact_value(workflow, fact)
        for column, stats in fact.stats.items():
            if value is not None and not _is_source(workflow, value, column, _codes(stats)):
                continue
            least, top = stats.get("min"), stats.get("top")
            if isinstance(top, str) and top in _STAND_INS:
                yield column, top
            if not isinstance(least, (int, float)):
                continue
            never = NEVER_ZERO.search(column.replace("_", " ")) or column.casefold() in _quotes(fact.stats)
            if least == 0 and never and not _is_code(stats):
                yield column, "0"
            elif least in (-999, -9999, -99999):
                yield column, f"{least:g}"
    elif isinstance(fact, (Counts, Uniques)):
        value = fact_value(workflow, fact)
        column = (fact.column if isinstance(fact, Counts) else "") or (value.column if value is not None else "") or ""
        shown = fact.counts if isinstance(fact, Counts) else dict.fromkeys(fact.values, 1)
        for name in shown:
            if column and name.strip() in _STAND_INS:
                yield column, name.strip()
    elif isinstance(fact, Sample):
        for column, cells in zip(fact.columns, fact.by_column, strict=True):
            if cells.count("?") > 1:
                yield column, "?"
            if (
                NEVER_ZERO.search(column.replace("_", " "))
                and _some_zeros(cells)
                and _in_own_units(workflow, fact, column)
            ):
                yield column, "0"


def _quotes(columns: Iterable[str]) -> frozenset[str]:
    """The columns of prices at which something was traded, where all four are there."""
    names = frozenset(column.casefold() for column in columns)
    return _TRADED if names >= _TRADED else frozenset()


_TRADED = frozenset({"open", "high", "low", "close"})


def _some_zeros(cells: tuple[str, ...]) -> bool:
    """True where some printed cells of a column are 0 and others are far above."""
    try:
        numbers = [float(cell) for cell in cells if cell not in ("...", "NaN", "")]
    except ValueError:
        return False
    return sum(number == 0 for number in numbers) > 1 and max(numbers, default=0) > _CODES


_CODES = 5


def _in_own_units(workflow: Workflow, fact: Fact, column: str) -> bool:
    value = fact_value(workflow, fact)
    return value is None or _is_source(workflow, value, column, True)


def _is_source(workflow: Workflow, value: Value, column: str, codes: bool) -> bool:
    """True where a column is still in its own units: nothing scaled it or made codes (whole numbers) of it."""
    roles = {Role.SCALE, Role.ROW_NORMALISE, Role.REDUCE, Role.TRANSFORM} | ({Role.ENCODE} if codes else set())
    return not any(op.role in roles and treats(op, column) for op in workflow.graph.by_mask(value.columns.of(column)))


def _codes(stats: Mapping[str, float | str]) -> bool:
    """True where all printed values of a column are whole numbers."""
    shown = [stats.get(name) for name in ("min", "25%", "50%", "75%", "max")]
    return all(isinstance(number, (int, float)) and number == int(number) for number in shown)


def _is_code(stats: Mapping[str, float | str]) -> bool:
    """True for 0/1 flags and small class codes."""
    shown = [stats.get(name) for name in ("min", "25%", "50%", "75%", "max")]
    return all(isinstance(number, (int, float)) and number == int(number) and number <= 5 for number in shown)


def unhandled_parts(
    workflow: Workflow, roles: tuple[Operation, ...]
) -> Iterator[tuple[Operation, Training, Operation]]:
    """(use, training, treatment): rows that a model is used on without the treatment that its training rows had."""
    every, whole = mask_of(roles), mask_of(op for op in roles if not _lists_values(op))
    for use in workflow.uses:
        value = use.data[0] if use.data else None
        if value is None or value.rows is None or use.model is None or value.kind in JUDGED:
            continue
        for training in on_tables_of(workflow, use.model):
            features = training.features
            if features is None or features.rows is None or features.rows.sources() & value.rows.sources():
                continue
            if any(step.role is Role.IMPUTE for step in training.model.flat()):
                continue
            mine = next(workflow.graph.by_mask(features.upstream & whole), None)
            if mine is not None and not value.upstream & every:
                yield use, training, mine
            break


def _lists_values(op: Operation) -> bool:
    """True for a drop within one column, which leaves the table as it is (`df["site"].dropna().unique()`)."""
    return op.role in (Role.DROP_MISSING, Role.FILTER) and bool(op.data) and op.data[0].kind is Kind.COLUMN


def prepared_with_gaps(
    workflow: Workflow, handling: tuple[Operation, ...]
) -> Iterator[tuple[Operation, Operation, Training, Operation, Fact | None]]:
    """(read, preparation, training, fill, fact): a test file that is prepared for a model without the fill that a
    column of the training data had. `fact` is the output that shows a gap, where there is one."""
    preparing = (Role.DROP_COLUMNS, Role.SELECT_COLUMNS, Role.CREATE, Role.ENCODE)
    for read in workflow.loads:
        binding = workflow.first_bindings.get(read.id)
        held = binding.value if binding is not None else None
        if held is None or held.rows is None or prepared_for_use(workflow, held.rows) is not read:
            continue
        theirs = workflow.worked_on[read.id]
        prepared = [op for op in theirs if op.role in preparing]
        if not prepared or any(op in handling for op in theirs):
            continue
        shown = [f for f in workflow.facts if _speaks_of(workflow, f, held.rows)]
        if any(isinstance(fact, Missing) and not fact.any() for fact in shown):
            continue
        last = [value for op in theirs for value in op.data if value.kind is Kind.TABLE][-1:]
        for training in on_tables(workflow):
            fill = next(
                (
                    op
                    for op in handling
                    for name in [filled_column(op)]
                    if name is not None
                    and not _lists_values(op)
                    and reaches(workflow, training, op)
                    and all(value.columns.may_hold(name) for value in last)
                    and not any(name in _dropped_by(other) for other in prepared)
                ),
                None,
            )
            if fill is not None:
                fact = next((f for f in shown if filled_column(fill) in _gaps_in(f)), None)
                yield read, prepared[-1], training, fill, fact
                break


def _dropped_by(op: Operation) -> str:
    return op.text if op.role is Role.DROP_COLUMNS else ""


def _speaks_of(workflow: Workflow, fact: Fact, rows: Rows) -> bool:
    if fact.stale or not isinstance(fact, (Missing, Sample)):
        return False
    about = fact_value(workflow, fact)
    return about is not None and about.rows is not None and same_rows(about.rows, rows)


def _gaps_in(fact: Fact) -> set[str]:
    """The columns in which a printed table or count shows gaps."""
    if isinstance(fact, Missing):
        return set(fact.some())
    return _gaps_shown(fact) if isinstance(fact, Sample) else set()


def _gaps_shown(sample: Sample) -> set[str]:
    return {
        sample.columns[number]
        for row in sample.cells
        for number, text in enumerate(row)
        if text in ("NaN", "NaT", "<NA>", "None") and number < len(sample.columns)
    }


def gaps_left(workflow: Workflow) -> Iterator[tuple[Missing, tuple[str, ...], Training]]:
    """(fact, columns, training): gaps that an output shows in columns that a model learns from as they are.

    Only where the features certainly hold the columns: chosen by name, or the table that was looked at with known
    columns dropped.
    """
    if not any(isinstance(fact, Missing) and fact.some() for fact in workflow.facts) or gaps_in_doubt(workflow):
        return
    if workflow.says(_STAYS, [c.index for c in workflow.notebook.cells if c.kind is CellKind.MARKDOWN]):
        return
    handled = gap_handling(workflow)
    treated: dict[tuple[int, str], bool] = {}

    def is_treated(training: Training, name: str) -> bool:
        """True where gaps of a column may have been dealt with before a training, or on the way to it."""
        key = training.op.id, name
        if key not in treated:
            treated[key] = any(
                (op.id < training.op.id or reaches(workflow, training, op)) and treats(op, name) for op in handled
            )
        return treated[key]

    seen: set[str] = set()
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if fact.stale or about is None or about.rows is None or about.kind is not Kind.TABLE:
            continue
        for training in on_tables(workflow):
            features = training.features
            if features is None or features.rows is None or training.op.site.cell < fact.cell:
                continue
            if features.kind is not Kind.TABLE or not features.known or not features.rows.overlaps(about.rows):
                continue
            left = tuple(
                name
                for name in fact.some()
                if name not in seen
                and name not in targets(workflow)
                and features.columns.may_hold(name)
                and not is_treated(training, name)
                and not _reshaped(workflow, features, about, name)
            )
            if left:
                seen.update(left)
                yield fact, left, training
                break


_UNSURE = frozenset({Role.UNKNOWN, Role.ENCODE, Role.VECTORISE, Role.AGGREGATE})


def _reshaped(workflow: Workflow, features: Value, about: Value, column: str) -> bool:
    """True where something after the look may have changed the column, or the way is not known."""
    changed = (Role.CREATE, Role.REPAIR, Role.ENCODE, Role.DISCRETISE, Role.UNKNOWN, Role.AGGREGATE, Role.REDUCE)
    mask = features.columns.of(column) & ~about.upstream
    if any(op.role in changed and treats(op, column) for op in workflow.graph.by_mask(mask)):
        return True
    return any(
        op.role in (Role.UNKNOWN, Role.VECTORISE)
        or (op.role is Role.ENCODE and treats(op, column) and not _is_numeric(workflow, column))
        or (op.role is Role.AGGREGATE and bool(op.data) and op.data[0].kind is not Kind.COLUMN)
        for op in workflow.graph.by_mask(features.upstream & ~about.upstream & workflow.mask_of(_UNSURE))
    )


def _is_numeric(workflow: Workflow, column: str) -> bool:
    """True where an output shows that a column holds numbers: an encoder of words leaves it as it is."""
    return dtypes(workflow).get(column, "").startswith(("int", "float")) or any(
        column in fact.stats for fact in workflow.facts_of(Describe) if isinstance(fact, Describe)
    )

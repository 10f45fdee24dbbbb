"""Columns of text that hold quantities or dates, as saved outputs show them, and what becomes of them.

Pure functions over a `Workflow`.
"""

from __future__ import annotations

from collections.abc import Iterator

from nbaudit.model.facts import Counts, Fact, Sample, Uniques
from nbaudit.model.flow import Kind, Operation, Value
from nbaudit.model.vocabulary import Role
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.raw_tables import column_in, dtypes, fact_value, first_reached, targets, treats

_NUMBER = regex(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d+(\.\d+)?")
_QUANTITY = regex(
    r"(?:[$€£₹]|Rs\.?|USD)?\s*(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s*(?P<unit>[^\W\d_]{1,6}|%|[\"'″])?\+?"
)
_DATE = regex(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T]\d{1,2}:\d\d(:\d\d)?\S*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}( \d{1,2}:\d\d\S*)?"
)
_TEXT_COLUMNS = regex(r"['\"]?(object|O)['\"]|\bobject\b|categor")
_GAPS = frozenset({"nan", "NaN", "None", "...", "NaT", "", "?", "-"})
_FEW = 3
_CHANGES = frozenset({Role.REPAIR, Role.CREATE, Role.DISCRETISE, Role.UNKNOWN, Role.TRANSFORM})


def quantities_encoded(workflow: Workflow) -> Iterator[tuple[Fact, str, str, str, Operation, Training]]:
    """(fact, column, "number" or "date", value, encoding, training): a column of text that an output shows to hold
    quantities or dates alone, and that is encoded as if they were categories."""
    told: set[str] = set()
    for fact, column, values in _shown(workflow) if workflow.ops(Role.ENCODE) else ():
        what = _kind_of(values)
        if column in told or what == "" or column in targets(workflow) or not _is_text(workflow, fact, column, what):
            continue
        for op in workflow.ops(Role.ENCODE):
            value = op.data[0] if op.data else None
            if (
                value is None
                or fact.cell > op.site.cell
                or _shows_codes(workflow, fact, op)
                or not _encodes(workflow, op, value, column)
                or _changed(workflow, op, column)
            ):
                continue
            training = first_reached(workflow, op)
            if training is not None:
                told.add(column)
                yield fact, column, what, values[0], op, training
                break


def _shows_codes(workflow: Workflow, fact: Fact, op: Operation) -> bool:
    """True where an output shows what came after an encoding, or may do so."""
    about = fact_value(workflow, fact)
    return (
        about is None
        or bool(about.upstream & op.bit)
        or any(other.role is Role.ENCODE for other in workflow.graph.by_mask(about.upstream))
    )


def _shown(workflow: Workflow) -> Iterator[tuple[Fact, str, tuple[str, ...]]]:
    for fact in workflow.facts:
        if fact.stale:
            continue
        if isinstance(fact, Sample):
            for name, cells in zip(fact.columns, fact.by_column, strict=True):
                yield fact, name, tuple(cell for cell in cells if cell not in _GAPS)
        elif isinstance(fact, (Counts, Uniques)):
            about = fact_value(workflow, fact)
            given = fact.column if isinstance(fact, Counts) else ""
            name = given or (about.column if about is not None else "") or ""
            values = tuple(fact.counts) if isinstance(fact, Counts) else fact.values
            plain = tuple(text.strip("'\" ") for text in values)
            if name:
                yield fact, name, tuple(text for text in plain if text not in _GAPS)


def _kind_of(values: tuple[str, ...]) -> str:
    """ "number" for quantities with one unit, "date" for dates, "" for anything else and for too few values."""
    if len(set(values)) < 2:
        return ""
    if len(set(values)) >= _FEW and all(_DATE.fullmatch(value) for value in values):
        return "date"
    units = set()
    for value in values:
        found = _QUANTITY.fullmatch(value)
        if found is None:
            return ""
        units.add(found["unit"])
    enough = len(set(values)) >= _FEW or None not in units
    return "number" if len(units) == 1 and enough else ""


def _is_text(workflow: Workflow, fact: Fact, column: str, what: str) -> bool:
    """True where the values are shown to be text: a unit, a dtype or quotes say so."""
    dtype = dtypes(workflow).get(column, "")
    if dtype:
        return dtype.startswith(("object", "str"))
    if isinstance(fact, Uniques):
        return bool(fact.values) and all(text.strip().startswith(("'", '"')) for text in fact.values[:_FEW])
    if isinstance(fact, Sample) and what == "number":
        place = fact.columns.index(column)
        cells = [row[place].strip() for row in fact.cells if len(row) > place and row[place].strip() not in _GAPS]
        return all(not _NUMBER.fullmatch(cell) for cell in cells)
    return False


def _encodes(workflow: Workflow, op: Operation, value: Value, column: str) -> bool:
    """True where an encoding makes codes of the column: of it alone, or among those of a table."""
    if value.kind is Kind.COLUMN:
        return value.column == column or (value.column is None and _each_text_column(workflow, op))
    if value.kind is not Kind.TABLE or not treats(op, column):
        return False
    asked = op.args.get("columns") or op.args.get("cols")
    if asked is not None:
        return column_in(op, column)
    return value.columns.selected is None or column in value.columns.selected


def _each_text_column(workflow: Workflow, op: Operation) -> bool:
    """True within a loop over the columns of text."""
    loop = next((item for item in workflow.graph.loops if op.loops and item.id == op.loops[-1]), None)
    if loop is None:
        return False
    lines = workflow.notebook.cells[op.span.cell].source.splitlines()[: op.span.line]
    return bool(_TEXT_COLUMNS.search(loop.text) or any(_TEXT_COLUMNS.search(line) for line in lines))


def _changed(workflow: Workflow, encoding: Operation, column: str) -> bool:
    """True where anything on the way to an encoding may have made something else of the column."""
    value = encoding.data[0]
    mask = value.columns.of(column) if value.kind is Kind.TABLE else value.upstream
    return any(
        op.role in _CHANGES and op.site != encoding.site and treats(op, column) for op in workflow.graph.by_mask(mask)
    )

"""Missing values: who looked for them, and what was filled or dropped, where and how.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from nbaudit.model.facts import Describe, Fact, Missing, ShapeFact
from nbaudit.model.flow import NOTHING, Kind, Operation, Rows, RowsEffect, Value, mask_of
from nbaudit.model.source import CellKind
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.core import asked_once, once_per_workflow
from nbaudit.workflow.raw_tables import (
    JUDGED,
    base_rows,
    fact_value,
    filled_column,
    made_by_op,
    on_data,
    on_tables,
    same_rows,
    targets,
    treats,
)
from nbaudit.workflow.writing import assigned, source_of, written_dict

_GAP_WORDS = regex(r"missing|null|impute|fill_?na|drop_?na|(?<![a-z])nan?(?![a-z])", re.IGNORECASE)
_NO_GAPS = regex(
    r"\b(no|without|free of|zero|not (have|contain) any|n't (have|contain) any|0)\s+(any\s+)?(missing|null|nan)\b|"
    r"\b(missing|null|nan)( attribute)? values?\s*[:?]\s*(\*+\s*)?(no|none|0)\b",
    re.IGNORECASE,
)
_MEANS = regex(
    r"\b(means|meant|meaning|stands? for|represents?|indicates?|denotes?|because|since|signif\w+|bedeutet|porque|"
    r"quiere decir|veut dire)\b",
    re.IGNORECASE,
)
_IMPUTER = regex(r"imput(e|er|ation)", re.IGNORECASE)
_STAND_IN = regex(r"==\s*(['\"](\?|-|NA|N/A|na|n/a|nan|null|none|None|NULL|[Uu]nknown|)\s*['\"]|-9{2,})\s*\)")
_EQUALS_STAND_IN = regex(r"==\s*(0(\.0)?|-1|-9+)(?![\w.])")
_NEIGHBOUR = regex(r"\[[^\]]*\b\w+\b[^\]]*\]\s*=[^=].*\[\s*\w+\s*[-+]\s*1\b")
_NAN_KEY = regex(r"\{\s*(\w+\.)?(nan|NaN|NAN|NA|None)\s*:")
_ALL_COLUMNS = regex(r"(list\()?\w+(\.columns|\.keys\(\))?(\.values|\.tolist\(\)|\.to_list\(\))?\)?")
_SEVERAL = 3
_GAP_MARK = regex(r"(^|\.)(nan|NaN|NAN|NA|NaT)$")
NEVER_ZERO = regex(
    r"(?<![a-z])(height|weight|bmi|glucose|blood[ _-]?pressure|bloodpressure|systolic|diastolic|heart[ _-]?rate|"
    r"heartrate|pulse|insulin|skin[ _-]?thickness|cholesterol|ap[ _]hi|ap[ _]lo|humidity|"
    r"(air|atmospheric)[ _-]?pressure|ha?emoglobin|trestbps|body[ _-]?fat|"
    r"(sc|px|screen|body)[ _](w|h|width|height))(?![a-z])",
    re.IGNORECASE,
)
_NEVER_EMPTY = regex(
    r"(?<![a-z])(age|year[ _-]?built|birth[ _-]?year|salary|wage|income|rating|temperature|humidity)(?![a-z])",
    re.IGNORECASE,
)


def marks_gap(value: Value | None) -> bool:
    """True for the constants that stand for a gap (`np.nan`, `None`, `pd.NA`)."""
    if value is None:
        return False
    constant = value.constant
    if constant is None or (isinstance(constant, float) and constant != constant):
        return True
    return bool(_GAP_MARK.search(value.type)) or bool(_GAP_MARK.search(value.text))


def tests_gaps(workflow: Workflow, value: Value | None) -> bool:
    """True for a mask that says where values are missing."""
    if value is None:
        return False
    if value.varies and value.kind in (Kind.UNKNOWN, Kind.INDEX):
        # a loop over the places of the gaps: `for i in df[df.age.isnull()].index`
        return bool(value.upstream & workflow.mask_having(Trait.MISSING))
    if value.made_by < 0 or value.kind not in (Kind.MASK, Kind.COLUMN, Kind.INDEX, Kind.ARRAY):
        return False
    near = value.upstream >> max(0, value.made_by - 3) << max(0, value.made_by - 3)
    asking = near & workflow.mask_having(Trait.MISSING)
    return bool(asking & workflow.mask_of(_LOOKS))


_LOOKS, _SCALES = frozenset({Role.LOOK}), frozenset({Role.SCALE})


def is_fill(workflow: Workflow, op: Operation) -> bool:
    """True for operations that put values where there were gaps, written in any way."""
    if op.role is Role.IMPUTE:
        return True
    if op.role is Role.REPAIR and "cond" in op.args:
        return tests_gaps(workflow, op.args["cond"])  # `age.where(age.notnull(), mean)`
    if op.role is Role.REPAIR and "to_replace" in op.args and _NAN_KEY.search(op.text):
        return True
    if op.role is Role.REPAIR and len(op.args) > 1:
        old, new = op.args.get("to_replace"), op.args.get("value")
        return marks_gap(old) and new is not None and not marks_gap(new)
    if op.role is Role.CREATE:
        mask = op.args.get("rows") or op.args.get("condition")
        written = tests_gaps(workflow, mask) and not marks_gap(op.args.get("value"))  # gaps may be put back
        return written or _fills_one_by_one(workflow, op)
    if op.role is Role.TRANSFORM and op.learns:
        return bool(_IMPUTER.search(op.text))  # a class of the notebook's own says what it is for
    return False


def _fills_one_by_one(workflow: Workflow, op: Operation) -> bool:
    """True for a value written where an `if` found a gap, or given there by a function that is applied to the rows."""
    if not op.learns:
        return False
    if op.control & workflow.mask_having(Trait.MISSING):
        return True
    if "func" not in op.args:
        return False
    inside = itertools.takewhile(lambda other: _may_be_inside(other, op), workflow.graph.operations[op.id + 1 :])
    return any(other.role is Role.LOOK and Trait.MISSING in other.traits for other in inside)


def _may_be_inside(other: Operation, op: Operation) -> bool:
    """False for what the statement does after the call: a loop's next line, which no function holds."""
    below = other.span.cell == op.span.cell and other.span.line > op.span.end_line
    return other.site == op.site and not below


def makes_gaps(op: Operation) -> bool:
    """True for repairs that turn stand-ins into gaps."""
    if op.role is not Role.REPAIR:
        return False
    if marks_gap(op.args.get("value")):
        return True
    container = op.args.get("to_replace")
    return container is not None and container.kind is Kind.CONTAINER and bool(re.search(r"\b(nan|NaN|NA)\b", op.text))


@once_per_workflow
def fills(workflow: Workflow) -> tuple[Operation, ...]:
    """Every filling of gaps, in order."""
    return tuple(
        op
        for op in workflow.ops(Role.IMPUTE, Role.REPAIR, Role.CREATE, Role.TRANSFORM)
        if is_fill(workflow, op) or _fills_stand_in(op)
    )


def _fills_stand_in(op: Operation) -> bool:
    """True where a figure of the data takes the place of a number that stands for a gap (`replace(0, age.mean())`)."""
    if not op.learns:
        return False
    if op.role is Role.REPAIR and "to_replace" in op.args:
        return op.arg("to_replace") in (0, -1, -9, -99, -999, -9999)
    mask = op.args.get("rows") or op.args.get("cond") or op.args.get("condition")
    return mask is not None and mask.kind is Kind.MASK and bool(_EQUALS_STAND_IN.search(op.text))


def learned_by(workflow: Workflow, op: Operation) -> Value | None:
    """What a fill learned its values from: by itself, or through `fillna(groups.transform("mean"))`."""
    value = op.args.get("value")
    if op.learns:
        return None if op.role is Role.IMPUTE and value is not None and value.constant is not NOTHING else op.learns[0]
    if value is None or not op.data:
        return None
    mask = value.upstream & ~op.data[0].upstream
    return next((other.learns[0] for other in workflow.graph.by_mask(mask) if other.learns), None)


def copies_neighbour(workflow: Workflow, op: Operation) -> bool:
    """True where a loop writes the value of the row before or after into a row, under a condition."""
    if op.role is not Role.CREATE or not op.loops or not op.call.startswith("syntax.set"):
        return False
    lines = workflow.notebook.cells[op.span.cell].source.splitlines()
    line = lines[op.span.line - 1] if 0 < op.span.line <= len(lines) else ""
    above = lines[op.span.line - 2] if op.span.line > 1 else ""
    return bool(_NEIGHBOUR.search(line)) and above.strip().startswith(("if ", "elif ", "while "))


@once_per_workflow
def gap_handling(workflow: Workflow) -> tuple[Operation, ...]:
    """Every operation that deals with gaps: fills, drops, filters by gaps, categories for gaps, in order."""
    found: list[Operation] = list(fills(workflow))
    for op in workflow.ops(Role.DROP_MISSING, Role.DROP_COLUMNS, Role.FILTER, Role.ENCODE, Role.CREATE):
        if (
            op.role is Role.DROP_MISSING
            or (op.role is Role.DROP_COLUMNS and Trait.MISSING in op.traits)
            or (op.role is Role.FILTER and tests_gaps(workflow, op.args.get("key")))
            or op.arg("dummy_na") is True
            or (op.role is Role.CREATE and Trait.MISSING in op.traits)
            or copies_neighbour(workflow, op)
        ):
            found.append(op)
    return tuple(sorted(set(found), key=lambda op: op.id))


def _counts_stand_ins(op: Operation) -> bool:
    """True where the places of a word or number that stands for a gap are counted (`(df == "?").sum()`)."""
    return op.role is Role.AGGREGATE and op.shown and bool(_STAND_IN.search(op.text)) and on_data(op)


@once_per_workflow
def gap_looks(workflow: Workflow) -> tuple[Operation, ...]:
    """Every operation that identifies missing values, in order."""
    found = []
    for op in workflow.graph.operations:
        if op.role is Role.PROFILE or (op.arg("dropna") is False and op.shown) or _counts_stand_ins(op):
            found.append(op)
        elif Trait.MISSING in op.traits and on_data(op):
            counted = op.rows is RowsEffect.COLLAPSE and op.data and op.data[0].kind is not Kind.TABLE
            if not counted:
                found.append(op)
    return tuple(found)


@once_per_workflow
def gaps_in_doubt(workflow: Workflow) -> bool:
    """True where something the analysis can't read may have dealt with gaps, or words say that there are none."""
    for op in workflow.ops(Role.UNKNOWN):
        if _GAP_WORDS.search(op.call) or _GAP_WORDS.search(op.text.partition("(")[0]):
            return True
    for cell in workflow.notebook.cells:
        if cell.kind is CellKind.MARKDOWN and _NO_GAPS.search(cell.source):
            return True
        if cell.index in workflow.graph.broken and re.search(r"\b(isnull|isna|dropna|fillna|info)\(", cell.source):
            return True
    return any(step.role is Role.IMPUTE for t in workflow.trainings for step in t.model.flat())


@once_per_workflow
def _shapes(workflow: Workflow) -> tuple[tuple[ShapeFact, Value, Rows], ...]:
    """(output, table, its rows before they were reordered) of the shapes that outputs show of tables, in order."""
    found: list[tuple[ShapeFact, Value, Rows]] = []
    for shape in workflow.facts_of(ShapeFact):
        assert isinstance(shape, ShapeFact)
        value = fact_value(workflow, shape)
        if value is not None and value.rows is not None and not shape.stale and shape.columns is not None:
            found.append((shape, value, base_rows(value.rows)))
    return tuple(found)


def loss_shown(workflow: Workflow, op: Operation) -> tuple[float, Fact] | None:
    """(share, fact) of the rows that dropping gaps takes away, as saved outputs show it.

    Either the shapes printed before and after, or the largest printed number of gaps of a column that is still there.
    """
    if not op.data or op.data[0].rows is None:
        return None
    before_rows, columns = op.data[0].rows, op.data[0].columns
    before: ShapeFact | None = None
    base = base_rows(before_rows)
    for shape, shown, rows in _shapes(workflow):
        if rows is base:
            before = shape
        elif (
            before is not None
            and before.rows > 0
            and shown.upstream & op.bit
            and shape.rows < before.rows
            and made_by_op(rows, op, before_rows)
        ):
            return 1 - shape.rows / before.rows, shape
    subset = op.args.get("subset")
    if before is None or before.rows <= 0 or subset is not None or "thresh" in op.args or "how" in op.args:
        return None
    latest: Missing | None = None
    for missing in workflow.facts_of(Missing):
        assert isinstance(missing, Missing)
        value = fact_value(workflow, missing)
        if missing.stale or missing.flags or value is None or value.rows is None or missing.cell > op.site.cell:
            continue
        if same_rows(value.rows, before_rows):
            latest = missing
    if latest is None:
        return None
    done = [other for other in gap_handling(workflow) if other.id < op.id and op.data[0].upstream & other.bit]
    left = [
        number if latest.share else number / before.rows
        for name, number in latest.some().items()
        if columns.may_hold(name) and not any(treats(other, name) for other in done)
    ]
    return (max(left), latest) if left else None


@once_per_workflow
def blanket_fills(workflow: Workflow) -> tuple[tuple[Operation, int | float], ...]:
    """(fill, constant): fills of a whole table, not just of named columns, with one number."""
    found: list[tuple[Operation, int | float]] = []
    for op in fills(workflow):
        table = op.data[0] if op.data else None
        constant = _constant_of(op)
        if table is None or constant is None or not _is_whole(workflow, op, table):
            continue
        if made_by_collapsing(workflow, table) or gaps_shown_to_be_none(workflow, op) or _centred(workflow, table):
            continue
        found.append((op, constant))
    return tuple(found)


def says_why(workflow: Workflow, op: Operation) -> bool:
    """True where a comment or the text before says what the value of a fill stands for, or why it is taken."""
    return workflow.says(_MEANS, (op.site.cell - 1, op.site.cell)) is not None


def _constant_of(op: Operation) -> int | float | None:
    """The number that a fill writes, None where it writes something else."""
    given = op.args.get("value") or op.args.get("other")
    if "condition" in op.args:
        given = next((op.args[n] for n in ("x", "y") if n in op.args and op.args[n].kind is Kind.NUMBER), None)
        if given is None:
            return None
    if given is None:
        bare = op.role is Role.IMPUTE and op.model is None and len(op.data) == 1 and set(op.args) == {"x"}
        return 0 if bare and not op.learns and Trait.LAG not in op.traits else None  # nan_to_num(df)
    constant = given.constant
    if isinstance(constant, bool) or not isinstance(constant, (int, float)) or constant != constant:
        return None
    return constant


def _is_whole(workflow: Workflow, op: Operation, table: Value) -> bool:
    """True for a fill of all columns of a table: at once, or in a loop over all of them without a condition."""
    if table.kind is Kind.TABLE:
        rows = op.args.get("rows")
        named = op.call.startswith("syntax.set") and (
            rows is None
            or rows.column is not None
            or op.args.get("columns") is None
            or op.args["columns"].kind is not Kind.MASK
        )
        return table.columns.selected is None and not named
    if table.kind is not Kind.COLUMN or table.column is not None or not op.loops or op.control:
        return False
    loop = next((item for item in workflow.graph.loops if item.id == op.loops[-1]), None)
    return loop is not None and bool(_ALL_COLUMNS.fullmatch(loop.text.strip()))


def _centred(workflow: Workflow, table: Value) -> bool:
    """True where the columns were scaled before, so that 0 is their mean."""
    return bool((table.columns.whole() or table.upstream) & workflow.mask_of(_SCALES))


def made_by_collapsing(workflow: Workflow, table: Value) -> bool:
    """True where the gaps come from what the notebook computed (a pivot, counts, lags), not from the source."""
    if table.rows is None or any(rows.effect is RowsEffect.COLLAPSE for rows in table.rows.lineage()):
        return True
    for op in workflow.graph.by_mask(table.columns.base or table.upstream):
        grouped = bool(op.data) and op.data[0].kind is Kind.GROUPS
        if Trait.LAG in op.traits or op.role is Role.VECTORISE or (op.role is Role.AGGREGATE and grouped):
            return True
        if op.role is Role.SHAPE and op.rows in (RowsEffect.COLLAPSE, RowsEffect.UNKNOWN):
            return True
    return False


def row_drops(workflow: Workflow) -> Iterator[Operation]:
    """Droppings of incomplete rows of a table (not of what lags left empty), whatever columns were asked about."""
    for op in workflow.ops(Role.DROP_MISSING, Role.FILTER):
        table = op.data[0] if op.data else None
        if table is None or table.kind is not Kind.TABLE:
            continue
        if op.role is Role.FILTER and not _keeps_whole_rows(workflow, op, table):
            continue
        if "thresh" in op.args or op.arg("how") == "all":
            continue
        if table.upstream & workflow.mask_having(Trait.LAG):
            continue
        if not gaps_shown_to_be_none(workflow, op):
            yield op


def _keeps_whole_rows(workflow: Workflow, op: Operation, table: Value) -> bool:
    """True for `df[df.notnull().all(axis=1)]`: a filter that keeps the rows without any gap, and for the dropping of
    the rows that such a filter has found (`df.drop(df[df.isna().any(axis=1)].index)`)."""
    key = op.args.get("key")
    if key is None:
        found = [value for value in op.args.values() if value.kind is Kind.INDEX]
        chosen = (o for value in found for o in workflow.graph.by_mask(value.upstream & ~table.upstream))
        key = next((o.args["key"] for o in chosen if o.role is Role.FILTER and "key" in o.args), None)
    if key is None or key.column is not None or not tests_gaps(workflow, key) or not workflow.reaches_model(op):
        return False
    tests = [
        look for look in workflow.graph.by_mask(key.upstream) if look.site == op.site and Trait.MISSING in look.traits
    ]
    return any(look.data and look.data[0].kind is Kind.TABLE and look.data[0].rows is table.rows for look in tests)


def of_all_columns(workflow: Workflow, op: Operation) -> bool:
    """True where a drop asks about every column of the table that was read, or about several of them."""
    chosen = op.data[0].columns.selected
    subset = op.args.get("subset")
    if subset is not None:
        return _listed(workflow, op) >= _SEVERAL
    return chosen is None or len(chosen) >= _SEVERAL


def _listed(workflow: Workflow, op: Operation) -> int:
    """How many columns are listed as the `subset` of a drop, 0 where that is not written."""
    call = source_of(workflow, op)
    given = next((k.value for k in call.keywords if k.arg == "subset"), None) if isinstance(call, ast.Call) else None
    if isinstance(given, ast.Name):
        given = assigned(workflow, given.id, op)
    return len(given.elts) if isinstance(given, (ast.List, ast.Tuple)) else 0


def without_target(workflow: Workflow, op: Operation) -> bool:
    """True where a drop asks about columns among which is a target: rows without one can't be learned."""
    asked = op.args.get("subset")
    if asked is None:
        return False
    names = asked.constant if isinstance(asked.constant, tuple) else (asked.constant,)
    return bool(targets(workflow) & set(names)) or any(name in op.text for name in targets(workflow))


def unseen_drop(workflow: Workflow, op: Operation) -> bool:
    """True where no output can say how many rows a drop took: gaps were not counted before, nor rows both before and
    after."""
    table = op.data[0]
    sources = table.rows.sources() if table.rows is not None else frozenset()
    for look in gap_looks(workflow):
        if look.site == op.site and not look.shown and op.role is Role.FILTER:
            continue
        if look.id < op.id and (not look.data or _shares(look, sources)):
            return False
    before = after = False
    for look in workflow.graph.operations:
        names = look.rows is RowsEffect.COLLAPSE  # `df.columns` says nothing of rows
        shown = look.shown and not look.traits and look.role is Role.LOOK and not names
        counted = Trait.SHAPE in look.traits or shown
        if counted and look.id < op.id:
            before = before or _shares(look, sources)
        elif counted:
            after = after or any(value.upstream & op.bit and value.kind not in JUDGED for value in look.data)
    return not (before and after) and not gaps_in_doubt(workflow)


def _shares(op: Operation, sources: frozenset[int]) -> bool:
    return any(value.rows is not None and value.rows.sources() & sources for value in op.data)


def redone_later(workflow: Workflow, op: Operation) -> bool:
    """True where gaps of the same column or table are handled after all, or the result was tried out before.

    A drop of rows that is forgotten in the middle of a cell is done after all only by another drop of rows.
    """
    column = filled_column(op)
    for other in gap_handling(workflow):
        if other is op or not workflow.reaches_model(other):
            continue
        if op.role is Role.DROP_MISSING and not op.shown and not _same_drop(op, other):
            continue
        if other.id < op.id and not (op.data and op.data[0].upstream & other.bit):
            continue
        if column is None or treats(other, column):
            return True
    return False


def _same_drop(op: Operation, other: Operation) -> bool:
    """True where the other takes at least the rows that this one would have taken."""
    if other.role is not Role.DROP_MISSING:
        return False
    asked = {name: value.constant for name, value in other.args.items() if name not in ("inplace", "ignore_index")}
    mine = {name: value.constant for name, value in op.args.items() if name not in ("inplace", "ignore_index")}
    return not asked or asked == mine


def _may_make_gaps(workflow: Workflow, op: Operation) -> bool:
    """True for joins and new columns, save for those that put a filled column back."""
    if op.role is not Role.CREATE:
        return op.role is Role.JOIN
    value = op.args.get("value")
    made = workflow.graph.operations[value.made_by] if value is not None and value.made_by >= 0 else None
    return made is None or made.role is not Role.IMPUTE


@once_per_workflow
def _shown_to_be_none(workflow: Workflow) -> dict[Rows, list[tuple[Missing, Value]]]:
    """By set of rows, the outputs that show that what they count has no gap, in order, with what they count."""
    found: dict[Rows, list[tuple[Missing, Value]]] = {}
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if not fact.stale and fact.complete and about is not None and about.rows is not None and not fact.any():
            found.setdefault(base_rows(about.rows), []).append((fact, about))
    return found


def gaps_shown_to_be_none(workflow: Workflow, op: Operation) -> bool:
    """True where a saved output before the operation shows that what it fills or drops has no gap."""
    value = op.data[0] if op.data else None
    if value is None or value.rows is None:
        return False
    for fact, about in _shown_to_be_none(workflow).get(base_rows(value.rows), ()):
        if fact.cell > op.site.cell or about.upstream & op.bit:
            continue
        between = list(workflow.graph.by_mask(value.upstream & ~about.upstream))
        if value.kind is Kind.COLUMN:
            if not any(other.role is not Role.LOOK for other in between):
                return value.column in fact.counts or not fact.counts
        elif not any(makes_gaps(other) or _may_make_gaps(workflow, other) for other in between):
            return True
    return False


def impossible_fills(workflow: Workflow) -> Iterator[tuple[Operation, str, int | float, Fact | None]]:
    """(fill, column, constant, fact): gaps of one column filled with 0 or less where that is no value of it.

    Its name says so, or an output shows a least value well above (`fact`).
    """
    high: dict[str, Fact] = {}
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        for name, stats in fact.stats.items():
            least, middle = stats.get("min"), stats.get("50%")
            if isinstance(least, (int, float)) and isinstance(middle, (int, float)) and 0 < 0.3 * middle < least:
                high.setdefault(name, fact)
    for op, column, number in _column_fills(workflow):
        if op.role is Role.CREATE and re.search(r"[&|]", op.text):
            continue  # by another column too: nothing is 0 where there is none
        if number > 0 or column in targets(workflow):
            continue
        if not workflow.reaches_model(op) or gaps_shown_to_be_none(workflow, op) or _binned_after(workflow, op):
            continue
        words = column.replace("_", " ")
        if _NEVER_EMPTY.search(words) or NEVER_ZERO.search(words):
            yield op, column, number, None
        elif column in high:
            yield op, column, number, high[column]


def _column_fills(workflow: Workflow) -> Iterator[tuple[Operation, str, int | float]]:
    """(fill, column, constant): fills of one column with a number, and of several by a dictionary of numbers."""
    for op in fills(workflow):
        column, number = filled_column(op), _constant_of(op)
        if op.model is None and column is not None and number is not None:
            yield op, column, number
        elif op.model is None and column is None and op.role is Role.IMPUTE and "{" in op.text:
            for name, given in (written_dict(workflow, op) or {}).items():
                if isinstance(name, str) and isinstance(given, (int, float)) and not isinstance(given, bool):
                    yield op, name, given


def _binned_after(workflow: Workflow, op: Operation) -> bool:
    """True where the filled column is cut into bins next, one of which is that of the gaps."""
    return any(
        other.id > op.id
        and other.data
        and other.data[0].column == op.data[0].column
        and other.data[0].upstream & op.bit
        for other in workflow.ops(Role.DISCRETISE)
    )


def treated_copies(workflow: Workflow) -> Iterator[tuple[Operation, Training]]:
    """(treatment, training): gaps treated in a table that no model learns from, where a model learns from the same rows
    with no gap treated. The first treatment of each table is given.

    Rows dropped into a table of another name may be for a plot; so only fills, and drops in place, count.
    """
    handled = [op for op in gap_handling(workflow) if op.role in (Role.IMPUTE, Role.DROP_MISSING) and op.data]
    lost = [
        op
        for op in handled
        if op.model is None
        and not workflow.reaches_model(op)
        and op.data[0].rows is not None
        and (op.inplace or (op.role is Role.IMPUTE and _is_kept(workflow, op)))
    ]
    treated = {training.op.id for training in on_tables(workflow) if _is_treated(workflow, training)} if lost else set()
    seen: set[int] = set()
    for op in lost:
        rows = op.data[0].rows
        if rows is None or not on_data(op) or gaps_shown_to_be_none(workflow, op) or op.bit & _gone_on_with(workflow):
            continue
        for training in on_tables(workflow):
            if training.rows is None or training.op.id < op.id or not training.rows.overlaps(rows):
                continue
            if training.op.id in treated:
                continue
            whole = _ancestors(workflow, training.rows).get(base_rows(rows))
            if whole is None or whole.id in seen:
                continue
            seen.add(whole.id)
            yield op, training
            break


def _is_treated(workflow: Workflow, training: Training) -> bool:
    """True where gaps were dealt with on the way to a training, or are inside its model."""
    handling = gap_handling(workflow)
    every = mask_of(handling)
    if any(value.upstream & every for value in training.op.data):
        return True
    inside = {id(op.model) for op in handling if op.model is not None}
    return any(step.role is Role.IMPUTE or id(step) in inside for step in training.model.flat())


@asked_once
def _ancestors(workflow: Workflow, rows: Rows) -> dict[Rows, Rows]:
    """The sets that rows were made from, the rows themselves too: the nearest of each that are the same rows."""
    found: dict[Rows, Rows] = {}
    for ancestor in rows.lineage():
        found.setdefault(base_rows(ancestor), ancestor)
    return found


def _is_kept(workflow: Workflow, op: Operation) -> bool:
    """True where the result has a name, or is written into a table."""
    return any(binding.value.kind is Kind.TABLE for binding in workflow.bindings_by_maker.get(op.id, ())) or any(
        other.call.startswith("syntax.set") and any(value.made_by == op.id for value in other.args.values())
        for other in workflow.graph.operations[op.id + 1 : op.id + 4]
    )


@once_per_workflow
def _gone_on_with(workflow: Workflow) -> int:
    """Mask of the operations with whose result anything but a look goes on."""
    looks = (Role.LOOK, Role.PLOT, Role.PROFILE, Role.IMPUTE, Role.DROP_MISSING, Role.AGGREGATE, Role.SHAPE)
    mask = 0
    for op in workflow.graph.operations:
        if op.role not in looks and not op.call.startswith("syntax.") and op.inplace is False:
            for value in (*op.data, *op.args.values()):
                mask |= (value.upstream | value.control) & ~op.bit
    return mask

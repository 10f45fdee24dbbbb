"""Inconsistent data: who looked for it, and which duplicates, variants and repairs there are.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from nbaudit.knowledge.schema import CallRow
from nbaudit.knowledge.tables import tables
from nbaudit.model.facts import Counts, Dtypes, Duplicates, Fact, Sample, ShapeFact, Uniques
from nbaudit.model.flow import NOTHING, Kind, Operation, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.gaps import is_fill, tests_gaps
from nbaudit.workflow.raw_tables import (
    TEXT_TYPES,
    asked_column,
    dtypes,
    fact_value,
    filled_column,
    from_tables,
    looks_like_id,
    on_data,
    on_tables,
    reaches,
    table_reads,
    targets,
    treats,
)
from nbaudit.workflow.writing import literal_arguments, written_dict

_CLEAN_WORDS = regex(r"clean|preprocess|normali[sz]e_text|dedup|duplicate|sanit", re.IGNORECASE)
_CASTS = regex(r"(builtins\.)?(int|float|str|bool|object|category|uint|numpy\.\w+)\w*$")
_SMALLER = regex(r"(?<!u)int(8|16)$|uint(8|16)$|float(16|32)$|half$|single$")
"""Types that save memory: a cast to one of them mends no value."""
_SOME = regex(r"select_dtypes|\blen\(")
_EACH = regex(r"\.columns(\.\w+(\(\))?)?\)*$")
_LETTERS = regex(r"[^\W\d_]{2,}")
_BY_VALUE = regex(r"==\s*[rub]?['\"][^'\"]*\w|\.isin\(|\.str\.(contains|startswith|endswith|match)\(")
_BY_LIMIT = regex(r"[<>]|!=|\.between\(|~|==\s*-?\d")
_KEPT = regex(
    r"(duplicat|repeated|identical).{0,200}\b(keep|kept|leave|left|remain|legitimate|valid|natural|expected|fine|"
    r"coinciden\w*|not (an )?(error|problem)|different)\b|\b(keep|kept|leave|left)\b.{0,80}duplicat",
    re.IGNORECASE,
)

_DATE = regex(r"date|time|month|year|hour|(^|_)day|timestamp|week", re.IGNORECASE)
_VALUES = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.GROUPS})
"""What holds values of the data; a statistic shows counts that were made before."""


def is_cast(op: Operation) -> bool:
    """True for a change of type alone (`astype`): its one argument is a type or a type's name."""
    if op.role is not Role.REPAIR or "to_replace" in op.args:
        return False
    given = [value for name, value in op.args.items() if name in ("0", "dtype", "x")]
    return any(
        bool(_CASTS.match(value.type)) or (isinstance(value.constant, str) and bool(_CASTS.match(value.constant)))
        for value in given
    )


def repairs_type(workflow: Workflow, op: Operation) -> bool:
    """A cast repairs where it makes a number of one column that nothing had made before."""
    value = op.data[0] if op.data else None
    if value is None or value.kind is not Kind.COLUMN or value.column in targets(workflow):
        return False
    given = next(iter(op.args.values()), None)
    name = (
        (given.type or str(given.constant))
        if given is not None and given.constant is not NOTHING
        else (given.type if given is not None else "")
    )
    if name.rpartition(".")[2].startswith(("str", "object")):
        known = dtypes(workflow).get(value.column or "", "")
        return (
            value.column is not None
            and written_back(workflow, op, value.column)
            and not known.startswith(TEXT_TYPES)
            and not _is_read_as_text(workflow, value)
        )
    if not any(word in name for word in ("int", "float", "datetime")) or _SMALLER.search(name):
        return False
    made = (Role.CREATE, Role.ENCODE, Role.PREDICT, Role.AGGREGATE, Role.IMPUTE)
    return value.made_by < 0 or workflow.graph.operations[value.made_by].role not in made


def written_back(workflow: Workflow, op: Operation, column: str) -> bool:
    """True where the statement of a cast puts its result into the column that it came from."""
    for other in workflow.graph.operations[op.id + 1 : op.id + 6]:
        if other.site != op.site:
            break
        if other.role is Role.CREATE and other.arg("columns") == column:
            given = other.args.get("value")
            return given is not None and given.made_by == op.id
    return False


def copies_type(workflow: Workflow, op: Operation) -> bool:
    """True for a cast to the type that another column has (`a.astype(b.dtype)`): it makes two tables alike."""
    return any(
        value.made_by >= 0 and Trait.TYPES in workflow.graph.operations[value.made_by].traits
        for value in op.args.values()
    )


def _makes_codes(workflow: Workflow, op: Operation) -> bool:
    """True for a replacement that gives each of several words a number of its own: that is an encoding."""
    if "to_replace" not in op.args or op.args["to_replace"].kind is not Kind.CONTAINER:
        return False
    named = written_dict(workflow, op)
    try:
        call = ast.parse(op.text.strip(), mode="eval").body
        given: list[Any] = (
            [named] if named is not None else [ast.literal_eval(item) for item in getattr(call, "args", ())]
        )
        given += [ast.literal_eval(k.value) for k in getattr(call, "keywords", ()) if k.arg in ("to_replace", "value")]
    except (SyntaxError, ValueError):
        return False
    old: list[object]
    if len(given) == 1 and isinstance(given[0], dict):
        inner = list(given[0].values())
        pairs = inner[0] if inner and isinstance(inner[0], dict) else given[0]
        old, new = list(pairs), list(pairs.values())
    elif len(given) == 2 and isinstance(given[0], list) and isinstance(given[1], list):
        old, new = given
    else:
        return False
    numbers = all(isinstance(item, (int, float)) for item in new) and len(set(new)) > 1
    return numbers and all(
        (isinstance(item, str) and _LETTERS.search(item)) or item in ("M", "F", "Y", "N") for item in old
    )


def _of_rows(workflow: Workflow, op: Operation, reads: int) -> bool:
    """False for a search for double names of columns."""
    for value in op.data:
        made = workflow.graph.operations[value.made_by] if value.made_by >= 0 else None
        if made is not None and made.role is Role.LOOK and made.rows is RowsEffect.COLLAPSE and not made.learns:
            continue
        if value.upstream & reads or from_tables(workflow, op):
            return True
    return not op.data


def _of_names(workflow: Workflow, op: Operation) -> bool:
    """True for a repair of the names of columns (`[c.lower() for c in df.columns]`)."""
    if not op.data or op.data[0].kind not in (Kind.UNKNOWN, Kind.TEXT) or op.data[0].rows is not None:
        return False
    made = max(workflow.graph.by_mask(op.data[0].upstream), key=lambda other: other.id, default=None)
    return made is not None and made.role is Role.LOOK and made.rows is RowsEffect.COLLAPSE and not made.learns


def _is_read_as_text(workflow: Workflow, column: Value) -> bool:
    """True for a column whose words a model reads."""
    return any(value.column == column.column for op in workflow.ops(Role.VECTORISE, Role.TOKENISE) for value in op.data)


def inconsistency_looks(workflow: Workflow) -> Iterator[Operation]:
    """Operations that look for inconsistent data in features, or repair it, in order."""
    reads = table_reads(workflow)
    for op in workflow.graph.operations:
        if (
            op.role in (Role.PROFILE, Role.DEDUPLICATE)
            or (op.role is Role.VALIDATE and _checks_data(workflow, op))
            or "parse_dates" in op.args
            or (Trait.DUPLICATES in op.traits and on_data(op) and _of_rows(workflow, op, reads))
            or (op.role is Role.PLOT and _draws_values(workflow, op))
            or (op.role is Role.VECTORISE and _normalises(op))
        ):
            yield op
        elif not on_data(op) or not from_tables(workflow, op, strict=_stands_alone(op)):
            continue
        elif (op.role is Role.CLIP and not op.learns) or _looks_or_repairs(workflow, op):
            yield op


def _normalises(op: Operation) -> bool:
    """True for a vectoriser that is given a function of the notebook's own to clean and cut the text with."""
    return op.model is not None and any(value.kind is Kind.FUNCTION for value in op.model.params.values())


def _stands_alone(op: Operation) -> bool:
    """True outside of functions, where what a value comes from is known: `check_output(["ls"]).decode()` is no data."""
    place = op.span
    inside = place.cell != op.site.cell or not op.site.line <= place.line <= (op.site.end_line or op.site.line)
    if op.role is not Role.REPAIR or op.loops or inside or not op.data:
        return False
    return all(value.kind in (Kind.TEXT, Kind.UNKNOWN) for value in op.data)


def _checks_data(workflow: Workflow, op: Operation) -> bool:
    """False for an `assert` that is not about data of a table: settings, sizes of a network."""
    return not op.call.startswith("syntax.") or from_tables(workflow, op, strict=True)


def _looks_or_repairs(workflow: Workflow, op: Operation) -> bool:
    named = targets(workflow)
    if op.role is Role.REPAIR:
        if is_fill(workflow, op) or copies_type(workflow, op) or _makes_codes(workflow, op) or _of_names(workflow, op):
            return False
        if is_cast(op):
            return repairs_type(workflow, op)
        return asked_column(op) not in named or not named
    if Trait.VALUES in op.traits:
        column = asked_column(op)
        return (
            op.role is not Role.AGGREGATE
            and (op.role is not Role.SHAPE or op.shown)  # a set of the values, put to another use unseen
            and any(_shows_values(workflow, value) for value in op.data)
            and from_tables(workflow, op, strict=True)
            and (column is None or column not in named)
            and not _counts_as_feature(workflow, op)
        )
    if op.role is Role.AGGREGATE:
        return op.shown and any(_counts_odd(workflow, value) for value in op.data)
    if op.role is Role.FILTER and op.rows is RowsEffect.SUBSET:
        return _filters_odd(workflow, op)
    if op.role is Role.CREATE and "rows" in op.args and not is_fill(workflow, op):
        mask, written = op.args["rows"], op.arg("columns")
        if mask.column is not None and isinstance(written, str) and written != mask.column:
            return False  # a new feature by a limit
        return _keeps_valid(workflow, op, mask)
    if op.role is Role.CREATE and _puts_words_together(op):
        return True
    return op.role is Role.CREATE and any(
        _repairs(value) or (op.shown and _looks(value)) for value in op.args.values() if value.kind is Kind.FUNCTION
    )


_WORD_OR_ITSELF = regex(r"lambda\s+(\w+)\s*:\s*['\"][^'\"]+['\"]\s+if\b.*\belse\s+\1\s*\)?$")


def _puts_words_together(op: Operation) -> bool:
    """True where some words of a column become another word and the others stay: `np.where(c == "x", "y", c)`,
    `c.apply(lambda v: "y" if v == "x" else v)`, a mapping of words to fewer words."""
    if "condition" in op.args:
        mask = op.args["condition"]
        branches = [op.args[name] for name in ("x", "y") if name in op.args]
        return any(isinstance(value.constant, str) for value in branches) and any(
            value.kind is Kind.COLUMN and value.column == mask.column is not None for value in branches
        )
    if "func" not in op.args or not op.data or op.data[0].kind is not Kind.COLUMN:
        return False
    if op.args["func"].kind is Kind.FUNCTION:
        return bool(_WORD_OR_ITSELF.search(op.text))
    try:
        given = ast.literal_eval(ast.parse(op.text.strip(), mode="eval").body.args[0])  # type: ignore[attr-defined]
    except (SyntaxError, ValueError, AttributeError, IndexError):
        return False
    words = isinstance(given, dict) and all(isinstance(item, str) for pair in given.items() for item in pair)
    return words and len(set(given.values())) < len(given)


def _other_side_kept(workflow: Workflow, op: Operation, key: Value) -> bool:
    """True where another filter takes other rows of the same table by the same column."""
    return any(
        other.id != op.id
        and other.data
        and op.data
        and other.data[0].rows is op.data[0].rows
        and "key" in other.args
        and other.args["key"].column == key.column is not None
        and not other.shown
        and not op.shown
        for other in workflow.ops(Role.FILTER)
    )


def _counts_as_feature(workflow: Workflow, op: Operation) -> bool:
    """True for counts that nobody sees and that become a feature (`df.city.map(df.city.value_counts())`)."""
    if op.role is Role.PLOT or op.shown or not op.bit & workflow.modelling:
        return False
    return not any(other.bit != op.bit and _sees(other, op) for other in workflow.graph.operations[op.id + 1 :])


def _sees(other: Operation, op: Operation) -> bool:
    """True where a later operation shows what an operation gave."""
    if not (other.shown or other.role is Role.PLOT):
        return False
    return any(value.made_by == op.id for value in (*other.data, *other.args.values()))


def _counts_odd(workflow: Workflow, value: Value) -> bool:
    """True for a condition on the values of features: what counts where it holds looks for odd ones."""
    return value.kind is Kind.MASK and value.column not in targets(workflow) and not tests_gaps(workflow, value)


def _filters_odd(workflow: Workflow, op: Operation) -> bool:
    """True for filters that keep valid values, drop odd ones or show them; not for the choice of a group or period."""
    index = [value for value in op.args.values() if value.kind is Kind.INDEX and op.args.get("key") is None]
    if index and workflow.reaches_model(op):
        masks = [other for value in index for other in workflow.graph.by_mask(value.upstream | value.control)]
        return any(
            other.role is Role.FILTER and "key" in other.args and _asks_odd(workflow, other, other.args["key"])
            for other in masks
        )
    text = op.arg("0")
    if op.args.get("key") is None and isinstance(text, str):
        return bool(_BY_LIMIT.search(text)) and not _DATE.search(text) and workflow.reaches_model(op)
    key = op.args.get("key")
    if key is None or key.kind is not Kind.MASK or not _asks_odd(workflow, op, key):
        return False
    if op.data and op.data[0].rows is not None and op.data[0].rows.effect is RowsEffect.COLLAPSE:
        return False  # figures of groups
    return op.shown or _keeps_valid(workflow, op, key)


def _asks_odd(workflow: Workflow, op: Operation, key: Value) -> bool:
    """False for a condition that chooses a group by its name or a period of time."""
    if key.column in targets(workflow) or tests_gaps(workflow, key):
        return False
    if _other_side_kept(workflow, op, key):
        return False  # a split by hand
    if key.column is not None and _DATE.search(key.column) and not re.search(r"[<>=]\s*-?0\b", op.text):
        return False
    return not (_BY_VALUE.search(op.text) and not _BY_LIMIT.search(op.text))


def _shows_values(workflow: Workflow, value: Value) -> bool:
    """True for values of the data, and for counts of feature columns: not for counts of gaps or of the target."""
    if any(Trait.CORRELATION in op.traits and op.role is Role.LOOK for op in workflow.graph.by_mask(value.upstream)):
        return False
    if value.kind in _VALUES and value.rows is not None:
        return True
    counted = [op for op in workflow.graph.by_mask(value.upstream) if op.rows is RowsEffect.COLLAPSE and op.learns]
    if any(op.traits & {Trait.MISSING, Trait.VALUES} for op in counted):
        return False  # of the data the look at its values counts, wherever it is
    return any(learned.kind in (Kind.TABLE, Kind.COLUMN) and learned.rows for op in counted for learned in op.learns)


def _draws_values(workflow: Workflow, op: Operation) -> bool:
    """True for a grid of plots that counts the values of a feature, or draws the spread of each column."""
    if Trait.DISTRIBUTION in op.traits and _of_each_column(workflow, op):
        return True  # a histogram of a column of words counts them
    if Trait.VALUES not in traits_of_functions(op):
        return False
    return not any(value.constant in targets(workflow) for value in op.args.values() if isinstance(value.constant, str))


def _of_each_column(workflow: Workflow, op: Operation) -> bool:
    """True within a loop over all columns of a table, those of words among them."""
    loop = next((item for item in workflow.graph.loops if op.loops and item.id == op.loops[-1]), None)
    each = any(value.kind is Kind.COLUMN and value.column is None for value in op.data) or any(
        workflow.graph.operations[value.made_by].loops == op.loops for value in op.data if value.made_by >= 0
    )
    return each and loop is not None and bool(_EACH.search(loop.text)) and not _SOME.search(loop.text)


def traits_of_functions(op: Operation) -> frozenset[Trait]:
    """What the library functions say that a plot is given to draw with (`grid.map(sns.countplot, "deck")`)."""
    found: frozenset[Trait] = frozenset()
    for value in op.args.values():
        if value.kind is Kind.FUNCTION and value.type:
            for row in tables().rows(value.type):
                found |= row.traits if isinstance(row, CallRow) else frozenset()
    return found


def _repairs(function: Value) -> bool:
    """True for a library function that repairs, given to another one (`apply(pd.to_datetime)`)."""
    return bool(function.type) and any(
        isinstance(row, CallRow) and row.role is Role.REPAIR for row in tables().rows(function.type)
    )


def repairs_by_function(op: Operation) -> bool:
    """True where a library function that repairs is applied to a table (`df.apply(pd.to_numeric)`)."""
    return any(value.kind is Kind.FUNCTION and _repairs(value) for value in op.args.values())


def _looks(function: Value) -> bool:
    """True for a library function that shows values, given to another one (`apply(pd.Series.nunique)`)."""
    return bool(function.type) and any(
        isinstance(row, CallRow) and Trait.VALUES in row.traits for row in tables().rows(function.type)
    )


def _keeps_valid(workflow: Workflow, op: Operation, key: Value | None) -> bool:
    """True for a condition on a feature's values whose result a model learns from (no fold, no target)."""
    if key is None or key.kind is not Kind.MASK or key.varies or not workflow.reaches_model(op):
        return False
    return key.column not in targets(workflow) and not tests_gaps(workflow, key)


def cleaning_in_doubt(workflow: Workflow) -> bool:
    """True where something the analysis can't read may have cleaned the data."""
    return any(
        _CLEAN_WORDS.search(op.call) or _CLEAN_WORDS.search(op.text.partition("(")[0])
        for op in workflow.ops(Role.UNKNOWN)
    )


def later_work(workflow: Workflow, fact: Fact, column: str, roles: frozenset[Role]) -> Operation | None:
    """The first operation of these roles at or after a saved output that may change a column."""
    for op in workflow.graph.operations:
        if op.site.cell >= fact.cell and op.role in roles and on_data(op) and treats(op, column):
            return op
    return None


def explains_duplicates(workflow: Workflow) -> bool:
    """True where words say why duplicates stay."""
    return workflow.says(_KEPT) is not None


def asks_whole_rows(workflow: Workflow, fact: Fact) -> bool:
    """False where copies of a single column were counted, unless that is the text that a model reads."""
    value = fact_value(workflow, fact)
    if value is None or value.kind is Kind.TABLE:
        return True
    rows = max((shape.rows for shape in workflow.facts_of(ShapeFact) if isinstance(shape, ShapeFact)), default=0)
    few = isinstance(fact, Duplicates) and fact.count < 0.2 * rows
    trained = any(
        t.rows is not None and value.rows is not None and t.rows.overlaps(value.rows) for t in on_tables(workflow)
    )
    return (
        few
        and trained
        and value.column is not None
        and any(
            (op.role is Role.VECTORISE or (op.role is Role.TOKENISE and op.model is not None))
            and any(item.column == value.column for item in op.data)
            for op in workflow.graph.operations
        )
    )


def handles_duplicates(workflow: Workflow, training: Training, fact: Fact) -> bool:
    """True where the duplicates are dropped on the way to a training, or where that can't be told."""
    for op in workflow.graph.operations:
        if op.role is Role.DEDUPLICATE and (reaches(workflow, training, op) or op.result_used is False):
            return True
        if op.role is Role.FILTER and op.site.cell >= fact.cell:
            key = op.args.get("key")
            masks = workflow.graph.by_mask((key.upstream | key.control) if key is not None else 0)
            if any(Trait.DUPLICATES in other.traits for other in masks) and workflow.reaches_model(op):
                return True
        if op.role is Role.UNKNOWN and _CLEAN_WORDS.search(op.text):
            return True
    return False


def wide_enough(workflow: Workflow, fact: Fact) -> bool:
    """False where the table has so few columns that equal rows are to be expected."""
    value = fact_value(workflow, fact)
    if value is None or value.columns.names is None:
        return True
    return len(value.columns.names) > 3


def variants(values: Iterator[str] | tuple[str, ...]) -> tuple[str, str] | None:
    """Two spellings of one category: equal but for case, blanks or punctuation at the ends."""
    seen: dict[str, str] = {}
    for value in values:
        text = value.strip("'\"")
        if not any(letter.isalpha() for letter in text) or len(text.strip()) < 3:
            continue
        key = re.sub(r"[\s_\-]+", " ", text.strip(" .,;:")).casefold()
        other = seen.setdefault(key, text)
        if other != text:
            return other, text
    return None


def shown_variants(workflow: Workflow) -> Iterator[tuple[Fact, str, tuple[str, str]]]:
    """(fact, column, two spellings) where a saved output shows two spellings of one category of a column."""
    for fact in workflow.facts:
        if fact.stale or not isinstance(fact, (Counts, Uniques)):
            continue
        value = fact_value(workflow, fact)
        column = (fact.column if isinstance(fact, Counts) else "") or (value.column if value is not None else "") or ""
        pair = variants(tuple(fact.counts) if isinstance(fact, Counts) else fact.values)
        if pair is not None and column:
            yield fact, column, pair


def mapped_repairs(workflow: Workflow) -> list[Operation]:
    """The calls that apply a function which repairs to a table or column (`df.apply(lambda c: c.str.lower())`)."""
    found = []
    for op in workflow.ops(Role.CREATE):
        if any(value.kind is Kind.FUNCTION for value in op.args.values()):
            inside = workflow.graph.operations[op.id + 1 : op.id + 6]
            if any(
                other.role is Role.REPAIR and other.span.cell == op.span.cell and _within(other, op) for other in inside
            ):
                found.append(op)
    return found


def _within(inner: Operation, outer: Operation) -> bool:
    if inner.span.cell != outer.span.cell:
        return False
    return outer.span.line <= inner.span.line <= (outer.span.end_line or outer.span.line) and inner.text in outer.text


def repaired_elsewhere(workflow: Workflow, op: Operation) -> bool:
    """True where the same kind of repair of the same column or table does reach a model."""
    column = filled_column(op)
    if op.role is Role.CREATE:
        inside = {other.call for other in workflow.ops(Role.REPAIR) if _within(other, op)}
        return any(other.call in inside and workflow.reaches_model(other) for other in workflow.ops(Role.REPAIR))
    return any(
        other is not op and workflow.reaches_model(other) and (column is None or treats(other, column))
        for other in workflow.ops(op.role)
    )


def unlisted(workflow: Workflow, op: Operation) -> tuple[Fact, tuple[str, ...]] | None:
    """(fact, values) of a column that a dictionary given to a mapping does not list, as saved outputs show them."""
    literals = literal_arguments(workflow, op)
    mapping = literals[0] if literals else None
    column = op.data[0].column if op.data else None
    if not isinstance(mapping, dict) or column is None or op.data[0].rows is None:
        return None
    keys = {str(key) for key in mapping}
    for fact in workflow.facts:
        if fact.stale or not isinstance(fact, (Counts, Uniques)) or fact.cell > op.site.cell:
            continue
        about = fact_value(workflow, fact)
        if about is None or about.column != column or about.rows is None or not about.rows.overlaps(op.data[0].rows):
            continue
        if about.upstream & op.bit:
            continue  # the output shows what the mapping made
        changed = op.data[0].upstream & ~about.upstream
        if any(
            other.role in (Role.REPAIR, Role.FILTER, Role.CREATE, Role.IMPUTE)
            for other in workflow.graph.by_mask(changed)
        ):
            continue
        shown = tuple(fact.counts) if isinstance(fact, Counts) and not fact.share else ()
        shown = shown or (fact.values if isinstance(fact, Uniques) else ())
        texts = [text.strip("'\"") for text in shown]
        left = tuple(text for text in texts if text not in keys and text not in ("nan", "NaN", "None", "..."))
        if left and len(left) < len(texts):
            return fact, left
    return None


def deduplications_of_parts(workflow: Workflow) -> Iterator[tuple[Operation, Operation]]:
    """(deduplication, split): duplicates dropped within a part of a random split."""
    for op in workflow.ops(Role.DEDUPLICATE):
        rows = op.data[0].rows if op.data else None
        if rows is None or not workflow.reaches_model(op):
            continue
        for split in workflow.ops(Role.SPLIT):
            if (
                split.id < op.id
                and op.data[0].upstream & split.bit
                and any(r.made_by == split.id for r in rows.lineage())
            ):
                yield op, split
                break


def deduplications_without_key(workflow: Workflow) -> Iterator[tuple[Operation, Operation, tuple[str, ...]]]:
    """(deduplication, drop, names): equal rows removed after keys were dropped, where somebody's key is left to count
    or sum by."""
    for op in workflow.ops(Role.DEDUPLICATE):
        table = op.data[0] if op.data else None
        if table is None or "subset" in op.args or op.arg("0") is not NOTHING:
            continue
        gone = tuple(sorted(name for name in table.columns.dropped if looks_like_id(name)))
        if not gone:
            continue
        drop = next(
            (
                other
                for other in workflow.ops(Role.DROP_COLUMNS)
                if other.id < op.id and table.upstream & other.bit and any(name in other.text for name in gone)
            ),
            None,
        )
        grouped = any(
            other.id > op.id
            and other.data
            and other.data[0].upstream & op.bit
            and other.data[0].kind is Kind.GROUPS
            and other.rows is RowsEffect.COLLAPSE
            for other in workflow.graph.operations
        )
        if drop is not None and grouped:
            yield op, drop, gone


_DROPS = frozenset({Role.DROP_MISSING, Role.FILTER})


def repeated_ids(workflow: Workflow) -> Iterator[tuple[Uniques, str, int, int]]:
    """(fact, column, different values, rows): a record's own number that a few records share.

    Only the first column that is called an identifier counts: the others may point to other tables.
    """
    rows = max((fact.rows for fact in workflow.facts_of(ShapeFact) if isinstance(fact, ShapeFact)), default=0)
    first = next(
        (
            name
            for fact in workflow.facts
            if isinstance(fact, (Sample, Dtypes))
            for name in (fact.columns if isinstance(fact, Sample) else fact.dtypes)
            if looks_like_id(name)
        ),
        None,
    )
    dropping = workflow.mask_of(_DROPS)
    for fact in workflow.facts_of(Uniques):
        assert isinstance(fact, Uniques)
        value = fact_value(workflow, fact)
        if value is not None and value.upstream & dropping:
            continue  # the rows were counted before some of them went
        for name, number in fact.counts.items():
            column = name or (value.column if value is not None else "") or _asked(fact.expression)
            if looks_like_id(column) and column == (first or column) and 0.98 * rows < number < rows and not fact.stale:
                yield fact, column, number, rows


def _asked(expression: str) -> str:
    """The column that a printed expression asks about: the last name in quotes."""
    names = re.findall(r"\[['\"]([^'\"]+)['\"]\]", expression)
    return names[-1] if names else ""

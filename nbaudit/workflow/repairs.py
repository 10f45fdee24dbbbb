"""Repairs that go wrong: parses that lose values, comparisons with values that are not there, one part cleaned only.

Pure functions over a `Workflow`; what two checks ask is here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from nbaudit.model.facts import Counts, Describe, Fact, Missing, Sample, ShapeFact, Uniques
from nbaudit.model.flow import Kind, Operation, Rows, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Training, Workflow
from nbaudit.workflow.core import once_per_workflow
from nbaudit.workflow.gaps import gap_looks, loss_shown
from nbaudit.workflow.gaps_left import unhandled_parts
from nbaudit.workflow.raw_tables import fact_value, same_rows, targets, treats
from nbaudit.workflow.writing import source_of, written_dict, written_numbers, written_pattern

_CHANGES = frozenset({Role.REPAIR, Role.CREATE, Role.IMPUTE, Role.ENCODE, Role.UNKNOWN})
_LEAST_LOSS = 0.01
_SLIGHT = regex(r"[\s=._'\"-]+")


def coercions(workflow: Workflow) -> list[Operation]:
    """The parses that turn what they can't read into gaps, in order."""
    return [op for op in workflow.ops(Role.REPAIR) if op.arg("errors") == "coerce" and op.data]


def emptied_columns(workflow: Workflow) -> Iterator[tuple[Operation, str, Fact]]:
    """(parse, column, fact): an output shows that a column is empty after a parse, and none shows it was so before."""
    empty: dict[str, int] = {}
    for fact in workflow.facts_of(Missing):
        assert isinstance(fact, Missing)
        about = fact_value(workflow, fact)
        if fact.stale or fact.flags or about is None or about.kind is not Kind.TABLE:
            continue
        for name, number in fact.some().items():
            share = number if fact.share else _share(workflow, fact, number)
            if share is None or share < 0.99 or empty.setdefault(name, fact.cell) != fact.cell:
                continue
            for op in coercions(workflow):
                if about.upstream & op.bit and treats(op, name) and _writes(workflow, op, name):
                    yield op, name, fact
                    break


def _share(workflow: Workflow, fact: Missing, number: float) -> float | None:
    """The share of the rows that a printed number of gaps is, None where no output tells how many rows there are."""
    about = fact_value(workflow, fact)
    rows = None
    for shape in workflow.facts_of(ShapeFact):
        assert isinstance(shape, ShapeFact)
        value = fact_value(workflow, shape)
        if shape.cell > fact.cell or value is None or about is None or value.rows is None or about.rows is None:
            continue
        if same_rows(value.rows, about.rows):
            rows = shape.rows
    return number / rows if rows else None


def _writes(workflow: Workflow, op: Operation, name: str) -> bool:
    """True where the cell that a parse stands in names the column."""
    quoted = re.compile(rf"(['\"]){re.escape(name)}\1|\.{re.escape(name)}\b")
    return bool(quoted.search(workflow.notebook.cells[op.span.cell].source))


def coerced_rows_dropped(workflow: Workflow) -> Iterator[tuple[Operation, Operation, str, float, Fact]]:
    """(parse, drop, column, share, fact): a column without gaps is parsed, and the rows that it could not parse are
    dropped before anybody looks how many they are; an output shows that they are more than a few."""
    for op in coercions(workflow):
        column = op.data[0].column
        if column is None or not _complete_before(workflow, op, column):
            continue
        for drop in workflow.ops(Role.DROP_MISSING):
            table = drop.data[0] if drop.data else None
            if drop.id < op.id or table is None or not table.upstream & op.bit or not treats(drop, column):
                continue
            if "subset" in drop.args and column not in drop.text:
                continue
            if any(op.id < look.id < drop.id for look in gap_looks(workflow)):
                break
            loss = loss_shown(workflow, drop)
            if loss is not None and loss[0] > _LEAST_LOSS:
                yield op, drop, column, loss[0], loss[1]
            break


def _complete_before(workflow: Workflow, op: Operation, column: str) -> bool:
    """True where the newest output before an operation shows that a column has no gap."""
    known = [
        fact.counts[column]
        for fact in workflow.facts_of(Missing)
        if isinstance(fact, Missing) and not fact.stale and fact.cell < op.site.cell and column in fact.counts
    ]
    return bool(known) and known[-1] == 0


@once_per_workflow
def _shown_values(workflow: Workflow) -> dict[str, list[tuple[Fact, frozenset[str]]]]:
    """The values of each column of words, as saved outputs show them."""
    found: dict[str, list[tuple[Fact, frozenset[str]]]] = {}
    for fact in workflow.facts:
        if fact.stale:
            continue
        if isinstance(fact, Sample):
            for place, name in enumerate(fact.columns):
                cells = frozenset(row[place].strip() for row in fact.cells if len(row) > place)
                found.setdefault(name, []).append((fact, cells))
        elif isinstance(fact, (Counts, Uniques)):
            about = fact_value(workflow, fact)
            given = fact.column if isinstance(fact, Counts) else ""
            name = given or (about.column if about is not None else "") or ""
            values = fact.counts if isinstance(fact, Counts) else fact.values
            if name:
                found.setdefault(name, []).append((fact, frozenset(text.strip("'\"") for text in values)))
    return found


def absent_values(workflow: Workflow) -> Iterator[tuple[Operation, str, str, str, Fact]]:
    """(operation, column, written, shown, fact): a column is compared with a word, or mapped by one, that it is not
    shown to hold, while an output shows a word that differs from it in signs, blanks or case alone."""
    for op in workflow.ops(Role.CREATE):
        column = next((v.column for v in op.data if v.kind is Kind.COLUMN and v.column is not None), None)
        if column is None or op.call.startswith("syntax.") or not workflow.reaches_model(op):
            continue
        written = _words_asked_for(workflow, op)
        for fact, values in _shown_values(workflow).get(column, ()) if written else ():
            if fact.cell > op.site.cell or _changed_since(workflow, op, fact):
                continue
            for word in sorted(written - values):
                alike = next((v for v in sorted(values) if _alike(word, v) and v not in written), None)
                if alike is not None and not _shown_elsewhere(workflow, column, word):
                    yield op, column, word, alike, fact
                    return


def _alike(word: str, other: str) -> bool:
    plain = _SLIGHT.sub("", word).casefold()
    return len(plain) > 1 and any(c.isalpha() for c in plain) and plain == _SLIGHT.sub("", other).casefold()


def _shown_elsewhere(workflow: Workflow, column: str, word: str) -> bool:
    return any(word in values for _, values in _shown_values(workflow).get(column, ()))


def _changed_since(workflow: Workflow, op: Operation, fact: Fact) -> bool:
    """True where the column may have been rewritten between an output and an operation."""
    about = fact_value(workflow, fact)
    if about is None or about.upstream & op.bit:
        return True
    between = workflow.graph.by_mask(op.data[0].upstream & ~about.upstream)
    return any(other.role in _CHANGES for other in between)


def _words_asked_for(workflow: Workflow, op: Operation) -> set[str]:
    """The words that an expression compares with (`==`, `in`), or that a dictionary in it has as keys."""
    node = source_of(workflow, op)
    found: set[str] = set()
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], (ast.Eq, ast.In)):
            for side in (part.left, *part.comparators):
                items = side.elts if isinstance(side, (ast.List, ast.Tuple, ast.Set)) else [side]
                found |= {i.value for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str)}
        elif isinstance(part, ast.Dict):
            found |= {k.value for k in part.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    mapping = written_dict(workflow, op)
    return found | {key for key in mapping or () if isinstance(key, str)}


def keys_with_stray_blanks(workflow: Workflow) -> Iterator[tuple[Operation, list[str]]]:
    """(mapping, keys): a few keys of a dictionary begin or end in a blank and the others do not."""
    for op in workflow.ops(Role.CREATE):
        if not op.data or op.data[0].kind is not Kind.COLUMN or not workflow.reaches_model(op):
            continue
        keys = [key for key in written_dict(workflow, op) or () if isinstance(key, str)]
        stray = [key for key in keys if key != key.strip() and key.strip()]
        if stray and 2 * len(stray) < len(keys) and not any(_shown_key(workflow, op, key) for key in stray):
            yield op, stray


def _shown_key(workflow: Workflow, op: Operation, key: str) -> bool:
    return _shown_elsewhere(workflow, op.data[0].column or "", key)


_SENTINEL = regex(r"!=\s*-?\d[\d.]*(?![\w.])")


def cleaned_in_training_only(workflow: Workflow) -> Iterator[tuple[Operation, Training, Operation]]:
    """(use, training, filter): rows with an impossible value of a feature are dropped from the training data, and the
    data that the model is used on keeps them."""
    named = targets(workflow)
    rules = tuple(
        op
        for op in workflow.ops(Role.FILTER)
        if _SENTINEL.search(op.text) and not any(re.search(rf"\b{re.escape(name)}\b", op.text) for name in named)
    )
    for use, training, rule in unhandled_parts(workflow, rules) if rules else ():
        asked = set(re.findall(r"[^\W\d]\w*", op_condition(rule)))
        features = training.features
        if features is not None and any(features.columns.may_hold(word) for word in asked):
            yield use, training, rule


def op_condition(op: Operation) -> str:
    """The text of a filter's condition."""
    return op.text.partition("[")[2] or op.text.partition("(")[2]


def dropped_on_one_side(workflow: Workflow, *roles: Role) -> Iterator[tuple[Operation, Training]]:
    """(drop, training): rows dropped from the features after the target was set aside, or the other way round."""
    seen: set[int] = set()
    for training in workflow.trainings:
        features, target = training.features, training.target
        if features is None or target is None or features.rows is None or target.rows is None:
            continue
        if features.rows is target.rows or not features.rows.sources() & target.rows.sources():
            continue
        for op in workflow.ops(*roles):
            if op.id in seen or op.rows is not RowsEffect.SUBSET or _lagged(workflow, op):
                continue
            one, other = (features.upstream & op.bit, target.upstream & op.bit)
            mine, theirs = (features, target) if one else (target, features)
            if bool(one) == bool(other) or not _cut_by(mine.rows, op) or _cut_alike(workflow, op, mine, theirs):
                continue
            seen.add(op.id)
            yield op, training


def _lagged(workflow: Workflow, op: Operation) -> bool:
    """True where the gaps come from a shift, whose rows a slice by position leaves out on the other side."""
    return any(value.upstream & workflow.mask_having(Trait.LAG) for value in op.data)


def _cut_by(rows: Rows | None, op: Operation) -> bool:
    """True where a set of rows came from the drop (a mask's part is made just before the operation is)."""
    return rows is not None and any(step.parents and op.id - 1 <= step.made_by <= op.id for step in rows.lineage())


def _cut_alike(workflow: Workflow, op: Operation, mine: Value, theirs: Value) -> bool:
    """True where the other side was cut too: by a drop of its own incomplete rows, or by whatever comes after this but
    a slice to the other's length."""
    cuts = (Role.FILTER, Role.DROP_MISSING, Role.DEDUPLICATE, Role.JOIN, Role.RESAMPLE, Role.UNKNOWN, Role.SHAPE)
    return any(
        (other.role is op.role is Role.DROP_MISSING and not mine.upstream & other.bit)
        or (other.id >= op.id and other.role in cuts and (other.call != "syntax.slice" or "len(" not in other.text))
        for other in workflow.graph.by_mask(theirs.upstream)
    )


_CHANGES_VALUES = frozenset(
    {Role.REPAIR, Role.FILTER, Role.CREATE, Role.CLIP, Role.TRANSFORM, Role.SCALE, Role.UNKNOWN}
)


def values_outside_bins(workflow: Workflow) -> Iterator[tuple[Operation, str, float, Describe]]:
    """(cut, column, value, fact): numbers cut into written bins that do not hold the least or largest value shown."""
    for op in workflow.ops(Role.DISCRETISE):
        value = op.data[0] if op.data else None
        if value is None or value.column is None or value.rows is None or op.model is not None:
            continue
        edges = written_numbers(workflow, op, "bins", 1)
        if edges is None or len(edges) < 2 or list(edges) != sorted(edges):
            continue
        for fact in workflow.facts_of(Describe):
            assert isinstance(fact, Describe)
            about, stats = fact_value(workflow, fact), fact.stats.get(value.column, {})
            least, most = stats.get("min"), stats.get("max")
            if about is None or about.rows is None or not about.rows.overlaps(value.rows) or fact.cell > op.site.cell:
                continue
            since = workflow.graph.by_mask(value.upstream & ~about.upstream)
            if any(other.role in _CHANGES_VALUES and treats(other, value.column) for other in since):
                continue
            if isinstance(most, (int, float)) and (
                most > edges[-1] or (most == edges[-1] and op.arg("right") is False)
            ):
                yield op, value.column, most, fact
                break
            open_below = op.arg("right") is not False and op.arg("include_lowest") is not True
            if isinstance(least, (int, float)) and (least < edges[0] or (least == edges[0] and open_below)):
                yield op, value.column, least, fact
                break


_RANGE = regex(r"\\?\w-\\?\w")
_CLASS = regex(r"\[\^?((?:\\.|[^\]\\])*)\]")
_WORDS = regex(r"[^\W\d_]{2,}")
_GREEDY = regex(
    r"(?:\\\(|\\\[|\\\{|<|\[[(\[{<\\]+\])\(?\.[*+]\)?(?![?*+])(?:\\\)|\\\]|\\\}|>|\[[)\]}>\\]+\])",
)


def patterns_too_wide(workflow: Workflow) -> Iterator[tuple[Operation, str, str]]:
    """(replacement, pattern, why): patterns that match more than they say they do."""
    for op in workflow.ops(Role.REPAIR):
        if "string" not in op.args and op.arg("regex") is not True:
            continue
        pattern = written_pattern(workflow, op)
        pattern = pattern or next((v.constant for v in op.args.values() if isinstance(v.constant, str)), "")
        if _GREEDY.search(pattern):
            yield op, pattern, "`.` with a greedy repeat runs from the first opening sign to the last closing one"
            continue
        for inside in _CLASS.findall(pattern):
            parts = _RANGE.sub("", inside).split("|")
            if len(parts) > 1 and sum(bool(_WORDS.search(re.sub(r"\\\w", "", part))) for part in parts) > 1:
                yield op, pattern, "brackets hold single characters, not words: each of these letters is replaced"
                break


_NEVER_BELOW = regex(
    r"(?<![a-z])(age|fare|price|weight|height|bmi|duration|distance|salary|income|rooms?|bed ?rooms|bath ?rooms|area|"
    r"sq ?ft|passengers?( count)?|(num|number|no)\.? (of )?\w+)(?![a-z])(?!.*(change|diff|delta|log|scaled|std|norm))",
    re.IGNORECASE,
)
_CAMEL = regex(r"(?<=[a-z])(?=[A-Z])")


def impossible_values(workflow: Workflow) -> Iterator[tuple[Describe, str, float]]:
    """(fact, column, value): an output shows a value below 0 in a column that counts or measures something."""
    for fact in workflow.facts_of(Describe):
        assert isinstance(fact, Describe)
        about = fact_value(workflow, fact)
        if fact.stale or about is None:
            continue
        for column, stats in fact.stats.items():
            least, middle = stats.get("min"), stats.get("50%")
            if not isinstance(least, (int, float)) or not isinstance(middle, (int, float)):
                continue
            words = _CAMEL.sub(" ", column).replace("_", " ")
            if least >= 0 or middle <= 0 or not _NEVER_BELOW.search(words) or not in_own_units(about, workflow, column):
                continue
            yield fact, column, least


def in_own_units(value: Value, workflow: Workflow, column: str) -> bool:
    """True where nothing scaled or transformed a column."""
    roles = (Role.SCALE, Role.ROW_NORMALISE, Role.REDUCE, Role.TRANSFORM, Role.ENCODE)
    return not any(op.role in roles and treats(op, column) for op in workflow.graph.by_mask(value.columns.of(column)))

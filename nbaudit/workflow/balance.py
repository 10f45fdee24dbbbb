"""Questions about class balance: is an imbalance evident, and what answers it. Pure functions over a `Workflow`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from nbaudit.knowledge.known_data import known_uneven
from nbaudit.model.facts import ClassReport, Confusion, Counts, Describe, Fact
from nbaudit.model.flow import Kind, Operation, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Prose, Training, Workflow
from nbaudit.workflow.class_counts import tallies
from nbaudit.workflow.core import once_per_workflow

_RARE = regex(r"fraud", re.IGNORECASE)
_LABELS = frozenset({Kind.COLUMN, Kind.ARRAY, Kind.MASK})
_MINORITY, _RATIO = 0.2, 5.0
_MOST_CLASSES = 400
_UNEVEN = regex(r"\b(?:im|un)balance[d]?\b", re.IGNORECASE)
_OF_CLASSES = regex(
    r"\b(?:is|are|has|have|shows?|see|seen|highly|very|heavily|strong(?:ly)?|severe(?:ly)?|extreme(?:ly)?)\b"
    r".{0,60}\b(?:im|un)balance",
    re.IGNORECASE,
)
_IN_GENERAL = regex(
    r"\b(?:no|not|never|without|if|when|where|whether|would|could|may|might|can|usually|often|slight(?:ly)?|mild(?:ly)?|"
    r"moderate(?:ly)?|little|somewhat|good for|suited|robust|handl\w*|deal\w*|address\w*|learns?|metric|f1|auc)\b|"
    r"n't\b|\?",
    re.IGNORECASE,
)


class Imbalance(Struct, frozen=True):
    """Classes of very different size. `shares` are by class (0 to 1); `fact` is the output that shows them, None where
    the data set is known for it; `sure` is how certain it is that these are the target's classes. `said` is the
    sentence that tells of it where no output does, `known` the name of the published data set."""

    shares: Mapping[str, float]
    fact: Fact | None
    sure: float
    load: Operation | None = None
    said: Prose | None = None
    known: str = ""

    @property
    def words(self) -> str:
        """As in "12 % against 88 %"."""
        if self.known:
            return f"so it is known of the published {self.known} data"
        if not self.shares:
            return "a rare class"
        low, high = min(self.shares.values()), max(self.shares.values())
        digits = 1 if low < 0.02 else 0
        return f"{low * 100:.{digits}f} % against {high * 100:.{digits}f} %"


def shares_of(counts: Mapping[str, float]) -> dict[str, float]:
    """Counts as shares of their sum."""
    total = sum(counts.values())
    return {name: number / total for name, number in counts.items()} if total > 0 else {}


def uneven(shares: Mapping[str, float]) -> bool:
    """The catalogue's bar: a minority under 20 % of two classes, or a largest to smallest ratio above 5."""
    if len(shares) < 2:
        return False
    low, high = min(shares.values()), max(shares.values())
    if len(shares) == 2:
        return low < _MINORITY
    return low >= 0 and high > _RATIO * max(low, 1e-9)


@once_per_workflow
def target_names(workflow: Workflow) -> frozenset[str]:
    """Columns and variables that hold the target of a classification."""
    names: set[str] = set()
    masks: set[tuple[str | None, int]] = set()
    for training in workflow.supervised:
        target = training.target
        if target is None:
            continue
        if target.column:
            names.add(target.column)
        masks.add((target.column, target.rows.id if target.rows is not None else -1))
        names.add(workflow.name_of(target))
    targets = [
        training.target
        for training in workflow.supervised
        if training.target is not None and training.target.column is None
    ]
    for binding in workflow.graph.bindings:
        value = binding.value
        if value.column is None and value.kind in _LABELS and any(_chosen_from(workflow, t, value) for t in targets):
            names.add(binding.name)
        if value.column is not None and value.column in names and value.kind.value in ("column", "array"):
            names.add(binding.name)
    return frozenset(name for name in names if name not in ("the data", "the table") and len(name) > 0)


class _Origins(Struct, frozen=True):
    """Where a target comes from: `same` are earlier names of its column, `made_of` columns that it was computed from,
    each row from its own value. What counts two values there counts the two classes too."""

    same: frozenset[str]
    made_of: frozenset[str]


@once_per_workflow
def _origins(workflow: Workflow) -> _Origins:
    """The earlier names of the targets' columns, and the columns that targets were made of."""
    targets = [training.target for training in workflow.supervised if training.target is not None]
    same = {target.column for target in targets if target.column is not None}
    made_of: set[str] = set()
    upstream = 0
    for target in targets:
        upstream |= target.upstream
    for op in reversed(tuple(workflow.graph.by_mask(upstream))):
        if op.call.endswith(".rename") and op.role is Role.SHAPE:
            for names in (same, made_of):
                names |= {old for name in names for old in _renamed_from(op, name)}
        elif op.call == "syntax.setitem":
            name, column = op.arg("columns"), next((value.column for value in op.data[1:] if value.column), None)
            if column is not None and name != column and (name in same or name in made_of):
                made_of.add(column)
        elif op.role is Role.ENCODE and op.data and op.data[0].kind is Kind.COLUMN and op.data[0].column:
            if any(op.bit & target.upstream and target.column is None for target in targets):
                made_of.add(op.data[0].column)
        elif op.role is Role.ENCODE and op.data and op.data[0].kind is Kind.TABLE:
            made_of |= {name.rpartition("_")[0] for name in same if "_" in name}
    return _Origins(frozenset(same), frozenset(made_of - same))


def _renamed_from(op: Operation, name: str) -> list[str]:
    """The names that a renaming replaces by this one."""
    return [found[2] for found in re.finditer(rf"(['\"])([^'\"\n]+)\1\s*:\s*(['\"]){re.escape(name)}\3", op.text)]


def _chosen_from(workflow: Workflow, target: Value, value: Value) -> bool:
    """True where the labels that are learned, which have no name, are some rows of a value."""
    if not value.upstream or value.upstream & ~target.upstream:
        return False
    since = target.upstream & ~value.upstream
    return all(op.role in (Role.FILTER, Role.SPLIT) for op in workflow.graph.by_mask(since))


@once_per_workflow
def imbalance(workflow: Workflow) -> Imbalance | None:
    """The evident imbalance of the classes that are learned, None where none is evident."""
    if not workflow.classifies:
        return None
    names = target_names(workflow)
    shown = False
    for fact in workflow.facts_of(Counts, probed=True):
        assert isinstance(fact, Counts)
        if (
            not _of_target(workflow, fact, names)
            or not (2 <= len(fact.counts) <= _MOST_CLASSES)
            or _after_resampling(workflow, fact)
        ):
            continue
        shown = True
        shares = shares_of(fact.counts)
        if uneven(shares):
            return Imbalance(shares, fact, 0.9)
    if shown:
        return None
    for tally in tallies(workflow, names):
        if not any(_after_resampling(workflow, fact) for fact in tally.facts):
            shown = True
            if uneven(tally.shares):
                return Imbalance(tally.shares, tally.facts[0], 0.85)
    if shown:
        return None
    for table in workflow.facts_of(Describe):
        assert isinstance(table, Describe)
        for name in names & table.stats.keys():
            shares = _two_classes(table.stats[name])
            if shares and not _after_resampling(workflow, table):
                shown = True
                if uneven(shares):
                    return Imbalance(shares, table, 0.85)
    if shown:
        return None
    for report in workflow.facts_of(ClassReport):
        assert isinstance(report, ClassReport)
        # a class without a row in the test part, but among the predictions, says nothing of the data
        if _counts_predictions(workflow, report):
            continue
        if len(report.support) >= 2 and min(report.support.values()) > 0 and not _after_resampling(workflow, report):
            shown = True
            shares = shares_of(report.support)
            if uneven(shares) and sum(report.support.values()) >= 30:
                return Imbalance(shares, report, 0.8)
    if shown:
        return None
    for matrix in workflow.facts_of(Confusion):
        assert isinstance(matrix, Confusion)
        rows = {str(number): float(sum(row)) for number, row in enumerate(matrix.matrix)}
        columns = {str(i): float(sum(row[i] for row in matrix.matrix)) for i in range(len(matrix.matrix))}
        if len(rows) >= 2 and sum(rows.values()) >= 50 and uneven(shares_of(rows)) and uneven(shares_of(columns)):
            return Imbalance(shares_of(rows), matrix, 0.7)
        return None
    said = _said(workflow)
    if said is not None:
        return Imbalance({}, None, 0.65, said=said)
    for load in workflow.loads:
        for path in (value.constant for value in load.args.values() if workflow.reaches_model(load)):
            known = known_uneven(path, names) if isinstance(path, str) else None
            if known is not None and (not _made_two(workflow) or known.target == ""):
                return Imbalance({}, None, 0.65, load, known=known.name)
            if isinstance(path, str) and _RARE.search(path):
                return Imbalance({}, None, 0.6, load)
    return None


def _made_two(workflow: Workflow) -> bool:
    """True where the classes were made of a column by a rule: their shares are not those of the column."""
    made = workflow.mask_of(_MADE)
    return any(t.target is not None and t.target.columns.of(t.target.column or "") & made for t in workflow.supervised)


_MADE = frozenset({Role.DISCRETISE, Role.REPAIR, Role.CREATE})


def _said(workflow: Workflow) -> Prose | None:
    """The sentence that says that the classes of this data are uneven, None where none does."""
    for prose in workflow.prose:
        found = _UNEVEN.search(prose.text) if len(prose.text) < 600 else None
        if found is None:
            continue
        start = max(prose.text.rfind(".", 0, found.start()), 0)
        sentence = prose.text[start : found.end() + 60]
        if _OF_CLASSES.search(sentence) and not _IN_GENERAL.search(sentence):
            return prose
    return None


def _counts_predictions(workflow: Workflow, report: ClassReport) -> bool:
    """True where prediction and truth were handed over the wrong way round, so that the support counts predictions."""
    return any(
        op.role is Role.EVALUATE and Trait.CLASSWISE in op.traits and op.data and op.data[0].kind is Kind.PREDICTION
        for op in workflow.graph.in_cell(report.cell)
    )


def _two_classes(stats: Mapping[str, float | str]) -> dict[str, float]:
    """The shares of two classes that a column's `describe()` tells: of words, or of 0 and 1; {} where it does not."""
    count, unique, freq = stats.get("count"), stats.get("unique"), stats.get("freq")
    if isinstance(count, (int, float)) and isinstance(freq, (int, float)) and unique == 2 and count > 0:
        return {str(stats.get("top", "")): freq / count, "the other": 1 - freq / count}
    mean, std = stats.get("mean"), stats.get("std")
    if not isinstance(mean, (int, float)) or not isinstance(std, (int, float)):
        return {}
    if stats.get("min") != 0 or stats.get("max") != 1 or abs(std * std - mean * (1 - mean)) > 0.01 * std * std + 1e-6:
        return {}  # only values of 0 and 1 spread like that
    return {"1": mean, "0": 1 - mean}


def _of_target(workflow: Workflow, fact: Counts, names: frozenset[str]) -> bool:
    origins = _origins(workflow)
    about = workflow.value_of(fact.about)
    counted = {fact.column} - {""}
    if about is not None and about.kind is Kind.COLUMN and about.column is not None and about.column.startswith("#"):
        counted.add(about.column)  # a column by its position
    if counted & origins.same or (len(fact.counts) == 2 and counted & origins.made_of):
        return True
    if fact.column:
        # labels made of a column by a rule bear its name: `y = (df.grade > 6).astype(int)`
        root = re.match(r"[A-Za-z_]\w*(?=\.value_counts)", fact.expression)
        return fact.column in names or (root is not None and root[0] in names)
    # `counts = Counter(y)`, shown by its name; `dict(zip(values, counts))`, both from `np.unique(y)`
    parts = re.findall(r"\w+", fact.expression) if fact.expression.startswith("dict(zip(") else [fact.expression]
    given = [workflow.last_binding(part, fact.cell) for part in parts]
    made = [binding.value.made_by for binding in given if binding is not None and binding.value.made_by >= 0]
    expression = "; ".join(workflow.graph.operations[number].text for number in made) or fact.expression
    words = set(re.findall(r"\w+(?:[ -]\w+)*", expression)) | set(re.findall(r"\w+", expression))
    quoted = set(re.findall(r"['\"]([^'\"]+)['\"]", expression))
    if "groupby" in words and quoted - names:
        return False
    return bool((words | quoted) & names)


def _after_resampling(workflow: Workflow, fact: Fact) -> bool:
    """True where the classes may have been evened before they were counted."""
    before = {op.id for op in workflow.ops(Role.RESAMPLE) if 0 <= op.site.cell <= fact.cell}
    if not before:
        return False
    counted = [e.rows for e in workflow.evaluations if e.op.site.cell == fact.cell and isinstance(fact, ClassReport)]
    about = workflow.value_of(fact.about)
    if about is not None and not counted:
        counted = [about.rows]
    # the rows that were measured or counted may not be among those that were evened
    return not counted or any(
        rows is None or any(made.made_by in before for made in rows.lineage()) for rows in counted
    )


# --- answers --------------------------------------------------------------------------------------------------------

_WEIGHTS = ("class_weight", "class_weights", "scale_pos_weight", "sample_weight", "is_unbalance", "auto_class_weights",
            "fix_imbalance", "pos_weight", "class_prior", "priors")  # fmt: skip
_THRESHOLD = regex(
    r"(?:prob|pred|hat|score)\w*(?:\([^()]*\)|\[[^\]]*\])*\s*>=?\s*(?:\w*thr(?:esh)?\w*|0?\.(?!50*\b)\d+)|"
    r"(?:decision|best|optimal|class\w*)_?thresh\w*\s*=",
    re.IGNORECASE,
)
_IMPORT = regex(r"^\s*(?:from|import)\b.*$|#.*$", re.MULTILINE)
_FOCAL = regex(r"focal", re.IGNORECASE)
_SAMPLING = regex(
    r"over.?sampl|under.?sampl|down.?sampl|up.?sampl|SMOTE|class.?weight|balanced_?(?:df|data)|minority|majority",
    re.IGNORECASE,
)


def weighing(workflow: Workflow) -> Iterator[Operation]:
    """Operations that give weights to classes or rows."""
    for op in workflow.graph.operations:
        if op.role is Role.WEIGH:
            yield op
            continue
        for name in _WEIGHTS:
            value = op.args.get(name)
            if value is not None and _weighs(value):
                yield op
                break


def _weighs(value: Value) -> bool:
    """True where the argument of a weight is given and none that leaves the classes as they are."""
    return value.constant is True or (value.constant is not None and value.constant not in (1, False))


def answer(workflow: Workflow) -> Operation | str | None:
    """What answers an imbalance: an operation, or words in the code; None where nothing does."""
    for op in (*workflow.ops(Role.RESAMPLE), *resamplings(workflow)):
        return op
    for model in workflow.graph.models:
        if model.role is Role.RESAMPLE:
            return "a resampler"
    for op in weighing(workflow):
        return op
    for training in workflow.trainings:
        if training.final.has(Trait.UNDERSAMPLES):
            return training.op
        for value in training.final.params.values():
            if _FOCAL.search(str(value.constant)) or _FOCAL.search(value.type):
                return training.op
    for cell in workflow.notebook.cells:
        if not cell.is_python:
            continue
        code = _IMPORT.sub("", cell.python)
        for pattern in (_SAMPLING, _THRESHOLD, _FOCAL):
            found = pattern.search(code)
            if found is not None:
                return found[0]
    return None


@once_per_workflow
def resamplings(workflow: Workflow) -> tuple[Operation, ...]:
    """Resamplings by a resampler, or by hand: one class's rows, drawn or copied, put beside the others."""
    found = [op for op in workflow.ops(Role.RESAMPLE) if op.data and op.rows is RowsEffect.RESAMPLE]
    names = target_names(workflow)
    joins = workflow.ops(Role.CONCAT)
    for op in workflow.ops(Role.FILTER, Role.SHAPE) if joins else ():
        drawn = op.rows is RowsEffect.RESAMPLE or Trait.ROWS in op.traits or op.call == "syntax.slice"
        if drawn and op.data and _one_class(workflow, op.data[0], names) and _put_beside(op, joins):
            found.append(op)
    found += [op for op in joins if _copies(workflow, op, names)]
    return tuple(sorted(found, key=lambda op: op.id))


def _copies(workflow: Workflow, op: Operation, names: frozenset[str]) -> bool:
    """True where one class's rows are put below all rows once more, or below themselves and then beside the others."""
    alone = [value for value in op.data if value.rows is not None and _one_class(workflow, value, names)]
    if any(
        other is not value and other.rows is not None and value.rows is not None and other.rows.overlaps(value.rows)
        for value in alone
        for other in op.data
    ):
        return True
    twice = len({value.id for value in alone}) < len(alone)
    return twice and any(
        any(value.upstream & op.bit for value in join.data)
        and any(value.rows is not None and not value.upstream & op.bit for value in join.data)
        for join in workflow.ops(Role.CONCAT)
    )


def _put_beside(op: Operation, joins: list[Operation]) -> bool:
    """True where rows that were drawn are put together with others of the same source."""
    rows = op.data[0].rows
    assert rows is not None
    for join in joins:
        mine = [value for value in join.data if value.upstream & op.bit]
        others = [value for value in join.data if not value.upstream & op.bit and value.rows is not None]
        if mine and any(other.rows is not None and other.rows.sources() & rows.sources() for other in others):
            return True
    return False


def _one_class(workflow: Workflow, value: Value, names: frozenset[str]) -> bool:
    """True where the rows were chosen by a condition on the target."""
    if value.rows is None or not value.upstream:
        return False
    op = workflow.graph.operations[value.upstream.bit_length() - 1]
    return op.role is Role.FILTER and any(word in names for word in re.findall(r"\w+", op.text))


def codes_in(workflow: Workflow, value: Value) -> Operation | None:
    """The operation that put codes of categories among a table's columns, None where none did."""
    for op in workflow.graph.by_mask(value.upstream):
        if Trait.CODES in op.traits or (op.model is not None and op.model.has(Trait.CODES)) or op.role is Role.TOKENISE:
            return op
    return None


def weights_of(training: Training) -> str | None:
    """The name of the argument that weighs the classes of a training, None where none does."""
    for name in _WEIGHTS:
        for given in (training.final.params.get(name), training.op.args.get(name)):
            if given is not None and _weighs(given):
                return name
    return None

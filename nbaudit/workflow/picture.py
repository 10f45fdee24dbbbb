"""The dataflow graph folded to a picture: datasets, preparation, splits, models and metrics, some two dozen nodes.

Operations are first gathered by what they do to which rows (`_gathered`), never so that the picture gets a circle; then
models with the same inputs and chains of preparation are folded while there are too many nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct, field

from nbaudit.model.finding import Finding
from nbaudit.model.flow import Operation, RowsEffect, Shape
from nbaudit.model.picture import Edge, Node, NodeKind, Picture
from nbaudit.model.source import Span
from nbaudit.model.vocabulary import Role
from nbaudit.workflow.core import Workflow

NODE_LIMIT = 22
"""Nodes above which preparation is folded further."""

LENGTH_LIMIT = 8
"""Nodes on the longest way from left to right above which chains are folded further."""

_PLACES_LIMIT = 400

_STAGES: dict[Role, tuple[str, str]] = {
    Role.JOIN: ("Join", "join"),
    Role.CONCAT: ("Join", "concatenate"),
    Role.FILTER: ("Clean", "filter rows"),
    Role.DROP_MISSING: ("Clean", "drop gaps"),
    Role.IMPUTE: ("Clean", "fill gaps"),
    Role.DEDUPLICATE: ("Clean", "drop duplicates"),
    Role.REPAIR: ("Clean", "repair values"),
    Role.CLIP: ("Clean", "limit extremes"),
    Role.DETECT: ("Clean", "find outliers"),
    Role.CREATE: ("Features", "make features"),
    Role.DROP_COLUMNS: ("Features", "drop columns"),
    Role.SELECT_COLUMNS: ("Features", "pick columns"),
    Role.AGGREGATE: ("Features", "aggregate"),
    Role.TRANSFORM: ("Features", "transform values"),
    Role.DISCRETISE: ("Features", "make bins"),
    Role.AUGMENT: ("Features", "augment"),
    Role.ENCODE: ("Encode", "encode"),
    Role.VECTORISE: ("Encode", "vectorise"),
    Role.TOKENISE: ("Encode", "tokenise"),
    Role.SCALE: ("Scale", "scale"),
    Role.ROW_NORMALISE: ("Scale", "scale rows"),
    Role.SELECT: ("Select", "select features"),
    Role.REDUCE: ("Select", "reduce"),
    Role.RESAMPLE: ("Rebalance", "resample"),
    Role.UNKNOWN: ("Unknown", "unknown call"),
}
"""Stage of preparation (a node's title) and the words for one operation of each role."""

_NAMED = frozenset({Role.ENCODE, Role.VECTORISE, Role.SCALE, Role.SELECT, Role.REDUCE, Role.RESAMPLE, Role.DETECT})
"""Roles whose operations go by the name of the class that does them."""

_LEARNS = frozenset({Role.FIT, Role.TUNE, Role.CROSS_VALIDATE})
_PARTS = frozenset({"train", "test", "validation"})


class _Group(Struct, eq=False):
    """A node in the making."""

    kind: NodeKind
    title: str
    rows: str = ""
    ops: list[Operation] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    before: dict[_Group, str] = field(default_factory=dict)
    """Nodes that it reads from, with the part of the rows."""
    shows: frozenset[tuple[int, int]] = frozenset()
    """Cell and line of each step of evidence that it stands for."""


MAX_DRAWN = 1000
"""Operations; there is no picture of more."""
_MOST_ANCESTORS = 200
"""Sets of rows that are looked at behind one for the part that it lies in."""


def draw(workflow: Workflow, findings: Iterable[Finding] = ()) -> Picture:
    """The picture of a workflow; empty where nothing is trained or measured. Places of evidence are kept in it."""
    if not workflow.is_workflow:
        return Picture()
    steps = frozenset((step.span.cell, step.span.line) for finding in findings for step in finding.evidence)
    kept = _kept(workflow, steps)
    if kept.bit_count() > MAX_DRAWN:
        return Picture()  # nobody reads it, and its cost grows with the square
    groups = _gathered(workflow, kept, steps)
    _fold_models(groups)
    _fold_preparation(groups)
    _drop_short_cuts(groups)
    return _picture(groups)


def _kept(workflow: Workflow, steps: frozenset[tuple[int, int]]) -> int:
    """Mask of the operations on the way to a model or a metric, of all sources, and of the evidence of findings."""
    mask = workflow.modelling
    for op in workflow.graph.operations:
        if op.role in (Role.LOAD, Role.BUNDLED, Role.EVALUATE) or op.role in _LEARNS:
            mask |= op.bit
        elif (op.span.cell, op.span.line) in steps and op.role in _STAGES and op.role is not Role.UNKNOWN:
            mask |= op.bit | _upstream(op)
    return mask


def _upstream(op: Operation) -> int:
    mask = 0
    for value in op.data:
        mask |= value.upstream
    if op.receiver is not None:
        mask |= op.receiver.upstream
    if op.model is not None:
        for number in op.model.fits:
            if number < op.id:
                mask |= 1 << number
    return mask & (op.bit - 1)


def _gathered(workflow: Workflow, kept: int, steps: frozenset[tuple[int, int]]) -> list[_Group]:
    """The kept operations in groups, with the edges between them; an operation behind another source is no source."""
    graph = workflow.graph
    groups: list[_Group] = []
    newest: dict[object, _Group] = {}
    group_of: dict[int, _Group] = {}
    behind: dict[int, int] = {}
    drawn = 0
    for op in graph.by_mask(kept):
        kind = _kind(workflow, op)
        if kind is None:
            continue
        sources: list[int] = []
        covered = 0
        left = _upstream(op) & drawn
        while left:  # the newest first: all that lies behind it needs no look
            source = left.bit_length() - 1
            sources.append(source)
            covered |= behind[source] | 1 << source
            left &= ~covered
        behind[op.id] = covered
        drawn |= op.bit
        before = {group_of[source]: _part(op, source) for source in sources}
        key = _key(kind, op)
        group = newest.get(key)
        if group is None or any(other is not group and _reaches(group, other) for other in before):
            group = _Group(kind, _title(kind, op), _rows(op) if kind is NodeKind.TRANSFORM else "")
            groups.append(group)
            newest[key] = group
        group.ops.append(op)
        group.words.append(_words(kind, op))
        for other, part in before.items():
            if other is not group:
                group.before.setdefault(other, part)
        group_of[op.id] = group
    _add_scores(workflow, groups, group_of)
    for op in graph.operations:
        if op.role is Role.BUILD and op.model is not None:
            for number in op.model.fits:
                if number in group_of and op not in group_of[number].ops:
                    group_of[number].ops.append(op)
    for group in groups:
        group.shows = frozenset((op.span.cell, op.span.line) for op in group.ops) & steps
    return groups


def _add_scores(workflow: Workflow, groups: list[_Group], group_of: dict[int, _Group]) -> None:
    """A metric behind each model that is measured while it learns: by cross-validation, or on watched rows."""
    made: dict[tuple[_Group, str], _Group] = {}
    for evaluation in workflow.evaluations:
        op = evaluation.op
        model = group_of.get(op.id)
        if op.role is Role.EVALUATE or model is None or model.kind is not NodeKind.MODEL:
            continue
        title = "validation score" if evaluation.watched else "cross-validation"
        score = made.get((model, title))
        if score is None:
            score = _Group(NodeKind.METRIC, title, before={model: "validation" if evaluation.watched else ""})
            made[(model, title)] = score
            groups.append(score)
        score.ops.append(op)
        score.words.append(title)


def _kind(workflow: Workflow, op: Operation) -> NodeKind | None:
    if op.role in (Role.LOAD, Role.BUNDLED):
        return NodeKind.DATASET
    if op.role in (Role.SPLIT, Role.FOLDS):
        return NodeKind.SPLIT if op.data else None
    if op.role in _LEARNS:
        return NodeKind.MODEL if op.model is not None else None
    if op.role is Role.EVALUATE:
        return NodeKind.METRIC
    if op.role is Role.AGGREGATE and op.rows is not RowsEffect.COLLAPSE:
        return NodeKind.TRANSFORM
    return NodeKind.TRANSFORM if op.role in _STAGES and op.role is not Role.AGGREGATE else None


def _key(kind: NodeKind, op: Operation) -> object:
    """Operations with the same key go into one group where that makes no circle."""
    if kind is NodeKind.DATASET:
        return kind, _source_name(op)
    if kind is NodeKind.SPLIT:
        return kind, op.span.cell, op.span.line
    if kind is NodeKind.MODEL:
        rows = next((value.rows for value in op.data if value.rows is not None), None)
        return kind, _model_name(op), rows.id if rows is not None and _rows(op) == "" else _rows(op), op.site.cell
    if kind is NodeKind.METRIC:
        return kind, op.model.id if op.model is not None else -1, _rows(op)
    rows = next((value.rows for value in op.data if value.rows is not None), None)
    return kind, _STAGES[op.role][0], rows.sources() if rows is not None else None, _rows(op)


def _rows(op: Operation) -> str:
    """The part of the rows that an operation works on, "" where all or unknown."""
    for value in op.data:
        if value.rows is None:
            continue
        for rows in islice(value.rows.lineage(), _MOST_ANCESTORS):
            if rows.role in _PARTS:
                return rows.role
        return ""
    return ""


def _part(op: Operation, source: int) -> str:
    for value in op.data:
        if value.upstream >> source & 1 and value.rows is not None:
            for rows in islice(value.rows.lineage(), _MOST_ANCESTORS):
                if rows.role in _PARTS:
                    return rows.role
            return ""
    return ""


def _reaches(start: _Group, end: _Group) -> bool:
    """True where data flows from `start` to `end`."""
    seen: set[int] = set()
    queue = [end]
    while queue:
        group = queue.pop()
        if group is start:
            return True
        for other in group.before:
            if id(other) not in seen:
                seen.add(id(other))
                queue.append(other)
    return False


# Words.


def _title(kind: NodeKind, op: Operation) -> str:
    if kind is NodeKind.DATASET:
        return _source_name(op)
    if kind is NodeKind.SPLIT:
        return _short(op.call)
    if kind is NodeKind.MODEL:
        return _model_name(op)
    if kind is NodeKind.METRIC:
        return "Metrics"
    return _STAGES[op.role][0]


def _words(kind: NodeKind, op: Operation) -> str:
    if kind is NodeKind.TRANSFORM:
        if op.role is Role.UNKNOWN:
            return _short(op.call) + "(…)"
        named = op.role in _NAMED and op.model is not None
        return _short(op.model.type) if named and op.model is not None else _STAGES[op.role][1]
    if kind is NodeKind.METRIC:
        return _metric_name(op)
    if kind is NodeKind.MODEL:
        if op.role is Role.TUNE or (op.model is not None and op.model.shape is Shape.SEARCH):
            return "tuned by " + _short(op.model.type if op.model is not None else op.call)
        if op.role is Role.CROSS_VALIDATE:
            return "cross-validated"
        return "fitted in a loop" if op.loops else "fitted"
    if kind is NodeKind.SPLIT:
        return ""
    return ""


def _source_name(op: Operation) -> str:
    for value in (*op.args.values(), *op.data):
        if isinstance(value.constant, str) and 1 < len(value.constant) < 300 and "\n" not in value.constant:
            name = value.constant.replace("\\", "/").rstrip("/").rpartition("/")[2]
            if name:
                return name
    return _short(op.call)


def _model_name(op: Operation) -> str:
    if op.model is None:
        return _short(op.call)
    final = op.model.final()
    name = _short(final.type) or "model"
    if final.shape is not Shape.NETWORK:
        return name
    # every network is a Sequential, a Module or a Model: its variable says which
    own = next((variable for variable in reversed(op.model.names) if variable.isidentifier()), "")
    return f"{own} ({name})" if own else name


def _metric_name(op: Operation) -> str:
    name = _short(op.call)
    return {"compare": "share of hits", "best_score_": "best score of the search"}.get(name, name)


def _short(name: str) -> str:
    """The last part of a qualified name: "sklearn.svm.SVC" -> "SVC"; of a constructor that is a method, its class."""
    head, _, last = name.rpartition(".")
    owner = head.rpartition(".")[2]
    return owner if owner[:1].isupper() and last.startswith("from_") else last or name


# Folding.


def _fold_models(groups: list[_Group]) -> None:
    """Models with the same inputs become one node where there are many, and so do the metrics behind them."""
    for kind, most in ((NodeKind.MODEL, 3), (NodeKind.METRIC, 1)):
        alike: dict[object, list[_Group]] = {}
        for group in groups:
            if group.kind is kind and group.before:
                alike.setdefault(frozenset(id(other) for other in group.before), []).append(group)
        for same in alike.values():
            titles = {group.title for group in same}
            if len(same) > most or (len(same) > 1 and len(titles) < len(same)):
                _merge(groups, same if len(titles) > most or kind is NodeKind.METRIC else [])
                for title in titles if len(titles) <= most and kind is NodeKind.MODEL else ():
                    _merge(groups, [group for group in same if group.title == title])


def _merge(groups: list[_Group], same: list[_Group]) -> None:
    """All of `same` become the first of them; refused where that would make a circle."""
    if len(same) < 2:
        return
    first, rest = same[0], same[1:]
    for other in rest:
        if any(_reaches(first, before) for before in other.before if before is not first) or any(
            _reaches(other, before) for before in first.before if before is not other
        ):
            continue
        if first.title != other.title:
            first.words = _titled(first) + _titled(other)
            first.title = _joint_title(first)
        else:
            first.words += other.words
        first.rows = first.rows if first.rows == other.rows else ""
        first.ops += other.ops
        first.shows |= other.shows
        for before, part in other.before.items():
            if before is not first:
                first.before.setdefault(before, part)
        first.before.pop(other, None)
        groups.remove(other)
        for group in groups:
            if other in group.before:
                part = group.before.pop(other)
                if group is not first:
                    group.before.setdefault(first, part)


def _titled(group: _Group) -> list[str]:
    """What a group says inside a larger one: the names of models, the operations of everything else."""
    if group.kind is NodeKind.MODEL and not group.title.endswith(" models"):
        return [group.title]
    if group.kind is NodeKind.DATASET and not group.title.endswith(" sources"):
        return [group.title]
    return group.words


def _joint_title(group: _Group) -> str:
    if group.kind is NodeKind.MODEL:
        return f"{len(set(group.words))} models"
    if group.kind is NodeKind.DATASET:
        return f"{len(set(group.words))} sources"
    return "Metrics" if group.kind is NodeKind.METRIC else "Prepare"


def _fold_preparation(groups: list[_Group]) -> None:
    """Chains and twins of preparation become one node each until the picture is small enough, the likest first."""
    for rule in (
        _twin_splits,
        _unread_sources,
        _chain_of_one_stage,
        _twins,
        _chain,
        _twin_sources,
        _twin_models,
        _neighbours,
    ):
        while rule in _ALWAYS or _too_large(groups):
            pair = rule(groups)
            if pair is None:
                break
            before = len(groups)
            _merge(groups, list(pair))
            if len(groups) == before:
                break


def _drop_short_cuts(groups: list[_Group]) -> None:
    """Leave out an edge where the same data also takes a longer way; test rows on their way to a metric stay."""
    for group in groups:
        for other in list(group.before):
            held_out = group.before[other] in ("test", "validation") and group.kind is NodeKind.METRIC
            if not held_out and any(third is not other and _reaches(other, third) for third in group.before):
                del group.before[other]


def _too_large(groups: list[_Group]) -> bool:
    return len(groups) > NODE_LIMIT or max(_ranks(groups).values(), default=0) >= LENGTH_LIMIT


def _ranks(groups: list[_Group]) -> dict[_Group, int]:
    """The number of nodes on the longest way to each."""
    ranks: dict[_Group, int] = {}
    for group in _ordered(groups):
        ranks[group] = max((ranks[other] + 1 for other in group.before), default=0)
    return ranks


def _after(groups: list[_Group]) -> dict[_Group, list[_Group]]:
    after: dict[_Group, list[_Group]] = {group: [] for group in groups}
    for group in groups:
        for other in group.before:
            after[other].append(group)
    return after


def _links(groups: list[_Group]) -> Iterator[tuple[_Group, _Group]]:
    """(first, second) of preparation where the second alone reads the first, and reads nothing else."""
    after = _after(groups)
    for group in groups:
        if group.kind is NodeKind.TRANSFORM and len(group.before) == 1:
            (other,) = group.before
            if other.kind is NodeKind.TRANSFORM and len(after[other]) == 1:
                yield other, group


def _chain_of_one_stage(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    return next((pair for pair in _links(groups) if pair[0].title == pair[1].title), None)


def _chain(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    """The chain that costs least: rather not two nodes that show evidence or one not understood, rather few words."""

    def cost(pair: tuple[_Group, _Group]) -> tuple[bool, bool, int]:
        first, second = pair
        unknown = "Unknown" in (first.title, second.title)
        return bool(first.shows and second.shows), unknown, len(set(first.words + second.words))

    return min(_links(groups), key=cost, default=None)


def _alike(groups: list[_Group], kind: NodeKind, both: bool) -> tuple[_Group, _Group] | None:
    after = _after(groups)
    seen: dict[object, _Group] = {}
    for group in groups:
        if group.kind is not kind or not (group.before or both):
            continue
        behind = frozenset(id(other) for other in after[group])
        key = (frozenset(id(other) for other in group.before), behind if both else None, group.rows if both else "")
        if key in seen:
            return seen[key], group
        seen[key] = group
    return None


def _twins(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    return _alike(groups, NodeKind.TRANSFORM, True)


def _twin_splits(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    """Splits of the same data in the same cell: the features, masks and labels of a network, one after the other."""
    seen: dict[object, _Group] = {}
    for group in groups:
        if group.kind is NodeKind.SPLIT and group.before:
            key = (group.ops[0].site.cell, group.title, frozenset(id(other) for other in group.before))
            if key in seen:
                return seen[key], group
            seen[key] = group
    return None


def _unread_sources(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    after = _after(groups)
    unread = [group for group in groups if group.kind is NodeKind.DATASET and not after[group]]
    return (unread[0], unread[1]) if len(unread) > 1 else None


def _twin_sources(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    return _alike(groups, NodeKind.DATASET, True)


def _twin_models(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    return _alike(groups, NodeKind.MODEL, False) or _alike(groups, NodeKind.METRIC, False)


def _neighbours(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    """Any preparation that reads other preparation, where joining them makes no circle; the smallest pair first."""
    after = _after(groups)
    pairs = [
        (other, group)
        for group in groups
        if group.kind is NodeKind.TRANSFORM
        for other in group.before
        if other.kind is NodeKind.TRANSFORM
        and not any(_reaches(third, group) for third in after[other] if third is not group)
    ]
    return min(pairs, key=lambda pair: len(pair[0].ops) + len(pair[1].ops), default=None)


_ALWAYS = (_twin_splits, _unread_sources, _chain_of_one_stage)
"""Rules that fold however small the picture is."""


# The result.


def _ordered(groups: list[_Group]) -> list[_Group]:
    """The groups so that each comes after all that it reads from, else as they are."""
    place = {group: number for number, group in enumerate(groups)}
    waits_for = {group: len(group.before) for group in groups}
    after = _after(groups)
    done: list[_Group] = []
    ready = [group for group in groups if not group.before]
    while ready:
        done += ready
        following: list[_Group] = []
        for reader in (reader for group in ready for reader in after[group]):
            waits_for[reader] -= 1
            if not waits_for[reader]:
                following.append(reader)
        ready = sorted(following, key=place.__getitem__)
    return done + [group for group in groups if waits_for[group]]


def _picture(groups: list[_Group]) -> Picture:
    ordered = _ordered(groups)
    read = {other for group in groups for other in group.before}
    for group in groups:
        if group.kind is NodeKind.DATASET and group not in read:
            group.words = [*(word for word in group.words if word), "read by no model"]
    number = {group: index for index, group in enumerate(ordered)}
    nodes = tuple(
        Node(
            id=number[group],
            kind=group.kind,
            label=_label(group),
            details=_details(group),
            rows=group.rows,
            places=_places(group.ops),
            understood=not (group.kind is NodeKind.TRANSFORM and any(op.role is Role.UNKNOWN for op in group.ops)),
        )
        for group in ordered
    )
    edges = tuple(
        Edge(number[other], number[group], part)
        for group in ordered
        for other, part in sorted(group.before.items(), key=lambda item: number[item[0]])
    )
    return Picture(nodes, edges)


def _label(group: _Group) -> str:
    only = set(group.words)
    return group.words[0] if group.kind is NodeKind.METRIC and len(only) == 1 else group.title


def _details(group: _Group) -> tuple[str, ...]:
    """Each kind of operation once, with its number where there are several, in the order in which they come."""
    tally = Counter(word for word in group.words if word)
    if group.kind is NodeKind.MODEL and not group.title.endswith(" models"):
        return tuple(word for word in tally if word != "fitted") or ()
    if group.kind in (NodeKind.MODEL, NodeKind.METRIC, NodeKind.DATASET):
        return tuple(word for word in tally if word != _label(group))
    return tuple(f"{word} ×{number}" if number > 1 else word for word, number in tally.items())


def _places(ops: list[Operation]) -> tuple[Span, ...]:
    spans = {op.span for op in ops} | {op.site for op in ops}
    return tuple(sorted(spans)[:_PLACES_LIMIT])

"""Raw sources: what was read, from where, and which reads are merely parts of one data set."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from nbaudit.model.facts import Describe, Dtypes, Missing, Sample
from nbaudit.model.flow import Kind, Operation, RowsEffect, Value
from nbaudit.model.vocabulary import Role, Trait
from nbaudit.patterns import regex
from nbaudit.workflow import Workflow
from nbaudit.workflow.core import once_per_workflow

_PART = regex(
    r"(?<![a-z])(train(ing)?|test(ing)?|val(id(ation)?)?|dev|eval|holdout|submission|submit|sample|labels?|class(es)?|"
    r"weights?|target|mapping|dict(ionary)?|fold|solution|answers?|glove|embeddings?|vec(tors)?|vocab(ulary)?|"
    r"stop ?words|lexicon|descri(be|ption)s?|dicionario|code ?book|meta ?data|glossary|read ?me)(?![a-z])",
    re.IGNORECASE,
)
_FOLDER = regex(r"train(ing)?([ _-]?set)?|test(ing)?([ _-]?set)?|val(id(ation)?)?([ _-]?set)?", re.IGNORECASE)
_LOOKS = (Role.LOOK, Role.PLOT, Role.PROFILE, Role.VALIDATE)


class Source(Struct, frozen=True):
    """A raw source: the first operation that reads it, the location as far as it is known, and the name that holds it.

    `ops` are all reads of the location, the first among them.
    """

    op: Operation
    location: str
    name: str
    ops: tuple[Operation, ...]

    def used(self, workflow: Workflow) -> bool:
        """True where what one of the reads gave reaches a model."""
        return any(workflow.reaches_model(op) for op in self.ops)

    @property
    def is_part(self) -> bool:
        """True where the name says that it is one of the pre-made parts of a data set, a template or a label map."""
        *folders, stem = re.split(r"[\\/]", self.location.rstrip("/\\"))
        if folders and _FOLDER.fullmatch(folders[-1]):
            return True
        return bool(_PART.search(stem.replace("_", " ")) or _PART.search(self.name.replace("_", " ")))


@once_per_workflow
def sources(workflow: Workflow) -> tuple[Source, ...]:
    """Every read of a raw source, in order; reads of the same location count once."""
    groups: dict[str | int, list[Operation]] = {}
    for op in workflow.loads:
        # two names that differ in case alone are one file to some systems, and a slip on the others
        groups.setdefault(location_of(op).casefold() or op.id, []).append(op)
    return tuple(Source(ops[0], location_of(ops[0]), _holder(workflow, ops[0]), tuple(ops)) for ops in groups.values())


def location_of(op: Operation) -> str:
    """The path, URL or query of a read, "" where it is not known."""
    for value in op.args.values():
        if isinstance(value.constant, str):
            return value.constant
        if value.kind in (Kind.TEXT, Kind.UNKNOWN) and value.text:
            return value.text
    if op.receiver is not None and op.receiver.type == "builtins.file":
        return op.receiver.text  # what `open` was given
    return ""


def _holder(workflow: Workflow, op: Operation) -> str:
    binding = workflow.first_bindings.get(op.id)
    return binding.name if binding is not None else ""


@once_per_workflow
def _held_kinds(workflow: Workflow) -> dict[int, set[Kind]]:
    """The kinds of what an operation gave and names hold: a table, and single columns of it."""
    held: dict[int, set[Kind]] = {}
    for binding in workflow.graph.bindings:
        held.setdefault(binding.value.made_by, set()).add(binding.value.kind)
    return held


def tables_read(workflow: Workflow) -> list[Source]:
    """The sources that are tables."""
    held = _held_kinds(workflow)
    return [
        source
        for source in sources(workflow)
        if not source.op.traits & _NOT_TABLES and Kind.TABLE in held.get(source.op.id, {Kind.TABLE})
    ]


PRINTS_ITSELF = frozenset({Trait.TYPES, Trait.MISSING})  # info()
_SHOWS = regex(r"plot|show|display|draw|print|visuali[sz]e|preview|describe|inspect|explore|summar", re.IGNORECASE)
_NOT_TABLES = frozenset({Trait.IMAGE, Trait.AUDIO, Trait.TEXT, Trait.WEIGHTS, Trait.PERSONAL, Trait.INTERACTIVE})


def looks_at(workflow: Workflow, op: Operation) -> Iterator[Operation]:
    """Operations that show or check data which came from an operation, in order.

    A look whose result only goes on into a computation (`n = len(df)`) shows nothing to anybody, and a plot of scores
    or predictions shows no data. A call that is not known and says that it shows something is taken at its word.
    """
    modelled = 0
    for made in workflow.ops(Role.FIT, Role.TUNE, Role.CROSS_VALIDATE, Role.PREDICT, Role.EVALUATE):
        modelled |= made.bit
    pictures = workflow.having(Trait.IMAGE)
    judged = set() if pictures else {made.site.cell for made in workflow.ops(Role.PREDICT)}
    fed = (t.op.id for t in workflow.trainings if any(value.upstream & op.bit for value in t.op.data))
    first = min(fed, default=len(workflow.graph.operations))
    for look in workflow.ops(*_LOOKS, Role.UNKNOWN, Role.FILTER):
        if look.role is Role.UNKNOWN:
            seen = _SHOWS.search(look.call.rpartition(".")[2]) is not None
        else:
            seen = look.shown or look.role not in (Role.LOOK, Role.FILTER) or look.traits >= PRINTS_ITSELF
        given = (*look.data, *look.args.values()) if look.role is Role.UNKNOWN else look.data
        if look.role is Role.PLOT and look.id > first and all(_is_list(value) for value in given):
            continue  # figures that were gathered while models were trained
        if look.role is Role.PLOT and look.id > first and look.site.cell in judged and not op.traits & _NOT_TABLES:
            continue  # what the model made of a table: its line, its regions
        if seen and any(value.upstream & op.bit and not (value.upstream | value.control) & modelled for value in given):
            yield look


def _is_list(value: Value) -> bool:
    """True for what is no data by itself: a list, or a value of unknown making."""
    return value.rows is None and value.kind in (Kind.CONTAINER, Kind.UNKNOWN)


def shown_columns(workflow: Workflow, name: str) -> Sample | Dtypes | Describe | Missing | None:
    """The first saved output that shows a column of this name."""
    for fact in workflow.facts:
        if (
            (isinstance(fact, Sample) and name in fact.columns)
            or (isinstance(fact, Dtypes) and name in fact.dtypes)
            or (isinstance(fact, Describe) and name in fact.stats)
            or (isinstance(fact, Missing) and name in fact.counts)
        ):
            return fact
    return None


def joins(workflow: Workflow) -> list[Operation]:
    """Joins whose result reaches a model."""
    return [op for op in workflow.ops(Role.JOIN) if workflow.reaches_model(op)]


def side_by_side(workflow: Workflow) -> list[Operation]:
    """Concatenations that put tables beside each other and reach a model."""
    return [
        op
        for op in workflow.ops(Role.CONCAT)
        if op.rows is RowsEffect.KEEP and workflow.reaches_model(op) and len(op.data) > 1
    ]

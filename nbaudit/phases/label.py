"""Combines the phase classifiers: their clues are added up per phase, and the phase with the largest sum wins.

The classifiers, strongest first: the roles of the operations (`roles`), what a class is built on (`definitions`), the
cell's text (`syntax`), the values that it reads (`values`), headings and comments (`headings`), the cells around it
(`position`).
"""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.model.flow import FlowGraph, Kind, Operation, RowsEffect, Value
from nbaudit.model.phase import PhaseLabel
from nbaudit.model.source import Cell, CellKind, Notebook
from nbaudit.model.vocabulary import Phase, Role
from nbaudit.phases.clue import Clue
from nbaudit.phases.definitions import by_definitions
from nbaudit.phases.headings import by_calls, by_comment, by_names, heading_clues
from nbaudit.phases.idioms import by_bodies, by_function_names, by_idioms, by_magic
from nbaudit.phases.position import by_place, by_position
from nbaudit.phases.results import Results, collect, is_predictor
from nbaudit.phases.roles import SPLIT_SHAPES, by_parts, by_roles
from nbaudit.phases.syntax import by_syntax, cut_apart, shown_alone
from nbaudit.phases.values import by_values

_FURTHER = 1.5
"""The sum from which a phase counts as a further one."""

_NAMES = frozenset({Kind.MODULE, Kind.FUNCTION})
_LOOKS = frozenset({Role.LOOK, Role.AGGREGATE, Role.SELECT_COLUMNS, Role.NEUTRAL, Role.SHAPE})
_SETTLED = 5.0
"""A cell whose operations weigh this much is not asked about its words."""


def label_cells(notebook: Notebook, graph: FlowGraph) -> tuple[PhaseLabel, ...]:
    """One label per code cell, in order."""
    cells = _Cells(graph)
    headings = heading_clues(notebook.cells)
    numbers: list[int] = []
    clues: list[list[Clue]] = []
    for cell in notebook.cells:
        if cell.kind is CellKind.CODE:
            numbers.append(cell.index)
            clues.append(cells.clues(cell, headings[cell.index]))
    sums = [_added(own) for own in clues]
    labels: list[PhaseLabel] = []
    for number, own, total, near in zip(numbers, clues, sums, by_position(sums), strict=True):
        for clue in near:
            total[clue.phase] = total.get(clue.phase, 0.0) + clue.weight
        labels.append(_label(number, total, own + near))
    return tuple(labels)


class _Cells:
    """What the graph knows of each cell, gathered in one pass."""

    def __init__(self, graph: FlowGraph) -> None:
        self.results: Results = collect(graph)
        self.reads = graph.reads
        self.run: dict[int, list[Operation]] = {}
        self.defined: dict[int, list[Operation]] = {}
        for op in graph.operations:
            self.run.setdefault(op.site.cell, []).append(op)
            if op.span.cell != op.site.cell:
                self.defined.setdefault(op.span.cell, []).append(op)
        self.bound: dict[int, list[Value]] = {}
        self.definitions: dict[int, list[Value]] = {}
        self.untold = frozenset(name.rpartition(".")[2] for name in graph.unknown)
        for binding in graph.bindings:
            value = binding.value
            if value.kind is Kind.FUNCTION and value.text:
                self.definitions.setdefault(binding.span.cell, []).append(value)
            elif value.rows is not None:
                self.bound.setdefault(binding.span.cell, []).append(value)

        self.done = 0
        self.just_split = False

    def clues(self, cell: Cell, headings: list[Clue]) -> list[Clue]:
        """All clues of one cell by itself and its headings."""
        index, results = cell.index, self.results
        run = self.run.get(index, ())
        own = by_roles(run, results)
        if index in self.defined:
            own.extend(by_roles(self.defined[index], results))
        if index in self.bound:  # parts that are changed here are prepared, not just looked at
            own = [clue for clue in own if clue.reason != SPLIT_SHAPES]
        if run and index in self.bound:
            cut = by_parts(self.bound[index], run[0].id, results)
            if cut is not None:
                own.append(cut)
        definitions = self.definitions.get(index, ())
        if definitions:
            own.extend(by_definitions(definitions))
        effect = bool(own)
        if definitions and not own:
            own.append(Clue(Phase.SETUP, 1.0, "defines helpers"))
            own.extend(by_bodies(cell.python))
        if definitions:
            own.extend(by_function_names([value.text for value in definitions]))
        unread = (results.first_read < 0 or index < results.first_read) and not 0 <= results.first_fit < index
        loads = any(clue.phase is Phase.COLLECTION for clue in own)
        own.extend(by_syntax(cell, effect, unread, loads))
        own.extend(by_idioms(cell.python, unread, 0 <= results.first_fit < index))
        for magic in cell.magics:
            handed_in = by_magic(magic.text)
            if handed_in is not None:
                own.append(handed_in)
        reading = any(clue.phase is Phase.COLLECTION and clue.weight >= _SETTLED for clue in own)
        if self._shows_parts(index, run):
            own.append(Clue(Phase.TRAINING, 3.0, "looks at the parts of the split above"))
        if index in self.bound:
            own.append(Clue(Phase.PREPROCESSING, 0.4 if reading else 0.8, "gives data a name"))
        elif not effect and 0 <= results.first_fit < index and cell.python.lstrip().startswith("print("):
            own.append(Clue(Phase.EVALUATION, 1.2, "prints something after a fit"))
        reads = self.reads.get(index, {})
        own.extend(by_values(reads, results, run[0].id if run else self.done))
        base = cut_apart(cell)
        if base and not (base in reads and _put_together(reads[base])):
            own.append(Clue(Phase.TRAINING, 7.0, "cuts rows apart into parts named for training and testing"))
        alone = reads.get(shown_alone(cell)) if len(reads) < 4 and not run else None
        if alone is not None and alone.kind is Kind.MODEL and is_predictor(alone.model):
            bare = cell.python.strip().isidentifier()
            own.append(Clue(Phase.TRAINING, 2.5 if bare else 4.5, "shows a model and its parameters"))
        if run:
            self.done = run[-1].id + 1
        if not own or max(clue.weight for clue in own) < _SETTLED:
            own.extend(headings)
            own.extend(by_comment(cell.source))
            own.extend(by_names([value.text for value in definitions]))
            own.extend(by_calls(cell.python, self.untold))
            own.extend(by_place(cell, results, bool(definitions)))
        return own

    def _shows_parts(self, index: int, run: Sequence[Operation]) -> bool:
        """True for a cell that does nothing but look at the parts of a split, with nothing else between the two."""
        if any(op.role is Role.SPLIT for op in run):
            self.just_split = True
            return False
        held = [value for value in self.reads.get(index, {}).values() if value.kind not in _NAMES]
        looks = all(op.role in _LOOKS for op in run) and index not in self.bound
        if self.just_split and not held and not run:
            return False  # an empty cell, or a comment
        self.just_split = self.just_split and bool(held) and looks and all(map(self.results.is_part, held))
        return self.just_split


def _put_together(value: Value) -> bool:
    """True for rows that were put together of several tables."""
    return value.rows is not None and any(rows.effect is RowsEffect.CONCAT for rows in value.rows.lineage())


def _added(clues: list[Clue]) -> dict[Phase, float]:
    total: dict[Phase, float] = {}
    for clue in clues:
        total[clue.phase] = total.get(clue.phase, 0.0) + clue.weight
    return total


def _label(number: int, total: dict[Phase, float], clues: list[Clue]) -> PhaseLabel:
    if not total:
        return PhaseLabel(number, Phase.SETUP, (), 0.2, "holds no code")
    ranked = sorted(total.items(), key=lambda item: -item[1])
    primary, first = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    # 1.5 in the bottom keeps a lone hint from looking certain
    confidence = 0.3 + 0.7 * (first - second) / (first + 1.5)
    reason = max((clue for clue in clues if clue.phase is primary), key=lambda clue: clue.weight).reason
    further = tuple(phase for phase, weight in ranked[1:] if weight >= _FURTHER)
    return PhaseLabel(number, primary, further, round(min(confidence, 0.99), 3), reason)

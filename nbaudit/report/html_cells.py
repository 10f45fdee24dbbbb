"""The notebook's cells as the report shows them: the strip at the top and the code at the bottom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.model.source import Cell, CellKind, Span
from nbaudit.model.vocabulary import Relevance
from nbaudit.report.clean import cut, one_line, source_lines, visible
from nbaudit.report.highlight import Token, line_html
from nbaudit.report.html_page import PHASE_KEYS, PROSE_LIMIT
from nbaudit.report.summary import percent, relevance_of

CELL_LINES = 400
"""Lines of one cell that the notebook section shows."""

Coloured = Mapping[int, tuple[tuple[Token, ...], ...]]
"""The coloured lines of each code cell, by index."""


class CodeLine(Struct, frozen=True):
    number: int
    html: Markup
    marked: bool = False
    anchor: str = ""
    findings: tuple[tuple[str, str, str], ...] = ()


class CellView(Struct, frozen=True):
    index: int
    kind: str
    phase: str
    phase_label: str
    letters: str
    further: tuple[str, ...]
    reason: str
    confidence: str
    prompt: str
    lines: tuple[CodeLine, ...]
    prose: str
    left_out: int
    findings: tuple[str, ...]
    grave: bool
    language: str
    output: str = ""


SAVED = "saved output"
"""The source of a step of evidence that quotes an output (`Basis.OUTPUT`)."""

_OUTPUT_LINES = 16
_OUTPUT_LENGTH = 1_600


def quoted_cells(result: AuditResult) -> frozenset[int]:
    """The cells whose saved outputs the evidence quotes, as far as these have text to show."""
    steps = (step for finding in result.findings for step in finding.evidence if step.source == SAVED)
    return frozenset(step.span.cell for step in steps if saved_text(result, step.span.cell))


def saved_text(result: AuditResult, cell: int) -> str:
    """What a cell's outputs say, cut to a few lines; "" where they have no text."""
    cells = result.notebook.cells
    outputs = cells[cell].outputs if 0 <= cell < len(cells) else ()
    lines = "\n".join(output.text.strip("\n") for output in outputs if output.text.strip()).split("\n")
    kept = "\n".join(line[:200] for line in lines[:_OUTPUT_LINES])[:_OUTPUT_LENGTH]
    more = len(lines) - _OUTPUT_LINES
    return visible(kept) + (f"\n... {more} more lines" if more > 0 else "") if kept.strip() else ""


def cell_views(result: AuditResult, ids: Mapping[int, str], coloured: Coloured) -> tuple[CellView, ...]:
    phases = {label.cell: label for label in result.phases}
    by_line: dict[tuple[int, int], list[tuple[str, str, str]]] = {}
    by_cell: dict[int, list[Finding]] = {}
    for finding in result.findings:
        by_line.setdefault((finding.cell, finding.line), []).append(
            (ids[id(finding)], finding.issue, relevance_of(finding.issue).value)
        )
        by_cell.setdefault(finding.cell, []).append(finding)
    quoted = quoted_cells(result)
    views = []
    for cell in result.notebook.cells:
        label = phases.get(cell.index)
        key, letters = PHASE_KEYS[label.primary] if label else ("none", "")
        lines = coloured.get(cell.index, ())
        findings = by_cell.get(cell.index, [])
        views.append(
            CellView(
                index=cell.index,
                kind=cell.kind.value,
                phase=key,
                phase_label=label.primary.value if label else ("no phase" if is_code(cell) else cell.kind.value),
                letters=letters,
                further=tuple(phase.value for phase in label.further) if label else (),
                reason=one_line(label.reason, 300) if label else "",
                confidence=percent(label.confidence) if label else "",
                prompt=f"In [{cell.execution_count if cell.execution_count is not None else ' '}]",
                lines=tuple(
                    CodeLine(
                        number,
                        line_html(line),
                        (cell.index, number) in by_line,
                        line_target(Span(cell.index, number)),
                        tuple(by_line.get((cell.index, number), ())),
                    )
                    for number, line in enumerate(lines[:CELL_LINES], 1)
                ),
                prose="" if is_code(cell) else cut(visible(cell.source), PROSE_LIMIT),
                left_out=max(len(lines) - CELL_LINES, 0),
                findings=tuple(dict.fromkeys(ids[id(finding)] for finding in findings)),
                grave=any(relevance_of(finding.issue) is Relevance.HIGH for finding in findings),
                language="" if cell.is_python or not is_code(cell) else one_line(cell.language, 30),
                output=saved_text(result, cell.index) if cell.index in quoted else "",
            )
        )
    return tuple(views)


def legend(cells: Sequence[CellView]) -> list[tuple[str, str, str, int]]:
    """(CSS class, letters, phase, number of cells) of the phases that occur."""
    number = Counter(cell.phase for cell in cells)
    return [(key, letters, phase.value, number[key]) for phase, (key, letters) in PHASE_KEYS.items() if number[key]]


def is_code(cell: Cell) -> bool:
    return cell.kind is CellKind.CODE


def target(result: AuditResult, span: Span) -> str:
    """The id of a line in the notebook section; the cell's where the line is not shown there."""
    cells = result.notebook.cells
    if 0 <= span.cell < len(cells) and is_code(cells[span.cell]):
        shown = min(len(source_lines(cells[span.cell].source)), CELL_LINES)
        if 1 <= span.line <= shown:
            return line_target(span)
    return f"c{span.cell}"


def output_target(span: Span) -> str:
    """The id of a cell's outputs in the notebook section."""
    return f"c{span.cell}o"


def line_target(span: Span) -> str:
    return f"c{span.cell}l{span.line}"

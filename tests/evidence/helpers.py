"""Small notebooks to read."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from nbaudit.evidence.outputs import read_outputs
from nbaudit.model.facts import Fact
from nbaudit.model.source import Cell, CellKind, Notebook, Output

CORPUS = Path(__file__).parent / "corpus"


def cell(index: int, source: str, *outputs: Output, count: int | None = None) -> Cell:
    return Cell(index, CellKind.CODE, source, source, execution_count=count, outputs=outputs)


def result(text: str, html: str = "") -> Output:
    return Output("execute_result", "", text, html)


def printed(text: str, name: str = "stdout") -> Output:
    return Output("stream", name, text)


def facts(*cells: Cell) -> tuple[Fact, ...]:
    return read_outputs(Notebook("n.ipynb", cells))


def unquoted(found: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(replace(fact, quote="") for fact in found)


def corpus_output(file: str, kind: str, name: str) -> Output:
    text = (CORPUS / file).read_text(encoding="utf-8")
    if file.endswith(".html"):
        return Output(kind, name, "shown", text)
    return Output(kind, name, text.rstrip("\n") if kind == "execute_result" else text)

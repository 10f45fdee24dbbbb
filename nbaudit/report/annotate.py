"""A copy of the notebook in which the findings stand as markdown cells above the code that they speak of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.notebook import ANNOTATION
from nbaudit.model.result import AuditResult
from nbaudit.report.entries import Entry, entries
from nbaudit.report.markdown import details, literal
from nbaudit.report.summary import Context, percent, sentence

MARK = "nbaudit"
"""The key in the metadata of the copy and of each added cell."""


def annotated(raw: bytes, result: AuditResult, context: Context = Context()) -> str:  # noqa: B008 (frozen)
    """The notebook file `raw`, which `result` is about, as an .ipynb text with the findings in it; valid by nbformat.

    The notebook's own cells and outputs stay as they are, except that older formats are upgraded to format 4, and that
    cells of format 4.5 get an id where they have none or one that was before.

    Raises:
        NotebookUnreadable: nbformat finds the notebook itself invalid, so no valid copy can be made.
    """
    name = result.notebook.name
    document = _format4(raw, name)
    ids = _Ids(document["cells"]) if (document["nbformat"], document["nbformat_minor"]) >= (4, 5) else None
    found = entries(result, context)
    cells: list[dict[str, Any]] = [_added(_summary(result, found), {"findings": len(found)}, ids)]
    for index, cell in enumerate(document["cells"]):
        mine = [entry for entry in found if entry.span.cell == index]
        cells += [_added("\n".join(_note(result, entry, context)), _facts(entry), ids) for entry in mine]
        cells.append(cell)
    document["cells"] = cells
    document["metadata"][MARK] = {"annotated": True}
    _reject_invalid(document, name)
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def is_annotated(raw: bytes) -> bool:
    """Whether `raw` is a copy that `annotated` made."""
    try:
        document = json.loads(raw)
    except ValueError:
        return False
    metadata = document.get("metadata") if isinstance(document, dict) else None
    mark = metadata.get(MARK) if isinstance(metadata, dict) else None
    return isinstance(mark, dict) and mark.get("annotated") is True


class _Ids:
    """New cell ids: the same for the same notebook, and none that is taken. Cells without one of their own get one."""

    def __init__(self, cells: Sequence[dict[str, Any]]) -> None:
        self._taken: set[str] = set()
        lacking = []
        for index, cell in enumerate(cells):
            own = cell.get("id")
            if not isinstance(own, str) or own in self._taken:
                lacking.append((index, cell))
            else:
                self._taken.add(own)
        for index, cell in lacking:
            cell["id"] = self.of(f"cell {index}")

    def of(self, text: str) -> str:
        number = 0
        while True:
            digest = hashlib.sha256(f"{text}\0{number}".encode("utf-8", "replace")).hexdigest()[:12]
            name = f"nbaudit-{digest}"
            if name not in self._taken:
                self._taken.add(name)
                return name
            number += 1


def _format4(raw: bytes, name: str) -> dict[str, Any]:
    import nbformat  # late: only this format needs it

    document = json.loads(raw.decode(json.detect_encoding(raw)))
    if document.get("nbformat", 4) < 4:
        document = json.loads(nbformat.writes(_upgraded(document)))  # type: ignore[no-untyped-call]
    document.setdefault("nbformat", 4)
    document.setdefault("nbformat_minor", 5 if all("id" in cell for cell in document["cells"]) else 4)
    if not isinstance(document.setdefault("metadata", {}), dict):
        raise NotebookUnreadable(name, "has metadata that is no object; save it again from Jupyter, then annotate it")
    return document  # type: ignore[no-any-return]


def _upgraded(document: dict[str, Any]) -> Any:
    import nbformat

    return nbformat.reads(json.dumps(document), as_version=4)  # type: ignore[no-untyped-call]


def _reject_invalid(document: dict[str, Any], name: str) -> None:
    import nbformat
    from nbformat.validator import NotebookValidationError

    try:
        nbformat.validate(nbformat.from_dict(document))  # type: ignore[no-untyped-call]
    except NotebookValidationError as error:
        reason = str(error).splitlines()[0]
        raise NotebookUnreadable(
            name, f"is not valid by nbformat ({reason}); save it again from Jupyter, then annotate it"
        ) from None


def _added(text: str, facts: dict[str, Any], ids: _Ids | None) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": "markdown"}
    if ids:
        cell["id"] = ids.of(text)
    return {**cell, "metadata": {MARK: facts, "tags": [ANNOTATION]}, "source": text.splitlines(keepends=True)}


def _facts(entry: Entry) -> dict[str, Any]:
    issue = {"issue": entry.issue.code} if entry.issue else {}
    return {**issue, "check": entry.check, "line": entry.span.line, "confidence": round(entry.confidence, 3)}


def _summary(result: AuditResult, found: Sequence[Entry]) -> str:
    head = f"**nbaudit** {literal(result.version, 40)} on {literal(result.notebook.name, 300)}: {sentence(result)}"
    beside = "Each finding stands above its cell. Cells and lines are counted as in the original notebook."
    return f"{head}\n\n{beside if found else 'There are no findings.'}"


def _note(result: AuditResult, entry: Entry, context: Context) -> Iterator[str]:
    sure = f", {percent(entry.confidence)} sure" if entry.issue else ""
    yield f"> **{literal(entry.head, 200)}** (line {entry.span.line}, {entry.level.value}{sure})"
    yield ">"
    for line in details(result, entry, context):
        for part in line.split("\n"):
            yield f"> {part}".rstrip()

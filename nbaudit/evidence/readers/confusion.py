"""Confusion matrices, as arrays or as a crosstab of truth and prediction."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, leads_to, whole
from nbaudit.evidence.tables import Table
from nbaudit.model.facts import Confusion, Fact

_THROUGH = frozenset({"[]", "DataFrame", "array", "astype", "print", "str", "T", "tolist", "#list", "style"})
_MATRIX = frozenset({"confusion_matrix"})


def _is_one(piece: Piece) -> bool:
    if leads_to(piece.chain, _MATRIX, _THROUGH) >= 0:
        return True
    label = piece.label.lower()
    return "confusion" in label and len(label) < 200 and (not piece.chain or piece.chain[0].startswith("$"))


def read_confusion(piece: Piece) -> Sequence[Fact]:
    """Only whole numbers in a square count: normalised matrices and multi-label ones say other things."""
    if "[[" not in piece.text or not _is_one(piece):
        return ()
    body = piece.text[piece.text.index("[[") :]
    if "..." in body or "[[[" in body:
        return ()
    rows: list[tuple[int, ...]] = []
    for part in body.partition("]]")[0].split("]"):
        values = [whole(word) for word in part.replace("[", " ").replace(",", " ").split()]
        rows.append(tuple(value for value in values if value is not None))
        if len(rows[-1]) != len(values):
            return ()
    return _square(piece, rows)


def _square(piece: Piece, rows: list[tuple[int, ...]]) -> Sequence[Fact]:
    if len(rows) < 2 or any(len(row) != len(rows) for row in rows):
        return ()
    return (Confusion(**piece.base(piece.text.strip().replace("\n", " ")), matrix=tuple(rows)),)


def confusion_of_table(piece: Piece, table: Table) -> Sequence[Fact]:
    made = leads_to(piece.chain, _MATRIX, _THROUGH) >= 0
    crossed = piece.chain[:1] == ("crosstab",) and "pred" in piece.hole.expression.lower()
    if not (made or crossed) or "normalize" in piece.hole.expression:
        return ()
    rows = [tuple(value for cell in row if (value := whole(cell)) is not None) for row in table.cells]
    if "All" in table.columns and "All" in table.index:
        rows = [row[:-1] for row in rows[:-1]]
    return _square(piece, rows)

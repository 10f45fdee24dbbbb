"""`classification_report` as text."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, number, whole
from nbaudit.model.facts import ClassReport, Fact

_AVERAGES = frozenset({"macro avg", "weighted avg", "micro avg", "samples avg", "avg / total"})


def read_report(piece: Piece) -> Sequence[Fact]:
    support: dict[str, int] = {}
    f1: dict[str, float] = {}
    accuracy: float | None = None
    rarest = ""
    text = piece.text
    if "\\n" in text and text.count("\n") < 2:
        text = text.strip("'\"").replace("\\n", "\n")
    for line in text.split("\n")[1:600]:
        words = line.split()
        count = whole(words[-1]) if len(words) >= 3 else None
        if count is None:
            continue
        if words[0] == "accuracy" and len(words) == 3:
            accuracy = number(words[1])
            continue
        name = " ".join(words[:-4])
        score = number(words[-2])
        if not name or name in _AVERAGES or score is None or number(words[-4]) is None:
            continue
        if not support or count < min(support.values()):
            rarest = line
        support[name] = count
        f1[name] = score
    if not support:
        return ()
    return (ClassReport(**piece.base(rarest), support=support, f1=f1, accuracy=accuracy),)

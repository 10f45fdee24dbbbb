"""Logs of training: Keras (also with progress bars), boosting rounds, and loops that print an epoch and a loss."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbaudit.evidence.piece import Piece
from nbaudit.model.facts import Fact, Training
from nbaudit.patterns import regex

_EPOCH = regex(r"\bepoch\b[:#]?[ \[]{0,3}(\d{1,7})", re.I)
_ROUND = regex(r"^(?:\[(\d{1,7})\]|(\d{1,7}):)\t", re.M)
_FIGURE = regex(
    r"([A-Za-z][\w'-]{0,60}(?: [A-Za-z]\w{0,20})?): {0,3}(-?\d{1,15}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?)(?![\w.]|/)"
)
_NOT_FIGURES = frozenset({"ETA", "epoch", "Epoch", "EPOCH"})


def read_training(piece: Piece) -> Sequence[Fact]:
    """Figures are taken from the last line that has some; a name printed again later in the line wins."""
    text = piece.text
    for line in reversed(text.split("\n")):
        line = line[-1000:]
        if _ROUND.match(line) or (": " in line and ("loss" in line.lower() or "acc" in line)):
            found = _FIGURE.findall(line)
            last = {name: float(value) for name, value in found if name not in _NOT_FIGURES}
            if last:
                return (Training(**piece.base(line[-200:]), epochs=_epochs(text), last=last),)
    return ()


def _epochs(text: str) -> int:
    """The highest number of an epoch; rounds of boosting count from 0."""
    epochs = max((int(found) for found in _EPOCH.findall(text)), default=0) if "poch" in text.lower() else 0
    rounds = max((int(turn[0] or turn[1]) + 1 for turn in _ROUND.findall(text)), default=0) if "\t" in text else 0
    return max(epochs, rounds)


def read_training_line(piece: Piece) -> Sequence[Fact]:
    """A single printed line counts where it has both an epoch and a loss."""
    text = piece.text
    if piece.chain or len(text) > 1000 or "loss" not in text.lower() or not _EPOCH.search(text):
        return ()
    return read_training(piece)

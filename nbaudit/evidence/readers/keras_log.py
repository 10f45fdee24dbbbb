"""Logs of training: Keras (also with progress bars), boosting rounds, and loops that print an epoch and a loss."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from nbaudit.evidence.piece import Piece
from nbaudit.evidence.readers.scores import says_metric
from nbaudit.model.facts import Fact, Scores, Training
from nbaudit.patterns import regex

_EPOCH = regex(r"\bepoch\b[:#]?[ \[]{0,3}(\d{1,7})", re.I)
_ROUND = regex(r"^(?:\[(\d{1,7})\]|(\d{1,7}):)\t", re.M)
_FIGURE = regex(
    r"([A-Za-z][\w'-]{0,60}(?: [A-Za-z]\w{0,20})?)(?::| ?=) {0,3}"
    r"(-?\d{1,15}(?:\.\d{1,20})?(?:e[-+]?\d{1,3})?)(?![\w.]|/)"
)
_MEASURED = regex(r"(?i:loss)|acc|\bauc|(?i:rmse|\bmae\b)|_auc|\bf1\b")
_BAR = regex(r"\d{1,9}/(?:\d{1,9}|Unknown)[ \t]{0,4}(?:\[|━|\x1b|-)")
_NOT_FIGURES = frozenset({"ETA", "epoch", "Epoch", "EPOCH"})


def read_training(piece: Piece) -> Sequence[Fact]:
    """Figures are taken from the last line that has some; a name printed again later in the line wins."""
    text = piece.text
    if "best iteration" in piece.label.lower():
        return ()  # a line of the log once more
    for line in reversed(text.split("\n")):
        line = line[-1000:]
        if _ROUND.match(line) or ((": " in line or "=" in line) and _MEASURED.search(line)):
            found = _FIGURE.findall(line)
            last = {name: float(value) for name, value in found if name not in _NOT_FIGURES}
            if last and not _EPOCH.search(text) and _BAR.match(line.lstrip()):
                return (Scores(**piece.base(line[-200:]), scores=tuple(last.items())),)  # of an evaluation
            if last:
                return (Training(**piece.base(line[-200:]), epochs=_epochs(_numbers(text)), last=last),)
    return ()


def _epochs(numbers: list[int]) -> int:
    return max(numbers) + (numbers[0] == 0) if numbers else 0


def _numbers(text: str) -> list[int]:
    """The numbers of epochs as printed, in order, and of rounds of boosting as done.

    Those count from 0, but LightGBM's, known by its way to name figures ("valid's rmse"), from 1.
    """
    found = [int(number) for number in _EPOCH.findall(text)] if "poch" in text.lower() else []
    if "\t" in text:
        more = int("'s " not in text)
        found += [int(turn[0] or turn[1]) + more for turn in _ROUND.findall(text)]
    return found


class Logs:
    """Puts the pieces of a cell's logs together that other lines or progress bars cut them into.

    A single line with a loss and no number of an epoch is no log; it is one where the next such line follows.
    """

    def __init__(self) -> None:
        self._place = -1
        self._number = -1
        self._from_zero = False
        self._single: Training | None = None

    def join(self, fact: Fact, text: str, found: list[Fact]) -> None:
        """Appends `fact` that `text` gave; the next piece of a log takes the place of those before it."""
        if not isinstance(fact, Training):
            found.append(fact)
            return
        numbers = _numbers(text)
        last = found[self._place] if self._place >= 0 else None
        if isinstance(last, Training) and self._goes_on(last, fact, numbers):
            numbers = numbers or [self._number]
            epochs = max(last.epochs, max(numbers) + self._from_zero)
            found[self._place] = replace(fact, epochs=epochs, last={**last.last, **fact.last})
        elif not numbers and text.count("\n") == 0 and not self._repeats(fact):
            self._single = fact
            return
        else:
            self._single = None
            self._place = len(found)
            self._from_zero = numbers[:1] == [0]
            found.append(fact)
        self._number = max(numbers, default=-1)

    def finish(self, found: list[Fact]) -> None:
        """Appends the scores of a line with a loss that no other one followed."""
        single = self._single
        if single is not None:
            scores = tuple((name, value) for name, value in single.last.items() if says_metric(name))
            base = {name: getattr(single, name) for name in Fact.__struct_fields__}
            found.extend([Scores(**base, scores=scores)] if scores else [])

    def _repeats(self, fact: Training) -> bool:
        return self._single is not None and not self._single.last.keys().isdisjoint(fact.last)

    def _goes_on(self, last: Training, fact: Training, numbers: list[int]) -> bool:
        """Whether a piece is of the same training: it goes on counting, tells more of the same epoch or counts none."""
        if not numbers or numbers[0] > self._number >= 0:
            return True
        return numbers[0] == self._number and last.last.keys().isdisjoint(fact.last)


def read_training_line(piece: Piece) -> Sequence[Fact]:
    """A single printed line counts where it has both an epoch and a loss."""
    text = piece.text
    if piece.chain or len(text) > 1000 or "loss" not in text.lower() or not _EPOCH.search(text):
        return ()
    return read_training(piece)

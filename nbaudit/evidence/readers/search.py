"""What a search printed: `best_params_`, `best_estimator_` and `best_score_`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, leads_to, number, unquoted
from nbaudit.model.facts import BestParams, Fact
from nbaudit.patterns import regex

_PARAMS = frozenset({"best_params_", "best_params", "best_param"})
_ESTIMATOR = frozenset({"best_estimator_"})
_SCORE = frozenset({"best_score_", "best_value", "best_score"})
_THROUGH = frozenset({"[]", "*", "round", "abs", "sqrt", "print", "str", "/"})
_LIMIT = 20_000
_TRIAL = regex(r"\[[A-Z] \d{4}-[^\]\n]{0,40}\][^\n]{0,20} Trial ")
_METRICS = regex(r"['\"](?:accuracy|recall|precision|f1[ _]?score|roc_auc|auc|rmse|mae)['\"]: ", re.IGNORECASE)
"""Keys of scores: a printed dict that has them is no search's choice."""


def read_search(piece: Piece) -> Sequence[Fact]:
    label = piece.label.lower()
    if _TRIAL.match(piece.text.lstrip()):
        return ()  # one trial of Optuna's log, the best or not
    text = piece.text.strip()
    known = leads_to(piece.chain, _PARAMS, _THROUGH) >= 0 or (text[:1] == "{" and piece.hole.expression in _PARAMS)
    spoken = "best" in label and ("param" in label or "config" in label) and not _METRICS.search(text[:200])
    if (known or spoken or _prose(text)) and "{" in text and len(text) < _LIMIT:
        start, end = text.index("{"), text.rfind("}")
        params = _entries(text[start + 1 : end if end > start else len(text)])
        return (BestParams(**piece.base(text, end > start), params=params),) if params else ()
    if leads_to(piece.chain, _ESTIMATOR, _THROUGH) >= 0 and text.count("(") <= 1 and "=" in text:
        # a pipeline's inside is another model's; defaults are left out in print, and long ones take several lines
        params = _entries(text.rpartition("(")[2].rstrip(")"), "=")
        return (BestParams(**piece.base(text, True), params=params),) if params else ()
    if leads_to(piece.chain, _SCORE, _THROUGH) >= 0:
        score = number(text)
        if score is not None:
            return (BestParams(**piece.base(f"{piece.label} {text}"), params={}, score=score),)
    return ()


def _prose(text: str) -> bool:
    head = text[:60].lower()
    return "best" in head and "param" in head


def _entries(inner: str, between: str = ":") -> dict[str, str]:
    """The entries of a printed dict, or of a call; brackets and quotes hold together what is in them."""
    out: dict[str, str] = {}
    depth = start = 0
    quote = ""
    for place, char in enumerate(inner + ","):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            key, colon, value = inner[start:place].partition(between)
            if colon:
                out[unquoted(key)] = unquoted(value)
            start = place + 1
    return out

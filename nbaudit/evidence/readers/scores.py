"""Scores: numbers that come from a metric, or that words like "accuracy" or "RMSE" introduce."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from nbaudit.evidence.piece import Piece, number
from nbaudit.model.facts import Fact, Scores
from nbaudit.patterns import regex

_WORD = regex(
    r"accurac|\bacc\b|precision|recall|\bf1|\bf-1|f-?score|f_?beta|\bauc\b|(?<![a-z])roc|auroc|rmsle|rmse|\bmse\b|\bmae\b|mape|smape|"
    r"\br2\b|\br²|r-?squared|r\^2|\br2_|score|\berror\b|log.?loss|kappa|\bmcc\b|silhouette|\boob\b|specificity|sensitivity|"
    r"\bdice\b|\biou\b|balanced|perplexity",
    re.I,
)
_METRIC = regex(
    r"(?:_score|oob_score_|_error|_loss|_deviance)$|^(?:score|mse|rmse|mae|r2|accuracy|auc|evaluate|rmsle)$|^roc_|^calinski|^davies"
)
_THROUGH = frozenset(
    [
        "[]",
        "#listcomp",
        "#list",
        "mean",
        "std",
        "sqrt",
        "round",
        "*",
        "/",
        "-",
        "+",
        "**",
        "operator",
        "abs",
        "max",
        "min",
        "float",
        "str",
        "format",
        "cross_val_score",
        "print",
        "tolist",
        "list",
        "array",
        "median",
    ]
)
_NAMED = regex(
    r"([A-Za-z][\w .()@/²^%'-]{0,60}?)[ \t]{0,4}(?:[:=]|\bis\b|->|→)[ \t]{0,4}"
    r"\[?([-+]?\d{1,15}(?:\.\d{1,30})?(?:e[-+]?\d{1,3})?%?)",
    re.I,
)
_ENTRY = regex(r"['\"]([^'\"\n]{1,60})['\"]: (?:np\.float64\(|array\(\[)?(-?\d{1,15}(?:\.\d{1,30})?(?:e-?\d{1,3})?)")
_DIGIT = regex(r"\d")
_NUMBER = regex(r"-?\d{1,15}(?:\.\d{0,30})?(?:e[-+]?\d{1,3})?", re.I)
_LIMIT = 4000
_HINTS = (
    "acc",
    "prec",
    "recall",
    "f1",
    "f-1",
    "score",
    "f_beta",
    "fbeta",
    "auc",
    "roc",
    "mse",
    "mae",
    "mape",
    "r2",
    "r²",
    "squared",
    "r^2",
    "error",
    "log",
    "kappa",
    "mcc",
    "silhouette",
    "oob",
    "specif",
    "sensit",
    "dice",
    "iou",
    "balanced",
    "perplex",
)


@lru_cache(maxsize=2048)
def _metric(link: str) -> bool:
    return len(link) < 200 and _METRIC.search(link) is not None


@lru_cache(maxsize=2048)
def says_metric(text: str) -> bool:
    """Whether a word of `text` names a metric. The plain search before the pattern saves most of the time."""
    lowered = text.lower()
    for hint in _HINTS:
        if hint in lowered:
            return _WORD.search(text) is not None
    return False


def leads_to_metric(chain: tuple[str, ...]) -> bool:
    """Whether a value was measured by a metric, and reckoned with at most."""
    for link in chain:
        if link == "std":
            return False
        if _metric(link) or (link.startswith("$") and says_metric(link[1:])):
            return True
        if link not in _THROUGH and "=" not in link:
            return False
    return False


def read_scores(piece: Piece) -> Sequence[Fact]:
    text = piece.text.strip()
    if not text or len(text) > _LIMIT or not _DIGIT.search(text):
        return ()
    metric = leads_to_metric(piece.chain) or _held(piece.hole.expression)
    spoken = bool(piece.label) and says_metric(piece.label[-200:]) and "std" not in piece.chain[:1]
    if not piece.chain:
        if len(text) > 500:
            return ()
        return _prose(piece, text)
    if not (metric or spoken):
        return _entries(piece, text) if text.startswith("{") else ()
    value = number(text.split(" ", 1)[0] if spoken else text)
    if value is None and text.startswith("np.float"):
        value = number(text)
    if value is not None and not (spoken and not metric and counts_things(piece.label)):
        return (Scores(**piece.base(f"{piece.label} {text}"), scores=((_name(piece.label), value),)),)
    if text.startswith("{"):
        return _entries(piece, text)
    if metric and ("[" in text or text.startswith("(")) and "..." not in text:
        inner = text[text.find("[") + 1 : text.rfind("]")] if "[" in text else text
        values = tuple((_name(piece.label), float(found)) for found in _NUMBER.findall(inner)[:500])
        return (Scores(**piece.base(f"{piece.label} {text}"), scores=values),) if values else ()
    return ()


def _held(expression: str) -> bool:
    """Whether a variable that is called after a metric is printed, or what a search kept of its scores."""
    return (expression.isidentifier() and says_metric(expression)) or _KEPT.search(expression[:400]) is not None


_KEPT = regex(r"\bcv_results_\[['\"](?:mean|split\d{1,2})_(?:test|train)_\w{1,40}['\"]\](?:\[\w{1,20}\])?$")
_COUNTED = regex(r"number|epoch|(?:\bseed|random.?state|\bfold)\W*$")


def counts_things(label: str) -> bool:
    """Whether the words before a number say that it counts something, though a metric may be named too."""
    return _COUNTED.search(label.lower()) is not None


def _name(label: str) -> str:
    """The words next to the number, without punctuation at their ends."""
    return label.strip().rsplit("\n", 1)[-1].strip(" :=-*#([{>|,.\t").strip()[-80:]


def _prose(piece: Piece, text: str) -> Sequence[Fact]:
    """The named numbers of a line whose expression isn't known, where the name is a metric's."""
    if not says_metric(text):
        return ()
    found = [
        (_name(match[1]), value)
        for match in _NAMED.finditer(text)
        if _WORD.search(match[1]) and not counts_things(match[1]) and (value := number(match[2])) is not None
    ]
    return (Scores(**piece.base(text), scores=tuple(found)),) if found else ()


def _entries(piece: Piece, text: str) -> Sequence[Fact]:
    found = [(match[1], float(match[2])) for match in _ENTRY.finditer(text) if _WORD.search(match[1])]
    return (Scores(**piece.base(text), scores=tuple(found)),) if found else ()

"""`Counter(...)`, its `most_common()`, and counts printed as a dict (`value_counts().to_dict()`)."""

from __future__ import annotations

from collections.abc import Sequence

from nbaudit.evidence.piece import Piece, leads_to, unquoted
from nbaudit.model.facts import Counts, Fact
from nbaudit.patterns import regex

_SCALAR = regex(r"np\.\w{1,12}\(([^()\n]{0,300})\)")
_PAIR = regex(
    r"('[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|[-+\w.]{1,80}|\([^()\n]{0,200}\)): ?(\d{1,15}(?:\.\d{1,20})?)(?=[,}\s])"
)
_COMMON = regex(r"\(('[^'\n]{0,300}'|\"[^\"\n]{0,300}\"|[-+\w.]{1,80}), (\d{1,15})\)")
_COUNTED = frozenset({"value_counts", "Counter", "unique"})
_THROUGH = frozenset(
    {"to_dict", "dict", "zip", "[]", "sorted", "sort_index", "round", "items", "most_common", "OrderedDict"}
)


def read_counter(piece: Piece) -> Sequence[Fact]:
    text = piece.text.strip()
    place = leads_to(piece.chain, _COUNTED, _THROUGH)
    if place < 0 and not text.startswith("Counter({"):
        return ()
    if place >= 0 and piece.chain[place] == "unique" and "return_counts=True" not in piece.chain:
        return ()
    if "np." in text:
        text = _SCALAR.sub(r"\1", text)
    common = text.startswith("[(")
    found = (_COMMON if common else _PAIR).findall(text[:200_000])
    counts = {unquoted(key): float(count) for key, count in found}
    if not counts:
        return ()
    share = "normalize=True" in piece.chain
    return (Counts(**piece.base(complete=not common or "[]" not in piece.chain), counts=counts, share=share),)

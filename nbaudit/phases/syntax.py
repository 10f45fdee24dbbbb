"""The phase of a cell by its bare text: imports, installs, session commands."""

from __future__ import annotations

import re

from nbaudit.model.source import Cell
from nbaudit.model.vocabulary import Phase
from nbaudit.patterns import regex
from nbaudit.phases.clue import Clue

_IMPORT = regex(r"^[ \t]*(?:import|from)[ \t]+[\w.]+", re.M)
_CODE_LINE = regex(r"^[ \t]*[^\s#)\]}].*$", re.M)
_INSTALL = regex(r"\b(?:install|upgrade|update)\b")
_DRAWS = regex(
    r"\b(?:np|numpy)\.random\.(?!seed|RandomState|default_rng|get_state|set_state|shuffle|permutation)\w+\(|"
    r"\b(?:rng|random_state)\.(?!seed|shuffle|choice)[a-z]\w*\(|\brandom\.(?:gauss|uniform|randint|normalvariate|choices?)\("
)
_OPENS = regex(r"\bopen\((?![^()\n]*[,(] *(?:mode *= *)?[rf]?['\"][rb]*[wax])")
_PAGE = regex(r"<(?:style|video|div|h\d|img|iframe|center|script)\b", re.IGNORECASE)
_SHOWS = regex(
    r"(?:print|display|dir|type|help|vars)\((\w+)\)|(\w+)(?:\.(?:get_params\(.*\)|best_estimator_|named_steps))?"
)
_CUT = regex(
    r"^(?P<name>\w+)[ \t]*=[ \t]*(?P<base>\w[\w.]*?)(?:\.i?loc)?"
    r"\[[ \t]*(?P<key>[^\n'\"]*?(?:[:~<>=]|\w{2})[^\n'\"]*)\]",
    re.M,
)
_TRAINS, _TESTS = regex(r"tra?i?n", re.IGNORECASE), regex(r"te?st|val|dev|hold", re.IGNORECASE)
_BACK = regex(r"\blen\(\w*tra?i?n|tra?i?n\w*\.(?:shape|index)", re.IGNORECASE)
"""Lengths of a training table that was there before: the tables were put together and are taken apart again."""
_COMMENT = regex(r"#[^\n]*")
_FETCH = regex(r"\b(?:wget|curl|git +clone|kaggle +\w+ +download|gdown|unzip|tar|gsutil|aws +s3)\b")


def by_syntax(cell: Cell, has_effect: bool, nothing_read: bool = False, reads: bool = False) -> list[Clue]:
    """Clues of the cell's text. `has_effect` says that operations were found in it, `nothing_read` that no data was
    read nor a model trained before it, `reads` that the operations read data."""
    clues: list[Clue] = []
    if nothing_read and "random" in cell.python + "rng" and _DRAWS.search(cell.python):
        clues.append(Clue(Phase.COLLECTION, 6.0, "makes up data"))
    if not reads and "open(" in cell.python and _OPENS.search(_COMMENT.sub("", cell.python)):
        clues.append(Clue(Phase.COLLECTION, 5.0, "reads a file"))
    if "HTML(" in cell.python and _PAGE.search(cell.python):
        clues.append(Clue(Phase.SETUP, 3.0, "shows a page of its own"))
    imports = len(_IMPORT.findall(cell.python)) if "import" in cell.python else 0
    if imports:
        lines = len(_CODE_LINE.findall(cell.python))
        if imports * 4 >= lines * 3:
            clues.append(Clue(Phase.SETUP, 1.2 if has_effect else 5.0, "imports libraries"))
        elif imports * 2 >= lines:
            clues.append(Clue(Phase.SETUP, 1.0, "imports libraries"))
        elif not has_effect:
            clues.append(Clue(Phase.SETUP, 0.4, "imports libraries"))
    for magic in cell.magics:
        if _FETCH.search(magic.text):
            clues.append(Clue(Phase.COLLECTION, 3.0, "fetches files"))
        elif _INSTALL.search(magic.text):
            clues.append(Clue(Phase.SETUP, 2.5, "installs packages"))
        elif not has_effect:
            clues.append(Clue(Phase.SETUP, 0.8, "sets up the session"))
    return clues


def shown_alone(cell: Cell) -> str:
    """The one name that a cell does nothing but show (`model`, `print(model)`, `model.get_params()`), "" for others."""
    lines = [line for line in _COMMENT.sub("", cell.python).splitlines() if line.strip()]
    found = _SHOWS.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    return (found[1] or found[2]) if found is not None else ""


def cut_apart(cell: Cell) -> str:
    """The table of which one name takes some rows and another, named after testing, the others, "" where there is none:
    `train = df[:n]` and `test = df[n:]`, `df[mask]` and `df[~mask]`."""
    source = cell.python
    if "tr" not in source.lower() or "[" not in source:
        return ""
    trained: dict[str, str] = {}
    for found in _CUT.finditer(source):
        name, base, key = found["name"], found["base"], found["key"].strip()
        if _TRAINS.search(name) and not _TRAINS.search(base) and not _BACK.search(key):
            trained.setdefault(base, key)
        elif _TESTS.search(name) and base in trained and _complements(trained[base], key):
            return base.partition(".")[0]
    return ""


def _complements(one: str, other: str) -> bool:
    """True for keys that take different rows by position or by a condition and its opposite."""
    if one == other:
        return False
    if any(key.startswith("~") for key in (one, other)):
        return one.lstrip("~(").rstrip(")") == other.lstrip("~(").rstrip(")")
    if ":" in one and ":" in other:
        return one.partition(",")[0] != other.partition(",")[0]
    return bool(re.search(r"[<>]|[=!]=", one) and re.search(r"[<>]|[=!]=", other))

"""The phase of a cell by its bare text: imports, installs, session commands."""

from __future__ import annotations

import re

from nbaudit.model.source import Cell
from nbaudit.model.vocabulary import Phase
from nbaudit.phases.clue import Clue

_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+[\w.]+", re.M)
_CODE_LINE = re.compile(r"^[ \t]*[^\s#)\]}].*$", re.M)
_INSTALL = re.compile(r"\b(?:install|upgrade|update)\b")
_FETCH = re.compile(r"\b(?:wget|curl|git +clone|kaggle +\w+ +download|gdown|unzip|tar|gsutil|aws +s3)\b")


def by_syntax(cell: Cell, has_effect: bool) -> list[Clue]:
    """Clues of the cell's text. `has_effect` says that operations were found in it."""
    clues: list[Clue] = []
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

"""The phase of a class definition by the library class that it is built on."""

from __future__ import annotations

from collections.abc import Iterable

from nbaudit.knowledge.tables import tables
from nbaudit.model.flow import Value
from nbaudit.phases.clue import Clue
from nbaudit.phases.roles import ROLES


def by_definitions(defined: Iterable[Value]) -> list[Clue]:
    """Clues of a cell's definitions; each value's `type` is the library class below it, "" for none."""
    clues: list[Clue] = []
    for value in defined:
        row = tables().type(value.type) if value.type else None
        known = ROLES.get(row.role) if row is not None else None
        if known is not None:
            clues.append(Clue(known[0], 5.0, f"defines {value.text} on {value.type.rpartition('.')[2]}"))
    return clues

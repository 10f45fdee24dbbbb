"""What other installed packages add, by the entry points that they declare.

    nbaudit.checks    a check, a list of checks, or a module that holds checks
    nbaudit.tables    a package or module in whose folder `*.rows` files lie
    nbaudit.formats   a `nbaudit.plugin.Format`

A plug-in that can't be loaded costs only itself; `Broken` says in one sentence what is wrong with it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbaudit.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

CHECKS, TABLES, FORMATS = GROUPS = ("nbaudit.checks", "nbaudit.tables", "nbaudit.formats")


class Plugin(Struct, frozen=True):
    """One entry point of a package. `value` is what it points at."""

    group: str
    name: str
    package: str
    value: object

    @property
    def label(self) -> str:
        return label(self.name, self.package)


class Broken(Struct, frozen=True):
    """A plug-in that is left out, and why."""

    label: str
    reason: str


def label(name: str, package: str) -> str:
    return f'plug-in "{name}" of {package}'


@cache
def plugins(group: str) -> tuple[tuple[Plugin, ...], tuple[Broken, ...]]:
    """The plug-ins of a group that could be loaded, and those that could not, each sorted by package and name.

    What lies in the working folder itself is no installed package, and is never loaded: `python -m nbaudit` has that
    folder on the path, and it may be the folder of a stranger's notebooks.
    """
    if not any_installed(tuple(sys.path)):
        return (), ()
    from importlib.metadata import entry_points  # late: it brings the parser of e-mails, a tenth of a cold start

    loaded: list[Plugin] = []
    broken: list[Broken] = []
    here = Path.cwd().resolve()
    points = [point for point in entry_points(group=group) if _folder(point) != here]
    for point in sorted(points, key=lambda point: (_package(point), point.name)):
        try:
            loaded.append(Plugin(group, point.name, _package(point), point.load()))
        except (Exception, SystemExit) as error:
            # Foreign code may fail in any way; the sentence reaches the user as a failure of the result.
            broken.append(Broken(label(point.name, _package(point)), reason_of(error)))
    return tuple(loaded), tuple(broken)


@cache
def any_installed(folders: tuple[str, ...]) -> bool:
    """Whether any package on the path may add to nbaudit: False only where all can be looked at, and none does.

    Reads what `importlib.metadata` would read for each group, once and without parsing it.
    """
    if any(finder is not PathFinder and hasattr(finder, "find_distributions") for finder in sys.meta_path):
        return True
    for folder in folders:
        try:
            entries = list(os.scandir(folder or "."))
        except NotADirectoryError:
            return True  # a zip file, which only `importlib.metadata` can look into
        except OSError:
            continue
        for entry in entries:
            if not entry.name.lower().endswith((".dist-info", "egg-info")):
                continue
            try:
                declared = Path(entry.path, "entry_points.txt").read_bytes()
            except OSError:  # most packages have none
                continue
            if b"[nbaudit." in declared:
                return True
    return False


def reason_of(error: BaseException) -> str:
    return f"can't be loaded ({type(error).__name__}: {error}); mend or uninstall it"


def one_owner(what: str, owners: Iterable[tuple[str, str]]) -> None:
    """See that each name has one owner; `owners` are (name, owner).

    Raises:
        PluginError: two own one name.
    """
    seen: dict[str, str] = {}
    for name, owner in owners:
        if name in seen:
            raise PluginError(
                f'the {what} "{name}" is defined by {seen[name]} and by {owner}; uninstall one of them, or rename it'
            )
        seen[name] = owner


def _folder(point: EntryPoint) -> Path | None:
    """The folder that the package was installed into, None where it is unknown."""
    return None if point.dist is None else Path(str(point.dist.locate_file(""))).resolve()


def _package(point: EntryPoint) -> str:
    """ "acme-checks 1.2"; the module where no package is known."""
    if point.dist is None:
        return point.value.partition(":")[0]
    return f"{point.dist.name} {point.dist.version}"

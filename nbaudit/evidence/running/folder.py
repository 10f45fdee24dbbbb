"""A copy of the notebook's folder for the run to work in."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbaudit.patterns import regex

MOST_BYTES = 4 << 30
MOST_FILES = 50_000
_SKIPPED = frozenset((".git", ".hg", ".svn", "node_modules", "__pycache__", ".ipynb_checkpoints", ".tox", ".nox"))
_UPWARDS = regex(r"""["']((?:\.\.[/\\])*\.\.)(?=[/\\"'])""")


@dataclass(frozen=True, slots=True)
class Copied:
    """`cwd` is the copy of the folder asked for; `left_out` the number of files that did not fit."""

    cwd: Path
    left_out: int


def levels_up(sources: Iterable[str]) -> int:
    """How far above its folder the code reaches by relative paths: 1 for "../data", 0 to 3."""
    found = (len(re.findall(r"\.\.", match)) for source in sources for match in _UPWARDS.findall(source))
    return min(max(found, default=0), 3)


def copy_folder(folder: Path, into: Path, levels: int = 0) -> Copied:
    """Copy `folder`, and what lies around it up to `levels` above, below `into`.

    Version control, caches and virtual environments are left out; links are followed, so that the copy never leads back
    to the user's files. The home folder and the root of the file system are never taken along.
    """
    folder = folder.resolve()
    into.mkdir(parents=True, exist_ok=True)
    top = folder
    home = Path.home()
    for _ in range(levels):
        if top.parent == top.parent.parent or top.parent == home or top.parent in home.parents:
            break
        top = top.parent
    room = min(MOST_BYTES, shutil.disk_usage(into).free // 2)
    copier = _Copier(room)
    root = into / (top.name or "folder")
    cwd = root / folder.relative_to(top)
    copier.copy(folder, cwd)
    if top != folder:
        copier.copy(top, root)
    return Copied(cwd, copier.left_out)


class _Copier:
    def __init__(self, room: int) -> None:
        self.room = room
        self.files = 0
        self.left_out = 0
        self.seen: set[str] = set()

    def copy(self, source: Path, target: Path) -> None:
        real = os.path.realpath(source)
        if real in self.seen or (source / "pyvenv.cfg").exists():
            return
        self.seen.add(real)
        target.mkdir(parents=True, exist_ok=True)
        folders: list[os.DirEntry[str]] = []
        try:
            with os.scandir(source) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except PermissionError:
            self.left_out += 1
            return
        for entry in entries:
            if entry.name in _SKIPPED:
                continue
            if entry.is_dir():
                folders.append(entry)
            else:
                self.copy_file(entry, target / entry.name)
        for entry in folders:
            self.copy(Path(entry.path), target / entry.name)

    def copy_file(self, entry: os.DirEntry[str], target: Path) -> None:
        try:
            info = entry.stat()
            if not stat.S_ISREG(info.st_mode):
                return
            if info.st_size > self.room or self.files >= MOST_FILES:
                self.left_out += 1
                return
            shutil.copy2(entry.path, target)
        except OSError:  # a dangling link, a file that may not be read or vanished: the notebook can't read it either
            self.left_out += 1
            return
        self.room -= info.st_size
        self.files += 1

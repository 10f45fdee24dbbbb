"""The notebooks that the user's inputs name: files, folders and standard input."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from nbaudit.errors import NotebookUnreadable

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

STDIN = "<stdin>"
SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages"))


class Source(Struct, frozen=True):
    """One notebook to read. `name` is as the user typed it, with forward slashes; `path` is None for standard input."""

    name: str
    path: Path | None


class _Ignore(Struct, frozen=True):
    """The patterns of one .gitignore file, which speak of the paths under `folder` (absolute)."""

    folder: Path
    spec: GitIgnoreSpec


def find(inputs: Sequence[str]) -> Iterator[Source | NotebookUnreadable]:
    """The notebooks of `inputs`, each once, in the order of the inputs and sorted within a folder.

    Folders are searched for .ipynb files. What .gitignore files exclude, hidden folders and files, virtual environments
    and folders of packages are skipped, and links to folders are not followed; a file or folder that is itself an input
    is always taken. An input that can't be used is given as the error to report, and the others go on.
    """
    seen: set[str] = set()
    for item in _found(inputs):
        if isinstance(item, Source):
            key = STDIN if item.path is None else os.path.realpath(item.path)
            if key in seen:
                continue
            seen.add(key)
        yield item


def _found(inputs: Sequence[str]) -> Iterator[Source | NotebookUnreadable]:
    for typed in inputs:
        if typed == "-":
            yield Source(STDIN, None)
            continue
        path = Path(typed)
        try:
            exists, is_folder = bool(typed) and path.exists(), path.is_dir()
        except (OSError, ValueError) as error:
            yield NotebookUnreadable(typed, f"can't be looked up ({error}); check the path")
            continue
        if not exists:
            yield NotebookUnreadable(typed or '""', "there is no such file or folder; check the path")
        elif is_folder:
            yield from _walk(path, path.resolve(), _above(path.resolve()), typed=True)
        else:
            yield Source(path.as_posix(), path)


def _walk(
    folder: Path, absolute: Path, ignores: tuple[_Ignore, ...], typed: bool = False
) -> Iterator[Source | NotebookUnreadable]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield NotebookUnreadable(folder.as_posix(), f"can't be listed ({error.strerror}); check its permissions")
        return
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names and not typed:
        return
    ignores = _with_own(ignores, absolute, names)
    for entry in entries:
        path, target = folder / entry.name, absolute / entry.name
        if entry.name.startswith(".") or entry.name in SKIPPED:
            continue
        if entry.is_dir(follow_symlinks=False):
            if not _ignored(target, True, ignores):
                yield from _walk(path, target, ignores)
        elif entry.name.lower().endswith(".ipynb") and _is_file(entry) and not _ignored(target, False, ignores):
            yield Source(path.as_posix(), path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except PermissionError:
        # Taken, so that reading it tells the user.
        return True
    except OSError:
        # A link to itself.
        return False


def _with_own(ignores: tuple[_Ignore, ...], folder: Path, names: set[str]) -> tuple[_Ignore, ...]:
    """`ignores` and the folder's own .gitignore; a repository of its own knows no outer ones."""
    if ".git" in names:
        ignores = _read(folder, ".git/info/exclude")
    return ignores + _read(folder, ".gitignore") if ".gitignore" in names else ignores


def _above(folder: Path) -> tuple[_Ignore, ...]:
    """The patterns of the folders above `folder`, up to the root of its repository; none outside a repository."""
    root = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if root is None or root == folder:
        return ()
    ignores = _read(root, ".git/info/exclude")
    above = [parent for parent in folder.parents if parent == root or root in parent.parents]
    for parent in reversed(above):
        ignores += _read(parent, ".gitignore")
        # A folder that is an input is wanted, whatever excludes it or a folder above it.
        inner = folder.relative_to(parent).parts[0]
        if _ignored(parent / inner, True, ignores):
            return ()
    return ignores


def _read(folder: Path, name: str) -> tuple[_Ignore, ...]:
    try:
        # A pipe or device of that name would never end.
        if not (folder / name).is_file():
            return ()
        lines = (folder / name).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # Missing, or not readable: git goes on without it, too.
        return ()
    from pathspec import GitIgnoreSpec  # late: single files don't need it

    return (_Ignore(folder, GitIgnoreSpec.from_lines(_valid(lines))),)


def _valid(lines: list[str]) -> list[str]:
    """The lines that are patterns to git: it passes over malformed ones, where pathspec raises."""
    from pathspec import GitIgnoreSpec

    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error):
            continue
        valid.append(line)
    return valid


def _ignored(path: Path, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
    """Whether the innermost .gitignore with an opinion about `path` excludes it."""
    for ignore in reversed(ignores):
        relative = path.relative_to(ignore.folder).as_posix() + ("/" if is_folder else "")
        decision = ignore.spec.check_file(relative).include
        if decision is not None:
            return decision
    return False

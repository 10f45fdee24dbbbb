"""Folders and single files on disk, as they stand there (uncommitted changes too)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbaudit.config import Config
from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.discovery import Source, find
from nbaudit.scan.git import Git
from nbaudit.scan.repository import DiskConfigs, Item, Skipped
from nbaudit.scan.work import Settings


class FolderRepository:
    """The notebooks under `folder`, or those of `files` alone. Paths are relative to `root`, which holds them all."""

    at_revision = False

    def __init__(
        self,
        name: str,
        root: Path,
        folder: Path,
        git: Git | None = None,
        revision: str = "",
        committed: datetime | None = None,
        files: Sequence[Path] = (),
    ) -> None:
        self.name = name
        self.git = git
        self.revision = revision
        self.committed = committed
        self._root = root.resolve()
        self._folder = folder
        self._files = tuple(files)
        prefix = os.path.relpath(folder.resolve(), self._root).replace(os.sep, "/")
        self._prefix = "" if prefix == "." else f"{prefix}/"
        self._only = {self._relative(file) for file in files}
        self._configs = DiskConfigs(self._root)

    def notebooks(self) -> Iterator[Item | Skipped]:
        for found in find([str(file) for file in self._files] or [str(self._folder)]):
            if isinstance(found, NotebookUnreadable):
                yield Skipped(self._relative(Path(found.path)), found.reason, failed=True)
            elif found.path is not None:
                yield self._item(found, found.path)

    def covers(self, path: str) -> bool:
        return path in self._only if self._files else path.startswith(self._prefix)

    def settings(self, path: str, default: Config) -> Settings:
        return self._configs.settings(self._root / path, default)

    def close(self) -> None:
        if self.git is not None:
            self.git.close()

    def _item(self, found: Source, path: Path) -> Item | Skipped:
        relative = self._relative(path)
        if path.is_symlink() and not self._files:
            # The notebook is known by its own place, not by that of a link to it.
            path = path.resolve()
            if not path.is_relative_to(self._root):
                return Skipped(relative, "is a link out of the repository; it was not followed")
            relative = self._relative(path)
        try:
            size = path.stat().st_size
        except OSError as error:
            return Skipped(relative, f"can't be read ({error.strerror}); check its permissions", failed=True)
        return Item(relative, size, None, _Reader(path))

    def _relative(self, path: Path) -> str:
        absolute = Path(os.path.abspath(path.parent.resolve() / path.name))  # noqa: PTH100
        relative = os.path.relpath(absolute, self._root).replace(os.sep, "/")
        return relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def __call__(self, limit: int) -> bytes:
        with self.path.open("rb") as stream:
            return stream.read(limit + 1)

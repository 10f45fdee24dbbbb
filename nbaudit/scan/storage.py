"""Notebooks behind a storage URL (s3://, gs://, abfs://, memory://, ...), read through fsspec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from nbaudit.config import Config
from nbaudit.errors import UsageError
from nbaudit.scan.repository import CONFIG_NAME, Item, ListedConfigs, Skipped, Unreadable
from nbaudit.scan.work import Settings


class StorageRepository:
    """All notebooks under one URL.

    Raises:
        UsageError: fsspec, or its driver for this kind of storage, is not installed.
    """

    revision = ""
    committed: datetime | None = None
    at_revision = False
    git = None

    def __init__(self, url: str) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise UsageError(f"{url}: storage URLs need fsspec; pip install 'nbaudit[scan]'") from None
        self.name = without_secrets(url)
        try:
            self._storage, self._root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise UsageError(f"{self.name}: this kind of storage can't be opened ({error})") from None
        self._configs = ListedConfigs()

    def notebooks(self) -> Iterator[Item | Skipped]:
        try:
            listing: dict[str, dict[str, Any]] = self._storage.find(self._root, detail=True)
        except Exception as error:  # each driver raises errors of its own; all mean that it can't be listed
            raise Unreadable(f"{self.name}: can't be listed ({type(error).__name__}: {error})") from error
        items: list[Item] = []
        for full, about in sorted(listing.items()):
            path = full.removeprefix(self._root).strip("/") or full.rpartition("/")[2]
            if any(part.startswith(".") for part in path.split("/")):
                continue
            size = about.get("size")
            read = _Reader(self._storage, full)
            if path.rpartition("/")[2] == CONFIG_NAME:
                self._configs.add(path, read)
            elif path.lower().endswith(".ipynb"):
                items.append(Item(path, size if isinstance(size, int) else None, None, read))
        yield from items

    def covers(self, path: str) -> bool:
        return True

    def settings(self, path: str, default: Config) -> Settings:
        return self._configs.settings(path, default)

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class _Reader:
    storage: Any
    path: str

    def __call__(self, limit: int) -> bytes:
        try:
            data: bytes = self.storage.cat_file(self.path, start=0, end=limit + 1)
        except OSError:
            raise
        except Exception as error:  # drivers raise errors of their own
            raise OSError(f"{type(error).__name__}: {error}") from error
        return data


def without_secrets(url: str) -> str:
    """The URL without user, password and query: it names the repository in reports and in the store."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}".rstrip("/")

"""Findings that a user has marked as false: a file of JSON lines in the server's root, to be read and sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.manager import ContentsManager

from nbaudit.errors import UsageError

FILE = "nbaudit-false-findings.jsonl"
FIELDS: Mapping[str, type] = {
    "key": str,
    "notebook": str,
    "version": str,
    "issue": str,
    "check": str,
    "message": str,
    "code": str,
    "reason": str,
}
TEXT_LIMIT = 10_000
"""Characters of one field; longer ones are cut."""
ENTRIES = 5_000

Entry = dict[str, str]


class FalseFindings:
    """Reads and writes the file through the contents manager, one change at a time."""

    def __init__(self, contents: ContentsManager) -> None:
        self._contents = contents
        self._lock = asyncio.Lock()

    async def of(self, notebook: str) -> list[Entry]:
        """The entries of one notebook, in the order in which they were made."""
        return [entry for entry in await self._read() if entry["notebook"] == notebook]

    async def add(self, entry: Mapping[str, Any]) -> None:
        """Keep an entry, in place of one with the same notebook and key.

        Raises:
            UsageError: a field is missing or no text, or the file is full.
        """
        kept = {name: _text(entry, name) for name in FIELDS}
        async with self._lock:
            entries = _without(await self._read(), kept["notebook"], kept["key"])
            if len(entries) >= ENTRIES:
                raise UsageError(f"{FILE} has {ENTRIES} entries; send it and move it away")
            await self._write([*entries, kept])

    async def remove(self, notebook: str, key: str) -> None:
        """Forget an entry; nothing happens where there is none."""
        async with self._lock:
            entries = await self._read()
            left = _without(entries, notebook, key)
            if len(left) < len(entries):
                await self._write(left)

    async def _read(self) -> list[Entry]:
        if not await ensure_async(self._contents.file_exists(FILE)):
            return []
        model = await ensure_async(self._contents.get(FILE, type="file", format="text"))
        entries = []
        for line in model["content"].splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                raise UsageError(f"{FILE} has a line that is not JSON; mend it or move it away") from None
            if isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in FIELDS):
                entries.append(entry)
        return entries

    async def _write(self, entries: list[Entry]) -> None:
        text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
        await ensure_async(self._contents.save({"type": "file", "format": "text", "content": text}, FILE))


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise UsageError(f'"{name}" must be a text')
    return value[:TEXT_LIMIT]


def _without(entries: list[Entry], notebook: str, key: str) -> list[Entry]:
    return [entry for entry in entries if (entry["notebook"], entry["key"]) != (notebook, key)]

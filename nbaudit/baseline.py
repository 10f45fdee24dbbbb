"""Which findings are new, fixed or persisting: two sets of findings matched by their fingerprints.

A baseline file holds the findings that a team starts with; `nbaudit baseline` writes it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.errors import UsageError
from nbaudit.fingerprints import Fingerprint
from nbaudit.model.vocabulary import ISSUES, Problem

VERSION = 1
KEY = "nbaudit-baseline"
LARGEST = 256 << 20
"""The most bytes of a baseline file; it holds some 250 a finding."""

RENAMED = 0.5
"""The share of a vanished notebook's findings that must stand in another for that to be the renamed one. Git takes half
of the content, too."""


class Known(Struct, frozen=True):
    """One finding as two scans compare it. `path` is relative to the repository; `message` and `excerpt` are for people
    and compare nothing."""

    path: str
    issue: str
    check: str
    fingerprint: Fingerprint
    cell: int = 0
    line: int = 0
    message: str = ""
    excerpt: str = ""


class Changes(Struct, frozen=True):
    """`persisting` pairs are (before, after); each finding of both sides is in exactly one of the three."""

    new: tuple[Known, ...]
    fixed: tuple[Known, ...]
    persisting: tuple[tuple[Known, Known], ...]


def compare(before: Iterable[Known], after: Iterable[Known], paths: Iterable[str] = ()) -> Changes:
    """Match the findings of two states of one repository.

    Within a notebook a finding is the same where check and code agree, better so with the cell's id; else where check
    and cell id agree (the code was edited); else where the check tells what is missing, which has no place of its own.
    A notebook that is gone is looked for among the new ones first (`RENAMED`); `paths` are all notebooks of the later
    state, those without findings too.
    """
    olds, news = sorted(before, key=_order), sorted(after, key=_order)
    moved = _renames(olds, news, {item.path for item in news} | set(paths))
    left, right = dict(enumerate(olds)), dict(enumerate(news))
    pairs: list[tuple[Known, Known]] = []
    for key in _STAGES:
        pairs.extend((left.pop(old), right.pop(new)) for old, new in _matched(left, right, key, moved))
    pairs.sort(key=lambda pair: _order(pair[1]))
    return Changes(tuple(right.values()), tuple(left.values()), tuple(pairs))


def _order(item: Known) -> tuple[str, int, int, str, str, str]:
    return item.path, item.cell, item.line, item.issue, item.check, item.fingerprint.code


def _by_code_and_cell(item: Known) -> Hashable:
    return (item.check, item.fingerprint) if item.fingerprint.cell else None


def _by_code(item: Known) -> Hashable:
    return item.check, item.fingerprint.code


def _by_cell(item: Known) -> Hashable:
    return (item.check, item.fingerprint.cell) if item.fingerprint.cell else None


def _by_absence(item: Known) -> Hashable:
    issue = ISSUES.get(item.issue)
    return item.check if issue and issue.problem is Problem.MISSING else None


_STAGES: tuple[Callable[[Known], Hashable], ...] = (_by_code_and_cell, _by_code, _by_cell, _by_absence)


def _matched(
    left: dict[int, Known], right: dict[int, Known], key: Callable[[Known], Hashable], moved: Mapping[str, str]
) -> list[tuple[int, int]]:
    """Pairs with equal keys in one notebook, in the order of their places where there are several."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for number, item in reversed(left.items()):
        if key(item) is not None:
            waiting[moved.get(item.path, item.path), key(item)].append(number)
    return [
        (waiting[place].pop(), number)
        for number, item in right.items()
        if key(item) is not None and waiting.get(place := (item.path, key(item)))
    ]


def _renames(olds: Sequence[Known], news: Sequence[Known], there: set[str]) -> dict[str, str]:
    """Old paths that are gone, by the new paths that took their findings over; the most alike first."""
    before = {item.path for item in olds}
    gone, come = before - there, {item.path for item in news} - before
    if not gone or not come:
        return {}
    holders: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for item in news:
        if item.path in come:
            holders[_by_code(item)][item.path] += 1
    total = Counter(item.path for item in olds)
    shared: Counter[tuple[str, str]] = Counter()
    per_path: dict[str, Counter[Hashable]] = defaultdict(Counter)
    for item in olds:
        if item.path in gone:
            per_path[item.path][_by_code(item)] += 1
    for path, codes in per_path.items():
        for code, number in codes.items():
            for other, there_too in holders.get(code, Counter()).items():
                shared[path, other] += min(number, there_too)
    moved: dict[str, str] = {}
    taken: set[str] = set()
    for (path, other), number in sorted(shared.items(), key=lambda entry: (-entry[1] / total[entry[0][0]], entry[0])):
        if number / total[path] >= RENAMED and path not in moved and other not in taken:
            moved[path] = other
            taken.add(other)
    return moved


def dumps(findings: Iterable[Known]) -> str:
    """The text of a baseline file: JSON in a fixed order, one finding a line, so that its changes can be reviewed."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for item in sorted(findings, key=_order):
        entry = {
            "issue": item.issue,
            "check": item.check,
            "code": item.fingerprint.code,
            "cell_id": item.fingerprint.cell,
            "cell": item.cell,
            "line": item.line,
        }
        by_path[item.path].append(json.dumps(entry))
    notebooks = ",\n".join(
        f"  {json.dumps(path)}: [\n   " + ",\n   ".join(entries) + "\n  ]" for path, entries in by_path.items()
    )
    return f'{{\n "{KEY}": {VERSION},\n "notebooks": {{\n{notebooks}\n }}\n}}\n'


def load(file: Path) -> tuple[Known, ...]:
    """The findings of a baseline file.

    Raises:
        UsageError: it can't be read, or is no baseline of this version.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(f"{file.as_posix()}: is too large for a baseline; write it anew with `nbaudit baseline`")
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file.as_posix()}: can't be read ({error.strerror}); check the path") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{file.as_posix()}: is no baseline (not JSON); write it with `nbaudit baseline`") from None
    version = document.get(KEY) if isinstance(document, dict) else None
    if version is None:
        raise UsageError(f"{file.as_posix()}: is no baseline; write it with `nbaudit baseline`")
    if version != VERSION:
        raise UsageError(
            f"{file.as_posix()}: is of version {version!r}, not {VERSION}; write it with `nbaudit baseline`"
        )
    try:
        return tuple(_entry(path, entry) for path, entries in document["notebooks"].items() for entry in entries)
    except (AttributeError, KeyError, TypeError):
        raise UsageError(f"{file.as_posix()}: an entry is broken; write it anew with `nbaudit baseline`") from None


def _entry(path: str, entry: dict[str, Any]) -> Known:
    known = Known(path, entry["issue"], entry["check"], Fingerprint(entry["code"], entry["cell_id"]))
    return replace(known, cell=int(entry.get("cell", 0)), line=int(entry.get("line", 0)))

"""The scan itself: lists repositories, asks the cache, feeds the engine, gives each repository as it is finished."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from nbaudit.baseline import Known
from nbaudit.config import Config
from nbaudit.errors import ConfigError, NbauditError, UsageError
from nbaudit.scan.cache import Cache
from nbaudit.scan.engine import Engine
from nbaudit.scan.records import Record, failed, loads
from nbaudit.scan.repository import Item, Repository, Skipped, Unreadable
from nbaudit.scan.work import Settings, Task

_DETERMINISTIC = ("is ", "holds ", "has ", "ends ")
"""How the loader's reasons start. What a limit or a crash ended is tried again by the next scan."""


@dataclass(frozen=True, slots=True)
class Options:
    """`default` holds where a repository has no configuration of its own (or where `own_config` is False); the options
    in `override` win over both. A notebook of more than `max_bytes` is failed without reading it."""

    default: Config = Config()  # noqa: RUF009 (frozen)
    override: Mapping[str, object] = field(default_factory=dict)
    own_config: bool = True
    max_bytes: int = 100 << 20


@dataclass(frozen=True)
class Scanned:
    """One notebook of a scan. `data` is its record as JSON: a thousand of them are two megabytes."""

    path: str
    content: str
    settings: str
    data: bytes

    @cached_property
    def record(self) -> Record:
        return loads(self.data)

    def known(self, suppressed: bool = False) -> list[Known]:
        """Its findings as they are compared."""
        return [item.known(self.path) for item in loads(self.data).findings if item.suppressed is suppressed]


@dataclass(frozen=True, slots=True)
class RepositoryScan:
    """What a scan says of one repository. `notebooks` are sorted by path; `skipped` is what was not audited on purpose;
    `problems` are sentences for the reader. `complete` is False where the scan was stopped before its end."""

    repository: Repository
    notebooks: tuple[Scanned, ...]
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[str, ...] = ()
    complete: bool = True

    @property
    def name(self) -> str:
        """The repository's name; what is no character in a folder's name is written out, for no database takes it."""
        return self.repository.name.encode("utf-8", "backslashreplace").decode("utf-8")

    @property
    def revision(self) -> str:
        return self.repository.revision

    def known(self) -> list[Known]:
        return [item for notebook in self.notebooks for item in notebook.known()]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A record that needs no worker."""

    content: str
    data: bytes
    cached: bool = False


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A notebook for a worker."""

    content: str
    data: bytes


class Watch(Protocol):
    """Told of the progress."""

    def listed(self, name: str, notebooks: int) -> None: ...
    def done(self, cached: bool, failed: bool) -> None: ...


class NoWatch:
    def listed(self, name: str, notebooks: int) -> None:
        return

    def done(self, cached: bool, failed: bool) -> None:
        return


Finish = Callable[[RepositoryScan], None]


class _Open:
    """A repository whose notebooks are not all done."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.results: list[Scanned] = []
        self.skipped: list[Skipped] = []
        self.problems: dict[str, None] = {}
        self.waiting = 0
        self.read = False

    def closed(self, complete: bool) -> RepositoryScan:
        return RepositoryScan(
            self.repository,
            tuple(sorted(self.results, key=lambda item: item.path)),
            tuple(sorted(self.skipped, key=lambda item: item.path)),
            tuple(self.problems),
            complete,
        )


class Scan:
    """One scan over repositories. `finish` gets each when its last notebook is done, in no fixed order.

    After `run`, `errors` are the sentences of targets that could not be scanned at all, and `stopped` says that
    Ctrl-C ended it: what was done until then was given to `finish` and to the cache.
    """

    def __init__(
        self, engine: Engine, finish: Finish, options: Options, cache: Cache | None = None, watch: Watch | None = None
    ) -> None:
        self._engine = engine
        self._finish = finish
        self._options = options
        self._cache = cache
        self._watch: Watch = watch or NoWatch()
        self._open: dict[int, _Open] = {}
        self.errors: list[str] = []
        self.stopped = False

    def run(self, repositories: Iterable[Repository | NbauditError]) -> None:
        outcomes = self._engine.run(self._tasks(repositories))
        try:
            for task, data in outcomes:
                self._take(task, data)
        except (KeyboardInterrupt, NbauditError) as error:
            if isinstance(error, NbauditError):
                self.errors.append(str(error))
            self.stopped = isinstance(error, KeyboardInterrupt)
            close = getattr(outcomes, "close", None)
            if close is not None:
                close()
            for state in list(self._open.values()):
                state.repository.close()
                self._finish(state.closed(complete=False))
            self._open.clear()
        finally:
            if self._cache is not None:
                self._cache.flush()

    def _take(self, task: Task, data: bytes) -> None:
        state = self._open[task.owner]
        state.waiting -= 1
        state.results.append(Scanned(task.path, task.content, task.settings.digest(), data))
        broken = is_failed(data)
        if self._cache is not None and (not broken or loads(data).reason.startswith(_DETERMINISTIC)):
            self._cache.put(task.content, task.settings, data)
        self._watch.done(False, broken)
        self._close_if_done(task.owner)

    def _tasks(self, repositories: Iterable[Repository | NbauditError]) -> Iterator[Task]:
        for owner, repository in enumerate(repositories):
            if isinstance(repository, NbauditError):
                self.errors.append(str(repository))
                continue
            state = self._open[owner] = _Open(repository)
            try:
                yield from self._of_repository(owner, state)
            except Unreadable as error:
                state.problems[str(error)] = None
                self.errors.append(str(error))
            finally:
                repository.close()
            state.read = True
            self._close_if_done(owner)

    def _of_repository(self, owner: int, state: _Open) -> Iterator[Task]:
        found = list(state.repository.notebooks())
        items = [item for item in found if isinstance(item, Item)]
        for other in found:
            if isinstance(other, Skipped):
                if other.failed:
                    state.results.append(Scanned(other.path, "", "", failed(other.reason)))
                else:
                    state.skipped.append(other)
        self._watch.listed(state.repository.name, len(items))
        for item in items:
            settings = self._settings(state, item.path)
            work = self._work(item, settings)
            if isinstance(work, _Ready):
                state.results.append(Scanned(item.path, work.content, settings.digest(), work.data))
                self._watch.done(work.cached, is_failed(work.data))
            else:
                state.waiting += 1
                yield Task(owner, item.path, work.content, work.data, settings)

    def _work(self, item: Item, settings: Settings) -> _Ready | _Bytes:
        """The record of a notebook where there is one at once (cached, or it can't be read), else its bytes."""
        most = self._options.max_bytes
        if item.size is not None and item.size > most:
            return _Ready(item.content or "", failed(_too_large(most)))
        if item.content is not None:
            known = self._cached(item.content, settings)
            if known is not None:
                return known
        try:
            data = item.read(most)
        except OSError as error:
            return _Ready(item.content or "", failed(f"can't be read ({error.strerror or error})"))
        if len(data) > most:
            return _Ready(item.content or "", failed(_too_large(most)))
        if item.content is not None:
            return _Bytes(item.content, data)
        content = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return self._cached(content, settings) or _Bytes(content, data)

    def _cached(self, content: str, settings: Settings) -> _Ready | None:
        record = self._cache.get(content, settings) if self._cache is not None else None
        return _Ready(content, record, cached=True) if record is not None else None

    def _settings(self, state: _Open, path: str) -> Settings:
        settings = Settings.of(self._options.default)
        if self._options.own_config:
            try:
                settings = state.repository.settings(path, self._options.default)
            except (ConfigError, UsageError) as error:
                state.problems[f"{error}; the scanner's own configuration was used instead"] = None
        return replace(settings, **self._options.override) if self._options.override else settings  # type: ignore[arg-type]

    def _close_if_done(self, owner: int) -> None:
        state = self._open[owner]
        if state.read and not state.waiting:
            del self._open[owner]
            self._finish(state.closed(complete=True))


_FAILED_HEAD = failed("").partition(b'""')[0]
"""What the bytes of a failed record start with (keys are sorted, so that "reason" comes first)."""


def is_failed(data: bytes) -> bool:
    return data.startswith(_FAILED_HEAD)


def _too_large(most: int) -> str:
    return f"is larger than the limit of {most / (1 << 20):g} MB (--max-size)"

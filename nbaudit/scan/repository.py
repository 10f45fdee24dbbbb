"""What a scan reads: a repository is a name, maybe a revision, and notebooks with the settings that hold for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from nbaudit.checkers.base import catalogue
from nbaudit.config import Config, find_config, find_table, from_table, reject_unknown
from nbaudit.errors import ConfigError, NbauditError, UsageError
from nbaudit.model.vocabulary import ISSUES, Activity
from nbaudit.scan.work import Settings

if TYPE_CHECKING:
    from nbaudit.scan.git import Git

CONFIG_NAME = "pyproject.toml"
LARGEST_CONFIG = 1 << 20
"""Bytes; a larger pyproject.toml is not read."""


class Unreadable(NbauditError):
    """A repository as a whole can't be read; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One notebook that is there. `path` is relative to the repository, with forward slashes. `content` is a digest of
    its bytes where the listing gives one for nothing. `read` gives at most `limit` + 1 bytes.

    `read` raises OSError where the bytes can't be had.
    """

    path: str
    size: int | None
    content: str | None
    read: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something under the target that is not audited, and why; `failed` where it is a notebook that should be."""

    path: str
    reason: str
    failed: bool = False


class Repository(Protocol):
    """`name` is the same for every scan of the repository. `revision` is a commit's id, "" where there is none;
    `committed` its time. `at_revision` says that the content is that of the commit alone; `git` is None outside git."""

    @property
    def name(self) -> str: ...
    @property
    def revision(self) -> str: ...
    @property
    def committed(self) -> datetime | None: ...
    @property
    def at_revision(self) -> bool: ...
    @property
    def git(self) -> Git | None: ...

    def notebooks(self) -> Iterator[Item | Skipped]:
        """All notebooks in scope, in any order.

        Raises:
            Unreadable: the repository can't be listed.
        """

    def covers(self, path: str) -> bool:
        """Whether a notebook of this path would be among `notebooks`: if it isn't, it is gone."""

    def settings(self, path: str, default: Config) -> Settings:
        """What holds for this notebook.

        Raises:
            ConfigError, UsageError: the configuration is broken; the sentence names the file.
        """

    def close(self) -> None:
        """Let go of what reading holds open."""


def scope_word(repository: Repository) -> str:
    """How a sentence names the state that was read."""
    return f"{repository.name} at {repository.revision[:12]}" if repository.revision else repository.name


class ListedConfigs:
    """The configuration files of a repository that is read from a listing. The nearest one in or above a notebook's
    folder holds, never one outside the repository. A file is read once, when it is first asked for."""

    def __init__(self) -> None:
        self._readers: dict[str, Callable[[int], bytes]] = {}
        self._read: dict[str, Config | NbauditError | None] = {}

    def add(self, path: str, read: Callable[[int], bytes]) -> None:
        self._readers[path] = read

    def settings(self, path: str, default: Config) -> Settings:
        """As `Repository.settings`."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            file = f"{folder}/{CONFIG_NAME}" if folder else CONFIG_NAME
            if file in self._readers:
                config = self._config(file)
                if isinstance(config, NbauditError):
                    raise config
                if config is not None:
                    return Settings.of(config)
        return Settings.of(default)

    def _config(self, file: str) -> Config | NbauditError | None:
        if file not in self._read:
            try:
                self._read[file] = parsed(self._readers[file](LARGEST_CONFIG), file)
            except (ConfigError, UsageError) as error:
                self._read[file] = error
            except OSError as error:
                self._read[file] = ConfigError(f"{file}: can't be read ({error.strerror or error})")
        return self._read[file]


class DiskConfigs:
    """The configuration files of notebooks on disk: the nearest in or above the folder, as `nbaudit audit` has it.
    Errors name them relative to `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[Path, Config | NbauditError | None] = {}

    def settings(self, file: Path, default: Config) -> Settings:
        """As `Repository.settings`."""
        folder = file.parent
        if folder not in self._read:
            self._read[folder] = self._config(folder)
        config_or_error = self._read[folder]
        if isinstance(config_or_error, NbauditError):
            raise config_or_error
        return Settings.of(default if config_or_error is None else config_or_error)

    def _config(self, folder: Path) -> Config | NbauditError | None:
        try:
            file = find_config(folder)
            if file is None:
                return None
            with file.open("rb") as stream:
                data = stream.read(LARGEST_CONFIG + 1)
            name = file.as_posix().removeprefix(f"{self._root.as_posix()}/")
            return parsed(data, name)
        except NbauditError as error:
            return ConfigError(str(error).replace(f"{self._root.as_posix()}/", ""))
        except OSError as error:
            return ConfigError(f"{CONFIG_NAME}: can't be read ({error.strerror})")


def parsed(data: bytes, file: str) -> Config | None:
    """The configuration in the bytes of a pyproject.toml, None where nbaudit has no table in it.

    Raises:
        ConfigError, UsageError: the file is too large, not UTF-8 or not TOML, or says what nbaudit doesn't know.
    """
    if len(data) > LARGEST_CONFIG:
        raise ConfigError(f"{file}: is larger than {LARGEST_CONFIG >> 20} MB and was not read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: is not UTF-8 text; save it as UTF-8") from None
    table = find_table(text, file)
    if table is None:
        return None
    # House rules name files, and a scanned repository may name none; what ignores or selects them says nothing then.
    config = from_table({key: value for key, value in table.items() if key != "rules"}, file)
    if "rules" in table:
        known = {*ISSUES, *Activity.__members__, *catalogue()}
        select, ignore = (tuple(word for word in words if word in known) for words in (config.select, config.ignore))
        config = replace(config, select=select, ignore=ignore)
    try:
        reject_unknown(config.words(), catalogue())
    except UsageError as error:
        raise ConfigError(f"{file}: {error}") from None
    return config

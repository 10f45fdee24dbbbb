"""Git repositories read through git itself, without a checkout, and so that nothing in them is ever run.

Only commands that read objects are used, without a shell. Hooks, filters, pagers, file-system monitors, checks of
signatures and all transports are off, so a repository's own configuration can't start a program, and a missing object
of a partial clone isn't fetched. Names of revisions that a user gives can't be taken for options.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

from nbaudit.config import Config
from nbaudit.errors import UsageError
from nbaudit.loading.discovery import SKIPPED
from nbaudit.scan.repository import CONFIG_NAME, Item, ListedConfigs, Skipped, Unreadable
from nbaudit.scan.work import Settings

_SKIPPED = 64 << 20
"""Bytes of an object that are read for nothing at most."""

TIMEOUT = 600
"""Seconds that one git command may take; listing a million files takes some ten."""

_SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c", "core.hooksPath=" + os.devnull,
    "-c", "core.fsmonitor=false",
    "-c", "core.untrackedCache=false",
    "-c", "log.showSignature=false",
    "-c", "protocol.allow=never",
    "-c", "safe.directory=*",
)  # fmt: skip
"""`safe.directory`: git's own guard against other people's configuration would refuse them whole; see the docstring."""

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}
_AGO = re.compile(r"\s*(\d{1,5})\s+(minute|hour|day|week|month|year)s?\s+ago\s*")
_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")
_TREE = re.compile(rb"(\d{6}) \w+ ([0-9a-f]{40,64})\t(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a tree: its mode ("100644", "120000" a link, "160000" a submodule), object and path."""

    mode: str
    oid: str
    path: str


class Git:
    """One repository's objects. `folder` is its git directory.

    Raises:
        Unreadable: git is not installed, or fails; `name` is what the sentence calls the repository.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._reader: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> bytes:
        """What a git command prints.

        Raises:
            Unreadable: it failed.
        """
        command = ["git", f"--git-dir={self.folder}", *_SAFE, *arguments]
        try:
            done = subprocess.run(command, env=_environment(), capture_output=True, timeout=TIMEOUT, check=False)
        except FileNotFoundError:
            raise Unreadable(f"{self.name}: git is not installed; install it to scan git repositories") from None
        except subprocess.TimeoutExpired:
            raise Unreadable(f"{self.name}: git took longer than {TIMEOUT} s ({arguments[0]})") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            gravest = next((line for line in said if line.startswith("fatal: ")), said[0])
            raise Unreadable(f"{self.name}: git can't read it ({gravest.removeprefix('fatal: ')})")
        return done.stdout

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names.

        Raises:
            UsageError: it names none.
        """
        found = self._commit(revision)
        if found is None:
            raise UsageError(f'{self.name}: "{revision}" is no revision of it; `git log` lists them')
        return found

    def _commit(self, revision: str) -> str | None:
        if not revision or "\0" in revision:
            return None
        try:
            out = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        except Unreadable as error:
            if "git is not installed" in str(error):
                raise
            return None
        return out.decode("ascii").strip() or None

    def head(self) -> str | None:
        """The commit of HEAD; None in a repository without commits."""
        return self._commit("HEAD")

    def committed(self, commit: str) -> datetime:
        """When it was committed, in UTC."""
        seconds = self.run("rev-list", "-1", "--format=%ct", commit).split()[-1]
        return datetime.fromtimestamp(int(seconds), timezone.utc)

    def since(self, text: str, commit: str) -> str | None:
        """The commit that a revision names, or the last one before a date ("2026-01-31", "3 days ago"); None where all
        of the history is later.

        Raises:
            UsageError: the text is neither.
        """
        found = self._commit(text)
        if found is not None:
            return found
        if not _AGO.fullmatch(text) and not _is_date(text):
            raise UsageError(
                f'{self.name}: "{text}" is no revision and no date; write a date as 2026-01-31 or "3 days ago"'
            )
        # A bare date is that day's start; git alone would take the present time of day.
        moment = f"{text} 00:00:00" if _DAY.fullmatch(text) else text
        out = self.run("rev-list", "-1", f"--before={moment}", commit)
        return out.decode("ascii").strip() or None

    def tree(self, commit: str) -> Iterator[Entry]:
        """All files of a commit. Names that are not UTF-8 are given with backslash escapes."""
        # Without --long: sizes need the objects themselves, which a partial clone may not have.
        for row in self.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            match = _TREE.fullmatch(row)
            if match:
                mode, oid, path = match.groups()
                yield Entry(mode.decode(), oid.decode(), _name(path))

    def changed(self, before: str, after: str) -> Mapping[str, str]:
        """Paths that differ between two commits, with git's letter: A added, D deleted, M or T changed."""
        out = self.run("diff-tree", "-r", "-z", "--name-status", "--no-renames", "--no-ext-diff", before, after)
        parts = out.split(b"\0")
        return {_name(path): letter.decode() for letter, path in zip(parts[0::2], parts[1::2], strict=False)}

    def authors(self, before: str | None, after: str) -> Mapping[str, str]:
        """Who last changed each file in the commits after `before`: names as the .mailmap has them."""
        span = [f"^{before}"] if before else []
        arguments = ("-z", "--format=%x01%aN", "--name-only", "--no-renames", "--no-ext-diff", "--no-show-signature")
        out = self.run("log", *arguments, after, *span, "--")
        found: dict[str, str] = {}
        author = ""
        for part in out.split(b"\0"):
            text = part.lstrip(b"\n")
            if text.startswith(b"\x01"):
                author, _, rest = text[1:].decode("utf-8", "replace").partition("\n")
                text = rest.lstrip("\n").encode()
            if text:
                found.setdefault(_name(text), author)
        return found

    def origin(self) -> str:
        """The address of the remote "origin", "" where there is none."""
        try:
            return self.run("config", "--get", "remote.origin.url").decode("utf-8", "replace").strip()
        except Unreadable:
            return ""

    def read(self, oid: str, limit: int) -> bytes:
        """The first `limit` + 1 bytes of an object.

        Raises:
            OSError: it is not there, or git died.
        """
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(oid.encode("ascii") + b"\n")
            process.stdin.flush()
            head = process.stdout.readline().split()
        except OSError:
            head = []
        if len(head) != 3 or head[1] != b"blob":
            if not head:
                self.close()
            raise OSError(f"object {oid[:12]} is not in the repository (a partial or damaged clone)")
        size = int(head[2])
        data = process.stdout.read(min(size, limit + 1))
        rest = size - len(data) + 1
        if rest > _SKIPPED:
            self.close()  # a new process is sooner there than the rest
        else:
            process.stdout.read(rest)
        return data

    def close(self) -> None:
        if self._reader is not None:
            self._reader.kill()
            self._reader.wait()
            for stream in (self._reader.stdin, self._reader.stdout):
                if stream is not None:
                    stream.close()
            self._reader = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._reader is None:
            self._reader = subprocess.Popen(
                ["git", f"--git-dir={self.folder}", *_SAFE, "cat-file", "--batch"],
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._reader


class GitRepository:
    """A commit of a repository: all of its notebooks under `prefix`, or those of them alone whose path is in `only`."""

    at_revision = True

    def __init__(self, git: Git, name: str, commit: str, prefix: str = "", only: Collection[str] | None = None) -> None:
        self.git = git
        self.name = name
        self.revision = commit
        self.committed: datetime | None = git.committed(commit)
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._only = only
        self._configs = ListedConfigs()

    def notebooks(self) -> Iterator[Item | Skipped]:
        entries = list(self.git.tree(self.revision))
        for entry in entries:
            if entry.path.rpartition("/")[2] == CONFIG_NAME and entry.mode.startswith("100"):
                self._configs.add(entry.path, _Reader(self.git, entry.oid))
        for entry in entries:
            if not entry.path.startswith(self._prefix):
                continue
            if entry.mode == "160000":
                yield Skipped(entry.path, "is a submodule; scan it as a repository of its own")
            elif entry.path.lower().endswith(".ipynb") and not _hidden(entry.path) and self.covers(entry.path):
                if entry.mode == "120000":
                    yield Skipped(entry.path, "is a link; the notebook that it names is scanned where it is")
                else:
                    yield Item(entry.path, None, f"git:{entry.oid}", _Reader(self.git, entry.oid))

    def covers(self, path: str) -> bool:
        return path.startswith(self._prefix) and (self._only is None or path in self._only)

    def settings(self, path: str, default: Config) -> Settings:
        return self._configs.settings(path, default)

    def close(self) -> None:
        self.git.close()


def git_folder(path: Path) -> Path | None:
    """The git directory that a folder is, has or lies in; None where there is none."""
    if (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir():
        return path.resolve()
    for parent in (path.resolve(), *path.resolve().parents):
        found = _dot_git(parent / ".git")
        if found is not None:
            return found
    return None


def top_level(path: Path) -> Path | None:
    """The root of the work tree that the folder lies in; None outside of one."""
    return next((parent for parent in (path.resolve(), *path.resolve().parents) if _dot_git(parent / ".git")), None)


def plain_name(url: str) -> str:
    """A remote's address as a name: host and path, without user, password, port or ".git"."""
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
    elif re.match(r"[\w.@-]+:(?!\\)", url):
        host, _, path = url.rpartition("@")[2].partition(":")
    else:
        return ""  # a folder on this machine
    return f"{host}/{path.strip('/').removesuffix('.git')}".strip("/") if host else ""


def _dot_git(place: Path) -> Path | None:
    try:
        if (place / "HEAD").is_file():
            return place
        if place.is_file():
            text = place.read_text(encoding="utf-8", errors="replace")[:4096]
            if text.startswith("gitdir:"):
                target = (place.parent / text.removeprefix("gitdir:").strip()).resolve()
                return target if (target / "HEAD").is_file() else None
    except (OSError, ValueError):  # not readable for us: git would not find it, either
        return None
    return None


@dataclass(frozen=True, slots=True)
class _Reader:
    git: Git
    oid: str

    def __call__(self, limit: int) -> bytes:
        return self.git.read(self.oid, limit)


def _hidden(path: str) -> bool:
    """Hidden files and folders (.ipynb_checkpoints above all) and folders of packages are passed over, as on disk."""
    return any(part.startswith(".") or part in SKIPPED for part in path.split("/"))


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        try:
            date.fromisoformat(text)
        except ValueError:
            return False
    return True


def _name(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _environment() -> dict[str, str]:
    """Ours, without what would send git to another repository."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**kept, **_ENVIRONMENT}

"""From what the user names to repositories: folders, git repositories, notebooks, lists of these, and storage URLs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbaudit.errors import NbauditError, UsageError
from nbaudit.scan.folders import FolderRepository
from nbaudit.scan.git import Git, GitRepository, git_folder, plain_name, top_level
from nbaudit.scan.repository import Item, Repository, Unreadable
from nbaudit.scan.run import RepositoryScan

LARGEST = 1 << 30
"""Bytes of a notebook whose sameness is looked at."""

LARGEST_LIST = 16 << 20
"""Bytes of a file with a list of repositories."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which state of git repositories is read: the commit of `rev`, and of it only what differs from `since`."""

    rev: str | None = None
    since: str | None = None

    @property
    def reads_git(self) -> bool:
        return self.rev is not None or self.since is not None


def repositories(
    targets: Sequence[str], choice: Choice, name: str | None = None
) -> Iterator[Repository | NbauditError]:
    """What the targets name, in their order; one that can't be used is given as the error to report.

    Notebooks that are named one by one make one repository of what lies in one work tree. `name` replaces the name of
    the only repository.

    Raises:
        UsageError: `name` is given for several targets, or a revision for what has none.
    """
    if name is not None and len(targets) != 1:
        raise UsageError("--name is for a single target")
    files = [target for target in targets if "://" not in target and _is_notebook(Path(target))]
    done_files = False
    taken: set[str] = set()
    for target in targets:
        if target not in files:
            yield from _named(target, choice, name, taken)
        elif not done_files:
            done_files = True
            yield from _of_files([Path(file) for file in files], choice, name)


def _is_notebook(path: Path) -> bool:
    return path.name.lower().endswith(".ipynb") and not path.is_dir()


def _named(target: str, choice: Choice, name: str | None, taken: set[str]) -> Iterator[Repository | NbauditError]:
    try:
        if "://" in target:
            from nbaudit.scan.storage import StorageRepository

            if choice.reads_git:
                raise UsageError(f"{target}: storage has no revisions; leave out --rev and --since")
            yield StorageRepository(target)
            return
        path = Path(target)
        if path.is_dir():
            yield _folder(target, path, choice, name, taken)
        elif path.is_file():
            yield from _listed(path, choice, taken)
        else:
            yield Unreadable(f"{target}: there is no such file or folder; check the path")
    except (NbauditError, OSError, ValueError) as error:
        yield error if isinstance(error, NbauditError) else Unreadable(f"{target}: can't be read ({error})")


def _folder(target: str, path: Path, choice: Choice, name: str | None, taken: set[str]) -> Repository:
    """One folder as a repository. Its name is that of its remote, else of its work tree; where another repository of
    this scan has that name, what the user typed.
    """
    folder = git_folder(path)
    root = top_level(path)
    typed = path.as_posix() if path.as_posix() not in (".", "..") else path.resolve().name
    if folder is None:
        if choice.reads_git:
            raise UsageError(f"{target}: is no git repository; leave out --rev and --since")
        return FolderRepository(name or typed, path, path)
    git = Git(folder, typed)
    # A folder inside a repository is a part of it, under the repository's own name.
    called = name or plain_name(git.origin()) or (typed if root is None else root.name)
    if called in taken:
        called = typed
    taken.add(called)
    if root is not None and not choice.reads_git:
        head = git.head()
        committed = git.committed(head) if head is not None else None
        return FolderRepository(called, root, path, git, head or "", committed)
    prefix = "" if root is None or folder == path.resolve() else path.resolve().relative_to(root).as_posix()
    commit = git.head() if choice.rev is None else git.commit(choice.rev)
    if commit is None:
        raise Unreadable(f"{typed}: has no commit yet; nothing can be scanned")
    since = git.since(choice.since, commit) if choice.since is not None else None
    only = git.changed(since, commit) if since is not None else None
    return GitRepository(git, called, commit, "" if prefix == "." else prefix, only)


def at_revision(scan: RepositoryScan, revision: str) -> tuple[GitRepository, frozenset[str]]:
    """The earlier state to compare a scan with: of what the scan covers, the notebooks that were different at a
    revision; and the paths of those that were the same.

    Raises:
        UsageError: the scan is not of a git repository, or that has no such revision.
    """
    git = scan.repository.git
    if git is None:
        raise UsageError(f"{scan.name}: is no git repository, and {revision} no baseline file; check --against")
    whole = GitRepository(git, scan.name, git.commit(revision))
    now = {item.path: item.content for item in scan.notebooks}
    changed, same = set(), set()
    for item in whole.notebooks():
        if not isinstance(item, Item) or not scan.repository.covers(item.path) or item.content is None:
            continue
        content = now.get(item.path, "")
        if content == item.content or (content.startswith("sha256:") and content == _sha256(item)):
            same.add(item.path)
        else:
            changed.add(item.path)
    return GitRepository(git, scan.name, whole.revision, only=changed), frozenset(same)


def _sha256(item: Item) -> str:
    try:
        return f"sha256:{hashlib.sha256(item.read(LARGEST)).hexdigest()}"
    except OSError:  # counts as changed; the audit of it then says why it can't be read
        return ""


def _of_files(files: Sequence[Path], choice: Choice, name: str | None) -> Iterator[Repository | NbauditError]:
    if choice.reads_git:
        yield UsageError("--rev and --since are for repositories; name the repository's folder instead of notebooks")
        return
    by_root: dict[Path | None, list[Path]] = {}
    for file in files:
        by_root.setdefault(top_level(file.parent), []).append(file)
    for root, own in by_root.items():
        if root is None:
            yield FolderRepository(name or Path.cwd().name, Path.cwd(), Path.cwd(), files=own)
            continue
        folder = git_folder(root)
        git = Git(folder, root.name) if folder else None
        head = git.head() if git else None
        called = name or (plain_name(git.origin()) if git else "") or root.name
        committed = git.committed(head) if git and head else None
        yield FolderRepository(called, root, root, git, head or "", committed, own)


def _listed(file: Path, choice: Choice, taken: set[str]) -> Iterator[Repository | NbauditError]:
    """The repositories of a list: one a line, relative to the file's folder; "#" starts a comment."""
    with file.open("rb") as stream:
        data = stream.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST or b"\0" in data:
        raise UsageError(f"{file.as_posix()}: is no list of repositories (one path or URL a line)")
    for line in data.decode("utf-8", "replace").splitlines():
        entry = line.partition(" #")[0].strip()
        if not entry or entry.startswith("#"):
            continue
        if "://" in entry:
            yield from _named(entry, choice, None, taken)
            continue
        place = Path(entry) if Path(entry).is_absolute() else file.parent / entry
        if place.is_dir():
            yield from _named(str(place), choice, None, taken)
        else:
            yield Unreadable(f"{entry} (in {file.as_posix()}): there is no such folder; check the list")

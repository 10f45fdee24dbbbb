"""Git repositories: any revision without a checkout, and nothing of a repository is ever run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbaudit.config import Config
from nbaudit.errors import NbauditError
from nbaudit.scan.engine import Pool, Serial
from nbaudit.scan.git import Git, git_folder, plain_name
from nbaudit.scan.run import Options, RepositoryScan, Scan
from nbaudit.scan.targets import Choice, repositories
from scan.helpers import INDEBTED, SOUND, commit, git, issues, notebook_text, scanned, states, write_notebook


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits, of 1 and 10 January: the second adds b.ipynb, removes gone.ipynb and leaves a.ipynb alone."""
    root = tmp_path / "work"
    write_notebook(root / "a.ipynb")
    write_notebook(root / "sub" / "gone.ipynb", SOUND)
    commit(root, "first")
    (root / "sub" / "gone.ipynb").unlink()
    write_notebook(root / "sub" / "b.ipynb")
    commit(root, "second", "2026-01-10T12:00:00+00:00")
    return root


def paths(scan: RepositoryScan) -> list[str]:
    return [item.path for item in scan.notebooks]


def errors(*targets: object, choice: Choice = Choice()) -> list[str]:  # noqa: B008 (frozen)
    scan = Scan(Serial(), lambda _: None, Options())
    scan.run(repositories([str(target) for target in targets], choice))
    return scan.errors


def test_a_bare_repository_is_read_at_head(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    (scan,) = scanned(tmp_path / "bare.git")
    assert paths(scan) == ["a.ipynb", "sub/b.ipynb"]
    assert scan.revision == git(repository, "rev-parse", "HEAD")
    assert "SC-W" in issues(scan, "a.ipynb")


def test_a_revision_is_read_without_touching_the_work_tree(repository: Path) -> None:
    write_notebook(repository / "uncommitted.ipynb")
    (scan,) = scanned(repository, choice=Choice(rev="HEAD~1"))
    assert paths(scan) == ["a.ipynb", "sub/gone.ipynb"]
    assert (repository / "sub" / "b.ipynb").exists()


def test_a_work_tree_is_read_as_it_stands(repository: Path) -> None:
    write_notebook(repository / "uncommitted.ipynb")
    (repository / ".gitignore").write_text("ignored*\n", encoding="utf-8")
    write_notebook(repository / "ignored.ipynb")
    (scan,) = scanned(repository)
    assert paths(scan) == ["a.ipynb", "sub/b.ipynb", "uncommitted.ipynb"]


def test_a_folder_of_a_repository_keeps_the_repositorys_paths_and_name(repository: Path) -> None:
    (disk,) = scanned(repository / "sub")
    (rev,) = scanned(repository / "sub", choice=Choice(rev="HEAD"))
    assert paths(disk) == paths(rev) == ["sub/b.ipynb"]
    assert disk.name == rev.name == "work"
    assert not disk.repository.covers("a.ipynb")


@pytest.mark.parametrize("since", ["HEAD~1", "2026-01-05", "2026-01-05T10:00:00"])
def test_since_reads_what_differs_alone(repository: Path, since: str) -> None:
    (scan,) = scanned(repository, choice=Choice(since=since))
    assert paths(scan) == ["sub/b.ipynb"]
    assert scan.repository.covers("sub/gone.ipynb")
    assert not scan.repository.covers("a.ipynb")


def test_since_before_the_first_commit_reads_everything(repository: Path) -> None:
    (scan,) = scanned(repository, choice=Choice(since="2025-01-01"))
    assert paths(scan) == ["a.ipynb", "sub/b.ipynb"]


@pytest.mark.parametrize("word", ["nowhere", "--output=/tmp/x", "HEAD\0", "yesterday-ish", "-1", "@{u}"])
def test_what_is_no_revision_is_refused(repository: Path, word: str) -> None:
    assert "is no revision" in errors(repository, choice=Choice(rev=word))[0]
    assert "is no revision and no date" in errors(repository, choice=Choice(since=word))[0]


def test_submodules_links_and_pointers_are_listed(repository: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    write_notebook(inner / "inner.ipynb")
    commit(inner)
    git(repository, "submodule", "--quiet", "add", str(inner), "module")
    (repository / "link.ipynb").symlink_to("a.ipynb")
    (repository / "loop").symlink_to(".")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123\n"
    (repository / "large.ipynb").write_text(pointer, encoding="utf-8")
    commit(repository, "third")
    (scan,) = scanned(repository, choice=Choice(rev="HEAD"))
    assert {item.path: item.reason.split(";")[0] for item in scan.skipped} == {
        "module": "is a submodule",
        "link.ipynb": "is a link",
    }
    assert states(scan)["large.ipynb"].startswith("is a Git LFS pointer")
    (disk,) = scanned(repository)
    assert paths(disk) == ["a.ipynb", "large.ipynb", "module/inner.ipynb", "sub/b.ipynb"]


def test_a_link_out_of_the_repository_is_not_followed(repository: Path, tmp_path: Path) -> None:
    write_notebook(tmp_path / "private.ipynb")
    (repository / "stolen.ipynb").symlink_to(tmp_path / "private.ipynb")
    (scan,) = scanned(repository)
    assert "stolen.ipynb" not in paths(scan)
    assert [item.path for item in scan.skipped] == ["stolen.ipynb"]


def test_odd_names_are_read(repository: Path) -> None:
    names = ["two\nlines.ipynb", "ünï.ipynb", "sp ace.ipynb", '"quoted".ipynb', "-rf.ipynb", "tab\t.ipynb"]
    for name in names:
        write_notebook(repository / name, SOUND)
    write_notebook(repository / "node_modules" / "package.ipynb", SOUND)
    if sys.platform == "linux":
        Path(os.fsdecode(bytes(repository) + b"/not-\xff-utf8.ipynb")).write_text(notebook_text(SOUND))
        names.append("not-\\xff-utf8.ipynb")
    commit(repository, "odd")
    (scan,) = scanned(repository, choice=Choice(rev="HEAD"))
    (disk,) = scanned(repository)
    assert set(names) < set(paths(scan))
    assert paths(scan) == paths(disk)
    assert set(states(disk).values()) == {"audited"}


def test_too_large_is_listed_unread(repository: Path) -> None:
    options = Options(Config(), max_bytes=100)
    for choice in (Choice(rev="HEAD"), Choice()):
        (scan,) = scanned(repository, choice=choice, options=options)
        assert all("larger than the limit" in state for state in states(scan).values())


def test_a_list_names_repositories(repository: Path, tmp_path: Path) -> None:
    write_notebook(tmp_path / "plain" / "c.ipynb")
    (tmp_path / "list.txt").write_text("# ours\nwork   # the first\n\nplain\nmissing\n", encoding="utf-8")
    found: list[RepositoryScan] = []
    scan = Scan(Serial(), found.append, Options())
    scan.run(repositories([str(tmp_path / "list.txt")], Choice()))
    assert [paths(one) for one in found] == [["a.ipynb", "sub/b.ipynb"], ["c.ipynb"]]
    assert len(scan.errors) == 1 and "missing" in scan.errors[0]


def test_repositories_of_one_folder_name_are_told_apart(tmp_path: Path) -> None:
    for place in ("one", "two"):
        write_notebook(tmp_path / place / "work" / "a.ipynb", SOUND)
        commit(tmp_path / place / "work")
    names = [scan.name for scan in scanned(tmp_path / "one" / "work", tmp_path / "two" / "work")]
    assert names == [(tmp_path / "two" / "work").as_posix(), "work"]


def test_single_notebooks_are_one_repository(repository: Path) -> None:
    (scan,) = scanned(repository / "a.ipynb", repository / "sub" / "b.ipynb")
    assert (scan.name, paths(scan)) == ("work", ["a.ipynb", "sub/b.ipynb"])
    assert not scan.repository.covers("other.ipynb")


def test_storage_is_read_through_fsspec() -> None:
    import fsspec

    storage = fsspec.filesystem("memory")
    for path, cells in (("lake/team/a.ipynb", INDEBTED), ("lake/.hidden/c.ipynb", SOUND), ("lake/b.ipynb", SOUND)):
        storage.pipe_file(f"/{path}", notebook_text(cells).encode())
    storage.pipe_file("/lake/team/pyproject.toml", b'[tool.nbaudit]\nignore = ["SC"]\n')
    (scan,) = scanned("memory://lake")
    assert paths(scan) == ["b.ipynb", "team/a.ipynb"]
    assert "SP-W" in issues(scan, "team/a.ipynb")
    assert "SC-W" not in issues(scan, "team/a.ipynb")


def test_storage_that_is_not_there_is_an_error_of_its_own() -> None:
    assert "can't be opened" in errors("nosuch://bucket")[0]


# Configuration.


@pytest.mark.parametrize("choice", [Choice(), Choice(rev="HEAD")])
def test_the_nearest_configuration_wins_over_the_scanners(repository: Path, choice: Choice) -> None:
    (repository / "pyproject.toml").write_text('[tool.nbaudit]\nignore = ["SC"]\n', encoding="utf-8")
    (repository / "sub" / "pyproject.toml").write_text('[tool.nbaudit]\nignore = ["SP"]\n', encoding="utf-8")
    commit(repository, "configured")
    options = Options(Config(ignore=("AL",)))
    (scan,) = scanned(repository, choice=choice, options=options)
    assert {"SP-W", "AL-M"} <= issues(scan, "a.ipynb") and "SC-W" not in issues(scan, "a.ipynb")
    assert {"SC-W", "AL-M"} <= issues(scan, "sub/b.ipynb") and "SP-W" not in issues(scan, "sub/b.ipynb")
    (other,) = scanned(repository, choice=choice, options=Options(Config(ignore=("AL",)), own_config=False))
    assert "SC-W" in issues(other, "a.ipynb") and "AL-M" not in issues(other, "a.ipynb")


@pytest.mark.parametrize(
    "text",
    ["[tool.nbaudit]\nplugin = 'evil'\n", "[", '[tool.nbaudit]\nignore = ["no-such-check"]\n', "a = " + "[" * 9000],
)
@pytest.mark.parametrize("choice", [Choice(), Choice(rev="HEAD")])
def test_a_broken_configuration_is_reported_and_the_scanners_used(repository: Path, text: str, choice: Choice) -> None:
    (repository / "pyproject.toml").write_text(text, encoding="utf-8")
    commit(repository, "broken")
    (scan,) = scanned(repository, choice=choice, options=Options(Config(ignore=("SC",))))
    assert "SC-W" not in issues(scan, "a.ipynb") and "SP-W" in issues(scan, "a.ipynb")
    assert len(scan.problems) == 1 and "pyproject.toml" in scan.problems[0]


@pytest.mark.parametrize("choice", [Choice(), Choice(rev="HEAD")])
def test_a_configuration_names_no_files(repository: Path, choice: Choice) -> None:
    text = '[tool.nbaudit]\nrules = ["/etc/passwd"]\nignore = ["SC", "house-rule"]\n'
    (repository / "pyproject.toml").write_text(text, encoding="utf-8")
    commit(repository, "rules")
    (scan,) = scanned(repository, choice=choice)
    assert scan.problems == ()
    assert "SC-W" not in issues(scan, "a.ipynb") and "SP-W" in issues(scan, "a.ipynb")


# Safety.


TRAPS = (
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.nb.textconv",
    "filter.nb.clean",
    "filter.nb.process",
    "filter.nb.smudge",
    "gpg.program",
    "pager.log",
    "pager.show",
    "remote.origin.uploadpack",
    "uploadpack.packObjectsHook",
)
"""Settings of a repository with which git starts programs."""


@pytest.mark.skipif(os.name == "nt", reason="the traps are shell scripts")
def test_nothing_of_a_repository_is_run(repository: Path, tmp_path: Path) -> None:
    """A repository whose configuration sets every trap that git has for readers; none of them springs."""
    sprung = tmp_path / "sprung"
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho $0 $* >> '{sprung}'\nexit 0\n", encoding="utf-8")
    trap.chmod(0o755)
    for key in TRAPS:
        git(repository, "config", key, str(trap))
    git(repository, "config", "log.showSignature", "true")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "core.repositoryFormatVersion", "1")
    git(repository, "config", "remote.origin.promisor", "true")
    git(repository, "config", "remote.origin.url", f"ext::{trap} %S")
    git(repository, "config", "core.hooksPath", str(tmp_path / "hooks"))
    (repository / ".gitattributes").write_text("*.ipynb diff=nb filter=nb\n", encoding="utf-8")
    write_notebook(repository / "lost.ipynb", ("print('lost')",))
    git(repository, "-c", "core.fsmonitor=false", "-c", "filter.nb.process=", "-c", "filter.nb.clean=cat", "add", "-A")
    git(repository, "-c", "core.fsmonitor=false", "-c", "filter.nb.process=", "commit", "--quiet", "-m", "lost")
    head = git(repository, "rev-parse", "HEAD:lost.ipynb")
    (repository / ".git" / "objects" / head[:2] / head[2:]).unlink()
    sprung.unlink(missing_ok=True)

    (scan,) = scanned(repository, choice=Choice(rev="HEAD"))
    scanned(repository, choice=Choice(since="HEAD~1"))
    scanned(repository)
    folder = git_folder(repository)
    assert folder is not None
    Git(folder, "work").authors("HEAD~2", "HEAD")
    assert not sprung.exists(), sprung.read_text()
    assert "is not in the repository" in states(scan)["lost.ipynb"]
    assert states(scan)["sub/b.ipynb"] == "audited"


def test_no_module_of_a_repository_is_imported(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers start in the present folder; what lies there must not stand in for our modules or for Python's."""
    trap = f"open({str(repository / 'sprung')!r}, 'w').close()\n"
    for name in ("json.py", "nbaudit/__init__.py", "nbaudit/pipeline.py", "sitecustomize.py", "pandas.py"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(trap, encoding="utf-8")
    monkeypatch.chdir(repository)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (scan,) = scanned(".", engine=Pool(1))
    assert states(scan)["a.ipynb"] == "audited"
    assert not (repository / "sprung").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_and_devices_are_not_read(repository: Path) -> None:
    os.mkfifo(repository / "pipe.ipynb")
    (repository / "zero.ipynb").symlink_to("/dev/zero")
    (repository / ".gitignore").symlink_to("/dev/zero")
    (repository / "pyproject.toml").symlink_to("/dev/zero")
    os.mkfifo(repository / "sub" / ".gitignore")
    (scan,) = scanned(repository)
    assert paths(scan) == ["a.ipynb", "sub/b.ipynb"]


def test_a_damaged_repository_is_one_sentence(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("ref: refs/heads/nowhere\n", encoding="utf-8")
    assert "has no commit yet" in errors(repository, choice=Choice(since="2026-01-01"))[0]


def test_git_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NbauditError, match="work: git can't read it"):
        Git(tmp_path, "work").run("ls-tree", "HEAD")


def test_who_changed_what(repository: Path) -> None:
    folder = git_folder(repository)
    assert folder is not None
    own = Git(folder, "work")
    assert own.authors(None, own.commit("HEAD")) == {"a.ipynb": "Ada", "sub/b.ipynb": "Ada", "sub/gone.ipynb": "Ada"}
    assert "a.ipynb" not in own.authors(own.commit("HEAD~1"), own.commit("HEAD"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://ada:secret@example.org:8443/team/work.git", "example.org/team/work"),
        ("git@example.org:team/work.git", "example.org/team/work"),
        ("ssh://git@example.org/team/work", "example.org/team/work"),
        ("/srv/git/work.git", ""),
        ("../work", ""),
        ("https://[broken", ""),
    ],
)
def test_a_remotes_name_holds_no_secret(url: str, name: str) -> None:
    assert plain_name(url) == name

from __future__ import annotations

from pathlib import Path

import pytest

from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.discovery import Source, find


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("{}")


def ignore(name: str, *patterns: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("\n".join(patterns) + "\n")


def names(*inputs: str) -> list[str]:
    return [item.name if isinstance(item, Source) else f"error {item}" for item in find(inputs)]


def test_files_folders_and_standard_input(here: Path) -> None:
    make("b.ipynb", "a/z.ipynb", "a/y/x.IPYNB", "a/t.txt", "a/b.ipynb")
    assert names("b.ipynb", "-", "a") == ["b.ipynb", "<stdin>", "a/b.ipynb", "a/y/x.IPYNB", "a/z.ipynb"]
    assert list(find(["-", "b.ipynb"])) == [Source("<stdin>", None), Source("b.ipynb", Path("b.ipynb"))]


def test_names_stay_as_typed(here: Path) -> None:
    make("a/b.ipynb")
    assert names("./a/") == ["a/b.ipynb"]
    assert names(".") == ["a/b.ipynb"]
    assert names(str(here / "a")) == [(here / "a/b.ipynb").as_posix()]


def test_each_notebook_once(here: Path) -> None:
    make("a/b.ipynb", "a/c.ipynb")
    assert names("a/c.ipynb", "a", "-", ".", "-") == ["a/c.ipynb", "a/b.ipynb", "<stdin>"]


def test_skipped_folders(here: Path) -> None:
    kept = "src/keep.ipynb"
    for folder in (".ipynb_checkpoints", ".git", ".venv", ".hidden", "node_modules", "__pycache__", "site-packages"):
        make(f"src/{folder}/n.ipynb")
    make("src/env/pyvenv.cfg", "src/env/n.ipynb", "src/.n.ipynb", "src/._m.ipynb", kept)
    assert names("src") == [kept]
    assert names("src/.hidden", "src/env") == ["src/.hidden/n.ipynb", "src/env/n.ipynb"]


def test_ignore_files_at_each_level(here: Path) -> None:
    make("n/a.ipynb", "n/draft.ipynb", "n/sub/draft.ipynb", "n/sub/b.ipynb", "n/out/c.ipynb", "n/sub/x/b.ipynb")
    ignore("n/.gitignore", "draft.ipynb", "out/")
    ignore("n/sub/.gitignore", "!draft.ipynb", "/b.ipynb")
    assert names("n") == ["n/a.ipynb", "n/sub/draft.ipynb", "n/sub/x/b.ipynb"]


def test_ignore_files_above_up_to_the_repository(here: Path) -> None:
    make("repo/in/a.ipynb", "repo/in/b.ipynb", "repo/in/c.ipynb", "repo/in/d.ipynb", "repo/.git/HEAD")
    ignore(".gitignore", "a.ipynb")
    ignore("repo/.gitignore", "/in/b.ipynb", "[z-a]")
    ignore("repo/.git/info/exclude", "c.ipynb")
    assert names("repo/in") == names("repo") == ["repo/in/a.ipynb", "repo/in/d.ipynb"]


def test_what_is_typed_is_taken_although_ignored(here: Path) -> None:
    make(".git/HEAD", "out/a.ipynb", "out/sub/b.ipynb")
    ignore(".gitignore", "out/")
    assert names(".") == []
    assert names("out/a.ipynb") == ["out/a.ipynb"]
    assert names("out/sub") == ["out/sub/b.ipynb"]


def test_inner_repository_knows_no_outer_patterns(here: Path) -> None:
    make(".git/HEAD", "a.ipynb", "inner/.git/HEAD", "inner/a.ipynb")
    ignore(".gitignore", "a.ipynb")
    assert names(".") == ["inner/a.ipynb"]


def test_link_loops(here: Path) -> None:
    make("a/n.ipynb")
    Path("a/loop").symlink_to(here / "a", target_is_directory=True)
    Path("a/self.ipynb").symlink_to(here / "a/self.ipynb")
    Path("a/twin.ipynb").symlink_to(here / "a/n.ipynb")
    Path("link").symlink_to(here / "a", target_is_directory=True)
    assert names("a") == ["a/n.ipynb"]
    assert names("link") == ["link/n.ipynb"]


def test_missing_inputs_are_given_and_the_others_go_on(here: Path) -> None:
    make("a.ipynb")
    first, second, third, fourth = find(["none.ipynb", "a\x00b", "", "a.ipynb"])
    assert isinstance(first, NotebookUnreadable)
    assert str(first) == "none.ipynb: there is no such file or folder; check the path"
    assert isinstance(second, NotebookUnreadable)
    assert isinstance(third, NotebookUnreadable)
    assert third.path == '""'
    assert fourth == Source("a.ipynb", Path("a.ipynb"))


def test_folder_that_cannot_be_listed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    make("a/n.ipynb", "b/n.ipynb")
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert names(".") == ["error a: can't be listed (Permission denied); check its permissions", "b/n.ipynb"]

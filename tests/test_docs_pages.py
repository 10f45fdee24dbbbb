"""The pages of docs/issues and docs/checks are what the issue list and the checks say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbaudit.checkers.base import Check, Example, all_checks
from nbaudit.docs_pages import COMMAND, GENERATED, differences, main, pages, write

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_committed_pages_are_current() -> None:
    faults = differences(DOCS, pages(all_checks()))
    assert not faults, f"{'; '.join(faults)}: run `{COMMAND}`"


def test_pages_written_are_the_pages_wanted(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "gone.md").write_text("old", encoding="utf-8")
    assert "checks/gone.md is of no issue or check" in differences(tmp_path, pages(all_checks()))
    assert main([str(tmp_path)]) == 0
    assert differences(tmp_path, pages(all_checks())) == []


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, all_checks())
    page = tmp_path / "issues" / "SC-W.md"
    page.write_text(page.read_text(encoding="utf-8") + "by hand\n", encoding="utf-8")
    assert differences(tmp_path, pages(all_checks())) == ["issues/SC-W.md is outdated"]


def test_page_of_a_check_holds_all_that_it_says() -> None:
    check = Check(
        slug="one-two",
        issue="SC-W",
        title="The title.",
        why="it costs.",
        instead="do that.",
        blind_spots="cannot see.",
        flags=(Example("bad one", "\n# %%\n\nx = 1  # expect\n", {0: "```\n3"}),),
        passes=(Example("good one", "\n# %%\ny = 2\n"),),
        judge=lambda workflow: iter(()),
    )
    page = pages([check])["checks/one-two.md"]
    assert page.startswith(GENERATED)
    for text in ("The title.", "It costs.", "Do that.", "Cannot see.", "x = 1  # expect", "y = 2"):
        assert text in page
    assert page.index("**Bad one**") < page.index("## Not flagged") < page.index("**Good one**")
    assert "````text\n```\n3\n````" in page
    assert "one-two" in pages([check])["issues/SC-W.md"]


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"(?ms)^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"))
    broken = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert broken == []

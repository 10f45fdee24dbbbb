"""The pages of docs/issues and docs/checks are what the issue list and the checks say."""

from __future__ import annotations

import ast
import re
import shlex
import sys
from pathlib import Path

import click
import pytest
from test_layers import FILES, LAYERS, PACKAGE, layer_of

from nbaudit import cli
from nbaudit.checkers.base import Check, Example, own_checks
from nbaudit.config import Config, from_table, reject_unknown
from nbaudit.docs_pages import (
    COMMAND,
    GENERATED,
    differences,
    main,
    pages,
    read_figures,
    with_grammar,
    with_parts,
    write,
)
from nbaudit.knowledge import schema
from nbaudit.knowledge.tables import FOLDER, Tables
from nbaudit.model.vocabulary import ISSUES
from nbaudit.report import FORMATS, format_named

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_committed_pages_are_current() -> None:
    faults = differences(DOCS, pages(own_checks(), read_figures(DOCS)))
    assert not faults, f"{'; '.join(faults)}: run `{COMMAND}`"


def test_pages_written_are_the_pages_wanted(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "gone.md").write_text("old", encoding="utf-8")
    assert "checks/gone.md is of no issue or check" in differences(tmp_path, pages(own_checks()))
    assert main([str(tmp_path)]) == 0
    assert differences(tmp_path, pages(own_checks())) == []


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, own_checks())
    page = tmp_path / "issues" / "SC-W.md"
    page.write_text(page.read_text(encoding="utf-8") + "by hand\n", encoding="utf-8")
    assert differences(tmp_path, pages(own_checks())) == ["issues/SC-W.md is outdated"]


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


def test_pages_say_how_well_it_does() -> None:
    (check,) = [check for check in own_checks() if check.slug == "scaler-fitted-on-test-rows"]
    figures = {
        "notebooks": 40,
        "issues": {"SC-W": {"labelled": 8, "found": 5, "both": 4, "placed": 3}},
        "checks": {check.slug: {"reported": 3, "both": 1, "placed": 1}},
    }
    found = pages([check], figures)
    assert "8 have it by the reviewers, 5 by nbaudit, 4 by both: precision 0.80, recall 0.50" in found["issues/SC-W.md"]
    assert "In 3 of these 4 nbaudit points at a cell" in found["issues/SC-W.md"]
    assert "Not measured yet." in found["issues/DI-M.md"]
    assert "| 8 | 0.80 | 0.50 |" in found["issues/README.md"]
    assert "It reported on 3 of 40" in found[f"checks/{check.slug}.md"]
    assert "1 of these has SC-W by the reviewers too" in found[f"checks/{check.slug}.md"]


def test_figures_are_of_these_issues_and_checks() -> None:
    figures = read_figures(DOCS)
    assert figures is not None
    assert list(figures["issues"]) == list(ISSUES)
    assert set(figures["checks"]) <= {check.slug for check in own_checks()}
    for counts in figures["issues"].values():
        assert counts["placed"] <= counts["both"] <= min(counts["labelled"], counts["found"]) <= figures["notebooks"]


def test_a_page_shows_a_file_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = 1\n", encoding="utf-8")
    page = with_parts("a\n<!-- file: a.toml -->\nold\n<!-- end -->\nb\n", tmp_path)
    assert page == "a\n<!-- file: a.toml -->\n```toml\nx = 1\n```\n<!-- end -->\nb\n"


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"(?ms)^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"))
    broken = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert broken == []


def code_blocks(language: str) -> list[tuple[str, str]]:
    """(page, code) of each block of the hand-written pages."""
    return [
        (path.name, code)
        for path in sorted(DOCS.glob("*.md"))
        for code in re.findall(rf"(?ms)^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"))
    ]


def commands() -> list[str]:
    lines = [line.split(" #")[0].strip() for _, code in code_blocks("sh") for line in code.splitlines()]
    recipes = [
        line for _, code in code_blocks("yaml") for line in re.findall(r"(?m)^ *- (?:run: )?(nbaudit .*)$", code)
    ]
    return [line for line in (*lines, *recipes) if line.startswith("nbaudit ")]


@pytest.mark.parametrize("line", commands())
def test_commands_are_understood(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    command = cli.app.get_command(click.Context(cli.app), name)
    assert command is not None
    context = command.make_context(name, arguments)  # raises where an option or argument is wrong
    for text in context.params.get("formats") or ():
        assert format_named(text.partition(":")[0])


def test_there_are_commands_in_the_recipes() -> None:
    assert sum("sarif:" in line for line in commands()) >= 2
    assert any("gl-code-quality-report.json" in line for line in commands())


def test_configurations_are_valid(tmp_path: Path) -> None:
    rules = [code for page, code in code_blocks("yaml") if page == "house-rules.md"]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "notebooks.yml").write_text("---\n".join(rules), encoding="utf-8")
    blocks = [tomllib.loads(code) for _, code in code_blocks("toml")]
    configs = [
        from_table(block["tool"]["nbaudit"], str(tmp_path / "pyproject.toml"))
        for block in blocks
        if "nbaudit" in block.get("tool", {})
    ]
    for config in configs:
        reject_unknown(config.words(), [check.slug for check in own_checks()])
    assert [rule.id for config in configs for rule in config.rules] == ["no-global-seed", "orders-from-the-warehouse"]


def test_configuration_page_names_every_key() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert [name for name in Config.__struct_fields__ if f"| `{name.replace('_', '-')}` |" not in page] == []


def test_formats_page_names_every_format() -> None:
    page = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in page] == []


def test_grammar_is_the_schema() -> None:
    page = with_grammar("<!-- grammar: begin -->\nby-hand\n<!-- grammar: end -->\n")
    assert "by-hand" not in page
    for word in ("seed=", "`scale-sensitive`", "`outlier-detection`"):
        assert word in page
    flat = " ".join(page.split())
    assert " ".join((schema.__doc__ or "").split()) in flat


def test_rows_in_the_documentation_are_good_rows(tmp_path: Path) -> None:
    blocks = re.findall(r"(?ms)^```rows\n(.*?)^```", (DOCS / "library-tables.md").read_text(encoding="utf-8"))
    (tmp_path / "examples.rows").write_text("".join(blocks), encoding="utf-8")
    written = {line.split()[1] for block in blocks for line in block.splitlines() if not line.startswith("same")}
    assert {row.name for row in Tables(tmp_path).all_rows()} == written
    assert written


def test_libraries_that_play_no_part_stand_in_one_file() -> None:
    for path in FOLDER.glob("*.rows"):
        lines = path.read_text(encoding="utf-8").splitlines()
        relations = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
        assert (relations == {"neutral"}) == (path.name == "neutral.rows"), f"{path.name}: move it into neutral.rows"


def test_no_library_of_the_neutral_file_has_another_file() -> None:
    names = re.findall(r"(?m)^neutral (\w+)\.\*$", (FOLDER / "neutral.rows").read_text(encoding="utf-8"))
    assert [name for name in names if (FOLDER / f"{name}.rows").exists()] == []
    assert len(names) == len(set(names))


def test_picture_of_the_layers() -> None:
    """Each part stands in its layer, and each arrow is an import that is there."""
    picture = re.search(r"(?s)```mermaid\n(.*?)```", (DOCS / "architecture.md").read_text(encoding="utf-8"))
    assert picture
    for number, block in re.findall(r"(?s)subgraph L(\d).*?\n(.*?)\n    end", picture[1]):
        for part in re.findall(r"(?m)^\s+(\w+)\[", block):
            assert LAYERS[part] == int(number), part
    arrows = set(re.findall(r"(?m)^    (\w+) --> (\w+)$", picture[1]))
    assert arrows
    assert arrows <= _imports()


def _imports() -> set[tuple[str, str]]:
    found = set()
    for path in FILES:
        own = path.relative_to(PACKAGE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and layer_of(node.module) is not None:
                other = node.module.split(".")[1]
                found.add(tuple("workflow" if name.startswith("workflow") else name for name in (own, other)))
    return found

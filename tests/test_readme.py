"""What README.md says about commands, configuration, suppressions and formats is so."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import click
import pytest

from nbaudit import cli
from nbaudit.config import FAIL_ON, Config, from_table, reject_unknown
from nbaudit.loading.suppressions import find_suppressions
from nbaudit.model.source import Span
from nbaudit.report import format_named
from nbaudit.testing import notebook_from_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", README)


def commands() -> list[str]:
    lines = [line.split(" #")[0] for block in blocks("sh") for line in block.splitlines()]
    parts = [part.split("<")[0].strip() for line in lines for part in line.split("&&")]
    return [part for part in parts if part.startswith("nbaudit ")]


@pytest.mark.parametrize("line", commands())
def test_commands_are_understood(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    command = cli.app.get_command(click.Context(cli.app), name)
    assert command is not None
    context = command.make_context(name, arguments)  # raises where an option or argument is wrong
    for text in context.params.get("formats") or ():
        assert format_named(text.partition(":")[0])


def test_audited_fixture_is_there() -> None:
    audited = re.findall(r"nbaudit audit (fixtures/\S+)", README)
    assert audited
    assert [name for name in audited if not (ROOT / name).is_file()] == []


def test_test_command_is_the_one_of_the_checks_before_a_change_lands() -> None:
    (line,) = [line for block in blocks("sh") for line in block.splitlines() if "pytest" in line]
    install, test = (part.strip() for part in line.split("&&"))
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(rf"(?m)^{re.escape(test)}( |$)", script)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert install == "pip install '.[test]'"
    assert "nbaudit[test]" in project["optional-dependencies"]["dev"]
    assert '".[dev]"' in script


def test_configuration() -> None:
    (block,) = blocks("toml")
    config = from_table(tomllib.loads(block)["tool"]["nbaudit"], "README.md")
    reject_unknown(config.words(), cli.catalogue())
    assert config != Config()
    assert config.min_confidence == Config().min_confidence
    assert all(f'"{word}"' in block for word in FAIL_ON)


def test_suppression() -> None:
    (line,) = [line for block in blocks("python") for line in block.splitlines() if "nbaudit: ignore" in line]
    (found,) = find_suppressions(notebook_from_text(f"# %%\nx = 1\n{line}\n"))
    assert found.covers(Span(0, 2), "SC-W", "scaler-fitted-on-test-rows")
    assert not found.covers(Span(0, 1), "SC-W", "scaler-fitted-on-test-rows")
    assert found.reason == "the limits are physical constants"


def test_suppression_of_a_whole_cell() -> None:
    (found,) = find_suppressions(notebook_from_text("# %%\n# nbaudit: ignore[SC-W] why\nx = 1\ny = 2\n"))
    assert found.covers(Span(0, 3), "SC-W", "scaler-fitted-on-test-rows")


def test_exit_codes() -> None:
    said = {int(code): text for code, text in re.findall(r"(?m)^\| (\d) \| (.*) \|$", README)}
    assert sorted(said) == [cli.CLEAN, cli.FINDINGS, cli.BAD_INPUT, cli.CRASHED]
    assert "crashed" in said[cli.CRASHED]
    assert "can't be read" in said[cli.BAD_INPUT]


def test_pictures_are_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / name).stat().st_size < 200_000 for name in pictures)


def test_subcommands_are_all_named() -> None:
    assert isinstance(cli.app, click.Group)
    assert [name for name in cli.app.list_commands(click.Context(cli.app)) if f"nbaudit {name}" not in README] == []

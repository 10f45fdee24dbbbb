"""House rules: what a rule file may say, where it matches, and how formats and exit codes show it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from nbaudit import cli
from nbaudit.config import Config, load_config
from nbaudit.errors import ConfigError
from nbaudit.houserules import load_rules, matches
from nbaudit.pipeline import audit_notebook
from nbaudit.report import FORMATS
from nbaudit.report.summary import Audit, Context
from nbaudit.testing import notebook_from_text

RULES = """
id: no-global-seed
language: python
severity: error
message: "`np.random.seed($SEED)` seeds the whole process"
note: make a generator with `np.random.default_rng` and pass it on
rule:
  pattern: np.random.seed($SEED)
---
id: read-from-warehouse
severity: warning
message: reads $PATH by hand, with $$$MORE
rule:
  pattern: pd.read_csv($PATH, $$$MORE)
constraints:
  PATH:
    regex: orders
url: https://example.org/rules
---
id: switched-off
severity: off
rule:
  pattern: import $X
"""
NOTEBOOK = """
# %%
import pandas as pd
import numpy as np
%matplotlib inline
np.random.seed(42)
# %%
orders = pd.read_csv(
    "orders.csv", sep=";",
    nrows=5)
other = pd.read_csv("x.csv", sep=";")
# %%
np.random.seed(1)  # nbaudit: ignore[no-global-seed] the library reads the global seed
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "house.yml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def config(rules: Path) -> Config:
    return Config(rules=load_rules((rules,)))


def test_matches_have_place_message_and_note(config: Config) -> None:
    found = matches(config.rules, notebook_from_text(NOTEBOOK))
    assert [(item.rule, item.severity, item.span.cell, item.span.line, item.span.end_line) for item in found] == [
        ("no-global-seed", "error", 0, 4, 4),
        ("read-from-warehouse", "warning", 1, 1, 3),
        ("no-global-seed", "error", 2, 1, 1),
    ]
    assert found[0].message == "`np.random.seed(42)` seeds the whole process"
    assert found[1].message == 'reads "orders.csv" by hand, with sep=";",nrows=5'
    assert found[0].note.startswith("make a generator")
    assert (found[1].span.column, found[1].span.end_column) == (9, 12)


def test_audit_keeps_them_apart_from_the_issues(config: Config) -> None:
    result = audit_notebook(notebook_from_text(NOTEBOOK), config)
    assert [item.ignored for item in result.house_rules] == [None, None, "the library reads the global seed"]
    assert not result.findings and not result.suppressed and not result.unused_suppressions
    assert set(result.to_dict()["house_rules"][0]) == {
        *("rule", "severity", "cell", "line", "column", "end_line", "end_column", "message", "note", "ignored")
    }


@pytest.mark.parametrize(
    ("select", "ignore", "found"),
    [
        ((), ("no-global-seed",), {"read-from-warehouse"}),
        (("read-from-warehouse",), (), {"read-from-warehouse"}),
        (("SC",), (), set()),
    ],
)
def test_select_and_ignore_speak_of_rules(
    config: Config, select: tuple[str, ...], ignore: tuple[str, ...], found: set[str]
) -> None:
    chosen = Config(rules=config.rules, select=select, ignore=ignore)
    result = audit_notebook(notebook_from_text(NOTEBOOK), chosen)
    assert {item.rule for item in result.house_rules} == found


@pytest.mark.parametrize("name", FORMATS)
def test_formats_show_them(name: str, config: Config) -> None:
    result = audit_notebook(notebook_from_text(NOTEBOOK), config)
    assert "read-from-warehouse" in FORMATS[name].render([Audit(result)], Context())


# Bad files.


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id: [", "is not valid YAML"),
        ("- a", "rule 1 is no mapping"),
        ("rule: {pattern: x}", "rule 1 has no `id`"),
        ("id: a b\nrule: {pattern: x}", "rule 1 has no `id` of letters"),
        ("id: a", "rule 1 (a) has no mapping under `rule`"),
        ("id: a\nrule: {kind: nope}", "rule 1 (a) is refused by ast-grep (Kind `nope` is invalid.)"),
        ("id: a\nrule: {pattrn: x}", "unknown field `pattrn`"),
        ("id: a\nrule: {regex: '('}", "unclosed group"),
        ("id: a\nrule: {matches: gone}", "Rule `gone` is not defined"),
        ("id: a\nrule: {pattern: x}\nconstraints: {A: {regx: x}}", "unknown field `regx`"),
        ("id: a\nlanguage: rust\nrule: {pattern: x}", "is for rust; nbaudit audits Python only"),
        ("id: a\nseverity: grave\nrule: {pattern: x}", "has the severity 'grave'"),
        ("id: a\nmessage: [1]\nrule: {pattern: x}", "`message` and `note` must be text"),
        ("id: a\nfix: y\nrule: {pattern: x}", "has the key `fix`, which nbaudit doesn't know"),
        ("id: a\nrule: {pattern: x}\n---\nid: A\nrule: {pattern: y}", 'the house rule "A" is defined in'),
        ("id: a\nrule: {pattern: 2026-01-01}", "is refused by ast-grep"),
        ("id: a\nrule: " + "{not: " * 3000 + "{pattern: x}" + "}" * 3000, "house.yml"),
    ],
)
def test_a_bad_rule_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "house.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_rules((path,))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def write_config(folder: Path, rules: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(f"[tool.nbaudit]\nrules = {rules}\n", encoding="utf-8")
    return path


def test_a_folder_means_its_rule_files(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("b.yml", "a.yaml", "notes.txt"):
        (tmp_path / "rules" / name).write_text(f"id: {name[0]}\nrule: {{pattern: x}}\n", encoding="utf-8")
    config = load_config(write_config(tmp_path, '["rules", "rules/b.yml"]'))
    assert [rule.id for rule in config.rules] == ["a", "b"]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ('["../house.yml"]', '"../house.yml" under "rules" lies outside the folder of the configuration'),
        ('["/etc/passwd"]', "lies outside the folder"),
        ('["link.yml"]', "lies outside the folder"),
        ('["links"]', "holds a link to outside the folder"),
        ('["gone.yml"]', '"gone.yml" under "rules" is not there'),
        ('"house.yml"', '"rules" in [tool.nbaudit] must be a list of paths'),
    ],
)
def test_paths_stay_in_the_folder_of_the_configuration(tmp_path: Path, rules: str, sentence: str) -> None:
    (tmp_path / "house.yml").write_text(RULES, encoding="utf-8")
    project = tmp_path / "project"
    (project / "links").mkdir(parents=True)
    (project / "link.yml").symlink_to(tmp_path / "house.yml")
    (project / "links" / "a.yml").symlink_to(tmp_path / "house.yml")
    with pytest.raises(ConfigError) as caught:
        load_config(write_config(project, rules))
    assert sentence in str(caught.value)


# The command line.


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: Path) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, '["house.yml"]')

    def invoke(code: str, *arguments: str) -> Result:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        (tmp_path / "a.ipynb").write_text(nbformat.writes(book), encoding="utf-8")
        return CliRunner().invoke(cli.app, ["audit", "a.ipynb", "-f", "json", *arguments])

    return invoke


@pytest.mark.parametrize(
    ("code", "arguments", "exit_code"),
    [
        ("np.random.seed(1)", "", 1),
        ("np.random.seed(1)", "--fail-on high", 1),
        ("np.random.seed(1)", "--exit-zero", 0),
        ("np.random.seed(1)", "--ignore no-global-seed", 0),
        ("np.random.seed(1)  # nbaudit: ignore", "", 0),
        ("pd.read_csv('orders.csv', sep=';')", "", 1),
        ("pd.read_csv('orders.csv', sep=';')", "--fail-on high", 0),
        ("x = 1", "", 0),
        ("x = 1", "--ignore no-global-sead", 2),
    ],
)
def test_exit_codes(run: Callable[..., Result], code: str, arguments: str, exit_code: int) -> None:
    assert run(code, *arguments.split()).exit_code == exit_code


def test_a_hint_never_fails(run: Callable[..., Result], rules: Path) -> None:
    rules.write_text("id: a\nseverity: hint\nrule: {pattern: x = $V}\n", encoding="utf-8")
    result = run("x = 1")
    assert result.exit_code == 0
    assert [item["rule"] for item in json.loads(result.stdout)["house_rules"]] == ["a"]


def test_a_bad_rule_file_is_exit_2(run: Callable[..., Result], rules: Path) -> None:
    rules.write_text("id: a\nrule: {kind: nope}\n", encoding="utf-8")
    result = run("x = 1")
    assert result.exit_code == 2
    assert "house.yml: rule 1 (a) is refused by ast-grep" in result.stderr

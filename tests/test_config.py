"""`[tool.nbaudit]`: found upwards, checked, overridden by options."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbaudit.config import Config, config_for, find_config, from_table, load_config, reject_unknown, word
from nbaudit.errors import ConfigError, UsageError
from nbaudit.model.vocabulary import Relevance


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nearest_file_with_the_table_wins(tmp_path: Path) -> None:
    outer = write(tmp_path, "[tool.nbaudit]\nselect = ['SC']\n")
    write(tmp_path / "a", "[project]\nname = 'no table here'\n")
    notebook = tmp_path / "a" / "b" / "x.ipynb"
    notebook.parent.mkdir()
    assert find_config(notebook) == outer.resolve()
    assert config_for(notebook).select == ("SC",)
    inner = write(tmp_path / "a" / "b", "[tool.nbaudit]\n")
    assert find_config(notebook) == inner.resolve()


def test_all_keys_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "[tool.nbaudit]\nselect = ['sc-w', 'HT']\nignore = ['tuned_on_test_rows']\nfail-on = 'high'\n"
        "min-confidence = 0.7\nexit_zero = true\n",
    )
    assert load_config(path) == Config(("SC-W", "HT"), ("tuned-on-test-rows",), "high", 0.7, True)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"selct": []}, 'p.toml: unknown key "selct" in [tool.nbaudit] (did you mean "select"?)'),
        ({"select": "SC-W"}, 'p.toml: "select" in [tool.nbaudit] must be a list of strings'),
        ({"select": ["SC-V"]}, '"SC-V" under "select" in [tool.nbaudit] is no issue or activity (did you mean "SC-'),
        ({"fail-on": "low"}, '"fail-on" in [tool.nbaudit] must be "any" or "high", not \'low\''),
        ({"min-confidence": 1.5}, "must be a number from 0 to 1, not 1.5"),
        ({"min-confidence": True}, "must be a number from 0 to 1, not True"),
        ({"exit-zero": "yes"}, "must be true or false, not 'yes'"),
    ],
)
def test_wrong_values_are_named(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_table(table, "p.toml")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["[tool.nbaudit\n", "[tool]\nnbaudit = 3\n"])
def test_wrong_files_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        load_config(write(tmp_path, text))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: can't be read"):
        load_config(tmp_path / "none.toml")


def test_file_without_the_table_gives_the_defaults(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "[project]\n")) == Config()


def test_options_override_only_where_given() -> None:
    config = Config(select=("SC",), fail_on="high").with_options(select=None, fail_on="any", exit_zero=True)
    assert config == Config(select=("SC",), fail_on="any", exit_zero=True)


def test_wants() -> None:
    config = Config(select=("SC", "tuned-on-test-rows"), ignore=("SC-M",))
    assert config.wants("SC-W", "any-check")
    assert not config.wants("SC-M", "any-check")
    assert config.wants("HT-W", "tuned-on-test-rows")
    assert not config.wants("HT-W", "another")
    assert config.wants("HT-W")
    assert not Config(select=("SC",)).wants("HT-W")
    assert Config().wants("EM-I", "x")


def test_fails() -> None:
    assert Config().fails(Relevance.LOW)
    assert not Config(fail_on="high").fails(Relevance.LOW)
    assert Config(fail_on="high").fails(Relevance.HIGH)
    assert not Config(exit_zero=True).fails(Relevance.HIGH)


def test_word_has_one_spelling() -> None:
    assert [word(text) for text in (" sc_w", "ht", "Tuned_On_Test_Rows")] == ["SC-W", "HT", "tuned-on-test-rows"]


def test_unknown_selector_gets_a_hint() -> None:
    reject_unknown(["SC", "SC-W", "a-check"], ["a-check"])
    with pytest.raises(UsageError, match=r'"a-chek" is no issue, activity or check \(did you mean "a-check"\?\)'):
        reject_unknown(["a-chek"], ["a-check"])

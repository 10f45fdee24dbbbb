"""The user's choices: `[tool.nbaudit]` of the nearest pyproject.toml, overridden by options of the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.errors import ConfigError, UsageError
from nbaudit.houserules import HouseRule, load_rules, parse_rules, rule_files
from nbaudit.model.vocabulary import ISSUES, Activity, Relevance

FAIL_ON = ("any", "high")


class Config(Struct, frozen=True):
    """`select` and `ignore` hold issue codes ("SC-W"), activity codes ("SC") and check slugs, normalised by `word`.

    An empty `select` means all. Findings below `min_confidence` (0 to 1) are left out of the result. `fail_on` says
    which findings make the exit code 1: "any", or only those of issues of "high" relevance. `rules` are the house
    rules; `select` and `ignore` speak of them by their ids.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "any"
    min_confidence: float = 0.5
    exit_zero: bool = False
    rules: tuple[HouseRule, ...] = ()

    def wants(self, issue: str, check: str = "") -> bool:
        """Whether findings of `check` under `issue` are to be reported; `ignore` beats `select`.

        Without `check` the question is about the issue as a whole: False only where nothing of it is wanted, so a
        selected check slug keeps every issue in play until the check is known.
        """
        names = {issue, issue.partition("-")[0], check} - {""}
        if names & set(self.ignore):
            return False
        if not self.select or names & set(self.select):
            return True
        return not check and any(is_slug(selected) for selected in self.select)

    def fails(self, relevance: Relevance) -> bool:
        """Whether a finding of this relevance makes the exit code 1."""
        return not self.exit_zero and (self.fail_on == "any" or relevance is Relevance.HIGH)

    def fails_by_rule(self, severity: str) -> bool:
        """Whether a match of a house rule of this severity makes the exit code 1."""
        if severity not in ("error", "warning"):
            return False
        return self.fails(Relevance.HIGH if severity == "error" else Relevance.LOW)

    def wanted_rules(self) -> tuple[HouseRule, ...]:
        """The house rules that are to run: none that is ignored, and with `select` only those that it names."""
        return tuple(
            rule
            for rule in self.rules
            if word(rule.id) not in self.ignore and (not self.select or word(rule.id) in self.select)
        )

    def words(self) -> tuple[str, ...]:
        return self.select + self.ignore

    def with_options(self, **options: object) -> Config:
        """A copy in which the options that are not None replace the file's values."""
        return replace(self, **{key: value for key, value in options.items() if value is not None})


def word(text: str) -> str:
    """A selector in its one spelling: codes in capitals, slugs in small letters with hyphens."""
    text = text.strip()
    upper = text.upper().replace("_", "-")
    if upper in ISSUES or upper in Activity.__members__:
        return upper
    return text.lower().replace("_", "-")


def is_slug(selector: str) -> bool:
    return selector not in ISSUES and selector not in Activity.__members__


def reject_unknown(selectors: Iterable[str], slugs: Iterable[str]) -> None:
    """Check selectors against the issues, the activities and the `slugs` of all checks.

    Raises:
        UsageError: one is none of them; the sentence names the nearest.
    """
    known = [*ISSUES, *Activity.__members__, *slugs]
    for selector in selectors:
        if selector not in known:
            raise UsageError(
                f'"{selector}" is no issue, activity or check{_nearest(selector, known)}; '
                f"`nbaudit issues` lists the issues"
            )


def find_config(start: Path) -> Path | None:
    """The nearest pyproject.toml with a `[tool.nbaudit]` table, in the folder of `start` or above it.

    Raises:
        ConfigError: a pyproject.toml on the way can't be read.
    """
    folder = start if start.is_dir() else start.parent
    folder = folder.resolve()
    for parent in (folder, *folder.parents):
        path = parent / "pyproject.toml"
        if path.is_file() and _table(path) is not None:
            return path
    return None


def load_config(path: Path) -> Config:
    """The `[tool.nbaudit]` table of a TOML file as a Config; the defaults where the table is missing.

    Raises:
        ConfigError: the file can't be read, or holds an unknown key or a value of the wrong type.
    """
    return from_table(_table(path) or {}, path.as_posix())


def config_for(start: Path) -> Config:
    """The configuration that holds for a notebook or folder: the nearest file's, or the defaults.

    Raises:
        ConfigError: as `load_config`.
    """
    path = find_config(start)
    return Config() if path is None else load_config(path)


def from_table(table: Mapping[str, Any], file: str, read: Sequence[tuple[str, str]] | None = None) -> Config:
    """A Config from the keys of a `[tool.nbaudit]` table; `file` is named in errors.

    Files of house rules are read from the disk, unless `read` has them as (name, text).

    Raises:
        ConfigError: an unknown key or a value of the wrong type.
    """
    known = [name.replace("_", "-") for name in Config.__struct_fields__]
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in known:
            raise ConfigError(
                f'{file}: unknown key "{key}" in [tool.nbaudit]{_nearest(name, known)}; valid keys: {", ".join(known)}'
            )
        if name == "rules":
            values["rules"] = _rules(value, file, read)
        else:
            values[name.replace("-", "_")] = _value(name, value, file)
    return Config(**values)


def _rules(value: Any, file: str, read: Sequence[tuple[str, str]] | None) -> tuple[HouseRule, ...]:
    paths = rule_paths(value, file)
    return load_rules(rule_files(paths, Path(file).parent, file)) if read is None else parse_rules(read)


def rule_paths(value: Any, file: str) -> tuple[str, ...]:
    """The paths that the key `rules` names.

    Raises:
        ConfigError: it is no list of texts.
    """
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f'{file}: "rules" in [tool.nbaudit] must be a list of paths, as ["rules/house.yml"]')
    return tuple(value)


def _value(key: str, value: Any, file: str) -> Any:
    if key in ("select", "ignore"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ConfigError(f'{file}: "{key}" in [tool.nbaudit] must be a list of strings, as ["SC-W", "HT"]')
        return tuple(_known_word(key, item, file) for item in value)
    if key == "fail-on":
        if value not in FAIL_ON:
            raise ConfigError(f'{file}: "fail-on" in [tool.nbaudit] must be "any" or "high", not {value!r}')
        return value
    if key == "min-confidence":
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ConfigError(f'{file}: "min-confidence" in [tool.nbaudit] must be a number from 0 to 1, not {value!r}')
        return float(value)
    if not isinstance(value, bool):
        raise ConfigError(f'{file}: "{key}" in [tool.nbaudit] must be true or false, not {value!r}')
    return value


def _known_word(key: str, item: str, file: str) -> str:
    """Codes are checked here; slugs later, against the catalogue (`reject_unknown`)."""
    selector = word(item)
    looks_like_code = len(selector) == 2 or (len(selector) == 4 and selector[2] == "-")
    if is_slug(selector) and looks_like_code:
        near = _nearest(selector.upper(), [*ISSUES, *Activity.__members__])
        raise ConfigError(f'{file}: "{item}" under "{key}" in [tool.nbaudit] is no issue or activity{near}')
    return selector


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # late: only a mistake needs it

    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f' (did you mean "{near[0]}"?)' if near else ""


def _table(path: Path) -> Mapping[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path.as_posix()}: can't be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path.as_posix()}: is not UTF-8 text; save it as UTF-8") from None
    return find_table(text, path.as_posix())


def find_table(text: str, file: str) -> Mapping[str, Any] | None:
    """The `[tool.nbaudit]` table in the text of a TOML file, None where it has none; `file` is named in errors.

    Raises:
        ConfigError: the text is not TOML, or `[tool.nbaudit]` no table.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is not valid TOML ({error})") from None
    except RecursionError:
        raise ConfigError(f"{file}: is TOML nested too deeply; make it simpler") from None
    tool = document.get("tool", {})
    table = tool.get("nbaudit") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{file}: [tool.nbaudit] must be a table")
    return table

"""House rules: ast-grep rule files of the project, read once and matched against each Python cell.

A file is YAML as ast-grep takes it (https://ast-grep.github.io/reference/yaml.html), one rule per document. Of its keys
`id`, `language`, `rule`, `constraints`, `utils`, `message`, `note` and `severity` count; `url` and `metadata` are
passed over; any other would change what matches or happens, so it is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbaudit.errors import ConfigError
from nbaudit.model.finding import HouseFinding
from nbaudit.model.source import Cell, Notebook, Span
from nbaudit.patterns import regex

if TYPE_CHECKING:
    from ast_grep_py import SgNode

SEVERITIES = ("error", "warning", "info", "hint")
"""An `error` counts like a finding of high relevance, a `warning` like one of low; the others never fail a run."""
_KEYS = frozenset(("id", "language", "rule", "constraints", "utils", "message", "note", "severity"))
_PASSED_OVER = frozenset(("url", "metadata"))
_ID = regex(r"[A-Za-z0-9][\w.-]{0,99}")
_VARIABLE = regex(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)")
_LONGEST = 80
"""Characters of the code that a message quotes for one variable."""


class HouseRule(Struct, frozen=True):
    """One rule. `config` is the JSON of what ast-grep needs: `rule`, `constraints` and `utils`."""

    id: str
    message: str
    severity: str
    note: str
    config: str


def rule_files(patterns: Sequence[str], folder: Path, config: str) -> tuple[Path, ...]:
    """The rule files that the configuration names: files, or folders whose *.yml and *.yaml files are meant.

    Raises:
        ConfigError: a path is not there, or lies outside `folder`, the configuration's own.
    """
    root = folder.resolve()
    found: list[Path] = []
    for pattern in patterns:
        path = (root / pattern).resolve()
        if not path.is_relative_to(root):
            raise ConfigError(f'{config}: "{pattern}" under "rules" lies outside the folder of the configuration')
        if path.is_dir():
            inside = sorted(item.resolve() for item in path.iterdir() if item.suffix in (".yml", ".yaml"))
            strange = [item for item in inside if not item.is_relative_to(root)]
            if strange:
                raise ConfigError(f'{config}: "{pattern}" under "rules" holds a link to outside the folder')
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError(f'{config}: "{pattern}" under "rules" is not there; name a YAML file or a folder')
    return tuple(dict.fromkeys(found))


def load_rules(files: Sequence[Path]) -> tuple[HouseRule, ...]:
    """The rules of all files, in order; those of severity `off` are left out.

    Raises:
        ConfigError: a file can't be read or holds a rule that ast-grep refuses, or two rules have one id.
    """
    return parse_rules([(file.as_posix(), _text(file)) for file in files])


def parse_rules(texts: Sequence[tuple[str, str]]) -> tuple[HouseRule, ...]:
    """The rules of files that were read already: (what errors call it, its text).

    Raises:
        ConfigError: as `load_rules`.
    """
    rules: list[HouseRule] = []
    owners: dict[str, str] = {}
    for file, text in texts:
        for number, document in enumerate(_documents(text, file), 1):
            rule = _rule(document, f"{file}: rule {number}")
            if rule is None:
                continue
            name = rule.id.lower()
            if name in owners:
                raise ConfigError(f'the house rule "{rule.id}" is defined in {owners[name]} and in {file}')
            owners[name] = file
            rules.append(rule)
    return tuple(rules)


def matches(rules: Sequence[HouseRule], notebook: Notebook) -> tuple[HouseFinding, ...]:
    """Where the rules match, sorted by place and rule."""
    if not rules:
        return ()
    configs = [(rule, json.loads(rule.config)) for rule in rules]
    found = [item for cell in notebook.cells if cell.is_python for item in _in_cell(cell, configs)]
    return tuple(sorted(found, key=lambda item: (item.span, item.rule)))


def _in_cell(cell: Cell, configs: Sequence[tuple[HouseRule, Any]]) -> Iterator[HouseFinding]:
    from ast_grep_py import SgRoot

    root = SgRoot(cell.python, "python").root()
    for rule, config in configs:
        for node in root.find_all(config):
            place = node.range()
            span = Span(cell.index, place.start.line + 1, place.start.column, place.end.line + 1, place.end.column)
            yield HouseFinding(rule.id, rule.severity, span, _filled(rule.message, node), rule.note)


def _filled(message: str, node: SgNode) -> str:
    """The message with the code that each `$NAME` and `$$$NAME` of the pattern stands for."""

    def code(match: re.Match[str]) -> str:
        if match[1]:
            text = "".join(inner.text() for inner in node.get_multiple_matches(match[1]))
        else:
            inner = node.get_match(match[2])
            text = inner.text() if inner else match[0]
        text = " ".join(text.split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

    return _VARIABLE.sub(code, message)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file.as_posix()}: can't be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file.as_posix()}: is not UTF-8 text; save it as UTF-8") from None


def _documents(text: str, file: str) -> list[object]:
    import yaml

    try:
        return [document for document in yaml.safe_load_all(text) if document is not None]
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{file}: is not valid YAML ({_first_line(error)})") from None


def _rule(document: object, place: str) -> HouseRule | None:
    if not isinstance(document, Mapping):
        raise ConfigError(f"{place} is no mapping with `id` and `rule`")
    unknown = sorted(str(key) for key in document if key not in _KEYS | _PASSED_OVER)
    if unknown:
        raise ConfigError(f"{place} has the key `{unknown[0]}`, which nbaudit doesn't know; it takes {_listed(_KEYS)}")
    name = document.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ConfigError(f"{place} has no `id` of letters, digits, hyphens, dots and underscores")
    place = f"{place} ({name})"
    if str(document.get("language", "python")).lower() not in ("python", "py"):
        raise ConfigError(f"{place} is for {document['language']}; nbaudit audits Python only")
    severity = document.get("severity", "hint")
    if severity is False or severity == "off":  # YAML reads a bare `off` as false
        return None
    if severity not in SEVERITIES:
        raise ConfigError(f"{place} has the severity {severity!r}; it takes {', '.join(SEVERITIES)} or off")
    message = document.get("message", f"the house rule {name} matches")
    note = document.get("note", "")
    if not isinstance(message, str) or not isinstance(note, str):
        raise ConfigError(f"{place}: `message` and `note` must be text")
    config = {key: document[key] for key in ("rule", "constraints", "utils") if key in document}
    _reject_refused(config, place)
    return HouseRule(name, message.strip(), str(severity), note.strip(), json.dumps(config, sort_keys=True))


def _reject_refused(config: Mapping[str, Any], place: str) -> None:
    if not isinstance(config.get("rule"), Mapping):
        raise ConfigError(f"{place} has no mapping under `rule`")
    from ast_grep_py import SgRoot

    try:
        list(SgRoot("x = 1", "python").root().find_all(json.loads(json.dumps(config))))
    except Exception as error:
        # ast-grep raises bare exceptions for what it doesn't take, with a backtrace in the text; json and the recursion
        # limit add their own for values that are no data.
        raise ConfigError(f"{place} is refused by ast-grep ({_first_line(error)})") from None


def _first_line(error: Exception) -> str:
    """The innermost cause that the text names, on one line."""
    text = str(error).partition("Stack backtrace")[0]
    causes = re.split(r"(?m)^\s*\d+: ", text)
    return " ".join(causes[-1].split())[:300] or type(error).__name__


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))

"""Reads the library tables and answers what a name means.

All files are indexed at once (some 8 ms), and a row is parsed when it is first looked up. Indexing a library only
when a notebook imports it would be faster once and wrong for ever: libraries add methods to shared families, so the
answer would depend on the notebooks that were audited before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

from msgspec import Struct

from nbaudit.entrypoints import TABLES, Broken, one_owner, plugins
from nbaudit.errors import TableError
from nbaudit.knowledge.schema import CallRow, Does, Gives, NeutralRow, Port, Row, TypeRow
from nbaudit.model.flow import Kind, RowsEffect, Shape
from nbaudit.model.vocabulary import Family, Role, Task, Trait

FOLDER = Path(__file__).parent
FIRST = ("families", "builtins", "neutral", "pandas", "numpy")
"""Tables indexed before the others, which follow by name: rows of one name are tried in this order."""

_TYPE_KEYS = ("is", "role", "family", "task", "traits", "tunes", "shape", "inner", "grid", "gives", "data")
_CALL_KEYS = (
    "role",
    "does",
    "data",
    "learns",
    "gives",
    "rows",
    "columns",
    "type",
    "model",
    "function",
    "inplace",
    "seed",
    "traits",
    "when",
)
_COLUMN_EFFECTS = ("drop", "select", "assign", "rename", "new")

_RELATIONS = frozenset({"type", "call", "attr"})
_Line = tuple[str, str, str, int]  # relation, the rest of the line, file, line in it


class Tables:
    """The rows of all libraries.

    Args:
        folder: where the `.rows` files lie; the file's stem is the library's top-level module. None for none.
        more: further tables, which may add names but not define again what is there.

    Raises:
        TableError: from any look-up that meets a bad row; the message names file and line.
        PluginError: two tables define one name.
    """

    def __init__(self, folder: Path | None = FOLDER, more: Sequence[PluginTable] = ()) -> None:
        self._lines: dict[str, list[_Line]] = {}
        self._same: dict[str, str] = {}
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._methods: dict[tuple[str, str], tuple[Row, ...]] = {}
        self._below: dict[str, list[str]] = {}
        self._canonical: dict[str, str] = {}
        found = {} if folder is None else _texts(folder)
        self._covered = frozenset(found)
        rest = sorted(stem for stem in found if stem not in FIRST)
        for library in (*FIRST, *rest):
            if library in found:
                self._index(f"{library}.rows", found[library])
        if more:
            owned = [(name, "nbaudit itself") for name in (*self._lines, *self._same)]
            one_owner(
                "library name", [*dict.fromkeys(owned), *((name, item.owner) for item in more for name in item.names)]
            )
        for item in more:
            for file, text in item.files:
                self._index(f"{item.package}/{file}", text)

    @classmethod
    def of(cls, found: Iterable[tuple[str, str]], package: str) -> Tables:
        """Tables that hold the given files, (name, text), and nothing else."""
        made = cls(None)
        for name, text in found:
            made._index(f"{package}/{name}", text)
        return made

    def covers(self, library: str) -> bool:
        """Whether nbaudit has a table of a library."""
        return library in self._covered

    def _index(self, name: str, text: str) -> None:
        lines, get = self._lines, self._lines.get
        for number, line in enumerate(text.splitlines(), 1):
            fields = line.split(None, 2)
            if not fields or line[0] == "#":
                continue
            relation, rest = fields[0], fields[2] if len(fields) > 2 else ""
            if relation in _RELATIONS and len(fields) > 1:
                found = get(fields[1])
                if found is None:
                    lines[fields[1]] = [(relation, rest, name, number)]
                else:
                    found.append((relation, rest, name, number))
            elif relation == "same" and rest.strip():
                self._same[fields[1]] = rest.strip()
            elif relation == "neutral" and len(fields) > 1:
                for neutral in fields[1:2] + rest.split():
                    lines.setdefault(neutral, []).append(("neutral", "", name, number))
            else:
                ref = f"{name}:{number}"
                raise TableError(
                    f"{ref}: a row is `same` and two names, or `type`, `call`, `attr` or `neutral` and a name, "
                    f"not `{line[:60]}`"
                )

    def canonical(self, name: str) -> str:
        """The canonical form of a dotted name."""
        found = self._canonical.get(name)
        if found is None:
            found = name
            for _ in range(4):
                replaced = self._replace(found)
                if replaced == found:
                    break
                found = replaced
            self._canonical[name] = found
        return found

    def _replace(self, name: str) -> str:
        if name in self._same:
            return self._same[name]
        prefix = name
        while "." in prefix:
            prefix = prefix.rpartition(".")[0]
            if prefix in self._same:
                return self._same[prefix] + name[len(prefix) :]
        return name

    def rows(self, name: str) -> tuple[Row, ...]:
        """All rows of a canonical name, in file order; a wildcard neutral row where nothing else names it."""
        found = self._rows.get(name)
        if found is None:
            lines = self._lines.get(name)
            if lines is None:
                found = self._moved(name) or self._wildcard(name)
            else:
                found = tuple(
                    _parse(relation, name, rest, f"{file}:{number}") for relation, rest, file, number in lines
                )
            self._rows[name] = found
        return found

    def _moved(self, name: str) -> tuple[Row, ...]:
        """The rows of a class that a library has once, asked for in another of its modules: libraries move their
        classes about (`tensorflow.keras.model.Sequential`), and people mistake the module."""
        root, _, rest = name.partition(".")
        last = rest.rpartition(".")[2]
        if not last[:1].isupper():
            return ()
        found = self._classes.get((root, last), ())
        return self.rows(found[0]) if len(found) == 1 else ()

    @cached_property
    def _classes(self) -> dict[tuple[str, str], list[str]]:
        """The names of classes by library and last part."""
        found: dict[tuple[str, str], list[str]] = {}
        for name, lines in self._lines.items():
            root, _, rest = name.partition(".")
            last = rest.rpartition(".")[2]
            if last[:1].isupper() and lines[0][0] == "type":
                found.setdefault((root, last), []).append(name)
        return found

    def _wildcard(self, name: str) -> tuple[Row, ...]:
        prefix = name
        while "." in prefix:
            prefix = prefix.rpartition(".")[0]
            lines = self._lines.get(prefix + ".*")
            if lines:
                _, _, file, number = lines[0]
                return (NeutralRow(name, f"{file}:{number}"),)
        return ()

    def type(self, name: str) -> TypeRow | None:
        for row in self.rows(name):
            if isinstance(row, TypeRow):
                return row
        return None

    def method(self, type_name: str, method: str) -> tuple[Row, ...]:
        """The rows of a method on a type, its own before those of its bases."""
        key = (type_name, method)
        found = self._methods.get(key)
        if found is None:
            found = ()
            for owner in self.bases(type_name):
                rows = self._lines.get(f"{owner}.{method}")
                if rows:
                    found = self.rows(f"{owner}.{method}")
                    break
            self._methods[key] = found
        return found

    def bases(self, type_name: str) -> Iterator[str]:
        """The type and all that it is, nearest first."""
        seen: set[str] = set()
        queue = [type_name]
        while queue:
            name = queue.pop(0)
            if name in seen or not name:
                continue
            seen.add(name)
            yield name
            row = self.type(name)
            if row is not None:
                queue.extend(row.bases)

    def names_below(self, prefix: str) -> list[str]:
        """The names directly below a module ("sklearn.metrics."), for star imports."""
        known = self._below.get(prefix)
        if known is not None:
            return known
        start = len(prefix)
        names = {line[start:].partition(".")[0] for line in self._lines if line.startswith(prefix)}
        names |= {alias[start:] for alias in self._same if alias.startswith(prefix)}
        known = self._below[prefix] = sorted(name for name in names if name.isidentifier())
        return known

    def all_rows(self) -> Iterator[Row]:
        """Every row of every table of the folder, parsed (for tests and documentation)."""
        for name in list(self._lines):
            yield from self.rows(name)

    def defined(self) -> tuple[str, ...]:
        """All names and aliases that rows define, each once."""
        return tuple(dict.fromkeys((*self._lines, *self._same)))

    def aliases(self) -> Iterator[tuple[str, str]]:
        yield from self._same.items()


def _texts(folder: Path) -> dict[str, str]:
    """The tables of a folder by library."""
    texts: dict[str, str] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            library, _, ending = entry.name.partition(".")
            if ending == "rows" and library.isidentifier():
                texts[library] = Path(entry.path).read_bytes().decode("utf-8")
    return texts


class PluginTable(Struct, frozen=True):
    """The tables of one plug-in, whose rows are all good. `files` are (name, text), `names` what they define; `owner`
    names the plug-in to people, `package` stands before the file in references."""

    owner: str
    package: str
    files: tuple[tuple[str, str], ...]
    names: tuple[str, ...]


@cache
def plugin_tables() -> tuple[tuple[PluginTable, ...], tuple[Broken, ...]]:
    """The tables of plug-ins, and the plug-ins that are left out."""
    loaded, broken = plugins(TABLES)
    found: list[PluginTable] = []
    bad: list[Broken] = []
    for plugin in loaded:
        try:
            found.append(read_table(plugin.value, plugin.label, plugin.package.partition(" ")[0]))
        except (TableError, TypeError, OSError, UnicodeDecodeError) as error:
            bad.append(Broken(plugin.label, str(error)))
    return tuple(found), (*broken, *bad)


def read_table(value: object, owner: str, package: str) -> PluginTable:
    """The tables in the folder of a package or module, or in a folder.

    Raises:
        TableError: there is none, or a row is bad.
        TypeError: `value` is no module and no folder.
    """
    if isinstance(value, ModuleType):
        from importlib.resources import files  # late: only plug-ins need it

        folder = files(value) if hasattr(value, "__path__") else Path(str(value.__file__)).parent
    elif isinstance(value, Path):
        folder = value
    else:
        raise TypeError(
            f"points at a {type(value).__name__}; it must point at a package in whose folder *.rows files lie"
        )
    found = tuple(
        (item.name, item.read_text(encoding="utf-8"))
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".rows")
    )
    if not found:
        raise TableError("has no *.rows file in its folder")
    alone = Tables.of(found, package)
    for name in alone.defined():
        alone.rows(name)  # raises where a row is bad
    return PluginTable(owner, package, found, alone.defined())


def tables() -> Tables:
    """The tables that ship with nbaudit, those of plug-ins, and those of a `using` block.

    Raises:
        PluginError: a plug-in defines again what nbaudit or another plug-in defines.
    """
    return _USED.get() or _installed()


@contextmanager
def using(extra: PluginTable) -> Iterator[None]:
    """Inside the block `tables` holds `extra`, too (for tests of tables that are not installed)."""
    token = _USED.set(Tables(FOLDER, (*plugin_tables()[0], extra)))
    try:
        yield
    finally:
        _USED.reset(token)


_USED: ContextVar[Tables | None] = ContextVar("tables", default=None)


@cache
def _installed() -> Tables:
    return Tables(FOLDER, plugin_tables()[0])


def _parse(relation: str, name: str, rest: str, ref: str) -> Row:
    if relation == "neutral":
        return NeutralRow(name, ref)
    keys = _TYPE_KEYS if relation == "type" else _CALL_KEYS
    given: dict[str, str] = {}
    for field in rest.split():
        key, equals, value = field.partition("=")
        if not equals or not value:
            raise TableError(f"{ref}: `{field}` is not key=value")
        if key not in keys:
            raise TableError(f"{ref}: a {relation} row has no key `{key}`{_nearest(key, keys)}")
        if key in given:
            raise TableError(f"{ref}: `{key}` is given twice")
        given[key] = value
    return _type_row(name, given, ref) if relation == "type" else _call_row(name, given, ref, relation == "attr")


def _type_row(name: str, given: dict[str, str], ref: str) -> TypeRow:
    return TypeRow(
        name=name,
        ref=ref,
        bases=tuple(given["is"].split(",")) if "is" in given else (),
        role=_word(Role, given.get("role", "build"), ref),
        family=_word(Family, given["family"], ref) if "family" in given else None,
        task=_task(given["task"], ref) if "task" in given else None,
        traits=_traits(given.get("traits", ""), ref),
        tunes=tuple(given["tunes"].split(",")) if "tunes" in given else (),
        shape=_word(Shape, given.get("shape", "plain"), ref),
        inner=_port(given["inner"], ref) if "inner" in given else None,
        grid=_port(given["grid"], ref) if "grid" in given else None,
        gives=_word(Kind, given.get("gives", "model"), ref),
        data=_ports(given.get("data", ""), ref),
    )


def _call_row(name: str, given: dict[str, str], ref: str, attribute: bool) -> CallRow:
    role = given.get("role", "neutral")
    data = _ports(given.get("data", ""), ref)
    learns = frozenset(given["learns"].split(",")) if "learns" in given else frozenset()
    stray = learns - {port.name for port in data}
    if stray:
        raise TableError(f"{ref}: learns from `{sorted(stray)[0]}`, which is no data port of the row")
    columns, _, port = given.get("columns", "").partition(":")
    if columns and columns not in _COLUMN_EFFECTS:
        raise TableError(f"{ref}: columns has no `{columns}`{_nearest(columns, _COLUMN_EFFECTS)}")
    gives = given.get("gives", "unknown")
    when = given.get("when")
    return CallRow(
        name=name,
        ref=ref,
        role=None if role == "of-type" else _word(Role, role, ref),
        does=_word(Does, given.get("does", "flow"), ref),
        data=data,
        learns=learns,
        gives=Gives(gives) if gives in ("same", "self", "parts") else _word(Kind, gives, ref),
        rows=_word(RowsEffect, given.get("rows", "keep"), ref),
        columns=columns,
        columns_port=_port(port, ref) if port else None,
        type=given.get("type", ""),
        model=_port(given["model"], ref) if "model" in given else None,
        function=_port(given["function"], ref) if "function" in given else None,
        inplace=given.get("inplace", ""),
        seed=given.get("seed", ""),
        traits=_traits(given.get("traits", ""), ref),
        when=_when(when, ref) if when else None,
        attribute=attribute,
    )


def _when(text: str, ref: str) -> tuple[str, str]:
    keyword, colon, literal = text.partition(":")
    if not colon or not keyword or not literal:
        raise TableError(f"{ref}: when is `keyword:literal`, `keyword:given` or `keyword:absent`, not `{text}`")
    return keyword, literal


def _ports(text: str, ref: str) -> tuple[Port, ...]:
    return tuple(_port(part, ref) for part in text.split(",") if part)


def _port(text: str, ref: str) -> Port:
    name, colon, position = text.partition(":")
    rest = name.startswith("*")
    name = name.lstrip("*")
    if not name.isidentifier() or (colon and not position.isdigit()):
        raise TableError(f"{ref}: `{text}` is no port; write `name:position`, `name` or `*name:position`")
    return Port(name, int(position) if colon else (0 if rest else None), rest)


def _traits(text: str, ref: str) -> frozenset[Trait]:
    return frozenset(_word(Trait, word, ref) for word in text.split(",") if word)


def _task(text: str, ref: str) -> Task:
    for task in Task:
        if task.value.replace(" ", "-") == text:
            return task
    raise TableError(f"{ref}: Task has no `{text}`{_nearest(text, [task.value.replace(' ', '-') for task in Task])}")


def _word(words: type, text: str, ref: str):  # type: ignore[no-untyped-def]
    try:
        return words(text)
    except ValueError:
        known = [word.value for word in words]  # type: ignore[attr-defined]
        raise TableError(f"{ref}: {words.__name__} has no `{text}`{_nearest(text, known)}") from None


def _nearest(word: str, known: Iterable[str]) -> str:
    import difflib  # late: only a faulty row needs it

    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""

"""Holds the tables against the libraries that are installed here: `python -m nbaudit.knowledge.check [LIBRARY ...]`.

A row is checked when its name imports and its ports fit the signature. A comment `# until VERSION` or
`# since VERSION` right above a row says that not every release has the name; such rows are left out.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbaudit.knowledge.schema import CallRow, Port, Row, TypeRow
from nbaudit.knowledge.tables import FOLDER, Tables

_SWITCHES = {
    "sklearn": ("sklearn.experimental.enable_halving_search_cv", "sklearn.experimental.enable_iterative_imputer"),
}
"""Modules that a library wants imported before it shows all of its names."""

_MISSING = object()


class NotHere(Exception):
    """A part of an installed library needs something else that is not installed."""


@dataclass(slots=True)
class LibraryCheck:
    """What the check of one table found. `checked` counts rows; `faults` are sentences that name file and line;
    `elsewhere` are rows of parts that can't be imported here, `versioned` those marked as of other releases."""

    library: str
    installed: bool
    version: str = ""
    checked: int = 0
    elsewhere: int = 0
    versioned: int = 0
    unsigned: int = 0
    faults: list[str] = field(default_factory=list)


def libraries(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names of all tables."""
    return tuple(path.stem for path in sorted(folder.glob("*.rows")))


def rows_of(library: str, folder: Path = FOLDER) -> Iterator[tuple[Row, bool]]:
    """The rows of one table, each with whether a comment ties it to other releases."""
    tables = Tables(folder)

    lines = (folder / f"{library}.rows").read_text(encoding="utf-8").splitlines()
    names = dict.fromkeys(
        word
        for line in lines
        if line.startswith(("type ", "call ", "attr ", "neutral "))
        for word in (line.split()[1:] if line.startswith("neutral ") else line.split(None, 2)[1:2])
    )
    for name in names:
        for row in tables.rows(name):
            file, _, number = row.ref.partition(":")
            if file == f"{library}.rows":
                above = lines[int(number) - 2] if int(number) > 1 else ""
                yield row, above.startswith(("# until ", "# since "))


def check(library: str, folder: Path = FOLDER) -> LibraryCheck:
    """Check one table against the installed library; nothing is checked where it is not installed."""
    if importlib.util.find_spec(library) is None:
        return LibraryCheck(library, False)
    result = LibraryCheck(library, True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = importlib.import_module(library)
            for switch in _SWITCHES.get(library, ()):
                importlib.import_module(switch)
        except ImportError as error:
            result.installed = False
            result.version = f"does not import: {error}"
            return result
        result.version = str(getattr(module, "__version__", ""))
        for row, versioned in rows_of(library, folder):
            if versioned:
                result.versioned += 1
            elif row.name.startswith(f"{library}.") and not row.name.endswith(".*"):
                _check_row(row, result)
    return result


def _check_row(row: Row, result: LibraryCheck) -> None:
    try:
        found, owner = resolve(row.name)
    except NotHere:
        result.elsewhere += 1
        return
    if found is _MISSING:
        result.faults.append(f"{row.ref}: `{row.name}` does not import")
        return
    result.checked += 1
    ports = tuple(_ports(row))
    if not ports:
        return
    parameters = _parameters(found, owner)
    if parameters is None:
        result.unsigned += 1
        return
    for port in ports:
        fault = misfit(port, parameters)
        if fault:
            result.faults.append(f"{row.ref}: `{row.name}` {fault}")


def resolve(name: str) -> tuple[object, object]:
    """The object behind a dotted name, and the class or module that holds it; `_MISSING` where there is none.

    An attribute that an instance gets only later counts as found where the source of its class names it; the result
    is then the string of its name.

    Raises:
        NotHere: where a module on the way needs a library that is not installed.
    """
    parts = name.split(".")
    owner: object = importlib.import_module(parts[0])
    for number, part in enumerate(parts[1:], 1):
        found = _attribute(owner, part)
        if found is _MISSING and inspect.ismodule(owner):
            found = _submodule(".".join(parts[: number + 1]))
        if found is _MISSING and inspect.isclass(owner) and number == len(parts) - 1 and _instance_has(owner, part):
            return part, owner
        if found is _MISSING and inspect.isfunction(owner):
            raise NotHere(name)  # a factory: what it makes is not known from its signature
        if found is _MISSING:
            return _MISSING, owner
        if number < len(parts) - 1:
            owner = found
        else:
            return found, owner
    return owner, owner


def _attribute(owner: object, name: str) -> object:
    try:
        return getattr(owner, name, _MISSING)
    except ImportError as error:  # libraries that load their parts late
        raise NotHere(name) from error


def _submodule(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] != name.split(".")[0]:
            raise NotHere(name) from error
        return _MISSING
    except ImportError as error:
        raise NotHere(name) from error


def _instance_has(owner: type, attribute: str) -> bool:
    if hasattr(owner, "__getattr__"):
        return True
    for base in owner.__mro__:
        if attribute in (base.__doc__ or ""):
            return True
        try:
            if f".{attribute}" in inspect.getsource(base) or f'"{attribute}"' in inspect.getsource(base):
                return True
        except (OSError, TypeError):  # built-in classes have no source
            continue
    return False


def _ports(row: Row) -> Iterator[Port]:
    candidates: tuple[Port | None, ...] = ()
    if isinstance(row, TypeRow):
        candidates = (*row.data, row.inner, row.grid)
    elif isinstance(row, CallRow):
        candidates = (*row.data, row.model, row.function, row.columns_port)
    yield from (port for port in candidates if port is not None and port.name != "self")


def _parameters(found: object, owner: object) -> list[inspect.Parameter] | None:
    if not callable(found):
        return None
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except (ValueError, TypeError):
        return None
    if inspect.isclass(owner) and not inspect.isclass(found) and inspect.isfunction(found):
        static = isinstance(inspect.getattr_static(owner, found.__name__, None), staticmethod)
        if parameters and not static:
            return parameters[1:]
    return parameters


def misfit(port: Port, parameters: Sequence[inspect.Parameter]) -> str:
    """What is wrong with a port, or "". A keyword-only parameter may be given by position in older releases."""
    kinds = [parameter.kind for parameter in parameters]
    takes_any = inspect.Parameter.VAR_KEYWORD in kinds
    if port.rest:
        return "" if inspect.Parameter.VAR_POSITIONAL in kinds else f"takes no `*{port.name}`"
    names = [parameter.name for parameter in parameters]
    if port.name not in names:
        return "" if takes_any else f"has no parameter `{port.name}` among {', '.join(names) or 'none'}"
    if port.position is not None and names.index(port.name) != port.position:
        return f"has `{port.name}` at position {names.index(port.name)}, not {port.position}"
    return ""


def main(arguments: Sequence[str]) -> int:
    """Print a line per library and its faults; 1 where there is a fault."""
    faults = 0
    for library in arguments or libraries():
        result = check(library)
        if not result.installed:
            if arguments:
                print(f"{library}: not installed {result.version}".rstrip())
            continue
        faults += len(result.faults)
        print(
            f"{library} {result.version}: {result.checked} rows checked, {result.elsewhere} not importable here, "
            f"{result.versioned} of other releases, {result.unsigned} without a signature, {len(result.faults)} faults"
        )
        for fault in result.faults:
            print(f"  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

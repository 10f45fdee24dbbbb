"""Prints a first draft of rows for names of an installed library that no row covers yet.

`python -m nbaudit.knowledge.draft LIBRARY` walks the public modules. What a signature can't tell (role, traits, what
is learned from) is left to the reader of the draft.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from types import ModuleType

from nbaudit.knowledge.tables import Tables, tables

_KINDS = (
    ("ClassifierMixin", "~classifier"),
    ("RegressorMixin", "~regressor"),
    ("ClusterMixin", "~clusterer"),
    ("OutlierMixin", "~detector"),
    ("SamplerMixin", "~resampler"),
    ("BaseCrossValidator", "~splitter"),
    ("BaseShuffleSplit", "~splitter"),
    ("BaseSearchCV", "~search"),
    ("TransformerMixin", "~transformer"),
)
"""Class names in the method resolution order, and the family that each speaks for."""

_DATA = frozenset(
    [
        "X",
        "y",
        "Y",
        "y_true",
        "y_pred",
        "y_score",
        "y_proba",
        "labels",
        "labels_true",
        "labels_pred",
        "data",
        "df",
        "a",
        "b",
        "x",
        "array",
        "arrays",
        "X_train",
        "y_train",
        "X_test",
        "y_test",
        "endog",
        "exog",
        "series",
        "image",
        "dataset",
    ]
)
"""Parameter names that usually carry data."""

_SKIPPED = ("tests", "testing", "conftest", "setup", "externals")


def modules(library: str) -> Iterator[ModuleType]:
    """The importable public modules of a library, itself first."""
    root = importlib.import_module(library)
    yield root
    for found in pkgutil.walk_packages(getattr(root, "__path__", []), f"{library}.", onerror=lambda name: None):
        if any(part.startswith("_") or part in _SKIPPED for part in found.name.split(".")):
            continue
        try:
            yield importlib.import_module(found.name)
        except ImportError as error:
            print(f"# {found.name} does not import: {error}", file=sys.stderr)


def public(module: ModuleType) -> Iterator[tuple[str, object]]:
    """The names that a module offers: its `__all__`, or what it defines itself."""
    listed = getattr(module, "__all__", None)
    for name in sorted(listed if listed is not None else vars(module)):
        thing = getattr(module, name, None)
        own = listed is not None or getattr(thing, "__module__", "") == module.__name__
        if not name.startswith("_") and own and callable(thing):
            yield f"{module.__name__}.{name}", thing


def draft(name: str, thing: object) -> str:
    """One row for a class or function, as far as its bases and signature tell."""
    ports = ",".join(data_ports(thing))
    if inspect.isclass(thing):
        bases = {base.__name__ for base in thing.__mro__}
        family = next((word for base, word in _KINDS if base in bases), "")
        return f"type {name} is={family}" if family else f"type {name}" + (f" data={ports}" if ports else "")
    return f"call {name} role=neutral" + (f" data={ports}" if ports else "")


def data_ports(thing: object) -> Iterator[str]:
    """The parameters that look like data, as ports."""
    if not callable(thing):
        return
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (ValueError, TypeError):
        return
    for position, parameter in enumerate(parameters):
        if parameter.name in _DATA:
            star = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else ""
            yield f"{star}{parameter.name}:{position}"


def drafts(library: str, known: Tables) -> Iterator[str]:
    """Rows for what the tables do not cover, each object once, under its shortest path."""
    seen: dict[int, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {name: thing for module in modules(library) for name, thing in public(module)}
    for name in sorted(found, key=lambda name: (name.count("."), name)):
        if id(found[name]) not in seen:
            seen[id(found[name])] = name
            if not known.rows(known.canonical(name)):
                yield draft(name, found[name])


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m nbaudit.knowledge.draft LIBRARY", file=sys.stderr)
        return 2
    for row in drafts(arguments[0], tables()):
        print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

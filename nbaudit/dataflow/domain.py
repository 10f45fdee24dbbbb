"""The abstract things that names are bound to while the notebook is interpreted.

A `Ref` is one object with identity: two names of one frame share the Ref, so a change in place is seen through both.
Its `value` is the current version in the graph; lists, dicts, functions, classes and instances carry their contents.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct, field

from nbaudit.model.flow import NOTHING, Kind, Model, Value

MADE = "()"
"""The text of a function that is an object of a known class: calling it does not make another."""

Test = tuple[str, str]
"""(what is asked, the answer): a mask's condition, by which a selection of rows becomes one part of a partition."""


class Ref:
    """One object. `items` holds a list's or tuple's members, `keys` a dict's; `open_` says that there may be more.

    `parent` is (frame, column or attribute key) where the object is a view of a part of another. `tests` are the
    conditions that hold on the rows a mask selects. `omits` are the names that a list of a table's columns leaves out,
    None where it is no such list. `options` are the constants a loop variable takes in turn.
    """

    __slots__ = ("attrs", "bound", "closure", "items", "keys", "omits", "open_", "options", "parent", "tests", "value")

    def __init__(
        self,
        value: Value,
        items: list[Ref] | None = None,
        keys: dict[object, Ref] | None = None,
    ) -> None:
        self.value = value
        self.items = items
        self.keys = keys
        self.open_ = False
        self.closure: Closure | None = None
        self.attrs: dict[str, Ref] | None = None
        self.parent: tuple[Ref, object] | None = None
        self.tests: tuple[Test, ...] = ()
        self.options: tuple[object, ...] = ()
        self.omits: tuple[str, ...] | None = None
        self.bound: Ref | None = None

    def members(self) -> Iterator[Ref]:
        if self.items is not None:
            yield from self.items
        if self.keys is not None:
            yield from self.keys.values()

    @property
    def is_container(self) -> bool:
        return self.items is not None or self.keys is not None


class Closure(Struct, eq=False):
    """A function, lambda or class of the notebook, with the scope that it sees."""

    name: str
    node: ast.FunctionDef | ast.Lambda | ast.ClassDef
    scope: Scope
    cell: int
    bases: list[Ref] = field(default_factory=list)
    methods: dict[str, Closure] = field(default_factory=dict)
    library_base: str = ""
    running: int = 0

    @property
    def yields(self) -> bool:
        """True for a generator."""
        return getattr(self.node, "yields", False)


class Scope:
    """Names of one function call or of the notebook; `outer` is the scope around its definition.

    Of a call, `given` are the parameters as they were bound and `entered` how many loops it was made in. `served` are
    the names that a loop gives one known value in each round. `ended` is the statement (return, break, continue) at the
    end of a way that these decided, until what it ends has ended.
    """

    __slots__ = (
        "body",
        "declared_global",
        "ended",
        "entered",
        "given",
        "names",
        "others",
        "outer",
        "returns",
        "served",
    )

    def __init__(self, outer: Scope | None = None) -> None:
        self.names: dict[str, Ref] = {}
        self.outer = outer
        self.returns: list[Ref] = []
        self.declared_global: set[str] = set()
        self.given: dict[str, Ref] = {}
        self.entered = 0
        self.served: dict[str, Ref] = {}
        self.ended: type[ast.stmt] | None = None
        self.body: ast.AST | None = None
        self.others: frozenset[str] | None = None

    def enter(self, body: ast.AST, loops: int) -> None:
        """The call's parameters are bound, and its body begins."""
        self.given, self.body, self.entered = dict(self.names), body, loops

    def rebound(self) -> frozenset[str]:
        """The names that the body of the call gives other values, or parts of other values."""
        if self.others is not None:
            return self.others
        found: set[str] = set()
        for node in ast.walk(self.body or ast.Pass()):
            targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
            for target in targets:
                if isinstance(target, ast.expr):
                    found.update(name.id for name in ast.walk(target) if isinstance(name, ast.Name))
        self.others = frozenset(found)
        return self.others

    def get(self, name: str) -> Ref | None:
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def top(self) -> Scope:
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


BATCH = "batch"
"""Marks (as a value's text) what a loader hands out at a time: its members are features and labels of the same rows."""

DATA_KINDS = frozenset(
    {Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.LOADER, Kind.GROUPS, Kind.MASK, Kind.INDEX, Kind.PREDICTION}
)
"""Kinds that hold one entry per row."""


MAX_CONSTANTS = 10_000


def constants_of(ref: Ref, depth: int = 0) -> tuple[object, ...] | None:
    """The Python constants that a Ref stands for: of one constant, of a list of constants, of a loop variable; None
    where any of them is not known, or where lists are nested deeper than people nest them."""
    if ref.options:
        return ref.options
    if ref.value.constant is not NOTHING:
        constant = ref.value.constant
        return constant if isinstance(constant, tuple) else (constant,)
    if ref.items is not None and not ref.open_ and depth < 4:
        found: list[object] = []
        for item in ref.items:
            inner = constants_of(item, depth + 1)
            if inner is None or len(found) > MAX_CONSTANTS:
                return None
            found.extend(inner)
        return tuple(found)
    return None


def names_of(ref: Ref) -> tuple[str, ...] | None:
    """As `constants_of`, where all of them are strings (column names)."""
    found = constants_of(ref)
    if found is None or not all(isinstance(item, str) for item in found):
        return None
    return tuple(str(item) for item in found)


def models_in(ref: Ref, depth: int = 0) -> list[Model]:
    """The models that an argument is or holds, in lists, tuples and dicts."""
    if ref.value.kind is Kind.MODEL and ref.value.model is not None:
        return [ref.value.model]
    if depth > 2 or not ref.is_container:
        return []
    return [model for member in ref.members() for model in models_in(member, depth + 1)]

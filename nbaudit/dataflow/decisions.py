"""Which way a test goes, where what a call or a round of a loop gave tells.

`def prepare(X, scaler=None): if scaler is None: ...` learns a scale when it is called without one, and only then; so
does `for i, part in enumerate([train, test]): if i == 0: ...` in its first round. Both ways are followed where nothing
tells.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from nbaudit.dataflow.domain import Ref, Scope
from nbaudit.model.flow import NOTHING, Kind

_THINGS = frozenset({Kind.TABLE, Kind.COLUMN, Kind.ARRAY, Kind.LOADER, Kind.CONTAINER})
"""Kinds of what is surely not None."""
_TRUE = frozenset({Kind.MODEL, Kind.FUNCTION})
"""Kinds of what is not None either, and true in a test whatever it holds."""
_COMPARE: dict[type[ast.cmpop], Callable[[object, object], object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_MEMBER: dict[type[ast.cmpop], bool] = {ast.In: True, ast.NotIn: False}
_SIMPLE = (str, int, float, bool, type(None))


class _Thing:
    """Something that is not None, of which no more is known."""


_THING = _Thing()
_TRUTH = _Thing()  # and that is true in a test


def decided(test: ast.expr, scope: Scope, loops: tuple[int, ...]) -> bool | None:
    """True or False where the arguments of the function that is followed, or the round of a loop, decide `test`, None
    where they don't.

    `loops` are the loops that are being followed. A parameter that a loop of the function's own gives other values
    tells nothing.
    """
    if not scope.given and not scope.served:
        return None
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = decided(test.operand, scope, loops)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [decided(part, scope, loops) for part in test.values]
        decisive = isinstance(test.op, ast.Or)
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(test, (ast.Name, ast.Attribute)):
        return _truth(_known(test, scope, loops))
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test, scope, loops)
    return None


def _truth(known: object) -> bool | None:
    """How a constant, or a model, tests; None for what may be empty."""
    return None if known is NOTHING or known is _THING else known is _TRUTH or bool(known)


def _compared(test: ast.Compare, scope: Scope, loops: tuple[int, ...]) -> bool | None:
    kind, other = type(test.ops[0]), test.comparators[0]
    left = _known(test.left, scope, loops)
    if left is NOTHING:
        return None
    wanted = _MEMBER.get(kind)
    if wanted is not None:
        if isinstance(left, _Thing) or not isinstance(other, (ast.Tuple, ast.List, ast.Set)):
            return None
        members = [_known(member, scope, loops) for member in other.elts]
        if left in members:
            return wanted
        return None if any(member is NOTHING or isinstance(member, _Thing) for member in members) else not wanted
    compare = _COMPARE.get(kind)
    right = _known(other, scope, loops)
    if compare is None or right is NOTHING:
        return None
    if (isinstance(left, _Thing) or isinstance(right, _Thing)) and left is not None and right is not None:
        return None
    return bool(compare(left, right))


def _known(node: ast.expr, scope: Scope, loops: tuple[int, ...]) -> object:
    """A constant, `_THING` or `_TRUTH` for what is surely not None, NOTHING for what is not known."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, _SIMPLE) else NOTHING
    if isinstance(node, ast.Attribute):
        return _kept(node, scope, loops)
    if not isinstance(node, ast.Name):
        return NOTHING
    served = scope.served.get(node.id)
    if served is not None and scope.names.get(node.id) is served:
        return served.value.constant if isinstance(served.value.constant, _SIMPLE) else NOTHING
    return _constant_of(scope.given[node.id]) if _as_given(node.id, scope, loops) else NOTHING


def _kept(node: ast.Attribute, scope: Scope, loops: tuple[int, ...]) -> object:
    """What an object that the call was given keeps under a name, `self.scaler`, outside of the function's loops."""
    if not isinstance(node.value, ast.Name) or len(loops) != scope.entered:
        return NOTHING
    owner = scope.given.get(node.value.id)
    kept = owner.attrs.get(node.attr) if owner is not None and owner.attrs else None
    return NOTHING if kept is None else _constant_of(kept)


def _constant_of(ref: Ref) -> object:
    if isinstance(ref.value.constant, _SIMPLE):
        return ref.value.constant
    if ref.value.kind in _TRUE:
        return _TRUTH
    return _THING if ref.value.kind in _THINGS else NOTHING


def _as_given(name: str, scope: Scope, loops: tuple[int, ...]) -> bool:
    """True where a name still holds what the call gave it, in every round of the function's loops."""
    given = scope.given.get(name)
    if given is None or scope.names.get(name) is not given or given.is_container:
        return False
    return len(loops) == scope.entered or name not in scope.rebound()

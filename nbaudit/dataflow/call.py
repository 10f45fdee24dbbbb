"""One library call while it is interpreted."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbaudit.dataflow.domain import Ref
from nbaudit.knowledge.schema import CallRow, Port


class Call:
    """One call while it is interpreted: node, receiver and evaluated arguments."""

    __slots__ = ("keywords", "name", "node", "positional", "receiver", "row", "trust")

    def __init__(
        self,
        node: ast.AST,
        name: str,
        receiver: Ref | None,
        positional: list[Ref],
        keywords: dict[str, Ref],
        trust: float = 1.0,
    ) -> None:
        self.node = node
        self.name = name
        self.receiver = receiver
        self.positional = positional
        self.keywords = keywords
        self.trust = trust
        self.row: CallRow | None = None

    def port(self, port: Port | None) -> Ref | None:
        if port is None:
            return None
        if port.name == "self":
            return self.receiver
        found = self.keywords.get(port.name)
        if found is None and port.position is not None and port.position < len(self.positional):
            return self.positional[port.position]
        return found

    def ports(self, ports: Sequence[Port]) -> list[tuple[str, Ref]]:
        """The given arguments among the ports, with the port's name."""
        found: list[tuple[str, Ref]] = []
        for port in ports:
            if port.rest:
                found.extend((port.name, ref) for ref in self.positional[port.position or 0 :])
            ref = self.port(port)
            if ref is not None and not port.rest:
                found.append((port.name, ref))
        return found

    def everything(self) -> list[Ref]:
        inputs = [*self.positional, *self.keywords.values()]
        return [self.receiver, *inputs] if self.receiver is not None else inputs

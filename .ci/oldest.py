"""Prints the constraints that hold each dependency of a pyproject.toml to the oldest version it admits."""

from __future__ import annotations

import sys
from pathlib import Path

from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def constraints(pyproject: str) -> list[str]:
    """`name==version` for every dependency with a lower bound.

    Raises:
        ValueError: a dependency without one, which would leave "oldest" open.
    """
    found = []
    for text in tomllib.loads(pyproject)["project"]["dependencies"]:
        requirement = Requirement(text)
        floors = [clause.version for clause in requirement.specifier if clause.operator in (">=", "~=", "==")]
        if not floors:
            raise ValueError(f"{requirement.name} has no oldest version")
        if requirement.marker is None or requirement.marker.evaluate():
            found.append(f"{requirement.name}=={floors[0]}")
            if requirement.name == "pandas" and floors[0].startswith(("1.", "2.0", "2.1")):
                found.append("numpy<2")  # what these pandas were built against, and do not say
    return found


if __name__ == "__main__":
    print("\n".join(constraints(Path(sys.argv[1]).read_text(encoding="utf-8"))))

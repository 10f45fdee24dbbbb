"""Where the jinja2 templates are, in a source checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nbaudit.errors import NbauditError

if TYPE_CHECKING:
    from jinja2 import Environment


PACKAGE = Path(__file__).resolve().parent.parent


def find_templates(package: Path = PACKAGE) -> Path:
    """The folder of the templates: `_templates` inside the `package` folder, else `templates` beside it.

    Raises:
        NbauditError: neither is there, so the installation is damaged.
    """
    candidates = (package / "_templates", package.parent / "templates")
    for folder in candidates:
        if (folder / "report.html").is_file():
            return folder
    places = " or ".join(folder.as_posix() for folder in candidates)
    raise NbauditError(f"the report templates are missing from {places}; install nbaudit again")


@cache
def environment() -> Environment:
    """The jinja2 environment: escapes everything, shows control characters, and refuses unknown names.

    Raises:
        NbauditError: as `find_templates`.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from nbaudit.report.clean import visible

    def shown(value: object) -> object:
        return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=FileSystemLoader(find_templates()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

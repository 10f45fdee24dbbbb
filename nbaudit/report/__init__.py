"""The formats of a result. Each is one module with `render` (one result) and `render_all` (several); all are pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from nbaudit.errors import UsageError
from nbaudit.report.summary import Audit, Context


@dataclass(frozen=True, slots=True)
class Format:
    """One output format. `suffixes` are file endings that mean it, the first being its own; `wants_raw` says that it
    uses the text of the notebook's file; `per_notebook` that each notebook gets a file of its own."""

    name: str
    module: str
    suffixes: tuple[str, ...]
    about: str
    wants_raw: bool = False
    per_notebook: bool = False

    def render(self, audits: Sequence[Audit], context: Context = Context()) -> str:  # noqa: B008 (frozen)
        """The audits as one text."""
        text: str = import_module(self.module).render_all(audits, context)
        return text


FORMATS = MappingProxyType(
    {
        item.name: item
        for item in (
            Format("html", "nbaudit.report.html", (".html", ".htm"), "one self-contained page", per_notebook=True),
            Format("json", "nbaudit.report.json_format", (".json",), "the public, versioned result"),
            Format("text", "nbaudit.report.text", (".txt",), "a short summary with code frames"),
            Format("markdown", "nbaudit.report.markdown", (".md",), "for a pull-request comment"),
            Format("sarif", "nbaudit.report.sarif", (".sarif", ".sarif.json"), "for code scanning", wants_raw=True),
            Format("github", "nbaudit.report.github", (), "annotations in GitHub Actions", wants_raw=True),
            Format(
                "gitlab",
                "nbaudit.report.gitlab",
                ("gl-code-quality-report.json",),
                "GitLab code quality",
                wants_raw=True,
            ),
            Format("junit", "nbaudit.report.junit", (".xml",), "a test case per issue", wants_raw=True),
            Format("csv", "nbaudit.report.csv_format", (".csv",), "one row per finding", wants_raw=True),
        )
    }
)


def format_named(name: str) -> Format:
    """The format of this name.

    Raises:
        UsageError: there is none.
    """
    try:
        return FORMATS[name.strip().lower()]
    except KeyError:
        raise UsageError(f'"{name}" is no report format; choose from {", ".join(FORMATS)}') from None


def format_of_file(file: str) -> Format:
    """The format that the file's ending means.

    Raises:
        UsageError: it means none.
    """
    lower = file.lower()
    matches = [(suffix, item) for item in FORMATS.values() for suffix in item.suffixes if lower.endswith(suffix)]
    if not matches:
        raise UsageError(f"{file}: the ending says no report format; add --format, one of {', '.join(FORMATS)}")
    return max(matches, key=lambda match: len(match[0]))[1]

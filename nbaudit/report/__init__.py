"""The formats of a result. Each is one module with `render` (one result) and `render_all` (several); all are pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from nbaudit.entrypoints import FORMATS as PLUGINS
from nbaudit.entrypoints import Broken, one_owner, plugins
from nbaudit.errors import PluginError, UsageError
from nbaudit.report.summary import Audit, Context


class Format(Struct, frozen=True):
    """One output format.

    `module` has a function `render_all(audits, context)` that gives the text. `suffixes` are file endings that mean the
    format; `wants_raw` says that it uses the text of the notebook's file; `per_notebook` that each notebook gets a file
    of its own, which only nbaudit's own formats may ask for. `plugin` names the plug-in it comes from, "" for nbaudit.
    """

    name: str
    module: str
    suffixes: tuple[str, ...]
    about: str
    wants_raw: bool = False
    per_notebook: bool = False
    plugin: str = ""

    def render(self, audits: Sequence[Audit], context: Context = Context()) -> str:  # noqa: B008 (frozen)
        """The audits as one text.

        Raises:
            PluginError: the format is a plug-in's, and it failed.
        """
        if not self.plugin:
            text: str = import_module(self.module).render_all(audits, context)
            return text
        try:
            foreign = import_module(self.module).render_all(audits, context)
        except Exception as error:
            # Foreign code may fail in any way, and must cost only itself.
            reason = f"{type(error).__name__}: {error}"
            raise PluginError(f'{self.plugin}: the format "{self.name}" failed ({reason})') from error
        if not isinstance(foreign, str):
            raise PluginError(f'{self.plugin}: the format "{self.name}" gave a {type(foreign).__name__}, not text')
        return foreign


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


@cache
def formats() -> Mapping[str, Format]:
    """nbaudit's formats and those of plug-ins, by name.

    Raises:
        PluginError: two formats have one name or one file ending.
    """
    foreign, _ = plugin_formats()
    everything = [("nbaudit itself", item) for item in FORMATS.values()] + [(item.plugin, item) for item in foreign]
    one_owner("report format", ((item.name, owner) for owner, item in everything))
    one_owner("file ending", ((suffix, owner) for owner, item in everything for suffix in item.suffixes))
    return MappingProxyType({item.name: item for _, item in everything})


@cache
def plugin_formats() -> tuple[tuple[Format, ...], tuple[Broken, ...]]:
    """The formats that plug-ins add, and the plug-ins that are left out."""
    loaded, broken = plugins(PLUGINS)
    good = tuple(
        replace(item.value, plugin=item.label, per_notebook=False) for item in loaded if isinstance(item.value, Format)
    )
    bad = tuple(
        Broken(item.label, f"points at a {type(item.value).__name__}; it must point at a nbaudit.plugin.Format")
        for item in loaded
        if not isinstance(item.value, Format)
    )
    return good, (*broken, *bad)


def format_named(name: str) -> Format:
    """The format of this name.

    Raises:
        UsageError: there is none.
        PluginError: as `formats`.
    """
    try:
        return formats()[name.strip().lower()]
    except KeyError:
        left_out = "".join(f"; the {item.label} {item.reason}" for item in plugin_formats()[1])
        raise UsageError(f'"{name}" is no report format; choose from {", ".join(formats())}{left_out}') from None


def format_of_file(file: str) -> Format:
    """The format that the file's ending means.

    Raises:
        UsageError: it means none.
        PluginError: as `formats`.
    """
    lower = file.lower()
    matches = [(suffix, item) for item in formats().values() for suffix in item.suffixes if lower.endswith(suffix)]
    if not matches:
        raise UsageError(f"{file}: the ending says no report format; add --format, one of {', '.join(formats())}")
    return max(matches, key=lambda match: len(match[0]))[1]

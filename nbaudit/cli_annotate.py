"""`--annotate`: where the annotated copies go, and that no output is ever written over a notebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nbaudit.errors import NbauditError, UsageError

if TYPE_CHECKING:
    from nbaudit.loading.discovery import Source
    from nbaudit.report.summary import Audit, Context


def protect(sources: Sequence[Source], files: Sequence[str]) -> None:
    """See that no output replaces an input or another output.

    Raises:
        UsageError: one does.
    """
    inputs = {os.path.realpath(source.path): source.name for source in sources if source.path is not None}
    seen: set[str] = set()
    for file in files:
        if not file or file == "-" or _is_folder(file):
            continue
        real = os.path.realpath(file)
        if real in inputs or any(_same(file, name) for name in inputs.values()):
            raise UsageError(f"{file}: is the notebook that is audited and is never overwritten; name another file")
        if real in seen:
            raise UsageError(f"{file}: is named for two outputs; name a file of its own for each")
        seen.add(real)


def copies(out: str | None, sources: Sequence[Source]) -> Mapping[str, Path]:
    """The copy to write for each notebook's name; nothing without `--annotate`.

    Raises:
        UsageError: several notebooks would go to one file, one comes from standard input, or a notebook that is no
            earlier copy is in the way.
    """
    if out is None:
        return {}
    stdin = [source.name for source in sources if source.path is None]
    if stdin:
        raise UsageError(f"{stdin[0]}: a notebook from standard input can't be annotated; name its file")
    if len(sources) > 1 and not _is_folder(out):
        raise UsageError(
            f"{out}: {len(sources)} notebooks don't fit into one copy; name a folder, as --annotate copies/"
        )
    if not _is_folder(out):
        found = {source.name: Path(out) for source in sources}
    else:
        found = dict(_in_folder(Path(out), sources))
    for path in found.values():
        _reject_other(path)
    return found


def write(
    audits: Sequence[Audit],
    sources: Sequence[Source],
    wanted: Mapping[str, Path],
    context: Context,
    say: Callable[[str], None],
) -> int:
    """Write the copies. Gives 2 if one can't be made, which is said, else 0."""
    if not wanted:
        return 0
    from nbaudit.report.annotate import annotated

    paths = {source.name: source.path for source in sources}
    code = 0
    for audit in audits:
        name = audit.result.notebook.name
        path = paths[name]
        assert path is not None  # `copies` refuses standard input
        try:
            text = annotated(path.read_bytes(), audit.result, context)
        except NbauditError as error:
            say(str(error))
            code = 2
            continue
        wanted[name].parent.mkdir(parents=True, exist_ok=True)
        wanted[name].write_text(text, encoding="utf-8", newline="\n", errors="replace")
        say(f"wrote {wanted[name].as_posix()}")
    return code


def _in_folder(folder: Path, sources: Sequence[Source]) -> list[tuple[str, Path]]:
    taken: set[str] = set()
    found = []
    for source in sources:
        stem = Path(source.name).name.removesuffix(".ipynb")
        number = 1
        name = f"{stem}.nbaudit.ipynb"
        while name.lower() in taken:  # some file systems don't tell capitals apart
            number += 1
            name = f"{stem}-{number}.nbaudit.ipynb"
        taken.add(name.lower())
        found.append((source.name, folder / name))
    return found


def _reject_other(path: Path) -> None:
    from nbaudit.report.annotate import is_annotated

    if path.exists() and not is_annotated(path.read_bytes()):
        raise UsageError(f"{path.as_posix()}: is there and is no annotated copy; name a file that may be written")


def _is_folder(file: str) -> bool:
    return file.endswith(("/", "\\")) or Path(file).is_dir()


def _same(file: str, other: str) -> bool:
    """Whether both are one file, by another name too (a hard link, another spelling)."""
    try:
        return Path(file).samefile(other)
    except OSError:
        # One of them is not there, so they are not the same.
        return False

"""Bytes of an .ipynb file to a `Notebook`.

Files of nbformat 4 are read without nbformat: its import costs more than most notebooks take, and its validator refuses
files that Jupyter opens. Only formats 1 to 3 go through its upgrade functions.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from nbaudit.errors import NotebookUnreadable
from nbaudit.loading.discovery import STDIN, Source
from nbaudit.loading.magics import blank, spaces
from nbaudit.model.source import Cell, CellKind, Note, Notebook, Output
from nbaudit.patterns import regex

FILE_LIMIT = 256 * 2**20
"""Bytes of a file; reading JSON takes some ten times as much memory."""
SOURCE_LIMIT = 400_000
"""Characters of a code cell; one that is longer holds data or a library, and is left out of the analysis."""
ANNOTATION = "nbaudit"
"""The tag of the markdown cells that an annotated copy holds (`report.annotate`)."""
TEXT_LIMIT = 60_000
HTML_LIMIT = 200_000

_ANSI = regex(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_]|(?:\[[0-?]*[ -/]*)?\Z)")
_BROKEN = regex("[\x00\ud800-\udfff]")
_CONFLICT = regex(r"^[ \t]*(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_KERNEL_LANGUAGES = {"ir": "R", "julia": "julia"}
_KINDS = {"code": CellKind.CODE, "markdown": CellKind.MARKDOWN, "heading": CellKind.MARKDOWN}


def load(path: Path, name: str | None = None) -> Notebook:
    """Read the notebook file at `path`; `name` is how the user named it (by default `path` with forward slashes).

    Raises:
        NotebookUnreadable: the file can't be opened or is no notebook.
    """
    shown = path.as_posix() if name is None else name
    try:
        size = path.stat().st_size if path.exists() else 0
        if size > FILE_LIMIT:
            reason = (
                f"is larger than {FILE_LIMIT // 2**20} MB ({size // 2**20} MB); clear its outputs and save it again"
            )
            raise NotebookUnreadable(shown, reason)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotebookUnreadable(shown, "there is no such file; check the path") from None
    except IsADirectoryError:
        raise NotebookUnreadable(shown, "is a folder, not a notebook; name a file in it") from None
    except PermissionError:
        raise NotebookUnreadable(shown, "may not be read; give yourself read permission") from None
    except (OSError, ValueError) as error:
        raise NotebookUnreadable(shown, f"can't be opened ({error}); check the path") from None
    return loads(data, shown)


def load_source(source: Source) -> Notebook:
    """Read what `discovery.find` gave: a file, or standard input where there is no path.

    Raises:
        NotebookUnreadable: as `load`.
    """
    return loads(sys.stdin.buffer.read(), STDIN) if source.path is None else load(source.path, source.name)


def loads(data: bytes, name: str) -> Notebook:
    """Read the bytes of a notebook of any nbformat up to 4.

    Raises:
        NotebookUnreadable: the bytes are no notebook that can be read.
    """
    document = _read(data, name)
    major = document.get("nbformat")
    if not isinstance(major, int) or isinstance(major, bool):
        major = 4 if "cells" in document else 3
    if major > 4:
        raise NotebookUnreadable(name, f"has notebook format {major}, newer than 4; save it as format 4 from Jupyter")
    minor = _whole(document.get("nbformat_minor")) or 0
    if not isinstance(document.get("cells"), list) and not isinstance(document.get("worksheets"), list):
        raise NotebookUnreadable(name, "is JSON but no notebook (it has no list of cells); name an .ipynb file")
    if major < 4:
        document = _upgraded(document, major, name)
    return _notebook(document, name, (major, minor))


def _read(data: bytes, name: str) -> dict[str, Any]:
    """The JSON object in the bytes.

    msgspec reads plain JSON in UTF-8 in a third of the time, and refuses whatever it reads otherwise than Python's own
    reader does (NaN, lone surrogates, a byte-order mark, 1e999). That one then reads it, or says what is wrong.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _document(_decode(data, name), name)
    return document if isinstance(document, dict) else _document(_decode(data, name), name)


def _decode(data: bytes, name: str) -> str:
    if not data.strip():
        raise NotebookUnreadable(name, "is empty; save the notebook again")
    if data.startswith(b"version https://git-lfs"):
        raise NotebookUnreadable(name, "is a Git LFS pointer, not the notebook itself; run `git lfs pull`")
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        reason = f"is not UTF-8 text (byte {error.start}); save it with the encoding UTF-8"
        raise NotebookUnreadable(name, reason) from None


def _document(text: str, name: str) -> dict[str, Any]:
    """The JSON object in `text`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookUnreadable(name, _not_json(text, error)) from None
    except RecursionError:
        raise NotebookUnreadable(name, "is JSON nested too deeply for a notebook; save it again from Jupyter") from None
    except ValueError as error:
        raise NotebookUnreadable(name, f"holds a value that can't be read ({error}); save it again") from None
    if not isinstance(document, dict):
        raise NotebookUnreadable(name, "is JSON but no notebook (it has no list of cells); name an .ipynb file")
    return document


def _not_json(text: str, error: json.JSONDecodeError) -> str:
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return f"has unresolved merge-conflict markers (line {line}); resolve the conflict first"
    if text.lstrip()[:1] == "<":
        return "is a web page, not a notebook; download the raw file"
    if error.pos >= len(text.rstrip()):
        return f"ends too early (line {error.lineno}); the file is cut off, so save or download it again"
    return f"is not JSON (line {error.lineno}: {error.msg}); save it again from Jupyter"


def _upgraded(document: dict[str, Any], major: int, name: str) -> dict[str, Any]:
    from nbformat import converter, reader  # late: format 4 must not pay for it

    try:
        old = reader.reads(json.dumps({"metadata": {}, "nbformat": major, "nbformat_minor": 0, **document}))  # type: ignore[no-untyped-call]
        upgraded: dict[str, Any] = converter.convert(old, 4)  # type: ignore[no-untyped-call]
    except Exception as error:
        # nbformat's converters let whatever the malformed part provokes rise.
        reason = f"is of notebook format {major} and can't be upgraded ({error!r}); open and save it in Jupyter"
        raise NotebookUnreadable(name, reason) from error
    for cell in upgraded["cells"]:
        # The converter draws them at random, and two audits of one file must agree.
        cell.pop("id", None)
    return upgraded


def _notebook(document: dict[str, Any], name: str, version: tuple[int, int]) -> Notebook:
    metadata = _dict(document.get("metadata"))
    spec, info = _dict(metadata.get("kernelspec")), _dict(metadata.get("language_info"))
    kernel = _word(spec.get("name")) or _word(spec.get("display_name"))
    language = _language(spec, info, kernel)
    notes: list[Note] = []
    if language.lower() != "python":
        text = f"The kernel's language is {language}: nbaudit reads Python only, so the code was not audited."
        notes.append(Note(None, text))
    elif _is_python2(spec, info, kernel):
        notes.append(Note(None, "The kernel is Python 2: code that isn't valid Python 3 is not understood."))
    raw = document.get("cells")
    cells = tuple(_cell(index, item, language.lower(), notes) for index, item in enumerate(_list(raw)))
    return Notebook(name, cells, language.lower(), kernel, version, tuple(notes))


def _language(spec: dict[str, Any], info: dict[str, Any], kernel: str) -> str:
    named = _word(spec.get("language")) or _word(info.get("name"))
    if not named:
        return _KERNEL_LANGUAGES.get(re.split(r"[-\d]", kernel, maxsplit=1)[0].lower(), "python")
    lowered = named.lower()
    return "python" if lowered.startswith(("python", "ipython")) or lowered == "pyspark" else named


def _is_python2(spec: dict[str, Any], info: dict[str, Any], kernel: str) -> bool:
    shown, version = _word(spec.get("display_name")), _word(info.get("version"))
    return kernel == "python2" or shown.startswith("Python 2") or version.startswith("2.")


def _cell(index: int, item: object, language: str, notes: list[Note]) -> Cell:
    """One cell of any shape; what can't be read is left out, and said in `notes` where code or text is lost."""
    if not isinstance(item, dict):
        notes.append(Note(index, "This cell is not an object and was left out."))
        return Cell(index, CellKind.RAW, "")
    raw = item.get("source")
    if raw is not None and not isinstance(raw, str | list):
        notes.append(Note(index, "The source of this cell is neither text nor a list of lines and was left out."))
    source = _clean(_joined(raw))
    metadata = _dict(item.get("metadata"))
    kind = _KINDS.get(_word(item.get("cell_type")), CellKind.RAW)
    tags = tuple(_clean(tag) for tag in _list(metadata.get("tags")) if isinstance(tag, str))
    if kind is CellKind.MARKDOWN and ANNOTATION in tags:
        kind = CellKind.RAW  # our own words about the notebook are not the author's
    identifier = item.get("id")
    shared: dict[str, Any] = {"id": _clean(identifier) if isinstance(identifier, str) else None, "tags": tags}
    if kind is not CellKind.CODE:
        return Cell(index, kind, source, **shared)
    shared["execution_count"] = _whole(item.get("execution_count"))
    shared["outputs"] = tuple(_output(output) for output in _list(item.get("outputs")) if isinstance(output, dict))
    if len(source) > SOURCE_LIMIT:
        text = f"The source of this cell is longer than {SOURCE_LIMIT:,} characters and was left out of the analysis."
        notes.append(Note(index, text))
        return Cell(index, kind, source, "", language=language, **shared)
    own = _word(_dict(metadata.get("vscode")).get("languageId")).lower() or language
    if language != "python" or own != "python":
        other = own if language == "python" else language
        return Cell(index, kind, source, spaces(source), language=other, **shared)
    blanked = blank(source)
    return Cell(index, kind, source, blanked.python, language=blanked.language, magics=blanked.magics, **shared)


def _output(item: dict[str, Any]) -> Output:
    kind = _word(item.get("output_type"))
    if kind == "stream":
        text, cut = _limited(item.get("text"), TEXT_LIMIT)
        return Output(kind, _word(item.get("name")) or "stdout", text, truncated=cut)
    if kind == "error":
        name = _word(item.get("ename"))
        lines = [line for line in _list(item.get("traceback")) if isinstance(line, str)]
        text, cut = _limited("\n".join(lines) or f"{name}: {_joined(item.get('evalue'))}", TEXT_LIMIT)
        return Output(kind, name, text, truncated=cut)
    data = _dict(item.get("data"))
    text, text_cut = _limited(data.get("text/plain"), TEXT_LIMIT)
    html, html_cut = _limited(data.get("text/html"), HTML_LIMIT)
    return Output(kind, "", text, html, tuple(sorted(map(_clean, data))), text_cut or html_cut)


def _limited(value: object, limit: int) -> tuple[str, bool]:
    """The text of an output without terminal colours, cut at `limit` characters, and whether it was cut."""
    joined = _joined(value)
    # Colours can be several times the text; four times the limit bounds the work on a gigantic output.
    text = _clean(joined[: 4 * limit])
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return text[:limit], len(text) > limit or len(joined) > 4 * limit


def _joined(value: object) -> str:
    if isinstance(value, str):
        return value
    pieces = _list(value)
    try:
        return "".join(pieces)
    except TypeError:  # not a list of strings, as it nearly always is
        return "".join(piece for piece in pieces if isinstance(piece, str))


def _clean(text: str) -> str:
    """`text` with newlines as `\\n`, and with U+FFFD for NUL and lone surrogates, which no parser or encoder takes."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and "\x00" not in text:
        return text
    return _BROKEN.sub("\ufffd", text)


def _word(value: object) -> str:
    return _clean(value).strip() if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

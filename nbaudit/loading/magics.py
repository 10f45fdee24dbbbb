"""IPython syntax in a cell, blanked so that what stays is Python at the same lines and columns.

Two things are written in place of blanks, because blanks alone would break the Python around them: `pass;` (or the
moved keyword of a compound statement) before the statement of `%time statement`, and `pass` for a magic that is the
only body of a block. Where IPython strips a prompt or the indentation of a whole cell, the last stripped character
becomes a form feed: Python's and tree-sitter's tokenisers start counting the indentation anew after it. So split
`python` at newlines with `split("\\n")`, as `str.splitlines` also splits at form feeds.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nbaudit.loading.lexing import State, scan_line
from nbaudit.model.source import Magic
from nbaudit.patterns import regex

# Options that take a value, of the magics whose text is a Python statement.
_STATEMENT_MAGICS = {
    "time": "",
    "timeit": "nrp",
    "prun": "DlsT",
    "memit": "rti",
    "lprun": "fmDTu",
    "mprun": "fT",
    "snakeviz": "f",
    "pyinstrument": "",
    "scalene": "",
}
_PYTHON_CELLS = frozenset(
    (
        "autopx",
        "black",
        "blackcellmagic",
        "cache",
        "capture",
        "chime",
        "cudf.pandas",
        "cudf.pandas.line_profile",
        "cudf.pandas.profile",
        "debug",
        "flake8",
        "heat",
        "ipytest",
        "local",
        "nb_black",
        "notify",
        "px",
        "pycodestyle",
        "pyspark",
        "run_pytest",
        "spark",
        "tb",
        "wandb",
    )
)
_LANGUAGES = {
    "!": "bash",
    "bash": "bash",
    "bigquery": "sql",
    "cmd": "bash",
    "file": "file",
    "fs": "bash",
    "html": "html",
    "javascript": "javascript",
    "js": "javascript",
    "latex": "latex",
    "markdown": "markdown",
    "md": "markdown",
    "r": "r",
    "sh": "bash",
    "shell": "bash",
    "sql": "sql",
    "sx": "bash",
    "system": "bash",
    "writefile": "file",
    # A process of its own: its names are not the notebook's.
    "pypy": "script",
    "python": "script",
    "python2": "script",
    "python3": "script",
}
# Databricks marks a whole cell with one percent sign; `%sql query` on one line is also a line magic of ipython-sql.
_DATABRICKS = frozenset(("fs", "md", "md-sandbox", "python", "r", "scala", "sh", "sql"))
_COMPOUND = regex(r"(?:async|class|def|for|if|try|while|with)\b")
_CELL_MAGIC = regex(r"%%(!|[\w.-]+)[ \t]*(.*)")
_LINE_MAGIC = regex(r"%{1,2}[ \t]*([\w.+-]*)[ \t]*")
_ASSIGNED = regex(r"[^=]*=[ \t]*(?=[%!])")
_OPTION = regex(r"-(-[\w-]*|\w)(\S*)[ \t]*")
_WORD = regex(r"\S+[ \t]*")
_CLASSIC = regex(r"[ \t]*(?:>>>|\.\.\.)(?: |$)")
_IPYTHON = regex(r"[ \t]*(?:In \[\d+\]: ?|\.\.\.+: ?)")
_OPENING = regex(r"[ \t\f]*[/,;]|\s*(?:>>>|In\b)|\n*[^\S\n]")
"""A first line that begins with a sign of IPython's or a prompt, or is indented."""
_SIGN = regex(r"\n[ \t\f]*[/,;]")
"""A later line that begins with a sign of IPython's."""
_OUT = regex(r"[ \t]*Out\[\d+\]:")
# IPython runs these without a percent sign where the line is all of the cell. A word before a word is never Python,
# apart from the operators that are words; `ls -l` and `cd /tmp` would be, but nobody spaces a difference like that.
_AUTOMAGIC = regex(
    r"(pip3?|conda|mamba|cd|ls|ll|cat|cp|mv|rm|mkdir|rmdir|load_ext|reload_ext|matplotlib|pylab|run|autoreload)"
    r"[ \t]+(?!(?:in|is|if|and|or|not|for)\b)(?=[\w~'\"$]|\./|\.\.|\*\.|[/-]\w)"
)


class Blanked(Struct, frozen=True):
    """The Python of a cell, of as many lines of the same lengths as its source, and what was blanked."""

    python: str
    language: str
    magics: tuple[Magic, ...]


def blank(source: str) -> Blanked:
    """Blank everything that IPython handles itself; linear in the length of `source`. Newlines must be `\\n`."""
    return _Blanker(source).run() if _may_be_ipython(source) else Blanked(source, "python", ())


def _may_be_ipython(source: str) -> bool:
    """False for the plain Python that most cells are: no sign of IPython's is in it, so no line need be looked at."""
    if "%" in source or "!" in source or "?" in source or _OPENING.match(source) or _SIGN.search(source):
        return True
    return "\n" not in source.strip() and _AUTOMAGIC.match(source.strip()) is not None


def spaces(source: str) -> str:
    """Spaces in the layout of `source`: as many lines, of the same lengths."""
    return "\n".join(" " * len(line) for line in source.split("\n"))


class _Blanker:
    """One pass over the lines of one cell. `lines` changes in place; lengths never do."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.split("\n")
        self.magics: list[Magic] = []
        self.state = State()
        self.begun = 0  # index of the line where the present logical line began
        self.code_seen = False
        self.body_due = False  # the last code line opened a block that has no statement yet
        self.single = sum(1 for line in self.lines if line.strip()) == 1

    def run(self) -> Blanked:
        self._strip_prompts()
        margin = self._margin()
        index = 0
        while index < len(self.lines):
            if not self.state.at_start:
                self._python(index)
                index += 1
                continue
            if margin and self.lines[index].startswith(margin) and self.lines[index].strip():
                self.lines[index] = margin[:-1] + "\f" + self.lines[index][len(margin) :]
            language = self._cell_language(index)
            if language:
                return Blanked(spaces(self.source), language, tuple(self.magics))
            index = self._logical_start(index)
        return Blanked("\n".join(self.lines), "python", tuple(self.magics))

    def _strip_prompts(self) -> None:
        first = next((line for line in self.lines if line.strip()), "")
        if _CLASSIC.match(first) and first.lstrip().startswith(">>>"):
            prompt = _CLASSIC
        elif _IPYTHON.match(first) and first.lstrip().startswith("In"):
            prompt = _IPYTHON
        else:
            return
        for index, line in enumerate(self.lines):
            found = prompt.match(line)
            if found:
                self.lines[index] = " " * (found.end() - 1) + "\f" + line[found.end() :]
            elif _OUT.match(line):
                self.lines[index] = " " * len(line)

    def _margin(self) -> str:
        """The indentation of the first line, which IPython takes off all lines that share it."""
        first = next((line for line in self.lines if line.strip()), "")
        margin = first[: len(first) - len(first.lstrip(" \t"))]
        return "" if first[len(margin) :].startswith("\f") else margin

    def _cell_language(self, index: int) -> str:
        """The language that a cell magic at this line gives to the cell, "" where the cell stays Python."""
        text = self.lines[index].lstrip(" \t\f")
        if self.code_seen or not text.startswith("%"):
            return ""
        found = _CELL_MAGIC.match(text)
        if found:
            name = found[1]
            if name in _STATEMENT_MAGICS or name.lower() in _PYTHON_CELLS:
                return ""
            self.magics.append(Magic(f"%%{name}", index + 1, found[2].rstrip()))
            if name == "script":
                name = (found[2].split() or ["script"])[0].rsplit("/", 1)[-1]
            return _LANGUAGES.get(name.lower(), name.lower())
        name, _, rest = text[1:].partition(" ")
        name = name.rstrip()
        whole = name in _DATABRICKS and not self.magics and not (name == "sql" and rest.strip() and not self.single)
        if not whole or name == "python":
            return ""
        self.magics.append(Magic(f"%{name}", index + 1, rest.strip()))
        return "markdown" if name == "md-sandbox" else _LANGUAGES.get(name, name)

    def _logical_start(self, index: int) -> int:
        """Handle the logical line that begins here, as far as this line or its continuation; the next index."""
        line = self.lines[index]
        text = line.lstrip(" \t\f")
        column = len(line) - len(text)
        self.begun = index
        if not text:
            return index + 1
        if text[0] in "%!?/,;":
            return self._escaped(index, column)
        if self.single and _AUTOMAGIC.match(text):
            return self._escaped(index, column, automagic=True)
        assigned = _ASSIGNED.match(line)
        if assigned:
            # The backslash keeps a string that is still open here from being closed at the end of the slice.
            before = scan_line(line[: assigned.end()] + "\\", State())
            if before.after == State(joined=True):
                return self._assigned(index, assigned.end())
        self._python(index)
        return index + 1

    def _python(self, index: int, start: int = 0) -> None:
        """Take the line as Python from column `start` on, and blank the statement if it is a question (`name?`)."""
        scanned = scan_line(self.lines[index], self.state, start)
        inside = not self.state.at_start
        self.state = scanned.after
        if scanned.last or inside:
            self.code_seen = True
            self.body_due = scanned.last == ":" and self.state.at_start
        if scanned.last == "?" and self.state.at_start:
            self._question(index, scanned.comment)

    def _question(self, index: int, comment: int) -> None:
        asked = [*self.lines[self.begun : index], self.lines[index][:comment]]
        self.magics.append(Magic("?", self.begun + 1, "\n".join(asked).strip(" \t\f?")))
        first = self.lines[self.begun]
        self._erase(self.begun, index, len(first) - len(first.lstrip(" \t\f")))

    def _erase(self, first: int, last: int, column: int) -> None:
        """Blank the lines `first` to `last`, the first from `column` on; keep a block from being left empty."""
        line = self.lines[first]
        length = len(line) - column
        filler = ("pass" if length >= 4 else "0") if self.body_due else ""
        self.lines[first] = line[:column] + filler.ljust(length)
        for index in range(first + 1, last + 1):
            self.lines[index] = " " * len(self.lines[index])
        self.body_due = False

    def _continued(self, index: int) -> int:
        """The last line of a shell line or magic that goes on with backslashes."""
        while self.lines[index].endswith("\\") and index + 1 < len(self.lines):
            index += 1
        return index

    def _text(self, first: int, last: int, column: int) -> str:
        """All from `column` of line `first` to line `last`, the continuations joined by one space."""
        return " ".join(self._pieces(first, last, column)).strip()

    def _pieces(self, first: int, last: int, column: int) -> Iterator[str]:
        for index in range(first, last + 1):
            piece = self.lines[index][column:] if index == first else self.lines[index]
            yield (piece[:-1] if piece.endswith("\\") else piece).strip()

    def _escaped(self, index: int, column: int, automagic: bool = False) -> int:
        """A line that begins with an escape character at `column`; the index of the next line."""
        line, last = self.lines[index], self._continued(index)
        sign = line[column]
        if automagic or sign == "%":
            name, after = self._name(line, column, automagic)
            self.magics.append(Magic(name, index + 1, self._text(index, last, after)))
            body = self._statement(index, name.lstrip("%"), after)
            if body is not None:
                self._lead(index, column, body)
                self._python(index, body)
                return index + 1
        else:
            after = column + len(line[column:]) - len(line[column:].lstrip(sign))
            self.magics.append(
                Magic(sign, index + 1, self._text(index, last, after).rstrip("?" if sign == "?" else ""))
            )
        self._erase(index, last, column)
        return last + 1

    @staticmethod
    def _name(line: str, column: int, automagic: bool) -> tuple[str, int]:
        """The magic's name with its percent signs, and the column where its text begins."""
        if automagic:
            found = _AUTOMAGIC.match(line, column)
            assert found is not None
            return f"%{found[1]}", found.end()
        found = _LINE_MAGIC.match(line, column)
        assert found is not None
        signs = "%%" if line.startswith("%%", column) else "%"
        return signs + found[1], found.end()

    def _statement(self, index: int, name: str, column: int) -> int | None:
        """The column where the Python statement of a magic such as `%timeit -n 3 f()` begins; None if it has none."""
        if name not in _STATEMENT_MAGICS:
            return None
        line = self.lines[index]
        if column < len(line) and line[column - 1] not in " \t":
            return None
        while True:
            option = _OPTION.match(line, column)
            if option is None:
                break
            column = option.end()
            if option[1] in _STATEMENT_MAGICS[name] and not option[2]:
                value = _WORD.match(line, column)
                column = value.end() if value else column
        rest = line[column:].lstrip()
        if not rest or rest[0] in "%!?#":
            if rest[:1] == "!":
                self.magics.append(Magic("!", index + 1, rest.lstrip("!").strip()))
            return None
        return column

    def _lead(self, index: int, column: int, body: int) -> None:
        """Replace a magic at `column` so that the statement at `body` is one at the indentation of the magic."""
        line = self.lines[index]
        keyword = _COMPOUND.match(line, body)
        if keyword:
            width = len(keyword[0])
            self.lines[index] = line[:column] + keyword[0].ljust(body + width - column) + line[body + width :]
        else:
            self.lines[index] = line[:column] + "pass;".ljust(body - column) + line[body:]

    def _assigned(self, index: int, column: int) -> int:
        """`name = !shell` or `name = %magic` with the escape character at `column`; the index of the next line."""
        line, last = self.lines[index], self._continued(index)
        self.code_seen, self.body_due = True, False
        if line[column] == "!":
            self.magics.append(Magic("!", index + 1, self._text(index, last, column).lstrip("!").strip()))
        else:
            name, after = self._name(line, column, automagic=False)
            self.magics.append(Magic(name, index + 1, self._text(index, last, after)))
            body = self._statement(index, "time", after) if name == "%time" else None
            if body is not None:
                self.lines[index] = line[:column] + " " * (body - column) + line[body:]
                self._python(index, body)
                return index + 1
        self._erase(index, last, column)
        length = len(line) - column
        self.lines[index] = line[:column] + ("None" if length >= 4 else "0").ljust(length)
        return last + 1

"""Where findings stand in the notebook's file itself, and under which path other tools know the file."""

from __future__ import annotations

from urllib.parse import quote

from nbaudit.model.source import Span
from nbaudit.report.clean import visible
from nbaudit.report.rawlines import RawLines, Region
from nbaudit.report.summary import Audit


class FilePlaces:
    """Places in the file of one audited notebook.

    `path` has forward slashes and no "./" in front, as code hosts name files. Where the file's text is unknown
    (standard input) or is not strict JSON, every region is None and every line 1.
    """

    def __init__(self, audit: Audit) -> None:
        self.path = visible(audit.result.notebook.name).replace("\\", "/").removeprefix("./")
        self._raw = _raw_lines(audit.raw)

    @property
    def uri(self) -> str:
        """`path` as a URI reference (RFC 3986): relative as it is, absolute as a file URI."""
        drive = len(self.path) > 2 and self.path[1:3] == ":/" and self.path[0].isalpha()
        if drive:
            return f"file:///{self.path[:2]}{quote(self.path[2:], safe='/')}"
        quoted = quote(self.path, safe="/")
        return f"file://{quoted}" if quoted.startswith("/") and not quoted.startswith("//") else quoted

    def region(self, span: Span) -> Region | None:
        return self._raw.region(span) if self._raw else None

    def text(self, region: Region) -> str:
        """The file's own text in the region."""
        return self._raw.text(region) if self._raw else ""

    def line(self, span: Span) -> int:
        """The 1-based line of the file; 1 where it is unknown."""
        region = self.region(span)
        return region.line if region else 1


def _raw_lines(raw: str | None) -> RawLines | None:
    if raw is None:
        return None
    try:
        return RawLines(raw)
    except (ValueError, IndexError):
        # Some notebooks are read although they are not strict JSON; their findings are then marked at line 1.
        return None

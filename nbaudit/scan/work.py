"""The work of one worker: the bytes of a notebook to its record. Also the settings that reach it, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

from nbaudit import __version__
from nbaudit.config import Config
from nbaudit.entrypoints import CHECKS, TABLES
from nbaudit.errors import NotebookUnreadable
from nbaudit.fingerprints import Fingerprint, fingerprint
from nbaudit.model.finding import Finding
from nbaudit.model.result import AuditResult
from nbaudit.report.clean import one_line
from nbaudit.report.places import FilePlaces
from nbaudit.report.summary import Audit, line_text, trust
from nbaudit.scan.records import AUDITED, FAILED, FindingRecord, Record

MEMORY = "took more memory than the limit"
NAME = "notebook"
"""What every notebook is called in a worker: equal content must give equal records, whatever its path."""

_ANALYSIS = (
    "model",
    "loading",
    "knowledge",
    "dataflow",
    "evidence",
    "phases",
    "workflow",
    "checkers",
    "config.py",
    "verdicts.py",
    "repairs",
    "entrypoints.py",
    "patterns.py",
    "pipeline.py",
    "fingerprints.py",
    "report/clean.py",
    "report/causes.py",
    "report/places.py",
    "report/rawlines.py",
    "report/roots.py",
    "report/summary.py",
    "scan/records.py",
    "scan/work.py",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The part of a configuration that bears on a record. Only this reaches a worker: it is data, and loads nothing."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_confidence: float = 0.5

    @classmethod
    def of(cls, config: Config) -> Settings:
        return cls(tuple(sorted(set(config.select))), tuple(sorted(set(config.ignore))), config.min_confidence)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Settings:
        return cls(tuple(raw["select"]), tuple(raw["ignore"]), float(raw["min_confidence"]))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def config(self) -> Config:
        return Config(select=self.select, ignore=self.ignore, min_confidence=self.min_confidence)

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Task:
    """One notebook to audit: its bytes and settings. `owner` and `path` say whose the record is, `content` is a digest
    of the bytes; a worker sees none of the three."""

    owner: int
    path: str
    content: str
    data: bytes
    settings: Settings


@cache
def analysis_digest() -> str:
    """Changes whenever code or tables of the analysis do, a plug-in or the parser: then no cached record holds."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{__version__} {version('ast-grep-py')}".encode())
    for name in _ANALYSIS:
        place = package / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.suffix in (".py", ".rows"):
                digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    for group in (CHECKS, TABLES):
        for point in sorted(entry_points(group=group), key=lambda point: (point.name, point.value)):
            owner = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
            digest.update(f"{group} {point.name} {point.value} {owner}\0".encode())
    return digest.hexdigest()[:32]


def audit_bytes(data: bytes, settings: Settings) -> Record:
    """Audit a notebook's bytes; what can't be read or breaks nbaudit is a failed record with the reason.

    Raises:
        MemoryError: the memory limit of the process was met.
    """
    from nbaudit.loading.notebook import loads
    from nbaudit.pipeline import audit_notebook

    try:
        result = audit_notebook(loads(data, NAME), settings.config())
    except NotebookUnreadable as error:
        return Record(FAILED, one_line(error.reason))
    except MemoryError:
        raise
    except Exception as error:  # one notebook that breaks nbaudit must not cost the others
        return Record(FAILED, one_line(f"nbaudit crashed ({type(error).__name__}: {error})", 500))
    if any(failure.error.startswith("MemoryError") for failure in result.failures):
        raise MemoryError
    return record_of(result, data)


def record_of(result: AuditResult, data: bytes) -> Record:
    """The record of a result; `data` are the bytes of the notebook's file."""
    understood, calls = trust(result)
    places = _places(result, data)
    prints = [fingerprint(result.notebook, finding) for finding in result.findings]
    causes = _causes(result, prints)
    found = tuple(
        _finding(result, finding, places, print_, cause)
        for finding, print_, cause in zip(result.findings, prints, causes, strict=True)
    )
    suppressed = tuple(
        _finding(result, item.finding, places, fingerprint(result.notebook, item.finding), suppressed=True)
        for item in result.suppressed
    )
    return Record(
        AUDITED,
        cells=len(result.notebook.cells),
        verdicts={code: verdict.state.value for code, verdict in result.verdicts.items()},
        findings=found + suppressed,
        failures=tuple((item.check, one_line(item.error, 500)) for item in result.failures),
        understood=understood,
        calls=calls,
    )


def _places(result: AuditResult, data: bytes) -> FilePlaces:
    """Where findings stand in the file; it is not read where there are none."""
    wanted = bool(result.findings or result.suppressed)
    raw = data.decode("utf-8", "replace").removeprefix("\ufeff") if wanted else None
    return FilePlaces(Audit(result, raw))


def _causes(result: AuditResult, prints: Sequence[Fingerprint]) -> list[str]:
    """What each finding is repaired together with, in a word that edits elsewhere in the notebook leave as it is."""
    named = {
        number: min(prints[other].code for other in cause.findings)
        for cause in result.causes
        for number in cause.findings
    }
    return [named.get(number, "") for number in range(len(prints))]


def _finding(
    result: AuditResult,
    finding: Finding,
    places: FilePlaces,
    print_: Fingerprint,
    cause: str = "",
    suppressed: bool = False,
) -> FindingRecord:
    region = places.region(finding.span)
    return FindingRecord(
        issue=finding.issue,
        check=finding.check,
        cell=finding.cell,
        line=finding.line,
        confidence=round(finding.confidence, 3),
        message=one_line(finding.message, 1000),
        excerpt=line_text(result, finding.span),
        fingerprint=print_,
        suppressed=suppressed,
        cause=cause,
        region=(region.line, region.column, region.end_line, region.end_column) if region else None,
    )

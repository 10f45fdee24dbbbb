"""The tables of the history, as they are now. `migrations/` leads there from every earlier state; a test compares.

repository   one per name
scan         one run over one repository: when, which revision, how configured, what it counted
snapshot     what the audit says of one content under one configuration; scans share it
anchor       the findings of a snapshot
notebook     which snapshot a path had in a scan, or why it failed
debt         the life of one finding: first seen, last seen, fixed; what trends and ages are made of
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

HEAD = "0002"
"""The last step of `migrations/versions`: where a history is there already, alembic is not asked (nor imported)."""


def _parent(name: str) -> Column[int]:
    return Column(f"{name}_id", Integer, ForeignKey(f"{name}.id", ondelete="CASCADE"), nullable=False)


REPOSITORY = Table(
    "repository",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(1000), nullable=False, unique=True),
)

SCAN = Table(
    "scan",
    METADATA,
    Column("id", Integer, primary_key=True),
    _parent("repository"),
    Column("at", DateTime, nullable=False),  # UTC; where the scan stands in the course of the debt
    Column("started", DateTime, nullable=False),  # UTC
    Column("revision", String(64), nullable=False),
    Column("scope", String(20), nullable=False),  # "full", "partial" (--since, single notebooks) or "stopped"
    Column("is_course", Boolean, nullable=False),  # False: older than what the course of the debt has seen already
    Column("configuration", String(16), nullable=False),
    Column("version", String(40), nullable=False),
    Column("notebooks", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("fixed", Integer, nullable=False),
    Index("scan_by_repository", "repository_id", "at"),
)

SNAPSHOT = Table(
    "snapshot",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("content", String(80), nullable=False),
    Column("settings", String(16), nullable=False),
    Column("analysis", String(32), nullable=False),
    Column("cells", Integer, nullable=False),
    Column("understood", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column(
        "verdicts", Text, nullable=False
    ),  # JSON: code -> "+" present, "-" absent, "n" not applicable, "?" undecided
    UniqueConstraint("content", "settings", "analysis", name="snapshot_key"),
)

ANCHOR = Table(
    "anchor",
    METADATA,
    Column("id", Integer, primary_key=True),
    _parent("snapshot"),
    Column("issue", String(8), nullable=False),
    Column("check_name", String(80), nullable=False),
    Column("code", String(32), nullable=False),
    Column("cell_id", String(80), nullable=False),
    Column("cell", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("suppressed", Boolean, nullable=False),
    Column("message", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Index("anchor_by_snapshot", "snapshot_id"),
)

NOTEBOOK = Table(
    "notebook",
    METADATA,
    Column("id", Integer, primary_key=True),
    _parent("scan"),
    Column("path", Text, nullable=False),
    Column("snapshot_id", Integer, ForeignKey("snapshot.id"), nullable=True),  # none where it failed
    Column("reason", Text, nullable=False),
    Index("notebook_by_scan", "scan_id"),
    Index("notebook_by_snapshot", "snapshot_id"),
)

DEBT = Table(
    "debt",
    METADATA,
    Column("id", Integer, primary_key=True),
    _parent("repository"),
    Column("path", Text, nullable=False),
    Column("issue", String(8), nullable=False),
    Column("check_name", String(80), nullable=False),
    Column("code", String(32), nullable=False),
    Column("cell_id", String(80), nullable=False),
    Column("cell", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("message", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("first_at", DateTime, nullable=False),
    Column("first_revision", String(64), nullable=False),
    Column("last_at", DateTime, nullable=False),
    Column("fixed_at", DateTime, nullable=True),
    Column("fixed_revision", String(64), nullable=False),
    Column("silenced", Boolean, nullable=False),  # fixed by a comment that switches it off
    Column("introduced_by", String(200), nullable=False),  # "" unless authors are wanted
    Column("repaid_by", String(200), nullable=False),
    Column("cause", String(32), nullable=False, server_default=""),  # what of its notebook is repaired together
    Index("debt_open", "repository_id", "fixed_at"),
)

"""The first state of the history's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "repository",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(1000), nullable=False, unique=True),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("content", sa.String(80), nullable=False),
        sa.Column("settings", sa.String(16), nullable=False),
        sa.Column("analysis", sa.String(32), nullable=False),
        sa.Column("cells", sa.Integer, nullable=False),
        sa.Column("understood", sa.Integer, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("verdicts", sa.Text, nullable=False),
        sa.UniqueConstraint("content", "settings", "analysis", name="snapshot_key"),
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("repository"),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("started", sa.DateTime, nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("is_course", sa.Boolean, nullable=False),
        sa.Column("configuration", sa.String(16), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("notebooks", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("findings", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("fixed", sa.Integer, nullable=False),
    )
    op.create_index("scan_by_repository", "scan", ["repository_id", "at"])
    op.create_table(
        "anchor",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("snapshot"),
        *_finding(),
        sa.Column("suppressed", sa.Boolean, nullable=False),
    )
    op.create_index("anchor_by_snapshot", "anchor", ["snapshot_id"])
    op.create_table(
        "notebook",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("scan"),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("snapshot_id", sa.Integer, sa.ForeignKey("snapshot.id"), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("notebook_by_scan", "notebook", ["scan_id"])
    op.create_index("notebook_by_snapshot", "notebook", ["snapshot_id"])
    op.create_table(
        "debt",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("repository"),
        sa.Column("path", sa.Text, nullable=False),
        *_finding(),
        sa.Column("first_at", sa.DateTime, nullable=False),
        sa.Column("first_revision", sa.String(64), nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("fixed_at", sa.DateTime, nullable=True),
        sa.Column("fixed_revision", sa.String(64), nullable=False),
        sa.Column("silenced", sa.Boolean, nullable=False),
        sa.Column("introduced_by", sa.String(200), nullable=False),
        sa.Column("repaid_by", sa.String(200), nullable=False),
    )
    op.create_index("debt_open", "debt", ["repository_id", "fixed_at"])


def downgrade() -> None:
    for name in ("debt", "notebook", "anchor", "scan", "snapshot", "repository"):
        op.drop_table(name)


def _parent(name: str) -> sa.Column[int]:
    return sa.Column(f"{name}_id", sa.Integer, sa.ForeignKey(f"{name}.id", ondelete="CASCADE"), nullable=False)


def _finding() -> tuple[sa.Column[str] | sa.Column[int] | sa.Column[float], ...]:
    return (
        sa.Column("issue", sa.String(8), nullable=False),
        sa.Column("check_name", sa.String(80), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("cell_id", sa.String(80), nullable=False),
        sa.Column("cell", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
    )

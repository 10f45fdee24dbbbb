"""What alembic runs to apply the steps: over the connection that `store` hands it."""

from __future__ import annotations

from alembic import context

from nbaudit.scan.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters tables by copying them
)
context.run_migrations()

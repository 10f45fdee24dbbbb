"""Where the history of this user is, and whether it can be read: asked by every audit, so nothing heavy is imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path


def default_file() -> Path:
    """The history of this user; it may not be there yet."""
    return user_data_path("nbaudit", appauthor=False) / "history.sqlite"


def default_url() -> str:
    """The same, as SQLAlchemy takes it."""
    return f"sqlite:///{default_file()}"


def is_available() -> bool:
    """True where the extra `scan` is installed."""
    return find_spec("sqlalchemy") is not None and find_spec("alembic") is not None

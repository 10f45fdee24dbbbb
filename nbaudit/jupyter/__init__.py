"""nbaudit in Jupyter: the server extension, and beside it (`labextension/`) the built JupyterLab extension of `ui/`.

Nothing of Jupyter is imported before a server loads the extension, so that the command line doesn't need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where `jupyter labextension develop` finds the built extension."""
    return [{"src": "labextension", "dest": "nbaudit"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbaudit.jupyter"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from nbaudit.jupyter.handlers import load

    load(server)

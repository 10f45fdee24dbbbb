"""A notebook's kernel of its own: started behind the launcher, fed cell by cell, and probed between them."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from nbaudit.evidence.running.options import RunOptions

_HERE = Path(__file__).parent
_MODULE = "_nbaudit_probe"
_PROBE_SECONDS = 20.0
_START_SECONDS = 90
_LONGEST_SOCKET = 90  # bytes; the system's limit is 104 to 108


class ProbeFailed(Exception):
    """A probe gave no answer; the run can go on without."""


def installed() -> dict[str, str]:
    """The kernels of this machine: name -> language."""
    specs = KernelSpecManager().get_all_specs()
    return {name: str(spec.get("spec", {}).get("language", "")).lower() for name, spec in sorted(specs.items())}


class _Manager(AsyncKernelManager):
    prefix: tuple[str, ...] = ()

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        return [*self.prefix, *super().format_kernel_cmd(extra_arguments)]


class _Client(NotebookClient):
    """Drops what a cell prints beyond `max_output` characters; the cells that did are in `cut`."""

    max_output = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.printed: dict[int, int] = {}
        self.cut: set[int] = set()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data"):
            content = msg["content"]
            text = content.get("text")
            size = len(text) if text is not None else sum(len(str(form)) for form in content.get("data", {}).values())
            self.printed[cell_index] = self.printed.get(cell_index, 0) + size
            if self.printed[cell_index] > self.max_output and "image/png" not in content.get("data", {}):
                self.cut.add(cell_index)
                return None
        return super().process_message(msg, cell, cell_index)


class Kernel:
    """Runs cells of `document` (an nbformat node). Use as an async context manager; leaving it ends all processes."""

    def __init__(self, document: Any, name: str, folder: Path, cwd: Path, options: RunOptions) -> None:
        self.folder, self.cwd, self.options = folder, cwd, options
        self.deadline = monotonic() + options.total_timeout
        self.client = _Client(
            document,
            kernel_name=name,
            timeout_func=lambda _cell: self._seconds(),
            startup_timeout=_START_SECONDS,
            store_widget_state=False,
            record_timing=False,
        )
        self.client.max_output = options.max_output
        self.client.log.setLevel("CRITICAL")
        self.manager = _Manager(kernel_name=name)
        self.manager.log.setLevel("CRITICAL")
        self.status: dict[str, str] = {}
        self.group: int | None = None

    async def __aenter__(self) -> Kernel:
        manager = self.manager
        sockets = str(self.folder / "k")
        self._isolates = os.name == "posix" and len(os.fsencode(sockets)) < _LONGEST_SOCKET
        if self._isolates:
            # sockets in a folder are reached across network namespaces, ports are not
            manager.transport, manager.ip = "ipc", sockets
            manager.prefix = (sys.executable, "-I", "-S", str(_HERE / "launcher.py"), json.dumps(self._settings()))
        manager.connection_file = str(self.folder / "connection.json")
        try:
            await manager.start_kernel(
                extra_arguments=["--HistoryManager.hist_file=:memory:"], cwd=str(self.cwd), env=self._environment()
            )
            provisioner = manager.provisioner
            self.group = getattr(provisioner, "pgid", None)
            self.client.km = manager
            await self.client.async_start_new_kernel_client()
        except BaseException:
            await self._end()
            raise
        self.status = self._status()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._end()

    async def execute(self, index: int) -> None:
        """Run one cell; its outputs are in the document afterwards.

        Raises:
            nbclient's CellExecutionError, CellTimeoutError or DeadKernelError.
        """
        await self.client.async_execute_cell(self.client.nb.cells[index], index)

    async def install_probe(self) -> None:
        """Put the probe into the kernel's modules, without a name in the notebook's namespace.

        Raises:
            ProbeFailed: it can't be installed.
        """
        source = (_HERE / "probe.py").read_text(encoding="utf-8")
        await self._evaluate(
            f"(lambda m: (__import__('sys').modules.__setitem__(m.__name__, m), exec({source!r}, m.__dict__), '')[2])"
            f"(__import__('types').ModuleType({_MODULE!r}))"
        )

    async def missing_packages(self, names: Sequence[str]) -> tuple[str, ...]:
        """Raises: ProbeFailed."""
        return tuple(ast.literal_eval(await self._evaluate(self._call("missing_packages", list(names)))))

    async def look(
        self, names: Sequence[str], parts: Sequence[tuple[str, str]], learned: Sequence[tuple[str, str]]
    ) -> dict[str, Any]:
        """What `probe.look` tells.

        Raises:
            ProbeFailed: no answer in time, or an error in the probe.
        """
        answer = await self._evaluate(self._call("look", list(names), list(parts), list(learned)))
        told: dict[str, Any] = json.loads(ast.literal_eval(answer))
        return told

    @staticmethod
    def _call(function: str, *arguments: object) -> str:
        listed = ", ".join(repr(argument) for argument in arguments)
        return f"__import__('sys').modules[{_MODULE!r}].{function}({listed})"

    async def _evaluate(self, expression: str) -> str:
        """The text form of an expression's value, computed between two cells: no code runs and nothing is stored."""
        client = self.client.kc
        assert client is not None
        request = client.execute(
            "", silent=True, store_history=False, user_expressions={"probe": expression}, allow_stdin=False
        )
        end = monotonic() + _PROBE_SECONDS
        while True:
            try:
                reply = await client.shell_channel.get_msg(timeout=max(0.0, end - monotonic()))
            except Empty:
                raise ProbeFailed("it took too long") from None
            if reply["parent_header"].get("msg_id") == request:
                break
        found = reply["content"].get("user_expressions", {}).get("probe", {})
        if found.get("status") != "ok":
            raise ProbeFailed(f"{found.get('ename', 'the kernel gave no answer')}: {found.get('evalue', '')}")
        return str(found["data"]["text/plain"])

    def _seconds(self) -> float:
        return max(0.05, min(self.options.cell_timeout, self.deadline - monotonic()))

    def _settings(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "cwd": str(self.cwd),
            "memory_mb": self.options.memory_mb,
            "network": self.options.network,
            "home": str(Path.home()),
            "temporary": tempfile.gettempdir(),
        }

    def _environment(self) -> dict[str, str]:
        # a notebook's `pip install` must not change the user's environment, nor wait for a network that is off
        return {**os.environ, "PIP_DRY_RUN": "1", "PIP_RETRIES": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    def _status(self) -> dict[str, str]:
        if not self._isolates:
            reason = "this system can't" if os.name != "posix" else "the path of the temporary folder is too long"
            return {"network": "" if self.options.network else reason, "files": reason, "memory": reason}
        told: dict[str, str] = json.loads((self.folder / "status.json").read_text(encoding="utf-8"))
        return told

    async def _end(self) -> None:
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)
        if self.client.kc is not None:
            self.client.kc.stop_channels()
        if self.group is not None and self.group != os.getpgrp():
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)  # worker processes that outlived the kernel
        await asyncio.sleep(0)


__all__ = ["Kernel", "NoSuchKernel", "ProbeFailed", "installed"]

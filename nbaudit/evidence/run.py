"""A run of the notebook: a copy is executed in a kernel and folder of its own, and probed for facts between its cells.

Only called when asked for; nothing else in the package imports this module or what is in `running`.
"""

from __future__ import annotations

import ast
import asyncio
import json
import tempfile
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import nbformat
from msgspec.structs import replace
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from nbaudit.errors import UsageError
from nbaudit.evidence.outputs import read_outputs
from nbaudit.evidence.running.compare import changed_cells, has_hidden_state, out_of_order
from nbaudit.evidence.running.failures import died, failure, timed_out
from nbaudit.evidence.running.folder import copy_folder, levels_up
from nbaudit.evidence.running.kernel import Kernel, NoSuchKernel, ProbeFailed, installed
from nbaudit.evidence.running.options import RunOptions
from nbaudit.evidence.running.parts import Names, pairs_of
from nbaudit.evidence.running.readings import read_told
from nbaudit.loading.notebook import load, loads
from nbaudit.model.facts import Basis, Fact
from nbaudit.model.run import FailedCell, RunResult
from nbaudit.model.source import CellKind, Note, Notebook
from nbaudit.patterns import regex

Progress = Callable[[int, int], None]
"""Is told the number of code cells done and of all."""

_NAME = regex(r"[^\W\d]\w*")
_T = TypeVar("_T")


def run_notebook(path: Path, options: RunOptions | None = None, progress: Progress | None = None) -> RunResult:
    """Execute a copy of the notebook and tell what its data says; neither the file nor its folder changes.

    Whatever the notebook does (fail, hang, die, eat memory) is told in the result, and ends the run there.

    Raises:
        NotebookUnreadable: the file can't be read.
        UsageError: the kernel or folder that the options name does not exist.
    """
    options = options if options is not None else RunOptions()
    notebook = load(path)
    folder = options.cwd if options.cwd is not None else path.resolve().parent
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder; --cwd names the folder to run a copy of")
    notes = [*_order_notes(notebook)]
    known = RunResult(out_of_order=out_of_order(notebook), hidden_state=has_hidden_state(notebook))
    if notebook.language != "python":
        return replace(known, notes=(*notes, Note(None, "The notebook was not run: only Python notebooks are.")))
    kernel = _kernel_name(notebook, options, notes)
    if kernel is None:
        reason = "no Python kernel is installed here (`pip install ipykernel` brings one)"
        return replace(known, notes=(*notes, Note(None, f"The notebook was not run: {reason}.")))
    with tempfile.TemporaryDirectory(prefix="nbaudit-", ignore_cleanup_errors=True) as name:
        run = _Run(notebook, options, Path(name).resolve(), notes, progress)
        levels = levels_up(cell.source for cell in notebook.cells if cell.kind is CellKind.CODE)
        copied = copy_folder(folder, run.folder / "work", levels)
        if copied.left_out:
            notes.append(
                Note(None, f"The run's copy of the folder lacks {copied.left_out} files (too large or unreadable).")
            )
        _finish(run.go(kernel, copied.cwd))
        return run.result(known)


def _finish(task: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, also where an event loop is running already (in a server)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(task)
        return
    raised: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(task)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def _kernel_name(notebook: Notebook, options: RunOptions, notes: list[Note]) -> str | None:
    kernels = installed()
    if options.kernel is not None:
        if options.kernel not in kernels:
            near = get_close_matches(options.kernel, kernels, 1)
            hint = f", perhaps {near[0]}" if near else ""
            there = ", ".join(kernels) or "none"
            raise UsageError(f'there is no kernel "{options.kernel}"{hint}; installed are: {there}')
        return options.kernel
    if kernels.get(notebook.kernel) == "python":
        return notebook.kernel
    instead = "python3" if "python3" in kernels else next((n for n, lang in kernels.items() if lang == "python"), None)
    if notebook.kernel and instead is not None:
        notes.append(
            Note(None, f'The notebook\'s kernel "{notebook.kernel}" is not installed; {instead} ran it instead.')
        )
    return instead


def _order_notes(notebook: Notebook) -> list[Note]:
    notes = [Note(cell, "was last executed before a cell above it") for cell in out_of_order(notebook)]
    if has_hidden_state(notebook):
        text = "The saved execution counts have gaps: cells ran that are gone now, or some ran more than once."
        notes.append(Note(None, text))
    return notes


@dataclass(slots=True)
class _Run:
    """The state of one run while it goes on."""

    notebook: Notebook
    options: RunOptions
    folder: Path
    notes: list[Note]
    progress: Progress | None
    facts: list[Fact] = field(default_factory=list)
    failed: FailedCell | None = None
    missing: tuple[str, ...] = ()
    done: list[int] = field(default_factory=list)
    document: Any = None
    probing: bool = True
    probe_seconds: float = 0.0
    seconds: float = 0.0

    async def go(self, kernel_name: str, cwd: Path) -> None:
        self.document = _document(self.notebook)
        start = monotonic()
        kernel = Kernel(self.document, kernel_name, self.folder, cwd, self.options)
        try:
            async with kernel:
                self._tell_limits(kernel.status)
                await self._prepare(kernel)
                await self._cells(kernel)
        except NoSuchKernel as error:
            self.notes.append(Note(None, f"The notebook was not run: {error}."))
        except RuntimeError as error:
            # nbclient's word for a kernel that never answered; after the first cell it would be ours
            if self.done or self.failed:
                raise
            self.notes.append(Note(None, f"The notebook was not run: its kernel does not start ({error})."))
        self.notes.extend(
            Note(cell, f"prints more than {self.options.max_output:,} characters; the rest was dropped")
            for cell in sorted(kernel.client.cut)
        )
        self.seconds = monotonic() - start

    def _tell_limits(self, status: dict[str, str]) -> None:
        words = {
            "network": "The network could not be turned off for the run: {}.",
            "files": "Files outside the notebook's folder could not be protected from the run: {}.",
            "memory": "The run's memory could not be limited: {}.",
        }
        self.notes.extend(Note(None, words[what].format(why)) for what, why in status.items() if why)

    async def _prepare(self, kernel: Kernel) -> None:
        try:
            await kernel.install_probe()
            self.missing = await kernel.missing_packages(_packages(self.notebook))
        except ProbeFailed as error:
            self._stop_probing(None, error)
        if self.missing:
            self.notes.append(Note(None, f"Its kernel lacks packages that it imports: {', '.join(self.missing)}."))

    def _stop_probing(self, cell: int | None, error: ProbeFailed) -> None:
        self.probing = False
        self.notes.append(Note(cell, f"the run's probe of the variables failed ({error}); later cells were not probed"))

    async def _cells(self, kernel: Kernel) -> None:
        cells = [cell for cell in self.notebook.cells if cell.kind is CellKind.CODE and cell.source.strip()]
        pairs: tuple[Names, Names] = pairs_of(self.notebook) if self.probing else ((), ())
        tell = self.progress if self.progress is not None else _say_nothing
        for number, cell in enumerate(cells):
            tell(number, len(cells))
            self.failed = await self._failure(kernel, cell.index)
            if self.failed is not None:
                self.notes.append(Note(cell.index, f"ended the run: it {self.failed.text}"))
                break
            self.done.append(cell.index)
            if self.probing:
                await self._probe(kernel, cell.index, cell.source, pairs)
        tell(len(cells), len(cells))

    async def _failure(self, kernel: Kernel, index: int) -> FailedCell | None:
        """Run one cell; why it failed, None where it did not."""
        try:
            await kernel.execute(index)
        except CellTimeoutError:
            return timed_out(index, self.options, monotonic() >= kernel.deadline - 0.1)
        except DeadKernelError:
            return died(index, self.options)
        except CellExecutionError as error:
            return failure(index, error.ename, error.evalue, self.options)
        return None

    async def _probe(self, kernel: Kernel, index: int, source: str, pairs: tuple[Names, Names]) -> None:
        start = monotonic()
        try:
            told = await kernel.look(sorted(set(_NAME.findall(source))), *pairs)
        except ProbeFailed as error:
            self._stop_probing(index, error)
            return
        finally:
            self.probe_seconds += monotonic() - start
        for item in told["facts"]:
            self.facts.extend(read_told(item, index))
        self.notes.extend(
            Note(index, f"a variable could not be probed in the run ({error})") for error in told["errors"]
        )

    def result(self, known: RunResult) -> RunResult:
        ran = frozenset(self.done)
        changed: tuple[int, ...] = ()
        if self.done or self.failed is not None:
            fresh = loads(json.dumps(self.document).encode(), self.notebook.name)
            changed = changed_cells(self.notebook, fresh, ran)
            self.facts.extend(_printed(self.notebook, fresh, ran | ({self.failed.cell} if self.failed else set())))
        if changed:
            self.notes.extend(Note(cell, "the run's output differs from the saved one") for cell in changed)
            cells = ", ".join(str(cell) for cell in changed[:12]) + (", ..." if len(changed) > 12 else "")
            self.notes.append(Note(None, f"The notebook does not reproduce: the outputs of cells {cells} changed."))
        self.facts.sort(key=lambda fact: fact.cell)
        return replace(
            known,
            facts=tuple(self.facts),
            notes=tuple(self.notes),
            failed=self.failed,
            changed=changed,
            missing=self.missing,
            ran=len(self.done),
            seconds=self.seconds,
            probe_seconds=self.probe_seconds,
        )


def _say_nothing(_done: int, _total: int) -> None:
    pass


def _document(notebook: Notebook) -> Any:
    """The notebook as nbclient takes it, without its saved outputs and with the same cell indices."""
    cells: list[dict[str, Any]] = []
    for cell in notebook.cells:
        node: dict[str, Any] = {"cell_type": "markdown", "metadata": {}, "source": cell.source}
        if cell.kind is CellKind.CODE:
            node |= {"cell_type": "code", "outputs": [], "execution_count": None, "metadata": {"tags": list(cell.tags)}}
        cells.append(node)
    metadata = {"language_info": {"name": "python"}}
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells}
    return nbformat.from_dict(document)  # type: ignore[no-untyped-call]


def _packages(notebook: Notebook) -> list[str]:
    """The top-level packages that the notebook imports outside of `try`."""
    names: set[str] = set()
    for cell in notebook.cells:
        if not cell.is_python:
            continue
        try:
            tree = ast.parse(cell.python)
        except (SyntaxError, ValueError):  # said by the graph already
            continue
        tried = {id(node) for block in ast.walk(tree) if isinstance(block, ast.Try) for node in ast.walk(block)}
        for node in ast.walk(tree):
            if id(node) in tried:
                continue
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return sorted(names)


def _printed(saved: Notebook, fresh: Notebook, cells: frozenset[int]) -> list[Fact]:
    """What the run printed and the saved outputs don't say already."""
    old = {replace(fact, stale=False, basis=Basis.RUN).__repr__() for fact in read_outputs(saved)}
    new = (replace(fact, basis=Basis.RUN) for fact in read_outputs(fresh))
    return [fact for fact in new if fact.cell in cells and repr(fact) not in old]


__all__ = ["RunOptions", "RunResult", "run_notebook"]

"""Drives JupyterLab or Notebook 7 in a headless Chromium; what makes it steady is said where it stands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jupyter.running import TOKEN, Server
from playwright.sync_api import BrowserContext, Locator, Page, expect

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
OURS = "nbaudit"
# An audit is among what is waited for, and on a busy machine takes longer than playwright's 5 seconds.
expect.set_options(timeout=20_000)


def start(
    folder: Path,
    command: str = "lab",
    *options: str,
    settings: dict[str, dict[str, Any]] | None = None,
    base: str = "/",
) -> Server:
    """A server of `command` ("lab" or "notebook") below `base`, with `settings` by plugin id."""
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    for plugin, values in {**quiet, **(settings or {})}.items():
        package, _, name = plugin.partition(":")
        file = folder / "settings" / package / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    # It gives window.jupyterapp, on which a test can wait.
    return Server(folder, "--expose-app-in-browser", *options, command=command, base=base)


class Lab:
    """One page that shows one notebook."""

    def __init__(self, browser: BrowserContext, server: Server, notebook: str = "") -> None:
        self.server = server
        self.page: Page = browser.new_page()
        self.page.set_default_timeout(20_000)
        self.errors: list[str] = []
        self.page.on("console", lambda item: self.errors.append(item.text) if item.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(f"{error.message}\n{error.stack}"))
        self.classic = False
        self.notebook = notebook
        if notebook:
            self.open(notebook)

    def open(self, notebook: str, query: str = "reset") -> None:
        """Load the page of a notebook and wait until nothing moves the focus any more."""
        self.page.goto(f"{self.server.url}lab/tree/{quote(notebook)}?token={TOKEN}&{query}")
        self.ready()

    def open_classic(self, notebook: str) -> None:
        """The same in Notebook 7."""
        self.classic = True
        self.page.goto(f"{self.server.url}notebooks/{quote(notebook)}?token={TOKEN}")
        self.ready()

    def open_empty(self) -> None:
        """JupyterLab without a notebook."""
        self.page.goto(f"{self.server.url}lab?token={TOKEN}&reset")
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.shell")
        self.page.evaluate("window.jupyterapp.restored")

    def ready(self) -> None:
        # wait_for_function takes a promise for a truth, so what takes its time is awaited by evaluate.
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.shell", timeout=60_000)
        self.page.evaluate("window.jupyterapp.restored")
        self.page.wait_for_function("window.jupyterapp.shell.currentWidget?.content?.widgets", timeout=60_000)
        self.page.evaluate(
            """async () => {
                const widget = window.jupyterapp.shell.currentWidget;
                await widget.revealed;
                await widget.context.ready;
            }"""
        )
        self.page.wait_for_function("window.jupyterapp.shell.currentWidget.content.widgets.length > 0")

    def command(self, name: str, **args: Any) -> None:
        """Run a command without waiting for what it starts."""
        self.page.evaluate("([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, args])

    def palette(self, label: str) -> None:
        """Choose a command in the palette; opened again where a late change of the focus has closed it."""
        for _ in range(4):
            self.page.keyboard.press("Control+Shift+C")
            field = self.page.locator(".lm-CommandPalette-input, #command-palette input").first
            try:
                field.wait_for(timeout=3000)
                field.fill(label)
                item = self.page.locator(".lm-CommandPalette-item", has_text=label).first
                item.click(timeout=3000)
            except Exception:  # it was closed in between
                self.page.keyboard.press("Escape")
            else:
                return
        raise AssertionError(f"the palette never offered {label}")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#nbaudit-panel")

    @property
    def findings(self) -> Locator:
        return self.panel.locator(".nbaudit-finding")

    def finding(self, text: str) -> Locator:
        return self.findings.filter(has_text=text).first

    def audit(self) -> None:
        """Audit, and wait for the answer."""
        self.page.evaluate("window.jupyterapp.commands.execute('nbaudit:audit')")
        self.settled()

    def audit_anyhow(self) -> None:
        """Start an audit that may fail."""
        self.command("nbaudit:audit")

    def settled(self, state: str = "done") -> None:
        """Wait until the panel shows an audit in this state, and none is running."""
        self.panel.locator(f".nbaudit-view[data-state={state}]").wait_for()

    def active_cell(self) -> int:
        index: int = self.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex")
        return index

    def source(self, index: int) -> str:
        text: str = self.page.evaluate(
            "index => window.jupyterapp.shell.currentWidget.content.model.cells.get(index).sharedModel.getSource()",
            index,
        )
        return text

    def edit(self, index: int, source: str) -> None:
        """Replace a cell's source in the editor, without saving."""
        self.page.evaluate(
            """([index, source]) => window.jupyterapp.shell.currentWidget.content.model.cells.get(index)
                .sharedModel.setSource(source)""",
            [index, source],
        )

    def save(self) -> None:
        self.page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")

    def own_errors(self) -> list[str]:
        """Errors of the page that our code has a part in; JupyterLab has some of its own."""
        return [error for error in self.errors if OURS in error]

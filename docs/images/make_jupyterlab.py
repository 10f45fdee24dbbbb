#!/usr/bin/env python3
"""Takes jupyterlab.png: `python docs/images/make_jupyterlab.py`, where it is installed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser.driving import CHROMIUM, FLAGS, Lab, start  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        server = start(Path(folder))
        try:
            shutil.copy(ROOT / "fixtures/notebooks/binary_churn_indebted.ipynb", server.root / "churn.ipynb")
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            lab = Lab(browser.new_context(viewport={"width": 1360, "height": 850}), server)
            lab.open("churn.ipynb")
            lab.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
            lab.audit()
            lab.finding("learns the scale").locator(".nbaudit-finding-main").click()
            lab.page.locator(".nbaudit-line").wait_for()
            lab.page.wait_for_timeout(3000)
            lab.page.screenshot(path=HERE / "jupyterlab.png")
            browser.close()
        finally:
            server.stop()
    # A palette can't be told from the original here, and is a third of its size.
    Image.open(HERE / "jupyterlab.png").convert("RGB").quantize(160).save(HERE / "jupyterlab.png", optimize=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Takes the pictures of README.md from the report of a fixture: `python docs/images/make_images.py [CHROMIUM]`.

Needs playwright, Pillow and a Chromium (by default the one on the path); none of them is a dependency of nbaudit.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOTEBOOK = "fixtures/notebooks/binary_churn_indebted.ipynb"
WIDTH, HEIGHT = 1180, 900


def main(chromium: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page_file = Path(folder) / "report.html"
        command = [sys.executable, "-m", "nbaudit", "audit", NOTEBOOK, "-f", f"html:{page_file}", "--exit-zero"]
        subprocess.run(command, cwd=ROOT, check=True)
        browser = play.chromium.launch(executable_path=chromium or shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.screenshot(path=str(HERE / "report.png"))
        leak = page.locator("article.finding[data-search*='scaler-fitted-on-test-rows']").first
        leak.screenshot(path=str(HERE / "finding.png"))
        leak.locator("[data-flow]").click()
        page.locator("#dataflow").screenshot(path=str(HERE / "dataflow.png"))
        browser.close()
    for name in ("report.png", "finding.png", "dataflow.png"):
        # A palette of 128 colours can't be told from the original here, and is a third of its size.
        Image.open(HERE / name).convert("RGB").quantize(128).save(HERE / name, optimize=True)
        print(f"{name}: {(HERE / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(*sys.argv[1:2])

"""The README's picture of the page: the last block of post.md, as a browser shows it, run here and now.

    python docs/screen.py          # writes docs/images/page.png

`DLEXAMPLES_BROWSER` names a Chromium; without it one that is installed is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "images" / "page.png"
SHOWN = "pytorch-1"
WIDTH, HEIGHT = 1280, 1180


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        command = [sys.executable, "-m", "dlexamples", "check", "--html", str(page), "post.md"]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        shoot(page)


def shoot(page: Path) -> None:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DLEXAMPLES_BROWSER") or next(filter(None, map(shutil.which, names)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        opened = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        opened.goto(f"{page.as_uri()}#block={SHOWN}")
        opened.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()

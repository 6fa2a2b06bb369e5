"""Pictures of a real answer from a page that is being served: `python -m tests.bench.screenshots [ADDRESS]`.

Writes docs/screenshots/answer.png, and with `--all FOLDER` wide and narrow, light and dark, into FOLDER.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUESTION = "What are the three points of Sheriff Coppinger's strategy?"


def take_picture(browser: Browser, address: str, width: int, scheme: str, file: Path) -> None:
    """Ask QUESTION on the page at `address`, show its citation where there is room, and take the picture."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.locator("#question textarea").fill(QUESTION, timeout=30_000)
    page.locator("#question textarea").press("Enter")
    page.locator(".cite").first.wait_for(timeout=120_000)
    if width > 860:
        page.locator(".cite").first.click()
        page.wait_for_timeout(800)  # the pane scrolls
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    article = "http://127.0.0.1:7860/ice-confrontations-massachusetts/"
    parser.add_argument("address", nargs="?", default=article, help="the article's page")
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    wanted = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        take_picture(browser, wanted.address, 1280, "light", ROOT / "docs" / "screenshots" / "answer.png")
        for width in (1280, 390) if wanted.all else ():
            for scheme in ("light", "dark"):
                take_picture(browser, wanted.address, width, scheme, wanted.all / f"{width}-{scheme}.png")


if __name__ == "__main__":
    main()

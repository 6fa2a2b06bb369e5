"""Pictures of the widget from a page that is being served: `python -m tests.bench.widget_screenshots FOLDER [ADDRESS]`.

Writes the widget closed, open, answering and not answering; floating and inline, wide and narrow, light and dark.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

QUESTIONS = {
    "answered": "What are the three points of Sheriff Coppinger's strategy?",
    "not-said": "How much does ICE cost?",
}


def take_pictures(browser: Browser, address: str, mode: str, width: int, scheme: str, folder: Path) -> None:
    """Every state of one form at one width, in one theme, as FOLDER/MODE-WIDTH-SCHEME-STATE.png."""
    context = browser.new_context(
        viewport={"width": width, "height": 820}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}/demo?mode={mode}")
    widget = page.locator("article-assistant")

    def keep(state: str) -> None:
        if mode == "inline":
            widget.scroll_into_view_if_needed()
        page.screenshot(path=folder / f"{mode}-{width}-{scheme}-{state}.png")

    widget.locator(".launch").wait_for()
    keep("closed")
    widget.locator(".launch").click()
    widget.locator(".greeting").wait_for()
    keep("open")
    for count, (state, question) in enumerate(QUESTIONS.items(), 1):
        widget.locator(".asking textarea").fill(question)
        widget.locator(".asking textarea").press("Enter")
        widget.locator(".card").nth(count - 1).wait_for(timeout=120_000)
        keep(state)
    widget.locator(".cite").first.click()
    page.screenshot(path=folder / f"{mode}-{width}-{scheme}-shown.png")
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:7860")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for mode in ("floating", "inline"):
            for width in (1280, 390):
                for scheme in ("light", "dark"):
                    take_pictures(browser, wanted.address, mode, width, scheme, wanted.folder)


if __name__ == "__main__":
    main()

"""Pictures of the editor's desk for docs/editors.md: `python -m tests.bench.desk_screenshots [--all FOLDER]`.

Serves the bundled article by itself, asks it a few questions, and writes docs/screenshots/desk-*.png; with `--all`
every tab too, wide and narrow, light and dark, into FOLDER.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.serving import ROOT, serve, start_browser

PASSWORD = "only for the pictures"
SLUG = "ice-confrontations-massachusetts"
ASKED = (
    ("How old is Sheriff Coppinger?", -1, "This only says how long he has worked."),
    ("What age is Sheriff Coppinger?", 0, ""),
    ("how old is sheriff coppinger", -1, ""),
    ("am i allowed to film the agents", -1, "I know it mentions bystanders with phones."),
    ("which laws might change next", 0, ""),
    ("What is the capital of France?", 0, ""),
    ("Who was arrested in Worcester?", 1, ""),
    ("why would crime go unreported", 0, ""),
    ("Which party does Kevin Coppinger belong to?", 0, ""),
)
TABS = {"Inbox": "#inbox-list .group", "Quality": "#counts .cards", "Try": "#tried-outcome", "Article": ".passage",
        "Log": "#log-list table"}  # fmt: skip


def post(address: str, path: str, body: dict[str, object]) -> dict[str, str]:
    request = urllib.request.Request(
        f"{address}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


def ask_questions(address: str) -> None:
    for question, vote, note in ASKED:
        answer = post(address, "/api/ask", {"article": SLUG, "question": question})
        if vote:
            post(address, "/api/feedback", {"answer_id": answer["id"], "vote": vote, "note": note})


def open_desk(browser: Browser, address: str, width: int, scheme: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{address}/editor/")
    page.fill("[name=editor]", "Ann Lee")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_selector(TABS["Inbox"])
    return page


def show_tab(page: Page, tab: str) -> None:
    """Open a tab and do in it what a picture should show."""
    page.get_by_role("tab", name=tab).click()
    if tab == "Inbox":
        page.locator(".group", has_text="film the agents").click()
        page.wait_for_selector("#pick-article [role=button]")
        page.locator("#pick-article [role=button]").nth(5).click()
    elif tab == "Quality" and not page.locator(TABS[tab]).count():
        page.locator("#run-golden").click()
        page.wait_for_selector("#progress .notice")
    elif tab == "Try":
        page.fill("#try-question textarea", "Who leads the Boston Sanctuary Movement?")
        page.locator("#try-go").click()
    page.wait_for_selector(TABS[tab])
    page.wait_for_timeout(800)  # the page settles
    page.evaluate("scrollTo(0, 0)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    wanted = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as data,
        serve(Path(data), ASSISTANT_EDITOR_PASSWORD=PASSWORD) as address,
        start_browser() as browser,
    ):
        ask_questions(address)
        page = open_desk(browser, address, 1280, "light")
        for tab in ("Inbox", "Quality"):
            show_tab(page, tab)
            page.screenshot(path=ROOT / "docs" / "screenshots" / f"desk-{tab.lower()}.png")
        page.context.close()
        for width in (1280, 390) if wanted.all else ():
            for scheme in ("light", "dark"):
                page = open_desk(browser, address, width, scheme)
                for tab in TABS:
                    show_tab(page, tab)
                    wanted.all.mkdir(parents=True, exist_ok=True)
                    page.screenshot(path=wanted.all / f"{tab.lower()}-{width}-{scheme}.png", full_page=True)
                page.context.close()


if __name__ == "__main__":
    main()

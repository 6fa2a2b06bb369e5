"""The table of paths against what the pages ask for in a real browser: nothing is missing, nothing is left over."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Response, expect

from assistant.web.surface import TABLE, find_row
from tests.serving import serve, start_browser

SLUG = "ice-confrontations-massachusetts"
TABS = ("Inbox", "Quality", "Try", "Article", "Log")
# What no page asks for by itself: monitoring, links that somebody follows, files of the desk.
FOLLOWED = {
    "/healthz", "/metrics", "/favicon\\.ico", "/editor", "/{slug}",
    "/editor/export/(?:log|golden)/[\\w.@-]+", "/editor/export/run/[a-z0-9-]+/[\\w.@-]+", "/editor/import/[a-z0-9-]+",
    "/editor/draft/[a-z0-9-]+",
}  # fmt: skip


def test_the_pages_ask_for_what_the_table_holds(tmp_path: Path) -> None:
    used: set[str] = set()
    wrong: list[str] = []

    def note(response: Response) -> None:
        row = find_row(urlsplit(response.url).path, {SLUG})
        used.add(row.path if row else response.url)
        if response.status >= 400:
            wrong.append(f"{response.status} {response.url}")

    def listen(message: ConsoleMessage) -> None:
        left = (
            "AbortError" in message.text or "ERR_ABORTED" in message.text
        )  # a page was left while it loaded
        if message.type in ("error", "warning") and not left:
            wrong.append(message.text)

    def walk(page: Page, address: str) -> None:
        page.goto(f"{address}/")
        page.goto(f"{address}/{SLUG}/")
        expect(page.locator("#log")).to_be_visible()
        page.fill("#question textarea", "Who is Kevin Coppinger?")
        page.press("#question textarea", "Enter")
        expect(page.locator(".turn:not(.pending)")).to_have_count(1)
        page.locator(".vote").first.click()
        expect(page.locator(".vote").first).to_have_attribute("aria-pressed", "true")
        page.locator(".share").first.click()
        page.goto(address + (page.locator(".share").first.get_attribute("href") or ""))
        page.goto(f"{address}/demo")
        expect(page.locator(".launch")).to_be_visible()
        page.evaluate("document.querySelector('article-assistant').ask('Who is Kevin Coppinger?')")
        expect(page.locator("article-assistant blockquote").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.goto(f"{address}/editor/")
        page.fill("[name=password]", "correct horse")
        page.click("button.send")
        for tab in TABS:
            page.get_by_role("tab", name=tab).click()
            expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        expect(page.locator("#desk")).to_contain_text("Kevin Coppinger")
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("[name=password]")).to_be_visible()

    variables = {"ASSISTANT_EDITOR_PASSWORD": "correct horse", "ASSISTANT_READER": "false"}
    with serve(tmp_path, **variables) as address, start_browser() as browser:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        context.on("response", note)
        context.on("console", listen)
        page = context.new_page()
        page.set_default_timeout(60_000)
        walk(page, address)
    assert wrong == []
    assert used == {row.path for row in TABLE} - FOLLOWED

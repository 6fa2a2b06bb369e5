"""The chat page in a real browser: asked, cited, voted on, by mouse and by keyboard, wide and narrow."""

import shutil
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.settings import Settings
from assistant.web import create_app
from tests.conftest import TOWN

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FILLER = "\n\n".join(f"Stall {n} sold bread, cheese and honey to visitors from the hills." for n in range(60))
BOATS = "About 400 boats took part."
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed: apt-get install chromium")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page served on a free port; the asked sentence stands far down, out of view at first."""
    folder = tmp_path_factory.mktemp("articles")
    (folder / "festival.txt").write_text(f"Market\n\n{FILLER}\n\n{TOWN}", encoding="utf-8")
    app = create_app(Settings(articles=folder, data_dir=tmp_path_factory.mktemp("data"), reader=False))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    base = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if urllib.request.urlopen(f"{base}/healthz").status == 200:
                break
        except urllib.error.URLError:
            time.sleep(0.1)
    yield base
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["1280-light", "390-dark"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The chat page, opened; at the end no request has gone to another host."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    hosts = set()
    context.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname))
    page = context.new_page()
    page.goto(f"{address}/festival/")
    expect(page.locator("#question textarea")).to_be_visible(timeout=30_000)
    yield page
    context.close()
    assert hosts - {None} == {"127.0.0.1"}


def ask(page: Page, question: str) -> None:
    turns = page.locator(".turn[data-answer]").count()
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".turn[data-answer]")).to_have_count(turns + 1, timeout=30_000)


def test_a_citation_shows_exactly_its_sentence_in_view(page: Page) -> None:
    ask(page, "How many boats took part?")
    expect(page.locator(".card.answered blockquote").first).to_contain_text(BOATS)
    cite = page.locator(".cite").first
    quoted = [int(cite.get_attribute(f"data-{end}") or -1) for end in ("start", "end")]
    cite.click()
    lit = page.locator("#article .lit")
    expect(lit.last).to_have_text(BOATS)
    expect(lit.last).to_be_in_viewport()
    assert quoted == [int(lit.first.get_attribute("data-start") or -2), int(lit.last.get_attribute("data-end") or -2)]
    if page.viewport_size == {"width": 390, "height": 800}:
        page.get_by_role("button", name="Back to the answer").click()
        expect(cite).to_be_focused()


def test_an_unrelated_question_is_told_so_and_quotes_nothing(page: Page) -> None:
    ask(page, "zebra giraffe algebra?")
    expect(page.locator(".card.off-topic")).to_be_visible()
    assert page.locator("blockquote").count() == 0


def test_a_vote_is_given_changed_and_taken_back(page: Page) -> None:
    ask(page, "Who paid for the festival?")
    up, down = page.locator('.vote[data-vote="1"]'), page.locator('.vote[data-vote="-1"]')
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(page.locator("form.reasons")).to_be_visible()
    down.click()
    expect(down).to_have_attribute("aria-pressed", "false")


def test_what_is_typed_comes_out_as_typed(page: Page) -> None:
    typed = "1. <script>x()</script> $$a$$ *b* # ${c} boats?"
    ask(page, typed)
    expect(page.locator("h2.asked").last).to_have_text(typed)


def test_an_empty_question_gets_a_sentence(page: Page) -> None:
    page.locator("#question textarea").press("Enter")
    expect(page.locator('[role="alert"]')).to_contain_text("empty", timeout=20_000)

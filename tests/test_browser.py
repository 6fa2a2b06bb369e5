"""The page in a real browser: asked, answered, shown in the article; at a desk's width and a phone's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import serve, start_browser, stay_home

SLUG = "ice-confrontations-massachusetts"
WIDTHS = pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("data")) as started:
        yield f"{started}/{SLUG}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with start_browser() as started:
        yield started


def open_page(browser: Browser, address: str, size: tuple[int, int], **context: object) -> Page:
    """A page that fails the test when it asks another host, or logs an error."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context).new_page()
    page.set_default_timeout(120_000)
    page.on("request", lambda request: stay_home(request.url, address))
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(address)
    expect(page.locator("#log")).to_be_visible()
    return page


def ask(page: Page, question: str) -> None:
    """Type a question and wait for its answer."""
    before = page.locator(".turn:not(.pending)").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(page.locator(".turn:not(.pending)")).to_have_count(before + 1)


@WIDTHS
def test_a_citation_shows_exactly_the_quoted_sentences(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    page = open_page(browser, address, size)
    ask(page, "When did the best-known confrontation take place?")
    quote = page.locator(".turn blockquote").first
    expect(quote).to_contain_text("May 8, 2025")
    page.locator(".turn .cite").first.click()
    lit = page.locator("#article .lit")
    expect(lit.first).to_be_in_viewport()
    said = " ".join(quote.inner_text().split()).strip("“”")
    assert " ".join(" ".join(lit.all_inner_texts()).split()) == said
    if size[0] < 800:
        page.locator("#back-to-answer").click()
        expect(quote).to_be_in_viewport()
        expect(page.locator(".turn .cite").first).to_be_focused()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0], "the page scrolls sideways"


@WIDTHS
def test_what_the_article_does_not_say_looks_different(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    page = open_page(browser, address, size)
    ask(page, "What is the capital of France?")
    expect(page.locator(".turn .off-topic .verdict")).to_have_text("The article is not about that")
    assert page.locator(".turn blockquote").count() == 0


def test_a_question_in_spanish_is_not_told_that_the_article_is_silent(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (390, 844))
    ask(page, "¿Qué pasó en Worcester?")
    expect(page.locator(".turn .verdict")).to_have_text("El artículo dice")
    expect(page.locator(".turn")).not_to_contain_text("El artículo no lo dice")
    expect(page.locator(".turn blockquote").first).to_have_attribute("lang", "en")
    expect(page.locator(".turn blockquote").first).to_contain_text("Worcester")


def test_questions_come_out_as_typed(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (1280, 800))
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    typed = "1. <script>alert(1)</script> <img src=x onerror=alert(1)> $$x$$ *a* #b ${6*7} {{7*7}} `c`"
    ask(page, typed)
    expect(page.locator(".turn .asked")).to_have_text(typed)
    assert page.locator("#log img, #log script").count() == 0


def test_an_empty_question_gets_a_sentence(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (390, 844))
    page.locator("#send").click()
    expect(page.locator(".problem")).to_contain_text("empty")


def test_suggestions_and_follow_ups(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (1280, 800))
    starter = page.locator(".greeting .ask").first
    asked = starter.inner_text()
    starter.click()
    expect(page.locator(".turn:not(.pending) .asked")).to_have_text(asked)
    assert asked not in page.locator(".turn .suggestions .ask").all_inner_texts()
    ask(page, "Who is Kevin Coppinger?")
    ask(page, "what has he asked for?")
    expect(page.locator(".turn").last.locator(".read-as q")).to_contain_text("Kevin Coppinger")
    page.locator(".turn").last.locator(".read-as button").click()
    expect(page.locator(".turn:not(.pending)")).to_have_count(4)
    expect(page.locator(".turn").last.locator(".read-as")).to_have_count(0)
    page.locator("#fresh").click()
    expect(page.locator(".greeting")).to_be_visible()


def test_one_vote_that_can_be_changed_and_taken_back(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (390, 844))
    ask(page, "Who is Kevin Coppinger?")
    up, down = page.locator(".vote").first, page.locator(".vote").last
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    form = page.locator(".reasons")
    expect(form).to_be_visible()
    page.route("**/api/feedback", lambda route: route.fulfill(status=503, body="{}"))
    form.locator("textarea").fill("the second paragraph says it")
    form.locator(".send").click()
    expect(page.locator(".said")).to_have_text("That could not be kept. Please try again.")
    expect(form.locator("textarea")).to_have_value("the second paragraph says it")
    page.unroute("**/api/feedback")
    form.locator(".send").click()
    expect(form).to_be_hidden()
    down.click()
    expect(down).to_have_attribute("aria-pressed", "false")


def test_a_form_that_is_being_filled_in_outlives_the_next_answer(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (1280, 800))
    ask(page, "Who is Kevin Coppinger?")
    page.locator(".vote").last.click()
    form = page.locator(".turn").first.locator(".reasons")
    form.locator("input").nth(1).check()
    form.locator("textarea").fill("the third paragraph")
    ask(page, "When did the best-known confrontation take place?")
    expect(form).to_be_visible()
    expect(form.locator("textarea")).to_have_value("the third paragraph")
    expect(form.locator("input").nth(1)).to_be_checked()
    form.locator(".send").click()
    expect(form).to_be_hidden()
    ask(page, "What happened in Waltham?")
    expect(form).to_be_hidden()
    expect(page.locator(".turn").first.locator(".vote").last).to_have_attribute("aria-pressed", "true")


def test_a_shared_answer_opens_and_leads_back_to_its_place(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (1280, 800))
    ask(page, "When did the best-known confrontation take place?")
    page.goto(address.replace(f"/{SLUG}/", page.locator(".share").get_attribute("href") or ""))
    expect(page.locator("blockquote").first).to_contain_text("May 8, 2025")
    page.locator(".cite").first.click()
    expect(page.locator("#article .lit").first).to_be_in_viewport()


def test_by_keyboard_alone(browser: Browser, address: str) -> None:
    page = open_page(browser, address, (390, 844))
    page.locator("#question textarea").focus()
    page.keyboard.type("Who is Kevin Coppinger?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn:not(.pending)")).to_have_count(1)
    page.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#back-to-answer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".cite").first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_targets_and_contrast(browser: Browser, address: str, scheme: str) -> None:
    page = open_page(browser, address, (390, 844), color_scheme=scheme)
    ask(page, "How old is Kevin Coppinger?")
    small = page.evaluate(
        """() => [...document.querySelectorAll("#shell button, #shell .cite, #shell .share")]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5).map((e) => e.textContent)"""
    )
    assert small == []
    ratios = page.evaluate(
        """() => {
          const rgb = (c) => c.match(/[\\d.]+/g).map(Number);
          const lum = (c) => rgb(c).slice(0, 3).map((v) => v / 255)
            .map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const back = (e) => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c; }
            return "rgb(255,255,255)"; };
          return [...document.querySelectorAll("#log *, #article *, #masthead *, #send, #fresh")]
            .filter((e) => e.offsetParent && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
            .map((e) => { const a = lum(getComputedStyle(e).color), b = lum(back(e));
              return [e.className || e.tagName, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; })
            .filter(([, ratio]) => ratio < 4.5);
        }"""
    )
    assert ratios == []


def test_a_question_that_is_not_answered_stays_in_the_box(tmp_path: Path, browser: Browser) -> None:
    """A connection that breaks off, then a refusal: this server takes one question a minute."""
    with serve(tmp_path, ASSISTANT_RATE="1/minute", ASSISTANT_READER="false") as address:
        for words in ("The connection broke off. Please ask again.", re.compile(r"Please wait \d+ s\.$")):
            page = open_page(browser, f"{address}/{SLUG}/", (1280, 800))
            page.route("**/queue/data*", lambda route: route.abort())
            box = page.locator("#question textarea")
            box.fill("What happened in Worcester?")
            box.press("Enter")
            expect(page.locator(".problem")).to_have_text(words)
            expect(page.locator(".problem")).to_have_attribute("role", "alert")
            expect(page.locator(".pending")).to_have_count(0)
            expect(page.locator("#log")).to_have_attribute("aria-busy", "false")
            expect(page.locator(".toast-body")).to_be_hidden()
            expect(box).to_have_value("What happened in Worcester?")
            page.context.close()


def test_a_connection_that_broke_costs_one_question_and_not_the_page(
    tmp_path: Path, browser: Browser
) -> None:
    """Cut off in four ways, the server's restart the last; the same page goes on without being loaded anew."""
    question = "What happened in Worcester?"
    broken = "The connection broke off. Please ask again."
    half = 'data: {"msg":"heartbeat"}\n\ndata: {"msg":"process_comp'
    settings = {"ASSISTANT_READER": "false", "ASSISTANT_RATE": "1000/minute"}

    def fail(page: Page) -> None:
        box = page.locator("#question textarea")
        box.fill(question)
        box.press("Enter")
        expect(page.locator(".problem")).to_have_text(broken)
        expect(page.locator(".pending")).to_have_count(0)
        expect(box).to_have_value(question)

    def succeed(page: Page) -> None:
        page.press("#question textarea", "Enter")
        expect(page.locator(".problem")).to_have_count(0)
        expect(page.locator(".turn:not(.pending) .asked").last).to_have_text(question)
        expect(page.locator("#question textarea")).to_have_value("")
        assert page.evaluate("window.same"), "the page was loaded anew"

    with serve(tmp_path, **settings) as address:
        page = open_page(browser, f"{address}/{SLUG}/", (1280, 800))
        page.evaluate("window.same = true")
        for path, break_off in (
            ("**/queue/data*", lambda route: route.abort()),
            ("**/queue/data*", lambda route: route.fulfill(content_type="text/event-stream", body=half)),
            ("**/queue/join*", lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>")),
        ):
            page.route(path, break_off)
            fail(page)
            page.unroute(path)
            succeed(page)
    fail(page)
    with serve(tmp_path, ASSISTANT_PORT=address.rpartition(":")[2], **settings):
        succeed(page)
        page.context.close()

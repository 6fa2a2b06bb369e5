"""The widget in a real browser, on pages of other origins: plain, with hostile styles, under a strict policy."""

import json
import random
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from assistant.answer import Answer, Outcome, Quote
from assistant.embed import build_widget, write_tag
from assistant.web.api import describe_reply
from assistant.web.markup import render_plain_article
from assistant.web.service import Reply
from corpus import Article, article_from_text, read_article
from tests.conftest import TOWN
from tests.serving import serve
from tests.test_browser import browser as browser_fixture

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "assistant" / "web" / "static"
ICE = "ice-confrontations-massachusetts"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WHO = "Who is Kevin Coppinger?"
SLOW = 60_000  # milliseconds; the machine may be busy with other things


class Host:
    """A publisher's site: pages by path, each with its headers."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str, dict[str, str]]] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = pages.get(self.path.split("?")[0])
                kind, body, headers = found or ("text/plain", "", {})
                self.send_response(200 if found else 404)
                for name, value in {"Content-Type": f"{kind}; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.pages["/favicon.ico"] = ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>", {})

    def put(
        self, path: str, body: str, headers: dict[str, str] | None = None, root: str = 'lang="en"'
    ) -> str:
        """A page whose body is this; its address."""
        page = (
            f'<!doctype html><html {root}><head><meta charset="utf-8"><title>A page</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<link rel="stylesheet" href="/{path.strip("/")}.css"></head><body>{body}</body></html>'
        )
        self.pages[path] = ("text/html", page, headers or {})
        self.pages.setdefault(f"/{path.strip('/')}.css", ("text/css", (STATIC / "demo.css").read_text(), {}))
        return self.address + path


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    site = Host()
    thread = threading.Thread(target=site.server.serve_forever, daemon=True)
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    (folder / f"{ICE}.md").write_bytes((ROOT / "corpus" / "articles" / f"{ICE}.md").read_bytes())
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def service(host: Host, articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server as a user starts it, which knows the host's origin; its address."""
    settings = {
        "ASSISTANT_ARTICLES": str(articles),
        "ASSISTANT_ORIGINS": host.address,
        "ASSISTANT_RATE": "100000/minute",
    }
    with serve(tmp_path_factory.mktemp("data"), **settings) as started:
        yield started


@pytest.fixture(scope="module")
def ice() -> Article:
    return read_article(ROOT / "corpus" / "articles" / f"{ICE}.md")


@pytest.fixture(scope="module")
def pages(host: Host, service: str, ice: Article) -> dict[str, str]:
    """The three hosts' pages, each with the article and one tag."""
    body = f"<main><article>{render_plain_article(ice)}</article></main>{write_tag(service, ICE, {})}"
    hostile = (
        STATIC / "demo-hostile.css"
    ).read_text() + "* { all: unset !important; } html { font-size: 4px; }"
    hostile += "p, li, h1, h2, h3, h4, main, article { display: block !important; }"
    host.pages["/hostile.css"] = ("text/css", hostile, {})
    policy = f"default-src 'none'; script-src {service}; connect-src {service}; style-src 'self'"
    return {
        "plain": host.put("/plain", body),
        "hostile": host.put("/hostile", body),
        "strict": host.put("/strict", body, {"Content-Security-Policy": policy}),
    }


browser = browser_fixture  # the same Chromium for both files
THREE = pytest.mark.parametrize("kind", ["plain", "hostile", "strict"])


@contextmanager
def visit(browser: Browser, address: str, service: str, **context: Any) -> Iterator[Page]:
    """A page on which every request, script error and breach of a policy is watched."""
    browsing = browser.new_context(**{"viewport": WIDE, **context})
    page = browsing.new_page()
    page.asked = []  # type: ignore[attr-defined]  requests that go to the service
    wrong: list[str] = []

    def watch(url: str) -> None:
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" == service:
            page.asked.append(parts.path)  # type: ignore[attr-defined]
        elif parts.netloc != urlsplit(address).netloc and parts.scheme not in ("data", "blob"):
            wrong.append(f"a request left for {url}")

    page.on("request", lambda request: watch(request.url))
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.add_init_script(
        """window.breaches = []; window.heard = [];
        addEventListener("securitypolicyviolation", (e) => breaches.push(`${e.violatedDirective} ${e.blockedURI}`));
        for (const type of ["ready", "question", "answer", "feedback", "error"])
          addEventListener(`article-assistant:${type}`, (e) => heard.push([type, e.composed, e.detail]));"""
    )
    try:
        page.goto(address)
        expect(page.locator("article-assistant .launch").first).to_be_visible(timeout=SLOW)
        yield page
        assert wrong == []
        assert page.evaluate("breaches") == []
    finally:
        browsing.close()


def open_panel(page: Page) -> None:
    page.locator("article-assistant .launch").first.click()
    expect(page.locator("article-assistant .panel").first).to_be_visible(timeout=SLOW)


def ask(page: Page, question: str) -> None:
    """Type a question into the open panel and wait for its answer."""
    before = page.locator("article-assistant .card").count()
    page.locator("article-assistant .asking textarea").first.fill(question)
    page.locator("article-assistant .asking textarea").first.press("Enter")
    expect(page.locator("article-assistant .card")).to_have_count(before + 1, timeout=SLOW)


def read_marked(page: Page) -> str:
    """What is highlighted on the page, white space as one blank."""
    return page.evaluate(
        """() => [...(CSS.highlights.get("article-assistant-quote") ?? [])].map((r) => r.toString()).join(" ")
            .replace(/\\s+/g, " ").trim()"""
    )


def answer_with(page: Page, reply: dict[str, Any]) -> None:
    """Let the network give this answer to every question."""
    page.route("**/api/ask", lambda route: fulfil(route, 200, reply))


def fulfil(route: Route, status: int, body: object, **headers: str) -> None:
    origin = route.request.headers.get("origin", "*")
    shown = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After", **headers}
    route.fulfill(status=status, body=json.dumps(body), content_type="application/json", headers=shown)


def make_reply(article: Article, start: int, end: int, **more: Any) -> dict[str, Any]:
    """The interface's answer that quotes this range of the article."""
    quote = Quote(article.text[start:end], start, end, (article.title,), 1.0)
    answer = Answer("Which?", Outcome.ANSWERED, 0.9, (quote,), (), article.revision)
    return {**describe_reply(ICE, Reply(answer, "an-id", "en", article, "a-session")), **more}


# ---- Small and quiet ---------------------------------------------------------------------------------------------


def test_the_budget() -> None:
    scripts = build_widget().scripts
    sizes = {name: len(script.compressed) for name, script in scripts.items()}
    assert sizes["widget.js"] <= 5000
    assert sum(sizes.values()) <= 20_000


def test_no_text_is_ever_read_as_markup_or_code() -> None:
    for name in ("widget.js", "widget-panel.js"):
        source = (STATIC / name).read_text(encoding="utf-8")
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setAttribute\(\"(?:style|on)"
            r"|document\.cookie|localStorage|cssText",
            source,
        )
        assert found == []


@THREE
def test_nothing_but_the_loader_and_no_shift_before_a_reader_wants_it(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    kind: str,
) -> None:
    with visit(browser, pages[kind], service) as page:
        page.wait_for_timeout(600)
        assert page.asked == ["/widget.js"]  # type: ignore[attr-defined]
        stored = page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]")
        assert stored == [0, 0, ""]
        assert measure_shift(page) == 0


def measure_shift(page: Page) -> float:
    return page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => { for (const each of list.getEntries()) sum += each.value; })
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )


def test_a_place_kept_in_the_text_does_not_shift_it_open_or_closed(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    first, rest = render_plain_article(ice).split("</p>", 1)
    tag = write_tag(service, ICE, {}, inline=True)
    address = host.put("/inline", f"<main><article>{first}</p>{tag}{rest}</article></main>")
    with visit(browser, address, service) as page:
        page.wait_for_timeout(300)
        assert measure_shift(page) == 0
        open_panel(page)
        height = page.locator("article-assistant").bounding_box()["height"]  # type: ignore[index]
        ask(page, WHO)
        assert page.locator("article-assistant").bounding_box()["height"] == height  # type: ignore[index]
        expect(page.get_by_role("region", name="Ask this article")).to_be_visible()
        page.locator("article-assistant .cite").first.click()
        assert "Kevin Coppinger" in read_marked(page)
        expect(page.locator("article-assistant .panel")).to_be_visible()


# ---- On every kind of page ---------------------------------------------------------------------------------------


@THREE
def test_asked_answered_and_shown_in_the_article(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    kind: str,
) -> None:
    with visit(browser, pages[kind], service) as page:
        open_panel(page)
        ask(page, "When did the best-known confrontation take place?")
        quote = page.locator("article-assistant blockquote").first
        expect(quote).to_contain_text("May 8, 2025")
        said = " ".join(quote.inner_text().split()).strip("“”")
        page.locator("article-assistant .cite").first.click()
        assert read_marked(page) == said
        page.wait_for_timeout(700)
        top = page.evaluate(
            "[...CSS.highlights.get('article-assistant-quote')][0].getBoundingClientRect().top"
        )
        assert 0 < top < 800
        allowed = r"/widget\.js|/widget/\w+/widget-panel\.js|/api/articles/[\w-]+|/api/ask"
        assert all(re.fullmatch(allowed, path) for path in page.asked)  # type: ignore[attr-defined]
        assert page.evaluate("[localStorage.length, document.cookie, sessionStorage.length]") == [0, "", 1]


def test_hostile_styles_change_nothing(browser: Browser, pages: dict[str, str], service: str) -> None:
    def look(kind: str) -> list[object]:
        with visit(browser, pages[kind], service, reduced_motion="reduce") as page:
            open_panel(page)
            ask(page, WHO)
            return page.evaluate(
                """() => {
                  const root = document.querySelector("article-assistant").shadowRoot;
                  const asked = ["fontSize", "fontFamily", "color", "backgroundColor", "textTransform", "letterSpacing",
                    "display", "opacity", "visibility", "transform", "filter", "direction", "textAlign", "cursor",
                    "lineHeight", "pointerEvents", "fontWeight", "userSelect"];
                  const parts = [".launch", ".panel", ".asked", "blockquote", ".cite", ".quiet", "textarea", ".solid"];
                  return parts.map((s) => {
                    const node = root.querySelector(s), style = getComputedStyle(node);
                    const at = node.getBoundingClientRect();
                    return [s, asked.map((name) => style[name]), Math.round(at.width), Math.round(at.height),
                      Math.round(innerWidth - at.right)];
                  });
                }"""
            )

    plain, hostile = look("plain"), look("hostile")
    for ours, theirs in zip(plain, hostile, strict=True):
        assert ours == theirs


def test_a_pinned_version_is_checked_by_the_browser(
    browser: Browser,
    host: Host,
    service: str,
) -> None:
    tag = write_tag(service, ICE, {}, build_widget())
    with visit(browser, host.put("/pinned", f"<main>Words.</main>{tag}"), service) as page:
        open_panel(page)
        assert [path for path in page.asked if path.startswith("/widget")] == [  # type: ignore[attr-defined]
            build_widget().address("widget.js"),
            build_widget().address("widget-panel.js"),
        ]
    reply = urllib.request.urlopen(service + build_widget().address("widget.js"))
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    wrong = re.sub(r"sha384-.{8}", "sha384-AAAAAAAA", tag)
    page = browser.new_page()
    page.goto(host.put("/tampered", f"<main>Words.</main>{wrong}"))
    page.wait_for_timeout(500)
    assert page.evaluate("customElements.get('article-assistant') === undefined")
    page.close()


def test_the_command_prints_the_tag_and_the_weights(service: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "widget", "--host", service, "--article", ICE],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    widget = build_widget()
    assert write_tag(service, ICE, {}, widget) in done.stdout
    assert f"widget.js: {len(widget.scripts['widget.js'].compressed)} bytes compressed" in done.stdout


def test_a_version_that_was_served_once_stays(service: str, articles: Path, tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from assistant.settings import Settings
    from assistant.web import create_app

    older = tmp_path / "widget" / "0123456789ab"
    older.mkdir(parents=True)
    (older / "widget.js").write_text("// older", encoding="utf-8")
    client = TestClient(create_app(Settings(articles=articles, data_dir=tmp_path, reader=False)))
    assert client.get("/widget/0123456789ab/widget.js").text == "// older"
    assert client.get("/widget/0123456789ab/other.js").status_code == 404
    assert (tmp_path / "widget" / build_widget().version / "widget-panel.js").is_file()


# ---- It knows the page it is on ----------------------------------------------------------------------------------


def mangle(page: str, seed: int) -> str:
    """A page's HTML as an editor's hands leave it: words in tags, other quotes, entities, soft hyphens, odd blanks."""
    chance = random.Random(seed)

    def change(match: re.Match[str]) -> str:
        word = match.group()
        return chance.choice(
            [word] * 8
            + [
                f"<em>{word}</em>",
                f'<a href="#x">{word[:2]}<b>{word[2:]}</b></a>',
                f"<span>{word}</span>",
                f"{word[:3]}&shy;{word[3:]}",
                "".join(f"&#{ord(sign)};" for sign in word),
                f"{word}<!-- note -->",
            ]
        )

    def space(_: re.Match[str]) -> str:
        return chance.choice([" ", " ", "&nbsp;", "\n      ", "&#8239;"])

    parts = re.split(r"(<[^>]+>|&[^;]+;)", page.replace("'", "’"))
    for at, part in enumerate(parts):
        if not part.startswith(("<", "&")):
            parts[at] = re.sub(r"[A-Za-z]{4,}", change, re.sub(" ", "\x00", part))
    return re.sub("\x00", space, "".join(parts))


def test_at_least_95_of_100_citations_mark_exactly_their_sentence_whatever_the_markup(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    body = mangle(render_plain_article(ice), seed=4)
    assert body.count("<em>") > 20 and body.count("&shy;") > 20
    address = host.put("/mangled", f"<main><article>{body}</article></main>{write_tag(service, ICE, {})}")
    sentences = [span for passage in ice.passages for span in passage.sentences]
    pairs = [
        (a.start, b.end)
        for passage in ice.passages
        for a, b in zip(passage.sentences, passage.sentences[1:], strict=False)
    ]
    ranges = ([(span.start, span.end) for span in sentences] + pairs)[:100]
    assert len(ranges) == 100
    replies = [make_reply(ice, start, end) for start, end in ranges]
    with visit(browser, address, service) as page:
        page.route(
            "**/api/ask",
            lambda route: fulfil(route, 200, replies[int(route.request.post_data_json["question"])]),
        )
        open_panel(page)
        marked = page.evaluate(
            """async (count) => {
              const element = document.querySelector("article-assistant"), found = [];
              for (let n = 0; n < count; n++) {
                await element.ask(String(n));
                [...element.shadowRoot.querySelectorAll(".cite")].at(-1).click();
                found.push([...CSS.highlights.get("article-assistant-quote")].map((r) => r.toString()).join("\\n"));
                CSS.highlights.clear();
              }
              return found;
            }""",
            len(ranges),
        )

    def settle(text: str) -> str:
        return " ".join(text.replace("\u00ad", "").replace("’", "'").split())

    right = [settle(got) == settle(ice.text[a:b]) for got, (a, b) in zip(marked, ranges, strict=True)]
    assert sum(right) >= 95, [
        (got, ice.text[a:b]) for got, (a, b), ok in zip(marked, ranges, right, strict=True) if not ok
    ]


def test_of_equal_sentences_the_one_with_the_same_surroundings(
    browser: Browser,
    host: Host,
    service: str,
) -> None:
    article = article_from_text(
        "One came.\n\nNobody left.\n\nTwo came.\n\nNobody left.\n\nThree came.", title="Twice"
    )
    body = "".join(f"<p>{line}</p>" for line in article.text.split("\n\n"))
    address = host.put("/twice", f"<main><article>{body}</article></main>{write_tag(service, ICE, {})}")
    with visit(browser, address, service) as page:
        for start in (article.text.index("Nobody"), article.text.rindex("Nobody")):
            answer_with(page, make_reply(article, start, start + len("Nobody left.")))
            open_panel(page) if not page.locator("article-assistant .panel").is_visible() else None
            ask(page, "Who left?")
            page.locator("article-assistant .cite").last.click()
            before = page.evaluate(
                """[...CSS.highlights.get("article-assistant-quote")][0].startContainer.parentElement
                    .previousElementSibling.textContent"""
            )
            assert before == ("One came." if start < 20 else "Two came.")
            page.unroute("**/api/ask")


def test_a_page_that_no_longer_holds_the_quote_says_that_the_article_has_changed(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    body = render_plain_article(ice).replace("May 8, 2025. About 25 residents", "8 May. A crowd")
    address = host.put("/edited", f"<main><article>{body}</article></main>{write_tag(service, ICE, {})}")
    with visit(browser, address, service) as page:
        open_panel(page)
        ask(page, "When did the best-known confrontation take place?")
        page.locator("article-assistant .cite").first.click()
        told = page.locator("article-assistant .changed")
        expect(told).to_contain_text("The article has changed: these words are no longer on this page.")
        assert read_marked(page) == ""
        shown = page.request.get(told.locator("a").get_attribute("href") or "")
        assert shown.ok and "May 8, 2025" in shown.text()


def test_on_another_page_the_citation_leads_to_the_source(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    source = host.put("/story", f"<main>{render_plain_article(ice)}</main>")
    address = host.put("/front", f"<main><h1>All the news</h1></main>{write_tag(service, ICE, {})}")
    with visit(browser, address, service) as page:
        start = ice.text.index("Agents then tried")
        reply = make_reply(ice, start, start + len("Agents then tried to get past the residents."))
        reply["quotes"][0]["url"] = f"{source}#:~:text=Agents%20then%20tried"
        answer_with(page, reply)
        open_panel(page)
        ask(page, "What did agents do?")
        with page.expect_popup() as opened:
            page.locator("article-assistant .cite").first.click()
        assert opened.value.url.split("#")[0] == source
        assert page.locator("article-assistant .changed").count() == 0


def test_selected_words_can_be_asked_about(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["strict"], service) as page:
        chip = page.locator("article-assistant .chip")
        assert not chip.is_visible()
        page.locator("article p").nth(2).select_text()
        expect(chip).to_be_visible()
        assert page.asked == ["/widget.js"]  # type: ignore[attr-defined]
        chip.click()
        box = page.locator("article-assistant .asking textarea")
        expect(box).to_be_focused(timeout=SLOW)
        expect(box).to_have_value(re.compile("^What about “One official stands at the centre"))
        expect(chip).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator("article-assistant blockquote").first).to_contain_text(
            re.compile("One official|Coppinger"), timeout=SLOW
        )  # the sentences selected, or others about the official they introduce
        page.locator("article-assistant .asked").first.select_text()
        page.wait_for_timeout(400)
        assert not chip.is_visible(), "the widget's own words are not the article's"


# ---- Several, coming and going -----------------------------------------------------------------------------------


def test_two_articles_on_one_page_each_answer_for_themselves(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    town = article_from_text(TOWN, title="The Harbour Festival")
    parts = [
        f"<article>{render_plain_article(article)}<article-assistant article={slug}></article-assistant></article>"
        for article, slug in ((ice, ICE), (town, "town"))
    ]
    script = f'<script async src="{service}/widget.js"></script>'
    with visit(browser, host.put("/two", f"<main>{''.join(parts)}</main>{script}{script}"), service) as page:
        both = page.locator("article-assistant")
        assert both.count() == 2
        for at, (question, expected) in enumerate(
            ((WHO, "sheriff of Essex County"), ("How many boats took part?", "About 400 boats took part."))
        ):
            one = both.nth(at)
            one.locator(".launch").click()
            one.locator(".asking textarea").fill(question, timeout=SLOW)
            one.locator(".asking textarea").press("Enter")
            expect(one.locator("blockquote").first).to_contain_text(expected, timeout=SLOW)
            one.locator(".cite").first.click()
            assert expected in read_marked(page)
            assert page.evaluate(
                """(at) => document.querySelectorAll("article")[at]
                    .contains([...CSS.highlights.get("article-assistant-quote")][0].startContainer)""",
                at,
            )


def test_the_tag_twice_taken_out_and_put_back(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["plain"], service) as page:
        for _ in range(2):
            page.add_script_tag(url=f"{service}/widget.js")
            page.evaluate(
                """(url) => new Promise((done) => { const tag = document.createElement("script");
                    tag.src = url; tag.dataset.article = "ice-confrontations-massachusetts"; tag.onload = done;
                    document.head.append(tag); })""",
                f"{service}/widget.js",
            )
        assert page.locator("article-assistant").count() == 1
        open_panel(page)
        ask(page, WHO)
        page.locator("article-assistant .cite").first.click()
        assert read_marked(page)
        page.evaluate("window.it = document.querySelector('article-assistant'); it.remove()")
        assert read_marked(page) == "", "nothing stays behind on the page"
        page.evaluate(
            "for (let n = 0; n < 5; n++) { document.body.append(it); it.remove(); } document.body.append(it)"
        )
        expect(page.locator("article-assistant .launch")).to_be_visible()
        page.evaluate("it.open()")
        expect(page.locator("article-assistant blockquote").first).to_be_visible()
        ask(page, "What happened in Worcester?")


# ---- When things go wrong ----------------------------------------------------------------------------------------


def test_a_server_that_is_down_is_told_and_used_again_when_it_is_back(
    browser: Browser,
    pages: dict[str, str],
    service: str,
) -> None:
    with visit(browser, pages["plain"], service) as page:
        page.route(f"{service}/**", lambda route: route.abort("connectionrefused"))
        page.locator("article-assistant .launch").click()
        expect(page.get_by_role("alert")).to_have_text(
            "The assistant cannot be reached at the moment.", timeout=SLOW
        )
        expect(page.locator("article-assistant .launch")).to_have_attribute("aria-expanded", "false")
        page.unroute(f"{service}/**")
        open_panel(page)
        page.route("**/api/ask", lambda route: route.abort("connectionrefused"))
        page.fill("article-assistant .asking textarea", WHO)
        page.keyboard.press("Enter")
        problem = page.locator("article-assistant .problem")
        expect(problem).to_contain_text("The assistant cannot be reached at the moment.", timeout=SLOW)
        expect(page.locator("article-assistant .asked")).to_have_text(WHO)
        page.unroute("**/api/ask")
        problem.get_by_role("button", name="Try again").click()
        expect(page.locator("article-assistant blockquote").first).to_be_visible(timeout=SLOW)
        assert page.locator("article-assistant .problem").count() == 0
        assert ["error", "unreachable"] in [
            [kind, detail.get("code")] for kind, _, detail in page.evaluate("heard")
        ]


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [(429, "too_many", "That was a lot at once."), (503, "busy", "Many are asking at the moment.")],
)
def test_a_refusal_is_told_and_repeated_politely(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    status: int,
    code: str,
    told: str,
) -> None:
    times: list[float] = []

    def refuse_once(route: Route) -> None:
        times.append(time.monotonic())
        if len(times) > 1:
            route.continue_()
        else:
            fulfil(route, status, {"error": {"code": code, "message": "…"}}, **{"Retry-After": "2"})

    with visit(browser, pages["plain"], service) as page:
        page.route("**/api/ask", refuse_once)
        open_panel(page)
        page.fill("article-assistant .asking textarea", WHO)
        page.keyboard.press("Enter")
        expect(page.locator("article-assistant .waiting")).to_have_text(
            re.compile(re.escape(told) + r" Trying again in [23] s\.")
        )
        expect(page.locator("article-assistant blockquote").first).to_be_visible(timeout=SLOW)
        assert len(times) == 2 and times[1] - times[0] >= 2

        page.unroute("**/api/ask")
        page.route(
            "**/api/ask",
            lambda route: fulfil(
                route, status, {"error": {"code": code, "message": "…"}}, **{"Retry-After": "300"}
            ),
        )
        page.fill("article-assistant .asking textarea", "What happened in Worcester?")
        page.keyboard.press("Enter")
        expect(page.locator("article-assistant .problem")).to_contain_text(told, timeout=SLOW)
        if status == 429:
            expect(page.locator("article-assistant .problem")).to_contain_text("Please wait 300 s.")


def test_an_origin_that_is_not_on_the_list_gets_words_and_no_data(
    browser: Browser,
    host: Host,
    pages: dict[str, str],
    service: str,
) -> None:
    page = browser.new_page()
    page.goto(pages["plain"].replace("127.0.0.1", "localhost"))
    page.locator("article-assistant .launch").click()
    expect(page.get_by_role("alert")).to_have_text(
        "The assistant cannot be reached at the moment.", timeout=SLOW
    )
    page.close()


# ---- For everyone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("kind", "size"), [("plain", WIDE), ("plain", PHONE), ("hostile", WIDE), ("strict", WIDE)], ids=str
)
def test_axe_finds_nothing_open_and_closed(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    kind: str,
    size: dict[str, int],
    scheme: str,
) -> None:
    def look(page: Page) -> None:
        # What a hostile page does to itself is not the widget's.
        report = Axe().run(page, context="article-assistant" if kind == "hostile" else None)
        assert report.violations_count == 0, report.generate_report()
        looked_at = [node["target"] for rule in report.response["passes"] for node in rule["nodes"]]
        assert any(target[0][0] == "article-assistant" for target in looked_at if isinstance(target[0], list))

    with visit(
        browser, pages[kind], service, color_scheme=scheme, viewport=size, reduced_motion="reduce"
    ) as page:
        look(page)
        open_panel(page)
        ask(page, WHO)
        ask(page, "What is the budget of ICE?")
        page.locator("article-assistant .tools button").nth(1).click()
        expect(page.locator("article-assistant .reasons").first).to_be_visible()
        look(page)


def test_the_accessibility_tree(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["plain"], service) as page:
        assert '- button "Ask this article"' in page.locator("article-assistant .root").aria_snapshot()
        open_panel(page)
        page.evaluate(
            """() => { window.said = [];
              const log = document.querySelector("article-assistant").shadowRoot.querySelector(".log");
              const tell = (m) => m.type === "attributes" ? log.ariaBusy
                : [...m.addedNodes].map((n) => n.className).join();
              new MutationObserver((all) => all.forEach((m) => said.push([m.type, tell(m)])))
                .observe(log, { childList: true, attributes: true }); }"""
        )
        ask(page, WHO)
        tree = page.locator("article-assistant .root").aria_snapshot()
        for part in (
            'button "Ask this article" [expanded]',
            'dialog "Ask this article"',
            'log "Questions and answers"',
            f'heading "{WHO}" [level=3]',
            "blockquote",
            'button "Helpful"',
            'button "Not helpful"',
            'group "Was this answer helpful?"',
            'textbox "Your question"',
            'button "Close"',
        ):
            assert part in tree, f"{part} is not in\n{tree}"
        said = page.evaluate("said")
        assert said[0] == ["attributes", "true"] and said[-1] == ["attributes", "false"]
        assert [what for kind, what in said if kind == "childList"] == ["turn"], (
            "one turn added, nothing drawn anew"
        )


def test_escape_closes_and_focus_returns(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["plain"], service) as page:
        button = page.locator("article-assistant .launch")
        button.focus()
        page.keyboard.press("Enter")
        box = page.locator("article-assistant .asking textarea")
        expect(box).to_be_focused(timeout=SLOW)
        page.keyboard.type(WHO)
        page.keyboard.press("Enter")
        expect(page.locator("article-assistant .card")).to_have_count(1, timeout=SLOW)
        page.locator("article-assistant .cite").first.focus()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(page.locator("article-assistant .panel")).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator("article-assistant .panel")).to_be_visible()
        for _ in range(40):  # no trap: the keyboard gets out at the end
            page.keyboard.press("Tab")
            if not page.evaluate("document.activeElement?.localName === 'article-assistant'"):
                break
        else:
            pytest.fail("the keyboard does not leave the panel")


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 200}], ids=["phone", "400 percent"])
def test_targets_are_large_and_nothing_scrolls_sideways(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    size: dict[str, int],
) -> None:
    with visit(browser, pages["plain"], service, viewport=size, has_touch=True) as page:
        open_panel(page)
        ask(page, WHO)
        page.get_by_role("button", name="Not helpful").first.click()
        expect(page.locator("article-assistant .reasons").first).to_be_visible()
        measured = page.evaluate(
            """() => { const root = document.querySelector("article-assistant").shadowRoot;
              const small = ({ height, width }) => height < 43.5 || width < 43.5;
              return [...root.querySelectorAll("button, a, textarea, fieldset label")]
                .filter((e) => e.checkVisibility() && small(e.getBoundingClientRect())).map((e) => e.textContent); }"""
        )
        assert measured == []
        for sideways in (
            "document.documentElement",
            "document.querySelector('article-assistant').shadowRoot.querySelector('.talk')",
        ):
            assert page.evaluate(f"{sideways}.scrollWidth - {sideways}.clientWidth") <= 0
        send = page.locator("article-assistant .asking .solid")
        send.scroll_into_view_if_needed()
        expect(send).to_be_in_viewport(ratio=0.9)


def test_on_a_phone_it_is_a_sheet_above_the_keyboard(
    browser: Browser, pages: dict[str, str], service: str
) -> None:
    with visit(
        browser,
        pages["plain"],
        service,
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    ) as page:
        open_panel(page)
        box = page.locator("article-assistant .panel").bounding_box()
        assert box and (box["x"], box["width"], box["y"] + box["height"]) == (0, 390, 844)
        page.evaluate(
            """() => { Object.defineProperty(visualViewport, "height", { configurable: true, value: 500 });
                visualViewport.dispatchEvent(new Event("resize")); }"""  # what a keyboard of 344 pixels does
        )
        box = page.locator("article-assistant .panel").bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] == pytest.approx(500, abs=1)
        ask(page, WHO)
        page.locator("article-assistant .cite").first.click()
        back = page.get_by_role("button", name="Back to the answer")
        expect(back).to_be_focused()
        assert "Kevin Coppinger" in read_marked(page)
        back.click()
        expect(page.locator("article-assistant .cite").first).to_be_focused()


def test_right_to_left_and_another_language(
    browser: Browser,
    host: Host,
    service: str,
    ice: Article,
) -> None:
    body = f"<main><article>{render_plain_article(ice)}</article></main>{write_tag(service, ICE, {'lang': 'es'})}"
    with visit(browser, host.put("/rtl", body, root='lang="ar" dir="rtl"'), service) as page:
        button = page.get_by_role("button", name="Pregunte a este artículo").bounding_box()
        assert button and button["x"] == pytest.approx(24, abs=16), "the end of a line is on the left here"
        open_panel(page)
        expect(page.locator("article-assistant .greeting")).to_contain_text(
            "Responde con sus propias palabras"
        )
        ask(page, "¿Qué pasó en Worcester?")
        expect(page.locator("article-assistant .verdict")).to_have_text(
            re.compile("^(El artículo dice|El pasaje más cercano)$")
        )
        quote = page.locator("article-assistant blockquote").first
        expect(quote).to_have_attribute("lang", "en")
        assert quote.evaluate("(e) => getComputedStyle(e).direction") == "ltr"
        assert (
            page.locator("article-assistant header").evaluate("(e) => getComputedStyle(e).direction") == "rtl"
        )


def test_any_accent_can_be_read(browser: Browser, pages: dict[str, str], service: str) -> None:
    for scheme in ("light", "dark"):
        with visit(browser, pages["plain"], service, color_scheme=scheme) as page:
            open_panel(page)
            ratios = page.evaluate(
                """() => {
                  const element = document.querySelector("article-assistant"), root = element.shadowRoot;
                  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
                  const read = (text) => { brush.fillStyle = text; brush.fillRect(0, 0, 1, 1);
                    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3); };
                  const light = (c) => c.map((v) => v / 255)
                    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
                  const contrast = (a, b) => { const [x, y] = [light(read(a)), light(read(b))].sort((p, q) => p - q);
                    return (y + .05) / (x + .05); };
                  const found = [];
                  const steps = [0, 64, 128, 192, 255];
                  for (const r of steps) for (const g of steps) for (const b of steps) {
                    element.setAttribute("accent", `rgb(${r}, ${g}, ${b})`);
                    const button = getComputedStyle(root.querySelector(".launch"));
                    const title = root.querySelector("h2"), panel = root.querySelector(".panel");
                    title.style.color = "var(--link)";
                    found.push([`${r} ${g} ${b}`, contrast(button.color, button.backgroundColor),
                      contrast(getComputedStyle(title).color, getComputedStyle(panel).backgroundColor)]);
                  }
                  return found;
                }"""
            )
            assert len(ratios) == 125
            assert [each for each in ratios if min(each[1:]) < 4.5] == []


# ---- Votes, the conversation, the interface ----------------------------------------------------------------------


def test_a_vote_its_reasons_and_taking_it_back(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["strict"], service) as page:
        open_panel(page)
        ask(page, WHO)
        up, down = (page.get_by_role("button", name=name, exact=True) for name in ("Helpful", "Not helpful"))
        up.click()
        expect(up).to_have_attribute("aria-pressed", "true")
        down.click()
        expect(down).to_have_attribute("aria-pressed", "true")
        expect(up).to_have_attribute("aria-pressed", "false")
        form = page.locator("article-assistant .reasons")
        form.get_by_label("Out of date").check()
        form.locator("textarea").fill("It was May 9.")
        page.route(
            "**/api/feedback",
            lambda route: fulfil(route, 500, {"error": {"code": "internal", "message": "…"}}),
        )
        form.get_by_role("button", name="Send").click()
        expect(page.locator("article-assistant .said")).to_have_text(
            "That could not be kept. Please try again."
        )
        expect(form.locator("textarea")).to_have_value("It was May 9.")
        page.unroute("**/api/feedback")
        form.get_by_role("button", name="Send").click()
        expect(form).to_be_hidden()
        down.click()
        expect(down).to_have_attribute("aria-pressed", "false")
        told = [detail for kind, _, detail in page.evaluate("heard") if kind == "feedback"]
        assert [each["vote"] for each in told] == [1, -1, -1, 0]
        assert (told[2]["reasons"], told[2]["note"]) == (["out_of_date"], "It was May 9.")


def test_the_conversation_lives_as_long_as_the_tab(
    browser: Browser, pages: dict[str, str], service: str
) -> None:
    with visit(browser, pages["plain"], service) as page:
        open_panel(page)
        assert page.evaluate("sessionStorage.length") == 0
        ask(page, WHO)
        page.get_by_role("button", name="Helpful", exact=True).click()
        expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        page.reload()
        open_panel(page)
        expect(page.locator("article-assistant .asked")).to_have_text(WHO)
        expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        ask(page, "what has he asked for?")
        expect(page.locator("article-assistant .read-as q")).to_contain_text("Kevin Coppinger")
        page.get_by_role("button", name="New conversation").click()
        assert page.evaluate("sessionStorage.length") == 0
        expect(page.locator("article-assistant .greeting")).to_be_visible()


def test_methods_and_events(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["strict"], service) as page:
        reply = page.evaluate("document.querySelector('article-assistant').ask('Who is Kevin Coppinger?')")
        assert reply["outcome"] == "answered"
        expect(page.locator("article-assistant .panel")).to_be_visible()
        page.evaluate("document.querySelector('article-assistant').close()")
        expect(page.locator("article-assistant .panel")).to_be_hidden()
        page.evaluate("document.querySelector('article-assistant').open()")
        expect(page.locator("article-assistant blockquote").first).to_be_visible()
        page.evaluate("document.querySelector('article-assistant').clear()")
        assert page.locator("article-assistant .turn").count() == 0
        heard = page.evaluate("heard")
        assert [kind for kind, _, _ in heard] == ["ready", "question", "answer"]
        assert all(composed for _, composed, _ in heard)
        assert heard[1][2] == {"question": WHO} and heard[2][2]["id"] == reply["id"]
        typed = (STATIC / "widget.d.ts").read_text(encoding="utf-8")
        own = page.evaluate("Object.getOwnPropertyNames(customElements.get('article-assistant').prototype)")
        for name in ("ask", "open", "close", "clear"):
            assert name in own and f"  {name}(" in typed
        assert sorted(set(re.findall(r"article-assistant:(\w+)", typed))) == [
            "answer",
            "error",
            "feedback",
            "question",
            "ready",
        ]


def test_what_is_typed_comes_out_as_typed(browser: Browser, pages: dict[str, str], service: str) -> None:
    with visit(browser, pages["plain"], service) as page:
        open_panel(page)
        typed = "<img src=x onerror=alert(1)> ${6*7} {{7*7}} <script>alert(1)</script>"
        ask(page, typed)
        expect(page.locator("article-assistant .asked")).to_have_text(typed)
        assert page.locator("article-assistant .log img, article-assistant .log script").count() == 0


def test_two_hundred_questions_leave_the_heap_as_it_was(
    browser: Browser,
    pages: dict[str, str],
    service: str,
    ice: Article,
) -> None:
    with visit(browser, pages["plain"], service) as page:
        start = ice.text.index("One official")
        answer_with(page, make_reply(ice, start, start + 400, suggestions=["What then?", "And who?"]))
        open_panel(page)
        tools = page.context.new_cdp_session(page)

        def ask_many(count: int) -> tuple[float, int]:
            page.evaluate(
                """async (count) => { const element = document.querySelector("article-assistant");
                  for (let n = 0; n < count; n++) await element.ask(`Question ${n}?`); }""",
                count,
            )
            for _ in range(2):
                tools.send("HeapProfiler.collectGarbage")
            heap = tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
            return heap, tools.send("Memory.getDOMCounters")["nodes"]

        (before, nodes_before), (after, nodes_after) = ask_many(50), ask_many(200)
        print(
            f"heap after 50 questions {before:.2f} MB, after 200 more {after:.2f} MB; "
            f"nodes {nodes_before}, {nodes_after}"
        )
        assert after - before < 1.0, "megabytes"
        assert nodes_after < nodes_before * 1.2
        assert page.locator("article-assistant .turn").count() == 40


# ---- The page to try it on ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "?mode=inline&theme=dark", "?page=hostile&lang=es&accent=%230a7d55", "?version=pinned"]
)
def test_the_page_to_try_it_on_and_its_snippet(browser: Browser, service: str, query: str) -> None:
    with visit(browser, f"{service}/demo{query}", service) as page:
        snippet = page.locator(".snippet textarea").input_value()
        for option, written in (
            ("lang=es", 'data-lang="es"'),
            ("mode=inline", "<article-assistant "),
            ("pinned", "integrity="),
        ):
            assert (written in snippet) == (option in query)
        open_panel(page)
        ask(page, WHO)
        page.locator("article-assistant .cite").first.click()
        assert "Kevin Coppinger" in read_marked(page)
        if not query:
            report = Axe().run(page)
            assert report.violations_count == 0, report.generate_report()


def test_the_chat_page_can_be_framed_by_those_on_the_list_alone(
    browser: Browser,
    host: Host,
    service: str,
) -> None:
    address = host.put("/framing", f'<main><iframe title="Ask" src="{service}/{ICE}/"></iframe></main>')
    for where, framed in ((address, True), (address.replace("127.0.0.1", "localhost"), False)):
        page = browser.new_page()
        page.goto(where)
        page.wait_for_timeout(800)
        shown = any(frame.url.startswith(service) for frame in page.frames[1:])
        assert shown is framed
        page.close()

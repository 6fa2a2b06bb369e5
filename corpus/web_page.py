"""Read a saved web page: find the article in it, and what the page says about itself."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]

from corpus.blocks import Block, BlockKind
from corpus.furniture import remove_furniture
from corpus.hidden import empty_hidden, tell_hidden
from corpus.markup import parse_markup, text_of
from corpus.markup_blocks import read_blocks
from corpus.normalise import collapse_spaces, normalise_text
from corpus.page import Page, check_address, check_language

_BODY_NAMES = re.compile(
    r"(?:^|\s)(?:(?:entry|post|article|story|page|main|td-post)[-_]+(?:content|body|text)|articlebody"
    r"|article__body|mw-parser-output|content-body|h-entry|hentry)(?:\s|\Z)",
    re.IGNORECASE,
)
_CONTAINERS = ("body", "div", "section", "center", "form", "table", "tbody", "tr", "td", "font", "span")
# A named part with less of the page's text is one article of several, or a teaser.
SMALLEST_ARTICLE_SHARE = 0.5
MOST_OF_THE_JUDGED = 0.9
MOST_BLOCKS_ABOVE_TITLE = 8
FEWEST_PROSE_WORDS = 12
# trafilatura took 16 to 30 s on a page of 200,000 elements; a page of this many takes well under 1 s.
MOST_ELEMENTS_TO_JUDGE = 10_000


def read_page(markup: str) -> Page:
    """Return the article of an HTML page; its blocks are empty when there is none."""
    root = parse_markup(markup)
    title = _find_title(root)
    address = check_address(_attribute(root, "//link[@rel='canonical']/@href"))
    address = address or check_address(_attribute(root, "//meta[@property='og:url']/@content"))
    language = check_language(
        root.get("lang") or _attribute(root, "//meta[@http-equiv='content-language']/@content")
    )
    hidden = empty_hidden(root)
    remove_furniture(root)
    article = _find_article(root)
    if article is None:
        article = _find_judged(markup, root)
    # Of menus and banners, which are dropped by now, nobody needs to know.
    left_out = tell_hidden(text for element, text in hidden if article in element.iterancestors())
    blocks, title = _take_title(read_blocks(article), title)
    return Page(blocks, title, language, address, left_out)


def _attribute(root: etree._Element, path: str) -> str:
    found = root.xpath(path)
    return str(found[0]).strip() if found else ""


def _find_title(root: etree._Element) -> str:
    """Prefer a heading that the page's other titles open with or contain: they add the site's name."""
    named = collapse_spaces(_attribute(root, "//meta[@property='og:title']/@content"))
    named = named or collapse_spaces(_attribute(root, "//head/title/text()"))
    for heading in root.iter("h1", "h2"):
        if _opens_title(text_of(heading), named):
            return text_of(heading)
    headings = [text for heading in root.iter("h1") if (text := text_of(heading))]
    for heading in headings:
        if heading.casefold() in named.casefold():
            return heading
    return named or (headings[0] if len(headings) == 1 else "")


def _opens_title(heading: str, title: str) -> bool:
    """Whether `title` is the heading, with or without the site's name behind it."""
    return (
        bool(heading)
        and re.match(re.escape(heading) + r"(?:\s+[|–—·:»-]\s|\Z)", title, re.IGNORECASE) is not None
    )


def _find_article(root: etree._Element) -> etree._Element | None:
    """Return the element that holds the article, or None when nothing on the page says which does."""
    whole = len(root.text_content()) or 1
    candidates = [
        list(root.iter("article")),
        root.xpath("//*[@itemprop='articleBody']"),
        [*root.iter("main"), *root.xpath("//*[@role='main']")],
        [e for e in root.iter("div", "section") if _BODY_NAMES.search(f"{e.get('class')} {e.get('id')}")],
    ]
    for elements in candidates:
        largest = max(elements, key=lambda element: len(element.text_content()), default=None)
        if largest is not None and len(largest.text_content()) >= SMALLEST_ARTICLE_SHARE * whole:
            return largest
    return None


def _find_judged(markup: str, root: etree._Element) -> etree._Element:
    """Return the smallest part of the page that holds what trafilatura takes for the article.

    trafilatura itself drops captions, short lists and lone paragraphs, so that its text only shows the place.
    """
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS_TO_JUDGE:
        return root
    # Loading it takes as long as reading a page, and most pages name their article themselves.
    import trafilatura

    text = trafilatura.extract(markup, include_comments=False, include_tables=True) or ""
    lines = [line for line in map(_squeeze, normalise_text(text).split("\n")) if line]
    part, whole = root, len(_squeeze(root.text_content()))
    while lines:
        shares = [(_count_held(child, lines), child) for child in part.iterchildren(*_CONTAINERS)]
        held, child = max(shares, key=lambda share: share[0], default=(0, None))
        if child is None or held < MOST_OF_THE_JUDGED * sum(map(len, lines)):
            break
        if len(_squeeze(child.text_content())) < SMALLEST_ARTICLE_SHARE * whole:
            break
        part = child
    return part


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _count_held(element: etree._Element, lines: list[str]) -> int:
    text = _squeeze(normalise_text(element.text_content()))
    return sum(len(line) for line in lines if line in text)


def _is_prose(block: Block) -> bool:
    return len(block.text.split()) >= FEWEST_PROSE_WORDS and block.text[-1] in '.!?”"'


def _take_title(blocks: list[Block], title: str) -> tuple[list[Block], str]:
    """Take the title's own heading, and what the page puts above it, off the blocks."""
    for at, block in enumerate(blocks[:MOST_BLOCKS_ABOVE_TITLE]):
        if block.kind is not BlockKind.HEADING:
            continue
        is_above_all = not any(_is_prose(above) for above in blocks[:at])
        if is_above_all and _opens_title(block.text, title):
            return blocks[at + 1 :], block.text
        if at == 0 and block.level == 1:
            return blocks[1:], block.text
    return blocks, title

"""Read a saved web page: find the article in it, and what the page says about itself."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]

from corpus.blocks import Block, BlockKind
from corpus.furniture import remove_furniture
from corpus.markup import parse_markup, text_of
from corpus.markup_blocks import read_blocks
from corpus.normalise import collapse_spaces, normalise_text
from corpus.page import Page, check_address, check_language

_BODY_NAMES = re.compile(
    r"(?:^|\s)(?:(?:entry|post|article|story|page|main|td-post)[-_]+(?:content|body|text)|articlebody"
    r"|article__body|mw-parser-output|content-body|h-entry|hentry)(?:\s|\Z)",
    re.IGNORECASE,
)
# A named part with less of the page's text is one article of several, or a teaser.
SMALLEST_ARTICLE_SHARE = 0.5
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
    remove_furniture(root)
    article = _find_article(root)
    blocks = read_blocks(article if article is not None else root)
    if article is None:
        blocks = _keep_judged(blocks, _judge(markup, root))
    blocks, title = _take_title(blocks, title)
    return Page(blocks, title, language, address)


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


def _judge(markup: str, root: etree._Element) -> str:
    """Return the text that trafilatura takes for the article's, squeezed; empty when it finds none."""
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS_TO_JUDGE:
        return ""
    # Loading it takes as long as reading a page, and most pages name their article themselves.
    import trafilatura

    text = trafilatura.extract(markup, include_comments=False, include_tables=True, favor_recall=True)
    return _squeeze(normalise_text(text or ""))


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _keep_judged(blocks: list[Block], judged: str) -> list[Block]:
    """Keep what stands between the first and the last block that was judged the article's."""
    kept = [at for at, block in enumerate(blocks) if _squeeze(block.text) in judged]
    if not kept:
        return blocks
    first, last = kept[0], kept[-1]
    # A paragraph on its own inside some box is easily missed.
    while first > 0 and (blocks[first - 1].kind is BlockKind.HEADING or _is_prose(blocks[first - 1])):
        first -= 1
    while last + 1 < len(blocks) and _is_prose(blocks[last + 1]):
        last += 1
    judged_blocks = blocks[first : last + 1]
    return judged_blocks if _count(judged_blocks) >= SMALLEST_ARTICLE_SHARE * _count(blocks) else blocks


def _is_prose(block: Block) -> bool:
    return len(block.text.split()) >= FEWEST_PROSE_WORDS and block.text[-1] in '.!?”"'


def _count(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


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

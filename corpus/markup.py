"""Parse HTML into a tree of elements, and say what text a reader sees in one."""

from __future__ import annotations

import re

from lxml import etree, html  # type: ignore[import-untyped]

from corpus.errors import ArticleError
from corpus.normalise import collapse_spaces

# The walk calls itself for each element inside another; saved pages nest about 40 deep.
DEEPEST_NESTING = 200
# A long encyclopedia page has some 30,000.
MOST_ELEMENTS = 100_000

SILENT_TAGS = frozenset(
    "script style noscript template svg math canvas iframe object embed select input textarea dialog"
    " audio video head link meta map progress meter datalist".split()
)
BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form"
    " header hgroup hr html legend li main nav ol p pre search section summary".split()
)
_FILE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|avif)\Z|(?:img|dsc|image|photo|logo|icon)[\W_]*\d*\Z", re.I
)
_REFERENCE = re.compile(r"\[\s*(?:\d{1,3}|[a-z]|citation needed|edit)\s*\]\Z")


def parse_markup(markup: str) -> etree._Element:
    """Parse HTML, however broken; raises ArticleError where it has more elements than any page needs."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise ArticleError("there is no text in it") from error
    depth = elements = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > DEEPEST_NESTING:
            raise ArticleError(f"its elements nest more than {DEEPEST_NESTING} deep")
        if elements > MOST_ELEMENTS:
            raise ArticleError(f"it has more than {MOST_ELEMENTS:,} elements")
    return root


def text_of(element: etree._Element) -> str:
    """Return the text a reader sees in `element`, on one line; an image counts as its alternative text."""
    words: list[str] = []
    for event, node in (walker := etree.iterwalk(element, events=("start", "end"))):
        if event == "start" and (node.tag in SILENT_TAGS or is_reference(node)):
            walker.skip_subtree()
        elif event == "start":
            gap = " " if node.tag in BLOCK_TAGS or node.tag in ("br", "td", "th", "tr") else ""
            words += (gap, alternative_text(node) if node.tag == "img" else "", node.text or "")
        elif node is not element:
            words += (" " if node.tag in BLOCK_TAGS else "", node.tail or "")
    return collapse_spaces("".join(words))


def is_reference(element: etree._Element) -> bool:
    """Whether an element is the mark of a note, such as "[1]", and no part of the text."""
    return element.tag == "sup" and _REFERENCE.match("".join(element.itertext()).strip()) is not None


def alternative_text(image: etree._Element) -> str:
    """Return what an image says it shows, or nothing where that is only a file's name."""
    alternative = collapse_spaces(image.get("alt") or "")
    return "" if _FILE_NAME.match(alternative) else alternative

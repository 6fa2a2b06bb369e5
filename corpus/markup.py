"""Walk a tree of HTML elements and name its blocks."""

from __future__ import annotations

import re
from itertools import count

from lxml import etree, html

from corpus.blocks import Block, BlockKind
from corpus.normalise import collapse_spaces

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_DROPPED = frozenset(
    "script style noscript template svg math canvas iframe object embed form button select input textarea"
    " nav aside footer dialog audio video head link meta".split()
)
_BLOCKS = frozenset(
    "address article blockquote body center dd details div dl dt fieldset figcaption figure footer header"
    " hgroup hr html li main ol p pre section summary table ul tbody thead tfoot tr td th caption".split()
) | frozenset(_HEADINGS)


def parse_fragment(markup: str) -> etree._Element:
    """Parse a stretch of HTML; the result is one element that holds it."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return html.document_fromstring(f"<html><body>{markup}</body></html>".encode(), parser=parser)


def read_blocks(root: etree._Element) -> list[Block]:
    """Return the blocks below `root` in reading order, without scripts, forms and navigation."""
    walk = _Walk()
    walk.enter(root)
    walk.flush()
    return walk.blocks


class _Walk:
    """Text gathers in `words` until a block begins or ends, and is then flushed as a block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.groups = count(1)
        self.lists: list[int] = []
        self.marker = ""
        self.kind = BlockKind.PARAGRAPH
        self.level = 0

    def flush(self) -> None:
        text = collapse_spaces("".join(self.words))
        self.words = []
        if not text:
            return
        if self.marker and self.kind is BlockKind.PARAGRAPH:
            depth = len(self.lists) - 1
            marker = "  " * depth + self.marker
            self.blocks.append(Block(BlockKind.LIST_ITEM, text, group=self.lists[-1], depth=depth, marker=marker))
        else:
            self.blocks.append(Block(self.kind, text, level=self.level))

    def enter(self, element: etree._Element) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _DROPPED:
            return
        if tag == "br":
            self.words.append("\n")
        elif tag == "img":
            self.take_image(element)
        elif tag in _HEADINGS:
            self.take_block(element, BlockKind.HEADING, _HEADINGS[tag])
        elif tag in ("ul", "ol"):
            self.take_list(element)
        elif tag == "table":
            self.take_table(element)
        elif tag in _BLOCKS:
            self.flush()
            self.children(element)
            self.flush()
        else:
            self.children(element)

    def children(self, element: etree._Element) -> None:
        self.words.append(element.text or "")
        for child in element:
            self.enter(child)
            self.words.append(child.tail or "")

    def take_block(self, element: etree._Element, kind: BlockKind, level: int = 0) -> None:
        self.flush()
        text = collapse_spaces("".join(element.itertext()))
        if text:
            self.blocks.append(Block(kind, text, level=level))

    def take_image(self, element: etree._Element) -> None:
        self.words.append(f" {element.get('alt') or ''} ")

    def take_list(self, element: etree._Element) -> None:
        self.flush()
        outer = self.marker
        self.lists.append(next(self.groups))
        number = 0
        for child in element:
            if child.tag == "li":
                number += 1
                self.marker = f"{number}. " if element.tag == "ol" else "- "
                self.children(child)
                self.flush()
            elif child.tag in ("ul", "ol"):
                self.take_list(child)
        self.lists.pop()
        self.marker = outer

    def take_table(self, element: etree._Element) -> None:
        self.flush()
        group = next(self.groups)
        for at, row in enumerate(element.iter("tr")):
            cells = [collapse_spaces(" ".join(c.itertext())) for c in row if c.tag in ("td", "th")]
            text = " | ".join(cell for cell in cells if cell)
            if text:
                head = at == 0 and all(c.tag == "th" for c in row)
                kind = BlockKind.TABLE_HEAD if head else BlockKind.TABLE_ROW
                self.blocks.append(Block(kind, text, group=group))

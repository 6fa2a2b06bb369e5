"""Walk a tree of HTML elements and name its blocks."""

from __future__ import annotations

import re
from itertools import count

from lxml import etree  # type: ignore[import-untyped]

from corpus.blocks import Block, BlockKind
from corpus.markup import BLOCK_TAGS, SILENT_TAGS, alternative_text, is_reference, text_of
from corpus.normalise import collapse_spaces
from corpus.questions import is_question

LONGEST_BOLD_HEADING_WORDS = 12

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BOLD_HEADING_LEVEL = 7
_LAYOUT = ("table", "ul", "ol", "p", "h1", "h2", "h3", "h4", "blockquote")


def read_blocks(root: etree._Element) -> list[Block]:
    """Return the blocks below `root` in reading order; scripts and embedded media have none."""
    walk = _Walk()
    walk.enter(root)
    walk.flush()
    return walk.blocks


class _Walk:
    """Text gathers in `words` until a block begins or ends, and is then flushed as a block or two."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.images: list[str] = []
        self.numbers = count(1)
        self.lists: list[int] = []
        self.marker = ""
        self.pair = 0

    def add(
        self, kind: BlockKind, text: str, level: int = 0, group: int = 0, pair: int | None = None
    ) -> None:
        if text:
            self.blocks.append(Block(kind, text, level, group, pair=self.pair if pair is None else pair))

    def flush(self) -> None:
        """Add what has gathered; an empty line made with two <br> parts paragraphs."""
        text, self.words = "".join(self.words), []
        for part in re.split(r"\n[ \n]*\n", text):
            part = collapse_spaces(part)
            if part and self.lists:
                depth = len(self.lists) - 1
                marker = "  " * depth + self.marker
                self.blocks.append(
                    Block(BlockKind.LIST_ITEM, part, 0, self.lists[-1], depth, marker, self.pair)
                )
            else:
                self.add(BlockKind.PARAGRAPH, part)
        for alternative in self.images:
            self.add(BlockKind.PARAGRAPH, alternative)
        self.images = []

    def enter(self, element: etree._Element) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in SILENT_TAGS or is_reference(element):
            return
        if tag == "br":
            self.words.append("\n")
        elif tag == "img":
            self.take_image(element)
        elif tag == "button":
            self.take_button(element)
        elif tag in _HEADINGS:
            self.take_heading(element, _HEADINGS[tag])
        elif tag in ("ul", "ol"):
            self.take_list(element)
        elif tag == "table":
            self.take_table(element)
        elif tag in ("details", "dl"):
            self.take_disclosed(element)
        elif tag == "p" and not self.lists and _is_all_bold(element):
            self.take_bold(element)
        elif self.lists and tag in ("p", "div", "section", "blockquote"):
            # An item stays one block, in however many paragraphs.
            self.words.append(" ")
            self.children(element)
            self.words.append(" ")
        elif tag in BLOCK_TAGS or tag in ("tbody", "tr", "td", "th", "caption"):
            self.flush()
            self.children(element)
            self.flush()
        else:
            self.children(element)

    def children(self, element: etree._Element) -> None:
        self.words.append(_one_line(element.text))
        for child in element:
            self.enter(child)
            self.words.append(_one_line(child.tail))

    def take_heading(self, element: etree._Element, level: int) -> None:
        self.flush()
        self.add(BlockKind.HEADING, text_of(element), level, pair=0)

    def take_image(self, element: etree._Element) -> None:
        """An image of a word or a sign stands in its line; any other becomes a paragraph after this one."""
        alternative = alternative_text(element)
        if len(alternative.split()) < 2:
            self.words.append(alternative if "emoji" in (element.get("class") or "") else "")
        elif alternative not in self.images:
            self.images.append(alternative)

    def take_button(self, element: etree._Element) -> None:
        """A button is machinery, unless it is a question that unfolds its answer."""
        text = text_of(element)
        if is_question(text):
            self.flush()
            self.add(BlockKind.QUESTION, text, pair=0)

    def take_bold(self, element: etree._Element) -> None:
        self.flush()
        text = text_of(element)
        kind = BlockKind.QUESTION if is_question(text) else BlockKind.HEADING
        self.add(kind, text, _BOLD_HEADING_LEVEL, pair=0)

    def take_list(self, element: etree._Element) -> None:
        self.flush()
        if any(True for _ in element.iterdescendants(*_HEADINGS)):
            # Cards, each with its heading: no list to a reader.
            self.children(element)
            self.flush()
            return
        outer = self.marker
        self.lists.append(next(self.numbers))
        number = int(start) if (start := element.get("start") or "1").isdecimal() and len(start) < 6 else 1
        for child in element:
            if child.tag == "li":
                self.marker = f"{number}. " if element.tag == "ol" else "- "
                number += 1
                self.children(child)
                self.flush()
            else:
                self.enter(child)
        self.flush()
        self.lists.pop()
        self.marker = outer

    def take_disclosed(self, element: etree._Element) -> None:
        """Read <details> and <dl>: what is asked or named, then what is said about it."""
        self.flush()
        outer = self.pair
        for child in element.iter("dt", "dd") if element.tag == "dl" else element:
            if child.tag in ("summary", "dt"):
                text = text_of(child)
                self.pair = next(self.numbers) if is_question(text) else outer
                self.add(BlockKind.QUESTION if is_question(text) else BlockKind.PARAGRAPH, text)
            else:
                self.enter(child)
            if element.tag == "details":
                self.words.append(_one_line(child.tail))
        self.flush()
        self.pair = outer

    def take_table(self, element: etree._Element) -> None:
        """Read a table row by row; one that only lays out the page is read as the blocks in it."""
        self.flush()
        if element.get("role") in ("presentation", "none") or _lays_out(element):
            self.children(element)
            self.flush()
            return
        for caption in element.iterchildren("caption"):
            self.add(BlockKind.PARAGRAPH, text_of(caption))
        group = next(self.numbers)
        for at, row in enumerate(element.iter("tr")):
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            text = " | ".join(text_of(cell) for cell in cells).strip(" |")
            head = at == 0 and len(cells) > 1 and all(cell.tag == "th" for cell in cells)
            self.add(
                BlockKind.TABLE_HEAD if head else BlockKind.TABLE_ROW, collapse_spaces(text), group=group
            )


def _one_line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _lays_out(table: etree._Element) -> bool:
    if any(True for _ in table.iterdescendants("table")):
        return True
    for cell in table.iter("td", "th"):
        if sum(1 for _ in cell.iterdescendants(*_LAYOUT)) > 1:
            return True
    return all(sum(cell.tag in ("td", "th") for cell in row) < 2 for row in table.iter("tr"))


def _is_all_bold(paragraph: etree._Element) -> bool:
    """Whether a paragraph is a heading in all but name: short, bold throughout, no sentence."""
    if len(paragraph) != 1 or paragraph[0].tag not in ("strong", "b"):
        return False
    if (paragraph.text or "").strip() or (paragraph[0].tail or "").strip():
        return False
    text = text_of(paragraph)
    return is_question(text) or (
        len(text.split()) <= LONGEST_BOLD_HEADING_WORDS and text[-1:] not in '.!:;,…”"'
    )

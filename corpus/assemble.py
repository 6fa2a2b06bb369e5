"""Turn blocks into an Article: one text, and the sections and passages that point into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.article import Article, Passage, PassageKind, Section, Span
from corpus.blocks import Block, BlockKind
from corpus.questions import find_pairs
from corpus.sentences import split_sentences

OPENING_TITLE = "Introduction"
LONGEST_LABEL_WORDS = 12
# Deeper than any heading, so that the first heading ends the opening section.
_OPENING_LEVEL = 1_000

_INTRODUCES = re.compile(
    r"\b(following|as follows|below|includ(?:e|es|ed|ing)|these|such as)\b", re.IGNORECASE
)
_LISTED = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_ROWS = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.TABLE_HEAD)


@dataclass(slots=True)
class _OpenSection:
    title: str
    heading: Span
    heading_level: int
    level: int
    parent: int | None
    end: int


def assemble_article(
    blocks: Sequence[Block], title: str, language: str = "en", source_url: str | None = None
) -> Article:
    """Lay `blocks` out as one text and return the Article that points into it.

    Blocks stand a blank line apart; the items of one list, or rows of one table, a line apart.
    """
    text, spans = _lay_out(blocks)
    return _Assembly(blocks, text, spans, language).build(title, source_url)


def _lay_out(blocks: Sequence[Block]) -> tuple[str, list[Span]]:
    pieces: list[str] = []
    spans: list[Span] = []
    at = 0
    for index, block in enumerate(blocks):
        gap = ""
        if index:
            gap = "\n" if block.kind in _ROWS and blocks[index - 1].kind in _ROWS else "\n\n"
        before = gap + block.marker
        start = at + len(before)
        at = start + len(block.text)
        pieces += (before, block.text)
        spans.append(Span(start, at))
    return "".join(pieces), spans


class _Assembly:
    """The state of one walk over the blocks."""

    def __init__(self, blocks: Sequence[Block], text: str, spans: list[Span], language: str) -> None:
        self.blocks = blocks
        self.text = text
        self.spans = spans
        self.language = language
        self.pairs = find_pairs(blocks)
        self.sections: list[_OpenSection] = []
        self.open: list[int] = []
        self.passages: list[Passage] = []
        self.lead_ins: dict[int, Span | None] = {}

    def build(self, title: str, source_url: str | None) -> Article:
        at = 0
        while at < len(self.blocks):
            at = self._take(at)
        self._close(0, len(self.text))
        sections = tuple(
            Section(s.title, s.level, s.heading, Span(s.heading.start, s.end), s.parent)
            for s in self.sections
        )
        return Article(title, self.text, sections, tuple(self.passages), self.language, source_url)

    def _take(self, at: int) -> int:
        """Add the block at `at`, with its answer if it is a question, and return the next index."""
        block, stop = self.blocks[at], self.pairs.get(at)
        if block.kind is BlockKind.HEADING:
            before = self.spans[at - 1].end if at else 0
            self._close(block.level, before)
            if stop is None or not self.open:
                self._open(block.text, self.spans[at], block.level)
        elif not self.open:
            start = self.spans[at].start - len(block.marker)
            self._open(OPENING_TITLE, Span(start, start), _OPENING_LEVEL)
        if stop is not None:
            self._add_pair(at, stop)
            return stop
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.QUESTION):
            self._add_paragraph(at)
        elif block.kind in _LISTED:
            self._add_listed(at)
        return at + 1

    def _open(self, title: str, heading: Span, heading_level: int) -> None:
        parent = self.open[-1] if self.open else None
        level = 1 if parent is None else self.sections[parent].level + 1
        self.open.append(len(self.sections))
        self.sections.append(_OpenSection(title, heading, heading_level, level, parent, heading.end))

    def _close(self, heading_level: int, end: int) -> None:
        while self.open and self.sections[self.open[-1]].heading_level >= heading_level:
            self.sections[self.open.pop()].end = end

    def _sentences(self, at: int) -> tuple[Span, ...]:
        if self.blocks[at].kind in _ROWS:
            return (self.spans[at],)
        start = self.spans[at].start
        return tuple(
            Span(start + a, start + b) for a, b in split_sentences(self.blocks[at].text, self.language)
        )

    def _add_pair(self, at: int, stop: int) -> None:
        answer = range(at + 1, stop)
        answered = [i for i in answer if self.blocks[i].kind is not BlockKind.TABLE_HEAD] or list(answer)
        sentences = tuple(sentence for i in answered for sentence in self._sentences(i))
        span = Span(self.spans[at].start, sentences[-1].end)
        kind = PassageKind.QUESTION_ANSWER
        self.passages.append(Passage(kind, span, self.open[-1], sentences, question=self.spans[at]))

    def _add_paragraph(self, at: int) -> None:
        sentences = self._sentences(at)
        following = at + 1
        if (
            following < len(self.blocks)
            and self.blocks[following].kind in _LISTED
            and following not in self.pairs
        ):
            last = sentences[-1].cut(self.text)
            unfinished = last[-1] not in '.!…"”’»)'
            if unfinished or _INTRODUCES.search(last):
                self.lead_ins[self.blocks[following].group] = sentences[-1]
            if last[-1] in ":?" or (unfinished and len(last.split()) <= LONGEST_LABEL_WORDS):
                # It says nothing without the list.
                sentences = sentences[:-1]
        if sentences:
            span = Span(sentences[0].start, sentences[-1].end)
            self.passages.append(Passage(PassageKind.PARAGRAPH, span, self.open[-1], sentences))

    def _add_listed(self, at: int) -> None:
        block, span = self.blocks[at], self.spans[at]
        if block.group not in self.lead_ins:
            self.lead_ins[block.group] = self._line_above(at)
        kind = PassageKind.LIST_ITEM if block.kind is BlockKind.LIST_ITEM else PassageKind.TABLE_ROW
        lead_in = self.lead_ins[block.group]
        self.passages.append(Passage(kind, span, self.open[-1], (span,), lead_in, group=block.group))

    def _line_above(self, at: int) -> Span | None:
        """The item a nested list stands in, or the head of a table."""
        if at == 0:
            return None
        block, before = self.blocks[at], self.blocks[at - 1]
        nested = before.kind is BlockKind.LIST_ITEM and before.depth < block.depth
        headed = before.kind is BlockKind.TABLE_HEAD and before.group == block.group
        return self.spans[at - 1] if nested or headed else None

"""The vocabulary of reading: an Article and the ranges of its text that everything else points at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class PassageKind(StrEnum):
    """What a passage is made from."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    QUESTION_ANSWER = "question_answer"
    TABLE_ROW = "table_row"


@dataclass(frozen=True, slots=True)
class Span:
    """A range of an article's text, in code points, end exclusive.

    >>> Span(4, 9).cut("The quick fox")
    'quick'
    """

    start: int
    end: int

    def cut(self, text: str) -> str:
        return text[self.start : self.end]

    def __contains__(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it, up to the next heading of the same or a higher level.

    `heading` is where the heading stands in the text; it is empty (start == end) for the opening
    section, whose title is then "Introduction". `span` covers the heading and everything below it.
    """

    title: str
    level: int
    heading: Span
    span: Span
    parent: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """What one search hit returns: a paragraph, a list item, a table row, or a question-and-answer pair.

    `span` is the passage's own text: for a pair, the question and its answer; for a list item, the item
    without its marker. `sentences` are the ranges a quote may be made of: for a pair the answer's only, and
    each list item counts as one sentence. Items of one list share `group` (an integer that no other list of
    the article has) and the `lead_in` sentence that introduces them.
    """

    kind: PassageKind
    span: Span
    section: int
    sentences: tuple[Span, ...]
    lead_in: Span | None = None
    question: Span | None = None
    group: int | None = None


@dataclass(frozen=True)
class Article:
    """A read article: normalised text, and its sections and passages in reading order.

    `text` is NFC with LF line ends and no control, zero-width or bidirectional-control characters, so an
    offset means the same place wherever it is used. `left_out` are the beginnings of texts that the file holds and
    a reader of its page does not see; they are no part of the article.
    """

    title: str
    text: str
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    language: str = "en"
    source_url: str | None = None
    left_out: tuple[str, ...] = ()

    @cached_property
    def revision(self) -> str:
        """The SHA-256 of the text, in hexadecimal: two articles with one revision have the same offsets."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def section_path(self, section: int) -> tuple[str, ...]:
        """The titles from the top of the article down to `section`."""
        path: list[str] = []
        at: int | None = section
        while at is not None:
            path.append(self.sections[at].title)
            at = self.sections[at].parent
        return tuple(reversed(path))

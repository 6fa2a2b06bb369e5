"""What the assistant says: an Answer made of Quotes, each a slice of the article."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    NEAREST = "nearest"  # on topic, but the article does not say; the closest passage is shown
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of the article: `article.text[start:end] == text`, always.

    `section` is the titles from the top of the article to the section the quote stands in. `marks` are
    ranges of the article's text, inside the quote, of the words that carry the answer; it may be empty.
    `lead_in` is the article's sentence that introduces the list a quoted item belongs to, empty otherwise.
    `score` orders the quotes of one answer and means nothing across questions.
    """

    text: str
    start: int
    end: int
    section: tuple[str, ...]
    score: float
    marks: tuple[tuple[int, int], ...] = ()
    lead_in: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    `confidence` is the calibrated probability, 0 to 1, that the article answers the question and the first
    quote holds the answer. `quotes` are best first and at most three; when the outcome is NEAREST they show
    the closest passage, when it is OFF_TOPIC there are none. `read_as` is the stand-alone question a
    follow-up was understood as, None when the question was taken as typed. `suggestions` are questions the
    article answers that have not been asked yet.
    """

    question: str
    outcome: Outcome
    confidence: float
    quotes: tuple[Quote, ...]
    suggestions: tuple[str, ...]
    revision: str
    read_as: str | None = None
    took_ms: float = 0.0

"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """What the reader made of one sentence.

    `span_score` is the logit of the likeliest answer inside it, less that of "no answer here";
    `answerable` the logit that the text around it answers the question; `start` and `end` are the range of
    that likeliest answer in the article's text.
    """

    span_score: float
    answerable: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, with where its score comes from.

    `score` is that of its best sentence. `sentences` are the scores of the passage's sentences, in order.
    `dense` is the cosine of question and passage, or of the question and its best sentence where that is
    higher; `lexical` the passage's BM25; `coverage` the share, 0 to 1, of the question's rare words that the
    passage holds. `readings` has an entry for each sentence, None for one that was not read; it is empty
    when there is no reader.
    """

    passage: int
    score: float
    dense: float
    lexical: float
    coverage: float
    sentences: tuple[float, ...]
    readings: tuple[SentenceReading | None, ...] = ()

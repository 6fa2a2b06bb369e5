"""The last look before a quotation is shown: it must stand in the article, word for word, where it says."""

from __future__ import annotations

import logging
from dataclasses import replace

from assistant.answer import Answer, Outcome, Quote
from corpus import Article

log = logging.getLogger(__name__)


def is_verbatim(quote: Quote, article: Article) -> bool:
    """Whether a quotation is exactly the article's text at its place, and what is marked in it is inside of it."""
    inside = 0 <= quote.start < quote.end <= len(article.text)
    marked = all(quote.start <= start < end <= quote.end for start, end in quote.marks)
    return inside and marked and article.text[quote.start : quote.end] == quote.text


def keep_verbatim(answer: Answer, article: Article) -> Answer:
    """The answer without quotations that are not the article's words; each of those is logged by its place alone.

    Nothing that chooses quotations can make one, so this says that memory, a file or the program is broken. An
    answer that has none left claims nothing any more.
    """
    kept = tuple(quote for quote in answer.quotes if is_verbatim(quote, article))
    if len(kept) == len(answer.quotes):
        return answer
    for quote in answer.quotes:
        if quote not in kept:
            log.error(
                "a quotation at %d-%d is not in revision %s word for word: it is not shown",
                quote.start,
                quote.end,
                article.revision[:12],
            )
    outcome = answer.outcome if kept else Outcome.OFF_TOPIC
    return replace(answer, quotes=kept, outcome=outcome, confidence=answer.confidence if kept else 0.0)

"""Questions to offer: the article's own, never one that has been asked."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Quote
from corpus import Article
from index.lexical import tokenize

STARTERS = 4
SUGGESTIONS = 3


def list_questions(article: Article) -> tuple[str, ...]:
    """What can be offered, in reading order: the article's questions, then its section titles."""
    asked = [p.question.cut(article.text).strip() for p in article.passages if p.question]
    asking = {passage.section for passage in article.passages if passage.question}
    filled = {passage.section for passage in article.passages} - asking
    titles = [
        s.title for at, s in enumerate(article.sections) if at in filled and s.heading.end > s.heading.start
    ]
    return tuple(dict.fromkeys((*asked, *(title for title in titles if not title.endswith("?")))))


def list_starters(article: Article) -> tuple[str, ...]:
    """Up to four questions for a reader who has not asked yet, spread over the article."""
    return list_questions(article)[:STARTERS]


def suggest_questions(article: Article, quotes: Sequence[Quote], asked: Sequence[str]) -> tuple[str, ...]:
    """Up to three questions that have not been asked, those standing nearest to the quotes first.

    A question counts as asked when its words are those of one in `asked`, whatever their order and ending;
    the titles of the sections just quoted count as asked too.
    """
    done = {frozenset(tokenize(question)) for question in asked}
    done |= {frozenset(tokenize(title)) for quote in quotes for title in quote.section}
    fresh = [question for question in list_questions(article) if frozenset(tokenize(question)) not in done]
    about = {term for quote in quotes for term in tokenize(quote.text)}
    fresh.sort(key=lambda question: -len(about & set(tokenize(question))))
    return tuple(fresh[:SUGGESTIONS])

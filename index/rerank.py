"""Reading the best candidates again, question and text together, and ranking them by what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus import Article
from index.hit import Hit, SentenceReading
from index.passages import SearchTexts, describe_lead, list_titles
from index.reader import Reader, Reading

WINDOWS = (
    3  # windows read for one question; 4 of 60 words read no better and cost a third more (docs/quality.md)
)
WINDOW_WORDS = 50  # about 65 word pieces
# Fused score for one point of the reader's logits; flat around here (`python -m tests.bench.fit_ranking`).
SPAN_WEIGHT = 0.3  # span score over "no span"
ANSWERABLE_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences read together: numbers `first` to `last` of the article's sentences.

    `text` is what introduces them, then the sentences; `places[i]` is where sentence `first + i` starts in it.
    """

    first: int
    last: int
    text: str
    places: tuple[int, ...]


def reread_hits(
    article: Article, texts: SearchTexts, reader: Reader, question: str, hits: Sequence[Hit]
) -> tuple[Hit, ...]:
    """The hits with what the reader made of their best sentences, in the order that follows from it.

    A sentence that was not read ranks as if the reader had thought as little of it as of the worst read.
    """
    windows = cut_windows(article, texts, hits)
    read: dict[int, SentenceReading] = {}
    for window, reading in zip(windows, reader.read(question, [w.text for w in windows]), strict=True):
        read |= _score_sentences(article, texts, window, reading)
    worst = min((weigh_reading(reading) for reading in read.values()), default=0.0)
    reranked = []
    for hit in hits:
        numbers = range(texts.first[hit.passage], texts.first[hit.passage + 1])
        readings = tuple(read.get(number) for number in numbers)
        sentences = tuple(
            score + (weigh_reading(reading) if reading else worst)
            for score, reading in zip(hit.sentences, readings, strict=True)
        )
        reranked.append(replace(hit, score=max(sentences), sentences=sentences, readings=readings))
    return tuple(sorted(reranked, key=lambda hit: -hit.score))


def weigh_reading(reading: SentenceReading) -> float:
    """What a reading adds to a sentence's fused score."""
    return SPAN_WEIGHT * reading.span_score + ANSWERABLE_WEIGHT * reading.answerable


def cut_windows(article: Article, texts: SearchTexts, hits: Sequence[Hit]) -> list[Window]:
    """Windows around the best sentences of the hits, best first, none read twice."""
    ranked = sorted(
        ((score, texts.first[hit.passage] + at) for hit in hits for at, score in enumerate(hit.sentences)),
        reverse=True,
    )
    windows: list[Window] = []
    for _, number in ranked:
        if len(windows) == WINDOWS:
            break
        if not any(window.first <= number <= window.last for window in windows):
            windows.append(_cut_window(article, texts, number))
    return windows


def _cut_window(article: Article, texts: SearchTexts, number: int) -> Window:
    """The window around one sentence: its neighbours in the same paragraph, pair or list, while they fit."""
    passage = article.passages[texts.owner[number]]
    lead = " ".join(
        (*(f"{title}." for title in list_titles(article, passage)[-1:]), describe_lead(article, passage))
    )
    lead = f"{lead.strip()} " if lead.strip() else ""
    words = len(lead.split()) + _count_words(article, texts, number)
    first = last = number
    while True:
        beside = [
            n
            for n in (last + 1, first - 1)
            if 0 <= n < len(texts.owner) and _belong(article, texts, n, number)
        ]
        fitting = next((n for n in beside if words + _count_words(article, texts, n) <= WINDOW_WORDS), None)
        if fitting is None:
            break
        words += _count_words(article, texts, fitting)
        first, last = min(first, fitting), max(last, fitting)
    text = lead
    places = []
    for n in range(first, last + 1):
        places.append(len(text))
        text += _cut_sentence(article, texts, n) + " "
    return Window(first, last, text.rstrip(), tuple(places))


def _belong(article: Article, texts: SearchTexts, one: int, other: int) -> bool:
    a, b = texts.owner[one], texts.owner[other]
    group = article.passages[a].group
    return a == b or (group is not None and group == article.passages[b].group)


def _cut_sentence(article: Article, texts: SearchTexts, number: int) -> str:
    owner = texts.owner[number]
    return article.passages[owner].sentences[number - texts.first[owner]].cut(article.text)


def _count_words(article: Article, texts: SearchTexts, number: int) -> int:
    return len(_cut_sentence(article, texts, number).split())


def _score_sentences(
    article: Article, texts: SearchTexts, window: Window, reading: Reading
) -> dict[int, SentenceReading]:
    scored = {}
    for number, place in zip(range(window.first, window.last + 1), window.places, strict=True):
        owner = texts.owner[number]
        sentence = article.passages[owner].sentences[number - texts.first[owner]]
        score, start, end = reading.best_span(place, place + sentence.end - sentence.start)
        if np.isfinite(score):
            shift = sentence.start - place
            scored[number] = SentenceReading(
                span_score=score - reading.null,
                answerable=reading.answerable,
                start=start + shift,
                end=end + shift,
            )
    return scored

"""Reading the best candidates again, question and text together, and ranking them by what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus import Article
from index.hit import Hit, SentenceReading
from index.passages import SearchTexts, describe_lead, list_titles
from index.reader import Reader, Reading

WINDOW_WORDS = 50  # about 65 word pieces


@dataclass(frozen=True, slots=True)
class Rereading:
    """How much is read again and what it counts; chosen by `python -m tests.bench.fit_ranking`.

    Windows are read by `rounds`: the few best first, and more only as long as no reading's answerability logit
    reaches `convinced`. `span` and `answerable` are what one point of the reader's logits adds to a fused score.
    """

    rounds: tuple[int, ...] = (4, 4)
    convinced: float = 0.0
    span: float = 2.0
    answerable: float = 1.0


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
    article: Article,
    texts: SearchTexts,
    reader: Reader,
    question: str,
    hits: Sequence[Hit],
    how: Rereading = Rereading(),
) -> tuple[Hit, ...]:
    """The hits with what the reader made of their best sentences, in the order that follows from it.

    A sentence that was not read ranks as if the reader had thought as little of it as of the worst read.
    """
    windows = cut_windows(article, texts, hits, sum(how.rounds))
    read: dict[int, SentenceReading] = {}
    for count in how.rounds:
        readings = reader.read(question, [window.text for window in windows[:count]])
        for window, reading in zip(windows, readings, strict=False):
            for number, scored in _score_sentences(article, texts, window, reading).items():
                if number not in read or weigh_reading(read[number], how) < weigh_reading(scored, how):
                    read[number] = scored  # windows of one paragraph overlap
        windows = windows[count:]
        if not windows or max(reading.answerable for reading in readings) >= how.convinced:
            break
    worst = min((weigh_reading(reading, how) for reading in read.values()), default=0.0)
    reranked = []
    for hit in hits:
        numbers = range(texts.first[hit.passage], texts.first[hit.passage + 1])
        readings = tuple(read.get(number) for number in numbers)
        sentences = tuple(
            score + (weigh_reading(reading, how) if reading else worst)
            for score, reading in zip(hit.sentences, readings, strict=True)
        )
        reranked.append(replace(hit, score=max(sentences), sentences=sentences, readings=readings))
    return tuple(sorted(reranked, key=lambda hit: -hit.score))


def weigh_reading(reading: SentenceReading, how: Rereading = Rereading()) -> float:
    """What a reading adds to a sentence's fused score."""
    return how.span * reading.span_score + how.answerable * reading.answerable


def cut_windows(article: Article, texts: SearchTexts, hits: Sequence[Hit], most: int) -> list[Window]:
    """At most `most` windows around the best sentences of the hits, best first, no sentence the centre of two."""
    ranked = sorted(
        (-score, texts.first[hit.passage] + at) for hit in hits for at, score in enumerate(hit.sentences)
    )
    windows: list[Window] = []
    for _, number in ranked:
        if len(windows) == most:
            break
        if not any(window.first <= number <= window.last for window in windows):
            windows.append(cut_window(article, texts, number))
    return windows


def cut_window(article: Article, texts: SearchTexts, number: int, most: int = WINDOW_WORDS) -> Window:
    """The window around one sentence: its neighbours in the same paragraph, pair or list, within `most` words."""
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
        fitting = next((n for n in beside if words + _count_words(article, texts, n) <= most), None)
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

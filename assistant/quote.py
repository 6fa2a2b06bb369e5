"""Choosing what to quote: whole sentences of the article around its best-scored one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Quote
from corpus import Article, Passage, PassageKind, Span
from index import Hit
from index.lexical import find_words, stem_word, tokenize

MOST_QUOTES = 3
LONGEST_QUOTE = 80  # words; nothing is added around the best sentence beyond this
LONGEST_LIST = 150  # words; a longer list is quoted by item

_SAID = re.compile(
    r"\b(said|says|saying|stated|states|told|tells|added|adds|described|describes|asked|asks|warned|warns|"
    r"wrote|writes|explained|explains|noted|notes|argued|argues|replied|replies|recalled|recalls|insisted|"
    r"insists|declared|declares|announced|announces|remarked|remarks|testified|testifies)\b"
)
_ONLY_SPEECH = re.compile(r"[“\"‘«][^”\"»]*[”\"’»][.,!?…]*")
_LAST_NAME = re.compile(r"\b[A-Z][\w’'-]+\Z")
_REST_OF_NAME = re.compile(r"(?:[ ][A-Z](?:[’'][A-Z])?[\w-]+)+")
_ASKS_PLURAL = re.compile(
    r"\b(?:what|which|who|list|name|give)\b(?:\s+(?:are|were|me|all|of|the|some|key|main|other))*"
    r"(?:\s+[\w'’-]+){0,2}?\s+([\w'’-]+s)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Margins:
    """How far below the best a sentence's score may be (`python -m tests.bench.fit_ranking` for `neighbour`)."""

    neighbour: float = 20.0  # for a sentence beside the best one to join its quote
    another: float = 2.0  # for a sentence elsewhere to make a quote of its own


RETRIEVED = Margins(neighbour=6.0)  # where no reader's scores are in: the others spread half as far
TRANSLATED = Margins(neighbour=9.0)  # where the reader's count less (`index.search.TRANSLATED`)


def choose_quotes(
    article: Article, question: str, hits: Sequence[Hit], margins: Margins | None = None
) -> tuple[Quote, ...]:
    """At most three quotes for a question, best first, from different places; empty without hits.

    A quote grows from one sentence: to the whole list when the question asks for the list, to the whole
    answer of a question-and-answer pair, to the neighbour that names the speaker of direct speech, and to
    neighbours that score nearly as well, within LONGEST_QUOTE words.
    """
    if margins is None:
        margins = Margins() if any(hit.readings for hit in hits) else RETRIEVED
    ranked = sorted(
        ((score, hit, at) for hit in hits for at, score in enumerate(hit.sentences)),
        key=lambda candidate: -candidate[0],
    )
    chosen: list[tuple[Span, float, Passage]] = []
    for score, hit, at in ranked:
        if chosen and score < chosen[0][1] - margins.another:
            break
        passage = article.passages[hit.passage]
        span = grow_quote(article, question, hit, at, hits, margins.neighbour)
        beside = next((i for i, (other, _, p) in enumerate(chosen) if _meet(article, span, other)), None)
        if beside is None:
            if len(chosen) < MOST_QUOTES:
                chosen.append((span, score, passage))
        elif span not in chosen[beside][0]:
            other, other_score, other_passage = chosen[beside]
            merged = Span(min(span.start, other.start), max(span.end, other.end))
            if count_words(merged.cut(article.text)) <= LONGEST_QUOTE:
                chosen[beside] = (merged, other_score, other_passage)
                # what it grew over is in it now
                chosen = [
                    c
                    for c in chosen
                    if c[0] == merged or not (c[0].start < merged.end and merged.start < c[0].end)
                ]
    return tuple(_make_quote(article, span, score, passage, hits) for span, score, passage in chosen)


def set_aside(article: Article, hits: Sequence[Hit], seen: Sequence[Span]) -> tuple[Hit, ...]:
    """The hits as if sentences that meet a range of `seen` did not exist; hits of no others are left out."""
    kept = []
    for hit in hits:
        sentences = article.passages[hit.passage].sentences
        scores = tuple(
            float("-inf") if any(place.start < s.end and s.start < place.end for place in seen) else score
            for s, score in zip(sentences, hit.sentences, strict=True)
        )
        if max(scores) > float("-inf"):
            kept.append(replace(hit, score=max(scores), sentences=scores))
    return tuple(sorted(kept, key=lambda hit: -hit.score))


def grow_quote(
    article: Article, question: str, hit: Hit, at: int, hits: Sequence[Hit], margin: float
) -> Span:
    """The range to quote for sentence number `at` of a hit's passage."""
    passage = article.passages[hit.passage]
    if passage.group is not None:
        whole = find_list(article, passage)
        if count_words(whole.cut(article.text)) <= LONGEST_LIST and _asks_for_list(
            article, question, hit, hits, margin
        ):
            return whole
    sentences = passage.sentences
    if passage.kind is PassageKind.QUESTION_ANSWER:
        whole = Span(sentences[0].start, sentences[-1].end)
        if count_words(whole.cut(article.text)) <= LONGEST_QUOTE:
            return whole
    first = last = at
    if _ONLY_SPEECH.fullmatch(sentences[at].cut(article.text)):
        speaker = next(
            (
                i
                for i in (at - 1, at + 1)
                if 0 <= i < len(sentences) and _names_speaker(article, sentences[i])
            ),
            at,
        )
        first, last = min(at, speaker), max(at, speaker)
    floor = hit.sentences[at] - margin
    while True:
        beside = [i for i in (first - 1, last + 1) if 0 <= i < len(sentences) and hit.sentences[i] >= floor]
        beside = [
            i
            for i in beside
            if count_words(article.text[sentences[min(first, i)].start : sentences[max(last, i)].end])
            <= LONGEST_QUOTE
        ]
        if not beside:
            return Span(sentences[first].start, sentences[last].end)
        best = max(beside, key=lambda i: hit.sentences[i])
        first, last = min(first, best), max(last, best)


def find_list(article: Article, passage: Passage) -> Span:
    """The range of a list item's whole list, its lead-in included."""
    items = [other for other in article.passages if other.group == passage.group]
    lead = passage.lead_in or items[0].span
    return Span(min(lead.start, items[0].span.start), items[-1].span.end)


def count_words(text: str) -> int:
    """How many words a text has, white space between them: "at 8 p.m." -> 3."""
    return len(text.split())


def _asks_for_list(article: Article, question: str, hit: Hit, hits: Sequence[Hit], margin: float) -> bool:
    """Whether a question that found a list item is about the list.

    It is when it asks for several of what the lead-in announces ("which organizations …"), or when the item
    adds none of the question's words to those of the lead-in and other items score nearly as well.
    """
    passage = article.passages[hit.passage]
    lead = passage.lead_in.cut(article.text) if passage.lead_in else ""
    announced = set(tokenize(" ".join((lead, *article.section_path(passage.section)))))
    plural = _ASKS_PLURAL.search(question)
    if (
        plural
        and plural.group(1).casefold() not in ("is", "was", "does", "has")
        and stem_word(find_words(plural.group(1))[0]) in set(tokenize(lead))
    ):
        return True
    item = set(tokenize(passage.span.cut(article.text)))
    if (set(tokenize(question)) - announced) & item:
        return False
    siblings = [
        other.score
        for other in hits
        if other.passage != hit.passage and article.passages[other.passage].group == passage.group
    ]
    return bool(siblings) and max(siblings) >= hit.score - margin


def _names_speaker(article: Article, sentence: Span) -> bool:
    return _SAID.search(sentence.cut(article.text)) is not None


def _meet(article: Article, one: Span, other: Span) -> bool:
    """Whether two ranges overlap or stand beside each other in one line."""
    if one.start < other.end and other.start < one.end:
        return True
    between = article.text[min(one.end, other.end) : max(one.start, other.start)]
    return not between.strip() and "\n" not in between


def mark_answer(text: str, span: Span, hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
    """The range of the words the reader took for the answer inside a quote; empty when it read none of it.

    A name is marked to its end: "Ana Ruiz" where the reader took "Ana".
    """
    read = [r for hit in hits for r in hit.readings if r and span.start <= r.start and r.end <= span.end]
    best = max(read, key=lambda reading: reading.span_score, default=None)
    if best is None:
        return ()
    ends_in_name = _LAST_NAME.search(text, best.start, best.end)
    rest = _REST_OF_NAME.match(text, best.end, span.end) if ends_in_name else None
    return ((best.start, rest.end() if rest else best.end),)


def _make_quote(article: Article, span: Span, score: float, passage: Passage, hits: Sequence[Hit]) -> Quote:
    lead = passage.lead_in
    whole = find_list(article, passage) if passage.group is not None else None  # every item of it answers
    carries = passage.kind in (PassageKind.LIST_ITEM, PassageKind.TABLE_ROW) and lead and lead not in span
    return Quote(
        text=span.cut(article.text),
        start=span.start,
        end=span.end,
        section=article.section_path(passage.section),
        score=score,
        marks=() if span == whole else mark_answer(article.text, span, hits),
        lead_in=lead.cut(article.text) if carries and lead else "",
    )

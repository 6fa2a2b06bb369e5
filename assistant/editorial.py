"""What editors decided about one article, applied to its answers: settled questions and the threshold in force."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.answer import Answer, Outcome, Quote
from assistant.assistant import Assistant, Examined
from assistant.decide import Rule, with_threshold
from assistant.quality.golden import Golden, golden_as_dict, golden_from_dict, make_golden
from assistant.records.decisions import (
    KeptGolden,
    KeptThreshold,
    keep_golden,
    keep_threshold,
    list_golden,
    list_thresholds,
)
from assistant.records.store import Records
from assistant.same_question import ask_the_same
from corpus import Article, Span

MOST_QUOTES = 3
_JOINT = re.compile(r"\s*+(?:[-*•–]|\d{1,3}[.)])?\s*+")  # what may stand between two sentences of one quote


class PickError(ValueError):
    """Sentences that cannot be an answer; the message says what to pick instead."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An editor's decision on a question of one article.

    `spans` is where the picked sentences stand in the article as it is now; empty when the editor said that
    the article does not answer, None when the sentences are no longer there, and the decision is not used.
    """

    kept: KeptGolden
    golden: Golden
    spans: tuple[Span, ...] | None

    @property
    def stale(self) -> bool:
        return self.spans is None


class Editorial:
    """The decisions on one article, in memory as the records have them; safe to share between threads.

    Every change is kept first and holds from then on, for the assistant's article as it stands.
    """

    def __init__(self, records: Records, slug: str, assistant: Assistant) -> None:
        self.records = records
        self.slug = slug
        self._lock = threading.Lock()
        self.reload(assistant)

    def reload(self, assistant: Assistant) -> None:
        """Read the decisions again, for an assistant that may read another revision now."""
        with self._lock:
            self._read(assistant)

    def _read(self, assistant: Assistant) -> None:
        kept = list_golden(self.records, self.slug, live_only=True)
        decisions = []
        for each in kept:
            golden = golden_from_dict(each.entry)
            spans = locate_quotes(assistant.article, golden.quotes) if golden.answerable else ()
            decisions.append(Decision(each, golden, spans))
        decisions.reverse()  # the newest is found first
        vectors = assistant.index.encoder.encode([decision.golden.question for decision in decisions])
        thresholds = list_thresholds(self.records, self.slug)
        # One assignment: whoever reads meanwhile has the old state or the new one.
        self._state = (assistant, tuple(decisions), vectors, thresholds)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Newest first."""
        return self._state[1]

    @property
    def thresholds(self) -> tuple[KeptThreshold, ...]:
        """Newest first; the first is in force."""
        return self._state[3]

    @property
    def rule(self) -> Rule:
        """The assistant's rule with the threshold in force."""
        assistant, _, _, thresholds = self._state
        if not thresholds or thresholds[0].answered_from is None:
            return assistant.rule
        return with_threshold(assistant.rule, thresholds[0].answered_from)

    def find(self, question: str, vector: np.ndarray | None = None) -> Decision | None:
        """The newest decision on a stand-alone question that can still be used.

        `vector` is the question's, where it is at hand: (dimension,) float32.
        """
        assistant, decisions, vectors, _ = self._state
        likely = [
            at
            for at, decision in enumerate(decisions)
            if not decision.stale and ask_the_same(decision.golden.question, question, 1.0)
        ]
        if not likely:  # most readers wait for no encoding here
            return None
        if vector is None:
            vector = assistant.index.encoder.encode([question])[0]
        for at in likely:
            if ask_the_same(decisions[at].golden.question, question, float(vectors[at] @ vector)):
                return decisions[at]
        return None

    def settle(self, examined: Examined) -> tuple[Answer, Decision] | None:
        """The answer an editor decided on, with the decision; None where the assistant decides."""
        assistant = self._state[0]
        decision = self.find(examined.meant)
        if decision is None or examined.answer.revision != assistant.article.revision:
            return None
        return apply_decision(assistant.article, examined, decision), decision

    def decide(
        self, question: str, quotes: Sequence[str], editor: str, note: str = "", also: Sequence[str] = ()
    ) -> Decision:
        """Keep that a question is answered by these sentences, or, without any, that the article does not say.

        `also` are other wordings the same holds for; all are kept or none. Raises PickError when the sentences
        are not in the article word for word, GoldenError for an empty question and RecordError when it could
        not be kept; then nothing changes.
        """
        with self._lock:
            assistant = self._state[0]
            spans = locate_quotes(assistant.article, quotes) if quotes else ()
            if spans is None:
                raise PickError("These sentences are not in the article word for word; pick them again.")
            section = " › ".join(find_section(assistant.article, spans[0].start)) if spans else ""
            golden = [
                make_golden(wording, quotes, section=section, answerable=bool(quotes), note=note)
                for wording in dict.fromkeys((question, *also))
            ]
            kept = keep_golden(self.records, self.slug, list(map(golden_as_dict, golden)), editor, live=True)
            self._read(assistant)
            return next(decision for decision in self.decisions if decision.kept.id == kept[0])

    def set_threshold(self, answered_from: float | None, editor: str) -> None:
        """Make a threshold the one in force, None for the assistant's own; raises RecordError."""
        with self._lock:
            keep_threshold(self.records, self.slug, answered_from, editor)
            self._read(self._state[0])


def apply_decision(article: Article, examined: Examined, decision: Decision) -> Answer:
    """The answer as decided: the picked sentences, or the nearest passage and that the article does not say."""
    answer = examined.answer
    if decision.spans:
        quotes = tuple(
            Quote(span.cut(article.text), span.start, span.end, find_section(article, span.start), 0.0)
            for span in decision.spans
        )
        return replace(answer, outcome=Outcome.ANSWERED, confidence=1.0, quotes=quotes)
    if answer.outcome is not Outcome.ANSWERED:
        return replace(answer, confidence=0.0)
    nearest = tuple(replace(quote, marks=()) for quote in answer.quotes[:1])
    return replace(answer, outcome=Outcome.NEAREST, confidence=0.0, quotes=nearest)


def locate_quotes(article: Article, quotes: Sequence[str]) -> tuple[Span, ...] | None:
    """Where quotes of whole sentences stand in an article; None when one does not, or not as whole sentences."""
    starts, ends = _find_edges(article)
    found = []
    for quote in quotes:
        at = article.text.find(quote)
        while at >= 0 and not (at in starts and at + len(quote) in ends):
            at = article.text.find(quote, at + 1)
        if at < 0 or not quote:
            return None
        found.append(Span(at, at + len(quote)))
    return tuple(found) or None


def _find_edges(article: Article) -> tuple[set[int], set[int]]:
    """Where sentences and the lead-ins of lists begin, and where they end."""
    spans = [span for passage in article.passages for span in (*passage.sentences, passage.lead_in) if span]
    return {span.start for span in spans}, {span.end for span in spans}


def pick_quotes(article: Article, picked: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The quotes that picked sentences make, those beside each other as one; raises PickError.

    `picked` are ranges of sentences or lead-ins, in any order.
    """
    starts, ends = _find_edges(article)
    spans: list[Span] = []
    for start, end in sorted(set(picked)):
        if start not in starts or end not in ends or start >= end:
            raise PickError("The article has changed meanwhile; open the question again and pick once more.")
        if spans and start < spans[-1].end:
            continue
        between = article.text[spans[-1].end : start] if spans else ""
        if spans and "\n\n" not in between and _JOINT.fullmatch(between):
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    if not spans:
        raise PickError("No sentence is picked yet: click the sentences that answer, in the article.")
    if len(spans) > MOST_QUOTES:
        raise PickError(f"These are {len(spans)} separate places; an answer shows at most {MOST_QUOTES}.")
    return tuple(span.cut(article.text) for span in spans)


def find_section(article: Article, at: int) -> tuple[str, ...]:
    """The titles from the top down to the section a place stands in."""
    holding = [
        number
        for number, section in enumerate(article.sections)
        if section.span.start <= at < section.span.end
    ]
    return article.section_path(holding[-1]) if holding else ()

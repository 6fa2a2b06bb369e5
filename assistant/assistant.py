"""The Assistant: one article, asked questions, answering with its own sentences."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from assistant.answer import Answer, Outcome, Quote
from assistant.decide import (
    FOREIGN,
    WITH_READER,
    WITHOUT_READER,
    Evidence,
    Rule,
    decide_outcome,
    measure_confidence,
    measure_topic,
    weigh_evidence,
    with_threshold,
)
from assistant.followup import TURNS, asks_for_more, stand_alone, stand_alone_elsewhere
from assistant.languages import KnownLanguages, find_foreign
from assistant.names import find_names
from assistant.quote import TRANSLATED, Margins, choose_quotes, set_aside
from assistant.settings import Settings
from assistant.suggest import list_starters, suggest_questions
from corpus import Article, Span, normalise_text, read_article
from index import (
    ArticleIndex,
    Encoder,
    Hit,
    Reader,
    ReaderError,
    SpanReader,
    Stage,
    load_encoder_pair,
    measure_stage,
    open_index,
)
from index.reader import WEIGHTS

log = logging.getLogger(__name__)

MOST_SHOWN = {Outcome.ANSWERED: 3, Outcome.NEAREST: 1, Outcome.OFF_TOPIC: 0}  # quotes
MORE_TURNS = 2  # earlier questions whose quotes "what else?" does not show again; each is searched once more
REMEMBERED = 256  # questions whose answers are kept in memory, some 10 kB each
HITS = 24  # passages looked at for one question; in a list each item is one


@dataclass(frozen=True, slots=True)
class Examined:
    """How an answer came about: what was searched for and found, and what was made of it.

    `quotes` are all that were chosen, of which the answer shows the first few; `evidence` is None when
    nothing was found; `topic` is what decides between NEAREST and OFF_TOPIC.
    """

    answer: Answer
    meant: str
    hits: tuple[Hit, ...]
    quotes: tuple[Quote, ...]
    evidence: Evidence | None
    topic: float
    rule: Rule


class QuestionError(ValueError):
    """A question that cannot be asked; the message says what to change."""


class Assistant:
    """Answers questions about one article. Safe to share between threads: after `open` only its memory changes."""

    def __init__(self, index: ArticleIndex, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.rule = WITH_READER if index.reader else WITHOUT_READER
        self.names = find_names(index.article)
        self._languages = KnownLanguages(index.foreign.encoder) if index.foreign else None
        self.starters = list_starters(index.article)
        self._recall = lru_cache(maxsize=REMEMBERED)(self._examine_anew)

    @property
    def article(self) -> Article:
        return self.index.article

    @classmethod
    def open(
        cls,
        source: str | Path | Article,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        reader: Reader | None = None,
        verify: bool = False,
        foreign: Encoder | None = None,
    ) -> Assistant:
        """An assistant for an article or a .txt, .md or .html file; builds or loads the article's index.

        Several assistants may share encoders and reader; `foreign` is the encoder for questions in other languages.
        Without `encoder` both are made as the settings say, and `verify` checks their weights; a reader that
        cannot be loaded is done without, and logged.
        Raises corpus.ArticleError for a file that is no article and index.EncoderError when the encoder
        cannot be loaded.
        """
        settings = settings or Settings()
        if isinstance(source, Article):
            article, key = source, source.revision[:16]
        else:
            article = read_article(source)
            place = hashlib.sha256(str(Path(source).resolve()).encode()).hexdigest()[:8]
            key = f"{re.sub(r'[^A-Za-z0-9-]+', '-', Path(source).stem)[:60]}-{place}"
        if encoder is None:
            encoder, foreign = load_encoders(settings, verify)
        if reader is None and settings.reader:
            reader = load_reader()
        folder = settings.data_dir / "indexes" / key
        return cls(open_index(article, encoder, folder, reader, foreign), settings)

    def ask(self, question: str, history: Sequence[str] = (), *, as_typed: bool = False) -> Answer:
        """The answer to a question, given the reader's earlier questions, oldest first.

        `as_typed` takes the question as it stands even when it looks like a follow-up. Raises QuestionError
        when it is empty or longer than `settings.max_question` characters.
        """
        return self.examine(question, history, as_typed=as_typed).answer

    def recall(
        self, question: str, history: Sequence[str] = (), *, as_typed: bool = False, rule: Rule | None = None
    ) -> Examined:
        """`examine`, from memory where just this was asked lately: many readers press the same suggestions.

        All that an answer follows from is in the key or belongs to this assistant, which a correction of the
        article replaces; what editors decided is applied after it (`Editorial.settle`).
        """
        began = time.perf_counter()
        question = clean_question(question, self.settings.max_question)
        examined = self._recall(question, tuple(history), as_typed, rule)
        took = round((time.perf_counter() - began) * 1000, 1)
        return replace(examined, answer=replace(examined.answer, took_ms=took))

    def count_recalled(self) -> tuple[int, int]:
        """How many questions were answered from memory since the start, and how many were not."""
        told = self._recall.cache_info()
        return told.hits, told.misses

    def _examine_anew(
        self, question: str, history: tuple[str, ...], as_typed: bool, rule: Rule | None
    ) -> Examined:
        return self.examine(question, history, as_typed=as_typed, rule=rule)

    def examine(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        as_typed: bool = False,
        rule: Rule | None = None,
        margins: Margins | None = None,
        read: bool = True,
    ) -> Examined:
        """The answer with everything it was made from; see `ask`.

        `rule` and `margins` take the place of the assistant's own for this question; with `read` off the
        reader model is left out, and the rule for that is taken. For a question in another language than the
        article's the threshold alone of `rule` holds.
        """
        began = time.perf_counter()
        question = clean_question(question, self.settings.max_question)
        rule = rule or (self.rule if read else WITHOUT_READER)
        with measure_stage(Stage.UNDERSTAND):
            meant = question if as_typed else self.understand(question, history)
            foreign = find_foreign(meant, self.article.language)
        with measure_stage(Stage.SEARCH):
            hits = self._search(meant, HITS, read)
            if history and not as_typed and asks_for_more(question):
                hits = set_aside(self.article, hits, self._list_quoted(history))
        if foreign:
            was_read = any(hit.readings for hit in hits)
            rule = with_threshold(FOREIGN[self._knows(foreign), was_read], rule.answered_from)
            margins = margins or (TRANSLATED if was_read else None)
        with measure_stage(Stage.DECIDE):
            return self._decide(question, history, meant, hits, rule, margins, began, foreign)

    def _decide(
        self,
        question: str,
        history: Sequence[str],
        meant: str,
        hits: tuple[Hit, ...],
        rule: Rule,
        margins: Margins | None,
        began: float,
        foreign: str,
    ) -> Examined:
        """The answer that a question's hits make; `began` is when it was asked, in time.perf_counter."""
        quotes = choose_quotes(self.article, meant, hits, margins)
        evidence = weigh_evidence(meant, hits, quotes[0], foreign or "en") if quotes else None
        confidence = measure_confidence(evidence, rule) if evidence else 0.0
        outcome = decide_outcome(hits, confidence, rule)
        shown = quotes[: MOST_SHOWN[outcome]]
        if outcome is not Outcome.ANSWERED:
            shown = tuple(replace(quote, marks=()) for quote in shown)  # no words of it answer
        answer = Answer(
            question=question,
            outcome=outcome,
            confidence=round(confidence, 4),
            quotes=shown,
            suggestions=suggest_questions(self.article, quotes, (*history, question, meant)),
            read_as=None if meant == question else meant,
            revision=self.article.revision,
            took_ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return Examined(answer, meant, hits, quotes, evidence, measure_topic(hits), rule)

    def understand(self, question: str, history: Sequence[str]) -> str:
        """The question spelt as the article spells, completed from earlier ones where it leans on them."""
        completed = self._complete_elsewhere(question, history)
        if completed != question or find_foreign(question, self.article.language):
            return completed  # neither spelling nor the rules for English follow-ups know its words
        correct = self.index.spelling.correct_text
        earlier = [
            correct(" ".join(normalise_text(text[: self.settings.max_question]).split())) for text in history
        ]
        return stand_alone(
            correct(question), [text for text in earlier if text], self.names, self._find_quoted
        )

    def _complete_elsewhere(self, question: str, history: Sequence[str]) -> str:
        """The question completed from those before, all in one other language; else as it is."""
        before = ""
        for text in (*(text[: self.settings.max_question] for text in history[-TURNS:]), question):
            language = find_foreign(before, self.article.language)
            # a fragment alone may be of any language
            if language and find_foreign(text, self.article.language) in ("", language):
                text = stand_alone_elsewhere(text, before, language, self.names)
            before = text
        return before

    def _search(self, meant: str, count: int, read: bool = True) -> tuple[Hit, ...]:
        """The hits for a question that stands alone, in whatever language it is."""
        foreign = find_foreign(meant, self.article.language)
        if foreign:
            return self.index.search_foreign(meant, foreign, self._knows(foreign), count, read)
        return self.index.search(meant, count) if read else self.index.retrieve(meant, count)

    def _knows(self, language: str) -> bool:
        """Whether there is a multilingual encoder that understands a language."""
        return self._languages is not None and self._languages.knows(language)

    def _list_quoted(self, history: Sequence[str]) -> list[Span]:
        """The ranges that the last questions were answered with, found again: nobody keeps a conversation."""
        earlier = [text for text in history if text.strip()]
        ranges = []
        for at in range(max(0, len(earlier) - MORE_TURNS), len(earlier)):
            meant = self.understand(earlier[at][: self.settings.max_question], earlier[:at])
            quotes = choose_quotes(self.article, meant, self._search(meant, HITS))
            ranges += [Span(quote.start, quote.end) for quote in quotes]
        return ranges

    def _find_quoted(self, question: str) -> str:
        hits = self._search(question, 1)
        return " ".join(quote.text for quote in choose_quotes(self.article, question, hits))


def load_encoders(settings: Settings, verify: bool = False) -> tuple[Encoder, Encoder | None]:
    """The encoder and the one for questions in other languages, as the settings name them: see index.load."""
    return load_encoder_pair(settings.encoder, settings.foreign_encoder, settings.threads, verify)


def load_reader(folder: Path = WEIGHTS) -> Reader | None:
    """The reader model; None, with one line in the log, when it cannot be loaded."""
    try:
        return SpanReader.load(folder)
    except ReaderError as error:
        log.warning("answering without the reader model: %s", error)
        return None


def clean_question(question: str, longest: int) -> str:
    """A question in the article's own normal form, white space folded; raises QuestionError."""
    cleaned = " ".join(normalise_text(question).split())
    if not cleaned:
        raise QuestionError("The question is empty: type what you would like to know.")
    if len(cleaned) > longest:
        raise QuestionError(
            f"The question has {len(cleaned)} characters; at most {longest} can be asked at once."
        )
    return cleaned

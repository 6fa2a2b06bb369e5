"""Ranking an article's passages and sentences for a question, by meaning and by words."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from corpus import Article
from index.answer_kind import AnswerKind, expect_kind, holds_kind
from index.encoder import Encoder
from index.foreign import (
    Vocabulary,
    collect_vocabulary,
    cut_words,
    find_meanings,
    find_spelt,
    gather_terms,
    merge_meanings,
    write_english,
)
from index.glossary import find_listed, load_glossary
from index.hit import Hit
from index.lexical import LexicalIndex, tokenize
from index.passages import SearchTexts, collect_texts
from index.reader import Reader
from index.rerank import Rereading, reread_hits
from index.spelling import Spelling
from index.stages import Stage, measure_stage
from index.store import Fingerprint, IndexUnusable, hash_texts, load_index, make_flat, save_index

log = logging.getLogger(__name__)

# Fused score for a sentence that holds the kind of answer asked for. It settles which sentence dates an event in a
# news text; on SQuAD it changes nothing (`python -m tests.bench.fit_ranking`).
KIND_BONUS = 1.5
# What the two cosines count beside BM25 for a question in the article's language. On the exercises held back from
# training a window with the answer comes first for 0.77 with 1.5 and for 0.75 with 1; on SQuAD both are alike.
MEANING_WEIGHT = 1.5
# English put together word by word reads badly, so what the reader makes of it counts less (docs/quality.md).
TRANSLATED = Rereading(span=0.5, answerable=0.5)
FOREIGN_INDEX = ".foreign"  # ends the name of the folder beside, with the vectors for other languages


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """The vectors of an article's texts and words by a multilingual encoder; made by `open_index`."""

    encoder: Encoder
    vectors: dict[str, faiss.IndexFlatIP]


@dataclass(frozen=True, slots=True)
class _ByWords:
    """What the words of a question say: BM25 of sentences and passages, and how much of them passages hold."""

    sentences: np.ndarray
    passages: np.ndarray
    coverage: np.ndarray


@dataclass(frozen=True, slots=True)
class ArticleIndex:
    """Everything needed to search one article; made by `open_index`."""

    article: Article
    encoder: Encoder
    texts: SearchTexts
    spelling: Spelling
    vectors: dict[str, faiss.IndexFlatIP]
    passage_words: LexicalIndex
    sentence_words: LexicalIndex
    kinds: Mapping[AnswerKind, np.ndarray]  # which sentences hold something of a kind: (sentences,) bool
    vocabulary: Vocabulary
    reader: Reader | None = None
    foreign: EncodedTexts | None = None  # for questions in another language than the article's

    def search(self, question: str, count: int = 8) -> tuple[Hit, ...]:
        """The `count` best passages for a question, best first; empty for an article without passages.

        With a reader, the best sentences among them have been read again and the order is what follows.
        """
        hits = self.retrieve(question, count)
        if self.reader is None or not hits:
            return hits
        with measure_stage(Stage.READ):
            return reread_hits(self.article, self.texts, self.reader, question, hits)

    def retrieve(self, question: str, count: int = 8) -> tuple[Hit, ...]:
        """The `count` best passages by meaning and by words alone."""
        if not self.article.passages:
            return ()
        asked = self.spelling.correct_text(question)
        with measure_stage(Stage.ENCODE):
            vector = self.encoder.encode([asked])
        terms = tokenize(asked)
        words = _ByWords(
            self.sentence_words.score_terms(terms),
            self.passage_words.score_terms(terms),
            self.passage_words.cover_terms(terms),
        )
        return self._rank(self.vectors, vector, words, expect_kind(asked), count, MEANING_WEIGHT)

    def search_foreign(
        self, question: str, language: str, known: bool, count: int = 8, read: bool = True
    ) -> tuple[Hit, ...]:
        """The `count` best passages for a question in another language than the article's.

        Its words are put into English by the language's list; those it lacks, by the article's words that are spelt
        like them or, where `foreign`, the multilingual encoder, knows the language (`known`), mean the same. What
        they mean is searched for, the question is compared with the texts by that encoder, else its English by the
        default one, and the reader reads the English.
        """
        if not self.article.passages:
            return ()
        words = cut_words(question)
        glossary = load_glossary(language if self.article.language == "en" else "")
        listed = find_listed(question, glossary, self.vocabulary)
        meaning = self.foreign if known else None
        with measure_stage(Stage.ENCODE):
            if meaning:
                vectors = meaning.encoder.encode([question, *(word.text for word in words)])
                others = find_meanings(words, self.vocabulary, vectors[1:], meaning.vectors["words"])
            else:
                others = find_spelt(words, self.vocabulary)
            meanings = merge_meanings(question, listed, others)
            english = write_english(meanings)
            if not meaning:
                vectors = self.encoder.encode([english or question])
        terms = gather_terms(meanings)
        found = _ByWords(
            self.sentence_words.score_weighted(terms),
            self.passage_words.score_weighted(terms),
            self.passage_words.cover_meanings([each.terms for each in meanings if each.counts]),
        )
        groups = meaning.vectors if meaning else self.vectors
        hits = self._rank(groups, vectors[:1], found, expect_kind(question, language), count)
        if self.reader is None or not read or not hits or not english:
            return hits
        with measure_stage(Stage.READ):
            return reread_hits(self.article, self.texts, self.reader, english, hits, TRANSLATED)

    def _rank(
        self,
        groups: Mapping[str, faiss.IndexFlatIP],
        vector: np.ndarray,
        words: _ByWords,
        kind: AnswerKind,
        count: int,
        meaning_weight: float = 1.0,
    ) -> tuple[Hit, ...]:
        """The `count` best passages by a question's vector among vectors of one encoder, and by its words."""
        dense_sentences = _score_all(groups["sentences"], vector)
        dense_passages = _score_all(groups["passages"], vector)
        if self.texts.questions:
            np.maximum.at(dense_passages, list(self.texts.asked), _score_all(groups["questions"], vector))
        owner = np.asarray(self.texts.owner)
        meaning = fuse_scores(dense_sentences, dense_passages[owner])
        fused = meaning_weight * meaning + fuse_scores(words.sentences, words.passages[owner])
        fused += KIND_BONUS * self.kinds[kind]
        starts = np.asarray(self.texts.first[:-1])
        best = np.maximum.reduceat(fused, starts)
        nearest = np.maximum(dense_passages, np.maximum.reduceat(dense_sentences, starts))
        order = np.argsort(-best, kind="stable")[:count]
        return tuple(
            Hit(
                passage=int(at),
                score=float(best[at]),
                dense=float(nearest[at]),
                lexical=float(words.passages[at]),
                coverage=float(words.coverage[at]),
                sentences=tuple(fused[self.texts.first[at] : self.texts.first[at + 1]].tolist()),
            )
            for at in order
        )


def fuse_scores(*rankings: np.ndarray) -> np.ndarray:
    """The sum of rankings, each standardised over the candidates: all (n,) -> (n,) float32.

    A ranking that tells no candidates apart adds nothing. [1, 3] and [5, 5] -> [-1, 1]. Mean and spread are taken
    in double precision: in single, twelve times 16.294338 have a spread of 2e-6, all of it rounding.
    """
    fused = np.zeros_like(rankings[0], dtype=np.float32)
    for ranking in rankings:
        spread = ranking.std(dtype=np.float64)
        if spread > 1e-6:
            fused += (ranking - ranking.mean(dtype=np.float64)) / spread
    return fused


def _score_all(flat: faiss.IndexFlatIP, vector: np.ndarray) -> np.ndarray:
    """The inner product of one `(1, dim)` vector with every stored row, in stored order: (n,) float32."""
    scores, rows = flat.search(vector, flat.ntotal)
    ordered = np.empty(flat.ntotal, dtype=np.float32)
    ordered[rows[0]] = scores[0]
    return ordered


def open_index(
    article: Article,
    encoder: Encoder,
    folder: Path,
    reader: Reader | None = None,
    foreign: Encoder | None = None,
) -> ArticleIndex:
    """The article's index from `folder`; built and saved there when missing, stale or damaged.

    `foreign` is the multilingual encoder for questions in other languages, whose vectors are kept beside.
    """
    texts = collect_texts(article)
    spelling = Spelling((*texts.passages, *texts.questions))
    vocabulary = collect_vocabulary(texts.titled)
    groups: dict[str, Sequence[str]] = {
        "passages": texts.passages,
        "sentences": texts.sentences,
        "questions": texts.questions,
    }
    vectors = _open_vectors(article, encoder, folder, groups)
    other = None
    if foreign is not None:
        shared = foreign.name == encoder.name
        groups = {"words": vocabulary.words} | ({} if shared else groups)
        made = _open_vectors(article, foreign, folder.with_name(folder.name + FOREIGN_INDEX), groups)
        other = EncodedTexts(foreign, vectors | made)
    return ArticleIndex(
        article=article,
        encoder=encoder,
        texts=texts,
        spelling=spelling,
        vectors=vectors,
        passage_words=LexicalIndex([spelling.correct_text(text) for text in texts.passages]),
        sentence_words=LexicalIndex([spelling.correct_text(text) for text in texts.titled]),
        kinds={
            kind: np.array([holds_kind(kind, text) for text in texts.plain], dtype=bool)
            for kind in AnswerKind
        },
        vocabulary=vocabulary,
        reader=reader,
        foreign=other,
    )


def _open_vectors(
    article: Article, encoder: Encoder, folder: Path, groups: Mapping[str, Sequence[str]]
) -> dict[str, faiss.IndexFlatIP]:
    """The vectors of named lists of texts by one encoder, from `folder` or made and saved there."""
    fingerprint = Fingerprint(
        revision=article.revision,
        encoder=encoder.name,
        dimension=encoder.dimension,
        texts=hash_texts(groups),
        counts={name: len(group) for name, group in groups.items()},
    )
    try:
        return load_index(folder, fingerprint)
    except IndexUnusable as reason:
        log.warning("building the index of %r: %s", article.title, reason)
        vectors = {
            name: make_flat(encoder.encode(group), encoder.dimension) for name, group in groups.items()
        }
        try:
            save_index(folder, fingerprint, vectors)
        except OSError as error:
            log.error("the index of %r is used but could not be kept: %s", article.title, error)
        return vectors

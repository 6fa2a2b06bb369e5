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
from index.hit import Hit
from index.lexical import LexicalIndex, tokenize
from index.passages import SearchTexts, collect_texts
from index.reader import Reader
from index.rerank import reread_hits
from index.spelling import Spelling
from index.stages import Stage, measure_stage
from index.store import Fingerprint, IndexUnusable, hash_texts, load_index, make_flat, save_index

log = logging.getLogger(__name__)

# Fused score for a sentence that holds the kind of answer asked for. It settles which sentence dates an event in a
# news text; on SQuAD it changes nothing (`python -m tests.bench.fit_ranking`).
KIND_BONUS = 1.5


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
    reader: Reader | None = None

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
        dense_sentences = _score_all(self.vectors["sentences"], vector)
        dense_passages = _score_all(self.vectors["passages"], vector)
        if self.texts.questions:
            np.maximum.at(
                dense_passages, list(self.texts.asked), _score_all(self.vectors["questions"], vector)
            )
        terms = tokenize(asked)
        lexical_sentences = self.sentence_words.score_terms(terms)
        lexical_passages = self.passage_words.score_terms(terms)
        owner = np.asarray(self.texts.owner)
        fused = fuse_scores(
            dense_sentences, dense_passages[owner], lexical_sentences, lexical_passages[owner]
        )
        fused += KIND_BONUS * self.kinds[expect_kind(asked)]
        coverage = self.passage_words.cover_terms(terms)
        starts = np.asarray(self.texts.first[:-1])
        best = np.maximum.reduceat(fused, starts)
        nearest = np.maximum(dense_passages, np.maximum.reduceat(dense_sentences, starts))
        order = np.argsort(-best, kind="stable")[:count]
        return tuple(
            Hit(
                passage=int(at),
                score=float(best[at]),
                dense=float(nearest[at]),
                lexical=float(lexical_passages[at]),
                coverage=float(coverage[at]),
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
    article: Article, encoder: Encoder, folder: Path, reader: Reader | None = None
) -> ArticleIndex:
    """The article's index from `folder`; built and saved there when missing, stale or damaged."""
    texts = collect_texts(article)
    spelling = Spelling((*texts.passages, *texts.questions))
    groups: dict[str, Sequence[str]] = {
        "passages": texts.passages,
        "sentences": texts.sentences,
        "questions": texts.questions,
    }
    fingerprint = Fingerprint(
        revision=article.revision,
        encoder=encoder.name,
        dimension=encoder.dimension,
        texts=hash_texts(groups),
        counts={name: len(group) for name, group in groups.items()},
    )
    try:
        vectors = load_index(folder, fingerprint)
    except IndexUnusable as reason:
        log.warning("building the index of %r: %s", article.title, reason)
        vectors = {
            name: make_flat(encoder.encode(group), encoder.dimension) for name, group in groups.items()
        }
        try:
            save_index(folder, fingerprint, vectors)
        except OSError as error:
            log.error("the index of %r is used but could not be kept: %s", article.title, error)
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
        reader=reader,
    )

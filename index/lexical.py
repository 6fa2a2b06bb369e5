"""Finding by words: tokens, BM25, and the share of a question's rare words that a text holds."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import bm25s
import numpy as np
import Stemmer

# Words that say how a question is asked, not what it is about.
STOP_WORDS = frozenset(
    """a about an and any are as at be been being but by can could did do does doing for from get got had has
    have he her hers him his how i if in into is it its just me my no not of on or our ours out please s she
    should so some t tell than that the their them then there these they this those to was we were what when
    where which who whom whose why will with would you your""".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_stemmer = Stemmer.Stemmer("english")


def fold_word(word: str) -> str:
    """One word without case, accents and possessive: "Müller’s" -> "muller"."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return _POSSESSIVE.sub("", "".join(c for c in plain if not unicodedata.combining(c))).replace("’", "'")


def find_words(text: str) -> list[str]:
    """The folded words of a text in order: "Don’t touch Müller’s" -> ["don't", "touch", "muller"]."""
    return [folded for word in _WORD.findall(text) if (folded := fold_word(word))]


@lru_cache(maxsize=65536)
def stem_word(word: str) -> str:
    """The English Snowball stem of a folded word: "arrested" -> "arrest"."""
    return _stemmer.stemWord(word)


def tokenize(text: str) -> list[str]:
    """The terms of a text: stems of its words without stop words.

    "How many were arrested?" -> ["mani", "arrest"]
    """
    return [stem_word(word) for word in find_words(text) if word not in STOP_WORDS]


class LexicalIndex:
    """BM25 (Lucene's variant, k1 1.2, b 0.75; Robertson and Zaragoza 2009) over a list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        documents = [tokenize(text) for text in texts]
        self.count = len(documents)
        self.holders: dict[str, list[int]] = {}
        for at, terms in enumerate(documents):
            for term in set(terms):
                self.holders.setdefault(term, []).append(at)
        self._bm25: bm25s.BM25 | None = None
        if self.holders:
            self._bm25 = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
            self._bm25.index(documents, show_progress=False)

    def score_terms(self, terms: Sequence[str]) -> np.ndarray:
        """BM25 of every text for the terms: (count,) float32, 0 where no term occurs."""
        known = [term for term in terms if term in self.holders]
        if self._bm25 is None or not known:
            return np.zeros(self.count, dtype=np.float32)
        return self._bm25.get_scores(known)

    def score_weighted(self, terms: Mapping[str, float]) -> np.ndarray:
        """The sum of each term's BM25 times its weight: (count,) float32."""
        total = np.zeros(self.count, dtype=np.float32)
        for term, weight in terms.items():
            total += weight * self.score_terms([term])
        return total

    def weigh_term(self, term: str) -> float:
        """How rare a term is: ln(1 + (n - df + 0.5) / (df + 0.5)); a term never seen weighs the most."""
        df = len(self.holders.get(term, ()))
        return math.log1p((self.count - df + 0.5) / (df + 0.5))

    def cover_terms(self, terms: Iterable[str]) -> np.ndarray:
        """The share of the terms' weight that each text holds: (count,) float32 in 0..1.

        With terms of weights 3 and 1, a text holding only the first gets 0.75.
        """
        # In double precision and one order, so that a text that holds all of them gets 1 and not a little more.
        covered = np.zeros(self.count)
        total = 0.0
        for term in sorted(set(terms)):
            weight = self.weigh_term(term)
            total += weight
            covered[self.holders.get(term, [])] += weight
        return (covered / (total or 1.0)).astype(np.float32)

    def cover_meanings(self, meanings: Iterable[Mapping[str, float]]) -> np.ndarray:
        """The share of a question's words that each text holds by one of their meanings: (count,) float32 in 0..1.

        A word counts for the rareness of its rarest term times how much that is believed; one without any for
        that of a term never seen.
        """
        covered = np.zeros(self.count)
        total = 0.0
        for meaning in meanings:
            held = np.zeros(self.count)
            for term, belief in meaning.items():
                holders = self.holders.get(term, [])
                held[holders] = np.maximum(held[holders], belief * self.weigh_term(term))
            total += max(map(self.weigh_term, meaning), default=self.weigh_term(""))
            covered += held
        return (covered / (total or 1.0)).astype(np.float32)

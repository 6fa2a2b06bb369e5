"""What the words of a question in another language mean in an article's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import faiss
import numpy as np
from rapidfuzz import fuzz, process

from index.lexical import STOP_WORDS, find_words, fold_word, stem_word

MEANS = 0.5  # cosine from which an article's word may be what a question's word means
MEANINGS = 3  # of the article's words, for one word of a question
COGNATE = (
    75.0  # Indel similarity, 0 to 100, of two words of one origin: "inmigracion" and "immigration" are 82
)
SHORTEST_COGNATE = 5  # letters
LONGEST_RUN = 4  # characters of a word in a script without spaces
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+")  # Japanese, Chinese, Thai


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question in small letters, and where it stands; where no spaces are, one that may be a word."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a stretch of a question means: the article's terms, each with how much it is believed, 0 to 1.

    `english` is what an English question would say there, "" for nothing; `counts` is off for words that only say how
    something is asked.
    """

    start: int
    end: int
    terms: Mapping[str, float]
    english: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of an article that say something, in small letters, and the term each is matched by.

    `words` end with the language's stop words, which have no term: what a question's "para" or "como" is nearest to.
    `spelt` has the folded words with their terms, `stems` all the terms.
    """

    words: tuple[str, ...]
    terms: tuple[str, ...]
    spelt: Mapping[str, str]
    stems: frozenset[str]
    long: tuple[str, ...]  # those of `spelt` that a word of one origin may be told by


def collect_vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The distinct words of some texts, sorted."""
    found: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for text in texts:
        for match in _WORD.finditer(text):
            word = fold_word(match.group())
            if word and word not in STOP_WORDS:
                found[match.group().casefold()] = spelt[word] = stem_word(word)
    words = sorted(found)
    stops = sorted(STOP_WORDS)
    return Vocabulary(
        words=(*words, *stops),
        terms=(*(found[word] for word in words), *("" for _ in stops)),
        spelt=spelt,
        stems=frozenset(spelt.values()),
        long=tuple(sorted(word for word in spelt if len(word) >= SHORTEST_COGNATE)),
    )


def cut_pieces(question: str) -> Iterator[tuple[Word, bool]]:
    """The words of a question in order, and the runs in a script without spaces, which are marked True.

    "2025年谁" -> "2025", "年谁" (True).
    """
    for match in _WORD.finditer(question):
        at = match.start()
        for piece in re.split(f"({_UNSPACED.pattern})", match.group()):
            if piece:
                unspaced = _UNSPACED.fullmatch(piece) is not None
                yield Word(piece.casefold(), at, at + len(piece)), unspaced
            at += len(piece)


def cut_words(question: str) -> list[Word]:
    """The words of a question in order; where no spaces are, all runs of 2 to 4 characters.

    "¿Quién fue?" -> "quién", "fue"; "谁被捕" -> "谁被", "被捕", "谁被捕".
    """
    words = []
    for word, unspaced in cut_pieces(question):
        if not unspaced:
            words.append(word)
            continue
        for length in range(2, LONGEST_RUN + 1):
            for first in range(len(word.text) - length + 1):
                start = word.start + first
                words.append(Word(word.text[first : first + length], start, start + length))
    return words


def find_meanings(
    words: Sequence[Word], vocabulary: Vocabulary, vectors: np.ndarray, known: faiss.IndexFlatIP
) -> list[Meaning]:
    """What the words of a question mean by a multilingual encoder, with the cosines that are believed with.

    `vectors` are those of the words, `known` those of the vocabulary's. Words that are nearest to a stop word have no
    terms and are that stop word in English; nor has one that means nothing the article names. Of words that overlap the
    one that is nearest to anything is taken.
    """
    if not words:
        return []
    cosines, rows = known.search(vectors, MEANINGS)
    taken: set[int] = set()
    meanings = []
    for at in np.argsort(-cosines[:, 0], kind="stable"):
        word = words[at]
        if not taken.isdisjoint(range(word.start, word.end)):
            continue
        taken.update(range(word.start, word.end))
        spelt = match_spelling(word.text, vocabulary)
        terms = {vocabulary.spelt[spelt[0]]: spelt[1]} if spelt else {}
        nearest = vocabulary.words[rows[at][0]] if cosines[at][0] >= MEANS else ""
        counts = bool(spelt or vocabulary.terms[rows[at][0]])
        if counts:
            for cosine, row in zip(cosines[at], rows[at], strict=True):
                term = vocabulary.terms[row]
                if term and cosine >= MEANS:
                    terms[term] = max(terms.get(term, 0.0), min(1.0, float(cosine)))
        meanings.append(Meaning(word.start, word.end, terms, spelt[0] if spelt else nearest, counts))
    return meanings


def find_spelt(words: Sequence[Word], vocabulary: Vocabulary) -> list[Meaning]:
    """What the words of a question mean by the article's words that are spelt like them."""
    meanings = []
    for word in words:
        spelt = match_spelling(word.text, vocabulary)
        terms = {vocabulary.spelt[spelt[0]]: spelt[1]} if spelt else {}
        meanings.append(Meaning(word.start, word.end, terms, spelt[0] if spelt else ""))
    return meanings


def match_spelling(word: str, vocabulary: Vocabulary) -> tuple[str, float] | None:
    """The article's word that a word is spelt like, with how much, 0 to 1: a name, a number, a word of one origin.

    With an article that says "immigration": "inmigración" -> ("immigration", 0.82).
    """
    folded = " ".join(find_words(word))
    if folded in vocabulary.spelt:
        return folded, 1.0
    if len(folded) < SHORTEST_COGNATE:
        return None
    near = process.extractOne(folded, vocabulary.long, scorer=fuzz.ratio, score_cutoff=COGNATE)
    return (near[0], near[1] / 100) if near else None


def merge_meanings(question: str, listed: Sequence[Meaning], others: Sequence[Meaning]) -> list[Meaning]:
    """Both in the order of the question; of `others` those that stand where nothing is listed.

    A number, or a name that nothing of the article is spelt like, is in English as it is typed: a reader of the
    English must see that another town is asked about.
    """
    taken = {place for meaning in listed for place in range(meaning.start, meaning.end)}
    merged = list(listed)
    for meaning in others:
        if taken.isdisjoint(range(meaning.start, meaning.end)):
            typed = question[meaning.start : meaning.end]
            is_name = typed[:1].isupper() and question[: meaning.start].strip("¿¡\"'“« ") != ""
            if typed.isdigit() or (is_name and max(meaning.terms.values(), default=0.0) < 1.0):
                spelt = meaning.english if _is_spelt_like(typed, meaning.english) else typed
                meaning = replace(meaning, english=spelt)
            merged.append(meaning)
    return sorted(merged, key=lambda meaning: meaning.start)


def _is_spelt_like(one: str, other: str) -> bool:
    return fuzz.ratio(fold_word(one), fold_word(other)) >= COGNATE


def write_english(meanings: Iterable[Meaning]) -> str:
    """What the meanings say in English, word by word."""
    return " ".join(meaning.english for meaning in meanings if meaning.english)


def gather_terms(meanings: Iterable[Meaning]) -> dict[str, float]:
    """All terms, each with the most it is believed in by any word."""
    terms: dict[str, float] = {}
    for meaning in meanings:
        for term, belief in meaning.terms.items():
            terms[term] = max(terms.get(term, 0.0), belief)
    return terms

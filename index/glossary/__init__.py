"""Frequent words of languages that the packaged multilingual encoder does not know, with their English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.foreign import Vocabulary, Word, match_spelling
from index.lexical import fold_word, stem_word

LONGEST_PHRASE = 3  # words
Glossary = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Gloss:
    """What can be told of a question without an encoder that knows its language.

    `meanings` are for each word the article's terms it may mean, none where nothing is known of it; `english` are
    the words that something is known of, in English where there is a list, to be encoded.
    """

    meanings: tuple[Mapping[str, float], ...]
    english: str


@lru_cache
def load_glossary(language: str) -> Glossary:
    """The English words of each phrase of a language, in small letters; empty for a language without a list.

    In Vietnamese "cảnh sát" -> ("police",).
    """
    file = Path(__file__).parent / f"{language}.txt"
    if not file.is_file():
        return {}
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    pairs = (line.split(": ", 1) for line in lines)
    return {phrase: tuple(english.split()) for phrase, english in pairs}


def gloss_words(words: Sequence[Word], vocabulary: Vocabulary, glossary: Glossary) -> Gloss:
    """The words of a question by a list, the longest phrase first, else by the article's words spelt like them."""
    meanings: list[Mapping[str, float]] = []
    english: list[str] = []
    at = 0
    while at < len(words):
        length, translated = _find_phrase(words, at, glossary)
        if translated:
            terms = (stem_word(fold_word(word)) for word in translated)
            meanings.append({term: 1.0 for term in terms if term in vocabulary.stems})
            english.append(translated[0])
        else:
            text = words[at].text
            spelt = match_spelling(text, vocabulary)
            meanings.append({vocabulary.spelt[spelt[0]]: spelt[1]} if spelt else {})
            english += [spelt[0]] if spelt else [text] if text.isdigit() else []
        at += length
    return Gloss(tuple(meanings), " ".join(english))


def _find_phrase(words: Sequence[Word], at: int, glossary: Glossary) -> tuple[int, tuple[str, ...]]:
    """How many words from `at` on are a phrase of the list, and its English; (1, ()) where none is."""
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        translated = glossary.get(" ".join(word.text for word in words[at : at + length]))
        if translated:
            return length, translated
    return 1, ()

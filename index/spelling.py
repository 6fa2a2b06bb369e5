"""Understanding misspelt questions by the article's own vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from index.encoder import find_packaged_model
from index.lexical import fold_word, stem_word

# Indel similarity, 0 to 100. "worcestor"/"worcester" and "koppinger"/"coppinger" are 88.9,
# "sherif"/"sheriff" 92.3; "kensinger"/"coppinger" is 66.7.
SAME_WORD = 82.0  # an unknown word of a question, against the words of the article
SAME_ENGLISH_WORD = 88.0  # the same, against English at large: a wider field needs a closer match
SAME_NAME = 88.0  # two uncommon words of one article, taken as two spellings of one name
SHORTEST = 4  # shorter words have too many neighbours
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=1)
def load_common_words() -> tuple[str, ...]:
    """Common English words, sorted: the whole words of the packaged model's WordPiece vocabulary."""
    lines = (find_packaged_model() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted(word for word in lines if word.isalpha() and word.isascii() and len(word) > 2))


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    return frozenset(stem_word(word) for word in load_common_words())


def is_common(word: str) -> bool:
    """Whether a folded word, or another form of it, is common English."""
    return stem_word(word) in _common_stems()


class Spelling:
    """The words of one article, to which the words of a question are corrected.

    Two spellings of one name inside the article ("Koppinger", "Coppinger") become the one written as a name more often.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        self._capitals: Counter[str] = Counter()
        self._surfaces: dict[str, str] = {}
        surfaces = Counter(match.group() for text in texts for match in _WORD.finditer(text))
        for surface, count in sorted(surfaces.items(), key=lambda item: item[1]):
            word = fold_word(surface)
            self._counts[word] += count
            if surface[0].isupper():
                self._capitals[word] += count
            self._surfaces[word] = surface
        self._stems = {stem_word(word) for word in self._counts}
        self._words = sorted(word for word in self._counts if len(word) >= SHORTEST and word.isalpha())
        self.aliases = self._pair_names()

    def _pair_names(self) -> dict[str, str]:
        names = [word for word in self._words if not is_common(word)]
        names.sort(key=lambda word: (-self._capitals[word], -self._counts[word], word))
        aliases: dict[str, str] = {}
        for at, name in enumerate(names):
            if name in aliases:
                continue
            for other, _, _ in process.extract(
                name, names[at + 1 :], scorer=fuzz.ratio, score_cutoff=SAME_NAME, limit=None
            ):
                if stem_word(other) != stem_word(name):
                    aliases.setdefault(other, name)
        return aliases

    def correct_word(self, word: str) -> str | None:
        """The article's (or English's) spelling of a folded word; None where it needs no correction."""
        if word in self.aliases:
            return self.aliases[word]
        if len(word) < SHORTEST or stem_word(word) in self._stems or is_common(word):
            return None
        near = process.extractOne(word, self._words, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        if near is None:
            near = process.extractOne(
                word, load_common_words(), scorer=fuzz.ratio, score_cutoff=SAME_ENGLISH_WORD
            )
        return self.aliases.get(near[0], near[0]) if near else None

    def correct_text(self, text: str) -> str:
        """A text with its misspelt words put right, everything else as it was.

        With an article about Worcester: "wat happend in worcestor?" -> "wat happened in Worcester?". The
        article's own text changes only where it spells one name in two ways.
        """

        def replace(match: re.Match[str]) -> str:
            right = self.correct_word(fold_word(match.group()))
            return self._surfaces.get(right, right) if right else match.group()

        return _WORD.sub(replace, text)

"""Understanding misspelt questions by the article's own vocabulary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from index.encoder import find_packaged_model
from index.lexical import fold_word, stem_word

SAME_NAME = (
    88.0  # Indel similarity at which two uncommon words of one article are one name: "koppinger" is 88.9
)
SHORTEST = 4  # shorter words have too many neighbours
_PREFIXES = ("un", "non", "re", "dis", "mis", "anti", "over", "pre")
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
_POSSESSIVE = re.compile("['’]s$")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@lru_cache(maxsize=1)
def load_common_words() -> tuple[str, ...]:
    """Common English words, sorted: the whole words of the packaged model's WordPiece vocabulary."""
    lines = (find_packaged_model() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted(word for word in lines if word.isalpha() and word.isascii() and len(word) > 2))


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    return frozenset(load_common_words())


@lru_cache(maxsize=65536)
def is_common(word: str) -> bool:
    """Whether a folded word, or it without an ending or a beginning such as "un-", is common English."""
    common = _common_words()
    if word in common:
        return True
    stems = {word, *(word.removeprefix(prefix) for prefix in _PREFIXES)}
    for ending, lemma in _ENDINGS:
        for stem in [stem.removesuffix(ending) for stem in stems if stem.endswith(ending)]:
            stems |= {stem + lemma, stem[:-1] if stem[-2:-1] == stem[-1:] else stem}  # "stopp" is "stop"
    return any(len(stem) > 2 and stem in common for stem in stems)


def is_compound(word: str) -> bool:
    """Whether a folded word is two common words in one: "hotline", "crosswalk"; not "sherif"."""
    return any(
        word[:at] in _common_words() and word[at:] in _common_words() for at in range(3, len(word) - 3)
    )


def allow_slips(word: str) -> int:
    """How many slips a word may hold: one in up to six letters, two in up to nine, three in more."""
    return 1 if len(word) <= 6 else 2 if len(word) <= 9 else 3


def find_nearest(word: str, words: Sequence[str]) -> str | None:
    """The word that is meant by a misspelt one; None when all are too far.

    A slip is a letter too many, missing, wrong, or two swapped (optimal string alignment distance): "trsut"
    is one from "trust", "worcestor" one from "worcester"; "kensinger" is four from "coppinger".
    """
    near = process.extract(word, words, scorer=OSA.distance, score_cutoff=allow_slips(word), limit=20)
    near = [hit for hit in near if not any(word == prefix + hit[0] for prefix in _PREFIXES)]
    return min(near, key=lambda hit: (hit[1], -fuzz.ratio(word, hit[0])))[0] if near else None


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
            self._surfaces[word] = _POSSESSIVE.sub("", surface)  # "sherif" is the sheriff, not the sheriff's
        self._words = sorted(word for word in self._counts if len(word) >= SHORTEST and word.isalpha())
        self.aliases = self._pair_names()
        # A misspelt word costs more than a millisecond and is met twice in every question that holds it.
        self.correct_word = lru_cache(maxsize=4096)(self._correct_word)

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

    def _correct_word(self, word: str) -> str | None:
        """The article's (or English's) spelling of a folded word; None where it needs no correction."""
        if word in self.aliases:
            return self.aliases[word]
        if len(word) < SHORTEST or word in self._counts or is_common(word):
            return None
        near = find_nearest(word, self._words)
        if near is None and not is_compound(word):
            near = find_nearest(word, load_common_words())
        return self.aliases.get(near, near) if near else None

    def correct_text(self, text: str) -> str:
        """A text with its misspelt words put right, everything else as it was.

        With an article about Worcester: "wat happend in worcestor?" -> "wat happened in Worcester?". The
        article's own text changes only where it spells one name in two ways.
        """

        def replace(match: re.Match[str]) -> str:
            if not match.group().replace("’", "'").isascii():
                return match.group()  # "Quién" is another language's word, not a slip for "queen"
            right = self.correct_word(fold_word(match.group()))
            return self._surfaces.get(right, right) if right else match.group()

        return _WORD.sub(replace, text)

"""Lists of words of other languages with their English, and what of a question they tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.foreign import Meaning, Vocabulary, Word, cut_pieces
from index.lexical import STOP_WORDS, fold_word, stem_word

LONGEST_PHRASE = 4  # words
LONGEST_RUN = 10  # characters, in a script without spaces
NOTHING = "-"  # the English of a word that an English question has none for


@dataclass(frozen=True, slots=True)
class Entry:
    """The English of a word or phrase: how a question says it, "" for not at all, and all words it may be."""

    english: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glossary:
    """The entries of a language by what is written; `plain` has them without accents, for those who type none."""

    written: Mapping[str, Entry]
    plain: Mapping[str, Entry]

    def find(self, words: Sequence[str]) -> Entry | None:
        return self.written.get(" ".join(words)) or self.plain.get(_drop_accents(words))


def parse_glossary(lines: Iterable[str]) -> Glossary:
    """A line is "cảnh sát|công an: police; officer": what is written, how an English question says it, more words.

    Of what is written twice the first holds; text is expected composed (NFC) and in small letters.
    """
    written: dict[str, Entry] = {}
    plain: dict[str, Entry] = {}
    for line in lines:
        if line and not line.startswith("#"):
            forms, meant = line.split(": ", 1)
            english, _, more = meant.partition(";")
            english = "" if english.strip() == NOTHING else english.strip()
            entry = Entry(english, tuple(dict.fromkeys(f"{english} {more}".split())))
            for form in forms.split("|"):
                written.setdefault(form, entry)
                plain.setdefault(_drop_accents(form.split()), entry)
    return Glossary(written, plain)


@lru_cache
def load_glossary(language: str) -> Glossary:
    """The list of a language; without entries for one that has none."""
    file = Path(__file__).parent / f"{language}.txt"
    return parse_glossary(file.read_text(encoding="utf-8").splitlines() if file.is_file() else ())


def _drop_accents(words: Sequence[str]) -> str:
    return " ".join(fold_word(word) for word in words)


def find_listed(question: str, glossary: Glossary, vocabulary: Vocabulary) -> list[Meaning]:
    """What the parts of a question mean that a list has, the longest phrase first, in order."""
    pieces = list(cut_pieces(question)) if glossary.written else []
    found: list[Meaning] = []
    at = 0
    while at < len(pieces):
        word, unspaced = pieces[at]
        if unspaced:
            found += _find_in_run(word, glossary, vocabulary)
            at += 1
            continue
        for length in range(min(LONGEST_PHRASE, len(pieces) - at), 0, -1):
            phrase = [piece for piece, _ in pieces[at : at + length]]
            entry = glossary.find([piece.text for piece in phrase])
            if entry:
                found.append(_mean(phrase[0].start, phrase[-1].end, entry, vocabulary))
                break
        at += length
    return found


def _find_in_run(run: Word, glossary: Glossary, vocabulary: Vocabulary) -> list[Meaning]:
    """The longest listed word at each place of a run without spaces, from its beginning on."""
    found = []
    at = 0
    while at < len(run.text):
        for length in range(min(LONGEST_RUN, len(run.text) - at), 0, -1):
            entry = glossary.find([run.text[at : at + length]])
            if entry:
                found.append(_mean(run.start + at, run.start + at + length, entry, vocabulary))
                break
        at += length
    return found


def _mean(start: int, end: int, entry: Entry, vocabulary: Vocabulary) -> Meaning:
    said = [word for word in entry.words if word not in STOP_WORDS]
    terms = (stem_word(fold_word(word)) for word in said)
    known = {term: 1.0 for term in terms if term in vocabulary.stems}
    return Meaning(start, end, known, entry.english, counts=bool(said))

"""The names an article mentions, and which of them are people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from corpus import Article, Span
from index.lexical import STOP_WORDS, find_words, fold_word
from index.spelling import is_common

_CALENDAR = frozenset(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday".split()
)
_NAME = re.compile(r"[A-Z][\w-]*(?:[ ][A-Z][\w-]*)*")
_WORD = re.compile(r"[^\W_]+")
_TITLE = (
    r"\b(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Sheriff|Attorney|President|Governor|Mayor|Senator|Judge|Justice|Chief|"
    r"Captain|Sergeant|Officer|Professor|Director|Secretary|Minister|King|Queen|Prince|Princess|Pope|Bishop|"
    r"General|Colonel|[Rr]esident|[Ww]itness|[Ss]pokes\w+)\.?\s+"
)
_TITLED = re.compile(rf".*{_TITLE}")
_AFTER_TITLE = re.compile(rf"{_TITLE}$")
_SPEAKS = re.compile(
    r",\s+(?:who|whose)\b|\s+(?:said|says|stated|told|argued|argues|warned|warns|described|wrote|added|explained|"
    r"urged|urges|was\s+born|died|married)\b"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one article as it writes them, longer before shorter; `people` have a title or speak."""

    all: tuple[str, ...]
    people: tuple[str, ...]

    def find(self, text: str, people_only: bool = False) -> str | None:
        """The name a text mentions last, None if none; "is coppinger a democrat" -> "Kevin Coppinger"."""
        found = self._locate(text, self.people if people_only else self.all)
        return found[1] if found else None

    def mention(self, text: str) -> Span | None:
        """Where a text last mentions a name, as the text writes it."""
        found = self._locate(text, self.all)
        return found[0] if found else None

    def _locate(self, text: str, names: tuple[str, ...]) -> tuple[Span, str] | None:
        """The last run of words that is a name in full or holds an uncommon word of one; longest run first."""
        words = [(fold_word(match.group()), Span(*match.span())) for match in _WORD.finditer(text)]
        best: tuple[int, int, Span, str] | None = None
        for name in names:
            parts = find_words(name)
            for first in range(len(words)):
                last = first
                while last < len(words) and words[last][0] in parts:
                    last += 1
                run = [word for word, _ in words[first:last]]
                if run and (run == parts or any(not is_common(word) for word in run)):
                    found = (last, len(run), Span(words[first][1].start, words[last - 1][1].end), name)
                    if best is None or found[:2] > best[:2]:
                        best = found
        return best[2:] if best else None


def find_names(article: Article) -> Names:
    """Capitalised words that are not only capitalised because they open a sentence."""
    counts: Counter[str] = Counter()
    people: set[str] = set()
    for sentence in _walk_sentences(article):
        text = sentence.cut(article.text)
        for match in _NAME.finditer(text):
            name, at = match.group(), match.start()
            titled = _TITLED.match(name)
            if titled and titled.end() < len(name):
                name, at = name[titled.end() :], at + titled.end()
            opener = name.split()[0]
            if fold_word(opener) in STOP_WORDS or (
                " " not in name and is_common(fold_word(name)) and (at == 0 or text[at - 2] in ':“"')
            ):
                name = name[len(opener) :].strip()
            if len(name) < 2 or name.casefold() in _CALENDAR:
                continue
            counts[name] += 1
            spoken = " " in name and _SPEAKS.match(text, match.end())
            if titled or spoken or _AFTER_TITLE.search(text[:at]):
                people.add(name)
    order = sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
    families = {name.split()[-1] for name in people}
    return Names(tuple(order), tuple(n for n in order if n in people or n.split()[-1] in families))


def _walk_sentences(article: Article) -> Iterator[Span]:
    lead_ins = set()
    for passage in article.passages:
        if passage.lead_in and passage.lead_in not in lead_ins:
            lead_ins.add(passage.lead_in)
            yield passage.lead_in
        yield from passage.sentences

"""The names an article mentions, and which of them are people."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from corpus import Article, Span
from index.lexical import find_words, fold_word
from index.spelling import is_common

_NAME = re.compile(r"[A-Z][\w-]*(?:[ ][A-Z][\w-]*)*")
_WORD = re.compile(r"[^\W_]+")
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Sheriff|Attorney|President|Governor|Mayor|Senator|Judge|Justice|Chief|"
    r"Captain|Sergeant|Officer|Professor|Director|Secretary|Minister|King|Queen|Prince|Princess|Pope|Bishop|"
    r"General|Colonel|[Rr]esident|[Ww]itness|[Ss]pokes\w+)\.?\s+"
)
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
        words = [(fold_word(match.group()), Span(*match.span())) for match in _WORD.finditer(text)]
        best: tuple[Span, str] | None = None
        for name in names:
            parts = find_words(name)
            keys = {part for part in parts if not is_common(part)} or {parts[-1]}
            for at, (word, span) in enumerate(words):
                if word not in keys:
                    continue
                first = last = at
                while first > 0 and words[first - 1][0] in parts:
                    first -= 1
                while last + 1 < len(words) and words[last + 1][0] in parts:
                    last += 1
                if best is None or words[last][1].end > best[0].end:
                    best = (Span(words[first][1].start, words[last][1].end), name)
        return best


def find_names(article: Article) -> Names:
    """Capitalised words that are not only capitalised because they open a sentence."""
    starts = {span.start for passage in article.passages for span in passage.sentences}
    counts: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for passage in article.passages:
        for sentence in passage.sentences:
            text = sentence.cut(article.text)
            for match in _NAME.finditer(text):
                name, at = match.group(), match.start()
                title = _TITLED.match(name)
                if title and title.end() < len(name):
                    name, at = name[title.end() :], at + title.end()
                single = " " not in name
                if single and (sentence.start + at in starts) and is_common(fold_word(name)):
                    continue
                if len(name) < 2:
                    continue
                counts[name] += 1
                if (title or _TITLED.search(text[:at]) and _TITLED.search(text[:at]).end() == at) or (
                    not single and _SPEAKS.match(text, match.end())
                ):
                    people[name] += 1
    order = sorted(counts, key=lambda name: (-len(name.split()), -counts[name], name))
    families = {name.split()[-1] for name in people}
    return Names(
        all=tuple(order),
        people=tuple(name for name in order if name in people or name.split()[-1] in families),
    )

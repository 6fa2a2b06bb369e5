"""Reading the public question sets into one shape: a question, a text with sentences, and what answers it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

Range = tuple[int, int]  # character offsets, end exclusive


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one text.

    `answers` are character ranges of the text that answer it, each on its own; when only whole sentences
    are known to answer, they are listed in `answer_sentences` (positions in `sentences`) and `answers` is
    empty. Both empty: the text does not answer the question. `article` names what the text is part of.
    """

    source: str
    article: str
    title: str
    question: str
    text: str
    sentences: tuple[Range, ...]
    answers: tuple[Range, ...] = ()
    answer_sentences: tuple[int, ...] = ()

    @property
    def is_answerable(self) -> bool:
        return bool(self.answers or self.answer_sentences)


_SENTENCE_END = re.compile(r"""(?<=[.!?])["'”’)\]]*\s+(?=["'“‘(\[]?[A-Z0-9])|\n+""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|No|vs|etc|c|ca|cf|Gen|Col|Lt|Prof|Rev|[A-Z])|\.[A-Za-z])\.$"
)


def split_sentences(text: str) -> tuple[Range, ...]:
    """The sentences of a text as ranges without surrounding blanks; quick rules, good enough for training.

    >>> split_sentences("Dr. No came. He left.")
    ((0, 12), (13, 21))
    """
    ranges: list[Range] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        cut = text[start : match.start()]
        if "\n" not in match.group() and _ABBREVIATION.search(cut):
            continue
        _add_stripped(ranges, text, start, match.end())
        start = match.end()
    _add_stripped(ranges, text, start, len(text))
    return tuple(ranges)


def _add_stripped(ranges: list[Range], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        ranges.append((start, end))


_TOKENISED = (
    (re.compile(r"``\s?|\s?''"), '"'),
    (re.compile(r"\s+([,.;:?!%)\]])"), r"\1"),
    (re.compile(r"([(\[$])\s+"), r"\1"),
    (re.compile(r"\s+('(?:s|re|ve|ll|d|m|t)\b|n't\b|')"), r"\1"),
    (re.compile(r"\s+([-–])\s+(?=\w)"), r"\1"),
    (re.compile(r"-lrb-\s*", re.I), "("),
    (re.compile(r"\s*-rrb-", re.I), ")"),
)


def join_tokens(text: str) -> str:
    """Text that a tokeniser has spaced out, as people write it: `the u.s. , said` -> `the u.s., said`."""
    for pattern, replacement in _TOKENISED:
        text = pattern.sub(replacement, text)
    return text.strip()


def join_sentences(sentences: list[str]) -> tuple[str, tuple[Range, ...]]:
    """The sentences joined by one blank, and where each came to stand."""
    ranges = []
    at = 0
    for sentence in sentences:
        ranges.append((at, at + len(sentence)))
        at += len(sentence) + 1
    return " ".join(sentences), tuple(ranges)


def load_squad(path: Path, source: str, titles: frozenset[str] | None = None) -> Iterator[Question]:
    """A file in SQuAD's format, of `titles` only if given; `is_impossible` marks unanswerable questions."""
    for number, article in enumerate(read_json(path)["data"]):
        title = str(article.get("title", ""))
        if titles is not None and title not in titles:
            continue
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            sentences = split_sentences(text)
            for entry in paragraph["qas"]:
                answers: tuple[Range, ...] = ()
                if not entry.get("is_impossible"):
                    answers = tuple(
                        sorted(
                            {
                                (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
                                for answer in entry["answers"]
                                if text.startswith(answer["text"], answer["answer_start"])
                                and answer["text"].strip()
                            }
                        )
                    )
                    if not answers:
                        continue
                yield Question(
                    source,
                    f"{source}/{title or number}",
                    title.replace("_", " "),
                    entry["question"].strip(),
                    text,
                    sentences,
                    answers,
                )


def load_fairytales(path: Path) -> Iterator[Question]:
    """FairytaleQA: only questions whose free-text answer stands in the section word for word."""
    for article in read_json(path)["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            sentences = split_sentences(text)
            for entry in paragraph["qas"]:
                if not entry["explicit"]:
                    continue
                found = [_find_words(text, answer["text"]) for answer in entry["answers"]]
                answers = tuple(sorted({span for span in found if span}))
                if answers:
                    yield Question(
                        "fairytaleqa",
                        f"fairytaleqa/{article['title']}",
                        article["title"].replace("-", " "),
                        entry["question"],
                        text,
                        sentences,
                        answers,
                    )


def _find_words(text: str, answer: str) -> Range | None:
    answer = answer.strip().rstrip(".")
    if len(answer) < 2:
        return None
    matches = list(re.finditer(rf"\b{re.escape(answer)}\b", text, re.IGNORECASE))
    # a short answer that stands in many places marks no place
    return matches[0].span() if matches and (len(matches) == 1 or len(answer) > 12) else None


def load_selqa(path: Path) -> Iterator[Question]:
    """SelQA: about twelve candidate sentences of one section, the right ones marked."""
    for entry in read_json(path):
        text, sentences = join_sentences([join_tokens(sentence) for sentence in entry["candidates"]])
        yield Question(
            "selqa",
            f"selqa/{entry['article']}",
            f"{entry['article']}: {entry['section']}",
            join_tokens(entry["question"]),
            text,
            sentences,
            (),
            tuple(entry["answers"]),
        )


def load_qed(path: Path) -> Iterator[Question]:
    """QED: real search questions with the one sentence that answers; the others are not used."""
    for entry in _read_lines(path):
        selected = entry["annotation"].get("selected_sentence")
        if not selected:
            continue
        raw = entry["paragraph_text"]
        starts = [*entry["sentence_starts"], len(raw)]
        chosen = [i for i, start in enumerate(starts[:-1]) if start == selected["start"]]
        text, sentences = join_sentences([join_tokens(raw[a:b]) for a, b in pairwise(starts)])
        if chosen:
            yield Question(
                "qed",
                f"qed/{entry['title_text']}",
                entry["title_text"],
                entry["question_text"],
                text,
                sentences,
                (),
                tuple(chosen),
            )


def load_clapnq(path: Path) -> Iterator[Question]:
    """CLAP NQ: real search questions, a passage, and the sentences that a full answer draws on, or none."""
    for entry in _read_lines(path):
        passage = entry["passages"][0]
        selected = {sentence for output in entry["output"] for sentence in output["selected_sentences"]}
        chosen = tuple(i for i, sentence in enumerate(passage["sentences"]) if sentence in selected)
        text, sentences = join_sentences([join_tokens(sentence) for sentence in passage["sentences"]])
        if selected and not chosen:
            continue
        yield Question(
            "clapnq",
            f"clapnq/{passage['title']}",
            passage["title"],
            entry["input"],
            text,
            sentences,
            (),
            chosen,
        )


def load_qamr(path: Path, per_sentence: int = 12) -> Iterator[Question]:
    """QAMR: questions on single news and Wikipedia sentences; a text is the sentences of one document.

    Many questions of one sentence ask nearly the same: `per_sentence` keeps those whose answers differ most
    in place, the first of each answer.
    """
    documents: dict[str, dict[tuple[int, ...], str]] = {}
    asked: dict[tuple[str, tuple[int, ...]], list[tuple[str, str]]] = {}
    for entry in _read_lines(path):
        corpus, source, document, *place = entry["id"].split(":")
        name, at = f"{corpus}:{source}:{document}", tuple(int(part) for part in place)
        documents.setdefault(name, {})[at] = entry["sentence"].strip()
        asked.setdefault((name, at), []).append((entry["question"], entry["answer"]))
    for (name, at), pairs in asked.items():
        places = sorted(documents[name])
        text, sentences = join_sentences([documents[name][place] for place in places])
        number = places.index(at)
        start, end = sentences[number]
        kept: dict[Range, str] = {}
        # questions of few words ("What is aquatic?") hardly say what they ask
        for question, answer in sorted(pairs, key=lambda pair: -len(pair[0].split())):
            span = _find_words(text[start:end], answer)
            if span and len(question.split()) >= 4:
                kept.setdefault((start + span[0], start + span[1]), question)
        for span, question in list(kept.items())[:per_sentence]:
            yield Question("qamr", f"qamr/{name}", "", question, text, sentences, (span,), ())


def load_sentence_questions(path: Path, per_text: int = 6, per_article: int = 60) -> Iterator[Question]:
    """Sentence and question pairs of SQuAD 1.1 in their published order: neighbours come from one article.

    A text is `per_text` distinct neighbouring sentences, an article `per_article` of them.
    """
    asked: dict[str, list[str]] = {}
    for entry in _read_lines(path):
        asked.setdefault(join_tokens(entry["sentence"]), []).append(join_tokens(entry["question"]))
    every = list(asked)
    for first in range(0, len(every), per_text):
        group = every[first : first + per_text]
        text, sentences = join_sentences(group)
        for number, sentence in enumerate(group):
            for question in asked[sentence]:
                yield Question(
                    "sentence-questions",
                    f"sentence-questions/{first // per_article}",
                    "",
                    question,
                    text,
                    sentences,
                    (),
                    (number,),
                )


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _read_lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)

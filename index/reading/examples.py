"""Making training examples from questions: windows that hold the answer somewhere, and windows without it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import bm25s
import numpy as np
from tokenizers import Tokenizer

from index.reading.near_misses import Siblings, gather_surroundings, make_near_miss, roughen_question
from index.reading.sources import Question, Range

MAX_QUESTION_TOKENS = 40
MAX_WINDOW_TOKENS = 96
WINDOW_WORDS = 60  # about 80 wordpieces
ROUGH_SHARE = 0.15
HEADING_SHARE = 0.17
QUESTION_HEADING_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Mixture:
    """How many examples the questions of one source give: expected number of each kind a question.

    `cap` is the most questions used. `positives` windows hold the answer, `near_misses` are such windows
    under a changed question, `others` are windows of the same article that do not hold it, `unanswerable`
    is for questions that the text does not answer.
    """

    cap: int
    positives: float
    near_misses: float
    others: float
    unanswerable: float = 0.0


Mixtures = Mapping[str, Mixture]  # by source; questions of a source that is not there are not used

FIRST_MIXTURES: Mixtures = {
    "squad-fit": Mixture(10_000, 2.0, 1.5, 0.7, 3.0),
    "squadshifts-new_wiki": Mixture(10_000, 1.0, 0.5, 0.25),
    "squadshifts-reddit": Mixture(2_000, 1.0, 0.3, 0.3),
    "squadshifts-amazon_reviews": Mixture(2_000, 1.0, 0.3, 0.3),
    "sentence-questions": Mixture(7_000, 1.0, 0.3, 0.4),
    "qamr": Mixture(7_000, 1.0, 0.35, 0.25),
    "policyqa": Mixture(1_500, 1.0, 0.1, 0.4),
    "covidqa": Mixture(1_000, 1.0, 0.2, 0.4),
    "fairytaleqa": Mixture(3_000, 1.0, 0.3, 0.3),
    "selqa": Mixture(2_500, 1.0, 0.2, 0.5),
    "qed": Mixture(1_500, 1.0, 0.2, 0.4),
    "clapnq": Mixture(300, 1.0, 0.2, 0.5, 2.0),
}
FIRST_CLOSING = {name: FIRST_MIXTURES[name] for name in ("squad-fit", "squadshifts-new_wiki")}
# All there is, with more windows that do not answer: the reader ranks windows of one article.
BROAD_MIXTURES: Mixtures = {
    "squad-fit": Mixture(10_000, 2.0, 1.0, 1.5, 3.0),
    "squadshifts-new_wiki": Mixture(10_000, 1.0, 0.5, 0.6),
    "squadshifts-reddit": Mixture(6_000, 1.0, 0.3, 0.4),
    "squadshifts-amazon_reviews": Mixture(5_000, 1.0, 0.3, 0.4),
    "sentence-questions": Mixture(20_000, 1.0, 0.3, 0.5),
    "qamr": Mixture(10_000, 1.0, 0.35, 0.25),
    "policyqa": Mixture(2_000, 1.0, 0.1, 0.4),
    "covidqa": Mixture(1_300, 1.0, 0.2, 0.4),
    "fairytaleqa": Mixture(4_000, 1.0, 0.3, 0.4),
    "selqa": Mixture(2_500, 1.0, 0.2, 0.6),
    "qed": Mixture(1_500, 1.0, 0.2, 0.5),
    "clapnq": Mixture(300, 2.0, 0.2, 0.5, 3.0),
}
_EXERCISES = Mixture(20_000, 2.0, 0.5, 2.0, 2.0)
FULL_MIXTURES: Mixtures = {**BROAD_MIXTURES, "exercises": _EXERCISES}
# The sources with the most careful questions and exact answers, and those that people wrote to have none.
CLOSING_MIXTURES: Mixtures = {
    "exercises": _EXERCISES,
    "squad-fit": BROAD_MIXTURES["squad-fit"],
    "squadshifts-new_wiki": BROAD_MIXTURES["squadshifts-new_wiki"],
    "qamr": Mixture(2_000, 1.0, 0.35, 0.25),
}


@dataclass(frozen=True, slots=True)
class Written:
    """An example in text: gold ranges are of `window`; none means that the window does not answer.

    `whole_sentences` says that a gold range is a sentence which answers, not the answer's words.
    """

    question: str
    window: str
    gold: tuple[Range, ...]
    whole_sentences: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Example:
    """An example in tokens: `starts` and `ends` are positions in `window`, empty where it does not answer."""

    question: np.ndarray
    window: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    kind: str


def write_examples(
    questions: Iterable[Question], mixtures: Mixtures, siblings: Siblings, rng: random.Random
) -> list[Written]:
    """The examples of `questions` by `mixtures`, in random order."""
    by_source: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.source in mixtures:
            by_source[question.source].append(question)
    written: list[Written] = []
    for source, group in by_source.items():
        mixture = mixtures[source]
        kept = group if len(group) <= mixture.cap else rng.sample(group, mixture.cap)
        by_article: dict[str, list[Question]] = defaultdict(list)
        for question in kept:
            by_article[question.article].append(question)
        for article in by_article.values():
            written.extend(_write_article(article, mixture, siblings, rng))
    rng.shuffle(written)
    return written


def _write_article(
    questions: Sequence[Question], mixture: Mixture, siblings: Siblings, rng: random.Random
) -> Iterable[Written]:
    texts = {question.text: question for question in questions}
    places = [(text, number) for text, owner in texts.items() for number in range(len(owner.sentences))]
    around = gather_surroundings(list(texts))
    ranked = _rank_sentences([q.question for q in questions], places, texts)
    for question, order in zip(questions, ranked, strict=True):
        if not question.is_answerable:
            for _ in range(draw_count(mixture.unanswerable, rng)):
                number = rng.choice(_likely_sentences(question, order, places))
                yield _finish(question, question, *_grow(question, number, number, rng), "unanswerable", rng)
            continue
        for _ in range(draw_count(mixture.positives, rng)):
            if grown := _grow_answer(question, rng):
                yield _finish(question, question, *grown, "answered", rng)
        for _ in range(draw_count(mixture.near_misses, rng)):
            if grown := _grow_answer(question, rng):
                window = question.text[question.sentences[grown[0]][0] : question.sentences[grown[1]][1]]
                made = make_near_miss(
                    question.question, window, _answer_text(question), around, siblings, rng
                )
                if made:
                    changed = replace(question, question=made, answers=(), answer_sentences=())
                    yield _finish(changed, changed, *grown, "near miss", rng)
        for _ in range(draw_count(mixture.others, rng)):
            candidates = [places[i] for i in order if not _holds_answer(question, *places[i], texts)]
            if candidates:
                text, number = rng.choice(candidates[:5])
                owner = replace(texts[text], question=question.question, answers=(), answer_sentences=())
                first, last = _grow(owner, number, number, rng)
                if not any(_holds_answer(question, text, n, texts) for n in range(first, last + 1)):
                    yield _finish(owner, question, first, last, "other window", rng)


def draw_count(expected: float, rng: random.Random) -> int:
    """A whole number whose mean is `expected`: 1.3 gives 1, and 2 three times in ten."""
    return int(expected) + (rng.random() < expected - int(expected))


def _rank_sentences(
    questions: Sequence[str], places: Sequence[tuple[str, int]], texts: dict[str, Question]
) -> list[list[int]]:
    """For each question the positions in `places` of the 12 sentences that BM25 ranks first."""
    sentences = [text[slice(*texts[text].sentences[number])] for text, number in places]
    ranker = bm25s.BM25()
    ranker.index(bm25s.tokenize(sentences, stopwords="en", show_progress=False), show_progress=False)
    asked = bm25s.tokenize(list(questions), stopwords="en", show_progress=False)
    found, _ = ranker.retrieve(asked, k=min(12, len(sentences)), show_progress=False)
    return [[int(place) for place in row] for row in found]


def _likely_sentences(
    question: Question, order: Sequence[int], places: Sequence[tuple[str, int]]
) -> list[int]:
    """The sentences of the question's own text that its words point to, best first; at most three."""
    own = [places[i][1] for i in order if places[i][0] == question.text]
    return own[:3] or list(range(len(question.sentences)))


def _answer_text(question: Question) -> str:
    if question.answers:
        return question.text[slice(*question.answers[0])]
    return ""


def _holds_answer(question: Question, text: str, number: int, texts: dict[str, Question]) -> bool:
    if text == question.text and number in _answer_numbers(question):
        return True
    if not question.answers:
        return False
    sentence = text[slice(*texts[text].sentences[number])].casefold()
    return any(question.text[start:end].casefold() in sentence for start, end in question.answers)


def _answer_numbers(question: Question) -> set[int]:
    if question.answer_sentences:
        return set(question.answer_sentences)
    return {
        number
        for number, (first, last) in enumerate(question.sentences)
        for start, end in question.answers
        if start < last and end > first
    }


def _grow_answer(question: Question, rng: random.Random) -> tuple[int, int] | None:
    """A window around one of the question's answers, at a random place in it."""
    if question.answer_sentences:
        number = rng.choice(question.answer_sentences)
        return _grow(question, number, number, rng)
    start, end = rng.choice(question.answers)
    held = [n for n, (first, last) in enumerate(question.sentences) if start < last and end > first]
    return _grow(question, held[0], held[-1], rng) if held else None


def _grow(question: Question, first: int, last: int, rng: random.Random) -> tuple[int, int]:
    """Sentences `first` to `last` with neighbours on both sides by chance, one to five in all."""
    wanted = rng.choice((1, 2, 3, 3, 4, 5))
    length = sum(_count_words(question, n) for n in range(first, last + 1))
    while last - first + 1 < wanted:
        sides = [n for n in (first - 1, last + 1) if 0 <= n < len(question.sentences)]
        sides = [n for n in sides if length + _count_words(question, n) <= WINDOW_WORDS]
        if not sides:
            break
        added = rng.choice(sides)
        length += _count_words(question, added)
        first, last = min(first, added), max(last, added)
    return first, last


def _count_words(question: Question, number: int) -> int:
    start, end = question.sentences[number]
    return question.text.count(" ", start, end) + 1


def _finish(
    owner: Question, asked: Question, first: int, last: int, kind: str, rng: random.Random
) -> Written:
    """The window of `owner`'s sentences under `asked`'s question; a heading and roughness come by chance."""
    begin, end = owner.sentences[first][0], owner.sentences[last][1]
    heading = ""
    draw = rng.random()
    if draw < HEADING_SHARE and owner.title:
        heading = owner.title + rng.choice((": ", ". "))
    elif draw > 1 - QUESTION_HEADING_SHARE:
        heading = asked.question + " "
    shift = len(heading) - begin
    if owner.answer_sentences:
        gold = [owner.sentences[n] for n in owner.answer_sentences if first <= n <= last]
    else:
        gold = [answer for answer in owner.answers if begin <= answer[0] and answer[1] <= end]
    return Written(
        roughen_by_chance(asked.question, rng),
        heading + owner.text[begin:end],
        tuple((a + shift, b + shift) for a, b in gold),
        bool(owner.answer_sentences),
        kind,
    )


def roughen_by_chance(question: str, rng: random.Random) -> str:
    """The question as it is, or in `ROUGH_SHARE` of all cases as people also type it."""
    return question if rng.random() >= ROUGH_SHARE else roughen_question(question, rng)


def encode_examples(written: Sequence[Written], tokenizer: Tokenizer) -> list[Example]:
    """The examples in tokens; one whose answer does not fit into the window's token limit is left out."""
    questions = tokenizer.encode_batch([item.question for item in written], add_special_tokens=False)
    windows = tokenizer.encode_batch([item.window for item in written], add_special_tokens=False)
    examples = []
    for item, question, window in zip(written, questions, windows, strict=True):
        offsets = np.array(window.offsets[:MAX_WINDOW_TOKENS], dtype=np.int64).reshape(-1, 2)
        starts: list[int] = []
        ends: list[int] = []
        for begin, end in item.gold:
            inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > begin))
            if len(inside) and offsets[inside[-1], 1] >= min(end, len(item.window.rstrip())):
                starts.extend(inside if item.whole_sentences else inside[:1])
                ends.extend(inside if item.whole_sentences else inside[-1:])
        if bool(starts) != bool(item.gold) or not question.ids:
            continue
        examples.append(
            Example(
                np.array(question.ids[:MAX_QUESTION_TOKENS], dtype=np.int32),
                np.array(window.ids[:MAX_WINDOW_TOKENS], dtype=np.int32),
                np.array(sorted(set(starts)), dtype=np.int32),
                np.array(sorted(set(ends)), dtype=np.int32),
                item.kind,
            )
        )
    return examples

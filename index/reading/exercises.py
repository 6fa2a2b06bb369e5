"""Our own articles with questions, as training examples: windows cut just as the assistant cuts them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import Article, Span
from corpus.assemble import assemble_article
from corpus.markdown import read_markdown
from index.encoder import Encoder
from index.passages import SearchTexts, collect_texts
from index.reading.examples import Mixture, Written, draw_count, roughen_by_chance
from index.reading.near_misses import Siblings, Surroundings, gather_surroundings, make_near_miss
from index.rerank import cut_window
from index.search import open_index

FOLDER = Path(__file__).parent / "exercises"
SOURCE = "exercises"
HELD_OUT_EVERY = 7
RANKED = 6  # windows that do not answer are cut around one of so many sentences that retrieval ranks first
WINDOW_WORDS = (20, 35, 50, 50, 50)  # the assistant's own size, and smaller ones


class ExerciseError(Exception):
    """An exercise file cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the ranges of the article that answer it; or, when none do, those that come closest."""

    question: str
    answers: tuple[Span, ...]
    nearest: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """An article of ours with its questions; `ranked[i]` are sentences as retrieval ranks them for question i."""

    article: Article
    texts: SearchTexts
    asked: tuple[Asked, ...]
    ranked: tuple[tuple[int, ...], ...]


def read_exercise(path: Path) -> tuple[Article, tuple[Asked, ...]]:
    """The article and the questions of a file: Markdown, a line `===`, then `Q:` and `A:`, or `N:` and `B:`, by turns.

    `A:` quotes what answers, `B:` what comes closest when nothing does, in the article's own words; several
    quotations, any of which answers, are parted by `|`. Raises ExerciseError.
    """
    body, _, questions = path.read_text(encoding="utf-8").partition("\n===\n")
    page = read_markdown(body)
    article = assemble_article(page.blocks, page.title or path.stem, "en", None)
    asked = []
    question = ""
    for number, line in enumerate(questions.splitlines(), start=body.count("\n") + 3):
        tag, _, text = line.strip().partition(": ")
        if tag in ("Q", "N"):
            question = text.strip()
        elif tag in ("A", "B") and question:
            spans = tuple(
                span for part in text.split("|") for span in find_quotation(article.text, part.strip())
            )
            if not spans:
                raise ExerciseError(f"{path.name}, line {number}: the article does not hold {text!r}")
            asked.append(Asked(question, spans) if tag == "A" else Asked(question, (), spans))
            question = ""
        elif line.strip():
            raise ExerciseError(
                f"{path.name}, line {number}: {line.strip()!r} is no question and no quotation"
            )
    return article, tuple(asked)


def find_quotation(text: str, quotation: str) -> list[Span]:
    """Every place of a text where the words of a quotation stand, white space aside."""
    pattern = r"\s+".join(re.escape(word) for word in quotation.split())
    return [Span(*match.span()) for match in re.finditer(pattern, text)] if pattern else []


def split_exercises(folder: Path = FOLDER) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The exercise files to train on, and every `HELD_OUT_EVERY`-th, kept back to fit what weighs the reader."""
    paths = sorted(folder.glob("*.md"))
    back = paths[::HELD_OUT_EVERY]
    return tuple(path for path in paths if path not in back), tuple(back)


def load_exercises(paths: Iterable[Path], encoder: Encoder, work: Path) -> tuple[Exercise, ...]:
    """The exercises in the files; indexes are kept under `work`."""
    exercises = []
    for path in paths:
        article, asked = read_exercise(path)
        index = open_index(article, encoder, work / path.stem)
        ranked = []
        for one in asked:
            scored = [
                (score, index.texts.first[hit.passage] + at)
                for hit in index.retrieve(one.question)
                for at, score in enumerate(hit.sentences)
            ]
            ranked.append(tuple(number for _, number in sorted(scored, reverse=True)))
        exercises.append(Exercise(article, collect_texts(article), asked, tuple(ranked)))
    return tuple(exercises)


def write_exercises(
    exercises: Iterable[Exercise], mixture: Mixture, siblings: Siblings, rng: random.Random
) -> Iterator[Written]:
    """The examples of exercises: see Mixture."""
    for exercise in exercises:
        around = gather_surroundings([exercise.article.text])
        for asked, ranked in zip(exercise.asked, exercise.ranked, strict=True):
            yield from _write_asked(exercise, asked, ranked, mixture, around, siblings, rng)


def _write_asked(
    exercise: Exercise,
    asked: Asked,
    ranked: Sequence[int],
    mixture: Mixture,
    around: Surroundings,
    siblings: Siblings,
    rng: random.Random,
) -> Iterator[Written]:
    holding = _find_holding(exercise, asked.answers, ranked)
    lists = {_find_group(exercise, number) for number in holding} - {None}
    # the other items of a list with an answer may well answer too: they are no example of either
    others = [n for n in ranked[:RANKED] if n not in holding and _find_group(exercise, n) not in lists]
    if not asked.answers:
        nearest = _find_holding(exercise, asked.nearest, ranked)
        for _ in range(draw_count(mixture.unanswerable, rng)):
            number = rng.choice(nearest[:1] or others[:1] or [0])
            yield _cut(exercise, asked, number, "unanswerable", rng)
        for number in _draw_some(others, mixture.others / 2, rng):
            yield _cut(exercise, asked, number, "other window", rng)
        return
    for _ in range(draw_count(mixture.positives, rng) if holding else 0):
        # of several items that answer, any may be the one that the assistant reads
        number = rng.choice(holding) if lists else holding[0]
        yield _cut(exercise, asked, number, "answered", rng)
    for _ in range(draw_count(mixture.near_misses, rng) if holding else 0):
        made = _cut(exercise, asked, holding[0], "near miss", rng)
        answer = asked.answers[0].cut(exercise.article.text)
        question = make_near_miss(asked.question, made.window, answer, around, siblings, rng)
        if question:
            yield Written(roughen_by_chance(question, rng), made.window, (), False, "near miss")
    for number in _draw_some(others, mixture.others, rng):
        made = _cut(exercise, asked, number, "other window", rng)
        if not made.gold:
            yield made


def _draw_some(numbers: Sequence[int], expected: float, rng: random.Random) -> list[int]:
    return rng.sample(numbers, min(len(numbers), draw_count(expected, rng)))


def _find_holding(exercise: Exercise, spans: Sequence[Span], ranked: Sequence[int]) -> list[int]:
    """The sentences that meet one of the ranges, those that retrieval ranks higher first.

    A list's lead-in stands for its items: who asks for what it announces is answered by each of them.
    """
    starts = exercise.texts.first
    found = []
    for at, passage in enumerate(exercise.article.passages):
        for place, sentence in enumerate(passage.sentences):
            if any(_meets(sentence, span) or _meets(passage.lead_in, span) for span in spans):
                found.append(starts[at] + place)
    order = {number: rank for rank, number in enumerate(ranked)}
    return sorted(found, key=lambda number: order.get(number, len(order)))


def _meets(place: Span | None, span: Span) -> bool:
    return place is not None and place.start < span.end and span.start < place.end


def _find_group(exercise: Exercise, number: int) -> int | None:
    """The list that a sentence is an item of."""
    return exercise.article.passages[exercise.texts.owner[number]].group


def _cut(exercise: Exercise, asked: Asked, number: int, kind: str, rng: random.Random) -> Written:
    """The window around a sentence; its gold ranges are what answers in it."""
    window = cut_window(exercise.article, exercise.texts, number, rng.choice(WINDOW_WORDS))
    gold = []
    for at, place in zip(range(window.first, window.last + 1), window.places, strict=True):
        passage = exercise.article.passages[exercise.texts.owner[at]]
        sentence = passage.sentences[at - exercise.texts.first[exercise.texts.owner[at]]]
        for span in asked.answers:
            whole = sentence if _meets(passage.lead_in, span) else span
            start, end = max(whole.start, sentence.start), min(whole.end, sentence.end)
            if start < end:
                gold.append((place + start - sentence.start, place + end - sentence.start))
    return Written(roughen_by_chance(asked.question, rng), window.text, tuple(gold), False, kind)

"""Scoring a reader: is the right sentence marked, and are questions without an answer told apart?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from index.reader import Reader, Reading
from index.reading.sources import Question

WINDOW_WORDS = 60
WINDOW_SENTENCES = 5


@dataclass(frozen=True, slots=True)
class Scores:
    """What a reader does with questions asked of the windows of their own text.

    `sentence` is the share of the `answerable` questions whose best span, over all windows, lies in a right
    sentence. The areas under the ROC curve tell answerable from impossible questions, each question by its
    best window: by the span's score over null, by the answerability logit, and by `join_scores`; over the
    `near_misses` impossible questions and the `beside` answerable ones of the same texts.
    """

    answerable: int
    sentence: float
    near_misses: int
    beside: int
    area_span: float
    area_answerable: float
    area_joined: float


def join_scores(margin: float, answerable: float) -> float:
    """One score from a span's margin over null and the answerability logit, both in log odds.

    The margin is a sum of two log odds (start and end), hence half of it.
    """
    return margin / 2 + answerable


def cut_windows(question: Question) -> list[tuple[int, int]]:
    """Windows of whole sentences over a text, as first and last sentence; neighbours share a sentence."""
    windows = []
    first = 0
    count = len(question.sentences)
    lengths = [question.text.count(" ", start, end) + 1 for start, end in question.sentences]
    while True:
        last = first
        while (
            last + 1 < count
            and last + 1 - first < WINDOW_SENTENCES
            and sum(lengths[first : last + 2]) <= WINDOW_WORDS
        ):
            last += 1
        windows.append((first, last))
        if last + 1 >= count:
            return windows
        first = last if last > first else last + 1


def score_reader(reader: Reader, questions: Sequence[Question]) -> Scores:
    """Ask every question of all windows of its own text; some must be answerable and some not. See Scores."""
    found = [_read_text(reader, question) for question in questions]
    right = [_is_right(q, place) for q, (*_, place) in zip(questions, found, strict=True) if q.is_answerable]
    contested = {question.text for question in questions if not question.is_answerable}
    pairs = [
        (q.is_answerable, scores) for q, scores in zip(questions, found, strict=True) if q.text in contested
    ]
    truth = [answerable for answerable, _ in pairs]
    areas = [float(roc_auc_score(truth, [scores[which] for _, scores in pairs])) for which in range(3)]
    return Scores(len(right), float(np.mean(right)), truth.count(False), truth.count(True), *areas)


def _read_text(reader: Reader, question: Question) -> tuple[float, float, float, int]:
    """The best margin, answerability and joined score over the windows, and where the best span starts."""
    windows = [(question.sentences[a][0], question.sentences[b][1]) for a, b in cut_windows(question)]
    readings = reader.read(question.question, [question.text[start:end] for start, end in windows])
    rated: list[tuple[float, float, float, int]] = []
    for (begin, _), reading in zip(windows, readings, strict=True):
        margin, place = _rate(reading)
        rated.append((margin, reading.answerable, join_scores(margin, reading.answerable), begin + place))
    best = max(rated, key=lambda scores: scores[2])
    return max(r[0] for r in rated), max(r[1] for r in rated), best[2], best[3]


def _rate(reading: Reading) -> tuple[float, int]:
    score, start, _ = reading.best_span()
    return score - reading.null, start


def _is_right(question: Question, place: int) -> bool:
    for number, (start, end) in enumerate(question.sentences):
        if start <= place < end:
            return number in question.answer_sentences or any(
                first < end and last > start for first, last in question.answers
            )
    return False

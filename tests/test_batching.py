"""Questions that arrive together: one pass for all, the same answers, errors for whom they concern."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.settings import Settings
from corpus import Article
from index import BatchingEncoder, ReaderInTurns, SentenceEncoder
from index.batching import LARGEST_BATCH
from index.reader import Reading

QUESTIONS = [
    "How many boats took part?", "Who paid for the festival?", "May I bring a tent?", "leash",
    "What did the mayor call the day, and who waited ten years for it, as far as the article says?",
    "When did the festival open?", "What is the capital of France?", "Where should bottles be left?",
    "Which three rules must visitors follow?", "boats", "Who is Ana Lima?", "Did anyone drown?",
]  # fmt: skip


class HeldEncoder:
    """Encodes a text as its length, and nothing before it is let go; a text "bad" is an error."""

    name = "held"
    dimension = 1

    def __init__(self) -> None:
        self.go = threading.Event()
        self.passes: list[list[str]] = []
        self.threads: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.passes.append(list(texts))
        self.threads.append(threading.current_thread().name)
        assert self.go.wait(30)
        if "bad" in texts:
            raise ValueError("bad text")
        return np.array([[len(text)] for text in texts], dtype=np.float32).reshape(-1, 1)


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.001)


def ask_in_threads(
    encoder: BatchingEncoder, held: HeldEncoder, texts: Sequence[Sequence[str]]
) -> list[object]:
    """The first alone in a pass that is held until all others wait; results or errors in the order of `texts`."""

    def encode(call: Sequence[str]) -> object:
        try:
            return encoder.encode(call)[:, 0].tolist()
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(len(texts)) as threads:
        told = [threads.submit(encode, texts[0])]
        wait_until(lambda: len(held.passes) == 1)
        for call in texts[1:]:
            told.append(threads.submit(encode, call))
            wait_until(lambda: encoder.waiting == len(told) - 1)
        held.go.set()
        return [each.result(timeout=30) for each in told]


def test_what_waits_is_encoded_in_one_pass_and_handed_back_to_its_own_thread() -> None:
    held = HeldEncoder()
    encoder = BatchingEncoder(held)
    assert ask_in_threads(encoder, held, [["a"], ["bb", "cccc"], ["ddd"], ["ee"]]) == [[1], [2, 4], [3], [2]]
    assert held.passes == [["a"], ["bb", "cccc", "ddd", "ee"]]
    assert (encoder.passes, encoder.texts, encoder.largest) == (2, 5, 4)
    encoder.close()


def test_a_pass_has_a_bound_and_what_does_not_fit_is_next() -> None:
    held = HeldEncoder()
    encoder = BatchingEncoder(held)
    calls = [["x"] * 20, ["y"] * 20, ["zz"] * 20, ["w"] * 12]
    assert ask_in_threads(encoder, held, calls) == [[1] * 20, [1] * 20, [2] * 20, [1] * 12]
    assert [len(texts) for texts in held.passes] == [20, 20, 32]
    encoder.close()


def test_an_error_reaches_only_the_thread_whose_text_it_is() -> None:
    held = HeldEncoder()
    encoder = BatchingEncoder(held)
    assert ask_in_threads(encoder, held, [["a"], ["bb"], ["bad"], ["dd"]]) == [[1], [2], "bad text", [2]]
    assert encoder.encode(["still here"]).tolist() == [[10]]
    encoder.close()


def test_closing_encodes_what_waits_and_refuses_what_comes_later() -> None:
    held = HeldEncoder()
    encoder = BatchingEncoder(held)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(encoder.encode, ["a"])
        wait_until(lambda: len(held.passes) == 1)
        second = threads.submit(encoder.encode, ["bb"])
        wait_until(lambda: encoder.waiting == 1)
        closing = threads.submit(encoder.close)
        wait_until(lambda: encoder.waiting == 2)  # the end stands behind what waits
        held.go.set()
        closing.result(timeout=30)
        assert (first.result().tolist(), second.result().tolist()) == ([[1]], [[2]])
    with pytest.raises(RuntimeError, match="the program is ending"):
        encoder.encode(["late"])
    encoder.close()  # a second time is no error


def test_a_long_job_does_not_stand_before_questions() -> None:
    held = HeldEncoder()
    held.go.set()
    encoder = BatchingEncoder(held)
    assert encoder.encode(["x"] * (LARGEST_BATCH + 1)).shape == (LARGEST_BATCH + 1, 1)
    assert encoder.encode([]).shape == (0, 1)
    encoder.encode(["question"])
    here = threading.current_thread().name
    assert held.threads == [here, here, "encoding"]
    encoder.close()


def test_vectors_differ_from_those_made_alone_in_the_last_digits_only(real_encoder: SentenceEncoder) -> None:
    together = real_encoder.encode(QUESTIONS)
    alone = np.vstack([real_encoder.encode([question]) for question in QUESTIONS])
    assert float(np.abs(together - alone).max()) < 1e-6


def test_answers_are_the_same_as_of_one_question_at_a_time(
    town: Article, settings: Settings, real_encoder: SentenceEncoder
) -> None:
    """Everything a reader sees; the confidence, given to four digits, may differ by one in the last."""
    settings = settings.model_copy(update={"reader": False})
    plain = Assistant.open(town, settings, real_encoder)
    alone = [plain.ask(question) for question in QUESTIONS]
    encoder = BatchingEncoder(real_encoder)
    shared = Assistant.open(town, settings, encoder)
    with ThreadPoolExecutor(len(QUESTIONS)) as threads:
        together = list(threads.map(shared.ask, QUESTIONS * 5))
    encoder.close()
    assert encoder.largest > 1
    for one, other in zip(alone * 5, together, strict=True):
        assert other.confidence == pytest.approx(one.confidence, abs=1e-4)
        assert [q.score for q in other.quotes] == pytest.approx([q.score for q in one.quotes], abs=1e-4)

        def shown(answer):
            quotes = tuple(replace(quote, score=0.0) for quote in answer.quotes)
            return replace(answer, confidence=0.0, took_ms=0.0, quotes=quotes)

        assert shown(other) == shown(one)


class CountingReader:
    """Notes how many threads read at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now = self.most = 0
        self.go = threading.Event()

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.go.wait(30)
        with self.lock:
            self.now -= 1
        if question == "bad":
            raise ValueError("bad question")
        empty = np.zeros(0, dtype=np.float32)
        return tuple(
            Reading(float(len(w)), np.zeros((0, 2), dtype=np.int64), empty, empty, 0.0) for w in windows
        )


def test_two_read_at_a_time_and_an_error_gives_the_turn_back(tmp_path: Path) -> None:
    counting = CountingReader()
    reader = ReaderInTurns(counting, 2)

    def read(question: str) -> object:
        try:
            return [reading.answerable for reading in reader.read(question, ["a", "bb"])]
        except ValueError as error:
            return str(error)

    with ThreadPoolExecutor(6) as threads:
        told = [threads.submit(read, question) for question in ("a", "bad", "bad", "b", "c", "bad")]
        wait_until(lambda: reader.reading == 6)
        counting.go.set()
        results = [each.result(timeout=30) for each in told]
    assert results == [[1, 2], "bad question", "bad question", [1, 2], [1, 2], "bad question"]
    assert (counting.most, reader.reading) == (2, 0)

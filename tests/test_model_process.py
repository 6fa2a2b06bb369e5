"""The models in a process of their own: the same numbers, and a process that may end at any moment."""

import json
import logging
import os
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.models import start_models
from assistant.settings import Settings
from assistant.web.library import Library
from index import EncoderError, ModelProcess, SentenceEncoder, SpanReader, Wanted
from index.model_process import ModelProcessError
from tests.conftest import TOWN
from tests.serving import serve

TEXTS = ["Who paid for the festival?", "The port authority paid two thirds of the bill."]


@pytest.fixture(scope="module")
def models() -> Iterator[ModelProcess]:
    process = ModelProcess(Wanted(), lanes=3)
    yield process
    process.close()
    with pytest.raises(ModelProcessError, match="the program is ending"):
        process.call("encode", TEXTS)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_numbers_are_those_of_the_models_here(
    models: ModelProcess, real_encoder: SentenceEncoder
) -> None:
    encoder, foreign = models.make_encoders()
    assert (encoder.name, encoder.dimension, foreign) == (real_encoder.name, 384, None)
    np.testing.assert_array_equal(encoder.encode(TEXTS), real_encoder.encode(TEXTS))
    reader = models.make_reader()
    assert reader is not None
    [there] = reader.read(TEXTS[0], TEXTS[1:])
    [here] = SpanReader.load().read(TEXTS[0], TEXTS[1:])
    assert (there.answerable, there.null) == (here.answerable, here.null)
    for name in ("offsets", "start", "end"):
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))


def test_an_error_of_a_model_reaches_who_asked(models: ModelProcess) -> None:
    with pytest.raises(KeyError):
        models.call("no such model")
    assert models.call("encode", TEXTS).shape == (2, 384)


def test_killed_at_any_moment_every_call_is_answered(
    models: ModelProcess, caplog: pytest.LogCaptureFixture
) -> None:
    models.wait_until_loaded()
    before, ended = models.starts, models.pid
    answered: list[tuple[int, ...]] = []

    def ask() -> None:
        for _ in range(10):
            answered.append(models.call("encode", TEXTS * 8).shape)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    while not answered:
        time.sleep(0.01)
    os.kill(ended, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert answered == [(16, 384)] * 50
    assert models.starts == before + 1 and models.pid != ended
    assert "the models' process ended (status -9): starting another" in caplog.text


def test_a_signal_meant_for_the_program_does_not_end_it(models: ModelProcess) -> None:
    """A terminal sends Ctrl-C, and a service manager its signal, to both; answers in flight need the models."""
    models.wait_until_loaded()
    before = models.starts
    os.kill(models.pid, signal.SIGTERM)
    os.kill(models.pid, signal.SIGINT)
    assert models.call("encode", TEXTS).shape == (2, 384)
    assert models.starts == before


def test_an_encoder_that_is_not_there_is_told(tmp_path: Path) -> None:
    process = ModelProcess(Wanted(encoder=str(tmp_path / "nothing"), reader=False), lanes=1)
    with pytest.raises(EncoderError, match="ASSISTANT_ENCODER takes"):
        process.wait_until_loaded()
    process.close()
    assert not is_running(process.pid)


def test_closed_before_it_has_loaded_it_ends_at_once() -> None:
    process = ModelProcess(Wanted(), lanes=1)
    process.close()
    assert not is_running(process.pid)


def test_what_a_library_writes_becomes_a_line_of_the_log(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.stderr.write('a library complains\\n')\n")
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setenv("PYTHONPATH", str(tmp_path))
        process = ModelProcess(Wanted(reader=False), lanes=1)
        until = time.monotonic() + 60
        while "models: a library complains" not in caplog.text and time.monotonic() < until:
            time.sleep(0.05)
        process.close()
    assert "models: a library complains" in caplog.text


def test_an_article_is_answered_alike_with_the_models_there_and_here(
    tmp_path: Path, data_dir: Path, real_encoder: SentenceEncoder
) -> None:
    town_file = tmp_path / "town.txt"
    town_file.write_text(TOWN, encoding="utf-8")
    settings = Settings(articles=town_file, data_dir=data_dir, model_process=True)
    library = Library(settings, start_models(settings))
    library.start()
    [slug] = library.shelves
    there = library.find_assistant(slug)
    here = Assistant.open(town_file, settings, real_encoder, SpanReader.load())
    for question in ("Who paid for the festival?", "May I bring a tent?", "What did the king say?"):
        one, other = there.ask(question), here.ask(question)
        assert (one.outcome, one.quotes, one.suggestions) == (other.outcome, other.quotes, other.suggestions)
        assert one.confidence == pytest.approx(other.confidence, abs=1e-4)
    library.close()


def test_the_models_end_with_the_program_and_not_the_other_way_round(tmp_path: Path) -> None:
    """What a reader sees of a killed process of models is an answer; of a killed program nothing is left running."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "town.txt").write_text(TOWN, encoding="utf-8")
    with serve(tmp_path, str(folder), ASSISTANT_READER="false") as address:
        program = find_program(address)
        [models] = read_children(program)
        os.kill(models, signal.SIGKILL)
        body = json.dumps({"article": "town", "question": "Who paid for the festival?"}).encode()
        asked = urllib.request.Request(f"{address}/api/ask", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60) as reply:
            assert json.load(reply)["outcome"] == "answered"
        told = urllib.request.urlopen(f"{address}/metrics", timeout=10).read().decode()
        assert "assistant_model_starts 2.0" in told
        [others] = read_children(program)
        os.kill(program, signal.SIGKILL)
        until = time.monotonic() + 30
        while is_running(others) and time.monotonic() < until:
            time.sleep(0.05)
        assert not is_running(others)


def read_children(pid: int) -> list[int]:
    return [
        int(each)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for each in file.read_text().split()
    ]


def find_program(address: str) -> int:
    """The child of this process that serves an address."""
    port = address.rpartition(":")[2]
    return next(
        pid
        for pid in read_children(os.getpid())
        if f"ASSISTANT_PORT={port}\0" in Path(f"/proc/{pid}/environ").read_text()
    )

"""Faults that come while the assistant runs: an article that changes, a clock that does, what is damaged, or gone."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.records import RecordError, Records, list_log
from assistant.records.decisions import KeptRevision, keep_golden, keep_revision, keep_threshold, list_golden
from assistant.settings import Settings
from assistant.web.api import CONTEXT, describe_reply
from assistant.web.library import Library, NotReadyError
from assistant.web.limits import RateLimit
from assistant.web.service import Service
from corpus import article_from_text, read_article
from index import ReaderError, SentenceEncoder
from index.reading.network import SpanNetwork
from index.reading.packed import MANIFEST, WEIGHTS_FILE, load_network, save_network
from tests.conftest import TOWN

ROOT = Path(__file__).resolve().parents[1]


def write_articles(folder: Path, *names: str) -> Settings:
    (folder / "articles").mkdir()
    for name in names:
        text = TOWN.replace("Porto Velho", name.title())
        (folder / "articles" / f"{name}.txt").write_text(text, encoding="utf-8")
    return Settings(articles=folder / "articles", data_dir=folder / "data", reader=False)


def damage(whole: bytes, rng: random.Random) -> bytes:
    """The same with 1 to 64 bytes changed."""
    changed = bytearray(whole)
    for at in rng.sample(range(len(whole)), min(len(whole), rng.randint(1, 64))):
        changed[at] ^= rng.randint(1, 255)
    return bytes(changed)


def test_every_answer_is_of_one_revision_while_others_are_published(tmp_path: Path) -> None:
    """Six readers ask all the while; two revisions, in which everything stands elsewhere, take turns."""
    settings = write_articles(tmp_path, "harbour")
    library = Library(settings)
    service = Service(settings, library)
    library.start()
    first = library.find_assistant("harbour")
    longer = article_from_text(
        "Before\n\nA word before all else.\n\n" + TOWN.replace("400", "650"), title="Harbour"
    )
    second = library.open_draft("harbour", longer)
    articles = {each.article.revision: each.article for each in (first, second)}
    file = tmp_path / "articles" / "harbour.txt"
    questions = ("How many boats took part?", "Who paid for the festival?", "May I bring a tent?")
    with ThreadPoolExecutor(6) as readers:
        asked = [readers.submit(service.ask, "harbour", questions[n % 3]) for n in range(150)]
        turn = 0
        while not all(each.done() for each in asked):
            turn += 1
            library.publish("harbour", (first, second)[turn % 2])
            file.write_text(f"The file is another one now, number {turn}.\n", encoding="utf-8")
            time.sleep(0.002)
    seen = set()
    for each in asked:
        reply = each.result()
        told = describe_reply("harbour", reply)
        text = articles[told["revision"]].text
        assert reply.article.revision == told["revision"]
        for quote in told["quotes"]:
            start, end = quote["start"], quote["end"]
            assert quote["text"] == text[start:end]
            assert quote["before"] == text[max(0, start - CONTEXT) : start]
            assert quote["after"] == text[end : end + CONTEXT]
        seen.add(told["revision"])
    assert seen == set(articles)
    service.close()
    library.close()


def test_an_article_that_cannot_be_opened_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = write_articles(tmp_path, "harbour", "island")
    open_one = Assistant.open

    def fail_for_island(source: object, *more: object, **named: object) -> Assistant:
        if "Island" in source.text:
            raise MemoryError("no room for its vectors")
        return open_one(source, *more, **named)

    monkeypatch.setattr(Assistant, "open", fail_for_island)
    library = Library(settings)
    library.start()
    assert library.find_assistant("harbour").ask("How many boats took part?").quotes
    with pytest.raises(NotReadyError, match="This article cannot be asked"):
        library.find_assistant("island")
    assert library.ready
    assert library.count_states() == {"answering": 1, "waiting": 0, "failed": 1, "unreadable": 0}
    assert "island cannot be asked: MemoryError: no room for its vectors" in caplog.messages
    library.close()


def test_indexes_of_what_is_no_longer_served_are_deleted(tmp_path: Path) -> None:
    settings = write_articles(tmp_path, "harbour", "island")
    indexes = settings.data_dir / "indexes"

    def load() -> set[str]:
        library = Library(settings)
        library.start()
        library.find_assistant("harbour")
        library.close()
        return {shelved.article.revision[:16] for shelved in library.shelves.values()}

    served = load()
    assert {each.name for each in indexes.iterdir()} == served and len(served) == 2
    (indexes / "of-the-command-line-01234567").mkdir()
    (tmp_path / "articles" / "island.txt").unlink()
    (tmp_path / "articles" / "harbour.txt").write_text(TOWN + "\nOne more line.\n", encoding="utf-8")
    now = load()
    assert len(now) == 1 and not now & served
    assert {each.name for each in indexes.iterdir()} == {*now, "of-the-command-line-01234567"}


def test_a_deleted_article_is_forgotten_without_a_trace(tmp_path: Path) -> None:
    settings = write_articles(tmp_path, "harbour")
    file, corrections = settings.data_dir / "records.sqlite3", settings.data_dir / "corrections"
    corrections.mkdir(parents=True)
    records = Records(file)
    for slug, word in (("gone", "Zaphod"), ("harbour", "Trillian")):
        kept = records.keep_answer(
            slug, f"Who is {word}?", (), "answered", 0.9, "r", {"quotes": [{"text": word}]}
        )
        records.keep_vote(kept, 1, (), f"note on {word}")
        keep_golden(records, slug, [{"question": f"Who is {word}?"}], "ann", live=True)
        keep_threshold(records, slug, 0.5, "ann")
        name = f"{slug}-0123456789abcdef.txt"
        keep_revision(records, slug, KeptRevision("r", "b", name, "2026-01-01", "ann"))
        (corrections / name).write_text(word)
    (corrections / "gone-draft.md").write_text("Zaphod")
    (corrections / "gone-with-the-wind-0123456789abcdef.txt").write_text("another article")
    records.close()
    variables = os.environ | {
        "ASSISTANT_DATA_DIR": str(settings.data_dir), "ASSISTANT_ARTICLES": str(settings.articles),
    }  # fmt: skip

    def forget(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "forget", *words],
            cwd=ROOT, env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    assert forget("harbour", "--yes")[0] == 2
    assert forget("gone") == (
        2,
        "error: all there is of gone would be deleted, and cannot be had back; say so with --yes\n",
    )
    assert b"Zaphod" in file.read_bytes()
    assert forget("gone", "--yes") == (0, "4 records and 2 corrections of gone deleted\n")
    left = b"".join(each.read_bytes() for each in settings.data_dir.rglob("*") if each.is_file())
    assert b"Zaphod" not in left and b"Trillian" in left and b"another article" in left


def test_a_clock_that_is_set_back_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = RateLimit("3/minute")
    assert [rate.count("question", "192.0.2.1") for _ in range(3)] == [0, 0, 0]
    assert 0 < rate.count("question", "192.0.2.1") <= 60
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600)  # the window is of the steady clock
    assert 0 < rate.count("question", "192.0.2.1") <= 60
    assert [rate.count("question", "192.0.2.2") for _ in range(3)] == [0, 0, 0]
    assert 0 < rate.count("question", "192.0.2.2") <= 60


def test_damaged_weights_of_the_reader_are_never_read(tmp_path: Path) -> None:
    """A network of the same kind, only smaller, so that six hundred damaged files take seconds."""
    from transformers import BertConfig

    config = BertConfig(
        vocab_size=40, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=16,
    )  # fmt: skip
    save_network(SpanNetwork(config), tmp_path, {"command": "made in a test"})
    load_network(tmp_path)
    for name in (WEIGHTS_FILE, MANIFEST):
        file = tmp_path / name
        whole, rng = file.read_bytes(), random.Random(0)
        detected = 0
        for _ in range(600):
            file.write_bytes(damage(whole, rng))
            with pytest.raises(ReaderError, match="damaged"):
                load_network(tmp_path)
            detected += 1
        file.write_bytes(whole)
        assert detected == 600
    load_network(tmp_path)


def test_damaged_weights_of_the_encoder_are_not_served(tmp_path: Path, real_encoder: SentenceEncoder) -> None:
    """The server checks them as it starts; here a copy of which one bit is wrong."""
    import shutil

    from index import EncoderError
    from index.encoder import find_packaged_model

    copy = tmp_path / "model"
    shutil.copytree(find_packaged_model(), copy)
    with (copy / "model.safetensors").open("r+b") as out:
        out.seek(-100, os.SEEK_END)
        (byte,) = out.read(1)
        out.seek(-100, os.SEEK_END)
        out.write(bytes([byte ^ 1]))
    encoder = object.__new__(SentenceEncoder)
    encoder._name, encoder._folder = real_encoder.name, copy
    with pytest.raises(EncoderError, match="pip install --force-reinstall"):
        encoder.verify_weights()
    real_encoder.verify_weights()


def test_damaged_records_never_break_anything_else(tmp_path: Path) -> None:
    """SQLite has no sums over what it holds: not all is noticed, but nothing ever ends in another error."""
    file = tmp_path / "records.sqlite3"
    records = Records(file)
    ids = [
        records.keep_answer("harbour", f"Question {n}?", (), "answered", 0.9, "r", {"quotes": [], "n": n})
        for n in range(60)
    ]
    records.close()
    whole, rng, refused = file.read_bytes(), random.Random(0), 0
    for number in range(600):
        for left in tmp_path.glob("records.sqlite3-*"):
            left.unlink()
        file.write_bytes(damage(whole, rng))
        try:
            opened = Records(file)
        except RecordError as error:
            assert "damaged" in str(error) or "cannot be opened" in str(error)
            refused += 1
            continue
        try:
            opened.find_answer(ids[number % 60])
            list_log(opened, "harbour")
            list_golden(opened, "harbour")
            opened.keep_answer("harbour", "Another?", (), "answered", 0.9, "r", {"quotes": []})
        except RecordError:
            refused += 1
        finally:
            opened.close()
    print(f"{refused} of 600 noticed")
    assert refused > 300


def test_a_file_of_another_kind_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite3"
    for wrong in (b"no database at all, but somebody's letter" * 50, b"SQLite format 3\x00" + bytes(5000)):
        file.write_bytes(wrong)
        with pytest.raises(RecordError, match="cannot be opened"):
            Records(file)
        assert file.read_bytes() == wrong


def test_retention_counts_no_day_that_has_not_been(tmp_path: Path) -> None:
    """A record from "the future", of before the clock was set back, is not deleted before its time."""
    records = Records(tmp_path / "records.sqlite3")
    kept = records.keep_answer("harbour", "Who?", (), "answered", 0.9, "r", {"quotes": []})
    records.close()
    with sqlite3.connect(tmp_path / "records.sqlite3") as connection:
        connection.execute("UPDATE answers SET created = '2999-01-01T00:00:00.000+00:00'")
    records = Records(tmp_path / "records.sqlite3")
    assert records.purge(1) == 0 and records.find_answer(kept) is not None
    records.close()


def test_an_index_damaged_between_two_starts_is_built_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = write_articles(tmp_path, "harbour")
    article = read_article(settings.articles / "harbour.txt")
    encoder = SentenceEncoder()
    whole = Assistant.open(article, settings, encoder).ask("How many boats took part?")
    (folder,) = (settings.data_dir / "indexes").iterdir()
    rng = random.Random(0)
    files = sorted(folder.iterdir())
    assert len(files) == 4
    for file in files:
        good = file.read_bytes()
        file.write_bytes(damage(good, rng))
        caplog.clear()
        again = Assistant.open(article, settings, encoder).ask("How many boats took part?")
        assert any("building the index" in message and ": damaged" in message for message in caplog.messages)
        assert (again.quotes, again.confidence) == (whole.quotes, whole.confidence)
        assert json.dumps([each.read_bytes().hex() for each in sorted(folder.iterdir())])
        assert file.read_bytes() == good

"""Records: kept once acknowledged, changed and taken back freely, without personal data."""

import sqlite3
import threading
from pathlib import Path

import pytest

from assistant.records import RecordError, Records, Vote, redact_text
from assistant.records.migrations import STEPS


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite3")


def keep(records: Records, question: str = "Who?", **answer: object) -> str:
    return records.keep_answer(
        "slug", question, ["Earlier?"], "answered", 0.8, "rev", {"quotes": [], **answer}
    )


def test_an_answer_comes_back_as_it_was_kept(records: Records) -> None:
    kept = records.find_answer(keep(records, "Who? 'quoted' ; DROP TABLE answers; --", read_as="Who was it?"))
    assert kept is not None
    assert kept.question == "Who? 'quoted' ; DROP TABLE answers; --"
    assert kept.answer == {"quotes": [], "read_as": "Who was it?"}
    assert (kept.article, kept.revision) == ("slug", "rev")
    assert records.find_answer("nothing") is None


def test_one_vote_an_answer_changed_and_taken_back(records: Records) -> None:
    answer = keep(records)
    assert records.find_vote(answer) == (Vote.NONE, (), "")
    records.keep_vote(answer, Vote.UP)
    records.keep_vote(answer, Vote.DOWN, ["wrong passage"], "call 978-555-0100")
    assert records.find_vote(answer) == (Vote.DOWN, ("wrong passage",), "call [phone]")
    records.keep_vote(answer, Vote.NONE)
    assert records.find_vote(answer) == (Vote.NONE, (), "")
    with pytest.raises(RecordError, match="no such answer"):
        records.keep_vote("nothing", Vote.UP)


def test_what_is_kept_is_on_disk_when_another_process_looks(records: Records, tmp_path: Path) -> None:
    answer = keep(records)
    other = sqlite3.connect(f"file:{tmp_path / 'records.sqlite3'}?mode=ro", uri=True)
    assert other.execute("SELECT count(*) FROM answers WHERE id = ?", (answer,)).fetchone() == (1,)


def test_writers_side_by_side_lose_nothing(records: Records) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.extend(keep(records) for _ in range(20))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 80
    assert all(records.find_answer(answer) for answer in ids)


def test_a_database_is_made_once_and_opened_again(tmp_path: Path) -> None:
    first = Records(tmp_path / "r.sqlite3")
    answer = keep(first)
    first.close()
    assert Records(tmp_path / "r.sqlite3").find_answer(answer) is not None
    version = sqlite3.connect(tmp_path / "r.sqlite3").execute("PRAGMA user_version").fetchone()
    assert version == (len(STEPS),)


def test_what_is_no_database_of_ours_is_left_alone(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"not a database" * 100)
    with pytest.raises(RecordError, match=r"broken\.sqlite3 cannot be opened"):
        Records(broken)
    assert broken.read_bytes() == b"not a database" * 100
    later = tmp_path / "later.sqlite3"
    connection = sqlite3.connect(later)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RecordError, match="version 99"):
        Records(later)
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError):
        Records(tmp_path / "file" / "records.sqlite3")


def test_a_full_disk_is_told(records: Records) -> None:
    pages = records._connection.execute("PRAGMA page_count").fetchone()[0]
    records._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RecordError, match=r"could not be kept .*full"):
        for _ in range(200):
            keep(records, "x" * 5000)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mail ann.lee+x@example.co.uk now", "mail [e-mail] now"),
        ("call +1 (978) 555-0100!", "call [phone]!"),
        ("978.555.0100", "[phone]"),
        ("on May 8, 2025 about 1,000 people", "on May 8, 2025 about 1,000 people"),
        ("from 1990 to 1995", "from 1990 to 1995"),
        ("a@b", "a@b"),
        ("", ""),
    ],
)
def test_redaction(typed: str, kept: str) -> None:
    assert redact_text(typed) == kept


def test_redaction_is_quick_on_text_made_to_be_slow() -> None:
    assert redact_text("a." * 20000 + "@") == "a." * 20000 + "@"
    redact_text("1 " * 20000)
    redact_text("a@" + "b." * 20000)

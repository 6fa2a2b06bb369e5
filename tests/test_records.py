"""Records: kept once acknowledged, changed and taken back freely, without personal data."""

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.records import (
    Purging,
    RecordError,
    Records,
    Show,
    Vote,
    count_quoted,
    list_log,
    redact_text,
    walk_log,
)
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
    pages = records._writer.connection.execute("PRAGMA page_count").fetchone()[0]
    records._writer.connection.execute(f"PRAGMA max_page_count = {pages}")
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


def test_waiting_writes_share_a_commit_and_one_that_fails_leaves_the_others(records: Records) -> None:
    ran: list[str] = []
    records._writer.connection.set_trace_callback(ran.append)
    gate = sqlite3.connect(records.file, isolation_level=None)
    gate.execute("BEGIN IMMEDIATE")  # nobody can commit while this is open
    ids: list[str] = []
    errors: list[RecordError] = []

    def write() -> None:
        ids.append(keep(records))

    def break_rule() -> None:
        try:
            records.write(("INSERT INTO votes VALUES ('nothing', 1, '', '', '')", ()))
        except RecordError as error:
            errors.append(error)

    threads = [threading.Thread(target=write) for _ in range(20)]
    threads.insert(10, threading.Thread(target=break_rule))
    threads[0].start()
    while "BEGIN IMMEDIATE" not in ran:
        time.sleep(0.001)
    for thread in threads[1:]:
        thread.start()
    while records._writer._waiting.qsize() < 20:  # one is with the writer, the others wait behind it
        time.sleep(0.001)
    gate.execute("COMMIT")
    for thread in threads:
        thread.join()
    assert len(ids) == 20 and all(records.find_answer(each) for each in ids)
    assert len(errors) == 1 and "FOREIGN KEY" in str(errors[0])
    assert ran.count("COMMIT") == 2


def test_what_is_too_old_is_purged_with_its_vote(records: Records) -> None:
    old, new = keep(records, "Old?"), keep(records, "New?")
    records.keep_vote(old, Vote.DOWN, ["other"], "note")
    before = (datetime.now(UTC) - timedelta(days=91)).isoformat(timespec="milliseconds")
    records.write(("UPDATE answers SET created = ? WHERE id = ?", (before, old)))
    assert records.purge(92) == 0
    purging = Purging(records, 90)
    while records.find_answer(old):
        pass
    purging.stop()
    assert records.find_answer(new) is not None
    assert records.read("SELECT * FROM votes") == []


def test_answers_are_deleted_by_id(records: Records) -> None:
    one, two = keep(records), keep(records)
    records.keep_vote(one, Vote.UP)
    assert records.delete_answers([one, "nothing"]) == 1
    assert records.find_answer(one) is None and records.find_answer(two) is not None
    assert records.read("SELECT * FROM votes") == []


def test_the_log_is_searched_filtered_and_paged(records: Records) -> None:
    ids = [keep(records, f"Question {n} about 100% of it_all?") for n in range(7)]
    records.keep_vote(ids[3], Vote.DOWN, ["other"], "the harbour paragraph")
    total, page = list_log(records, "slug", first=2, count=3)
    everything = [entry.id for entry in list_log(records, "slug")[1]]
    assert total == 7 and [entry.id for entry in page] == everything[2:5] and set(everything) == set(ids)
    assert list_log(records, "slug", "harbour")[1][0].id == ids[3]
    assert list_log(records, "slug", "question 5")[1][0].id == ids[5]
    assert list_log(records, "slug", "0% it_")[0] == 7
    assert list_log(records, "slug", "0_")[0] == 0
    assert [entry.note for entry in list_log(records, show=Show.VOTED_DOWN)[1]] == ["the harbour paragraph"]
    assert list_log(records, show=Show.UNANSWERED)[0] == 0
    assert list_log(records, "other")[0] == 0
    assert {entry.id for entry in walk_log(records)} == set(ids)


def test_walking_the_log_gives_every_entry_once_across_pages(records: Records) -> None:
    statement = (
        "INSERT INTO answers (id, created, article, question, history, outcome, confidence, revision, answer) "
        "VALUES (?, ?, 'slug', 'Who?', '[]', 'nearest', 0.1, 'rev', '{}')"
    )
    records.write(*((statement, (f"id-{n}", f"2026-01-01T00:00:{n % 7:02}.000+00:00")) for n in range(1203)))
    walked = [entry.id for entry in walk_log(records)]
    assert len(walked) == len(set(walked)) == 1203


def test_how_often_a_range_was_quoted(records: Records) -> None:
    quote = {"text": "x", "start": 3, "end": 9}
    for _ in range(2):
        keep(records, quotes=[quote])
    keep(records, quotes=[{**quote, "end": 20}])
    assert count_quoted(records, "slug", "rev") == {(3, 9): 2, (3, 20): 1}
    assert count_quoted(records, "slug", "another") == {}


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite3"
    connection = sqlite3.connect(file)
    connection.executescript(STEPS[0] + "PRAGMA user_version = 1;")
    connection.execute(
        "INSERT INTO answers VALUES ('a', '2026-01-01', 's', 'Who?', '[]', 'nearest', 0.2, 'r', '{\"quotes\": []}')"
    )
    connection.commit()
    connection.close()
    total, (entry,) = list_log(Records(file))
    assert (total, entry.question, entry.took_ms, entry.decision) == (1, "Who?", 0.0, None)

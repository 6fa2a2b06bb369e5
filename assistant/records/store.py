"""Keeping answers and votes: whatever is acknowledged has been committed to disk."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

from assistant.records.migrations import migrate
from assistant.records.redact import redact_text
from assistant.records.writer import Statement, Writer

log = logging.getLogger(__name__)

LONGEST_NOTE = 1000  # characters
DAMAGED = (
    sqlite3.Error,
    UnicodeError,
)  # what sqlite3 raises; the latter where even the name of a table is damaged


class RecordError(Exception):
    """Something could not be kept or found; the message says what, in words for a reader."""


class Vote(IntEnum):
    UP = 1
    NONE = 0  # a vote taken back
    DOWN = -1


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer: `answer` is the answer's fields as they were sent to the reader."""

    id: str
    created: str
    article: str
    question: str
    revision: str
    answer: dict[str, Any]


class Records:
    """The records in one SQLite file (write-ahead log, `synchronous=FULL`); safe to share between threads.

    `warning` says, for an editor, what could last not be kept; empty when the last write was. Raises
    RecordError when the file cannot be opened or is no database of this program.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.warning = ""
        self._lock = threading.Lock()
        connection: sqlite3.Connection | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection = self._connect()
            check(connection)
            migrate(connection)
            self._connection = self._connect()
        except (OSError, *DAMAGED) as error:
            if connection is not None:
                connection.close()
            raise RecordError(f"the records in {file} cannot be opened: {error}") from error
        self._writer = Writer(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
            ):
                connection.execute(f"PRAGMA {pragma}")
        except DAMAGED:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Keep what waits to be kept, then close the file."""
        self._writer.close()
        with self._lock:
            self._connection.close()

    def keep_answer(
        self,
        article: str,
        question: str,
        history: Sequence[str],
        outcome: str,
        confidence: float,
        revision: str,
        answer: dict[str, Any],
        *,
        session: str = "",
        decision: str | None = None,
    ) -> str:
        """Keep an answer and return its id, which cannot be guessed; raises RecordError when it was not kept.

        E-mail addresses and telephone numbers are taken out of the question, the history and the answer's
        echo of the question first. `session` is a random id that says which questions were asked together;
        `decision` the id of the editor's golden question that settled the answer.
        """
        answer_id = secrets.token_urlsafe(12)
        cleaned = {
            key: redact_text(value) if key in ("question", "read_as") and isinstance(value, str) else value
            for key, value in answer.items()
        }
        self.write(
            (
                "INSERT INTO answers (id, created, article, question, history, outcome, confidence, revision, "
                "answer, took_ms, session, decision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    answer_id,
                    tell_time(),
                    article,
                    redact_text(question),
                    json.dumps([redact_text(text) for text in history], ensure_ascii=False),
                    outcome,
                    confidence,
                    revision,
                    json.dumps(cleaned, ensure_ascii=False),
                    float(answer.get("took_ms") or 0.0),
                    session,
                    decision,
                ),
            )
        )
        return answer_id

    def keep_vote(self, answer_id: str, vote: Vote, reasons: Sequence[str] = (), note: str = "") -> None:
        """Keep, change or take back the one vote an answer has; raises RecordError when that was not done."""
        if self.find_answer(answer_id) is None:
            raise RecordError("There is no such answer to vote on.")
        if vote is Vote.NONE:
            self.write(("DELETE FROM votes WHERE answer_id = ?", (answer_id,)))
            return
        self.write(
            (
                "INSERT INTO votes VALUES (?, ?, ?, ?, ?) ON CONFLICT (answer_id) DO UPDATE SET vote = "
                "excluded.vote, reasons = excluded.reasons, note = excluded.note, updated = excluded.updated",
                (
                    answer_id,
                    int(vote),
                    json.dumps(list(reasons)),
                    redact_text(note[:LONGEST_NOTE]),
                    tell_time(),
                ),
            )
        )

    def find_answer(self, answer_id: str) -> Kept | None:
        """A kept answer; None when there is none of that id."""
        row = self.read_one(
            "SELECT id, created, article, question, revision, answer FROM answers WHERE id = ?", (answer_id,)
        )
        return Kept(*row[:5], read_json(row[5])) if row else None

    def find_vote(self, answer_id: str) -> tuple[Vote, tuple[str, ...], str]:
        """The vote on an answer with its reasons and note; Vote.NONE where there is none."""
        row = self.read_one("SELECT vote, reasons, note FROM votes WHERE answer_id = ?", (answer_id,))
        return (Vote(row[0]), tuple(read_json(row[1])), row[2]) if row else (Vote.NONE, (), "")

    def delete_answers(self, ids: Sequence[str]) -> int:
        """Delete answers with their votes, and return how many there were."""
        marks = ", ".join("?" * len(ids))
        return self.write((f"DELETE FROM answers WHERE id IN ({marks})", tuple(ids)))

    def forget_article(self, article: str) -> int:
        """Delete all there is of an article, by its page's name, editors' decisions too; returns how many rows.

        What was deleted is overwritten, and the file made smaller.
        """
        tables = ("answers", "golden", "thresholds", "revisions", "runs")
        gone = self.write(*((f"DELETE FROM {table} WHERE article = ?", (article,)) for table in tables))
        self.compact()
        return gone

    def compact(self) -> None:
        """Give the space of what was deleted back, and leave no trace of it in the file; raises RecordError."""
        try:
            with closing(self._connect()) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except DAMAGED as error:
            raise RecordError(f"The space of what was deleted could not be given back ({error}).") from error

    def purge(self, days: int) -> int:
        """Delete answers, with their votes, that are older than `days`; returns how many."""
        oldest = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        return self.write(("DELETE FROM answers WHERE created < ?", (oldest,)))

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; raises RecordError."""
        try:
            with self._lock, closing(self._connection.execute(query, values)) as cursor:
                return cursor.fetchall()
        except DAMAGED as error:
            raise RecordError(f"The records cannot be read at the moment ({error}).") from error

    def read_one(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row of a query, None when there is none; raises RecordError."""
        return next(iter(self.read(query, values)), None)

    def write(self, *statements: Statement) -> int:
        """Statements as one unit, committed and synced before this returns; the number of rows changed.

        Raises RecordError when nothing of it was kept.
        """
        try:
            changed = self._writer.write(*statements)
        except DAMAGED as error:
            self.warning = f"{tell_time()[:16].replace('T', ' ')} UTC: {error}"
            log.error("something could not be kept: %s", error)
            raise RecordError(f"This could not be kept ({error}).") from error
        self.warning = ""
        return changed


def check(connection: sqlite3.Connection) -> None:
    """Look whether a database hangs together; raises sqlite3.DatabaseError when it does not.

    Better not to open it than to write on where things are broken: what it holds can then still be saved.
    """
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"the file is damaged ({found}); docs/operations.md says how to save it")


def read_json(text: str) -> Any:
    """What was kept as JSON; raises RecordError when that is damaged."""
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise RecordError("Something in the records is damaged and cannot be read.") from error


def tell_time() -> str:
    """Now, in UTC, to the millisecond: "2026-03-01T09:30:00.000+00:00"."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

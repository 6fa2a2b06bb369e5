"""Keeping answers and votes: whatever is acknowledged has been committed to disk."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from assistant.records.migrations import migrate
from assistant.records.redact import redact_text

LONGEST_NOTE = 1000  # characters


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

    Raises RecordError when the file cannot be opened or is no database of this program.
    """

    def __init__(self, file: Path) -> None:
        self._lock = threading.Lock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                file, check_same_thread=False, isolation_level=None, timeout=10
            )
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            migrate(self._connection)
        except (OSError, sqlite3.Error) as error:
            raise RecordError(f"the records in {file} cannot be opened: {error}") from error

    def close(self) -> None:
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
    ) -> str:
        """Keep an answer and return its id, which cannot be guessed; raises RecordError when it was not kept.

        E-mail addresses and telephone numbers are taken out of the question, the history and the answer's
        echo of the question first.
        """
        answer_id = secrets.token_urlsafe(12)
        cleaned = {
            key: redact_text(value) if key in ("question", "read_as") and isinstance(value, str) else value
            for key, value in answer.items()
        }
        self._write(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                answer_id,
                _now(),
                article,
                redact_text(question),
                json.dumps([redact_text(text) for text in history], ensure_ascii=False),
                outcome,
                confidence,
                revision,
                json.dumps(cleaned, ensure_ascii=False),
            ),
        )
        return answer_id

    def keep_vote(self, answer_id: str, vote: Vote, reasons: Sequence[str] = (), note: str = "") -> None:
        """Keep, change or take back the one vote an answer has; raises RecordError when that was not done."""
        if self.find_answer(answer_id) is None:
            raise RecordError("There is no such answer to vote on.")
        if vote is Vote.NONE:
            self._write("DELETE FROM votes WHERE answer_id = ?", (answer_id,))
            return
        self._write(
            "INSERT INTO votes VALUES (?, ?, ?, ?, ?) ON CONFLICT (answer_id) DO UPDATE SET "
            "vote = excluded.vote, reasons = excluded.reasons, note = excluded.note, updated = excluded.updated",
            (answer_id, int(vote), json.dumps(list(reasons)), redact_text(note[:LONGEST_NOTE]), _now()),
        )

    def find_answer(self, answer_id: str) -> Kept | None:
        """A kept answer; None when there is none of that id."""
        row = self._read(
            "SELECT id, created, article, question, revision, answer FROM answers WHERE id = ?", answer_id
        )
        return Kept(*row[:5], json.loads(row[5])) if row else None

    def find_vote(self, answer_id: str) -> tuple[Vote, tuple[str, ...], str]:
        """The vote on an answer with its reasons and note; Vote.NONE where there is none."""
        row = self._read("SELECT vote, reasons, note FROM votes WHERE answer_id = ?", answer_id)
        return (Vote(row[0]), tuple(json.loads(row[1])), row[2]) if row else (Vote.NONE, (), "")

    def _read(self, query: str, key: str) -> tuple[Any, ...] | None:
        try:
            with self._lock, closing(self._connection.execute(query, (key,))) as cursor:
                row: tuple[Any, ...] | None = cursor.fetchone()
                return row
        except sqlite3.Error as error:
            raise RecordError(f"The records cannot be read at the moment ({error}).") from error

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        """One statement, committed and synced before this returns."""
        try:
            with self._lock:
                self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise RecordError(f"This could not be kept ({error}).") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

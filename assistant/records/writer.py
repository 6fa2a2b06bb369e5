"""The one writer of a database: gathers what waits into one commit, and acknowledges it only after that."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

LARGEST_BATCH = 256  # writes in one commit
Statement = tuple[str, Sequence[Any]]


class Writer:
    """Runs statements in a thread of its own; `write` returns once they are on disk.

    With `synchronous = FULL` a commit waits for the disk, so twenty writes that wait at once share one commit
    instead of waiting in a row. Each write keeps to itself: one that fails is undone and told, the others of
    its batch are kept.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._waiting: queue.SimpleQueue[tuple[Sequence[Statement], Future[int]] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    def write(self, *statements: Statement) -> int:
        """Run statements as one unit and return how many rows changed; raises sqlite3.Error when not kept."""
        done: Future[int] = Future()
        with self._lock:
            if self._closed:
                raise sqlite3.ProgrammingError("the records are closed")
            self._waiting.put((statements, done))
        return done.result()

    def close(self) -> None:
        """Keep what waits, then stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()
        self.connection.close()

    def _run(self) -> None:
        last = False
        while not last:
            batch = [self._waiting.get()]
            while batch[-1] is not None and len(batch) < LARGEST_BATCH and not self._waiting.empty():
                batch.append(self._waiting.get())
            last = batch[-1] is None
            writes = [each for each in batch if each is not None]
            if writes:
                self._commit(writes)

    def _commit(self, writes: Sequence[tuple[Sequence[Statement], Future[int]]]) -> None:
        told: list[tuple[Future[int], int | BaseException]] = []
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            for statements, done in writes:
                told.append((done, self._try(statements)))
            self.connection.execute("COMMIT")
        except BaseException as error:
            # Whoever waits must hear of it, whatever it was; an error that was already theirs stays theirs.
            told = [
                (done, told[at][1] if at < len(told) and isinstance(told[at][1], BaseException) else error)
                for at, (_, done) in enumerate(writes)
            ]
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
        for done, outcome in told:
            if isinstance(outcome, BaseException):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)

    def _try(self, statements: Sequence[Statement]) -> int | sqlite3.Error:
        """The rows changed, or the error that undid this write alone.

        A full disk may undo the whole transaction; then the error is raised and the whole batch is told.
        """
        self.connection.execute("SAVEPOINT one")
        try:
            changed = sum(self.connection.execute(text, values).rowcount for text, values in statements)
        except sqlite3.Error as error:
            if not self.connection.in_transaction:
                raise
            self.connection.execute("ROLLBACK TO one")
            self.connection.execute("RELEASE one")
            return error
        self.connection.execute("RELEASE one")
        return changed

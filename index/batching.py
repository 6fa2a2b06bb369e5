"""The models for many threads: questions that arrive together are encoded together, and read in turns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np

from index.encoder import Encoder
from index.reader import Reader, Reading

LARGEST_BATCH = 32  # texts of one pass; 64 are a tenth faster and make whoever comes next wait twice as long
_Job = tuple[Sequence[str], "Future[np.ndarray]"]


class BatchingEncoder:
    """An encoder for many threads; see Encoder. Whoever comes while a pass runs shares the next one.

    A call that finds nobody waiting is encoded at once. The texts of one pass are padded to one length, which
    changes a vector in its last digits and no answer (`tests/test_batching.py`). When a pass fails, each call
    of it is encoded by itself, so that an error reaches only the thread whose text it is. More texts than
    `LARGEST_BATCH` in one call, as when an index is built, are encoded in the caller's thread, so that no
    question waits for them.

    `passes` and `texts` count what the worker encoded, `largest` is the most texts of one pass so far.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self.passes = self.texts = self.largest = 0
        self._thread = threading.Thread(target=self._run, name="encoding", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def waiting(self) -> int:
        """Calls that wait for the next pass."""
        return self._waiting.qsize()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """`(len(texts), dimension) float32`; raises RuntimeError once closed, and whatever the encoder raises."""
        if not texts or len(texts) > LARGEST_BATCH:
            return self._encoder.encode(texts)
        done: Future[np.ndarray] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the encoder is closed: the program is ending")
            self._waiting.put((texts, done))
        return done.result()

    def close(self) -> None:
        """Encode what waits, then stop."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        """Passes one after another, each of what waits when it begins, until the end is called."""
        held: _Job | None = None  # what no longer fitted into the pass before
        while (job := held or self._waiting.get()) is not None:
            batch, size, held = [job], len(job[0]), None
            while size < LARGEST_BATCH and not self._waiting.empty():
                job = self._waiting.get()
                if job is None:
                    self._waiting.put(None)  # the end: for after this pass
                    break
                if size + len(job[0]) > LARGEST_BATCH:
                    held = job
                    break
                batch.append(job)
                size += len(job[0])
            self._encode_together(batch, size)

    def _encode_together(self, batch: Sequence[_Job], size: int) -> None:
        self.passes += 1
        self.texts += size
        self.largest = max(self.largest, size)
        try:
            vectors = self._encoder.encode([text for texts, _ in batch for text in texts])
        except BaseException as error:  # whoever waits must hear of it, whatever it was
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for job in batch:
                self._encode_together([job], len(job[0]))
            return
        first = 0
        for texts, done in batch:
            done.set_result(vectors[first : first + len(texts)])
            first += len(texts)


class ReaderInTurns:
    """A reader for many threads; see Reader. So many read at once as there are processors, the rest wait.

    Questions are not read together: a pass of eight takes eight times as long as one of one, and in 8 bits the
    numbers of a pass share one scale, so that an answer would depend on who else is asking (docs/decisions.md).

    `reading` is how many read now or wait.
    """

    def __init__(self, reader: Reader, turns: int) -> None:
        self._reader = reader
        self._turns = threading.Semaphore(turns)
        self._lock = threading.Lock()
        self.reading = 0

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        with self._lock:
            self.reading += 1
        try:
            with self._turns:
                return self._reader.read(question, windows)
        finally:
            with self._lock:
                self.reading -= 1

"""Forgetting on time: what is older than the retention is deleted at the start and every hour."""

from __future__ import annotations

import logging
import threading

from assistant.records.store import RecordError, Records

log = logging.getLogger(__name__)

EVERY = 3600.0  # seconds


class Purging:
    """Deletes what is older than `days`, now and every `every` seconds, until stopped."""

    def __init__(self, records: Records, days: int, every: float = EVERY) -> None:
        self._records = records
        self._days = days
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="purging", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                gone = self._records.purge(self._days)
            except RecordError as error:
                log.error("records older than %d days could not be deleted: %s", self._days, error)
            else:
                if gone:
                    log.info("%d records older than %d days deleted", gone, self._days)
            if self._stop.wait(self._every):
                return

"""What the page and the JSON interface share: asking, keeping what was answered, voting."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.messages import detect_language
from assistant.records import Purging, RecordError, Records, redact_text
from assistant.settings import Settings
from assistant.web.library import Library

log = logging.getLogger(__name__)

LONGEST_HISTORY = 10  # earlier questions; older ones are not looked at


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with the id it is kept under, None when it could not be kept, and the asker's language."""

    answer: Answer
    id: str | None
    language: str


class Service:
    """One for the whole application; safe to share between threads.

    `store` holds what editors decided and `records`, the same file, what readers asked: None when that is
    switched off, or when the file cannot be opened; `problem` then says why.
    """

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings = settings
        self.library = library
        self.store: Records | None = None
        self.problem = ""
        self._purging: Purging | None = None
        try:
            self.store = Records(settings.data_dir / "records.sqlite3")
            self._purging = Purging(self.store, settings.retention_days)
        except RecordError as error:
            self.problem = str(error)
            log.error("answering without keeping records: %s", error)
        self.records = self.store if settings.records else None

    def close(self) -> None:
        """Keep what waits to be kept, and let go of the records."""
        if self._purging is not None:
            self._purging.stop()
        if self.store is not None:
            self.store.close()

    def ask(
        self,
        slug: str,
        question: str,
        history: Sequence[str] = (),
        as_typed: bool = False,
        session: str = "",
    ) -> Reply:
        """Ask an article and keep the answer; a reader gets the answer also when it cannot be kept.

        Raises QuestionError for a question that cannot be asked and NotReadyError without models.
        """
        recent = tuple(history)[-LONGEST_HISTORY:]
        answer = self.library.ask(slug, question, recent, as_typed)
        answer_id = None
        if self.records is not None:
            try:
                answer_id = self.records.keep_answer(
                    slug,
                    answer.question,
                    recent,
                    answer.outcome.value,
                    answer.confidence,
                    answer.revision,
                    dataclasses.asdict(answer),
                    session=redact_text(session),
                )
            except RecordError as error:
                log.error("an answer was given but not kept: %s", error)
        return Reply(answer, answer_id, detect_language(answer.question))

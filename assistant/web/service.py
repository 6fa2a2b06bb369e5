"""What the page and the JSON interface share: asking, keeping what was answered, voting."""

from __future__ import annotations

import dataclasses
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assistant.answer import Answer
from assistant.editorial import Editorial
from assistant.messages import detect_language
from assistant.records import Purging, RecordError, Records, redact_text
from assistant.settings import Settings
from assistant.web.corrections import restore_corrections
from assistant.web.entrance import Entrance
from assistant.web.library import Library
from corpus import Article

log = logging.getLogger(__name__)

LONGEST_HISTORY = 10  # earlier questions; older ones are not looked at


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with the id it is kept under, None when it could not be kept, and the asker's language.

    `article` is the revision it was answered from, which may have been corrected since; `session` a random id
    that the questions of one conversation share.
    """

    answer: Answer
    id: str | None
    language: str
    article: Article = field(hash=False, compare=False)  # Gradio hashes every reply after every answer
    session: str


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
        self.entrance: Entrance | None = None  # the door of the editor's desk; None: there is no desk
        self.redraws: dict[str, Callable[[Article], None]] = {}  # by slug: shows a page another revision
        self._editorials: dict[str, Editorial] = {}
        self._lock = threading.Lock()
        if self.store is not None:
            restore_corrections(library, self.store, settings.data_dir)

    def close(self) -> None:
        """Keep what waits to be kept, and let go of the records."""
        if self._purging is not None:
            self._purging.stop()
        if self.store is not None:
            self.store.close()

    def find_editorial(self, slug: str) -> Editorial | None:
        """What editors decided about an article; None without a store. Raises NotReadyError without models.

        When the decisions cannot be read the assistant answers by itself, and that is logged.
        """
        if self.store is None:
            return None
        editorial = self._editorials.get(slug)
        if editorial is None:
            assistant = self.library.find_assistant(slug)
            with self._lock:
                editorial = self._editorials.get(slug)
                if editorial is None:
                    try:
                        editorial = Editorial(self.store, slug, assistant)
                    except RecordError as error:
                        log.error("answering without the editors' decisions: %s", error)
                        return None
                    self._editorials[slug] = editorial
        return editorial

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
        session = redact_text(session) or secrets.token_urlsafe(9)
        recent = tuple(history)[-LONGEST_HISTORY:]
        editorial = self.find_editorial(slug)
        assistant = self.library.find_assistant(slug)
        examined = assistant.examine(
            question, recent, as_typed=as_typed, rule=editorial.rule if editorial else None
        )
        settled = editorial.settle(examined) if editorial else None
        answer, decision = settled or (examined.answer, None)
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
                    session=session,
                    decision=decision.kept.id if decision else None,
                )
            except RecordError as error:
                log.error("an answer was given but not kept: %s", error)
        return Reply(answer, answer_id, detect_language(answer.question), assistant.article, session)

"""What the page and the JSON interface share: asking, keeping what was answered, voting."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

from assistant.answer import Answer
from assistant.assistant import QuestionError
from assistant.editorial import Editorial
from assistant.messages import detect_language
from assistant.records import Purging, RecordError, Records, redact_text
from assistant.settings import Settings, count_processors
from assistant.verbatim import keep_verbatim
from assistant.web.admission import Admission, BusyError
from assistant.web.corrections import restore_corrections
from assistant.web.entrance import Entrance
from assistant.web.library import LOADING, Library, NotReadyError
from assistant.web.metrics import WHOLE, Fault, Metrics, Refusal
from assistant.web.request_note import note_outcome
from corpus import Article
from index import Stage, gather_stages, measure_stage

log = logging.getLogger(__name__)

# Questions a processor under lasting load, with the reader and without: reading takes a processor whole, without it
# half of the time goes into waiting for the encoder. One more each answers more and makes everybody wait longer.
STEADY = {True: 1.0, False: 1.5}
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
    switched off, or when the file cannot be opened; `problem` then says why. `admission` lets questions in.
    """

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings = settings
        self.library = library
        self.metrics = Metrics(library.shelves, settings.data_dir)
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
        self.admission = Admission(
            settings.in_flight, math.ceil(STEADY[settings.reader] * count_processors())
        )
        self._threads = ThreadPoolExecutor(settings.in_flight, thread_name_prefix="question")
        self.entrance: Entrance | None = None  # the door of the editor's desk; None: there is no desk
        self.redraws: dict[str, Callable[[Article], None]] = {}  # by slug: shows a page another revision
        self._editorials: dict[str, Editorial] = {}
        self._lock = threading.Lock()
        if self.store is not None:
            restore_corrections(library, self.store, settings.data_dir)
        self.metrics.watch(
            ready=lambda: library.ready,
            articles=library.count_states,
            failing=lambda: self.store is None or bool(self.store.warning),
            queue=lambda: max(0, self.admission.inside - count_processors()),
            recalled=library.count_recalled,
            starts=lambda: library.models.starts if library.models else 0,
        )

    def close(self) -> None:
        """Finish what is being answered, keep what waits to be kept, and let go of the records."""
        self.stop()
        self._threads.shutdown()
        if self._purging is not None:
            self._purging.stop()
        if self.store is not None:
            self.store.close()

    def stop(self) -> None:
        """Let no more questions in; those inside are answered."""
        self.admission.close()
        self.library.give_up()

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

    async def answer(
        self,
        slug: str,
        question: str,
        history: Sequence[str] = (),
        as_typed: bool = False,
        session: str = "",
        expected: bool = False,
    ) -> Reply:
        """`ask` in a thread of its own, once there is a place for the question; raises BusyError besides.

        `expected`: a place is held for it (`Admission.expect`).

        What is not answered within `settings.patience` seconds is refused, and its place is free again when its
        thread has ended. While the models are being loaded, the time for that comes on top.
        """
        patience = self.settings.patience + (0.0 if self.library.loaded else LOADING)
        self.admission.enter(expected)
        try:
            asking = self._threads.submit(
                copy_context().run, self.ask, slug, question, history, as_typed, session
            )
        except BaseException:
            self.admission.leave()
            raise
        asking.add_done_callback(lambda _: self.admission.leave())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asking), patience)
        except TimeoutError as error:
            self.admission.late += 1
            raise BusyError from error

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
        began = time.perf_counter()
        try:
            with gather_stages() as clock, self.metrics.asking.track_inprogress():
                reply = self._answer(slug, question, history, as_typed, session)
        except QuestionError:
            note_outcome(Refusal.BAD_QUESTION.value)
            raise
        except NotReadyError:
            note_outcome(Refusal.NOT_READY.value)
            raise
        except Exception:
            self.metrics.errors.labels(Fault.QUESTION.value).inc()
            raise
        whole = time.perf_counter() - began
        outcome = reply.answer.outcome.value
        note_outcome(outcome)
        self.metrics.questions.labels(slug, outcome).inc()
        self.metrics.stages.labels(WHOLE).observe(whole)
        for stage, seconds in clock.seconds.items():
            self.metrics.stages.labels(stage.value).observe(seconds)
        fields = {
            "article": slug, "outcome": outcome, "ms": round(whole * 1000, 1), "kept": reply.id is not None
        }  # fmt: skip
        log.info("question", extra={"fields": fields})
        return reply

    def _answer(
        self, slug: str, question: str, history: Sequence[str], as_typed: bool, session: str
    ) -> Reply:
        session = redact_text(session) or secrets.token_urlsafe(9)
        recent = tuple(history)[-LONGEST_HISTORY:]
        editorial = self.find_editorial(slug)
        assistant = self.library.find_assistant(slug)
        examined = assistant.recall(
            question, recent, as_typed=as_typed, rule=editorial.rule if editorial else None
        )
        with measure_stage(Stage.DECIDE):
            settled = editorial.settle(examined) if editorial else None
        answer, decision = settled or (examined.answer, None)
        answer = keep_verbatim(answer, assistant.article)
        answer_id = None
        if self.records is not None:
            try:
                with measure_stage(Stage.KEEP):
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
                self.metrics.errors.labels(Fault.KEEP.value).inc()
                log.error("an answer was given but not kept: %s", error)
        return Reply(
            answer, answer_id, detect_language(answer.read_as or answer.question), assistant.article, session
        )

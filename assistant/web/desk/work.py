"""What the desk's tabs share: whose desk it is, the run under way, the draft of a correction."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.answer import Answer
from assistant.articles import find_golden_files
from assistant.assistant import Assistant, Examined
from assistant.editorial import Editorial
from assistant.inbox import Group, QuestionVectors, gather_inbox, tell_wording
from assistant.quality import Golden, GoldenError, Run, restore_run, run_golden
from assistant.quality.golden import golden_from_dict
from assistant.quality.golden_files import read_golden_file
from assistant.quality.run import run_as_dict
from assistant.records import RecordError, Records
from assistant.records.decisions import find_run, keep_run, list_golden
from assistant.same_question import ask_the_same
from assistant.web.service import Service

log = logging.getLogger(__name__)


class DeskError(Exception):
    """Something the desk cannot do; the message says why, for the editor."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A corrected article that is looked at before it goes live."""

    assistant: Assistant
    file: Path
    name: str
    editor: str


class Desk:
    """One for the application; safe to share between threads. Needs a service whose store could be opened."""

    def __init__(self, service: Service) -> None:
        if service.store is None:
            raise DeskError(f"The records cannot be opened: {service.problem}")
        self.service = service
        self.records: Records = service.store
        self.drafts: dict[str, Draft] = {}
        self._vectors: QuestionVectors | None = None
        self._running = threading.Lock()
        self.stop = threading.Event()
        self.done = 0

    @property
    def warning(self) -> str:
        """What the editor must know before anything else; empty when all is well."""
        if self.records.warning:
            return f"Something could not be kept ({self.records.warning}). Is the disk full?"
        if not self.service.settings.records:
            return "Recording is switched off: what readers ask is answered and not kept."
        return ""

    def find_editorial(self, slug: str) -> Editorial:
        """Raises DeskError while there is none, and NotReadyError without models."""
        editorial = self.service.find_editorial(slug) if slug in self.service.library.shelves else None
        if editorial is None:
            raise DeskError("The decisions cannot be read at the moment.")
        return editorial

    def find_assistant(self, slug: str) -> Assistant:
        return self.service.library.find_assistant(slug)

    def gather_inbox(self, slug: str) -> tuple[Group, ...]:
        if self._vectors is None:
            self._vectors = QuestionVectors(self.find_assistant(slug).index.encoder)
        return gather_inbox(self.records, self.find_editorial(slug), self._vectors)

    def list_other_wordings(self, group: Group) -> tuple[str, ...]:
        """The wordings of a group that a decision on its question would not hold for by itself."""
        wordings = list(dict.fromkeys((group.question, *map(tell_wording, group.entries))))
        assert self._vectors is not None, "a group comes out of gather_inbox"
        rows = self._vectors.encode(wordings)
        cosines = (rows @ rows[0]).tolist()
        return tuple(
            wording
            for wording, cosine in zip(wordings[1:], cosines[1:], strict=True)
            if not ask_the_same(group.question, wording, cosine)
        )

    def list_golden(self, slug: str) -> tuple[Golden, ...]:
        """Those beside the article and those of the desk; of equal ones the first. Raises DeskError."""
        golden: list[Golden] = []
        try:
            for file in find_golden_files(self.service.library.shelves[slug].file):
                golden += read_golden_file(file)
        except GoldenError as error:
            raise DeskError(f"The golden questions beside the article cannot be read: {error}") from error
        golden += [golden_from_dict(kept.entry) for kept in list_golden(self.records, slug)]
        return tuple(dict.fromkeys(golden))

    def run(self, slug: str, editor: str, with_decisions: bool, golden: Sequence[Golden]) -> tuple[str, Run]:
        """Run golden questions and keep the run, unless it was stopped; its id ("" when not kept) and the run.

        Raises DeskError while another run is under way.
        """
        if not self._running.acquire(blocking=False):
            raise DeskError("A run is under way already; wait for it, or stop it.")
        try:
            self.stop.clear()
            self.done = 0
            editorial = self.find_editorial(slug)

            def settle(examined: Examined) -> Answer | None:
                found = editorial.settle(examined)
                return found[0] if found else None

            def count(done: int) -> None:
                self.done = done

            run = run_golden(
                self.find_assistant(slug), golden, slug, rule=editorial.rule,
                settle=settle if with_decisions else None, progress=count, stop=self.stop,
            )  # fmt: skip
            if run.stopped:
                return "", run
            try:
                return keep_run(self.records, slug, run_as_dict(run), editor), run
            except RecordError as error:
                log.error("a run could not be kept: %s", error)
                return "", run
        finally:
            self._running.release()

    def find_run(self, slug: str, run_id: str) -> Run | None:
        """A kept run; None when there is none, or it is of another version of this program."""
        kept = find_run(self.records, slug, run_id)
        if kept is None:
            return None
        try:
            return restore_run(kept.run)
        except ValueError as error:
            log.error("a kept run cannot be read: %s", error)
            return None

    def own_threshold(self, slug: str) -> float:
        """The threshold the assistant has of itself."""
        return self.find_assistant(slug).rule.answered_from

    def pick_result(self, run: Run, verdicts: Sequence[str], words: str) -> Run:
        """The run with only the results of these verdicts that hold every word."""
        wanted = words.casefold().split()
        return replace(
            run,
            results=tuple(
                result
                for result in run.results
                if result.verdict.value in verdicts
                and all(word in f"{result.question} {result.note}".casefold() for word in wanted)
            ),
        )

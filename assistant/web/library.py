"""The articles that are served: found in a folder, read at once, ready to answer when the models are loaded."""

from __future__ import annotations

import gc
import logging
import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.articles import find_articles, make_slug
from assistant.assistant import Assistant, load_encoders, load_reader
from assistant.messages import detect_language
from assistant.models import start_models
from assistant.settings import Settings, count_processors
from corpus import Article, ArticleError, list_remarks, read_article
from index import (
    FOREIGN_INDEX,
    BatchingEncoder,
    Encoder,
    EncoderError,
    ModelProcess,
    Reader,
    ReaderInTurns,
    remove_index,
)

log = logging.getLogger(__name__)

# Not those of `python -m assistant`, which have a file's name.
_OF_A_REVISION = re.compile(rf"[0-9a-f]{{16}}(?:{re.escape(FOREIGN_INDEX)})?")

LOADING = 120.0  # seconds that a question waits for the models


class NotReadyError(Exception):
    """The models are not loaded yet, or cannot be; the message says which, in words for a reader."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article with the name its page has; `original` is the revision its file had when it was read."""

    slug: str
    file: Path
    article: Article
    original: str


class Library:
    """Every article of `settings.articles`, by slug.

    Reading happens here and now; models and indexes are loaded by a thread that `start` begins, and `ask`
    waits for it. A file that cannot be read is logged and listed in `unreadable`; when the setting names a
    single file, or nothing can be read at all, ArticleError is raised instead.

    `models` is the process with the models when it has been started before, so that it loads meanwhile.
    """

    def __init__(self, settings: Settings, models: ModelProcess | None = None) -> None:
        self.settings = settings
        self.models = models  # None: made by `start`, or not wanted
        self.shelves: dict[str, Shelved] = {}
        self.unreadable: dict[str, str] = {}
        self._assistants: dict[str, Assistant] = {}
        self._recalled_before = (0, 0)  # hits and misses of assistants that a correction has replaced
        self._loaded = threading.Event()
        self._failure: str | None = None
        self.encoder: BatchingEncoder | None = (
            None  # shared by all articles, as is the reader; None until loaded
        )
        self.foreign: BatchingEncoder | None = None  # for questions in other languages, where one is set
        self.reader: ReaderInTurns | None = None
        for file in find_articles(settings.articles):
            try:
                article = read_article(file)
            except ArticleError as error:
                if file == settings.articles:
                    raise
                log.error("%s", error)
                self.unreadable[file.name] = str(error)
                continue
            slug = make_slug(file.stem, self.shelves)
            self.shelves[slug] = Shelved(slug, file, article, article.revision)
            for remark in list_remarks(article):
                log.warning("%s: %s", file.name, remark)
        if not self.shelves:
            reasons = "; ".join(self.unreadable.values()) or "no .md, .txt or .html file is there"
            raise ArticleError(f"{settings.articles}: no article to serve: {reasons}")

    def start(self) -> None:
        """Load the models and the indexes in the background."""
        if self.settings.model_process and self.models is None:
            self.models = start_models(self.settings)
        threading.Thread(target=self._load, name="loading", daemon=True).start()
        # Beside it, so that the first reader does not wait for the language model too.
        threading.Thread(target=detect_language, args=("warm up",), name="languages", daemon=True).start()

    def close(self) -> None:
        """End the encoder's thread once what waits is encoded; nothing can be asked after."""
        for encoder in (self.encoder, self.foreign):
            if encoder is not None:
                encoder.close()
        if self.models is not None:
            self.models.close()

    def give_up(self) -> None:
        """Let nobody wait for models any more: the program is ending."""
        if not self._loaded.is_set():
            self._failure = "the program is ending"
            self._loaded.set()

    @property
    def loaded(self) -> bool:
        """Whether loading has ended, one way or the other."""
        return self._loaded.is_set()

    @property
    def ready(self) -> bool:
        return self._loaded.is_set() and self._failure is None

    def find_assistant(self, slug: str, wait: float = LOADING) -> Assistant:
        """The assistant of an article, once the models are there; raises NotReadyError when they do not come."""
        if not self._loaded.wait(wait):
            raise NotReadyError("The assistant is still getting ready. Please ask again in a moment.")
        if self._failure is not None:
            raise NotReadyError("The assistant could not be started. Please try again later.")
        if slug not in self._assistants:
            raise NotReadyError("This article cannot be asked at the moment. Please try again later.")
        return self._assistants[slug]

    def count_states(self) -> dict[str, int]:
        """How many articles answer, wait for their index, failed to get one, and could not be read."""
        answering = len(self._assistants)
        missing = len(self.shelves) - answering
        loaded = self._loaded.is_set()
        return {
            "answering": answering,
            "waiting": 0 if loaded else missing,
            "failed": missing if loaded else 0,
            "unreadable": len(self.unreadable),
        }

    def count_recalled(self) -> tuple[int, int]:
        """How many questions were answered from memory since the start, and how many were not."""
        counts = [self._recalled_before, *(each.count_recalled() for each in list(self._assistants.values()))]
        hits, misses = zip(*counts, strict=True)
        return sum(hits), sum(misses)

    def replace_article(self, slug: str, article: Article) -> None:
        """Show another revision of an article; before `start`, so that this is the one loaded."""
        self.shelves[slug] = replace(self.shelves[slug], article=article)

    def open_draft(self, slug: str, article: Article) -> Assistant:
        """An assistant for another revision of an article, beside the one that answers readers."""
        index = self.find_assistant(slug).index
        return Assistant.open(
            article,
            self.settings,
            index.encoder,
            index.reader,
            foreign=index.foreign.encoder if index.foreign else None,
        )

    def publish(self, slug: str, assistant: Assistant) -> None:
        """Answer readers from another revision, from now on."""
        if before := self._assistants.get(slug):
            hits, misses = before.count_recalled()
            self._recalled_before = (self._recalled_before[0] + hits, self._recalled_before[1] + misses)
        self._assistants[slug] = assistant
        self.replace_article(slug, assistant.article)

    def _load(self) -> None:
        try:
            native, other, loaded = self._load_models()
            self.encoder = encoder = BatchingEncoder(native)
            self.foreign = foreign = encoder if other is native else BatchingEncoder(other) if other else None
            self.reader = reader = ReaderInTurns(loaded, count_processors()) if loaded else None
            for slug, shelved in list(self.shelves.items()):
                try:
                    self._assistants[slug] = Assistant.open(
                        shelved.article, self.settings, encoder, reader, foreign=foreign
                    )
                except Exception as error:  # whatever it is, it must not take the other articles along
                    log.error("%s cannot be asked: %s", slug, tell_error(error), exc_info=True)
            if not self._assistants:
                self._failure = "no article could be opened"
            self._forget_indexes()
        except EncoderError as error:
            log.critical("%s", error)
            self._failure = str(error)
        except Exception as error:
            log.critical("the models could not be loaded: %s", tell_error(error), exc_info=True)
            self._failure = "unexpected error"
        finally:
            gc.freeze()  # what is loaded stays; only what comes after is looked through for garbage
            gc.enable()
            self._loaded.set()

    def _load_models(self) -> tuple[Encoder, Encoder | None, Reader | None]:
        if self.models is not None:
            return *self.models.make_encoders(), self.models.make_reader()
        return *load_encoders(self.settings, verify=True), load_reader() if self.settings.reader else None

    def _forget_indexes(self) -> None:
        """Delete the stored indexes of what is no longer served: earlier revisions, drafts, deleted articles."""
        served = {shelved.article.revision[:16] for shelved in self.shelves.values()}
        place = self.settings.data_dir / "indexes"
        try:
            for folder in place.iterdir() if place.is_dir() else ():
                if (
                    _OF_A_REVISION.fullmatch(folder.name)
                    and folder.name.removesuffix(FOREIGN_INDEX) not in served
                    and remove_index(folder)
                ):
                    log.info("the index %s is of no article that is served: deleted", folder.name)
        except OSError as error:
            log.warning("indexes of what is no longer served could not be deleted: %s", error)


def tell_error(error: BaseException) -> str:
    """An error of loading in words; no reader has asked anything yet whom it could quote."""
    return f"{type(error).__name__}: {error}"

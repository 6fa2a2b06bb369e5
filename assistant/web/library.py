"""The articles that are served: found in a folder, read at once, ready to answer when the models are loaded."""

from __future__ import annotations

import gc
import logging
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answer
from assistant.assistant import Assistant, load_reader
from assistant.messages import detect_language
from assistant.settings import Settings
from corpus import Article, ArticleError, read_article
from index import EncoderError, SentenceEncoder

log = logging.getLogger(__name__)

SUFFIXES = (".md", ".txt", ".html", ".htm")
RESERVED = frozenset(
    {"api", "answers", "static", "healthz", "metrics", "editor", "demo", "widget", "widget.js", "favicon.ico"}
)


class NotReadyError(Exception):
    """The models are not loaded yet, or cannot be; the message says which, in words for a reader."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article with the name its page has."""

    slug: str
    file: Path
    article: Article


class Library:
    """Every article of `settings.articles`, by slug.

    Reading happens here and now; models and indexes are loaded by a thread that `start` begins, and `ask`
    waits for it. A file that cannot be read is logged and listed in `unreadable`; when the setting names a
    single file, or nothing can be read at all, ArticleError is raised instead.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelves: dict[str, Shelved] = {}
        self.unreadable: dict[str, str] = {}
        self._assistants: dict[str, Assistant] = {}
        self._loaded = threading.Event()
        self._failure: str | None = None
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
            self.shelves[slug] = Shelved(slug, file, article)
        if not self.shelves:
            reasons = "; ".join(self.unreadable.values()) or "no .md, .txt or .html file is there"
            raise ArticleError(f"{settings.articles}: no article to serve: {reasons}")

    def start(self) -> None:
        """Load the models and the indexes in the background."""
        threading.Thread(target=self._load, name="loading", daemon=True).start()
        # Beside it, so that the first reader does not wait for the language model too.
        threading.Thread(target=detect_language, args=("warm up",), name="languages", daemon=True).start()

    @property
    def ready(self) -> bool:
        return self._loaded.is_set() and self._failure is None

    def ask(
        self, slug: str, question: str, history: tuple[str, ...], as_typed: bool, wait: float = 120.0
    ) -> Answer:
        """The answer of one article, once the models are there; raises NotReadyError when they do not come."""
        if not self._loaded.wait(wait):
            raise NotReadyError("The assistant is still getting ready. Please ask again in a moment.")
        if self._failure is not None:
            raise NotReadyError("The assistant could not be started. Please try again later.")
        return self._assistants[slug].ask(question, history, as_typed=as_typed)

    def _load(self) -> None:
        try:
            encoder = SentenceEncoder(self.settings.encoder, self.settings.threads)
            reader = load_reader() if self.settings.reader else None
            for slug, shelved in self.shelves.items():
                self._assistants[slug] = Assistant.open(shelved.article, self.settings, encoder, reader)
        except EncoderError as error:
            log.critical("%s", error)
            self._failure = str(error)
        except Exception:
            log.critical("the models could not be loaded", exc_info=True)
            self._failure = "unexpected error"
        finally:
            gc.freeze()  # what is loaded stays; only what comes after is looked through for garbage
            gc.enable()
            self._loaded.set()


def find_articles(place: Path) -> list[Path]:
    """The article files of a folder by name, or the one file itself; names that begin with "." or "README" are left."""
    if not place.is_dir():
        return [place]
    return sorted(
        file
        for file in place.iterdir()
        if file.is_file() and file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "README"))
    )


def make_slug(name: str, taken: dict[str, Shelved]) -> str:
    """A name for a web address that is not taken: "Ice & Fire" -> "ice-fire", then "ice-fire-2"."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "article"
    number = 1
    candidate = slug
    while candidate in taken or candidate in RESERVED:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate

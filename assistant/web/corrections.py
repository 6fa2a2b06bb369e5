"""Corrected versions of an article: kept beside the records, and served again after a restart."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from assistant.articles import SUFFIXES
from assistant.assistant import Assistant
from assistant.editorial import Editorial
from assistant.records import RecordError, Records, tell_time
from assistant.records.decisions import KeptRevision, keep_revision, list_revisions
from assistant.web.library import Library
from corpus import Article, ArticleError, read_article

log = logging.getLogger(__name__)

FOLDER = "corrections"


def read_correction(folder: Path, slug: str, name: str, data: bytes) -> tuple[Path, Article]:
    """Keep an uploaded file as a draft of an article, and read it; raises ArticleError.

    Of `name` only the ending is used. A draft that is uploaded later takes its place.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ArticleError(f"The file's name must end in {', '.join(SUFFIXES)}.")
    place = folder / FOLDER / f"{slug}-draft{suffix}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    try:
        return place, read_article(place)
    except ArticleError as error:
        raise ArticleError(str(error).replace(str(place), "the uploaded file")) from error


def publish_correction(
    library: Library, editorial: Editorial, folder: Path, draft: Path, assistant: Assistant, editor: str
) -> None:
    """Serve a draft from now on, and after a restart; raises RecordError or OSError when that cannot be kept."""
    slug, revision = editorial.slug, assistant.article.revision
    kept = folder / FOLDER / f"{slug}-{revision[:16]}{draft.suffix}"
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, kept)
    handle = os.open(kept.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # the name, too, before the records say that it is there
    finally:
        os.close(handle)
    base = library.shelves[slug].original
    keep_revision(editorial.records, slug, KeptRevision(revision, base, kept.name, tell_time(), editor))
    library.publish(slug, assistant)
    editorial.reload(assistant)


def restore_corrections(library: Library, records: Records, folder: Path) -> None:
    """Serve the newest correction of each article, unless its file has been changed since.

    A file that was changed after the correction was published is newer than it, so the file is served.
    """
    for slug, shelved in list(library.shelves.items()):
        try:
            newest = next(iter(list_revisions(records, slug)), None)
            if newest is None:
                continue
            if newest.base != shelved.original:
                log.warning("%s has changed since its correction was published: serving the file", slug)
                continue
            article = read_article(folder / FOLDER / Path(newest.file).name)
        except (ArticleError, RecordError) as error:
            log.error("the correction of %s cannot be served: %s", slug, error)
            continue
        if article.revision != newest.revision:
            log.error("the correction of %s is damaged: serving the file it was a correction of", slug)
            continue
        library.replace_article(slug, article)

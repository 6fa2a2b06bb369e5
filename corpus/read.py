"""Read a file, or a text, as an Article."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from corpus.article import Article
from corpus.assemble import assemble_article
from corpus.bounded import Markup, read_markup
from corpus.decode import LARGEST_FILE, decode_text, read_bytes
from corpus.errors import ArticleError
from corpus.normalise import collapse_spaces
from corpus.page import Page
from corpus.plain_text import read_plain_text

# A 5 MB file has about as many paragraphs; each costs an encoding of some 10 ms when the index is built.
MOST_PASSAGES = 20_000

_MARKUP = {".md": Markup.MARKDOWN, ".markdown": Markup.MARKDOWN, ".html": Markup.HTML, ".htm": Markup.HTML}
SUFFIXES = (".txt", *_MARKUP)


def read_article(path: str | Path) -> Article:
    """Read a .txt, .md or .html file of up to 5 MB.

    Raises ArticleError, one sentence that names the file and says what is wrong with it.
    """
    path = Path(path)
    try:
        return _read_article(path)
    except ArticleError as error:
        raise ArticleError(f"Cannot read {collapse_spaces(str(path))}: {error}.") from error


def article_from_text(text: str, title: str, language: str = "en", source_url: str | None = None) -> Article:
    """Read plain `text` as an article of the given title; raises ArticleError if there is none in it."""
    title = collapse_spaces(title)
    try:
        if len(text) > LARGEST_FILE:
            raise ArticleError(f"it is longer than {LARGEST_FILE:,} characters")
        return _assemble(read_plain_text(text, keep_first_line=True), title, language, source_url)
    except ArticleError as error:
        raise ArticleError(f"Cannot read the text of “{title}”: {error}.") from error


def title_from_name(path: Path) -> str:
    """Return a file's name in words: `ice-raids_2025.txt` gives "Ice raids 2025"."""
    words = collapse_spaces(re.sub(r"[-_.\s]+", " ", path.stem))
    return words[:1].upper() + words[1:] or "Untitled"


def _read_article(path: Path) -> Article:
    suffix = path.suffix.lower()
    data = read_bytes(path)
    if suffix not in SUFFIXES:
        raise ArticleError(f"its name must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    markup = _MARKUP.get(suffix)
    text = decode_text(data, is_html=markup is Markup.HTML)
    page = read_markup(text, markup) if markup else read_plain_text(text)
    return _assemble(page, page.title or title_from_name(path), page.language or "en", page.source_url)


def _assemble(page: Page, title: str, language: str, source_url: str | None) -> Article:
    if len(page.blocks) > MOST_PASSAGES:
        raise ArticleError(f"it has more than {MOST_PASSAGES:,} paragraphs")
    article = assemble_article(page.blocks, title, language, source_url)
    if not article.passages or not any(character.isalnum() for character in article.text):
        raise ArticleError("there is no article in it")
    return replace(article, left_out=page.left_out) if page.left_out else article

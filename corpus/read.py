"""Read a file, or a text, as an Article."""

from __future__ import annotations

import re
from pathlib import Path

from corpus.article import Article
from corpus.assemble import assemble_article
from corpus.blocks import Block
from corpus.errors import ArticleError
from corpus.markdown import read_markdown_blocks
from corpus.normalise import collapse_spaces
from corpus.plain_text import read_plain_blocks

LARGEST_FILE = 5_000_000
SUFFIXES = (".txt", ".md", ".html", ".htm")


def read_article(path: str | Path) -> Article:
    """Read a .txt, .md or .html file; raises ArticleError, which names the file and says what is wrong."""
    path = Path(path)
    data = path.read_bytes()
    text = data.decode("utf-8-sig")
    suffix = path.suffix.lower()
    if suffix == ".md":
        page = read_markdown_blocks(text)
        return assemble_article(page.blocks, page.title or title_from_name(path), page.language or "en", page.source_url)
    title, blocks = read_plain_blocks(text)
    return assemble_article(blocks, title or title_from_name(path))


def article_from_text(text: str, title: str, language: str = "en", source_url: str | None = None) -> Article:
    """Read plain `text` as an Article of the given title; raises ArticleError if there is nothing in it."""
    first_line, blocks = read_plain_blocks(text)
    return assemble_article(blocks, collapse_spaces(title), language, source_url)


def title_from_name(path: Path) -> str:
    """Return a file's name in words: `ice-raids_2025.txt` gives "Ice raids 2025"."""
    words = collapse_spaces(re.sub(r"[-_.\s]+", " ", path.stem))
    return words[:1].upper() + words[1:] or "Untitled"

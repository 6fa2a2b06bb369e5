"""The one error of reading: why a file is not an article."""

from __future__ import annotations


class ArticleError(Exception):
    """A file could not be read as an article; the message is one sentence with its name and the reason."""

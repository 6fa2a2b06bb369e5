"""Reading an article: a file in, an Article out, and every range of it points into one text."""

from corpus.article import Article, Passage, PassageKind, Section, Span
from corpus.errors import ArticleError
from corpus.normalise import normalise_text
from corpus.read import article_from_text, read_article
from corpus.remarks import list_remarks

__all__ = [
    "Article",
    "ArticleError",
    "Passage",
    "PassageKind",
    "Section",
    "Span",
    "article_from_text",
    "list_remarks",
    "normalise_text",
    "read_article",
]

"""What must hold of a file that is read as an article, whatever stands in it."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

from corpus import Article, ArticleError
from corpus import read as reading
from corpus.bounded import Markup
from corpus.markdown import read_markdown
from corpus.normalise import normalise_text
from corpus.web_page import read_page

LONGEST = 10.0  # seconds of this thread's own processor time, for 16 kB that take some milliseconds


def read_here(name: str, data: bytes, folder: Path) -> Article | str:
    """The article, or why it is none; read in this process, where a child for each would take a second.

    The limits of the child have tests of their own (tests/test_corpus_bad_input.py).
    """
    file = folder / name
    file.write_bytes(data)
    began = time.thread_time()
    try:
        return reading.read_article(file)
    except ArticleError as error:
        return str(error)
    finally:
        spent = time.thread_time() - began
        assert spent < LONGEST, f"{spent:.1f} s for {len(data)} bytes"


def read_markup_here(text: str, markup: Markup) -> object:
    """Stands in for the child process: the same readers, without a process of their own."""
    return read_page(text) if markup is Markup.HTML else read_markdown(text)


def check_article(article: Article) -> None:
    """Every range is in bounds and says what it covers, and the text is in the one form there is."""
    text = article.text
    assert text == normalise_text(text) and unicodedata.is_normalized("NFC", text)
    text.encode("utf-8")
    for character in set(text + article.title):
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cs"), hex(ord(character))
        assert (
            character not in "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
        )
    assert article.title.strip() and "\n" not in article.title
    assert article.passages
    for number, section in enumerate(article.sections):
        assert 0 <= section.span.start <= section.span.end <= len(text)
        assert section.heading in section.span or section.heading.start == section.heading.end
        assert section.parent is None or 0 <= section.parent < number
        assert article.section_path(number)
    before = 0
    for passage in article.passages:
        assert 0 <= passage.section < len(article.sections)
        assert 0 <= passage.span.start < passage.span.end <= len(text)
        assert passage.sentences
        for span in (passage.lead_in, passage.question):
            assert span is None or (0 <= span.start < span.end <= len(text))
        at = passage.span.start
        for sentence in passage.sentences:
            assert sentence in passage.span and at <= sentence.start < sentence.end
            quote = sentence.cut(text)
            assert quote and quote == quote.strip() and quote in text
            at = sentence.end
        assert passage.sentences[0].start >= before, "in reading order"
        before = passage.sentences[0].start
    if article.source_url is not None:
        assert article.source_url.startswith(("http://", "https://"))


def check_refusal(told: str) -> None:
    """A sentence that names the file and gives the reason, on one line without anything unseen."""
    assert told.startswith("Cannot read ") and told.endswith(".") and len(told) < 2000
    assert told.isprintable(), repr(told)

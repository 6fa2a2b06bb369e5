"""Whatever is read, every range of the Article points at what it says."""

from __future__ import annotations

import json
import re
import unicodedata
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Article, ArticleError, PassageKind, Span, article_from_text, read_article
from corpus.assemble import assemble_article
from corpus.markdown import read_markdown
from corpus.normalise import collapse_spaces, normalise_text
from corpus.web_page import read_page

SQUAD = Path(__file__).resolve().parents[2] / "shared" / "eval" / "squad-tune.json"

WORDS = [
    "The",
    "cafe\u0301",
    "Ço\u0323u\u0302te",
    "😀",
    "👩\u200d👧",
    "&amp;",
    "&lt;b&gt;",
    "<b>",
    "*",
    "#",
    "“Go.",
    "late.”",
]
WORDS += [
    "U.S.",
    "Why?",
    "ice\u200bberg",
    "\u202edrow",
    "a\u00a0b",
    "x\ty",
    "—",
    "…",
    "1.",
    "-",
    "FAQ",
    "\u0301",
    "\ud800",
]
WORDS += ["include:", '"', "|", "•", "»", "\x07", "\ufeff", "中文。", "e.g.", "bridge", "closed", "today."]
JOINTS = [" ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\n- ", "\n1. ", "\n\n## ", "\u2028", "?\n", ".\n", ":\n- "]

messy = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS)), max_size=40).map(
    lambda pairs: "".join(word + joint for word, joint in pairs)
)
anything = st.one_of(messy, st.text(max_size=200))


def check_ranges(article: Article) -> None:
    """Assert all that the types promise of an article's ranges."""
    text = article.text
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\xa0\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", text
    )
    for index, section in enumerate(article.sections):
        assert (
            0
            <= section.span.start
            == section.heading.start
            <= section.heading.end
            <= section.span.end
            <= len(text)
        )
        assert section.heading.cut(text) in ("", section.title)
        if section.parent is None:
            assert section.level == 1
        else:
            above = article.sections[section.parent]
            assert section.parent < index and section.level == above.level + 1 and section.span in above.span
    before = 0
    for passage in article.passages:
        assert passage.sentences
        assert passage.span in article.sections[passage.section].span
        assert before <= passage.span.start
        before = passage.span.end
        own = Span(passage.question.end if passage.question else passage.span.start, passage.span.end)
        at = own.start
        for sentence in passage.sentences:
            assert sentence in own and at <= sentence.start
            at = sentence.end
        if passage.kind is not PassageKind.QUESTION_ANSWER:
            gaps = [
                Span(a.end, b.start) for a, b in zip(passage.sentences, passage.sentences[1:], strict=False)
            ]
            assert all(gap.cut(text).strip() == "" for gap in gaps)
            assert Span(passage.sentences[0].start, passage.sentences[-1].end) == passage.span
        assert (passage.question is not None) == (passage.kind is PassageKind.QUESTION_ANSWER)
        assert passage.lead_in is None or passage.lead_in.end <= passage.span.start
        ranges = [passage.span, *passage.sentences, passage.lead_in, passage.question]
        for span in filter(None, ranges):
            words = span.cut(text)
            assert words and words == words.strip() and unicodedata.is_normalized("NFC", words)


@given(anything)
@settings(deadline=None)
def test_ranges_of_any_plain_text(text: str) -> None:
    try:
        article = article_from_text(text, "Any")
    except ArticleError:
        # Only marks, list markers, or headings with nothing under them.
        lines = [line.strip() for line in normalise_text(text).split("\n")]
        assert not any(character.isalpha() for line in lines if line[:1] != "#" for character in line)
        return
    check_ranges(article)


@given(messy)
@settings(deadline=None)
def test_no_word_of_plain_text_is_lost(text: str) -> None:
    try:
        article = article_from_text(text, "Any")
    except ArticleError:
        return
    kept = set(re.findall(r"[^\W\d_]{4,}", article.text))
    assert set(re.findall(r"[^\W\d_]{4,}", normalise_text(text))) <= kept


@given(messy)
@settings(deadline=None)
def test_ranges_of_any_markdown(text: str) -> None:
    page = read_markdown(normalise_text(text))
    check_ranges(assemble_article(page.blocks, "Any"))


@given(st.lists(st.tuples(st.sampled_from("p h2 h3 li dt dd td th div summary".split()), messy), max_size=12))
@settings(deadline=None)
def test_ranges_of_any_page(parts: list[tuple[str, str]]) -> None:
    around = {"li": "ul", "dt": "dl", "dd": "dl", "td": "table", "th": "table", "summary": "details"}
    body = "".join(
        f"<{around.get(tag, 'div')}><{tag}>{escape(text)}</{tag}></{around.get(tag, 'div')}>"
        for tag, text in parts
    )
    page = read_page(f"<html><body><article>{body}<p>End.</p></article></body></html>")
    article = assemble_article(page.blocks, "Any")
    check_ranges(article)
    assert article.text.endswith("End.")


@given(st.lists(st.text(min_size=1, max_size=60).map(collapse_spaces).filter(bool), min_size=1, max_size=5))
@settings(deadline=None)
def test_text_between_paragraph_tags_is_quoted_verbatim(paragraphs: list[str]) -> None:
    kept = [f"The text {paragraph} ends." for paragraph in paragraphs]
    page = read_page("<article>" + "".join(f"<p>{escape(text)}</p>" for text in kept) + "</article>")
    article = assemble_article(page.blocks, "Any")

    assert [passage.span.cut(article.text) for passage in article.passages] == [
        normalise_text(text) for text in kept
    ]


@pytest.mark.skipif(not SQUAD.exists(), reason="../shared/eval is absent: its paragraphs are not read")
def test_every_squad_paragraph_is_one_passage(tmp_path: Path) -> None:
    for number, entry in enumerate(json.loads(SQUAD.read_text(encoding="utf-8"))["data"]):
        paragraphs = [paragraph["context"].replace("\n", " ") for paragraph in entry["paragraphs"]]
        path = tmp_path / f"{number}.txt"
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
        article = read_article(path)

        check_ranges(article)
        passages = [passage.span.cut(article.text) for passage in article.passages]
        assert passages == [normalise_text(paragraph).strip() for paragraph in paragraphs]

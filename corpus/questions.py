"""Pair questions with their answers, among the blocks of an article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.blocks import Block, BlockKind

# A question heading over more text than this is a chapter, and stays a section with its own passages.
LONGEST_ANSWER_WORDS = 400
LONGEST_QUESTION_WORDS = 40
# So many questions with one paragraph each show that a second paragraph after the last is no answer.
SIBLINGS_THAT_SHOW_A_PATTERN = 3

_FAQ_TITLE = re.compile(
    r"(.*\W)?(faqs?|faq['’]s|frequently asked questions|(common|your|reader|readers['’]) questions"
    r"|questions (and|&) answers|questions answered|q\s?(&|and)\s?a)(\W.*)?\Z|questions\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(q|question)\s?\d{0,3}\s?[:.)]\s", re.IGNORECASE)
_CONCLUSION = re.compile(
    r"(in (summary|conclusion|short|closing)|to (conclude|sum up|summari[sz]e)|overall|ultimately)\b",
    re.IGNORECASE,
)
_ANSWER_KINDS = (
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE_HEAD,
    BlockKind.TABLE_ROW,
)


def is_faq_title(title: str) -> bool:
    """Whether a heading announces questions and answers ("FAQ's", "Questions and answers")."""
    return len(title) <= 100 and _FAQ_TITLE.match(title) is not None


def is_question(text: str) -> bool:
    """Whether `text` is a single short question."""
    return text.rstrip("\"'”’»)*").endswith("?") and len(text.split()) <= LONGEST_QUESTION_WORDS


def is_labelled_question(text: str) -> bool:
    """Whether `text` is a question behind a label, as in an interview: "Q: Who pays?"."""
    return _LABEL.match(text) is not None and is_question(text)


def find_pairs(blocks: Sequence[Block]) -> dict[int, int]:
    """Return, for each block that is an answered question, the index just past its answer.

    Markup may say itself what belongs together. Otherwise a heading that ends in "?" is a question anywhere,
    and all text up to the next heading its answer, unless sub-headings follow. In a section of questions and
    answers, or behind a "Q:", a paragraph that is a short question counts too.
    """
    asks = _mark_questions(blocks)
    pairs: dict[int, int] = {}
    for start, asked in enumerate(asks):
        if not asked:
            continue
        stop = start + 1
        pair = blocks[start].pair
        while stop < len(blocks) and blocks[stop].kind in _ANSWER_KINDS and not asks[stop]:
            if pair and blocks[stop].pair != pair:
                break
            stop += 1
        if stop == start + 1:
            continue
        if blocks[start].kind is BlockKind.HEADING:
            has_parts = (
                stop < len(blocks)
                and blocks[stop].kind is BlockKind.HEADING
                and blocks[stop].level > blocks[start].level
            )
            words = sum(len(block.text.split()) for block in blocks[start + 1 : stop])
            if has_parts or words > LONGEST_ANSWER_WORDS:
                continue
        pairs[start] = stop
    return _cut_last_answers(blocks, pairs)


def _mark_questions(blocks: Sequence[Block]) -> list[bool]:
    marks: list[bool] = []
    faq_level: int | None = None
    for block in blocks:
        asked = is_question(block.text)
        if block.kind is BlockKind.HEADING and not asked:
            if is_faq_title(block.text):
                faq_level = block.level
            elif faq_level is not None and block.level <= faq_level:
                faq_level = None
        if block.kind is BlockKind.PARAGRAPH:
            asked = asked and (faq_level is not None or is_labelled_question(block.text))
        marks.append(asked and block.kind in (BlockKind.HEADING, BlockKind.QUESTION, BlockKind.PARAGRAPH))
    return marks


def _cut_last_answers(blocks: Sequence[Block], pairs: dict[int, int]) -> dict[int, int]:
    """Take from the last answer of a run what stands after the answer, such as the article's last words."""
    cut = dict(pairs)
    run: list[int] = []
    for start, stop in pairs.items():
        if blocks[start].pair:
            continue
        run.append(start)
        if stop in pairs:
            continue
        siblings = [len(_answer_parts(blocks, other, pairs[other])) for other in run[:-1]]
        parts = _answer_parts(blocks, start, stop)
        if blocks[start].kind is not BlockKind.HEADING:
            limit = max(siblings, default=1)
        elif len(siblings) >= SIBLINGS_THAT_SHOW_A_PATTERN and max(siblings) == 1:
            limit = 1
        elif siblings and _CONCLUSION.match(blocks[parts[-1]].text):
            limit = len(parts) - 1
        else:
            limit = len(parts)
        if len(parts) > limit >= 1:
            cut[start] = parts[limit]
        run = []
    return cut


def _answer_parts(blocks: Sequence[Block], start: int, stop: int) -> list[int]:
    """Return where each part of an answer begins: a paragraph, or a list with the line before it."""
    parts: list[int] = []
    for at in range(start + 1, stop):
        block, before = blocks[at], blocks[at - 1]
        goes_on = block.kind is not BlockKind.PARAGRAPH and at > start + 1
        if not goes_on or (
            before.kind is not BlockKind.PARAGRAPH
            and before.group != block.group
            and not block.depth
            and not before.depth
        ):
            parts.append(at)
    return parts

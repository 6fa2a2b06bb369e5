"""Find the sentences of a paragraph as ranges of it, never cutting a quotation in two."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex  # type: ignore[import-untyped]

# The splitter's time grows with the square of its input where quotation marks stay open (measured: 0.1 s for
# 20,000 characters of them, 10 s for 200,000), so that longer paragraphs are handed to it in stretches.
LONGEST_STRETCH = 10_000

_CLOSERS = {"“": "”", "«": "»", "„": "“”"}
_MARKS = re.compile(r"[“”«»„\"]")
_NOT_A_START = re.compile(r"[:;,)\]]|[^\w\"“«„‘'(\[¿¡]*(?:[a-zà-öø-ÿ]|\Z)")
# The mark of a note or a page after a full stop: `in 1926.:292 He`, `in 1926.[3] He`.
_NOTE = re.compile(r"(?<=\w)[.!?]([”\"]?)((?::\d[\d–-]{0,9}|\[\d{1,3}\])+)(?=\s|\Z)")
# These begin a sentence though they are written small.
_SMALL_STARTS = re.compile(r"(?:i(?:Phone|Pad|Pod|OS|Tunes|Cloud|Mac)|e(?:Bay|Book)|http|www)")


def split_sentences(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each sentence of `text`: in order, trimmed, not overlapping.

    Together they hold all of `text` but the white space between them.

    >>> split_sentences("Dr. Lee left. “It is late. Go.” He went.")
    ((0, 13), (14, 31), (32, 40))
    """
    quotations = list(_find_quotations(text))
    merged: list[tuple[int, int]] = []
    at = 0
    for start, end in _cut_stretches(_ease(text, quotations), language):
        while at < len(quotations) and quotations[at][1] < start:
            at += 1
        quoted = at < len(quotations) and quotations[at][0] < start
        unfinished = bool(merged) and text[merged[-1][1] - 1] in ",;:"
        if merged and (quoted or unfinished or _goes_on(text, start, end)):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def _ease(text: str, quotations: list[tuple[int, int]]) -> str:
    """Return `text`, character for character, without what the splitter stumbles over.

    That is a line end (as in verse), a quotation mark that opens or closes nothing (6" is a length), and a
    note's mark between a full stop and the space after it.
    """
    characters = list(text.replace("\n", " "))
    paired = {at for quotation in quotations for at in quotation}
    for found in _MARKS.finditer(text):
        if found.start() not in paired:
            characters[found.start()] = "′"
    for found in _NOTE.finditer(text):
        characters[found.start()] = "x"
        characters[found.start(2) : found.end()] = "x" * (len(found[2]) - 1) + "."
    return "".join(characters)


def _cut_stretches(text: str, language: str) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(text):
        stretch = text[at : at + LONGEST_STRETCH]
        is_last = at + len(stretch) == len(text)
        found = list(_ask_splitter(stretch, language))
        if not is_last and len(found) > 1:
            found.pop()
            advance = found[-1][1]
        elif not is_last:
            # One sentence fills the stretch: cut it between words.
            advance = stretch.rfind(" ") + 1 or len(stretch)
            found = [_trim(stretch, 0, advance)]
        else:
            advance = len(stretch)
        for start, end in found:
            if start < end:
                yield at + start, at + end
        at += advance


def _ask_splitter(text: str, language: str) -> Iterator[tuple[int, int]]:
    at = 0
    for found in sentencex.get_sentence_boundaries(language, text):
        start, end = _trim(text, max(at, found["start_index"]), found["end_index"])
        if start < end:
            yield start, end
            at = end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether what the splitter calls a sentence is the rest of the one before: `he said.`, or a stray `.`."""
    return bool(_NOT_A_START.match(text, start, end)) and not _SMALL_STARTS.match(text, start, end)


def _find_quotations(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each outermost quotation opens and closes; one that stays open is none."""
    opened, closers = -1, ""
    for found in _MARKS.finditer(text):
        at, mark = found.start(), found[0]
        if opened >= 0 and mark in closers and (mark != '"' or _may_close(text, at)):
            yield opened, at
            opened = -1
        elif opened < 0 and (mark in _CLOSERS or (mark == '"' and _may_open(text, at))):
            opened, closers = at, _CLOSERS.get(mark, mark)


def _may_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return not before.isalnum() and bool(after.strip())


def _may_close(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before.strip()) and not after.isalnum()

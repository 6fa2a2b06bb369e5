"""Read plain text: infer which lines are headings, and of which level."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.blocks import Block, BlockKind
from corpus.normalise import normalise_text
from corpus.page import Page
from corpus.plain_lines import Piece, cut_pieces
from corpus.questions import is_faq_title, is_labelled_question, is_question

LONGEST_HEADING = 100
LONGEST_HEADING_WORDS = 14
# More short lines in a row than this are verse, an address or a menu, not headings.
MOST_HEADINGS_IN_A_ROW = 3

_TOP, _SUB = 2, 3
_NUMBERED = re.compile(
    r"(?:(?:chapter|part|section)\s+(?=\d)|(?=\d+[.)]))(\d{1,2}(?:\.\d{1,2})*)[.):]?(?:\s+|\Z)", re.IGNORECASE
)
_STANDARD = re.compile(
    r"(introduction|background|abstract|overview|summary|conclusions?|final thoughts|references|sources"
    r"|notes|further reading|discussion|methods|results)\Z",
    re.IGNORECASE,
)
# A question that begins otherwise ("But who pays?") is more often part of the prose than a heading.
_ASKS = re.compile(
    r"(?:what|how|who|whom|whose|why|when|where|which|can|could|is|are|was|were|do|does|did|should|will|would|has"
    r"|have|may|must)\b",
    re.IGNORECASE,
)
_NO_HEADING = re.compile(
    r"(by |published |updated |posted |photo|source:|image:|[\"“«‹—–(\[@#<]|https?:)", re.IGNORECASE
)


def read_plain_text(text: str, keep_first_line: bool = False) -> Page:
    """Return the blocks of plain `text`, and the title if its first line clearly is one.

    With `keep_first_line` the title is known already, and a first line that looks like one is a heading.
    """
    pieces = cut_pieces(normalise_text(text))
    pieces = [piece for piece in pieces if piece.text]
    headings = _mark_headings(pieces)
    title = None
    if pieces and headings[0] and not keep_first_line and not _is_section_title(pieces[0].text):
        title, pieces, headings = pieces[0].text, pieces[1:], headings[1:]
    return Page(_name_pieces(pieces, _assign_levels(pieces, headings)), title)


def _is_section_title(text: str) -> bool:
    return bool(_STANDARD.match(text) or _NUMBERED.match(text) or is_faq_title(text) or is_question(text))


def _looks_like_heading(piece: Piece) -> bool:
    text = piece.text
    if not piece.alone or piece.marker or len(text) > LONGEST_HEADING or is_labelled_question(text):
        return False
    if len(text.split()) > LONGEST_HEADING_WORDS and not is_question(text):
        return False
    if not any(character.isalpha() for character in text):
        return False
    first = next(character for character in text if character.isalnum())
    opens_well = not first.islower() and not _NO_HEADING.match(text)
    return opens_well and text[-1] not in ".!;,:…-–—|" and text.rstrip("\"'”’»)")[-1:] not in tuple(".!,…")


def _mark_headings(pieces: Sequence[Piece]) -> list[bool]:
    marks: list[bool] = []
    in_faq = False
    for piece in pieces:
        is_heading = piece.level > 0 or _looks_like_heading(piece)
        if is_question(piece.text):
            is_heading = is_heading and (in_faq or piece.level > 0 or _ASKS.match(piece.text) is not None)
        elif is_heading:
            in_faq = is_faq_title(piece.text)
        marks.append(is_heading)
    at = 0
    while at < len(marks):
        stop = at
        while stop < len(marks) and marks[stop]:
            stop += 1
        titles = sum(not is_question(piece.text) for piece in pieces[at:stop])
        # Nothing stands under the last line of a text.
        if stop == len(marks) or titles > MOST_HEADINGS_IN_A_ROW:
            marks[at:stop] = [piece.level > 0 for piece in pieces[at:stop]]
        elif titles > 1 and at > 0 and pieces[at - 1].text.endswith(":"):
            # What a colon announces is a list, though nothing marks its items; the last line may head what follows.
            marks[at : stop - 1] = [piece.level > 0 for piece in pieces[at : stop - 1]]
        at = stop + 1
    return marks


def _assign_levels(pieces: Sequence[Piece], headings: Sequence[bool]) -> list[int]:
    """Return a level for each heading, 0 for other pieces and for the questions of a FAQ.

    Of headings in a row each is the parent of the next; a heading on its own is a sibling of the one before.
    A numbered heading says its level itself.
    """
    levels = [0] * len(pieces)
    capitals = [piece.text.isupper() for piece in pieces]
    shown = {capitals[at] for at in range(len(pieces)) if headings[at] and not is_question(pieces[at].text)}
    mixes_capitals = len(shown) == 2
    has_parents = any(headings[i] and headings[i + 1] for i in range(len(headings) - 1))
    current, in_faq = _TOP, False
    for at, piece in enumerate(pieces):
        if not headings[at]:
            continue
        if in_faq and is_question(piece.text):
            continue
        numbered = _NUMBERED.match(piece.text)
        follows_heading = at > 0 and levels[at - 1] > 0
        leads_heading = at + 1 < len(pieces) and headings[at + 1]
        if piece.level:
            current = piece.level
        elif numbered:
            current = _TOP + numbered[1].count(".")
        elif mixes_capitals and capitals[at]:
            current = _TOP
        elif follows_heading:
            current = levels[at - 1] + 1
        elif leads_heading or in_faq or is_faq_title(piece.text) or _STANDARD.match(piece.text):
            current = _TOP
        elif not has_parents:
            current = _SUB if mixes_capitals and any(capitals[:at]) else _TOP
        levels[at] = current
        in_faq = is_faq_title(piece.text)
    return levels


def _name_pieces(pieces: Sequence[Piece], levels: Sequence[int]) -> list[Block]:
    blocks: list[Block] = []
    group = 0
    # The lists that are open, outermost first: the indent of their items, and their number.
    open_lists: list[tuple[int, int]] = []
    for piece, level in zip(pieces, levels, strict=True):
        if piece.marker:
            while len(open_lists) > 1 and piece.indent < open_lists[-1][0]:
                open_lists.pop()
            if not open_lists or piece.indent > open_lists[-1][0] + 1:
                group += 1
                open_lists.append((piece.indent, group))
            depth = len(open_lists) - 1
            marker = "  " * depth + piece.marker
            blocks.append(Block(BlockKind.LIST_ITEM, piece.text, 0, open_lists[-1][1], depth, marker))
            continue
        open_lists = []
        if level:
            blocks.append(Block(BlockKind.HEADING, piece.text, level=level))
        else:
            blocks.append(Block(BlockKind.PARAGRAPH, piece.text))
    return blocks

"""Cut plain text into pieces: paragraphs, single lines and list items, before any is called a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.boilerplate import is_boilerplate, is_share_target, opens_contents

# A text none of whose lines is longer, and some of whose lines come near, may have been wrapped by hand.
WIDEST_WRAP = 100
NARROWEST_WRAP = 55
# So many short lines in a row, few of which end a sentence, are verse or an address.
FEWEST_VERSE_LINES = 4
LONGEST_VERSE_LINE = 60

_BULLET = re.compile(r"(\s*)([-*+•·▪◦‣●–—])\s+(?=\S)")
_NUMBER = re.compile(r"(\s*)\(?(\d{1,2}|[A-Za-z])[.)]\s+(?=\S)")
_RULE = re.compile(r"\s*([-=*_~#·•—–])(?:\s*\1){2,}\s*")
_HASHES = re.compile(r"(#{1,6})\s++(\S.*?)\s*#*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a single line, or a list item (`marker` is then not empty).

    `indent` counts the spaces before a list item's marker. `alone` says that the piece stood on one line of
    its own, as a heading does; `level` is above 0 where the text itself marks a heading, as in "## Causes".
    """

    text: str
    alone: bool = False
    marker: str = ""
    indent: int = 0
    level: int = 0


def cut_pieces(text: str) -> list[Piece]:
    """Return the pieces of normalised plain `text`, without page machinery."""
    return list(_Cutter(_drop_machinery(text.strip("\n").split("\n"))).cut())


def _drop_machinery(lines: Sequence[str]) -> list[str]:
    """Blank out machinery, and the entries of a table of contents that come again as headings."""
    counts = Counter(line.strip() for line in lines)
    kept: list[str] = []
    in_contents = follows_machinery = False
    for line in lines:
        bare = line.strip()
        if in_contents and bare:
            marked = _BULLET.match(bare) or _NUMBER.match(bare)
            entry = bare[marked.end() :] if marked else bare
            counts[bare] -= 1
            in_contents = counts[entry] > 0
        dropped = in_contents or opens_contents(bare) or is_boilerplate(bare)
        dropped = dropped or (follows_machinery and is_share_target(bare))
        in_contents = in_contents or opens_contents(bare)
        follows_machinery = dropped or (follows_machinery and not bare)
        kept.append("" if dropped else line.rstrip())
    return kept


class _Cutter:
    """Where each piece ends: at an empty line, at a list marker, or, in text not wrapped, at every line end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.width = _find_wrap_width(lines)
        self.has_gaps = any(not line for line in lines)
        self.markers = [_BULLET.match(line) or _NUMBER.match(line) for line in lines]
        for at, marker in reversed(list(enumerate(self.markers))):
            if marker and not self.is_list(at, marker):
                self.markers[at] = None

    def cut(self) -> Iterator[Piece]:
        at = 0
        while at < len(self.lines):
            stop = at + 1
            if self.lines[at]:
                stop = self.find_verse_end(at) or self.find_end(at)
                piece = self.make_piece(at, stop)
                if piece.text:
                    yield piece
            at = stop

    def make_piece(self, at: int, stop: int) -> Piece:
        line, marker = self.lines[at], self.markers[at]
        if marker:
            text = " ".join(line.strip() for line in self.lines[at:stop])[len(marker[0].lstrip()) :]
            sign = f"{marker[2]}." if marker[2].isalnum() else "-"
            return Piece(text, False, f"{sign} ", len(marker[1]))
        if _RULE.fullmatch(line):
            return Piece("")
        if hashes := _match_hashes(line):
            return Piece(hashes[2], True, level=len(hashes[1]))
        joint = "\n" if self.find_verse_end(at) else " "
        text = joint.join(line.strip() for line in self.lines[at:stop])
        return Piece(text, alone=stop == at + 1)

    def find_end(self, at: int) -> int:
        stop = at + 1
        while stop < len(self.lines) and self.lines[stop] and self.runs_on(at, stop):
            stop += 1
        return stop

    def runs_on(self, first: int, at: int) -> bool:
        """Whether line `at` continues the piece that begins with line `first`."""
        line, before = self.lines[at], self.lines[at - 1]
        if self.is_marked(at) or _match_hashes(before):
            return False
        # The writer broke the line only because the next word did not fit.
        was_full = self.width > 0 and len(before) + 1 + len(line.split()[0]) > 0.9 * self.width
        if marker := self.markers[first]:
            is_deeper = len(line) - len(line.lstrip()) > len(marker[1]) + 1
            return was_full or (is_deeper and not before.endswith((".", "!", "?")))
        return was_full

    def is_list(self, at: int, marker: re.Match[str]) -> bool:
        """Whether a marked line has a neighbour marked alike, where the mark alone may be something else."""
        sign = marker[2]
        if sign in "-*•▪◦‣●":
            return True
        after = self.find_end(at)
        while after < len(self.lines) and not self.lines[after]:
            after += 1
        before = at - 1
        while before >= 0 and (
            not self.lines[before] or (not self.markers[before] and self.lines[before][0] == " ")
        ):
            before -= 1
        return self.follows(sign, after, 1) or self.follows(sign, before, -1)

    def follows(self, sign: str, at: int, step: int) -> bool:
        marker = self.markers[at] if 0 <= at < len(self.lines) else None
        if marker is None:
            return False
        if sign.isdecimal() and marker[2].isdecimal():
            return int(marker[2]) == int(sign) + step
        if sign.isalpha():
            return ord(marker[2][0]) == ord(sign) + step
        return marker[2] == sign

    def is_marked(self, at: int) -> bool:
        line = self.lines[at]
        return bool(self.markers[at] or _RULE.fullmatch(line) or _match_hashes(line))

    def find_verse_end(self, at: int) -> int:
        """Return where the verse that begins with line `at` ends, or 0 when none does."""
        if not self.has_gaps or (at > 0 and self.lines[at - 1]):
            return 0
        stop = at
        while stop < len(self.lines) and self.lines[stop] and not self.is_marked(stop):
            stop += 1
        verse = self.lines[at:stop]
        is_short = len(verse) >= FEWEST_VERSE_LINES and max(map(len, verse)) <= LONGEST_VERSE_LINE
        ended = sum(line.endswith((".", "!", "?", ":")) for line in verse)
        return stop if is_short and ended * 3 <= len(verse) else 0


def _match_hashes(line: str) -> re.Match[str] | None:
    # Longer lines are no headings, and would let the pattern backtrack for long.
    return _HASHES.fullmatch(line) if len(line) <= 200 else None


def _find_wrap_width(lines: Sequence[str]) -> int:
    """Return the width the text was wrapped at, or 0 when each line is a paragraph of its own.

    A wrapped text has long lines after which the next goes on with a small letter.
    """
    widest = max(map(len, lines), default=0)
    if not NARROWEST_WRAP <= widest <= WIDEST_WRAP:
        return 0
    pairs = [(before, line) for before, line in pairwise(lines) if before and line]
    wrapped = sum(len(before) >= 0.75 * widest and line.strip()[0].islower() for before, line in pairs)
    return widest if wrapped and wrapped * 10 >= len(pairs) else 0

"""Cut plain text into pieces: paragraphs, single lines and list items, before any is called a heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from corpus.boilerplate import is_boilerplate, opens_contents

# A text none of whose lines is longer, and some of whose lines come near, was wrapped by hand.
WIDEST_WRAP = 100
NARROWEST_WRAP = 55

_BULLET = re.compile(r"(\s*)([-*+•·▪◦‣●–—])\s+(?=\S)")
_NUMBER = re.compile(r"(\s*)\(?(\d{1,2}|[a-z])[.)]\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a single line, or a list item (`marker` is then not empty, and `depth` its indent).

    `alone` says that it stood on one line of its own, as a heading does.
    """

    text: str
    alone: bool = False
    marker: str = ""
    depth: int = 0


def cut_pieces(text: str) -> list[Piece]:
    """Return the pieces of normalised plain `text`, without page machinery."""
    lines = _drop_machinery(text.split("\n"))
    width = _find_wrap_width(lines)
    pieces: list[Piece] = []
    for chunk in _split_chunks(lines):
        pieces.extend(_cut_chunk(chunk, width))
    return pieces


def _drop_machinery(lines: Sequence[str]) -> list[str]:
    """Blank out machinery, and the entries of a table of contents that come again as headings."""
    counts = Counter(line.strip() for line in lines)
    kept: list[str] = []
    in_contents = False
    for line in lines:
        bare = line.strip()
        if opens_contents(bare):
            in_contents = True
            kept.append("")
            continue
        if in_contents and bare:
            entry = _strip_marker(bare)
            in_contents = counts[entry] > 1 or (entry != bare and counts[entry] > 0)
            if in_contents:
                counts[bare] -= 1
                kept.append("")
                continue
        kept.append("" if is_boilerplate(bare) else line)
    return kept


def _strip_marker(line: str) -> str:
    marked = _BULLET.match(line) or _NUMBER.match(line)
    return line[marked.end() :] if marked else line


def _find_wrap_width(lines: Iterable[str]) -> int:
    """Return the width the text was wrapped at, or 0 when each line is a paragraph of its own."""
    lengths = [len(line.rstrip()) for line in lines if line.strip()]
    widest = max(lengths, default=0)
    if not NARROWEST_WRAP <= widest <= WIDEST_WRAP:
        return 0
    full = sum(length >= 0.75 * widest for length in lengths)
    return widest if full * 3 >= len(lengths) else 0


def _split_chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        if line.strip():
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _cut_chunk(lines: Sequence[str], width: int) -> Iterator[Piece]:
    """Cut lines that no blank line parts."""
    at = 0
    while at < len(lines):
        marked = _find_marker(lines, at)
        stop = at + 1
        while stop < len(lines) and not _find_marker(lines, stop) and _runs_on(lines, stop, width, bool(marked)):
            stop += 1
        text = " ".join(line.strip() for line in lines[at:stop])
        if marked:
            indent = len(marked[1].expandtabs(4))
            sign = marked[2]
            marker = f"{sign}. " if sign.isalnum() else "- "
            yield Piece(text[len(marked[0].lstrip()) :], False, marker, min(indent // 2, 4))
        else:
            yield Piece(text, alone=stop == at + 1)
        at = stop


def _find_marker(lines: Sequence[str], at: int) -> re.Match[str] | None:
    bullet = _BULLET.match(lines[at])
    if bullet:
        return bullet if bullet[2] not in "–—+·" or _has_neighbour(lines, at, _BULLET, bullet[2]) else None
    number = _NUMBER.match(lines[at])
    return number if number and _has_neighbour(lines, at, _NUMBER, number[2]) else None


def _has_neighbour(lines: Sequence[str], at: int, pattern: re.Pattern[str], sign: str) -> bool:
    """Whether another line of the chunk is marked alike: a lone "1." or "–" is no list."""
    wanted = {sign}
    if sign.isdigit():
        wanted = {str(int(sign) - 1), str(int(sign) + 1)}
    elif sign.isalpha():
        wanted = {chr(ord(sign) - 1), chr(ord(sign) + 1)}
    near = lines[max(0, at - 8) : at + 9]
    return sum(1 for line in near if (m := pattern.match(line)) and m[2] in wanted) > (sign in wanted)


def _runs_on(lines: Sequence[str], at: int, width: int, in_item: bool) -> bool:
    """Whether line `at` continues the line before it."""
    line, before = lines[at], lines[at - 1].rstrip()
    if in_item:
        indented = len(line) - len(line.lstrip()) > 1
        return indented or (width > 0 and len(before) >= 0.75 * width and line.strip()[0].islower())
    if width:
        # The writer broke the line only because the next word did not fit.
        return len(before) + 1 + len(line.split()[0]) > 0.9 * width
    return False

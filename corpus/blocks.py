"""What every reader turns its input into: a flat list of blocks in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BlockKind(StrEnum):
    """What a stretch of an article is, before questions and answers are paired."""

    HEADING = "heading"
    QUESTION = "question"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"


@dataclass(frozen=True, slots=True)
class Block:
    """One block: normalised `text` without white space at its ends, and never empty.

    `level` is a heading's (1 is the highest). `group` tells the items of one list, or the rows of one
    table, from those of another; `depth` is 0 for an outer list, 1 for a list inside an item. `marker`
    stands before a list item in the article's text and is no part of the item. Where the markup itself says
    that a question and what follows belong together, both carry the same `pair`, which is then not 0.
    """

    kind: BlockKind
    text: str
    level: int = 0
    group: int = 0
    depth: int = 0
    marker: str = ""
    pair: int = 0

"""Read Markdown: render it, then read the rendering as any other markup."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from corpus.blocks import BlockKind
from corpus.furniture import remove_announced
from corpus.hidden import empty_hidden, tell_hidden
from corpus.markup import parse_markup
from corpus.markup_blocks import read_blocks
from corpus.normalise import collapse_spaces, normalise_text
from corpus.page import Page, check_address, check_language

_FRONT_MATTER = re.compile(r"---[ ]*\n(.*?\n)?(?:---|\.\.\.)[ ]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_][\w-]*)\s*:\s*(.+)")


def read_markdown(text: str) -> Page:
    """Read Markdown; a heading of level 1 at its very top is the title, as is `title:` in front matter."""
    text = normalise_text(text)
    fields, body = _split_front_matter(text)
    parser = MarkdownIt("commonmark").enable("table")
    root = parse_markup(f"<html><body>{parser.render(body)}</body></html>")
    left_out = tell_hidden(text for _, text in empty_hidden(root))
    remove_announced(root)
    blocks = read_blocks(root)
    title = fields.get("title")
    if blocks and blocks[0].kind is BlockKind.HEADING and blocks[0].level == 1:
        title, blocks = title or blocks[0].text, blocks[1:]
    source_url = check_address(fields.get("source_url") or fields.get("url"))
    language = check_language(fields.get("language") or fields.get("lang"))
    return Page(blocks, title, language, source_url, left_out)


def _split_front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    fields: dict[str, str] = {}
    for line in (found[1] or "").split("\n"):
        field = _FIELD.fullmatch(line.strip())
        if field:
            fields[field[1].lower()] = collapse_spaces(field[2]).strip("\"'")
    return fields, text[found.end() :]

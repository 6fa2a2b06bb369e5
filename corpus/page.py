"""What a reader of marked-up text found: its blocks, and what the page says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from corpus.blocks import Block


@dataclass(frozen=True, slots=True)
class Page:
    """Blocks in reading order, and the title, language and address where the page names them.

    `left_out` are the beginnings of texts that stand among the blocks and are not shown.
    """

    blocks: list[Block]
    title: str | None = None
    language: str | None = None
    source_url: str | None = None
    left_out: tuple[str, ...] = ()


def check_address(address: str | None) -> str | None:
    """Return `address` if it is a plain http or https address, else None."""
    if not address or len(address) > 2_000 or re.search(r"[\s<>\"\\^`{|}]|[^!-~]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return (
        address if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None
    )


def check_language(language: str | None) -> str | None:
    """Return the language of a tag such as "en-US" as "en", or None if it is no language tag."""
    found = re.match(r"([A-Za-z]{2,3})(?:[-_]|\Z)", (language or "").strip())
    return found[1].lower() if found else None

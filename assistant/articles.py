"""Which article files there are, and the names their pages have."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

SUFFIXES = (".md", ".txt", ".html", ".htm")
RESERVED = frozenset(
    {"api", "answers", "static", "healthz", "metrics", "editor", "demo", "widget", "widget.js", "favicon.ico"}
)


def find_articles(place: Path) -> list[Path]:
    """The article files of a folder by name, or the one file itself; names that begin with "." or "README" are left."""
    if not place.is_dir():
        return [place]
    return sorted(
        file
        for file in place.iterdir()
        if file.is_file() and file.suffix.lower() in SUFFIXES and not file.name.startswith((".", "README"))
    )


def make_slug(name: str, taken: Collection[str]) -> str:
    """A name for a web address that is not taken: "Ice & Fire" -> "ice-fire", then "ice-fire-2"."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "article"
    number = 1
    candidate = slug
    while candidate in taken or candidate in RESERVED:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def find_golden_files(article: Path) -> list[Path]:
    """The files of golden questions that stand beside an article: story.golden.jsonl or story.golden.csv."""
    files = [article.with_suffix(f".golden{suffix}") for suffix in (".jsonl", ".csv")]
    return [file for file in files if file.exists()]

"""Parse markup in a child process, so that a page made to be slow or huge costs seconds, not the server.

Parsers take far longer than linear time on some input: one tag of 100,000 attributes takes libxml2 30 s, and
the extraction of 200,000 elements as long again. No cheap look at the text tells such input from the rest, so
the limits are the operating system's.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path

from corpus.blocks import Block, BlockKind
from corpus.errors import ArticleError
from corpus.page import Page

LONGEST_SECONDS = 20
LARGEST_MEMORY = 2 * 1024**3


class Markup(StrEnum):
    """The markup languages that articles come in."""

    HTML = "html"
    MARKDOWN = "markdown"


def read_markup(text: str, markup: Markup) -> Page:
    """Return the page that `text` is; raises ArticleError where it is none, or is not read in 20 s and 2 GiB."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", "corpus.bounded", markup],
            input=text.encode(),
            capture_output=True,
            timeout=LONGEST_SECONDS,
            cwd=Path(__file__).resolve().parent.parent,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ArticleError(f"reading it takes more than {LONGEST_SECONDS} seconds") from error
    if child.returncode:
        reason = child.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise ArticleError(f"its markup cannot be read ({reason or f'exit status {child.returncode}'})")
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise ArticleError(answer["error"])
    blocks = [Block(**{**block, "kind": BlockKind(block["kind"])}) for block in answer["blocks"]]
    return Page(blocks, answer["title"], answer["language"], answer["source_url"], tuple(answer["left_out"]))


def _read_in_child(markup: Markup) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_SECONDS, LONGEST_SECONDS))
    text = sys.stdin.buffer.read().decode()
    answer: dict[str, object]
    try:
        if markup is Markup.HTML:
            from corpus.web_page import read_page

            answer = asdict(read_page(text))
        else:
            from corpus.markdown import read_markdown

            answer = asdict(read_markdown(text))
    except ArticleError as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _read_in_child(Markup(sys.argv[1]))

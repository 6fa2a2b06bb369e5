"""Show how an article is read: `python -m corpus FILE` prints its sections and passages."""

from __future__ import annotations

import sys

from corpus.article import Article
from corpus.errors import ArticleError
from corpus.read import read_article
from corpus.remarks import list_remarks


def print_outline(article: Article) -> None:
    """Print the title, then each section with the passages that stand directly in it, then what to look at."""
    print(article.title)
    for number, section in enumerate(article.sections):
        print("  " * section.level + f"# {section.title}")
        for passage in article.passages:
            if passage.section == number:
                words = passage.span.cut(article.text).replace("\n", " ")
                shown = words if len(words) <= 70 else words[:69] + "…"
                print("  " * (section.level + 1) + f"[{passage.kind}, {len(passage.sentences)}] {shown}")
    for remark in list_remarks(article):
        print(f"! {remark}")


def main(arguments: list[str]) -> int:
    """Print the outline of the one file named; returns the exit status, 2 when it cannot be read."""
    if len(arguments) != 1:
        print("usage: python -m corpus FILE", file=sys.stderr)
        return 2
    try:
        print_outline(read_article(arguments[0]))
    except ArticleError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Relevance and rankings as TREC files (qrels and run), for those who measure with trec_eval."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.quality.golden import Golden, holds_any
from assistant.quality.run import Run
from corpus import Article

TAG = "article-assistant"


def name_question(golden_id: str, at: int) -> str:
    """A topic's name without white space: the golden question's id, or its number."""
    return "-".join(golden_id.split()) or f"q{at}"


def write_qrels(golden: Sequence[Golden], article: Article) -> str:
    """A line for every passage that holds an expected quote: "q1 0 p17 1"."""
    passages = [passage.span.cut(article.text) for passage in article.passages]
    lines = []
    for at, each in enumerate(golden, 1):
        for number, text in enumerate(passages):
            if each.quotes and (holds_any(text, each.quotes) or any(text in quote for quote in each.quotes)):
                lines.append(f"{name_question(each.id, at)} 0 p{number} 1\n")
    return "".join(lines)


def write_run(run: Run) -> str:
    """A line for every passage found, best first: "q1 Q0 p17 1 5.2301 article-assistant"."""
    return "".join(
        f"{name_question(result.id, at)} Q0 p{hit.passage} {rank} {hit.score:.4f} {TAG}\n"
        for at, result in enumerate(run.results, 1)
        for rank, hit in enumerate(result.hits, 1)
    )

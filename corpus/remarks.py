"""What the people who publish an article should look at before it is served."""

from __future__ import annotations

import re

from corpus.article import Article

_INSTRUCTS = re.compile(
    r"""\b(?:ignore|disregard|forget|override)\b[^.!?]{0,40}\b(?:previous|prior|above|earlier|preceding|your|system)
        \s+(?:instructions?|prompts?|rules|guidelines)\b
    | \b(?:system|developer)\s+prompt\b
    | \byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:AI|LLM|(?:large\s+)?language\s+model|chatbot|ChatGPT)\b
    | \bas\s+an?\s+(?:AI|LLM|(?:large\s+)?language\s+model)\b
    | <\|(?:im_start|system|user|assistant)\|> | \[/?INST\]""",
    re.IGNORECASE | re.VERBOSE,
)
MOST_REMARKS = 20  # of one kind


def list_remarks(article: Article) -> tuple[str, ...]:
    """A sentence for each text that was left out, and for each that speaks to a language model; empty for most.

    Nothing here obeys a text, and everything is only ever quoted; but another program that reads the same page
    may obey it, and whoever wrote it there was up to something.
    """
    left_out = [f"Left out, since the page does not show it: “{text}”" for text in article.left_out]
    sentences = dict.fromkeys(
        span.cut(article.text) for passage in article.passages for span in passage.sentences
    )
    speaking = [text for text in sentences if _INSTRUCTS.search(text)][:MOST_REMARKS]
    return (
        *left_out,
        *(f"Reads like an instruction to a language model: “{text[:200]}”" for text in speaking),
    )

"""Find the sentences of a paragraph as ranges of it."""

from __future__ import annotations

import pysbd


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each sentence of `text`: in order, trimmed, not overlapping."""
    found: list[tuple[int, int]] = []
    at = 0
    for sentence in pysbd.Segmenter(language="en", clean=False).segment(text.replace("\n", " ")):
        sentence = sentence.strip()
        start = text.replace("\n", " ").find(sentence, at) if sentence else -1
        if start >= 0:
            at = start + len(sentence)
            found.append((start, at))
    if not found or found[0][0] > 0 or found[-1][1] < len(text):
        return ((0, len(text)),)
    return tuple(found)

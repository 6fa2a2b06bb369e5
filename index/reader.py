"""Reading a question and a window of text together: which words answer it, and whether any do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.encoder import EncoderError, find_packaged_model

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from index.reading.network import SpanNetwork

WEIGHTS = Path(__file__).parent / "weights"
LONGEST_SPAN = 30  # tokens; of the fit half's gold answers fewer than 1 in 100 are longer
# Of the spans inside the best one that score within so many logits of it, the shortest is marked. On 250 questions of
# the check half the overlap with the gold answer (F1 in characters) is 0.768 with 0, 0.771 with 1, 0.757 with 1.75 and
# 0.752 with 2, all alike within 0.02, and the median mark has 17, 14, 12 and 11 characters. Below 1.75 whole clauses
# are marked that say the question again ("The wheel was moved to the museum in Dunmore").
TIGHTENED = 1.75
MAX_QUESTION_TOKENS = 40  # as in training
MAX_WINDOW_TOKENS = 160  # trained on up to 96; what comes after this is not read


class ReaderError(Exception):
    """The reader cannot be loaded; the message names the file and what to do."""


class Precision(StrEnum):
    """How the network's matrix products are computed."""

    FLOAT32 = "float32"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class Reading:
    """One window read for one question.

    `answerable` is the logit that the window answers the question; `offsets` `(tokens, 2) int` are the
    character ranges in the window of the tokens that were read; `start` and `end` `(tokens,) float32` are
    their logits for being the first and the last of the answer; `null` is the score of "no such words" on
    the same scale as a span's start plus end.
    """

    answerable: float
    offsets: np.ndarray
    start: np.ndarray
    end: np.ndarray
    null: float

    def best_span(self, start: int = 0, end: int | None = None) -> tuple[float, int, int]:
        """The likeliest answer inside a character range: its score and its character range.

        With start logits 1, 5, 0 and end logits 0, 2, 4 the best span is tokens 1 to 2, score 5 + 4 = 9. The range is
        that of the shortest span within it that scores nearly as well (`TIGHTENED`). A span is at most `LONGEST_SPAN`
        tokens; without a token in the range: `(-inf, start, start)`.
        """
        last = len(self.start) and int(self.offsets[-1, 1])
        stop = last if end is None else end
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= stop))
        if not len(inside):
            return float("-inf"), start, start
        score, first, final = find_best_span(self.start[inside], self.end[inside])
        first, final = tighten_span(self.start[inside], self.end[inside], first, final)
        return score, int(self.offsets[inside[first], 0]), int(self.offsets[inside[final], 1])


def find_best_span(start: np.ndarray, end: np.ndarray) -> tuple[float, int, int]:
    """The highest `start[i] + end[j]` with `i <= j < i + LONGEST_SPAN`: the sum, i and j."""
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(sums.shape, dtype=bool)) & ~np.triu(
        np.ones(sums.shape, dtype=bool), LONGEST_SPAN
    )
    sums = np.where(allowed, sums, -np.inf)
    first, last = divmod(int(sums.argmax()), sums.shape[1])
    return float(sums[first, last]), first, last


def tighten_span(start: np.ndarray, end: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """The shortest span inside `first` to `last` that scores within `TIGHTENED` of it; the best of the shortest.

    With start logits 5, 4.5 and end logits 0, 2 the span 0 to 1, score 7, becomes 1 to 1, score 6.5.
    """
    sums = start[first : last + 1, None] + end[None, first : last + 1]
    lengths = np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None]
    allowed = (lengths >= 0) & (sums >= sums[0, -1] - TIGHTENED)
    shortest = lengths[allowed].min()
    i, j = divmod(int(np.where(allowed & (lengths == shortest), sums, -np.inf).argmax()), len(sums))
    return first + i, first + j


class Reader(Protocol):
    """Anything that reads windows for a question, one Reading a window, in their order."""

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]: ...


class SpanReader:
    """The reader of this project: a small network over question and window (see docs/reader.md)."""

    def __init__(self, network: SpanNetwork, tokenizer: Tokenizer) -> None:
        self._network = network.eval()
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path = WEIGHTS, precision: Precision = Precision.INT8) -> SpanReader:
        """The reader kept in `folder`, its weights checked against the manifest.

        Raises ReaderError when a file is missing, damaged or of another format version.
        """
        from index.reading.network import load_tokenizer, quantise_products
        from index.reading.packed import load_network

        network = load_network(folder)
        try:
            tokenizer = load_tokenizer(find_packaged_model())
        except (EncoderError, OSError) as error:
            raise ReaderError(f"the reader's tokenizer cannot be loaded: {error}") from error
        return cls(quantise_products(network) if precision is Precision.INT8 else network, tokenizer)

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        """All windows in one pass; a question without words is read as one unknown word."""
        import torch

        from index.reading.network import UNKNOWN, pad_batch

        if not windows:
            return ()
        asked_ids = self._tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION_TOKENS]
        asked = np.array(asked_ids or [UNKNOWN])
        tokens = self._tokenizer.encode_batch(list(windows), add_special_tokens=False)
        ids = [np.array(window.ids[:MAX_WINDOW_TOKENS], dtype=np.int64) for window in tokens]
        with torch.inference_mode():
            start, end, answerable = self._network(pad_batch([(asked, window) for window in ids]))
        first = len(asked) + 2
        return tuple(
            Reading(
                float(answerable[row]),
                np.array(tokens[row].offsets[: len(ids[row])], dtype=np.int64).reshape(-1, 2),
                start[row, first : first + len(ids[row])].numpy(),
                end[row, first : first + len(ids[row])].numpy(),
                float(start[row, 0] + end[row, 0]),
            )
            for row in range(len(ids))
        )

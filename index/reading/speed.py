"""How long reading takes in each arithmetic, beside one question's encoding: `python -m index.reading.speed`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from index.encoder import SentenceEncoder, find_packaged_model
from index.reader import WEIGHTS, Precision, SpanReader
from index.reading.network import load_tokenizer
from index.reading.packed import load_network

QUESTION = "How many people worked in the paper mill before the second fire?"
SENTENCES = (
    "The paper mill stood on the east bank of the river for more than ninety years.",
    "In its best decade it employed four hundred people, most of them from the villages upstream.",
    "A first fire in 1902 took the drying hall; a second one, nine years later, ended the work for good.",
    "The chimney was kept as a landmark, and the town put a small museum beside it.",
)
WINDOWS = tuple(" ".join((*SENTENCES[turn:], *SENTENCES[:turn])[:3]) for turn in range(4))


def time_median(call: Callable[[], object], rounds: int) -> float:
    """The median of `rounds` calls in milliseconds, after three that do not count."""
    times = []
    for _ in range(rounds + 3):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return float(np.median(times[3:])) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    tokenizer = load_tokenizer(find_packaged_model())
    encoder = SentenceEncoder(threads=given.threads)
    torch.set_num_threads(given.threads)
    readers = {
        "float32": SpanReader.load(WEIGHTS, Precision.FLOAT32),
        "int8": SpanReader.load(WEIGHTS, Precision.INT8),
        "bfloat16": SpanReader(load_network(WEIGHTS).bfloat16(), tokenizer),
    }
    lengths = [len(tokenizer.encode(window).ids) for window in WINDOWS]
    one = time_median(lambda: encoder.encode([QUESTION]), given.rounds)
    print(f"{given.threads} threads, windows of {lengths} tokens; one question's encoding {one:.1f} ms")
    for name, reader in readers.items():
        took = time_median(lambda reader=reader: reader.read(QUESTION, WINDOWS), given.rounds)  # type: ignore[misc]
        print(f"{name:9} {took:6.1f} ms, {took / one:.1f} encodings")


if __name__ == "__main__":
    main()

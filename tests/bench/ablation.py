"""What each part of finding brings and costs: `python -m tests.bench.ablation [--limit 40]`.

Each line takes one part away from the assistant as it is (or adds one to what stands above it) and asks every
question of the check half, of the bundled article and of the shared one. Parts are taken away by giving the index a
part that tells nothing apart, so the code measured is the code that serves. Milliseconds are medians over the same
questions, asked in turn of every variant, so that a busy machine is busy for all of them; the last column is the
median of the ratios to the bare encoding of the same question.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.assistant import HITS, load_reader
from assistant.quality.golden import holds_any
from assistant.quote import Margins, choose_quotes, count_words
from assistant.settings import Settings
from index import ArticleIndex, SentenceEncoder, open_index
from index.lexical import LexicalIndex
from index.spelling import Spelling
from index.store import make_flat
from tests.bench.questions import BUNDLED, SHARED, QuestionSet, read_golden, read_squad


def without_reader(index: ArticleIndex) -> ArticleIndex:
    return replace(index, reader=None)


def without_vectors(*names: str) -> Callable[[ArticleIndex], ArticleIndex]:
    """The cosine of `names` ("sentences", "passages", "questions") tells nothing apart."""

    def change(index: ArticleIndex) -> ArticleIndex:
        blank = {name: make_flat(np.zeros((index.vectors[name].ntotal, index.encoder.dimension)),
                                 index.encoder.dimension) for name in names}  # fmt: skip
        return replace(index, vectors={**index.vectors, **blank})

    return change


def without_words(*parts: str) -> Callable[[ArticleIndex], ArticleIndex]:
    """BM25 of `parts` ("sentence_words", "passage_words") tells nothing apart."""

    def change(index: ArticleIndex) -> ArticleIndex:
        return replace(index, **{part: LexicalIndex([""] * getattr(index, part).count) for part in parts})

    return change


def without_titles(index: ArticleIndex) -> ArticleIndex:
    """Sentences are matched by their own words alone, without lead-in, question and section title."""
    flat = make_flat(index.encoder.encode(index.texts.plain), index.encoder.dimension)
    words = LexicalIndex([index.spelling.correct_text(text) for text in index.texts.plain])
    return replace(index, vectors={**index.vectors, "sentences": flat}, sentence_words=words)


def without_kinds(index: ArticleIndex) -> ArticleIndex:
    return replace(index, kinds={kind: np.zeros_like(held) for kind, held in index.kinds.items()})


def without_spelling(index: ArticleIndex) -> ArticleIndex:
    return replace(index, spelling=Spelling(()))


def all_of(*changes: Callable[[ArticleIndex], ArticleIndex]) -> Callable[[ArticleIndex], ArticleIndex]:
    def change(index: ArticleIndex) -> ArticleIndex:
        for each in changes:
            index = each(index)
        return index

    return change


ALONE = Margins(neighbour=-1.0)
_MEANING, _WORDS = ("sentences", "passages", "questions"), ("sentence_words", "passage_words")
VARIANTS: dict[str, tuple[Callable[[ArticleIndex], ArticleIndex], Margins]] = {
    "all of it": (lambda index: index, Margins()),
    "without the reader": (without_reader, Margins()),
    "without neighbours in a quote": (lambda index: index, ALONE),
    "no reader, no cosine of passages": (
        all_of(without_reader, without_vectors("passages", "questions")),
        Margins(),
    ),
    "no reader, no cosine of sentences": (all_of(without_reader, without_vectors("sentences")), Margins()),
    "no reader, no BM25 of passages": (all_of(without_reader, without_words("passage_words")), Margins()),
    "no reader, no BM25 of sentences": (all_of(without_reader, without_words("sentence_words")), Margins()),
    "no reader, no titles and lead-ins": (all_of(without_reader, without_titles), Margins()),
    "no reader, no kind of answer": (all_of(without_reader, without_kinds), Margins()),
    "no reader, no spelling": (all_of(without_reader, without_spelling), Margins()),
    "cosine alone": (all_of(without_reader, without_words(*_WORDS), without_kinds), Margins()),
    "BM25 alone": (all_of(without_reader, without_vectors(*_MEANING), without_kinds), Margins()),
}


def measure_sets(
    sets: list[QuestionSet], settings: Settings
) -> dict[str, list[tuple[bool, int, float, float]]]:
    """For each variant, a question a row: whether the first quote held the answer, its words, seconds, encodings."""
    encoder, reader = SentenceEncoder(settings.encoder, settings.threads), load_reader()
    rows: dict[str, list[tuple[bool, int, float, float]]] = {name: [] for name in VARIANTS}
    for each in sets:
        folder = settings.data_dir / "indexes" / f"ablation-{each.article.revision[:16]}"
        whole = open_index(each.article, encoder, folder, reader)
        variants = {name: (change(whole), margins) for name, (change, margins) in VARIANTS.items()}
        for question in each.questions:
            if not question.evidence or question.history:
                continue
            began = time.perf_counter()
            encoder.encode([question.text])
            bare = time.perf_counter() - began
            for name, (index, margins) in variants.items():
                began = time.perf_counter()
                hits = index.search(question.text, HITS)
                quotes = choose_quotes(each.article, question.text, hits, margins)
                took = time.perf_counter() - began
                held = holds_any(quotes[0].text, question.evidence)
                rows[name].append((held, count_words(quotes[0].text), took, took / bare))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=40, help="questions an article")
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "squad-tune.json")
    options = parser.parse_args()
    settings = Settings()
    groups = {
        "SQuAD, check half": list(read_squad(options.data, "check", options.limit)),
        "bundled": [read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl"))],
        "news article": [
            read_golden(SHARED / "article.txt", Path(__file__).with_name("golden_shared_article.jsonl"))
        ],
    }
    measured = {group: measure_sets(sets, settings) for group, sets in groups.items()}
    print(f"| with | {' | '.join(groups)} | words | ms | encodings |\n|{'---|' * (len(groups) + 4)}")
    for name in VARIANTS:
        every = [row for rows in measured.values() for row in rows[name]]
        held = " | ".join(
            f"{statistics.mean(row[0] for row in rows[name]):.3f}" for rows in measured.values()
        )
        words, took, ratio = (statistics.median(row[at] for row in every) for at in (1, 2, 3))
        print(f"| {name} | {held} | {words:.0f} | {took * 1000:.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()

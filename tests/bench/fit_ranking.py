"""What the ranking's numbers do: `python -m tests.bench.fit_ranking [--limit 30]`.

Searches the check half of the SQuAD articles once with the reader and prints, for each value of a number and the
others as they stand, how many first quotes hold the answer and how long they are: the weights of the reader's
scores (index/rerank.py), the bonus for the kind of answer (index/search.py) and the margin for neighbours
(assistant/quote.py). The reader was not trained on these articles.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import Assistant
from assistant.assistant import HITS, load_reader
from assistant.quote import Margins, choose_quotes, count_words
from assistant.settings import Settings
from corpus import Article
from index import Hit, SentenceEncoder
from index.answer_kind import expect_kind, holds_kind
from index.rerank import ANSWERABLE_WEIGHT, SPAN_WEIGHT
from index.search import KIND_BONUS
from tests.bench.questions import SHARED, Question, read_squad


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that are varied, as they stand."""

    span: float = SPAN_WEIGHT
    answerable: float = ANSWERABLE_WEIGHT
    kind: float = KIND_BONUS
    neighbour: float = Margins().neighbour


@dataclass(frozen=True, slots=True)
class Searched:
    """One question with its hits as retrieved and as read again."""

    article: Article
    question: Question
    retrieved: Sequence[Hit]
    read: Sequence[Hit]


def rescore_hits(searched: Searched, numbers: Numbers) -> list[Hit]:
    """The hits as they would have been scored with other numbers."""
    retrieved = {hit.passage: hit.sentences for hit in searched.retrieved}
    kind = expect_kind(searched.question.text)
    text = searched.article.text

    def weigh(hit: Hit, at: int) -> float | None:
        reading = hit.readings[at] if hit.readings else None
        return (
            numbers.span * reading.span_score + numbers.answerable * reading.answerable if reading else None
        )

    weighed = {(hit.passage, at): weigh(hit, at) for hit in searched.read for at in range(len(hit.sentences))}
    worst = min((value for value in weighed.values() if value is not None), default=0.0)
    rescored = []
    for hit in searched.read:
        spans = searched.article.passages[hit.passage].sentences
        scores = []
        for at, fused in enumerate(retrieved[hit.passage]):
            value = weighed[hit.passage, at]
            bonus = (numbers.kind - KIND_BONUS) * holds_kind(kind, spans[at].cut(text))
            scores.append(fused + bonus + (worst if value is None else value))
        rescored.append(replace(hit, score=max(scores), sentences=tuple(scores)))
    return sorted(rescored, key=lambda hit: -hit.score)


def print_line(name: str, everything: Sequence[Searched], numbers: Numbers) -> None:
    held, words = 0, []
    for searched in everything:
        hits = rescore_hits(searched, numbers)
        margins = replace(Margins(), neighbour=numbers.neighbour)
        first = choose_quotes(searched.article, searched.question.text, hits, margins)[0].text
        flat = " ".join(first.split()).casefold()
        held += any(piece.casefold() in flat for piece in searched.question.evidence)
        words.append(count_words(first))
    print(
        f"{name}: holds the answer {held / len(everything):.3f}, {statistics.median(words):g} words at the median"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=30, help="questions an article, answerable or not")
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "squad-tune.json")
    options = parser.parse_args()
    encoder, reader = SentenceEncoder(), load_reader()
    everything = []
    for each in read_squad(options.data, "check", options.limit):
        index = Assistant.open(each.article, Settings(), encoder, reader).index
        for question in each.questions:
            if question.evidence:
                asked = question.text
                found = index.retrieve(asked, HITS), index.search(asked, HITS)
                everything.append(Searched(each.article, question, *found))
    print(f"{len(everything)} questions")
    print_line("as it stands", everything, Numbers())
    varied: dict[str, Callable[[float], Numbers]] = {
        "span weight": lambda value: Numbers(span=value),
        "answerable weight": lambda value: Numbers(answerable=value),
        "kind bonus": lambda value: Numbers(kind=value),
        "neighbour margin": lambda value: Numbers(neighbour=value),
    }
    steps = {
        "span weight": (0.0, 0.3, 0.6, 1.0, 1.5),
        "answerable weight": (0.0, 0.3, 0.6, 1.2),
        "kind bonus": (0.0, 1.5, 3.0),
        "neighbour margin": (0.0, 3.0, 6.0, 9.0, 12.0),
    }
    for name, vary in varied.items():
        for value in steps[name]:
            print_line(f"{name} {value:g}", everything, vary(value))


if __name__ == "__main__":
    main()

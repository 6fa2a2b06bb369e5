"""What the ranking's numbers do: `python -m tests.bench.fit_ranking [--limit 30]`.

For each value of a number, the others as they stand, prints how many first quotes hold the answer, how many words
they have and how many windows were read: the reader's weights and rounds (index/rerank.py), the margin for neighbours
(assistant/quote.py). Numbers are chosen by the first column, the exercises held back from the reader's training with
the bundled article; the check half of the SQuAD articles stands beside it to be looked at, not chosen by.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import Assistant
from assistant.assistant import HITS, load_reader
from assistant.quality.golden import holds_any
from assistant.quote import Margins, choose_quotes, count_words
from assistant.settings import Settings
from corpus import Article
from index import Hit, Reader, SentenceEncoder
from index.passages import SearchTexts
from index.reader import Reading
from index.rerank import Rereading, reread_hits
from tests.bench.questions import (
    BUNDLED,
    SHARED,
    Question,
    QuestionSet,
    read_exercises,
    read_golden,
    read_squad,
)


class RememberingReader:
    """A reader that reads each window once for a question, however often it is asked; `windows` counts them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: dict[tuple[str, str], Reading] = {}
        self.windows = 0

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        self.windows += len(windows)
        new = [window for window in dict.fromkeys(windows) if (question, window) not in self._kept]
        for window, reading in zip(new, self._reader.read(question, new), strict=True):
            self._kept[question, window] = reading
        return tuple(self._kept[question, window] for window in windows)


@dataclass(frozen=True, slots=True)
class Found:
    """One question with its hits as retrieved."""

    article: Article
    texts: SearchTexts
    question: Question
    meant: str
    hits: Sequence[Hit]


def retrieve_sets(sets: Iterable[QuestionSet], encoder: SentenceEncoder) -> Iterator[Found]:
    """Every answerable question of the sets, searched without a reader."""
    for each in sets:
        assistant = Assistant.open(each.article, Settings(reader=False), encoder)
        for question in each.questions:
            if question.evidence:
                meant = assistant.understand(question.text, question.history)
                hits = assistant.index.retrieve(meant, HITS)
                yield Found(each.article, assistant.index.texts, question, meant, hits)


def describe(found: Sequence[Found], reader: RememberingReader, how: Rereading, margins: Margins) -> str:
    held, words = [], []
    reader.windows = 0
    for each in found:
        hits = reread_hits(each.article, each.texts, reader, each.meant, each.hits, how)
        first = choose_quotes(each.article, each.meant, hits, margins)[0].text
        held.append(holds_any(first, each.question.evidence))
        words.append(count_words(first))
    return (
        f"{statistics.mean(held):.3f}, {statistics.median(words):g} words, "
        f"{reader.windows / len(found):.1f} windows"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=30, help="questions an article of the check half")
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "squad-tune.json")
    options = parser.parse_args()
    loaded = load_reader()
    if loaded is None:
        raise SystemExit("the reader cannot be loaded: there is nothing to choose")
    encoder, reader = SentenceEncoder(), RememberingReader(loaded)
    bundled = read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl"))
    fit = list(retrieve_sets([*read_exercises(), bundled], encoder))
    check = list(retrieve_sets(read_squad(options.data, "check", options.limit), encoder))
    print(f"{len(fit)} questions to choose by | {len(check)} of the check half")
    how, margins = Rereading(), Margins()
    steps: dict[str, Sequence[tuple[str, Rereading, Margins]]] = {
        "as it stands": [("", how, margins)],
        "span": [(f"{x:g}", replace(how, span=x), margins) for x in (0.0, 0.5, 1.0, 1.5, 3.0)],
        "answerable": [(f"{x:g}", replace(how, answerable=x), margins) for x in (0.0, 0.3, 0.6, 1.0, 1.5, 2.0)],
        "rounds": [
            (f"{x}", replace(how, rounds=x), margins)
            for x in ((1,), (2,), (3,), (4,), (3, 3), (3, 5), (4, 4), (8,))
        ],
        "convinced": [(f"{x:g}", replace(how, convinced=x), margins) for x in (-1.0, 0.0, 1.0, 2.0, 3.0)],
        "neighbour": [
            (f"{x:g}", how, replace(margins, neighbour=x)) for x in (-1.0, 6.0, 12.0, 16.0, 20.0, 24.0)
        ],
    }  # fmt: skip
    for name, lines in steps.items():
        for value, varied, wide in lines:
            both = " | ".join(describe(found, reader, varied, wide) for found in (fit, check))
            print(f"{name} {value}: {both}", flush=True)


if __name__ == "__main__":
    main()

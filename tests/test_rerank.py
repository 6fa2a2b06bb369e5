"""Reading the best windows again: how many are read, and what the reading does to the order."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus import Article, article_from_text
from index import ArticleIndex, open_index
from index.reader import Reading
from index.rerank import Rereading, cut_window, cut_windows, reread_hits
from tests.conftest import ToyEncoder

# Ten paragraphs of one sentence each: the boat of paragraph n has the number n.
BOATS = article_from_text(
    "\n\n".join(f"Boat {number} was painted in the harbour before the race began." for number in range(10)),
    title="Boats",
)


class ScriptedReader:
    """Reads every window as `judge` says: its answerability logit, and as the score of its first word."""

    def __init__(self, judge: Callable[[str], float]) -> None:
        self._judge = judge
        self.read_windows: list[str] = []

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        self.read_windows += windows
        readings = []
        for window in windows:
            said = self._judge(window)
            offsets = np.array([[0, len(window)]], dtype=np.int64)
            readings.append(Reading(said, offsets, np.float32([said]), np.float32([0.0]), 0.0))
        return tuple(readings)


@pytest.fixture
def boats(tmp_path: Path) -> ArticleIndex:
    return open_index(BOATS, ToyEncoder(), tmp_path)


def ask(index: ArticleIndex, reader: ScriptedReader, how: Rereading) -> str:
    hits = reread_hits(
        index.article, index.texts, reader, "painted boat", index.retrieve("painted boat", 10), how
    )
    return index.article.passages[hits[0].passage].span.cut(index.article.text)


def test_a_convincing_window_among_the_first_ends_the_reading(boats: ArticleIndex) -> None:
    reader = ScriptedReader(lambda window: 2.0 if "Boat 1" in window else -3.0)
    assert ask(boats, reader, Rereading(rounds=(3, 5), convinced=1.0)).startswith("Boat 1 ")
    assert len(reader.read_windows) == 3


def test_more_is_read_where_nothing_convinces(boats: ArticleIndex) -> None:
    reader = ScriptedReader(lambda window: 4.0 if "Boat 7" in window else -3.0)
    assert ask(boats, reader, Rereading(rounds=(3, 5), convinced=1.0)).startswith("Boat 7 ")
    assert len(reader.read_windows) == len(set(reader.read_windows)) == 8
    beyond = ScriptedReader(lambda window: 4.0 if "Boat 9" in window else -3.0)
    assert not ask(boats, beyond, Rereading(rounds=(3, 5), convinced=1.0)).startswith("Boat 9 ")


def test_a_reading_counts_as_much_as_it_is_said_to(boats: ArticleIndex) -> None:
    likes_the_last = ScriptedReader(lambda window: 4.0 if "Boat 2" in window else 0.0)
    assert ask(boats, likes_the_last, Rereading(rounds=(3,), span=0.0, answerable=1.0)).startswith("Boat 2 ")
    assert ask(boats, likes_the_last, Rereading(rounds=(3,), span=1.0, answerable=0.0)).startswith("Boat 2 ")
    assert ask(boats, likes_the_last, Rereading(rounds=(3,), span=0.0, answerable=0.0)).startswith("Boat 0 ")


def test_an_article_of_one_sentence_is_read_once(tmp_path: Path) -> None:
    article = article_from_text("Boat 5 sank.", title="One")
    index = open_index(article, ToyEncoder(), tmp_path)
    reader = ScriptedReader(lambda window: -9.0)
    hits = reread_hits(article, index.texts, reader, "boat", index.retrieve("boat", 5))
    assert reader.read_windows == ["Boat 5 sank."] and len(hits) == 1


def test_windows_hold_what_introduces_a_sentence_and_its_neighbours_while_they_fit(
    town: Article, tmp_path: Path
) -> None:
    index = open_index(town, ToyEncoder(), tmp_path)
    texts = index.texts
    dogs = texts.plain.index("Dogs: Lead dogs on a leash near the stage.")
    alone = cut_window(town, texts, dogs, most=1)
    assert alone.text == (
        "Rules for Visitors. The city asked visitors to follow three rules: "
        "Dogs: Lead dogs on a leash near the stage."
    )
    assert alone.text[alone.places[0] :] == texts.plain[dogs] and (alone.first, alone.last) == (dogs, dogs)
    whole = cut_window(town, texts, dogs, most=60)
    assert (whole.first, whole.last) == (dogs - 1, dogs + 1)
    windows = cut_windows(town, texts, index.retrieve("leash for dogs", 8), 4)
    assert windows[0].first <= dogs <= windows[0].last and len(windows) == 4

"""Our own exercises: read with their questions, cut into windows as the assistant cuts them."""

import random
from collections import Counter
from pathlib import Path

import pytest

from corpus import normalise_text
from index.reading.examples import Mixture
from index.reading.exercises import (
    ExerciseError,
    find_quotation,
    load_exercises,
    read_exercise,
    split_exercises,
    write_exercises,
)

QUAY = """# The old quay

The town closed its old quay on 4 May 2021. Divers had found holes under two of the steps.

## What comes next

Harbour master Ines Pohl gave two conditions:

- Money: the county must pay 40,000 crowns.
- Season: work begins only after the herring has gone.

## Questions and answers

Will the ferry still land there?

No, it lands at the new pier until the work is done.
===
Q: Why was the quay shut?
A: Divers had found holes under two of the steps | holes
Q: how much does the county have to give
A: must pay 40,000 crowns
Q: where does the ferry go now
A: lands at the new pier
N: Who closed the new pier?
B: The town closed its old quay
N: How much did the town pay?
B: must pay 40,000 crowns
"""


@pytest.fixture
def quay(tmp_path: Path) -> Path:
    path = tmp_path / "quay.md"
    path.write_text(QUAY, encoding="utf-8")
    return path


def test_an_exercise_is_an_article_and_its_questions(quay):
    article, asked = read_exercise(quay)
    assert article.title == "The old quay"
    cut = [[span.cut(article.text) for span in one.answers] for one in asked]
    assert cut == [
        ["Divers had found holes under two of the steps", "holes"],
        ["must pay 40,000 crowns"],
        ["lands at the new pier"],
        [],
        [],
    ]
    assert [span.cut(article.text) for span in asked[3].nearest] == ["The town closed its old quay"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "A: must pay 40,000",
            "A: must pay 50,000",
            r"quay\.md, line 21: the article does not hold 'must pay 50,000",
        ),
        ("N: Who closed", "Who closed", r"quay\.md, line 24: 'Who closed the new pier\?' is no question"),
    ],
)
def test_a_wrong_line_is_named(quay, old, new, told):
    quay.write_text(QUAY.replace(old, new), encoding="utf-8")
    with pytest.raises(ExerciseError, match=told):
        read_exercise(quay)


def test_quotations_are_found_whatever_the_white_space():
    assert [(s.start, s.end) for s in find_quotation("a  b\nc, a b c.", "b c")] == [(3, 6), (10, 13)]
    assert find_quotation("a b", "  ") == []


def test_windows_hold_what_answers_or_do_not_as_they_say(quay, toy_encoder, tmp_path):
    exercises = load_exercises([quay], toy_encoder, tmp_path / "work")
    mixture = Mixture(100, positives=20, near_misses=0, others=3, unanswerable=20)
    written = list(write_exercises(exercises, mixture, lambda word: (), random.Random(0)))
    assert set(Counter(item.kind for item in written)) == {"answered", "other window", "unanswerable"}
    answers = {
        "Divers had found holes under two of the steps",
        "holes",
        "must pay 40,000 crowns",
        "lands at the new pier",
    }
    for item in written:
        assert bool(item.gold) == (item.kind == "answered")
        assert {item.window[start:end] for start, end in item.gold} <= answers
    # an item is read under its section's title and after its lead-in, an answer after its question
    windows = {item.window for item in written if item.kind == "answered"}
    assert any(
        w.startswith("What comes next. Harbour master Ines Pohl gave two conditions: Money:") for w in windows
    )
    assert (
        "Questions and answers. Will the ferry still land there? No, it lands at the new pier until the work is done."
        in windows
    )
    assert {w for w in windows if "Divers" in w} == {
        "The town closed its old quay on 4 May 2021. Divers had found holes under two of the steps.",
    }


def test_the_exercises_that_are_trained_on_can_all_be_read():
    train, held_out = split_exercises()
    assert len(held_out) >= 20 and not set(train) & set(held_out)
    counts = Counter()
    for path in (*train, *held_out):
        article, asked = read_exercise(path)
        assert article.text == normalise_text(article.text)
        assert len({one.question.casefold() for one in asked}) == len(asked), path.name
        counts.update(bool(one.answers) for one in asked)
    assert counts[True] > 3000 and counts[False] > 3000

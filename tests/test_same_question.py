"""Which questions an editor's decision holds for, with the real encoder."""

import numpy as np
import pytest

from assistant.same_question import ask_the_same
from index import SentenceEncoder


def same(encoder: SentenceEncoder, one: str, other: str) -> bool:
    vectors = encoder.encode([one, other])
    return ask_the_same(one, other, float(np.dot(vectors[0], vectors[1])))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who was arrested in Worcester?", "who got arrested in worcester"),
        ("Who was arrested in Worcester?", "In Worcester, who was arrested?"),
        ("How old is Sheriff Coppinger?", "What is the age of Sheriff Coppinger?"),
        ("When did it open?", "what year did it open"),
        ("When did the raid happen?", "when did the raid actually occur"),
        ("What does the sheriff want?", "what do the sheriffs want???"),
        ("Who paid for the festival?", "Who paid for the festival?"),
    ],
)
def test_the_same_question_in_other_words(real_encoder: SentenceEncoder, one: str, other: str) -> None:
    assert same(real_encoder, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who was arrested in Worcester?", "Who was arrested in Waltham?"),
        ("When did the harbour open?", "When did the harbour close?"),
        ("Did Boston sue Lynn?", "Did Lynn sue Boston?"),
        ("Did the sheriff help ICE?", "Did the sheriff not help ICE?"),
        ("How many people were arrested?", "How many people were released?"),
        ("Why was the mother taken?", "Where was the mother taken?"),
        ("Is the sheriff a Democrat?", "Is the sheriff a Republican?"),
        ("Did the first boat win?", "Did the last boat win?"),
        ("What happened before the raid?", "What happened after the raid?"),
        ("Who is the father of the girl?", "Who is the mother of the girl?"),
        ("Was anyone arrested on Monday?", "Was anyone arrested on Tuesday?"),
        ("Did two officers come?", "Did three officers come?"),
        ("Boston Sanctuary Movement", "who leads the Boston Sanctuary Movement"),
        ("How is it?", "What was that?"),
    ],
)
def test_another_question_in_much_the_same_words(real_encoder: SentenceEncoder, one: str, other: str) -> None:
    assert not same(real_encoder, one, other)

"""What a question asks for, and what a sentence holds."""

import pytest

from index.answer_kind import AnswerKind, expect_kind, holds_kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people were arrested?", AnswerKind.NUMBER),
        ("how old is coppinger", AnswerKind.NUMBER),
        ("What percentage of residents agree?", AnswerKind.NUMBER),
        ("When did it happen?", AnswerKind.DATE),
        ("In what year was he elected?", AnswerKind.DATE),
        ("how long ago was that", AnswerKind.DATE),
        ("Who smashed the window?", AnswerKind.PERSON),
        ("What is the mother's name?", AnswerKind.PERSON),
        ("Where were people arrested?", AnswerKind.PLACE),
        ("Which cities are named?", AnswerKind.PLACE),
        ("What should I do when they come?", AnswerKind.OTHER),
        ("What happens when rich countries trade?", AnswerKind.OTHER),
        ("the festival ended when?", AnswerKind.DATE),
        ("What is the place called where boats land?", AnswerKind.OTHER),
        ("how much support is there", AnswerKind.OTHER),
        ("Why?", AnswerKind.OTHER),
    ],
)
def test_expected_kind(question: str, kind: AnswerKind) -> None:
    assert expect_kind(question) is kind


@pytest.mark.parametrize(
    ("kind", "text", "holds"),
    [
        (AnswerKind.NUMBER, "Approximately 25 residents formed a ring.", True),
        (AnswerKind.NUMBER, "Two thirds voted for it.", True),
        (AnswerKind.NUMBER, "Multiple arrests occurred in New Bedford.", False),
        (AnswerKind.DATE, "On May 8, 2025, it began.", True),
        (AnswerKind.DATE, "Agents may use force.", False),
        (AnswerKind.PERSON, "It was Kevin Coppinger.", True),
        (AnswerKind.PERSON, "Chaos helps nothing.", False),
        (AnswerKind.PLACE, "They met in Worcester.", True),
        (AnswerKind.PLACE, "Chaos helps nothing.", False),
        (AnswerKind.OTHER, "Anything.", True),
    ],
)
def test_held_kind(kind: AnswerKind, text: str, holds: bool) -> None:
    assert holds_kind(kind, text) is holds

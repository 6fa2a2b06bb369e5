"""Misspelt questions, corrected to the words of the article."""

import pytest

from index.spelling import Spelling, is_common

TEXTS = [
    "Sheriff Kevin Coppinger spoke in Worcester. Sheriff Coppinger arrested nobody.",
    "Sheriff Koppinger’s Role in Massachusetts",
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wat happend in worcestor?", "wat happened in Worcester?"),
        ("sherif copinger", "Sheriff Coppinger"),
        ("Who is Koppinger?", "Who is Coppinger?"),
        ("massachusets", "Massachusetts"),
        ("Who is Kensinger?", "Who is Kensinger?"),  # another name is not corrected away
        ("What did Lawrence say?", "What did Lawrence say?"),
        ("Was he arresting people?", "Was he arresting people?"),  # another form of a word of the article
        ("Is there a hotline?", "Is there a hotline?"),  # two common words in one, and no slip for "outline"
        ("¿Qué pasó en Worcester el 8 de mayo?", "¿Qué pasó en Worcester el 8 de mayo?"),
        ("", ""),
    ],
)
def test_correct_text(typed: str, meant: str) -> None:
    assert Spelling(TEXTS).correct_text(typed) == meant


@pytest.mark.parametrize(
    ("word", "common"),
    [("stopping", True), ("undocumented", True), ("cities", True), ("festivall", False), ("copinger", False)],
)
def test_common_words(word: str, common: bool) -> None:
    assert is_common(word) is common


def test_the_articles_own_text_changes_only_in_names_spelt_two_ways() -> None:
    spelling = Spelling(TEXTS)
    assert spelling.aliases == {"koppinger": "coppinger"}
    assert spelling.correct_text(TEXTS[0]) == TEXTS[0]
    assert spelling.correct_text(TEXTS[1]) == "Sheriff Coppinger Role in Massachusetts"


def test_a_word_is_put_right_without_a_possessive() -> None:
    """Where an article writes "sheriff's" most often, "sherif" still is the sheriff."""
    spelling = Spelling(
        ["The sheriff's office is the sheriff’s. The sheriff spoke. The sheriff's view is the sheriff's."]
    )
    assert spelling.correct_text("Who is the sherif?") == "Who is the sheriff?"


def test_words_of_other_languages_are_no_slips() -> None:
    spelling = Spelling([*TEXTS, "The queen met the sheriff in Worcester."])
    assert spelling.correct_text("¿Quién es el sheriff en Worcestor?") == "¿Quién es el sheriff en Worcester?"
    assert (
        spelling.correct_text("quien") != "quien"
    )  # without its accent it is one letter from an article's word

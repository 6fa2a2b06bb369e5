"""The catalogue of what the assistant says, and which of its languages a question is in."""

import pytest

from assistant.answer import Outcome
from assistant.messages import FIELDS, LANGUAGES, detect_language, messages_for, tell_hint, tell_outcome


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    words, english = messages_for(language), messages_for("en")
    assert words.language == language
    assert words.reasons.keys() == english.reasons.keys()
    for field in FIELDS:
        assert getattr(words, field)
        if language != "en" and field not in ("reasons",):
            assert getattr(words, field) != getattr(english, field), field


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What happened in Worcester?", "en"),
        ("koppinger", "en"),
        ("¿Qué pasó en Worcester?", "es"),
        ("O que aconteceu em Worcester?", "pt"),
        ("Kisa ki te pase nan Worcester?", "ht"),
        ("Chuyện gì đã xảy ra ở Worcester?", "vi"),
        ("伍斯特发生了什么？", "zh"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert detect_language(question) == language


def test_what_cannot_be_judged_is_not_denied() -> None:
    spanish, english = messages_for("es"), messages_for("en")
    assert tell_outcome(english, Outcome.NEAREST, "en") == "The article does not say"
    assert tell_outcome(spanish, Outcome.NEAREST, "en") == "El pasaje más cercano"
    assert tell_outcome(spanish, Outcome.NEAREST, "es") == "El artículo no lo dice"
    assert tell_outcome(spanish, Outcome.OFF_TOPIC, "en") == "No encontré nada cercano a esta pregunta"
    assert tell_outcome(spanish, Outcome.ANSWERED, "en") == "El artículo dice"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_an_answer_across_languages_says_that_it_may_miss(language: str) -> None:
    words = messages_for(language)
    assert tell_hint(words, Outcome.ANSWERED, "en") == words.foreign_hint != ""
    assert tell_hint(words, Outcome.ANSWERED, language) == ""
    assert words.foreign_hint != tell_hint(words, Outcome.NEAREST, "en")

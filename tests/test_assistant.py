"""The whole way of a question, with a toy encoder, and with the real model on real text."""

import dataclasses
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from assistant import Assistant, Outcome, QuestionError
from assistant.assistant import load_reader
from assistant.settings import Settings
from corpus import Article, article_from_text
from index import SentenceEncoder
from tests.conftest import SHARED, ToyEncoder

WITHOUT_READER = {"reader": False}


@pytest.fixture
def assistant(town: Article, settings: Settings, toy_encoder: ToyEncoder) -> Assistant:
    return Assistant.open(town, settings.model_copy(update=WITHOUT_READER), toy_encoder)


def test_an_answer_is_the_articles_own_words(assistant: Assistant) -> None:
    answer = assistant.ask("How many boats took part?")
    assert answer.outcome is Outcome.ANSWERED
    first = answer.quotes[0]
    assert first.text.endswith("About 400 boats took part.")
    assert assistant.article.text[first.start : first.end] == first.text
    assert answer.revision == assistant.article.revision
    assert answer.read_as is None


def test_off_topic_quotes_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("zebra giraffe?")
    assert (answer.outcome, answer.quotes) == (Outcome.OFF_TOPIC, ())
    assert answer.suggestions


def test_misspelt_questions_say_how_they_were_read(assistant: Assistant) -> None:
    answer = assistant.ask("who payed for the festivall")
    assert answer.read_as == "who payed for the festival"
    assert answer.quotes[0].text.startswith("The port authority paid")
    assert assistant.ask("who payed for the festivall", as_typed=True).read_as is None


def test_what_was_asked_lately_is_answered_from_memory_and_the_same(assistant: Assistant) -> None:
    def shown(answer):
        return dataclasses.replace(answer, took_ms=0.0)

    asked = ("How many boats took part?", "Who is Mayor Ana Lima?")
    first = [shown(assistant.recall(question).answer) for question in asked]
    assert first == [shown(assistant.ask(question)) for question in asked]
    encoded = len(assistant.index.encoder.encoded)
    assert [shown(assistant.recall(f"  {question} ").answer) for question in asked] == first
    assert len(assistant.index.encoder.encoded) == encoded
    assert assistant.count_recalled() == (2, 2)
    later = assistant.recall("what did she say?", ["Who is Mayor Ana Lima?"])
    assert later.meant == "What did Ana Lima say?"
    assert assistant.recall("what did she say?", ["How many boats took part?"]).meant != later.meant
    assert (
        assistant.recall("what did she say?", ["Who is Mayor Ana Lima?"], as_typed=True).meant != later.meant
    )
    strict = dataclasses.replace(assistant.rule, answered_from=1.0)
    assert assistant.recall(asked[0], rule=strict).answer.outcome is Outcome.NEAREST
    assert assistant.recall(asked[0]).answer.outcome is Outcome.ANSWERED
    with pytest.raises(QuestionError):
        assistant.recall("x" * 501)


def test_a_follow_up_is_read_with_the_question_before(assistant: Assistant) -> None:
    answer = assistant.ask("what did she say?", ["Who is Mayor Ana Lima?"])
    assert answer.read_as == "What did Ana Lima say?"


def test_suggestions_are_questions_of_the_article_not_asked_yet(assistant: Assistant) -> None:
    assert "Questions and Answers" not in assistant.starters
    assert assistant.starters[:2] == ("Who paid for the festival?", "May I bring a tent?")
    answer = assistant.ask("who PAID for the festival")
    assert "Who paid for the festival?" not in answer.suggestions
    later = assistant.ask("dogs", ["May I bring a tent?", "Who paid for the festival?"])
    assert not {"Who paid for the festival?", "May I bring a tent?"} & set(later.suggestions)


@pytest.mark.parametrize("question", ["", "  \n", "\u200b\u202e"])
def test_an_empty_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        assistant.ask(question)


def test_a_question_has_a_longest_length(assistant: Assistant) -> None:
    assistant.ask("x" * assistant.settings.max_question)
    with pytest.raises(QuestionError, match="501 characters; at most 500"):
        assistant.ask("x" * 501)


@pytest.mark.parametrize(
    "question", ["?", "the of and", "42", "🙂", "\ud800", "a" * 400, "<script>", "¿Qué?", "什么"]
)
def test_any_question_gets_an_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert 0 <= answer.confidence <= 1
    assert dataclasses.asdict(answer)["outcome"] in list(Outcome)


@limits(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(
        st.sampled_from("aé🙂\u200b\u202e\r\n .!?“”-•1&#x;<>\u0301日\t\u00a0Zz"), min_size=1, max_size=300
    )
)
def test_quotes_are_slices_of_any_article(settings: Settings, text: str) -> None:
    article = article_from_text(f"Alpha beta gamma delta opens here. {text} Omega ends it.", title="Any")
    quiet = settings.model_copy(update=WITHOUT_READER)
    assistant = Assistant.open(article, quiet, ToyEncoder())
    for question in ("alpha beta", "omega", text[:200]):
        if not question.strip("\u200b\u202e\r\n \t\u00a0"):
            continue
        for quote in assistant.ask(question).quotes:
            assert article.text[quote.start : quote.end] == quote.text != ""


def test_without_the_readers_weights_it_works_and_says_so(
    town: Article, settings: Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.WARNING):
        assert load_reader(tmp_path) is None
    assert "answering without the reader model" in caplog.text


needs_shared = pytest.mark.skipif(
    not (SHARED / "article.txt").exists(),
    reason="../shared/article.txt is not there: it is not part of the project",
)


@pytest.fixture(scope="module")
def shared_assistant(real_encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("data")
    return Assistant.open(SHARED / "article.txt", Settings(data_dir=folder), real_encoder)


@needs_shared
def test_the_three_points_are_quoted_with_their_section(shared_assistant: Assistant) -> None:
    answer = shared_assistant.ask("What are the three points of the sheriff's strategy?")
    assert answer.outcome is Outcome.ANSWERED
    for point in ("Community De-escalation:", "ICE Restraint:", "Better Communication:"):
        assert point in answer.quotes[0].text
    assert answer.quotes[0].section[-1] == "Calls for De-escalation"


@needs_shared
def test_another_topic_is_off_topic(shared_assistant: Assistant) -> None:
    assert shared_assistant.ask("What is the capital of France?").outcome is Outcome.OFF_TOPIC


@needs_shared
def test_asking_what_else_does_not_show_the_same_again(shared_assistant: Assistant) -> None:
    first = shared_assistant.ask("What does Coppinger say?")
    more = shared_assistant.ask("What else does he say?", history=("What does Coppinger say?",))
    assert more.read_as is not None and more.quotes
    for old in first.quotes:
        assert not any(quote.start < old.end and old.start < quote.end for quote in more.quotes)


@needs_shared
def test_no_number_of_arrests_is_made_up(shared_assistant: Assistant) -> None:
    answer = shared_assistant.ask("How many people were arrested in New Bedford?")
    assert answer.outcome is not Outcome.OFF_TOPIC
    assert not any(character.isdigit() for character in answer.quotes[0].text)

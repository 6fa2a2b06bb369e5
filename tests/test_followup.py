"""Follow-ups: completed when they lean on the questions before, left alone when they do not."""

import pytest

from assistant.followup import asks_for_more, stand_alone, stand_alone_elsewhere
from assistant.names import Names, find_names
from corpus import article_from_text

ARTICLE = article_from_text(
    """Events

On 8 May a crowd gathered in Worcester. Sheriff Kevin Coppinger watched. Later there were arrests in New Bedford.

Resident Maria Santos, who saw it, called for calm. The Trust Act limits the police. The Safe Communities Act is older.

U.S. Attorney Leah Foley warned residents. Coppinger said the Boston Sanctuary Movement was wrong about Waltham.
""",
    title="Events",
)
NAMES = find_names(ARTICLE)


def test_names_and_people() -> None:
    assert {"Kevin Coppinger", "Worcester", "New Bedford", "Trust Act", "Boston Sanctuary Movement"} <= set(
        NAMES.all
    )
    assert set(NAMES.people) == {"Kevin Coppinger", "Maria Santos", "Leah Foley", "Coppinger"}
    assert not {"On", "Later", "The", "May"} & set(NAMES.all)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("is coppinger a democrat", "Kevin Coppinger"),
        ("What does the safe communities act do?", "Safe Communities Act"),
        ("Did Coppinger meet Leah Foley?", "Leah Foley"),
        ("what is the act about", None),
        ("", None),
    ],
)
def test_find_name(text: str, name: str | None) -> None:
    assert NAMES.find(text) == name


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("What happened in Worcester?", "And in New Bedford?", "What happened in New Bedford?"),
        ("How many agents came to Worcester?", "and in Waltham?", "How many agents came to Waltham?"),
        ("What happened in Worcester?", "what about Waltham?", "What happened in Waltham?"),
        ("What happened in Worcester?", "why?", "What happened in Worcester – why?"),
        ("What is the Trust Act?", "and the Safe Communities Act?", "What is the Safe Communities Act?"),
        ("What does the Trust Act do?", "Who is affected by it?", "Who is affected by the Trust Act?"),
        (
            "Who is Kevin Coppinger?",
            "What did he do before that?",
            "What did Kevin Coppinger do before that?",
        ),
        ("Who is Maria Santos?", "and what did she see?", "What did Maria Santos see?"),
        (
            "What does Leah Foley say?",
            "what else does she warn about?",
            "What else does Leah Foley warn about?",
        ),
        ("who is the sheriff", "what does he want", "What does the sheriff want"),
        ("what does the mayor want", "what is her name?", "What is the mayor’s name?"),
        ("What happened in Worcester?", "How many people were there?", "How many people were in Worcester?"),
    ],
)
def test_a_question_that_leans_on_the_one_before_is_completed(before: str, question: str, meant: str) -> None:
    assert stand_alone(question, [before], NAMES) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who is Maria Santos?",
        "Who was arrested?",
        "trust act",
        "Is it legal to film agents?",
        "What did Coppinger say about his plans?",
        "Did the sheriff say that he was wrong?",
        "How do local laws limit the police that work there today?",
        "sanctuary movement boston",
        "What happened next in New Bedford?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert stand_alone(question, ["What happened in Worcester?"], NAMES) == question


def test_without_history_nothing_is_added() -> None:
    assert stand_alone("why?", [], NAMES) == "why?"


def test_a_chain_of_follow_ups_is_read_back_to_its_start() -> None:
    history = ["What happened in Worcester?", "And in New Bedford?"]
    assert stand_alone("And in Waltham?", history, NAMES) == "What happened in Waltham?"


def test_a_person_nobody_named_is_looked_for_in_the_answer_before() -> None:
    quoted = {"Who saw it?": "Resident Maria Santos, who saw it, called for calm."}
    assert (
        stand_alone("What did she want?", ["Who saw it?"], NAMES, quoted.__getitem__)
        == "What did Maria Santos want?"
    )


def test_whoever_was_asked_about_by_who_is_a_person() -> None:
    names = Names(("Ann Lee", "New Bedford"), ())
    assert stand_alone("what does she want?", ["Who is Ann Lee?"], names) == "What does Ann Lee want?"
    assert "New Bedford" in stand_alone("what did he see?", ["What happened in New Bedford?"], names)
    assert (
        stand_alone("what did he see?", ["What happened in New Bedford?"], names)
        != "What did New Bedford see?"
    )


def test_an_article_without_names() -> None:
    empty = Names((), ())
    assert stand_alone("and in Rome?", ["what happened in paris?"], empty) == "what happened in Rome?"
    assert stand_alone("what did he say?", ["who came?"], empty) == "what did he say – who came?"


@pytest.mark.parametrize(
    "question",
    ["What else?", "what else does she warn about?", "and who else was there", "tell me more", "any others?"],
)
def test_asking_for_more_is_seen(question: str) -> None:
    assert asks_for_more(question)


@pytest.mark.parametrize("question", ["How many more came in 2024?", "What happened elsewhere?", "Who came?"])
def test_other_questions_ask_for_no_more(question: str) -> None:
    assert not asks_for_more(question)


@pytest.mark.parametrize(
    ("language", "before", "question", "meant"),
    [
        ("es", "¿Qué pasó en Lynn?", "¿Y en New Bedford?", "¿Qué pasó en New Bedford?"),
        ("es", "¿Cuántos arrestó ICE en Worcester?", "y en lynn?", "¿Cuántos arrestó ICE en lynn?"),
        ("es", "¿Quién arrestó a Ana Ruiz?", "¿Por qué?", "¿Quién arrestó a Ana Ruiz – por qué?"),
        ("pt", "O que aconteceu em Worcester?", "E em Waltham?", "O que aconteceu em Waltham?"),
        ("ht", "Kisa ki te pase nan Worcester?", "Epi nan Lynn?", "Kisa ki te pase nan Lynn?"),
        ("vi", "Chuyện gì đã xảy ra ở Lynn?", "Còn ở Waltham thì sao?", "Chuyện gì đã xảy ra ở Waltham?"),
        ("zh", "Worcester发生了什么事？", "那Waltham呢？", "Waltham发生了什么事？"),
        ("zh", "Worcester发生了什么事？", "为什么？", "Worcester发生了什么事 – 为什么?"),
    ],
)
def test_a_fragment_in_another_language(language: str, before: str, question: str, meant: str) -> None:
    names = find_names(article_from_text("He spoke in Worcester, and she in Lynn.", title="Two towns"))
    assert stand_alone_elsewhere(question, before, language, names) == meant


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("¿Qué pasó en Worcester?", "¿Quién es Maria Santos?"),
        ("¿Qué pasó en Worcester?", "Y qué dijo después el alcalde sobre la ley de Massachusetts?"),
        ("¿Qué pasó en Worcester?", "¿Y después?"),
        ("¿Qué pasó ayer?", "¿Y en Lynn?"),  # nothing that its name could take the place of
        ("", "¿Y en Lynn?"),
        ("¿Qué pasó en Worcester?", ""),
    ],
)
def test_what_no_rule_completes_stays_as_it_is_in_another_language(before: str, question: str) -> None:
    names = find_names(article_from_text("He spoke in Worcester, and she in Lynn.", title="Two towns"))
    assert stand_alone_elsewhere(question, before, "es", names) == question
    assert stand_alone_elsewhere(question, before, "fr", names) == question

"""What is quoted: the rules, one test each, on scores written by hand."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.quote import LONGEST_QUOTE, Margins, choose_quotes, count_words, mark_answer, set_aside
from corpus import Article, PassageKind, Span, article_from_text
from index import Hit, SentenceReading


def hit(article: Article, passage: int, *scores: float) -> Hit:
    assert len(scores) == len(article.passages[passage].sentences)
    return Hit(passage, max(scores), 0.5, 1.0, 1.0, scores)


def find(article: Article, words: str) -> int:
    return next(at for at, p in enumerate(article.passages) if words in p.span.cut(article.text))


CLOSE = Margins(neighbour=1.0, another=2.0)


def test_one_sentence_and_its_section(town: Article) -> None:
    quotes = choose_quotes(town, "how many boats", [hit(town, find(town, "400 boats"), 2, 9)], CLOSE)
    assert [quote.text for quote in quotes] == ["About 400 boats took part."]
    assert quotes[0].section == ("Opening",)
    assert quotes[0].score == 9


def test_a_neighbour_that_scores_nearly_as_well_comes_along(town: Article) -> None:
    quotes = choose_quotes(town, "boats", [hit(town, find(town, "400 boats"), 8.5, 9)], CLOSE)
    assert quotes[0].text == (
        "The harbour festival opened on 3 June 2024 in Porto Velho. About 400 boats took part."
    )


def test_direct_speech_keeps_its_speaker(town: Article) -> None:
    quotes = choose_quotes(town, "forget", [hit(town, find(town, "Nobody"), 0, 1, 9)], CLOSE)
    assert quotes[0].text == "“We have waited ten years for this,” Lima said. “Nobody will forget it.”"


def test_a_list_item_carries_its_lead_in(town: Article) -> None:
    hits = [hit(town, find(town, "Dogs"), 9), hit(town, find(town, "Boats:"), 1)]
    quote = choose_quotes(town, "where must dogs be on a leash", hits, CLOSE)[0]
    assert quote.text == "Dogs: Lead dogs on a leash near the stage."
    assert quote.lead_in == "The city asked visitors to follow three rules:"


@pytest.mark.parametrize(
    "question",
    ["Which rules are there?", "What are the three rules?", "list the rules", "what did the city ask?"],
)
def test_a_question_for_the_list_gets_the_whole_list(town: Article, question: str) -> None:
    hits = [hit(town, find(town, "Dogs"), 9), hit(town, find(town, "Boats:"), 8.5)]
    quotes = choose_quotes(town, question, hits, CLOSE)
    assert len(quotes) == 1
    assert quotes[0].text.startswith("The city asked visitors to follow three rules:")
    assert quotes[0].text.endswith("Leave glass bottles at home.")
    assert quotes[0].lead_in == ""


def test_a_pair_answers_by_its_whole_answer_never_by_its_question(town: Article) -> None:
    quotes = choose_quotes(town, "who paid", [hit(town, find(town, "Who paid"), 9, 1)], CLOSE)
    assert quotes[0].text == "The port authority paid two thirds of the bill. Local firms paid the rest."


def test_at_most_three_from_different_places_best_first(town: Article) -> None:
    hits = [
        hit(town, find(town, "400 boats"), 8.0, 5.0),
        hit(town, find(town, "triumph"), 8.9, 0, 0),
        hit(town, find(town, "tent"), 8.5),
        hit(town, find(town, "Who paid"), 8.2, 1),
    ]
    quotes = choose_quotes(town, "festival", hits, CLOSE)
    assert [quote.score for quote in quotes] == [8.9, 8.5, 8.2]
    assert len({quote.start for quote in quotes}) == 3


def test_a_distant_second_is_left_out(town: Article) -> None:
    hits = [hit(town, find(town, "tent"), 9), hit(town, find(town, "400 boats"), 6.9, 0)]
    assert len(choose_quotes(town, "tent", hits, CLOSE)) == 1
    assert choose_quotes(town, "tent", [], CLOSE) == ()


def test_neighbours_found_one_by_one_are_merged(town: Article) -> None:
    tight = Margins(neighbour=0.0, another=2.0)
    quotes = choose_quotes(town, "boats", [hit(town, find(town, "400 boats"), 8.5, 9)], tight)
    assert [quote.text.count(".") for quote in quotes] == [2]


def test_nothing_grows_beyond_the_longest_quote() -> None:
    long = "A sentence of exactly ten words stands here for you. "
    article = article_from_text(long * 20, title="Long")
    quotes = choose_quotes(article, "sentence", [hit(article, 0, *[5.0] * 20)], Margins(9, 9))
    assert count_words(quotes[0].text) == LONGEST_QUOTE


def test_the_words_that_answer_are_marked(town: Article) -> None:
    at = find(town, "400 boats")
    start = town.text.index("400")
    reading = SentenceReading(span_score=4.0, answerable=2.0, start=start, end=start + 3)
    read = dataclasses.replace(hit(town, at, 1, 9), readings=(None, reading))
    assert choose_quotes(town, "how many boats", [read], CLOSE)[0].marks == ((start, start + 3),)


def test_a_name_is_marked_to_its_end() -> None:
    text = "One official spoke: Kevin Coppinger, the sheriff of Essex County. Ana Ruiz’s answer came late."

    def mark(words: str) -> str:
        start = text.index(words)
        reading = SentenceReading(span_score=4.0, answerable=2.0, start=start, end=start + len(words))
        whole = Hit(0, 1.0, 0.5, 1.0, 1.0, (1.0,), (reading,))
        ((first, last),) = mark_answer(text, Span(0, len(text)), [whole])
        return text[first:last]

    assert mark("Kevin") == "Kevin Coppinger"
    assert mark("Kevin Coppinger") == "Kevin Coppinger"
    assert mark("sheriff of Essex") == "sheriff of Essex County"
    assert mark("One") == "One"
    assert mark("official") == "official"
    assert mark("Ana") == "Ana Ruiz"
    assert mark("County") == "County"


@given(
    st.lists(st.floats(0, 10), min_size=8, max_size=8),
    st.sampled_from(["what rules", "boats?", "who said that", ""]),
    st.floats(0, 10),
    st.floats(0, 10),
)
def test_whatever_the_scores_quotes_are_whole_sentences_of_the_article(
    town: Article, scores: list[float], question: str, neighbour: float, another: float
) -> None:
    hits = []
    for at, passage in enumerate(town.passages):
        own = [scores[(at * 3 + i) % len(scores)] for i in range(len(passage.sentences))]
        hits.append(hit(town, at, *own))
    quotes = choose_quotes(town, question, hits, Margins(neighbour, another))
    starts = {s.start for p in town.passages for s in (*p.sentences, *([p.lead_in] if p.lead_in else []))}
    ends = {s.end for p in town.passages for s in p.sentences}
    assert 1 <= len(quotes) <= 3
    for quote in quotes:
        assert town.text[quote.start : quote.end] == quote.text
        assert quote.start in starts and quote.end in ends
        assert not any(
            p.kind is PassageKind.QUESTION_ANSWER and p.question and p.question.cut(town.text) in quote.text
            for p in town.passages
        )
    spans = sorted((quote.start, quote.end) for quote in quotes)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_what_was_quoted_before_is_set_aside(town: Article) -> None:
    boats = hit(town, find(town, "400 boats"), 2, 9)
    first = choose_quotes(town, "boats", [boats], CLOSE)[0]
    assert first.text == "About 400 boats took part."
    left = set_aside(town, [boats], [Span(first.start, first.end)])
    assert [quote.text for quote in choose_quotes(town, "boats", left, CLOSE)] == [
        "The harbour festival opened on 3 June 2024 in Porto Velho."
    ]
    whole = town.passages[boats.passage].span
    assert set_aside(town, [boats], [whole]) == ()

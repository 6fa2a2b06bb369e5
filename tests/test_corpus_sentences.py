"""Sentences: where they end, that they tile their paragraph, and that no quotation is cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.normalise import collapse_spaces
from corpus.sentences import LONGEST_STRETCH, split_sentences


def cut(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["U.S. Attorney Leah Foley has responded.", "She warned people."],
        ["Dr. Smith of the U.S. Department of Justice agreed.", "Mr. Cook did not."],
        ["On Jan. 5, 2025, Gov. Maura Healey spoke.", "J. K. Rowling did not."],
        ["About 3.5 million people live there.", "No. 5 is next."],
        ["He lives in Washington, D.C.", "The city is large."],
        ["Well... maybe.", "It is over."],
        ["Is it true?", "Yes!", "It is."],
        ["iPhone sales rose.", "iPhone users cheered."],
        ["The act (see p. 4. Also p. 5.) passed.", "Good."],
    ],
)
def test_sentence_ends(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["She said: “We could not wait. Safety comes first.”", "They left."],
        ['He said "I am here. You are not."', "Then he went."],
        ["“Why?” she asked.", "“Who knows?” said Ann."],
        ["Er sagte: „Es ist spät. Geh.“", "Er ging."],
        ["“We need a breath,” he said.", "“Chaos helps no one.”"],
        ['A 6" pipe broke.', 'A 12" one did not.'],
    ],
)
def test_quotations_are_not_cut(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_quotation_that_stays_open_does_not_swallow_the_rest() -> None:
    assert cut("“It is late. They left. It rained.") == ["“It is late.", "They left.", "It rained."]


def test_stray_marks_belong_to_the_sentence_before() -> None:
    assert cut("It rained in 1926.:12–14 They left.") == ["It rained in 1926.:12–14", "They left."]
    assert cut("“It rained.”[3] They left.[4]") == ["“It rained.”[3]", "They left.[4]"]


def test_a_line_end_inside_a_paragraph_ends_no_sentence() -> None:
    assert cut("Grey is the water\nAnd grey the gull.") == ["Grey is the water\nAnd grey the gull."]


def test_offsets_count_code_points() -> None:
    assert split_sentences("😀 Yes. É is a letter.") == ((0, 6), (7, 21))


@pytest.mark.parametrize(
    "unit", [".", '"', '."', "“a. ", "‘a ", "(", "1. ", "Mr. ", "... ", "word ", "x", "«", ". "]
)
def test_a_long_paragraph_of_anything_is_split_in_bounded_stretches(unit: str) -> None:
    text = (unit * 200_000)[:200_000].strip()
    spans = split_sentences(text)

    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")


def test_a_sentence_longer_than_a_stretch_is_cut_between_words() -> None:
    text = "Word " * LONGEST_STRETCH + "end."
    pieces = cut(text)

    assert all(piece.startswith("Word") for piece in pieces)
    assert " ".join(pieces) == text


@given(st.text(alphabet=st.sampled_from("aB é.!?,:;“”\"'‘’«»„()[]…-0 \n😀中。"), max_size=120))
def test_sentences_tile_any_text(raw: str) -> None:
    text = collapse_spaces(raw)
    spans = split_sentences(text)

    at = 0
    for start, end in spans:
        assert text[at:start].strip() == ""
        assert start < end and text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""

"""Lexical ranking, by values worked out by hand."""

from math import log

import numpy as np
import pytest

from index.lexical import LexicalIndex, find_words, fold_word, tokenize


def test_words_are_folded_without_case_accents_and_possessive() -> None:
    assert find_words("Don’t touch MÜLLER’s café, or James' 16-year-old!") == [
        "don't", "touch", "muller", "cafe", "or", "james", "16", "year", "old",
    ]  # fmt: skip
    assert fold_word("Sheriff’s") == "sheriff"


def test_terms_are_stems_without_stop_words() -> None:
    assert tokenize("How many people were arrested?") == ["mani", "peopl", "arrest"]


def test_bm25_of_one_term_follows_the_formula() -> None:
    index = LexicalIndex(["harbour boats", "harbour dogs", "lion"])
    # Lucene's variant: ln(1 + (3 - 1 + .5) / (1 + .5)) * 1 / (1 + 1.2 * (1 - .75 + .75 * 2 / (5 / 3)))
    expected = log(1 + 2.5 / 1.5) / (1 + 1.2 * (0.25 + 0.75 * 2 / (5 / 3)))
    assert index.score_terms(["boat"]) == pytest.approx([expected, 0, 0], rel=1e-5)


def test_unknown_terms_score_nothing() -> None:
    index = LexicalIndex(["harbour boats", "the of"])
    assert index.score_terms(["zebra"]).tolist() == [0, 0]
    assert index.score_terms([]).tolist() == [0, 0]
    assert LexicalIndex(["the", "of"]).score_terms(["zebra"]).tolist() == [0, 0]
    assert LexicalIndex([]).score_terms(["zebra"]).tolist() == []


def test_coverage_is_the_share_of_weight() -> None:
    index = LexicalIndex(["harbour boats", "harbour dogs", "lion"])
    common, rare = log(1 + 1.5 / 2.5), log(1 + 2.5 / 1.5)
    covered = index.cover_terms(["harbour", "boat"])
    np.testing.assert_allclose(covered, [1, common / (common + rare), 0], rtol=1e-5)
    never_seen = log(1 + 3.5 / 0.5)
    assert index.cover_terms(["lion", "zebra"])[2] == pytest.approx(rare / (rare + never_seen))
    assert index.cover_terms([]).tolist() == [0, 0, 0]

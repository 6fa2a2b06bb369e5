"""Confidence and outcome, by arithmetic."""

from dataclasses import fields, replace
from math import exp

import pytest

from assistant.answer import Outcome, Quote
from assistant.decide import (
    Evidence,
    Rule,
    decide_outcome,
    measure_confidence,
    measure_topic,
    weigh_evidence,
)
from assistant.web.desk.try_tab import NAMES
from corpus import article_from_text
from index import Hit, SentenceReading

TOWN = article_from_text(
    "It opened in 2024. Nobody will forget.\n\nThe mayor gave three rules:\n\n- No dogs.\n- No glass.",
    title="The opening",
)
HIT = Hit(passage=0, score=9.0, dense=0.5, lexical=4.0, coverage=0.8, sentences=(9.0,))
RULE = Rule(
    intercept=-2.0,
    weights=Evidence(dense=4.0, coverage=2.0, kind=1.0, answerable=0.5),
    answered_from=0.6,
)


def make_quote(text: str) -> Quote:
    start = TOWN.text.index(text)
    return Quote(text, start, start + len(text), ("Opening",), 9.0)


def test_evidence_comes_from_the_best_hit() -> None:
    readings = (None, SentenceReading(3.0, 1.5, 0, 4), SentenceReading(-1.0, 0.5, 9, 12))
    best = replace(HIT, readings=readings)
    second = replace(HIT, passage=1, score=7.0, dense=0.9)
    dated, undated = make_quote("It opened in 2024."), make_quote("Nobody will forget.")
    assert weigh_evidence("When?", [best, second], dated) == Evidence(0.5, 0.8, 1.0, 1.5)
    assert weigh_evidence("When?", [HIT], undated) == Evidence(0.5, 0.8, 0.0, 0.0)


def test_confidence_is_the_logistic_of_the_weighted_evidence() -> None:
    evidence = Evidence(dense=0.5, coverage=0.8, kind=1.0, answerable=-1.0)
    logit = -2.0 + 4 * 0.5 + 2 * 0.8 + 1.0 + 0.5 * -1.0
    assert measure_confidence(evidence, RULE) == pytest.approx(1 / (1 + exp(-logit)))
    assert measure_confidence(replace(evidence, answerable=-1e9), RULE) < 1e-20


def test_topic_is_the_best_cosine_and_coverage_of_any_hit() -> None:
    assert measure_topic([HIT, replace(HIT, dense=0.2, coverage=1.0)]) == pytest.approx(0.5 + 0.3 * 1.0)
    assert measure_topic([]) == 0.0


@pytest.mark.parametrize(
    ("dense", "coverage", "confidence", "outcome"),
    [
        (0.5, 0.8, 0.60, Outcome.ANSWERED),
        (0.5, 0.8, 0.59, Outcome.NEAREST),
        (0.1, 0.0, 0.10, Outcome.OFF_TOPIC),
        (RULE.on_topic, 0.0, 0.10, Outcome.NEAREST),
        (0.1, 0.0, 0.99, Outcome.ANSWERED),
    ],
)
def test_outcomes(dense: float, coverage: float, confidence: float, outcome: Outcome) -> None:
    hit = replace(HIT, dense=dense, coverage=coverage)
    assert decide_outcome([hit], confidence, RULE) is outcome


def test_nothing_found_is_off_topic() -> None:
    assert decide_outcome([], 1.0, RULE) is Outcome.OFF_TOPIC


def test_the_desk_has_a_name_for_each_piece_of_evidence() -> None:
    assert set(NAMES) == {field.name for field in fields(Evidence)}

"""Confidence and outcome, by arithmetic."""

from dataclasses import replace
from math import exp

import pytest

from assistant.answer import Outcome
from assistant.decide import Rule, decide_outcome, measure_confidence
from index import Hit

HIT = Hit(passage=0, score=9.0, dense=0.5, lexical=4.0, coverage=0.8, sentences=(9.0,))
RULE = Rule(intercept=-2.0, weights=(4.0, 2.0, 0.5), answered_from=0.6, on_topic_from=0.5)


def test_confidence_is_the_logistic_of_the_weighted_features() -> None:
    second = replace(HIT, passage=1, score=7.0)
    logit = -2.0 + 4 * 0.5 + 2 * 0.8 + 0.5 * (9.0 - 7.0)
    assert measure_confidence([HIT, second], RULE) == pytest.approx(1 / (1 + exp(-logit)))
    assert measure_confidence([], RULE) == 0.0


@pytest.mark.parametrize(
    ("dense", "coverage", "confidence", "outcome"),
    [
        (0.5, 0.8, 0.60, Outcome.ANSWERED),
        (0.5, 0.8, 0.59, Outcome.NEAREST),
        (0.1, 0.0, 0.99, Outcome.OFF_TOPIC),
        (0.1, 0.9, 0.10, Outcome.NEAREST),
    ],
)
def test_outcomes(dense: float, coverage: float, confidence: float, outcome: Outcome) -> None:
    hit = replace(HIT, dense=dense, coverage=coverage)
    assert decide_outcome([hit], confidence, RULE) is outcome


def test_nothing_found_is_off_topic() -> None:
    assert decide_outcome([], 1.0, RULE) is Outcome.OFF_TOPIC

"""Deciding whether the article answers: a calibrated confidence, and the outcome that follows from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Outcome
from index import Hit


@dataclass(frozen=True, slots=True)
class Rule:
    """A logistic model over the best hit, and the two thresholds that turn it into an outcome.

    `weights` are for (dense, coverage, gap to the second hit); fitted and printed by
    `python -m tests.bench.quality`.
    """

    intercept: float = -3.0
    weights: tuple[float, float, float] = (4.0, 3.0, 0.3)
    answered_from: float = 0.35  # confidence
    on_topic_from: float = 0.42  # dense + coverage / 2 of the best hit


def measure_confidence(hits: Sequence[Hit], rule: Rule) -> float:
    """The probability, 0 to 1, that the article answers and the best hit holds the answer; 0 without hits."""
    if not hits:
        return 0.0
    gap = hits[0].score - hits[1].score if len(hits) > 1 else 0.0
    features = (hits[0].dense, hits[0].coverage, gap)
    logit = rule.intercept + sum(w * x for w, x in zip(rule.weights, features, strict=True))
    return 1.0 / (1.0 + math.exp(-logit))


def decide_outcome(hits: Sequence[Hit], confidence: float, rule: Rule) -> Outcome:
    """ANSWERED, NEAREST or OFF_TOPIC; see Rule."""
    if not hits or max(hit.dense + hit.coverage / 2 for hit in hits) < rule.on_topic_from:
        return Outcome.OFF_TOPIC
    return Outcome.ANSWERED if confidence >= rule.answered_from else Outcome.NEAREST

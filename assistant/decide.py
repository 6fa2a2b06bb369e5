"""Deciding whether the article answers: a calibrated confidence, and the outcome that follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from assistant.answer import Outcome, Quote
from index import Hit
from index.answer_kind import expect_kind, holds_kind
from index.rerank import weigh_reading


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the first quote holding the answer.

    `dense` and `coverage` are of the best hit; `kind` is 1 when the quote holds the kind of answer the question
    asks for, else 0; `answerable` is the reader's logit for the window of the best sentence, 0 without a reader.
    """

    dense: float
    coverage: float
    kind: float
    answerable: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A logistic model over the evidence, and the confidence from which a quote is shown as an answer.

    Fitted, calibrated and printed by `python -m tests.bench.fit_decision`; see docs/quality.md.
    """

    intercept: float
    weights: Evidence
    answered_from: float
    on_topic: float = 0.36  # see `measure_topic`


# Fitted on half of the SQuAD check half and the bundled article. On the exercises, whose near misses keep the article's
# words on purpose, nothing but a reader helps, and a fit on them alone takes the words' weight away: areas of 0.68 and
# 0.71 on the bundled and a real article instead of 0.81 and 0.77.
WITHOUT_READER = Rule(
    intercept=-4.373,
    weights=Evidence(dense=3.267, coverage=1.169, kind=1.348),
    answered_from=0.35,
)
WITH_READER = Rule(
    intercept=-0.948,
    weights=Evidence(dense=1.979, coverage=0.0, kind=0.0, answerable=0.801),
    answered_from=0.4,
)


# For a question in another language, whose English is put together word by word, by whether a multilingual encoder
# knows the language and whether the reader has read that English (`python -m tests.bench.fit_foreign`, with
# `--encoder ""` and `--without-reader`). The threshold in force is taken for them too: all rules tell probabilities.
FOREIGN: Mapping[tuple[bool, bool], Rule] = {
    (True, True): Rule(-3.338, Evidence(6.082, 1.284, 1.279, answerable=0.44), 0.4, on_topic=0.3),
    (True, False): Rule(-6.043, Evidence(dense=6.459, coverage=2.192, kind=2.528), 0.4, on_topic=0.3),
    (False, True): Rule(-2.983, Evidence(3.372, 1.322, 1.308, answerable=0.386), 0.4, on_topic=0.26),
    (False, False): Rule(-5.094, Evidence(dense=4.745, coverage=1.328, kind=2.009), 0.4, on_topic=0.26),
}


def with_threshold(rule: Rule, answered_from: float) -> Rule:
    """The rule with another threshold, 0 to 1."""
    return replace(rule, answered_from=answered_from)


def weigh_evidence(question: str, hits: Sequence[Hit], first: Quote, language: str = "en") -> Evidence:
    """The evidence for the first quote, which was made from the first hit; `language` is the question's."""
    best = hits[0]
    read = [reading for reading in best.readings if reading is not None]
    top = max(read, key=weigh_reading, default=None)
    return Evidence(
        dense=best.dense,
        coverage=best.coverage,
        kind=float(holds_kind(expect_kind(question, language), first.text)),
        answerable=top.answerable if top else 0.0,
    )


def measure_confidence(evidence: Evidence, rule: Rule) -> float:
    """The probability, 0 to 1, that the article answers and the first quote holds the answer."""
    logit = rule.intercept + sum(
        weight * found for weight, found in zip(astuple(rule.weights), astuple(evidence), strict=True)
    )
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))


def measure_topic(hits: Sequence[Hit]) -> float:
    """How near the article comes to a question's subject: the highest cosine plus 0.3 of the best coverage.

    The weights are about those of a logistic model that tells SQuAD questions put to their own article from those
    put to another (area under ROC 0.998, "AUC another article" of `python -m tests.bench.quality`). `Rule.on_topic` is
    set low: a question wrongly called off topic is shown no passage at all.
    """
    return max((hit.dense for hit in hits), default=0.0) + 0.3 * max(
        (hit.coverage for hit in hits), default=0.0
    )


def decide_outcome(hits: Sequence[Hit], confidence: float, rule: Rule) -> Outcome:
    """ANSWERED from the rule's threshold on; below it NEAREST, or OFF_TOPIC when nothing comes near."""
    if hits and confidence >= rule.answered_from:
        return Outcome.ANSWERED
    return Outcome.NEAREST if measure_topic(hits) >= rule.on_topic else Outcome.OFF_TOPIC

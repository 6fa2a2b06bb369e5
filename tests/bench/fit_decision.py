"""Fits the rule that decides: `python -m tests.bench.fit_decision [--without-reader] [--limit 80]`.

The rule is fitted on the exercises held back from the reader's training and on the bundled article's golden
questions, each question of the two weighing the same, and reported on the check half of the SQuAD articles and on the
shared article's two sets of golden questions. Two thresholds are looked for on what is fitted on: the lowest for
which MAPIE's BinaryClassificationController (learn then test, Angelopoulos et al. 2021) guarantees that at most 1 in 10
shown answers is wrong, at 90 % confidence (where there is none it says so); and the one at which as large a share of
the answerable questions is refused as of the others is answered. Prints the rule as it stands in
assistant/decide.py, a reliability table, and what thresholds do.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from mapie.risk_control import BinaryClassificationController
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant
from assistant.assistant import HITS, load_reader
from assistant.decide import Evidence, measure_topic, weigh_evidence
from assistant.quality.golden import holds_any
from assistant.quote import choose_quotes
from assistant.settings import Settings
from index import SentenceEncoder
from tests.bench.questions import (
    BUNDLED,
    SHARED,
    SHARED_GOLDEN,
    Question,
    QuestionSet,
    read_exercises,
    read_golden,
    read_squad,
)

TARGET = 0.9  # of the shown answers must be right
CONFIDENCE = 0.9
# Beside a reader coverage says little: it would distrust a question for its own words (docs/quality.md). The kind of
# answer got a weight of -0.3 beside the reader's answerability, and more evidence must never lower the confidence.
WITH_READER = ("dense", "answerable")
WITHOUT_READER = ("dense", "coverage", "kind")


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence, whether its first quote is right, and whether it can be answered at all."""

    evidence: Evidence
    right: bool
    answerable: bool
    kind: str
    topic: float


def collect(
    sets: Iterable[QuestionSet], settings: Settings, encoder: SentenceEncoder, reader: object
) -> list[Sample]:
    """Every question of the sets with the evidence for its first quote."""
    samples = []
    for each in sets:
        assistant = Assistant.open(each.article, settings, encoder, reader)
        for question in each.questions:
            samples.append(weigh_question(assistant, question))
    return samples


def weigh_question(assistant: Assistant, question: Question) -> Sample:
    meant = assistant.understand(question.text, question.history)
    hits = assistant.index.search(meant, HITS)
    first = choose_quotes(assistant.article, meant, hits)[0]
    return Sample(
        evidence=weigh_evidence(meant, hits, first),
        right=holds_any(first.text, question.evidence),
        answerable=bool(question.evidence),
        kind=question.kind,
        topic=measure_topic(hits),
    )


def as_matrix(samples: list[Sample], fields: Sequence[str]) -> np.ndarray:
    """The named fields of the samples' evidence: (samples, fields) float64."""
    return np.array([[getattr(sample.evidence, name) for name in fields] for sample in samples], dtype=float)


def report(name: str, samples: list[Sample], confidence: np.ndarray, threshold: float) -> None:
    right = np.array([sample.right for sample in samples])
    answerable = np.array([sample.answerable for sample in samples])
    shown = confidence >= threshold
    area = roc_auc_score(answerable, confidence)
    print(
        f"{name}: {len(samples)} questions, AUC answerable {area:.3f}; at {threshold:.2f} shown answers wrong "
        f"{np.mean(~right[shown]):.3f}, of the answerable refused {np.mean(~shown[answerable]):.3f}, answered rightly "
        f"{np.mean(right[answerable] & shown[answerable]):.3f}, of the others answered "
        f"{np.mean(shown[~answerable]):.3f}"
    )


def print_reliability(confidence: np.ndarray, right: np.ndarray) -> None:
    """Ten bins of confidence with how often the first quote was right in each."""
    print("| confidence | questions | mean confidence | right |\n|---|---|---|---|")
    for low in np.arange(0, 1, 0.1):
        inside = (confidence >= low) & (confidence < low + 0.1)
        if inside.any():
            print(
                f"| {low:.1f} to {low + 0.1:.1f} | {inside.sum()} | {confidence[inside].mean():.2f} | "
                f"{right[inside].mean():.2f} |"
            )


def find_threshold(model: LogisticRegression, samples: list[Sample], fields: Sequence[str]) -> float | None:
    """The lowest confidence from which the share of right answers is guaranteed; None when none is."""
    controller = BinaryClassificationController(
        model.predict_proba, risk="precision", target_level=TARGET, confidence_level=CONFIDENCE,
        list_predict_params=np.linspace(0.2, 0.98, 40),
    )  # fmt: skip
    controller.calibrate(
        as_matrix(samples, fields), np.array([sample.right for sample in samples], dtype=int)
    )
    return None if controller.best_predict_param is None else float(controller.best_predict_param)


def find_even_threshold(confidence: np.ndarray, samples: list[Sample]) -> float:
    """Where the share of answerable questions refused comes closest to the share of the others answered."""
    answerable = np.array([sample.answerable for sample in samples])
    steps = np.linspace(0.02, 0.98, 97)
    return float(
        min(
            steps,
            key=lambda at: abs((confidence[answerable] < at).mean() - (confidence[~answerable] >= at).mean()),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--without-reader", action="store_true")
    parser.add_argument("--limit", type=int, default=80, help="questions an article")
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "squad-tune.json")
    options = parser.parse_args()
    settings = Settings(reader=not options.without_reader)
    encoder, reader = SentenceEncoder(), None if options.without_reader else load_reader()
    fields = WITHOUT_READER if options.without_reader else WITH_READER

    fit = collect(read_exercises(), settings, encoder, reader)
    golden = collect([read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl"))], settings, encoder, reader)
    unseen = {
        name: collect([read_golden(SHARED / "article.txt", path)], settings, encoder, reader)
        for name, path in SHARED_GOLDEN.items()
    }
    unseen["check half"] = collect(
        read_squad(options.data, "check", options.limit), settings, encoder, reader
    )
    fitted = [*fit, *golden]
    right = np.array([sample.right for sample in fitted])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(as_matrix(fitted, fields), right)
    print("intercept", round(float(model.intercept_[0]), 3))
    weights = zip(fields, model.coef_[0], strict=True)
    print("weights", {name: round(float(weight), 3) for name, weight in weights})
    guaranteed = find_threshold(model, fitted, fields)
    if guaranteed is None:
        print("no threshold can be guaranteed to keep 9 of 10 shown answers right here")
    even = find_even_threshold(model.predict_proba(as_matrix(fitted, fields))[:, 1], fitted)
    print(f"guaranteed from {guaranteed}, even at {even:.2f}")
    steps = {0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, round(even, 2)} | ({guaranteed} if guaranteed else set())
    for name, samples in {"exercises": fit, "bundled": golden, **unseen}.items():
        confidence = model.predict_proba(as_matrix(samples, fields))[:, 1]
        for at in sorted(steps):
            report(name, samples, confidence, at)
    print("reliability on what was not fitted on:")
    every = [sample for samples in unseen.values() for sample in samples]
    print_reliability(
        model.predict_proba(as_matrix(every, fields))[:, 1], np.array([sample.right for sample in every])
    )


if __name__ == "__main__":
    main()

"""Fits the rules for questions in another language: `python -m tests.bench.fit_foreign [--encoder use-multilingual]`.

Human translations of SQuAD questions (XQuAD) are put to their own article and, as many, to another one, which does
not answer them. Fitted on the fit half of the articles and reported on the check half, by language. `--encoder ""`
fits the rule for searching without a multilingual encoder. Prints the rule as it stands in assistant/decide.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant
from assistant.answer import Outcome
from assistant.assistant import load_encoders
from assistant.decide import Evidence
from assistant.quality.golden import holds_any
from assistant.settings import Settings
from tests.bench.questions import SHARED, Question, read_crosslingual

FIELDS = ("dense", "coverage", "kind")
LINES = (0.3, 0.35, 0.4, 0.43, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence; `own`: put to its own article; `placed`, `held`: what the first quote is."""

    language: str
    evidence: Evidence
    topic: float
    own: bool
    placed: bool
    held: bool
    outcome: Outcome


def collect(settings: Settings, half: str, data: Path, languages: Sequence[str]) -> Iterator[Sample]:
    encoder, foreign = load_encoders(settings)
    for language in languages:
        sets = list(
            read_crosslingual(data / "crosslingual-tune.jsonl", data / "squad-tune.json", half, language)
        )
        for at, each in enumerate(sets):
            assistant = Assistant.open(each.article, settings, encoder, foreign=foreign)
            for question in each.questions:
                yield from weigh(assistant, question, language, True)
            for question in sets[(at + 1) % len(sets)].questions:
                yield from weigh(assistant, question, language, False)


def weigh(assistant: Assistant, question: Question, language: str, own: bool) -> Iterator[Sample]:
    examined = assistant.examine(question.text)
    if examined.evidence is None:
        return
    first = examined.quotes[0]
    low, high = question.place or (0, 0)
    yield Sample(
        language=language,
        evidence=examined.evidence,
        topic=examined.topic,
        own=own,
        placed=own and low <= first.start < high,
        held=own and low <= first.start < high and holds_any(first.text, question.evidence),
        outcome=examined.answer.outcome,
    )


def as_matrix(samples: list[Sample]) -> np.ndarray:
    return np.array([[getattr(s.evidence, name) for name in FIELDS] for s in samples], dtype=float)


def report(samples: list[Sample], confidence: np.ndarray) -> None:
    own = np.array([s.own for s in samples])
    held = np.array([s.held for s in samples])
    print(
        f"  {len(samples)} questions; own article: first quote in the right passage "
        f"{np.mean([s.placed for s in samples if s.own]):.3f}, holds the answer {held[own].mean():.3f}; "
        f"AUC right {roc_auc_score(held, confidence):.3f}, AUC own article by topic "
        f"{roc_auc_score(own, [s.topic for s in samples]):.3f}"
    )
    for line in LINES:
        shown = confidence >= line
        wrong = (shown & own & ~held).sum() / own.sum()
        print(
            f"    from {line:.2f}: of 100 own answered rightly {100 * (shown & held).sum() / own.sum():.0f}, wrongly "
            f"{100 * wrong:.0f}, unsure {100 * (~shown & own).sum() / own.sum():.0f}; of 100 of another article "
            f"answered {100 * (shown & ~own).sum() / (~own).sum():.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="use-multilingual")
    parser.add_argument("--data", type=Path, default=SHARED / "eval", help="the folder of question sets")
    parser.add_argument("--languages", default="es,zh", help="of es, zh and vi")
    options = parser.parse_args()
    settings = Settings(reader=False, foreign_encoder=options.encoder)
    languages = options.languages.split(",")
    fit = list(collect(settings, "fit", options.data, languages))
    check = list(collect(settings, "check", options.data, languages))
    model = LogisticRegression(C=10.0, max_iter=1000).fit(as_matrix(fit), [s.held for s in fit])
    weights = {name: round(float(w), 3) for name, w in zip(FIELDS, model.coef_[0], strict=True)}
    print("intercept", round(float(model.intercept_[0]), 3), "weights", weights)
    topics = [np.percentile([s.topic for s in fit if s.own == own], [2, 5, 50, 95]) for own in (True, False)]
    print(
        "topic score, 2nd, 5th, 50th, 95th percentile: own", topics[0].round(2), "another", topics[1].round(2)
    )
    for name, samples in (("fit half", fit), ("check half", check)):
        for language in languages:
            chosen = [s for s in samples if s.language == language]
            print(f"{name}, {language}")
            report(chosen, model.predict_proba(as_matrix(chosen))[:, 1])


if __name__ == "__main__":
    main()

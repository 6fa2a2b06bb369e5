"""Fits the rules for questions in another language: `python -m tests.bench.fit_foreign [--without-reader]`.

Human translations of SQuAD questions (XQuAD) are put to their own article and, as many, to another one, which does
not answer them; questions of some exercises held back, half of them near misses, are put to theirs in five languages.
The rule is fitted on the fit half of the former and on the latter, and reported on the check half and on the
bundled article's translated questions, by language. `--encoder ""` fits the rule for searching without a multilingual
encoder. Prints the rule as it stands in assistant/decide.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import Assistant
from assistant.assistant import load_encoders, load_reader
from assistant.decide import Evidence
from assistant.quality.golden import holds_any
from assistant.settings import Settings
from tests.bench.questions import (
    LANGUAGES,
    SHARED,
    Question,
    QuestionSet,
    read_crosslingual,
    read_foreign_exercises,
    read_foreign_golden,
)

LINES = (0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
TRANSLATED = ("es", "zh", "vi")  # of XQuAD


@dataclass(frozen=True, slots=True)
class Sample:
    """One question's evidence; `own`: the article answers it; `placed`, `held`: what the first quote is."""

    name: str  # of the set, with its language
    kind: str
    evidence: Evidence
    topic: float
    own: bool
    placed: bool
    held: bool


class Collector:
    """Asks sets of questions with one configuration; everything is opened once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._encoder, self._foreign = load_encoders(settings)
        self._reader = load_reader() if settings.reader else None

    def ask(self, name: str, sets: Iterable[QuestionSet], strangers: bool = False) -> Iterator[Sample]:
        """Each set put to its own article, and with `strangers` to the next one's, which does not answer it."""
        sets = list(sets)
        for at, each in enumerate(sets):
            assistant = Assistant.open(
                each.article, self._settings, self._encoder, self._reader, foreign=self._foreign
            )
            for question in each.questions:
                yield from weigh(assistant, question, name, bool(question.evidence))
            for question in sets[(at + 1) % len(sets)].questions if strangers else ():
                yield from weigh(assistant, question, name, False, "other_article")


def weigh(assistant: Assistant, question: Question, name: str, own: bool, kind: str = "") -> Iterator[Sample]:
    examined = assistant.examine(question.text)
    if examined.evidence is None:
        return
    first = examined.quotes[0]
    low, high = question.place or (0, len(assistant.article.text))
    placed = own and low <= first.start < high
    yield Sample(
        name=name,
        kind=kind or question.kind,
        evidence=examined.evidence,
        topic=examined.topic,
        own=own,
        placed=placed,
        held=placed and holds_any(first.text, question.evidence),
    )


def as_matrix(samples: list[Sample], fields: tuple[str, ...]) -> np.ndarray:
    return np.array([[getattr(s.evidence, name) for name in fields] for s in samples], dtype=float)


def report(samples: list[Sample], confidence: np.ndarray) -> None:
    own = np.array([s.own for s in samples])
    held = np.array([s.held for s in samples])
    near = np.array([s.kind == "near_miss" for s in samples])
    other = np.array([s.kind in ("other_article", "off_topic") for s in samples])
    topic = np.array([s.topic for s in samples])
    placed = np.mean([s.placed for s in samples if s.own])
    print(
        f"  {len(samples)} questions; answerable: first quote in the right passage {placed:.3f}, "
        f"holds the answer {held[own].mean():.3f}; AUC right {roc_auc_score(held, confidence):.3f}"
    )
    if near.any():
        print(f"  AUC near misses {roc_auc_score(own[own | near], confidence[own | near]):.3f}")
    if other.any():
        print(f"  AUC own article by topic {roc_auc_score(own[own | other], topic[own | other]):.3f}")
    for line in LINES:
        shown = confidence >= line
        parts = [
            f"of 100 answerable answered rightly {100 * (shown & held).sum() / own.sum():.0f}",
            f"wrongly {100 * (shown & own & ~held).sum() / own.sum():.0f}",
            f"unsure {100 * (~shown & own).sum() / own.sum():.0f}",
        ]
        for name, group in (("near misses", near), ("about something else", other)):
            if group.any():
                parts.append(f"of 100 {name} answered {100 * (shown & group).sum() / group.sum():.0f}")
        print(f"    from {line:.2f}: {', '.join(parts)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="use-multilingual")
    parser.add_argument("--without-reader", action="store_true")
    parser.add_argument("--data", type=Path, default=SHARED / "eval", help="the folder of question sets")
    options = parser.parse_args()
    collector = Collector(Settings(reader=not options.without_reader, foreign_encoder=options.encoder))
    # Languages that the encoder does not know are searched by lists of words with either setting.
    known = ("es", "pt", "zh") if options.encoder else LANGUAGES

    def collect_translated(half: str) -> list[Sample]:
        return [
            sample
            for language in TRANSLATED
            if language in known
            for sample in collector.ask(
                f"XQuAD, {half} half, {language}",
                read_crosslingual(
                    options.data / "crosslingual-tune.jsonl", options.data / "squad-tune.json", half, language
                ),
                strangers=True,
            )
        ]

    fit = collect_translated("fit")
    exercises = [
        sample
        for language in known
        for sample in collector.ask(f"exercises, {language}", read_foreign_exercises(language))
    ]
    check = collect_translated("check")
    for language in known:
        check += collector.ask(f"bundled, {language}", [read_foreign_golden(language)])
    fields = (
        ("dense", "coverage", "kind")
        if options.without_reader
        else ("dense", "coverage", "kind", "answerable")
    )
    chosen = fit + exercises
    model = LogisticRegression(C=10.0, max_iter=1000).fit(as_matrix(chosen, fields), [s.held for s in chosen])
    weights = {name: round(float(w), 3) for name, w in zip(fields, model.coef_[0], strict=True)}
    print("intercept", round(float(model.intercept_[0]), 3), "weights", weights)
    for kinds, name in ((("",), "own"), (("other_article", "off_topic"), "another")):
        topics = [s.topic for s in fit if (s.kind in kinds if name == "another" else s.own)]
        print(
            f"topic score, 2nd, 5th, 50th, 95th percentile, {name} article:",
            np.percentile(topics, [2, 5, 50, 95]).round(2),
        )
    for name in dict.fromkeys(s.name for s in (*chosen, *check)):
        samples = [s for s in (*chosen, *check) if s.name == name]
        print(name)
        report(samples, model.predict_proba(as_matrix(samples, fields))[:, 1])


if __name__ == "__main__":
    main()

"""Running golden questions: what became of each, with every score behind it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event
from typing import Any

from assistant.answer import Answer, Outcome
from assistant.assistant import Assistant, Examined, QuestionError
from assistant.decide import Rule
from assistant.quality.golden import Golden, holds_any
from index import Hit

VERSION = 1
AT_ONCE = 2  # questions; each keeps one core busy
Settle = Callable[[Examined], Answer | None]


class Verdict(StrEnum):
    """The four ways a golden question can end."""

    ANSWERED_RIGHTLY = "answered rightly"
    ANSWERED_WRONGLY = "answered wrongly"
    REFUSED_WRONGLY = "refused wrongly"
    REFUSED_RIGHTLY = "refused rightly"

    @property
    def right(self) -> bool:
        return self in (Verdict.ANSWERED_RIGHTLY, Verdict.REFUSED_RIGHTLY)


@dataclass(frozen=True, slots=True)
class HitScores:
    """A passage that was found; `span` and `answerable` are the reader's best, None where it read nothing."""

    passage: int
    score: float
    dense: float
    lexical: float
    coverage: float
    span: float | None
    answerable: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A quote that was shown."""

    text: str
    section: str
    score: float


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one golden question.

    `outcome` and `verdict` are what the reader got; `confidence` and `held`, whether the best quote holds the
    expected one, are the assistant's own. `settled`: an editor's decision made the outcome. `problem` says why
    the question could not be asked.
    """

    question: str
    history: tuple[str, ...]
    expected: tuple[str, ...]
    answerable: bool
    note: str
    verdict: Verdict
    outcome: Outcome
    confidence: float
    held: bool
    topic: float
    settled: bool
    read_as: str | None
    took_ms: float
    quotes: tuple[Shown, ...]
    hits: tuple[HitScores, ...]
    evidence: dict[str, float]
    problem: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation: `answered_from` is the threshold it was made with, `revision` that of the article."""

    article: str
    revision: str
    created: str
    answered_from: float
    results: tuple[Result, ...]
    stopped: bool = False
    version: int = field(default=VERSION)

    def count(self) -> dict[Verdict, int]:
        """How many questions ended how; every verdict is there."""
        counted = Counter(result.verdict for result in self.results)
        return {verdict: counted[verdict] for verdict in Verdict}


def run_golden(
    assistant: Assistant,
    golden: Sequence[Golden],
    name: str,
    *,
    rule: Rule | None = None,
    settle: Settle | None = None,
    progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
) -> Run:
    """Ask every golden question as a reader would.

    `settle` gives the answer an editor decided on, None where there is no decision. `progress` is called with
    the number of questions done. Once `stop` is set, what is done so far is the run.
    """
    rule = rule or assistant.rule
    results: list[Result] = []

    def ask(each: Golden) -> Result | None:
        return None if stop is not None and stop.is_set() else ask_golden(assistant, each, rule, settle)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="golden") as pool:
        for result in pool.map(ask, golden):
            if result is None:
                continue
            results.append(result)
            if progress is not None:
                progress(len(results))
    return Run(
        article=name,
        revision=assistant.article.revision,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        answered_from=rule.answered_from,
        results=tuple(results),
        stopped=len(results) < len(golden),
    )


def ask_golden(assistant: Assistant, golden: Golden, rule: Rule, settle: Settle | None = None) -> Result:
    """What becomes of one golden question."""
    try:
        examined = assistant.examine(golden.question, golden.history, rule=rule)
    except QuestionError as error:
        verdict = Verdict.REFUSED_WRONGLY if golden.answerable else Verdict.REFUSED_RIGHTLY
        return Result(
            golden.question, golden.history, golden.quotes, golden.answerable, golden.note, verdict,
            Outcome.OFF_TOPIC, 0.0, False, 0.0, False, None, 0.0, (), (), {}, str(error), golden.id,
        )  # fmt: skip
    decided = settle(examined) if settle else None
    answer = decided or examined.answer
    return Result(
        question=golden.question,
        history=golden.history,
        expected=golden.quotes,
        answerable=golden.answerable,
        note=golden.note,
        verdict=judge(golden, answer),
        outcome=answer.outcome,
        confidence=examined.answer.confidence,
        held=bool(examined.quotes) and holds_any(examined.quotes[0].text, golden.quotes),
        topic=round(examined.topic, 4),
        settled=decided is not None,
        read_as=answer.read_as,
        took_ms=examined.answer.took_ms,
        quotes=tuple(
            Shown(quote.text, " › ".join(quote.section), round(quote.score, 4)) for quote in answer.quotes
        ),
        hits=tuple(map(list_scores, examined.hits)),
        evidence={
            name: round(value, 4)
            for name, value in (dataclasses.asdict(examined.evidence) if examined.evidence else {}).items()
        },
        id=golden.id,
    )


def judge(golden: Golden, answer: Answer) -> Verdict:
    """How a question ended: an answer is right when its first quote holds an expected one."""
    if answer.outcome is not Outcome.ANSWERED:
        return Verdict.REFUSED_WRONGLY if golden.answerable else Verdict.REFUSED_RIGHTLY
    if golden.answerable and answer.quotes and holds_any(answer.quotes[0].text, golden.quotes):
        return Verdict.ANSWERED_RIGHTLY
    return Verdict.ANSWERED_WRONGLY


def list_scores(hit: Hit) -> HitScores:
    """A hit's scores, the reader's best among its sentences."""
    read = [reading for reading in hit.readings if reading is not None]
    best = max(read, key=lambda reading: reading.span_score, default=None)
    return HitScores(
        passage=hit.passage,
        score=round(hit.score, 4),
        dense=round(hit.dense, 4),
        lexical=round(hit.lexical, 4),
        coverage=round(hit.coverage, 4),
        span=round(best.span_score, 4) if best else None,
        answerable=round(best.answerable, 4) if best else None,
    )


def run_as_dict(run: Run) -> dict[str, Any]:
    """The run as JSON has it; `restore_run` reads it."""
    return dataclasses.asdict(run)


def restore_run(fields: object) -> Run:
    """The run that `run_as_dict` gave; raises ValueError when it is none, or of another version."""
    if not isinstance(fields, dict) or fields.get("version") != VERSION:
        found = fields.get("version") if isinstance(fields, dict) else None
        raise ValueError(f"it is no run of version {VERSION} (found: {found!r}); make one with --format json")
    try:
        results = tuple(
            Result(
                **{
                    **each,
                    "history": tuple(each["history"]),
                    "expected": tuple(each["expected"]),
                    "verdict": Verdict(each["verdict"]),
                    "outcome": Outcome(each["outcome"]),
                    "quotes": tuple(Shown(**quote) for quote in each["quotes"]),
                    "hits": tuple(HitScores(**hit) for hit in each["hits"]),
                }
            )
            for each in fields["results"]
        )
        return Run(**{**fields, "results": results})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the run is damaged: {error}") from error

"""How good the answers are: `python -m tests.bench.quality [--half check] [--limit 120] [--against FILE]`.

Prints recall of the right passage, the share of first quotes that hold the answer, how well questions the
article does not answer are told apart, and of 100 questions how many end how; keeps all of it as JSON.
Intervals are 95 % bootstrap intervals that draw whole articles.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, R, ScoredDoc
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.metrics import roc_auc_score

from assistant import Assistant, Outcome
from assistant.assistant import load_encoders, load_reader
from assistant.quality.golden import holds_any
from assistant.quote import count_words
from assistant.settings import Settings
from tests.bench.questions import (
    BUNDLED,
    LANGUAGES,
    SHARED,
    SHARED_GOLDEN,
    Question,
    QuestionSet,
    Reading,
    read_crosslingual,
    read_exercises,
    read_followups,
    read_foreign_golden,
    read_golden,
    read_squad,
)

OFF_TOPIC = 20  # questions about another article asked of each article


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What became of one question."""

    article: str
    id: str
    kind: str
    answerable: bool
    outcome: str
    confidence: float
    words: int  # of the first quote, 0 without one
    held: bool  # whether the first quote holds the answer
    placed: bool | None  # whether it stands in the right paragraph; None where the data does not tell
    ranks: tuple[float, ...]  # 1 for the right passage, 0 for others, in the order found
    topic: float  # the highest cosine of question and article
    took_ms: float


def ask_set(assistant: Assistant, questions: QuestionSet) -> list[Result]:
    """Ask every question of a set, one by one, as a reader does."""
    return [ask_question(assistant, questions.name, question) for question in questions.questions]


def ask_question(assistant: Assistant, name: str, question: Question) -> Result:
    examined = assistant.examine(question.text, question.history, as_typed=question.as_typed)
    answer, hits = examined.answer, examined.hits
    first = answer.quotes[0] if answer.quotes else None
    held = first is not None and holds_any(first.text, question.evidence)
    placed = None
    ranks: tuple[float, ...] = ()
    if question.place and first:
        low, high = question.place
        placed = low <= first.start < high
        spans = [assistant.article.passages[hit.passage].span for hit in hits]
        ranks = tuple(float(low <= span.start < high) for span in spans)
    return Result(
        article=name,
        id=question.id,
        kind=question.kind,
        answerable=bool(question.evidence or question.place),
        outcome=answer.outcome.value,
        confidence=answer.confidence,
        words=count_words(first.text) if first else 0,
        held=held,
        placed=placed,
        ranks=ranks,
        topic=max((hit.dense for hit in hits), default=0.0),
        took_ms=answer.took_ms,
    )


def ask_strangers(assistants: Sequence[tuple[Assistant, QuestionSet]]) -> list[Result]:
    """Questions of each article asked of the next one, which does not answer them."""
    results = []
    for at, (assistant, own) in enumerate(assistants):
        other = assistants[(at + 1) % len(assistants)][1]
        asked = [question for question in other.questions if question.evidence][:OFF_TOPIC]
        for question in asked:
            stranger = dataclasses.replace(question, kind="other_article", evidence=(), place=None)
            results.append(ask_question(assistant, own.name, stranger))
    return results


def measure_share(results: Sequence[Result], holds: Callable[[Result], bool]) -> tuple[float, float, float]:
    """A share with its 95 % interval: (share, low, high), articles drawn with replacement, 1,000 times.

    Of a single article its questions are drawn.
    """
    groups: dict[str, list[bool]] = {}
    single = len({result.article for result in results}) == 1
    for at, result in enumerate(results):
        groups.setdefault(str(at) if single else result.article, []).append(holds(result))
    totals = np.array([(sum(group), len(group)) for group in groups.values()], dtype=float)
    draws = np.random.default_rng(0).integers(0, len(totals), size=(1000, len(totals)))
    shares = totals[draws, 0].sum(axis=1) / totals[draws, 1].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(totals[:, 0].sum() / totals[:, 1].sum()), float(low), float(high)


def measure_set(results: Sequence[Result]) -> dict[str, float | list[float]]:
    """The figures of one set of results; see the module's first lines."""
    answerable = [r for r in results if r.answerable]
    near = [r for r in results if r.kind == "near_miss"]
    strangers = [r for r in results if r.kind in ("other_article", "off_topic")]
    figures: dict[str, float | list[float]] = {
        "answerable": len(answerable),
        "near_misses": len(near),
        "others": len(strangers),
    }
    placed = [r for r in answerable if r.placed is not None]
    if placed:
        qrels = [Qrel(f"{r.article}/{r.id}", "gold", 1) for r in placed]
        run = [
            ScoredDoc(f"{r.article}/{r.id}", "gold" if right else f"other-{at}", -float(at))
            for r in placed
            for at, right in enumerate(r.ranks)
            if not (right and 1.0 in r.ranks[:at])
        ]
        for measure, value in ir_measures.calc_aggregate([R @ 1, R @ 3, RR], qrels, run).items():
            figures[f"passage {measure}"] = round(value, 4)
        figures["first quote in the right passage"] = list(measure_share(placed, lambda r: bool(r.placed)))
    if any(r.held for r in answerable):
        figures["first quote holds the answer"] = list(measure_share(answerable, lambda r: r.held))
        figures["words of a first quote, median"] = statistics.median(r.words for r in answerable if r.words)
        for name, holds in (
            ("answered rightly", lambda r: r.outcome == Outcome.ANSWERED and r.held),
            ("answered wrongly", lambda r: r.outcome == Outcome.ANSWERED and not r.held),
            ("refused", lambda r: r.outcome != Outcome.ANSWERED),
        ):
            figures[f"of 100 answerable: {name}"] = [
                round(100 * x, 1) for x in measure_share(answerable, holds)
            ]
    if near:
        shares = measure_share(near, lambda r: r.outcome != Outcome.ANSWERED)
        figures["of 100 near misses: refused"] = [round(100 * x, 1) for x in shares]
    if strangers:
        shares = measure_share(strangers, lambda r: r.outcome != Outcome.ANSWERED)
        figures["of 100 about something else: refused"] = [round(100 * x, 1) for x in shares]
    if answerable and near:
        both = [*answerable, *near]
        figures["AUC near misses"] = round(
            float(roc_auc_score([r.answerable for r in both], [r.confidence for r in both])), 4
        )
    if answerable and strangers:
        both = [*answerable, *strangers]
        figures["AUC another article"] = round(
            float(roc_auc_score([r.answerable for r in both], [r.topic for r in both])), 4
        )
    shown = [r for r in results if r.outcome == Outcome.ANSWERED]
    if any(r.held for r in shown):
        figures["of 100 shown answers: wrong"] = round(
            100 * sum(not r.held for r in shown) / max(1, len(shown)), 1
        )
    return figures


def compare_runs(now: Sequence[Result], before: Sequence[dict]) -> list[str]:
    """What got better or worse: questions whose first quote held the answer in one run only (sign test)."""
    earlier = {(r["article"], r["id"], r["kind"]): r for r in before}
    lines = []
    for name, right in (
        ("first quote holds the answer", lambda r: r["held"]),
        ("right outcome", lambda r: (r["outcome"] == Outcome.ANSWERED) == r["answerable"]),
    ):
        better = worse = 0
        for result in now:
            old = earlier.get((result.article, result.id, result.kind))
            if old is None or (name.startswith("first") and not result.answerable):
                continue
            new_right, old_right = bool(right(dataclasses.asdict(result))), bool(right(old))
            better += new_right and not old_right
            worse += old_right and not new_right
        noise = 1.96 * (better + worse) ** 0.5
        verdict = (
            "within noise" if abs(better - worse) <= noise else ("better" if better > worse else "WORSE")
        )
        lines.append(f"{name}: {better} better, {worse} worse: {verdict}")
    return lines


def print_figures(sets: dict[str, dict[str, float | list[float]]]) -> None:
    table = Table(show_lines=False)
    table.add_column("")
    for name in sets:
        table.add_column(name, justify="right")
    for row in dict.fromkeys(row for figures in sets.values() for row in figures):
        cells = [figures.get(row) for figures in sets.values()]
        table.add_row(row, *(_format(cell) for cell in cells))
    Console(width=160).print(table)


def _format(cell: float | list[float] | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list):
        digits = 1 if cell[0] > 1 else 3
        return f"{cell[0]:.{digits}f} [{cell[1]:.{digits}f}, {cell[2]:.{digits}f}]"
    return f"{cell:g}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=SHARED / "eval" / "squad-tune.json", help="a SQuAD file")
    parser.add_argument(
        "--half", choices=("fit", "check", "all"), default="check", help="which of its articles"
    )
    parser.add_argument("--limit", type=int, default=120, help="questions an article")
    parser.add_argument("--out", type=Path, help="where to keep the results (default: the data folder)")
    parser.add_argument("--against", type=Path, help="an earlier results file to compare with")
    parser.add_argument(
        "--languages", action="store_true", help="also XQuAD and the bundled article's, in other languages"
    )
    parser.add_argument(
        "--followups", action="store_true", help="also ask the last questions of conversations"
    )
    options = parser.parse_args(arguments)
    settings = Settings()
    reader = load_reader() if settings.reader else None
    encoder, foreign = load_encoders(settings)
    results: dict[str, list[Result]] = {}

    def measure(name: str, sets: Iterable[QuestionSet], strangers: bool = False) -> None:
        opened = [
            (Assistant.open(each.article, settings, encoder, reader, foreign=foreign), each) for each in sets
        ]
        shown = track(opened, name, console=Console(stderr=True), disable=not sys.stderr.isatty())
        results[name] = [result for assistant, each in shown for result in ask_set(assistant, each)]
        if strangers:
            results[name] += ask_strangers(opened)

    data = options.data
    if data.exists():
        measure(f"SQuAD {options.half}", read_squad(data, options.half, options.limit), strangers=True)
    else:
        print(f"{data} is not there: measuring without it", file=sys.stderr)
    if options.languages:
        path = SHARED / "eval" / "crosslingual-tune.jsonl"
        for language in ("es", "vi", "zh"):
            measure(f"asked in {language}", read_crosslingual(path, data, options.half, language))
        for language in LANGUAGES:
            measure(f"bundled, {language}", [read_foreign_golden(language)])
    if options.followups:
        for reading in Reading:
            sets = read_followups(SHARED / "eval" / "followups-tune.jsonl", reading)
            measure(f"follow-ups, {reading.value}", sets)
    measure("exercises held out", read_exercises())
    measure("bundled", [read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl"))], strangers=False)
    if (SHARED / "article.txt").exists():
        for name, golden in SHARED_GOLDEN.items():
            measure(name, [read_golden(SHARED / "article.txt", golden)])
    figures = {name: measure_set(each) for name, each in results.items()}
    print_figures(figures)
    kept = {
        "commit": _describe_commit(),
        "figures": figures,
        "results": [dataclasses.asdict(result) for each in results.values() for result in each],
    }
    out = options.out or settings.data_dir / "bench" / f"quality-{kept['commit']}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    print(f"kept in {out}")
    if options.against:
        before = json.loads(options.against.read_text(encoding="utf-8"))["results"]
        print("\n".join(compare_runs([result for each in results.values() for result in each], before)))


def _describe_commit() -> str:
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return told.stdout.strip() or "unversioned"


if __name__ == "__main__":
    main()

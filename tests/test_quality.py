"""Running golden questions, comparing runs, the curve, and runs as files."""

import csv
import dataclasses
import io
import json
import re
import threading
from xml.etree import ElementTree

import pytest

from assistant import Assistant, Outcome
from assistant.decide import with_threshold
from assistant.quality import Change, Result, Run, Verdict, compare_runs, restore_run, run_golden
from assistant.quality.compare import weigh_signs
from assistant.quality.curve import draw_curve, place_threshold, trace_curve
from assistant.quality.golden import make_golden
from assistant.quality.report import write_csv, write_html, write_json, write_junit
from assistant.quality.run import HitScores, Shown
from assistant.quality.trec import write_run
from assistant.settings import Settings
from corpus import Article
from index import SentenceEncoder

GOLDEN = (
    make_golden("How many boats took part?", ["About 400 boats"]),
    make_golden("How many boats took part in the festival?", ["a quote that is not there"]),
    make_golden("What is the capital of France?"),
    make_golden("Who paid for the festival?"),
    make_golden("Which elephants sang opera on the moon?", ["About 400 boats"]),
)


def make_result(question: str, right: bool = True, confidence: float = 0.6, **more: object) -> Result:
    fields = {
        "question": question, "history": (), "expected": ("x",), "answerable": True, "note": "",
        "verdict": Verdict.ANSWERED_RIGHTLY if right else Verdict.ANSWERED_WRONGLY, "outcome": Outcome.ANSWERED,
        "confidence": confidence, "held": right, "topic": 0.5, "settled": False, "read_as": None, "took_ms": 2.0,
        "quotes": (Shown("x", "Top", 1.0),), "hits": (HitScores(0, 1.0, 0.5, 2.0, 1.0, None, None),), "evidence": {},
    }  # fmt: skip
    return Result(**{**fields, **more})


def make_run(*results: Result) -> Run:
    return Run("story", "rev", "2026-01-01T00:00:00+00:00", 0.5, results)


@pytest.fixture(scope="module")
def assistant(
    town: Article, real_encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), reader=False)
    return Assistant.open(town, settings, real_encoder)


def test_every_question_ends_in_one_of_four_ways(assistant: Assistant) -> None:
    done: list[int] = []
    run = run_golden(assistant, GOLDEN, "town", progress=done.append)
    assert [result.verdict for result in run.results] == [
        Verdict.ANSWERED_RIGHTLY, Verdict.ANSWERED_WRONGLY, Verdict.REFUSED_RIGHTLY, Verdict.ANSWERED_WRONGLY,
        Verdict.REFUSED_WRONGLY,
    ]  # fmt: skip
    assert done == [1, 2, 3, 4, 5]
    first = run.results[0]
    assert first.quotes[0].text.endswith("About 400 boats took part.")
    assert first.hits[0].dense > 0.5 and first.hits[0].lexical > 0 and first.evidence["coverage"] > 0
    assert run.revision == assistant.article.revision
    assert sum(run.count().values()) == 5


def test_a_run_can_be_stopped(assistant: Assistant) -> None:
    stop = threading.Event()
    run = run_golden(assistant, GOLDEN * 20, "town", progress=lambda done: stop.set(), stop=stop)
    assert run.stopped and 1 <= len(run.results) < 10


def test_the_curve_says_what_a_run_at_that_threshold_gives(assistant: Assistant) -> None:
    run = run_golden(assistant, GOLDEN, "town")
    for answered_from in (0.0, 0.2, 0.5, 0.8, 1.0):
        again = run_golden(
            assistant, GOLDEN, "town", rule=with_threshold(assistant.rule, answered_from)
        ).count()
        point = place_threshold(run.results, answered_from)
        assert [getattr(point, verdict.name.lower()) for verdict in Verdict] == list(again.values())


def test_a_question_that_cannot_be_asked_is_told(assistant: Assistant) -> None:
    (result,) = run_golden(assistant, [make_golden("x" * 600, ["y"])], "town").results
    assert result.verdict is Verdict.REFUSED_WRONGLY and "600 characters" in result.problem


def test_the_sign_test_is_exact() -> None:
    assert weigh_signs(0, 6) == weigh_signs(6, 0) == pytest.approx(2 / 64)
    assert weigh_signs(1, 7) == pytest.approx(2 * (1 + 8) / 256)
    assert weigh_signs(2, 2) == weigh_signs(0, 0) == 1.0


def test_runs_are_compared_question_by_question() -> None:
    before = make_run(
        *(make_result(f"q{n}") for n in range(8)), make_result("gone"), make_result("bad", False)
    )
    now = make_run(*(make_result(f"q{n}", n > 5) for n in range(8)), make_result("bad"), make_result("new"))
    found = compare_runs(before, now)
    assert [pair[1].question for pair in found.worse] == [f"q{n}" for n in range(6)]
    assert [pair[1].question for pair in found.better] == ["bad"]
    assert (found.same, found.only_now, found.only_before) == (2, 1, 1)
    assert found.p == pytest.approx(2 * (1 + 7) / 128) and found.change is Change.NOISE
    seven = make_run(*(make_result(f"q{n}", n > 5) for n in range(8)), make_result("bad", False))
    assert compare_runs(before, seven).change is Change.WORSE
    assert compare_runs(seven, before).change is Change.BETTER


def test_a_run_comes_back_from_json(assistant: Assistant) -> None:
    run = run_golden(assistant, GOLDEN, "town")
    assert restore_run(json.loads(write_json(run))) == run
    for damaged in ({}, [], {"version": 9}, {"version": 1, "results": [{}]}, {"version": 1, "results": 3}):
        with pytest.raises(ValueError, match="run"):
            restore_run(damaged)


HOSTILE = '=HYPERLINK("http://evil.example") <script>alert(1)</script> \ufffe ]]>'


def test_exports_escape_what_readers_typed() -> None:
    run = make_run(make_result(HOSTILE, False, note="@SUM(1)", expected=("<b>",)), make_result("fine?"))
    rows = list(csv.reader(io.StringIO(write_csv(run).removeprefix("\ufeff"))))
    assert rows[1][1].startswith("'=HYPERLINK") and rows[1][16] == "'@SUM(1)"
    page = write_html(run)
    assert "<script" not in page and "&lt;script&gt;" in page and "<b>" not in page
    assert not re.search(r"(?:src|href)=", page), "the page needs something else"
    suite = ElementTree.fromstring(write_junit(run).encode())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite[0].get("name").startswith("=HYPERLINK") and "confidence 0.60" in suite[0][0].text
    assert len(suite[1]) == 0


def test_junit_with_a_baseline_fails_only_what_got_worse() -> None:
    before = make_run(make_result("a"), make_result("b", False))
    now = make_run(make_result("a", False), make_result("b", False))
    suite = ElementTree.fromstring(write_junit(now, compare_runs(before, now)).encode())
    assert [[child.tag for child in case] for case in suite] == [["failure"], ["skipped"]]


def test_a_trec_run_ranks_what_was_found(assistant: Assistant) -> None:
    lines = write_run(run_golden(assistant, GOLDEN[:1], "town")).splitlines()
    assert [line.split()[3] for line in lines] == [str(rank + 1) for rank in range(len(lines))]
    scores = [float(line.split()[4]) for line in lines]
    assert scores == sorted(scores, reverse=True) and lines[0].startswith("q1 Q0 p")


def test_the_picture_names_the_threshold_in_force() -> None:
    run = make_run(make_result("a", confidence=0.3), make_result("b", False, confidence=0.7))
    points = trace_curve(run)
    assert len(points) == 101 and points[0].answered_wrongly == 1 and points[100].refused_wrongly == 2
    assert "at 0.50: 1 wrong answers, 1 wrong refusals" in draw_curve(points, 0.5)
    assert dataclasses.asdict(points[80])["answered_rightly"] == 0

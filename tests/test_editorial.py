"""Editors' decisions: used from then on, for this question and no other, and only while they are verbatim."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant, Outcome
from assistant.editorial import Editorial, PickError, locate_quotes, pick_quotes
from assistant.inbox import QuestionVectors, gather_alike, gather_inbox
from assistant.quality import GoldenError, Verdict, run_golden
from assistant.quality.golden import golden_as_dict, make_golden
from assistant.records import RecordError, Records, Vote, list_log
from assistant.records.decisions import delete_golden, find_run, keep_golden, keep_run, list_golden, list_runs
from assistant.settings import Settings
from corpus import Article, article_from_text
from index import SentenceEncoder
from tests.conftest import TOWN

BILL = "Local firms paid the rest."
QUESTION = "Which bands sang at the harbour?"


@pytest.fixture(scope="module")
def assistant(
    town: Article, real_encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), reader=False)
    return Assistant.open(town, settings, real_encoder)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite3")


@pytest.fixture
def editorial(records: Records, assistant: Assistant) -> Editorial:
    return Editorial(records, "town", assistant)


def find_range(article: Article, sentence: str) -> tuple[int, int]:
    at = article.text.index(sentence)
    return at, at + len(sentence)


def test_a_decision_answers_the_question_and_survives_a_restart(
    records: Records, editorial: Editorial, assistant: Assistant
) -> None:
    assert editorial.settle(assistant.examine(QUESTION)) is None
    quotes = pick_quotes(assistant.article, [find_range(assistant.article, BILL)])
    editorial.decide(QUESTION, quotes, "Ann", "asked often")
    for each in (editorial, Editorial(records, "town", assistant)):
        answer, decision = each.settle(assistant.examine("which band sang at the HARBOUR"))
        assert (answer.outcome, answer.confidence) == (Outcome.ANSWERED, 1.0)
        (quote,) = answer.quotes
        assert quote.text == BILL == assistant.article.text[quote.start : quote.end]
        assert quote.section[-1] == "Questions and Answers"
        assert (decision.kept.editor, decision.golden.note) == ("Ann", "asked often")
        assert each.settle(assistant.examine("Which bands sang at the ferry lane?")) is None


def test_a_question_the_article_does_not_answer_is_refused(
    editorial: Editorial, assistant: Assistant
) -> None:
    asked = "How many boats took part?"
    assert assistant.ask(asked).outcome is Outcome.ANSWERED
    editorial.decide(asked, (), "Ann")
    answer, _ = editorial.settle(assistant.examine(asked))
    assert (answer.outcome, answer.confidence, len(answer.quotes)) == (Outcome.NEAREST, 0.0, 1)
    assert answer.quotes[0].marks == ()


def test_other_wordings_are_kept_with_it_or_nothing_is(editorial: Editorial, assistant: Assistant) -> None:
    with pytest.raises(GoldenError):
        editorial.decide(QUESTION, (BILL,), "Ann", also=["Who played?", "  "])
    assert editorial.decisions == ()
    decision = editorial.decide(QUESTION, (BILL,), "Ann", also=["Who played?", QUESTION])
    assert decision.golden.question == QUESTION and len(editorial.decisions) == 2
    assert editorial.settle(assistant.examine("who played"))[0].quotes[0].text == BILL


def test_the_newest_decision_counts_and_can_be_taken_back(
    records: Records, editorial: Editorial, assistant: Assistant
) -> None:
    first = editorial.decide(QUESTION, (), "Ann")
    second = editorial.decide(QUESTION, (BILL,), "Bea")
    assert [decision.kept.id for decision in editorial.decisions] == [second.kept.id]
    assert first.kept.id != second.kept.id
    delete_golden(records, second.kept.id)
    editorial.reload(assistant)
    assert editorial.settle(assistant.examine(QUESTION)) is None
    with pytest.raises(RecordError, match="no such golden question"):
        delete_golden(records, second.kept.id)


def test_sentences_that_are_gone_are_not_quoted(
    editorial: Editorial, assistant: Assistant, real_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    editorial.decide(QUESTION, (BILL,), "Ann")
    for changed, stale in ((BILL, False), ("Local firms paid the rest, too.", True), ("", True)):
        article = article_from_text("A new beginning stands here.\n\n" + TOWN.replace(BILL, changed), "Town")
        later = Assistant.open(article, Settings(data_dir=tmp_path, reader=False), real_encoder)
        editorial.reload(later)
        assert editorial.decisions[0].stale is stale
        settled = editorial.settle(later.examine(QUESTION))
        assert (settled is None) is stale
        if settled:
            (quote,) = settled[0].quotes
            assert article.text[quote.start : quote.end] == BILL


def test_an_answer_from_another_revision_is_not_settled(
    editorial: Editorial, assistant: Assistant, real_encoder: SentenceEncoder, tmp_path: Path
) -> None:
    editorial.decide(QUESTION, (BILL,), "Ann")
    article = article_from_text(TOWN + "\n\nMore.", "Town")
    other = Assistant.open(article, Settings(data_dir=tmp_path, reader=False), real_encoder)
    assert editorial.settle(other.examine(QUESTION)) is None


def test_picked_sentences_make_quotes(town: Article) -> None:
    one, two = find_range(town, "“We have waited ten years for this,” Lima said."), find_range(town, BILL)
    beside = find_range(town, "“Nobody will forget it.”")
    assert pick_quotes(town, [two, beside, one, two]) == (town.text[one[0] : beside[1]], BILL)
    items = [span for passage in town.passages if passage.group is not None for span in passage.sentences]
    assert len(pick_quotes(town, [(span.start, span.end) for span in items])) == 1
    every = [(s.start, s.end) for passage in town.passages for s in passage.sentences[:1]]
    with pytest.raises(PickError, match="at most 3"):
        pick_quotes(town, every)
    with pytest.raises(PickError, match="No sentence"):
        pick_quotes(town, [])
    for wrong in ((one[0] + 1, one[1]), (one[0], one[1] - 1), (-5, 3), (10**9, 10**9 + 1)):
        with pytest.raises(PickError, match="changed meanwhile"):
            pick_quotes(town, [wrong])


def test_only_whole_sentences_are_found(town: Article) -> None:
    assert locate_quotes(town, [BILL])[0].cut(town.text) == BILL
    assert locate_quotes(town, ["firms paid the rest."]) is None
    assert locate_quotes(town, [BILL, "Nobody said this."]) is None
    assert locate_quotes(town, [""]) is None


def test_a_decision_that_cannot_be_kept_changes_nothing(
    records: Records, editorial: Editorial, assistant: Assistant
) -> None:
    with pytest.raises(PickError, match="word for word"):
        editorial.decide(QUESTION, ("Nobody said this.",), "Ann")
    with pytest.raises(GoldenError, match="empty"):
        editorial.decide("  ", (BILL,), "Ann")
    records.close()
    with pytest.raises(RecordError):
        editorial.decide(QUESTION, (BILL,), "Ann")
    assert editorial.decisions == ()


def test_the_threshold_goes_live_and_is_remembered(
    records: Records, editorial: Editorial, assistant: Assistant
) -> None:
    own = assistant.rule.answered_from
    editorial.set_threshold(0.99, "Ann")
    assert editorial.rule.answered_from == Editorial(records, "town", assistant).rule.answered_from == 0.99
    assert (
        assistant.examine("How many boats took part?", rule=editorial.rule).answer.outcome is Outcome.NEAREST
    )
    editorial.set_threshold(None, "Bea")
    assert editorial.rule.answered_from == own
    assert [(kept.answered_from, kept.editor) for kept in editorial.thresholds] == [
        (None, "Bea"),
        (0.99, "Ann"),
    ]
    with pytest.raises(RecordError):
        editorial.set_threshold(1.5, "Ann")


def test_golden_questions_run_with_and_without_decisions(editorial: Editorial, assistant: Assistant) -> None:
    editorial.decide(QUESTION, (BILL,), "Ann")
    golden = [decision.golden for decision in editorial.decisions]

    def settle(examined):
        found = editorial.settle(examined)
        return found[0] if found else None

    with_them = run_golden(assistant, golden, "town", settle=settle).results[0]
    assert (with_them.verdict, with_them.settled) == (Verdict.ANSWERED_RIGHTLY, True)
    without = run_golden(assistant, golden, "town").results[0]
    assert (without.verdict.right, without.settled) == (False, False)


def test_imported_golden_questions_are_tests_and_never_answers(
    records: Records, editorial: Editorial, assistant: Assistant
) -> None:
    golden = golden_as_dict(make_golden(QUESTION, [BILL]))
    keep_golden(records, "town", [golden, golden], "Ann", live=False)
    assert len(list_golden(records, "town")) == 1
    editorial.reload(assistant)
    assert editorial.settle(assistant.examine(QUESTION)) is None


def test_runs_are_kept_newest_first_and_not_for_ever(records: Records) -> None:
    ids = [keep_run(records, "town", {"number": number}, "Ann") for number in range(53)]
    assert [run_id for run_id, _, _ in list_runs(records, "town")] == ids[:2:-1]
    assert find_run(records, "town", ids[-1]).run == {"number": 52}
    assert find_run(records, "town", ids[0]) is None and find_run(records, "other", ids[-1]) is None


def keep(records: Records, question: str, outcome: str = "nearest", confidence: float = 0.1, **more) -> str:
    answer = {"quotes": [], "read_as": None}
    return records.keep_answer("town", question, (), outcome, confidence, "rev", answer, **more)


def test_the_inbox_has_the_pressing_first_and_what_is_alike_together(
    records: Records, editorial: Editorial, real_encoder: SentenceEncoder
) -> None:
    keep(records, "How many boats took part?", "answered", 0.9)
    keep(records, "Was it sunny?", "answered", editorial.rule.answered_from + 0.05)
    records.keep_vote(keep(records, "Who cooked the fish?", "answered", 0.9), Vote.DOWN)
    for question in (QUESTION, "which bands sang at the harbour", "Which bands sang at the harbour"):
        keep(records, question)
    keep(records, "Is there parking?")
    groups = gather_inbox(records, editorial, QuestionVectors(real_encoder))
    assert [(group.voted_down, group.unanswered, group.unsure) for group in groups] == [
        (0, 3, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1),
    ]  # fmt: skip
    assert groups[1].question == "Who cooked the fish?" and groups[3].question == "Was it sunny?"
    assert groups[0].trend[-1] == 3 and groups[0].recent == 3 and groups[0].before == 0


def test_the_trend_counts_days(records: Records, editorial: Editorial, real_encoder: SentenceEncoder) -> None:
    old, new = keep(records, QUESTION), keep(records, QUESTION)
    before = (datetime.now(UTC) - timedelta(days=9)).isoformat(timespec="milliseconds")
    records.write(("UPDATE answers SET created = ? WHERE id = ?", (before, old)))
    (group,) = gather_inbox(records, editorial, QuestionVectors(real_encoder))
    assert (group.recent, group.before, group.trend[-10]) == (1, 1, 1) and group.entries[0].id == new


def test_what_is_settled_leaves_the_inbox_until_it_is_voted_down(
    records: Records, editorial: Editorial, real_encoder: SentenceEncoder
) -> None:
    vectors = QuestionVectors(real_encoder)
    records.keep_vote(keep(records, QUESTION), Vote.DOWN)
    decision = editorial.decide(QUESTION, (BILL,), "Ann")
    assert gather_inbox(records, editorial, vectors) == ()
    answer = keep(records, QUESTION, "answered", 1.0, decision=decision.kept.id)
    assert gather_inbox(records, editorial, vectors) == ()
    records.keep_vote(answer, Vote.DOWN)
    (group,) = gather_inbox(records, editorial, vectors)
    assert group.settled and group.voted_down == 1
    editorial.decide(QUESTION, (), "Bea")
    assert gather_inbox(records, editorial, vectors) == ()


def test_grouping_by_hand() -> None:
    rows = np.array([[1, 0], [0.9, np.sqrt(1 - 0.81)], [0, 1]], dtype=np.float32)
    wordings = ("boats in Worcester", "fish in Lynn", "gulls")
    assert gather_alike(wordings, rows) == [[0, 1], [2]]
    assert gather_alike((), np.zeros((0, 2), dtype=np.float32)) == []


def test_vectors_are_made_once() -> None:
    class Counting:
        name, dimension = "counting", 2
        asked: list[str] = []  # noqa: RUF012

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            self.asked += texts
            return np.ones((len(texts), 2), dtype=np.float32)

    vectors = QuestionVectors(Counting())
    assert vectors.encode(["a", "b", "a"]).shape == (3, 2)
    vectors.encode(["b", "c"])
    assert Counting.asked == ["a", "b", "c"]


def test_ten_thousand_records_are_searched_and_counted(records: Records) -> None:
    statement = (
        "INSERT INTO answers (id, created, article, question, history, outcome, confidence, revision, answer) "
        "VALUES (?, ?, 'town', ?, '[]', 'nearest', 0.1, 'rev', '{}')"
    )
    records.write(
        *((statement, (f"id{n}", f"2026-01-{n % 28 + 1:02}", f"Question {n}?")) for n in range(10_000))
    )
    total, page = list_log(records, "town", "question 99", first=50, count=50)
    assert total == sum("99" in str(n) for n in range(10_000))
    assert len(page) == 50

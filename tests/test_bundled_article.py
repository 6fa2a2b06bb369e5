"""The bundled article and the golden questions: evidence stands in the text, and the prose is our own."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from corpus import read_article

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "corpus" / "articles" / "ice-confrontations-massachusetts.md"
SHARED = ROOT.parent / "shared" / "article.txt"
BUNDLED_GOLDEN = ARTICLE.with_name("ice-confrontations-massachusetts.golden.jsonl")
SHARED_GOLDEN = ROOT / "tests" / "bench" / "golden_shared_article.jsonl"
ANSWERED = {"direct": 15, "paraphrase": 15, "misspelt": 8, "keyword": 8, "follow_up": 8}
UNANSWERED = {"near_miss", "off_topic"}
RUN = 8

needs_shared = pytest.mark.skipif(not SHARED.is_file(), reason="../shared/article.txt is absent")


def read_golden(path: Path) -> list[dict]:
    """The golden questions of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def list_runs(text: str) -> set[tuple[str, ...]]:
    """Every run of RUN words in the text, without case or punctuation."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def list_missing(golden: list[dict], text: str) -> list[tuple[str, str]]:
    """(id, piece) of every evidence piece that does not stand verbatim in the text."""
    return [(row["id"], piece) for row in golden for piece in row["evidence"] if piece not in text]


@pytest.mark.parametrize(
    ("path", "answered", "unanswered"),
    [(BUNDLED_GOLDEN, 55, 28), (SHARED_GOLDEN, 62, 28)],
    ids=["bundled", "shared"],
)
def test_golden_questions_are_well_formed(path: Path, answered: int, unanswered: int) -> None:
    golden = read_golden(path)
    kinds = Counter(row["kind"] for row in golden)
    assert set(kinds) == set(ANSWERED) | UNANSWERED
    assert len({row["id"] for row in golden}) == len(golden)
    assert len({(row["question"], *row.get("history", [])) for row in golden}) == len(golden)
    for row in golden:
        assert bool(row["evidence"]) == (row["kind"] not in UNANSWERED), row
        assert bool(row.get("history")) == (row["kind"] == "follow_up"), row
    assert all(kinds[kind] >= least for kind, least in ANSWERED.items()), kinds
    assert sum(kinds[kind] for kind in ANSWERED) >= answered
    assert sum(kinds[kind] for kind in UNANSWERED) >= unanswered
    assert kinds["near_miss"] >= 22


def test_bundled_evidence_is_verbatim() -> None:
    assert list_missing(read_golden(BUNDLED_GOLDEN), read_article(ARTICLE).text) == []


@needs_shared
def test_shared_evidence_is_verbatim() -> None:
    assert list_missing(read_golden(SHARED_GOLDEN), read_article(SHARED).text) == []


def test_shared_evidence_is_too_short_to_copy_a_sentence() -> None:
    pieces = [piece for row in read_golden(SHARED_GOLDEN) for piece in row["evidence"]]
    assert [piece for piece in pieces if len(piece.split()) > 6] == []


@needs_shared
@pytest.mark.parametrize("path", [ARTICLE, BUNDLED_GOLDEN, SHARED_GOLDEN], ids=lambda path: path.name)
def test_no_run_of_words_is_copied(path: Path) -> None:
    shared = list_runs(SHARED.read_text(encoding="utf-8"))
    assert list_runs(path.read_text(encoding="utf-8")) & shared == set()


def test_name_is_spelt_right_and_misspelling_is_told_once() -> None:
    text = read_article(ARTICLE).text
    assert text.count("Koppinger") == 1
    assert "Kevin Coppinger" in text


def test_article_has_its_note_sections_and_length() -> None:
    source = ARTICLE.read_text(encoding="utf-8")
    text = read_article(ARTICLE).text
    assert "demonstration text" in text[:300] and "not independently checked" in text[:300]
    assert 1100 <= len(text.split()) <= 1600
    answers = source.split("## Questions and answers\n")[1]
    assert len(re.findall(r"^### .+\?$", answers, flags=re.MULTILINE)) >= 7

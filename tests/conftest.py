"""What every test gets: a folder of its own for data, and encoders and articles to play with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault(
    "ASSISTANT_MODEL_PROCESS", "false"
)  # servers in a process of their own have one: serving.py
os.environ.setdefault("ASSISTANT_HOSTS", "testserver")  # what a TestClient calls the server

from assistant.settings import Settings
from corpus import Article, article_from_text
from index import SentenceEncoder
from index.lexical import tokenize

SHARED = Path(__file__).resolve().parents[2] / "shared"

TOWN = """Opening

The harbour festival opened on 3 June 2024 in Porto Velho. About 400 boats took part.

Mayor Ana Lima called the day a triumph. “We have waited ten years for this,” Lima said. “Nobody will forget it.”

Rules for Visitors

The city asked visitors to follow three rules:
- Boats: Keep clear of the ferry lane at all times.
- Dogs: Lead dogs on a leash near the stage.
- Bottles: Leave glass bottles at home.

Questions and Answers

Who paid for the festival?

The port authority paid two thirds of the bill. Local firms paid the rest.

May I bring a tent?

No, camping is forbidden on the quay.
"""


class ToyEncoder:
    """Vectors one can work out by hand: one dimension a term, in the order in which terms are first met.

    Texts that share all terms have cosine 1, texts that share none 0.
    """

    name = "toy"
    dimension = 512

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self.encoded: list[str] = []

    def verify_weights(self) -> None:
        """There are none."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            self.encoded.append(text)
            for term in tokenize(text):
                row[self._terms.setdefault(term, len(self._terms) % self.dimension)] += 1
            row /= max(float(np.linalg.norm(row)), 1.0)
        return rows


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, whatever it opens."""
    folder = tmp_path / "data"
    monkeypatch.setenv("ASSISTANT_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@pytest.fixture
def toy_encoder() -> ToyEncoder:
    return ToyEncoder()


@pytest.fixture(scope="session")
def town() -> Article:
    """A small article with a list, direct speech and questions."""
    return article_from_text(TOWN, title="The Harbour Festival")


@pytest.fixture(scope="session")
def real_encoder() -> SentenceEncoder:
    """The packaged model, loaded once."""
    return SentenceEncoder()

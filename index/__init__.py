"""Finding passages: an article and a question in, ranked hits out."""

from index.encoder import Encoder, EncoderError, SentenceEncoder
from index.search import ArticleIndex, Hit, open_index

__all__ = ["ArticleIndex", "Encoder", "EncoderError", "Hit", "SentenceEncoder", "open_index"]

"""Finding passages: an article and a question in, ranked hits out."""

from index.batching import BatchingEncoder, ReaderInTurns
from index.encoder import Encoder, EncoderError, SentenceEncoder
from index.hit import Hit, SentenceReading
from index.load import load_encoder, load_encoder_pair
from index.model_process import ModelProcess, Wanted
from index.reader import Reader, ReaderError, SpanReader
from index.search import FOREIGN_INDEX, ArticleIndex, open_index
from index.stages import Stage, StageClock, gather_stages, measure_stage
from index.store import remove_index

__all__ = [
    "FOREIGN_INDEX",
    "ArticleIndex",
    "BatchingEncoder",
    "Encoder",
    "EncoderError",
    "Hit",
    "ModelProcess",
    "Reader",
    "ReaderError",
    "ReaderInTurns",
    "SentenceEncoder",
    "SentenceReading",
    "SpanReader",
    "Stage",
    "StageClock",
    "Wanted",
    "gather_stages",
    "load_encoder",
    "load_encoder_pair",
    "measure_stage",
    "open_index",
    "remove_index",
]

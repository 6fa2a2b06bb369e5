"""The reader's network: a MiniLM that reads question and window together and points at the answer."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from torch.ao.nn.quantized.dynamic import Linear as QuantisedLinear
from transformers import BertConfig, BertModel

# Cosine of two words' embeddings (after the mean is taken off) at which a match is called closer.
MATCH_EDGES = (0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.8, 0.999)
UNKNOWN, CLS, SEP = 100, 101, 102  # token ids of BERT's vocabulary


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded question-window pairs: all `(rows, tokens)`.

    `segments` is 0 for the question with its [CLS] and [SEP] and 1 for the window; `content` is 1 for the
    tokens of either that are no special tokens; `window` is 1 for the window's own tokens.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    segments: torch.Tensor
    content: torch.Tensor
    window: torch.Tensor


class SpanNetwork(nn.Module):
    """BERT with start, end and answerability heads, told which words the question and the window share.

    A sentence encoder has never seen two texts at once, and learning from scratch to compare them takes
    it hundreds of steps. So each token is also given how close the closest token of the other text is (the
    cosine of their word embeddings in `MATCH_EDGES` steps), as one more embedding added at the input.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.match = nn.Embedding(2 * (len(MATCH_EDGES) + 1) + 1, config.hidden_size)
        self.span = nn.Linear(config.hidden_size, 2)
        self.answerable = nn.Sequential(nn.Linear(2 * config.hidden_size, 128), nn.GELU(), nn.Linear(128, 1))
        nn.init.zeros_(self.match.weight)
        nn.init.normal_(self.span.weight, std=0.02)
        nn.init.zeros_(self.span.bias)
        self._edges = torch.tensor(MATCH_EDGES)
        self._mean: torch.Tensor | None = None

    @classmethod
    def from_encoder(cls, folder: Path) -> SpanNetwork:
        """The network over a sentence encoder's weights, its heads untrained."""
        config = BertConfig.from_pretrained(folder)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        network = cls(config)
        network.bert = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        return network

    def mark_matches(self, batch: Batch, words: torch.Tensor) -> torch.Tensor:
        """`(rows, tokens)` integers: 0 for special tokens, else which step of closeness, apart by segment."""
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            unit = nn.functional.normalize(words - self._find_mean_word(), dim=-1)
            close = unit @ unit.transpose(1, 2)  # (rows, tokens, tokens)
            content = batch.content.bool()
            across = batch.segments[:, :, None] != batch.segments[:, None, :]
            close = close.masked_fill(~(across & content[:, None, :]), -1.0).amax(dim=-1)
            steps = torch.bucketize(close.float(), self._edges) + batch.segments * (len(MATCH_EDGES) + 1) + 1
            return torch.where(content, steps, 0)

    def _find_mean_word(self) -> torch.Tensor:
        """Kept after the first call: words' embeddings are never trained, and taking it costs milliseconds."""
        if self._mean is None:
            self._mean = self.bert.embeddings.word_embeddings.weight.detach().mean(dim=0)
        return self._mean

    def forward(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Start and end logits `(rows, tokens)`, -inf but for window and [CLS]; answerability `(rows,)`."""
        words = self.bert.embeddings.word_embeddings(batch.ids)
        inputs = words + self.match(self.mark_matches(batch, words))
        hidden = self.bert(
            inputs_embeds=inputs, attention_mask=batch.mask, token_type_ids=batch.segments
        ).last_hidden_state
        logits = self.span(hidden).float()
        allowed = batch.window.bool().clone()
        allowed[:, 0] = True
        logits = logits.masked_fill(~allowed[:, :, None], float("-inf"))
        asked = (batch.content.bool() & (batch.segments == 0))[:, :, None]
        question = hidden.masked_fill(~asked, -1e4).amax(dim=1)
        answerable = self.answerable(torch.cat([hidden[:, 0], question], dim=-1)).squeeze(-1).float()
        return logits[..., 0], logits[..., 1], answerable


def pad_batch(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Batch:
    """A batch from (question token ids, window token ids), neither with special tokens.

    Row: `[CLS] question [SEP] window [SEP]`, then padding.
    """
    longest = max(len(question) + len(window) + 3 for question, window in pairs)
    ids = np.zeros((len(pairs), longest), dtype=np.int64)
    mask, segments, content, inside = (np.zeros_like(ids) for _ in range(4))
    for row, (question, window) in enumerate(pairs):
        first = len(question) + 2
        end = first + len(window)
        ids[row, 0] = CLS
        ids[row, 1 : first - 1] = question
        ids[row, first - 1] = ids[row, end] = SEP
        ids[row, first:end] = window
        mask[row, : end + 1] = 1
        segments[row, first : end + 1] = 1
        content[row, 1 : first - 1] = content[row, first:end] = 1
        inside[row, first:end] = 1
    return Batch(*(torch.from_numpy(array) for array in (ids, mask, segments, content, inside)))


def load_tokenizer(folder: Path) -> Tokenizer:
    """The word-piece tokenizer of a model folder, cutting and padding nothing."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def quantise_products(network: SpanNetwork) -> SpanNetwork:
    """The network with its layers' matrix products in 8 bits where this processor can, else unchanged.

    A factor for each row of the weights, as they are stored. What they are multiplied with is kept in 8 bits where
    the processor adds such products exactly (VNNI), else in torch's 7, which cannot overflow. Figures: docs/reader.md.
    """
    engines = torch.backends.quantized.supported_engines
    engine = next((name for name in ("fbgemm", "qnnpack") if name in engines), None)
    if engine is None:
        return network
    torch.backends.quantized.engine = engine
    with warnings.catch_warnings():
        # Announced to go in some later release; its successor is another package with a compiler behind it.
        warnings.filterwarnings("ignore", message=".*(quantiz|qint8).*")
        quantization = torch.ao.quantization
        scheme = {nn.Linear: quantization.per_channel_dynamic_qconfig if engine == "fbgemm" else
                  quantization.default_dynamic_qconfig}  # fmt: skip
        network.bert.encoder = quantization.quantize_dynamic(network.bert.encoder, scheme)  # type: ignore[no-untyped-call]
    if engine == "fbgemm" and torch.cpu._is_vnni_supported():
        for module in network.bert.encoder.modules():
            if isinstance(module, QuantisedLinear):
                module.forward = partial(_multiply_in_8_bits, module)
    return network


def _multiply_in_8_bits(layer: QuantisedLinear, inputs: torch.Tensor) -> torch.Tensor:
    product: torch.Tensor = torch.ops.quantized.linear_dynamic(
        inputs, layer._packed_params._packed_params, reduce_range=False
    )
    return product

"""Keeping the reader's network in 8 bits: one safetensors file and a manifest that vouches for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import BertConfig

from index.encoder import hash_file
from index.reader import ReaderError
from index.reading.network import SpanNetwork
from index.sealed import open_sealed, seal_manifest

FORMAT = 2
MANIFEST = "reader.json"
WEIGHTS_FILE = "reader.safetensors"
REPAIR = "restore it from the repository (git checkout -- index/weights), or go on without the reader"
_SCALE = "#scale"
_CONFIG = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_eps",
)


def quantise_rows(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A matrix as 8-bit integers and one factor a row: `(n, m) int8`, `(n,) float32`.

    The row 0.5, -1.0, 0.25 becomes 64, -127, 32 with the factor 1/127: no value is off by more than half
    the factor.
    """
    scale = np.abs(matrix).max(axis=1) / 127
    scale[scale == 0] = 1.0
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def restore_rows(rows: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """What `quantise_rows` kept, `(n, m) float32`."""
    restored: np.ndarray = rows.astype(np.float32) * scale[:, None]
    return restored


def save_network(network: SpanNetwork, folder: Path, card: dict[str, Any]) -> Path:
    """Write weights, then the manifest with `card`'s entries; returns the weights file."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in network.state_dict().items():
        values = np.ascontiguousarray(tensor.detach().float().numpy())
        if values.ndim == 2:
            tensors[name], tensors[name + _SCALE] = quantise_rows(values)
        else:
            tensors[name] = values
    path = folder / WEIGHTS_FILE
    part = path.with_suffix(".part")
    save_file(tensors, part)
    part.chmod(0o644)  # it is written readable by its owner alone
    part.replace(path)
    config = network.bert.config.to_dict()
    manifest = {
        "format": FORMAT,
        "weights": WEIGHTS_FILE,
        "sha256": hash_file(path),
        "network": {name: config[name] for name in _CONFIG},
        **card,
    }
    (folder / MANIFEST).write_bytes(seal_manifest(manifest))
    return path


def load_network(folder: Path) -> SpanNetwork:
    """The network kept in `folder`, in float32; raises ReaderError unless every check passes."""
    path = folder / MANIFEST
    try:
        manifest = open_sealed(path.read_bytes())
        found, weights, digest = manifest["format"], folder / manifest["weights"], manifest["sha256"]
        config = BertConfig(**manifest["network"], hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReaderError(
            f"the reader's manifest {path} is damaged or of another version: {error}; {REPAIR}"
        ) from error
    if found != FORMAT:
        raise ReaderError(f"{path} has format {found}, this version reads format {FORMAT}; {REPAIR}")
    if not weights.is_file():
        raise ReaderError(f"the reader's weights {weights} are missing; {REPAIR}")
    actual = hash_file(weights)
    if actual != digest:
        raise ReaderError(f"{weights} is damaged: its SHA-256 is {actual}, expected {digest}; {REPAIR}")
    stored = load_file(weights)
    state = {
        name: torch.from_numpy(
            restore_rows(values, stored[name + _SCALE]) if values.dtype == np.int8 else values
        )
        for name, values in stored.items()
        if not name.endswith(_SCALE)
    }
    network = SpanNetwork(config)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise ReaderError(f"{weights} does not fit the network {path} describes: {error}") from error
    return network.eval()

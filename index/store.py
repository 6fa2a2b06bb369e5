"""Keeping an index on disk: FAISS files under a manifest that is verified before anything is loaded.

FAISS reads damaged vectors without noticing, so nothing is read that does not match its SHA-256. Files are
named by what they hold and the manifest is replaced last, so at any moment the folder is either the previous
index or the new one, whole.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.sealed import open_sealed, seal_manifest

FORMAT = 1
MANIFEST = "manifest.json"
ABANDONED = 3600.0  # seconds after which a temporary file is one of a process that was killed
_FILE_NAME = re.compile(r"[a-z]+-[0-9a-f]{16}\.faiss")
_TEMPORARY = re.compile(r"\.(?:manifest\.json|[a-z]+-[0-9a-f]{16}\.faiss)\.\w+")


class IndexUnusable(Exception):
    """A stored index cannot be served; the message says why. Building it again is the remedy."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index must have been built from to be served: all of it, or it is stale."""

    revision: str  # SHA-256 of the article's text
    encoder: str
    dimension: int
    texts: str  # SHA-256 over every text encoded, in order
    counts: Mapping[str, int]  # vectors in each file, by name


def hash_texts(groups: Mapping[str, Sequence[str]]) -> str:
    """SHA-256 over named lists of texts, lengths included, so that no two different lists agree."""
    digest = hashlib.sha256()
    for name, texts in groups.items():
        digest.update(f"{name} {len(texts)}\n".encode())
        for text in texts:
            data = text.encode("utf-8")
            digest.update(f"{len(data)}\n".encode() + data)
    return digest.hexdigest()


def make_flat(rows: np.ndarray, dimension: int) -> faiss.IndexFlatIP:
    """A flat inner-product index over `(n, dimension) float32` unit rows; n may be 0."""
    flat = faiss.IndexFlatIP(dimension)
    flat.add(np.ascontiguousarray(rows, dtype=np.float32))
    return flat


def save_index(folder: Path, fingerprint: Fingerprint, vectors: Mapping[str, faiss.IndexFlatIP]) -> None:
    """Write the indexes by name, each to a temporary name, synced and renamed, the manifest last.

    Raises OSError when the folder cannot be written; what was there before is then still whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, str]] = {}
    for name, flat in vectors.items():
        data = faiss.serialize_index(flat).tobytes()
        digest = hashlib.sha256(data).hexdigest()
        file_name = f"{name}-{digest[:16]}.faiss"
        _write_durably(folder / file_name, data)
        files[name] = {"file": file_name, "sha256": digest}
    manifest = {"format": FORMAT, **asdict(fingerprint), "files": files}
    _write_durably(folder / MANIFEST, seal_manifest(manifest))
    kept = {entry["file"] for entry in files.values()}
    for old in folder.glob("*.faiss"):
        if old.name not in kept:
            old.unlink(missing_ok=True)
    for left in folder.glob(".*"):
        if _TEMPORARY.fullmatch(left.name) and time.time() - left.stat().st_mtime > ABANDONED:
            left.unlink(missing_ok=True)


def remove_index(folder: Path) -> bool:
    """Delete a stored index, its manifest first; False, and nothing is touched, where other files are with it."""
    names = [each.name for each in folder.iterdir()]
    if not all(
        name == MANIFEST or _FILE_NAME.fullmatch(name) or _TEMPORARY.fullmatch(name) for name in names
    ):
        return False
    for name in sorted(names, key=lambda name: name != MANIFEST):
        (folder / name).unlink(missing_ok=True)
    folder.rmdir()
    return True


def load_index(folder: Path, fingerprint: Fingerprint) -> dict[str, faiss.IndexFlatIP]:
    """The stored indexes by name; raises IndexUnusable when missing, stale or damaged in any byte."""
    manifest = _read_manifest(folder)
    for field, expected in asdict(fingerprint).items():
        if manifest.get(field) != expected:
            raise IndexUnusable(f"stale: {field} is {manifest.get(field)!r}, now {expected!r}")
    files = manifest.get("files")
    if not isinstance(files, dict) or set(files) != set(fingerprint.counts):
        raise IndexUnusable("damaged: the manifest does not list the index's files")
    indexes = {}
    for name, entry in files.items():
        flat = _read_vectors(folder, entry)
        if flat.d != fingerprint.dimension or flat.ntotal != fingerprint.counts[name]:
            raise IndexUnusable(f"damaged: {name} holds {flat.ntotal} vectors of {flat.d} dimensions")
        indexes[name] = flat
    return indexes


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = open_sealed((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise IndexUnusable("not built yet") from error
    except OSError as error:
        raise IndexUnusable(f"damaged: the manifest cannot be read ({type(error).__name__})") from error
    except ValueError as error:
        raise IndexUnusable(f"damaged: {error}") from error
    if manifest.get("format") != FORMAT:
        raise IndexUnusable(f"stale: format {manifest.get('format')!r}, now {FORMAT}")
    return manifest


def _read_vectors(folder: Path, entry: object) -> faiss.IndexFlatIP:
    file_name = entry.get("file") if isinstance(entry, dict) else None
    if not isinstance(file_name, str) or not _FILE_NAME.fullmatch(file_name):
        raise IndexUnusable(f"damaged: {file_name!r} is no index file's name")
    try:
        data = (folder / file_name).read_bytes()
    except OSError as error:
        raise IndexUnusable(f"damaged: {file_name} cannot be read ({type(error).__name__})") from error
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise IndexUnusable(f"damaged: {file_name} does not match its SHA-256")
    return faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))


def _write_durably(path: Path, data: bytes) -> None:
    """Write to a temporary name, sync, rename, sync the folder: the name never holds half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

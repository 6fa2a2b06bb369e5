"""The stored index: what comes back is what went in, or nothing does."""

import json
import os
import random
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.sealed import seal_manifest
from index.store import (
    MANIFEST,
    Fingerprint,
    IndexUnusable,
    hash_texts,
    load_index,
    make_flat,
    remove_index,
    save_index,
)

ROWS = np.eye(4, dtype=np.float32)[:3]
FINGERPRINT = Fingerprint("revision", "toy", 4, "texts", {"passages": 3, "questions": 0})


def save(folder: Path, fingerprint: Fingerprint = FINGERPRINT) -> None:
    empty = np.zeros((0, 4), dtype=np.float32)
    save_index(folder, fingerprint, {"passages": make_flat(ROWS, 4), "questions": make_flat(empty, 4)})


def test_saved_vectors_come_back(tmp_path: Path) -> None:
    save(tmp_path)
    loaded = load_index(tmp_path, FINGERPRINT)
    assert loaded["passages"].reconstruct_n(0, 3).tolist() == ROWS.tolist()
    assert loaded["questions"].ntotal == 0


def test_faiss_finds_what_brute_force_finds() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 8)).astype(np.float32)
    query = rng.normal(size=(1, 8)).astype(np.float32)
    scores, found = make_flat(rows, 8).search(query, 50)
    assert found[0].tolist() == np.argsort(-(rows @ query[0])).tolist()
    np.testing.assert_allclose(scores[0], np.sort(rows @ query[0])[::-1], rtol=1e-5)


def test_any_changed_byte_of_any_file_is_noticed(tmp_path: Path) -> None:
    save(tmp_path)
    rng = random.Random(0)
    for file in sorted(tmp_path.iterdir()):
        whole = file.read_bytes()
        for _ in range(600):
            damaged = bytearray(whole)
            for _ in range(rng.randint(1, 64)):
                damaged[rng.randrange(len(damaged))] ^= rng.randint(1, 255)
            damaged[0] ^= bytes(damaged) == whole  # two changes of one byte may have undone each other
            file.write_bytes(damaged)
            with pytest.raises(IndexUnusable, match=r"damaged|stale"):
                load_index(tmp_path, FINGERPRINT)
        for kept in (0, len(whole) // 2):
            file.write_bytes(whole[:kept])
            with pytest.raises(IndexUnusable):
                load_index(tmp_path, FINGERPRINT)
        file.write_bytes(whole)
    load_index(tmp_path, FINGERPRINT)


@pytest.mark.parametrize(
    "now",
    [
        Fingerprint("another", "toy", 4, "texts", FINGERPRINT.counts),
        Fingerprint("revision", "another", 4, "texts", FINGERPRINT.counts),
        Fingerprint("revision", "toy", 4, "another", FINGERPRINT.counts),
        Fingerprint("revision", "toy", 4, "texts", {"passages": 2, "questions": 0}),
    ],
)
def test_an_index_of_something_else_is_stale(tmp_path: Path, now: Fingerprint) -> None:
    save(tmp_path)
    with pytest.raises(IndexUnusable, match="stale"):
        load_index(tmp_path, now)


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="not built yet"):
        load_index(tmp_path / "nowhere", FINGERPRINT)
    save(tmp_path)
    next(tmp_path.glob("passages-*")).unlink()
    with pytest.raises(IndexUnusable, match="cannot be read"):
        load_index(tmp_path, FINGERPRINT)


def test_a_manifest_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    save(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_bytes())["manifest"]
    manifest["files"]["passages"]["file"] = "../passages-0000000000000000.faiss"
    (tmp_path / MANIFEST).write_bytes(seal_manifest(manifest))
    with pytest.raises(IndexUnusable, match="no index file's name"):
        load_index(tmp_path, FINGERPRINT)


def test_a_new_index_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    save(tmp_path)
    moved = np.ascontiguousarray(ROWS[::-1])
    save_index(tmp_path, FINGERPRINT, {"passages": make_flat(moved, 4), "questions": faiss.IndexFlatIP(4)})
    assert load_index(tmp_path, FINGERPRINT)["passages"].reconstruct(0).tolist() == [0, 0, 1, 0]
    assert len(list(tmp_path.iterdir())) == 3


def test_texts_are_hashed_with_their_borders() -> None:
    assert hash_texts({"a": ["xy", "z"]}) != hash_texts({"a": ["x", "yz"]})
    assert hash_texts({"a": ["x"], "b": []}) != hash_texts({"a": [], "b": ["x"]})


def test_what_a_killed_process_left_is_cleared_away_in_time(tmp_path: Path) -> None:
    old, young = tmp_path / ".passages-0123456789abcdef.faiss.x1y2z3", tmp_path / ".manifest.json.a1b2c3"
    foreign = tmp_path / ".notes"
    for left in (old, young, foreign):
        left.write_bytes(b"half")
    for left in (old, foreign):
        os.utime(left, (0, 0))
    save(tmp_path)
    assert (old.exists(), young.exists(), foreign.exists()) == (False, True, True)


def test_an_index_is_removed_and_nothing_that_is_none(tmp_path: Path) -> None:
    save(tmp_path / "index")
    (tmp_path / "index" / ".manifest.json.a1b2c3").write_bytes(b"half")
    assert remove_index(tmp_path / "index") and not (tmp_path / "index").exists()
    save(tmp_path / "mixed")
    (tmp_path / "mixed" / "letter.txt").write_text("kept")
    assert not remove_index(tmp_path / "mixed")
    load_index(tmp_path / "mixed", FINGERPRINT)

"""Manifests that vouch for themselves: JSON in one canonical form, with its own SHA-256 beside it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def seal_manifest(manifest: dict[str, Any]) -> bytes:
    """The manifest's one canonical form."""
    body = json.dumps(manifest, indent=1, sort_keys=True)
    seal = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({"manifest": manifest, "sha256": seal}, indent=1, sort_keys=True).encode()


def open_sealed(sealed: bytes) -> dict[str, Any]:
    """The manifest in what `seal_manifest` made; raises ValueError when any byte of it is another."""
    try:
        manifest: dict[str, Any] = json.loads(sealed)["manifest"]
        # byte for byte: a changed blank is a changed file too
        intact = isinstance(manifest, dict) and sealed == seal_manifest(manifest)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"the manifest cannot be read ({type(error).__name__})") from error
    if not intact:
        raise ValueError("the manifest does not match its SHA-256")
    return manifest

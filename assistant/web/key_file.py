"""A secret that outlives a restart: 32 random bytes beside the records, readable by nobody else."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

log = logging.getLogger(__name__)

NAME = "desk.key"
LENGTH = 32  # bytes


def read_key(folder: Path) -> bytes:
    """The folder's key, made when there is none yet; one for this run alone when it cannot be kept."""
    file = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            kept = file.read_bytes()
        except FileNotFoundError:
            kept = b""
        if len(kept) == LENGTH:
            return kept
        key = secrets.token_bytes(LENGTH)
        fresh = folder / f".{NAME}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(key)
        os.replace(fresh, file)
        return key
    except OSError as error:
        log.warning("browsers of editors will not be known after a restart: %s", error)
        return secrets.token_bytes(LENGTH)

"""The process with the models, as the settings want it; imports little, so that the models begin to load at once."""

from __future__ import annotations

import os

from assistant.settings import Settings
from index.model_process import ModelProcess, Wanted


def start_models(settings: Settings) -> ModelProcess:
    """The process with the models; they load in it from now on."""
    wanted = Wanted(settings.encoder, settings.foreign_encoder, settings.threads, settings.reader)
    # One lane for each encoder's batches, one for what is encoded to build an index, the rest for reading.
    return ModelProcess(wanted, 3 + count_processors())


def count_processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

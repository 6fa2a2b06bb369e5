"""The process with the models, as the settings want it; imports little, so that the models begin to load at once."""

from __future__ import annotations

from assistant.settings import Settings, count_processors
from index.model_process import ModelProcess, Wanted


def start_models(settings: Settings) -> ModelProcess:
    """The process with the models; they load in it from now on."""
    wanted = Wanted(settings.encoder, settings.foreign_encoder, settings.threads, settings.reader)
    # One lane for each encoder's batches, one for what is encoded to build an index, the rest for reading.
    return ModelProcess(wanted, 3 + count_processors())

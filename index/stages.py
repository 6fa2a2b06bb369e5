"""How long each stage of one question took, measured where it happens and gathered where it is wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class Stage(StrEnum):
    """What a question's time goes into, in the order in which it mostly does."""

    UNDERSTAND = "understand"
    ENCODE = "encode"
    SEARCH = "search"
    READ = "read"
    DECIDE = "decide"
    KEEP = "keep"


class StageClock:
    """Seconds by stage; a stage inside another counts for itself alone, so that they add up to the whole."""

    def __init__(self) -> None:
        self.seconds: dict[Stage, float] = {}
        self._inside: list[Stage] = []
        self._since = time.perf_counter()

    def enter(self, stage: Stage) -> None:
        self._count()
        self._inside.append(stage)

    def leave(self) -> None:
        self._count()
        self._inside.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._inside:
            stage = self._inside[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now


_clock: ContextVar[StageClock | None] = ContextVar("stage clock", default=None)


@contextmanager
def measure_stage(stage: Stage) -> Iterator[None]:
    """Counts what is inside for a stage of the question under way; costs next to nothing when none is."""
    clock = _clock.get()
    if clock is None:
        yield
        return
    clock.enter(stage)
    try:
        yield
    finally:
        clock.leave()


@contextmanager
def gather_stages() -> Iterator[StageClock]:
    """The clock that every `measure_stage` inside, of this thread, counts on."""
    clock = StageClock()
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        _clock.reset(token)

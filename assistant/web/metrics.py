"""What is counted and measured, in the form Prometheus reads; names and labels are told in docs/operations.md."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Collection, Iterator
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from assistant.answer import Outcome
from assistant.records import Vote
from index import Stage

disable_created_metrics()  # a series more for each, which nobody asks for
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
WHOLE = "whole"


class Refusal(StrEnum):
    """Why something was not done that somebody asked for."""

    BAD_QUESTION = "bad_question"
    BAD_REQUEST = "bad_request"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_KEPT = "not_kept"
    NOT_READY = "not_ready"
    OTHER = "other"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"


class Fault(StrEnum):
    """What went wrong here, and not with whoever asked."""

    QUESTION = "question"  # a question that could not be answered
    REQUEST = "request"  # a request that ended in an error
    KEEP = "keep"  # an answer or a vote that could not be kept


_REASONS = frozenset(map(str, Refusal))
_CODES = {
    "unknown_article": Refusal.NOT_FOUND,
    "unknown_answer": Refusal.NOT_FOUND,
}
_STATUSES = {
    400: Refusal.BAD_REQUEST,
    401: Refusal.FORBIDDEN,
    403: Refusal.FORBIDDEN,
    404: Refusal.NOT_FOUND,
    405: Refusal.NOT_FOUND,
    413: Refusal.TOO_LARGE,
    414: Refusal.TOO_LARGE,
    415: Refusal.BAD_REQUEST,
    421: Refusal.BAD_REQUEST,
    422: Refusal.BAD_REQUEST,
    429: Refusal.TOO_MANY,
    431: Refusal.TOO_LARGE,
    503: Refusal.BUSY,
}


def name_refusal(status: int, code: str) -> Refusal | None:
    """Why a response refuses, by the code of its error or else its status; None when it does not."""
    if status < 400 or status in (500, 502):
        return None
    if code in _CODES:
        return _CODES[code]
    if code in _REASONS:
        return Refusal(code)
    return _STATUSES.get(status, Refusal.OTHER)


class Recalls(Collector):
    """How often memory answered; `count` gives hits and misses since the start."""

    def __init__(self, count: Callable[[], tuple[int, int]]) -> None:
        self.count = count

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(
            "assistant_recalls", "Questions looked for in memory.", labels=["result"]
        )
        for result, count in zip(("hit", "miss"), self.count(), strict=True):
            family.add_metric([result], count)
        yield family


class Metrics:
    """One for the application, with a registry of its own. Label values are of fixed sets and the slugs served."""

    def __init__(self, slugs: Collection[str], data_dir: Path) -> None:
        self.registry = registry = CollectorRegistry()
        self.questions = Counter(
            "assistant_questions", "Questions answered.", ("article", "outcome"), registry=registry
        )
        self.stages = Histogram(
            "assistant_stage_seconds",
            "Seconds of one question spent in a stage; whole: from its arrival to its answer.",
            ("stage",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.asking = Gauge(
            "assistant_questions_in_flight", "Questions being answered now.", registry=registry
        )
        self._queue = Gauge(
            "assistant_queue_length", "Questions admitted that wait for their turn.", registry=registry
        )
        self._recalls = Recalls(lambda: (0, 0))
        registry.register(self._recalls)
        self.refusals = Counter(
            "assistant_refusals", "Requests and questions refused.", ("reason",), registry=registry
        )
        self.errors = Counter("assistant_errors", "What went wrong here.", ("what",), registry=registry)
        self.votes = Counter("assistant_votes", "Votes kept.", ("vote",), registry=registry)
        self.requests = Histogram(
            "assistant_request_seconds",
            "Seconds to the first byte of a response.",
            ("route", "status"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._ready = Gauge(
            "assistant_ready", "1 once the models are loaded and questions are answered.", registry=registry
        )
        self._starts = Gauge(
            "assistant_model_starts",
            "Starts of the process with the models; more than 1 when it ended.",
            registry=registry,
        )
        self._articles = Gauge("assistant_articles", "Articles by state.", ("state",), registry=registry)
        self._recording = Gauge(
            "assistant_records_failing", "1 when the last write to the records failed.", registry=registry
        )
        self._free = Gauge(
            "assistant_data_free_bytes", "Free space where the data folder lies.", registry=registry
        )
        build = Info("assistant_build", "Versions of what is running.", registry=registry)
        build.info(
            {
                "python": platform.python_version(),
                "torch": version("torch"),
                "gradio": version("gradio"),
                "transformers": version("transformers"),
            }
        )
        ProcessCollector(registry=registry)
        self._free.set_function(lambda: measure_free(data_dir))
        # Every series is there from the start, at 0: a rate of something that has never happened is 0, not nothing.
        for slug in slugs:
            for outcome in Outcome:
                self.questions.labels(slug, outcome.value)
        for stage in (*Stage, WHOLE):
            self.stages.labels(str(stage))
        for reason in Refusal:
            self.refusals.labels(reason.value)
        for fault in Fault:
            self.errors.labels(fault.value)
        for vote in Vote:
            self.votes.labels(vote.name.lower())

    def watch(
        self,
        ready: Callable[[], bool],
        articles: Callable[[], dict[str, int]],
        failing: Callable[[], bool],
        queue: Callable[[], int] = lambda: 0,
        recalled: Callable[[], tuple[int, int]] = lambda: (0, 0),
        starts: Callable[[], int] = lambda: 0,
    ) -> None:
        """Where to look, each time the metrics are read, for what is not counted but is so now.

        `articles` gives how many articles there are in each state: answering, waiting, failed and unreadable.
        """
        self._ready.set_function(ready)
        self._recording.set_function(failing)
        self._queue.set_function(queue)
        self._recalls.count = recalled
        self._starts.set_function(starts)
        for state in articles():
            self._articles.labels(state).set_function(lambda state=state: articles()[state])

    def refuse(self, reason: Refusal) -> None:
        self.refusals.labels(reason.value).inc()

    def write(self) -> bytes:
        """Everything as text, in Prometheus's plain form."""
        return generate_latest(self.registry)


def measure_free(folder: Path) -> float:
    """The free bytes of the disk a folder lies on, of its nearest parent that exists, NaN when nobody can tell."""
    for place in (folder, *folder.parents):
        try:
            return float(shutil.disk_usage(place).free)
        except FileNotFoundError:
            continue
        except OSError:
            break
    return float("nan")

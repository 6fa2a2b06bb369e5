"""How fast: `python -m tests.bench.speed [--start] [--threads]`. Medians and ratios taken in one run, interleaved.

One question is compared with one bare encoding of the same question by the same model. `--start` also measures
the time from starting the server, with packages and index in place, to its first answer.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from assistant import Assistant
from assistant.assistant import load_reader
from assistant.settings import Settings
from index import SentenceEncoder
from tests.bench.questions import BUNDLED, ROOT, read_golden

ROUNDS = 3


def measure_questions() -> None:
    """Median milliseconds of an encoding, a question without and with the reader; and their ratios."""
    settings = Settings()
    encoder = SentenceEncoder(settings.encoder, settings.threads)
    reader = load_reader()
    plain = Assistant.open(BUNDLED, settings.model_copy(update={"reader": False}), encoder)
    asked: dict[str, Callable[[str], object]] = {
        "one bare encoding": lambda question: encoder.encode([question]),
        "one question, without the reader": plain.ask,
    }
    if reader is not None:
        asked["one question, with the reader"] = Assistant.open(BUNDLED, settings, encoder, reader).ask
    questions = [q.text for q in read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl")).questions]
    times: dict[str, list[float]] = {name: [] for name in asked}
    for question in questions[:5] + questions * ROUNDS:  # the first five warm up and are dropped below
        for name, ask in asked.items():
            began = time.perf_counter()
            ask(question)
            times[name].append((time.perf_counter() - began) * 1000)
    bare = statistics.median(times["one bare encoding"][5:])
    for name, measured in times.items():
        median = statistics.median(measured[5:])
        print(
            f"{name}: {median:.1f} ms at the median of {len(measured) - 5}, {median / bare:.2f} bare encodings"
        )


def measure_threads() -> None:
    """Median milliseconds of one encoding on one and on two threads, alone and beside a busy process."""
    for busy in (False, True):
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
        try:
            for threads in (1, 2):
                encoder = SentenceEncoder(threads=threads)
                times = []
                for _ in range(30):
                    began = time.perf_counter()
                    encoder.encode(["How many people formed the ring in Worcester?"])
                    times.append((time.perf_counter() - began) * 1000)
                beside = "beside a busy process" if busy else "alone"
                print(f"one encoding on {threads} threads, {beside}: {statistics.median(times[5:]):.0f} ms")
        finally:
            if other is not None:
                other.kill()


def measure_start() -> None:
    """Seconds from starting the server to the page, to readiness, and to the first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(lambda: urllib.request.urlopen(f"{base}/", timeout=5).status == 200, server)
        print(f"front page after {time.perf_counter() - began:.1f} s")
        body = json.dumps({"article": BUNDLED.stem, "question": "What happened in Worcester?"}).encode()
        request = urllib.request.Request(f"{base}/api/ask", body, {"Content-Type": "application/json"})
        _wait_for(lambda: bool(json.load(urllib.request.urlopen(request, timeout=60))["quotes"]), server)
        print(f"first answer after {time.perf_counter() - began:.1f} s")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait_for(ready: Callable[[], bool], server: subprocess.Popen[bytes], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with status {server.returncode}")
        try:
            if ready():
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)  # it is not listening, or not ready, yet
    raise SystemExit(f"not ready after {seconds} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--start", action="store_true", help="also measure the start of the server")
    parser.add_argument("--threads", action="store_true", help="also compare one thread with two")
    options = parser.parse_args()
    measure_questions()
    if options.threads:
        measure_threads()
    if options.start:
        measure_start()


if __name__ == "__main__":
    main()

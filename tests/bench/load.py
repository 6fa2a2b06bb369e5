"""How it holds under load: `python -m tests.bench.load` (`make bench-load`), a server and its clients on loopback.

Prints questions answered a second, their p50 and p99, refusals, errors and the server's memory, for the JSON
interface and for the chat page at 1, 8, 64 and 256 clients; the processor time each answer cost the server, which
says what it takes also where other programs share the machine; the encoder's own limit, one text at a time and in
batches, measured in between with the server idle; what those admitted feel at four times the sustainable load; and
the first tenth of a long run through the chat page beside its last. Every answer is compared with the one given by
one question at a time in this process. Clients and server share the processors, so throughput is of both together.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from assistant import Assistant
from assistant.assistant import load_reader
from assistant.settings import Settings, count_processors
from index import SentenceEncoder, Stage, gather_stages
from index.batching import LARGEST_BATCH
from tests.bench.load_clients import Api, Expected, Page, Tally, ask_at_rate, ask_in_turn
from tests.bench.questions import BUNDLED, ROOT, read_golden

LEVELS = (1, 8, 64, 256)  # clients
READ = 12  # questions read to measure the reader's share
OVERLOAD = 4  # times what is sustained
_LEADS = (
    "",
    "So ",
    "Well, ",
    "Tell me: ",
    "Please: ",
    "Now ",
    "Again: ",
    "First: ",
    "Briefly: ",
    "Just ",
    "Oh, ",
)
_TAILS = (
    "",
    " exactly",
    " then",
    " really",
    " please",
    " now",
    " there",
    " again",
    " first",
    " at last",
    " today",
)


def make_questions(assistant: Assistant) -> list[str]:
    """Distinct questions about the bundled article that need none before them, in an order that mixes them."""
    golden = read_golden(BUNDLED, BUNDLED.with_suffix(".golden.jsonl")).questions
    texts = [q.text.strip(" ?") for q in golden if not q.history]
    alone = [
        text for text in texts if assistant.understand(text, ("Who?",)) == assistant.understand(text, ())
    ]
    made = [f"{lead}{text}{tail}?" for lead, tail in itertools.product(_LEADS, _TAILS) for text in alone]
    return list(dict.fromkeys(made))


class Limit:
    """The encoder's own throughput, texts a second: one at a time and in batches, medians of all measurements.

    `costs` are the milliseconds of processor time of each text in batches, which other programs hardly change;
    `reading` are the seconds that the reader takes for one question, 0 without a reader.
    """

    def __init__(self, encoder: SentenceEncoder, assistant: Assistant, texts: Sequence[str]) -> None:
        self.encoder = encoder
        self.assistant = assistant
        self.texts = list(texts[: 4 * LARGEST_BATCH])
        self.reading: list[float] = []
        self.single: list[float] = []
        self.batched: list[float] = []
        self.costs: list[float] = []

    def measure(self) -> None:
        for rates, size in ((self.single, 1), (self.batched, LARGEST_BATCH)):
            texts = self.texts[: 32 if size == 1 else None]
            began, spent = time.perf_counter(), time.process_time()
            for first in range(0, len(texts), size):
                self.encoder.encode(texts[first : first + size])
            rates.append(len(texts) / (time.perf_counter() - began))
        self.costs.append(1000 * (time.process_time() - spent) / len(texts))
        texts_read = self.texts[:: len(self.texts) // READ]
        with gather_stages() as clock:
            for text in texts_read:
                self.assistant.ask(text)
        self.reading.append(clock.seconds.get(Stage.READ, 0.0) / len(texts_read))

    @property
    def encoded(self) -> float:
        """Texts a second in batches."""
        return statistics.median(self.batched)

    @property
    def answered(self) -> float:
        """Questions a second if nothing were done but encoding them in batches and reading."""
        return 1 / (1 / self.encoded + statistics.median(self.reading))

    def tell(self) -> str:
        return (
            f"{statistics.median(self.batched):.0f} texts a second in batches of {LARGEST_BATCH}, "
            f"{statistics.median(self.single):.0f} one at a time; "
            f"{statistics.median(self.costs):.1f} ms of processor for each text of a batch; "
            f"{self.answered:.0f} questions a second with reading"
        )


class Server:
    """`python app.py` on a port of its own, with its data in a folder that goes when it ends."""

    def __init__(self, base: str, process: subprocess.Popen[bytes]) -> None:
        self.base = base
        self.process = process

    def list_processes(self) -> list[str]:
        """The server and the process with its models."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [str(self.process.pid), *(pid for each in children for pid in each.read_text().split())]

    def read_memory(self) -> float:
        """Resident memory of both processes, MB."""
        told = [Path(f"/proc/{pid}/status").read_text() for pid in self.list_processes()]
        return sum(int(status.split("VmRSS:")[1].split()[0]) for status in told) / 1024

    def read_processor(self) -> float:
        """Seconds of processor time so far, of all threads of both processes."""
        told = [
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.list_processes()
        ]
        return sum(int(each[11]) + int(each[12]) for each in told) / os.sysconf("SC_CLK_TCK")

    def measure(self, asking: Coroutine[Any, Any, Tally]) -> tuple[Tally, float]:
        """What came of the questions, and the processor time that the server took for each answered, ms."""
        before = self.read_processor()
        tally = uvloop.run(asking)
        return tally, 1000 * (self.read_processor() - before) / max(1, len(tally.seconds))


@contextmanager
def start_server(reader: bool) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            "ASSISTANT_PORT": str(port),
            "ASSISTANT_DATA_DIR": folder,
            "ASSISTANT_READER": str(reader).lower(),
            "ASSISTANT_RATE": "1000000/second",
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=os.environ | variables, stdout=log, stderr=log
            )
        server = Server(f"http://127.0.0.1:{port}", process)
        try:
            wait_until_ready(server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def wait_until_ready(server: Server) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise SystemExit(f"the server ended with status {server.process.returncode}")
        try:
            urllib.request.urlopen(f"{server.base}/healthz", timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise SystemExit("the server did not get ready")


def tell(name: str, tally: Tally, server: Server, limit: Limit, cost: float) -> None:
    """One line of the table."""
    p50, p99 = (np.percentile(tally.seconds or [float("nan")], [50, 99]) * 1000).tolist()
    others = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.others.items())) or "none"
    print(
        f"{name:<26} {tally.rate:7.1f}/s {tally.rate / limit.encoded:5.0%} of the encoder's limit "
        f"{tally.rate / limit.answered:5.0%} of encoder's and reader's   p50 {p50:7.1f} ms   "
        f"p99 {p99:7.1f} ms   {cost:5.1f} ms of processor each   {server.read_memory():6.0f} MB   "
        f"other than answered: {others}",
        flush=True,
    )


class Bench:
    def __init__(self, reader: bool, each: int, checked: int) -> None:
        settings = Settings(reader=reader)
        self.encoder = SentenceEncoder(settings.encoder, settings.threads)
        self.assistant = Assistant.open(BUNDLED, settings, self.encoder, load_reader() if reader else None)
        self.questions = make_questions(self.assistant)
        self.stock = itertools.cycle(self.questions)
        self.each = each
        self.expected: dict[str, Expected] = {}
        for question in self.questions[:: max(1, len(self.questions) // checked)] if checked else ():
            if self.assistant.understand(question, self.questions[:2]) != self.assistant.understand(
                question, ()
            ):
                continue  # it leans on what was asked before, which on the chat page is there
            answer = self.assistant.ask(question)
            self.expected[question] = Expected(answer.outcome.value, tuple(q.text for q in answer.quotes))
        gc.collect()
        gc.freeze()  # a look for garbage in these models would be told as the server's time
        self.limit = Limit(self.encoder, self.assistant, self.questions)

    def take(self, count: int) -> Iterator[str]:
        return itertools.islice(self.stock, count)

    def run(self, server: Server, kinds: Sequence[str], levels: Sequence[int], overload: float) -> None:
        for kind in kinds:
            maker = Api if kind == "API" else Page
            rates = []
            unloaded = 0.0

            def make(maker: type[Api | Page] = maker) -> Api | Page:
                return maker(server.base, BUNDLED.stem, self.expected)

            uvloop.run(ask_in_turn(2, make, self.take(20)))  # warms up
            for clients in levels:
                self.limit.measure()
                tally, cost = server.measure(ask_in_turn(clients, make, self.take(self.each)))
                self.limit.measure()
                tell(f"{kind}, {clients} clients", tally, server, self.limit, cost)
                rates.append(tally.rate)
                if clients == 1:
                    unloaded = float(np.percentile(tally.seconds, 99))
            if overload and unloaded:
                self.overload(server, kind, make, max(rates), unloaded, overload)
        print(
            f"the encoder's own limit: {self.limit.tell()}, on {Settings().threads} of {count_processors()} processors"
        )

    def overload(self, server, kind, make, sustained: float, unloaded: float, seconds: float) -> None:
        rate = OVERLOAD * sustained
        tally, cost = server.measure(ask_at_rate(rate, make, self.take(int(rate * seconds))))
        tell(f"{kind}, {rate:.0f} asked a second", tally, server, self.limit, cost)
        p99 = float(np.percentile(tally.seconds, 99))
        refused = (np.percentile(tally.refusals or [0.0], [50, 99]) * 1000).tolist()
        print(
            f"    p99 of those admitted is {p99 / unloaded:.1f} times that of one client; "
            f"refused after {refused[0]:.1f} ms at the median, {refused[1]:.1f} ms at p99"
        )

    def endure(self, server: Server, count: int) -> None:
        """A long run through the chat page: its first tenth beside its last, and memory from one to the other."""
        part = max(1, count // 10)

        def make() -> Page:
            return Page(server.base, BUNDLED.stem, self.expected)

        rates, memory, costs = [], [], []
        for _ in range(count // part):
            tally, cost = server.measure(ask_in_turn(4, make, self.take(part)))
            costs.append(cost)
            rates.append(tally.rate)
            memory.append(server.read_memory())
            tell(
                f"chat page, {sum(1 for _ in rates) * part} asked",
                tally,
                server,
                self.limit,
                cost,
            )
        print(
            f"    the last {part} questions at {rates[-1] / rates[0]:.0%} of the rate of the first {part}, "
            f"at {costs[-1] / costs[0]:.0%} of its processor time; "
            f"memory {memory[-1] / memory[0] - 1:+.1%} from the end of the first to the end of the last"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=600, help="questions at each number of clients")
    parser.add_argument("--clients", type=int, nargs="*", default=LEVELS, help="numbers of clients")
    parser.add_argument(
        "--overload", type=float, default=15.0, help="seconds of four times the load; 0: none"
    )
    parser.add_argument("--long", type=int, default=10_000, help="questions of the long run; 0: none")
    parser.add_argument("--check", type=int, default=500, help="questions whose answers are compared")
    parser.add_argument("--only", choices=("API", "chat"), help="one of the two alone")
    parser.add_argument("--no-reader", action="store_true", help="without the reader model")
    options = parser.parse_args()
    bench = Bench(not options.no_reader, options.each, options.check)
    print(
        f"{len(bench.questions)} distinct questions, {len(bench.expected)} of them compared with one at a time",
        flush=True,
    )
    with start_server(not options.no_reader) as server:
        kinds = [options.only] if options.only else ["API", "chat"]
        bench.run(server, kinds, options.clients, options.overload)
        if options.long:
            bench.endure(server, options.long)


if __name__ == "__main__":
    main()

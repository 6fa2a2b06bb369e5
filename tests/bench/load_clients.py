"""Clients for the load bench: asking the JSON interface and the chat page over the wire, and timing it."""

from __future__ import annotations

import asyncio
import html
import json
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import aiohttp

TALK = 20  # questions of one visit to the chat page
Ask = Callable[[aiohttp.ClientSession, str], Awaitable[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Expected:
    """What one question at a time was answered: the outcome and the quotes' texts."""

    outcome: str
    quotes: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """What came of the questions: seconds of each that was answered, in order, and the others by kind."""

    seconds: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    refusals: list[float] = field(default_factory=list)  # seconds until a refusal
    took: float = 0.0

    def note(self, kind: str, seconds: float) -> None:
        if kind == "answered":
            self.seconds.append(seconds)
        else:
            self.others[kind] += 1
            if kind == "refused":
                self.refusals.append(seconds)

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took if self.took else 0.0


class Api:
    """Asks /api/ask and compares with what is expected."""

    def __init__(self, base: str, slug: str, expected: Mapping[str, Expected]) -> None:
        self.url = f"{base}/api/ask"
        self.slug = slug
        self.expected = expected

    async def ask(self, http: aiohttp.ClientSession, question: str) -> tuple[str, float]:
        """Answered, refused, wrong or failed; and, for a refusal, the seconds it asks to wait."""
        async with http.post(self.url, json={"article": self.slug, "question": question}) as reply:
            body = await reply.json()
            if reply.status == 503 and body["error"]["code"] == "busy":
                return "refused", float(reply.headers["Retry-After"])
            if reply.status != 200:
                return f"failed: {reply.status} {body['error']['code']}", 0.0
        if body["outcome"] != "off_topic" and not body["quotes"]:
            return "empty", 0.0
        right = self.expected.get(question)
        found = Expected(body["outcome"], tuple(quote["text"] for quote in body["quotes"]))
        return ("answered" if right is None or found == right else "wrong"), 0.0


class Page:
    """Asks the chat page as its script does; a visit has `TALK` questions, then another begins."""

    def __init__(self, base: str, slug: str, expected: Mapping[str, Expected]) -> None:
        self.url = f"{base}/{slug}/gradio_api/queue"
        self.expected = expected
        self.asked = 0
        self.session = ""

    async def ask(self, http: aiohttp.ClientSession, question: str) -> tuple[str, float]:
        if self.asked % TALK == 0:
            self.session = secrets.token_hex(5)
        self.asked += 1
        call = {"data": [question, None], "fn_index": 0, "session_hash": self.session, "event_data": None}
        async with http.post(f"{self.url}/join", json=call) as reply:
            if reply.status == 503:
                return "refused", float(reply.headers.get("Retry-After", 1))
            if reply.status != 200:
                return f"failed: {reply.status}", 0.0
        drawn = ""
        async with http.get(f"{self.url}/data", params={"session_hash": self.session}) as stream:
            async for line in stream.content:
                if line.startswith(b'data: {"msg":"process_completed"'):
                    drawn = json.loads(line[6:])["output"]["data"][-1]
                elif line.startswith(b'data: {"msg":"close_stream"'):
                    break
        if 'class="problem"' in drawn:
            return "refused", 1.0
        turn = drawn.rpartition('<article class="turn"')[2]
        if html.escape(question) not in turn or 'class="verdict"' not in turn:
            return "empty", 0.0
        right = self.expected.get(question)
        told = right is None or (
            f'class="card {right.outcome.replace("_", "-")}"' in turn
            and turn.count("<blockquote") == len(right.quotes)
        )
        return ("answered" if told else "wrong"), 0.0


async def ask_in_turn(
    clients: int,
    make: Callable[[], Api | Page],
    questions: Iterator[str],
    pace: Callable[[], None] = lambda: None,
) -> Tally:
    """So many clients, each asking its next question when the last is answered; one refused waits as it was told."""
    tally = Tally()

    async def visit(http: aiohttp.ClientSession) -> None:
        client = make()
        for question in questions:
            began = time.perf_counter()
            kind, wait = await client.ask(http, question)
            tally.note(kind, time.perf_counter() - began)
            pace()
            await asyncio.sleep(wait)

    began = time.perf_counter()
    async with open_http() as http:
        await asyncio.gather(*(visit(http) for _ in range(clients)))
    tally.took = time.perf_counter() - began
    return tally


async def ask_at_rate(rate: float, make: Callable[[], Api | Page], questions: Iterator[str]) -> Tally:
    """Questions that arrive evenly, so many a second, whatever becomes of those before."""
    tally = Tally()
    under_way: set[asyncio.Task[None]] = set()

    async def visit(http: aiohttp.ClientSession, question: str) -> None:
        began = time.perf_counter()
        kind, _ = await make().ask(http, question)
        tally.note(kind, time.perf_counter() - began)

    began = time.perf_counter()
    async with open_http() as http:
        for number, question in enumerate(questions):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            task = asyncio.create_task(visit(http, question))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
    tally.took = time.perf_counter() - began
    return tally


def open_http() -> aiohttp.ClientSession:
    """Connections to 127.0.0.1, as many as are wanted, kept open; no proxy of the environment's."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120), trust_env=False
    )

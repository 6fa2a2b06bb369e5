"""How much one client may ask, and how much all of them at once."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Container, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from limits import parse
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import Settings
from assistant.web.admission import Admission, BusyError

MOST_CLIENTS = 20_000  # remembered at once; beyond, whoever has not come for the longest is forgotten
CHAT = "/gradio_api/queue/join"  # by which the chat page asks


class Limits:
    """Stands before whatever asks or votes; a refusal costs no reading of the body and no thread.

    How many may be inside is for `admission` to say: a question takes its place there when it begins to be
    answered (`Service.answer`), and is only turned away here, where that is cheap.
    """

    def __init__(self, app: ASGIApp, settings: Settings, admission: Admission, slugs: Container[str]) -> None:
        self.app = app
        self.trusted_proxies = settings.trusted_proxies
        self.rate = RateLimit(settings.rate)
        self.admission = admission
        self.slugs = slugs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        chat = path.endswith(CHAT) and path.removesuffix(CHAT).removeprefix("/") in self.slugs
        refusal = self._refuse(scope, chat)

        async def send_joined(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 200:
                self.admission.forget()  # it was no question that the page could have sent
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send_joined if chat else send)

    def _refuse(self, scope: Scope, chat: bool) -> Response | None:
        """Why a request goes no further; None when it may. A place is held for one of the chat page's."""
        path: str = scope["path"]
        if not chat and path not in ("/api/ask", "/api/feedback"):
            return None
        kind = "vote" if path == "/api/feedback" else "question"
        wait = self.rate.count(kind, name_client(HTTPConnection(scope), self.trusted_proxies))
        if wait:
            return refuse(429, "too_many", f"That was a lot at once. Please wait {wait} s.", wait)
        if kind == "question":
            try:
                self.admission.expect() if chat else self.admission.check()
            except BusyError as error:
                return refuse(503, "busy", str(error), error.again)
        return None


def refuse(status: int, code: str, message: str, again: int) -> JSONResponse:
    """A refusal as the interface gives it, with the words where Gradio's page looks for them, too."""
    body = {"error": {"code": code, "message": message}, "detail": message}
    return JSONResponse(body, status, {"Retry-After": str(again)})


class RateLimit:
    """At most so many requests of one client in a moving window, counted in this process's memory; for one thread.

    The library's own storage forgets no client, walks over all of them and starts a thread at nearly every count
    (docs/decisions.md); here a count takes the same time however many clients there are.
    """

    def __init__(self, rate: str, most_clients: int = MOST_CLIENTS) -> None:
        item = parse(rate)
        self._most = item.amount
        self._window = item.get_expiry()  # seconds
        self._most_clients = most_clients
        self._times: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()  # who came last stands last

    def __len__(self) -> int:
        """The clients that are remembered."""
        return len(self._times)

    def count(self, *who: str) -> int:
        """Count one request; 0 when it may go on, else the whole seconds after which one may again."""
        now = time.monotonic()
        times = self._times.setdefault(who, deque())
        while times and times[0] <= now - self._window:
            times.popleft()
        if len(times) >= self._most:
            return max(1, math.ceil(times[0] + self._window - now))
        times.append(now)
        self._times.move_to_end(who)
        while len(self._times) > self._most_clients or self._is_past(now):
            self._times.popitem(last=False)
        return 0

    def _is_past(self, now: float) -> bool:
        """Whether the client that has not come for the longest may be forgotten."""
        times = next(iter(self._times.values()))
        return not times or times[-1] <= now - self._window


def name_client(connection: HTTPConnection, trusted_proxies: int) -> str:
    """Whom a request counts for: an IPv4 address, or the /64 network of an IPv6 one, which one household has.

    With `trusted_proxies` proxies in front, each of which appends the address it was called from, the client is
    the entry that many from the right of X-Forwarded-For; what stands left of it anybody can write. An entry that
    is no address, or a header that is too short, counts for the connection's own address.
    """
    near = connection.client.host if connection.client else "unknown"
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
    return shorten(pick_address(forwarded.split(","), trusted_proxies) or near)


def may_read_metrics(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a client's address is of the networks in ASSISTANT_METRICS_FROM.

    When a header says that proxies are in front, it must be the number of them that are trusted: a reader from
    the internet, brought here by a proxy on this very machine, is never taken for the machine itself.
    """
    near = connection.client.host if connection.client else ""
    forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
    address: str | None = near
    if any(name in connection.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")):
        address = pick_address(forwarded, settings.trusted_proxies)
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    parsed = (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
    return any(parsed in network for network in settings.metrics_from)


def pick_address(forwarded: Sequence[str], trusted_proxies: int) -> str | None:
    """The right-most entry that no trusted proxy wrote: ["1.1.1.1", "2.2.2.2"], 1 -> "2.2.2.2"."""
    if not 0 < trusted_proxies <= len(forwarded):
        return None
    entry = forwarded[-trusted_proxies].strip()
    try:
        return str(ip_address(entry))
    except ValueError:
        return None


def shorten(address: str) -> str:
    """An address as it is counted: "2001:db8:1:2:3::4" -> "2001:db8:1:2::/64"; other texts as they are."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed.packed[:8] + bytes(8), 64)))
    return str(parsed)

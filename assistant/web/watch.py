"""Around everything: each request gets an id, a line in the log, and its place in the metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.log_lines import request_id
from assistant.web.metrics import Fault, Metrics, name_refusal
from assistant.web.request_note import RequestNote, open_note

log = logging.getLogger(__name__)

_KNOWN = frozenset(map(int, HTTPStatus))
LONGEST_PATH = 200  # characters of a path in the log
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_ROUTES = (
    "api/ask",
    "api/feedback",
    "api/articles",
    "answers",
    "editor",
    "static",
    "demo",
    "healthz",
    "metrics",
)
_QUIET = ("healthz", "metrics", "static", "assets")  # asked all the time; only told when they fail


def name_route(path: str, slugs: Collection[str]) -> str:
    """The kind of address, one of a fixed set: "/harbour/gradio_api/queue/join" -> "chat/queue"."""
    first, _, rest = path.lstrip("/").partition("/")
    if first in slugs:
        if rest.startswith(("assets/", "static/", "theme.css")):
            return "assets"
        return (
            f"chat/{rest.split('/')[1]}"
            if rest.startswith(("gradio_api/queue", "gradio_api/heart"))
            else "chat"
        )
    if first.startswith("widget"):
        return "widget"
    if not first:
        return "front"
    for route in _ROUTES:
        if path.lstrip("/").startswith(route):
            return route
    return "other"


def show_path(path: str) -> str:
    """A path as the log has it: the id of an answer opens the answer, and that of a visit is nobody's business."""
    return re.sub(r"(/answers/|/heartbeat/)[^/]+", r"\1…", path)[:LONGEST_PATH]


class Watch:
    """Outermost of all. The id comes from the proxy in front when there is one, in X-Request-ID."""

    def __init__(self, app: ASGIApp, metrics: Metrics, slugs: Collection[str], trusted_proxies: int) -> None:
        self.app = app
        self.metrics = metrics
        self.slugs = slugs
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNote(self._choose_id(Headers(scope=scope)))
        open_note(note)
        token = request_id.set(note.id)
        began = time.perf_counter()
        status, first = 0, 0.0

        async def send_watched(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter() - began
                MutableHeaders(scope=message)["X-Request-ID"] = note.id
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except Exception:
            status = 500  # the server answers, and tells the error in the log
            raise
        finally:
            self._tell(scope, note, status, first, time.perf_counter() - began)
            request_id.reset(token)

    def _choose_id(self, headers: Headers) -> str:
        given = headers.get("x-request-id", "") if self.trusted_proxies else ""
        return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    def _tell(self, scope: Scope, note: RequestNote, status: int, first: float, whole: float) -> None:
        route = name_route(scope["path"], self.slugs)
        self.metrics.requests.labels(route, name_status(status)).observe(first)
        refusal = name_refusal(status, note.outcome)
        if refusal is not None:
            self.metrics.refuse(refusal)
        elif status >= 500:
            self.metrics.errors.labels(Fault.REQUEST.value).inc()
        quiet = route in _QUIET and status < 400
        fields = {
            "method": scope["method"][:16],
            "path": show_path(scope["path"]),
            "status": status,
            "ms": round(whole * 1000, 1),
            "outcome": note.outcome or (refusal.value if refusal else "gone" if not status else "done"),
        }
        log.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"fields": fields})


def name_status(status: int) -> str:
    """A status as a label: 0, for a client that went away, and any number that HTTP knows; else its class."""
    return str(status) if status == 0 or status in _KNOWN else f"{status // 100}xx"

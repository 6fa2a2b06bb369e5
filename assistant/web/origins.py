"""Which other origins may use the interface and frame the pages: one list, asked by all that lets strangers in."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PATHS = ("/api/", "/widget")  # what a page of another origin asks for
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "7200",  # seconds; the longest Chromium keeps
}


class Origins:
    """The allow-list; an empty one lets nobody in beside the assistant's own origin."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(allowed)

    def name(self, path: str, origin: str | None) -> dict[str, str]:
        """The headers that let an origin read a response; none for an origin or a path that is not open to it."""
        if not path.startswith(OPEN_PATHS) or origin not in self.allowed:
            return {}
        return {"Access-Control-Allow-Origin": str(origin), "Access-Control-Expose-Headers": "Retry-After"}


class CrossOrigin:
    """Outermost of all, so that refusals, too, can be read by the page that met them. No credentials, ever."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self.app = app
        self.origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        granted = self.origins.name(scope["path"], asked.get("origin"))
        if scope["method"] == "OPTIONS" and "access-control-request-method" in asked:
            headers = {**granted, **PREFLIGHT} if granted else {}
            await Response(None, 204 if granted else 403, {**headers, "Vary": "Origin"})(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith(OPEN_PATHS):
                headers = MutableHeaders(scope=message)
                headers.update(granted)
                if "origin" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Origin")
            await send(message)

        await self.app(scope, receive, send_marked)

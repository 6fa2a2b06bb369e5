"""Reads every body to its end before anything parses it, within limits of size and shape."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.joins import Event, check_join
from assistant.web.json_shape import ShapeError, check_shape
from assistant.web.surface import ROW, Media, Row, refuse

SLOWEST = 20.0  # seconds from a request's headers to the end of its body


class Bodies:
    """Innermost of all that stands before the routes, so that whoever is refused further out has not been read.

    `events` are the Gradio pages' events, by the first part of their paths; it may be filled later.
    """

    def __init__(self, app: ASGIApp, events: Mapping[str, Mapping[int, Event]]) -> None:
        self.app = app
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        row: Row | None = scope.get(ROW)
        if row is None or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            async with asyncio.timeout(SLOWEST):
                body = await _read_body(receive, row.largest)
        except TimeoutError:
            too_slow = refuse(path, 408, "too_slow", f"The body did not arrive within {SLOWEST:.0f} s.")
            too_slow.headers["Connection"] = "close"
            await too_slow(scope, receive, send)
            return
        if body is None:
            too_large = refuse(
                path, 413, "too_large", f"A body of at most {row.largest} bytes is taken here."
            )
            await too_large(scope, receive, send)
            return
        if row.media is Media.JSON:
            try:
                check_shape(body)
                if row.join:
                    check_join(body, self.events[path.split("/")[1]])
            except ShapeError as error:
                await refuse(path, 400, "bad_request", str(error))(scope, receive, send)
                return
        given = False

        async def give_body() -> Message:
            nonlocal given
            if given:
                return await receive()  # waits until the client has gone
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, give_body, send)


async def _read_body(receive: Receive, largest: int) -> bytes | None:
    """The whole body, None when there is more than `largest` bytes of it, whatever its headers say.

    Of a client that went away before the end nothing is kept, and the parser meets an empty body.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            return None
        if not message.get("more_body"):
            return b"".join(parts)

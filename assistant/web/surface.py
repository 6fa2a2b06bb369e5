"""The surface: every path and method there is, in one table. What is not in it is not reachable."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.api import fail
from assistant.web.entrance import Entrance, is_foreign
from assistant.web.hosts import Hosts, is_secure
from assistant.web.plain import render_missing
from assistant.web.policies import Dress, Policies

LONGEST_TARGET = 2048  # bytes of path and query
MOST_HEADERS = 64
LARGEST_HEADERS = 16_384  # bytes of names and values together
LARGEST_BODY = 65_536  # bytes
LARGEST_UPLOAD = 5_000_000  # bytes, of an editor

GET = ("GET", "HEAD")
POST = ("POST",)
STREAM = ("GET",)  # does not end by itself, so that HEAD would wait for nothing

FRESH = "no-cache"
SHORT = "public, max-age=300"  # seconds: an update reaches every page soon
FOREVER = "public, max-age=31536000, immutable"  # the name changes with the content
NEVER = "no-store"


class Media(StrEnum):
    """What a body may be."""

    JSON = "application/json"
    FORM = "application/x-www-form-urlencoded"
    FILE = "application/octet-stream"


class Door(StrEnum):
    """Who is let through."""

    ANYONE = "anyone"
    OWN_SITE = "own site"  # no page of another site; there is no session yet
    EDITOR = "editor"  # with a session


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of path: what may be asked of it, what its answers may do in a browser, and who may ask."""

    path: str  # a regular expression of the whole path, in which {slug} is an article that is served
    methods: tuple[str, ...]
    dress: Dress
    caching: str
    door: Door = Door.ANYONE
    media: Media | None = None  # of a body; None: there is none
    largest: int = LARGEST_BODY  # bytes of the body
    join: bool = False  # the body is a Gradio page's call


_NAME = r"[\w.@-]+"
_FILE = r"[a-z0-9-]+\.[a-z]{2,5}"

# What the pages ask for was found by watching them in Chromium; tests/test_surface.py asks for each.
TABLE = (
    Row(r"/", GET, Dress.PLAIN, FRESH),
    Row(r"/favicon\.ico", GET, Dress.DATA, SHORT),
    Row(rf"/static/{_FILE}", GET, Dress.DATA, SHORT),
    Row(r"/healthz", GET, Dress.DATA, NEVER),
    Row(r"/metrics", GET, Dress.DATA, NEVER),
    Row(r"/answers/[\w-]{1,64}", GET, Dress.ANSWER, NEVER),
    Row(r"/demo", GET, Dress.DEMO, FRESH),
    Row(r"/widget\.js", GET, Dress.EMBED, SHORT),
    Row(rf"/widget/[0-9a-f]{{1,64}}/{_FILE}", GET, Dress.EMBED, FOREVER),
    Row(r"/api/ask", POST, Dress.DATA, NEVER, media=Media.JSON),
    Row(r"/api/feedback", POST, Dress.DATA, NEVER, media=Media.JSON),
    Row(r"/api/articles/[a-z0-9-]{1,100}", GET, Dress.DATA, FRESH),
    # the chat page of an article, and what it asks of Gradio
    Row(r"/{slug}", GET, Dress.PLAIN, FRESH),
    Row(r"/{slug}/", GET, Dress.CHAT, FRESH),
    Row(r"/{slug}/theme\.css", GET, Dress.DATA, SHORT),
    Row(rf"/{{slug}}/assets/{_NAME}", GET, Dress.DATA, FOREVER),
    Row(r"/{slug}/static/js/iframeResizer\.contentWindow\.min\.js", GET, Dress.DATA, SHORT),
    Row(r"/{slug}/gradio_api/queue/join", POST, Dress.DATA, NEVER, media=Media.JSON, join=True),
    Row(r"/{slug}/gradio_api/queue/data", STREAM, Dress.DATA, NEVER),
    Row(r"/{slug}/gradio_api/heartbeat/\w{1,32}", STREAM, Dress.DATA, NEVER),
    # the editor's desk
    Row(r"/editor", GET, Dress.LOGIN, NEVER, Door.EDITOR),
    Row(r"/editor/login", (*GET, *POST), Dress.LOGIN, NEVER, Door.OWN_SITE, Media.FORM, 8192),
    Row(r"/editor/logout", POST, Dress.LOGIN, NEVER, Door.EDITOR, Media.FORM, 8192),
    Row(r"/editor/", GET, Dress.DESK, NEVER, Door.EDITOR),
    Row(r"/editor/theme\.css", GET, Dress.DATA, NEVER, Door.EDITOR),
    Row(rf"/editor/assets/{_NAME}", GET, Dress.DATA, FOREVER, Door.EDITOR),
    Row(r"/editor/static/js/iframeResizer\.contentWindow\.min\.js", GET, Dress.DATA, SHORT, Door.EDITOR),
    Row(r"/editor/gradio_api/queue/join", POST, Dress.DATA, NEVER, Door.EDITOR, Media.JSON, join=True),
    Row(r"/editor/gradio_api/queue/data", STREAM, Dress.DATA, NEVER, Door.EDITOR),
    Row(r"/editor/gradio_api/heartbeat/\w{1,32}", STREAM, Dress.DATA, NEVER, Door.EDITOR),
    Row(rf"/editor/export/(?:log|golden)/{_NAME}", GET, Dress.DATA, NEVER, Door.EDITOR),
    Row(rf"/editor/export/run/[a-z0-9-]+/{_NAME}", GET, Dress.DATA, NEVER, Door.EDITOR),
    Row(r"/editor/import/[a-z0-9-]+", POST, Dress.DATA, NEVER, Door.EDITOR, Media.FILE, LARGEST_UPLOAD),
    Row(r"/editor/draft/[a-z0-9-]+", POST, Dress.DATA, NEVER, Door.EDITOR, Media.FILE, LARGEST_UPLOAD),
)  # fmt: skip
_PATTERNS = tuple(
    (re.compile(row.path.replace("{slug}", "(?P<slug>[a-z0-9-]+)"), re.ASCII), row) for row in TABLE
)
ROW = "assistant.row"  # the scope's key for the row that a request matched


def find_row(path: str, slugs: Container[str]) -> Row | None:
    """The row of a path, None when there is nothing under it; `slugs` are the articles that are served."""
    for pattern, row in _PATTERNS:
        match = pattern.fullmatch(path)
        if match and ("slug" not in pattern.groupindex or match["slug"] in slugs):
            return row
    return None


class Surface:
    """Stands before the whole application, refuses what the table does not hold, and dresses every response.

    `entrance` gives the door of the editor's desk, None while there is no desk. WebSockets are refused: no page
    uses one.
    """

    def __init__(
        self,
        app: ASGIApp,
        slugs: Container[str],
        entrance: Entrance | None,
        hosts: Hosts,
        policies: Policies,
        trusted_proxies: int,
    ) -> None:
        self.app = app
        self.slugs = slugs
        self.entrance = entrance
        self.hosts = hosts
        self.policies = policies
        self.trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send(
                {"type": "websocket.close", "code": 1008}
            )  # before it is accepted: the client is told 403
            return
        row = find_row(scope["path"], self.slugs)
        secure = is_secure(scope, self.trusted_proxies)
        dress = row.dress if row else Dress.DATA if scope["path"].startswith("/api/") else Dress.PLAIN
        headers = self.policies.find_headers(dress, secure)
        caching = (row.caching if row else NEVER).encode()
        empty = scope["method"] == "HEAD"

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                added = [header for header in headers if header[0] not in said]
                if message["status"] >= 400:
                    message["headers"] = [h for h in message["headers"] if h[0].lower() != b"cache-control"]
                    added.append((b"cache-control", NEVER.encode()))
                elif b"cache-control" not in said:
                    added.append((b"cache-control", caching))
                message = {**message, "headers": [*message["headers"], *added]}
            elif empty and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refuse(scope, row, secure)
        if refusal is not None:
            await refusal(scope, receive, send_dressed)
            return
        passed = {**scope, ROW: row, "method": "GET" if empty else scope["method"]}
        await self.app(passed, receive, send_dressed)

    def _refuse(self, scope: Scope, row: Row | None, secure: bool) -> Response | None:
        """Why a request goes no further; None when it may."""
        path: str = scope["path"]
        headers = Headers(scope=scope)
        names = headers.getlist("host")
        if len(names) > 1 or not self.hosts.accept(names[0] if names else None):
            return PlainTextResponse(
                "The assistant is not known by this host name; names are added with ASSISTANT_HOSTS.\n", 421
            )
        if len(scope.get("raw_path") or path.encode()) + len(scope["query_string"]) > LONGEST_TARGET:
            return refuse(path, 414, "too_large", "The address is too long.")
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > LARGEST_HEADERS or len(scope["headers"]) > MOST_HEADERS:
            return refuse(path, 431, "too_large", "The request's headers are too many or too large.")
        if row is None or (row.door is not Door.ANYONE and self.entrance is None):
            return refuse(path, 404, "not_found", "There is nothing under this address.")
        if row.door is not Door.ANYONE:
            kept_out = self._keep_out(scope, row, headers, secure)
            if kept_out is not None:
                return kept_out
        if scope["method"] not in row.methods:
            refusal = refuse(path, 405, "not_possible", "This address does not take that method.")
            refusal.headers["Allow"] = ", ".join(row.methods)
            return refusal
        if row.path == "/{slug}":
            return RedirectResponse(f"{path}/", 308)
        return refuse_body(path, row, headers) if scope["method"] == "POST" else None

    def _keep_out(self, scope: Scope, row: Row, headers: Headers, secure: bool) -> Response | None:
        """Why a request for the editor's desk goes no further; None when it may."""
        assert self.entrance is not None
        if is_foreign(scope["method"], headers, secure):
            return HTMLResponse(render_missing(), 403)
        cookies = cookie_parser(headers.get("cookie", ""))
        if row.door is Door.OWN_SITE or self.entrance.find_editor(cookies, secure) is not None:
            return RedirectResponse("/editor/", 308) if scope["path"] == "/editor" else None
        if scope["path"] in ("/editor", "/editor/") and scope["method"] in GET:
            return RedirectResponse("/editor/login", 303)
        return HTMLResponse(render_missing(), 401)


def refuse_body(path: str, row: Row, headers: Headers) -> Response | None:
    """Why a body is not read, by what its headers say of it; None when it is."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        return refuse(path, 415, "bad_request", "A body must not be compressed.")
    told = headers.get("content-length")
    if told is not None and not (told.isascii() and told.isdigit()):
        return refuse(path, 400, "bad_request", "The length of the body is no number.")
    if told is not None and (len(told) > 12 or int(told) > row.largest):
        return refuse(path, 413, "too_large", f"A body of at most {row.largest} bytes is taken here.")
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != row.media and (media or told != "0"):
        return refuse(path, 415, "bad_request", f"A body must be {row.media}.")
    return None


def refuse(path: str, status: int, code: str, message: str) -> Response:
    """A refusal in the form its asker reads: JSON for the interface, a page for everybody else."""
    if path.startswith("/api/"):
        return fail(status, code, message)
    if status == 404:
        return HTMLResponse(render_missing(), 404)
    return PlainTextResponse(message + "\n", status)

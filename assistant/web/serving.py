"""Serving the application: limits on connections and on slow clients, and an end that answers who has asked."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import socket
import threading
from typing import Any

import uvicorn
from fastapi import FastAPI
from gradio.routes import App as GradioApp
from starlette.routing import Mount
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assistant.settings import Settings

log = logging.getLogger(__name__)

HEADERS = (
    10.0  # seconds from a request's first byte, or from the connection's beginning, to the end of its headers
)
KEEP_ALIVE = 30  # seconds a connection may idle between requests; a proxy in front should let go before
ENDING = 10  # seconds for answers in flight at the end
LAST = (
    10.0  # seconds after those, for what must still be kept on disk, until the program ends whatever it does
)
OTHER_FILES = 100  # open files beside connections
_GONE_WRONG = 70  # exit status


class ImpatientHttp(HttpToolsProtocol):
    """HTTP for a client that must send its headers within `HEADERS` seconds; uvicorn itself waits for ever."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_headers()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_headers(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(HEADERS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        self._due = None
        if not self.transport.is_closing():
            self.transport.close()


class Serving(uvicorn.Server):
    """uvicorn for this application: at the end, questions are no longer let in, and those inside are answered."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=ImpatientHttp,
                ws="none",  # no page uses one
                log_config=None,  # its lines go where all go
                log_level="warning",
                access_log=False,  # the application tells each request itself, without the address
                proxy_headers=False,  # ASSISTANT_TRUSTED_PROXIES alone says whom to believe
                server_header=False,
                limit_concurrency=settings.connections,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=ENDING,
            )
        )
        self.app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """No new connection, no new question; streams that only say that a page is open end at once."""
        watchdog = threading.Timer(ENDING + LAST, end_by_force)
        watchdog.daemon = True
        watchdog.start()
        self.app.state.service.stop()
        for route in self.app.routes:
            if isinstance(route, Mount) and isinstance(route.app, GradioApp):
                route.app.stop_event.set()
        try:
            await super().shutdown(sockets)
        finally:
            watchdog.cancel()


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until the program is told to stop."""
    allow_files(settings.connections + OTHER_FILES)
    Serving(app, settings).run()


def allow_files(wanted: int) -> None:
    """Let this process have so many files open, or as many as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        if allowed < wanted:
            log.warning("only %d files may be open, fewer than ASSISTANT_CONNECTIONS needs", allowed)


def end_by_force(*_: Any) -> None:
    """End now; whatever was acknowledged is on disk."""
    log.critical("the program did not end in time and is ended by force")
    os._exit(_GONE_WRONG)

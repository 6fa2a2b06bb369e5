"""The door to the editor's desk: a password, a session that ends, and nothing for other sites."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

log = logging.getLogger(__name__)

SESSION = 8 * 3600.0  # seconds a session lasts without being used
LONGEST_SESSION = 24 * 3600.0  # seconds it lasts at most
MOST_SESSIONS = 100
WINDOW = 300.0  # seconds
TRIES = 5  # wrong passwords of one address in a window
ALL_TRIES = 50  # of all addresses together: another address a try does not help
LONGEST_NAME = 60  # characters of an editor's name
COOKIE = "desk"
SECURE_COOKIE = "__Host-desk"


@dataclass(slots=True)
class Session:
    """An editor who logged in, under the name they gave."""

    editor: str
    began: float
    used: float


class Entrance:
    """Sessions in memory, for one password; a restart ends them all. Safe to share between threads."""

    def __init__(self, password: str) -> None:
        self._key = secrets.token_bytes(32)
        self._password = self._digest(password)
        self._sessions: dict[str, Session] = {}
        self._failed: dict[str, deque[float]] = {}
        self._all_failed: deque[float] = deque()
        self._lock = threading.Lock()

    def _digest(self, text: str) -> bytes:
        """Of one length whatever the text's, so that comparing tells nothing of it."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def wait_for(self, address: str) -> int:
        """Seconds until this address may try again, 0 when it may now."""
        now = time.monotonic()
        with self._lock:
            waits = [
                failed[0] + WINDOW - now
                for failed, most in ((self._failed.get(address), TRIES), (self._all_failed, ALL_TRIES))
                if failed and _forget_old(failed, now) >= most
            ]
        return max(1, round(max(waits))) if waits else 0

    def log_in(self, password: str, editor: str, address: str) -> str | None:
        """A new session's token for the right password, otherwise None; a wrong one is counted and logged."""
        if not hmac.compare_digest(self._digest(password), self._password):
            now = time.monotonic()
            with self._lock:
                for place in [
                    place for place, failed in self._failed.items() if not _forget_old(failed, now)
                ]:
                    del self._failed[place]
                self._failed.setdefault(address, deque()).append(now)
                self._all_failed.append(now)
            log.warning("a wrong password for the editor's desk, %d in five minutes", len(self._all_failed))
            return None
        token = secrets.token_urlsafe(32)
        now = time.monotonic()
        name = " ".join(editor.split())[:LONGEST_NAME] or "editor"
        with self._lock:
            self._failed.pop(address, None)
            self._drop_expired(now)
            while len(self._sessions) >= MOST_SESSIONS:
                del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].used)]
            self._sessions[_hide(token)] = Session(name, now, now)
        return token

    def log_out(self, cookies: Mapping[str, str]) -> None:
        token = read_token(cookies)
        with self._lock:
            self._sessions.pop(_hide(token), None)

    def find_editor(self, cookies: Mapping[str, str]) -> str | None:
        """The editor's name whose session the cookies carry, None without a session."""
        token = read_token(cookies)
        now = time.monotonic()
        with self._lock:
            self._drop_expired(now)
            session = self._sessions.get(_hide(token))
            if session is None:
                return None
            session.used = now
            return session.editor

    def _drop_expired(self, now: float) -> None:
        for key in [
            key
            for key, session in self._sessions.items()
            if now - session.used > SESSION or now - session.began > LONGEST_SESSION
        ]:
            del self._sessions[key]


def _hide(token: str) -> str:
    """What is kept of a token: whoever reads the memory's keys cannot log in with them."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _forget_old(failed: deque[float], now: float) -> int:
    while failed and now - failed[0] > WINDOW:
        failed.popleft()
    return len(failed)


def read_token(cookies: Mapping[str, str]) -> str:
    return cookies.get(SECURE_COOKIE) or cookies.get(COOKIE) or ""


def is_secure(request: Request) -> bool:
    """Whether the browser came by TLS, itself or up to the proxy in front."""
    return request.url.scheme == "https" or request.headers.get("x-forwarded-proto", "") == "https"


def is_foreign(request: Request) -> bool:
    """Whether another site's page is behind a request.

    A browser says so in Sec-Fetch-Site, and in Origin for whatever changes something; a request that changes
    something and says neither is foreign too. Following a link to the desk is not.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    reading = request.method in ("GET", "HEAD")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        return True
    if site in ("cross-site", "same-site"):
        return not (reading and request.headers.get("sec-fetch-mode") == "navigate")
    return not reading and origin is None and site != "same-origin"

"""The door to the editor's desk: a password, a session that ends, and nothing for other sites."""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

log = logging.getLogger(__name__)

SESSION = 8 * 3600.0  # seconds a session lasts without being used
LONGEST_SESSION = 24 * 3600.0  # seconds it lasts at most
MOST_SESSIONS = 100
WINDOW = 300.0  # seconds
TRIES = 5  # wrong passwords of one address, or of one known browser, in a window
ALL_TRIES = 50  # of all addresses together: another address a try does not help
LONGEST_NAME = 60  # characters of an editor's name
COOKIE = "desk"
SECURE_COOKIE = "__Host-desk"
KNOWN_COOKIE = "desk-known"
SECURE_KNOWN_COOKIE = "__Host-desk-known"
KNOWN_FOR = 180 * 86_400  # seconds a browser stays known after its last log-in


@dataclass(slots=True)
class Session:
    """An editor who logged in, under the name they gave."""

    editor: str
    began: float
    used: float


@dataclass(frozen=True, slots=True)
class LogIn:
    """How a try to log in went: a token for a new session, or the seconds to wait, or neither for a wrong password.

    `known` is what the browser is known by from now on.
    """

    token: str | None = None
    known: str = ""
    wait: int = 0


class Entrance:
    """Sessions in memory, for one password; a restart ends them all. Safe to share between threads.

    Wrong passwords are counted for their address and for all addresses together. A browser that has logged in
    before is known by a cookie and counted by itself, so that strangers who use up what all together may try do not
    shut out the editors (OWASP, "Blocking Brute Force Attacks", device cookies). `key` signs those cookies: kept
    over a restart, the browsers stay known.
    """

    def __init__(self, password: str, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(32)
        self._password = self._digest(password)
        self._known_key = hmac.digest(
            key or self._key, b"known browsers:" + password.encode(), hashlib.sha256
        )
        self._sessions: dict[str, Session] = {}
        self._failed: dict[str, deque[float]] = {}
        self._all_failed: deque[float] = deque()
        self._lock = threading.Lock()

    def _digest(self, text: str) -> bytes:
        """Of one length whatever the text's, so that comparing tells nothing of it."""
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def log_in(self, password: str, editor: str, address: str, known: str = "") -> LogIn:
        """Try a password; it is counted before it is compared, so that many tries at once help nobody.

        `known` is the cookie of a browser that logged in before, "" without one.
        """
        now = time.monotonic()
        device = self._read_known(known)
        with self._lock:
            failed = self._count(device or address, now)
            allowances = [(failed, TRIES)] if device else [(failed, TRIES), (self._all_failed, ALL_TRIES)]
            waits = [each[0] + WINDOW - now for each, most in allowances if _forget_old(each, now) >= most]
            if waits:
                return LogIn(wait=max(1, math.ceil(max(waits))))
            for each, _ in allowances:
                each.append(now)
        if not hmac.compare_digest(self._digest(password), self._password):
            log.warning("a wrong password for the editor's desk, %d in five minutes", len(self._all_failed))
            return LogIn()
        token = secrets.token_urlsafe(32)
        name = " ".join(editor.split())[:LONGEST_NAME] or "editor"
        with self._lock:
            self._failed.pop(device or address, None)
            if not device and now in self._all_failed:
                self._all_failed.remove(now)
            self._drop_expired(now)
            while len(self._sessions) >= MOST_SESSIONS:
                del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].used)]
            self._sessions[_hide(token)] = Session(name, now, now)
        return LogIn(token, self._sign(device or secrets.token_urlsafe(16)))

    def _count(self, who: str, now: float) -> deque[float]:
        """The wrong passwords of an address or browser; those of others that are long past are forgotten."""
        for other in [other for other, failed in self._failed.items() if not _forget_old(failed, now)]:
            del self._failed[other]
        return self._failed.setdefault(who, deque())

    def _sign(self, device: str) -> str:
        return f"{device}.{hmac.digest(self._known_key, device.encode(), hashlib.sha256).hex()}"

    def _read_known(self, cookie: str) -> str:
        """The name of a browser that logged in before, "" for a cookie that is not of this door's making."""
        device = cookie.partition(".")[0]
        if not 0 < len(device) <= 64 or not cookie.isascii():
            return ""
        return device if hmac.compare_digest(cookie, self._sign(device)) else ""

    def log_out(self, cookies: Mapping[str, str]) -> None:
        token = read_token(cookies)
        with self._lock:
            self._sessions.pop(_hide(token), None)

    def find_editor(self, cookies: Mapping[str, str], secure: bool = False) -> str | None:
        """The editor's name whose session the cookies carry, None without a session.

        `secure`, only a cookie that no other host could have set counts.
        """
        token = cookies.get(SECURE_COOKIE, "") if secure else read_token(cookies)
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


def is_foreign(method: str, headers: Headers, secure: bool) -> bool:
    """Whether another site's page is behind a request; `secure`, the desk was reached by TLS.

    A browser says so in Sec-Fetch-Site, and in Origin for whatever changes something; either is enough to refuse. A
    request that changes something and says neither is foreign too. Following a link to the desk is not.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    reading = method in ("GET", "HEAD")
    if origin is not None:
        parts = urlsplit(origin)
        if parts.netloc != headers.get("host", "") or (secure and parts.scheme != "https"):
            return True
    if site in ("cross-site", "same-site"):
        link = (
            headers.get("sec-fetch-mode") == "navigate"
            and headers.get("sec-fetch-dest", "document") == "document"
        )
        return not (reading and link)
    return not reading and origin is None and site != "same-origin"

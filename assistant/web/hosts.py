"""By which name and over which scheme a browser came, and whether the assistant answers to that name."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope


class Hosts:
    """The names the assistant answers to.

    Without any, every address written in numbers, `localhost`, and the name it listens on: a page that was
    rebound to this address by a name of its own is refused, `make run` on a local network works. With some, these
    and the machine itself, so that health checks need no name.
    """

    def __init__(self, public: Iterable[str], listening: str = "") -> None:
        self._public = frozenset(public)
        self._listening = listening.lower()

    def accept(self, host: str | None) -> bool:
        """Whether a Host header names the assistant: "news.example:8443", "[::1]:7860", "localhost"."""
        name = read_name(host or "")
        if name in self._public or name == "localhost":
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return bool(name) and not self._public and name == self._listening
        return address.is_loopback or not self._public


def read_name(host: str) -> str:
    """The name in a Host header, without its port, in small letters; "" when it is none."""
    if host.startswith("["):
        name, closed, port = host[1:].partition("]")
        if not closed or (port and not port.startswith(":")):
            return ""
        port = port[1:]
    else:
        name, _, port = host.partition(":")
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5):
        return ""
    return name.lower().removesuffix(".")


def is_secure(scope: Scope, trusted_proxies: int) -> bool:
    """Whether the browser came by TLS: to here, or to the proxy in front, which says so in X-Forwarded-Proto.

    Without a proxy that is trusted anybody could have written that header, and it is not read; the last entry is
    the nearest proxy's.
    """
    if scope.get("scheme") == "https":
        return True
    if not trusted_proxies:
        return False
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-proto"))
    return told.rpartition(",")[2].strip().lower() == "https"

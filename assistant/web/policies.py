"""What browsers are told they may do with each kind of response: the security headers, all in one place."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

Header = tuple[bytes, bytes]

DAY = 86_400  # seconds
HSTS = (b"strict-transport-security", f"max-age={365 * DAY}".encode())  # of this host alone


class Dress(StrEnum):
    """The kinds of response that differ in what a browser may do with them."""

    PLAIN = "plain"  # a page without a script
    ANSWER = "answer"  # the same, and a publisher may frame it
    CHAT = "chat"  # a Gradio page, which a publisher may frame
    DESK = "desk"  # a Gradio page for editors, never framed
    LOGIN = "login"  # the way to it: one form
    DEMO = "demo"  # a page with the widget in it
    DATA = "data"  # read by scripts of ours, or of an origin that the list of origins names
    EMBED = "embed"  # read by any page: the widget's script


# Gradio's page has scripts and styles in itself and makes functions of texts, so those two stay allowed; nothing that
# anybody typed ever stands in it unescaped.
_GRADIO = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "object-src 'none'; "
)
_PLAIN = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
_CONTENT: dict[Dress, str] = {
    Dress.PLAIN: f"{_PLAIN}form-action 'none'",
    Dress.ANSWER: f"{_PLAIN}form-action 'none'",
    Dress.CHAT: f"{_GRADIO}form-action 'none'",
    Dress.DESK: f"{_GRADIO}form-action 'self'",
    Dress.LOGIN: f"{_PLAIN}form-action 'self'",
    Dress.DEMO: "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'",
    Dress.DATA: "default-src 'none'; base-uri 'none'; form-action 'none'; sandbox",
    Dress.EMBED: "default-src 'none'; base-uri 'none'; form-action 'none'; sandbox",
}
_FRAMED = frozenset({Dress.ANSWER, Dress.CHAT})
# A page with the address of an answer, or of the desk, tells that address to nobody else. Not "no-referrer": with it
# browsers send "Origin: null" with forms.
_DISCREET = frozenset({Dress.ANSWER, Dress.DESK, Dress.LOGIN})
_CLOSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip


class Policies:
    """The security headers of each dress, made once; `ancestors` are the origins that may frame a page."""

    def __init__(self, ancestors: Iterable[str] = ()) -> None:
        self._headers = {dress: tuple(_make_headers(dress, tuple(ancestors))) for dress in Dress}

    def find_headers(self, dress: Dress, secure: bool) -> tuple[Header, ...]:
        """The headers for a response, which override nothing it says itself."""
        return (*self._headers[dress], HSTS) if secure else self._headers[dress]


def _make_headers(dress: Dress, ancestors: tuple[str, ...]) -> list[Header]:
    framed = dress in _FRAMED
    by = " ".join(("'self'", *sorted(ancestors))) if framed else "'none'"
    headers = {
        "Content-Security-Policy": f"{_CONTENT[dress]}; frame-ancestors {by}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin" if dress in _DISCREET else "strict-origin-when-cross-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _CLOSED),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if framed or dress is Dress.EMBED else "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }
    if not framed:
        headers["X-Frame-Options"] = "DENY"
    elif not ancestors:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]

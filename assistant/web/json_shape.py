"""How deep and how wide a JSON text is, told from its bytes, before objects are made of it."""

from __future__ import annotations

import re

DEEPEST = 8
MOST_KEYS = 64
MOST_VALUES = 1024

# A text in quotes, closed or not, or a mark of structure. Nothing is tried twice, so it takes linear time.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[][{}:,]', re.DOTALL)


class ShapeError(ValueError):
    """A body that no page sends; the message says why, in words for whoever wrote the client."""


def check_shape(data: bytes) -> None:
    """Pass JSON in UTF-8 that is neither deeper nor wider than anything a page sends; raises ShapeError.

    b'{"a": [1, 2]}' is 2 deep and has 1 key and 2 values beside its first; b'[[[[[[[[[]]]]]]]]]' is 9 deep.
    Whether it is JSON at all is for the parser to say, which then has little left to do.
    """
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise ShapeError(
            f"The body is not UTF-8 (byte 0x{data[error.start]:02x} at {error.start})."
        ) from None
    if b"\x00" in data:
        raise ShapeError("The body holds a NUL byte.")  # also what UTF-16 and UTF-32 are full of
    depth = keys = values = 0
    for token in _TOKEN.finditer(data):
        mark = token[0][:1]
        if mark in b"[{":
            depth += 1
            values += 1
            if depth > DEEPEST:
                raise ShapeError(f"The body nests more than {DEEPEST} deep.")
        elif mark in b"]}":
            depth -= 1
        elif mark == b":":
            keys += 1
            if keys > MOST_KEYS:
                raise ShapeError(f"The body has more than {MOST_KEYS} keys.")
        elif mark == b",":
            values += 1
        if values > MOST_VALUES:
            raise ShapeError(f"The body has more than {MOST_VALUES} values.")

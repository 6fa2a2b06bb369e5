"""Taking e-mail addresses and telephone numbers out of what readers type, before it is kept."""

from __future__ import annotations

import re

# Bounded repetitions: the time stays linear whatever is typed.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\w/]|[.,-]\d)")


def redact_text(text: str) -> str:
    """The text without e-mail addresses and telephone numbers.

    "mail ann@example.org or call +1 (978) 555-0100" -> "mail [e-mail] or call [phone]"; years, dates and sums
    of fewer than seven digits stay.
    """
    return _PHONE.sub("[phone]", _EMAIL.sub("[e-mail]", text))

"""Questions in another language than the article's: which they are, and whether an encoder knows the language."""

from __future__ import annotations

import threading

from assistant.messages import LANGUAGES, detect_language, messages_for
from index import Encoder

# Texts that the catalogue has in every language, and no two of which mean nearly the same.
PROBES = (
    "what_was_wrong", "off_topic", "nearest_hint", "searched_english", "greeting", "for_example",
    "new_conversation", "waiting", "too_many", "changed", "unreachable", "placeholder",
)  # fmt: skip
KNOWN = 0.75  # of the probes nearest to their own translation; by chance 1 in 12 is


def find_foreign(question: str, article_language: str) -> str:
    """The language of a question that is not the article's; "" for one in the article's language.

    Of an article in a language that the assistant does not speak no question is foreign: it cannot tell.
    """
    if article_language not in LANGUAGES:
        return ""
    language = detect_language(question)
    return "" if language == article_language else language


class KnownLanguages:
    """Which languages an encoder understands, measured when first asked; safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._shares: dict[str, float] = {}

    def measure(self, language: str) -> float:
        """The share, 0 to 1, of the assistant's texts in a language that are nearest to the same in English."""
        with self._lock:
            if language not in self._shares:
                ours = self._encoder.encode([getattr(messages_for("en"), name) for name in PROBES])
                theirs = self._encoder.encode([getattr(messages_for(language), name) for name in PROBES])
                nearest = (theirs @ ours.T).argmax(axis=1)
                self._shares[language] = sum(int(at) == n for n, at in enumerate(nearest)) / len(PROBES)
            return self._shares[language]

    def knows(self, language: str) -> bool:
        return self.measure(language) >= KNOWN

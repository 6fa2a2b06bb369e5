"""Whether two questions ask the same thing, so that an editor's decision on one holds for the other."""

from __future__ import annotations

import re

from index.answer_kind import AnswerKind, expect_kind
from index.lexical import tokenize

# Vectors cannot tell "before the raid" from "after the raid" (cosine 0.94) or "two officers" from "three" (0.93),
# so the words decide and the cosine is only a last check: see tests/test_same_question.py for the pairs.
LEAST_COSINE = 0.75
_NEGATION = re.compile(r"\b(?:not|no|never|nobody|none|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_ASKING = {"whom": "who", "whose": "who", "which": "what"}
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b")
# Words that leave a question as it is, stemmed as `tokenize` does.
_FILLERS = frozenset(
    tokenize("exactly really actually know say said article story according there anyone know")
)
_DATE_WORDS = frozenset(tokenize("year date day month time exact"))
_ONE_WORD = {
    stem: canonical
    for words, canonical in (("old age", "age"), ("happen occur", "happen"), ("cop police", "police"))
    for stem in tokenize(words)
}


def ask_the_same(one: str, other: str, cosine: float) -> bool:
    """Whether two stand-alone questions ask the same thing; `cosine` is that of their vectors.

    They must ask for one kind of answer by one question word, agree in what they deny, and have the same
    stems in the same order once the words that change nothing are left out; what stands first may stand last:
    "Who was arrested in Worcester?" is "In Worcester, who got arrested", and "Did Boston sue Lynn?" is not
    "Did Lynn sue Boston?".
    """
    kind = expect_kind(one)
    if kind is not expect_kind(other):
        return False
    if kind is AnswerKind.OTHER and _find_asking(one) != _find_asking(other):
        return False
    if bool(_NEGATION.search(one)) != bool(_NEGATION.search(other)):
        return False
    words, others = _find_words(one, kind), _find_words(other, kind)
    turned = any(words == others[at:] + others[:at] for at in range(len(others)))
    return bool(words) and turned and cosine >= LEAST_COSINE


def _find_asking(question: str) -> list[str]:
    return sorted({_ASKING.get(word, word) for word in _ASKS.findall(question.casefold())})


def _find_words(question: str, kind: AnswerKind) -> list[str]:
    """The stems that matter, in order; those that only ask for a date do not when a date is asked for."""
    left_out = _FILLERS | (_DATE_WORDS if kind is AnswerKind.DATE else frozenset())
    return [_ONE_WORD.get(word, word) for word in tokenize(question) if word not in left_out]

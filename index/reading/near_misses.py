"""Turning a question that a text answers into one that it does not, and roughening questions as people do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d,.]*\d|\d")
_NAME = re.compile(r"\b(?:[A-Z][\w'’.-]*)(?:\s+(?:of|the|de|von|van)?\s*[A-Z][\w'’.-]*)*")
_NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
_YEAR = re.compile(r"^(?:1\d|20)\d\d$")
_AUXILIARY = re.compile(r"\b(is|was|are|were|did|does|do|has|have|had|can|could|will|would|should)\b", re.I)

_OPPOSITES = """
largest smallest|biggest smallest|highest lowest|most least|more fewer|more less|first last|before after
earliest latest|early late|increase decrease|increased decreased|increases decreases|rise fall|rose fell
north south|northern southern|east west|eastern western|left right|old new|older newer|oldest newest
longest shortest|long short|large small|larger smaller|high low|higher lower|above below|over under
begin end|began ended|start stop|started stopped|open close|opened closed|win lose|won lost|gain lose
support oppose|supported opposed|supports opposes|allow forbid|allowed forbade|allows forbids
accept reject|accepted rejected|agree disagree|agreed disagreed|approve refuse|approved refused
include exclude|includes excludes|included excluded|true false|possible impossible|legal illegal
public private|male female|men women|boys girls|king queen|father mother|son daughter|brother sister
husband wife|present absent|inside outside|internal external|domestic foreign|minimum maximum|best worst
good bad|strong weak|stronger weaker|rich poor|hot cold|fast slow|positive negative|always never
arrive leave|arrived left|attack defend|attacked defended|buy sell|bought sold|import export|create destroy
created destroyed|built demolished|join leave|joined left|majority minority|major minor|upper lower
can cannot|with without|success failure|successful unsuccessful|easy difficult|easier harder|summer winter
morning evening|day night|teacher student|employer employee|victory defeat|ally enemy|allies enemies
love hate|loved hated|help hinder|common rare|simple complex|modern ancient|urban rural|hired fired
""".replace("\n", "|").strip("|")


def _pair_opposites() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for pair in _OPPOSITES.split("|"):
        one, other = pair.split()
        table.setdefault(one, []).append(other)
        table.setdefault(other, []).append(one)
    return table


OPPOSITES = _pair_opposites()

STOP_WORDS = frozenset("""
a an the of in on at to for from by with and or as is was are were be been did do does has have had that this
it its what which who whom whose when where why how much many if than then there into about i you your my me
""".split())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may be put into a question: names, years, numbers and plain words of the same article."""

    names: Sequence[str]
    years: Sequence[str]
    numbers: Sequence[str]
    words: frozenset[str]


def gather_surroundings(texts: Sequence[str]) -> Surroundings:
    """The replaceable things of an article's texts; the first word of a sentence counts as no name."""
    names: set[str] = set()
    numbers: set[str] = set()
    words: set[str] = set()
    for text in texts:
        for match in _NAME.finditer(text):
            before = text[: match.start()].rstrip()
            if before and before[-1] not in ".!?\"“:" and match.group().lower() not in STOP_WORDS:
                names.add(match.group().rstrip(".,'’-"))
        numbers.update(_NUMBER.findall(text))
        words.update(word for word in re.findall(r"\b[a-z]{4,}\b", text))
    years = {number for number in numbers if _YEAR.match(number)}
    return Surroundings(sorted(names), sorted(years), sorted(numbers - years), frozenset(words))


Siblings = Callable[[str], Sequence[str]]


def make_near_miss(
    question: str, window: str, answer: str, around: Surroundings, siblings: Siblings, rng: random.Random
) -> str | None:
    """A question one step away from `question` that `window` no longer answers, or None.

    One of: a number, year or name exchanged for another of the article, a word for its opposite or for a
    sibling (`siblings` lists words used alike), a "not" put in, a condition hung on.
    """
    makers = [_swap_number, _swap_name, _swap_opposite, _swap_sibling, _swap_sibling, _negate, _add_condition]
    rng.shuffle(makers)
    for maker in makers:
        made = maker(question, window, answer, around, siblings, rng)
        if made and made != question:
            return made
    return None


def _swap_number(question, window, answer, around, siblings, rng):
    found = list(_NUMBER.finditer(question))
    if not found:
        return None
    match = rng.choice(found)
    is_year = bool(_YEAR.match(match.group()))
    choices = [n for n in (around.years if is_year else around.numbers) if n not in window and n not in question]
    if is_year and (not choices or rng.random() < 0.5):
        new = str(int(match.group()) + rng.choice([-30, -12, -7, -3, -2, -1, 1, 2, 4, 5, 9, 20, 50]))
    elif choices:
        new = rng.choice(choices)
    else:
        new = str(rng.randint(2, 99))
    return None if new in window else question[: match.start()] + new + question[match.end() :]


def _swap_name(question, window, answer, around, siblings, rng):
    found = [m for m in _NAME.finditer(question) if m.start() > 0]
    if not found:
        return None
    match = rng.choice(found)
    old = match.group().rstrip("'’s.-")
    keep_window = rng.random() < 0.3  # a name that the window does hold makes the harder near miss
    choices = [
        name for name in around.names
        if name not in question and old not in name and name not in answer and answer not in name
        and (name in window) == keep_window and abs(len(name.split()) - len(old.split())) <= 1
    ]
    if not choices:
        return None
    return question[: match.start()] + rng.choice(choices) + question[match.start() + len(old) :]


def _swap_opposite(question, window, answer, around, siblings, rng):
    found = [m for m in _WORD.finditer(question) if m.group().lower() in OPPOSITES]
    if not found:
        return None
    match = rng.choice(found)
    new = rng.choice(OPPOSITES[match.group().lower()])
    return question[: match.start()] + new + question[match.end() :]


def _swap_sibling(question, window, answer, around, siblings, rng):
    in_window = set(re.findall(r"[a-z]+", window.lower()))
    found = [
        m for m in _WORD.finditer(question)
        if len(m.group()) >= 4 and m.group().islower() and m.group() not in STOP_WORDS
    ]
    rng.shuffle(found)
    for match in found:
        old = match.group()
        choices = [
            word for word in siblings(old)
            if word[:4] != old[:4] and word not in in_window and word not in question.lower()
        ]
        near = [word for word in choices if word in around.words]
        if near or choices:
            new = rng.choice((near or choices)[:5])
            return question[: match.start()] + new + question[match.end() :]
    return None


def _negate(question, window, answer, around, siblings, rng):
    if re.search(r"\b(not|never|n't|no)\b", question):
        return None
    found = _AUXILIARY.search(question)
    if not found:
        return None
    if rng.random() < 0.5:
        verb = found.group()
        short = {"can": "can't", "will": "won't"}.get(verb.lower(), verb + "n't")
        return question[: found.start()] + short + question[found.end() :]
    rest = question[found.end() :].split(" ")
    if len(rest) < 4:
        return None
    # "was the treaty signed" -> "was the treaty not signed"; before the last words where grammar allows most
    at = rng.randint(2, min(4, len(rest) - 1))
    return question[: found.end()] + " ".join([*rest[:at], rng.choice(["not", "never"]), *rest[at:]])


def _add_condition(question, window, answer, around, siblings, rng):
    bare = question.rstrip("? ")
    mark = question[len(bare) :].strip()
    years = [y for y in around.years if y not in window]
    names = [n for n in around.names if n not in window and n not in question]
    if years and rng.random() < 0.5:
        return f"{bare} {rng.choice(['in', 'after', 'before', 'by'])} {rng.choice(years)}{mark}"
    if names:
        return f"{bare} {rng.choice(['in', 'by', 'for', 'with', 'according to'])} {rng.choice(names)}{mark}"
    return None


def roughen_question(question: str, rng: random.Random) -> str:
    """The question as people also type it: lower case, no question mark, a typing slip, or keywords only."""
    kind = rng.randrange(5)
    if kind == 0:
        return question.lower()
    if kind == 1:
        return question.rstrip("? ")
    if kind == 2:
        return question.lower().rstrip("? ")
    if kind == 3:
        words = question.split(" ")
        long = [i for i, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
        if long:
            at = rng.choice(long)
            words[at] = _mistype(words[at], rng)
        return " ".join(words)
    kept = [word for word in question.rstrip("? ").split() if word.lower() not in STOP_WORDS]
    return " ".join(kept) if len(kept) >= 3 else question


def _mistype(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

"""Turning a question that a text answers into one that it does not, and roughening questions as people do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*|\d[\d,.]*\d|\d")
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:(?:of|the|de|von|van)\s+)?[A-Z][\w'’-]*)*")
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

STOP_WORDS = frozenset(
    """
a an the of in on at to for from by with and or as is was are were be been did do does has have had that this
it its what which who whom whose when where why how much many if than then there into about i you your my me
""".split()
)


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
            name = match.group().rstrip("'’-")
            if before and before[-1] not in '.!?"“:' and len(name) > 2 and name.lower() not in STOP_WORDS:
                names.add(name)
        numbers.update(_NUMBER.findall(text))
        words.update(word for word in re.findall(r"\b[a-z]{4,}\b", text))
    years = {number for number in numbers if _YEAR.match(number)}
    return Surroundings(sorted(names), sorted(years), sorted(numbers - years), frozenset(words))


Siblings = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Task:
    """A question, the window and answer it must come away from, and what may be put in."""

    question: str
    window: str
    answer: str
    around: Surroundings
    siblings: Siblings
    rng: random.Random


def make_near_miss(
    question: str, window: str, answer: str, around: Surroundings, siblings: Siblings, rng: random.Random
) -> str | None:
    """A question one step away from `question` that `window` no longer answers, or None.

    One of: a number, year or name exchanged for another of the article, a word for its opposite or for a
    sibling (`siblings` lists words used alike), a condition hung on, a "not" put in. `_SHARES` says how
    likely each is tried first; where one finds nothing to change, another is tried.
    """
    task = _Task(question, window, answer, around, siblings, rng)
    makers = list(_SHARES)
    while makers:
        maker = rng.choices(makers, [_SHARES[maker] for maker in makers])[0]
        made = maker(task)
        if made and made != question:
            return made
        makers.remove(maker)
    return None


def _swap_number(task: _Task) -> str | None:
    found = list(_NUMBER.finditer(task.question))
    if not found:
        return None
    match = task.rng.choice(found)
    is_year = bool(_YEAR.match(match.group()))
    kind = task.around.years if is_year else task.around.numbers
    choices = [number for number in kind if number not in task.window and number not in task.question]
    if is_year and (not choices or task.rng.random() < 0.5):
        new = str(int(match.group()) + task.rng.choice([-30, -12, -7, -3, -2, -1, 1, 2, 4, 5, 9, 20, 50]))
    elif choices:
        new = task.rng.choice(choices)
    else:
        new = str(task.rng.randint(2, 99))
    return None if new in task.window else task.question[: match.start()] + new + task.question[match.end() :]


def _swap_name(task: _Task) -> str | None:
    found = [m for m in _NAME.finditer(task.question) if m.start() > 0]
    if not found:
        return None
    match = task.rng.choice(found)
    old = re.sub(r"['’]s?$", "", match.group())
    keep_window = task.rng.random() < 0.3  # a name that the window does hold makes the harder near miss
    choices = [
        name
        for name in task.around.names
        if name not in task.question
        and old not in name
        and name not in task.answer
        and not (task.answer and task.answer in name)
        and (name in task.window) == keep_window
        and abs(len(name.split()) - len(old.split())) <= 1
    ]
    if not choices:
        return None
    return (
        task.question[: match.start()] + task.rng.choice(choices) + task.question[match.start() + len(old) :]
    )


def _swap_opposite(task: _Task) -> str | None:
    found = [m for m in _WORD.finditer(task.question) if m.group().lower() in OPPOSITES]
    if not found:
        return None
    match = task.rng.choice(found)
    new = task.rng.choice(OPPOSITES[match.group().lower()])
    return task.question[: match.start()] + new + task.question[match.end() :]


def _swap_sibling(task: _Task) -> str | None:
    in_window = set(re.findall(r"[a-z]+", task.window.lower()))
    found = [
        m
        for m in _WORD.finditer(task.question)
        if len(m.group()) >= 4 and m.group().islower() and m.group() not in STOP_WORDS
    ]
    task.rng.shuffle(found)
    for match in found:
        old = match.group()
        choices = [
            word
            for word in task.siblings(old)
            if word[:4] != old[:4] and word not in in_window and word not in task.question.lower()
        ]
        near = [word for word in choices if word in task.around.words]
        if near or choices:
            new = task.rng.choice((near or choices)[:5])
            return task.question[: match.start()] + new + task.question[match.end() :]
    return None


def _negate(task: _Task) -> str | None:
    if re.search(r"\b(not|never|n't|no)\b", task.question):
        return None
    found = _AUXILIARY.search(task.question)
    if not found:
        return None
    if task.rng.random() < 0.5:
        verb = found.group()
        short = {"can": "can't", "will": "won't"}.get(verb.lower(), verb + "n't")
        return task.question[: found.start()] + short + task.question[found.end() :]
    rest = task.question[found.end() :].split(" ")
    if len(rest) < 4:
        return None
    # "was the treaty signed" -> "was the treaty not signed"; before the last words where grammar allows most
    at = task.rng.randint(2, min(4, len(rest) - 1))
    return task.question[: found.end()] + " ".join(
        [*rest[:at], task.rng.choice(["not", "never"]), *rest[at:]]
    )


def _add_condition(task: _Task) -> str | None:
    bare = task.question.rstrip("? ")
    mark = task.question[len(bare) :].strip()
    years = [y for y in task.around.years if y not in task.window]
    names = [n for n in task.around.names if n not in task.window and n not in task.question]
    if years and task.rng.random() < 0.5:
        return f"{bare} {task.rng.choice(['in', 'after', 'before', 'by'])} {task.rng.choice(years)}{mark}"
    if names:
        return f"{bare} {task.rng.choice(['in', 'by', 'for', 'with', 'according to'])} {task.rng.choice(names)}{mark}"
    return None


# Rarely a "not": it can be put into nearly every question, and a reader that sees it too often takes the
# word itself for a sign that there is no answer.
_SHARES = {
    _swap_number: 3.0,
    _swap_name: 3.0,
    _swap_opposite: 2.0,
    _swap_sibling: 2.0,
    _add_condition: 0.7,
    _negate: 0.5,
}


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

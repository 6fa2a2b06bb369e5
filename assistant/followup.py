"""Understanding a follow-up: the question a reader means, given the questions before it.

A question that stands alone is returned as it is: adding earlier turns to it is known to do harm. Only three
shapes are completed, each by a rule a reader can see and refuse: a bare question word ("why?"), a fragment
("And in New Bedford?"), and a pronoun with nothing in the question to point at ("What did he do?").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.names import Names
from corpus import Span
from index.lexical import STOP_WORDS, fold_word

LONGEST_FRAGMENT = 6  # words; "and what did the mayor say about it?" is a question, not a fragment
TURNS = 4  # how far back a chain of follow-ups is read

_LEADING = re.compile(r"^(?:(?:and|but|so|ok|okay|then|also|or|now|well)\b[\s,]*)+", re.I)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+|^what\s+of\s+", re.I)
_BARE = re.compile(
    r"(why|why not|when|where|how|how come|who|who else|what else|where else|how many|how much|how long|how so|"
    r"since when|by whom|says who|who said (?:that|so|it)|when was that|where was that|why is that|why was that|"
    r"anything else|any others?|tell me more|more|go on)[\s?!.…]*",
    re.I,
)
_MORE = re.compile(
    r"\b(?:what|who|whom|where|when|why|how|which|any\w*|some\w*)\s+(?:else|others?)\b|\b(?:tell|say)\s+\w*\s*more\b|"
    r"^\W*(?:(?:and|or)\s+)?(?:more|go on)\b",
    re.I,
)
_VERB = re.compile(
    r"\b(is|are|was|were|be|been|do|does|did|has|have|had|can|could|will|would|should|may|might|must|"
    r"happen\w*|mean\w*|say|says|said)\b",
    re.I,
)
_QUESTION = re.compile(rf"^(?:who|what|when|where|why|which|whose|how)\b|{_VERB.pattern}", re.I)
_JOINTS = (
    "in|at|on|for|by|to|from|with|about|against|during|before|after|near|under|and|or|"
    "is|are|was|were|do|does|did"
)
_PREPOSITION = re.compile(
    r"^(in|at|on|for|by|to|from|with|about|against|during|before|after|near|under)\s+", re.I
)
_PLACED = re.compile(r"\b(?:in|at|to|from|near|into|around)\s+$", re.I)  # one place may take another's part
_PRONOUN = re.compile(
    r"\b(he|him|his|she|her|hers|they|them|their|theirs|it|its|(?:that|this)(?=\s*(?:$|[?.!,]|mean|happen|work|say|so\b|such\b|true|important|allowed|legal|hard|difficult))|"
    r"there(?=\s*(?:$|[?.!,])))(?!['’]s\s+\w+\s+to\b)(?=\W|$)",
    re.I,
)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|does|would)\s+it\s+(?:\w+\s+)?(?:to|that|if|for|true|legal|illegal|possible)\b", re.I
)
_NOUN_PHRASE = re.compile(r"\b(?:the|a|an|this|these|those|their|its|his|her)\s+((?:[\w’'-]+\s*){1,4})", re.I)
# In other languages: what a fragment begins and ends with, and bare question words.
_ELSEWHERE = {
    "es": (
        r"(?:y|pero|o|entonces)\s+(?:qu[eé]\s+(?:hay\s+de|pas[oó]|tal)\s+)?",
        "",
        r"por\s*qu[eé]|cu[aá]ndo|d[oó]nde|c[oó]mo|qui[eé]n(?:es)?|cu[aá]nt[oa]s?",
    ),
    "pt": (
        r"(?:e|mas|ou|ent[aã]o)\s+(?:quanto\s+a\s+|que\s+tal\s+)?",
        "",
        r"por\s*qu[eê]|quando|onde|como|quem|quant[oa]s?",
    ),
    "ht": (
        r"(?:e|epi|ak|men|oswa)\s+(?:pou\s+)?",
        "",
        r"poukisa|kil[eè]|(?:ki\s+)?kote|kijan|kiy[eè]s|ki\s+moun|konbyen",
    ),
    "vi": (
        r"(?:(?:thế|vậy)\s+)?(?:còn|và|nhưng)\s+",
        r"\s+(?:thì\s+sao|thế\s+nào)",
        r"(?:tại|vì)\s+sao|khi\s+nào|(?:ở\s+)?đâu|thế\s+nào|ai|bao\s+nhiêu",
    ),
    "zh": (
        r"(?:那么?|还有|但是?|和)\s*",
        r"\s*(?:呢|怎么样)",
        r"为什么|什么时候|何时|在?哪里|怎么(?:样|会)?|谁|多少",
    ),
}
_AROUND = " ¿¡?!.…？！。,;:"
_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ"
_CAPITALS = re.compile(rf"(?<![{_LATIN}])[A-Z][{_LATIN}'’-]*(?:\s+[A-Z][{_LATIN}'’-]*)*")
_PERSON = {"he", "him", "his", "she", "her", "hers"}
_OWNER = {"his", "their", "its"}


def stand_alone(
    question: str, history: Sequence[str], names: Names, quoted: Callable[[str], str] = lambda question: ""
) -> str:
    """The question in a form that needs no history; the question itself when it needs none.

    `quoted` gives the text that answered an earlier question, asked only when the earlier question names
    nobody. With "What happened in Worcester?" before it: "And in New Bedford?" -> "What happened in New
    Bedford?"; "why?" -> "What happened in Worcester – why?".
    """
    if not history:
        return question
    body = _LEADING.sub("", question).strip()
    led = body != question.strip()
    bare = _BARE.fullmatch(body)
    pronoun = None if bare else _find_pronoun(body, names)
    about = _ABOUT.match(body)
    fragment = _ABOUT.sub("", body).strip(" ?!.…")
    short = 0 < len(fragment.split()) <= LONGEST_FRAGMENT and not _QUESTION.search(fragment)
    if not (bare or pronoun or ((led or about) and short)):
        return question
    before = stand_alone(history[-1], history[:-1][-TURNS:], names, quoted)
    if bare:
        return f"{before.strip(' ?!.…')} – {bare.group(1).lower()}?"
    if pronoun:
        return _replace_pronoun(body, pronoun, before, names, quoted)
    return _replace_part(before, fragment, names)


def stand_alone_elsewhere(question: str, before: str, language: str, names: Names) -> str:
    """The question completed from the one before it, both in another language; the question itself if it needs none.

    A bare question word, and a fragment with a name, which takes the place of the name asked about before: with
    "¿Qué pasó en Worcester?" before it "¿Y en New Bedford?" -> "¿Qué pasó en New Bedford?".
    """
    lead, tail, bare = _ELSEWHERE.get(language, ("", "", ""))
    body = question.strip(_AROUND)
    if not lead or not before.strip():
        return question
    stem = before.strip(" ?!.…？！。")
    if re.fullmatch(bare, body, re.I):
        return f"{stem} – {body.lower()}?"
    fragment = re.sub(rf"^(?:{lead})", "", body, flags=re.I)
    fragment = re.sub(rf"(?:{tail})$", "", fragment, flags=re.I) if tail else fragment
    new = names.mention(fragment) or _find_capitals(fragment)
    # where there are capitals the first word has one of its own
    first = 0 if language == "zh" else len(before) - len(before.lstrip(_AROUND)) + 1
    old = names.mention(before) or _find_capitals(before, first)
    if fragment == body or len(fragment.split()) > LONGEST_FRAGMENT or not new or not old:
        return question
    return f"{before[: old.start]}{new.cut(fragment)}{before[old.end :]}"


def _find_capitals(text: str, first: int = 0) -> Span | None:
    """Where the last run of words with capitals stands, from `first` on."""
    runs = [match.span() for match in _CAPITALS.finditer(text, first)]
    return Span(*runs[-1]) if runs else None


def asks_for_more(question: str) -> bool:
    """Whether a question asks for something beside what was answered: "What else?", "Who else was there?"."""
    return _MORE.search(question) is not None


def _find_pronoun(question: str, names: Names) -> re.Match[str] | None:
    """The first pronoun with nothing before it in the question that it could stand for."""
    for match in _PRONOUN.finditer(question):
        word = match.group(1).casefold()
        if word == "it" and _EMPTY_IT.search(question):
            continue
        head = question[: match.start()]
        if names.find(head) or _NOUN_PHRASE.search(head):
            return None
        return match
    return None


def _replace_pronoun(
    question: str, pronoun: re.Match[str], before: str, names: Names, quoted: Callable[[str], str]
) -> str:
    word = pronoun.group(1).casefold()
    person = word in _PERSON
    asks_who = re.match(r"\s*who\b", before, re.I) is not None  # then whoever is named is a person
    meant = names.find(before, people_only=person) or (names.find(before) if person and asks_who else None)
    if meant is None and not person:
        meant = _last_noun_phrase(before)
    if meant and re.search(rf"\bthe\s+{re.escape(meant)}", before, re.I):
        meant = f"the {meant}"
    if meant is None and person:
        meant = _last_noun_phrase(before, people_only=True) or names.find(quoted(before), people_only=True)
    if meant is None:
        return f"{question.strip(' ?!.…')} – {before.strip(' ?!.…')}?"
    if word == "there":
        meant = f"in {meant}"
    after = question[pronoun.end() :]
    owner = word in _OWNER or (
        word == "her" and re.match(r"\s+[a-z]", after) is not None and not _VERB.match(after.strip())
    )
    completed = f"{question[: pronoun.start()]}{meant}{'’s' if owner else ''}{after}"
    return completed[:1].upper() + completed[1:]


_ROLES = re.compile(
    r"\b(sheriff|attorney|mayor|governor|president|chief|judge|minister|king|queen|mother|father|woman|"
    r"man|girl|boy|teen\w*|officer|agent|resident|witness|spokes\w+|author|inventor|founder|leader)\b",
    re.I,
)


def _last_noun_phrase(text: str, people_only: bool = False) -> str | None:
    """The last "the …" of a question, up to its next small word or to whom it is.

    "What does the Trust Act do?" -> "the Trust Act"; "what does the mayor want" -> "the mayor".
    """
    found = None
    for match in _NOUN_PHRASE.finditer(text):
        words = []
        for word in match.group(1).split():
            if fold_word(word.strip("’'-")) in STOP_WORDS or _VERB.fullmatch(word):
                break
            words.append(word)
        phrase = " ".join(words)
        role = _ROLES.search(phrase)
        if role:
            phrase = phrase[: role.end()]
        if phrase and (role or not people_only):
            found = f"the {phrase}"
    return found


def _replace_part(before: str, fragment: str, names: Names) -> str:
    """The earlier question about something else.

    What stood after the fragment's preposition is replaced, or else the name mentioned last.
    """
    stem = before.strip(" ?!.…")
    preposition = _PREPOSITION.match(fragment)
    if preposition:
        places = list(re.finditer(rf"\b{preposition.group(1)}\s+(.+?)(?=\s+(?:{_JOINTS})\b|$)", stem, re.I))
        if places:
            at = places[-1]
            return f"{stem[: at.start()]}{fragment}{stem[at.end() :]}?"
        old = names.mention(stem)
        if old and _PLACED.search(stem[: old.start]) and _PLACED.search(preposition.group()):
            return f"{stem[: old.start]}{fragment[preposition.end() :]}{stem[old.end :]}?"
        return f"{stem} {fragment}?"
    old = names.mention(stem)
    if old is not None and fold_word(fragment.split()[-1]) not in STOP_WORDS:
        head = (
            re.sub(r"\b(?:the|a|an)\s+$", "", stem[: old.start], flags=re.I)
            if " " in fragment
            else stem[: old.start]
        )
        return f"{head}{fragment}{stem[old.end :]}?"
    return f"{stem} – {fragment}?"

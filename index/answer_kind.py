"""What kind of answer a question asks for, and whether a sentence holds anything of that kind."""

from __future__ import annotations

import re
from enum import StrEnum


class AnswerKind(StrEnum):
    """The kinds that show in the words of a sentence; most questions ask for none of them."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    OTHER = "other"


_DO = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might)"
_ASKED = (
    (
        AnswerKind.DATE,
        # "when did it end", "ended when?", and not "what happens when it ends"
        rf"\bwhen\s+{_DO}\b|\bwhen[\s?!.]*$|\b(?:what|which)\s+(?:exact\s+)?"
        r"(?:year|date|day|month|decade|century|season)\b|\bhow\s+long\s+ago\b",
    ),
    (
        AnswerKind.NUMBER,
        r"\bhow\s+(?:many|old|tall|far|heavy|deep|high|long|often)\b|\bhow\s+much\b(?!\s+(?:of|more|less|support)\b)|"
        r"\b(?:what|which)\s+(?:is\s+the\s+|was\s+the\s+)?(?:exact\s+)?(?:number|percentage|percent|"
        r"age|amount|price|cost|population|rate|height|length|phone number|budget|salary)\b|"
        r"\b(?:phone|hotline)\b.*\bnumber\b",
    ),
    (AnswerKind.PERSON, r"\b(?:who|whose|whom)\b|\bwhat\s+(?:is|was|are|were)\b.{0,60}\bnames?\b"),
    (
        AnswerKind.PLACE,
        rf"\bwhere\s+{_DO}\b|\bwhere[\s?!.]*$|"
        r"\b(?:what|which)\s+(?:city|cities|towns?|country|countries|places?|states?)\b",
    ),
)
_ASKS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKED)
# The same in the other languages the assistant speaks; the sentences are still the article's.
_ASKED_ELSEWHERE = {
    "es": (
        (AnswerKind.DATE, r"\bcu[aá]ndo\b|\b(?:qu[eé]|cu[aá]l)\s+(?:fecha|d[ií]a|mes|año|d[eé]cada|siglo)\b"),
        (AnswerKind.NUMBER, r"\bcu[aá]nt[oa]s?\b|\bqu[eé]\s+(?:edad|porcentaje|cantidad|n[uú]mero|altura)\b"),
        (AnswerKind.PERSON, r"\bqui[eé]n(?:es)?\b"),
        (AnswerKind.PLACE, r"\bd[oó]nde\b|\bqu[eé]\s+(?:ciudad|ciudades|pa[ií]s|pa[ií]ses|lugar|estado)\b"),
    ),
    "pt": (
        (AnswerKind.DATE, r"\bquando\b|\b(?:que|qual)\s+(?:data|dia|m[eê]s|ano|d[eé]cada|s[eé]culo)\b"),
        (
            AnswerKind.NUMBER,
            r"\bquant[oa]s?\b|\b(?:que|qual)\s+(?:idade|porcentagem|quantidade|n[uú]mero|altura)\b",
        ),
        (AnswerKind.PERSON, r"\bquem\b"),
        (AnswerKind.PLACE, r"\bonde\b|\b(?:que|quais)\s+(?:cidade|cidades|pa[ií]s|pa[ií]ses|lugar|estado)\b"),
    ),
    "ht": (
        (AnswerKind.DATE, r"\b(?:kil[eè]|ki\s+(?:l[eè]|dat|jou|mwa|ane|dekad|syèk))\b"),
        (AnswerKind.NUMBER, r"\b(?:konbyen|ki\s+(?:laj|kantite|nimewo|pousantaj))\b"),
        (AnswerKind.PERSON, r"\b(?:kiy[eè]s|ki\s+moun)\b"),
        (AnswerKind.PLACE, r"\b(?:kikote|ki\s+(?:kote|vil|peyi))\b"),
    ),
    "vi": (
        (
            AnswerKind.DATE,
            r"khi nào|bao giờ|lúc nào|\b(?:ngày|tháng|năm|thập kỷ|thế kỷ) (?:nào|bao nhiêu|mấy)\b",
        ),
        (AnswerKind.NUMBER, r"bao nhiêu|\bmấy\b|\bbao (?:xa|cao|lớn)\b"),
        (AnswerKind.PERSON, r"\bai\b|người nào"),
        (AnswerKind.PLACE, r"ở đâu|nơi nào|\b(?:thành phố|quốc gia|nước) nào\b"),
    ),
    "zh": (
        (
            AnswerKind.DATE,
            r"什么时候|何时|(?:哪|几)(?:一)?(?:年|天|月|日)|什么(?:时间|日期)|哪个(?:年代|世纪)",
        ),
        (AnswerKind.NUMBER, r"多少|几(?:个|名|人|次|位)|多(?:大|高|远|长|久)"),
        (AnswerKind.PERSON, r"谁|哪(?:位|个人)|什么人"),
        (AnswerKind.PLACE, r"哪里|哪儿|何处|什么地方|哪个(?:城市|国家|地方|州)"),
    ),
}
_ASKS_IN = {
    "en": _ASKS,
    **{
        language: tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in asked)
        for language, asked in _ASKED_ELSEWHERE.items()
    },
}
_NUMBER = re.compile(
    r"\d|%|\b(?:no|none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|[mb]illions?|half|halves|quarter|thirds?|"
    r"once|twice|several|every|daily|weekly|monthly|yearly|annually|decades?|centur(?:y|ies)|single|pair)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d|20)\d\ds?\b|\b\d{1,2}(?::\d\d)?\s*(?:a\.?m\.?|p\.?m\.?|o['’]clock)|"
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b|"
    r"(?i:\b(?:century|centuries|decades?|year|years|spring|summer|autumn|winter|yesterday|today|tomorrow|"
    r"morning|evening|night|noon|midnight|weeks?|months?|days?|hours?|during|since|until|before|after|ago|"
    r"recently|currently|now|BC|AD)\b)"
)
_NAME = re.compile(r"(?<=[\w,;:“\"'(] )[A-Z][\w’'-]+|\b[A-Z][\w-]+ [A-Z][\w-]+")
_ROLE = re.compile(
    r"\b(?:sheriff|police|officers?|agents?|residents?|witness\w*|mother|father|woman|women|man|men|people|"
    r"advocates?|leaders?|officials?|lawyers?|attorneys?|judges?|president|king|queen|teachers?|students?|"
    r"groups?|organi[sz]ations?|compan(?:y|ies)|families|community|government|scientists?|they|he|she|it)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|near|from|to|across|throughout|outside|inside|within|around|on|of|into|along|between)\s+"
    r"(?:the\s+|a\s+|an\s+|\w+\s+)?[A-Z]|\b(?:here|there|streets?|neighbou?rhoods?|areas?|spaces?|centers?|centres?|schools?|"
    r"homes?|buildings?|cit(?:y|ies)|towns?|countr(?:y|ies)|north|south|east|west)\b"
)


def expect_kind(question: str, language: str = "en") -> AnswerKind:
    """The kind a question asks for: "How many were arrested?" -> NUMBER, "Why?" -> OTHER.

    In a language that is not known here every question asks for OTHER.
    """
    asks = _ASKS_IN.get(language, ())
    return next((kind for kind, pattern in asks if pattern.search(question)), AnswerKind.OTHER)


def holds_kind(kind: AnswerKind, text: str) -> bool:
    """Whether a text holds something of the kind; every text holds OTHER."""
    match kind:
        case AnswerKind.NUMBER:
            return _NUMBER.search(text) is not None
        case AnswerKind.DATE:
            return _DATE.search(text) is not None
        case AnswerKind.PERSON:
            return _NAME.search(text) is not None or _ROLE.search(text) is not None
        case AnswerKind.PLACE:
            return _PLACE.search(text) is not None
        case AnswerKind.OTHER:
            return True

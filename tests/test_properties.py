"""What holds for any text and any numbers, of the functions that everything else stands on."""

import csv
import dataclasses
import html
import io
import json
import math
import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.decide import FOREIGN, WITH_READER, WITHOUT_READER, Evidence, Rule, measure_confidence
from assistant.followup import stand_alone
from assistant.log_files import write_log_csv
from assistant.log_lines import LineFormatter, LogForm, escape_line
from assistant.names import Names, find_names
from assistant.quality.spreadsheet import (
    BYTE_ORDER_MARK,
    guard_cell,
    read_table,
    split_cell,
    unguard_cell,
    write_table,
)
from assistant.quote import Margins, choose_quotes, mark_answer
from assistant.records import Entry
from assistant.web.json_shape import DEEPEST, MOST_KEYS, MOST_VALUES, ShapeError, check_shape
from assistant.web.limits import pick_address, shorten
from assistant.web.markup import escape
from corpus import Article, Span, normalise_text
from corpus.normalise import collapse_spaces
from corpus.sentences import split_sentences
from index import Hit, SentenceReading
from index.lexical import LexicalIndex, tokenize
from index.search import fuse_scores
from index.spelling import Spelling
from tests.conftest import TOWN
from tests.test_log_lines import make_record

# The same examples every time, and no clock: a busy machine is no fault.
steady = settings(deadline=None, derandomize=True, max_examples=150)

ODD = (
    "a\u0301\u00e9\u200b\u202e\u2066\u00ad\ufeff\x00\x1b\x85\u2028\r\n\t\u00a0\u3000\ud800\u1e9b\u0323\u0390\ufb01😀"
    "=+-@'\",;|"
)
UNSEEN = "\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
any_text = st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=60)

# ---- texts


@steady
@given(any_text)
def test_normalised_text_has_one_form(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not re.search(f"[{UNSEEN}\xa0\xad]", once.replace("\n", ""))
    one_line = collapse_spaces(text)
    assert collapse_spaces(one_line) == one_line and "\n" not in one_line


WORDS = [
    "He", "said.", "Go", "home.", "Why?", "e.g.", "U.S.", "No!", "it", "1926.[3]", "Dr.", "Lee", "3.5", "—", "(see",
    "p. 4.)", "1.", "…", "É", "中文。", "’tis", "-",
]  # fmt: skip
plain_words = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
MARKS = [("“", "”"), ("«", "»"), ("„", "“"), ('"', '"')]


@steady
@given(
    st.lists(
        st.one_of(
            plain_words,
            st.tuples(st.sampled_from(MARKS), plain_words.filter(bool)).map(
                lambda q: q[0][0] + q[1] + q[0][1]
            ),
        ),
        max_size=8,
    )
)
def test_sentences_tile_their_paragraph_and_cut_no_quotation(parts: list[str]) -> None:
    text = " ".join(filter(None, parts))
    spans = split_sentences(text)
    at = 0
    for start, end in spans:
        assert at <= start < end <= len(text) and text[start:end] == text[start:end].strip()
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()
    place = 0
    for part in filter(None, parts):
        if part[0] in '“«„"':
            inside = range(place + 1, place + len(part))
            assert not any(start in inside for start, _ in spans), part
        place += len(part) + 1


# ---- questions

SPELT = (
    "Sheriff Kevin Coppinger spoke in Worcester. Sheriff Koppinger’s deputies, Coppinger's men, arrested nobody.",
    "The café of Müller’s sister opened; the Trust Act, and what Maria Santos said, limits police cooperation.",
)
SPELLING = Spelling(SPELT)
LETTERS = "abceéghiklmnoprstuwz'’ -?K0_"
slips = st.one_of(
    st.text(LETTERS, max_size=30),
    st.lists(
        st.tuples(
            st.sampled_from(" ".join(SPELT).split()),
            st.integers(0, 12),
            st.sampled_from(["", "x", "e", "’s"]),
        ).map(lambda it: it[0][: it[1]] + it[2] + it[0][it[1] + 1 :]),
        max_size=5,
    ).map(" ".join),
)


@steady
@given(slips)
def test_spelling_is_put_right_once(text: str) -> None:
    once = SPELLING.correct_text(text)
    assert SPELLING.correct_text(once) == once


@steady
@given(
    st.lists(
        st.sampled_from([w for w in re.findall(r"\w+", " ".join(SPELT)) if w != "Koppinger"]), max_size=8
    )
)
def test_no_word_of_the_article_is_changed(words: list[str]) -> None:
    assert SPELLING.correct_text(" ".join(words)) == " ".join(words)


LEANING = [
    "and", "what", "about", "why", "he", "she", "it", "there", "his", "her", "that", "?", "!", "in", "the", "Ana",
    "Lima", "Porto", "Velho", "mayor", "who", "else", "is", "did", "say", "to", "–", "’s", "(", "\\1", "tell me more",
]  # fmt: skip
asked = st.one_of(any_text, st.lists(st.sampled_from(LEANING), max_size=8).map(" ".join))


@pytest.fixture(scope="module")
def names(town: Article) -> Names:
    return find_names(town)


@steady
@given(asked, st.lists(asked, max_size=3))
def test_any_question_after_any_others_is_understood_somehow(
    names: Names, question: str, history: list[str]
) -> None:
    assert stand_alone(question, [], names) == question
    meant = stand_alone(question, history, names, lambda before: TOWN)
    assert isinstance(meant, str) and (meant.strip() or not question.strip())


# ---- answers

scores = st.floats(-50, 50)


@steady
@given(st.data(), st.sampled_from(["what rules", "boats?", "who said that", "", "list the rules"]))
def test_quotes_and_marks_are_of_the_article_word_for_word(
    town: Article, data: st.DataObject, question: str
) -> None:
    hits = []
    for at in data.draw(st.lists(st.integers(0, len(town.passages) - 1), unique=True, max_size=8)):
        sentences = town.passages[at].sentences
        own = data.draw(st.tuples(*[scores] * len(sentences)))
        readings = []
        for sentence in sentences:
            start = data.draw(st.integers(sentence.start, sentence.end))
            end = data.draw(st.integers(start, sentence.end))
            readings.append(
                data.draw(st.none() | st.just(SentenceReading(data.draw(scores), 0.0, start, end)))
            )
        hits.append(Hit(at, max(own), 0.5, 1.0, 1.0, own, tuple(readings)))
    margins = Margins(data.draw(st.floats(0, 100)), data.draw(st.floats(0, 100)))
    quotes = choose_quotes(town, question, hits, margins)

    starts = {span.start for p in town.passages for span in (*p.sentences, p.lead_in) if span}
    ends = {span.end for p in town.passages for span in p.sentences}
    assert len(quotes) <= 3 and bool(quotes) == bool(hits)
    for quote in quotes:
        assert town.text[quote.start : quote.end] == quote.text != ""
        assert quote.start in starts and quote.end in ends
        assert all(quote.start <= start <= end <= quote.end for start, end in quote.marks)
        assert len(quote.marks) <= 1
    places = sorted((quote.start, quote.end) for quote in quotes)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    span = Span(data.draw(st.integers(0, len(town.text))), len(town.text))
    assert all(span.start <= start and end <= span.end for start, end in mark_answer(town.text, span, hits))


rankings = st.integers(1, 12).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(-1e3, 1e3, width=32), min_size=n, max_size=n), min_size=1, max_size=4
    )
)


@steady
@given(rankings, st.floats(-100, 100, width=32))
def test_fused_scores_are_finite_centred_and_forget_what_is_added_to_all(
    lists: list[list[float]], shift: float
) -> None:
    arrays = [np.array(each, np.float32) for each in lists]
    fused = fuse_scores(*arrays)
    assert fused.shape == arrays[0].shape and fused.dtype == np.float32
    assert np.isfinite(fused).all()
    assert abs(float(fused.sum())) < 1e-2 * len(arrays) * len(fused)
    assert np.abs(fused).max() <= len(arrays) * math.sqrt(len(fused)) + 0.01
    assert fuse_scores(*arrays, np.full(len(fused), shift, np.float32)).tolist() == fused.tolist()


texts = st.lists(
    st.lists(st.sampled_from("boat lion dog tent harbour the of mayor".split())).map(" ".join), max_size=6
)


@steady
@given(texts, st.lists(st.sampled_from("boat lion dog tent harbour mayor zebra the".split()), max_size=6))
def test_coverage_is_a_share(documents: list[str], words: list[str]) -> None:
    covered = LexicalIndex(documents).cover_terms(tokenize(" ".join(words)))
    assert covered.shape == (len(documents),)
    for share, document in zip(covered.tolist(), documents, strict=True):
        held, wanted = set(tokenize(document)), set(tokenize(" ".join(words)))
        assert 0 <= share <= 1
        assert (share == 0) == (not held & wanted)
        assert share == pytest.approx(1) if wanted and wanted <= held else share < 1


beliefs = st.dictionaries(
    st.sampled_from("boat lion dog tent harbour zebra".split()), st.floats(0, 1), max_size=3
)


@steady
@given(texts, st.lists(beliefs, max_size=6))
def test_coverage_by_meanings_is_a_share(documents: list[str], meanings: list[dict[str, float]]) -> None:
    covered = LexicalIndex(documents).cover_meanings(meanings)
    for share, document in zip(covered.tolist(), documents, strict=True):
        assert 0 <= share <= 1
        held = set(tokenize(document))
        assert share == 0 or any(held & meaning.keys() for meaning in meanings)


def test_a_text_that_holds_every_term_is_covered_by_just_one() -> None:
    terms = "boat lion dog tent harbour mayor whale".split()
    index = LexicalIndex([" ".join(terms[:n]) for n in range(1, 8)])
    for n in range(1, 8):
        assert index.cover_terms(tokenize(" ".join(terms[:n])))[-1] == 1.0


evidence = st.builds(
    Evidence, st.floats(-1, 1), st.floats(0, 1), st.sampled_from([0.0, 1.0]), st.floats(-1e6, 1e6)
)


@steady
@given(evidence, st.floats(0, 1e6), st.sampled_from([WITH_READER, WITHOUT_READER, *FOREIGN.values()]))
def test_confidence_is_a_probability_that_grows_with_the_evidence(
    told: Evidence, more: float, rule: Rule
) -> None:
    confidence = measure_confidence(told, rule)
    assert 0 <= confidence <= 1
    for name in ("dense", "coverage", "kind", "answerable"):
        better = dataclasses.replace(told, **{name: getattr(told, name) + more})
        assert measure_confidence(better, rule) >= confidence


# ---- what goes out

cells = st.lists(
    st.one_of(any_text, st.text("=+-@\t\r\n＝＋－＠'\",;|\\ a", max_size=8)), min_size=2, max_size=4
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@steady
@given(st.lists(cells, max_size=3))
def test_tables_come_back_and_hold_no_formula(rows: list[list[str]]) -> None:
    rows = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in rows]
    told = write_table(["question", "quote"], rows)
    for row in csv.reader(io.StringIO(told.removeprefix(BYTE_ORDER_MARK), newline="")):
        assert not any(cell.startswith(FORMULA) for cell in row)
    kept = [row for row in rows if any(guard_cell(cell).strip() for cell in row)]
    assert [row for _, row in read_table(told.encode())][1:] == kept


@steady
@given(any_text, st.lists(any_text, max_size=3), any_text, any_text)
def test_the_log_as_a_table_comes_back_and_holds_no_formula(
    question: str, history: list[str], quoted: str, note: str
) -> None:
    entry = Entry(
        "id", "2026-03-01T09:30:00+00:00", "ice", question, tuple(history), "answered", 0.5, "f" * 8,
        ({"text": quoted},), None, 12.5, "s", None, -1, ("wrong",), note,
    )  # fmt: skip
    told = "".join(write_log_csv([entry]))
    header, row = csv.reader(io.StringIO(told.removeprefix(BYTE_ORDER_MARK), newline=""))
    assert not any(cell.startswith(FORMULA) for cell in row)
    read = dict(zip(header, map(unguard_cell, row), strict=True))
    assert (read["question"], read["note"], read["vote"]) == (question, note, "down")
    assert [text.strip() for text in split_cell(read["history"])] == [t.strip() for t in history or [""]]
    assert [text.strip() for text in split_cell(read["quotes"])] == [quoted.strip()]


@steady
@given(any_text)
def test_escaped_text_is_text_and_comes_back(text: str) -> None:
    shown = escape(text)
    assert not set(shown) & set("<>\"'${}`")
    assert re.sub(r"&(?:amp|lt|gt|quot|#x27|#36|#123|#125|#96);", "", shown).count("&") == 0
    assert html.unescape(shown) == text


@steady
@given(any_text, st.sampled_from(LogForm))
def test_a_line_of_the_log_is_one_printable_line(text: str, form: LogForm) -> None:
    assert escape_line(escape_line(text)) == escape_line(text)
    record = make_record("%s", text)
    record.fields = {"article": text}
    line = LineFormatter(form).format(record)
    assert "\n" not in line and line.splitlines() == [line]
    assert not re.search(f"[{UNSEEN}]", line)
    if form is LogForm.JSON:
        assert set(json.loads(line)) == {"time", "level", "logger", "message", "article"}


# ---- what comes in

values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), any_text, st.text('[]{}:,"\\')
    ),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(any_text, inner, max_size=12),
    max_leaves=60,
)


def measure_shape(value: object, depth: int = 0) -> tuple[int, int, int]:
    """How deep parsed JSON is, how many keys it has, and how many values a parser made beside them."""
    if not isinstance(value, (list, dict)):
        return depth, 0, 1
    inner = list(value.values()) if isinstance(value, dict) else value
    shapes = [measure_shape(each, depth + 1) for each in inner]
    return (
        max((shape[0] for shape in shapes), default=depth + 1),
        sum(shape[1] for shape in shapes) + (len(value) if isinstance(value, dict) else 0),
        sum(shape[2] for shape in shapes) + 1,
    )


@steady
@given(values, st.integers(0, 12), st.booleans(), st.booleans())
def test_json_is_taken_within_its_limits_and_refused_beyond(
    value: object, around: int, ascii_only: bool, spaced: bool
) -> None:
    for _ in range(around):
        value = [value]
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1 if spaced else None)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half a character, which only an escape can tell
        data = json.dumps(value).encode()
    depth, keys, number = measure_shape(json.loads(data))
    if depth > DEEPEST or keys > MOST_KEYS:
        with pytest.raises(ShapeError):
            check_shape(data)
    else:
        assert number <= MOST_VALUES
        check_shape(data)


@steady
@given(st.integers(MOST_VALUES - 3, MOST_VALUES + 3), st.integers(MOST_KEYS - 2, MOST_KEYS + 2))
def test_json_at_the_edge_of_its_limits(length: int, width: int) -> None:
    for data, fits in (
        (json.dumps([0] * length).encode(), length <= MOST_VALUES),
        (json.dumps({str(n): n for n in range(width)}).encode(), width <= MOST_KEYS),
    ):
        if fits:
            check_shape(data)
        else:
            with pytest.raises(ShapeError):
                check_shape(data)


@steady
@given(st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused_in_words(data: bytes) -> None:
    try:
        check_shape(data)
    except ShapeError as error:
        assert str(error).startswith("The body ")


addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@steady
@given(st.lists(st.one_of(addresses, any_text), max_size=5), addresses, st.lists(addresses, max_size=3))
def test_whatever_a_client_writes_the_proxies_are_believed(
    forged: list[str], client: str, between: list[str]
) -> None:
    told = [*forged, client, *between]
    assert pick_address(told, len(between) + 1) == client
    assert pick_address(told, 0) is None and pick_address(told, len(told) + 1) is None


@steady
@given(st.one_of(addresses, any_text))
def test_an_address_is_counted_by_its_network(address: str) -> None:
    counted = shorten(address)
    assert shorten(counted) == counted
    try:
        parsed = ip_address(address)
    except ValueError:
        assert counted == address
        return
    if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped:
        assert parsed in ip_network(counted) and ip_network(counted).prefixlen == 64
    else:
        assert ip_address(counted) == (parsed if isinstance(parsed, IPv4Address) else parsed.ipv4_mapped)

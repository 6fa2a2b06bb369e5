"""Golden questions as files: round trips without loss, spreadsheets put up with, errors by row."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.quality import GoldenError
from assistant.quality.golden import Golden, holds_any, make_golden
from assistant.quality.golden_files import read_csv, read_golden, read_jsonl, write_csv, write_jsonl
from assistant.quality.spreadsheet import guard_cell, join_cell, split_cell, unguard_cell
from assistant.quality.squad import read_squad, write_squad
from assistant.quality.trec import write_qrels
from corpus import Article

TEXT = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("=+-@|\\'\",;\t\r\n ＝")), max_size=12
)

unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a busy machine is no fault


@st.composite
def make_any(draw: st.DrawFn) -> Golden:
    quotes = draw(st.lists(TEXT, max_size=3))
    try:
        return make_golden(
            draw(TEXT),
            quotes,
            draw(TEXT),
            None,
            draw(TEXT),
            draw(st.lists(TEXT, max_size=3)),
            draw(TEXT),
            draw(TEXT),
        )
    except GoldenError:
        return make_golden("Why?", quotes)


@unhurried
@given(st.lists(make_any(), max_size=4))
def test_csv_and_json_lines_come_back_as_they_were(golden: list[Golden]) -> None:
    assert read_jsonl(write_jsonl(golden).encode()) == tuple(golden)
    assert read_csv(write_csv(golden).encode()) == tuple(golden)


@unhurried
@given(TEXT)
def test_a_guarded_cell_is_never_a_formula_and_comes_back(text: str) -> None:
    assert not guard_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert unguard_cell(guard_cell(text)) == text


@unhurried
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_texts_in_one_cell_come_back(texts: list[str]) -> None:
    assert [text.strip() for text in split_cell(join_cell(texts))] == [text.strip() for text in texts]


def test_what_people_type_in_a_cell_stays() -> None:
    assert unguard_cell("'tis the season") == "'tis the season"
    assert split_cell("a | b \\ c") == ["a | b \\ c"]
    assert guard_cell("=1+1") == "'=1+1"
    assert guard_cell("'=1") == "''=1"


@pytest.mark.parametrize(
    "data",
    [
        "question,expected_quote,answerable\r\nWho?,“He” did,yes\r\n".encode(),
        "\ufeffQuestion;Expected Quote;Answerable\r\nWho?;“He” did;WAHR\r\n\r\n;;\r\n".encode(),
        "question\texpected_quote\nWho?\t“He” did\n".encode("utf-16"),
        "sep=;\r\nquestion;quote\r\nWho?;“He” did\r\n".encode(),
        'answerable,question,expected_quote\r"TRUE","Who?","“He” did"\r'.encode(),
    ],
)
def test_what_spreadsheets_do_is_put_up_with(data: bytes) -> None:
    assert read_csv(data) == (make_golden("Who?", ["“He” did"]),)


def test_errors_are_told_by_row() -> None:
    rows = (",x,yes", "Who?,,yes", 'Fine?,"two\nlines",yes', "Why?,x,no", "How?,x,perhaps", "a,b,yes,d")
    data = "\n".join(("question,expected_quote,answerable", *rows)).encode()
    with pytest.raises(GoldenError) as caught:
        read_csv(data)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "row 2",
        "row 3",
        "row 5",
        "row 6",
        "row 7",
    ]
    assert "empty" in caught.value.problems[0] and "write yes or no" in caught.value.problems[3]
    with pytest.raises(GoldenError) as caught:
        read_jsonl(b'{"question": "ok?"}\n[]\nnope\n{"question": 7}\n{"question": "x", "answerable": "yes"}')
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "line 2",
        "line 3",
        "line 4",
        "line 5",
    ]


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        ("question,expected_quote\nCafé?,né\n".encode("cp1252"), "a.csv", "CSV UTF-8"),
        (b"PK\x03\x04rest", "a.csv", "workbook"),
        (b"", "a.csv", "empty"),
        (b"frage,antwort\nWer?,Er\n", "a.csv", "no column “question”"),
        (b"question,question\nx,y\n", "a.csv", "more than once"),
        (b"question\nx\n", "a.xlsx", "must end in"),
        (b"{}", "a.json", "no SQuAD file"),
        (b'{"data": [{"paragraphs": [{"qas": [{"question": "x"}]}]}]}', "a.json", "answers"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_words(data: bytes, name: str, told: str) -> None:
    with pytest.raises(GoldenError, match=told):
        read_golden(data, name)


def test_squad_out_and_in(town: Article) -> None:
    golden = (
        make_golden("How many boats?", ["About 400 boats took part."], id="a"),
        make_golden("Who sang?", id="b"),
    )
    written = write_squad(golden, town)
    answer = json.loads(written)["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]
    assert town.text[answer["answer_start"] :].startswith("About 400 boats took part.")
    assert tuple(read_squad(written.encode())) == golden
    with pytest.raises(GoldenError, match="Who knows"):
        write_squad([make_golden("Who knows?", ["not in the article"])], town)


def test_qrels_name_the_passages_that_hold_the_quote(town: Article) -> None:
    lines = write_qrels([make_golden("How many boats?", ["About 400 boats"]), make_golden("Who sang?")], town)
    (line,) = lines.splitlines()
    topic, _, passage, relevant = line.split()
    assert (topic, relevant) == ("q1", "1")
    assert "About 400 boats" in town.passages[int(passage[1:])].span.cut(town.text)


def test_holding_is_about_words_not_spacing() -> None:
    assert holds_any("About 400\nboats took part.", ["about 400 boats"])
    assert not holds_any("About 400 boats", ["500 boats"])
    assert not holds_any("About 400 boats", [])

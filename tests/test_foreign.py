"""Questions in another language than the article's, with encoders whose vectors can be worked out by hand."""

import re
import unicodedata
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.answer import Outcome
from assistant.decide import FOREIGN, Rule
from assistant.languages import PROBES, KnownLanguages, find_foreign
from assistant.messages import LANGUAGES, messages_for
from assistant.settings import Settings
from corpus import Article, article_from_text
from index import glossary as glossary_folder
from index.answer_kind import AnswerKind, expect_kind
from index.foreign import (
    Meaning,
    collect_vocabulary,
    cut_words,
    find_meanings,
    find_spelt,
    gather_terms,
    match_spelling,
    merge_meanings,
    write_english,
)
from index.glossary import LONGEST_PHRASE, LONGEST_RUN, find_listed, load_glossary, parse_glossary
from index.lexical import LexicalIndex
from index.reader import Reading
from index.store import make_flat
from tests.conftest import ToyEncoder

SPANISH = {
    "quién": "who", "pagó": "paid", "el": "the", "la": "the", "fiesta": "festival", "barcos": "boats",
    "participaron": "part", "cuántos": "many", "perros": "dogs", "correa": "leash", "los": "the", "deben": "must",
    "llevar": "lead", "puerto": "harbour",
}  # fmt: skip


class SpanishToy(ToyEncoder):
    """Knows Spanish by a list of words, and every text of the catalogue by its name."""

    name = "spanish-toy"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        probes = {getattr(messages_for(tongue), name): name for tongue in ("en", "es") for name in PROBES}
        plain = [
            probes.get(text) or " ".join(SPANISH.get(word.text, word.text) for word in cut_words(text))
            for text in texts
        ]
        return super().encode(plain)


class NotingReader:
    """A reader that finds nothing and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, question: str, windows: Sequence[str]) -> tuple[Reading, ...]:
        self.asked.append(question)
        return tuple(Reading(-5.0, np.zeros((0, 2), int), np.zeros(0), np.zeros(0), 0.0) for _ in windows)


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    """Settings without the reader model, which takes its time to load."""
    return Settings(data_dir=data_dir, reader=False)


@pytest.fixture
def assistant(town: Article, settings: Settings) -> Assistant:
    return Assistant.open(town, settings, ToyEncoder(), NotingReader(), foreign=SpanishToy())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("¿Quién fue? ¡Quién!", ["quién", "fue", "quién"]),
        ("谁被捕", ["谁被", "被捕", "谁被捕"]),
        ("在Worcester，2025年", ["worcester", "2025"]),
        ("Kiyès l'ap chèche", ["kiyès", "l'ap", "chèche"]),
        ("?!", []),
    ],
)
def test_words_of_a_question(question: str, words: list[str]) -> None:
    found = cut_words(question)
    assert [word.text for word in found] == words
    assert all(question[word.start : word.end].casefold() == word.text for word in found)


def test_words_spelt_alike() -> None:
    vocabulary = collect_vocabulary(["The immigration police arrested Müller in Worcester in 2025."])
    assert match_spelling("inmigración", vocabulary) == ("immigration", pytest.approx(18 / 22))
    assert match_spelling("policía", vocabulary) == ("police", pytest.approx(10 / 13))
    assert match_spelling("muller", vocabulary) == ("muller", 1.0)
    assert [match_spelling(word, vocabulary) for word in ("in", "cảnh", "kenya", "worm")] == [None] * 4


LIST = """
# Vietnamese, for these tests
cảnh sát|công an: police; officer
cảnh: scene
bắt: arrested; arrest
ai: who
ở: in
là: -
谁: who
被捕: was arrested; arrest
被: by
nèf: new
""".splitlines()


def test_a_question_by_a_list_of_words() -> None:
    vocabulary = collect_vocabulary(["The immigration police arrested four people in Worcester in 2025."])
    question = "Cảnh sát bắt ai ở Worcestor 2025?"
    listed = find_listed(question, parse_glossary(LIST), vocabulary)
    assert [(question[m.start : m.end], dict(m.terms), m.english, m.counts) for m in listed] == [
        ("Cảnh sát", {"polic": 1.0}, "police", True),
        ("bắt", {"arrest": 1.0}, "arrested", True),
        ("ai", {}, "who", False),
        ("ở", {}, "in", False),
    ]
    spelt = find_spelt(cut_words(question), vocabulary)
    merged = merge_meanings(question, listed, spelt)
    assert write_english(merged) == "police arrested who in worcester 2025"
    assert [dict(m.terms) for m in merged[-2:]] == [{"worcest": pytest.approx(8 / 9)}, {"2025": 1.0}]


def test_a_list_is_found_without_accents_and_the_first_of_two_holds() -> None:
    glossary = parse_glossary(["nèf: new", "nef: ship", "nèf: nine", "se: is", "sè: sister"])
    found = {form: glossary.find([form]).english for form in ("nèf", "nef", "se", "sè")}
    assert found == {"nèf": "new", "nef": "ship", "se": "is", "sè": "sister"}
    assert parse_glossary(["nèf: new"]).find(["nef"]).english == "new"
    assert glossary.find(["nou"]) is None


def test_words_without_spaces_by_the_longest_match() -> None:
    vocabulary = collect_vocabulary(["Two were arrested."])
    listed = find_listed("2025年谁被捕了？", parse_glossary(LIST), vocabulary)
    assert [(m.english, dict(m.terms)) for m in listed] == [("who", {}), ("was arrested", {"arrest": 1.0})]


def test_another_name_stays_another_name_in_english() -> None:
    vocabulary = collect_vocabulary(["The immigration police arrested four people in Worcester."])
    question = "¿Inmigración en Lowell, Worcester?"
    merged = merge_meanings(question, [], find_spelt(cut_words(question), vocabulary))
    assert write_english(merged) == "immigration Lowell worcester"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_lists_of_words_are_well_formed(language: str) -> None:
    file = Path(glossary_folder.__file__).with_name(f"{language}.txt")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ") and len(lines) > 1500
    forms = [form for line in lines[1:] for form in line.split(": ", 1)[0].split("|")]
    assert len(forms) == len(set(forms))
    for form in forms:
        assert form == unicodedata.normalize("NFC", form).casefold().strip()
        assert 1 <= len(form.split()) <= LONGEST_PHRASE
        assert language != "zh" or len(form) <= LONGEST_RUN or form.isascii()
    for entry in load_glossary(language).written.values():
        assert all(re.fullmatch(r"[a-z0-9'-]+", word) for word in entry.words)


def test_without_a_list_there_is_none() -> None:
    assert not load_glossary("fr").written
    assert find_listed("Pourquoi ?", load_glossary("fr"), collect_vocabulary(["Why?"])) == []


def test_words_that_mean_the_same() -> None:
    vocabulary = collect_vocabulary(["Boats sank.", "The boat."])
    assert vocabulary.words[:3] == ("boat", "boats", "sank")
    rows = np.zeros((len(vocabulary.words), 4), dtype=np.float32)
    rows[:4] = [[1, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    known = make_flat(rows, 4)
    asked = np.array([[1, 0, 0, 0], [0, 0, 0.4, 0.3], [0, 0, 0.1, 1]], dtype=np.float32)
    words = cut_words("barco hundió un")
    # "barco" is surest by one of two words; "hundió" with 0.4 not sure enough; "un" is nearest to a stop word.
    found = sorted(find_meanings(words, vocabulary, asked, known), key=lambda meaning: meaning.start)
    stop = vocabulary.words[3]
    assert found == [
        Meaning(0, 5, {"boat": 1.0}, "boat"),
        Meaning(6, 12, {}, ""),
        Meaning(13, 15, {}, stop, counts=False),
    ]
    assert find_meanings([], vocabulary, asked[:0], known) == []


def test_of_words_that_overlap_the_surest_is_taken() -> None:
    vocabulary = collect_vocabulary(["Boats sank."])
    rows = np.eye(len(vocabulary.words), dtype=np.float32)
    words = cut_words("船沉没")  # 船沉, 沉没, 船沉没
    asked = np.zeros((3, len(rows)), dtype=np.float32)
    asked[0, 0], asked[1, 1], asked[2, 0] = 0.6, 0.9, 0.7
    assert find_meanings(words, vocabulary, asked, make_flat(rows, len(rows))) == [
        Meaning(1, 3, {"sank": pytest.approx(0.9)}, "sank")
    ]


def test_a_term_is_believed_as_by_the_surest_word() -> None:
    meanings = [
        Meaning(at, at, terms) for at, terms in enumerate(({"boat": 0.6}, {}, {"boat": 0.8, "ship": 0.5}))
    ]
    assert gather_terms(meanings) == {"boat": 0.8, "ship": 0.5}


def test_coverage_counts_words_and_not_their_meanings() -> None:
    index = LexicalIndex(["harbour boats", "harbour ships", "lion"])
    common, rare, unseen = log(1 + 1.5 / 2.5), log(1 + 2.5 / 1.5), log(1 + 3.5 / 0.5)
    meanings = [{"boat": 0.9, "ship": 0.6}, {"harbour": 1.0}, {}]
    total = rare + common + unseen
    np.testing.assert_allclose(
        index.cover_meanings(meanings),
        [(0.9 * rare + common) / total, (0.6 * rare + common) / total, 0],
        rtol=1e-5,
    )
    assert index.cover_meanings([]).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("¿Cuándo ocurrió?", "es", AnswerKind.DATE),
        ("cuantos fueron arrestados", "es", AnswerKind.NUMBER),
        ("Quem foi preso?", "pt", AnswerKind.PERSON),
        ("Ki kote sa te pase?", "ht", AnswerKind.PLACE),
        ("Sự kiện xảy ra khi nào?", "vi", AnswerKind.DATE),
        ("有多少人被捕？", "zh", AnswerKind.NUMBER),
        ("Pourquoi ?", "fr", AnswerKind.OTHER),
        ("¿Por qué?", "es", AnswerKind.OTHER),
    ],
)
def test_kinds_asked_for(question: str, language: str, kind: AnswerKind) -> None:
    assert expect_kind(question, language) is kind


def test_which_questions_are_foreign() -> None:
    assert find_foreign("Where does it stand?", "en") == ""
    assert find_foreign("¿Dónde está el barco?", "en") == "es"
    assert find_foreign("¿Dónde está el barco?", "es") == ""
    assert find_foreign("Where does it stand?", "es") == "en"
    assert find_foreign("¿Dónde está el barco?", "fr") == ""  # a language it does not speak: it cannot tell


def test_which_languages_an_encoder_knows() -> None:
    knows_spanish, knows_none = KnownLanguages(SpanishToy()), KnownLanguages(ToyEncoder())
    assert {each: knows_spanish.measure(each) for each in ("es", "en")} == {"es": 1.0, "en": 1.0}
    assert knows_none.measure("zh") <= 2 / 12
    assert knows_spanish.knows("es") and not knows_spanish.knows("zh") and not knows_none.knows("zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_probes_say_the_same(language: str) -> None:
    assert len({getattr(messages_for(language), name) for name in PROBES}) == len(PROBES)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "¿Quién pagó la fiesta?",
            "The port authority paid two thirds of the bill. Local firms paid the rest.",
        ),
        ("¿Cuántos barcos participaron en la fiesta del puerto?", "About 400 boats took part."),
        ("¿Los perros deben llevar correa?", "Dogs: Lead dogs on a leash near the stage."),
    ],
)
def test_a_question_finds_its_passage_by_meaning(assistant: Assistant, question: str, words: str) -> None:
    examined = assistant.examine(question)
    assert words in examined.quotes[0].text
    assert examined.rule.weights == FOREIGN[True, True].weights
    assert examined.answer.read_as is None


def test_what_is_not_known_goes_by_names(assistant: Assistant) -> None:
    examined = assistant.examine("Ana Lima là ai?")
    assert "Mayor Ana Lima called the day a triumph." in examined.quotes[0].text
    assert examined.rule.weights == FOREIGN[False, True].weights
    without = assistant.examine("Ana Lima là ai?", read=False)
    assert without.rule.weights == FOREIGN[False, False].weights


def test_the_reader_reads_the_english_of_a_question(assistant: Assistant) -> None:
    assistant.examine("¿Quién pagó la fiesta del puerto?")
    reader = assistant.index.reader
    assert isinstance(reader, NotingReader)
    assert reader.asked and all(asked.startswith("who paid the") for asked in reader.asked)


def test_a_follow_up_in_another_language(assistant: Assistant) -> None:
    examined = assistant.examine("y Ana Lima?", ("¿Quién es Marco Silva?",))
    assert examined.answer.read_as == "¿Quién es Ana Lima?"
    assert examined.rule.weights == FOREIGN[True, True].weights
    again = assistant.ask("¿Y Rosa Pina?", ("¿Quién es Marco Silva?", "y Ana Lima?"))
    assert again.read_as == "¿Quién es Rosa Pina?"
    english = assistant.ask("Who is Ana Lima?", ("¿Quién es Marco Silva?",))
    assert english.read_as is None
    assert assistant.ask("¿Y Ana Lima?", ("¿Quién es Marco Silva?",), as_typed=True).read_as is None


def test_the_threshold_in_force_holds_for_every_language(assistant: Assistant) -> None:
    question = "¿Quién pagó la fiesta?"
    confidence = assistant.ask(question).confidence
    assert assistant.examine(question).rule.answered_from == assistant.rule.answered_from
    lower, higher = (
        assistant.examine(question, rule=Rule(0.0, FOREIGN[True, True].weights, line)).answer.outcome
        for line in (confidence - 0.001, confidence + 0.001)
    )
    assert lower is Outcome.ANSWERED and higher is not Outcome.ANSWERED


def test_no_word_of_another_language_is_respelt(settings: Settings, toy_encoder: ToyEncoder) -> None:
    article = article_from_text("The queen met the police in Worcester.", title="Queen")
    answer = Assistant.open(article, settings, toy_encoder).ask(
        "quien fue arrestado ayer", ("que paso en worcestor",)
    )
    assert (answer.question, answer.read_as) == ("quien fue arrestado ayer", None)


def test_vectors_for_other_languages_are_kept_beside(town: Article, settings: Settings) -> None:
    Assistant.open(town, settings, ToyEncoder(), foreign=SpanishToy())
    again = SpanishToy()
    index = Assistant.open(town, settings, ToyEncoder(), foreign=again).index
    assert again.encoded == []
    assert index.foreign is not None
    assert index.foreign.vectors["words"].ntotal == len(index.vocabulary.words)
    names = {folder.name for folder in (settings.data_dir / "indexes").iterdir()}
    assert names == {town.revision[:16], f"{town.revision[:16]}.foreign"}


def test_one_encoder_for_both_keeps_the_texts_once(town: Article, settings: Settings) -> None:
    encoder = SpanishToy()
    index = Assistant.open(town, settings, encoder, foreign=encoder).index
    assert index.foreign is not None and index.foreign.vectors["sentences"] is index.vectors["sentences"]
    texts = index.texts
    assert len(encoder.encoded) == sum(
        map(len, (texts.passages, texts.sentences, texts.questions, index.vocabulary.words))
    )

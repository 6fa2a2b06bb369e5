"""Plain text: headings, lists, lead-ins and answered questions are inferred from the lines alone."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from corpus import Article, PassageKind, article_from_text, read_article

PARAGRAPH, ITEM, PAIR = PassageKind.PARAGRAPH, PassageKind.LIST_ITEM, PassageKind.QUESTION_ANSWER
SHARED_ARTICLE = Path(__file__).resolve().parents[2] / "shared" / "article.txt"


def write(folder: Path, text: str, name: str = "harbour-bridge.txt") -> Article:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_article(path)


def outline(article: Article) -> list[tuple[str, int]]:
    return [(section.title, section.level) for section in article.sections]


def passages(article: Article) -> list[tuple[PassageKind, str]]:
    return [(passage.kind, passage.span.cut(article.text)) for passage in article.passages]


def test_text_offsets_and_sections_of_a_small_article(tmp_path: Path) -> None:
    article = write(
        tmp_path,
        "The bridge is shut.\nCauses\nOver the years the bridge has suffered. The city lists two causes:\n"
        "- Salt\n- Weight\n",
    )

    assert article.title == "Harbour bridge"
    assert article.text == (
        "The bridge is shut.\n\nCauses\n\nOver the years the bridge has suffered. The city lists two causes:\n\n"
        "- Salt\n- Weight"
    )
    assert outline(article) == [("Introduction", 1), ("Causes", 1)]
    opening, causes = article.sections
    assert (opening.heading.start, opening.heading.end) == (0, 0)
    assert opening.span.cut(article.text) == "The bridge is shut."
    assert causes.heading.cut(article.text) == "Causes"
    assert causes.span.cut(article.text).endswith("- Weight")
    assert passages(article) == [
        (PARAGRAPH, "The bridge is shut."),
        (PARAGRAPH, "Over the years the bridge has suffered."),
        (ITEM, "Salt"),
        (ITEM, "Weight"),
    ]
    salt, weight = article.passages[2:]
    assert salt.lead_in is not None and salt.lead_in.cut(article.text) == "The city lists two causes:"
    assert salt.lead_in == weight.lead_in
    assert salt.group == weight.group is not None
    assert salt.sentences == (salt.span,)


def test_a_lead_in_alone_is_no_passage_but_a_whole_sentence_is(tmp_path: Path) -> None:
    article = write(tmp_path, "Bring these:\n- Water\n\nThe following boats sail today.\n- Mara\n- Ann\n")

    assert passages(article) == [
        (ITEM, "Water"),
        (PARAGRAPH, "The following boats sail today."),
        (ITEM, "Mara"),
        (ITEM, "Ann"),
    ]
    lead_ins = [p.lead_in.cut(article.text) if p.lead_in else None for p in article.passages]
    assert lead_ins == [
        "Bring these:",
        None,
        "The following boats sail today.",
        "The following boats sail today.",
    ]
    assert article.passages[0].group != article.passages[2].group


def test_two_headings_in_a_row_are_parent_and_child(tmp_path: Path) -> None:
    article = write(
        tmp_path,
        "Cracks were found in it.\nThe Bridge\nCracks\nThere are 17.\nCauses\nSalt and weight.\n"
        "The Ferries\nFares\nTwo dollars.\n",
    )

    assert outline(article) == [
        ("Introduction", 1),
        ("The Bridge", 1),
        ("Cracks", 2),
        ("Causes", 2),
        ("The Ferries", 1),
        ("Fares", 2),
    ]
    assert article.section_path(3) == ("The Bridge", "Causes")


def test_headings_without_any_in_a_row_are_siblings(tmp_path: Path) -> None:
    article = write(
        tmp_path, "My Trip\n\nIt began well.\n\nThe Sea\n\nIt was rough.\n\nThe Land\n\nIt was dry.\n"
    )

    assert article.title == "My Trip"
    assert outline(article) == [("Introduction", 1), ("The Sea", 1), ("The Land", 1)]
    assert "My Trip" not in article.text


def test_capitals_and_numbers_tell_the_level(tmp_path: Path) -> None:
    capitals = write(
        tmp_path, "NEWS\n\nTHE BRIDGE\nCracks\nThere are 17.\nCauses\nSalt.\nTHE FERRIES\nThey run.\n"
    )
    assert capitals.title == "NEWS"
    assert outline(capitals) == [("THE BRIDGE", 1), ("Cracks", 2), ("Causes", 2), ("THE FERRIES", 1)]

    numbered = write(
        tmp_path, "1. Start\nIt starts.\n2. Methods\n2.1 Counting\nWe counted.\n2.2 Asking\nWe asked.\n"
    )
    assert outline(numbered) == [("1. Start", 1), ("2. Methods", 1), ("2.1 Counting", 2), ("2.2 Asking", 2)]


def test_marked_headings_and_rules(tmp_path: Path) -> None:
    article = write(tmp_path, "# Trip\n\nIt began.\n\n## Sea\n\nRough.\n\n---\n\n### Gulls\n\nMany.\n")

    assert article.title == "Trip"
    assert outline(article) == [("Introduction", 1), ("Sea", 1), ("Gulls", 2)]
    assert passages(article) == [(PARAGRAPH, "It began."), (PARAGRAPH, "Rough."), (PARAGRAPH, "Many.")]


def test_hard_wrapped_lines_are_joined(tmp_path: Path) -> None:
    article = write(
        tmp_path,
        "The harbour bridge closed on Monday morning after engineers found cracks\n"
        "in two of its four towers. It carries 40,000 vehicles a day, and is the\n"
        "only crossing for lorries.\n"
        "\n"
        "Two things help:\n"
        "\n"
        "  * Take a ferry, which leaves from the north pier at every full hour and\n"
        "    at every half hour.\n"
        "  * Walk.\n",
    )

    assert passages(article) == [
        (
            PARAGRAPH,
            "The harbour bridge closed on Monday morning after engineers found cracks in two of its four towers. "
            "It carries 40,000 vehicles a day, and is the only crossing for lorries.",
        ),
        (ITEM, "Take a ferry, which leaves from the north pier at every full hour and at every half hour."),
        (ITEM, "Walk."),
    ]
    assert len(article.passages[0].sentences) == 2


@pytest.mark.parametrize(
    "marks", [("-", "-"), ("*", "*"), ("•", "•"), ("1.", "2."), ("a)", "b)"), ("(1)", "(2)"), ("–", "–")]
)
def test_every_kind_of_marker_is_kept_out_of_the_item(tmp_path: Path, marks: tuple[str, str]) -> None:
    article = write(tmp_path, f"The rules are:\n{marks[0]} Keep left.\n{marks[1]} Go slow.\n")

    assert passages(article) == [(ITEM, "Keep left."), (ITEM, "Go slow.")]


def test_items_inside_items_have_the_outer_item_as_lead_in(tmp_path: Path) -> None:
    article = write(
        tmp_path, "Causes:\n- Weight:\n  - The limit was 30 tonnes.\n  - Some weigh 44.\n- Salt\n"
    )

    assert article.text == "Causes:\n\n- Weight:\n  - The limit was 30 tonnes.\n  - Some weigh 44.\n- Salt"
    lead_ins = [p.lead_in.cut(article.text) for p in article.passages if p.lead_in]
    assert lead_ins == ["Causes:", "Weight:", "Weight:", "Causes:"]
    outer, inner, inner_too, outer_too = [p.group for p in article.passages]
    assert outer == outer_too != inner == inner_too


def test_a_number_that_opens_a_sentence_is_no_list(tmp_path: Path) -> None:
    article = write(tmp_path, "1. He came first.\n\nThat was in 1961, when the bridge opened.\n")

    assert passages(article)[0] == (PARAGRAPH, "1. He came first.")


def test_questions_and_answers(tmp_path: Path) -> None:
    article = write(
        tmp_path,
        "The bridge is shut.\nFAQ’s\nWhen will it open?\nIn September.\nWho pays?\nThe state pays. The city helps.\n"
        "How do I cross?\n- Take a ferry.\n- Swim.\nIs it safe?\nYes.\nIn summary, the city waits. We all wait.\n",
    )

    assert outline(article) == [("Introduction", 1), ("FAQ’s", 1)]
    assert [kind for kind, _ in passages(article)] == [PARAGRAPH, PAIR, PAIR, PAIR, PAIR, PARAGRAPH]
    pairs = [passage for passage in article.passages if passage.kind is PAIR]
    read = [
        (pair.question.cut(article.text), [sentence.cut(article.text) for sentence in pair.sentences])
        for pair in pairs
        if pair.question
    ]
    assert read == [
        ("When will it open?", ["In September."]),
        ("Who pays?", ["The state pays.", "The city helps."]),
        ("How do I cross?", ["Take a ferry.", "Swim."]),
        ("Is it safe?", ["Yes."]),
    ]
    assert pairs[1].span.cut(article.text) == "Who pays?\n\nThe state pays. The city helps."
    assert passages(article)[-1][1] == "In summary, the city waits. We all wait."


def test_an_interview_is_questions_and_answers(tmp_path: Path) -> None:
    article = write(tmp_path, "Q: Who pays?\nA: The state pays.\nThe city helps.\nQ: When?\nA: Soon.\n")

    assert passages(article) == [
        (PAIR, "Q: Who pays?\n\nA: The state pays.\n\nThe city helps."),
        (PAIR, "Q: When?\n\nA: Soon."),
    ]


def test_a_rhetorical_question_stays_in_the_prose(tmp_path: Path) -> None:
    article = write(tmp_path, "The bridge will be mended.\nBut who pays?\nNobody knows.\n")

    assert [kind for kind, _ in passages(article)] == [PARAGRAPH, PARAGRAPH, PARAGRAPH]


def test_long_lines_hold_no_heading_and_blank_lines_part_paragraphs(tmp_path: Path) -> None:
    lines = [
        f"Sentence number {n} of this text is long enough to be prose, as anybody can see. It ends."
        for n in range(5)
    ]
    for joint in ("\n", "\n\n"):
        article = write(tmp_path, joint.join(lines))
        assert outline(article) == [("Introduction", 1)]
        assert passages(article) == [(PARAGRAPH, line) for line in lines]


def test_verse_and_quotations_are_no_headings(tmp_path: Path) -> None:
    verse = (
        "Grey is the water\nAnd grey the gull on the rail\nThe engine hums its warning\nOver a sea gone pale"
    )
    article = write(tmp_path, f"It was read aloud.\n\n{verse}\n\n“Nobody clapped”\n\nThen it rained.\n")

    assert outline(article) == [("Introduction", 1)]
    assert passages(article)[1] == (PARAGRAPH, verse)
    assert len(article.passages[1].sentences) == 1
    assert passages(article)[2] == (PARAGRAPH, "“Nobody clapped”")


def test_lines_after_a_colon_are_no_headings(tmp_path: Path) -> None:
    article = write(tmp_path, "He wants three things:\nTraining for agents\nOpen doors\nClear rules\n")

    assert outline(article) == [("Introduction", 1)]


def test_page_machinery_and_contents_are_dropped(tmp_path: Path) -> None:
    article = write(
        tmp_path,
        "My Trip\n\nTable of Contents\n1. The Sea\n2. The Land\n\nThe Sea\n\nIt was rough.\n\nAdvertisement\n\n"
        "The Land\n\nIt was dry. Subscribe to nothing.\n\nShare this:\nTwitter\nX\nRelated Posts\n"
        "Previous Post: Fares\nLeave a Reply to Bob Cancel reply\n"
        "Your email address will not be published. Required fields are marked *\n",
    )

    assert article.text == "The Sea\n\nIt was rough.\n\nThe Land\n\nIt was dry. Subscribe to nothing."


def test_an_article_from_text_keeps_its_first_line() -> None:
    article = article_from_text("Opening\n\nIt opened.", "The  festival", "pt", "https://example.org/f")

    assert (article.title, article.language, article.source_url) == (
        "The festival",
        "pt",
        "https://example.org/f",
    )
    assert outline(article) == [("Opening", 1)]


def test_reading_the_text_again_finds_the_same_passages(tmp_path: Path) -> None:
    first = write(
        tmp_path,
        "It is shut.\nCauses\nThe causes are:\n- Salt\n- Rust\nFAQ\nWho pays?\nThe state.\n",
        "a.txt",
    )
    again = write(tmp_path, first.text, "b.txt")

    assert again.text == first.text
    assert again.passages == first.passages
    assert again.sections == first.sections


@pytest.mark.skipif(
    not SHARED_ARTICLE.exists(), reason="../shared/article.txt is absent: its outline is not checked"
)
def test_outline_of_the_shared_article() -> None:
    article = read_article(SHARED_ARTICLE)

    assert [("  " * (s.level - 1) + s.title.split(":")[0]) for s in article.sections] == [
        "Introduction",
        "Recent ICE Confrontations",
        "  The Worcester Incident",
        "  Aggressive Tactics Across the State",
        "Sheriff Koppinger’s Role",
        "  Background and Experience",
        "  Calls for De-escalation",
        "  Coordination Challenges",
        "Public and Legal Response",
        "  Community Mobilization",
        "  Legal and Constitutional Issues",
        "  Federal Response",
        "Policy Implications in ICE Confrontationsin Context",
        "  Sanctuary State Measures",
        "  National Immigration Debate",
        "Moving Forward",
        "  Sheriff Koppinger’s Vision",
        "  Legislative and Policy Responses",
        "FAQ’s",
    ]
    kinds = [kind for kind, _ in passages(article)]
    assert (kinds.count(PAIR), kinds[-8:]) == (7, [PAIR] * 7 + [PARAGRAPH])
    assert passages(article)[-1][1].startswith("In summary, the ongoing")
    assert "Table of Contents" not in article.text and "Leave a Reply" not in article.text
    strategy = [p for p in article.passages if p.span.cut(article.text).startswith("ICE Restraint:")]
    assert strategy[0].lead_in is not None
    assert strategy[0].lead_in.cut(article.text) == "His three-point strategy includes:"


@pytest.mark.skipif(
    not SHARED_ARTICLE.exists(), reason="../shared/article.txt is absent: its variants are not read"
)
@pytest.mark.parametrize("dress", ["double", "crlf", "bullets", "indented", "wrapped", "reread"])
def test_the_shared_article_in_other_dress_is_the_same(tmp_path: Path, dress: str) -> None:
    original = read_article(SHARED_ARTICLE)
    text = SHARED_ARTICLE.read_text(encoding="utf-8")
    wrapped = "\n\n".join(textwrap.fill(line, 78, break_on_hyphens=False) for line in text.split("\n"))
    variants = {
        "double": text.replace("\n", "\n\n"),
        "crlf": text.replace("\n", "\r\n"),
        "bullets": text.replace("\n- ", "\n• "),
        "indented": textwrap.indent(text, "   "),
        "wrapped": wrapped,
        "reread": original.text,
    }
    article = write(tmp_path, variants[dress], SHARED_ARTICLE.name)

    assert article == original

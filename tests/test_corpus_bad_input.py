"""What is no article is refused with one sentence that names the file and the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import ArticleError, article_from_text, read_article
from corpus.decode import LARGEST_FILE

CHECKOUT = Path(__file__).resolve().parents[1]


def refusal(path: Path) -> str:
    with pytest.raises(ArticleError) as caught:
        read_article(path)
    message = str(caught.value)
    assert message.startswith(f"Cannot read {path}: ") and message.endswith(".") and "\n" not in message
    return message.removeprefix(f"Cannot read {path}: ")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "it is empty."),
        ("a.txt", b" \r\n\t\n", "it is empty."),
        ("a.txt", "\u200b\ufeff\u202e".encode(), "there is no article in it."),
        ("a.txt", b"... --- ...\n", "there is no article in it."),
        ("a.txt", b"Text\x00more", "it is a binary file, not text."),
        ("a.txt", bytes(range(1, 128)), "it is a binary file, not text."),
        ("a.md", b"%PDF-1.7 text", "it is a binary file, not text."),
        ("a.txt", "Café is open".encode("latin-1"), "it is not UTF-8 text (byte 0xe9 at position 3)."),
        ("a.md", "Es ist früh.".encode("cp1252"), "it is not UTF-8 text (byte 0xfc at position 9)."),
        ("a.txt", "Text".encode("utf-16-le"), "it is a binary file, not text."),
        ("a.txt", b"\xff\xfeT\x00e", "it is not the utf-16 text it says it is."),
        ("a.html", b"<meta charset=klingon><p>Caf\xe9 is open.", "it is not the klingon text it says it is."),
        ("a.html", b"<p>Caf\xe9 is open.", "it is not UTF-8 text (byte 0xe9 at position 6)."),
        ("a.pdf", b"Text.", "its name must end in .txt, .md, .markdown, .html or .htm."),
        ("a", b"Text.", "its name must end in .txt, .md, .markdown, .html or .htm."),
        ("a.md", b"# Only a title\n", "there is no article in it."),
    ],
)
def test_a_file_that_is_no_article(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    assert refusal(path) == reason


def test_a_missing_file_a_directory_and_a_pipe(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.txt") == "there is no such file."
    assert refusal(tmp_path) == "it is a directory."
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "pipe.txt") == "it is not a regular file."


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        # A file of 50 GB that takes no room: reading it whole would run out of memory.
        file.truncate(50_000_000_000)

    assert refusal(path) == "it is larger than 5 MB."


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text(("One more sentence stands here. " * 200_000)[: LARGEST_FILE - 1] + ".", encoding="utf-8")

    assert len(read_article(path).passages) == 1


def test_too_many_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text("One.\n\n" * 20_001, encoding="utf-8")

    assert refusal(path) == "it has more than 20,000 paragraphs."
    with pytest.raises(ArticleError, match="the text of “Many”: it has more than 20,000 paragraphs"):
        article_from_text("One.\n\n" * 20_001, "Many")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfIt is a caf\xc3\xa9.", "It is a café."),
        ("It is a café.".encode("utf-16"), "It is a café."),
        (b"One.\r\n\r\nTwo.\rThree.", "One.\n\nTwo.\n\nThree."),
        ("Cafe\u0301\u200b \u202eis\u00a0here\tnow.".encode(), "Café is here now."),
    ],
)
def test_text_in_other_dress(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)

    assert read_article(path).text == text


def test_a_page_in_the_encoding_it_names(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes("<meta charset=iso-8859-1><p>The café’s “open”.</p>".encode("cp1252"))
    assert read_article(path).text == "The café’s “open”."

    path.write_bytes("<meta charset=iso-8859-1><p>The café is open.</p>".encode())
    assert read_article(path).text == "The café is open."


def test_lone_surrogates_are_replaced() -> None:
    assert article_from_text("It is \ud800 open.", "A").text == "It is \ufffd open."


@pytest.mark.parametrize(
    ("name", "markup", "reason"),
    [
        ("a.html", "<p>a" * 200_000, "it has more than 100,000 elements."),
        ("a.html", "<div>" * 100_000 + "text", "its elements nest more than 200 deep."),
        ("a.html", "<p>One.</p>" * 20_001, "it has more than 20,000 paragraphs."),
    ],
)
def test_markup_without_end(tmp_path: Path, name: str, markup: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(markup, encoding="utf-8")

    assert refusal(path) == reason


def test_markup_made_to_be_slow_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.bounded.LONGEST_SECONDS", 2)
    path = tmp_path / "a.html"
    attributes = " ".join(f"a{number}=''" for number in range(200_000))
    path.write_text(f"<p {attributes}>Text.</p>", encoding="utf-8")

    assert refusal(path) == "reading it takes more than 2 seconds."


def test_the_command_prints_the_outline_or_exits_with_2(tmp_path: Path) -> None:
    path = tmp_path / "bridge.md"
    path.write_text("# The bridge\n\nIt is shut.\n\n## Causes\n\nSalt. Rust.\n", encoding="utf-8")
    command = [sys.executable, "-m", "corpus"]

    shown = subprocess.run([*command, str(path)], capture_output=True, text=True, cwd=CHECKOUT, check=True)
    assert shown.stdout == (
        "The bridge\n  # Introduction\n    [paragraph, 1] It is shut.\n  # Causes\n    [paragraph, 2] Salt. Rust.\n"
    )
    missing = tmp_path / "none.md"
    failed = subprocess.run(
        [*command, str(missing)], capture_output=True, text=True, cwd=CHECKOUT, check=False
    )
    assert (failed.returncode, failed.stderr) == (2, f"Cannot read {missing}: there is no such file.\n")

"""The articles that are served."""

from pathlib import Path

import pytest

from assistant.settings import Settings
from assistant.web.library import Library, find_articles, make_slug
from corpus import ArticleError


def test_nothing_to_serve_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no article to serve"):
        Library(Settings(articles=tmp_path))
    with pytest.raises(ArticleError):
        Library(Settings(articles=tmp_path / "missing.md"))


def test_article_files_and_their_slugs(tmp_path: Path) -> None:
    for name in ("b.md", "a.TXT", "README.md", ".hidden.md", "a.golden.jsonl", "picture.png"):
        (tmp_path / name).write_text("x")
    assert [file.name for file in find_articles(tmp_path)] == ["a.TXT", "b.md"]
    assert make_slug("Ice & Fire", {}) == "ice-fire"
    assert make_slug("API", {}) == "api-2"
    assert make_slug("“”", {}) == "article"


def test_an_article_is_never_answered_from_another(tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "harbour.txt").write_text(
        "The harbour opened in June. About 400 boats took part in the parade.\n"
    )
    (tmp_path / "light.txt").write_text("The lighthouse keeper lives alone on the island of Mora.\n")
    library = Library(Settings(articles=tmp_path, data_dir=data_dir, reader=False))
    library.start()
    here = library.find_assistant("light").ask("Where does the lighthouse keeper live?")
    assert here.quotes[0].text == "The lighthouse keeper lives alone on the island of Mora."
    there = library.find_assistant("harbour").ask("Where does the lighthouse keeper live?")
    assert there.outcome == "off_topic" and there.quotes == ()

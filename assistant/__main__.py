"""The command line: `python -m assistant ask ARTICLE "question"`, `build`, `widget`, `evaluate`, `golden` and more."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from assistant.answer import Answer, Outcome
from assistant.assistant import Assistant, QuestionError
from assistant.desk_commands import add_commands
from assistant.embed import build_widget, write_tag
from assistant.terminal import fail, open_assistant, print_json

app = typer.Typer(
    help="Ask an article; it answers with its own words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
add_commands(app)
ArticleFile = Annotated[Path, typer.Argument(metavar="ARTICLE", help="A .txt, .md or .html file.")]
OPENINGS = {
    Outcome.ANSWERED: "",
    Outcome.NEAREST: "The article does not say. The nearest passage:\n",
    Outcome.OFF_TOPIC: "The article is not about that.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One line of a question file."""

    id: str | int
    question: str
    history: tuple[str, ...]


@app.command()
def ask(
    article: ArticleFile,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    history: Annotated[list[str] | None, typer.Option(help="An earlier question; may be repeated.")] = None,
    questions: Annotated[
        Path | None, typer.Option(help='A JSON Lines file of {"id", "question", "history"}.')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Answer one question, or every question of a file (then always as JSON, a line each)."""
    if questions is not None and question is None:
        lines = list(read_questions(questions))
        assistant = open_assistant(article)
        for line in track(lines, "Asking", console=Console(stderr=True), disable=not sys.stderr.isatty()):
            print_json({"id": line.id} | answer_as_dict(assistant, line))
    elif question is not None and questions is None:
        assistant = open_assistant(article)
        try:
            answer = assistant.ask(question, tuple(history or ()))
        except QuestionError as error:
            fail(str(error))
        print_json(dataclasses.asdict(answer)) if as_json else print_answer(answer)
    else:
        fail("give a question, or --questions FILE.jsonl")


@app.command()
def build(article: ArticleFile) -> None:
    """Read an article, check the model's weights and build the index, so that no reader waits for it."""
    assistant = open_assistant(article, verify=True)
    read = assistant.article
    print(
        f"{read.title}: {len(read.sections)} sections, {len(read.passages)} passages, "
        f"{sum(len(passage.sentences) for passage in read.passages)} sentences; revision {read.revision[:12]}"
    )


@app.command()
def widget(
    host: Annotated[
        str, typer.Option(help="Where readers reach the assistant.")
    ] = "https://assistant.example",
    article: Annotated[str, typer.Option(help="The article's name in its address.")] = "your-article",
) -> None:
    """Print the tag for a page, with this version's address and hash, and how much the widget weighs."""
    built = build_widget()
    print(f"version {built.version}")
    for script in built.scripts.values():
        print(f"{script.name}: {len(script.compressed)} bytes compressed, {script.integrity}")
    for title, inline in (("a button over the page", False), ("in the text", True)):
        print(f"\n{title}:\n{write_tag(host.rstrip('/'), article, {}, built, inline)}")


def read_questions(file: Path) -> Iterator[Asked]:
    """The lines of a question file; ends the program naming the line that cannot be used."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: cannot be read: {error}")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            question, history = entry["question"], entry.get("history") or ()
            if not isinstance(question, str) or not all(isinstance(earlier, str) for earlier in history):
                raise TypeError("question must be a text, history a list of texts")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fail(f'{file}, line {number}: not a JSON object with a "question" ({error})')
        yield Asked(entry.get("id", number), question, tuple(history))


def answer_as_dict(assistant: Assistant, asked: Asked) -> dict[str, object]:
    """The answer as a JSON-ready dict, or {"error": …} for a question that cannot be asked."""
    try:
        return dataclasses.asdict(assistant.ask(asked.question, asked.history))
    except QuestionError as error:
        return {"error": str(error)}


def print_answer(answer: Answer) -> None:
    if answer.read_as:
        print(f"Reading this as: {answer.read_as}\n")
    if OPENINGS[answer.outcome]:
        print(OPENINGS[answer.outcome])
    for quote in answer.quotes:
        lead = f"{quote.lead_in} … " if quote.lead_in else ""
        print(f"{lead}“{quote.text}”\n    — {' › '.join(quote.section)}\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it asks for its own debugging notes to be shown
    app()

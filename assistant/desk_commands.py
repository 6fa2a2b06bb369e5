"""The commands that do what the editor's desk does: evaluate, golden import and export, export, purge."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from assistant.articles import find_articles, find_golden_files, make_slug
from assistant.decide import with_threshold
from assistant.log_files import write_log_csv, write_log_jsonl
from assistant.quality import (
    Change,
    Comparison,
    Golden,
    GoldenError,
    Run,
    compare_runs,
    restore_run,
    run_golden,
)
from assistant.quality.golden import golden_as_dict, golden_from_dict
from assistant.quality.golden_files import read_golden_file, write_csv, write_jsonl
from assistant.quality.report import describe_comparison, write_html, write_json, write_junit
from assistant.quality.report import write_csv as write_run_csv
from assistant.quality.squad import write_squad
from assistant.quality.trec import write_qrels, write_run
from assistant.records import RecordError, Records, walk_log
from assistant.records.decisions import keep_golden, list_golden, list_thresholds
from assistant.settings import SettingsError, read_settings
from assistant.terminal import fail, open_assistant
from corpus import ArticleError, read_article

EDITOR = "command line"
golden_app = typer.Typer(help="Golden questions: what must be answered, and what must be refused.")


class RunFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    HTML = "html"
    JUNIT = "junit"
    CSV = "csv"
    TREC = "trec"


class GoldenFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    SQUAD = "squad"
    QRELS = "qrels"


class LogFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


ArticleChoice = Annotated[
    Path | None, typer.Argument(metavar="[ARTICLE]", help="Its file; needed when there are several.")
]
OutFile = Annotated[Path | None, typer.Option(help="Write to this file instead of the screen.")]


def add_commands(app: typer.Typer) -> None:
    """Make the commands part of a command line."""
    app.command()(evaluate)
    app.command()(export)
    app.command()(purge)
    app.command()(forget)
    app.add_typer(golden_app, name="golden")


def evaluate(
    article: ArticleChoice = None,
    golden: Annotated[
        Path | None, typer.Option(help="A .csv, .jsonl or SQuAD .json file; otherwise the article's own.")
    ] = None,
    against: Annotated[Path | None, typer.Option(help="An earlier run, made with --format json.")] = None,
    form: Annotated[RunFormat, typer.Option("--format", help="How to print the run.")] = RunFormat.TABLE,
    out: OutFile = None,
    answered_from: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="The threshold; otherwise the one in force.")
    ] = None,
) -> None:
    """Ask the golden questions; status 1 when the run is worse than an earlier one beyond noise.

    Answers that editors settled are not used here: this measures the assistant itself.
    """
    file, slug = choose_article(article)
    before = read_run(against) if against else None
    questions = choose_golden(file, slug, golden)
    assistant = open_assistant(file)
    if answered_from is None:
        answered_from = find_threshold(slug)
    rule = assistant.rule if answered_from is None else with_threshold(assistant.rule, answered_from)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Asking", total=len(questions))
        run = run_golden(
            assistant, questions, slug, rule=rule, progress=lambda done: progress.update(task, completed=done)
        )
    comparison = compare_runs(before, run) if before else None
    text = {
        RunFormat.TABLE: lambda: tabulate_run(run, comparison),
        RunFormat.JSON: lambda: write_json(run),
        RunFormat.HTML: lambda: write_html(run, comparison),
        RunFormat.JUNIT: lambda: write_junit(run, comparison),
        RunFormat.CSV: lambda: write_run_csv(run),
        RunFormat.TREC: lambda: write_run(run),
    }[form]()
    write_out([text], out)
    if comparison and form is not RunFormat.TABLE:
        print(describe_comparison(comparison), file=sys.stderr)
    if comparison and comparison.change is Change.WORSE:
        raise SystemExit(1)


def tabulate_run(run: Run, comparison: Comparison | None) -> str:
    """The four counts, the questions that ended wrongly, and the comparison, for reading."""
    table = Table(title=f"{len(run.results)} golden questions, answered from {run.answered_from:.2f}")
    table.add_column("")
    table.add_column("questions", justify="right")
    for verdict, number in run.count().items():
        table.add_row(verdict.value, str(number))
    wrong = Table("ended", "confidence", "question")
    for result in run.results:
        if not result.verdict.right:
            wrong.add_row(result.verdict.value, f"{result.confidence:.2f}", escape(result.question))
    text = io.StringIO()
    console = Console(file=text, width=shutil.get_terminal_size((110, 24)).columns)
    console.print(table)
    if wrong.rows:
        console.print(wrong)
    if comparison:
        console.print(describe_comparison(comparison), markup=False)
    return text.getvalue()


def export(
    article: Annotated[str, typer.Option(help="Only this article, by its page's name.")] = "",
    form: Annotated[LogFormat, typer.Option("--format", help="How to write the log.")] = LogFormat.CSV,
    out: OutFile = None,
) -> None:
    """Write what readers asked, were answered and voted."""
    records = open_records()
    entries = walk_log(records, article)
    write_out(write_log_csv(entries) if form is LogFormat.CSV else write_log_jsonl(entries), out)


def purge(
    days: Annotated[int | None, typer.Option(min=0, help="Older than this; otherwise the setting.")] = None,
    ids: Annotated[list[str] | None, typer.Option("--id", help="Only this answer; may be repeated.")] = None,
) -> None:
    """Delete what readers asked: what is older than the retention, or single answers."""
    records = open_records()
    try:
        gone = (
            records.delete_answers(ids)
            if ids
            else records.purge(read_settings().retention_days if days is None else days)
        )
    except RecordError as error:
        fail(str(error))
    print(f"{gone} deleted")


def forget(
    article: Annotated[str, typer.Argument(help="The name its page had.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really do it: it cannot be undone.")] = False,
) -> None:
    """Delete all there is of an article whose file is gone: questions, votes, decisions, corrections, runs."""
    try:
        settings = read_settings()
        served: list[str] = []
        for file in find_articles(settings.articles) if settings.articles.exists() else ():
            served.append(make_slug(file.stem, served))
    except (SettingsError, OSError) as error:
        fail(str(error))
    if article in served:
        fail(f"{article} is still served; take its file out of {settings.articles} first")
    if not yes:
        fail(f"all there is of {article} would be deleted, and cannot be had back; say so with --yes")
    records = open_records()
    try:
        gone = records.forget_article(article)
        records.close()
        of_it = re.compile(re.escape(article) + r"-(?:draft|[0-9a-f]{16})\.\w+")
        corrections = settings.data_dir / "corrections"
        files = [each for each in corrections.glob("*") if of_it.fullmatch(each.name)]
        for file in files:
            file.unlink()
    except (RecordError, OSError) as error:
        fail(str(error))
    print(f"{gone} records and {len(files)} corrections of {article} deleted")


@golden_app.command("import")
def import_golden(
    file: Annotated[Path, typer.Argument(help="A .csv, .jsonl or SQuAD .json file.")],
    article: ArticleChoice = None,
) -> None:
    """Add golden questions to those of the desk: all of the file, or none when a row is at fault."""
    _, slug = choose_article(article)
    golden = read_questions_file(file)
    records = open_records()
    try:
        before = len(list_golden(records, slug))
        keep_golden(records, slug, [golden_as_dict(each) for each in golden], EDITOR, live=False)
        added = len(list_golden(records, slug)) - before
    except RecordError as error:
        fail(str(error))
    print(f"{added} golden questions added to {slug}, {len(golden) - added} were there already")


@golden_app.command("export")
def export_golden(
    article: ArticleChoice = None,
    form: Annotated[GoldenFormat, typer.Option("--format", help="How to write them.")] = GoldenFormat.CSV,
    golden: Annotated[
        Path | None, typer.Option(help="A file to convert instead of the article's own.")
    ] = None,
    out: OutFile = None,
) -> None:
    """Write the golden questions of an article: its file's and the desk's."""
    file, slug = choose_article(article)
    questions = choose_golden(file, slug, golden)
    try:
        read = read_article(file)
        text = {
            GoldenFormat.CSV: lambda: write_csv(questions),
            GoldenFormat.JSONL: lambda: write_jsonl(questions),
            GoldenFormat.SQUAD: lambda: write_squad(questions, read),
            GoldenFormat.QRELS: lambda: write_qrels(questions, read),
        }[form]()
    except (ArticleError, GoldenError) as error:
        fail(str(error))
    write_out([text], out)


def choose_article(article: Path | None) -> tuple[Path, str]:
    """The article's file and the name of its page; ends the program when it is not clear which is meant."""
    try:
        files = find_articles(read_settings().articles if article is None else article)
    except SettingsError as error:
        fail(str(error))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "there are none"
        fail(f"name the article's file; to choose from: {names}")
    return files[0], make_slug(files[0].stem, ())


def choose_golden(file: Path, slug: str, golden: Path | None) -> tuple[Golden, ...]:
    """The golden questions of a file; without one, those beside the article and those of the desk."""
    if golden is not None:
        return read_questions_file(golden)
    questions: list[Golden] = []
    for beside in find_golden_files(file):
        questions += read_questions_file(beside)
    try:
        with_desk = [golden_from_dict(kept.entry) for kept in list_golden(open_records(), slug)]
    except RecordError as error:
        fail(str(error))
    chosen = tuple(dict.fromkeys((*questions, *with_desk)))
    if not chosen:
        fail(f"there are no golden questions for {file.name}; give --golden FILE")
    return chosen


def read_questions_file(file: Path) -> tuple[Golden, ...]:
    try:
        return read_golden_file(file)
    except GoldenError as error:
        fail("\n".join(f"{file.name}: {problem}" for problem in error.problems))


def read_run(file: Path) -> Run:
    try:
        return restore_run(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        fail(f"{file} cannot be compared with: {error}")


def find_threshold(slug: str) -> float | None:
    """The threshold an editor set, None when the assistant's own is in force."""
    try:
        kept = list_thresholds(open_records(), slug)
    except RecordError as error:
        fail(str(error))
    return kept[0].answered_from if kept else None


def open_records() -> Records:
    try:
        return Records(read_settings().data_dir / "records.sqlite3")
    except (RecordError, SettingsError) as error:
        fail(str(error))


def write_out(texts: Iterable[str], out: Path | None) -> None:
    """To a file, or to the screen in UTF-8 with the line ends as they are."""
    try:
        if out is None:
            for text in texts:
                sys.stdout.buffer.write(text.encode())
            sys.stdout.buffer.flush()
        else:
            with out.open("w", encoding="utf-8", newline="") as file:
                file.writelines(texts)
    except (OSError, RecordError) as error:
        fail(f"cannot be written: {error}")

"""What every command does alike: opening an article, printing JSON, ending with one line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

from assistant.assistant import Assistant
from assistant.settings import SettingsError, read_settings
from corpus import ArticleError
from index import EncoderError


def open_assistant(article: Path, verify: bool = False) -> Assistant:
    """The assistant for an article's file; ends the program when it cannot be had."""
    try:
        return Assistant.open(article, read_settings(), verify=verify)
    except (ArticleError, EncoderError, SettingsError) as error:
        fail(str(error))


def print_json(value: dict[str, object]) -> None:
    print(json.dumps(value, ensure_ascii=False))


def fail(message: str) -> NoReturn:
    """End the program with status 2 and one sentence."""
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(2)

"""Serves the pages: `python app.py [ARTICLE] [--editor]`; with --editor, the editor's desk for this run."""

import gc
import logging
import secrets
import sys
from pathlib import Path

gc.disable()  # importing makes objects that stay; looking for garbage among them takes a fifth of the start

import uvicorn
from pydantic import SecretStr

from assistant.settings import Settings, SettingsError, read_settings
from assistant.web import ArticleError, create_app


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "sentence_transformers", "bm25s"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    password = ""
    try:
        settings = read_settings()
        words = sys.argv[1:]
        if "--editor" in words:
            words.remove("--editor")
            settings, password = open_desk(settings)
        if words:
            settings = settings.model_copy(update={"articles": Path(words[0])})
        app = create_app(settings)
    except (ArticleError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"Serving on http://{settings.host}:{settings.port}", flush=True)
    if password:
        print(
            f"The editor's desk: http://{settings.host}:{settings.port}/editor/ password: {password}",
            flush=True,
        )
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=5)


def open_desk(settings: Settings) -> tuple[Settings, str]:
    """The settings with a password for the desk, and that password when it was made for this run."""
    if settings.editor_password.get_secret_value():
        return settings, ""
    password = secrets.token_urlsafe(12)
    return settings.model_copy(update={"editor_password": SecretStr(password)}), password


if __name__ == "__main__":
    main()

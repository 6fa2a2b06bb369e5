"""Serves the pages: `python app.py [ARTICLE] [--editor]`; with --editor, the editor's desk for this run."""

import gc
import secrets
import sys
from pathlib import Path

gc.disable()  # importing makes objects that stay; looking for garbage among them takes a fifth of the start

from pydantic import SecretStr

from assistant.log_lines import LogForm, configure_logs
from assistant.models import start_models
from assistant.settings import Settings, SettingsError, read_settings
from corpus import ArticleError


def main() -> None:
    password = ""
    try:
        settings = read_settings()
        configure_logs(settings.log)
        words = sys.argv[1:]
        if "--editor" in words:
            words.remove("--editor")
            settings, password = open_desk(settings)
        if words:
            settings = settings.model_copy(update={"articles": Path(words[0])})
        models = start_models(settings) if settings.model_process else None
        from assistant.web import create_app, serve  # seconds of imports, while the models load

        app = create_app(settings, models)
    except (ArticleError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    if settings.log is LogForm.TEXT:
        print(f"Serving on http://{settings.host}:{settings.port}", flush=True)
    if password:
        print(
            f"The editor's desk: http://{settings.host}:{settings.port}/editor/ password: {password}",
            flush=True,
        )
    serve(app, settings)


def open_desk(settings: Settings) -> tuple[Settings, str]:
    """The settings with a password for the desk, and that password when it was made for this run."""
    if settings.editor_password.get_secret_value():
        return settings, ""
    password = secrets.token_urlsafe(12)
    return settings.model_copy(update={"editor_password": SecretStr(password)}), password


if __name__ == "__main__":
    main()

"""Serves the pages: `python app.py [ARTICLE]`."""

import gc
import logging
import sys
from pathlib import Path

gc.disable()  # importing makes objects that stay; looking for garbage among them takes a fifth of the start

import uvicorn

from assistant.settings import SettingsError, read_settings
from assistant.web import ArticleError, create_app


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "sentence_transformers", "bm25s"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        settings = read_settings()
        if len(sys.argv) > 1:
            settings = settings.model_copy(update={"articles": Path(sys.argv[1])})
        app = create_app(settings)
    except (ArticleError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    print(f"Serving on http://{settings.host}:{settings.port}", flush=True)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=5)


if __name__ == "__main__":
    main()

"""The pages and the JSON interface. Gradio reads its environment when it is imported, so that is set first."""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # otherwise the server reports to another host
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000"
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"  # otherwise a growing table is rebuilt after every request

from assistant.web.serving import serve
from assistant.web.site import create_app
from corpus import ArticleError

__all__ = ["ArticleError", "create_app", "serve"]

"""How the tabs are wired: the chosen article, hidden boxes that buttons in HTML write to, errors in words."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from assistant.records import RecordError
from assistant.web.desk.work import Desk, DeskError
from assistant.web.library import NotReadyError
from assistant.web.markup import escape

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Controls:
    """What every tab needs: the dropdown of articles, and what to do when its tab is shown."""

    article: gr.Dropdown
    shows: list[tuple[Callable[[str], Any], list[Any]]] = field(default_factory=list)

    @property
    def quietly(self) -> dict[str, Any]:
        """Settings of every event: several at a time, no spinner over the page, nothing for programs."""
        return {"concurrency_limit": 4, "show_progress": "hidden", "api_visibility": "private"}

    def on_show(self, refresh: Callable[[str], Any], outputs: list[Any]) -> None:
        """Call `refresh` with the article's name whenever the tab is opened or the article changes."""
        self.shows.append((refresh, outputs))


@dataclass(frozen=True, slots=True)
class Hidden:
    """A box that buttons in HTML write to, and the button they press after."""

    box: gr.Textbox
    go: gr.Button


def add_button(name: str) -> Hidden:
    """The hidden pair for buttons made by `render_button(…, to=name, …)`."""
    return Hidden(
        gr.Textbox(visible="hidden", elem_id=name), gr.Button("go", visible="hidden", elem_id=f"{name}-go")
    )


def guard(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Turns what can go wrong into a sentence the editor sees, and anything else into a line in the log."""

    @functools.wraps(handler)
    def guarded(*values: Any) -> Any:
        try:
            return handler(*values)
        except (DeskError, NotReadyError, RecordError) as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error  # shown as HTML

    return guarded


def find_editor(desk: Desk, request: gr.Request) -> str:
    """The name of the editor behind a request; raises DeskError when the session has ended meanwhile."""
    entrance = desk.service.entrance
    editor = entrance.find_editor(request.cookies) if entrance else None
    if editor is None:
        raise DeskError("Your session has ended; log in again.")
    return editor

"""What a Gradio page may call: its own events, with as many values of the kinds that its components send."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.web.json_shape import ShapeError

_KEYS = frozenset({"data", "event_data", "fn_index", "trigger_id", "session_hash"})
_SESSION = re.compile(r"[a-z0-9]{1,32}")
_ABOUT = frozenset({"select", "input", "change"})  # the triggers that say what was chosen in `event_data`
_NONE = type(None)
# What a component sends, as JSON types; a state stays on the server, so its value is never sent.
_SENT: dict[str, tuple[type, ...]] = {
    "state": (_NONE,),
    "textbox": (str, _NONE),
    "dropdown": (str, _NONE),
    "checkboxgroup": (list,),
    "checkbox": (bool, _NONE),
    "slider": (int, float, _NONE),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a page: the kinds of its inputs, what triggers it, whether a trigger tells more."""

    inputs: tuple[str, ...]
    triggers: frozenset[int]
    about: bool


def list_events(page: gr.Blocks) -> dict[int, Event]:
    """The events of a page that call the server, by number; raises KeyError for a component nobody looked at."""
    kinds: dict[int, str] = {each["id"]: each["type"] for each in page.config["components"]}
    events = {}
    for event in page.config["dependencies"]:
        if event["backend_fn"]:
            inputs = tuple(kinds[number] for number in event["inputs"])
            for kind in inputs:
                _SENT[kind]
            events[event["id"]] = Event(
                inputs,
                frozenset(number for number, _ in event["targets"] if number is not None),
                any(name in _ABOUT for _, name in event["targets"]),
            )
    return events


def check_join(body: bytes, events: Mapping[int, Event]) -> None:
    """Pass the body of a queue call that the page itself could have sent; raises ShapeError for any other."""
    try:
        call: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise ShapeError("The body is not JSON.") from None
    if not isinstance(call, dict) or not call.keys() <= _KEYS:
        raise ShapeError("The body is no call of this page.")
    number, session, trigger = call.get("fn_index"), call.get("session_hash"), call.get("trigger_id")
    event = events.get(number) if type(number) is int else None
    if event is None:
        raise ShapeError("The page has no such event.")
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise ShapeError("The session has no name.")
    if trigger is not None and (type(trigger) is not int or trigger not in event.triggers):
        raise ShapeError("That is no trigger of this event.")
    if call.get("event_data") is not None and not (event.about and isinstance(call["event_data"], dict)):
        raise ShapeError("The event tells nothing more.")
    data = call.get("data")
    if not isinstance(data, list) or len(data) != len(event.inputs):
        raise ShapeError(f"The event takes {len(event.inputs)} values.")
    for value, kind in zip(data, event.inputs, strict=True):
        if type(value) not in _SENT[kind] or (kind == "checkboxgroup" and not _all_texts(value)):
            raise ShapeError(f"A {kind} does not send that.")


def _all_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)

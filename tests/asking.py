"""Asking the chat page as its script does: a call that joins the queue, and the stream of what becomes of it."""

from __future__ import annotations

import json

import httpx

ASK, AS_TYPED, FRESH = range(3)  # numbers of the page's events


def join_page(
    client: httpx.Client, slug: str, question: str, session: str, event: int = ASK
) -> httpx.Response:
    data = [] if event == FRESH else [question, None]
    return client.post(
        f"/{slug}/gradio_api/queue/join", json={"data": data, "fn_index": event, "session_hash": session}
    )


def read_page(client: httpx.Client, slug: str, session: str) -> list[dict]:
    """The messages of what was joined, up to its end."""
    messages = []
    with client.stream("GET", f"/{slug}/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                messages.append(json.loads(line.removeprefix("data: ")))
                if messages[-1]["msg"] in ("close_stream", "unexpected_error"):
                    break
    return messages


def ask_page(
    client: httpx.Client, slug: str, question: str, session: str, event: int = ASK
) -> tuple[str, str]:
    """What stands in the box and in the conversation at the end; raises AssertionError when there is no end."""
    joined = join_page(client, slug, question, session, event)
    assert joined.status_code == 200, joined.text
    done = [m for m in read_page(client, slug, session) if m["msg"] == "process_completed"]
    assert len(done) == 1 and done[0]["success"], done
    box, _, talk = done[0]["output"]["data"]
    return box, talk

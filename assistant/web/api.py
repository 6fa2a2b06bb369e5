"""The JSON interface: asking, voting, and what there is to ask."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.assistant import QuestionError
from assistant.messages import Messages, messages_for, tell_hint, tell_outcome, tell_searched
from assistant.records import RecordError, Vote
from assistant.suggest import list_starters
from assistant.web.admission import BusyError
from assistant.web.library import NotReadyError
from assistant.web.markup import link_quote
from assistant.web.metrics import Fault
from assistant.web.request_note import note_outcome
from assistant.web.service import Reply, Service

CONTEXT = 60  # characters of the article before and after a quote
Slug = Annotated[str, StringConstraints(max_length=100)]
Text = Annotated[str, StringConstraints(max_length=5000)]
REASONS = tuple(messages_for("en").reasons)


class Ask(BaseModel):
    model_config = ConfigDict(extra="forbid")
    article: Slug
    question: Text
    history: Annotated[list[Text], Field(max_length=50)] = []
    session: Annotated[str, StringConstraints(max_length=100)] | None = None
    as_typed: bool = False


class Feedback(BaseModel):
    model_config = ConfigDict(extra="forbid")
    answer_id: Annotated[str, StringConstraints(max_length=64)]
    vote: Literal[-1, 0, 1]
    reasons: Annotated[list[Literal[REASONS]], Field(max_length=len(REASONS))] = []  # type: ignore[valid-type]
    note: Annotated[str, StringConstraints(max_length=1000)] = ""


def fail(status: int, code: str, message: str, retry_after: int | None = None) -> JSONResponse:
    """The one form every error has."""
    note_outcome(code)
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def describe_reply(slug: str, reply: Reply) -> dict[str, object]:
    """An answer as the interface gives it."""
    answer, article = reply.answer, reply.article
    words: Messages = messages_for(reply.language)
    return {
        "id": reply.id,
        "outcome": answer.outcome.value,
        "confidence": answer.confidence,
        "read_as": answer.read_as,
        "language": reply.language,
        "message": tell_outcome(words, answer.outcome, article.language),
        "hint": tell_hint(words, answer.outcome, article.language),
        "searched": tell_searched(words, article.language),
        "quotes": [
            {
                "text": quote.text,
                "lead_in": quote.lead_in,
                "marks": [article.text[start:end] for start, end in quote.marks],
                "before": article.text[max(0, quote.start - CONTEXT) : quote.start],
                "after": article.text[quote.end : quote.end + CONTEXT],
                "section": list(quote.section),
                "start": quote.start,
                "end": quote.end,
                "lang": article.language,
                "url": link_quote(article, slug, quote),
            }
            for quote in answer.quotes
        ],
        "suggestions": list(answer.suggestions),
        "revision": answer.revision,
        "took_ms": answer.took_ms,
    }


def make_router(service: Service) -> APIRouter:
    """The routes under /api; questions are answered in threads of the service's, votes in others."""
    router = APIRouter(prefix="/api")

    @router.post("/ask")
    async def ask(body: Ask) -> JSONResponse:
        shelved = service.library.shelves.get(body.article)
        if shelved is None:
            return fail(404, "unknown_article", "There is no article of that name here.")
        try:
            reply = await service.answer(
                shelved.slug, body.question, body.history, body.as_typed, body.session or ""
            )
        except QuestionError as error:
            return fail(422, "bad_question", str(error))
        except NotReadyError as error:
            return fail(503, "not_ready", str(error), retry_after=5)
        except BusyError as error:
            return fail(503, "busy", str(error), retry_after=error.again)
        return JSONResponse(describe_reply(shelved.slug, reply), headers={"Cache-Control": "no-store"})

    @router.post("/feedback")
    def vote(body: Feedback) -> JSONResponse:
        if service.records is None:
            return fail(503, "not_kept", "Votes cannot be kept at the moment.", retry_after=60)
        try:
            if service.records.find_answer(body.answer_id) is None:
                return fail(404, "unknown_answer", "There is no such answer to vote on.")
            service.records.keep_vote(body.answer_id, Vote(body.vote), body.reasons, body.note)
            service.metrics.votes.labels(Vote(body.vote).name.lower()).inc()
        except RecordError as error:
            service.metrics.errors.labels(Fault.KEEP.value).inc()
            return fail(503, "not_kept", str(error), retry_after=60)
        return JSONResponse({"answer_id": body.answer_id, "vote": body.vote})

    @router.get("/articles/{slug}")
    def article(slug: str, lang: str = "en") -> JSONResponse:
        shelved = service.library.shelves.get(slug)
        if shelved is None:
            return fail(404, "unknown_article", "There is no article of that name here.")
        return JSONResponse(
            {
                "title": shelved.article.title,
                "source_url": shelved.article.source_url,
                "revision": shelved.article.revision,
                "language": shelved.article.language,
                "starters": list(list_starters(shelved.article)),
                "longest": service.settings.max_question,
                "words": dataclasses.asdict(messages_for(lang[:2].lower())),
            }
        )

    return router

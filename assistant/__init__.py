"""Answering readers' questions with an article's own words."""

from assistant.answer import Answer, Outcome, Quote
from assistant.assistant import Assistant, QuestionError

__all__ = ["Answer", "Assistant", "Outcome", "QuestionError", "Quote"]
